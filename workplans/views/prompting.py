"""Reminding the states that have not answered: who they are, when they were last reminded."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods

from secretariat.models import Appointment
from secretariat.telling import Preview, Telling
from workplans import notices, permissions
from workplans.forms.review import RemindForm
from workplans.operations import prompting
from workplans.operations.prompting import Silent
from workplans.views.acting import admit, attempt, status_of
from workplans.views.review import find


@require_http_methods(["GET", "HEAD", "POST"])
def remind(request: HttpRequest, pk: int) -> HttpResponse:
    """Remind at once those who have not answered; nobody twice within a day."""
    found = find(request, pk)
    admit("remind", request.standing)  # type: ignore[attr-defined]
    now = timezone.now()
    silent = prompting.silent(found) if found.is_open else []
    asked = [one.seat for one in silent if not one.is_left_alone(now)]
    if request.method != "POST":
        if "remind" not in permissions.acts_on(request.standing, found):  # type: ignore[attr-defined]
            return redirect("workplans:consideration", pk=pk)
        form = RemindForm(initial={"seats": ",".join(str(seat.pk) for seat in asked)})
    else:
        form = RemindForm(request.POST)
        done = form.is_valid() and attempt(
            form,
            lambda: prompting.remind_now(
                found,
                seats=form.cleaned_data["seats"],
                by=request.person,  # type: ignore[attr-defined]
                on=now,
            ),
        )
        if done:
            states = get_text_list(
                [seat.state.name for seat in done], pgettext("the last two of a list", "and")
            )
            messages.success(request, _("Reminded: %(states)s.") % {"states": states})
            return redirect("workplans:consideration", pk=pk)
    day = request.standing.day  # type: ignore[attr-defined]
    every = notices.reminded(found, [one.seat for one in silent], day)
    told = notices.reminded(found, asked, day)
    context = {
        "form": form,
        "consideration": found,
        "revision": found.revision,
        "meeting": found.meeting,
        "rows": _rows(silent, every, now),
        "told": Preview.of(told),
        "asked": asked,
        "label": _label(len(asked)),
    }
    return render(request, "workplans/remind.html", context, status=status_of(form))


def _rows(silent: list[Silent], told: list[Telling], now: datetime) -> list[dict[str, Any]]:
    """Each state that has not answered: who answers for it, and its last reminder."""
    voices: dict[int, list[str]] = {}
    for telling in told:
        for one in telling.told:
            assert isinstance(one, Appointment)
            voices.setdefault(one.state_id, []).append(f"{one.person}, {one.capacity}")
    return [
        {
            "state": one.seat.state.name,
            "voices": voices.get(one.seat.state_id, []),
            "last": one.last,
            "again": one.again if one.is_left_alone(now) else None,
        }
        for one in silent
    ]


def _label(number: int) -> str:
    words = ngettext("Remind %(number)d state now", "Remind %(number)d states now", number)
    return words % {"number": number}
