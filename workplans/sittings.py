"""Meetings and decisions as plain facts, and what the record says of them (domain rules 11, 12).

Announced, convened, held, not held and not known whether held are five things. Nothing here looks
at a clock or a database.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from meetings.models import Body, Meeting
from secretariat.dates import PartialDate, span
from workplans.models import Decision

Act, Status = Decision.Act, Meeting.Status


class Stand(Enum):
    """How a meeting stands on a day."""

    HELD = "held"
    AHEAD = "to come, or sitting"
    OVER = "convened, its days gone by, and nothing on record shows that it sat"
    UNKNOWN = "not known whether held"
    NOT_HELD = "not held"


# A meeting that sets a date others have to keep. One of which it is not known whether it was held
# sets none.
COUNTS = (Stand.HELD, Stand.AHEAD, Stand.OVER)
PASSED = (Stand.HELD, Stand.OVER)


@dataclass(frozen=True)
class Basis:
    """A record that something rests on, and where it is read."""

    label: str
    url: str = ""
    unverified: bool = False


@dataclass(frozen=True)
class Sitting:
    """A meeting as its record has it.

    year: what the record keeps it under. title: a name of its own. convened: the day on which it
    was convened here; None for a meeting known from outside. recorded_at: the page on which those
    in office record whether it was held.
    """

    key: int
    body: str
    name: str
    year: int
    status: str
    begins: PartialDate | None = None
    ends: PartialDate | None = None
    number: int | None = None
    title: str = ""
    body_name: str = ""
    convened: date | None = None
    outcome: str = ""
    unverified: bool = False
    url: str = ""
    recorded_at: str = ""

    @property
    def first(self) -> PartialDate:
        return self.begins or PartialDate(self.year)

    @property
    def last(self) -> PartialDate:
        return self.ends or self.first

    @property
    def in_year(self) -> int:
        """The year of its first day: when people met, whatever the meeting was counted for."""
        return self.first.year

    @property
    def dates(self) -> str:
        return span(self.begins, self.ends) or _("no date on record")

    @property
    def named(self) -> str:
        return _("%(meeting)s (%(dates)s)") % {"meeting": self.name, "dates": self.dates}

    @property
    def basis(self) -> Basis:
        return Basis(self.name, self.url, self.unverified)

    @property
    def ordinary(self) -> bool:
        """Whether a summit is one to which a plan is reported.

        Ordinary summits are counted by a number. One convened here may lack it, but goes by the
        name of the body; an extra meeting of the leaders has no number and a name of its own.
        """
        if self.number is not None:
            return True
        goes_by_the_body = not self.title or self.title.startswith(self.body_name)
        return self.convened is not None and goes_by_the_body

    def sat_on(self, day: date) -> bool:
        return self.begins is not None and self.begins.first <= day <= self.last.last


@dataclass(frozen=True)
class Taken:
    """A decision about a plan: adopted, submitted, approved, returned by the ministers, reported.

    meeting: the key of a sitting. What the Advisory Group returned was never public: left out.
    """

    act: str
    on: date
    meeting: int | None = None


@dataclass(frozen=True)
class Plan:
    """A plan that was adopted at least once, with its decisions in the order taken."""

    year: int
    taken: tuple[Taken, ...]
    url: str = ""

    @property
    def basis(self) -> Basis:
        return Basis(_("The work plan for %(year)d") % {"year": self.year}, self.url)

    def first_of(self, act: str) -> Taken | None:
        return next((one for one in self.taken if one.act == act), None)

    def after_return(self, act: str) -> Taken | None:
        """The last such decision about the text that now stands, if the ministers returned one."""
        for one in reversed(self.taken):
            if one.act in (act, Act.RETURNED):
                return one if one.act == act else None
        return None

    @property
    def adopted(self) -> Taken | None:
        return self.first_of(Act.ADOPTED)

    @property
    def approved(self) -> Taken | None:
        return self.first_of(Act.APPROVED)

    def amended_after(self, reported: Taken) -> Taken | None:
        """The first amended text that the ministers approved after a report."""
        return next((t for t in self._since(reported) if t.act == Act.APPROVED), None)

    def reports_of(self, approved: Taken) -> list[Taken]:
        """The reports since an approval."""
        return [one for one in self._since(approved) if one.act == Act.REPORTED]

    def _since(self, taken: Taken) -> tuple[Taken, ...]:
        """What was decided after one of these decisions."""
        place = next(n for n, one in enumerate(self.taken) if one is taken)
        return self.taken[place + 1 :]

    @property
    def returned(self) -> Taken | None:
        """The ministers' last return, unless they approved the plan in the end."""
        returns = [one for one in self.taken if one.act == Act.RETURNED]
        return returns[-1] if returns and self.approved is None else None


@dataclass(frozen=True)
class _Words:
    """How the record's word on a body's meetings in a year is put."""

    held: str
    convened: str
    announced: str
    doubtful: str
    not_held: str
    none: str


_WORDS: Mapping[str, _Words] = {
    Body.ADVISORY_GROUP: _Words(
        held=gettext_noop("The Advisory Group met: %(meetings)s."),
        convened=gettext_noop("The Advisory Group is convened: %(meetings)s."),
        announced=gettext_noop("A meeting of the Advisory Group is announced: %(meetings)s."),
        doubtful=gettext_noop(
            "The record does not say whether the Advisory Group met as announced: %(meetings)s."
        ),
        not_held=gettext_noop("The Advisory Group did not meet in %(year)d."),
        none=gettext_noop("The record names no meeting of the Advisory Group in %(year)d."),
    ),
    Body.MINISTERS: _Words(
        held=gettext_noop("The ministers met: %(meetings)s."),
        convened=gettext_noop("The ministers’ meeting is convened: %(meetings)s."),
        announced=gettext_noop("The ministers’ meeting is announced: %(meetings)s."),
        doubtful=gettext_noop(
            "The record does not say whether the ministers’ meeting was held: %(meetings)s."
        ),
        not_held=gettext_noop("No ministers’ meeting was held in %(year)d."),
        none=gettext_noop("The record names no ministers’ meeting in %(year)d."),
    ),
    Body.SUMMIT: _Words(
        held=gettext_noop("The summit was held: %(meetings)s."),
        convened=gettext_noop("The summit is convened: %(meetings)s."),
        announced=gettext_noop("The summit is announced: %(meetings)s."),
        doubtful=gettext_noop("The record does not say whether the summit was held: %(meetings)s."),
        not_held=gettext_noop("No summit was held in %(year)d."),
        none=gettext_noop("The record names no summit in %(year)d."),
    ),
}


@dataclass(frozen=True)
class Said:
    """What the record says of a body's meetings in a year; stand is None where it is silent."""

    stand: Stand | None
    sentence: str
    about: tuple[Sitting, ...] = ()


@dataclass(frozen=True)
class Record:
    """The meetings of the Advisory Group, the ministers and the summit, and what was decided."""

    sittings: tuple[Sitting, ...] = ()
    plans: Mapping[int, Plan] = field(default_factory=dict)

    @cached_property
    def by_key(self) -> Mapping[int, Sitting]:
        return {sitting.key: sitting for sitting in self.sittings}

    def sitting(self, taken: Taken | None) -> Sitting | None:
        """The meeting a decision names."""
        return self.by_key.get(taken.meeting) if taken and taken.meeting is not None else None

    @cached_property
    def _sat(self) -> Collection[int]:
        """The meetings that a decision taken in them shows to have sat."""
        shown = set()
        for plan in self.plans.values():
            for one in plan.taken:
                meeting = self.sitting(one)
                decides = one.act in (Act.ADOPTED, Act.APPROVED, Act.RETURNED, Act.STATED)
                if meeting is not None and decides and meeting.sat_on(one.on):
                    shown.add(meeting.key)
        return shown

    @cached_property
    def kept_since(self) -> date | None:
        """The day from which the acts of the partnership are entered here as they happen."""
        days = [sitting.convened for sitting in self.sittings if sitting.convened]
        days += [one.on for plan in self.plans.values() for one in plan.taken]
        return min(days, default=None)

    def kept_through(self, year: int) -> bool:
        """Whether an act of that year would be on record here, had there been one."""
        return self.kept_since is not None and self.kept_since <= date(year, 1, 1)

    def stand(self, sitting: Sitting, day: date) -> Stand:
        """How a meeting stands on a day."""
        if sitting.status == Status.NOT_HELD:
            return Stand.NOT_HELD
        if sitting.status == Status.HELD or sitting.key in self._sat:
            return Stand.HELD
        announced = sitting.status != Status.UNKNOWN or sitting.begins is not None
        if announced and sitting.last.last >= day:
            return Stand.AHEAD
        return Stand.OVER if sitting.status == Status.CONVENED else Stand.UNKNOWN

    def of(self, body: str) -> tuple[Sitting, ...]:
        """A body's meetings in the order of time; what has no dates comes last in its year.

        Extra meetings of the leaders are left out. A summit or ministers' meeting announced
        without dates is the one that has them, where its year knows one.
        """
        return self._ordered[body]

    @cached_property
    def _ordered(self) -> Mapping[str, tuple[Sitting, ...]]:
        return {body: tuple(self._in_order(body)) for body in _WORDS}

    def _in_order(self, body: str) -> list[Sitting]:
        found = [s for s in self.sittings if s.body == body]
        if body == Body.SUMMIT:
            found = [s for s in found if s.ordinary]
        if body != Body.ADVISORY_GROUP:
            dated = {s.in_year for s in found if s.begins and s.status != Status.NOT_HELD}
            vague = (Status.PLANNED, Status.UNKNOWN)
            found = [
                s for s in found if s.begins or s.status not in vague or s.in_year not in dated
            ]
        return sorted(found, key=lambda s: (s.first.first if s.begins else s.last.last, s.key))

    def in_year(self, body: str, year: int) -> list[Sitting]:
        return [sitting for sitting in self.of(body) if sitting.in_year == year]

    def said(self, body: str, year: int, day: date) -> Said:
        """The record's word on a body's meetings in a year, as it stands on a day."""
        words, sittings = _WORDS[body], self.in_year(body, year)

        def standing(*stands: Stand) -> tuple[Sitting, ...]:
            return tuple(s for s in sittings if self.stand(s, day) in stands)

        def say(stand: Stand | None, template: str, about: Iterable[Sitting] = ()) -> Said:
            about = tuple(about)
            facts = {"meetings": "; ".join(s.named for s in about), "year": year}
            return Said(stand, _(template) % facts, about)

        if held := standing(Stand.HELD):
            return say(Stand.HELD, words.held, held)
        if ahead := standing(Stand.AHEAD):
            convened = [s for s in ahead if s.status == Status.CONVENED]
            if convened:
                return say(Stand.AHEAD, words.convened, convened)
            return say(Stand.AHEAD, words.announced, ahead)
        if doubtful := standing(Stand.OVER, Stand.UNKNOWN):
            return say(Stand.UNKNOWN, words.doubtful, doubtful)
        called_off = standing(Stand.NOT_HELD)
        if called_off and all(s.begins for s in called_off):
            template = ngettext(
                "This meeting was not held: %(meetings)s. The record names no other in %(year)d.",
                "These meetings were not held: %(meetings)s. The record names no other in "
                "%(year)d.",
                len(called_off),
            )
            return say(Stand.NOT_HELD, template, called_off)
        if called_off:
            return say(Stand.NOT_HELD, words.not_held, called_off)
        return say(None, words.none)
