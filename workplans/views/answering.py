"""Answering a text for a state: the answer and the check."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any
from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from meetings.models import Seat
from secretariat.models import Appointment
from secretariat.standing import NotEntitled
from workplans import disclosure, permissions, queries
from workplans.consensus import JOINS
from workplans.forms.answering import AnswerForm, CheckedAnswerForm
from workplans.models import Consideration, Position
from workplans.models.position import PositionQuerySet
from workplans.operations import answering
from workplans.views import board as boards
from workplans.views.acting import attempt, status_of
from workplans.views.consultation import given_advice
from workplans.views.review import adopted_document, amended, changes, find, newer
from workplans.views.written import named

# What a person has written and not yet submitted, by consideration. It lives in the session, on
# the server, so that going back, a refusal or a newer text loses no word of it.
ANSWERS = "answers"


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
        kept = unsent(request, found, ANSWERS)
        if "words" in request.GET and (last := last_words(found, seat)):
            kept |= {"text": last.text, "would_join": last.would_join, "parts": last.parts}
        blank = AnswerForm(consideration=found, today=today(found), initial=kept)
        return _position_page(request, found, seat, basis, blank)
    form = AnswerForm(request.POST, consideration=found, today=today(found))
    if not found.is_open:
        return _superseded(request, found, form, _("The text is no longer open for answers."))
    if not form.is_valid():
        return _position_page(request, found, seat, basis, form)
    # The check gets a key of its own each time: sending one check twice has one effect, and a
    # changed answer is never taken for the one before it.
    keep(request, found, ANSWERS, {**form.cleaned_data, "key": str(uuid4())})
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
        "shown": disclosure.shown_when(found) if not found.before_ministers else "",
        "time_left": boards.time_left(found),
        "outlook": boards.outlook(found, [seat.state]),
        "last_time": last_words(found, seat),
        **amended(found),
        **changes(found, {seat.state_id}),
    }
    if not found.before_ministers:
        context["advised"] = given_advice(found, seat, request.standing.day)  # type: ignore[attr-defined]
    else:
        context |= {"advice": _advice(found, seat), "document": adopted_document(found)}
    return render(request, "workplans/position.html", context, status=status_of(form))


def last_words(found: Consideration, seat: Seat) -> Position | None:
    """The text of the state's last answer to an earlier text, for it to take over."""
    if found.before_ministers:
        return None
    given: Position | None = (
        Position.objects.filter(
            consideration__plan=found.plan_id,
            consideration__meeting__body=found.meeting.body_id,
            consideration__lt=found.pk,
            seat__state=seat.state_id,
        )
        .select_related("consideration__revision")
        .defer("consideration__revision__text")
        .order_by("-id")
        .first()
    )
    return given if given and given.text else None


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
    declaring = _("I am authorised to state this position for %(state)s.") % {"state": seat.state}
    build = partial(CheckedAnswerForm, consideration=found, today=today(found), declaring=declaring)
    if request.method != "POST":
        kept = unsent(request, found, ANSWERS)
        if not found.is_open or not kept.get("key"):
            return redirect("workplans:position", pk=pk)
        form = build(initial=kept)
        return _check_page(request, found, seat, basis, form, kept)
    form = build(request.POST)
    form.full_clean()
    if not form.holds_what_it_carries:
        answer = AnswerForm(request.POST, consideration=found, today=today(found))
        return _position_page(request, found, seat, basis, answer)
    answer = form.cleaned_data
    if form.is_valid():
        taken = attempt(
            form,
            lambda: answering.take_position(
                found,
                digest=answer["digest"],
                kind=answer["kind"],
                text=answer["text"],
                would_join=answer.get("would_join", ""),
                until=answer.get("until"),
                parts=answer["parts"],
                by=request.person,  # type: ignore[attr-defined]
                on=timezone.now(),
                key=answer["key"],
            ),
        )
        if taken:
            forget(request, found, ANSWERS)
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
        "would_join": answer.get("would_join", ""),
        "until": answer.get("until"),
        "parts": named(found.revision, answer.get("parts", [])),
        "seen_by": disclosure.seen_by_whom(found, seat.state, answer["kind"]),
        "outlook": boards.outlook(found, [seat.state]),
        "last": found.before_ministers and _is_last(found, seat, answer["kind"]),
    }
    return render(request, "workplans/position_check.html", context, status=status_of(form))


def _is_last(found: Consideration, seat: Seat, kind: str) -> bool:
    """Whether a minister's approval is the only one that is missing."""
    count = queries.board(found).tally
    return kind in JOINS and not count.opposing and not set(count.silent) - {seat.state.code}


def _superseded(
    request: HttpRequest, found: Consideration, form: AnswerForm, reason: str
) -> HttpResponse:
    """Say that the answer came too late, show the text there is now, and keep what was written."""
    form.full_clean()
    written = form.cleaned_data.get("text", "")
    would_join = form.cleaned_data.get("would_join", "")
    later = newer(request, found)
    if written and later and later.is_open:
        parts = form.cleaned_data.get("parts", [])
        words = {"text": written, "would_join": would_join, "parts": parts}
        keep(request, later, ANSWERS, words)
    context = {
        "errors": [{"text": reason}],
        "consideration": found,
        "plan": found.plan,
        "revision": found.revision,
        "newer": later,
        "kind": form.cleaned_data.get("kind", ""),
        "written": written,
        "would_join": would_join,
    }
    return render(request, "workplans/position_superseded.html", context, status=409)


def today(found: Consideration) -> date:
    """The day at the place of the meeting."""
    return found.meeting.day_at(timezone.now())


def unsent(request: HttpRequest, found: Consideration, drawer: str) -> dict[str, Any]:
    """What the person has written about this text; its digest is that of the text shown now."""
    kept: dict[str, Any] = dict(request.session.get(drawer, {}).get(str(found.pk), {}))
    if "until" in kept:
        kept["until"] = date.fromisoformat(kept["until"])
    return {**kept, "digest": found.revision.digest}


def keep(request: HttpRequest, found: Consideration, drawer: str, answer: dict[str, Any]) -> None:
    answer = dict(answer)
    until = answer.pop("until", None)
    if until is not None:
        answer["until"] = until.isoformat()
    request.session[drawer] = {**request.session.get(drawer, {}), str(found.pk): answer}


def forget(request: HttpRequest, found: Consideration, drawer: str) -> None:
    left = dict(request.session.get(drawer, {}))
    if left.pop(str(found.pk), None):
        request.session[drawer] = left


def visible(request: HttpRequest) -> PositionQuerySet:
    """The positions whose receipt the person may open."""
    presides = request.standing.chair is not None  # type: ignore[attr-defined]
    return Position.objects.receipts_of(request.user, presides=presides)
