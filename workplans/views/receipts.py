"""The receipt of a position: its page, and the same on paper."""

from __future__ import annotations

import logging
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from workplans import queries
from workplans import receipts as papers
from workplans.models import Position, Receipt
from workplans.typesetting import receipt as words
from workplans.views.answering import visible
from workplans.views.waiting import Waiting, answer
from workplans.views.written import named

log = logging.getLogger(__name__)

unstored = cache_control(private=True, no_store=True)
RELATED = (
    "seat__state",
    "person",
    "appointment__state",
    "recorded_by",
    "recorded_as__state",
    "instruction",
    "heard__by",
    "heard__appointment__state",
    "ruling__by",
    "reservation",
    "consideration__plan",
    "consideration__revision",
    "consideration__meeting__body",
)

# What the receipt says beside what the page shows of the position already.
BESIDE = ("capital", "clock", "entry", "replaces")


def find_position(request: HttpRequest, pk: int) -> Position:
    """A position whose receipt the person may read; any other is not there for them."""
    found: Position = get_object_or_404(visible(request).select_related(*RELATED), pk=pk)
    return found


@require_safe
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """What a state said, for its own people and the secretariat, at an address that stays."""
    position = find_position(request, pk)
    found = position.consideration
    later = found.positions.filter(seat=position.seat, pk__gt=position.pk).order_by("-pk").first()
    decision = found.decision
    standing = request.standing  # type: ignore[attr-defined]
    context = {
        "position": position,
        "consideration": found,
        "plan": found.plan,
        "revision": found.revision,
        "meeting": found.meeting,
        "parts": named(found.revision, position.parts),
        "reservation": getattr(position, "reservation", None),
        "later": later,
        "decision": decision,
        "document": getattr(decision, "document", None),
        "standing_board": queries.board(found).seen_by(standing) if found.is_open else None,
        **_paper(position),
    }
    return render(request, "workplans/receipt.html", context)


def _paper(position: Position) -> dict[str, Any]:
    """How far its PDF is, and what receipt and register say beside the position itself."""
    made = Receipt.objects.filter(position=position).defer("order").first()
    lost = made is not None and papers.is_lost(made)
    entry = papers.entry_of(position)
    facts = papers.facts_of(position, entry) if entry else None
    part = reverse("workplans:receipt_progress", args=[position.pk])
    return {
        "paper": made,
        "is_lost": lost,
        "waiting": Waiting.of(made, part) if made is not None and made.is_under_way else None,
        "facts": [row for row in words.rows(facts) if row.name in BESIDE] if facts else [],
        "not_proved": words.not_proved(),
    }


@require_safe
@unstored
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that changes while the PDF is made, asked for by its script."""
    made = _made(request, pk)
    return answer(request, made, reverse("workplans:receipt_progress", args=[pk]))


@require_safe
@unstored
def file(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The bytes; no copy stays on the way."""
    made = _made(request, pk)
    if made.status != Receipt.Status.READY:
        return redirect(made)
    try:
        opened = papers.path_of(made).open("rb")
    except OSError as error:
        log.error("The file of receipt %s cannot be read: %s", made.pk, error)
        return redirect(made)
    response = FileResponse(
        opened, as_attachment=True, filename=made.file_name, content_type="application/pdf"
    )
    if request.method == "HEAD":
        # Not every server drops the body of an answer to HEAD.
        response.streaming_content = []
        opened.close()
    return response


@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Have one made that failed, is gone, or was never made."""
    position = find_position(request, pk)
    papers.order_again(position)
    return HttpResponseRedirect(reverse("workplans:receipt", args=[pk]), status=303)


def _made(request: HttpRequest, pk: int) -> Receipt:
    position = find_position(request, pk)
    made = Receipt.objects.filter(position=position).defer("order").first()
    if made is None:
        raise Http404
    made.position = position
    return made
