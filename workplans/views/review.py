"""A text before a meeting: reading it, answering for a state, the receipt, taking it back."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from meetings import closing
from meetings.models import Seat
from secretariat.circulation import counted
from secretariat.models import Appointment
from secretariat.standing import NotEntitled, conducts
from secretariat.telling import Preview
from workplans import comparison, notices, permissions, printouts, procedure, queries
from workplans.consensus import JOINS
from workplans.forms.review import AnswerForm, CheckedAnswerForm, ReasonForm
from workplans.models import Consideration, Document, Position, Printout, Revision
from workplans.operations import review
from workplans.views import board as boards
from workplans.views.acting import admit, attempt, reason_in, status_of

# What a person has written and not yet submitted, by consideration. It lives in the session, on
# the server, so that going back, a refusal or a newer text loses no word of it.
UNSENT = "answers"


def find(request: HttpRequest, pk: int) -> Consideration:
    found: Consideration = get_object_or_404(
        Consideration.objects.visible_to(request.user)
        .select_related(
            "plan__presidency__state",
            "plan__revision",
            "revision__previous",
            "meeting__body",
            "by",
            "decision",
        )
        .defer("plan__revision__text", "revision__previous__text")
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
    day = found.meeting.day_at(timezone.now())
    earlier = queries.last_answers(found)
    own = boards.own_states(standing)
    states = [answer.seat.state for answer in board.answers]
    outlook = closing.outlook(found.meeting, states, timezone.now()) if found.is_open else None
    context = {
        "consideration": found,
        "plan": found.plan,
        "revision": found.revision,
        "meeting": found.meeting,
        "tally": board.tally,
        "rows": boards.rows(board, earlier, standing),
        "statements": boards.statements(board),
        "steps": boards.next_steps(standing, found, board, day),
        "acts": permissions.available_acts(standing, found.plan) if found.is_open else set(),
        "time_left": boards.time_left(found.meeting, day) if found.is_open else "",
        "outlook": outlook,
        "own": [c for c in outlook.capitals if c.state.pk in own] if outlook else [],
        "outcome": None if found.is_open else boards.outcome(found),
        "newer": None if found.is_open else newer(request, found),
        "document": _adopted_document(found),
        "offer": _offer(found),
        "notices": counted(notices.thread(found.plan)) if conducts(standing) else None,
        **_changes(found, own),
    }
    return render(request, "workplans/consideration.html", context)


def _changes(found: Consideration, own: set[int]) -> dict[str, Any]:
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
    base: Revision | None = found.revision.previous
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
    if base is None or base.pk == found.revision_id:
        return {"changes": None}
    return {
        "changes": comparison.changes(base.form, found.revision.form),
        "base": base,
        "approved_by": before.seat.state if before else None,
    }


def _adopted_document(found: Consideration) -> Document | None:
    """The PDF of the text as the Advisory Group adopted it, once it is issued."""
    issued: Document | None = (
        Document.objects.issued()
        .filter(revision=found.revision_id, edition=Document.Edition.ADOPTED)
        .first()
    )
    return issued


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


def voice(request: HttpRequest, found: Consideration) -> tuple[Seat, Appointment]:
    try:
        return permissions.voice(request.standing, found)  # type: ignore[attr-defined]
    except NotEntitled as refusal:
        raise PermissionDenied(str(refusal)) from refusal


@require_http_methods(["GET", "HEAD", "POST"])
def position(request: HttpRequest, pk: int) -> HttpResponse:
    """The answer of a state: chosen and written here, checked on the next page."""
    found = find(request, pk)
    seat, basis = voice(request, found)
    if request.method != "POST":
        if not found.is_open:
            return redirect("workplans:consideration", pk=pk)
        return _position_page(request, found, seat, basis, AnswerForm(
            consideration=found, initial=_unsent(request, found)
        ))  # fmt: skip
    form = AnswerForm(request.POST, consideration=found)
    if not found.is_open:
        return _superseded(request, found, form, _("The text is no longer open for answers."))
    if not form.is_valid():
        return _position_page(request, found, seat, basis, form)
    # The check gets a key of its own each time: sending one check twice has one effect, and a
    # changed answer is never taken for the one before it.
    _keep(request, found, {**form.cleaned_data, "key": str(uuid4())})
    return redirect("workplans:position_check", pk=pk)


def _position_page(
    request: HttpRequest,
    found: Consideration,
    seat: Seat,
    basis: Appointment,
    form: AnswerForm,
) -> HttpResponse:
    day = found.meeting.day_at(timezone.now())
    board = queries.board(found)
    context = {
        "form": form,
        "consideration": found,
        "plan": found.plan,
        "revision": found.revision,
        "meeting": found.meeting,
        "seat": seat,
        "basis": basis,
        "given": board.of_state(seat.state_id),
        "sits": not found.before_ministers or found.meeting.sits_on(day),
        "time_left": boards.time_left(found.meeting, day),
        "outlook": closing.outlook(found.meeting, [seat.state], timezone.now()),
        **_changes(found, {seat.state_id}),
    }
    if found.before_ministers:
        context |= {"advice": _advice(found, seat), "document": _adopted_document(found)}
    return render(request, "workplans/position.html", context, status=status_of(form))


def _advice(found: Consideration, seat: Seat) -> Position | None:
    """What the state's own delegation said to this text at the Advisory Group."""
    given: Position | None = (
        Position.objects.filter(
            consideration__revision=found.revision_id,
            consideration__lt=found.pk,
            seat__state=seat.state_id,
        )
        .exclude(consideration__meeting__body=found.meeting.body_id)
        .select_related("person", "appointment", "consideration__meeting__body")
        .order_by("-id")
        .first()
    )
    return given


@require_http_methods(["GET", "HEAD", "POST"])
def position_check(request: HttpRequest, pk: int) -> HttpResponse:
    """The last look before a state's answer is submitted; what is submitted is what is shown."""
    found = find(request, pk)
    seat, basis = voice(request, found)
    if request.method != "POST":
        unsent = _unsent(request, found)
        if not found.is_open or not unsent.get("key"):
            return redirect("workplans:position", pk=pk)
        form = CheckedAnswerForm(consideration=found, state=seat.state, initial=unsent)
        return _check_page(request, found, seat, basis, form, unsent)
    form = CheckedAnswerForm(request.POST, consideration=found, state=seat.state)
    form.full_clean()
    if not form.holds_an_answer:
        answer = AnswerForm(request.POST, consideration=found)
        return _position_page(request, found, seat, basis, answer)
    answer = form.cleaned_data
    if form.is_valid():
        taken = attempt(
            form,
            lambda: review.take_position(
                found,
                digest=answer["digest"],
                kind=answer["kind"],
                text=answer["text"],
                by=request.person,  # type: ignore[attr-defined]
                on=timezone.now(),
                key=answer["key"],
            ),
        )
        if taken:
            _forget(request, found)
            return redirect("workplans:receipt", pk=taken.pk)
        found = find(request, pk)
        if not found.is_open or found.plan.revision_id != found.revision_id:
            return _superseded(request, found, form, form.non_field_errors()[0])
    return _check_page(request, found, seat, basis, form, answer)


def _check_page(
    request: HttpRequest,
    found: Consideration,
    seat: Seat,
    basis: Appointment,
    form: CheckedAnswerForm,
    answer: dict[str, Any],
) -> HttpResponse:
    board = queries.board(found)
    missing = set(board.tally.silent) - {seat.state.code}
    context = {
        "form": form,
        "consideration": found,
        "plan": found.plan,
        "revision": found.revision,
        "meeting": found.meeting,
        "seat": seat,
        "basis": basis,
        "kind": answer["kind"],
        "written": answer["text"],
        "outlook": closing.outlook(found.meeting, [seat.state], timezone.now()),
        "last": not missing and not board.tally.opposing and answer["kind"] in JOINS,
    }
    return render(request, "workplans/position_check.html", context, status=status_of(form))


def _superseded(
    request: HttpRequest, found: Consideration, form: AnswerForm, reason: str
) -> HttpResponse:
    """Say that the answer came too late, show the text there is now, and keep what was written."""
    form.full_clean()
    written = form.cleaned_data.get("text", "")
    later = newer(request, found)
    if written and later and later.is_open:
        _keep(request, later, {"text": written})
    context = {
        "errors": [{"text": reason}],
        "consideration": found,
        "plan": found.plan,
        "revision": found.revision,
        "newer": later,
        "kind": form.cleaned_data.get("kind", ""),
        "written": written,
    }
    return render(request, "workplans/position_superseded.html", context, status=409)


def _unsent(request: HttpRequest, found: Consideration) -> dict[str, Any]:
    kept: dict[str, Any] = request.session.get(UNSENT, {}).get(str(found.pk), {})
    return {**kept, "digest": found.revision.digest}


def _keep(request: HttpRequest, found: Consideration, answer: dict[str, Any]) -> None:
    unsent = request.session.get(UNSENT, {})
    request.session[UNSENT] = {**unsent, str(found.pk): answer}


def _forget(request: HttpRequest, found: Consideration) -> None:
    unsent = dict(request.session.get(UNSENT, {}))
    if unsent.pop(str(found.pk), None):
        request.session[UNSENT] = unsent


@require_safe
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """What a state said, for its own people and the secretariat, at an address that stays."""
    position = get_object_or_404(
        Position.objects.receipts_of(request.user).select_related(
            "seat__state",
            "person",
            "appointment",
            "consideration__plan",
            "consideration__revision",
            "consideration__meeting__body",
            "consideration__decision__document",
        ),
        pk=pk,
    )
    found = position.consideration
    later = found.positions.filter(seat=position.seat, pk__gt=position.pk).order_by("-pk").first()
    decision = getattr(found, "decision", None)
    context = {
        "position": position,
        "consideration": found,
        "plan": found.plan,
        "revision": found.revision,
        "meeting": found.meeting,
        "later": later,
        "decision": decision,
        "document": getattr(decision, "document", None),
        "standing_tally": queries.board(found).tally if found.is_open else None,
    }
    return render(request, "workplans/receipt.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a text back from the delegations, with the reason they will read."""
    found = find(request, pk)
    admit("withdraw", request.standing)  # type: ignore[attr-defined]
    missing = _("Say why the text is withdrawn; the delegations will read it.")
    if request.method != "POST":
        if not found.is_open or not procedure.allows("withdraw", found.plan.status):
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
        "tally": queries.board(found).tally,
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
