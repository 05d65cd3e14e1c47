"""Plans in and out by the command line."""

import json

import pytest
from django.core.management import CommandError, call_command

from secretariat.models import Entry
from workplans import content
from workplans.models import WorkPlan


def export(year, path, **options):
    call_command("export_plan", str(year), output=path, verbosity=0, **options)
    return path.read_text()


def test_a_circulated_plan_comes_out_byte_for_byte(consideration, tmp_path):
    assert export(2027, tmp_path / "plan.json") == consideration.revision.text


def test_a_draft_goes_out_and_comes_back_the_same(draft, tmp_path):
    text = export(2027, tmp_path / "plan.json")
    form = json.loads(text) | {"title": "Annual Work Plan 2027, as edited elsewhere"}
    (tmp_path / "edited.json").write_text(json.dumps(form))
    call_command("import_plan", str(tmp_path / "edited.json"), verbosity=0)
    again = json.loads(export(2027, tmp_path / "again.json"))
    assert again == form
    entry = Entry.objects.get(act="take_in")
    assert (entry.by, entry.facts["year"]) == (None, 2027)


def test_a_new_year_makes_a_new_draft(cast, consideration, tmp_path):
    form = {**consideration.revision.form, "year": 2029, "areas": []}
    path = tmp_path / "plan.json"
    path.write_text(content.dump(form))
    call_command("import_plan", str(path), verbosity=0)
    plan = WorkPlan.objects.get(year=2029)
    assert plan.status == "draft"
    assert plan.key != consideration.plan.key


def test_parts_of_another_years_plan_are_not_taken_over(cast, consideration, tmp_path):
    path = tmp_path / "plan.json"
    path.write_text(content.dump({**consideration.revision.form, "year": 2029}))
    with pytest.raises(CommandError, match="belongs to a part of the 2027 plan"):
        call_command("import_plan", str(path), verbosity=0)
    assert not WorkPlan.objects.filter(year=2029).exists()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda form: form.pop("title"), "“title” is missing"),
        (lambda form: form.update(year=1066), "year"),
        (
            lambda form: form["areas"][0]["activities"][0].update(
                lead={"code": "ZZ", "name": "Nowhere", "authority": None}
            ),
            "no state with the code “ZZ”",
        ),
    ],
)
def test_a_broken_file_is_told_where_and_changes_nothing(draft, tmp_path, spoil, words):
    before = export(2027, tmp_path / "before.json")
    form = json.loads(before)
    form["preamble"] = "Changed."
    spoil(form)
    (tmp_path / "broken.json").write_text(json.dumps(form))
    with pytest.raises(CommandError, match=words):
        call_command("import_plan", str(tmp_path / "broken.json"))
    assert export(2027, tmp_path / "after.json") == before


def test_an_adopted_plan_takes_nothing_in(adopted, tmp_path):
    path = tmp_path / "plan.json"
    export(2027, path)
    with pytest.raises(CommandError, match="the plan is “Adopted”"):
        call_command("import_plan", str(path))


@pytest.mark.parametrize(
    ("content_", "words"), [(None, "cannot be read"), (b"\xff\xfe", "not UTF-8"), (b"{", "Line 1")]
)
def test_what_cannot_be_read_is_said(db, tmp_path, content_, words):
    path = tmp_path / "plan.json"
    if content_ is not None:
        path.write_bytes(content_)
    with pytest.raises(CommandError, match=words):
        call_command("import_plan", str(path))


def test_a_year_without_a_plan_is_said(db):
    with pytest.raises(CommandError, match="no work plan for 1999"):
        call_command("export_plan", "1999")
