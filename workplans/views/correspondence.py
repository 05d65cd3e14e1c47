"""The pages of procedures by correspondence: opening, extending, and the door to breaking one."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from meetings.models import Body, Meeting
from secretariat import instants
from secretariat.models import Membership, State
from secretariat.standing import NotEntitled
from secretariat.telling import Preview
from workplans import (
    comparison,
    content,
    correspondence,
    disclosure,
    draft,
    notices,
    permissions,
    procedure,
    queries,
    symbols,
)
from workplans.forms.correspondence import (
    EndForm,
    ExtendForm,
    OpeningForm,
    OpenSilenceForm,
    OpenWrittenForm,
)
from workplans.models import Consideration, Position, WorkPlan
from workplans.operations import correspondence as operations
from workplans.operations import review
from workplans.operations.locking import Superseded
from workplans.procedure import OutOfOrder
from workplans.views import board as boards
from workplans.views.acting import admit, attempt, reason_in, status_of
from workplans.views.answering import voice
from workplans.views.plans import amended, pointed
from workplans.views.plans import find as find_plan
from workplans.views.review import find

POSTS = require_http_methods(["GET", "HEAD", "POST"])
Procedure = Consideration.Procedure
FORMS = {Procedure.SILENCE: OpenSilenceForm, Procedure.WRITTEN: OpenWrittenForm}
HEADINGS = {
    Procedure.SILENCE: gettext_lazy("Put the %(year)d work plan under silence"),
    Procedure.WRITTEN: gettext_lazy("Put the %(year)d work plan before the states in writing"),
}
OPEN = {Procedure.SILENCE: operations.open_silence, Procedure.WRITTEN: operations.open_written}
DONE = {
    Procedure.SILENCE: gettext_lazy("%(symbol)s is under silence. The delegations have been told."),
    Procedure.WRITTEN: gettext_lazy(
        "%(symbol)s is before the states for answers in writing. The delegations have been told."
    ),
}


@POSTS
def open_silence(request: HttpRequest, year: int) -> HttpResponse:
    """Freeze the draft and put it under silence, after a look at its end in every capital."""
    return _opening(request, year, Procedure.SILENCE)


@POSTS
def open_written(request: HttpRequest, year: int) -> HttpResponse:
    """Freeze the draft and have every state answer it in writing, until an exact instant."""
    return _opening(request, year, Procedure.WRITTEN)


def _opening(request: HttpRequest, year: int, way: Procedure) -> HttpResponse:
    act = f"open_{way.value}"
    plan = find_plan(request, year)
    admit(act, request.standing)  # type: ignore[attr-defined]
    if request.method != "POST" and (elsewhere := _not_now(request, plan, act)):
        return elsewhere
    text = draft.compose(plan, on=request.standing.day)  # type: ignore[attr-defined]
    number = queries.next_number(plan)
    symbol = symbols.symbol(Body.ADVISORY_GROUP, plan.year, "WP", revision=number)
    now = instants.now()
    states = _members(now)
    zone = request.standing.chair.state.time_zone or "UTC"  # type: ignore[attr-defined]
    build = partial(FORMS[way], states=states, zone=zone, now=now, symbol=symbol)
    on_screen = {"seen": content.digest(content.dump(text)), "number": number}
    if request.method == "POST":
        form = build(request.POST)
        problems: list[str] = []
        if form.is_valid():
            done, problems = _open(request, plan, form, number, way)
            if done is not None:
                return redirect("workplans:consideration", pk=done.pk)
            form = build(initial=form.cleaned_data | on_screen | {"declaration": False})
    else:
        expires = correspondence.propose(now, states, zone)
        form = build(initial=EndForm.showing(expires, zone) | on_screen)
        problems = review.readiness(plan, text)
    changes = comparison.changes(plan.revision.form, text) if plan.revision else None
    context = {
        "plan": plan,
        "form": form,
        "written": way == Procedure.WRITTEN,
        "heading": HEADINGS[way] % {"year": year},
        "symbol": symbol,
        "states": [state.name for state in states],
        "changes": changes,
        "amended": amended(plan, text, changes),
        "problems": pointed(problems, text, year),
        "asked_again": plan.status == WorkPlan.Status.UNDER_CONSIDERATION,
        "told": _told(request, plan, form, text, way),
    }
    status = 409 if request.method == "POST" and problems else status_of(form)
    return render(request, "workplans/open_correspondence.html", context, status=status)


def _told(
    request: HttpRequest, plan: WorkPlan, form: OpeningForm, text: content.Form, way: Procedure
) -> Preview | None:
    """Who would be told if the procedure were opened now; None while the form has no end."""
    if form.chosen is None:
        return None
    group = Body.objects.get(code=Body.ADVISORY_GROUP)
    before = notices.Before(
        None,
        plan,
        form.symbol,
        text["title"],
        Meeting(body=group, time_zone=form.zone, by_correspondence=True),
        text,
        request.person,  # type: ignore[attr-defined]
        reason_in(form, "message") if form["message"].value() else "",
        str(form["visibility"].value()),
        way,
        form.chosen,
        reason_in(form),
    )
    return Preview.of(notices.opened(before, request.standing.day))  # type: ignore[attr-defined]


def _not_now(request: HttpRequest, plan: WorkPlan, act: str) -> HttpResponse | None:
    """Where a procedure cannot be opened now, the page to which its address leads."""
    try:
        procedure.follow(act, plan.status)
        open_now = (
            plan.considerations.filter(closed=None)
            .select_related("revision", "meeting__body")
            .first()
        )
        if open_now is not None:
            procedure.admit(act, open_now)
    except OutOfOrder as refusal:
        messages.info(request, str(refusal))
        return redirect("workplans:overview", year=plan.year)
    return None


def _members(now: datetime) -> list[State]:
    """The states that would have a seat: the members of the day, in their order."""
    held = Membership.objects.members(now.date()).select_related("state")
    return [m.state for m in held.order_by("state__protocol_order", "state__name")]


def _open(
    request: HttpRequest, plan: WorkPlan, form: OpeningForm, next_number: int, way: Procedure
) -> tuple[Consideration | None, list[str]]:
    """The text that is before the states now, or what stands in the way."""
    given = form.cleaned_data
    person = request.person  # type: ignore[attr-defined]
    sent_before = Consideration.objects.filter(
        plan=plan,
        revision__number=given["number"],
        procedure=way,
        by=person,
        closed=None,
    ).first()
    if sent_before:
        return sent_before, []
    if given["number"] != next_number:
        return None, [_("Somebody circulated another text meanwhile. Look at it before you go on.")]
    try:
        done = OPEN[way](
            plan,
            expires=given["expires"],
            reason=given["reason"],
            message=given["message"],
            visibility=given["visibility"],
            seen=given["seen"],
            warned=form.accepted,
            by=person,
            on=timezone.now(),
        )
    except NotEntitled as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except review.NotReady as refusal:
        return None, refusal.problems
    except (OutOfOrder, Superseded) as refusal:
        return None, [str(refusal)]
    messages.success(
        request,
        DONE[way] % {"symbol": done.revision.symbol},
    )
    return done, []


@POSTS
def extend(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a procedure a later end while it runs."""
    found = find(request, pk)
    admit("extend", request.standing)  # type: ignore[attr-defined]
    runs = "extend" in permissions.acts_on(request.standing, found)  # type: ignore[attr-defined]
    if found.expires is None or (request.method != "POST" and not runs):
        return redirect("workplans:consideration", pk=pk)
    seats = found.meeting.seats.filter(counted=True).select_related("state")
    zone = found.meeting.time_zone
    build = partial(
        ExtendForm,
        states=[seat.state for seat in seats],
        zone=zone,
        now=instants.now(),
        running=found.expires,
    )
    if request.method == "POST":
        form = build(request.POST)
        done = form.is_valid() and attempt(
            form,
            lambda: operations.extend(
                found,
                until=form.cleaned_data["expires"],
                seen=form.cleaned_data["before"],
                reason=form.cleaned_data["reason"],
                warned=form.accepted,
                by=request.person,  # type: ignore[attr-defined]
                on=timezone.now(),
            ),
        )
        if done:
            messages.success(request, _("The later end is set. The delegations have been told."))
            return redirect("workplans:consideration", pk=pk)
        found = find(request, pk)
    else:
        form = build(initial=ExtendForm.showing(found.expires, zone) | {"before": found.expires})
    asking = found.positions.standing().filter(kind=Position.Kind.ASKS_FOR_TIME)
    context = {
        "form": form,
        "consideration": found,
        "plan": found.plan,
        "revision": found.revision,
        "meeting": found.meeting,
        "told": Preview.of(
            notices.extended(
                notices.Before.of(found),
                found.expires,
                reason_in(form),
                request.standing.day,  # type: ignore[attr-defined]
            )
        ),
        "written": found.in_writing,
        "asking": list(asking.select_related("seat__state", "ruling").order_by("id")),
    }
    return render(request, "workplans/extend.html", context, status=status_of(form))


@require_safe
def break_silence(request: HttpRequest, pk: int) -> HttpResponse:
    """What an objection does, before it is written: the one act that cannot be taken back."""
    found = find(request, pk)
    seat, basis = voice(request, found)
    if not found.is_open or not found.under_silence:
        return redirect("workplans:consideration", pk=pk)
    context: dict[str, Any] = {
        "consideration": found,
        "plan": found.plan,
        "revision": found.revision,
        "meeting": found.meeting,
        "seat": seat,
        "basis": basis,
        "outlook": boards.outlook(found, [seat.state]),
        "shown": disclosure.shown_when(found),
    }
    return render(request, "workplans/break_silence.html", context)
