"""The hand-over note as bytes: archivable, accessible, the same each time, whatever it holds."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from pypdf import PdfReader

from tests.workplans import orders as examples
from workplans import content
from workplans.typesetting import Typeset, TypesettingError, note, typeset

POINTS = (
    ("plans", "Substance", "Work plans in hand"),
    ("considerations", "Substance", "Texts before a meeting"),
    ("meetings", "Calendar", "Meetings convened"),
    ("delegations", "People", "Delegations without head or focal point"),
    ("register", "Records", "The register"),
)


def item(text: str, said: str = "") -> dict[str, str]:
    return {"text": text, "note": said}


def tick(by: str, at: str = "2026-12-01T09:00:00+00:00") -> dict[str, str]:
    return {"by": by, "at": at}


def facts(**changes: Any) -> dict[str, Any]:
    items = {
        "plans": [item("Work plan 2027: Draft", "Write it and circulate it.")],
        "register": [item("The register is kept up to entry no. 812.")],
    }
    found = {
        "form": note.FORM,
        "outgoing": {"code": "IN", "name": "India", "year": 2026},
        "incoming": {"code": "CN", "name": "China", "year": 2027},
        "at": "2026-12-18T14:05:00+00:00",
        "drawn_up": "2026-12-18T14:05:00+00:00",
        "presides_until": "2026-12-31",
        "offered": {
            "by": "Meera Udaharan",
            "capacity": "Chair of the Advisory Group",
            "state": "India",
            "at": "2026-12-17T08:30:00+00:00",
        },
        "taken": {
            "by": "Zhao Shili",
            "capacity": "Secretariat staff",
            "state": "China",
            "at": "2026-12-18T14:05:00+00:00",
        },
        "remarks": "The forum moves to June.\n\nStill open:\n- the venue;\n- the speakers.",
        "entry": 813,
        "points": [
            {
                "key": key,
                "group": group,
                "title": title,
                "nothing": f"Nothing under {title.lower()}.",
                "items": items.get(key, []),
                "ticked": {"outgoing": tick("Arjun Udaharan"), "incoming": None},
            }
            for key, group, title in POINTS
        ],
    }
    return found | changes


def order(printed: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    printed = printed or facts()
    found = {
        "order": "partnir-document/1",
        "kind": "hand_over_note",
        "edition": "handed_over",
        "symbol": "PartNIR/AG/2026/HO/1",
        "language": "en",
        "title": "Hand-over of the secretariat from India to China",
        "date": "2026-12-18",
        "distribution": "Restricted",
        "institution": {"name": "The Partnership", "short": "PartNIR", "body": "Advisory Group"},
        "example": True,
        "hand_over": printed,
        "digest": content.digest(content.dump(printed), note.FORM),
    }
    return found | changes


def read(made: Typeset) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(made.pdf)).pages]


@pytest.fixture(scope="module")
def made() -> Typeset:
    return typeset(order())


@pytest.fixture(scope="module")
def printed(made: Typeset) -> str:
    return "\n".join(read(made))


def test_it_says_who_passed_what_to_whom_and_when(printed: str) -> None:
    assert "China took over the secretariat on 18 December 2026, 14:05 UTC." in printed
    assert "India presides until 31 December 2026." in printed
    offered = "Meera Udaharan, Chair of the Advisory Group, India, on 17 December 2026, 08:30 UTC"
    assert offered in printed
    assert "Entry no. 813" in printed
    assert "The forum moves to June." in printed and "the speakers." in printed
    assert "Restricted" in printed and "PartNIR/AG/2026/HO/1" in printed


def test_each_point_says_what_each_side_has_ticked(printed: str) -> None:
    assert "1.1 Work plans in hand" in printed
    assert "India: in order, Arjun Udaharan, 1 December 2026 · China: not ticked" in printed
    assert "Work plan 2027: Draft Write it and circulate it." in printed
    assert "Nothing under meetings convened." in printed
    assert "The register is kept up to entry no. 812." in printed


def test_by_the_table_nobody_is_named() -> None:
    by_table = facts(
        at="2027-01-01T00:00:00+00:00",
        drawn_up="2027-01-01T00:00:40+00:00",
        taken=None,
        offered=None,
        remarks="",
    )
    text = "\n".join(read(typeset(order(by_table))))
    assert "passed on 1 January 2027, 00:00 UTC, by the table of presidencies" in text
    assert "By itself, with the day in the table" in text and "Not offered" in text
    assert "presides until" not in text and "Remarks" not in text


def test_the_same_order_gives_the_same_bytes(made: Typeset) -> None:
    again = json.loads(json.dumps(order(), sort_keys=True))
    assert typeset(again).pdf == made.pdf


def test_it_is_archivable_and_accessible(made: Typeset) -> None:
    root: Any = PdfReader(io.BytesIO(made.pdf)).trailer["/Root"]
    metadata = root["/Metadata"].get_data().decode()
    assert 'pdfaid:part="3"' in metadata and 'pdfaid:conformance="A"' in metadata
    assert 'pdfuaid:part="1"' in metadata
    assert root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root
    assert root["/Lang"] == "en" and root["/OutputIntents"]


def test_its_facts_lie_inside_byte_for_byte(made: Typeset) -> None:
    attached = PdfReader(io.BytesIO(made.pdf)).attachments
    assert set(attached) == {"hand-over.json"}
    (data,) = attached["hand-over.json"]
    assert data == content.dump(facts()).encode()
    assert content.digest(data.decode(), note.FORM) == order()["digest"]


def test_a_digest_of_other_facts_stops_the_press() -> None:
    with pytest.raises(TypesettingError, match="is not that of its text"):
        typeset(order(hand_over=facts(entry=814)))
    # Nor does the digest of a plan's form name the facts of a hand-over.
    with pytest.raises(TypesettingError, match="is not that of its text"):
        typeset(order(digest=content.digest(content.dump(facts()), content.FORM)))


def test_an_incomplete_order_is_refused() -> None:
    lacking = order()
    del lacking["hand_over"]
    with pytest.raises(TypesettingError, match="it lacks: hand_over"):
        typeset(lacking)
    with pytest.raises(TypesettingError, match="edition “adopted”"):
        typeset(order(edition="adopted"))


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"remarks": "Done \U0001f91d"}, "paragraph 1"),
        ({"outgoing": {"code": "IN", "name": "\U0001f91d", "year": 2026}}, "From"),
    ],
)
def test_a_character_without_a_glyph_is_named_with_its_place(changed: Any, place: str) -> None:
    with pytest.raises(TypesettingError, match=f"HANDSHAKE\\) in {place} cannot be printed"):
        typeset(order(facts(**changed)))


def test_a_point_that_cannot_be_printed_is_named() -> None:
    printed = facts()
    printed["points"][2]["items"] = [item("Forum \U0001f91d")]
    with pytest.raises(TypesettingError, match=r"in point 2\.1, Meetings convened cannot"):
        typeset(order(printed))


def test_names_in_other_scripts_are_set_and_text_is_never_markup() -> None:
    printed = facts(remarks=f"{examples.HAN} – {examples.ARABIC}")
    printed["points"][0]["items"] = [
        item("<b>Plan</b> & more", examples.DEVANAGARI),
        item(examples.CYRILLIC, examples.ETHIOPIC),
    ]
    text = "\n".join(read(typeset(order(printed))))
    assert "<b>Plan</b> & more" in text and examples.CYRILLIC.split()[0] in text


def test_much_of_everything_is_ordinary() -> None:
    printed = facts(remarks="\n\n".join(f"Remark no. {n}." for n in range(1, 61)))
    many = {
        "plans": [item(f"Open item no. {n}", "It is open. " * 6) for n in range(1, 301)],
        "meetings": [item(f"Meeting no. {n}", "16–17 September 2027") for n in range(1, 51)],
        "delegations": [item(f"State no. {n}", "No focal point.") for n in range(1, 201)],
    }
    for point in printed["points"]:
        point["items"] = many.get(point["key"], point["items"])
    made = typeset(order(printed))
    pages = read(made)
    assert made.pages == len(pages) > 20
    text = "\n".join(pages)
    for words in ("Open item no. 300", "Meeting no. 50", "State no. 200", "Remark no. 60."):
        assert words in text
    assert f"Page {made.pages} of {made.pages}" in pages[-1]
