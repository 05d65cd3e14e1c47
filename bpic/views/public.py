"""The public face: what the partnership is, who presides, how it decides."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from meetings.calendar import next_dates
from meetings.models import Body, Meeting
from secretariat.dates import PartialDate, span
from secretariat.models import Membership, Milestone, Presidency
from workplans import content
from workplans.models import Document, Position, WorkPlan


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    day = request.standing.day  # type: ignore[attr-defined]
    presidency = Presidency.objects.on(day).select_related("state").first()
    current = WorkPlan.objects.public().filter(year__lte=day.year).order_by("-year")
    plans = list(current.select_related("revision").defer("revision__text")[:1])
    context = {
        "day": day,
        "presidency": presidency,
        "presides_until": _last_day(presidency),
        "plan": plans[0] if plans else None,
        "dates": next_dates(day),
        "documents": Document.objects.public()
        .issued()
        .filter(superseded_by=None)
        .select_related("plan")[:3],
        "members": [m.state for m in _belonging(day) if m.status == Membership.Status.MEMBER],
    }
    return render(request, "bpic/home.html", context)


def _last_day(presidency: Presidency | None) -> PartialDate | None:
    if presidency is None or presidency.period.upper is None:
        return None
    return PartialDate.of(presidency.period.upper - timedelta(days=1))


def _belonging(day: date) -> list[Membership]:
    """Who belongs on a day, in the order of protocol."""
    held = Membership.objects.on(day).select_related("state")
    return list(held.order_by("state__protocol_order", "state__name"))


@login_not_required
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    belonging = _belonging(request.standing.day)  # type: ignore[attr-defined]
    context = {
        "day": request.standing.day,  # type: ignore[attr-defined]
        "groups": [
            {"label": label, "memberships": found}
            for label, found in (
                (_("Member states"), _having(belonging, Membership.Status.MEMBER)),
                (_("Invited, participating"), _having(belonging, Membership.Status.INVITED)),
                (_("Partner countries"), _having(belonging, Membership.Status.PARTNER)),
                (_("Observers"), _having(belonging, Membership.Status.OBSERVER)),
            )
            if found
        ],
        "milestones": [_event(milestone) for milestone in Milestone.objects.order_by("-on", "-id")],
    }
    return render(request, "bpic/about.html", context)


def _having(belonging: list[Membership], status: str) -> list[Membership]:
    return [membership for membership in belonging if membership.status == status]


def _event(milestone: Milestone) -> dict[str, str]:
    when = str(milestone.on)
    if milestone.unverified:
        when = _("%(date)s – unverified") % {"date": when}
    return {"title": milestone.title, "when": when}


@login_not_required
@require_safe
def decisions_made(request: HttpRequest) -> HttpResponse:
    context = {
        "trail": [{"label": _("About"), "url": reverse("about")}],
        "statuses": _statuses(),
        "positions": _positions(),
    }
    return render(request, "bpic/decisions_made.html", context)


def _statuses() -> list[tuple[str, str]]:
    status = WorkPlan.Status
    return [
        (
            status.DRAFT,
            _("The secretariat of the presidency writes the text. Only it can read it."),
        ),
        (
            status.UNDER_CONSIDERATION,
            _(
                "A revision has been circulated to the delegations with a seat at a meeting of the "
                "Advisory Group. They read it and take positions."
            ),
        ),
        (
            status.ADOPTED,
            _("The Advisory Group has adopted the text by consensus. From here on it is public."),
        ),
        (status.SUBMITTED, _("The chair has put the adopted text before the industry ministers.")),
        (
            status.APPROVED,
            _("The ministers have approved the text by consensus. It does not change any more."),
        ),
        (
            status.REPORTED,
            _("The plan, with the state of its activities, has been reported to the summit."),
        ),
    ]


def _positions() -> list[tuple[str, str]]:
    kind = Position.Kind
    return [
        (kind.APPROVES, _("The state joins the consensus.")),
        (
            kind.RESERVES,
            _(
                "The state joins the consensus and puts a reservation on record. It is printed "
                "with the text."
            ),
        ),
        (
            kind.OBJECTS,
            _(
                "The state does not join, and says why. While the objection stands nothing is "
                "adopted; the state lifts it by stating a new position."
            ),
        ),
        (
            kind.RETURNS,
            _("A minister sends the text back to the Advisory Group, with the reason."),
        ),
        ("none", _("The state has not answered, which is not an approval.")),
    ]


@login_not_required
@require_safe
def presidency(request: HttpRequest) -> HttpResponse:
    day = request.standing.day  # type: ignore[attr-defined]
    sits = Meeting.objects.filter(
        body__code__in=[Body.SUMMIT, Body.MINISTERS], is_example=False
    ).select_related("body")
    by_year: dict[tuple[str, int], list[Meeting]] = {}
    for meeting in sits.order_by("begins", "id"):
        by_year.setdefault((meeting.body.code, meeting.year), []).append(meeting)
    found = Presidency.objects.select_related("state").order_by("-period")
    rows = [
        {
            "presidency": one,
            "period": period(one),
            "now": one.holds_on(day),
            "summits": by_year.get((Body.SUMMIT, one.year), []),
            "ministers": by_year.get((Body.MINISTERS, one.year), []),
        }
        for one in found
    ]
    context = {
        "rows": rows,
        "now": next((row for row in rows if row["now"]), None),
        "shows_source": request.standing.drafting is not None,  # type: ignore[attr-defined]
    }
    return render(request, "bpic/presidency.html", context)


def period(one: Presidency) -> str:
    """A presidency's time in office, no more exactly than its record."""
    upper = one.period.upper
    if upper is None:
        return pgettext("presidency", "since %(date)s") % {"date": one.begins}
    # The day it ends is not in it; a record that knows only the year says no day.
    last = upper - timedelta(days=1)
    known = one.until.precision if one.until else "day"
    ends = PartialDate(
        last.year,
        last.month if known != "year" else None,
        last.day if known == "day" else None,
    )
    return span(one.begins, ends)


@login_not_required
@require_safe
def plan_schema(request: HttpRequest) -> HttpResponse:
    """The form of a work plan's data, for whoever reads or writes it with a program."""
    text = content.SCHEMA.read_bytes()
    tag = f'"{hashlib.sha256(text).hexdigest()[:32]}"'
    response = get_conditional_response(request, etag=tag)
    if response is None:
        response = HttpResponse(text, content_type="application/schema+json")
    response.headers["ETag"] = tag
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    patch_cache_control(response, public=True, max_age=86400)
    return response
