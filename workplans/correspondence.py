"""Procedures by correspondence in words and figures: what opening one needs, and how it stands.

Rule (domain rule 7), for a silence: the chair states an exact end and the reason; a written
objection or amendment received before that instant breaks it; if none is, the text is adopted at
that instant.
Received at the end is not before it. A written procedure takes the same time, and asks for
every state's approval (rule 6). No database and no clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from secretariat import deadlines
from secretariat.deadlines import Outlook, Placed

# So far ahead is no deadline any more; most likely a year was mistyped.
LONGEST = timedelta(days=92)
# Where the portal proposes an end: the close of a working day at the chair's place.
CLOSE_OF_WORK = time(18)


class NoSuchHour(Exception):
    """A time of day that the clocks of a place leave out, or show twice, on that day."""


def instant(day: datetime | None, zone: tzinfo) -> datetime:
    """The instant at which a clock on a wall shows this day and hour, in UTC.

    day: without a time zone. Raises NoSuchHour in the nights in which clocks are set.
    """
    if day is None or day.tzinfo is not None:
        raise ValueError("the hour on a wall has no time zone of its own")
    here = day.replace(tzinfo=zone)
    universal = here.astimezone(UTC)
    if universal.astimezone(zone).replace(tzinfo=None) != day:
        raise NoSuchHour(_("The clocks of that place leave out this hour on that day."))
    if here.replace(fold=1).utcoffset() != here.utcoffset():
        raise NoSuchHour(_("The clocks of that place show this hour twice on that day."))
    return universal


def outlook(expires: datetime, states: Iterable[Placed], *, now: datetime, place: str) -> Outlook:
    """The end of a procedure as the capitals meet it."""
    return deadlines.outlook(
        expires, states, now=now, fewest=settings.SILENCE_WORKING_DAYS, place=place
    )


def obstacles(expires: datetime, now: datetime, seen: Outlook) -> list[str]:
    """What forbids opening a procedure that would end then: a sentence each.

    seen: that end in the capitals. Working days that cannot be counted, because a capital's time
    zone is not on record, forbid nothing; they are shown, and are for the chair to weigh.
    """
    problems = []
    shortest = timedelta(hours=settings.SILENCE_HOURS)
    if expires < now + shortest:
        problems.append(
            ngettext(
                "The states need at least %(hours)d hour.",
                "The states need at least %(hours)d hours.",
                settings.SILENCE_HOURS,
            )
            % {"hours": settings.SILENCE_HOURS}
        )
    if expires > now + LONGEST:
        problems.append(_("The states have %(days)d days at most.") % {"days": LONGEST.days})
    few = [
        capital.state.name
        for capital in seen.capitals
        if capital.left is not None and capital.left < settings.SILENCE_WORKING_DAYS
    ]
    if few:
        problems.append(
            ngettext(
                "Every capital needs at least %(days)d working day. Fewer are left in: %(states)s.",
                "Every capital needs at least %(days)d working days. Fewer are left in: "
                "%(states)s.",
                settings.SILENCE_WORKING_DAYS,
            )
            % {"days": settings.SILENCE_WORKING_DAYS, "states": ", ".join(few)}
        )
    return problems


def propose(now: datetime, states: list[Placed], place: str) -> datetime:
    """The first close of a working day at a place that leaves every capital the time it needs.

    Where no day of the longest procedure does, the first that is long enough in hours.
    """
    zone = ZoneInfo(place or "UTC")
    first = (now + timedelta(hours=settings.SILENCE_HOURS)).astimezone(zone).date()
    fallback = None
    for ahead in range(LONGEST.days):
        here = datetime.combine(first + timedelta(days=ahead), CLOSE_OF_WORK)
        try:
            expires = instant(here, zone)
        except NoSuchHour:
            continue
        seen = outlook(expires, states, now=now, place=place)
        if not obstacles(expires, now, seen):
            fallback = fallback or expires
            if not seen.warnings:
                return expires
    return fallback or now + timedelta(hours=settings.SILENCE_HOURS, days=1)


def time_left(left: timedelta) -> str:
    """How long states can still answer, in words, rounded down."""
    minutes = int(left.total_seconds() // 60)
    if left <= timedelta(0):
        return _("The time has run out.")
    if minutes < 60:
        words = ngettext("%(minutes)d minute is left.", "%(minutes)d minutes are left.", minutes)
    elif minutes < 48 * 60:
        words = ngettext("%(hours)d hour is left.", "%(hours)d hours are left.", minutes // 60)
    else:
        words = ngettext("%(days)d day is left.", "%(days)d days are left.", left.days)
    return words % {"minutes": minutes, "hours": minutes // 60, "days": left.days}


def sentence(asking: int, withheld: bool = False) -> str:
    """How a silence that runs stands: never more than that nobody has objected so far.

    asking: how many states ask for time; it breaks nothing. withheld: whether the reader may know.
    """
    if withheld or not asking:
        return _("No objection so far.")
    return ngettext(
        "No objection so far. %(count)d state asks for time, which does not break the silence.",
        "No objection so far. %(count)d states ask for time, which does not break the silence.",
        asking,
    ) % {"count": asking}
