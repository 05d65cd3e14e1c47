"""The chair's acts on a plan, and the state of its activities after approval."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from meetings import closing
from meetings.models import Body, Meeting
from secretariat.telling import Preview
from workplans import notices, permissions, procedure, queries
from workplans.forms.deciding import (
    DeclarationForm,
    MeetingForm,
    ProgressForm,
    ReportForm,
    SubmitForm,
)
from workplans.forms.review import ReasonForm
from workplans.models import Consideration, WorkPlan
from workplans.operations import decision, followup
from workplans.views import board as boards
from workplans.views.acting import admit, attempt, reason_in, status_of, told_of_decision
from workplans.views.review import find

POSTS = require_http_methods(["GET", "HEAD", "POST"])


@POSTS
def adopt(request: HttpRequest, pk: int) -> HttpResponse:
    """Adopt for the Advisory Group, or read what is still missing for it."""
    found = find(request, pk)
    admit("adopt", request.standing)  # type: ignore[attr-defined]
    declaring = _("As chair, I declare that the Advisory Group has adopted this text by consensus.")
    if request.method != "POST":
        if "adopt" not in permissions.acts_on(request.standing, found):  # type: ignore[attr-defined]
            return redirect("workplans:consideration", pk=pk)
        form = DeclarationForm(declaring=declaring, initial={"digest": found.revision.digest})
    else:
        form = DeclarationForm(request.POST, declaring=declaring)
        adopted = form.is_valid() and attempt(
            form,
            lambda: decision.adopt(
                found,
                digest=form.cleaned_data["digest"],
                by=request.person,  # type: ignore[attr-defined]
                on=timezone.now(),
            ),
        )
        if adopted:
            messages.success(request, _("The plan is adopted. Its document is being typeset."))
            return redirect(adopted.document)
        found = find(request, pk)
    board = queries.board(found)
    day = found.meeting.day_at(timezone.now())
    context = {
        "form": form,
        "consideration": found,
        "plan": found.plan,
        "revision": found.revision,
        "meeting": found.meeting,
        "tally": board.tally,
        "statements": queries.statements(found),
        "silent": boards.names(board, board.tally.silent),
        "opposing": boards.names(board, board.tally.opposing),
        "sits": found.meeting.sits_on(day),
        "today": day,
        "told": _told(request, "adopted", found),
    }
    return render(request, "workplans/adopt.html", context, status=status_of(form))


@POSTS
def return_to_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Return a text to the secretariat, with the reason the delegations will read."""
    found = find(request, pk)
    admit("return_to_draft", request.standing)  # type: ignore[attr-defined]
    missing = _("Say why the text is returned; the delegations will read it.")
    if request.method != "POST":
        if "return_to_draft" not in permissions.acts_on(request.standing, found):  # type: ignore[attr-defined]
            return redirect("workplans:consideration", pk=pk)
        form = ReasonForm(missing=missing, initial={"digest": found.revision.digest})
    else:
        form = ReasonForm(request.POST, missing=missing)
        returned = form.is_valid() and attempt(
            form,
            lambda: decision.return_to_draft(
                found,
                digest=form.cleaned_data["digest"],
                reason=form.cleaned_data["reason"],
                by=request.person,  # type: ignore[attr-defined]
                on=timezone.now(),
            ),
        )
        if returned:
            messages.success(request, _("The text is returned and the plan is a draft again."))
            return redirect("workplans:overview", year=found.plan.year)
    context = {
        "form": form,
        "consideration": found,
        "plan": found.plan,
        "revision": found.revision,
        "meeting": found.meeting,
        "tally": queries.board(found).tally,
        "told": _told(request, "returned", found, reason_in(form)),
    }
    return render(request, "workplans/return.html", context, status=status_of(form))


def _told(request: HttpRequest, act: str, found: Consideration, text: str = "") -> Preview:
    by, day = request.person, request.standing.day  # type: ignore[attr-defined]
    return told_of_decision(
        act, found.plan, found.meeting, by=by, day=day, consideration=found, text=text
    )


def _plan(request: HttpRequest, year: int) -> WorkPlan:
    found: WorkPlan = get_object_or_404(
        WorkPlan.objects.visible_to(request.user).select_related(
            "presidency__state", "revision", "in_force"
        ),
        year=year,
    )
    return found


def _not_now(request: HttpRequest, act: str, plan: WorkPlan) -> HttpResponse | None:
    """A page of an act asked for when the procedure does not allow it leads to the plan."""
    try:
        procedure.follow(act, procedure.status_for(act, plan))
    except procedure.OutOfOrder as refusal:
        messages.info(request, str(refusal))
        return redirect("workplans:overview", year=plan.year)
    return None


def _meeting(request: HttpRequest, body: str, label: str) -> tuple[Meeting | None, MeetingForm]:
    """The meeting an act names: the one in the address, or the only one there is."""
    day = timezone.now().date()
    ahead = Meeting.objects.of(body).ahead(day).select_related("body").order_by("begins", "id")
    asked = request.GET if "meeting" in request.GET else None
    form = MeetingForm(asked, meetings=ahead, label=label)
    if asked is not None:
        return (form.cleaned_data["meeting"] if form.is_valid() else None), form
    known = list(ahead[:2])
    return (known[0] if len(known) == 1 else None), form


@POSTS
def submit(request: HttpRequest, year: int) -> HttpResponse:
    """Submit an adopted plan to a meeting of the ministers."""
    plan = _plan(request, year)
    admit("submit", request.standing)  # type: ignore[attr-defined]
    declaring = _("As chair of the Advisory Group, I submit this text to the ministers.")
    meeting, choice = _meeting(request, Body.MINISTERS, _("To which meeting?"))
    seats = list(meeting.seats.filter(counted=True).select_related("state")) if meeting else []
    build = partial(
        SubmitForm,
        declaring=declaring,
        until=meeting and closing.outlook(meeting, [seat.state for seat in seats], timezone.now()),
    )
    if request.method != "POST":
        elsewhere = _not_now(request, "submit", plan)
        if elsewhere:
            return elsewhere
        form = build(initial={"digest": plan.revision.digest})
    else:
        form = build(request.POST)
        before = meeting and form.is_valid() and attempt(
            form,
            lambda: decision.submit(
                plan,
                meeting=meeting,
                digest=form.cleaned_data["digest"],
                warned=form.accepted,
                by=request.person,  # type: ignore[attr-defined]
                on=timezone.now(),
            ),
        )  # fmt: skip
        if before:
            messages.success(
                request, _("The plan is before the ministers, and they have been told.")
            )
            return redirect("workplans:consideration", pk=before.pk)
    context = {
        "form": form,
        "choice": choice,
        "plan": plan,
        "revision": plan.revision,
        "meeting": meeting,
        "adopted": plan.decisions.filter(act="adopted", revision=plan.revision).last(),
        "seats": seats,
        "told": meeting and _asked(request, plan, meeting),
    }
    return render(request, "workplans/submit.html", context, status=_status(form, choice))


def _asked(request: HttpRequest, plan: WorkPlan, meeting: Meeting) -> Preview:
    revision = plan.revision
    assert revision is not None  # says the database of every plan past its draft
    text = notices.Before(None, plan, revision.symbol, revision.title, meeting, revision)
    return Preview.of(notices.submitted(text, request.standing.day))  # type: ignore[attr-defined]


def _status(form: Any, choice: MeetingForm) -> int:
    found = status_of(form)
    return found if found != 200 else status_of(choice)


@POSTS
def report(request: HttpRequest, year: int) -> HttpResponse:
    """Report an approved plan to a summit; the report is issued with it."""
    plan = _plan(request, year)
    admit("report", request.standing)  # type: ignore[attr-defined]
    declaring = _("As chair of the Advisory Group, I report this plan to the summit.")
    meeting, choice = _meeting(request, Body.SUMMIT, _("To which summit?"))
    if request.method != "POST":
        elsewhere = _not_now(request, "report", plan)
        if elsewhere:
            return elsewhere
        first = {"digest": plan.in_force.digest, "summary": followup.opening_summary(plan)}
        form = ReportForm(declaring=declaring, initial=first)
    else:
        form = ReportForm(request.POST, declaring=declaring)
        reported = meeting and form.is_valid() and attempt(
            form,
            lambda: decision.report(
                plan,
                meeting=meeting,
                digest=form.cleaned_data["digest"],
                summary=form.cleaned_data["summary"],
                by=request.person,  # type: ignore[attr-defined]
                on=timezone.now(),
            ),
        )  # fmt: skip
        if reported:
            messages.success(
                request, _("The plan is reported to the summit. The report is being typeset.")
            )
            return redirect(reported.document)
    context = {
        "form": form,
        "choice": choice,
        "plan": plan,
        "revision": plan.in_force,
        "meeting": meeting,
        "decisions": [d for d in queries.decisions(plan) if d.revision_id == plan.in_force_id],
        "rows": followup.state_of_activities(plan),
        "told": meeting and told_of_decision(
            "reported", plan, meeting,
            by=request.person, day=request.standing.day,  # type: ignore[attr-defined]
        ),
    }  # fmt: skip
    return render(request, "workplans/report.html", context, status=_status(form, choice))


@require_safe
def progress(request: HttpRequest, year: int) -> HttpResponse:
    """How the activities of a plan stand, by area."""
    plan = _plan(request, year)
    _admit_to_progress(request, plan)
    rows = followup.state_of_activities(plan)
    text = plan.in_force or plan.revision
    areas = text.form["areas"] if text else []
    by_area = {
        int(number): list(group)
        for number, group in groupby(rows, key=lambda row: row.number.split(".")[0])
    }
    context = {
        "plan": plan,
        "text": text,
        "areas": [
            {"number": n, "title": area["title"], "rows": by_area[n]}
            for n, area in enumerate(areas, 1)
            if n in by_area
        ],
        "begun": plan.in_force is not None,
        "acts": permissions.available_acts(request.standing, plan),  # type: ignore[attr-defined]
    }
    return render(request, "workplans/progress.html", context)


def _admit_to_progress(request: HttpRequest, plan: WorkPlan) -> None:
    """Until it is reported, how the work stands is for those who work in the partnership."""
    if plan.public_status != WorkPlan.Status.APPROVED:
        return
    standing = request.standing  # type: ignore[attr-defined]
    drafts = WorkPlan.objects.drafts_open_to(request.user)
    if not standing.appointments and not drafts.filter(pk=plan.pk).exists():
        raise PermissionDenied(
            _("How the activities stand is public from the day it is reported to the summit.")
        )


@POSTS
def progress_record(request: HttpRequest, year: int, key: UUID) -> HttpResponse:
    """Record how far one activity has come."""
    plan = _plan(request, year)
    admit("record_progress", request.standing)  # type: ignore[attr-defined]
    row = next(
        (r for r in followup.state_of_activities(plan) if r.activity["id"] == str(key)), None
    )
    if row is None:
        raise Http404
    if request.method != "POST":
        elsewhere = _not_now(request, "record_progress", plan)
        if elsewhere:
            return elsewhere
        known = row.progress
        form = ProgressForm(
            initial={
                "state": row.state,
                "note": known.note if known else "",
                "seen": known.pk if known else None,
            }
        )
    else:
        form = ProgressForm(request.POST)
        recorded = form.is_valid() and attempt(
            form,
            lambda: followup.record_progress(
                plan,
                key,
                state=form.cleaned_data["state"],
                note=form.cleaned_data["note"].replace("\r\n", "\n"),
                by=request.person,  # type: ignore[attr-defined]
                on=timezone.now(),
                seen=form.cleaned_data["seen"],
            ),
        )
        if recorded:
            messages.success(
                request,
                _("Recorded for activity %(number)s: %(state)s.")
                % {"number": row.number, "state": recorded.get_state_display().lower()},
            )
            return redirect("workplans:progress", year=year)
    context = {
        "form": form,
        "plan": plan,
        "text": plan.in_force or plan.revision,
        "row": row,
        "earlier": plan.progress.filter(activity=key).select_related("by"),
    }
    return render(request, "workplans/progress_record.html", context, status=status_of(form))
