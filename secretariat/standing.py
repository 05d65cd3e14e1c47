"""Who somebody is on a day: the one answer from which every right follows (domain rules 1–3, 5).

Rights come from a seat and a date. A flag on an account, a group or an administrator's account
gives none of what this module answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from secretariat.models import Appointment, Person, Presidency
from secretariat.models.people import SPEAKS_FOR_A_DELEGATION

Function, Level = Appointment.Function, Appointment.Level
PRESIDING_LEVELS = (Level.MINISTERIAL, Level.DEPARTMENTAL)


class NotEntitled(Exception):
    """The person may not do this on that day; the text is a sentence for the user."""


@dataclass(frozen=True)
class Standing:
    """A person's appointments, seen on one day beside the presidency of that day.

    `appointments` are those that hold on the day; `ever` is everything the person was appointed
    to, which decides only what an outgoing secretariat may go on reading.
    """

    person: Person | None
    day: date
    presidency: Presidency | None = None
    appointments: tuple[Appointment, ...] = ()
    ever: tuple[Appointment, ...] = ()

    @classmethod
    def of(cls, person: Person | None, day: date) -> Standing:
        """Two queries, whatever the person holds; none for nobody."""
        if person is None:
            return cls(None, day)
        ever = tuple(
            Appointment.objects.filter(person=person).select_related("state", "authority", "person")
        )
        return cls(
            person,
            day,
            Presidency.objects.on(day).select_related("state").first(),
            tuple(appointment for appointment in ever if appointment.holds_on(day)),
            ever,
        )

    def holding(self, *functions: str, state_id: int | None = None) -> Appointment | None:
        """The appointment to one of these functions, for this state if one is named."""
        for appointment in self.appointments:
            if appointment.function in functions and state_id in (None, appointment.state_id):
                return appointment
        return None

    @property
    def chair(self) -> Appointment | None:
        """The appointment to chair: from the presiding state, ministerial or departmental."""
        if self.presidency is None:
            return None
        for appointment in self.appointments:
            if (
                appointment.function == Function.CHAIR
                and appointment.state_id == self.presidency.state_id
                and appointment.level in PRESIDING_LEVELS
            ):
                return appointment
        return None

    @property
    def drafting(self) -> Appointment | None:
        """The appointment to write texts: the chair's or that of the presiding secretariat."""
        if self.presidency is None:
            return None
        return self.chair or self.holding(Function.SECRETARIAT, state_id=self.presidency.state_id)

    def speaking_for(self, state_id: int) -> Appointment | None:
        """The appointment to state a delegation's position."""
        return self.holding(*SPEAKS_FOR_A_DELEGATION, state_id=state_id)

    def minister_of(self, state_id: int) -> Appointment | None:
        return self.holding(Function.MINISTER, state_id=state_id)
