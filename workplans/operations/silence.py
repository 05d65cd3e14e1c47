"""How a silence ends: broken by what a state said in time, or with an adoption (domain rule 7)."""

from __future__ import annotations

from datetime import date

from django.db.models import F, QuerySet

from secretariat import instants, register
from secretariat.circulation import tell
from secretariat.models import Entry
from workplans import notices, procedure
from workplans.models import Consideration, Position, WorkPlan
from workplans.operations import decision

Outcome = Consideration.Outcome


def end(plan: WorkPlan, consideration: Consideration) -> None:
    """End a silence whose instant has come. Called with the plan locked.

    It is adopted at its end, or was broken by what came in before: one outcome, and only the
    database's instants decide which.
    """
    breaking = in_time_to_break(consideration).order_by("id").first()
    if breaking is not None:
        break_silence(plan, consideration, breaking, instants.now().date())
    else:
        decision.adopt_at_the_end(plan, consideration)


def is_late(position: Position) -> bool:
    """Whether it was received when the procedure had ended, by the instants in the database."""
    return not Position.objects.in_time().filter(pk=position.pk).exists()


def in_time_to_break(consideration: Consideration) -> QuerySet[Position]:
    """What was received before the end and breaks the silence; at the end is not before it."""
    return consideration.positions.filter(
        kind__in=Position.BREAKS_SILENCE, at__lt=F("consideration__expires")
    )


def break_silence(
    plan: WorkPlan, consideration: Consideration, position: Position, day: date
) -> Entry:
    """End a silence by what a state said before its end: nothing is adopted, all are told.

    day: on which those are in office who are told.
    """
    plan.status = procedure.follow("break_silence", plan.status)
    plan.save(update_fields=["status", "changed"])
    decision.close(consideration, Outcome.BROKEN, at=position.at)
    entry = register.enter(
        "break_silence",
        plan,
        by=position.recorded_by or position.person,
        appointment=position.recorded_as or position.appointment,
        revision=consideration.revision.symbol,
        digest=consideration.revision.digest,
        state=position.seat.state.code,
        state_name=position.seat.state.name,
        position=position.kind,
        at=position.at.isoformat(),
    )
    tell(entry, notices.silence_broken(position, day))
    return entry
