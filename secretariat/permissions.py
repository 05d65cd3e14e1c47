"""Whose act it is: one table of functions, and who appoints to each and ends it.

Every giver of a right is found in a dated standing (domain rules 1–3, 5). An account, a group or a
superuser's flag gives none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from secretariat.models import Appointment, Presidency, State
from secretariat.standing import Function, NotEntitled, Standing, serves


@dataclass(frozen=True)
class Asked:
    """Somebody's standing, and the state whose people are to be appointed or ended.

    ahead: the presidency of the day and those the table names after it, in their order.
    staff: the state's secretariat staff in office or designated.
    """

    standing: Standing
    state: State
    ahead: tuple[Presidency, ...]
    staff: tuple[Appointment, ...]

    @property
    def next_presidency(self) -> Presidency | None:
        coming = (p for p in self.ahead if not p.has_begun(self.standing.day))
        return next(coming, None)

    @property
    def presides_or_will(self) -> bool:
        return any(presidency.state_id == self.state.pk for presidency in self.ahead)


# The givers: the appointment on which somebody appoints, or ends, in the state asked about.
# `besides` is the appointment to be ended; there is none when one is made.

Basis = Callable[[Asked, Appointment | None], Appointment | None]


def _focal_point(asked: Asked, besides: Appointment | None) -> Appointment | None:
    return asked.standing.holding(Function.FOCAL_POINT, state_id=asked.state.pk)


def _secretariat(asked: Asked, besides: Appointment | None) -> Appointment | None:
    """The chair or the staff of the presidency that writes on the day."""
    return asked.standing.drafting


def _own_secretariat(asked: Asked, besides: Appointment | None) -> Appointment | None:
    basis = asked.standing.drafting
    return basis if basis is not None and basis.state_id == asked.state.pk else None


def _next_secretariat(asked: Asked, besides: Appointment | None) -> Appointment | None:
    """The chair or the staff designated for the next presidency, for their own state.

    Their appointments reach it, and may begin only with it.
    """
    coming = asked.next_presidency
    if coming is None or coming.state_id != asked.state.pk:
        return None
    for appointment in asked.standing.ever:
        if (
            serves(appointment)
            and appointment.state_id == coming.state_id
            and not appointment.is_over(asked.standing.day)
            and appointment.reaches(coming)
        ):
            return appointment
    return None


def _focal_point_for_the_first(asked: Asked, besides: Appointment | None) -> Appointment | None:
    """The focal point, while a secretariat that is or will be has nobody else yet."""
    others = [one for one in asked.staff if one != besides]
    if others or not asked.presides_or_will:
        return None
    return _focal_point(asked, besides)


def _focal_point_afterwards(asked: Asked, besides: Appointment | None) -> Appointment | None:
    """The focal point, to end what outlasted the last presidency of its state."""
    if besides is None or asked.presides_or_will:
        return None
    return _focal_point(asked, besides)


@dataclass(frozen=True)
class Giver:
    """Who gives the right, in words for the page, and how it is found in a standing.

    on_a_note: the act is recorded for somebody else, whose note is its basis.
    """

    words: Any
    basis: Basis = field(repr=False)
    on_a_note: bool = False


OWN_FOCAL_POINT = Giver(gettext_lazy("its own focal point"), _focal_point)
SECRETARIAT_ON_A_NOTE = Giver(
    gettext_lazy("the secretariat of the presidency, on a note it was sent"),
    _secretariat,
    on_a_note=True,
)
OWN_SECRETARIAT = Giver(
    gettext_lazy("the chair and the staff of that secretariat themselves"), _own_secretariat
)
NEXT_SECRETARIAT = Giver(
    gettext_lazy("the chair and the staff designated for the next presidency, for their own"),
    _next_secretariat,
)
FIRST_OF_A_SECRETARIAT = Giver(
    gettext_lazy("the first member: the focal point of the state, before or while it presides"),
    _focal_point_for_the_first,
)
LEFT_BEHIND = Giver(
    gettext_lazy("what outlasts a presidency is ended by the focal point of the state"),
    _focal_point_afterwards,
)

# The table. A function is appointed to, and ended, by the first of its givers that is found.
TABLE: dict[str, tuple[Giver, ...]] = {
    Function.HEAD: (OWN_FOCAL_POINT,),
    Function.ALTERNATE: (OWN_FOCAL_POINT,),
    Function.DELEGATE: (OWN_FOCAL_POINT,),
    Function.OBSERVER: (OWN_FOCAL_POINT,),
    Function.MINISTER: (OWN_FOCAL_POINT,),
    Function.FOCAL_POINT: (OWN_FOCAL_POINT, SECRETARIAT_ON_A_NOTE),
    Function.CHAIR: (OWN_FOCAL_POINT,),
    Function.SECRETARIAT: (
        OWN_SECRETARIAT,
        NEXT_SECRETARIAT,
        FIRST_OF_A_SECRETARIAT,
        LEFT_BEHIND,
    ),
}
# What there is in a state, and in an organisation, which only observes (domain rule 5).
FUNCTIONS: dict[str, tuple[str, ...]] = {
    State.Nature.STATE: tuple(f for f in TABLE if f != Function.OBSERVER),
    State.Nature.ORGANISATION: (Function.OBSERVER, Function.FOCAL_POINT),
}
# A letter or note stands behind these; for the others one may be named.
NEEDS_A_BASIS = frozenset({Function.HEAD, Function.MINISTER, Function.CHAIR, Function.FOCAL_POINT})
# In a state there is one of these at a time; the database holds to it.
ONE_AT_A_TIME = frozenset({Function.HEAD, Function.CHAIR})


@dataclass(frozen=True)
class Right:
    """On what appointment somebody acts, and which row of the table says that they may."""

    basis: Appointment
    giver: Giver


@dataclass(frozen=True)
class Rights:
    """What somebody may do with the people of one state on one day."""

    asked: Asked

    @classmethod
    def of(
        cls, standing: Standing, state: State, staff: tuple[Appointment, ...] | None = None
    ) -> Rights:
        """Two queries; one if the caller knows the staff in office and designated."""
        ahead = tuple(
            Presidency.objects.not_over(standing.day).select_related("state").order_by("period")
        )
        if staff is None:
            staff = tuple(
                Appointment.objects.not_over(standing.day).filter(
                    state=state, function=Function.SECRETARIAT
                )
            )
        return cls(Asked(standing, state, ahead, staff))

    def to_appoint(self, function: str) -> Right | None:
        return self._found(function, None)

    def to_end(self, appointment: Appointment) -> Right | None:
        """Also the right to replace it, and to invite its holder again."""
        if appointment.state_id != self.asked.state.pk:
            return None
        return self._found(appointment.function, appointment)

    def _found(self, function: str, besides: Appointment | None) -> Right | None:
        if function not in FUNCTIONS[self.asked.state.nature]:
            return None
        for giver in TABLE[function]:
            basis = giver.basis(self.asked, besides)
            if basis is not None:
                return Right(basis, giver)
        return None

    @property
    def functions(self) -> list[str]:
        """The functions somebody may appoint to, in the order of the table."""
        return [f for f in FUNCTIONS[self.asked.state.nature] if self.to_appoint(f)]

    def refusal(self, function: str) -> str:
        """Why an act concerning this function is not theirs."""
        facts = {"state": self.asked.state}
        if function == Function.SECRETARIAT:
            return (
                _(
                    "Only the chair and the staff of a presidency appoint and end its secretariat. "
                    "Its first member is appointed by the focal point of %(state)s."
                )
                % facts
            )
        if function == Function.FOCAL_POINT:
            return (
                _(
                    "Only the focal point of %(state)s appoints and ends its focal points, and the "
                    "secretariat of the presidency on a note from %(state)s."
                )
                % facts
            )
        return _("Only the focal point of %(state)s appoints and ends its people.") % facts


def entitled_to_appoint(rights: Rights, function: str) -> Right:
    right = rights.to_appoint(function)
    if right is None:
        raise NotEntitled(rights.refusal(function))
    return right


def entitled_to_end(rights: Rights, appointment: Appointment) -> Right:
    right = rights.to_end(appointment)
    if right is None:
        raise NotEntitled(rights.refusal(appointment.function))
    return right


def sees_all_delegations(standing: Standing) -> bool:
    """The secretariat that writes on the day; nobody else sees every delegation at once."""
    return standing.drafting is not None


def sees_secretariat(standing: Standing) -> bool:
    """Whoever serves a presidency or is designated to; no query."""
    return any(serves(one) and not one.is_over(standing.day) for one in standing.ever)
