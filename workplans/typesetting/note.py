"""The hand-over note: who passed the secretariat on to whom, when, and what passed with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from secretariat.dates import PartialDate
from workplans.typesetting import record
from workplans.typesetting.passages import Numbering
from workplans.typesetting.record import moment
from workplans.typesetting.words import language

# The name of the canonical form in which a note's facts are attached to it.
FORM = "partnir-hand-over/1"

Facts = dict[str, Any]
Page = dict[str, Any]


def about(order: dict[str, Any]) -> Page:
    """What cover and colophon say."""
    facts = order["hand_over"]
    return {
        "plan": None,
        "presidency": _("From the presidency of %(outgoing)s to that of %(incoming)s")
        % {"outgoing": _presidency(facts["outgoing"]), "incoming": _presidency(facts["incoming"])},
        "original_language": language(order["language"]),
        "standing": _standing(facts),
    }


def _presidency(facts: Facts) -> str:
    return _("%(state)s %(year)d") % {"state": facts["name"], "year": facts["year"]}


def _standing(facts: Facts) -> list[str]:
    names = {
        "outgoing": facts["outgoing"]["name"],
        "incoming": facts["incoming"]["name"],
        "moment": moment(facts["at"]),
    }
    if facts["taken"] is None:
        return [
            _("The secretariat passed on %(moment)s, by the table of presidencies.") % names,
            _("Both sides’ points stand as they were ticked by then."),
        ]
    return [
        _("%(incoming)s took over the secretariat on %(moment)s.") % names,
        _("%(outgoing)s presides until %(day)s.")
        % {**names, "day": record.day(facts["presides_until"])},
    ]


def compose(order: dict[str, Any], numbering: Numbering) -> Page:
    """The facts as rows and lists, in the groups both sides ticked."""
    facts = order["hand_over"]
    remarks = numbering.plain_blocks(facts["remarks"])
    groups: list[Page] = []
    for point in facts["points"]:
        if not groups or groups[-1]["title"] != point["group"]:
            number = len(groups) + 1
            groups.append(
                {"number": number, "anchor": f"group-{number}", "title": point["group"],
                 "points": []}
            )  # fmt: skip
        groups[-1]["points"].append(_point(point, facts, groups[-1]))
    return {"rows": _rows(facts), "remarks": remarks, "groups": groups}


def _rows(facts: Facts) -> list[dict[str, str]]:
    rows = [
        (_("From"), _presidency(facts["outgoing"])),
        (_("To"), _presidency(facts["incoming"])),
        (_("Offered"), _act(facts["offered"]) or _("Not offered")),
        (_("Taken over"), _act(facts["taken"]) or _("By itself, with the day in the table")),
        (_("Effective"), moment(facts["at"])),
    ]
    if facts["taken"] is not None:
        until = {
            "state": facts["outgoing"]["name"],
            "day": record.day(facts["presides_until"]),
        }
        rows.append((_("Presides"), _("%(state)s, until %(day)s") % until))
    if facts["drawn_up"] != facts["at"]:
        rows.append((_("Drawn up"), moment(facts["drawn_up"])))
    rows.append((_("Register"), _("Entry no. %(number)d") % {"number": facts["entry"]}))
    return [{"label": label, "value": value} for label, value in rows]


def _act(facts: Facts | None) -> str:
    if facts is None:
        return ""
    return _("%(by)s, %(capacity)s, %(state)s, on %(moment)s") % {
        **facts,
        "moment": moment(facts["at"]),
    }


def _point(point: Facts, facts: Facts, group: Page) -> Page:
    count = len(point["items"])
    number = f"{group['number']}.{len(group['points']) + 1}"
    return {
        "number": number,
        "anchor": f"point-{number.replace('.', '-')}",
        "title": point["title"],
        "ticks": [
            {"state": facts[side]["name"], "said": _ticked(point["ticked"][side])}
            for side in ("outgoing", "incoming")
        ],
        "nothing": point["nothing"],
        "caption": ngettext("%(count)d entry", "%(count)d entries", count) % {"count": count},
        "items": point["items"],
        "has_notes": any(item["note"] for item in point["items"]),
    }


def _ticked(tick: Facts | None) -> str:
    if tick is None:
        return _("not ticked")
    day: date = datetime.fromisoformat(tick["at"]).astimezone(UTC).date()
    return _("in order, %(by)s, %(day)s") % {"by": tick["by"], "day": PartialDate.of(day)}


def places(page: Page) -> Iterator[tuple[str, str]]:
    """Every text of the note with the words for where it stands."""
    for number, text in page["places"]:
        yield text, _("paragraph %(number)d") % {"number": number}
    for group in page["groups"]:
        for point in group["points"]:
            where = _("point %(number)s, %(title)s") % point
            for item in point["items"]:
                yield f"{item['text']}\n{item['note']}", where
    for row in page["rows"]:
        yield row["value"], row["label"]
    yield page["title"], _("the title")
