"""The facts of the institution: the boundaries come out, a bad file changes nothing."""

import copy
import json
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from jsonschema import Draft202012Validator

from meetings.models import Body, Meeting
from secretariat import institution
from secretariat.models import (
    Authority,
    Entry,
    Membership,
    Milestone,
    Presidency,
    State,
)

MODELS = (State, Membership, Presidency, Authority, Body, Meeting, Milestone)


def load(path: Path | None = None) -> str:
    out = StringIO()
    call_command("load_institution", *([path] if path else []), stdout=out)
    return out.getvalue()


@pytest.fixture
def form():
    return json.loads(institution.SHIPPED.read_text(encoding="utf-8"))


@pytest.fixture
def file(tmp_path):
    def write(form) -> Path:
        path = tmp_path / "institution.json"
        text = form if isinstance(form, str) else json.dumps(form)
        path.write_text(text, encoding="utf-8")
        return path

    return write


def everything() -> list:
    return [list(model.objects.order_by("pk").values()) for model in MODELS]


@pytest.mark.django_db
class TestTheShippedFile:
    @pytest.mark.parametrize(
        ("day", "code"),
        [
            (date(2009, 6, 16), "RU"),
            (date(2014, 7, 15), "BR"),
            (date(2015, 3, 31), "BR"),
            (date(2015, 4, 1), "RU"),
            (date(2016, 2, 14), "RU"),
            (date(2016, 2, 15), "IN"),
            (date(2023, 12, 31), "ZA"),
            (date(2024, 1, 1), "RU"),
            (date(2024, 12, 31), "RU"),
            (date(2025, 1, 1), "BR"),
            (date(2026, 11, 23), "IN"),
            (date(2027, 1, 1), "CN"),
        ],
    )
    def test_who_presided_on_a_day(self, day, code):
        load()
        assert Presidency.objects.on(day).get().state.code == code

    @pytest.mark.parametrize(
        ("day", "count", "joined"),
        [
            (date(2010, 12, 22), 4, set()),
            (date(2010, 12, 23), 5, {"ZA"}),
            (date(2023, 12, 31), 5, set()),
            (date(2024, 1, 1), 9, {"EG", "ET", "IR", "AE"}),
            (date(2025, 1, 3), 9, set()),
            (date(2025, 1, 7), 10, {"ID"}),
            (date(2026, 11, 23), 10, {"ID"}),
        ],
    )
    def test_who_was_a_member_on_a_day(self, day, count, joined):
        load()
        members = {m.state.code for m in Membership.objects.members(day)}
        assert len(members) == count
        assert joined <= members
        assert "SA" not in members

    def test_invited_partner_and_observer_are_statuses_of_their_own(self):
        load()
        today = Membership.objects.on(date(2026, 11, 23))
        assert today.get(state__code="SA").status == "invited"
        assert today.get(state__code="SA").unverified
        assert today.filter(status="partner").count() == 10
        unido = today.get(state__code="UNIDO")
        assert (unido.status, unido.state.nature) == ("observer", "organisation")

    def test_a_date_is_kept_as_precise_as_its_record(self):
        load()
        second = Meeting.objects.get(body__code="AG", number=2)
        assert (second.begins.iso, second.ends) == ("2019-09", None)
        first = Presidency.objects.get(year=2009)
        assert (first.since.iso, first.unverified) == ("2009", True)

    def test_unknown_is_not_the_same_as_not_held(self):
        load()
        status = dict(Meeting.objects.filter(body__code="IMM").values_list("year", "status"))
        assert (status[2016], status[2019], status[2026]) == ("not_held", "not_held", "unknown")

    def test_every_fact_names_its_source(self, form):
        sections = form.keys() - {"form", "written", "coverage", "bodies"}
        assert all(entry["source"] for section in sections for entry in form[section])

    def test_the_extraordinary_meeting_of_leaders_is_no_summit(self):
        load()
        assert Milestone.objects.filter(on="2025-09-08").exists()
        assert Meeting.objects.filter(body__code="SUMMIT", year=2025).count() == 1

    def test_what_was_renamed_names_what_it_became(self):
        load()
        after = dict(
            Authority.objects.exclude(continued_by=None).values_list("name", "continued_by__name")
        )
        assert after == {
            "Ministry of Economy": "Ministry of Development, Industry, Trade and Services (MDIC)",
            "Department of Trade and Industry (the dti)": (
                "Department of Trade, Industry and Competition (the dtic)"
            ),
        }

    def test_the_orders_of_states_are_data(self):
        load()
        codes = list(State.objects.values_list("code", flat=True)[:11])
        assert codes == ["BR", "RU", "IN", "CN", "ZA", "EG", "ET", "ID", "IR", "SA", "AE"]


@pytest.mark.django_db
class TestLoadingAgain:
    def test_it_changes_nothing(self):
        load()
        before = everything()
        assert "0 added, 0 changed" in load()
        assert everything() == before

    def test_a_corrected_boundary_moves_both_presidencies_and_is_minuted(self, form, file):
        load()
        by_year = {entry["year"]: entry for entry in form["presidencies"]}
        by_year[2015]["until"] = by_year[2016]["from"] = "2016-03-01"
        assert "0 added, 2 changed" in load(file(form))
        assert Presidency.objects.on(date(2016, 2, 20)).get().state.code == "RU"
        entries = Entry.objects.filter(act="change_presidency")
        assert {entry.facts["year"] for entry in entries} == {2015, 2016}
        assert all(entry.facts["reason"] for entry in entries)

    def test_a_meeting_that_changes_tells_the_calendars(self, form, file):
        load()
        meeting = next(m for m in form["meetings"] if m["body"] == "SUMMIT" and m["year"] == 2027)
        meeting["begins"] = meeting["ends"] = "2027-09-01"
        load(file(form))
        assert Meeting.objects.get(body__code="SUMMIT", year=2027).sequence == 1

    def test_a_file_that_contradicts_the_records_changes_nothing(self, form, file):
        load()
        before = everything()
        form["presidencies"] = [
            {**form["presidencies"][-1], "year": 2028, "from": "2027-06-01", "until": "2028-06-01"}
        ]
        with pytest.raises(CommandError, match="nothing was changed"):
            load(file(form))
        assert everything() == before


def _spoil(form: dict, path: list, value: object) -> dict:
    spoilt = copy.deepcopy(form)
    target = spoilt
    for step in path[:-1]:
        target = target[step]
    if value is KeyError:
        del target[path[-1]]
    else:
        target[path[-1]] = value
    return spoilt


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (["memberships", 2, "from"], KeyError, "memberships[3]: “from” is missing."),
        (["states", 2, "joined"], "2009", "states[3]: “joined” does not belong here."),
        (["meetings", 0, "status"], "maybe", "meetings[1].status: “maybe” is none of held"),
        (["presidencies", 0, "from"], "2009-13", "presidencies[1].from: “2009-13” is not a day of"),
        (["milestones", 0, "date"], "May", "milestones[1].date: “May” is not written as it should"),
        (["memberships", 0, "state"], "XX", "memberships[1].state: there is no state “XX”"),
        (["meetings", 3, "body"], "XX", "meetings[4].body: there is no body “XX”"),
        (["states", 0, "time_zone"], "Mars/Base", "states[1].time_zone: “Mars/Base” is not a time"),
        (["presidencies", 1, "until"], "2010", "presidencies[2].until: 2010 is not after 2010."),
        (["presidencies", 1, "until"], "2011-02", "one state presides at a time"),
        (["states", 1, "code"], "BR", "states[2]: states[1] is the same."),
        (["memberships", -1, "status"], "member", "an organisation can only be an observer."),
        (["meetings", 1, "ends"], "2022-03-09", "it ends (2022-03-09) before it begins"),
        (["authorities", 1, "continued_by"], "Ministry of Nothing", "authorities[2].continued_by:"),
        (["authorities", 1, "until"], None, "authorities[2].continued_by: it has no end"),
        (["form"], "something-else/1", "form: "),
    ],
)
def test_a_bad_file_says_where(form, path, value, sentence):
    with pytest.raises(institution.InvalidInstitution) as caught:
        institution.read(json.dumps(_spoil(form, path, value)))
    assert sentence in str(caught.value)


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["{", "[]", '{"form": "partnir-institution/1"}'])
def test_a_file_that_is_not_the_form_loads_nothing(file, text):
    with pytest.raises(CommandError, match="nothing was changed"):
        load(file(text))
    assert not State.objects.exists()


@pytest.mark.django_db
def test_a_missing_file_is_a_sentence(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        load(tmp_path / "nowhere.json")


def test_the_schema_describes_every_field():
    Draft202012Validator.check_schema(institution.schema())
    for section in institution.schema()["properties"].values():
        assert "description" in section or "const" in section
