"""Who is told that somebody is appointed or ended, and in which words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from secretariat.accreditation import presiding
from secretariat.models import Appointment, Entry, Invitation
from secretariat.permissions import NEEDS_A_BASIS
from secretariat.standing import Function
from secretariat.telling import Circle, Deadline, News, Telling, Told, tellings


@dataclass(frozen=True)
class Change:
    """An appointment made or ended, as it is told of; invitation: the letter that opens it."""

    appointment: Appointment
    invitation: Invitation | None = None


def page_of(appointment: Appointment) -> str:
    return reverse("secretariat:delegation", args=[appointment.state.code])


def _the_person(change: Change, day: date) -> Iterable[Told]:
    return [change.appointment]


def _the_person_themselves(change: Change, day: date) -> Iterable[Told]:
    """Whatever else they hold: what they are told of has ended."""
    return [change.appointment.person]


def _focal_points(change: Change, day: date) -> Iterable[Told]:
    return (
        Appointment.objects.on(day)
        .filter(state=change.appointment.state_id, function=Function.FOCAL_POINT)
        .select_related("person", "state")
    )


def _secretariat_of_those_who_speak(change: Change, day: date) -> Iterable[Told]:
    """The secretariat, of whoever speaks, decides or presides."""
    return presiding(day) if change.appointment.function in NEEDS_A_BASIS else []


THE_PERSON = Circle(
    _("The person appointed"),
    _("You receive this because the appointment is yours."),
    _the_person,
)
WHOSE_IT_WAS = Circle(
    _("The person whose appointment ends"),
    _("You receive this because the appointment was yours."),
    _the_person_themselves,
)
FOCAL_POINTS = Circle(
    _("The focal points of the state"),
    _("You receive this as focal point of the state."),
    _focal_points,
)
SECRETARIAT = Circle(
    _("The chair and the secretariat, of whoever speaks, decides or presides"),
    _("You receive this as chair or secretariat of the presidency."),
    _secretariat_of_those_who_speak,
)

INVITED, APPOINTED, ENDED = (
    _("Somebody without an account is appointed"),
    _("Somebody is appointed"),
    _("An appointment is ended"),
)
YOU_ARE = _("You are appointed: %(function)s, %(state)s")


def _desk(change: Change) -> str:
    return reverse("desk")


def _letter(change: Change) -> str:
    assert change.invitation is not None
    return change.invitation.get_absolute_url()


def _delegation(change: Change) -> str:
    return page_of(change.appointment)


TABLE = (
    News("invited.person", INVITED, THE_PERSON, YOU_ARE, "invited", _letter, confined=True),
    News(
        "appointed_you.person", APPOINTED, THE_PERSON, YOU_ARE, "appointed_you", _desk,
        confined=True,
    ),
    News(
        "appointed.focal_points", APPOINTED, FOCAL_POINTS,
        _("Appointed: %(person)s, %(function)s, %(state)s"), "appointed", _delegation,
        confined=True,
    ),
    News(
        "appointed.secretariat", APPOINTED, SECRETARIAT,
        _("Appointed: %(person)s, %(function)s, %(state)s"), "appointed", _delegation,
        binding=False, confined=True,
    ),
    News(
        "ended_you.person", ENDED, WHOSE_IT_WAS,
        _("Your appointment ends: %(function)s, %(state)s"), "ended_you", _desk, confined=True,
    ),
    News(
        "taken_back_you.person", ENDED, WHOSE_IT_WAS,
        _("Your appointment is withdrawn: %(function)s, %(state)s"), "ended_you", _desk,
        confined=True,
    ),
    News(
        "ended.focal_points", ENDED, FOCAL_POINTS,
        _("Ends: %(person)s, %(function)s, %(state)s"), "ended", _delegation, confined=True,
    ),
    News(
        "ended.secretariat", ENDED, SECRETARIAT,
        _("Ends: %(person)s, %(function)s, %(state)s"), "ended", _delegation,
        binding=False, confined=True,
    ),
    News(
        "taken_back.focal_points", ENDED, FOCAL_POINTS,
        _("Withdrawn: %(person)s, %(function)s, %(state)s"), "ended", _delegation, confined=True,
    ),
    News(
        "taken_back.secretariat", ENDED, SECRETARIAT,
        _("Withdrawn: %(person)s, %(function)s, %(state)s"), "ended", _delegation,
        binding=False, confined=True,
    ),
)  # fmt: skip


def invited(invitation: Invitation, appointment: Appointment, day: date) -> list[Telling]:
    """To the person: the letter that opens an account. Its address is completed in the mail."""
    until = Deadline(invitation.expires, "UTC", _("The address opens your account until:"))
    change = Change(appointment, invitation)
    return _tellings("invited", change, day, deadline=until, invitation=invitation)


def appointed_you(appointment: Appointment, day: date) -> list[Telling]:
    """To the person, unless a letter of invitation goes out."""
    return _tellings("appointed_you", Change(appointment), day)


def appointed(
    appointment: Appointment, entry: Entry, day: date, *, instead_of: Appointment | None
) -> list[Telling]:
    """To those it concerns."""
    return _tellings("appointed", Change(appointment), day, entry=entry, instead_of=instead_of)


def ended(
    appointment: Appointment, entry: Entry, day: date, *, reason: str, tells_others: bool
) -> list[Telling]:
    """To the person, whatever else they hold, and to those it concerns."""
    name = "taken_back" if appointment.is_withdrawn else "ended"
    change = Change(appointment)
    facts: dict[str, Any] = {"entry": entry, "reason": reason}
    told = _tellings(f"{name}_you", change, day, **facts)
    return told + (_tellings(name, change, day, **facts) if tells_others else [])


def _tellings(
    name: str, change: Change, day: date, *, deadline: Deadline | None = None, **facts: Any
) -> list[Telling]:
    appointment = change.appointment
    return tellings(
        TABLE,
        name,
        change,
        day,
        thread=f"appointments.{appointment.state.code}",
        deadline=deadline,
        facts={
            **facts,
            "appointment": appointment,
            "person": appointment.person,
            "function": appointment.capacity,
            "state": appointment.state,
        },
    )
