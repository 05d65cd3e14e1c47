"""The page on which a delegation consults about a text; for everybody else there is none."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from meetings.models import Seat
from secretariat.models import Appointment, Person
from secretariat.standing import NotEntitled
from workplans import permissions
from workplans.consultation import Advised, advised, agency_of
from workplans.forms.consulting import AskForm, NoteForm
from workplans.models import Consideration, Note
from workplans.operations import consulting
from workplans.views.acting import attempt, status_of
from workplans.views.review import find


def _find(request: HttpRequest, pk: int) -> tuple[Consideration, Seat, Appointment]:
    """A text, and the seat whose delegation the reader belongs to; else there is no such page."""
    found = find(request, pk)
    within = permissions.consulted(request.standing, found)  # type: ignore[attr-defined]
    if within is None:
        raise Http404
    return found, *within


def _notes(found: Consideration, seat: Seat) -> list[Note]:
    """The notes of one delegation, oldest first; one query."""
    return list(
        found.notes.filter(seat=seat).select_related("person", "appointment__authority",
                                                     "appointment__person")
    )  # fmt: skip


def given_advice(found: Consideration, seat: Seat, day: Any) -> Advised:
    """What the own agencies advise, for whoever speaks for the seat."""
    return advised(permissions.delegation(seat, day), _notes(found, seat))


@require_http_methods(["GET", "HEAD", "POST"])
def consultation(request: HttpRequest, pk: int) -> HttpResponse:
    """What the own people say about a text, and a note of one's own."""
    found, seat, basis = _find(request, pk)
    if request.method != "POST":
        return _page(request, found, seat, basis, NoteForm(initial={"key": uuid4()}))
    form = NoteForm(request.POST)
    if form.is_valid() and attempt(
        form,
        lambda: consulting.note(
            found,
            advice=form.cleaned_data["advice"],
            text=form.cleaned_data["text"],
            by=request.person,  # type: ignore[attr-defined]
            on=timezone.now(),
            key=form.cleaned_data["key"],
        ),
    ):
        return HttpResponseRedirect(_address(pk) + "#last", status=303)
    return _page(request, find(request, pk), seat, basis, form)


@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's last note back before somebody answers it."""
    found, _seat, _basis = _find(request, pk)
    number = request.POST.get("note", "")
    try:
        consulting.take_back(
            found,
            int(number) if number.isdecimal() else 0,
            by=request.person,  # type: ignore[attr-defined]
            on=timezone.now(),
        )
    except NotEntitled as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except consulting.CannotAdvise as refusal:
        messages.info(request, str(refusal))
    return HttpResponseRedirect(_address(pk) + "#last", status=303)


@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask people of the own delegation for their advice."""
    found, seat, basis = _find(request, pk)
    if not permissions.asks_for_advice(basis):
        raise PermissionDenied(
            _("Only the head of the delegation, or its alternate, asks it for advice.")
        )
    form = AskForm(request.POST, people=_others(request, seat))
    asked = form.is_valid() and attempt(
        form,
        lambda: consulting.ask(
            found,
            Person.objects.filter(pk__in=form.cleaned_data["people"]),
            by=request.person,  # type: ignore[attr-defined]
            on=timezone.now(),
        ),
    )
    if not asked:
        blank = NoteForm(initial={"key": uuid4()})
        return _page(request, find(request, pk), seat, basis, blank, form)
    messages.success(
        request,
        ngettext("%(number)d person is asked.", "%(number)d people are asked.", len(asked))
        % {"number": len(asked)},
    )
    return redirect("workplans:consultation", pk=pk)


def _address(pk: int) -> str:
    return reverse("workplans:consultation", args=[pk])


def _others(request: HttpRequest, seat: Seat) -> list[Appointment]:
    person = request.person  # type: ignore[attr-defined]
    day = request.standing.day  # type: ignore[attr-defined]
    return [one for one in permissions.delegation(seat, day) if one.person_id != person.pk]


def _page(
    request: HttpRequest,
    found: Consideration,
    seat: Seat,
    basis: Appointment,
    form: NoteForm,
    asking: AskForm | None = None,
) -> HttpResponse:
    day = request.standing.day  # type: ignore[attr-defined]
    people = permissions.delegation(seat, day)
    notes = _notes(found, seat)
    person = request.person  # type: ignore[attr-defined]
    others = [one for one in people if one.person_id != person.pk]
    may_ask = found.is_open and permissions.asks_for_advice(basis) and bool(others)
    if may_ask and asking is None:
        asking = AskForm(people=others)
    last = notes[-1] if notes else None
    mine = last is not None and last.person_id == person.pk and last.taken_back is None
    context = {
        "consideration": found,
        "plan": found.plan,
        "revision": found.revision,
        "meeting": found.meeting,
        "seat": seat,
        "basis": basis,
        "form": form,
        "asking": asking if may_ask else None,
        "advised": advised(people, notes),
        "notes": [(note, agency_of(note.appointment)) for note in notes],
        "may_take_back": last if mine and found.is_open else None,
        "questions": _waiting(found, seat, notes),
    }
    wrong = asking if asking is not None and asking.errors else form
    context["errors_of"] = wrong
    return render(request, "workplans/consultation.html", context, status=status_of(wrong))


def _waiting(found: Consideration, seat: Seat, notes: list[Note]) -> list[Any]:
    """Who was asked and has not written since, by whom and when."""
    put = found.questions.filter(seat=seat).select_related("asked", "by")
    latest = {question.asked_id: question for question in put}
    wrote = {note.person_id: note.at for note in notes if note.taken_back is None}
    return [
        question
        for person, question in latest.items()
        if person not in wrote or wrote[person] < question.at
    ]
