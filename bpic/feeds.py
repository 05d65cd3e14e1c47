"""One's own calendar: the meetings of one's state, and by when one answers for it.

Programs far away keep what they are given, so it names no draft: a symbol, a plan's year, a page.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from icalendar import Event

from meetings import calendar
from meetings.models import Meeting
from secretariat import instants
from secretariat.standing import Standing
from workplans import queries
from workplans.models import Consideration
from workplans.permissions import voice_or_none


def own(standing: Standing) -> bytes:
    """The calendar of whoever has this standing. Four queries, whatever is in it."""
    states = {appointment.state_id for appointment in standing.appointments}
    meetings = (
        Meeting.objects.published()
        .filter(seats__state__in=states)
        .select_related("body")
        .distinct()
    )
    name = _("%(partnership)s: your meetings and deadlines") % {
        "partnership": settings.PARTNERSHIP["short"]
    }
    return calendar.feed(meetings, _deadlines(standing), name)


def _deadlines(standing: Standing) -> Iterator[Event]:
    for board in queries.open_boards():
        consideration = board.consideration
        if voice_or_none(standing, consideration) is not None:
            event = _deadline(consideration)
            if event is not None:
                yield event


def _deadline(consideration: Consideration) -> Event | None:
    """The last day on which an answer to a text is taken, if it is known to the day."""
    meeting = consideration.meeting
    if consideration.expires is not None:
        return _exact_end(consideration, consideration.expires)
    if meeting.closes is None or meeting.ends is None:
        return None
    host = urlsplit(settings.PORTAL_URL).hostname
    told = {"language": get_language() or settings.LANGUAGE_CODE}
    opened = consideration.opened.astimezone(UTC)
    page = reverse("workplans:consideration", args=[consideration.pk])
    if consideration.before_ministers:
        title = _("Last day to decide: %(year)d work plan")
    else:
        title = _("Last day to answer: %(symbol)s")
    facts = {"year": consideration.plan.year, "symbol": consideration.revision.symbol}
    event = Event()
    event.add("uid", f"consideration-{consideration.pk}@{host}")
    event.add("dtstamp", opened)
    event.add("dtstart", meeting.ends.last)
    event.add("dtend", meeting.ends.last + timedelta(days=1))
    event.add("summary", title % facts, parameters=told)
    words = _("%(meeting)s. Until the end of %(day)s by the clock of its place (%(zone)s).") % {
        "meeting": meeting.name,
        "day": meeting.ends,
        "zone": meeting.time_zone or "UTC",
    }
    event.add("description", words, parameters=told)
    event.add("url", f"{settings.PORTAL_URL}{page}")
    event.add("transp", "TRANSPARENT")
    return event


def _exact_end(consideration: Consideration, expires: datetime) -> Event:
    """The exact instant before which a state can answer, or object."""
    host = urlsplit(settings.PORTAL_URL).hostname
    told = {"language": get_language() or settings.LANGUAGE_CODE}
    page = reverse("workplans:consideration", args=[consideration.pk])
    symbol = {"symbol": consideration.revision.symbol}
    event = Event()
    event.add("uid", f"consideration-{consideration.pk}@{host}")
    event.add("dtstamp", consideration.opened.astimezone(UTC))
    event.add("dtstart", expires.astimezone(UTC))
    title = _("The silence ends: %(symbol)s")
    words = _("An objection counts if the portal receives it before this instant: %(moment)s.")
    if consideration.in_writing:
        title = _("Answers in writing end: %(symbol)s")
        words = _("An answer counts if the portal receives it before this instant: %(moment)s.")
    event.add("summary", title % symbol, parameters=told)
    moment = instants.in_words(expires, consideration.meeting.zone)
    event.add("description", words % {"moment": moment}, parameters=told)
    event.add("url", f"{settings.PORTAL_URL}{page}")
    event.add("transp", "TRANSPARENT")
    return event
