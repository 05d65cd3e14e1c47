"""Appointing, ending and replacing: whose act it is, and what it does."""

from __future__ import annotations

from dataclasses import replace as but
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.db.backends.postgresql.psycopg_any import DateRange

from secretariat import delegations, post, register
from secretariat.accreditation import out_of_step, repair
from secretariat.delegations import CannotDo, Order
from secretariat.models import Appointment, Authority, Entry, Invitation, Notice, Person
from secretariat.permissions import FUNCTIONS, TABLE, Rights
from secretariat.standing import Function, NotEntitled, Standing
from tests import factories

DAY, NOW = factories.TODAY, factories.NOW
TOMORROW = DAY + timedelta(days=1)


@pytest.fixture
def focal(cast):
    """The focal point of Dorlan."""
    return factories.person("Focal Dorlan", "focal_point", cast.states["Dorlan"])


@pytest.fixture
def order(cast):
    return Order(
        name="Nova Delegate",
        email="nova@dorlan.example.org",
        function="delegate",
        state=cast.states["Dorlan"],
        since=DAY,
        level="expert",
    )


def appointment_of(person, function=None):
    found = person.appointments.filter(function=function) if function else person.appointments
    return found.get()


def rights(person, state, day=DAY):
    return Rights.of(Standing.of(person, day), state)


# Whose act it is


PEOPLE_OF_A_STATE = ["head", "alternate", "delegate", "minister", "focal_point", "chair"]


def test_a_focal_point_appoints_for_its_own_state_and_for_no_other(cast, focal):
    assert rights(focal, cast.states["Dorlan"]).functions == PEOPLE_OF_A_STATE
    for name in ("Aldova", "Borania", "Cestria"):
        assert rights(focal, cast.states[name]).functions == []


def test_the_secretariat_appoints_its_own_and_records_focal_points_on_a_note(cast):
    for person in (cast.chair, cast.staff):
        assert rights(person, cast.states["Aldova"]).functions == ["focal_point", "secretariat"]
        assert rights(person, cast.states["Dorlan"]).functions == ["focal_point"]
        right = rights(person, cast.states["Dorlan"]).to_appoint("focal_point")
        assert right.giver.on_a_note
        assert right.basis == appointment_of(person)


def test_the_next_presidency_appoints_its_own_staff_before_it_begins(cast):
    assert rights(cast.next_chair, cast.states["Cestria"]).functions == ["secretariat"]
    designated = factories.person(
        "Staff Cestria", "secretariat", cast.states["Cestria"], since=date(2028, 1, 1)
    )
    assert rights(designated, cast.states["Cestria"]).functions == ["secretariat"]
    assert rights(designated, cast.states["Aldova"]).functions == []


def test_nobody_else_appoints_anybody(cast):
    entitled = {"chair", "staff", "next_chair"}
    for role, person in cast.everyone().items():
        for state in cast.states.values():
            if role not in entitled:
                assert rights(person, state).functions == [], role
    assert rights(None, cast.states["Dorlan"]).functions == []


@pytest.mark.parametrize(
    ("state", "first"), [("Aldova", False), ("Borania", False), ("Cestria", True)]
)
def test_the_focal_point_appoints_the_first_of_a_secretariat(cast, state, first):
    """Aldova presides and has staff; Borania's presidency is over; Cestria's is to come."""
    focal = factories.person(f"Focal {state}", "focal_point", cast.states[state])
    offered = rights(focal, cast.states[state]).functions
    assert ("secretariat" in offered) is first


def test_once_there_is_staff_it_appoints_its_own(cast, focal):
    cestria = cast.states["Cestria"]
    focal = factories.person("Focal Cestria", "focal_point", cestria)
    first = factories.person("Staff Cestria", "secretariat", cestria, since=date(2028, 1, 1))
    assert "secretariat" not in rights(focal, cestria).functions
    # The one the focal point appointed can still be ended by it, as long as it is alone.
    assert rights(focal, cestria).to_end(appointment_of(first))
    factories.person("Second Cestria", "secretariat", cestria, since=date(2028, 1, 1))
    assert rights(focal, cestria).to_end(appointment_of(first)) is None


def test_what_outlasts_a_presidency_is_ended_by_the_focal_point(cast):
    borania = cast.states["Borania"]
    focal = factories.person("Focal Borania", "focal_point", borania)
    left = factories.person("Left Borania", "secretariat", borania)
    assert rights(focal, borania).to_end(appointment_of(left))
    assert rights(focal, borania).to_appoint("secretariat") is None
    assert rights(left, borania).to_end(appointment_of(left)) is None


def test_after_an_early_hand_over_the_incoming_side_records_and_the_outgoing_does_not(cast):
    from secretariat.models import HandOver, Presidency

    outgoing, incoming = (Presidency.objects.get(year=year) for year in (2027, 2028))
    HandOver.objects.create(outgoing=outgoing, incoming=incoming, at=NOW)
    dorlan = cast.states["Dorlan"]
    assert rights(cast.next_chair, dorlan).functions == ["focal_point"]
    assert rights(cast.staff, dorlan).functions == []
    assert rights(cast.chair, cast.states["Aldova"]).functions == []


def test_an_organisation_has_observers_and_focal_points_only(cast):
    union = appointment_of(cast.observer).state
    focal = factories.person("Focal Union", "focal_point", union)
    assert set(rights(focal, union).functions) == {"observer", "focal_point"}
    assert "observer" not in FUNCTIONS["state"]
    assert set(TABLE) == set(Function.values)


def test_rights_end_with_the_appointment_that_gave_them(cast, focal):
    assert rights(focal, cast.states["Dorlan"], DAY).functions
    Appointment.objects.filter(person=focal).update(period=DateRange(date(2026, 6, 1), DAY))
    assert rights(focal, cast.states["Dorlan"], DAY).functions == []


@pytest.mark.parametrize("function", [*PEOPLE_OF_A_STATE, "secretariat"])
def test_an_act_that_is_not_theirs_is_refused_and_writes_nothing(cast, focal, order, function):
    stranger = factories.person("Focal Borania", "focal_point", cast.states["Borania"])
    wanted = but(order, function=function, basis="Note 1")
    before = Entry.objects.count()
    for person in (stranger, cast.head, cast.superuser, cast.former_staff, cast.expert_chair):
        with pytest.raises(NotEntitled):
            delegations.appoint(wanted, by=person, on=NOW)
    head = appointment_of(cast.head)
    for person in (stranger, cast.head, cast.superuser, cast.chair):
        with pytest.raises(NotEntitled):
            delegations.end(head, until=DAY, reason="None.", by=person, on=NOW)
        with pytest.raises(NotEntitled):
            delegations.replace(head, but(wanted, function="head"), by=person, on=NOW)
    assert Entry.objects.count() == before
    assert not Person.objects.filter(email=order.email).exists()


# Appointing


def test_somebody_new_is_entered_appointed_and_invited(cast, focal, order):
    done = delegations.appoint(order, by=focal, on=NOW)
    person = Person.objects.get(email=order.email)
    assert done.appointment.person == person
    assert done.invitation == Invitation.objects.get(person=person)
    assert person.user is None
    entry = register.entries_about(done.appointment).get()
    assert (entry.act, entry.by, entry.capacity) == ("accredit", focal, "Focal point, Dorlan")
    assert "delegate" in {a.function for a in Standing.of(person, DAY).appointments}


def test_somebody_on_record_is_appointed_and_never_entered_twice(cast, focal, order):
    known = cast.stranger
    before = Person.objects.count()
    done = delegations.appoint(
        but(order, email=known.email.upper(), name="Another Spelling"), by=focal, on=NOW
    )
    assert done.appointment.person == known
    assert (done.invitation, Person.objects.count()) == (None, before)
    known.refresh_from_db()
    assert known.name == "Stranger Nowhere"
    (told,) = Notice.objects.filter(person=known)
    assert told.subject == "You are appointed: Delegate, Dorlan"


def test_the_same_order_sent_twice_appoints_once(cast, focal, order):
    first = delegations.appoint(order, by=focal, on=NOW)
    second = delegations.appoint(order, by=focal, on=NOW + timedelta(seconds=1))
    assert (first.anew, second.anew) == (True, False)
    assert second.appointment == first.appointment
    assert Appointment.objects.filter(person=first.appointment.person).count() == 1
    assert Entry.objects.filter(act="accredit", by=focal).count() == 1
    assert Invitation.objects.count() == 1


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"since": DAY - timedelta(days=1)}, "since"),
        ({"until": DAY}, "until"),
        ({"function": "head", "basis": ""}, "basis"),
        ({"function": "focal_point", "basis": ""}, "basis"),
        ({"function": "minister", "level": "expert", "basis": "Note"}, "level"),
        ({"function": "chair", "level": "expert", "basis": "Note"}, "level"),
        ({"name": ""}, "name"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(cast, focal, order, facts, field):
    with pytest.raises(CannotDo) as refusal:
        delegations.appoint(but(order, **facts), by=focal, on=NOW)
    assert field in {problem.field for problem in refusal.value.problems}
    assert not Person.objects.filter(email=order.email).exists()


def test_an_authority_is_of_the_state_and_of_the_day(cast, focal, order):
    foreign = Authority.objects.get(state=cast.states["Aldova"])
    gone = factories.authority(cast.states["Dorlan"], "Ministry that was")
    Authority.objects.filter(pk=gone.pk).update(period=DateRange(date(2000, 1, 1), DAY))
    gone.refresh_from_db()
    for authority in (foreign, gone):
        with pytest.raises(CannotDo):
            delegations.appoint(but(order, authority=authority), by=focal, on=NOW)
    own = Authority.objects.on(DAY).get(state=cast.states["Dorlan"])
    assert delegations.appoint(but(order, authority=own), by=focal, on=NOW).anew


def test_a_second_head_is_refused_and_the_first_is_named(cast, focal, order):
    wanted = but(order, function="head", basis="Note verbale 1")
    with pytest.raises(CannotDo, match="Head Dorlan") as refusal:
        delegations.appoint(wanted, by=focal, on=NOW)
    (problem,) = refusal.value.problems
    assert problem.taken == (appointment_of(cast.head),)


def test_a_head_may_follow_when_the_first_has_ended(cast, focal, order):
    head = appointment_of(cast.head)
    delegations.end(head, until=date(2027, 5, 1), reason="Leaves.", by=focal, on=NOW)
    wanted = but(order, function="head", basis="Note", since=date(2027, 5, 1))
    assert delegations.appoint(wanted, by=focal, on=NOW).anew


def test_a_focal_point_of_any_state_is_recorded_on_its_note(cast, order):
    wanted = but(order, function="focal_point", basis="Note verbale 12/2027 of 8 March 2027")
    done = delegations.appoint(wanted, by=cast.staff, on=NOW)
    entry = register.entries_about(done.appointment).get()
    assert entry.capacity == "Secretariat staff, Aldova"
    assert done.appointment.basis == "Note verbale 12/2027 of 8 March 2027"


# Who is told


def told(entry_act):
    return {notice.person.name for notice in Notice.objects.filter(entry__act=entry_act)}


def test_the_focal_points_are_told_and_of_a_head_the_secretariat_too(cast, focal, order):
    delegations.appoint(order, by=focal, on=NOW)
    assert told("accredit") == {"Focal Dorlan"}
    delegations.end(appointment_of(cast.head), until=DAY, reason="Leaves.", by=focal, on=NOW)
    assert told("recall") == {"Focal Dorlan", "Head Dorlan", "Chair Aldova", "Staff Aldova"}
    words = Notice.objects.get(person=cast.head).body
    assert "From 10 March 2027 it gives you no right." in words
    assert "Leaves." in words


def test_a_long_name_makes_a_subject_that_fits(cast, focal, order):
    delegations.appoint(but(order, name="N" * 150), by=focal, on=NOW)
    assert max(len(notice.subject) for notice in Notice.objects.all()) <= 200


# Ending


def test_from_the_day_it_ends_there_is_no_right(cast, focal):
    head = appointment_of(cast.head)
    ended = delegations.end(head, until=DAY, reason="Recalled by note 7.", by=focal, on=NOW)
    assert ended.period.upper == DAY
    assert Standing.of(cast.head, DAY).roles == frozenset()
    assert Standing.of(cast.head, DAY - timedelta(days=1)).speaking_for(head.state_id)
    entry = register.entries_about(head).first()
    assert entry.facts["reason"] == "Recalled by note 7."


def test_an_end_to_come_changes_nothing_until_then(cast, focal):
    head = appointment_of(cast.head)
    delegations.end(head, until=date(2027, 5, 1), reason="Leaves.", by=focal, on=NOW)
    assert Standing.of(cast.head, date(2027, 4, 30)).speaking_for(head.state_id)
    assert Standing.of(cast.head, date(2027, 5, 1)).speaking_for(head.state_id) is None


def test_ending_twice_has_one_effect(cast, focal):
    head = appointment_of(cast.head)
    for _ in range(2):
        delegations.end(head, until=DAY, reason="Leaves.", by=focal, on=NOW)
    assert Entry.objects.filter(act="recall").count() == 1


@pytest.mark.parametrize(
    ("until", "reason", "field"),
    [
        (DAY - timedelta(days=1), "Leaves.", "until"),
        (DAY, "", "reason"),
        (DAY, "  \n ", "reason"),
    ],
)
def test_an_end_in_the_past_or_without_a_reason_is_refused(cast, focal, until, reason, field):
    head = appointment_of(cast.head)
    with pytest.raises(CannotDo) as refusal:
        delegations.end(head, until=until, reason=reason, by=focal, on=NOW)
    assert {problem.field for problem in refusal.value.problems} == {field}


def test_what_ends_already_is_not_made_to_last(cast, focal):
    head = appointment_of(cast.head)
    delegations.end(head, until=date(2027, 5, 1), reason="Leaves.", by=focal, on=NOW)
    with pytest.raises(CannotDo, match="30 April 2027"):
        delegations.end(head, until=date(2027, 6, 1), reason="Later.", by=focal, on=NOW)


def test_an_appointment_not_begun_is_withdrawn_and_stays_on_record(cast, focal, order):
    to_come = but(order, since=date(2027, 5, 1), until=date(2027, 9, 1))
    made = delegations.appoint(to_come, by=focal, on=NOW).appointment
    delegations.end(made, until=made.period.lower, reason="A mistake.", by=focal, on=NOW)
    made.refresh_from_db()
    assert made.is_withdrawn
    assert (str(made.begins), str(made.ends)) == ("1 May 2027", "31 August 2027")
    assert not Appointment.objects.on(date(2027, 5, 1)).filter(pk=made.pk).exists()
    assert [e.act for e in register.entries_about(made)] == ["withdraw_appointment", "accredit"]
    # It stands in nobody's way: the same person can be appointed to the same days.
    again = delegations.appoint(to_come, by=focal, on=NOW)
    assert again.anew
    delegations.end(again.appointment, until=DAY, reason="Once more.", by=focal, on=NOW)
    assert sum(a.is_withdrawn for a in Appointment.objects.all()) == 2


def test_a_mistake_of_today_is_withdrawn_at_once_unless_it_was_used(cast, focal, order):
    wrong = delegations.appoint(order, by=focal, on=NOW).appointment
    ended = delegations.end(wrong, until=DAY, reason="Wrong person.", by=focal, on=NOW)
    assert ended.is_withdrawn
    assert Standing.of(wrong.person, DAY).appointments == ()


def test_a_day_on_which_somebody_acted_stays_on_record(cast, focal, order, consideration):
    delegations.end(appointment_of(cast.head), until=DAY, reason="Leaves.", by=focal, on=NOW)
    wanted = but(order, function="head", basis="Note", email=cast.stranger.email)
    head = delegations.appoint(wanted, by=focal, on=NOW).appointment
    factories.answer(consideration, by=cast.stranger)
    with pytest.raises(CannotDo, match="has acted since"):
        delegations.end(head, until=DAY, reason="Wrong person.", by=focal, on=NOW)
    delegations.end(head, until=TOMORROW, reason="Wrong person.", by=focal, on=NOW)
    assert Standing.of(cast.stranger, TOMORROW).appointments == ()


def test_a_state_is_not_left_without_a_focal_point(cast, focal):
    own = appointment_of(focal)
    with pytest.raises(CannotDo, match="cannot end their own"):
        delegations.end(own, until=DAY, reason="Leaving.", by=focal, on=NOW)
    with pytest.raises(CannotDo, match="only focal point of Dorlan"):
        delegations.end(own, until=DAY, reason="Note 3.", by=cast.staff, on=NOW)
    second = factories.person("Second Dorlan", "focal_point", cast.states["Dorlan"])
    delegations.end(own, until=DAY, reason="Note 3.", by=second, on=NOW)
    assert Standing.of(focal, DAY).appointments == ()


def test_of_two_focal_points_each_can_end_the_other_and_not_itself(cast, focal):
    factories.person("Second Dorlan", "focal_point", cast.states["Dorlan"])
    with pytest.raises(CannotDo, match="cannot end their own"):
        delegations.end(appointment_of(focal), until=DAY, reason="Bye.", by=focal, on=NOW)


# Replacing


def test_one_head_replaces_another_in_one_act(cast, focal, order):
    wanted = but(order, function="head", basis="Note verbale 9", since=date(2027, 4, 1))
    done = delegations.replace(appointment_of(cast.head), wanted, by=focal, on=NOW)
    old = appointment_of(cast.head)
    assert old.period.upper == done.appointment.period.lower == date(2027, 4, 1)
    assert Entry.objects.get(act="recall").facts["reason"] == "Replaced by Nova Delegate."
    # The others are told once, of the new head, and who goes; who goes is told of the end.
    assert told("recall") == {"Head Dorlan"}
    assert told("accredit") == {"Focal Dorlan", "Chair Aldova", "Staff Aldova"}
    assert "Head Dorlan is replaced" in Notice.objects.get(person=cast.staff).body


def test_replacing_twice_has_one_effect(cast, focal, order):
    wanted = but(order, function="head", basis="Note verbale 9")
    head = appointment_of(cast.head)
    first = delegations.replace(head, wanted, by=focal, on=NOW)
    second = delegations.replace(head, wanted, by=focal, on=NOW)
    assert second.appointment == first.appointment
    assert Entry.objects.filter(act__in=["accredit", "recall"], by=focal).count() == 2


def test_the_only_focal_point_may_replace_itself(cast, focal, order):
    wanted = but(order, function="focal_point", basis="Note verbale 5")
    delegations.replace(appointment_of(focal), wanted, by=focal, on=NOW)
    assert Standing.of(focal, DAY).appointments == ()
    new = Person.objects.get(email=order.email)
    assert rights(new, cast.states["Dorlan"]).functions == PEOPLE_OF_A_STATE


def test_a_person_is_renewed_by_replacing_them_with_themselves(cast, focal, order):
    own = Authority.objects.on(DAY).get(state=cast.states["Dorlan"])
    renewed = but(
        order, name="Head Dorlan", email=cast.head.email, function="head", basis="Note",
        authority=own,
    )  # fmt: skip
    before = Standing.of(cast.head, DAY).roles
    delegations.replace(appointment_of(cast.head), renewed, by=focal, on=NOW)
    assert Standing.of(cast.head, DAY).roles == before
    assert cast.head.appointments.count() == 2


def test_nobody_is_replaced_in_another_function(cast, focal, order):
    with pytest.raises(CannotDo, match="same function"):
        delegations.replace(appointment_of(cast.head), order, by=focal, on=NOW)


def test_a_designated_head_is_replaced_before_beginning(cast, focal, order):
    head = appointment_of(cast.head)
    delegations.end(head, until=date(2027, 5, 1), reason="Leaves.", by=focal, on=NOW)
    wanted = but(order, function="head", basis="Note", since=date(2027, 5, 1))
    designated = delegations.appoint(wanted, by=focal, on=NOW).appointment
    instead = but(wanted, name="Other Head", email="other@dorlan.example.org")
    delegations.replace(designated, instead, by=focal, on=NOW)
    designated.refresh_from_db()
    assert designated.is_withdrawn
    (on_the_day,) = Appointment.objects.on(date(2027, 5, 1)).filter(
        function="head", state=head.state
    )
    assert on_the_day.person.name == "Other Head"


# What follows at once


def test_groups_follow_in_the_same_act(cast, focal, order):
    repair(DAY)
    assert out_of_step(DAY) == []
    delegations.end(appointment_of(cast.head), until=DAY, reason="Leaves.", by=focal, on=NOW)
    delegations.appoint(but(order, email=cast.stranger.email), by=focal, on=NOW)
    assert out_of_step(DAY) == []


def test_a_letter_queued_before_the_recall_is_held_back(cast, focal, consideration):
    """Circulated to the heads; before the mail leaves, the head of Dorlan is recalled."""
    queued = Notice.objects.get(person=cast.head, entry__act="circulate")
    delegations.end(appointment_of(cast.head), until=DAY, reason="Recalled.", by=focal, on=NOW)
    post.send_due()
    queued.refresh_from_db()
    assert (queued.sent, queued.error) == (None, "the appointment has ended")
    subjects = [m.subject for m in mail.outbox if m.to == [cast.head.email]]
    assert subjects == ["Your appointment ends: Head of delegation, Dorlan"]
    assert any(m.to == [cast.alternate.email] for m in mail.outbox)


def test_whoever_is_designated_is_told_before_the_first_day(cast, focal, order):
    known = but(order, email=cast.stranger.email, since=date(2027, 5, 1))
    made = delegations.appoint(known, by=focal, on=NOW).appointment
    post.send_due()
    assert [m.to for m in mail.outbox if "You are appointed" in m.subject] == [
        [cast.stranger.email]
    ]
    mail.outbox.clear()
    # Withdrawn before the mail leaves, it is not sent at all.
    Notice.objects.update(delivery="waiting", sent=None)
    delegations.end(made, until=DAY, reason="A mistake.", by=focal, on=NOW)
    post.send_due()
    sent = [m.subject for m in mail.outbox if m.to == [cast.stranger.email]]
    assert sent == ["Your appointment is withdrawn: Delegate, Dorlan"]


def test_an_outgoing_presidency_keeps_no_right_to_appoint(cast, order):
    after = datetime(2028, 1, 1, tzinfo=UTC)
    wanted = but(order, state=cast.states["Aldova"], function="secretariat", since=after.date())
    with pytest.raises(NotEntitled):
        delegations.appoint(wanted, by=cast.staff, on=after)
    assert delegations.appoint(wanted, by=cast.staff, on=after - timedelta(seconds=1)).anew
