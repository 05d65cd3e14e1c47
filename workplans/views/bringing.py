"""What came along from an earlier plan, what stayed behind and why, and bringing it over."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from secretariat.dates import PartialDate
from workplans import renewal
from workplans.models import Activity
from workplans.operations import bringing, editing
from workplans.procedure import OutOfOrder
from workplans.renewal import Came, Left
from workplans.views.pages import act, barred, find, find_readable


@require_safe
def left_behind(request: HttpRequest, year: int) -> HttpResponse:
    """How the draft began: what came along in which state, and what stayed behind and why."""
    plan = find_readable(request, year)
    start = bringing.of(plan)
    context = {
        "plan": plan,
        "source": plan.based_on,
        "start": start,
        "may_edit": not barred(request, plan),
        "left": [
            {
                "one": one,
                "why": _why(one),
                "there": renewal.identity_of(one, plan.key) if start.holds(one, plan) else "",
            }
            for one in start.left
        ],
        "came": [
            {"one": one, "why": _why(one), "there": one.key if one.key in start.there else ""}
            for one in start.came
        ],
    }
    return render(request, "workplans/left_behind.html", context)


def _why(one: Came | Left) -> str:
    """In which state it was, and who says so: a word on record, or the text itself."""
    facts: dict[str, Any] = {"state": Activity.Stage(one.state).label}
    if not one.on:
        return _("%(state)s, as its text says") % facts
    facts["day"] = PartialDate.parse(one.on)
    return _("%(state)s, recorded on %(day)s") % facts


@require_POST
def bring_over(request: HttpRequest, year: int, key: UUID) -> HttpResponse:
    """Put what stayed behind into the draft after all."""
    plan = find(request, year)
    try:
        activity = act(request, bringing.bring_over, plan, key)
    except OutOfOrder as refusal:
        messages.error(request, str(refusal))
        return redirect("workplans:overview", year=year)
    except bringing.CannotBring as refusal:
        messages.error(request, str(refusal))
        return redirect("workplans:left_behind", year=year)
    except editing.Gone:
        messages.error(request, _("The register knows no such activity of the earlier plan."))
        return redirect("workplans:left_behind", year=year)
    messages.success(request, _("“%(title)s” is in the draft.") % {"title": activity.title})
    return redirect(f"{reverse('workplans:edit', args=[year])}#part-{activity.key}")
