"""The calendar of meetings, a page for each, the feed, and the form that convenes one."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from meetings import calendar as dates
from meetings import closing, notices, operations, permissions
from meetings.forms import ConveneForm
from meetings.models import Body, Meeting, Seat
from secretariat.circulation import counted
from secretariat.dates import PartialDate
from secretariat.deadlines import Outlook
from secretariat.models import Membership
from secretariat.standing import NotEntitled, conducts
from secretariat.telling import Preview


@login_not_required
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    day = request.standing.day  # type: ignore[attr-defined]
    bodies = list(Body.objects.all())
    chosen = _chosen_body(request, bodies)
    meetings = dates.on_record(chosen)
    coming = dates.ahead(meetings, day)
    address = reverse("meetings:feed") + (f"?body={chosen.code}" if chosen else "")
    context = {
        "bodies": bodies,
        "chosen": chosen,
        "coming": dates.by_month(coming),
        "past": dates.by_year(m for m in meetings if not dates.is_ahead(m, day)),
        "feed": address,
        "subscription": f"webcal://{request.get_host()}{address}",
    }
    return render(request, "meetings/calendar.html", context)


def _chosen_body(request: HttpRequest, bodies: list[Body]) -> Body | None:
    code = request.GET.get("body")
    return next((body for body in bodies if body.code == code), None)


@login_not_required
@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """The calendar for other calendars: public facts only, the same for everybody."""
    chosen = _chosen_body(request, list(Body.objects.all()))
    text = dates.feed(dates.on_record(chosen))
    tag = f'"{hashlib.sha256(text).hexdigest()[:32]}"'
    response = get_conditional_response(request, etag=tag)
    if response is None:
        response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
        response.headers["Content-Disposition"] = 'inline; filename="calendar.ics"'
    response.headers["ETag"] = tag
    patch_cache_control(response, public=True, max_age=300)
    return response


@login_not_required
@require_safe
def meeting(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Meeting.objects.select_related("body", "host"), slug=slug)
    seats = list(found.seats.select_related("state"))
    standing = request.standing  # type: ignore[attr-defined]
    context = {
        "meeting": found,
        "trail": [{"label": _("Calendar"), "url": reverse("meetings:calendar")}],
        "facts": _facts(found),
        "seats": seats,
        "seated": [seat for seat in seats if seat.counted],
        "attending": _attending(seats),
        "outlook": _outlook(found, seats) if standing.drafting else None,
        "shows_source": standing.drafting is not None,
        "recording": _recording(found) if standing.drafting else "",
        "notices": counted(notices.thread(found)) if conducts(standing) else None,
    }
    return render(request, "meetings/meeting.html", context)


def _outlook(found: Meeting, seats: list[Seat]) -> Outlook | None:
    """The end of a meeting ahead in the capitals of those who take a position at it."""
    counted = [seat.state for seat in seats if seat.counted]
    if found.status != Meeting.Status.CONVENED or not counted:
        return None
    return closing.outlook(found, counted, timezone.now())


def _recording(found: Meeting) -> str:
    """What there is to record of whether a meeting was held; empty where there is nothing."""
    if not operations.can_be_recorded(found):
        return ""
    if found.status != Meeting.Status.CONVENED:
        return _("Correct whether it was held")
    if found.has_begun(timezone.now()):
        return _("Record whether it was held")
    return _("Call the meeting off")


def _facts(found: Meeting) -> list[dict[str, Any]]:
    missing = _("Not known")
    facts: list[dict[str, Any]] = [
        {"label": _("Dates"), "value": found.dates, "missing": missing},
    ]
    if found.starts_at:
        facts.append({"label": _("Opens"), "value": opening(found)})
    if found.number:
        facts.append({"label": _("Number"), "value": found.number})
    if found.number_in_year:
        facts.append(
            {
                "label": _("Number within the year"),
                "value": _("%(number)d of %(year)d")
                % {"number": found.number_in_year, "year": found.year},
            }
        )
    if found.place or found.mode != Meeting.Mode.ONLINE:
        facts.append({"label": _("Place"), "value": found.place, "missing": missing})
    facts.append({"label": _("Mode"), "value": found.get_mode_display(), "missing": missing})
    if found.time_zone:
        facts.append({"label": _("Time zone"), "value": found.time_zone})
    facts.append(
        {"label": _("Host"), "value": found.host.name if found.host else "", "missing": missing}
    )
    if found.convened:
        facts.append({"label": _("Convened"), "value": PartialDate.of(found.convened)})
    return facts


def opening(found: Meeting) -> str:
    """When a meeting opens, by the clock of its place and by UTC."""
    first = found.begins
    if not isinstance(first, PartialDate) or first.precision != "day" or not found.starts_at:
        return time_format(found.starts_at, "H:i") if found.starts_at else ""
    here = datetime.combine(first.first, found.starts_at, tzinfo=found.zone)
    return _("%(time)s at the place (%(zone)s), %(universal)s UTC") % {
        "time": here.strftime("%H:%M"),
        "zone": found.time_zone or "UTC",
        "universal": here.astimezone(UTC).strftime("%H:%M"),
    }


STATUSES = {
    Membership.Status.MEMBER: gettext_lazy("Member states"),
    Membership.Status.INVITED: gettext_lazy("Invited, participating"),
    Membership.Status.PARTNER: gettext_lazy("Partner countries"),
    Membership.Status.OBSERVER: gettext_lazy("Observers"),
}


def _attending(seats: list[Seat]) -> list[dict[str, Any]]:
    """Those who attend and take no position, by how they belong."""
    groups = []
    for status in Membership.Status:
        found = [seat for seat in seats if seat.status == status and not seat.counted]
        if found:
            groups.append({"label": STATUSES[status], "seats": found})
    return groups


@require_http_methods(["GET", "HEAD", "POST"])
def convene(request: HttpRequest) -> HttpResponse:
    """The form of the presidency; sending it twice convenes one meeting."""
    standing = request.standing  # type: ignore[attr-defined]
    try:
        permissions.entitled("convene", request.person, standing.day)  # type: ignore[attr-defined]
    except NotEntitled as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    form = ConveneForm(
        request.POST or None,
        day=standing.day,
        now=timezone.now(),
        host_zone=standing.secretariat.state.time_zone,
    )
    status = 200
    looks = "look" in request.POST
    if looks:
        form.full_clean()
        form.only_the_dates()
        status = 422 if form.errors else 200
    elif request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = _convene(request, form)
            except NotEntitled as refusal:
                raise PermissionDenied(str(refusal)) from refusal
            except operations.CannotConvene as refusal:
                form.add_error(None, str(refusal))
                status = 409
            except ValidationError as refusal:
                for name, problems in refusal.message_dict.items():
                    form.add_error(name if name in form.fields else None, problems)
            else:
                return redirect(made)
    context = {
        "form": form,
        "trail": [{"label": _("Calendar"), "url": reverse("meetings:calendar")}],
        "groups": _belonging(standing.day),
        "day": standing.day,
        "looks": looks,
        "told": _told(form, standing.day) if form.is_bound else None,
    }
    return render(request, "meetings/convene.html", context, status=status)


def _told(form: ConveneForm, day: date) -> Preview | None:
    """Who would be told, once the form says what is convened and when."""
    said = getattr(form, "cleaned_data", {})
    known = ("body", "begins", "ends")
    if not all(said.get(name) for name in known):
        return None
    shown = ("body", "year", "title", "number", "number_in_year", "mode", "place", "time_zone")
    meeting = Meeting(
        begins=PartialDate.of(said["begins"]),
        ends=PartialDate.of(said["ends"]),
        **{name: said[name] for name in shown if said.get(name)},
    )
    return Preview.of(notices.convened(meeting, day))


def _belonging(day: date) -> list[dict[str, Any]]:
    """The states and organisations of a day, by how they belong."""
    held = Membership.objects.on(day).select_related("state")
    found = list(held.order_by("state__protocol_order", "state__name"))
    groups = [
        {"label": STATUSES[status], "states": [m.state for m in found if m.status == status]}
        for status in Membership.Status
    ]
    return [group for group in groups if group["states"]]


def _convene(request: HttpRequest, form: ConveneForm) -> Meeting:
    by = request.person  # type: ignore[attr-defined]
    made = operations.convene(
        **form.facts,
        warned=form.accepted,
        # What an invented person convenes is part of the example.
        is_example=by.is_example,
        by=by,
        on=timezone.now(),
    )
    seated = made.seats.filter(counted=True).count()
    messages.success(
        request,
        ngettext(
            "%(meeting)s is convened. %(count)d state has a seat and takes a position.",
            "%(meeting)s is convened. %(count)d states have a seat and take a position.",
            seated,
        )
        % {"meeting": made.name, "count": seated},
    )
    return made
