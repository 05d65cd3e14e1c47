"""The secretariat at its table: a position that came in a note, and the chair's word on time."""

from __future__ import annotations

import logging
from dataclasses import asdict
from functools import partial
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from meetings.models import Seat
from secretariat.models import Appointment
from workplans import disclosure, instructions, permissions
from workplans.forms.answering import CheckedRecordForm, RecordForm, RulingForm
from workplans.instructions import Attached
from workplans.models import Consideration, Position, Ruling
from workplans.operations import answering
from workplans.views import board as boards
from workplans.views.acting import admit, attempt, status_of
from workplans.views.answering import forget, keep, today, unsent, visible
from workplans.views.review import find
from workplans.views.written import named

log = logging.getLogger(__name__)

POSTS = require_http_methods(["GET", "HEAD", "POST"])
# What is to be recorded and is not yet checked, by consideration; see `answering.ANSWERS`.
RECORDS = "records"


@POSTS
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """A position that came in a note: whose, what it says, and the note itself."""
    found = find(request, pk)
    admit("record_position", request.standing)  # type: ignore[attr-defined]
    if "record_position" not in permissions.acts_on(request.standing, found):  # type: ignore[attr-defined]
        return redirect("workplans:consideration", pk=pk)
    kept = unsent(request, found, RECORDS)
    note = Attached(**kept["note"]) if kept.get("note") else None
    voices = permissions.voices(found, request.standing.day)  # type: ignore[attr-defined]
    build = partial(RecordForm, consideration=found, today=today(found), voices=voices, kept=note)
    if request.method == "POST":
        form = build(request.POST, request.FILES)
        valid = form.is_valid()
        note = form.cleaned_data.get("note") or note
        if note is not None:
            # A note that was taken once need not be chosen again because something else is amiss.
            left = form.cleaned_data if valid else kept
            keep(request, found, RECORDS, {**left, "note": asdict(note), "key": str(uuid4())})
        if valid:
            return redirect("workplans:record_check", pk=pk)
        form.kept = note
    else:
        form = build(initial=kept)
    context = {
        "form": form,
        "consideration": found,
        "plan": found.plan,
        "revision": found.revision,
        "meeting": found.meeting,
        "kept": note,
    }
    return render(request, "workplans/record.html", context, status=status_of(form))


@POSTS
def record_check(request: HttpRequest, pk: int) -> HttpResponse:
    """The last look before a position is recorded for a state, on the note that is named."""
    found = find(request, pk)
    admit("record_position", request.standing)  # type: ignore[attr-defined]
    kept = unsent(request, found, RECORDS)
    note = Attached(**kept["note"]) if kept.get("note") else None
    voices = permissions.voices(found, request.standing.day)  # type: ignore[attr-defined]
    signed = next((v for v in voices if str(v[1].pk) == kept.get("voice")), None)
    if request.method != "POST" and not (found.is_open and note and signed and kept.get("kind")):
        return redirect("workplans:record", pk=pk)
    declaring = _("The note before me instructs the secretariat to record this position.")
    build = partial(CheckedRecordForm, consideration=found, today=today(found), declaring=declaring)
    if request.method != "POST":
        form = build(initial={**kept, "sha256": note.sha256 if note else ""})
        return _check_page(request, found, form, kept, note, signed)
    form = build(request.POST)
    form.full_clean()
    sent_before = Position.objects.filter(key=form.cleaned_data.get("key")).first()
    if sent_before and sent_before.recorded_by == request.person:  # type: ignore[attr-defined]
        return redirect("workplans:receipt", pk=sent_before.pk)
    carried = form.holds_what_it_carries and note and signed
    if not carried or form.cleaned_data.get("sha256") != note.sha256:
        # The note lies in the session; with another, or none, nothing of this holds any more.
        return redirect("workplans:record", pk=pk)
    if form.is_valid():
        taken = attempt(form, lambda: _record(request, found, form, signed[1], note))
        if taken:
            forget(request, found, RECORDS)
            messages.success(
                request,
                _("The position of %(state)s is on the record.") % {"state": signed[0].state},
            )
            return redirect("workplans:receipt", pk=taken.pk)
        found = find(request, pk)
    return _check_page(request, found, form, form.cleaned_data, note, signed)


def _record(
    request: HttpRequest,
    found: Consideration,
    form: CheckedRecordForm,
    basis: Appointment,
    note: Attached,
) -> Position:
    return answering.record_position(
        found,
        digest=form.cleaned_data["digest"],
        said=form.said,
        voice=basis.pk,
        note=note,
        by=request.person,  # type: ignore[attr-defined]
        on=timezone.now(),
        key=form.cleaned_data["key"],
    )


def _check_page(
    request: HttpRequest,
    found: Consideration,
    form: CheckedRecordForm,
    answer: dict[str, Any],
    note: Attached | None,
    signed: tuple[Seat, Appointment] | None,
) -> HttpResponse:
    assert signed is not None
    seat, basis = signed
    context = {
        "form": form,
        "consideration": found,
        "plan": found.plan,
        "revision": found.revision,
        "meeting": found.meeting,
        "seat": seat,
        "basis": basis,
        "note": note,
        "recorded_as": permissions.entitled("record_position", request.standing),  # type: ignore[attr-defined]
        "kind": answer["kind"],
        "written": answer["text"],
        "would_join": answer.get("would_join", ""),
        "until": answer.get("until"),
        "parts": named(found.revision, answer.get("parts", [])),
        "seen_by": disclosure.seen_by_whom(found, seat.state, answer["kind"]),
    }
    return render(request, "workplans/record_check.html", context, status=status_of(form))


@require_safe
def instruction(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The note behind a recorded position: for that delegation and the secretariat alone."""
    found = get_object_or_404(visible(request).select_related("instruction"), pk=pk)
    note = found.instruction
    if note is None:
        raise Http404
    try:
        file = (instructions.folder() / note.file).open("rb")
    except OSError as error:
        log.error("The note of position %s cannot be read: %s", pk, error)
        raise Http404 from error
    response = FileResponse(
        file, as_attachment=True, filename=note.name, content_type=note.media_type
    )
    if request.method == "HEAD":
        # Not every server drops the body of an answer to HEAD.
        response.streaming_content = []
        file.close()
    # Somebody else's file: whatever is in it, a browser runs nothing of it here.
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; frame-ancestors 'none'; sandbox"
    )
    return response


@POSTS
def rule_on_time(request: HttpRequest, pk: int) -> HttpResponse:
    """The chair's word on a state's request for time."""
    asked = get_object_or_404(
        Position.objects.filter(
            consideration__in=Consideration.objects.visible_to(request.user)
        ).select_related("seat__state", "person", "appointment", "consideration"),
        pk=pk,
    )
    admit("rule_on_time", request.standing)  # type: ignore[attr-defined]
    found = find(request, asked.consideration_id)
    ruled = Ruling.objects.filter(position=asked).first()
    waits = answering.can_wait(asked, found)
    choices = [("yes", _("Wait until %(day)s") % {"day": boards.day_of(asked.until)})]
    build = partial(
        RulingForm, choices=[*(choices if waits else []), ("no", _("Give no more time"))]
    )
    if request.method == "POST":
        form = build(request.POST)
        done = form.is_valid() and attempt(
            form,
            lambda: answering.rule_on_time(
                asked,
                granted=form.cleaned_data["granted"] == "yes",
                text=form.cleaned_data["text"],
                by=request.person,  # type: ignore[attr-defined]
                on=timezone.now(),
            ),
        )
        if done:
            messages.success(
                request, _("%(state)s has been told.") % {"state": asked.seat.state.name}
            )
            return redirect("workplans:consideration", pk=found.pk)
    else:
        if answering.closed_to_ruling(asked, found, ruled):
            return redirect("workplans:consideration", pk=found.pk)
        form = build()
    context = {
        "form": form,
        "asked": asked,
        "waits": waits,
        "consideration": found,
        "plan": found.plan,
        "revision": found.revision,
        "meeting": found.meeting,
    }
    return render(request, "workplans/rule_on_time.html", context, status=status_of(form))
