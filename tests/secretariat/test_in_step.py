"""Groups and grants are those of the appointments, after any sequence of acts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import transaction
from guardian.shortcuts import assign_perm
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from secretariat import accreditation
from secretariat.models import Appointment, HandOver, Person, Presidency, State
from secretariat.standing import PRESIDING_LEVELS, Function, Standing
from tests import factories
from workplans.models.plan import granted

DAY = factories.TODAY


def everybody_steps(day=DAY):
    for person in Person.objects.select_related("user"):
        accreditation.bring_into_step(Standing.of(person, day))


def test_what_requests_bring_about_is_in_step(cast):
    everybody_steps()
    assert accreditation.out_of_step(DAY) == []


def test_before_anybody_came_everything_is_missing_and_repair_brings_it(cast):
    missing = accreditation.out_of_step(DAY)
    assert {d.account for d in missing if d.group == "seat:drafting:AL:2027"} == {
        "chair.aldova",
        "staff.aldova",
    }
    assert all(difference.wanted for difference in missing)
    accreditation.repair(DAY)
    assert accreditation.out_of_step(DAY) == []
    assert granted_to(cast.staff, "draft_texts") == {"Aldova 2027"}


def test_a_day_later_the_groups_of_yesterday_are_orphans_until_repaired(cast):
    everybody_steps()
    after = date(2028, 1, 1)
    stale = accreditation.out_of_step(after)
    assert ("seat:drafting:AL:2027", "staff.aldova", False) in {
        (d.group, d.account, d.wanted) for d in stale
    }
    accreditation.repair(after)
    assert accreditation.out_of_step(after) == []
    assert granted_to(cast.staff, "draft_texts") == set()
    assert granted_to(cast.staff, "read_texts") == {"Aldova 2027"}


def test_an_account_put_into_a_seats_group_by_hand_is_found_and_taken_out(cast):
    everybody_steps()
    cast.superuser.user.groups.add(Group.objects.get(name="seat:drafting:AL:2027"))
    (found,) = accreditation.out_of_step(DAY)
    assert str(found) == "sudo.nobody does not belong in seat:drafting:AL:2027"
    accreditation.repair(DAY)
    assert granted_to(cast.superuser, "draft_texts") == set()


def test_a_grant_given_to_another_group_is_found_and_taken_back(cast):
    everybody_steps()
    choir = Group.objects.create(name="choir")
    choir.user_set.add(cast.stranger.user)
    assign_perm("secretariat.draft_texts", choir, Presidency.objects.get(year=2027))
    assert granted_to(cast.stranger, "draft_texts") == {"Aldova 2027"}
    assert [d.group for d in accreditation.out_of_step(DAY)] == ["choir"]
    accreditation.repair(DAY)
    assert granted_to(cast.stranger, "draft_texts") == set()
    assert cast.stranger.user.groups.get() == choir


def test_a_grant_too_many_or_too_few_is_set_right_and_its_members_stay(cast):
    everybody_steps()
    group = Group.objects.get(name="seat:delegation:DO")
    assign_perm("secretariat.read_papers", group, cast.states["Aldova"])
    assert granted_to(cast.head, "read_papers") == {"Aldova", "Dorlan"}
    accreditation.repair(DAY)
    assert granted_to(cast.head, "read_papers") == {"Dorlan"}


def test_a_group_whose_state_is_not_on_record_ends(cast):
    everybody_steps()
    Group.objects.create(name="seat:delegation:XX").user_set.add(cast.stranger.user)
    Group.objects.create(name="seat:drafting:AL")
    accreditation.repair(DAY)
    assert not Group.objects.filter(name__in=["seat:delegation:XX", "seat:drafting:AL"]).exists()
    assert accreditation.out_of_step(DAY) == []


def test_after_two_presidencies_changed_places_no_group_keeps_the_wrong_one(cast):
    everybody_steps(date(2028, 1, 1))
    future = Presidency.objects.get(year=2028)
    Presidency.objects.filter(pk=future.pk).update(state=cast.states["Dorlan"])
    accreditation.repair(date(2028, 1, 1))
    assert accreditation.out_of_step(date(2028, 1, 1)) == []
    assert granted_to(cast.next_chair, "draft_texts") == set()


@pytest.mark.parametrize("delegates", [1, 40])
def test_comparing_asks_the_same_whatever_the_number(cast, delegates, django_assert_num_queries):
    for n in range(delegates):
        factories.person(f"Delegate {n}", "delegate", cast.states["Dorlan"])
    accreditation.repair(DAY)
    with django_assert_num_queries(9):
        assert accreditation.out_of_step(DAY) == []


def test_the_command_says_what_differs_and_repairs_it(cast):
    out = StringIO()
    with pytest.raises(CommandError, match="out of step"):
        call_command("accreditation", on=DAY, stdout=out)
    assert "staff.aldova is missing from seat:drafting:AL:2027." in out.getvalue()
    call_command("accreditation", repair=True, stdout=StringIO())
    out = StringIO()
    call_command("accreditation", stdout=out)
    assert out.getvalue() == "All groups are in step with the appointments.\n"


def test_another_day_is_compared_and_never_repaired(cast):
    with pytest.raises(CommandError, match="today"):
        call_command("accreditation", on=date(2028, 1, 1), repair=True)


def granted_to(person, permission):
    about = State if permission == "read_papers" else Presidency
    return {str(o) for o in about.objects.filter(pk__in=granted(person.user, permission))}


# Any sequence of acts

PEOPLE = ("Ada", "Ben", "Cyd", "Dov")
STATES = ("Aldova", "Borania", "Cestria")
FIRST = date(2026, 12, 1)
days = st.integers(min_value=0, max_value=800).map(lambda n: FIRST + timedelta(days=n))


class Acts(RuleBasedStateMachine):
    """People are appointed and recalled, secretariats handed over, and the days go by."""

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.day = FIRST
        self.states = [factories.state(name, order=n) for n, name in enumerate(STATES)]
        for year, state in zip((2026, 2027, 2028), self.states, strict=True):
            factories.presidency(state, year)
        self.people = [factories.person(name) for name in PEOPLE]

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    @rule(
        who=st.sampled_from(range(len(PEOPLE))),
        where=st.sampled_from(range(len(STATES))),
        function=st.sampled_from(["head", "delegate", "chair", "secretariat", "minister"]),
        level=st.sampled_from(["ministerial", "departmental", "expert"]),
        since=days,
        length=st.one_of(st.none(), st.integers(1, 500)),
    )
    def appoint(self, who, where, function, level, since, length):
        try:
            accreditation.accredit(
                self.people[who],
                function=function,
                state=self.states[where],
                since=since,
                until=since + timedelta(days=length) if length else None,
                level=level,
                by=None,
                on=self.day,
            )
        except ValidationError:
            pass  # held already in these days

    @rule(which=st.integers(0, 50), ahead=st.integers(0, 60))
    def recall(self, which, ahead):
        held = list(Appointment.objects.on(self.day).order_by("pk"))
        if not held:
            return
        try:
            accreditation.recall(
                held[which % len(held)],
                until=self.day + timedelta(days=ahead),
                by=None,
                on=self.day,
            )
        except ValidationError:
            pass  # it would not have lasted a day

    @rule()
    def hand_over_early(self):
        outgoing = Presidency.objects.on(self.day).first()
        incoming = Presidency.objects.filter(year=outgoing.year + 1).first() if outgoing else None
        if incoming is None or HandOver.objects.filter(outgoing=outgoing).exists():
            return
        HandOver.objects.create(
            outgoing=outgoing,
            incoming=incoming,
            at=datetime.combine(self.day, datetime.min.time(), tzinfo=UTC),
        )
        accreditation.repair(self.day)

    @rule(ahead=st.integers(1, 200))
    def time_passes(self, ahead):
        self.day += timedelta(days=ahead)
        accreditation.repair(self.day)

    @invariant()
    def nothing_is_out_of_step(self):
        assert accreditation.out_of_step(self.day) == []

    @invariant()
    def drafts_are_open_to_the_secretariat_in_office_alone(self):
        """Said anew in plain words, so that a mistake in the groups cannot hide in the check."""
        presiding = [p for p in Presidency.objects.all() if p.holds_on(self.day)]
        hand_over = HandOver.objects.filter(outgoing__in=presiding, at__isnull=False).first()
        writing = [hand_over.incoming] if hand_over else presiding
        for person in Person.objects.select_related("user"):
            writes = any(
                a.holds_on(self.day)
                and a.state_id == presidency.state_id
                and (
                    a.function == Function.SECRETARIAT
                    or (a.function == Function.CHAIR and a.level in PRESIDING_LEVELS)
                )
                for a in person.appointments.all()
                for presidency in writing
            )
            assert bool(granted_to(person, "draft_texts")) == writes


@pytest.mark.django_db
def test_no_orphan_after_any_sequence_of_acts():
    run_state_machine_as_test(
        Acts,
        settings=settings(
            max_examples=30,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        ),
    )
