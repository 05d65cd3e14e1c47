"""Handing over the secretariat: who may, when, what passes, and what happens without a click."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from secretariat import handover
from secretariat.accreditation import accredit, groups_of, out_of_step, recall
from secretariat.handover import POINTS, Blocked, CannotHandOver, Side
from secretariat.models import (
    Entry,
    HandOver,
    Notice,
    Person,
    Presidency,
    Subscription,
    Tick,
)
from secretariat.standing import NotEntitled, Standing
from tests import factories, hand_overs
from tests.conftest import assemble
from tests.hand_overs import AT_TURN, TURN, current, shorten, tick_all

NOW, TODAY = factories.NOW, factories.TODAY
SECOND = timedelta(seconds=1)


@pytest.fixture
def next_staff(cast):
    return hand_overs.next_staff(cast)


@pytest.fixture
def turn(cast, next_staff):
    """Aldova presides until the end of April and Cestria after it; both prepare since February."""
    shorten()
    return current()


@pytest.fixture
def ticked(turn, cast, next_staff):
    tick_all(cast, next_staff)
    return current()


@pytest.fixture
def offered(ticked, cast):
    hand_overs.offer(cast, "The forum moves to June.")
    return current()


def take(turn, by, on=NOW):
    return handover.take_over(turn, typesetting=(), by=by, on=on)


def standing(person, day=TODAY):
    return Standing.of(person, day)


# Which presidency follows which


def test_it_opens_three_months_before_the_day_in_the_table(cast):
    turn = current()
    assert (turn.outgoing.year, turn.incoming.year) == (2027, 2028)
    assert turn.opens == date(2027, 10, 1)
    assert turn.instant == datetime(2028, 1, 1, tzinfo=UTC)
    assert not turn.is_open_on(date(2027, 9, 30))
    assert turn.is_open_on(date(2027, 10, 1)) and turn.is_open_on(date(2027, 12, 31))
    assert not turn.is_open_on(date(2028, 1, 1))


@pytest.mark.parametrize(
    ("day", "opens"),
    [
        (date(2027, 5, 31), date(2027, 2, 28)),
        (date(2028, 5, 31), date(2028, 2, 29)),
        (date(2027, 2, 15), date(2026, 11, 15)),
        (date(2027, 3, 1), date(2026, 12, 1)),
    ],
)
def test_three_months_before_any_day(day, opens):
    assert handover.months_before(day, 3) == opens


def test_a_short_presidency_prepares_from_its_first_day(cast):
    shorten(date(2027, 2, 1))
    assert current(date(2027, 1, 20)).opens == date(2027, 1, 1)


def test_a_boundary_follows_the_table_and_not_the_calendar_year(turn):
    assert turn.day == TURN and turn.last_day == date(2027, 4, 30)
    assert handover.behind(TURN).incoming == turn.incoming
    assert handover.ahead(TURN) is None  # the table names nobody after Cestria


# Who stands on which side


def test_the_sides_are_those_who_serve_and_those_designated(cast, turn, next_staff):
    acts_for = {
        role: set(handover.sides(turn, standing(person)))
        for role, person in (cast.everyone() | {"next_staff": next_staff}).items()
    }
    assert {role: found for role, found in acts_for.items() if found} == {
        "chair": {Side.OUTGOING},
        "staff": {Side.OUTGOING},
        "next_chair": {Side.INCOMING},
        "next_staff": {Side.INCOMING},
    }


@pytest.mark.parametrize(
    ("since", "until", "reaches"),
    [
        (date(2027, 5, 1), None, True),
        (date(2027, 6, 1), date(2027, 9, 1), True),
        (date(2027, 1, 1), date(2027, 5, 1), False),
        (date(2026, 1, 1), date(2027, 3, 1), False),
        (date(2029, 1, 1), None, False),
    ],
)
def test_designated_is_whose_appointment_reaches_the_next_presidency(
    cast, turn, since, until, reaches
):
    accredit(
        cast.stranger,
        function="secretariat",
        state=cast.states["Cestria"],
        since=since,
        until=until,
        by=None,
    )
    assert bool(handover.sides(turn, standing(cast.stranger))) is reaches
    assert handover.may_know(turn, standing(cast.stranger)) is reaches


def test_before_the_window_the_incoming_side_knows_nothing(cast, next_staff):
    turn = current()
    for day in (TODAY, date(2027, 9, 30)):
        assert handover.may_know(turn, standing(cast.staff, day))
        assert not handover.may_know(turn, standing(next_staff, day))
        assert handover.known_to(standing(cast.next_chair, day)) == []
    assert handover.may_know(turn, standing(next_staff, date(2027, 10, 1)))


def test_nobody_else_knows_of_it(cast, offered):
    known = {
        role for role, person in cast.everyone().items() if handover.known_to(standing(person))
    }
    # The former secretariat knows the hand-over in which it went, and that one alone.
    assert known == {"chair", "staff", "next_chair", "former_chair", "former_staff"}
    assert [t.outgoing.year for t in handover.known_to(standing(cast.former_staff))] == [2026]


def test_those_who_served_go_on_knowing(cast, offered, next_staff):
    take(offered, next_staff)
    later = date(2028, 6, 1)
    for person in (cast.staff, cast.chair, next_staff):
        assert 2027 in [t.outgoing.year for t in handover.known_to(standing(person, later))]


def test_who_was_recalled_before_it_knows_nothing_of_it(cast, offered, next_staff):
    (appointment,) = cast.staff.appointments.all()
    recall(appointment, until=TODAY - timedelta(days=1), by=None)
    take(offered, next_staff)
    assert handover.known_to(standing(cast.staff, date(2027, 6, 1))) == []


def test_most_people_cost_no_query(cast, django_assert_num_queries):
    head = standing(cast.head)
    with django_assert_num_queries(0):
        assert handover.known_to(head) == []


# Ticking


def test_each_side_ticks_for_itself(cast, turn, next_staff):
    handover.tick(turn, "plans", Side.OUTGOING, by=cast.staff, on=NOW)
    handover.tick(turn, "plans", Side.INCOMING, by=cast.next_chair, on=NOW)
    said = Tick.objects.values_list("point", "side", "by__name", "at")
    assert list(said) == [
        ("plans", "incoming", "Chair Cestria", NOW),
        ("plans", "outgoing", "Staff Aldova", NOW),
    ]
    entry = Entry.objects.filter(act="tick").latest("id")
    assert (entry.by, entry.capacity) == (
        cast.next_chair,
        "Chair of the Advisory Group, Cestria",
    )
    assert entry.facts["title"] == "Work plans in hand"


def test_ticking_twice_has_one_effect(cast, turn):
    handover.tick(turn, "plans", Side.OUTGOING, by=cast.staff, on=NOW)
    handover.tick(turn, "plans", Side.OUTGOING, by=cast.chair, on=NOW + SECOND)
    assert Tick.objects.get().by == cast.staff
    assert Entry.objects.filter(act="tick").count() == 1


def test_a_tick_is_taken_back_and_the_register_keeps_both(cast, turn):
    handover.tick(turn, "plans", Side.OUTGOING, by=cast.staff, on=NOW)
    handover.untick(turn, "plans", Side.OUTGOING, by=cast.chair, on=NOW)
    handover.untick(turn, "plans", Side.OUTGOING, by=cast.chair, on=NOW)
    assert not Tick.objects.exists()
    acts = Entry.objects.filter(act__in=["tick", "untick"]).order_by("id")
    assert list(acts.values_list("act", flat=True)) == ["tick", "untick"]


def test_nobody_ticks_for_the_other_side(cast, turn, next_staff):
    for person, side in (
        (cast.staff, Side.INCOMING),
        (next_staff, Side.OUTGOING),
        (cast.head, Side.OUTGOING),
        (cast.former_chair, Side.OUTGOING),
        (cast.superuser, Side.OUTGOING),
        (cast.staff, "neither"),
    ):
        with pytest.raises(NotEntitled):
            handover.tick(turn, "plans", side, by=person, on=NOW)
        with pytest.raises(NotEntitled):
            handover.untick(turn, "plans", side, by=person, on=NOW)
    assert not Tick.objects.exists()


def test_a_point_that_is_not_on_the_list_is_refused(cast, turn):
    with pytest.raises(CannotHandOver, match="no such point"):
        handover.tick(turn, "coffee", Side.OUTGOING, by=cast.staff, on=NOW)
    assert not HandOver.objects.exists()


def test_nothing_is_ticked_before_the_window_or_after_the_day(cast):
    turn = current()
    with pytest.raises(CannotHandOver, match="2027-10-01"):
        handover.tick(turn, "plans", Side.OUTGOING, by=cast.staff, on=NOW)
    with pytest.raises(CannotHandOver, match="Cestria has taken over"):
        handover.tick(turn, "plans", Side.OUTGOING, by=cast.staff, on=turn.instant)
    assert not Tick.objects.exists()


# Offering


def test_the_outgoing_side_offers_and_the_incoming_is_told(cast, ticked, next_staff):
    hand_over = handover.offer(ticked, remarks=" The forum moves. ", by=cast.staff, on=NOW)
    hand_over.refresh_from_db()
    assert (hand_over.offered, hand_over.offered_by) == (NOW, cast.staff)
    assert hand_over.offered_as.function == "secretariat"
    assert hand_over.remarks == "The forum moves." and hand_over.at is None
    entry = Entry.objects.get(act="offer")
    told = Notice.objects.filter(entry=entry)
    assert {notice.person for notice in told} == {cast.next_chair, next_staff}
    assert "The forum moves." in told[0].body and "Staff Aldova" in told[0].body
    assert told[0].path == "/en/desk/hand-over/2027/"


def test_offering_again_changes_nothing_and_another_is_told_who_did(cast, offered):
    handover.offer(offered, remarks="The forum moves to June.", by=cast.chair, on=NOW + SECOND)
    assert HandOver.objects.get().offered == NOW
    with pytest.raises(CannotHandOver, match="Chair Aldova has offered"):
        handover.offer(offered, remarks="", by=cast.staff, on=NOW)
    assert Entry.objects.filter(act="offer").count() == 1


def test_the_incoming_side_and_others_do_not_offer(cast, ticked, next_staff):
    for person in (next_staff, cast.next_chair, cast.head, cast.former_chair, cast.expert_chair):
        with pytest.raises(NotEntitled, match="Aldova 2027"):
            handover.offer(ticked, remarks="", by=person, on=NOW)


def test_what_the_outgoing_side_has_not_ticked_keeps_it_from_offering(cast, ticked, next_staff):
    handover.untick(ticked, "notices", Side.OUTGOING, by=cast.staff, on=NOW)
    handover.untick(ticked, "plans", Side.INCOMING, by=next_staff, on=NOW)
    with pytest.raises(Blocked) as refusal:
        handover.offer(current(), remarks="", by=cast.staff, on=NOW)
    assert str(refusal.value) == (
        "Aldova has not ticked this point: Notices that could not be sent."
    )


def test_an_offer_is_withdrawn_until_it_is_taken_up(cast, offered, next_staff):
    handover.withdraw_offer(offered, by=cast.staff, on=NOW)
    handover.withdraw_offer(offered, by=cast.staff, on=NOW)
    assert HandOver.objects.get().offered is None
    assert Entry.objects.filter(act="withdraw_offer").count() == 1
    told = Notice.objects.filter(entry__act="withdraw_offer").values_list("person", flat=True)
    assert set(told) == {cast.next_chair.pk, next_staff.pk}
    with pytest.raises(CannotHandOver, match="has not offered"):
        take(current(), next_staff)


def test_the_incoming_side_does_not_withdraw(cast, offered, next_staff):
    with pytest.raises(NotEntitled):
        handover.withdraw_offer(offered, by=next_staff, on=NOW)
    assert HandOver.objects.get().offered == NOW


# Taking over


def test_taking_over_passes_drafting_and_leaves_presiding(cast, offered, next_staff):
    hand_over, entry = take(offered, next_staff)
    hand_over.refresh_from_db()
    assert (hand_over.at, hand_over.taken_by) == (NOW, next_staff)
    assert (entry.act, entry.by, entry.subject) == ("hand_over", next_staff, hand_over)
    assert entry.facts["offered_by"] == "Chair Aldova"
    chair, staff = standing(cast.chair), standing(cast.staff)
    assert chair.chair is not None and chair.drafting is None
    assert staff.drafting is None and staff.holding("secretariat") is not None
    incoming_chair, incoming_staff = standing(cast.next_chair), standing(next_staff)
    assert incoming_chair.drafting is not None and incoming_chair.chair is None
    assert incoming_staff.drafting is not None


def test_the_groups_of_both_sides_follow_at_once(cast, offered, next_staff):
    people = (cast.chair, cast.staff, cast.next_chair, next_staff)
    take(offered, next_staff)
    for person in people:
        held = set(person.user.groups.filter(name__startswith="seat:").values_list("name"))
        assert {name for (name,) in held} == groups_of(standing(person)), person
    names = set(cast.staff.user.groups.values_list("name", flat=True))
    assert "seat:reading:AL:2027" in names and "seat:drafting:AL:2027" not in names
    assert "seat:drafting:CE:2028" in set(next_staff.user.groups.values_list("name", flat=True))
    concerned = {person.user.username for person in people}
    assert not [d for d in out_of_step(TODAY) if d.account in concerned]


def test_both_sides_and_the_delegations_are_told_once(cast, offered, next_staff):
    _hand_over, entry = take(offered, next_staff)
    focal = Notice.objects.filter(entry=entry)
    told = {notice.person: notice for notice in focal}
    both = {cast.chair, cast.staff, cast.next_chair, next_staff}
    assert set(told) == both | set(cast.heads.values())
    assert told[cast.staff].path == "/en/desk/hand-over/2027/"
    assert told[cast.head].path == "/en/presidency/"
    assert "Aldova presides until 30 April 2027" in told[cast.head].body
    assert "hand-over note" in told[cast.staff].body
    assert "hand-over note" not in told[cast.head].body


def test_calendars_of_the_outgoing_end_and_those_of_others_go_on(cast, offered, next_staff):
    for number, person in enumerate((cast.staff, cast.head, next_staff)):
        Subscription.objects.create(person=person, digest=f"{number}" * 64, made=NOW - SECOND)
    take(offered, next_staff)
    ended = dict(Subscription.objects.values_list("person__name", "ended"))
    assert ended == {"Staff Aldova": NOW, "Head Dorlan": None, "Staff Cestria": None}


def test_nothing_is_taken_over_that_was_not_offered(cast, ticked, next_staff):
    with pytest.raises(CannotHandOver, match="Aldova has not offered"):
        take(ticked, next_staff)
    assert HandOver.objects.get().at is None


def test_only_the_incoming_side_takes_over(cast, offered):
    for person in (cast.chair, cast.staff, cast.head, cast.former_staff, cast.superuser):
        with pytest.raises(NotEntitled, match="Cestria 2028"):
            take(offered, person)
    assert HandOver.objects.get().at is None


def test_who_is_designated_and_not_in_office_ticks_and_does_not_take_over(cast, offered):
    late = factories.person(
        "Later Cestria", "secretariat", cast.states["Cestria"], since=date(2027, 5, 1)
    )
    handover.untick(offered, "plans", Side.INCOMING, by=late, on=NOW)
    handover.tick(offered, "plans", Side.INCOMING, by=late, on=NOW)
    with pytest.raises(NotEntitled, match="begins on 1 May 2027"):
        take(offered, late)


def test_an_appointment_in_force_counts_before_one_to_come(cast, offered, next_staff):
    accredit(
        next_staff,
        function="chair",
        state=cast.states["Cestria"],
        since=date(2028, 2, 1),
        level="expert",
        by=None,
    )
    accredit(
        cast.next_chair,
        function="secretariat",
        state=cast.states["Cestria"],
        since=date(2027, 5, 1),
        by=None,
    )
    hand_over, _entry = take(offered, cast.next_chair)
    assert hand_over.taken_as.function == "chair"


def test_every_blocker_is_named(cast, offered, next_staff):
    handover.untick(offered, "plans", Side.OUTGOING, by=cast.staff, on=NOW)
    handover.untick(offered, "register", Side.INCOMING, by=next_staff, on=NOW)
    handover.untick(offered, "notices", Side.INCOMING, by=next_staff, on=NOW)
    with pytest.raises(Blocked) as refusal:
        handover.take_over(offered, typesetting=("A/1", "A/2"), by=next_staff, on=NOW)
    assert [blocker.text for blocker in refusal.value.blockers] == [
        "Aldova has not ticked this point: Work plans in hand.",
        "Cestria has not ticked these points: The register; Notices that could not be sent.",
        "These documents are being typeset: A/1, A/2.",
    ]
    assert HandOver.objects.get().at is None


def test_many_are_counted_and_not_named(cast, turn, next_staff):
    handover.tick(turn, "plans", Side.OUTGOING, by=cast.staff, on=NOW)
    ticks = Tick.objects.all()
    incoming = handover.people(turn, TODAY)[Side.INCOMING]
    found = handover.blockers(turn, ticks, incoming, [f"A/{n}" for n in range(9)], TODAY)
    assert [blocker.text for blocker in found] == [
        "Aldova has still to tick 11 of 12 points.",
        "Cestria has still to tick 12 of 12 points.",
        "9 documents are being typeset.",
    ]


@pytest.mark.parametrize("without", ["appointment", "account", "active account"])
def test_a_side_without_a_chair_cannot_take_over(cast, offered, next_staff, without):
    if without == "appointment":
        (appointment,) = cast.next_chair.appointments.all()
        recall(appointment, until=TODAY, by=None)
    elif without == "account":
        Person.objects.filter(pk=cast.next_chair.pk).update(user=None)
    else:
        type(cast.next_chair.user).objects.filter(pk=cast.next_chair.user_id).update(
            is_active=False
        )
    with pytest.raises(Blocked, match="Cestria has no chair in office with an account"):
        take(offered, next_staff)


def test_a_side_without_staff_cannot_take_over(cast, offered, next_staff):
    (appointment,) = next_staff.appointments.all()
    recall(appointment, until=TODAY, by=None)
    with pytest.raises(Blocked, match="Cestria has no secretariat staff in office"):
        take(offered, cast.next_chair)


def test_what_has_passed_stays_as_it_was(cast, offered, next_staff):
    take(offered, next_staff)
    turn, later = current(), NOW + timedelta(hours=1)
    for act in (
        lambda: handover.tick(turn, "plans", Side.OUTGOING, by=cast.staff, on=later),
        lambda: handover.untick(turn, "plans", Side.INCOMING, by=next_staff, on=later),
        lambda: handover.offer(turn, remarks="", by=cast.chair, on=later),
        lambda: handover.withdraw_offer(turn, by=cast.chair, on=later),
        lambda: take(turn, cast.next_chair, later),
    ):
        with pytest.raises(CannotHandOver, match="handed over already"):
            act()
    assert take(turn, next_staff, later) is None
    hand_over = HandOver.objects.get()
    assert (hand_over.at, hand_over.taken_by) == (NOW, next_staff)
    assert hand_over.ticks.count() == 2 * len(POINTS)
    assert Entry.objects.filter(act="hand_over").count() == 1


def test_an_early_hand_over_is_not_entered_again_by_the_table(cast, offered, next_staff):
    take(offered, next_staff)
    assert handover.hand_over_by_table(current(), on=AT_TURN) is None
    assert HandOver.objects.get().at == NOW


# By the table


def test_the_day_alone_passes_drafting_and_presiding(cast, turn, next_staff):
    before, after = TURN - timedelta(days=1), TURN
    assert standing(cast.staff, before).drafting and not standing(next_staff, before).drafting
    assert not standing(cast.staff, after).drafting and standing(next_staff, after).drafting
    assert standing(cast.chair, before).chair and not standing(cast.chair, after).chair
    assert standing(cast.next_chair, after).chair
    assert not HandOver.objects.exists()


@pytest.mark.parametrize("late", [timedelta(0), SECOND, timedelta(days=60)])
def test_the_table_enters_the_instant_however_late_it_is_entered(cast, turn, late):
    hand_over, entry = handover.hand_over_by_table(turn, on=AT_TURN + late)
    hand_over.refresh_from_db()
    assert (hand_over.at, hand_over.taken_by, hand_over.offered) == (AT_TURN, None, None)
    assert (entry.act, entry.by, entry.appointment) == ("hand_over", None, None)
    told = {notice.person for notice in Notice.objects.filter(entry=entry)}
    assert {cast.chair, cast.staff, cast.next_chair} <= told
    body = Notice.objects.get(entry=entry, person=cast.staff).body
    assert "Cestria presides since Saturday 1 May 2027, 00:00 UTC" in body


def test_the_table_does_not_come_early(cast, turn):
    with pytest.raises(CannotHandOver, match="has not come"):
        handover.hand_over_by_table(turn, on=AT_TURN - SECOND)
    assert not HandOver.objects.exists()


def test_nothing_blocks_the_table_and_an_open_offer_stays_on_record(cast, ticked, next_staff):
    handover.offer(ticked, remarks="Nobody answered.", by=cast.chair, on=NOW)
    handover.untick(ticked, "plans", Side.INCOMING, by=next_staff, on=NOW)
    (appointment,) = next_staff.appointments.all()
    recall(appointment, until=date(2027, 4, 1), by=None)
    hand_over, _entry = handover.hand_over_by_table(current(), on=AT_TURN)
    assert (hand_over.at, hand_over.offered, hand_over.taken_by) == (AT_TURN, NOW, None)
    assert hand_over.remarks == "Nobody answered."
    assert handover.hand_over_by_table(current(TURN - SECOND * 86400), on=AT_TURN) is None
    assert Entry.objects.filter(act="hand_over").count() == 1


def test_the_outgoing_are_told_though_their_appointment_ended_that_day(cast, turn):
    (appointment,) = cast.staff.appointments.all()
    recall(appointment, until=TURN, by=None)
    _hand_over, entry = handover.hand_over_by_table(turn, on=AT_TURN)
    notice = Notice.objects.get(entry=entry, person=cast.staff)
    assert notice.appointment is None  # so that it is sent whatever has ended


def test_a_calendar_made_after_the_day_lives_on_when_the_table_is_entered_late(cast, turn):
    for number, made in enumerate((AT_TURN - SECOND, AT_TURN + SECOND)):
        Subscription.objects.create(
            person=(cast.staff, cast.chair)[number], digest=f"{number}" * 64, made=made
        )
    handover.hand_over_by_table(turn, on=AT_TURN + timedelta(days=2))
    ended = dict(Subscription.objects.values_list("person__name", "ended"))
    assert ended == {"Staff Aldova": AT_TURN, "Chair Aldova": None}


def test_a_portal_that_had_nobody_of_that_presidency_saw_no_hand_over(cast, turn):
    assert handover.was_served_here(turn)
    for person in (cast.chair, cast.staff):
        (appointment,) = person.appointments.all()
        recall(appointment, until=date(2027, 4, 30), by=None)
    # An expert who chairs for Aldova serves no presidency.
    assert not handover.was_served_here(turn)


def test_a_table_changed_since_voids_what_was_said_to_another_state(cast, turn, next_staff):
    handover.tick(turn, "plans", Side.INCOMING, by=next_staff, on=NOW)
    Presidency.objects.filter(year=2028).update(
        period=DateRange(date(2028, 6, 1), date(2029, 1, 1))
    )
    factories.presidency(cast.states["Dorlan"], 2030)
    Presidency.objects.filter(year=2030).update(period=DateRange(TURN, date(2028, 6, 1)))
    handover.tick(current(), "register", Side.OUTGOING, by=cast.staff, on=NOW)
    hand_over = HandOver.objects.get()
    assert hand_over.incoming.state.name == "Dorlan"
    assert list(hand_over.ticks.values_list("point", flat=True)) == ["register"]


def test_a_page_older_than_the_table_hands_nothing_over(cast, offered, next_staff):
    shorten(date(2027, 6, 1))
    with pytest.raises(CannotHandOver, match="table of presidencies has changed"):
        take(offered, next_staff)
    with pytest.raises(CannotHandOver, match="table of presidencies has changed"):
        handover.hand_over_by_table(offered, on=AT_TURN)
    assert HandOver.objects.get().at is None


# Two at once


@pytest.fixture
def together(transactional_db):
    """What two people need who act at the same instant, each over a connection of their own."""
    cast = assemble(TODAY.year)
    next_staff = hand_overs.next_staff(cast)
    shorten()
    tick_all(cast, next_staff)
    hand_overs.offer(cast)
    return cast, next_staff, current()


def at_once(*acts):
    """Run acts in threads that start together; what each returned or raised, in their order."""
    barrier, outcomes = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number, act):
        try:
            barrier.wait(10)
            outcomes[number] = act()
        except Exception as error:
            outcomes[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return outcomes


def test_of_two_who_take_over_at_once_one_does(together):
    cast, next_staff, turn = together
    outcomes = at_once(
        lambda: take(turn, next_staff),
        lambda: take(turn, cast.next_chair),
        lambda: take(turn, cast.next_chair),
    )
    done = [outcome for outcome in outcomes if isinstance(outcome, tuple)]
    assert len(done) == 1
    assert Entry.objects.filter(act="hand_over").count() == 1
    assert Notice.objects.filter(entry__act="hand_over", person=cast.staff).count() == 1
    for other in outcomes:
        if not isinstance(other, tuple):
            assert other is None or "handed over already" in str(other)


def test_an_offer_is_withdrawn_or_taken_and_never_both(together):
    cast, next_staff, turn = together
    withdrawn, taken = at_once(
        lambda: handover.withdraw_offer(turn, by=cast.staff, on=NOW),
        lambda: take(turn, next_staff),
    )
    hand_over = HandOver.objects.get()
    if hand_over.at is None:
        assert withdrawn is None and "has not offered" in str(taken)
        assert hand_over.offered is None
    else:
        assert "handed over already" in str(withdrawn) and isinstance(taken, tuple)
        assert hand_over.offered == NOW


def test_two_workers_enter_the_table_once(together):
    _cast, _next_staff, turn = together
    outcomes = at_once(
        *[lambda: handover.hand_over_by_table(turn, on=AT_TURN + SECOND) for _worker in range(3)]
    )
    assert sorted(isinstance(outcome, tuple) for outcome in outcomes) == [False, False, True]
    assert [o for o in outcomes if o is not None and not isinstance(o, tuple)] == []
    assert HandOver.objects.get().at == AT_TURN
    assert Entry.objects.filter(act="hand_over").count() == 1
