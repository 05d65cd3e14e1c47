"""Procedures by correspondence: a text before a session that ends at an exact instant.

Under silence it is adopted unless a state objects; by written procedure only if every state
approves. Everything here is decided by instants of the database's clock, read under the plan's
lock: when a position was received, when the procedure ends, what time it is now. No clock of a web
host or a worker has a say, so it does not matter who comes first after the end, or how late.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import NotRequired, TypedDict, Unpack

from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from meetings import operations as meetings
from meetings.models import Body
from secretariat import instants, register
from secretariat.circulation import tell
from secretariat.deadlines import Clock
from secretariat.models import Person
from secretariat.standing import Standing
from workplans import correspondence, notices, permissions, procedure
from workplans.models import Consideration, Decision, Extension, Position, Ruling, WorkPlan
from workplans.operations import review, silence, written
from workplans.operations.locking import Superseded, current, lock

log = logging.getLogger(__name__)

Outcome, Procedure = Consideration.Outcome, Consideration.Procedure


class CannotExtend(Exception):
    """Why the end of a procedure cannot be moved so; a sentence for the user."""


NO_REASON = {
    Procedure.SILENCE: lambda: _(
        "Say why the text goes under silence; the delegations will read it."
    ),
    Procedure.WRITTEN: lambda: _(
        "Say why the states answer in writing; the delegations will read it."
    ),
}


class Opening(TypedDict):
    """What opening a procedure by correspondence says. seen, warned: as in `review.circulate`."""

    expires: datetime
    reason: str
    by: Person
    on: datetime
    message: NotRequired[str]
    visibility: NotRequired[str]
    seen: NotRequired[str | None]
    nonce: NotRequired[str | None]
    warned: NotRequired[Sequence[str]]


def open_silence(plan: WorkPlan, **facts: Unpack[Opening]) -> Consideration:
    """Freeze the draft as the next revision and put it under silence until an exact instant."""
    return _open(plan, Procedure.SILENCE, **facts)


def open_written(plan: WorkPlan, **facts: Unpack[Opening]) -> Consideration:
    """Freeze the draft as the next revision and have every state answer it in writing."""
    return _open(plan, Procedure.WRITTEN, **facts)


@transaction.atomic
def _open(
    plan: WorkPlan,
    by_procedure: str,
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
    """The Advisory Group sits by correspondence for it, with the members of that day."""
    act = f"open_{by_procedure}"
    plan = lock(plan.pk)
    leads_to = procedure.follow(act, plan.status)
    basis = permissions.entitled(act, Standing.of(by, on.date()))
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
    outlook = correspondence.outlook(expires, states, now=now, place=session.time_zone)
    problems = correspondence.obstacles(expires, now, outlook)
    if not reason.strip():
        problems.append(NO_REASON[Procedure(by_procedure)]())
    if problems:
        raise review.NotReady(problems)
    revision, before = review.freeze(plan, act, by=by, on=on, seen=seen, nonce=nonce)
    consideration = Consideration.objects.create(
        plan=plan,
        revision=revision,
        meeting=session,
        procedure=by_procedure,
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
        act,
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
    tell(entry, notices.opened(notices.Before.of(consideration), on.date()))
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
    """Give a procedure by correspondence a later end, before the end it has has come.

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
    if until > instants.now() + correspondence.LONGEST:
        raise CannotExtend(
            _("The states have %(days)d days at most.") % {"days": correspondence.LONGEST.days}
        )
    if not reason.strip():
        raise CannotExtend(_("Say why the end is moved; the delegations will read it."))
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
    tell(entry, notices.extended(text, seen, extension.reason, on.date()))
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
    if consideration.is_open or consideration.outcome in (Outcome.ADOPTED, Outcome.LAPSED):
        return _("The time has run out meanwhile; what has ended cannot be extended.")
    return _("This consideration is closed.")


# Its end


def due() -> QuerySet[Consideration]:
    """Open procedures by correspondence whose end has come, by the clock of the database."""
    return Consideration.objects.filter(
        closed=None,
        expires__lte=instants.ClockTimestamp(),
    )


@transaction.atomic
def settle(consideration: Consideration) -> Decision | None:
    """End a procedure whose instant has come, whoever asks and however often.

    The adoption it came to; None while it runs, or where it came to none.
    """
    _plan, consideration = current(consideration)
    return Decision.objects.filter(consideration=consideration).first()


def settle_due() -> int:
    """End every procedure whose instant has come; how many there were.

    One that cannot be ended now, because somebody holds its plan for long, keeps nobody from
    going on: it is ended at the next occasion, to the same outcome.
    """
    found = list(due().order_by("expires", "id").values_list("plan", flat=True))
    for plan in found:
        try:
            with transaction.atomic():
                lock(plan)
        except DatabaseError as error:
            log.warning(
                "what is before the states of plan %s could not be ended yet: %s", plan, error
            )
    return len(found)


def end_if_due(plan: WorkPlan) -> None:
    """End what is before the states if its instant has come. Called with the plan locked."""
    running = (
        due()
        .filter(plan=plan)
        .select_related("revision", "meeting__body", "by", "appointment__state")
        .first()
    )
    if running is None:
        return
    if running.under_silence:
        silence.end(plan, running)
    else:
        written.end(plan, running)
