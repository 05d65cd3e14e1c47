"""What a draft still lacks, and where a problem of its text is put right. No database, no clock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from workplans.content import Form

PLACE = re.compile(r"(?P<place>[a-z_]+(?:\[\d+\])?(?:\.[a-z_]+(?:\[\d+\])?)*): (?P<rest>.+)", re.S)
STEP = re.compile(r"([a-z_]+)(?:\[(\d+)\])?")


@dataclass(frozen=True)
class Open:
    """An activity in the list of parts: its facts in the canonical form, and what it lacks."""

    number: str
    form: Form
    lacks: tuple[str, ...]


@dataclass(frozen=True)
class OpenArea:
    number: int
    form: Form
    activities: tuple[Open, ...]


def areas(form: Form) -> list[OpenArea]:
    """The areas in printed order, each activity with what is still open in it."""
    return [
        OpenArea(
            number,
            area,
            tuple(
                Open(f"{number}.{place}", activity, lacking(activity))
                for place, activity in enumerate(area["activities"], 1)
            ),
        )
        for number, area in enumerate(form["areas"], 1)
    ]


def lacking(activity: Form) -> tuple[str, ...]:
    """What a reader will miss in an activity; none of it keeps a plan from being circulated."""
    missing = (
        (activity["lead"], _("no lead state")),
        (activity["begins"] or activity["ends"], _("no dates")),
        (activity["description"], _("no description")),
        (activity["indicators"], _("no indicator")),
    )
    return tuple(words for there, words in missing if not there)


@dataclass(frozen=True)
class Located:
    """A problem as a person reads it: the page and the field it belongs to."""

    sentence: str
    page: str
    key: str = ""
    field: str = ""


def locate(problem: str, form: Form) -> Located | None:
    """Where a problem that names its place ("areas[2].activities[1].title: …") is put right."""
    found = PLACE.match(problem)
    if not found:
        return None
    steps = [
        (name, int(number) if number else 0)
        for name, number in (
            STEP.fullmatch(step).groups()  # type: ignore[union-attr]
            for step in found["place"].split(".")
        )
    ]
    names = [name for name, _number in steps]
    if names[0] == "areas" and steps[0][1]:
        return _in_area(steps, form["areas"][steps[0][1] - 1], found["rest"])
    if names[0] in ("working_groups", "annexes") and steps[0][1]:
        block = form[names[0]][steps[0][1] - 1]
        field = names[1] if len(names) > 1 else "title"
        return Located(_said(block["title"], field, found["rest"]), "text", block["id"], field)
    if names[0] in ("title", "preamble", "source_note"):
        return Located(
            _said(_("Title and preamble"), names[0], found["rest"]), "edit_general", "", names[0]
        )
    return None


def _in_area(steps: list[tuple[str, int]], area: Form, rest: str) -> Located:
    number = steps[0][1]
    inner = steps[1] if len(steps) > 1 else ("title", 0)
    if inner[0] == "activities" and inner[1]:
        activity = area["activities"][inner[1] - 1]
        field = steps[2][0] if len(steps) > 2 else ""
        name = _("Activity %(number)s") % {"number": f"{number}.{inner[1]}"}
        return Located(
            _said(name, field, rest),
            "activity",
            activity["id"],
            "" if field in ("indicators", "milestones") else field,
        )
    field = "" if inner[0] == "objectives" else inner[0]
    name = _("Priority area %(number)d") % {"number": number}
    return Located(_said(name, inner[0], rest), "area", area["id"], field)


def _said(part: str, field: str, rest: str) -> str:
    where = f"{part}, {_field_words(field)}" if field else part
    return f"{where}: {rest}"


def _field_words(field: str) -> Any:
    return {
        "title": _("title"),
        "preamble": _("preamble"),
        "source_note": _("note on sources"),
        "text": _("text"),
        "objectives": _("objectives"),
        "description": _("description"),
        "partners": _("partners"),
        "place": _("place"),
        "begins": _("beginning"),
        "ends": _("end"),
        "deliverables": _("deliverables"),
        "indicators": _("indicators"),
        "milestones": _("milestones"),
        "budget_note": _("budget note"),
        "funding_source": _("funding source"),
        "sources": _("sources"),
    }.get(field, field.replace("_", " "))
