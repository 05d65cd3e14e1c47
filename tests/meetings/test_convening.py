"""Convening fixes the seats from that day's members (domain rule 4)."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from meetings.models import Meeting, Seat
from meetings.operations import CannotConvene
from secretariat.models import Entry, Membership, Notice
from secretariat.standing import NotEntitled
from tests import factories


def test_the_members_of_the_day_take_a_position_and_observers_attend(cast):
    meeting = factories.meeting("AG", by=cast.staff)
    seats = {(seat.state.name, seat.counted) for seat in meeting.seats.all()}
    assert seats == {
        ("Aldova", True), ("Borania", True), ("Cestria", True), ("Dorlan", True),
        ("Union of Observers", False),
    }  # fmt: skip
    assert (meeting.status, meeting.host, meeting.convened) == (
        "convened", cast.states["Aldova"], factories.TODAY,
    )  # fmt: skip
    assert Entry.objects.get(act="convene").by == cast.staff
    assert Notice.objects.filter(entry__act="convene", person=cast.head).exists()


@pytest.mark.parametrize(("days", "seated"), [(-1, False), (0, True), (1, True)])
def test_a_state_has_a_seat_from_the_day_it_is_a_member(cast, days, seated):
    late = factories.state("Fenland", order=6)
    factories.member(late, since=factories.TODAY)
    meeting = factories.meeting(
        "AG", by=cast.staff, on=factories.NOW + timedelta(days=days),
        begins=factories.TODAY + timedelta(days=20),
    )  # fmt: skip
    assert meeting.seats.filter(state=late).exists() is seated


def test_a_later_accession_changes_no_seat(cast, advisory_group):
    factories.member(factories.state("Fenland", order=6), since=factories.TODAY)
    assert advisory_group.seats.filter(counted=True).count() == 4


@pytest.mark.parametrize("counting", [True, False])
def test_an_invited_state_is_counted_only_on_the_record(cast, counting):
    guest = factories.state("Elmar", order=5)
    Membership.objects.create(state=guest, status="invited", period=(date(2020, 1, 1), None))
    meeting = factories.meeting("AG", by=cast.staff, counting_invited=counting)
    assert meeting.seats.get(state=guest).counted is counting
    assert Entry.objects.get(act="convene").facts["counting_invited"] is counting


def test_an_observer_can_never_be_given_a_position(cast, advisory_group):
    with pytest.raises(IntegrityError, match="take_no_position"), transaction.atomic():
        Seat.objects.filter(meeting=advisory_group, status="observer").update(counted=True)


@pytest.mark.parametrize("role", ["head", "minister", "former_chair", "superuser", "stranger"])
def test_nobody_else_convenes(cast, role):
    with pytest.raises(NotEntitled):
        factories.meeting("AG", by=cast.everyone()[role])
    assert not Meeting.objects.exists()


def test_not_in_the_past_and_not_backwards(cast):
    with pytest.raises(CannotConvene, match="after it has ended"):
        factories.meeting("AG", by=cast.staff, begins=date(2027, 1, 1))
    with pytest.raises(CannotConvene, match="before the first"):
        factories.meeting("AG", by=cast.staff, ends=factories.TODAY - timedelta(days=1))


def test_a_zone_that_is_none_is_refused(cast):
    from meetings.operations import convene

    with pytest.raises(ValidationError):
        convene(
            body=factories.body("AG"), year=2027, begins=factories.TODAY, ends=factories.TODAY,
            time_zone="Mars/Olympus", mode="online", by=cast.staff, on=factories.NOW,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("number", "in_year", "name"),
    [
        (2, None, "Advisory Group, meeting no. 2"),
        (None, 1, "Advisory Group, meeting no. 1 of 2027"),
        (None, None, "Advisory Group, March 2027"),
    ],
)
def test_a_meeting_is_named_by_the_numbers_that_are_known(cast, number, in_year, name):
    meeting = factories.meeting("AG", by=cast.staff, number=number, number_in_year=in_year)
    assert str(meeting) == name


def test_the_day_of_a_decision_is_that_of_the_place(cast):
    from datetime import UTC, datetime

    meeting = Meeting(time_zone="America/Sao_Paulo")
    assert meeting.day_at(datetime(2027, 3, 11, 1, tzinfo=UTC)) == date(2027, 3, 10)
