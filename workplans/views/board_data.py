"""How a text stands, as data: what the page of a consideration shows its reader, and no more."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from workplans import disclosure, queries
from workplans.views import board as boards
from workplans.views.review import find
from workplans.views.written import Written, beside

FORM = "partnir-consideration/1"


@require_safe
def consideration_data(request: HttpRequest, pk: int) -> JsonResponse:
    """The board of a text as its reader may see it, for a program."""
    found = find(request, pk)
    standing = request.standing  # type: ignore[attr-defined]
    seen = queries.board(found).seen_by(standing)
    statements = disclosure.statements_seen(queries.statements(found), found, standing)
    data = {
        "form": FORM,
        "text": {
            "symbol": found.revision.symbol,
            "title": found.revision.title,
            "digest": found.revision.digest,
        },
        "before": {"name": found.meeting.name, "zone": found.meeting.time_zone or "UTC"},
        "procedure": found.procedure,
        "visibility": found.visibility,
        "opened": _instant(found.opened),
        "until": _instant(found.closes),
        "closed": _instant(found.closed),
        "outcome": found.outcome,
        "sentence": boards.outcome(found)["sentence"] if found.closed else seen.sentence,
        "tally": _tally(seen),
        "positions": [_position(answer, seen.withheld) for answer in seen.answers],
        "statements": [_written(one) for one in beside(seen, statements)],
    }
    return JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 1})


def _tally(seen: queries.Board) -> dict[str, Any] | None:
    """The count behind the sentence; none where it would tell what is not shown yet.

    Under silence nothing is counted: saying nothing is no position.
    """
    if seen.withheld or seen.consideration.under_silence:
        return None
    count = seen.tally
    return {**asdict(count), "agreed": count.agreed}


def _position(answer: queries.Answer, withheld: bool) -> dict[str, Any]:
    """A seat's answer; its kind is empty where there is none, or none is shown to this reader."""
    state, position = answer.seat.state, answer.position
    row: dict[str, Any] = {"state": state.code, "name": state.name, "position": ""}
    if position is None:
        return row | ({"withheld": True} if withheld else {})
    return row | {
        "position": position.kind,
        "text": position.text,
        "would_join": position.would_join,
        "until": position.until.isoformat() if position.until else "",
        "by": position.given_by,
        "on": position.on.isoformat(),
        "received": _instant(position.at),
    }


def _written(one: Written) -> dict[str, Any]:
    return {
        "state": one.state,
        "kind": one.kind,
        "text": one.text,
        "parts": one.parts,
        "by": one.given_by,
        "received": _instant(one.at),
        "withdrawn": _instant(one.withdrawn.at) if one.withdrawn else None,
    }


def _instant(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
