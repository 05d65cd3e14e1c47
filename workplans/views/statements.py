"""Statements on a text: written, checked, kept at an address of their own, withdrawn by a note."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from meetings.models import Seat
from secretariat.models import Appointment
from secretariat.telling import Preview
from workplans import disclosure, notices, permissions, procedure, queries
from workplans.forms.statements import CheckedStatementForm, StatementForm, WithdrawalForm
from workplans.models import Consideration, Statement, StatementWithdrawal
from workplans.models.statement import StatementQuerySet
from workplans.operations import statements as operations
from workplans.views import board as boards
from workplans.views.acting import attempt, reason_in, status_of
from workplans.views.answering import forget, keep, today, unsent, voice
from workplans.views.review import find, newer
from workplans.views.written import as_written, named

Kind = Statement.Kind
POSTS = require_http_methods(["GET", "HEAD", "POST"])
# What a person has written and not yet submitted, by consideration; see `answering.ANSWERS`.
WRITTEN = "statements"


# Making one


@POSTS
def make_statement(request: HttpRequest, pk: int) -> HttpResponse:
    """A statement of a state: written here, checked on the next page."""
    found = find(request, pk)
    seat, basis = voice(request, found)
    if request.method != "POST":
        if not found.is_open:
            return redirect("workplans:consideration", pk=pk)
        before = _last_time(found, seat)
        kept = unsent(request, found, WRITTEN) | _taken_over(request, before)
        form = StatementForm(consideration=found, initial=kept)
        return _write_page(request, found, seat, basis, form, before)
    form = StatementForm(request.POST, consideration=found)
    if not found.is_open:
        return _superseded(request, found, form, _("The text is no longer open for statements."))
    if not form.is_valid():
        return _write_page(request, found, seat, basis, form, _last_time(found, seat))
    keep(request, found, WRITTEN, {**form.cleaned_data, "key": str(uuid4())})
    return redirect("workplans:statement_check", pk=pk)


def _last_time(found: Consideration, seat: Seat) -> list[Statement]:
    """What the state attached to the text before this one, before the same body."""
    earlier = (
        Statement.objects.standing()
        .filter(
            consideration__plan=found.plan_id,
            consideration__meeting__body=found.meeting.body_id,
            consideration__lt=found.pk,
            seat__state=seat.state_id,
            withdrawal=None,
        )
        .with_words()
        .select_related("consideration__revision")
        .order_by("consideration", "at")
    )
    all_of_them = list(earlier)
    last = all_of_them[-1].consideration_id if all_of_them else None
    return [one for one in all_of_them if one.consideration_id == last]


def _taken_over(request: HttpRequest, before: list[Statement]) -> dict[str, Any]:
    """The words of last time, where the person asked for them."""
    asked = request.GET.get("words", "")
    for statement in before:
        if str(statement.pk) == asked:
            return {"kind": statement.kind, "text": statement.text, "parts": statement.parts}
    return {}


def _with_words_of(statement: Statement, found: Consideration) -> str:
    """The page that begins with the words of an earlier statement, where this text takes its kind.

    A reservation that goes with an answer is taken over there.
    """
    if statement.kind in procedure.course(found).statements:
        page = reverse("workplans:make_statement", args=[found.pk])
        return f"{page}?words={statement.pk}#statement-form"
    page = reverse("workplans:position", args=[found.pk])
    return f"{page}?words" if statement.position_id else page


def _write_page(
    request: HttpRequest,
    found: Consideration,
    seat: Seat,
    basis: Appointment,
    form: StatementForm,
    before: list[Statement],
) -> HttpResponse:
    given = [s for s in queries.statements(found) if s.seat_id == seat.pk]
    context = {
        **_about(found, seat, basis),
        "form": form,
        "before": [
            {
                "words": as_written(one, one.consideration.revision),
                "url": _with_words_of(one, found),
            }
            for one in before
        ],
        "given": [as_written(one, found.revision, linked=True) for one in given],
        "with_position": Kind.RESERVATION not in procedure.course(found).statements,
        "time_left": boards.time_left(found),
        "outlook": boards.outlook(found, [seat.state]),
    }
    return render(request, "workplans/make_statement.html", context, status=status_of(form))


def _about(found: Consideration, seat: Seat, basis: Appointment) -> dict[str, Any]:
    return {
        "consideration": found,
        "plan": found.plan,
        "revision": found.revision,
        "meeting": found.meeting,
        "seat": seat,
        "basis": basis,
        "seen_by": disclosure.statement_seen_by_whom(found, seat.state),
    }


@POSTS
def statement_check(request: HttpRequest, pk: int) -> HttpResponse:
    """The last look before a statement is entered; what is entered is what is shown."""
    found = find(request, pk)
    seat, basis = voice(request, found)
    declaring = _("I am authorised to make this statement for %(state)s.") % {"state": seat.state}
    build = partial(CheckedStatementForm, consideration=found, declaring=declaring)
    if request.method != "POST":
        kept = unsent(request, found, WRITTEN)
        if not found.is_open or not kept.get("key"):
            return redirect("workplans:make_statement", pk=pk)
        return _check_page(request, found, seat, basis, build(initial=kept), kept)
    form = build(request.POST)
    form.full_clean()
    if not form.holds_what_it_carries:
        written = StatementForm(request.POST, consideration=found)
        return _write_page(request, found, seat, basis, written, _last_time(found, seat))
    if form.is_valid():
        made = attempt(form, lambda: _make(request, found, form))
        if made:
            forget(request, found, WRITTEN)
            messages.success(
                request,
                _("The statement of %(state)s is on the record.") % {"state": seat.state},
            )
            return redirect(made)
        found = find(request, pk)
        if not found.is_open or found.plan.revision_id != found.revision_id:
            return _superseded(request, found, form, form.non_field_errors()[0])
    return _check_page(request, found, seat, basis, form, form.cleaned_data)


def _make(request: HttpRequest, found: Consideration, form: CheckedStatementForm) -> Statement:
    given = form.cleaned_data
    return operations.make_statement(
        found,
        digest=given["digest"],
        kind=given["kind"],
        text=given["text"],
        parts=given["parts"],
        by=request.person,  # type: ignore[attr-defined]
        on=timezone.now(),
        key=given["key"],
    )


def _check_page(
    request: HttpRequest,
    found: Consideration,
    seat: Seat,
    basis: Appointment,
    form: CheckedStatementForm,
    given: dict[str, Any],
) -> HttpResponse:
    parts = given.get("parts", [])
    to_be = Statement(
        consideration=found,
        seat=seat,
        kind=given["kind"],
        own_text=given["text"],
        own_parts=parts,
        person=request.person,  # type: ignore[attr-defined]
        appointment=basis,
        on=today(found),
    )
    context = {
        **_about(found, seat, basis),
        "form": form,
        "kind": given["kind"],
        "written": given["text"],
        "parts": named(found.revision, parts),
        "told": Preview.of(
            notices.statement_made(to_be, request.standing.day)  # type: ignore[attr-defined]
        ),
    }
    return render(request, "workplans/statement_check.html", context, status=status_of(form))


def _superseded(
    request: HttpRequest, found: Consideration, form: StatementForm, reason: str
) -> HttpResponse:
    """Say that the statement came too late, show the text there is now, keep what was written."""
    form.full_clean()
    given = form.cleaned_data
    later = newer(request, found)
    if later and later.is_open and given.get("text"):
        words = {name: given.get(name) or "" for name in ("kind", "text")}
        keep(request, later, WRITTEN, {**words, "parts": given.get("parts") or []})
    context = {
        "errors": [{"text": reason}],
        "consideration": found,
        "plan": found.plan,
        "revision": found.revision,
        "newer": later,
        "kind": given.get("kind", ""),
        "written": given.get("text", ""),
    }
    return render(request, "workplans/statement_superseded.html", context, status=409)


# One that was made


def _visible(request: HttpRequest) -> StatementQuerySet:
    """The statements the person may open."""
    presides = request.standing.chair is not None  # type: ignore[attr-defined]
    return Statement.objects.open_to(request.user, presides=presides)


def _find(request: HttpRequest, pk: int) -> Statement:
    return get_object_or_404(
        _visible(request)
        .with_words()
        .select_related(
            "consideration__plan", "consideration__revision", "consideration__meeting__body"
        ),
        pk=pk,
    )


@require_safe
def statement(request: HttpRequest, pk: int) -> HttpResponse:
    """A statement at an address that stays, with the note that withdrew it."""
    found = _find(request, pk)
    about = found.consideration
    speaks = permissions.voice_behind(request.standing, found)  # type: ignore[attr-defined]
    stands = not operations.closed_to_withdrawal(found, found.withdrawn)
    context = {
        "statement": found,
        "consideration": about,
        "plan": about.plan,
        "revision": about.revision,
        "meeting": about.meeting,
        "parts": named(about.revision, found.parts),
        "may_withdraw": speaks is not None and stands,
        "replaced": not stands and found.withdrawn is None,
        "shown": disclosure.shown_to_all(about),
    }
    return render(request, "workplans/statement.html", context)


@POSTS
def withdraw_statement(request: HttpRequest, pk: int) -> HttpResponse:
    """The note by which whoever speaks for the state today withdraws its statement."""
    found = _find(request, pk)
    basis = permissions.voice_behind(request.standing, found)  # type: ignore[attr-defined]
    if basis is None:
        raise PermissionDenied(
            _("Only who speaks for %(state)s today can withdraw its statement.")
            % {"state": found.seat.state}
        )
    declaring = _("I am authorised to withdraw this statement for %(state)s.") % {
        "state": found.seat.state
    }
    if request.method != "POST":
        if operations.closed_to_withdrawal(found, found.withdrawn):
            return redirect(found)
        form = WithdrawalForm(declaring=declaring, initial={"key": uuid4()})
    else:
        form = WithdrawalForm(request.POST, declaring=declaring)
        if form.is_valid() and attempt(form, lambda: _withdraw(request, found, form)):
            messages.success(
                request,
                _("The statement of %(state)s is withdrawn. It stays on the record with the note.")
                % {"state": found.seat.state},
            )
            return redirect(found)
    note = StatementWithdrawal(
        statement=found,
        text=reason_in(form, "text"),
        person=request.person,  # type: ignore[attr-defined]
        appointment=basis,
        on=today(found.consideration),
    )
    context = {
        "form": form,
        "statement": found,
        "consideration": found.consideration,
        "revision": found.consideration.revision,
        "meeting": found.consideration.meeting,
        "basis": basis,
        "row": as_written(found, found.consideration.revision),
        "told": Preview.of(
            notices.statement_withdrawn(note, request.standing.day)  # type: ignore[attr-defined]
        ),
    }
    return render(request, "workplans/withdraw_statement.html", context, status=status_of(form))


def _withdraw(request: HttpRequest, found: Statement, form: WithdrawalForm) -> StatementWithdrawal:
    given = form.cleaned_data
    return operations.withdraw_statement(
        found,
        text=given["text"],
        by=request.person,  # type: ignore[attr-defined]
        on=timezone.now(),
        key=given["key"],
    )
