"""What a state attaches to a text, who may, when, and how it is withdrawn (domain rule 6)."""

import json
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from secretariat.models import Entry, Notice
from secretariat.standing import NotEntitled
from tests import factories
from tests.workplans import silences
from tests.workplans.test_take_position import say
from tests.workplans.test_taking_back import take_back
from tests.workplans.test_written import opened as written
from workplans import orders, queries
from workplans.models import Position, Statement, StatementWithdrawal, WorkPlan
from workplans.operations import decision, review
from workplans.operations import statements as operations
from workplans.operations.answering import NotAnAnswer
from workplans.operations.correspondence import settle_due
from workplans.operations.locking import Superseded
from workplans.operations.statements import NotAStatement

INTERPRETATIVE, EXPLANATION = "interpretative_statement", "explanation_of_position"
WORDS = "Dorlan reads paragraph 1 as not touching its own funds."


def state(consideration, by, kind=INTERPRETATIVE, text=WORDS, **changes):
    facts = {
        "digest": consideration.revision.digest,
        "kind": kind,
        "text": text,
        "by": by,
        "on": factories.NOW,
        "key": uuid4(),
        **changes,
    }
    return operations.make_statement(consideration, **facts)


def withdraw(statement, by, text="No longer needed.", **changes):
    facts = {"text": text, "by": by, "on": factories.NOW, "key": uuid4(), **changes}
    return operations.withdraw_statement(statement, **facts)


def activity_of(consideration, number=0):
    return consideration.revision.form["areas"][number]["activities"][0]["id"]


# Making one


def test_it_is_entered_for_the_seat_with_the_text_and_the_parts(cast, consideration):
    part = activity_of(consideration)
    made = state(consideration, cast.head, parts=[part])
    assert (made.seat.state.name, made.text, made.parts) == ("Dorlan", WORDS, [part])
    assert made.digest == consideration.revision.digest and made.on == factories.TODAY
    facts = Entry.objects.get(act="make_statement").facts
    assert facts["text"] == WORDS and facts["parts"] == [part] and facts["state"] == "DO"
    assert facts["concerns"] == ["Activity 1.1, “Forum number 1” (paragraph 1)"]
    assert facts["digest"] == consideration.revision.digest


# Which kinds a text takes beside its answers. At a meeting the reservation is one of those.
KINDS = {
    "at a meeting": {INTERPRETATIVE, EXPLANATION},
    "in writing": {INTERPRETATIVE, EXPLANATION},
    "under silence": {"reservation", INTERPRETATIVE, EXPLANATION},
    "before the ministers": {"reservation", INTERPRETATIVE, EXPLANATION},
}


@pytest.fixture
def before_them(cast, draft, advisory_group, ministers_meeting):
    """A text before those who answer it, and who speaks for Dorlan there, by the place."""

    def put(place):
        if place == "in writing":
            return written(draft, by=cast.chair), cast.head
        if place == "under silence":
            return silences.opened(draft, by=cast.chair), cast.head
        found = factories.circulated(draft, before=advisory_group, by=cast.staff)
        if place == "at a meeting":
            return found, cast.head
        for head in cast.heads.values():
            factories.answer(found, by=head)
        plan = factories.adopted(found, by=cast.chair)
        found = decision.submit(
            plan, meeting=ministers_meeting, digest=plan.revision.digest, by=cast.chair,
            on=factories.NOW,
        )  # fmt: skip
        return found, cast.minister

    return put


@pytest.mark.parametrize("kind", ["reservation", INTERPRETATIVE, EXPLANATION, "objects", ""])
@pytest.mark.parametrize("place", KINDS)
def test_each_place_takes_its_kinds(before_them, place, kind):
    found, voice = before_them(place)
    status, outcome = WorkPlan.objects.get().status, found.outcome
    if kind in KINDS[place]:
        assert state(found, voice, kind).kind == kind
    else:
        with pytest.raises(NotAStatement):
            state(found, voice, kind)
    # Whatever it is, it answers nothing.
    found.refresh_from_db()
    assert (WorkPlan.objects.get().status, found.outcome) == (status, outcome)
    assert found.is_open and not found.positions.exists()


SPEAKERS = {
    "at a meeting": {"head", "alternate"},
    "in writing": {"head", "alternate"},
    "under silence": {"head", "alternate"},
    "before the ministers": {"minister"},
}


@pytest.mark.parametrize("place", SPEAKERS)
def test_nobody_but_the_seats_voice_may(cast, before_them, place):
    found, _voice = before_them(place)
    entitled = set()
    for role, person in cast.everyone().items():
        if role == "other_head":
            continue  # speaks for a seat of its own
        try:
            state(found, person)
            entitled.add(role)
        except NotEntitled:
            pass
    assert entitled == SPEAKERS[place]
    assert Statement.objects.count() == len(entitled)


def test_a_state_that_joined_after_convening_has_no_seat(cast, consideration):
    late = factories.state("Fenland", order=6)
    factories.member(late)
    head = factories.person("Head Fenland", "head", late)
    with pytest.raises(NotEntitled):
        state(consideration, head)


@pytest.mark.parametrize(
    "changes", [{"text": " \n "}, {"parts": [str(uuid4())]}, {"parts": ["a table"]}]
)
def test_it_has_a_text_and_names_parts_of_this_one(cast, consideration, changes):
    with pytest.raises(NotAStatement):
        state(consideration, cast.head, **changes)
    assert not Statement.objects.exists() and not Entry.objects.filter(act="make_statement")


def test_sending_the_same_form_twice_has_one_effect(cast, consideration):
    key = uuid4()
    first = state(consideration, cast.head, key=key)
    assert state(consideration, cast.head, key=key) == first
    for other in ({"text": "Other words."}, {"kind": EXPLANATION}, {"by": cast.alternate}):
        with pytest.raises(NotAStatement):
            state(consideration, **{"by": cast.head, "key": key} | other)
    assert Entry.objects.filter(act="make_statement").count() == 1
    # Another form with the same words is another statement: a state may repeat itself.
    assert state(consideration, cast.head) != first


def test_it_is_bound_to_the_text_on_the_screen(cast, draft, consideration, advisory_group):
    with pytest.raises(Superseded):
        state(consideration, cast.head, digest="0" * 64)
    factories.activity(draft, title="A later idea")
    second = factories.circulated(draft, before=advisory_group, by=cast.staff)
    for found, digest in ((consideration, consideration.revision.digest),
                          (second, consideration.revision.digest)):  # fmt: skip
        with pytest.raises(Superseded):
            state(found, cast.head, digest=digest)
    assert not Statement.objects.exists()


def test_a_closed_text_takes_none(cast, consideration):
    review.withdraw(consideration, reason="A wrong annex.", by=cast.staff, on=factories.NOW)
    with pytest.raises(Superseded):
        state(consideration, cast.head)


# Under silence


def test_it_neither_breaks_a_silence_nor_keeps_the_text_from_being_adopted(cast, draft):
    found = silences.opened(draft, by=cast.chair)
    state(found, cast.head, "reservation")
    state(found, cast.heads["Borania"], EXPLANATION, "Borania explains.")
    silences.ended(found)
    assert settle_due() == 1
    found.refresh_from_db()
    assert found.outcome == "adopted"
    printed = json.loads(WorkPlan.objects.get().documents.get().order)["statements"]
    assert [one["kind"] for one in printed] == ["reservation", EXPLANATION]


def test_what_comes_in_when_the_silence_has_ended_is_not_entered(cast, draft):
    found = silences.opened(draft, by=cast.chair)
    silences.ended(found)
    with pytest.raises(Superseded, match="silence has ended"):
        state(found, cast.head)
    assert not Statement.objects.exists()
    assert settle_due() == 1
    assert json.loads(WorkPlan.objects.get().documents.get().order)["statements"] == []


def test_an_end_that_comes_after_the_lock_keeps_it_out_by_the_clock_of_the_database(cast, draft):
    """The plan is locked before the end, and the row reaches the database at it."""
    found = silences.opened(draft, by=cast.chair)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            CREATE FUNCTION pg_temp.at_the_end() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN NEW.at := '{found.expires.isoformat()}'; RETURN NEW; END $$;
            CREATE TRIGGER z_at_the_end BEFORE INSERT ON workplans_statement
              FOR EACH ROW EXECUTE FUNCTION pg_temp.at_the_end();
            """
        )
    with pytest.raises(Superseded, match="silence has ended"):
        state(found, cast.head)
    assert not Statement.objects.exists()
    assert not Notice.objects.filter(entry__act="make_statement").exists()


# A position that approves with a reservation carries it


def test_a_reservation_of_a_position_is_a_statement_and_says_its_words_once(cast, consideration):
    part = activity_of(consideration)
    reserves = say(consideration, cast.head, "approves_with_reservation", WORDS, parts=[part])
    (found,) = queries.statements(consideration)
    assert (found.position, found.kind) == (reserves, "reservation")
    assert (found.text, found.parts) == (WORDS, [part])
    assert (found.own_text, found.own_parts) == ("", [])
    assert Entry.objects.get(act="take_position").facts["parts"] == [part]


def test_a_later_answer_takes_the_reservation_of_the_one_before_with_it(cast, consideration):
    say(consideration, cast.head, "approves_with_reservation", WORDS)
    state(consideration, cast.head, EXPLANATION, "Dorlan explains.")
    say(consideration, cast.head)
    assert [one.text for one in queries.statements(consideration)] == ["Dorlan explains."]
    say(consideration, cast.head, "approves_with_reservation", "Other words.")
    found = queries.statements(consideration)
    assert [one.text for one in found] == ["Dorlan explains.", "Other words."]


@pytest.mark.parametrize(("kind", "until"), [("approves", None), ("asks_for_time", 1)])
def test_parts_belong_to_what_is_printed_or_answered(cast, consideration, kind, until):
    more = (
        {"until": factories.TODAY + timedelta(days=1), "text": "We have to ask."} if until else {}
    )
    with pytest.raises(NotAnAnswer):
        say(consideration, cast.head, kind, parts=[activity_of(consideration)], **more)


def test_an_objection_names_its_parts_and_parts_of_another_text_are_refused(cast, consideration):
    part = activity_of(consideration, 1)
    assert say(consideration, cast.head, "objects", "Not so.", parts=[part]).parts == [part]
    with pytest.raises(NotAnAnswer, match="not in this text"):
        say(consideration, cast.head, "objects", "Not so.", parts=[str(uuid4())])
    assert not Statement.objects.exists()


# The record only grows


def test_the_database_keeps_what_was_stated_and_stamps_it(cast, consideration):
    made = state(consideration, cast.head)
    withdraw(made, cast.head)
    for kind in (StatementWithdrawal, Statement):
        rows = kind.objects.all()
        for act in (partial(rows._raw_delete, rows.db), partial(rows.update, on="2020-01-01")):
            with pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
                act()
    long_ago = factories.NOW - timedelta(days=900)
    stamped = Statement.objects.create(
        consideration=consideration, seat=made.seat, kind=INTERPRETATIVE, own_text="Earlier?",
        digest=made.digest, person=made.person, appointment=made.appointment, on=made.on,
        at=long_ago, key=uuid4(),
    )  # fmt: skip
    stamped.refresh_from_db()
    assert stamped.at > made.at > long_ago


def test_the_words_stand_once(cast, consideration):
    reserves = say(consideration, cast.head, "approves_with_reservation", WORDS)
    made = reserves.reservation
    facts = {
        "consideration": consideration, "seat": made.seat, "digest": made.digest,
        "person": made.person, "appointment": made.appointment, "on": made.on,
    }  # fmt: skip
    say(consideration, cast.heads["Borania"], "objects", "No.")
    other = Position.objects.latest("id")
    for wrong in (
        {"kind": "reservation", "own_text": ""},
        {"kind": "reservation", "own_text": "Twice", "position": other},
        {"kind": EXPLANATION, "own_text": "", "position": other},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Statement.objects.create(**facts, **wrong, key=uuid4())


# Withdrawing one


def test_a_note_is_added_and_nothing_is_deleted(cast, consideration):
    made = state(consideration, cast.head)
    note = withdraw(made, cast.head)
    made = queries.statements(consideration)[0]
    assert made.text == WORDS and made.withdrawn == note
    assert (note.text, note.on, note.person) == ("No longer needed.", factories.TODAY, cast.head)
    entry = Entry.objects.get(act="withdraw_statement")
    assert entry.facts["text"] == "No longer needed." and entry.facts["state"] == "DO"


def test_whoever_speaks_for_the_state_that_day_withdraws_it(cast, consideration):
    made = state(consideration, cast.head)
    for role, person in cast.everyone().items():
        if role in ("head", "alternate"):
            continue
        with pytest.raises(NotEntitled):
            withdraw(made, person)
    assert not StatementWithdrawal.objects.exists()
    assert withdraw(made, cast.alternate).person == cast.alternate


def test_the_head_who_made_it_cannot_withdraw_it_when_another_speaks(cast, consideration):
    made = state(consideration, cast.head)
    later = factories.NOW + timedelta(days=10)
    term = cast.head.appointments.get()
    term.period = (term.period.lower, later.date())
    term.save()
    successor = factories.person("Second Dorlan", "head", cast.states["Dorlan"], since=later.date())
    with pytest.raises(NotEntitled):
        withdraw(made, cast.head, on=later)
    assert withdraw(made, successor, on=later).person == successor


def test_it_is_withdrawn_once_with_a_note(cast, consideration):
    made = state(consideration, cast.head)
    with pytest.raises(NotAStatement, match="Write the note"):
        withdraw(made, cast.head, "  ")
    key = uuid4()
    first = withdraw(made, cast.head, key=key)
    assert withdraw(made, cast.head, key=key) == first
    with pytest.raises(NotAStatement, match="withdrawn already"):
        withdraw(made, cast.head)
    assert Entry.objects.filter(act="withdraw_statement").count() == 1


def test_a_reservation_that_a_later_answer_replaced_is_not_withdrawn(cast, consideration):
    say(consideration, cast.head, "approves_with_reservation", WORDS)
    made = Statement.objects.get()
    say(consideration, cast.head)
    with pytest.raises(NotAStatement, match="answered anew"):
        withdraw(made, cast.head)


# Printed with the outcome


def orders_of(plan):
    return [json.loads(document.order) for document in plan.documents.order_by("pk")]


def test_it_is_printed_in_the_order_received_and_what_is_issued_stays(
    cast, consideration, ministers_meeting
):
    part = activity_of(consideration)
    state(consideration, cast.heads["Cestria"], EXPLANATION, "Cestria explains.")
    say(consideration, cast.head, "approves_with_reservation", WORDS, parts=[part])
    state(consideration, cast.heads["Aldova"], INTERPRETATIVE, "Aldova understands.")
    for name in ("Aldova", "Borania", "Cestria"):
        say(consideration, cast.heads[name])
    plan = factories.adopted(consideration, by=cast.chair)
    (adopted,) = orders_of(plan)
    assert [one["text"] for one in adopted["statements"]] == [
        "Cestria explains.", WORDS, "Aldova understands.",
    ]  # fmt: skip
    assert adopted["statements"][1]["parts"] == [part]
    assert adopted["statements"][1]["withdrawn"] is None
    before = plan.documents.get().order
    withdraw(Statement.objects.get(kind="reservation"), cast.head)
    assert plan.documents.get().order == before
    submitted = decision.submit(
        plan, meeting=ministers_meeting, digest=plan.revision.digest, by=cast.chair,
        on=factories.NOW,
    )  # fmt: skip
    state(submitted, cast.minister, EXPLANATION, "The minister explains.")
    # What a minister says before the meeting has decided is printed nowhere yet.
    assert len(Statement.objects.printed_with(plan.revision_id)) == 3
    for minister in cast.ministers.values():
        factories.answer(submitted, by=minister)
    _adopted, approved = orders_of(plan)
    assert [one["text"] for one in approved["statements"]] == [
        "Cestria explains.", WORDS, "Aldova understands.", "The minister explains.",
    ]  # fmt: skip
    note = approved["statements"][1]["withdrawn"]
    assert note == {
        "text": "No longer needed.", "by": "Head Dorlan", "capacity": "Head of delegation",
        "on": "2027-03-10",
    }  # fmt: skip


def test_what_was_attached_to_an_earlier_text_is_not_printed_with_a_later(
    cast, draft, consideration, advisory_group
):
    state(consideration, cast.head, text="On the first text.")
    factories.activity(draft, title="A later idea")
    second = factories.circulated(draft, before=advisory_group, by=cast.staff)
    state(second, cast.head, text="On the second text.")
    for head in cast.heads.values():
        factories.answer(second, by=head)
    (adopted,) = orders_of(factories.adopted(second, by=cast.chair))
    assert [one["text"] for one in adopted["statements"]] == ["On the second text."]


# Who is told


def told(act):
    return {notice.person.name for notice in Notice.objects.filter(entry__act=act)}


OWN = {"Head Dorlan", "Alternate Dorlan", "Delegate Dorlan", "Chair Aldova", "Staff Aldova"}


def test_all_at_the_table_are_told_where_all_see_it(cast, consideration):
    made = state(consideration, cast.head)
    assert told("make_statement") > OWN
    assert {"Head Borania", "Observer Union"} <= told("make_statement")
    withdraw(made, cast.head)
    assert told("withdraw_statement") == told("make_statement")
    paths = dict(
        Notice.objects.filter(entry__act="make_statement").values_list("person__name", "path")
    )
    assert paths["Delegate Dorlan"].endswith(f"/desk/statements/{made.pk}/")
    assert paths["Head Borania"].endswith(f"/desk/considerations/{consideration.pk}/")


def test_before_it_is_shown_only_the_own_people_and_the_secretariat_are_told(
    cast, draft, advisory_group
):
    hidden = review.circulate(
        draft, meeting=advisory_group, visibility="after_close", by=cast.staff, on=factories.NOW
    )
    made = state(hidden, cast.head)
    assert told("make_statement") == OWN
    withdraw(made, cast.head)
    assert told("withdraw_statement") == OWN


def test_the_order_of_a_document_is_made_of_what_stands_alone(cast, consideration):
    say(consideration, cast.head, "approves_with_reservation", "Old words.")
    say(consideration, cast.head, "approves_with_reservation", WORDS)
    for name in ("Aldova", "Borania", "Cestria"):
        say(consideration, cast.heads[name])
    plan = factories.adopted(consideration, by=cast.chair)
    taken = plan.decisions.get()
    again = orders.compose(taken, "work_plan", "adopted", taken.revision.symbol)
    assert [one["text"] for one in again["statements"]] == [WORDS]


def test_with_an_adoption_that_is_taken_back_nothing_is_printed_any_more(cast, consideration):
    say(consideration, cast.head, "approves_with_reservation", WORDS)
    for name in ("Aldova", "Borania", "Cestria"):
        say(consideration, cast.heads[name])
    plan = factories.adopted(consideration, by=cast.chair)
    assert Statement.objects.printed_with(plan.revision_id)
    take_back(plan, cast.chair)
    assert not Statement.objects.printed_with(plan.revision_id)
    assert [one.text for one in queries.statements(consideration)] == [WORDS]
