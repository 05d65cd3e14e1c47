"""The way back from a slip: what one did last to a plan, taken back before anybody acts on it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from secretariat.standing import conducts
from secretariat.telling import Preview
from workplans import history, notices
from workplans.forms.retracting import TakeBackForm
from workplans.operations import retracting
from workplans.views.acting import attempt, reason_in, status_of
from workplans.views.plans import find


@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, year: int) -> HttpResponse:
    """Take back the last act on a plan, by who took it."""
    plan = find(request, year)
    person, now = request.person, timezone.now()  # type: ignore[attr-defined]
    slip = retracting.slip(plan, person, now)
    if slip is None:
        words = _(
            "There is nothing you could take back here. An act is taken back by who took it, "
            "before anybody else acts on the plan."
        )
        looks = request.method != "POST" and conducts(request.standing)  # type: ignore[attr-defined]
        if not looks and not retracting.has_taken_back(plan, person):
            raise PermissionDenied(words)
        messages.info(request, words)
        return redirect("workplans:overview", year=year)
    if request.method == "POST":
        form = TakeBackForm(request.POST)
        done = form.is_valid() and attempt(
            form,
            lambda: retracting.take_back(
                plan,
                seen=form.cleaned_data["seen"],
                reason=form.cleaned_data["reason"],
                by=person,
                on=now,
            ),
        )
        if done:
            messages.success(request, _("It is taken back. Everybody who was told has been told."))
            if slip.step == "take_back_submission":
                return redirect("workplans:overview", year=year)
            return redirect("workplans:consideration", pk=slip.consideration.pk)
    else:
        form = TakeBackForm(initial={"seen": slip.entry.pk})
    text = notices.Before.of(slip.consideration)
    told = notices.taken_back(text, slip.act, reason_in(form), request.standing.day)  # type: ignore[attr-defined]
    context = {
        "form": form,
        "plan": plan,
        "slip": slip,
        "line": history.line(slip.entry),
        "revision": slip.consideration.revision,
        "meeting": slip.consideration.meeting,
        "told": Preview.of(told),
    }
    return render(request, "workplans/take_back.html", context, status=status_of(form))
