"""Recording whether a meeting was held: written, checked, then done; and the way to correct it."""

from __future__ import annotations

from copy import copy
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import linebreaksbr
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from meetings import permissions
from meetings.models import Body, Meeting
from meetings.operations import (
    CannotConclude,
    Conclusion,
    Overtaken,
    can_be_recorded,
    tells,
    told,
)
from secretariat import register
from secretariat.standing import NotEntitled
from secretariat.telling import Preview
from workplans import history
from workplans.forms.sitting import ConcludeForm
from workplans.operations import sitting

Status = Meeting.Status
# Which button was pressed: to check, to go back and change, or to record it.
CHANGE, ACT = "change", "act"


@require_http_methods(["GET", "HEAD", "POST"])
def conclude(request: HttpRequest, slug: str) -> HttpResponse:
    """Record that a convened meeting was held or was not, or correct what is on record."""
    by, on = request.person, timezone.now()  # type: ignore[attr-defined]
    try:
        permissions.entitled("conclude", by, on.date())
    except NotEntitled as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    meeting, step = _find(slug), request.POST.get("step")
    if request.method != "POST" or step == CHANGE:
        typed = request.POST.dict() if request.method == "POST" else {}
        return _page(request, ConcludeForm(initial=typed, meeting=meeting, on=on))
    form = ConcludeForm(request.POST, meeting=meeting, on=on)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        anew = sitting.examine(meeting, form.conclusion, on=on)
        if anew and step != ACT:
            return _check_page(request, form, on)
        entry = sitting.conclude(meeting, form.conclusion, by=by, on=on)
    except NotEntitled as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except Overtaken as refusal:
        form = ConcludeForm(request.POST, meeting=_find(slug), on=on)
        form.add_error(None, str(refusal))
        form.look_again()
        return _page(request, form, status=409)
    except CannotConclude as refusal:
        form.add_error(None, str(refusal))
        return _page(request, form, status=409)
    if entry is None:
        messages.info(request, _("That is on record already."))
    else:
        messages.success(request, _done(meeting, form.conclusion, on))
    return redirect(meeting)


def _find(slug: str) -> Meeting:
    """A meeting convened here; what is known of others is not recorded on this page."""
    found: Meeting = get_object_or_404(Meeting.objects.select_related("body"), slug=slug)
    if not can_be_recorded(found):
        raise Http404
    return found


def _page(request: HttpRequest, form: ConcludeForm, status: int = 200) -> HttpResponse:
    meeting = form.meeting
    recorded = register.entries_about(meeting).filter(act__in=["convene", "conclude"])
    context = {
        "form": form,
        "meeting": meeting,
        "heading": _heading(form),
        "rests": "" if meeting.status == Status.NOT_HELD else sitting.rests_on(meeting),
        "recorded": [history.line(entry) for entry in recorded.order_by("-id")],
    }
    return render(request, "workplans/conclude.html", context, status=status)


def _heading(form: ConcludeForm) -> str:
    if form.corrects:
        return _("Correct whether the meeting was held")
    return _("Call the meeting off") if form.calls_off else _("Record whether the meeting was held")


def _check_page(request: HttpRequest, form: ConcludeForm, on: datetime) -> HttpResponse:
    meeting, order = form.meeting, form.conclusion
    context = {
        "form": form,
        "meeting": meeting,
        "items": _facts(meeting, order),
        "consequences": _consequences(meeting, order, on),
        "label": _label(meeting, order, on),
        "told": _told(meeting, order, on),
    }
    return render(request, "workplans/conclude_check.html", context)


def _facts(meeting: Meeting, order: Conclusion) -> list[dict[str, Any]]:
    facts: list[dict[str, Any]] = [
        {"label": _("Meeting"), "value": meeting.name},
        {"label": _("Dates"), "value": meeting.dates},
    ]
    if meeting.status != Status.CONVENED:
        facts.append({"label": _("On record until now"), "value": meeting.get_status_display()})
    facts.append({"label": _("From now on"), "value": Status(order.status).label})
    if order.status == Status.HELD:
        note = {"label": _("Outcome"), "missing": _("Nothing said")}
        facts.append({**note, "value": linebreaksbr(order.note)})
    elif order.status == Status.NOT_HELD:
        facts.append({"label": _("The reason"), "value": linebreaksbr(order.note)})
    if order.reason:
        why = _("Why the record is corrected")
        facts.append({"label": why, "value": linebreaksbr(order.reason)})
    return facts


def _label(meeting: Meeting, order: Conclusion, on: datetime) -> str:
    if order.status == Status.HELD:
        return _("Record that it was held")
    if order.status == Status.CONVENED:
        return _("Record that it takes place")
    if meeting.is_over(on) or meeting.status == Status.NOT_HELD:
        return _("Record that it was not held")
    return _("Call the meeting off")


def _consequences(meeting: Meeting, order: Conclusion, on: datetime) -> list[str]:
    """What recording it does, a sentence each."""
    over, found = meeting.is_over(on), []
    if order.status == Status.HELD:
        found += _of_a_meeting_held(meeting, over)
    elif order.status == Status.NOT_HELD:
        found.append(_("Calendars that follow the portal show the meeting as cancelled."))
        if not over:
            found.append(_("No text can be put before it any more."))
    else:
        found.append(_("Texts can be put before it until its last day is over."))
        found.append(_("Calendars that follow the portal show the meeting again."))
    found.append(_("Everybody can read it on the page of the meeting and in the calendar."))
    found.append(_("The register keeps it. It can be corrected, with a reason."))
    return found


def _told(meeting: Meeting, order: Conclusion, on: datetime) -> Preview | None:
    """Who would be told; None where nobody is."""
    if not tells(meeting.status, order.status) or meeting.is_over(on):
        return None
    as_recorded = copy(meeting)
    as_recorded.status, as_recorded.outcome = order.status, order.note
    return Preview.of(told(as_recorded, order.reason, on.date()))


def _of_a_meeting_held(meeting: Meeting, over: bool) -> list[str]:
    found = []
    begins = meeting.begins
    if meeting.body.code == Body.ADVISORY_GROUP and begins:
        words = _("With it the duty of the Advisory Group to meet in %(year)d is done.")
        found.append(words % {"year": begins.year})
    for waiting in sitting.open_texts(meeting):
        words = _("%(symbol)s stays before it, to be answered and decided until its last day ends.")
        if over:
            words = _("%(symbol)s is still before it. It cannot be decided there any more.")
        found.append(words % {"symbol": waiting.revision.symbol})
    return found


def _done(meeting: Meeting, order: Conclusion, on: datetime) -> str:
    facts = {"meeting": meeting.name}
    if order.status == Status.HELD:
        return _("%(meeting)s is on record as held.") % facts
    if order.status == Status.CONVENED:
        return _("%(meeting)s takes place as convened.") % facts
    if meeting.is_over(on):
        return _("%(meeting)s is on record as not held.") % facts
    return _("%(meeting)s is called off.") % facts
