"""Whom to remind of a text before its deadline, and when: in the hours their capital works.

No database and no clock: seats come as they are, the present moment as an argument. A state that
has answered is not asked about here at all, and so is never reminded.

Days are counted by the calendar of the capital, as secretariat/deadlines.py counts them. A step is
so many working days before the deadline; if nobody could be reminded on its day, the reminder
comes with the next working hours, and of several steps that are due the nearest alone. Nobody is
reminded of a text within a day of getting it, nor twice within a day, nor of a step that was past
when the text came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from meetings.models import Seat
from secretariat.deadlines import WORK_BEGINS, WORK_ENDS, Calendar, Clock

# Whoever was told or reminded is left alone for so long.
PAUSE = timedelta(hours=24)


@dataclass(frozen=True)
class Told:
    """What is on record of reminders: each as (seat, kind, day), and the last of each seat."""

    reminded: frozenset[tuple[int, str, date]] = frozenset()
    last: Mapping[int, datetime] = field(default_factory=dict)

    def again_from(self, seat: Seat, opened: datetime) -> datetime:
        """From when on a state may be reminded, after its last reminder or the text itself."""
        return max(self.last.get(seat.pk, opened), opened) + PAUSE


@dataclass(frozen=True)
class Due:
    """A reminder that is due: of which seat, of which step, for which day of the deadline."""

    seat: Seat
    kind: str
    day: date


def kind_of(step: int) -> str:
    return f"before_{step}"


def due(
    silent: Iterable[Seat],
    *,
    deadline: datetime,
    opened: datetime,
    now: datetime,
    steps: Sequence[int],
    told: Told,
    late_is_early: bool = False,
) -> list[Due]:
    """The reminders that are due at a moment.

    silent: seats that have not answered, with their states. deadline, opened, now: aware instants.
    steps: working days before the deadline. late_is_early: remind of steps that were past when
    the text could first be answered, as of a meeting that sits for a day.
    """
    found = []
    for seat in silent:
        zone, calendar = _zone(seat), _calendar(seat)
        if (
            now >= deadline
            or now < told.again_from(seat, opened)
            or not _works(now, zone, calendar)
        ):
            continue
        clock = Clock.at(deadline, zone)
        left = calendar.count(now.astimezone(zone).date(), clock.last_day)
        began_with = calendar.count(opened.astimezone(zone).date(), clock.last_day)
        reached = [step for step in steps if left <= step and (late_is_early or step < began_with)]
        if not reached:
            continue
        nearest = Due(seat, kind_of(min(reached)), clock.day)
        if (seat.pk, nearest.kind, nearest.day) not in told.reminded:
            found.append(nearest)
    return found


def _works(now: datetime, zone: tzinfo, calendar: Calendar) -> bool:
    """Whether the offices of a capital are open."""
    local = now.astimezone(zone)
    return WORK_BEGINS <= local.time() < WORK_ENDS and not calendar.off(local.date())


def _zone(seat: Seat) -> tzinfo:
    """The time zone of a capital; UTC where none is on record."""
    return ZoneInfo(seat.state.time_zone) if seat.state.time_zone else UTC


def _calendar(seat: Seat) -> Calendar:
    return Calendar(frozenset(seat.state.weekend or ()), seat.state.holidays)
