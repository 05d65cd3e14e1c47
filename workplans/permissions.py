"""Whose act it is: one table of acts and the seat each needs (domain rules 2, 3, 5).

Every rule asks a dated standing. No rule asks an account, a group or a superuser's flag.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from meetings.models import Seat
from secretariat.models import Appointment
from secretariat.models.people import SPEAKS_FOR_A_DELEGATION
from secretariat.standing import Function, NotEntitled, Standing
from workplans import procedure
from workplans.models import Consideration, Statement, WorkPlan


@dataclass(frozen=True)
class Rule:
    """Who may act, and the sentence for everybody else."""

    basis: Callable[[Standing], Appointment | None]
    refusal: Callable[[Standing], str]


def _drafting(standing: Standing) -> Appointment | None:
    return standing.drafting


def _chair(standing: Standing) -> Appointment | None:
    return standing.chair


def _secretariat_only(standing: Standing) -> str:
    return standing.only_writers(
        _("Only the chair and the secretariat of the presidency can do this.")
    )


def _chair_only(standing: Standing) -> str:
    return _(
        "Only the chair of the Advisory Group can do this: an official of the presiding state, "
        "at ministerial or departmental level."
    )


RULES: dict[str, Rule] = {
    "start": Rule(_drafting, _secretariat_only),
    "edit": Rule(_drafting, _secretariat_only),
    "circulate": Rule(_drafting, _secretariat_only),
    "withdraw": Rule(_drafting, _secretariat_only),
    "withdraw_document": Rule(_drafting, _secretariat_only),
    "remind": Rule(_drafting, _secretariat_only),
    "record_position": Rule(_drafting, _secretariat_only),
    "hear": Rule(_drafting, _secretariat_only),
    "record_progress": Rule(_drafting, _secretariat_only),
    "adopt": Rule(_chair, _chair_only),
    "return_to_draft": Rule(_chair, _chair_only),
    "close_by_statement": Rule(_chair, _chair_only),
    "rule_on_time": Rule(_chair, _chair_only),
    "open_silence": Rule(_chair, _chair_only),
    "open_written": Rule(_chair, _chair_only),
    "extend": Rule(_chair, _chair_only),
    "withdraw_silence": Rule(_chair, _chair_only),
    "withdraw_written": Rule(_chair, _chair_only),
    "submit": Rule(_chair, _chair_only),
    "report": Rule(_chair, _chair_only),
    "amend": Rule(_drafting, _secretariat_only),
    "withdraw_amendment": Rule(_chair, _chair_only),
    "undo_amendment": Rule(_drafting, _secretariat_only),
}


def entitled(act: str, standing: Standing) -> Appointment:
    """The appointment that gives the right to an act, or NotEntitled."""
    rule = RULES[act]
    basis = rule.basis(standing)
    if basis is None:
        raise NotEntitled(rule.refusal(standing))
    return basis


def voice(standing: Standing, consideration: Consideration) -> tuple[Seat, Appointment]:
    """The seat a person speaks for in a consideration, and on what appointment.

    Before the Advisory Group that is the head of delegation or an alternate; before the ministers
    it is the minister. Raises NotEntitled for everybody else, and for a seat that is not counted.
    """
    found = voice_or_none(standing, consideration)
    if found is None:
        if consideration.before_ministers:
            raise NotEntitled(_("Only the minister of a state with a seat here can answer for it."))
        raise NotEntitled(
            _("Only the head of a seated delegation, or its alternate, can answer for its state.")
        )
    return found


def voice_or_none(
    standing: Standing, consideration: Consideration
) -> tuple[Seat, Appointment] | None:
    speaks = standing.minister_of if consideration.before_ministers else standing.speaking_for
    for seat in consideration.meeting.seats.all():
        basis = speaks(seat.state_id) if seat.counted else None
        if basis is not None:
            return seat, basis
    return None


def voice_behind(standing: Standing, statement: Statement) -> Appointment | None:
    """The appointment on which a person speaks today for the state that made a statement."""
    found = voice_or_none(standing, statement.consideration)
    return found[1] if found and found[0].pk == statement.seat_id else None


def voices(consideration: Consideration, day: date) -> list[tuple[Seat, Appointment]]:
    """Everybody who may speak for a counted seat on a day, in the order of the seats."""
    functions = (Function.MINISTER,) if consideration.before_ministers else SPEAKS_FOR_A_DELEGATION
    speaking: dict[int, list[Appointment]] = {}
    for basis in (
        Appointment.objects.on(day)
        .filter(function__in=functions, state__seats__meeting=consideration.meeting_id)
        .select_related("person", "state")
        .order_by("pk")
    ):
        speaking.setdefault(basis.state_id, []).append(basis)
    return [
        (seat, basis)
        for seat in consideration.meeting.seats.filter(counted=True).select_related("state")
        for function in functions
        for basis in speaking.get(seat.state_id, [])
        if basis.function == function
    ]


# Consulting inside a delegation

IN_A_DELEGATION = (*SPEAKS_FOR_A_DELEGATION, Function.DELEGATE, Function.FOCAL_POINT)


def consulted(standing: Standing, consideration: Consideration) -> tuple[Seat, Appointment] | None:
    """The seat whose delegation a person belongs to, and as what; None for everybody else.

    Before the Advisory Group alone. A chair or a secretariat belongs to no delegation, that of the
    presiding state neither.
    """
    if consideration.before_ministers:
        return None
    for seat in consideration.meeting.seats.all():
        for function in IN_A_DELEGATION:
            basis = standing.holding(function, state_id=seat.state_id) if seat.counted else None
            if basis is not None:
                return seat, basis
    return None


def asks_for_advice(basis: Appointment) -> bool:
    return basis.function in SPEAKS_FOR_A_DELEGATION


def delegation(seat: Seat, day: date) -> list[Appointment]:
    """The people of a seat's delegation on a day, in the order of their functions."""
    held = Appointment.objects.on(day).filter(state=seat.state_id, function__in=IN_A_DELEGATION)
    people = held.select_related("person", "authority", "state").order_by("person__name", "pk")
    return sorted(people, key=lambda one: IN_A_DELEGATION.index(one.function))


def available_acts(standing: Standing, plan: WorkPlan) -> set[str]:
    """The acts that procedure and standing both allow; what templates offer and gates ask."""
    return {
        act
        for act, rule in RULES.items()
        if act in procedure.STEPS
        and procedure.is_open_to(act, plan)
        and rule.basis(standing) is not None
    }


def acts_on(standing: Standing, consideration: Consideration) -> set[str]:
    """Of the available acts, those an open text takes in the course it is considered."""
    if not consideration.is_open:
        return set()
    return available_acts(standing, consideration.plan) & procedure.course(consideration).acts
