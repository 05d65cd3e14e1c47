"""A plan on the desk of those who work with it: where it stands, its next step, its texts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from meetings import closing
from meetings.models import Body, Meeting, Seat
from secretariat.register import entries_about
from secretariat.standing import NotEntitled, Standing
from secretariat.telling import Preview
from workplans import (
    comparison,
    content,
    draft,
    notices,
    permissions,
    printouts,
    procedure,
    queries,
    symbols,
)
from workplans.disclosure import knows_of_amendments
from workplans.forms.drafting import CirculateForm, StartForm
from workplans.models import Consideration, Printout, WorkPlan
from workplans.operations import drafting, parking, review
from workplans.operations.locking import Superseded
from workplans.procedure import OutOfOrder
from workplans.renewal import Left
from workplans.snapshots import NOW, Shelf
from workplans.views.acting import admit, reason_in, status_of
from workplans.views.board import Step
from workplans.views.listing import pointed
from workplans.views.pages import find_readable

POSTS = require_http_methods(["GET", "HEAD", "POST"])
Status = WorkPlan.Status


def find(request: HttpRequest, year: int) -> WorkPlan:
    """The plan, for whoever may know of it; `aside` is how many texts they put aside in it."""
    plan: WorkPlan = get_object_or_404(
        WorkPlan.objects.visible_to(request.user)
        .annotate(aside=parking.number_kept_for(request.person))  # type: ignore[attr-defined]
        .select_related("presidency__state", "revision", "in_force", "changed_by", "based_on")
        .defer("revision__text", "in_force__text"),
        year=year,
    )
    return plan


# The list


@dataclass(frozen=True)
class Row:
    """A plan in the list, with what the reader can do about it, or what it waits for.

    amending: where an amendment of it stands; empty where there is none the reader may know of.
    """

    plan: WorkPlan
    title: str
    amending: str
    step: Step


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The plans a person works with, each with its next step."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    plans: list[Any] = list(
        WorkPlan.objects.visible_to(request.user)
        .select_related("presidency__state", "revision", "in_force")
        .defer("revision__text", "in_force__text")
    )
    open_to_them = Consideration.objects.visible_to(request.user)
    before = {board.consideration.plan_id: board for board in queries.open_boards(open_to_them)}
    drafts = set(WorkPlan.objects.drafts_open_to(request.user).values_list("pk", flat=True))
    rows = [_row(standing, plan, before.get(plan.pk), plan.pk in drafts) for plan in plans]
    year = next_year(standing)
    context = {
        "rows": rows,
        "year": year,
        "previous": next((row.plan for row in rows if row.plan.year < year), None),
        "starts": standing.drafting is not None,
    }
    return render(request, "workplans/index.html", context)


def _row(standing: Standing, plan: WorkPlan, before: queries.Board | None, reader: bool) -> Row:
    """reader: whether the person reads the draft."""
    known = amendment_known(plan, standing, reader)
    return Row(
        plan,
        title_for(plan, reader, before is not None),
        plan.get_status_display() if known else "",
        _next_in_list(standing, plan, before, known),
    )


def amendment_known(plan: WorkPlan, standing: Standing, reader: bool) -> bool:
    """Whether an amendment is under way that a person may know of: once adopted, everybody."""
    if not plan.is_being_amended:
        return False
    return reader or plan.status in WorkPlan.PUBLIC or knows_of_amendments(standing)


def title_for(plan: WorkPlan, reader: bool, before_them: bool) -> str:
    """What a plan is called by those who read its draft, by those its text is before, by others."""
    if reader or plan.revision is None:
        return plan.title
    text = plan.revision if before_them else plan.public_text or plan.revision
    return str(text.title)


def _next_in_list(
    standing: Standing, plan: WorkPlan, before: queries.Board | None, known: bool
) -> Step:
    acts = permissions.available_acts(standing, plan)
    if before is None:
        return next_in_hand(plan, acts, known)
    seen, consideration = before.seen_by(standing), before.consideration
    page = reverse("workplans:consideration", args=[consideration.pk])
    if consideration.under_silence:
        return Step("", seen.sentence, page, _("Read the text under silence"), pressing=False)
    voice = permissions.voice_or_none(standing, consideration)
    if voice and before.of_seat(voice[0].pk) is None:
        return Step(
            "",
            seen.sentence,
            reverse("workplans:position", args=[consideration.pk]),
            _("Approve or return the plan")
            if consideration.before_ministers
            else _("State the position of %(state)s") % {"state": voice[0].state},
        )
    if "adopt" in acts and before.tally.agreed:
        adopt = reverse("workplans:adopt", args=[consideration.pk])
        return Step("", seen.sentence, adopt, _("Adopt the plan"))
    return Step("", seen.sentence, page, _("See who has answered"), pressing=False)


def next_in_hand(plan: WorkPlan, acts: set[str], amending: bool = False) -> Step:
    """The next step for a plan that is before no meeting.

    amending: whether an amendment is under way that the reader may know of.
    """
    year = [plan.year]
    if "edit" in acts and amending and not plan.came_back:
        label, edit = _("Write the amendment"), reverse("workplans:edit", args=year)
        return Step("", where_it_is(plan, amending), edit, label)
    if "edit" in acts:
        returned = plan.came_back
        return Step(
            "",
            _("It came back, and is in the hands of the secretariat.")
            if returned
            else _("It is in the hands of the secretariat."),
            reverse("workplans:edit", args=year),
            _("Revise the text") if returned else _("Write the text"),
        )
    if "submit" in acts:
        return Step(
            "",
            _("The Advisory Group has adopted it."),
            reverse("workplans:submit", args=year),
            _("Submit it to the ministers"),
        )
    if "report" in acts:
        return Step(
            "",
            _("The ministers have approved it."),
            reverse("workplans:report", args=year),
            _("Report it to the summit"),
        )
    if "record_progress" in acts:
        return Step(
            "",
            _("The ministers have approved it."),
            reverse("workplans:progress", args=year),
            _("Record the state of activities"),
        )
    return Step("", where_it_is(plan, amending), pressing=False)


def where_it_is(plan: WorkPlan, amending: bool) -> str:
    """Where a plan stands that is before no meeting; amending as above."""
    words = WHERE_AMENDING if amending else WHERE
    status = Status(plan.status if amending else plan.public_status)
    return words[status]() if status in words else ""


WHERE: dict[str, Callable[[], str]] = {
    Status.DRAFT: lambda: _("The secretariat is writing it."),
    Status.ADOPTED: lambda: _("Adopted by the Advisory Group; not yet submitted to the ministers."),
    Status.APPROVED: lambda: _("Approved by the ministers; not yet reported to the summit."),
    Status.REPORTED: lambda: _("Reported to the summit."),
}
WHERE_AMENDING: dict[str, Callable[[], str]] = {
    Status.DRAFT: lambda: _("In force, and an amendment is being written."),
    Status.ADOPTED: lambda: _(
        "In force, and an amendment is adopted by the Advisory Group; not yet submitted to the "
        "ministers."
    ),
}


def next_year(standing: Standing) -> int:
    """The first year from this one on that has no plan."""
    taken = set(WorkPlan.objects.values_list("year", flat=True))
    year = standing.day.year
    while year in taken:
        year += 1
    return year


# Starting


@POSTS
def start(request: HttpRequest) -> HttpResponse:
    """Start a year's plan, blank or from an earlier one."""
    admit("start", request.standing)  # type: ignore[attr-defined]
    year = next_year(request.standing)  # type: ignore[attr-defined]
    earlier = list(WorkPlan.objects.order_by("-year")[:5])
    form = StartForm(
        request.POST if request.method == "POST" else None,
        suggested=year,
        title=_("Annual Work Plan %(year)d") % {"year": year},
        earlier=earlier,
    )
    if request.method == "POST" and form.is_valid():
        try:
            plan, left = drafting.start(
                year=form.cleaned_data["year"],
                title=form.cleaned_data["title"],
                based_on=form.based_on,
                by=request.person,  # type: ignore[attr-defined]
                on=timezone.now(),
            )
        except NotEntitled as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except drafting.CannotStart as refusal:
            again = _started_before(request, form.cleaned_data["year"])
            if again:
                messages.info(request, _("You have started the plan of this year already."))
                return redirect("workplans:overview", year=again.year)
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The %(year)d work plan is started.") % {"year": plan.year})
            if left:
                messages.info(request, _left_behind(plan, left))
            return redirect("workplans:overview", year=plan.year)
    context = {"form": form, "year": year}
    return render(request, "workplans/start.html", context, status=status_of(form))


def _started_before(request: HttpRequest, year: int) -> WorkPlan | None:
    """The plan the same person started already: most likely the form was sent twice."""
    plan = WorkPlan.objects.filter(year=year).first()
    own = plan and entries_about(plan).filter(act="start", by=request.person)  # type: ignore[attr-defined]
    return plan if own and own.exists() else None


def _left_behind(plan: WorkPlan, left: tuple[Left, ...]) -> str:
    most = 5
    shown = "; ".join(one.title for one in left[:most])
    words = ngettext(
        "%(count)d activity was left behind, being completed or cancelled: %(titles)s",
        "%(count)d activities were left behind, being completed or cancelled: %(titles)s",
        len(left),
    ) % {"count": len(left), "titles": shown}
    if len(left) > most:
        words = _("%(words)s; and %(more)d more") % {"words": words, "more": len(left) - most}
    url = reverse("workplans:left_behind", args=[plan.year])
    return format_html('{}. <a href="{}">{}</a>', words, url, _("See why, or bring one over"))


# One plan


@require_safe
def revision_data(request: HttpRequest, year: int, number: int) -> HttpResponse:
    """The canonical bytes of one circulated text, by which its digest can be checked."""
    plan = find(request, year)
    shelf = Shelf(request.user, plan, request.standing.day)  # type: ignore[attr-defined]
    found = next((row for row in shelf.revisions if row.number == number), None)
    if found is None:
        raise Http404
    name = found.symbol.replace("/", "-")
    return HttpResponse(
        found.text.encode(),
        content_type="application/json",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.json"',
            "ETag": f'"{found.digest}"',
        },
    )


@require_safe
def preview(request: HttpRequest, year: int) -> HttpResponse:
    """The draft as its readers would see it, and what there is of it on paper."""
    plan = find_readable(request, year)
    text = draft.compose(plan, on=request.standing.day)  # type: ignore[attr-defined]
    digest = printouts.digest_of(text)
    context = {
        "plan": plan,
        "text": text,
        "offer": printouts.offer(plan, Printout.Kind.DRAFT, NOW, draft_digest=digest),
        "acts": permissions.available_acts(request.standing, plan),  # type: ignore[attr-defined]
    }
    return render(request, "workplans/preview.html", context)


# Circulating


@POSTS
def circulate(request: HttpRequest, year: int) -> HttpResponse:
    """Freeze the draft as the next revision and put it before the Advisory Group."""
    plan = find(request, year)
    admit("circulate", request.standing)  # type: ignore[attr-defined]
    sent = request.method == "POST"
    if not sent:
        try:
            procedure.follow("circulate", plan.status)
            for open_now in plan.considerations.filter(closed=None).select_related(
                "revision", "meeting__body"
            ):
                procedure.admit("circulate", open_now)
        except OutOfOrder as refusal:
            messages.info(request, str(refusal))
            return redirect("workplans:overview", year=year)
    text = draft.compose(plan, on=request.standing.day)  # type: ignore[attr-defined]
    meetings = list(
        Meeting.objects.of(Body.ADVISORY_GROUP)
        .ahead(request.standing.day)  # type: ignore[attr-defined]
        .select_related("body")
        .prefetch_related(
            Prefetch("seats", Seat.objects.filter(counted=True).select_related("state"))
        )
        .order_by("begins")
    )
    number = queries.next_number(plan)
    symbol = symbols.symbol(Body.ADVISORY_GROUP, plan.year, "WP", revision=number)
    on_screen = {"seen": content.digest(content.dump(text)), "number": number}
    states = {meeting.slug: [seat.state for seat in meeting.seats.all()] for meeting in meetings}
    now = timezone.now()
    build = partial(
        CirculateForm,
        symbol=symbol,
        meetings=meetings,
        outlooks={m.slug: closing.outlook(m, states[m.slug], now) for m in meetings},
    )
    form = build(request.POST if sent else None, initial=on_screen)
    problems: list[str] = [] if sent else review.readiness(plan, text)
    if sent and form.is_valid():
        done, problems = _circulate(request, plan, form, number)
        if done is not None:
            return redirect("workplans:consideration", pk=done.pk)
        # What was written stays; what the person saw and confirmed is asked for again.
        kept = {name: form.cleaned_data[name] for name in ("message", "visibility")}
        meeting = form.cleaned_data["meeting"]
        form = build(initial={**on_screen, "meeting": meeting.slug, **kept})
    changes = comparison.changes(plan.revision.form, text) if plan.revision else None
    context = {
        "plan": plan,
        "form": form,
        "symbol": symbol,
        "meetings": [
            {
                "meeting": meeting,
                "states": [state.name for state in states[meeting.slug]],
                "outlook": form.outlooks[meeting.slug],
                "told": _told(request, plan, symbol, text, meeting, form),
            }
            for meeting in meetings
        ],
        "changes": changes,
        "amended": amended(plan, text, changes),
        "unchanged": changes is not None and not changes and plan.status != Status.DRAFT,
        "problems": pointed(problems, text, year),
        "asked_again": plan.status == Status.UNDER_CONSIDERATION,
        "sent": sent,
        "errors": problems if sent else [],
    }
    status = 409 if sent and problems else status_of(form)
    return render(request, "workplans/circulate.html", context, status=status)


def amended(
    plan: WorkPlan, text: content.Form, changes: comparison.Changes | None
) -> comparison.Changes | None:
    """What a draft changes in the text in force, while that is being amended.

    changes: since the text last circulated, which may be the one in force.
    """
    if plan.in_force is None or plan.in_force_id == plan.revision_id:
        return changes
    return comparison.changes(plan.in_force.form, text)


def _told(
    request: HttpRequest,
    plan: WorkPlan,
    symbol: str,
    text: content.Form,
    meeting: Meeting,
    form: CirculateForm,
) -> Preview:
    """Who would be told if the draft were circulated to a meeting now."""
    before = notices.Before(
        None,
        plan,
        symbol,
        text["title"],
        meeting,
        text,
        request.person,  # type: ignore[attr-defined]
        reason_in(form, "message"),
        str(form["visibility"].value()),
    )
    return Preview.of(notices.circulated(before, request.standing.day))  # type: ignore[attr-defined]


def _circulate(
    request: HttpRequest, plan: WorkPlan, form: CirculateForm, next_number: int
) -> tuple[Consideration | None, list[str]]:
    """The consideration that is open now, or what stands in the way."""
    number, meeting = form.cleaned_data["number"], form.cleaned_data["meeting"]
    person = request.person  # type: ignore[attr-defined]
    sent_before = Consideration.objects.filter(
        plan=plan, revision__number=number, meeting=meeting, by=person, closed=None
    ).first()
    if sent_before:
        return sent_before, []
    if number != next_number:
        return None, [_("Somebody circulated another text meanwhile. Look at it before you go on.")]
    try:
        done = review.circulate(
            plan,
            meeting=meeting,
            message=form.cleaned_data["message"],
            visibility=form.cleaned_data["visibility"],
            seen=form.cleaned_data["seen"],
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
        _("%(symbol)s is before the delegations. They have been told.")
        % {"symbol": done.revision.symbol},
    )
    return done, []
