"""Groups follow from dated appointments, at every request and to the day."""

from datetime import date

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from guardian.shortcuts import get_objects_for_user

from secretariat.accreditation import accredit, bring_into_step, recall
from secretariat.models import Entry, Presidency, State
from secretariat.standing import Standing
from tests import factories


def step(person, day=factories.TODAY):
    return bring_into_step(Standing.of(person, day))


def may(person, permission):
    user = type(person.user).objects.get(pk=person.user_id)
    return {
        str(found)
        for found in get_objects_for_user(
            user, f"secretariat.{permission}", with_superuser=False, accept_global_perms=False
        )
    }


def test_the_presiding_secretariat_drafts_and_its_delegation_reads(cast):
    step(cast.staff)
    assert may(cast.staff, "draft_texts") == {"Aldova 2027"}
    assert may(cast.staff, "read_papers") == {"Aldova"}


def test_a_head_reads_the_papers_of_the_own_delegation_only(cast):
    step(cast.head)
    assert may(cast.head, "read_papers") == {"Dorlan"}
    assert may(cast.head, "draft_texts") == set()


@pytest.mark.parametrize(
    ("day", "drafts"), [(date(2027, 12, 31), {"Aldova 2027"}), (date(2028, 1, 1), set())]
)
def test_at_hand_over_drafting_ends_and_reading_stays(cast, day, drafts):
    step(cast.staff)
    step(cast.staff, day)
    assert may(cast.staff, "draft_texts") == drafts
    assert may(cast.staff, "read_texts") == {"Aldova 2027"}


def test_those_who_served_before_keep_reading_what_was_made_then(cast):
    step(cast.former_staff)
    assert may(cast.former_staff, "read_texts") == {"Borania 2026"}
    assert may(cast.former_staff, "draft_texts") == set()


def test_an_ended_appointment_leaves_nothing_behind(cast):
    step(cast.head)
    (appointment,) = cast.head.appointments.all()
    recall(appointment, until=factories.TODAY, by=cast.chair)
    assert step(cast.head) is True
    assert may(cast.head, "read_papers") == set()
    assert Entry.objects.get(act="recall").by == cast.chair


def test_a_person_put_into_a_group_by_hand_is_taken_out_again(cast):
    step(cast.staff)
    intruder = cast.stranger
    intruder.user.groups.add(Group.objects.get(name="seat:drafting:AL:2027"))
    step(intruder)
    assert may(intruder, "draft_texts") == set()


def test_other_groups_are_left_alone(cast):
    cast.head.user.groups.add(Group.objects.create(name="choir"))
    step(cast.head)
    assert cast.head.user.groups.filter(name="choir").exists()


def test_a_superuser_gets_no_grant(cast):
    step(cast.superuser)
    assert may(cast.superuser, "draft_texts") == may(cast.superuser, "read_papers") == set()


def test_in_step_costs_one_query(cast, django_assert_num_queries):
    step(cast.head)
    standing = Standing.of(cast.head, factories.TODAY)
    with django_assert_num_queries(1):
        assert bring_into_step(standing) is False


def test_an_appointment_that_ends_before_it_begins_is_refused(cast):
    with pytest.raises(ValidationError):
        accredit(
            cast.stranger,
            function="delegate",
            state=State.objects.first(),
            since=date(2027, 5, 2),
            until=date(2027, 5, 1),
            by=None,
        )


def test_one_presidency_at_a_time_says_the_database(cast):
    from django.db import IntegrityError, transaction
    from django.db.backends.postgresql.psycopg_any import DateRange

    with pytest.raises(IntegrityError, match="one_presidency"), transaction.atomic():
        Presidency.objects.create(
            state=cast.states["Dorlan"], year=2027, period=DateRange(date(2027, 12, 31), None)
        )
