"""Tables of activities: out and back nothing changes, and nothing in them is ever run."""

import copy
import csv
import io
import unicodedata
import warnings
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from tests.workplans import orders
from workplans import parts, sheets, tables
from workplans.models import Activity
from workplans.sheets import Unreadable
from workplans.tables import Known, lay, read

AREA, OTHER = orders.key("area"), orders.key("other area")
FORUM, SCHOOL = orders.key("Forum"), orders.key("School")
KNOWN = Known(
    states={
        "BR": ("Brazil", "Federative Republic of Brazil", "BRA"),
        "IN": ("India", "Republic of India", "IND"),
        "EL": ("Elsewhere",),
    },
    sitting=frozenset({"BR", "IN"}),
    authorities={"BR": ("Ministry of Development",), "IN": ("Ministry of Commerce",)},
)


def plan(*activities, others=()):
    return orders.small_plan(
        areas=[
            {"id": AREA, "title": "Digitization", "objectives": [], "activities": list(activities)},
            {"id": OTHER, "title": "Innovation", "objectives": [], "activities": list(others)},
        ]
    )


def forum(**fields):
    lead = {"code": "BR", "name": "Brazil", "authority": "Ministry of Development"}
    made = orders.activity("Forum", lead=lead, begins="2027-05", ends="2027-06-03")
    return made | fields


def file_of(headings, *rows, delimiter=",", encoding="utf-8"):
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows([headings, *rows])
    return out.getvalue().encode(encoding)


def laid(form, headings, *rows, known=KNOWN):
    return lay(read(file_of(headings, *rows)), form, known)


def words(found):
    return [problem.words for problem in found.problems]


def only(form):
    (activity,) = form["areas"][0]["activities"]
    return activity


# Out and back


SIGNS = st.text(
    st.one_of(
        st.sampled_from("=+-@\t\"',;|\\\n‘’“”＝＠_x0007_ \u200f\u202e"),
        st.characters(categories=["L", "M", "N", "P", "S", "Z"]),
    ),
    max_size=30,
)


def plain(text):
    return unicodedata.normalize("NFC", text).replace("\r", "").strip()


LINE = SIGNS.map(lambda text: " ".join(plain(text).split()))
TEXT = SIGNS.map(plain)
LINES = st.lists(LINE.filter(lambda text: text and len(text.splitlines()) == 1), max_size=3)
INDICATOR = st.tuples(LINE.filter(bool), LINE, LINE, LINE)
DATE = st.sampled_from([None, "2027", "2027-03", "2027-03-11"])
# Among what is reached are words that look like the date before them.
STEP = st.one_of(
    LINE, st.sampled_from(["2027", "2027: x", "10:30 opening", ": x", "2027-13：x", "a: b"])
)


@st.composite
def activities(draw):
    name = draw(st.uuids())
    code = draw(st.sampled_from(["", "BR", "IN"]))
    return {
        "id": str(name),
        "kind": draw(st.sampled_from(Activity.Kind.values)),
        "title": draw(LINE.filter(bool)),
        "description": draw(TEXT),
        "lead": code and {"code": code, "name": code, "authority": draw(LINE) or None} or None,
        "co_leads": draw(st.sampled_from([[], [{"code": "EL", "name": "Elsewhere"}]])),
        "partners": draw(LINES),
        "mode": draw(st.sampled_from([None, *Activity.Mode.values])),
        "place": draw(LINE),
        "begins": draw(DATE),
        "ends": None,
        "deliverables": draw(LINES),
        "indicators": [
            {"id": str(draw(st.uuids())), **dict(zip(parts.INDICATORS.boxes, figures, strict=True))}
            for figures in draw(st.lists(INDICATOR, max_size=2))
        ],
        "milestones": [
            {"id": str(draw(st.uuids())), "text": text, "date": date}
            for text, date in draw(st.lists(st.tuples(STEP.filter(bool), DATE), max_size=2))
        ],
        "budget_note": draw(TEXT),
        "funding_source": draw(LINE),
        "state": draw(st.sampled_from(Activity.Stage.values)),
        "sources": draw(LINES),
    }


@settings(max_examples=60, deadline=None)
@given(st.lists(activities(), min_size=1, max_size=3), LINE.filter(bool))
def test_a_table_that_comes_back_as_it_went_changes_nothing(found, title):
    form = plan(*found)
    form["areas"][0]["title"] = form["areas"][1]["title"] = title
    for data in (tables.csv(form), tables.xlsx(form, KNOWN)):
        back = lay(read(data), form, KNOWN)
        assert words(back) == []
        assert back.form == form
        assert not back.touched
        assert back.unchanged == len(found)


@settings(max_examples=150, deadline=None)
@given(activities())
def test_a_row_read_into_an_empty_draft_says_what_it_said(activity):
    """Every field survives as text, not only because it is compared with what is there."""
    known = Known(
        states={"BR": ("Brazil",), "IN": ("India",), "EL": ("Elsewhere",)},
        sitting=frozenset({"BR", "IN", "EL"}),
        authorities={
            code: (activity["lead"]["authority"],)
            for code in ("BR", "IN")
            if activity["lead"] and activity["lead"]["authority"]
        },
    )
    form = plan(activity)
    # A text of a plan holds no tab: what is new to a draft comes without.
    for name in ("description", "budget_note"):
        activity = {**activity, name: activity[name].replace("\t", " ")}
    for data in (tables.csv(form), tables.xlsx(form, known)):
        back = lay(read(data), plan(), known)
        assert words(back) == []
        made = only(back.form)
        strip = {"milestones": None, "indicators": None, "lead": None}
        assert {**made, **strip} == {**activity, **strip}
        assert (made["lead"] or {}).get("authority") == (activity["lead"] or {}).get("authority")
        for held in ("indicators", "milestones"):
            # New ones get identities of their own.
            assert [{**item, "id": ""} for item in made[held]] == [
                {**item, "id": ""} for item in activity[held]
            ]


@given(st.text())
def test_guarding_a_formula_is_undone(text):
    assert sheets.unguarded(sheets.guarded(text)) == text


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "'=1", "''@x"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_a_csv_begins_like_a_formula(text):
    out = sheets.write_csv([[text, f"a{text}"]]).decode("utf-8-sig")
    (row,) = csv.reader(io.StringIO(out, newline=""))
    assert row[0] == f"'{text}"
    assert row[1] == f"a{text}"


def test_every_cell_of_a_workbook_is_text():
    form = plan(forum(title="=HYPERLINK(1)", description="#N/A", place="2027-03-01"))
    data = tables.xlsx(form, KNOWN)
    book = load_workbook(io.BytesIO(data))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.value is None or (cell.data_type, cell.number_format) == ("s", "@")
    (title,) = [cell for cell in book.worksheets[0][2] if cell.value == "=HYPERLINK(1)"]
    assert title.quotePrefix
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet


def test_a_workbook_keeps_its_headings_in_sight_and_offers_the_values():
    book = load_workbook(io.BytesIO(tables.xlsx(plan(forum()), KNOWN)))
    table, about = book.worksheets
    assert table.freeze_panes == "C2"
    assert [cell.value for cell in table[1]] == [column.name for column in tables.COLUMNS]
    assert {cell.value for cell in about["A"]} >= {"area", "lead authority", "remove"}
    offered = {}
    for rule in table.data_validations.dataValidation:
        heading = table[f"{str(rule.sqref).split(':')[0].rstrip('0123456789')}1"].value
        _sheet, _mark, cells = rule.formula1.partition("!")
        offered[heading] = [cell.value for (cell,) in about[cells.replace("$", "")]]
    assert offered["lead"] == ["BR", "IN"]
    assert offered["area"] == ["Digitization", "Innovation"]
    assert offered["mode"] == Activity.Mode.labels
    assert offered["kind"] == Activity.Kind.labels
    assert offered["remove"] == ["yes"]


def test_a_text_too_long_for_a_cell_is_left_alone():
    form = plan(forum(description="x" * 40_000))
    data = tables.xlsx(form, KNOWN)
    (row,) = [r for r in load_workbook(io.BytesIO(data)).worksheets[0].iter_rows(min_row=2)]
    assert any("too long for a cell" in (cell.value or "") for cell in row)
    assert lay(read(data), form, KNOWN).form == form


def test_partial_dates_stay_what_they_are():
    (row,) = tables.cells(plan(forum()))
    assert (row["begins"], row["ends"]) == ("2027-05", "2027-06-03")


# What a table changes


def test_a_changed_cell_changes_that_field_and_no_other():
    form = plan(forum())
    before = copy.deepcopy(form)
    found = laid(form, ["id", "Place", "number"], [FORUM, "Recife", "9.9"])
    assert found.problems == ()
    assert only(found.form) == {**only(form), "place": "Recife"}
    assert form == before
    assert (found.changed, found.added, found.removed, found.unchanged) == (1, 0, 0, 0)
    (part,) = found.changes.changed
    assert [(d.label, d.after) for d in part.fields] == [("Place", "Recife")]


def test_activities_no_row_is_about_stay():
    form = plan(forum(), orders.activity("School"))
    found = laid(form, ["id", "title"], [SCHOOL, "Summer school"])
    titles = [activity["title"] for activity in found.form["areas"][0]["activities"]]
    assert titles == ["Forum", "Summer school"]


def test_a_row_without_an_id_adds_an_activity_at_the_end_of_its_area():
    form = plan(forum())
    found = laid(
        form, ["title", "area", "kind", "lead"], ["Fair", " 1 ", "exhibition", "Republic of India"]
    )
    _first, made = found.form["areas"][0]["activities"]
    assert (made["title"], made["kind"], made["state"]) == ("Fair", "exhibition", "planned")
    assert made["lead"] == {"code": "IN", "name": "India", "authority": None}
    assert found.added == 1
    assert "every row adds" in read(file_of(["title"], ["x"])).notes[0]


def test_the_same_file_adds_an_activity_once():
    form = plan(forum())
    table = read(file_of(["id", "title", "area"], ["", "Fair", "Innovation"]))
    once = lay(table, form, KNOWN)
    again = lay(table, once.form, KNOWN)
    assert once.added == 1
    assert (again.added, again.unchanged, again.form) == (0, 1, once.form)


def test_an_id_that_another_plan_has_is_not_taken_over():
    stranger, free = orders.key("of 2026"), orders.key("removed last week")
    known = Known(KNOWN.states, KNOWN.sitting, KNOWN.authorities, frozenset({stranger}))
    found = laid(
        plan(), ["id", "title", "area"], [stranger, "A", "1"], [free, "B", "1"], known=known
    )
    first, second = found.form["areas"][0]["activities"]
    assert first["id"] not in (stranger, free)
    assert second["id"] == free


def test_yes_in_the_last_column_removes():
    form = plan(forum(), orders.activity("School"))
    found = laid(form, ["id", "title", "remove"], [FORUM, "Forum", "Yes"], [SCHOOL, "School", "no"])
    assert only(found.form)["title"] == "School"
    assert (found.removed, found.unchanged) == (1, 1)


def test_an_activity_goes_to_another_area():
    form = plan(forum(), others=[orders.activity("School")])
    found = laid(form, ["id", "area"], [FORUM, "innovation"])
    assert [a["title"] for a in found.form["areas"][1]["activities"]] == ["School", "Forum"]
    assert found.form["areas"][0]["activities"] == []


def test_two_areas_of_one_title_are_told_apart_by_number():
    form = plan(forum(), others=[orders.activity("School")])
    form["areas"][1]["title"] = "digitization"
    first, second = tables.cells(form)
    assert (first["area"], second["area"]) == ("1. Digitization", "2. digitization")
    ambiguous = laid(form, ["id", "area"], [FORUM, "Digitization"])
    assert words(ambiguous) == [
        "Row 2, area: there is no priority area “Digitization” in the draft."
    ]
    assert lay(read(tables.csv(form)), form, KNOWN).form == form


def test_another_lead_takes_its_authority_along():
    form = plan(forum())
    alone = laid(form, ["id", "lead"], [FORUM, "IN"])
    assert only(alone.form)["lead"] == {"code": "IN", "name": "India", "authority": None}
    both = laid(form, ["id", "lead", "lead authority"], [FORUM, "IN", "ministry of commerce"])
    assert only(both.form)["lead"]["authority"] == "Ministry of Commerce"
    stale = laid(form, ["id", "lead", "lead authority"], [FORUM, "IN", "Ministry of Development"])
    assert words(stale) == [
        "Row 2, lead authority: “Ministry of Development” is not on record as an authority of "
        "India."
    ]
    none = laid(form, ["id", "lead", "lead authority"], [FORUM, "", ""])
    assert only(none.form)["lead"] is None


def test_indicators_keep_their_identity():
    one = orders.indicator("Visitors", "people", "0", "100")
    two = orders.indicator("Talks", "", "", "5")
    form = plan(forum(indicators=[one, two]))

    def after(text):
        return only(laid(form, ["id", "indicators"], [FORUM, text]).form)["indicators"]

    assert after("Talks | | | 6\nVisitors | people | 0 | 100") == [{**two, "target": "6"}, one]
    assert after("Guests | people | 0 | 100\nTalks | | | 5") == [{**one, "name": "Guests"}, two]
    assert [item["id"] for item in after("Talks | | | 5")] == [two["id"]]
    new = after("Visitors|people|0|100\nTalks\nA \\| B")
    assert [item["name"] for item in new] == ["Visitors", "Talks", "A | B"]
    assert len({item["id"] for item in new}) == 3


def test_milestones_keep_their_identity_and_their_date():
    call, final = orders.milestone("Call", "2027-03"), orders.milestone("Final")
    form = plan(forum(milestones=[call, final]))
    (row,) = tables.cells(form)
    assert row["milestones"] == "2027-03: Call\nFinal"

    def after(text):
        return only(laid(form, ["id", "milestones"], [FORUM, text]).form)["milestones"]

    assert after("2027-06-01: Final\n2027-03: Call") == [{**final, "date": "2027-06-01"}, call]
    assert after("2027-03: Call for projects\nFinal") == [
        {**call, "text": "Call for projects"},
        final,
    ]
    assert after("Final") == [final]
    assert after("Call\nFinal") == [{**call, "date": None}, final]
    new = after("01.04.2027 : Call\n: 2027: the year\n２０２７-05：招募")
    assert [(item["text"], item["date"]) for item in new] == [
        ("Call", "2027-04-01"),
        ("2027: the year", None),
        ("招募", "2027-05"),
    ]
    assert new[0]["id"] == call["id"]
    assert len({item["id"] for item in new}) == 3


def test_words_codes_and_dates_as_people_write_them():
    form = plan(forum())
    found = laid(
        form,
        ["ID", "State", "mode", "begins", "ends", "co leads"],
        [FORUM.upper(), "under way", "Hybrid", "01.06.2027", "2027-07", "India; IND"],
    )
    made = only(found.form)
    assert words(found) == []
    assert (made["state"], made["mode"]) == ("under_way", "hybrid")
    assert (made["begins"], made["ends"]) == ("2027-06-01", "2027-07")
    assert made["co_leads"] == [{"code": "IN", "name": "India"}]


# What stands in the way


@pytest.mark.parametrize(
    "column, said, sentence",
    [
        ("lead", "XX", "there is no state “XX”."),
        ("lead", "EL", "Elsewhere is neither a member nor invited."),
        ("co-leads", "IN, Nowhere", "there is no state “Nowhere”."),
        ("co-leads", "BR", "Brazil leads already; it is not a co-lead too."),
        ("lead authority", "A bank", "“A bank” is not on record as an authority of Brazil."),
        ("area", "Sports", "there is no priority area “Sports” in the draft."),
        ("area", "", "name the priority area of the activity."),
        ("title", "", "write a title."),
        ("title", "x" * 301, "this is longer than 300 characters."),
        ("partners", "fine\n" + "x" * 301, "this is longer than 300 characters."),
        ("begins", "3/5/2027", "“3/5/2027” is not a day, a month or a year such as 2027-03-11, "
         "2027-03 or 2027."),
        ("begins", "2028", "the end, 3 June 2027, lies before the beginning, 2028."),
        ("ends", "30.02.2027", "“30.02.2027” is not a day, a month or a year such as 2027-03-11, "
         "2027-03 or 2027."),
        ("indicators", "a|b|c|d|e", "“a|b|c|d|e” has more than four parts: what is measured | "
         "unit | baseline | target."),
        ("indicators", "|people", "an indicator has to say what is measured."),
        ("milestones", "2027-13: Call", "“2027-13” is not a day, a month or a year such as "
         "2027-03-11, 2027-03 or 2027. If no date is meant, write a colon before the line."),
        ("milestones", "2027-05:", "a milestone has to say what is reached."),
        ("milestones", "x" * 301, "this is longer than 300 characters."),
        ("mode", "by post", "“by post” is none of these: In person, Online, In person and online."),
        ("description", "a\x07b", "there is an invisible control character (U+0007)."),
        ("remove", "perhaps", "write “yes” to remove the activity, or nothing."),
    ],
)  # fmt: skip
def test_a_problem_names_its_row_its_column_and_what_is_wrong(column, said, sentence):
    form = plan(forum(), orders.activity("School"))
    found = laid(
        form, ["id", "place", column], ["", "", ""], [FORUM, "Recife", said], [SCHOOL, "Pune", *(
            [{"title": "School", "area": "1"}.get(column, "")]
        )]
    )  # fmt: skip
    assert words(found) == [f"Row 3, {column}: {sentence}"]
    assert found.left_out == (3,)
    first, second = found.form["areas"][0]["activities"]
    assert first == form["areas"][0]["activities"][0], "a row with a problem is left out whole"
    assert second["place"] == "Pune", "the good row is not hindered"


def test_what_was_wrong_before_does_not_hinder_a_row():
    form = plan(forum(partners=["x" * 400], co_leads=[{"code": "BR", "name": "Brazil"}]))
    data = tables.csv(form).replace(b"Project", b"Forum")
    found = lay(read(data), form, KNOWN)
    assert words(found) == []
    assert only(found.form)["kind"] == "forum"


def test_rows_of_the_same_activity_and_removing_what_is_not_there():
    form = plan(forum())
    found = laid(
        form, ["id", "title", "remove"], [FORUM, "A", ""], [FORUM, "B", ""], ["", "C", "yes"]
    )
    assert words(found) == [
        "Row 3, id: row 2 is the same activity. Leave the cell empty to add one.",
        "Row 4, remove: the draft has no such activity.",
    ]
    assert only(found.form)["title"] == "A"


def test_a_new_activity_of_a_title_that_is_there_is_pointed_out():
    found = laid(plan(forum()), ["title", "area"], ["forum", "1"], ["Fair", "1"])
    assert found.twins == ("forum",)


# Files


def test_separators_and_encodings_are_told_apart():
    rows = [["id", "title", "place"], [FORUM, "Forum", "São Paulo; “here”"]]
    for delimiter in ",;\t":
        for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"):
            table = read(file_of(*rows, delimiter=delimiter, encoding=encoding))
            assert table.rows == ((2, dict(zip(rows[0], rows[1], strict=True))),)
            assert bool(table.notes) == (encoding in ("utf-16-le", "utf-16-be", "cp1252"))
    assert read(b"sep=;\r\n" + file_of(*rows, delimiter=";")).rows[0][1]["place"] == rows[1][2]


def test_columns_nobody_knows_are_named_and_left_out():
    table = read(file_of(["title", "Colour"], ["Fair", "red"]))
    assert table.rows == ((2, {"title": "Fair"}),)
    assert table.notes[0] == "These columns are not known and were left out: “Colour”."


def book(*rows, more=0):
    made = Workbook()
    for row in rows:
        made.active.append(row)
    for n in range(more):
        made.create_sheet(f"More {n}")
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_a_formula_of_a_workbook_is_neither_run_nor_taken():
    import datetime

    data = book(
        ["id", "title", "begins", "ends", "place"],
        [FORUM, "=1+1", datetime.datetime(2027, 5, 1), 2027, 12.0],
        more=2,
    )
    table = read(data)
    assert table.rows[0][1] == {
        "id": FORUM, "title": None, "begins": "2027-05-01", "ends": "2027", "place": "12"
    }  # fmt: skip
    assert table.notes == ("Read from the sheet “Sheet”, the first one.",)
    assert words(lay(table, plan(forum()), KNOWN)) == [
        "Row 2, title: the cell holds a formula or an error. Put its text there."
    ]


def repacked(data, **parts):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in old.namelist():
            new.writestr(name, parts.get(name, old.read(name)))
        for name in parts.keys() - set(old.namelist()):
            new.writestr(name, parts[name])
    return out.getvalue()


def bomb():
    return repacked(book(["id"]), **{"xl/media/zeros": bytes(sheets.MAX_UNPACKED)})


def entities():
    sheet = (
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>'
    )
    return repacked(book(["id"]), **{"xl/worksheets/sheet1.xml": sheet})


def open_document():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<x/>")
    return out.getvalue()


@pytest.mark.parametrize(
    "data, sentence",
    [
        (b"", "The file is empty."),
        (b"x" * (sheets.MAX_BYTES + 1), "larger than 5 MB"),
        (b"%PDF-1.7\n\xff\x00\x01", "no table"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "no table"),
        (b"\xd0\xcf\x11\xe0 old", "old Excel file, or one with a password"),
        (b"PK\x03\x04 broken", "could not be read as an XLSX workbook"),
        (open_document(), "OpenDocument"),
        (bomb(), "far more than a table"),
        (entities(), "could not be read as an XLSX workbook"),
        (b"name;date\r\nForum;2027\r\n", "name the columns"),
        (b"id,title,title\r\n", "Two columns are called “title”."),
        (b"id,title\r\n", "headings but no rows"),
        (b'id,title\r\n,"Forum\r\n', "quotation marks"),
        (file_of(["title"], *([["x"]] * 2001)), "more than 2000 rows"),
        (file_of(["title", *["x"] * 120], ["a", *["b"] * 120]), "more than 100 columns"),
    ],
    ids=lambda value: "" if isinstance(value, bytes) else value[:20],
)
def test_what_is_no_table_is_refused_with_a_sentence(data, sentence):
    with warnings.catch_warnings(), pytest.raises(Unreadable) as refusal:
        warnings.simplefilter("error")
        read(data)
    assert sentence in str(refusal.value)


def test_a_row_far_below_is_read_and_a_wrong_size_is_not_believed():
    made = Workbook()
    made.active["A1"], made.active["A90000"] = "title", "Far below"
    out = io.BytesIO()
    made.save(out)
    with zipfile.ZipFile(io.BytesIO(out.getvalue())) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").replace(b"A1:A90000", b"A1:A1")
    table = read(repacked(out.getvalue(), **{"xl/worksheets/sheet1.xml": sheet}))
    assert table.rows == ((90_000, {"title": "Far below"}),)


def test_a_table_is_kept_as_few_bytes():
    table = read(tables.csv(orders.large_plan(300)))
    packed = table.pack()
    assert tables.Table.unpack(packed) == table
    assert len(packed) < 200_000
