"""Who somebody is on a day: the one answer from which every right follows (domain rules 1–3, 5).

Rights come from a seat and a date. A flag on an account, a group or an administrator's account
gives none of what this module answers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from secretariat.models import Appointment, Person, Presidency
from secretariat.models.people import SPEAKS_FOR_A_DELEGATION

Function, Level = Appointment.Function, Appointment.Level
PRESIDING_LEVELS = (Level.MINISTERIAL, Level.DEPARTMENTAL)


def serves(appointment: Appointment) -> bool:
    """Whether it is an appointment to chair, or to write, for a presidency of its state."""
    return appointment.function == Function.SECRETARIAT or (
        appointment.function == Function.CHAIR and appointment.level in PRESIDING_LEVELS
    )


def conducts(standing: Standing) -> bool:
    """Whether somebody chairs today or writes for the secretariat."""
    return standing.drafting is not None or standing.chair is not None


class NotEntitled(Exception):
    """The person may not do this on that day; the text is a sentence for the user."""


def _with_hand_overs(presidencies: Any) -> Any:
    return presidencies.select_related("state", "hand_over__incoming__state")


def in_office(
    day: date, table: Iterable[Presidency] | None = None
) -> tuple[Presidency | None, Presidency | None]:
    """The presidency of a day, and the one whose secretariat writes on it.

    They differ between a hand-over and the day from which the table names the next presidency.
    table: presidencies with their hand-overs, that of the day among them; else one query.
    """
    if table is None:
        table = _with_hand_overs(Presidency.objects.on(day))
    presidency = next((one for one in table if one.holds_on(day)), None)
    if presidency is None:
        return None, None
    hand_over = getattr(presidency, "hand_over", None)
    if hand_over is None or hand_over.at is None or day < hand_over.at.date():
        return presidency, presidency
    return presidency, hand_over.incoming


@dataclass(frozen=True)
class Standing:
    """A person's appointments, seen on one day beside the presidency of that day.

    `presidency` is the one in the table, whose chair presides. `secretariat` is the one whose
    secretariat writes: the same, unless it was handed over to the next before its last day.
    `appointments` are those that hold on the day; `ever` is everything the person was appointed
    to, which decides only what an outgoing secretariat may go on reading. `table` has every
    presidency of the states the person served, where it was read.
    """

    person: Person | None
    day: date
    presidency: Presidency | None = None
    secretariat: Presidency | None = None
    appointments: tuple[Appointment, ...] = ()
    ever: tuple[Appointment, ...] = ()
    table: tuple[Presidency, ...] | None = None

    @classmethod
    def of(cls, person: Person | None, day: date) -> Standing:
        """Two queries, whatever the person holds; none for nobody."""
        if person is None:
            return cls(None, day)
        ever = tuple(
            Appointment.objects.filter(person=person).select_related("state", "authority", "person")
        )
        served = {appointment.state_id for appointment in ever if serves(appointment)}
        known = Presidency.objects.filter(Q(period__contains=day) | Q(state__in=served))
        table = tuple(_with_hand_overs(known))
        presidency, secretariat = in_office(day, table)
        return cls(
            person,
            day,
            presidency,
            secretariat,
            tuple(appointment for appointment in ever if appointment.holds_on(day)),
            ever,
            table,
        )

    def holding(self, *functions: str, state_id: int | None = None) -> Appointment | None:
        """The appointment to one of these functions, for this state if one is named."""
        for appointment in self.appointments:
            if appointment.function in functions and state_id in (None, appointment.state_id):
                return appointment
        return None

    def chairing(self, presidency: Presidency | None) -> Appointment | None:
        """The appointment to chair for a presidency, at ministerial or departmental level."""
        if presidency is None:
            return None
        for appointment in self.appointments:
            if (
                appointment.function == Function.CHAIR
                and appointment.state_id == presidency.state_id
                and appointment.level in PRESIDING_LEVELS
            ):
                return appointment
        return None

    @property
    def chair(self) -> Appointment | None:
        """The appointment to chair: from the presiding state, ministerial or departmental."""
        return self.chairing(self.presidency)

    @property
    def drafting(self) -> Appointment | None:
        """The appointment to write texts: the chair's or the staff's of the secretariat."""
        if self.secretariat is None:
            return None
        return self.chairing(self.secretariat) or self.holding(
            Function.SECRETARIAT, state_id=self.secretariat.state_id
        )

    def only_writers(self, otherwise: str) -> str:
        """The sentence for whoever does not write; after an early hand-over it says who does."""
        if self.secretariat == self.presidency or self.secretariat is None:
            return otherwise
        return _(
            "The secretariat has passed to %(state)s; only its chair and staff can do this."
        ) % {"state": self.secretariat.state}

    @property
    def roles(self) -> frozenset[str]:
        """Every role the person has on the day, as words to compare with those of another day."""
        held = {f"{a.function}:{a.state_id}" for a in self.appointments}
        if self.presidency and self.chair:
            held.add(f"chairing:{self.presidency.pk}")
        if self.secretariat and self.drafting:
            held.add(f"drafting:{self.secretariat.pk}")
        return frozenset(held)

    def speaking_for(self, state_id: int) -> Appointment | None:
        """The appointment to state a delegation's position."""
        return self.holding(*SPEAKS_FOR_A_DELEGATION, state_id=state_id)

    def minister_of(self, state_id: int) -> Appointment | None:
        return self.holding(Function.MINISTER, state_id=state_id)
