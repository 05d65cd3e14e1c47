"""A text frozen in form 1 stays what it is, to the byte, and is read like any other."""

import copy
import hashlib
import io
import json
import re
from dataclasses import asdict
from html import unescape
from uuid import UUID

import pytest
from django.core.management import call_command
from django.urls import reverse
from pypdf import PdfReader

from secretariat import register
from secretariat.accreditation import bring_into_step
from secretariat.models import Entry
from secretariat.standing import Standing
from tests import factories
from tests.workplans import older, orders
from workplans import content, documents, printouts, prose, renewal
from workplans import draft as drafts
from workplans.models import Activity, Document, Sitting, WorkPlan
from workplans.operations import drafting, rearranging, restoring, review
from workplans.snapshots import Shelf
from workplans.typesetting import TypesettingError, typeset

FORM_1 = b"partnir-work-plan/1\n"


def at(name, *args):
    return reverse(f"workplans:{name}", args=args)


def words(response):
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", unescape(response.content.decode())))


def compose(plan):
    return drafts.compose(plan, on=factories.TODAY)


def names(data):
    """The digest of bytes as whoever checks a text works it out."""
    return hashlib.sha256(FORM_1 + data).hexdigest()


@pytest.fixture
def forum(draft):
    """An activity with whatever form 1 could say of one."""
    row = Activity.objects.filter(area__plan=draft).first()
    row.indicators.create(name="Visitors", target="100")
    row.area.objectives.create(text="Connect.")
    return row


@pytest.fixture
def frozen(cast, draft, forum, advisory_group):
    """The 2027 plan before the delegations, in form 1."""
    return older.circulated(draft, before=advisory_group, by=cast.staff)


@pytest.fixture
def decided(cast, frozen, settings, tmp_path):
    """The same, adopted; its document is ordered."""
    settings.DOCUMENT_ROOT = tmp_path / "documents"
    for head in cast.heads.values():
        factories.answer(frozen, by=head)
    return factories.adopted(frozen, by=cast.chair)


# The form


def test_an_older_form_is_read_in_the_newest_and_not_touched():
    form = older.in_form_1(orders.rich_plan())
    before = copy.deepcopy(form)
    newest = content.upgraded(form)
    assert form == before
    assert newest["form"] == content.FORM
    assert all(activity["milestones"] == [] for _number, activity in content.activities(newest))
    assert older.in_form_1(newest) == form
    assert content.upgraded(newest) is newest
    content.check(newest)


def test_each_form_keeps_its_own_schema():
    first, newest = older.in_form_1(orders.small_plan()), orders.small_plan()
    for form in (first, newest):
        content.check(form)
        assert content.read_as_written(json.dumps(form)) == form
        assert content.read(json.dumps(form)) == content.upgraded(form)
    for form, words_ in (
        ({**newest, "form": first["form"]}, "“milestones” does not belong here"),
        ({**first, "form": newest["form"]}, "“milestones” is missing"),
        ({**newest, "form": "partnir-work-plan/3"}, "form: "),
        ({**newest, "form": ["partnir-work-plan/2"]}, "form: "),
    ):
        with pytest.raises(content.InvalidPlan, match=words_):
            content.read(json.dumps(form))


def test_a_broken_rule_is_told_of_either_form():
    form = older.in_form_1(orders.small_plan())
    form["areas"][0]["activities"][0]["begins"] = "2027-02-30"
    with pytest.raises(content.InvalidPlan, match="not a day of the calendar"):
        content.read(json.dumps(form))


# On record


def test_its_digest_names_the_form_it_was_written_in(frozen):
    revision = frozen.revision
    revision.refresh_from_db()
    assert revision.written_in == "partnir-work-plan/1"
    assert revision.digest == names(revision.text.encode()) == content.digest(revision.text)
    assert revision.form["form"] == content.FORM
    assert json.loads(revision.text) == older.in_form_1(revision.form)


def test_delegations_read_it_and_their_positions_name_it(frozen, cast, sign_in):
    head = sign_in(cast.head)
    page = words(head.get(at("consideration", frozen.pk)))
    assert "Forum number 1" in page and "Connect." in page and "Visitors" in page
    data = head.get(at("revision_data", 2027, 1)).content
    assert data == frozen.revision.text.encode()
    factories.answer(frozen, by=cast.head)
    assert frozen.positions.get().digest == names(data)


def test_an_unchanged_draft_is_the_same_text(frozen, cast):
    with pytest.raises(review.NotReady, match="The draft is the same as"):
        factories.circulated(frozen.plan, before=frozen.meeting, by=cast.staff)


def test_it_is_compared_with_a_newer_one_like_any_other(frozen, forum, cast, sign_in):
    staff = sign_in(cast.staff)
    assert "Nothing in the text has changed." in words(
        staff.get(at("compare", 2027), {"from": "r1", "to": "now"})
    )
    forum.milestones.create(text="Call for projects", date="2027-05")
    again = factories.circulated(frozen.plan, before=frozen.meeting, by=cast.staff).revision
    assert (again.number, again.form["form"]) == (2, content.FORM)
    assert json.loads(again.text)["revision"]["previous"] == frozen.revision.digest
    response = staff.get(at("compare", 2027), {"from": "r1", "to": "r2"})
    said = words(response)
    assert re.search(rb'<select name="from"[^>]*>.*value="r1" selected', response.content, re.S)
    assert "1 part changed." in said
    assert "Milestone" in said and "Call for projects" in said and "Date: May 2027" in said


def test_anybody_reads_it_and_finds_the_schema_it_keeps(decided, sign_in):
    visitor = sign_in()
    page = visitor.get(at("plan", 2027))
    assert "Forum number 1" in words(page)
    assert b'href="/schema/work-plan-1.json"' in page.content
    assert visitor.get(at("plan_data", 2027)).content == decided.revision.text.encode()


def test_a_plan_of_the_newest_form_points_to_the_newest_schema(adopted, sign_in):
    page = sign_in().get(at("plan", 2027))
    assert b'href="/schema/work-plan-2.json"' in page.content


def test_it_is_typeset_with_its_own_bytes_inside(decided):
    document = Document.objects.get()
    order = json.loads(document.order)
    assert order["plan"] == json.loads(decided.revision.text)
    assert order["digest"] == decided.revision.digest
    assert documents.produce(document.pk) is True
    document.refresh_from_db()
    reader = PdfReader(documents.settings.DOCUMENT_ROOT / document.file)
    (data,) = reader.attachments["plan.json"]
    assert data == decided.revision.text.encode()
    assert names(data) == decided.revision.digest
    printed = " ".join(" ".join(page.extract_text().split()) for page in reader.pages)
    assert "(echo partnir-work-plan/1; cat plan.json) | sha256sum" in printed
    assert "Forum number 1" in printed and "Milestones" not in printed


def test_before_it_is_decided_it_is_printed_under_its_own_digest(frozen, cast, settings, tmp_path):
    settings.PRINTOUT_ROOT = tmp_path / "printouts"
    asked = printouts.ask_for_circulated(frozen, by=cast.head, on=factories.NOW)
    order = json.loads(asked.order)
    assert order["digest"] == frozen.revision.digest
    assert printouts.produce(asked.pk) is True
    asked.refresh_from_db()
    (data,) = PdfReader(tmp_path / "printouts" / asked.file).attachments["plan.json"]
    assert data == frozen.revision.text.encode()


def test_a_printed_comparison_reads_both_forms_alike(frozen, forum, cast, settings, tmp_path):
    settings.PRINTOUT_ROOT = tmp_path / "printouts"
    forum.milestones.create(text="Call for projects", date="2027-05")
    bring_into_step(Standing.of(cast.staff, factories.TODAY), cast.staff.user)
    shelf = Shelf(cast.staff.user, frozen.plan, factories.TODAY)
    texts = shelf.find("r1"), shelf.find("now")
    asked = printouts.ask_for_comparison(shelf, *texts, by=cast.staff, on=factories.NOW)
    assert printouts.produce(asked.pk) is True
    asked.refresh_from_db()
    pages = PdfReader(tmp_path / "printouts" / asked.file).pages
    printed = " ".join(" ".join(page.extract_text().split()) for page in pages)
    assert "1 part changed." in printed and "Call for projects" in printed


def test_the_press_refuses_a_form_it_does_not_know():
    plan = orders.small_plan(form="partnir-work-plan/3")
    with pytest.raises(TypesettingError, match="in the form “partnir-work-plan/3”, which is not"):
        typeset(orders.order(plan))


def test_the_report_to_the_summit_reads_it():
    plan = older.in_form_1(orders.rich_plan())
    made = typeset(orders.report(plan))
    (data,) = PdfReader(io.BytesIO(made.pdf)).attachments["plan.json"]
    assert data == content.dump(plan).encode()


# In and out


def test_it_goes_out_as_it_is_and_comes_in_as_the_newest(decided, cast, tmp_path, capsys):
    path = tmp_path / "plan.json"
    call_command("export_plan", "2027", output=path)
    assert path.read_text() == decided.revision.text
    assert decided.revision.digest in capsys.readouterr().out
    form = {**json.loads(path.read_text()), "year": 2029, "areas": []}
    path.write_text(json.dumps(form))
    call_command("import_plan", str(path))
    assert compose(WorkPlan.objects.get(year=2029))["form"] == content.FORM


def test_a_file_of_it_is_typeset_under_the_digest_on_record(decided, tmp_path):
    source, out = tmp_path / "plan.json", tmp_path / "plan.pdf"
    source.write_text(decided.revision.text, encoding="utf-8")
    call_command(
        "typeset", str(source), "-o", str(out), "--date", "2027-01-05", "--edition=adopted"
    )
    reader = PdfReader(out)
    (data,) = reader.attachments["plan.json"]
    assert data == source.read_bytes()
    first = " ".join(reader.pages[0].extract_text().split())
    digest = decided.revision.digest
    assert " ".join(digest[i : i + 4] for i in range(0, 16, 4)) in first


# Written on from


def test_the_next_year_starts_from_it(decided, cast):
    plan, left = drafting.start(
        year=2028, title="Next", by=cast.staff, on=factories.NOW, based_on=decided
    )
    assert left == ()
    titles = [activity["title"] for _number, activity in content.activities(compose(plan))]
    assert titles == ["Forum number 1", "Forum number 2"]


def test_what_stayed_behind_in_it_is_brought_over_in_the_newest(decided):
    newest = decided.revision.form["areas"][0]
    activity = older.in_form_1(decided.revision.form)["areas"][0]["activities"][0]
    left = renewal.Left(
        key=activity["id"], number="1.1", title="Forum", area=newest["id"],
        area_title=newest["title"], state="completed", form=activity,
    )  # fmt: skip
    facts = {"left": [asdict(left)], "written_in": "partnir-work-plan/1"}
    (_came, (again,)) = renewal.recalled(facts)
    assert again.form == newest["activities"][0]


def test_what_a_sitting_left_in_it_is_restored(draft, forum, cast):
    text = older.text_of(draft)
    facts = {"began": factories.NOW, "ended": factories.NOW, "person": cast.staff}
    left = Sitting.objects.create(plan=draft, text=text, digest=content.digest(text), **facts)
    before = compose(draft)
    forum.milestones.create(text="Call")
    restoring.restore(
        draft,
        content.load(left.text),
        source=left,
        seen=WorkPlan.objects.get().version,
        by=cast.staff,
        on=factories.NOW,
    )
    assert compose(draft) == before
    assert not forum.milestones.exists()


@pytest.mark.parametrize("kind", ["area", "activity"])
def test_a_part_struck_while_it_was_the_newest_is_put_back(draft, forum, cast, kind):
    """The register kept what was struck without a word of its form."""
    before = compose(draft)
    area = older.in_form_1(before)["areas"][0]
    part = area if kind == "area" else area["activities"][0]
    found = {"kind": kind, "key": part["id"], "area": area["id"], "place": 0, "form": part}
    entry = register.enter(
        "strike",
        draft,
        by=cast.staff,
        appointment=Standing.of(cast.staff, factories.TODAY).drafting,
        title=part["title"],
        reason="",
        parts=[found],
    )
    (forum.area if kind == "area" else forum).delete()
    rearranging.put_back(draft, entry.pk, part["id"], by=cast.staff, on=factories.NOW)
    assert compose(draft) == before


def test_what_is_struck_now_says_in_which_form_it_is_kept(draft, forum, cast):
    milestone = forum.milestones.create(text="Call", date="2027-05")
    before = compose(draft)
    seen = " ".join(f"{row.key}:1" for row in (forum, milestone, forum.indicators.get()))
    facts = {"by": cast.staff, "on": factories.NOW}
    assert rearranging.strike(draft, Activity, forum.key, seen=seen, **facts) is not None
    entry = Entry.objects.get(act="strike")
    assert entry.facts["written_in"] == content.FORM
    rearranging.put_back(draft, entry.pk, forum.key, **facts)
    assert compose(draft) == before


def test_the_plain_texts_of_form_1_say_the_same_as_prose(frozen, draft):
    """What looks like a sign of prose was a character when it was written."""
    form = json.loads(frozen.revision.text)
    plain = "5 * 3 * 2 and **stars**\n# no heading\n1. no number\n- a point\n| no | row |"
    form["preamble"] = plain
    form["areas"][0]["activities"][0] |= {"description": plain, "budget_note": plain}
    form["annexes"] = [{"id": form["areas"][0]["id"][:-4] + "abcd", "title": "A", "text": plain}]
    read = content.upgraded(form)
    for text in (
        read["preamble"],
        read["areas"][0]["activities"][0]["description"],
        read["annexes"][0]["text"],
    ):
        assert [(block.sort, block.words) for block in prose.blocks(text)] == [
            (prose.Sort.PARAGRAPH, "5 * 3 * 2 and **stars** # no heading 1. no number"),
            (prose.Sort.POINT, "a point"),
            (prose.Sort.PARAGRAPH, "| no | row |"),
        ]
    assert form["preamble"] == plain
    assert read["areas"][0]["activities"][0]["budget_note"] == plain, "plain in either form"


def test_a_text_struck_while_it_was_the_newest_is_put_back_in_prose(draft, cast):
    block = {"id": orders.key("annex"), "title": "Terms", "text": "1. April"}
    found = {"kind": "text", "key": block["id"], "sort": "annex", "place": 0, "form": block}
    facts = {"appointment": Standing.of(cast.staff, factories.TODAY).drafting, "title": "Terms"}
    entry = register.enter("strike", draft, by=cast.staff, reason="", parts=[found], **facts)
    row = rearranging.put_back(draft, entry.pk, UUID(block["id"]), by=cast.staff, on=factories.NOW)
    assert [(one.sort, one.words) for one in prose.blocks(row.text)] == [
        (prose.Sort.PARAGRAPH, "1. April")
    ]
