"""The states and organisations on record, a page for each, and who was who on a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby, islice
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from secretariat import deadlines, who
from secretariat.dates import PartialDate
from secretariat.forms.states import DayForm
from secretariat.models import Authority, Membership, State

COMING_HOLIDAYS = 5


# All of them


@login_not_required
@require_safe
def states(request: HttpRequest) -> HttpResponse:
    """Everybody that ever belonged, under the way they belong today."""
    standing = request.standing  # type: ignore[attr-defined]
    day: date = standing.day
    memberships = Membership.objects.select_related("state").order_by(
        "state__protocol_order", "state__name", "state_id", "period"
    )
    leading: dict[int, list[Authority]] = {}
    for authority in Authority.objects.on(day).filter(leads=True).order_by("name"):
        leading.setdefault(authority.state_id, []).append(authority)
    rows: dict[str, list[dict[str, Any]]] = {}
    for _state, held in groupby(memberships, key=attrgetter("state_id")):
        group, row = _row(list(held), day)
        row["authorities"] = leading.get(row["state"].pk, []) if group in who.GROUPS else []
        rows.setdefault(group, []).append(row)
    labels = {
        **who.GROUPS,
        "ahead": _("On record from a later day"),
        "former": _("Formerly"),
    }
    context = {
        "day": day,
        "groups": [
            {
                "key": key,
                "label": label,
                "rows": rows[key],
                "facts": [fact for row in rows[key] for fact in _told(row)],
            }
            for key, label in labels.items()
            if key in rows
        ],
        "shows_source": who.reads_sources(standing),
    }
    return render(request, "secretariat/states.html", context)


def _told(row: dict[str, Any]) -> list[Membership | Authority]:
    return [row["membership"], *row["before"], *row["authorities"]]


def _row(held: list[Membership], day: date) -> tuple[str, dict[str, Any]]:
    """The group a state stands in on a day, and how it is listed there; memberships in order."""
    now = next((membership for membership in held if membership.holds_on(day)), None)
    if now is not None:
        group, shown = str(now.status), now
    elif not held[0].has_begun(day):
        group, shown = "ahead", held[0]
    else:
        shown = [membership for membership in held if membership.has_begun(day)][-1]
        group = "former"
    before = [m for m in held if m != shown and m.has_begun(day)]
    return group, {"state": shown.state, "membership": shown, "before": before}


# One of them


@login_not_required
@require_safe
def state(request: HttpRequest, code: str) -> HttpResponse:
    """The public facts about one state or organisation."""
    found = State.objects.filter(code__iexact=code).first()
    if found is None:
        raise Http404
    if found.code != code:
        return redirect("secretariat:state", code=found.code, permanent=True)
    standing = request.standing  # type: ignore[attr-defined]
    day: date = standing.day
    memberships = list(found.memberships.order_by("-period"))
    presidencies = list(found.presidencies.order_by("-period"))
    context = {
        "state": found,
        "day": day,
        "trail": [{"label": _("States"), "url": reverse("secretariat:states")}],
        "belongs": next((m for m in memberships if m.holds_on(day)), None),
        "presides": next((p for p in presidencies if p.holds_on(day)), None),
        "memberships": memberships,
        "presidencies": presidencies,
        "authorities": _authorities(found, day),
        "native_names": _native_names(found),
        "other_names": _other_names(found),
        "language": _only_language(found),
        "facts": _facts(found),
        "holidays": _coming_holidays(found, day),
        "shows_source": who.reads_sources(standing),
        "sees_delegation": who.may_see_delegation(standing, found),
    }
    return render(request, "secretariat/state.html", context)


def _authorities(found: State, day: date) -> list[Authority]:
    """The authorities of a state, those of today first, the others from the latest back."""

    def place(authority: Authority) -> tuple[bool, int, bool, str]:
        upper = authority.period.upper or date.max
        return not authority.holds_on(day), -upper.toordinal(), not authority.leads, authority.name

    return sorted(found.authorities.select_related("continued_by"), key=place)


def _native_names(found: State) -> list[dict[str, Any]]:
    """The official names in the state's own languages, each with what a browser has to know."""
    return [
        {**name, "dir": _direction(found, name["language"])} for name in found.native_names or ()
    ]


def _direction(found: State, tag: str) -> str:
    primary = tag.split("-")[0]
    for language in found.languages or ():
        if language["tag"].split("-")[0] == primary:
            return str(language["dir"])
    return "auto"


def _other_names(found: State) -> list[tuple[str, str]]:
    """The short name by language, without the one the page says already."""
    return sorted((tag, name) for tag, name in (found.names or {}).items() if tag != "en")


def _only_language(found: State) -> dict[str, Any] | None:
    """The language of a state that has one; of several, a text does not say which it is in."""
    languages = found.languages or []
    return languages[0] if len(languages) == 1 else None


def _facts(found: State) -> list[dict[str, Any]]:
    is_state = found.nature == State.Nature.STATE
    missing = _("Not on record")
    return [
        {
            "label": _("Time zone of the capital") if is_state else _("Time zone of its seat"),
            "value": _zone(found.time_zone, timezone.now()),
            "missing": missing,
        },
        {"label": _("Weekend"), "value": _weekend(found.weekend), "missing": missing},
    ]


def _zone(name: str, now: datetime) -> str:
    """A time zone with how far it is from UTC at present."""
    if not name:
        return ""
    offset = now.astimezone(ZoneInfo(name)).strftime("%z")
    away = f"UTC{'−' if offset[0] == '-' else '+'}{offset[1:3]}:{offset[3:5]}"
    return _("%(zone)s, today %(offset)s") % {"zone": name, "offset": away}


def _weekend(days: Iterable[int]) -> str:
    names = [str(WEEKDAYS[day - 1]) for day in days or ()]
    return get_text_list(names, pgettext("between the last two of a list", "and"))


def _coming_holidays(found: State, day: date) -> list[dict[str, Any]]:
    """The next days its government offices keep, as far as they are known."""
    if not deadlines.knows(found.holidays):
        return []
    years = [deadlines.kept(found.holidays, year) for year in (day.year, day.year + 1)]
    ahead = sorted(
        (off, name)
        for kept in years
        if kept is not None
        for off, name in kept.days_off.items()
        if off >= day
    )
    return [
        {"label": PartialDate.of(off), "value": name}
        for off, name in islice(ahead, COMING_HOLIDAYS)
    ]


# Who was who


@login_not_required
@require_safe
def who_was_who(request: HttpRequest) -> HttpResponse:
    """Who presided, who belonged and, to those in office, who could speak for whom on a day."""
    standing = request.standing  # type: ignore[attr-defined]
    asked = "on" in request.GET
    form = DayForm(request.GET if asked else None, initial={"on": standing.day})
    day: date | None = standing.day
    if asked:
        day = form.cleaned_data["on"] if form.is_valid() else None
    context: dict[str, Any] = {"form": form, "today": standing.day}
    if day is not None:
        answer = who.Who.on(day, told=standing)
        context |= {
            "who": answer,
            "lies_ahead": day > standing.day,
            "nobody": "" if answer.presidency else _nobody(answer),
            "presidencies": [answer.presidency],
            "shows_source": who.reads_sources(standing),
        }
    return render(request, "secretariat/who.html", context, status=422 if day is None else 200)


def _nobody(answer: who.Who) -> str:
    """Why no presidency is named for a day."""
    reach = answer.reach
    if reach and reach.first and answer.day < reach.first:
        return _("The record of presidencies begins in %(year)d.") % {"year": reach.first.year}
    if reach and reach.last and answer.day > reach.last:
        return _("Not yet announced: the table of presidencies ends on %(date)s.") % {
            "date": PartialDate.of(reach.last)
        }
    return _("No presidency is on record for this day.")
