"""Copying an activity, and what was taken out of the draft and can be put back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from workplans.operations import editing, rearranging
from workplans.procedure import OutOfOrder
from workplans.views.pages import act, barred, find, find_readable, list_of


@require_POST
def duplicate(request: HttpRequest, year: int, key: UUID) -> HttpResponse:
    """Copy an activity, and show the copy where it stands."""
    plan = find(request, year)
    version = request.POST.get("version", "")
    try:
        copy = act(
            request,
            rearranging.duplicate,
            plan,
            key,
            version=int(version) if version.isdecimal() else plan.version,
        )
    except OutOfOrder as refusal:
        messages.error(request, str(refusal))
        return redirect("workplans:overview", year=year)
    except editing.Gone:
        messages.error(request, _("It was removed meanwhile, so it was not copied."))
        return redirect("workplans:edit", year=year)
    messages.success(request, _("“%(title)s” is added.") % {"title": copy.title})
    return redirect(f"{reverse('workplans:edit', args=[year])}#part-{copy.key}")


@require_safe
def struck(request: HttpRequest, year: int) -> HttpResponse:
    """What was taken out of the draft, by whom and why; for who writes, a way to have it back."""
    plan = find_readable(request, year)
    context = {
        "plan": plan,
        "struck": rearranging.struck(plan),
        "may_edit": not barred(request, plan),
    }
    return render(request, "workplans/struck.html", context)


@require_POST
def put_back(request: HttpRequest, year: int, key: UUID) -> HttpResponse:
    """Put a part back where it stood."""
    plan = find(request, year)
    entry = request.POST.get("entry", "")
    try:
        part = act(request, rearranging.put_back, plan, int(entry) if entry.isdecimal() else 0, key)
    except OutOfOrder as refusal:
        messages.error(request, str(refusal))
        return redirect("workplans:overview", year=year)
    except rearranging.CannotPutBack as refusal:
        messages.error(request, str(refusal))
        return redirect("workplans:struck", year=year)
    except editing.Gone:
        messages.error(request, _("The register knows no such part of this draft."))
        return redirect("workplans:struck", year=year)
    title = Truncator(str(part)).chars(rearranging.LONGEST_NAME)
    messages.success(request, _("“%(title)s” is back in the draft.") % {"title": title})
    target = list_of(plan, part)
    return redirect(target if "#" in target else f"{target}#part-{part.key}")
