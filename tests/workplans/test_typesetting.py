"""The press: what is printed, what lies in the file, and what is refused."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pypdf import PdfReader
from weasyprint import HTML

from tests.workplans import orders
from workplans import content
from workplans.typesetting import (
    Typeset,
    TypesettingError,
    fonts,
    layout,
    passages,
    timeline,
    typeset,
)
from workplans.typesetting.assets import OwnAssets
from workplans.typesetting.attachments import activities_csv

EXAMPLE = "Example – not an official document"


@pytest.fixture(scope="module")
def adopted() -> Typeset:
    return typeset(orders.order())


@pytest.fixture(scope="module")
def approved() -> Typeset:
    return typeset(orders.order(orders.rich_plan(), edition="approved", decisions=orders.DECISIONS))


@pytest.fixture(scope="module")
def printed(approved: Typeset) -> list[str]:
    """The pages of the approved plan, as text."""
    return texts(approved)


def texts(made: Typeset) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(made.pdf)).pages]


def test_the_same_order_gives_the_same_bytes(adopted: Typeset) -> None:
    again = json.loads(json.dumps(orders.order(), sort_keys=True))
    assert typeset(again).pdf == adopted.pdf


def test_the_steps_are_told_as_they_begin() -> None:
    steps: list[str] = []
    typeset(orders.order(), progress=steps.append)
    assert steps == ["collecting", "laying_out", "writing", "checking"]


def test_pages_are_counted(approved: Typeset, printed: list[str]) -> None:
    assert len(printed) == approved.pages
    assert f"Page {approved.pages} of {approved.pages}" in printed[-1]
    assert "Page" not in printed[0]


def test_the_file_is_archivable_and_accessible(adopted: Typeset) -> None:
    root: Any = PdfReader(io.BytesIO(adopted.pdf)).trailer["/Root"]
    metadata = root["/Metadata"].get_data().decode()
    assert 'pdfaid:part="3"' in metadata and 'pdfaid:conformance="A"' in metadata
    assert 'pdfuaid:part="1"' in metadata
    assert metadata.count("<rdf:RDF") == 1
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "en"
    assert root["/OutputIntents"]


def test_the_plan_lies_inside_byte_for_byte(adopted: Typeset) -> None:
    attached = PdfReader(io.BytesIO(adopted.pdf)).attachments
    order = orders.order()
    (plan,) = attached["plan.json"]
    assert content.digest(plan.decode()) == order["digest"]
    assert plan == content.dump(order["plan"]).encode()
    assert attached["activities.csv"] == [activities_csv(order)]


def test_no_cell_of_the_table_is_a_formula() -> None:
    plan = orders.small_plan()
    plan["areas"][0]["activities"][0]["title"] = '=HYPERLINK("https://example.org")'
    plan["areas"][0]["activities"][0]["partners"] = ["@partner"]
    plan["areas"][0]["activities"][0]["budget_note"] = "-1+2"
    rows = list(csv.DictReader(io.StringIO(activities_csv({"plan": plan}).decode("utf-8-sig"))))
    assert rows[0]["title"] == '\'=HYPERLINK("https://example.org")'
    assert rows[0]["partners"] == "'@partner"
    assert rows[0]["budget_note"] == "'-1+2"
    assert rows[0]["begins"] == "2027-09-16"


def test_statements_stand_in_the_order_received(printed: list[str]) -> None:
    text = " ".join(printed)
    first = text.index("1. Reservation by Norland")
    second = text.index("2. Explanation of position by Sudland")
    assert first < text.index("It takes part in training alone.") < second


def test_the_record_names_every_decision_and_position(printed: list[str]) -> None:
    text = " ".join(printed)
    assert (
        "The work plan was adopted by consensus on 11 March 2027 at the following meeting: "
        "Third meeting of the Advisory Group, New Delhi, India. It was put on the record by "
        "Asha Udaharan (India), Chair of the Advisory Group." in text
    )
    assert "Sudland No position on record" in text
    assert "Norland Approves with a reservation Nora Beispiel" in text


def test_paragraphs_are_numbered_through_the_document(printed: list[str]) -> None:
    text = " ".join(printed)
    places = [text.index(start) for start in ("The Advisory Group of", "Turn research into")]
    assert text[places[0] - 3 : places[0]] == "1. "
    assert text[places[1] - 4 : places[1]] == "14. "


def test_a_draft_says_so_on_every_page_and_has_no_record() -> None:
    printed = texts(typeset(orders.draft()))
    assert all("Draft – not for citation" in page for page in printed)
    assert "Record of adoption" not in " ".join(printed)


def test_a_working_draft_has_no_symbol_and_says_of_when_it_is() -> None:
    made = typeset(orders.working_draft())
    printed = texts(made)
    assert all("Draft – not circulated" in page for page in printed)
    assert all("As of 10 March 2027, 14:05 UTC" in page for page in printed)
    text = " ".join(printed)
    assert "PartNIR/" not in text and "Symbol" not in text and "SHA-256" not in text
    assert "The secretariat’s working draft as it stood on 10 March 2027, 14:05 UTC." in text
    assert "stands on no record" in text
    assert not PdfReader(io.BytesIO(made.pdf)).attachments
    assert typeset(orders.working_draft()).pdf == made.pdf


def test_what_has_no_symbol_must_say_of_when_it_is() -> None:
    order = orders.working_draft()
    del order["as_of"]
    with pytest.raises(TypesettingError, match="it lacks: as_of"):
        typeset(order)


def test_a_text_under_consideration_says_that_nobody_adopted_it() -> None:
    made = typeset(orders.draft(edition="circulated", date="2027-03-01"))
    printed = texts(made)
    assert all("Circulated – not adopted" in page for page in printed)
    assert "Circulated on 1 March 2027 for consideration." in printed[0]
    assert "PartNIR/AG/2027/WP/1" in printed[0]
    assert set(PdfReader(io.BytesIO(made.pdf)).attachments) == {"plan.json", "activities.csv"}


def test_a_long_activity_begins_below_what_comes_before_it() -> None:
    """It goes on over the page; a short one that does not fit is not torn apart."""
    plan = orders.small_plan()
    first = plan["areas"][0]["activities"][0]
    plan["areas"][0]["objectives"] *= 14
    paragraph = "The host publishes what the forum has agreed on. " * 4
    first["description"] = "\n\n".join([paragraph] * 6)
    pages = texts(typeset(orders.order(plan)))
    area = next(n for n, page in enumerate(pages) if "Priority area 1" in page)
    assert "The host publishes" in pages[area]
    assert "16–17 September 2027 Place Xiamen" in pages[area + 1]
    first["description"] = "The host publishes what the forum has agreed on."
    first["deliverables"] = ["One of many results"] * 20
    pages = texts(typeset(orders.order(plan)))
    assert "The host publishes" not in pages[area]
    assert "The host publishes" in pages[area + 1]


def test_an_adopted_text_has_no_watermark(adopted: Typeset) -> None:
    assert "not for citation" not in " ".join(texts(adopted))


def test_every_page_of_an_example_says_so(adopted: Typeset) -> None:
    assert all(EXAMPLE in page for page in texts(adopted))
    assert EXAMPLE not in " ".join(texts(typeset(orders.order(example=False))))


def test_a_report_to_the_summit_counts_activities() -> None:
    plan = orders.rich_plan()
    plan["areas"] = plan["areas"][:2]
    printed = " ".join(texts(typeset(orders.report(plan))))
    assert "3 of 6 activities are completed." in printed
    assert "2 of 3 activities are completed." in printed
    assert "The approved work plan was reported on 6 July 2027" in printed
    assert "No report was received; the state is that of the plan." in printed
    assert "Held as planned; the results are published. Li Shili, 20 June 2027" in printed


@pytest.mark.parametrize("language", ["ar", "zh"])
def test_other_scripts_and_directions_are_set(language: str) -> None:
    title = {"ar": orders.ARABIC, "zh": orders.HAN}[language]
    plan = orders.small_plan(language=language, title=title, preamble=f"{title} UNIDO 2027.")
    made = typeset(orders.order(plan))
    root: Any = PdfReader(io.BytesIO(made.pdf)).trailer["/Root"]
    assert root["/Lang"] == language
    families = {
        font["/BaseFont"]
        for page in PdfReader(io.BytesIO(made.pdf)).pages
        for font in page["/Resources"]["/Font"].values()
    }
    wanted = {"ar": "Noto-Naskh-Arabic", "zh": "Noto-Serif-CJK-SC"}[language]
    assert any(wanted in family for family in families), families


def test_phrases_of_the_other_direction_stand_alone() -> None:
    assert passages.directed("مع UNIDO 2027 في", "rtl") == (
        'مع <span dir="ltr">UNIDO 2027</span> في'
    )
    assert passages.directed("Forum (منتدى) <b>", "ltr") == (
        'Forum (<span dir="rtl">منتدى</span>) &lt;b&gt;'
    )
    assert passages.directed("منتدى UNIDO", "ltr") == '<span dir="rtl">منتدى UNIDO</span>'


def test_a_character_without_a_glyph_is_named_with_its_place() -> None:
    plan = orders.small_plan()
    plan["areas"][0]["activities"][0]["description"] = "A meeting \U0001f91d of friends."
    with pytest.raises(TypesettingError) as refusal:
        typeset(orders.order(plan))
    assert str(refusal.value) == (
        "The character “\U0001f91d” (U+1F91D HANDSHAKE) in paragraph 3 (activity 1.1) cannot be "
        "printed. No font of the document has this character; write it another way."
    )
    plan = orders.small_plan()
    plan["areas"][0]["activities"][0]["place"] = "\U0001f91d"
    with pytest.raises(TypesettingError, match="in activity 1.1 cannot be printed"):
        typeset(orders.order(plan))


def test_a_missing_family_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    here = fonts.installed()
    monkeypatch.setattr(
        fonts, "installed", lambda: {name: here[name] for name in here if "CJK" not in name}
    )
    with pytest.raises(TypesettingError, match="install the Debian package fonts-noto-cjk"):
        typeset(orders.order(orders.small_plan(title=orders.HAN)))
    monkeypatch.setattr(fonts, "installed", dict)
    with pytest.raises(TypesettingError, match="Noto Serif.*fonts-noto-core"):
        typeset(orders.order())


@pytest.mark.parametrize(
    "address",
    ["file:///etc/passwd", "http://127.0.0.1/", "asset:other", "data:image/png;base64,AA==", "x"],
)
def test_nothing_but_own_drawings_is_fetched(address: str) -> None:
    fetcher = OwnAssets({"grid": "<svg/>"})
    with pytest.raises(ValueError):
        fetcher.fetch(address)
    assert fetcher.refused == [address]
    HTML(string=f'<link rel=attachment href="{address}"><img src="{address}">',
         url_fetcher=fetcher).write_pdf()  # fmt: skip
    assert fetcher.fetch("asset:grid").read() == b"<svg/>"


def test_text_is_never_markup() -> None:
    hostile = '<img src="file:///etc/passwd"><style>*{display:none}</style>{{ order }}'
    plan = orders.small_plan(title=hostile, preamble=hostile)
    plan["areas"][0]["title"] = hostile
    plan["areas"][0]["activities"][0]["sources"] = ["javascript:alert(1)", "file:///etc/passwd"]
    made = typeset(orders.order(plan, symbol='"><b>'))
    assert "<style>*{display:none}</style>{{ order }}" in " ".join(texts(made))
    assert b"javascript:" not in made.pdf


def test_a_digest_that_is_not_of_the_text_stops_the_press() -> None:
    with pytest.raises(TypesettingError, match="is not that of its text"):
        typeset(orders.order(digest="0" * 64))


def test_an_incomplete_order_is_refused() -> None:
    order = orders.order()
    del order["plan"]
    with pytest.raises(TypesettingError, match="it lacks: plan"):
        typeset(order)
    with pytest.raises(TypesettingError, match="edition “report”"):
        typeset(orders.order(edition="report"))


def test_the_timeline_shows_the_year_of_the_plan() -> None:
    within = timeline.window(2027, [("2025", "2030"), ("2026-11", "2027-02")], mirrored=False)
    assert (within.first, within.last) == (2027, 2027)
    assert timeline.window(2027, [("2028-01-05", None)], False).last == 2028
    year = timeline.bar("2025", "2030", "#000", within)
    assert year and year["arrow_left"] and year["arrow_right"] and year["precision"] == "year"
    day = timeline.bar("2027-01-01", "2027-06-30", "#000", within)
    assert day and float(day["x"]) == timeline.EDGE
    mirrored = timeline.bar("2027-01-01", "2027-06-30", "#000", timeline.Window(2027, 2027, True))
    assert mirrored and float(mirrored["x"]) == pytest.approx(52.0, abs=0.1)
    assert timeline.bar(None, None, "#000", within) is None


def test_milestones_stand_on_the_sheet_of_their_activity() -> None:
    plan = orders.small_plan()
    plan["areas"][0]["activities"][0]["milestones"] = [
        orders.milestone("Call for speakers", "2027-05"),
        orders.milestone("Programme published", "2027-08-02"),
        orders.milestone(orders.ARABIC),
    ]
    text = " ".join(texts(typeset(orders.order(plan))))
    assert "Milestones May 2027: Call for speakers 2 August 2027: Programme published" in text
    assert "Milestones" not in " ".join(texts(typeset(orders.order())))


def test_a_milestone_is_a_diamond_as_exact_as_its_date() -> None:
    within = timeline.window(2027, [("2027", None)], mirrored=False)
    day, month = timeline.mark("2027-07-01", within), timeline.mark("2027-07", within)
    assert day and month and (day["is_light"], month["is_light"]) == (False, True)
    following = timeline.mark("2027-08-01", within)
    assert following and float(day["x"]) < float(month["x"]) < float(following["x"])
    assert timeline.mark("2027", within) is None, "a year alone has no place in it"
    assert timeline.mark("2028-01", within) is None and timeline.mark(None, within) is None
    assert timeline.meeting_mark("2027-07", within) is None, "a meeting known so is a bar"
    first = timeline.mark("2027-01-01", within)
    assert first and float(first["x"]) == timeline.DIAMOND, "it is drawn whole"


def test_the_timeline_tells_in_words_what_it_draws() -> None:
    plan = orders.small_plan()
    forum = plan["areas"][0]["activities"][0]
    forum["milestones"] = [orders.milestone("Call", "2027-05"), orders.milestone("Report")]
    school = orders.activity("School", milestones=[orders.milestone("Opening", "2027-06-01")])
    idle = orders.activity("Idle", milestones=[orders.milestone("Some day", "2027")])
    plan["areas"][0]["activities"] += [school, idle]
    rows = layout.compose(orders.order(plan))["timeline"]["groups"][0]["rows"]
    assert [(row["told"], len(row["marks"]), bool(row["bar"])) for row in rows] == [
        ("16–17 September 2027; May 2027: Call", 1, True),
        ("1 June 2027: Opening", 1, False),
        ("2027: Some day", 0, False),
    ]
    printed = " ".join(texts(typeset(orders.order(plan))))
    assert printed.count("No date on record") == 1


def test_the_command_prints_a_file(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    source, out = tmp_path / "plan.json", tmp_path / "plan.pdf"
    source.write_text(content.dump(orders.small_plan()), encoding="utf-8")
    call_command("typeset", str(source), "-o", str(out), "--date", "2027-01-05")
    assert out.read_bytes().startswith(b"%PDF")
    source.write_text("{", encoding="utf-8")
    with pytest.raises(CommandError, match="not JSON"):
        call_command("typeset", str(source), "-o", str(out))
    source.write_text(json.dumps(orders.small_plan(year="soon")), encoding="utf-8")
    with pytest.raises(CommandError, match="year"):
        call_command("typeset", str(source), "-o", str(out))
    with pytest.raises(CommandError, match="could not be read"):
        call_command("typeset", str(tmp_path / "none"), "-o", str(out))
