"""The editor of the draft: the list of its parts, and a page for each."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from workplans import presence
from workplans.forms.drafting import LONGEST
from workplans.forms.prose import editable
from workplans.models import (
    Activity,
    Indicator,
    Milestone,
    Objective,
    TextBlock,
)
from workplans.operations import editing, rearranging
from workplans.procedure import OutOfOrder
from workplans.views import listing
from workplans.views.pages import (
    ACTIVITY,
    ANNEX,
    AREA,
    GENERAL,
    Page,
    act,
    closed,
    find,
    just_removed,
    list_of,
    open_page,
)
from workplans.views.writing import answer

POSTS = require_http_methods(["GET", "HEAD", "POST"])
KINDS = rearranging.KINDS


@require_safe
def edit(request: HttpRequest, year: int) -> HttpResponse:
    """The parts of the draft, what is still open in each, and what stands in the way."""
    plan = find(request, year)
    if away := closed(request, plan):
        return away
    person, standing = request.person, request.standing  # type: ignore[attr-defined]
    context = {
        "plan": plan,
        "aside": plan.aside,  # type: ignore[attr-defined]
        "removed": just_removed(request, plan),
        "parts": listing.parts(plan, standing.day, presence.sentences(plan, but=person)),
    }
    return render(request, "workplans/edit.html", context)


def _write(request: HttpRequest, year: int, sort: str, key: UUID | None = None) -> HttpResponse:
    """The page of a part; a form may also come back for one that was removed meanwhile."""
    plan = find(request, year)
    page = open_page(request, plan, sort, key or plan.key)
    if page.part is None:
        if request.method != "POST":
            raise Http404
        if page.kind is TextBlock and request.POST.get("sort") in TextBlock.Kind:
            page.sort = request.POST["sort"]
    return answer(request, page)


@POSTS
def general(request: HttpRequest, year: int) -> HttpResponse:
    return _write(request, year, GENERAL)


@POSTS
def area(request: HttpRequest, year: int, key: UUID) -> HttpResponse:
    return _write(request, year, AREA, key)


@POSTS
def area_add(request: HttpRequest, year: int) -> HttpResponse:
    return answer(request, Page(request, find(request, year), AREA, None, new=True))


@POSTS
def activity(request: HttpRequest, year: int, key: UUID) -> HttpResponse:
    return _write(request, year, ACTIVITY, key)


@POSTS
def activity_add(request: HttpRequest, year: int, key: UUID) -> HttpResponse:
    plan = find(request, year)
    within = plan.areas.filter(key=key).first()
    if within is None and request.method != "POST":
        raise Http404
    return answer(request, Page(request, plan, ACTIVITY, None, new=True, within=within))


@POSTS
def text(request: HttpRequest, year: int, key: UUID) -> HttpResponse:
    return _write(request, year, ANNEX, key)


@POSTS
def text_add(request: HttpRequest, year: int, kind: str) -> HttpResponse:
    plan = find(request, year)
    if kind not in TextBlock.Kind:
        raise Http404
    return answer(request, Page(request, plan, kind, None, new=True))


@POSTS
def remove(request: HttpRequest, year: int, part: str, key: UUID) -> HttpResponse:
    """Say what goes with a part, and remove it."""
    plan = find(request, year)
    if part not in KINDS:
        raise Http404
    row = editing.find(plan, KINDS[part], key)
    back = reverse("workplans:edit", args=[year])
    if row is None:
        if request.method != "POST":
            raise Http404
        messages.info(request, _("It was removed already."))
        return redirect(back)
    errors: list[dict[str, str]] = []
    if request.method == "POST":
        try:
            seen, reason = request.POST.get("seen"), request.POST.get("reason", "")[:2000]
            if act(request, rearranging.strike, plan, KINDS[part], key, seen=seen, reason=reason):
                # The page says so, beside the way to put it back.
                page, _sep, _anchor = list_of(plan, row).partition("#")
                return redirect(f"{page}?removed={key}")
            errors = [{"text": _("It changed while you were deciding. Look at it again.")}]
        except OutOfOrder as refusal:
            errors = [{"text": str(refusal)}]
        except editing.Gone:
            messages.info(request, _("It was removed already."))
            return redirect(back)
    elif away := closed(request, plan):
        return away
    going = editing.what_goes(row)
    context = {
        "plan": plan,
        "row": row,
        "part": part,
        "objectives": [item for item in going[1:] if isinstance(item, Objective)],
        "activities": [item for item in going[1:] if isinstance(item, Activity)],
        "indicators": [item for item in going[1:] if isinstance(item, Indicator)],
        "milestones": [item for item in going[1:] if isinstance(item, Milestone)],
        "seen": editing.state_of(going),
        "back": list_of(plan, row),
        "errors": errors,
    }
    return render(request, "workplans/remove.html", context, status=409 if errors else 200)


@require_POST
def move(request: HttpRequest, year: int, part: str, key: UUID) -> HttpResponse:
    """Exchange a part with the one before or after it."""
    plan = find(request, year)
    direction, _sep, place = request.POST.get("direction", "").partition("-")
    if part not in KINDS or direction not in ("up", "down"):
        raise Http404
    try:
        moved = act(
            request,
            editing.move,
            plan,
            KINDS[part],
            key,
            up=direction == "up",
            place=int(place) if place.isdecimal() else None,
        )
    except OutOfOrder as refusal:
        messages.error(request, str(refusal))
        return redirect("workplans:overview", year=year)
    except editing.Gone:
        messages.error(request, _("It was removed meanwhile, so it was not moved."))
        return redirect("workplans:edit", year=year)
    target = list_of(plan, moved)
    return redirect(target if "#" in target else f"{target}#part-{key}")


@require_POST
def calendar(request: HttpRequest, year: int) -> HttpResponse:
    """Take the year's meetings from the calendar into the plan."""
    plan = find(request, year)
    try:
        act(request, editing.take_calendar, plan)
    except OutOfOrder as refusal:
        messages.error(request, str(refusal))
        return redirect("workplans:overview", year=year)
    messages.success(request, _("The calendar of meetings is up to date."))
    return redirect(f"{reverse('workplans:edit', args=[year])}#calendar")


@require_POST
def prose(request: HttpRequest) -> JsonResponse:
    """A text as the editor begins with it, for a box that was plain until now."""
    text = request.POST.get("text", "")
    if len(text) > LONGEST:
        return JsonResponse({}, status=413)
    return JsonResponse({"html": editable(text)})
