"""A text before a meeting: reading it, and taking it back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from secretariat.circulation import counted
from secretariat.standing import conducts
from secretariat.telling import Preview
from workplans import (
    comparison,
    disclosure,
    notices,
    permissions,
    printouts,
    procedure,
    queries,
)
from workplans.consensus import JOINS
from workplans.forms.review import ReasonForm
from workplans.models import Consideration, Document, Position, Printout, Revision
from workplans.operations import review
from workplans.views import board as boards
from workplans.views.acting import admit, attempt, reason_in, status_of
from workplans.views.written import beside


def find(request: HttpRequest, pk: int) -> Consideration:
    found: Consideration = get_object_or_404(
        Consideration.objects.visible_to(request.user)
        .select_related(
            "plan__presidency__state",
            "plan__revision",
            "plan__in_force",
            "revision__previous",
            "revision__amends",
            "meeting__body",
            "by",
            "appointment",
        )
        .defer(
            "plan__revision__text",
            "plan__in_force__text",
            "revision__previous__text",
            "revision__amends__text",
        )
        .prefetch_related(queries.with_seats("meeting__seats")),
        pk=pk,
    )
    return found


@require_safe
def consideration(request: HttpRequest, pk: int) -> HttpResponse:
    """A frozen text, what the states say to it, and the reader's next step."""
    found = find(request, pk)
    standing = request.standing  # type: ignore[attr-defined]
    board = queries.board(found)
    seen = board.seen_by(standing)
    now = boards.present(found)
    day = found.meeting.day_at(now)
    earlier = queries.last_answers(found)
    own = boards.own_states(standing)
    states = [answer.seat.state for answer in board.answers]
    outlook = boards.outlook(found, states, now) if found.is_open else None
    context = {
        "consideration": found,
        "plan": found.plan,
        "revision": found.revision,
        "meeting": found.meeting,
        "board": seen,
        "rows": boards.rows(seen, earlier, standing),
        "sits": found.meeting.sits_on(day),
        "written": beside(
            seen, disclosure.statements_seen(queries.statements(found), found, standing)
        ),
        "states_for": boards.attaches(standing, found),
        "shown": disclosure.shown_when(found),
        "steps": boards.next_steps(standing, found, board, day),
        "acts": permissions.acts_on(standing, found),
        "withdrawal": procedure.withdrawal(found),
        "agreed": conducts(standing) and board.tally.agreed,
        "consults": permissions.consulted(standing, found),
        "unanswered": conducts(standing) and bool(board.tally.silent),
        "time_left": boards.time_left(found, now) if found.is_open else "",
        "extensions": found.extensions.select_related("by", "appointment") if found.expires else [],
        "outlook": outlook,
        "own": [c for c in outlook.capitals if c.state.pk in own] if outlook else [],
        "outcome": None if found.is_open else boards.outcome(found),
        "newer": None if found.is_open else newer(request, found),
        "document": adopted_document(found),
        "stated": chair_statement(found),
        "offer": _offer(found),
        "notices": counted(notices.thread(found.plan)) if conducts(standing) else None,
        **amended(found),
        **changes(found, own),
    }
    return render(request, "workplans/consideration.html", context)


def amended(found: Consideration) -> dict[str, Any]:
    """What a text that amends the plan in force changes in it, and why."""
    text = found.revision
    if text.amends is None:
        return {"amendment": None}
    return {
        "amendment": queries.amendment_of(text),
        "amends": text.amends,
        "amended": comparison.changes(text.amends.form, text.form),
    }


def changes(found: Consideration, own: set[int]) -> dict[str, Any]:
    """What changed since the text the reader's state last approved, else since the one before."""
    before = (
        Position.objects.filter(
            consideration__plan=found.plan_id,
            consideration__meeting__body=found.meeting.body_id,
            consideration__lt=found.pk,
            seat__state__in=own,
            kind__in=JOINS,
        )
        .select_related("consideration__revision", "seat__state")
        .order_by("-id")
        .first()
    )
    base = _text_before(found.revision)
    if before:
        base = before.consideration.revision
    elif found.before_ministers:
        # The ministers never saw the texts the delegations worked through.
        base = (
            Revision.objects.filter(
                considerations__plan=found.plan_id,
                considerations__meeting__body=found.meeting.body_id,
                considerations__lt=found.pk,
            )
            .order_by("number")
            .last()
        )
    # What an amendment changes in the text in force is shown by itself.
    if base is None or base.pk in (found.revision_id, found.revision.amends_id):
        return {"changes": None}
    return {
        "changes": comparison.changes(base.form, found.revision.form),
        "base": base,
        "approved_by": before.seat.state if before else None,
    }


def _text_before(text: Revision) -> Revision | None:
    """The text circulated before; of an amendment, one of the same amendment."""
    before: Revision | None = text.previous
    amendment = queries.amendment_of(text)
    if before is not None and amendment is not None and before.frozen < amendment.opened:
        return None
    return before


def adopted_document(found: Consideration) -> Document | None:
    """The PDF of the text as the Advisory Group adopted it, once it is issued."""
    issued: Document | None = (
        Document.objects.issued()
        .filter(
            revision=found.revision_id,
            edition=Document.Edition.ADOPTED,
            decision__retraction=None,
        )
        .first()
    )
    return issued


def chair_statement(found: Consideration) -> Document | None:
    """The Chair's statement that closed a text; its page says how far it is typeset."""
    if found.outcome != Consideration.Outcome.NO_CONSENSUS:
        return None
    kind = Document.Kind.CHAIR_STATEMENT
    return Document.objects.get(decision__consideration=found, kind=kind)


def _offer(found: Consideration) -> printouts.Offer | None:
    """What there is of a text under consideration on paper."""
    if not printouts.is_offered_for(found):
        return None
    kind = Printout.Kind.CIRCULATED
    return printouts.offer(found.plan, kind, f"r{found.revision.number}")


def newer(request: HttpRequest, found: Consideration) -> Consideration | None:
    """The newest text of the plan that came before a meeting after this one."""
    later: Consideration | None = (
        Consideration.objects.visible_to(request.user)
        .filter(plan=found.plan_id, pk__gt=found.pk)
        .select_related("revision", "meeting__body")
        .first()
    )
    return later


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a text back from the delegations, with the reason they will read."""
    found = find(request, pk)
    act = procedure.withdrawal(found)
    admit(act, request.standing)  # type: ignore[attr-defined]
    missing = _("Say why the text is withdrawn; the delegations will read it.")
    if request.method != "POST":
        if not found.is_open or not procedure.allows(act, found.plan.status):
            return redirect("workplans:consideration", pk=pk)
        form = ReasonForm(missing=missing, initial={"digest": found.revision.digest})
    else:
        form = ReasonForm(request.POST, missing=missing)
        if form.is_valid() and attempt(form, lambda: _withdraw(request, found, form)):
            messages.success(
                request,
                _("%(symbol)s is withdrawn and the plan is a draft again.")
                % {"symbol": found.revision.symbol},
            )
            return redirect("workplans:overview", year=found.plan.year)
    context = {
        "form": form,
        "consideration": found,
        "plan": found.plan,
        "revision": found.revision,
        "meeting": found.meeting,
        "board": queries.board(found).seen_by(request.standing),  # type: ignore[attr-defined]
        "told": Preview.of(
            notices.withdrawn(
                notices.Before.of(found),
                reason_in(form),
                request.standing.day,  # type: ignore[attr-defined]
            )
        ),
    }
    return render(request, "workplans/withdraw.html", context, status=status_of(form))


def _withdraw(request: HttpRequest, found: Consideration, form: ReasonForm) -> bool:
    review.withdraw(
        found,
        reason=form.cleaned_data["reason"],
        by=request.person,  # type: ignore[attr-defined]
        on=timezone.now(),
    )
    return True
