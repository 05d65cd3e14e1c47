"""What states attach to a text, and the notes by which they withdraw it (domain rule 6)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from secretariat import register
from secretariat.circulation import tell
from secretariat.models import Person
from secretariat.standing import NotEntitled, Standing
from workplans import anchors, notices, permissions, procedure
from workplans.models import Consideration, Position, Statement, StatementWithdrawal, WorkPlan
from workplans.operations.locking import Superseded, current, lock


class NotAStatement(Exception):
    """A statement, or a withdrawal of one, that cannot be made so; a sentence for the user."""


@transaction.atomic
def make_statement(
    consideration: Consideration,
    *,
    digest: str,
    kind: str,
    text: str,
    parts: Collection[str] = (),
    by: Person,
    on: datetime,
    key: UUID,
) -> Statement:
    """Attach a statement of a state to a text that is open, or to parts of it.

    It is no answer: it breaks no silence and changes no position. digest: of the text that was on
    the person's screen. parts: their anchors; none means the whole. key: of the form, so that
    sending it twice has one effect.
    """
    plan, consideration = current(consideration)
    text, named = text.strip(), sorted({*parts})
    if again := _made_before(key, consideration, kind, text, named, by):
        return again
    _open_for(plan, consideration, digest)
    seat, basis = permissions.voice(Standing.of(by, on.date()), consideration)
    if kind not in procedure.course(consideration).statements:
        raise NotAStatement(_("Choose what kind of statement it is."))
    if not text:
        raise NotAStatement(_("Write the statement; it goes on the record."))
    concerns = concerned(consideration, named)
    statement = Statement.objects.create(
        consideration=consideration,
        seat=seat,
        kind=kind,
        own_text=text,
        own_parts=named,
        digest=consideration.revision.digest,
        person=by,
        appointment=basis,
        on=consideration.meeting.day_at(on),
        key=key,
    )
    if consideration.expires is not None and statement.at >= consideration.expires:
        # Its end came after the plan was locked. Nothing of this stays.
        raise Superseded(_too_late(consideration))
    entry = register.enter(
        "make_statement",
        plan,
        by=by,
        appointment=basis,
        **_facts(statement),
        digest=statement.digest,
        text=text,
        **({"parts": named, "concerns": concerns} if named else {}),
    )
    tell(entry, notices.statement_made(statement, on.date()))
    return statement


@transaction.atomic
def withdraw_statement(
    statement: Statement, *, text: str, by: Person, on: datetime, key: UUID
) -> StatementWithdrawal:
    """Withdraw a statement by a dated and signed note, at any later time; both stay on record.

    Whoever speaks for the state on that day does it, whoever spoke when it was made. What has been
    issued stays as it is; what is issued later prints both.
    """
    lock(statement.consideration.plan_id)
    text = text.strip()
    done = StatementWithdrawal.objects.filter(statement=statement).first()
    if done and (done.key, done.text, done.person_id) == (key, text, by.pk):
        return done
    basis = permissions.voice_behind(Standing.of(by, on.date()), statement)
    if basis is None:
        raise NotEntitled(
            _("Only who speaks for %(state)s today can withdraw its statement.")
            % {"state": statement.seat.state}
        )
    if reason := closed_to_withdrawal(statement, done):
        raise NotAStatement(reason)
    if not text:
        raise NotAStatement(_("Write the note; it is printed beside the statement."))
    withdrawal = StatementWithdrawal.objects.create(
        statement=statement,
        text=text,
        person=by,
        appointment=basis,
        on=statement.consideration.meeting.day_at(on),
        key=key,
    )
    entry = register.enter(
        "withdraw_statement",
        statement.consideration.plan,
        by=by,
        appointment=basis,
        **_facts(statement),
        text=text,
    )
    tell(entry, notices.statement_withdrawn(withdrawal, on.date()))
    return withdrawal


def closed_to_withdrawal(statement: Statement, done: StatementWithdrawal | None) -> str:
    """Why a statement cannot be withdrawn; empty where it can."""
    if done is not None:
        return _("This statement is withdrawn already.")
    if statement.position_id and not _stands(statement):
        return _("The state has answered anew since, so this reservation does not stand any more.")
    return ""


def _stands(statement: Statement) -> bool:
    return Statement.objects.standing().filter(pk=statement.pk).exists()


def with_position(position: Position) -> Statement:
    """Enter the reservation of a position as the statement it is; its words stay in the position.

    Called inside the act that takes the position, under its lock.
    """
    return Statement.objects.create(
        consideration=position.consideration,
        seat=position.seat,
        kind=Statement.Kind.RESERVATION,
        position=position,
        digest=position.digest,
        person=position.person,
        appointment=position.appointment,
        on=position.on,
        key=position.key,
    )


def concerned(consideration: Consideration, parts: Collection[str]) -> list[str]:
    """What the parts of a text are called; NotAStatement where one is not in it."""
    if not parts:
        return []
    known = anchors.of_text(consideration.revision.text)
    if not set(parts) <= set(known):
        raise NotAStatement(_("One of the parts is not in this text. Choose the parts anew."))
    return anchors.names(known, parts)


def _facts(statement: Statement) -> dict[str, object]:
    state = statement.seat.state
    return {
        "revision": statement.consideration.revision.symbol,
        "state": state.code,
        "state_name": state.name,
        "kind": statement.kind,
        "statement": statement.pk,
    }


def _open_for(plan: WorkPlan, consideration: Consideration, digest: str) -> None:
    if not consideration.is_open:
        raise Superseded(_too_late(consideration))
    procedure.follow("make_statement", plan.status)
    if digest != consideration.revision.digest or plan.revision_id != consideration.revision_id:
        raise Superseded(
            _(
                "The text changed while you were reading. Your statement was not entered; "
                "read %(symbol)s."
            )
            % {"symbol": plan.revision.symbol if plan.revision else ""}
        )


def _too_late(consideration: Consideration) -> str:
    """Why a closed text takes no statement."""
    if consideration.under_silence:
        return _("The silence has ended. Your statement was not entered.")
    if consideration.in_writing:
        return _("The written procedure has ended. Your statement was not entered.")
    return _("This consideration is closed. Your statement was not entered.")


def _made_before(
    key: UUID,
    consideration: Consideration,
    kind: str,
    text: str,
    parts: list[str],
    by: Person,
) -> Statement | None:
    """The statement this form has entered already, if it was sent again as it was."""
    made = Statement.objects.filter(key=key).first()
    if made is None:
        return None
    entered = (made.consideration_id, made.kind, made.text, made.parts, made.person_id)
    if entered != (consideration.pk, kind, text, parts, by.pk):
        raise NotAStatement(
            _("This form has entered another statement already. Open the page again to add one.")
        )
    return made
