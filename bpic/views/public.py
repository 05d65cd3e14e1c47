"""The public face: what the partnership is, who presides, how it decides."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from meetings.calendar import next_dates
from meetings.models import Body, Meeting
from secretariat.dates import PartialDate, span
from secretariat.models import Authority, Membership, Milestone, Presidency
from secretariat.models.states import Dated
from secretariat.who import GROUPS, reads_sources
from workplans import content
from workplans.models import Document, Position, WorkPlan


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    day = request.standing.day  # type: ignore[attr-defined]
    presidency = Presidency.objects.on(day).select_related("state").first()
    current = WorkPlan.objects.public().filter(year__lte=day.year).order_by("-year")
    texts = current.select_related("revision", "in_force")
    plans = list(texts.defer("revision__text", "in_force__text")[:1])
    context = {
        "day": day,
        "presidency": presidency,
        "plan": plans[0] if plans else None,
        "dates": next_dates(day),
        "documents": Document.objects.public()
        .issued()
        .filter(superseded_by=None, withdrawal=None)
        .select_related("plan")[:3],
        "members": [m.state for m in _belonging(day) if m.status == Membership.Status.MEMBER],
    }
    return render(request, "bpic/home.html", context)


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
            for status, label in GROUPS.items()
            if (found := [m for m in belonging if m.status == status])
        ],
        "schema": content.number_of(content.FORM),
        "milestones": [_event(milestone) for milestone in Milestone.objects.order_by("-on", "-id")],
    }
    return render(request, "bpic/about.html", context)


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
        "silence_hours": settings.SILENCE_HOURS,
        "silence_days": settings.SILENCE_WORKING_DAYS,
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
            _(
                "The Advisory Group has adopted the text by consensus, at a meeting or under "
                "silence. From here on it is public."
            ),
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
            kind.AMENDS,
            _("Under silence: the state wants the text changed, which breaks it as an objection."),
        ),
        (
            kind.ASKS_FOR_TIME,
            _(
                "The state cannot answer yet, and says until when and why. That is neither consent "
                "nor objection: the chair decides whether the text waits, and until the state "
                "answers there is no consensus."
            ),
        ),
        (
            kind.RETURNS,
            _("A minister sends the text back to the Advisory Group, with the reason."),
        ),
        ("none", _("The state has not answered, which is not an approval.")),
    ]


# The presidency


@login_not_required
@require_safe
def presidency(request: HttpRequest) -> HttpResponse:
    """The table of presidencies: now and ahead from today on, the past from the latest back."""
    standing = request.standing  # type: ignore[attr-defined]
    day: date = standing.day
    sits = Meeting.objects.filter(
        body__code__in=[Body.SUMMIT, Body.MINISTERS], is_example=False
    ).select_related("body")
    by_year: dict[tuple[str, int], list[Meeting]] = {}
    for meeting in sits.order_by("begins", "id"):
        by_year.setdefault((meeting.body.code, meeting.year), []).append(meeting)
    rows = [
        {
            "presidency": one,
            "now": one.holds_on(day),
            "summits": by_year.get((Body.SUMMIT, one.year), []),
            "ministers": by_year.get((Body.MINISTERS, one.year), []),
        }
        for one in Presidency.objects.select_related("state").order_by("period")
    ]
    past = [row for row in rows if _is_over(row["presidency"], day)]
    ahead = [row for row in rows if not _is_over(row["presidency"], day)]
    context = {
        "now": next((row["presidency"] for row in ahead if row["now"]), None),
        "ahead": ahead,
        "ahead_facts": [row["presidency"] for row in ahead],
        "open_from": _open_from(rows[-1]["presidency"]) if rows else None,
        "decades": _decades(past),
        "shows_source": reads_sources(standing),
    }
    return render(request, "bpic/presidency.html", context)


def _is_over(one: Presidency, day: date) -> bool:
    return one.period.upper is not None and one.period.upper <= day


def _open_from(last: Presidency) -> PartialDate | None:
    """The first day for which the table names nobody."""
    return PartialDate.of(last.period.upper) if last.period.upper else None


def _decades(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Presidencies gone by under their decades, the latest first."""
    decades: dict[int, list[dict[str, Any]]] = {}
    for row in reversed(rows):
        decades.setdefault(row["presidency"].year // 10 * 10, []).append(row)
    return [
        {
            "key": decade,
            "label": _("%(decade)ds") % {"decade": decade},
            "rows": found,
            "facts": [row["presidency"] for row in found],
        }
        for decade, found in decades.items()
    ]


@login_not_required
@require_safe
def presidency_year(request: HttpRequest, year: int) -> HttpResponse:
    """Who presides in a year, what meets, and what has been published."""
    standing = request.standing  # type: ignore[attr-defined]
    day: date = standing.day
    table = list(Presidency.objects.select_related("state").order_by("period"))
    in_year = [one for one in table if _touches(one, year)]
    named = [one for one in table if one.year == year]
    if not in_year and not named:
        raise Http404
    plans = WorkPlan.objects.public().filter(Q(year=year) | Q(presidency__in=named))
    documents = Document.objects.public().issued().filter(Q(plan__year=year) | Q(on__year=year))
    meetings = Meeting.objects.filter(year=year).select_related("body")
    presidencies = _with_neighbours(named or in_year, table, day)
    context = {
        "year": year,
        "trail": [{"label": _("Presidency"), "url": reverse("presidency")}],
        "presidencies": presidencies,
        "facts": [
            fact for row in presidencies for fact in (row["presidency"], *row["authorities"])
        ],
        "days": _days(in_year, year),
        "bodies": [
            {"body": body, "meetings": list(found)}
            for body, found in groupby(
                meetings.order_by("body__id", "begins", "id"), key=attrgetter("body")
            )
        ],
        "plans": plans.select_related("presidency__state", "revision", "in_force").defer(
            "revision__text", "in_force__text"
        ),
        "documents": documents.select_related("superseded_by", "withdrawal"),
        "shows_source": reads_sources(standing),
    }
    return render(request, "bpic/presidency_year.html", context)


def _touches(one: Presidency, year: int) -> bool:
    """Whether a presidency has a day in a year."""
    first, last = one.period.lower, one.ends
    return (first is None or first.year <= year) and (last is None or year <= last.year)


def _with_neighbours(
    shown: list[Presidency], table: list[Presidency], day: date
) -> list[dict[str, Any]]:
    """Presidencies with the one before and after each, and the authorities that led meanwhile."""
    leading: dict[int, list[Authority]] = {}
    states = [one.state_id for one in shown]
    for authority in Authority.objects.filter(state__in=states, leads=True).order_by("period"):
        leading.setdefault(authority.state_id, []).append(authority)
    found = []
    for one in shown:
        place = table.index(one)
        found.append(
            {
                "presidency": one,
                "tense": "past" if _is_over(one, day) else "now" if one.has_begun(day) else "ahead",
                "authorities": [a for a in leading.get(one.state_id, ()) if _meets(a, one)],
                "predecessor": table[place - 1] if place else None,
                "successor": table[place + 1] if place + 1 < len(table) else None,
            }
        )
    return found


def _meets(one: Dated, other: Dated) -> bool:
    """Whether two facts hold on a common day."""
    return _begun_by_the_end_of(one, other) and _begun_by_the_end_of(other, one)


def _begun_by_the_end_of(one: Dated, other: Dated) -> bool:
    upper = other.period.upper
    return upper is None or one.has_begun(upper - timedelta(days=1))


def _days(in_year: list[Presidency], year: int) -> list[dict[str, Any]]:
    """Who presides on which days of a year, where it is not one state from end to end."""
    parts = [{"presidency": one, "days": _within(one, year)} for one in in_year]
    whole = len(parts) == 1 and parts[0]["days"] in (str(year), _within(None, year))
    return [] if whole else parts


def _within(one: Presidency | None, year: int) -> str:
    """The days of a year that a presidency covers, no more exactly than its record."""
    begins, ends = PartialDate(year, 1, 1), PartialDate(year, 12, 31)
    if one and one.begins and one.begins.year == year:
        begins = one.begins
    if one and one.ends and one.ends.year == year:
        ends = one.ends
    # Beside a month, the first day of the year is a month too; beside a year, it is that year.
    for exact in ("year", "month"):
        if exact in (begins.precision, ends.precision):
            begins, ends = (
                PartialDate(edge.year, edge.month if exact == "month" else None)
                for edge in (begins, ends)
            )
            break
    return span(begins, ends)


@login_not_required
@require_safe
def plan_schema(request: HttpRequest, form: int) -> HttpResponse:
    """A form of a work plan's data, for whoever reads or writes it with a program."""
    schemas = {content.number_of(name): path for name, path in content.SCHEMAS.items()}
    if form not in schemas:
        raise Http404
    text = schemas[form].read_bytes()
    tag = f'"{hashlib.sha256(text).hexdigest()[:32]}"'
    response = get_conditional_response(request, etag=tag)
    if response is None:
        response = HttpResponse(text, content_type="application/schema+json")
    response.headers["ETag"] = tag
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    patch_cache_control(response, public=True, max_age=86400)
    return response
