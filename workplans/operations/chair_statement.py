"""Closing a text without consensus by a Chair's statement, on the chair's own responsibility."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from secretariat import register
from secretariat.circulation import tell
from secretariat.models import Person
from secretariat.standing import Standing
from workplans import common_ground, content, documents, notices, permissions, procedure, queries
from workplans.models import Consideration, Decision, Position
from workplans.operations.decision import Outcome, ReasonMissing, close, next_attempt
from workplans.operations.locking import Superseded, current
from workplans.procedure import OutOfOrder
from workplans.typesetting.chair_statement import FORM


def common(consideration: Consideration, board: queries.Board) -> common_ground.Facts:
    """What no state objects to in a text as the answers to it stand."""
    objections = [
        answer.position.parts
        for answer in board.answers
        if answer.position and answer.position.kind == Position.Kind.OBJECTS
    ]
    revision = consideration.revision
    return common_ground.compose(
        revision.form, objections, symbol=revision.symbol, digest=revision.digest
    )


def digest_of(facts: common_ground.Facts) -> str:
    """What tells whether the chair confirms what was on the screen."""
    return content.digest(content.dump(facts), FORM)


@transaction.atomic
def close_by_statement(
    consideration: Consideration, *, seen: str, introduction: str, by: Person, on: datetime
) -> Decision:
    """Close a text on which there is no consensus, and issue what no state objects to.

    It is adopted by nobody and binds nobody, and the plan is a draft again. seen: the digest of
    what was left on the chair's screen; if a state has answered otherwise since, nothing happens.
    """
    plan, consideration = current(consideration)
    done = Decision.objects.filter(consideration=consideration, act=Decision.Act.STATED).first()
    if done and (done.by_id, done.text) == (by.pk, introduction.strip()):
        return done
    leads_to = procedure.follow("close_by_statement", plan.status)
    basis = permissions.entitled("close_by_statement", Standing.of(by, on.date()))
    if not consideration.is_open or plan.revision_id != consideration.revision_id:
        raise Superseded(_("This consideration is closed; the page was out of date."))
    procedure.admit("close_by_statement", consideration)
    board = queries.board(consideration)
    if board.tally.agreed:
        raise OutOfOrder(_("There is consensus on this text. It can be adopted."))
    facts = common(consideration, board)
    if digest_of(facts) != seen:
        raise Superseded(_("A state has answered since. Look at what is left before you go on."))
    if not introduction.strip():
        raise ReasonMissing(_("Write the introduction; everybody will read it."))
    decision = Decision.objects.create(
        plan=plan,
        revision=consideration.revision,
        act=Decision.Act.STATED,
        meeting=consideration.meeting,
        consideration=consideration,
        attempt=next_attempt(consideration),
        on=consideration.meeting.day_at(on),
        by=by,
        appointment=basis,
        text=introduction.strip(),
    )
    plan.status = leads_to
    plan.save(update_fields=["status", "changed"])
    close(consideration, Outcome.NO_CONSENSUS)
    issued = documents.order_chair_statement(decision, _printed(decision, facts), by=by)
    entry = register.enter(
        decision.act,
        plan,
        by=by,
        appointment=basis,
        **decision.record(),
        symbol=issued.symbol,
        text=decision.text,
        open=[part["id"] for part in facts["open"]],
        whole=facts["whole"],
    )
    tell(entry, notices.decided(decision, on.date()))
    return decision


def _printed(decision: Decision, facts: common_ground.Facts) -> dict[str, Any]:
    """Everything a Chair's statement prints."""
    assert decision.by is not None and decision.appointment is not None
    return {
        **facts,
        "introduction": decision.text,
        "meeting": decision.meeting.name,
        "by": {"name": decision.by.name, "capacity": decision.appointment.capacity},
    }
