"""The calendar: which meetings lie ahead, and the feed that calendars elsewhere subscribe to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import groupby
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, Timezone

from meetings.models import Body, Meeting
from secretariat.dates import PartialDate

Status = Meeting.Status


@dataclass(frozen=True)
class Group:
    """Meetings of one month ahead, or of one year gone by."""

    title: str
    meetings: list[Meeting]


def on_record(body: Body | None = None) -> list[Meeting]:
    """The meetings a calendar shows."""
    found = Meeting.objects.published().select_related("body")
    return list(found.filter(body=body) if body else found)


def is_ahead(meeting: Meeting, day: date) -> bool:
    """Whether a meeting may still have a day to come, as exactly as its dates are known."""
    last = meeting.ends or meeting.begins
    if isinstance(last, PartialDate):
        return last.last >= day and meeting.status != Status.HELD
    return meeting.year >= day.year and meeting.status == Status.PLANNED


def ahead(meetings: Iterable[Meeting], day: date) -> list[Meeting]:
    """Those to come or sitting, the nearest first; what has no date yet comes last in its year."""

    def when(meeting: Meeting) -> tuple[date, int]:
        first = meeting.begins or PartialDate(meeting.year)
        # What is known to the month follows what is known to the day.
        return (first.first if first.day else first.last, meeting.pk)

    return sorted((m for m in meetings if is_ahead(m, day)), key=when)


def by_month(meetings: Iterable[Meeting]) -> list[Group]:
    """Meetings ahead under the month in which they begin."""

    def month(meeting: Meeting) -> str:
        begins = meeting.begins
        if begins is None:
            return _("%(year)d, dates not set") % {"year": meeting.year}
        if begins.month is None:
            return _("%(year)d, month not set") % {"year": begins.year}
        return str(PartialDate(begins.year, begins.month))

    return [Group(title, list(found)) for title, found in groupby(meetings, key=month)]


def by_year(meetings: Iterable[Meeting]) -> list[Group]:
    """Meetings gone by under their year, the latest first."""
    ordered = sorted(
        meetings, key=lambda m: (m.year, m.begins.iso if m.begins else "", m.pk), reverse=True
    )
    groups = groupby(ordered, key=lambda meeting: meeting.year)
    return [Group(str(year), list(found)) for year, found in groups]


def next_dates(day: date, number: int = 3) -> list[Meeting]:
    """The meetings with known dates that come next or sit now."""
    found = Meeting.objects.announced().filter(year__gte=day.year - 1).select_related("body")
    return ahead(found, day)[:number]


# The feed (RFC 5545)


def feed(meetings: Iterable[Meeting], further: Iterable[Event] = (), name: str = "") -> bytes:
    """An iCalendar file of the meetings that are known to the day, and of further events.

    name: what programs call the calendar, in place of the partnership's.
    """
    short = settings.PARTNERSHIP["short"]
    calendar = Calendar()
    calendar.add("prodid", f"-//{short}//Calendar of meetings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    name = name or _("%(partnership)s meetings") % {"partnership": short}
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", timedelta(hours=12), parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT12H")
    zones: dict[str, list[date]] = {}
    events = []
    for meeting in meetings:
        days = _days(meeting)
        if days is None:
            continue
        events.append(_event(meeting, *days))
        if meeting.starts_at and meeting.time_zone not in ("", "UTC"):
            zones.setdefault(meeting.time_zone, []).extend(days)
    for zone, used in sorted(zones.items()):
        calendar.add_component(_clock(zone, min(used).year, max(used).year))
    for event in [*events, *further]:
        calendar.add_component(event)
    return bytes(calendar.to_ical())


@cache
def _clock(zone: str, since: int, until: int) -> Timezone:
    """The rules of a zone over some years; working them out takes longer than all events."""
    return Timezone.from_tzid(zone, first_date=date(since, 1, 1), last_date=date(until + 1, 12, 31))


def _days(meeting: Meeting) -> tuple[date, date] | None:
    """The first and the last day, if the record knows both."""
    first, last = meeting.begins, meeting.ends or meeting.begins
    if first is None or last is None or first.precision != "day" or last.precision != "day":
        return None
    return first.first, last.last


def _event(meeting: Meeting, first: date, last: date) -> Event:
    host = urlsplit(settings.PORTAL_URL).hostname
    told = {"language": get_language() or settings.LANGUAGE_CODE}
    after = last + timedelta(days=1)
    event = Event()
    event.add("uid", f"{meeting.slug}@{host}")
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", meeting.changed.astimezone(UTC))
    event.add("last-modified", meeting.changed.astimezone(UTC))
    if meeting.starts_at and meeting.time_zone:
        zone = ZoneInfo(meeting.time_zone)
        event.add("dtstart", datetime.combine(first, meeting.starts_at, tzinfo=zone))
        # No record says when a meeting closes; its last day does.
        event.add("dtend", datetime.combine(after, time(), tzinfo=zone))
    else:
        event.add("dtstart", first)
        event.add("dtend", after)
    called_off = meeting.status == Status.NOT_HELD
    # Not every program looks at the status of what it subscribed to.
    title = _("Not held: %(meeting)s") % {"meeting": meeting.name} if called_off else meeting.name
    event.add("summary", title, parameters=told)
    if place := meeting.place or meeting.get_mode_display():
        event.add("location", place, parameters=told)
    event.add("description", _description(meeting), parameters=told)
    event.add("url", f"{settings.PORTAL_URL}{meeting.get_absolute_url()}")
    tentative = meeting.status in (Status.PLANNED, Status.UNKNOWN)
    if called_off:
        event.add("status", "CANCELLED")
        event.add("transp", "TRANSPARENT")
    else:
        event.add("status", "TENTATIVE" if tentative else "CONFIRMED")
    return event


def _description(meeting: Meeting) -> str:
    lines = [meeting.body.name]
    if meeting.mode and meeting.place:
        lines.append(meeting.get_mode_display())
    lines.append(meeting.get_status_display())
    if meeting.unverified:
        lines.append(_("Unverified: the source has not been confirmed."))
    if meeting.is_example:
        lines.append(_("Example data, not an official meeting."))
    return "\n".join(lines)
