"""What states wrote to a text, as pages list it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from workplans import anchors, queries
from workplans.models import Position, Revision, Ruling, Statement, StatementWithdrawal
from workplans.views import board as boards


@dataclass(frozen=True)
class Written:
    """What a state wrote to a text: a statement, or the text of its answer.

    kind: the code of the one or the other. parts: their names; none means the whole text.
    """

    state: str
    kind: str
    text: str
    parts: list[str]
    given_by: str
    on: date
    at: datetime
    would_join: str = ""
    ruling: Ruling | None = None
    withdrawn: StatementWithdrawal | None = None
    url: str = ""


def named(revision: Revision, parts: Iterable[str]) -> list[str]:
    """What the parts of a text are called."""
    wanted = list(parts)
    return anchors.names(anchors.of_text(revision.text), wanted) if wanted else []


def as_written(statement: Statement, revision: Revision, *, linked: bool = False) -> Written:
    """A statement on a text. linked: with the address where it is kept."""
    return Written(
        statement.seat.state.name,
        statement.kind,
        statement.text,
        named(revision, statement.parts),
        statement.given_by,
        statement.on,
        statement.at,
        withdrawn=statement.withdrawn,
        url=statement.get_absolute_url() if linked else "",
    )


def beside(board: queries.Board, found: Iterable[Statement]) -> list[Written]:
    """What stands beside the answers to a text, in the order received: texts and statements.

    board, found: as the reader may see them.
    """
    revision = board.consideration.revision
    answers = [
        Written(
            position.seat.state.name,
            position.kind,
            position.text,
            named(revision, position.parts),
            position.given_by,
            position.on,
            position.at,
            would_join=position.would_join,
            ruling=getattr(position, "ruling", None),
        )
        for position in boards.statements(board)
        if position.kind != Position.Kind.RESERVES
    ]
    attached = [as_written(statement, revision, linked=True) for statement in found]
    return sorted([*answers, *attached], key=lambda one: one.at)


def printed_with(revision: Revision) -> list[Written]:
    """The statements printed with what was decided about a text, for everybody."""
    found = Statement.objects.printed_with(revision.pk).with_words()
    return [as_written(statement, revision) for statement in found]
