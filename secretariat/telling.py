"""Who is told what of an act: the lines of one table, and the mail that each of them makes.

What goes out and what is shown before the act are made here alike, so that nobody is told anything
else than whoever acted has seen. Each room keeps the lines about its own acts in its `notices`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from secretariat.deadlines import Clock
from secretariat.models import Appointment, Person, State

LONGEST_SUBJECT = 200
Told = Appointment | Person


@dataclass(frozen=True)
class Circle:
    """Some of those an act concerns: what they are called, why they are told, how to find them.

    why: the whole sentence that stands in their mail. found: given what the act is about and the
    day; appointments come with their person and state.
    """

    name: Any
    why: Any
    found: Callable[[Any, date], Iterable[Told]]


@dataclass(frozen=True)
class News:
    """A line of the table: what one circle is told of an act, in which words, to what effect.

    key: the act's name, and the circle after a dot. subject: filled with the facts of the act.
    page: the one page that acts, or tells more, from the root. binding: of legal effect, so that
    nobody can switch it off. confined: what it says is for those it is addressed to alone.
    """

    key: str
    act: Any
    to: Circle
    subject: Any
    template: str
    page: Callable[[Any], str]
    binding: bool = True
    confined: bool = False

    @property
    def name(self) -> str:
        return self.key.partition(".")[0]


@dataclass(frozen=True)
class Deadline:
    """Until when something can be done: an instant, the zone of its place, the words before it."""

    at: datetime
    place: str
    lead: Any

    def words(self, state: State | None) -> str:
        """The instant by the clock of its place, of a capital, and by UTC; one line each."""
        zones = [
            (self.place, _("at the place of the meeting (%(city)s)")),
            (state.time_zone if state else "", _("in the capital of %(state)s")),
            ("UTC", ""),
        ]
        lines, known = [str(self.lead)], set()
        for zone, where in zones:
            clock = Clock.at(self.at, ZoneInfo(zone) if zone not in ("", "UTC") else UTC)
            if not zone or (zone in known):
                continue
            known.add(zone)
            if zone == "UTC":
                lines.append(_("- %(clock)s UTC") % {"clock": clock})
                continue
            facts = {"city": zone.rpartition("/")[2].replace("_", " "), "state": state}
            lines.append(f"- {clock}, {where % facts}")
        return "\n".join(lines)


@dataclass(frozen=True)
class Telling:
    """A line of the table applied to an act: who is told, and in which words.

    path: empty where the page comes into being with the act. thread: the record it speaks of.
    """

    news: News
    told: tuple[Told, ...]
    subject: str
    words: str
    path: str
    thread: str
    deadline: Deadline | None = None

    def mail(self, told: Told) -> str:
        """The whole text of the mail to one of those told."""
        state = told.state if isinstance(told, Appointment) else None
        context = {
            "words": self.words,
            "deadline": self.deadline.words(state) if self.deadline else "",
            "address": address(self.path) if self.path else "",
            "why": self.news.to.why,
            "binding": self.news.binding,
            "settings": address(reverse("notice_settings")),
            "portal": settings.PARTNERSHIP["portal"],
        }
        return render_to_string("notices/mail.txt", context).strip() + "\n"


def address(path: str) -> str:
    """A page of the portal as a mail names it."""
    return str(settings.PORTAL_URL) + path


def tellings(
    table: Iterable[News],
    name: str,
    about: Any,
    day: date,
    *,
    thread: str,
    facts: Mapping[str, Any],
    deadline: Deadline | None = None,
) -> list[Telling]:
    """What a table makes of an act. A person is told once: in the first circle that finds them.

    facts: what subjects are filled with, and what templates find by name.
    """
    found, known = [], set()
    for news in table:
        if news.name != name:
            continue
        told = []
        for one in news.to.found(about, day):
            person = one.person_id if isinstance(one, Appointment) else one.pk
            if person not in known:
                known.add(person)
                told.append(one)
        found.append(
            Telling(
                news,
                tuple(told),
                Truncator(str(news.subject) % facts).chars(LONGEST_SUBJECT),
                render_to_string(f"notices/{news.template}.txt", {**facts, "news": news}).strip(),
                news.page(about),
                thread,
                deadline,
            )
        )
    return found


# What is shown before an act


@dataclass(frozen=True)
class Seen:
    """One telling as it is shown: who by state and function, and the mail of the first of them."""

    telling: Telling

    @property
    def number(self) -> int:
        return len(self.telling.told)

    @cached_property
    def states(self) -> list[tuple[str, str]]:
        """Each state with its people by function; people told as themselves come last, by name."""
        grouped: dict[str, Counter[str]] = {}
        orders: dict[str, int] = {}
        themselves = []
        for one in self.telling.told:
            if isinstance(one, Appointment):
                grouped.setdefault(one.state.name, Counter())[one.capacity] += 1
                orders[one.state.name] = one.state.protocol_order
            else:
                themselves.append(one.name)
        rows = [
            (state, ", ".join(_counted(function, n) for function, n in sorted(people.items())))
            for state, people in sorted(grouped.items(), key=lambda row: (orders[row[0]], row[0]))
        ]
        return rows + [(name, "") for name in themselves]

    @property
    def sample(self) -> str:
        """The mail as the first of them gets it; with nobody to tell there is none."""
        return self.telling.mail(self.telling.told[0]) if self.telling.told else ""

    @property
    def sample_of(self) -> str:
        """Whose mail is shown."""
        first = self.telling.told[0]
        return first.person.name if isinstance(first, Appointment) else first.name


def _counted(function: str, number: int) -> str:
    if number == 1:
        return function
    return _("%(function)s (%(number)d)") % {"function": function, "number": number}


@dataclass(frozen=True)
class Preview:
    """Who will be told of an act, before it."""

    circles: tuple[Seen, ...]

    @classmethod
    def of(cls, told: Iterable[Telling]) -> Preview:
        return cls(tuple(Seen(telling) for telling in told if telling.told))

    @property
    def number(self) -> int:
        return sum(circle.number for circle in self.circles)

    @cached_property
    def unreachable(self) -> list[str]:
        """The names of those who have no address on record."""
        people = [
            one.person if isinstance(one, Appointment) else one
            for circle in self.circles
            for one in circle.telling.told
        ]
        return [person.name for person in people if not person.email]
