"""Who has the page of a part open, kept in Redis for a few seconds. It locks nothing.

Nothing depends on it: while Redis does not answer, nobody is shown as present, and after a first
failure it is left alone for a while, so that no page waits for it twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from uuid import UUID

import redis
from django.conf import settings
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from redis.backoff import NoBackoff
from redis.retry import Retry

from secretariat.models import Person
from workplans.models import WorkPlan

EDITING, READING, AWAY = "editing", "reading", "away"
# A page says every ten seconds that it is open; one that is silent longer than this is closed.
SECONDS = 25
PATIENCE = 0.3
REST = 5.0
# More pages of one plan than people could have open; beyond that nobody is added.
MOST = 200

_resting_until = 0.0


@dataclass(frozen=True)
class Present:
    """One page that is open: the part it shows, and whether its reader writes."""

    part: str
    person: int
    page: str
    editing: bool


@cache
def _redis(url: str) -> redis.Redis:
    found: redis.Redis = redis.Redis.from_url(
        url,
        socket_connect_timeout=PATIENCE,
        socket_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 0),
        decode_responses=True,
    )
    return found


def _ask(what: Callable[[redis.Redis], list[Present]]) -> list[Present]:
    global _resting_until
    if time.monotonic() < _resting_until:
        return []
    try:
        return what(_redis(settings.REDIS_URL))
    except (redis.RedisError, OSError):
        _resting_until = time.monotonic() + REST
        return []


def beat(plan: WorkPlan, part: UUID, *, page: UUID, person: Person, state: str) -> list[Present]:
    """Say that a person has a page open, or that they left it; returns who is there now."""
    key, mine = _key(plan), f"{part}|{person.pk}|{page}"

    def tell(store: redis.Redis) -> list[Present]:
        if state == AWAY:
            store.hdel(key, mine)
        elif store.hexists(key, mine) or store.hlen(key) < MOST:
            with store.pipeline(transaction=False) as line:
                line.hset(key, mine, f"{state}|{time.time():.0f}")
                line.expire(key, SECONDS)
                line.execute()
        return _read(store, key)

    return _ask(tell)


def present(plan: WorkPlan) -> list[Present]:
    """Everybody who has a page of the plan's draft open now."""
    return _ask(lambda store: _read(store, _key(plan)))


def _key(plan: WorkPlan) -> str:
    return f"presence:{plan.key}"


def _read(store: redis.Redis, key: str) -> list[Present]:
    held: dict[str, str] = store.hgetall(key)  # type: ignore[assignment]
    gone, found = [], []
    for name, said in held.items():
        part, person, page = name.split("|")
        state, _mark, at = said.partition("|")
        if time.time() - float(at) > SECONDS:
            gone.append(name)
        else:
            found.append(Present(part, int(person), page, state == EDITING))
    if gone:
        store.hdel(key, *gone)
    return found


# In words


def about(part: UUID, here: Iterable[Present], *, page: UUID, person: Person, sort: str) -> str:
    """Who else has the same part open: "Ana is editing this activity; Li is reading."."""
    others = [one for one in here if one.part == str(part) and one.page != str(page)]
    elsewhere = [one for one in others if one.person != person.pk]
    words = [_sentence(elsewhere, _named_here(sort), _people(elsewhere))]
    if any(one.person == person.pk for one in others):
        words.append(_("You have it open in another window too."))
    return " ".join(word for word in words if word)


def sentences(plan: WorkPlan, *, but: Person) -> dict[str, str]:
    """Who else is at each part, by its identity, for the list of parts."""
    others = [one for one in present(plan) if one.person != but.pk]
    people = _people(others)
    by_part: dict[str, list[Present]] = {}
    for one in others:
        by_part.setdefault(one.part, []).append(one)
    return {part: _sentence(here, "", people) for part, here in by_part.items()}


def _people(here: list[Present]) -> dict[int, Person]:
    return Person.objects.in_bulk({one.person for one in here}) if here else {}


def _named_here(sort: str) -> str:
    return {
        "general": _("the title and preamble"),
        "area": _("this priority area"),
        "activity": _("this activity"),
    }.get(sort, _("this text"))


def _sentence(here: list[Present], what: str, people: dict[int, Person]) -> str:
    writing = {one.person for one in here if one.editing}
    reading = {one.person for one in here} - writing
    return _join(_clauses(_names(writing, people), _names(reading, people), what))


def _names(who: Iterable[int], people: dict[int, Person]) -> list[str]:
    # Isolated, so that a name in Arabic letters leaves the order of the sentence alone.
    return [f"\u2068{people[pk]}\u2069" for pk in sorted(who) if pk in people]


def _clauses(writing: list[str], reading: list[str], what: str) -> Iterator[str]:
    final = pgettext("between the last two of a list", "and")
    if writing and what:
        yield ngettext(
            "%(names)s is editing %(what)s", "%(names)s are editing %(what)s", len(writing)
        ) % {"names": get_text_list(writing, final), "what": what}
    elif writing:
        yield ngettext("%(names)s is editing", "%(names)s are editing", len(writing)) % {
            "names": get_text_list(writing, final)
        }
    if reading and what and not writing:
        yield ngettext(
            "%(names)s is reading %(what)s", "%(names)s are reading %(what)s", len(reading)
        ) % {"names": get_text_list(reading, final), "what": what}
    elif reading:
        yield ngettext("%(names)s is reading", "%(names)s are reading", len(reading)) % {
            "names": get_text_list(reading, final)
        }


def _join(clauses: Iterator[str]) -> str:
    said = "; ".join(clauses)
    return f"{said}." if said else ""
