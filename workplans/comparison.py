"""What changed from one text of a plan to another, part by part. No database, no clock.

Parts are matched by their identity, so that a part which moved or was renamed is the same part.
Inside a field that changed, workplans/wording.py marks the words.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from secretariat.dates import PartialDate, span
from workplans import appearance, wording
from workplans.content import Form
from workplans.models import Activity
from workplans.parts import PIECES


@dataclass(frozen=True)
class Move:
    """A part that stands elsewhere among those that were there before.

    before, after: its printed number, or its place where none is printed. left, entered: the
    titles of the parts it stood in and stands in, where those are two.
    """

    before: str
    after: str
    left: str = ""
    entered: str = ""
    numbered: bool = True

    @property
    def sentence(self) -> str:
        facts = vars(self)
        if self.left or self.entered:
            return _("Moved from %(before)s (%(left)s) to %(after)s (%(entered)s)") % facts
        if self.numbered:
            return _("Moved from %(before)s to %(after)s") % facts
        return _("Moved from place %(before)s to place %(after)s") % facts


@dataclass(frozen=True)
class Difference:
    """One field of a part, in words, as it was and as it is.

    lines: the field holds one fact on each line. prose: it is a prose text. moved: a piece of the
    part that stands at another place among its like; its words may be the same.
    """

    name: str
    label: str
    before: str
    after: str
    lines: bool = False
    prose: bool = False
    moved: Move | None = None

    @cached_property
    def marked(self) -> wording.Marked:
        """Both texts in one, word by word; worked out when it is first asked for."""
        return wording.compare(self.before, self.after, lines=self.lines, prose=self.prose)


class State(Enum):
    """What became of a part."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True)
class Part:
    """A part of a plan that differs between two texts.

    `kind`: general, area, activity, working_group, annex or calendar. `number` is the printed one
    where the part has one: in the newer text, or in the older if it is there no more. `fields`
    holds what differs; of a part that was added or removed, all it says or said.
    """

    kind: str
    id: str
    title: str
    number: str = ""
    fields: tuple[Difference, ...] = ()
    moved: Move | None = None
    state: State = State.CHANGED

    @property
    def anchor(self) -> str:
        """Where the part stands on the page of a plan's text; "" for the title page."""
        if self.kind == "calendar":
            return "calendar-of-meetings"
        if self.kind == "general":
            return "preamble" if any(item.name == "preamble" for item in self.fields) else ""
        return self.id

    @property
    def label(self) -> str:
        """The part as a list names it: "Activity 1.2: Forum"."""
        words = {
            "area": _("Priority area"),
            "activity": _("Activity"),
            "working_group": _("Working group"),
            "annex": _("Annex"),
        }.get(self.kind)
        if words is None:
            whole = {"general": _("Title and preamble"), "calendar": _("Calendar of meetings")}
            return whole.get(self.kind, self.title)
        name = f"{words} {self.number}" if self.number else words
        return _("%(part)s: %(title)s") % {"part": name, "title": self.title}

    @property
    def body(self) -> tuple[Difference, ...]:
        """The fields a page shows below the part's label; of what is new, not its title again."""
        if self.state in (State.ADDED, State.REMOVED):
            return tuple(item for item in self.fields if item.name != "title")
        return self.fields

    @property
    def became(self) -> str:
        """In one or a few words, what became of it: "Added", or the fields that changed."""
        if self.state is State.ADDED:
            return _("added")
        if self.state is State.REMOVED:
            return _("removed")
        labels = [item.label.lower() for item in self.fields]
        return ", ".join(dict.fromkeys([*([_("moved")] if self.moved else []), *labels]))


@dataclass(frozen=True)
class Changes:
    """What was added, removed and changed, each in printed order.

    A part that only moved is among the changed. `parts` holds all of them as a reader of the text
    comes upon them; what was removed stands where it stood.
    """

    added: tuple[Part, ...] = ()
    removed: tuple[Part, ...] = ()
    changed: tuple[Part, ...] = ()
    parts: tuple[Part, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    @property
    def sentence(self) -> str:
        """How much changed, in one sentence."""
        moved = sum(part.state is State.MOVED for part in self.changed)
        changed = len(self.changed) - moved
        counts = (
            (ngettext("%d part added", "%d parts added", len(self.added)), len(self.added)),
            (ngettext("%d part removed", "%d parts removed", len(self.removed)), len(self.removed)),
            (ngettext("%d part changed", "%d parts changed", changed), changed),
            (ngettext("%d part moved", "%d parts moved", moved), moved),
        )
        found = ", ".join(words % count for words, count in counts if count)
        return f"{found}." if found else _("Nothing in the text has changed.")


@dataclass(frozen=True)
class _Value:
    """A field in words.

    `means` decides whether it differs where the words alone would mislead, and is shown where the
    words are the same.
    """

    label: str
    words: str
    means: str = ""
    lines: bool = False
    prose: bool = False


@dataclass(frozen=True)
class _Found:
    """A part with its fields, and the part it stands in."""

    part: Part
    values: dict[str, _Value]
    home: str = ""
    home_title: str = ""


def changes(old: Form, new: Form) -> Changes:
    """What differs between two canonical forms of one plan.

    Their revision and their number do not count. A part that stands in another area, or in another
    order among those that stayed, has moved; the fewest that explain the new order have.
    """
    before = {found.part.id: found for found in _parts(old)}
    after = {found.part.id: found for found in _parts(new)}
    moves = dict(_moves(before, after))
    differing: dict[str, Part] = {}
    for key, found in after.items():
        if key not in before:
            said = tuple(_differences({}, found.values))
            differing[key] = replace(found.part, fields=said, state=State.ADDED)
            continue
        fields = tuple(_differences(before[key].values, found.values))
        if fields or key in moves:
            state = State.CHANGED if fields else State.MOVED
            part = replace(found.part, fields=fields, moved=moves.get(key), state=state)
            differing[key] = part
    for key, found in before.items():
        if key not in after:
            said = tuple(_differences(found.values, {}))
            differing[key] = replace(found.part, fields=said, state=State.REMOVED)
    return Changes(
        tuple(differing[key] for key in after if key not in before),
        tuple(differing[key] for key in before if key not in after),
        tuple(differing[key] for key in after if key in differing and key in before),
        tuple(differing[key] for key in _together(before, after) if key in differing),
    )


def plain(found: Changes) -> str:
    """The changes as text without any markup, for a message: part by part, with the marks."""
    blocks = [found.sentence]
    for part in found.parts:
        lines = [f"{part.label} – {part.became}"]
        if part.moved:
            lines.append(part.moved.sentence)
        for item in part.body:
            if item.moved:
                lines.append(f"{item.label}: {item.moved.sentence}")
            if item.marked:
                said = appearance.plain(item.marked)
                lines.append(f"{item.label}:\n{said}" if "\n" in said else f"{item.label}: {said}")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _together(before: Iterable[str], after: Iterable[str]) -> Iterator[str]:
    """The keys of both in the order of the newer; what is gone follows what it followed."""
    newer = list(after)
    there = set(newer)
    gone: dict[str, list[str]] = defaultdict(list)
    last = ""
    for key in before:
        if key in there:
            last = key
        else:
            gone[last].append(key)
    yield from gone[""]
    for key in newer:
        yield key
        yield from gone[key]


def _differences(before: dict[str, _Value], after: dict[str, _Value]) -> Iterator[Difference]:
    nothing = _Value("", "")
    moves = _piece_moves(before, after)
    for name in [*after, *(name for name in before if name not in after)]:
        was, now = before.get(name, nothing), after.get(name, nothing)
        said = was.words, now.words
        if (was.means or was.words) != (now.means or now.words):
            if said[0] == said[1]:
                said = was.means, now.means
        elif name not in moves:
            continue
        yield Difference(
            name,
            now.label or was.label,
            *said,
            lines=now.lines or was.lines,
            prose=now.prose or was.prose,
            moved=moves.get(name),
        )


def _piece_moves(before: Iterable[str], after: Iterable[str]) -> dict[str, Move]:
    found: dict[str, Move] = {}
    for pieces in PIECES:
        was, now = ([n for n in names if n.startswith(pieces.prefix)] for names in (before, after))
        for name in _displaced(was, now):
            places = str(was.index(name) + 1), str(now.index(name) + 1)
            found[name] = Move(*places, numbered=False)
    return found


def _displaced(before: list[str], after: list[str]) -> list[str]:
    """The fewest of those in both without which the others stand in the same order."""
    there, here = set(before), set(after)
    was, now = [key for key in before if key in here], [key for key in after if key in there]
    stayed = {place for _was, place in wording.aligned(was, now)}
    return [key for place, key in enumerate(now) if place not in stayed]


def _moves(before: dict[str, _Found], after: dict[str, _Found]) -> Iterator[tuple[str, Move]]:
    """The parts that are in both texts, but in another place."""
    was, now = _homes(before), _homes(after)
    for key, found in after.items():
        if key in before and before[key].home != found.home:
            yield (
                key,
                Move(
                    _place(key, before[key], was),
                    _place(key, found, now),
                    left=before[key].home_title,
                    entered=found.home_title,
                ),
            )
    for home, keys in now.items():
        for key in _displaced(was.get(home, []), keys):
            numbers = _place(key, before[key], was), _place(key, after[key], now)
            yield key, Move(*numbers, numbered=bool(after[key].part.number))


def _homes(parts: dict[str, _Found]) -> dict[tuple[str, str], list[str]]:
    """The parts that stand in an order with one another."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for key, item in parts.items():
        found[item.part.kind, item.home].append(key)
    return found


def _place(key: str, found: _Found, homes: dict[tuple[str, str], list[str]]) -> str:
    return found.part.number or str(homes[found.part.kind, found.home].index(key) + 1)


def _parts(form: Form) -> Iterator[_Found]:
    yield _Found(
        Part("general", "general", ""),
        {
            "title": _Value(_("Title"), form["title"]),
            "preamble": _Value(_("Preamble"), form["preamble"], prose=True),
            "source_note": _Value(_("Note on sources"), form["source_note"]),
            "language": _Value(_("Original language"), form["language"]),
            "presidency": _Value(_("Presidency"), form["presidency"]["name"]),
        },
    )
    for number, area in enumerate(form["areas"], 1):
        yield _Found(
            Part("area", area["id"], area["title"], str(number)),
            {
                "title": _Value(_("Title"), area["title"]),
                **{
                    f"objective-{item['id']}": _Value(
                        _("Objective"), item["text"], f"– {item['text']}", prose=True
                    )
                    for item in area["objectives"]
                },
            },
        )
        for place, activity in enumerate(area["activities"], 1):
            yield _Found(
                Part("activity", activity["id"], activity["title"], f"{number}.{place}"),
                _activity(activity),
                home=area["id"],
                home_title=area["title"],
            )
    for key, kind, title in (
        ("working_groups", "working_group", _("working groups")),
        ("annexes", "annex", _("annexes")),
    ):
        for number, block in enumerate(form[key], 1):
            yield _Found(
                Part(kind, block["id"], block["title"], str(number) if kind == "annex" else ""),
                {
                    "title": _Value(_("Title"), block["title"]),
                    "text": _Value(_("Text"), block["text"], prose=True),
                },
                home=key,
                home_title=title,
            )
    meetings = form["meetings"]
    yield _Found(
        Part("calendar", "calendar", ""),
        {
            "meetings": _Value(
                _("Meetings"),
                "\n".join(_meeting(meeting) for meeting in meetings),
                "\n".join(_exactly(meeting) for meeting in meetings),
                lines=True,
            )
        },
    )


def _activity(activity: dict[str, Any]) -> dict[str, _Value]:
    lead = activity["lead"]
    values = {
        "kind": _Value(_("Kind"), str(Activity.Kind(activity["kind"]).label)),
        "title": _Value(_("Title"), activity["title"]),
        "description": _Value(_("Description"), activity["description"], prose=True),
        "lead": _lines(_("Lead"), (lead["name"], lead["authority"]) if lead else (), lead),
        "co_leads": _lines(
            _("Co-leads"), (state["name"] for state in activity["co_leads"]), activity["co_leads"]
        ),
        "partners": _lines(_("Partners"), activity["partners"]),
        "dates": _Value(_("Dates"), _dates(activity), _exact_dates(activity)),
        "mode": _Value(_("Mode"), _mode(activity)),
        "place": _Value(_("Place"), activity["place"]),
        "deliverables": _lines(_("Deliverables"), activity["deliverables"]),
        "budget_note": _Value(_("Budget"), activity["budget_note"]),
        "funding_source": _Value(_("Funding"), activity["funding_source"]),
        "state": _Value(_("State"), str(Activity.Stage(activity["state"]).label)),
        "sources": _lines(_("Sources"), activity["sources"]),
    }
    for item in activity["milestones"]:
        values[f"milestone-{item['id']}"] = _lines(_("Milestone"), _step(item), item)
    for item in activity["indicators"]:
        values[f"indicator-{item['id']}"] = _lines(_("Indicator"), _figures(item), item)
    return values


def _lines(label: str, facts: Iterable[str | None], means: Any = None) -> _Value:
    """A field with a fact on each line. means: what holds them, if it is not their list."""
    found = list(facts)
    held = found if means is None else means
    exactly = json.dumps(held, ensure_ascii=False, sort_keys=True) if held else ""
    return _Value(label, "\n".join(fact for fact in found if fact), exactly, lines=True)


def _step(item: dict[str, Any]) -> Iterator[str]:
    yield item["text"]
    if item["date"]:
        yield _("Date: %(date)s") % {"date": PartialDate.parse(item["date"])}


def _figures(item: dict[str, Any]) -> Iterator[str]:
    yield item["name"]
    for name, words in (
        ("unit", _("Unit: %(figure)s")),
        ("baseline", _("Baseline: %(figure)s")),
        ("target", _("Target: %(figure)s")),
    ):
        if item[name]:
            yield words % {"figure": item[name]}


def _dates(dated: dict[str, Any]) -> str:
    begins, ends = (
        PartialDate.parse(dated[key]) if dated[key] else None for key in ("begins", "ends")
    )
    return span(begins, ends)


def _exact_dates(dated: dict[str, Any]) -> str:
    """ "1 May 2027" may be a beginning, an end or both."""
    if not (dated["begins"] or dated["ends"]):
        return ""
    return " – ".join(dated[key] or "…" for key in ("begins", "ends"))


def _mode(held: dict[str, Any]) -> str:
    return str(Activity.Mode(held["mode"]).label) if held["mode"] else ""


def _meeting(meeting: dict[str, Any]) -> str:
    facts = (meeting["name"], _dates(meeting), _mode(meeting), meeting["place"])
    return ", ".join(fact for fact in facts if fact)


def _exactly(meeting: dict[str, Any]) -> str:
    """A meeting fact by fact, where its words leave open which one is which."""
    facts = ("body", "name", "begins", "ends", "mode", "place")
    return " | ".join(meeting[fact] or "–" for fact in facts)
