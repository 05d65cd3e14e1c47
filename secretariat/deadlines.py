"""A deadline as each capital meets it: its local time, and the working days left until then.

No database and no clock: states come as plain objects, the present moment as an argument.

A day is worked unless it belongs to the weekend of the state or is a holiday its government
offices keep; a weekend day worked in exchange for another, as in China, is worked. Days are
counted by the calendar of the capital: from the day after today, since today is partly gone, to
the last day of the deadline. That is the day the deadline falls on, or the day before where it
falls at 08:00 or earlier, since nobody there has worked by then.

Unknown is never none: where holidays are not on record the count is "at most", and where the time
zone is not, there is no count.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import holidays
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

WORK_BEGINS, WORK_ENDS = time(8), time(18)
MOMENT = timedelta(microseconds=1)


class Placed(Protocol):
    """What is asked of a state; `weekend` holds ISO weekdays, `holidays` a country's code."""

    @property
    def name(self) -> str: ...
    @property
    def protocol_order(self) -> int: ...
    @property
    def time_zone(self) -> str: ...
    @property
    def weekend(self) -> Any: ...
    @property
    def holidays(self) -> str: ...
    @property
    def unverified(self) -> bool: ...


# The calendar of a country


@dataclass(frozen=True)
class Kept:
    """What a country keeps in one year: days off by name, and weekend days it works instead.

    `exchanged_until` is the last year for which an exchange of days is on record, where the
    country announces one from year to year.
    """

    days_off: Mapping[date, str]
    worked: frozenset[date]
    exchanged_until: int | None


@lru_cache(maxsize=1024)
def kept(country: str, year: int) -> Kept | None:
    """The holidays of a country (two-letter code) in a year; None where they are not known.

    Those of government offices where they keep more than everybody: ministries answer here.
    """
    known = _holidays_of(country)
    if known is None or not known.start_year <= year <= known.end_year:
        return None
    categories = [
        category
        for category in (holidays.PUBLIC, holidays.GOVERNMENT)
        if category in known.supported_categories
    ]
    found = holidays.country_holidays(
        country, years=year, language="en_US", categories=categories or None
    )
    return Kept(
        days_off=MappingProxyType({day: name for day, name in found.items() if day.year == year}),
        worked=frozenset(day for day in found.weekend_workdays if day.year == year),
        exchanged_until=_exchanged_until(found, categories),
    )


def _holidays_of(country: str) -> holidays.HolidayBase | None:
    # The package also answers to other names than codes.
    if len(country) != 2 or not country.isupper():
        return None
    try:
        return holidays.country_holidays(country)
    except NotImplementedError:
        return None


def knows(country: str) -> bool:
    """Whether the public holidays of a country, by its two-letter code, are known at all."""
    return _holidays_of(country) is not None


def _exchanged_until(found: Any, categories: list[str]) -> int | None:
    years = [
        year
        for category in categories
        for year, entries in getattr(found, f"special_{category}_holidays", {}).items()
        # An entry of more than a month, a day and a name says which day it was exchanged for.
        if any(
            len(entry) > 3 for entry in (entries if isinstance(entries[0], tuple) else [entries])
        )
    ]
    return max(years, default=None)


@dataclass(frozen=True)
class Calendar:
    """The working days of one state. A weekend that is not on record is empty."""

    weekend: frozenset[int]
    country: str

    def off(self, day: date) -> str:
        """Why a day is not worked, in words; empty if it is."""
        year = kept(self.country, day.year)
        if year and day in year.days_off:
            return _("a public holiday: %(name)s") % {"name": year.days_off[day]}
        if day.isoweekday() not in self.weekend or (year and day in year.worked):
            return ""
        return _("part of the weekend")

    def count(self, after: date, until: date) -> int:
        """The working days after one day, up to and including another."""
        if until <= after:
            return 0
        weeks, rest = divmod((until - after).days, 7)
        found = weeks * (7 - len(self.weekend))
        found += sum(
            (until - timedelta(days=back)).isoweekday() not in self.weekend for back in range(rest)
        )
        for year in filter(None, (kept(self.country, y) for y in _years(after, until))):
            for day in year.days_off:
                found -= after < day <= until and day.isoweekday() not in self.weekend
            for day in year.worked - year.days_off.keys():
                found += after < day <= until and day.isoweekday() in self.weekend
        return found

    def knows_holidays(self, after: date, until: date) -> bool:
        return all(kept(self.country, year) for year in _years(after, until))

    def unannounced(self, after: date, until: date, now: datetime) -> list[int]:
        """The years whose exchange of days is still to come, where one is made year by year."""
        years = []
        for year in _years(after, until):
            known = kept(self.country, year)
            last = known.exchanged_until if known else None
            # A country that stopped exchanging days has nothing more to announce.
            if last is not None and now.year - 2 <= last < year:
                years.append(year)
        return years


def _years(after: date, until: date) -> range:
    return range(after.year, max(after, until).year + 1)


# The clock of a place


def end_of_day(day: date, zone: tzinfo) -> datetime:
    """The instant at which a day is over at a place, in UTC.

    Where clocks are set at that very midnight, the day ends once: at the first 24:00 of an hour
    told twice, and when a skipped hour begins.
    """
    return datetime.combine(day + timedelta(days=1), time(0), tzinfo=zone).astimezone(UTC)


@dataclass(frozen=True)
class Clock:
    """An instant by the clock of a place. One that ends a day is 24:00 of that day."""

    local: datetime
    day: date

    @classmethod
    def at(cls, moment: datetime, zone: tzinfo) -> Clock:
        local = moment.astimezone(zone)
        before = (moment.astimezone(UTC) - MOMENT).astimezone(zone).date()
        return cls(local, min(before, local.date()))

    @property
    def ends_day(self) -> bool:
        return self.day < self.local.date()

    @property
    def hour(self) -> str:
        return "24:00" if self.ends_day else self.local.strftime("%H:%M")

    @property
    def before_work(self) -> bool:
        return not self.ends_day and self.local.time() <= WORK_BEGINS

    @property
    def after_work(self) -> bool:
        return self.ends_day or self.local.time() > WORK_ENDS

    @property
    def last_day(self) -> date:
        """The last day on which somebody there can have worked before this instant."""
        return self.day - timedelta(days=1) if self.before_work else self.day

    def __str__(self) -> str:
        return _("%(day)s, %(time)s") % {
            "day": date_format(self.day, "l j F Y"),
            "time": self.hour,
        }


def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        return None


def _day(day: date) -> str:
    return date_format(day, "l j F")


# A deadline in the capitals


@dataclass(frozen=True)
class Capital:
    """A deadline as one state meets it.

    `left` is the number of working days left there, None where it cannot be told; `at_most` says
    that it may be lower. `warnings` and `notes` are phrases that follow the name of the state.
    """

    state: Placed
    clock: Clock | None = None
    left: int | None = None
    at_most: bool = False
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def few(self) -> str:
        """The working days left, in words."""
        if self.left is None:
            return _("Not known")
        if self.at_most:
            return _("At most %(days)d") % {"days": self.left}
        return str(self.left)

    def __str__(self) -> str:
        if self.clock is None:
            return _("The time zone of the capital is not on record.")
        if self.at_most:
            left = ngettext(
                "at most %(days)d working day", "at most %(days)d working days", self.left or 0
            )
        else:
            left = ngettext("%(days)d working day", "%(days)d working days", self.left or 0)
        return _("%(clock)s – %(left)s left") % {
            "clock": self.clock,
            "left": left % {"days": self.left},
        }


@dataclass(frozen=True)
class Outlook:
    """A deadline in all capitals, in the order of states."""

    deadline: datetime
    place: str
    capitals: tuple[Capital, ...]

    def __str__(self) -> str:
        """The deadline by the clock of its place and by UTC."""
        universal = Clock.at(self.deadline, UTC)
        zone = _zone(self.place)
        if zone is None or self.place == "UTC":
            return _("%(clock)s UTC") % {"clock": universal}
        there = Clock.at(self.deadline, zone)
        facts = {
            "there": there,
            "place": self.place.rsplit("/", 1)[-1].replace("_", " "),
            "day": date_format(universal.day, "j F"),
            "time": universal.hour,
        }
        if there.day == universal.day:
            return _("%(there)s %(place)s (%(time)s UTC)") % facts
        return _("%(there)s %(place)s (%(day)s, %(time)s UTC)") % facts

    @property
    def warned(self) -> list[Capital]:
        """The capitals something speaks against it in."""
        return [capital for capital in self.capitals if capital.warnings]

    @cached_property
    def warnings(self) -> list[str]:
        """A sentence for each warning, naming every state it holds for."""
        found: dict[str, list[str]] = {}
        for capital in self.capitals:
            for warning in capital.warnings:
                found.setdefault(warning, []).append(capital.state.name)
        return [
            _("%(states)s: %(warning)s.") % {"states": self._named(names), "warning": warning}
            for warning, names in found.items()
        ]

    def _named(self, names: list[str]) -> str:
        if len(names) == len(self.capitals) > 3:
            return _("All %(count)d states") % {"count": len(names)}
        if len(names) < 2:
            return "".join(names)
        return _("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}

    @property
    def fingerprint(self) -> str:
        """Tells these warnings about this deadline from any others."""
        said = "\n".join([self.deadline.isoformat(), *self.warnings])
        return hashlib.sha256(said.encode()).hexdigest()[:32]


def outlook(
    deadline: datetime,
    states: Iterable[Placed],
    *,
    now: datetime,
    fewest: int,
    place: str = "",
) -> Outlook:
    """How a deadline looks from the capitals of states, in their protocol order.

    deadline, now: aware instants; a naive one raises ValueError. fewest: working days below which
    a warning is due. place: the time zone in which the deadline was set, for its words.
    """
    for moment in (deadline, now):
        if moment.tzinfo is None:
            raise ValueError("a deadline and the present are instants with a time zone")
    ordered = sorted(states, key=lambda state: (state.protocol_order, state.name))
    return Outlook(
        deadline.astimezone(UTC),
        place,
        tuple(_capital(state, deadline, now, fewest) for state in ordered),
    )


def _capital(state: Placed, deadline: datetime, now: datetime, fewest: int) -> Capital:
    unverified = [_("weekend, holidays or time zone partly unverified")] if state.unverified else []
    zone = _zone(state.time_zone)
    if zone is None:
        return Capital(state, notes=(_("time zone not on record"), *unverified))
    calendar = Calendar(frozenset(state.weekend or ()), state.holidays)
    clock, today = Clock.at(deadline, zone), now.astimezone(zone).date()
    last = clock.last_day
    certain = calendar.knows_holidays(today, last)
    left = calendar.count(today, last)
    at_most = left > 0 and not (certain and calendar.weekend)
    warnings, notes = [], []
    if off := calendar.off(last):
        warnings.append(_("the last day is %(day)s, %(why)s") % {"day": _day(last), "why": off})
    if left < fewest:
        warnings.append(_few(left, at_most))
    if clock.before_work:
        notes.append(_("before work begins; the last day is %(day)s") % {"day": _day(last)})
    elif clock.after_work:
        notes.append(_("after working hours"))
    if not calendar.weekend:
        notes.append(_("weekend not on record"))
    if not certain:
        notes.append(_("public holidays not on record"))
    notes += [
        _("working weekends of %(year)d not on record") % {"year": year}
        for year in calendar.unannounced(today, last, now)
    ]
    return Capital(state, clock, left, at_most, tuple(warnings), tuple(notes + unverified))


def _few(left: int, at_most: bool) -> str:
    if not left:
        return _("no working day is left")
    if at_most:
        words = ngettext(
            "at most %(days)d working day is left", "at most %(days)d working days are left", left
        )
    else:
        words = ngettext(
            "only %(days)d working day is left", "only %(days)d working days are left", left
        )
    return words % {"days": left}
