"""The silence procedure: opening, extending, breaking and ending it (domain rule 7).

Everything here is decided by instants of the database's clock, read under the plan's lock: when a
position was received, when the silence ends, what time it is now. No clock of a web host or a
worker has a say, so it does not matter who comes first after the end, or how late.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime

from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from meetings import operations as meetings
from meetings.models import Body
from secretariat import instants, register
from secretariat.circulation import tell
from secretariat.deadlines import Clock
from secretariat.models import Entry, Person
from secretariat.standing import Standing
from workplans import documents, notices, permissions, procedure, silence
from workplans.models import (
    Consideration,
    Decision,
    Document,
    Extension,
    Position,
    Ruling,
    WorkPlan,
)
from workplans.operations import decision, review
from workplans.operations.locking import Superseded, current, lock

log = logging.getLogger(__name__)

Outcome = Consideration.Outcome


class CannotExtend(Exception):
    """Why the end of a silence cannot be moved so; a sentence for the user."""


@transaction.atomic
def open_silence(
    plan: WorkPlan,
    *,
    expires: datetime,
    reason: str,
    by: Person,
    on: datetime,
    message: str = "",
    visibility: str = Consideration.Visibility.OPEN,
    seen: str | None = None,
    nonce: str | None = None,
    warned: Sequence[str] = (),
) -> Consideration:
    """Freeze the draft as the next revision and put it under silence until an exact instant.

    The Advisory Group sits by correspondence for it, with the members of that day. seen, warned:
    as in `review.circulate`.
    """
    plan = lock(plan.pk)
    leads_to = procedure.follow("open_silence", plan.status)
    basis = permissions.entitled("open_silence", Standing.of(by, on.date()))
    assert plan.presidency is not None
    host = basis.state
    now = instants.now()
    session = meetings.open_session(
        Body.objects.get(code=Body.ADVISORY_GROUP),
        closes=expires,
        zone=host.time_zone,
        host=host,
        is_example=by.is_example,
        now=now,
    )
    states = [seat.state for seat in session.seats.filter(counted=True).select_related("state")]
    outlook = silence.outlook(expires, states, now=now, place=session.time_zone)
    problems = silence.obstacles(expires, now, outlook)
    if not reason.strip():
        problems.append(_("Say why the text goes under silence; the delegations will read it."))
    if problems:
        raise review.NotReady(problems)
    revision, before = review.freeze(plan, "open_silence", by=by, on=on, seen=seen, nonce=nonce)
    consideration = Consideration.objects.create(
        plan=plan,
        revision=revision,
        meeting=session,
        procedure=Consideration.Procedure.SILENCE,
        expires=expires,
        reason=reason.strip(),
        opened_on=session.day_at(now),
        by=by,
        appointment=basis,
        message=message.strip(),
        visibility=visibility,
    )
    review.now_before(plan, revision, leads_to)
    entry = register.enter(
        "open_silence",
        plan,
        by=by,
        appointment=basis,
        revision=revision.symbol,
        digest=revision.digest,
        expires=expires.isoformat(),
        reason=consideration.reason,
        seats=[state.code for state in states],
        supersedes=before.symbol if before else None,
        visibility=visibility,
        **register.in_spite_of(warned),
    )
    tell(entry, notices.silence_opened(notices.Before.of(consideration), on.date()))
    return consideration


@transaction.atomic
def extend(
    consideration: Consideration,
    *,
    until: datetime,
    seen: datetime,
    reason: str,
    by: Person,
    on: datetime,
    warned: Sequence[str] = (),
) -> Extension:
    """Give a silence a later end, before the end it has has come.

    seen: the end that was on the screen. Requests for time that the new end meets are granted with
    it. What has ended is never extended: the database compares its own clock with the end.
    """
    plan, consideration = current(consideration)
    again = consideration.extensions.filter(before=seen, until=until, by=by).first()
    if again is not None:
        return again
    _still_running(consideration)
    procedure.follow("extend", plan.status)
    procedure.admit("extend", consideration)
    basis = permissions.entitled("extend", Standing.of(by, on.date()))
    if consideration.expires != seen:
        raise Superseded(_("The end was moved meanwhile. Look at it again."))
    if until <= seen:
        raise CannotExtend(_("The new end has to be later than the one it replaces."))
    if until > instants.now() + silence.LONGEST:
        raise CannotExtend(
            _("A silence lasts %(days)d days at most.") % {"days": silence.LONGEST.days}
        )
    if not reason.strip():
        raise CannotExtend(_("Say why the silence is extended; the delegations will read it."))
    try:
        with transaction.atomic():
            extension = Extension.objects.create(
                consideration=consideration,
                before=seen,
                until=until,
                reason=reason.strip(),
                by=by,
                appointment=basis,
            )
    except IntegrityError as error:
        raise Superseded(_ended_meanwhile(consideration)) from error
    consideration.expires = until
    consideration.save(update_fields=["expires"])
    meetings.close_session_later(consideration.meeting, until)
    granted = _grant(consideration, extension)
    entry = register.enter(
        "extend",
        plan,
        by=by,
        appointment=basis,
        revision=consideration.revision.symbol,
        before=seen.isoformat(),
        until=until.isoformat(),
        reason=extension.reason,
        granted=granted,
        **register.in_spite_of(warned),
    )
    text = notices.Before.of(consideration)
    tell(entry, notices.silence_extended(text, seen, extension.reason, on.date()))
    return extension


def _grant(consideration: Consideration, extension: Extension) -> list[str]:
    """Grant the standing requests for time that a new end meets; the codes of their states."""
    last = Clock.at(extension.until, consideration.meeting.zone).day
    asking = consideration.positions.standing().filter(
        kind=Position.Kind.ASKS_FOR_TIME, until__lte=last, ruling__isnull=True
    )
    states = []
    for position in asking.select_related("seat__state").order_by("id"):
        Ruling.objects.create(
            position=position,
            granted=True,
            text=extension.reason,
            by=extension.by,
            appointment=extension.appointment,
        )
        states.append(position.seat.state.code)
    return states


def _still_running(consideration: Consideration) -> None:
    if not consideration.is_open:
        raise Superseded(_ended_meanwhile(consideration))


def _ended_meanwhile(consideration: Consideration) -> str:
    if consideration.outcome == Outcome.BROKEN:
        return _("The silence has been broken meanwhile.")
    if consideration.is_open or consideration.outcome == Outcome.ADOPTED:
        return _("The silence has ended meanwhile; what has ended cannot be extended.")
    return _("This consideration is closed.")


# Its end


def due() -> QuerySet[Consideration]:
    """Open considerations under silence whose end has come, by the clock of the database."""
    return Consideration.objects.filter(
        closed=None,
        procedure=Consideration.Procedure.SILENCE,
        expires__lte=instants.ClockTimestamp(),
    )


@transaction.atomic
def settle_silence(consideration: Consideration) -> Decision | None:
    """End a silence whose instant has come, whoever asks and however often.

    The adoption it came to; None while it runs, or where it was broken or withdrawn.
    """
    _plan, consideration = current(consideration)
    return Decision.objects.filter(consideration=consideration).first()


def settle_due() -> int:
    """End every silence whose instant has come; how many there were.

    One that cannot be ended now, because somebody holds its plan for long, keeps nobody from
    going on: it is ended at the next occasion, to the same outcome.
    """
    found = list(due().order_by("expires", "id").values_list("plan", flat=True))
    for plan in found:
        try:
            with transaction.atomic():
                lock(plan)
        except DatabaseError as error:
            log.warning("the silence of plan %s could not be ended yet: %s", plan, error)
    return len(found)


def end_if_due(plan: WorkPlan) -> None:
    """End the silence of a plan if its instant has come. Called with the plan locked.

    It is adopted at its end, or was broken by what came in before: one outcome, and only the
    database's instants decide which.
    """
    running = (
        due()
        .filter(plan=plan)
        .select_related("revision", "meeting__body", "by", "appointment__state")
        .first()
    )
    if running is None:
        return
    breaking = in_time_to_break(running).order_by("id").first()
    if breaking is not None:
        break_silence(plan, running, breaking, instants.now().date())
    else:
        _adopt(plan, running)


def is_late(position: Position) -> bool:
    """Whether it was received when the procedure had ended, by the instants in the database."""
    return not Position.objects.in_time().filter(pk=position.pk).exists()


def in_time_to_break(consideration: Consideration) -> QuerySet[Position]:
    """What was received before the end and breaks the silence; at the end is not before it."""
    return consideration.positions.filter(
        kind__in=Position.BREAKS_SILENCE, at__lt=F("consideration__expires")
    )


def _adopt(plan: WorkPlan, consideration: Consideration) -> Decision:
    """Enter the adoption by a silence that nobody broke, dated at its end."""
    assert consideration.expires is not None
    leads_to = procedure.follow("end_silence", plan.status)
    adopted = Decision.objects.create(
        plan=plan,
        revision=consideration.revision,
        act=Decision.Act.ADOPTED,
        meeting=consideration.meeting,
        consideration=consideration,
        on=Clock.at(consideration.expires, consideration.meeting.zone).day,
    )
    plan.status = leads_to
    plan.save(update_fields=["status", "changed"])
    decision.close(consideration, Outcome.ADOPTED, at=consideration.expires)
    documents.order(adopted, Document.Kind.WORK_PLAN, Document.Edition.ADOPTED, by=None)
    entry = register.enter(
        "end_silence", plan, by=None, **adopted.record(), at=consideration.expires.isoformat()
    )
    tell(entry, notices.adopted_by_silence(adopted, instants.now().date()))
    return adopted


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
