"""Who may convene a meeting and record whether it was held, and whom a meeting concerns."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from meetings.models import Body, Meeting
from secretariat.models import Appointment, Membership, Person
from secretariat.standing import Function, NotEntitled, Standing

REFUSALS = {
    "convene": _("Only the chair and the secretariat of the presidency can convene a meeting."),
    "conclude": _(
        "Only the chair and the secretariat of the presidency can record whether a meeting was "
        "held."
    ),
}


def entitled(act: str, person: Person, day: date) -> Standing:
    """The standing of the chair or the secretariat that writes on a day, or NotEntitled."""
    standing = Standing.of(person, day)
    if standing.drafting is None:
        raise NotEntitled(standing.only_writers(str(REFUSALS[act])))
    return standing


DELEGATIONS = (
    Function.HEAD,
    Function.ALTERNATE,
    Function.DELEGATE,
    Function.FOCAL_POINT,
    Function.OBSERVER,
)


def seated(meeting: Meeting, day: date) -> list[Appointment]:
    """Those who sit for their states at this level: ministers, or the delegations' people."""
    return _appointed(day, _level(meeting), state__seats__meeting=meeting)


def to_be_seated(meeting: Meeting, day: date) -> list[Appointment]:
    """Those who will sit at a meeting that is not convened yet, if it is convened this day."""
    belong = Membership.objects.on(day).values("state")
    return _appointed(day, _level(meeting), state__in=belong)


def _level(meeting: Meeting) -> tuple[str, ...]:
    ministers = meeting.body.level == Body.Level.MINISTERS
    return (Function.MINISTER,) if ministers else DELEGATIONS


def delegations_seated(meeting: Meeting, day: date) -> list[Appointment]:
    """The delegations of the states with a seat, whatever the level of the meeting."""
    return _appointed(day, DELEGATIONS, state__seats__meeting=meeting)


def _appointed(day: date, functions: tuple[str, ...], **where: Any) -> list[Appointment]:
    appointments = Appointment.objects.on(day).filter(function__in=functions, **where)
    return list(appointments.select_related("person", "state"))
