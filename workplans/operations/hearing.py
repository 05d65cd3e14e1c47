"""Consensus in the room: the secretariat writes down what states say, each head confirms it.

A state speaks with its own voice (domain rule 5): what is written down is no position and counts
for nothing until whoever speaks for the state confirms it under their own name.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from meetings.models import Seat
from secretariat import register
from secretariat.circulation import tell
from secretariat.models import Appointment, Person
from secretariat.standing import Standing
from workplans import notices, permissions, procedure, queries
from workplans.models import Consideration, Heard, Position, WorkPlan
from workplans.operations import answering
from workplans.operations.answering import NotAnAnswer, Said
from workplans.operations.decision import WrongDay
from workplans.operations.locking import Superseded, current


@transaction.atomic
def hear(
    consideration: Consideration,
    *,
    digest: str,
    said: Mapping[int, Said | None],
    by: Person,
    on: datetime,
    key: UUID,
) -> list[Heard]:
    """Write down what states said in the room, while the meeting sits; their heads are told.

    said: by the primary key of the seat; None takes back what was written down and has not been
    confirmed. What a state has on record already, or was heard to say before, is left alone.
    """
    plan, consideration = current(consideration)
    sent_before = list(Heard.objects.filter(key=key, consideration=consideration))
    if sent_before:
        return sent_before
    if not consideration.is_open:
        raise Superseded(_("This consideration is closed."))
    procedure.follow("hear", plan.status)
    procedure.admit("hear", consideration)
    basis = permissions.entitled("hear", Standing.of(by, on.date()))
    if digest != consideration.revision.digest:
        raise Superseded(_("The text changed while you were reading. Look at it again."))
    meeting = consideration.meeting
    if not meeting.sits_on(meeting.day_at(on)):
        raise WrongDay(
            _("What was said in the room is written down while the meeting sits: %(dates)s.")
            % {"dates": meeting.dates}
        )
    board = queries.board(consideration)
    done = []
    for answer in board.answers:
        if answer.seat.pk not in said:
            continue
        new = said[answer.seat.pk]
        if new is not None:
            _check(new)
        if new is None and answer.seat.pk not in board.waiting:
            continue
        if new is not None and new in (_of(board.waiting.get(answer.seat.pk)), _standing(answer)):
            continue
        done.append(_write_down(plan, consideration, answer.seat, new, by, basis, on, key))
    if not done:
        raise NotAnAnswer(_("Choose what at least one state said that is not on record yet."))
    return done


def _check(new: Said) -> None:
    if new.kind not in Heard.KINDS:
        raise NotAnAnswer(_("Choose one of the answers."))
    if (new.kind == Position.Kind.APPROVES) == bool(new.text):
        raise NotAnAnswer(_("A reservation and an objection have a text; an approval has none."))


def _of(heard: Heard | None) -> Said | None:
    return Said(heard.kind, heard.text) if heard else None


def _standing(answer: queries.Answer) -> Said | None:
    return Said(answer.position.kind, answer.position.text) if answer.position else None


def _write_down(
    plan: WorkPlan,
    consideration: Consideration,
    seat: Seat,
    new: Said | None,
    by: Person,
    basis: Appointment,
    on: datetime,
    key: UUID,
) -> Heard:
    heard = Heard.objects.create(
        consideration=consideration,
        seat=seat,
        kind=new.kind if new else "",
        text=new.text if new else "",
        digest=consideration.revision.digest,
        by=by,
        appointment=basis,
        on=consideration.meeting.day_at(on),
        key=key,
    )
    entry = register.enter(
        "hear",
        plan,
        by=by,
        appointment=basis,
        revision=consideration.revision.symbol,
        digest=consideration.revision.digest,
        state=seat.state.code,
        state_name=seat.state.name,
        position=heard.kind,
        text=heard.text,
    )
    tell(entry, notices.heard(heard, on.date()))
    return heard


@transaction.atomic
def confirm(heard: Heard, *, digest: str, by: Person, on: datetime, key: UUID) -> Position:
    """Make what was heard in the room the position of the state, by whoever speaks for it."""
    _plan, consideration = current(heard.consideration)
    before = Position.objects.filter(key=key, heard=heard).first()
    if before is not None:
        return before
    seat, _basis = permissions.voice(Standing.of(by, on.date()), consideration)
    waiting = queries.board(consideration).waiting
    newest = waiting.get(heard.seat_id)
    if seat.pk != heard.seat_id or newest is None or newest.pk != heard.pk:
        raise Superseded(
            _("This does not wait to be confirmed any more. Look at what is on record now.")
        )
    return answering.take_position(
        consideration,
        digest=digest,
        kind=heard.kind,
        text=heard.text,
        by=by,
        on=on,
        key=key,
        heard=heard,
    )
