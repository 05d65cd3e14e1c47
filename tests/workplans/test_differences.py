"""The comparison on paper: what it says, to eye and ear, in every script, and what it refuses."""

from __future__ import annotations

import copy
import io
from itertools import pairwise
from typing import Any

import pytest
from pypdf import PdfReader
from weasyprint import CSS, HTML
from weasyprint.formatting_structure.boxes import TextBox

from tests.workplans import orders
from workplans import comparison, wording
from workplans.templatetags.comparing import marks
from workplans.typesetting import Typeset, TypesettingError, fonts, typeset
from workplans.typesetting.press import STYLES


def texts(made: Typeset) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(made.pdf)).pages]


def changed(**fields: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A plan, and the same with other words in its first activity."""
    old = orders.small_plan()
    new = copy.deepcopy(old)
    new["areas"][0]["activities"][0].update(fields)
    return old, new


@pytest.fixture(scope="module")
def plans() -> tuple[dict[str, Any], dict[str, Any]]:
    """A plan of many parts and another text of it: changed, moved, added, removed."""
    old = orders.rich_plan()
    new = copy.deepcopy(old)
    first = new["areas"][0]["activities"]
    first[0]["place"] = "Quanzhou, China"
    new["areas"][1]["activities"].append(first.pop(1))
    new["areas"][4]["activities"].pop(0)
    new["areas"][4]["activities"].append(orders.activity("Register of suppliers"))
    new["preamble"] = new["preamble"].replace("are voluntary", "remain voluntary")
    return old, new


@pytest.fixture(scope="module")
def made(plans: Any) -> Typeset:
    return typeset(orders.comparison(*plans))


@pytest.fixture(scope="module")
def printed(made: Typeset) -> str:
    return "\n".join(texts(made))


def test_it_names_both_texts_and_says_how_much_changed(plans: Any, made: Typeset) -> None:
    head = texts(made)[0]
    assert "From PartNIR/AG/2027/WP/1" in head
    assert "To The draft as it was on 10 March 2027, 14:05 UTC" in head
    assert comparison.changes(*plans).sentence == (
        "1 part added, 1 part removed, 2 parts changed, 1 part moved."
    )
    assert "1 part added, 1 part removed, 2 parts changed, 1 part moved." in head


def test_it_lists_the_parts_that_differ_with_their_pages(plans: Any, made: Typeset) -> None:
    head = texts(made)[0]
    for part in comparison.changes(*plans).parts:
        assert part.label in head, part.label
    reader = PdfReader(io.BytesIO(made.pdf))
    links = {
        annotation.get_object()["/Dest"]
        for annotation in reader.pages[0]["/Annots"]  # type: ignore[attr-defined]
    }
    assert links >= {"part-1", "part-2"}
    assert links <= set(reader.named_destinations)


def test_each_part_says_what_became_of_it(printed: str) -> None:
    assert "Activity 1.1: Forum on Partnership on New Industrial Revolution place" in printed
    assert "Moved from 1.2 (Digitization) to 2.4 (Industrialization)." in printed
    assert f"Activity 5.1: {orders.PORTUGUESE} removed" in printed
    assert "Activity 5.2: Register of suppliers added" in printed


def spoken(made: Typeset) -> str:
    """What a screen reader says, from the tree of the document's structure."""
    reader = PdfReader(io.BytesIO(made.pdf))
    said: dict[tuple[int, int], str] = {}
    for number, page in enumerate(reader.pages):
        marks: list[int | None] = []

        def operand(operator: Any, operands: Any, marks: Any = marks) -> None:
            if operator in (b"BDC", b"BMC"):
                facts = operands[1] if operator == b"BDC" and len(operands) > 1 else {}
                marks.append(facts.get("/MCID") if isinstance(facts, dict) else None)
            elif operator == b"EMC":
                marks.pop()

        def text(word: str, *_where: Any, marks: Any = marks, number: int = number) -> None:
            mark = next((mark for mark in reversed(marks) if mark is not None), None)
            if mark is not None:
                said[number, mark] = said.get((number, mark), "") + word

        page.extract_text(
            visitor_operand_before=lambda operator, operands, *_more: operand(operator, operands),
            visitor_text=text,
        )
    places = {page.indirect_reference.idnum: n for n, page in enumerate(reader.pages)}
    words: list[str] = []

    def walk(node: Any, page: int | None) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, int):
            words.append(said.get((page or 0, node), ""))
        elif isinstance(node, list):
            for child in node:
                walk(child, page)
        elif isinstance(node, dict):
            if "/Pg" in node:
                page = places[node.raw_get("/Pg").idnum]
            if node.get("/Type") == "/MCR":
                words.append(said.get((page or 0, node["/MCID"]), ""))
            elif "/K" in node:
                walk(node["/K"], page)

    walk(reader.trailer["/Root"]["/StructTreeRoot"], None)
    return " ".join(" ".join(words).split())


def test_what_was_inserted_and_deleted_is_told_to_those_who_cannot_see_it(made: Typeset) -> None:
    said = spoken(made)
    assert (
        "Activities deleted: are end of deletion inserted: remain end of insertion voluntary."
        in said
    )
    assert "deleted: Xiamen end of deletion inserted: Quanzhou end of insertion , China" in said


def test_the_words_for_the_ear_take_no_space_from_the_eye() -> None:
    """White space collapses across elements: a hidden word must not swallow the space beside it."""
    (passage,) = wording.compare("We pay forty now.", "We pay fifty now.").passages
    styles = CSS(string=fonts.styles() + STYLES.read_text(encoding="utf-8"))
    (page,) = HTML(string=f"<p>{marks(passage)}</p>").render(stylesheets=[styles]).pages
    boxes = [box for box in page._page_box.descendants() if isinstance(box, TextBox)]
    seen = [box for box in boxes if box.width > 1]
    # The last is the number of the page.
    assert [box.text for box in seen] == ["We pay ", "forty", "fifty", " now.", "1 1"]
    gaps = [right.position_x - left.position_x - left.width for left, right in pairwise(seen[:4])]
    assert gaps == pytest.approx([0, 3.5, 0], abs=0.2)  # a quarter of an em before what replaces


def test_only_a_comparison_with_a_draft_is_marked_as_one(plans: Any, printed: str) -> None:
    assert all("Draft – not circulated" in page for page in printed.split("\n"))
    between_revisions = texts(typeset(orders.comparison(*plans, of_draft=False)))
    assert "not circulated" not in " ".join(between_revisions)
    facts = orders.comparison(*plans, of_draft=False)["comparison"]
    for text in facts.values():
        if isinstance(text, dict):
            assert text["label"] in between_revisions[0]
            assert text["digest"] in between_revisions[0]


def test_texts_that_say_the_same_make_a_page_that_says_so() -> None:
    plan = orders.small_plan()
    made = typeset(orders.comparison(plan, copy.deepcopy(plan)))
    assert made.pages == 1
    assert "Nothing in the text has changed." in texts(made)[0]


def test_the_same_order_gives_the_same_bytes(plans: Any, made: Typeset) -> None:
    assert typeset(orders.comparison(*plans)).pdf == made.pdf


def test_it_is_archivable_accessible_and_carries_no_file(made: Typeset) -> None:
    reader = PdfReader(io.BytesIO(made.pdf))
    root: Any = reader.trailer["/Root"]
    metadata = root["/Metadata"].get_data().decode()
    assert 'pdfaid:part="3"' in metadata and 'pdfuaid:part="1"' in metadata
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"] == "en"
    assert not reader.attachments


SCRIPTS = {
    "hi": (orders.DEVANAGARI, f"{orders.DEVANAGARI} हिंदी में"),
    "zh": (orders.HAN, orders.HAN.replace("论坛", "高级别论坛")),
    "ar": (f"{orders.ARABIC} مع UNIDO", f"{orders.ARABIC} مع UNCTAD و UNIDO في القاهرة"),
    "am": (orders.ETHIOPIC, f"{orders.ETHIOPIC} በአዲስ አበባ"),
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_is_compared(script: str) -> None:
    before, after = SCRIPTS[script]
    old, new = changed(description=after)
    old["areas"][0]["activities"][0]["description"] = before
    old["language"] = new["language"] = script
    made = typeset(orders.comparison(old, new))
    families = {
        font["/BaseFont"].split("+")[-1]
        for page in PdfReader(io.BytesIO(made.pdf)).pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
    }
    wanted = {"hi": "Devanagari", "zh": "CJK", "ar": "Naskh", "am": "Ethiopic"}[script]
    assert any(wanted in family for family in families), families


def test_a_character_without_a_glyph_is_named_with_its_part_and_field() -> None:
    with pytest.raises(TypesettingError) as refusal:
        typeset(orders.comparison(*changed(place="\U0001f91d")))
    assert "(U+1F91D HANDSHAKE) in Activity 1.1: Forum on the partnership (place) cannot" in str(
        refusal.value
    )


def test_a_comparison_of_other_texts_than_its_digest_names_is_refused(plans: Any) -> None:
    with pytest.raises(TypesettingError, match="is not that of its text"):
        typeset(orders.comparison(*plans, digest="0" * 64))


def test_text_is_never_markup_and_fetches_nothing() -> None:
    hostile = '</p><img src="file:///etc/passwd"><style>*{display:none}</style>'
    made = typeset(orders.comparison(*changed(description=hostile, title=hostile)))
    assert "<style>*{display:none}</style>" in " ".join(texts(made))
    assert b"/EmbeddedFile" not in made.pdf
