"""Consensus in the room: the secretariat writes down what states say, the heads confirm it."""

from __future__ import annotations

from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from workplans import disclosure, permissions, queries
from workplans.forms.hearing import ConfirmForm, HearingForm
from workplans.models import Consideration, Heard, Position
from workplans.operations import hearing
from workplans.views import board as boards
from workplans.views.acting import admit, attempt, status_of
from workplans.views.answering import today, voice
from workplans.views.review import find

POSTS = require_http_methods(["GET", "HEAD", "POST"])


@POSTS
def hear(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what states say while the meeting sits."""
    found = find(request, pk)
    admit("hear", request.standing)  # type: ignore[attr-defined]
    open_to_it = "hear" in permissions.acts_on(request.standing, found)  # type: ignore[attr-defined]
    if request.method != "POST" and not open_to_it:
        return redirect("workplans:consideration", pk=pk)
    board = queries.board(found)
    if request.method == "POST":
        form = HearingForm(request.POST, board=board)
        done = form.is_valid() and attempt(
            form,
            lambda: hearing.hear(
                found,
                digest=form.cleaned_data["digest"],
                said=form.said,
                by=request.person,  # type: ignore[attr-defined]
                on=timezone.now(),
                key=form.cleaned_data["key"],
            ),
        )
        if done:
            words = ngettext(
                "Written down for %(count)d state. Its head of delegation has been asked to "
                "confirm it.",
                "Written down for %(count)d states. Their heads of delegation have been asked to "
                "confirm it.",
                len(done),
            )
            messages.success(request, words % {"count": len(done)})
            return redirect("workplans:consideration", pk=pk)
    else:
        blank = {"digest": found.revision.digest, "key": uuid4()}
        form = HearingForm(initial=blank, board=board)
    context = {
        "form": form,
        "consideration": found,
        "plan": found.plan,
        "revision": found.revision,
        "meeting": found.meeting,
        "sits": found.meeting.sits_on(today(found)),
    }
    return render(request, "workplans/hear.html", context, status=status_of(form))


@POSTS
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Stand by what was written down in the room, or say something else instead."""
    heard, found = _heard(request, pk)
    seat, basis = voice(request, found)
    if seat.pk != heard.seat_id:
        # What another state said in the room is told on the page of the text, if at all.
        raise Http404
    done = Position.objects.filter(heard=heard).first()
    waiting = queries.board(found).waiting.get(seat.pk)
    if done is not None:
        return redirect("workplans:receipt", pk=done.pk)
    if request.method != "POST" and (waiting is None or waiting.pk != heard.pk):
        messages.info(request, _("This does not wait to be confirmed any more."))
        return redirect("workplans:consideration", pk=found.pk)
    declaring = _("I am authorised to state this position for %(state)s.") % {"state": seat.state}
    if request.method == "POST":
        form = ConfirmForm(request.POST, declaring=declaring)
        taken = form.is_valid() and attempt(
            form,
            lambda: hearing.confirm(
                heard,
                digest=form.cleaned_data["digest"],
                by=request.person,  # type: ignore[attr-defined]
                on=timezone.now(),
                key=form.cleaned_data["key"],
            ),
        )
        if taken:
            return redirect("workplans:receipt", pk=taken.pk)
    else:
        blank = {"digest": found.revision.digest, "key": uuid4()}
        form = ConfirmForm(declaring=declaring, initial=blank)
    context = {
        "form": form,
        "heard": heard,
        "consideration": found,
        "plan": found.plan,
        "revision": found.revision,
        "meeting": found.meeting,
        "seat": seat,
        "basis": basis,
        "seen_by": disclosure.seen_by_whom(found, seat.state, heard.kind),
        "outlook": boards.outlook(found, [seat.state]),
    }
    return render(request, "workplans/confirm.html", context, status=status_of(form))


def _heard(request: HttpRequest, pk: int) -> tuple[Heard, Consideration]:
    heard = get_object_or_404(
        Heard.objects.filter(
            consideration__in=Consideration.objects.visible_to(request.user)
        ).select_related("seat__state", "by", "appointment__state"),
        pk=pk,
    )
    return heard, find(request, heard.consideration_id)
