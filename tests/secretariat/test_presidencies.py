"""A corrected table changes the future, and nothing that was convened, decided or printed."""

import json
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db import OperationalError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from guardian.shortcuts import get_objects_for_group

from meetings.models import Meeting
from secretariat import accreditation, institution, presidencies
from secretariat.dates import PartialDate
from secretariat.models import Entry, HandOver, Presidency, State
from secretariat.presidencies import CannotChange
from secretariat.standing import Standing
from tests import factories
from tests.workplans.test_together import elsewhere
from workplans import documents, orders
from workplans.models import Document
from workplans.operations import drafting

NOW, TODAY = factories.NOW, factories.TODAY
# A day of the presidency after this one.
NEXT = date(2028, 3, 1)


@pytest.fixture
def table(cast):
    """Borania 2026, Aldova 2027 (now), Cestria 2028, Dorlan 2029."""
    factories.presidency(cast.states["Dorlan"], 2029)
    return lambda: {row.year: row for row in Presidency.objects.select_related("state")}


@pytest.fixture
def exchange(cast, table):
    def act(one=2028, other=2029, reason="By an exchange of notes.", on=TODAY):
        rows = table()
        presidencies.exchange(rows[one], rows[other], reason=reason, by=cast.superuser, on=on)

    return act


@pytest.fixture
def correct(cast, table):
    def act(year, on=TODAY, **facts):
        row = table()[year]
        presidencies.correct(row, reason="The record says so.", by=cast.superuser, on=on, **facts)

    return act


def days(first, end):
    return DateRange(date.fromisoformat(first), date.fromisoformat(end))


def terms():
    return {
        row.year: (row.state.name, row.period.lower.isoformat(), row.period.upper.isoformat())
        for row in Presidency.objects.select_related("state")
    }


def kept_by(*rooms):
    """Every row of these rooms as it is stored."""
    return {
        model._meta.label: sorted(map(repr, model._base_manager.values_list()))
        for room in rooms
        for model in apps.get_app_config(room).get_models(include_auto_created=True)
    }


class TestExchange:
    def test_it_changes_who_presides_and_who_chairs_then(self, cast, exchange):
        assert Standing.of(cast.next_chair, NEXT).chair
        exchange()
        assert terms()[2028] == ("Dorlan", "2028-01-01", "2029-01-01")
        assert terms()[2029] == ("Cestria", "2029-01-01", "2030-01-01")
        assert Standing.of(cast.next_chair, NEXT).chair is None
        assert Standing.of(cast.next_chair, NEXT.replace(year=2029)).chair

    def test_each_row_enters_the_register_with_the_reason(self, cast, exchange):
        exchange(reason="Dorlan asked for the earlier year.")
        entries = Entry.objects.filter(act="change_presidency").order_by("id")
        assert [(e.facts["year"], e.facts["state"]) for e in entries] == [
            (2028, "DO"),
            (2029, "CE"),
        ]
        first = entries[0]
        assert first.facts["before"] == {"state": "CE", "from": "2028-01-01", "until": "2029-01-01"}
        assert first.facts["after"]["state"] == "DO"
        assert first.facts["reason"] == "Dorlan asked for the earlier year."
        assert first.by == cast.superuser

    def test_the_table_itself_says_why(self, exchange, table):
        Presidency.objects.filter(year=2028).update(note="Expected.")
        exchange(reason="By notes.")
        assert table()[2028].note == (
            "Expected.\nCestria 2028 and Dorlan 2029 changed places: By notes."
        )
        assert "Dorlan 2029 and Cestria 2028" in table()[2029].note

    def test_an_account_that_is_nobodys_stands_in_the_facts(self, table):
        rows = table()
        presidencies.exchange(
            rows[2028], rows[2029], reason="By notes.", by=None, account="root", on=TODAY
        )
        entry = Entry.objects.filter(act="change_presidency").first()
        assert (entry.by, entry.facts["account"]) == (None, "root")

    @pytest.mark.parametrize(
        ("one", "other", "sentence"),
        [
            (2026, 2028, "Borania 2026 has begun"),
            (2028, 2027, "Aldova 2027 has begun"),
            (2028, 2028, "Two different presidencies"),
        ],
    )
    def test_only_two_that_have_not_begun_change_places(self, exchange, one, other, sentence):
        before = terms()
        with pytest.raises(CannotChange, match=sentence):
            exchange(one, other)
        assert terms() == before
        assert not Entry.objects.filter(act="change_presidency").exists()

    def test_on_its_first_day_a_presidency_has_begun(self, exchange):
        exchange(on=date(2027, 12, 31))
        with pytest.raises(CannotChange, match="has begun"):
            exchange(on=date(2028, 1, 1))

    def test_a_state_does_not_change_places_with_itself(self, cast, exchange):
        factories.presidency(cast.states["Cestria"], 2030)
        with pytest.raises(CannotChange, match="presidencies of Cestria"):
            exchange(2028, 2030)

    def test_no_state_presides_twice_under_one_year(self, cast, table):
        rows = table()
        late = factories.presidency(cast.states["Cestria"], 2030)
        Presidency.objects.filter(pk=late.pk).update(year=2029)
        with pytest.raises(CannotChange, match="Cestria would have two presidencies of 2029"):
            presidencies.exchange(rows[2028], rows[2029], reason="Notes.", by=None, on=TODAY)

    @pytest.fixture
    def hand_over(self, cast, table):
        return HandOver.objects.create(outgoing=table()[2027], incoming=table()[2028])

    @pytest.mark.parametrize(
        ("taken", "what"),
        [(True, "its hand-over"), (False, "a hand-over that is offered and not withdrawn")],
    )
    def test_not_once_the_secretariat_is_offered_or_taken_over(
        self, cast, exchange, hand_over, taken, what
    ):
        early = datetime(2027, 12, 1, 9, tzinfo=UTC)
        (basis,) = cast.chair.appointments.all()
        HandOver.objects.update(
            offered=early, offered_by=cast.chair, offered_as=basis, at=early if taken else None
        )
        with pytest.raises(CannotChange, match=f"Cestria 2028 .* rests on it: {what}\\."):
            exchange(on=date(2027, 12, 15))

    def test_the_side_that_is_another_state_now_begins_its_list_anew(
        self, cast, exchange, hand_over
    ):
        for side, by in (("incoming", cast.next_chair), ("outgoing", cast.chair)):
            hand_over.ticks.create(point="plans", side=side, by=by, at=NOW)
        exchange()
        assert list(hand_over.ticks.values_list("side", flat=True)) == ["outgoing"]
        first, second = Entry.objects.filter(act="change_presidency").order_by("id")
        assert first.facts["ticks_taken_back"] == ["plans"]
        assert "ticks_taken_back" not in second.facts

    def test_not_once_a_plan_is_written_under_it(self, cast, exchange, table, draft):
        type(draft).objects.update(presidency=table()[2028])
        with pytest.raises(CannotChange, match="rests on it: 1 work plan"):
            exchange()


class TestWhatIsOnRecord:
    """Convened meetings, recorded seats and signatures, issued documents: none of it moves."""

    def test_an_exchange_moves_no_row_of_meetings_and_plans(self, cast, adopted, exchange):
        before = kept_by("meetings", "workplans")
        assert Meeting.objects.get(body__code="AG").host == cast.states["Aldova"]
        exchange()
        assert kept_by("meetings", "workplans") == before

    def test_a_printed_plan_comes_out_byte_for_byte(self, adopted, exchange, settings, tmp_path):
        settings.DOCUMENT_ROOT = tmp_path
        document = Document.objects.get()
        documents.produce(document.pk)
        printed = Document.objects.values("symbol", "order", "sha256").get()
        exchange()
        Document.objects.update(status="queued")
        documents.produce(document.pk)
        assert Document.objects.values("symbol", "order", "sha256").get() == printed

    def test_the_record_would_be_written_the_same_today(self, adopted, exchange):
        document = Document.objects.get()
        exchange()
        again = orders.compose(document.decision, document.kind, document.edition, document.symbol)
        written = json.loads(document.order)
        # The code of a document is drawn by lot when it is put in line.
        assert again == {k: v for k, v in written.items() if k not in ("code", "verify")}

    def test_nobody_of_today_or_before_becomes_somebody_else(self, cast, exchange):
        seen = [date(2026, 1, 1), date(2026, 12, 31), TODAY, date(2027, 12, 31)]

        def who_was_who():
            return [
                (day, name, standing.presidency, standing.chair, standing.drafting, standing.roles)
                for day in seen
                for name, person in cast.everyone().items()
                for standing in [Standing.of(person, day)]
            ]

        before = who_was_who()
        exchange()
        assert who_was_who() == before

    def test_a_meeting_convened_for_then_keeps_host_and_seats(self, cast, exchange):
        meeting = factories.meeting("AG", by=cast.staff, begins=date(2028, 2, 1))
        seats = list(meeting.seats.values_list("state__name", "status", "counted"))
        exchange()
        meeting.refresh_from_db()
        assert meeting.host == cast.states["Aldova"]
        assert list(meeting.seats.values_list("state__name", "status", "counted")) == seats


class TestGroups:
    """A group is named after a state and a year; it keeps no grant on another's presidency."""

    def test_no_group_keeps_a_grant_on_what_is_no_longer_its_own(self, cast, exchange, table):
        rows = table()
        old = [accreditation.establish(accreditation.drafting_group(rows[2028])).name]
        old.append(accreditation.establish(accreditation.reading_group(rows[2029])).name)
        exchange()
        for group in Group.objects.filter(name__in=old):
            assert not get_objects_for_group(group, "secretariat.read_texts", Presidency).exists()
        assert accreditation.out_of_step(TODAY) == []
        assert accreditation.out_of_step(NEXT) != []

    def test_whoever_drafts_today_still_drafts(self, cast, exchange):
        accreditation.repair(TODAY)
        before = set(cast.staff.user.groups.values_list("name", flat=True))
        assert "seat:drafting:AL:2027" in before
        exchange()
        assert set(cast.staff.user.groups.values_list("name", flat=True)) == before

    def test_a_corrected_past_moves_the_right_to_read_it(self, cast, correct):
        accreditation.repair(TODAY)
        assert cast.former_staff.user.groups.filter(name="seat:reading:BO:2026").exists()
        correct(2026, state=cast.states["Dorlan"])
        assert not cast.former_staff.user.groups.filter(name__startswith="seat:reading").exists()
        assert accreditation.out_of_step(TODAY) == []


class TestCorrect:
    def test_a_shared_boundary_moves_for_both(self, correct):
        correct(2027, period=days("2027-01-01", "2028-02-15"))
        assert terms()[2027][1:] == ("2027-01-01", "2028-02-15")
        assert terms()[2028][1:] == ("2028-02-15", "2029-01-01")
        entries = Entry.objects.filter(act="change_presidency")
        assert {entry.facts["year"] for entry in entries} == {2027, 2028}

    def test_from_the_other_side_too(self, correct):
        correct(2028, period=days("2027-12-01", "2029-01-01"))
        assert terms()[2027][2] == terms()[2028][1] == "2027-12-01"
        assert terms()[2029][1] == "2029-01-01"

    def test_both_boundaries_at_once(self, correct):
        correct(2028, period=days("2027-12-01", "2029-02-01"))
        assert (terms()[2027][2], terms()[2029][1]) == ("2027-12-01", "2029-02-01")

    def test_a_boundary_is_kept_as_exactly_as_the_record_has_it(self, correct, table):
        month = PartialDate(2028, 2)
        correct(2027, period=days("2027-01-01", "2028-02-01"), until=month)
        assert (table()[2027].until, table()[2028].since) == (month, month)
        assert (table()[2027].since, table()[2028].until) == (None, None)
        correct(2027, period=days("2026-12-24", "2028-02-01"), on=date(2026, 6, 1))
        assert table()[2027].until == month

    def test_the_state_of_a_year_to_come(self, cast, correct):
        correct(2029, state=cast.states["Borania"])
        assert terms()[2029][0] == "Borania"

    def test_what_is_so_already_is_no_change(self, cast, correct):
        correct(2028, state=cast.states["Cestria"], period=days("2028-01-01", "2029-01-01"))
        assert not Entry.objects.filter(act="change_presidency").exists()

    @pytest.mark.parametrize(
        ("year", "first", "end", "sentence"),
        [
            (2028, "2028-05-01", "2028-05-01", "Cestria 2028 would last less than a day"),
            (2028, "2028-05-02", "2028-05-01", "Cestria 2028 would last less than a day"),
            (2027, "2027-01-01", "2029-01-01", "Cestria 2028 would last less than a day"),
            (2027, "2027-01-01", "2029-06-01", "Cestria 2028 would last less than a day"),
            (2026, "2026-01-01", "2029-06-01", "would last less than a day"),
        ],
    )
    def test_no_presidency_lasts_less_than_a_day(self, correct, year, first, end, sentence):
        before = terms()
        period = DateRange(date.fromisoformat(first), date.fromisoformat(end))
        with pytest.raises(CannotChange, match=sentence):
            correct(year, period=period)
        assert terms() == before

    def test_two_that_share_no_boundary_do_not_come_to_overlap(self, cast, correct):
        Presidency.objects.filter(year=2029).update(period=days("2029-06-01", "2030-01-01"))
        with pytest.raises(CannotChange, match="Cestria 2028 and Dorlan 2029 would preside"):
            correct(2028, period=days("2028-01-01", "2029-07-01"))

    def test_an_organisation_does_not_preside(self, correct):
        union = State.objects.get(nature="organisation")
        with pytest.raises(CannotChange, match="organisation"):
            correct(2029, state=union)

    def test_a_past_on_which_nothing_rests_can_be_corrected(self, cast, correct):
        correct(2026, state=cast.states["Dorlan"])
        assert terms()[2026][0] == "Dorlan"

    @pytest.mark.parametrize("state", [True, False])
    def test_not_where_a_plan_was_written(self, cast, correct, draft, state):
        change = (
            {"state": cast.states["Dorlan"]}
            if state
            else {"period": days("2027-02-01", "2028-01-01")}
        )
        before = terms()
        with pytest.raises(CannotChange, match="Aldova 2027 .*: 1 work plan"):
            correct(2027, **change)
        assert terms() == before

    def test_its_end_to_come_moves_all_the_same(self, adopted, correct):
        correct(2027, period=days("2027-01-01", "2028-02-01"))
        assert terms()[2028][1] == "2028-02-01"

    def test_not_where_a_meeting_was_convened(self, advisory_group, correct):
        with pytest.raises(CannotChange, match="1 convened meeting"):
            correct(2026, period=days("2026-01-01", "2027-03-11"))
        correct(2026, period=days("2026-01-01", "2027-03-10"))
        assert terms()[2027][1] == "2027-03-10"

    def test_not_where_its_chair_decided(self, cast, correct):
        """The presidency before convened the meeting and wrote the plan; this one adopted it."""
        before = datetime(2026, 12, 1, 12, tzinfo=UTC)
        writer = cast.former_staff
        plan, _left = drafting.start(year=2027, title="Plan", by=writer, on=before)
        factories.activity(plan, title="Forum")
        meeting = factories.meeting("AG", by=writer, begins=TODAY, on=before)
        consideration = factories.circulated(plan, before=meeting, by=cast.staff)
        for head in cast.heads.values():
            factories.answer(consideration, by=head)
        factories.adopted(consideration, by=cast.chair)
        with pytest.raises(CannotChange, match="Aldova 2027 .*: 1 decision"):
            correct(2027, period=days("2027-04-01", "2028-01-01"))

    def test_the_hand_over_that_happened_stays_where_it_was(self, cast, correct, table):
        HandOver.objects.create(
            outgoing=table()[2026],
            incoming=table()[2027],
            at=datetime(2027, 1, 1, tzinfo=UTC),
        )
        with pytest.raises(CannotChange, match="its hand-over"):
            correct(2026, period=days("2026-01-01", "2027-01-15"))


class TestAdd:
    def test_a_new_row_enters_the_register(self, cast, table):
        row = Presidency(
            state=cast.states["Aldova"], year=2030, period=days("2030-01-01", "2031-01-01")
        )
        presidencies.add(row, reason="Announced.", by=cast.superuser)
        entry = Entry.objects.get(act="record")
        assert entry.subject == row
        assert (entry.facts["reason"], entry.facts["after"]["from"]) == ("Announced.", "2030-01-01")

    def test_one_that_overlaps_is_refused_in_words(self, cast, table):
        row = Presidency(
            state=cast.states["Aldova"], year=2030, period=days("2029-12-31", "2031-01-01")
        )
        with pytest.raises(CannotChange, match="A state presides in some of these days already."):
            presidencies.add(row, reason="Announced.", by=cast.superuser)


@pytest.mark.django_db(transaction=True)
def test_two_changes_of_the_table_wait_for_one_another(cast, exchange):
    with transaction.atomic():
        # As another change holds it; what only refers to the row does not wait for this lock.
        list(Presidency.objects.select_for_update(no_key=True).filter(year=2026))
        waited = elsewhere(exchange)
    assert isinstance(waited, OperationalError)
    assert terms()[2028][0] == "Cestria"


# The file of the institution


@pytest.fixture
def form(db):
    return json.loads(institution.SHIPPED.read_text(encoding="utf-8"))


@pytest.fixture
def load(form, tmp_path):
    def load():
        path, out = tmp_path / "institution.json", StringIO()
        path.write_text(json.dumps(form), encoding="utf-8")
        call_command("load_institution", path, stdout=out)
        return out.getvalue()

    return load


def of_year(form, year):
    number, entry = next(
        (n, entry) for n, entry in enumerate(form["presidencies"], 1) if entry["year"] == year
    )
    return entry, f"presidencies[{number}]"


def swap(form, one, other):
    first, second = of_year(form, one)[0], of_year(form, other)[0]
    first["state"], second["state"] = second["state"], first["state"]
    first["note"] = f"Changed places with {other}."


class TestACorrectedFile:
    @pytest.mark.parametrize("years", [(2024, 2025), (2027, 2028)])
    def test_two_years_that_changed_places(self, form, load, years):
        form["presidencies"].append(
            {
                **of_year(form, 2027)[0],
                "state": "ZA",
                "year": 2028,
                "from": "2028-01-01",
                "until": "2029-01-01",
            }
        )
        load()
        states = [of_year(form, year)[0]["state"] for year in years]
        rows = list(Presidency.objects.order_by("pk").values_list("pk", "year"))
        swap(form, *years)
        assert " 0 added, 2 changed" in load()
        presiding = [Presidency.objects.get(year=year).state.code for year in years]
        assert presiding == states[::-1]
        assert list(Presidency.objects.order_by("pk").values_list("pk", "year")) == rows
        entries = Entry.objects.filter(act="change_presidency")
        assert {entry.facts["year"]: entry.facts["before"]["state"] for entry in entries} == dict(
            zip(years, states, strict=True)
        )
        first = entries.get(facts__year=years[0])
        assert (first.by, first.facts["reason"]) == (None, f"Changed places with {years[1]}.")
        assert "0 added, 0 changed" in load()

    def test_not_where_it_would_rewrite_a_plan(self, form, load, cast_of_2024):
        swap(form, 2024, 2025)
        before = kept_by("secretariat", "meetings", "workplans")
        with pytest.raises(CommandError) as refused:
            load()
        _entry, place = of_year(form, 2024)
        assert f"{place}: Russia 2024 cannot be changed so" in str(refused.value)
        assert "1 work plan" in str(refused.value)
        assert "nothing was changed" in str(refused.value)
        assert kept_by("secretariat", "meetings", "workplans") == before

    def test_a_new_row_that_overlaps_is_named(self, form, load):
        load()
        form["presidencies"] = [
            {**of_year(form, 2027)[0], "year": 2028, "from": "2027-06-01", "until": "2028-06-01"}
        ]
        with pytest.raises(CommandError, match=r"presidencies\[1\]: A state presides in some"):
            load()

    def test_several_boundaries_move_at_once(self, form, load):
        load()
        by_year = {year: of_year(form, year)[0] for year in (2018, 2019, 2020)}
        by_year[2018]["until"] = by_year[2019]["from"] = "2020-02-01"
        by_year[2019]["until"] = by_year[2020]["from"] = "2020-03-01"
        assert "0 added, 3 changed" in load()
        assert Presidency.objects.on(date(2020, 2, 15)).get().year == 2019

    def test_a_year_with_two_presidencies_is_matched_by_state_first(self, form, load):
        of_year(form, 2027)[0]["until"] = "2027-07-01"
        second = {**of_year(form, 2027)[0], "state": "ZA", "from": "2027-07-01"}
        second["until"] = "2028-01-01"
        form["presidencies"].append(second)
        load()
        assert "0 added, 0 changed" in load()
        second["note"] = "South Africa presided in the second half."
        form["presidencies"].reverse()
        assert "0 added, 1 changed" in load()
        assert Presidency.objects.on(date(2027, 8, 1)).get().note == second["note"]

    def test_a_membership_that_begins_earlier_although_another_has_no_end(self, form, load):
        """Two intervals of one state, the later without an end; the earlier one changes."""
        later = next(m for m in form["memberships"] if m["state"] == "SA")
        form["memberships"].append(
            {**later, "status": "partner", "from": "2023-01-01", "until": later["from"]}
        )
        load()
        form["memberships"][-1]["from"] = "2022-06-01"
        assert "0 added, 1 changed" in load()

    @pytest.fixture
    def cast_of_2024(self, load):
        load()
        russia = State.objects.get(code="RU")
        writer = factories.person("Writer", "secretariat", russia, since=date(2024, 1, 1))
        drafting.start(
            year=2024, title="Plan 2024", by=writer, on=datetime(2024, 3, 1, 9, tzinfo=UTC)
        )
