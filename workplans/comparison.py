"""What changed from one text of a plan to another, part by part. No database, no clock.

Parts are matched by their identity, so that a part which moved or was renamed is the same part.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from secretariat.dates import PartialDate, span
from workplans.content import Form
from workplans.models import Activity


@dataclass(frozen=True)
class Difference:
    """One field of a part, in words, as it was and as it is."""

    name: str
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Part:
    """A part of a plan that differs between two texts.

    `kind`: general, area, activity, working_group, annex or calendar. `number` is the printed one
    where the part has one: in the newer text, or in the older if it is there no more.
    """

    kind: str
    id: str
    title: str
    number: str = ""
    fields: tuple[Difference, ...] = ()

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
            return self.title
        name = f"{words} {self.number}" if self.number else words
        return _("%(part)s: %(title)s") % {"part": name, "title": self.title}


@dataclass(frozen=True)
class Changes:
    """What was added, removed and changed, each in printed order."""

    added: tuple[Part, ...] = ()
    removed: tuple[Part, ...] = ()
    changed: tuple[Part, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    @property
    def sentence(self) -> str:
        """How much changed, in one sentence."""
        counts = (
            (ngettext("%d part added", "%d parts added", len(self.added)), len(self.added)),
            (ngettext("%d part removed", "%d parts removed", len(self.removed)), len(self.removed)),
            (ngettext("%d part changed", "%d parts changed", len(self.changed)), len(self.changed)),
        )
        found = ", ".join(words % count for words, count in counts if count)
        return f"{found}." if found else _("Nothing in the text has changed.")


@dataclass(frozen=True)
class _Value:
    """A field in words. `means` decides whether it differs, where the words alone would mislead."""

    label: str
    words: str
    means: str | None = None


@dataclass(frozen=True)
class _Order:
    """The parts inside another one, to tell whether those in both texts changed places."""

    label: str
    titles: dict[str, str]


@dataclass(frozen=True)
class _Found:
    part: Part
    values: dict[str, _Value]
    orders: dict[str, _Order] = field(default_factory=dict)


def changes(old: Form, new: Form) -> Changes:
    """What differs between two canonical forms. Their revision and their number do not count."""
    before = {found.part.id: found for found in _parts(old)}
    after = {found.part.id: found for found in _parts(new)}
    changed = []
    for key, found in after.items():
        if key in before:
            differences = (
                *_differences(before[key].values, found.values),
                *_moves(before[key].orders, found.orders),
            )
            if differences:
                changed.append(replace(found.part, fields=differences))
    return Changes(
        tuple(found.part for key, found in after.items() if key not in before),
        tuple(found.part for key, found in before.items() if key not in after),
        tuple(changed),
    )


def _differences(before: dict[str, _Value], after: dict[str, _Value]) -> Iterator[Difference]:
    nothing = _Value("", "")
    for name in [*after, *(name for name in before if name not in after)]:
        was, now = before.get(name, nothing), after.get(name, nothing)
        if (was.means or was.words) != (now.means or now.words):
            yield Difference(name, now.label or was.label, was.words, now.words)


def _moves(before: dict[str, _Order], after: dict[str, _Order]) -> Iterator[Difference]:
    for name, now in after.items():
        was = before[name]
        stayed = [key for key in was.titles if key in now.titles]
        if stayed != [key for key in now.titles if key in was.titles]:
            yield Difference(
                name, now.label, "\n".join(was.titles.values()), "\n".join(now.titles.values())
            )


def _parts(form: Form) -> Iterator[_Found]:
    yield _Found(
        Part("general", "general", _("Title and preamble")),
        {
            "title": _Value(_("Title"), form["title"]),
            "preamble": _Value(_("Preamble"), form["preamble"]),
            "source_note": _Value(_("Note on sources"), form["source_note"]),
        },
        {
            "areas": _order(_("Order of the priority areas"), form["areas"]),
            "working_groups": _order(_("Order of the working groups"), form["working_groups"]),
            "annexes": _order(_("Order of the annexes"), form["annexes"]),
        },
    )
    for number, area in enumerate(form["areas"], 1):
        yield _Found(
            Part("area", area["id"], area["title"], str(number)),
            {
                "title": _Value(_("Title"), area["title"]),
                **{
                    f"objective-{item['id']}": _Value(_("Objective"), item["text"])
                    for item in area["objectives"]
                },
            },
            {
                "objectives": _Order(
                    _("Order of the objectives"),
                    {item["id"]: item["text"] for item in area["objectives"]},
                ),
                "activities": _order(_("Order of the activities"), area["activities"]),
            },
        )
        for place, activity in enumerate(area["activities"], 1):
            yield _Found(
                Part("activity", activity["id"], activity["title"], f"{number}.{place}"),
                _activity(activity, area),
            )
    for key, kind in (("working_groups", "working_group"), ("annexes", "annex")):
        for number, block in enumerate(form[key], 1):
            yield _Found(
                Part(kind, block["id"], block["title"], str(number) if kind == "annex" else ""),
                {
                    "title": _Value(_("Title"), block["title"]),
                    "text": _Value(_("Text"), block["text"]),
                },
            )
    yield _Found(
        Part("calendar", "calendar", _("Calendar of meetings")),
        {"meetings": _Value(_("Meetings"), "\n".join(_meeting(m) for m in form["meetings"]))},
    )


def _order(label: str, parts: list[dict[str, Any]]) -> _Order:
    return _Order(label, {part["id"]: part["title"] for part in parts})


def _activity(activity: dict[str, Any], area: dict[str, Any]) -> dict[str, _Value]:
    lead = activity["lead"]
    mode = dict(Activity.Mode.choices).get(activity["mode"], "")
    values = {
        "area": _Value(_("Priority area"), area["title"], area["id"]),
        "kind": _Value(_("Kind"), str(Activity.Kind(activity["kind"]).label)),
        "title": _Value(_("Title"), activity["title"]),
        "description": _Value(_("Description"), activity["description"]),
        "lead": _Value(_("Lead"), _lead(lead) if lead else ""),
        "co_leads": _Value(
            _("Co-leads"), ", ".join(state["name"] for state in activity["co_leads"])
        ),
        "partners": _Value(_("Partners"), "\n".join(activity["partners"])),
        "dates": _Value(_("Dates"), _dates(activity)),
        "mode": _Value(_("Mode"), str(mode)),
        "place": _Value(_("Place"), activity["place"]),
        "deliverables": _Value(_("Deliverables"), "\n".join(activity["deliverables"])),
        "budget_note": _Value(_("Budget"), activity["budget_note"]),
        "funding_source": _Value(_("Funding"), activity["funding_source"]),
        "state": _Value(_("State"), str(Activity.Stage(activity["state"]).label)),
        "sources": _Value(_("Sources"), "\n".join(activity["sources"])),
    }
    for item in activity["indicators"]:
        values[f"indicator-{item['id']}"] = _Value(_("Indicator"), _indicator(item))
    return values


def _lead(lead: dict[str, Any]) -> str:
    return f"{lead['name']}, {lead['authority']}" if lead["authority"] else str(lead["name"])


def _indicator(item: dict[str, Any]) -> str:
    name = f"{item['name']} ({item['unit']})" if item["unit"] else item["name"]
    figures = " – ".join(figure for figure in (item["baseline"], item["target"]) if figure)
    return f"{name}: {figures}" if figures else str(name)


def _dates(dated: dict[str, Any]) -> str:
    begins, ends = (
        PartialDate.parse(dated[key]) if dated[key] else None for key in ("begins", "ends")
    )
    return span(begins, ends)


def _meeting(meeting: dict[str, Any]) -> str:
    facts = (meeting["name"], _dates(meeting), meeting["place"])
    return ", ".join(fact for fact in facts if fact)
