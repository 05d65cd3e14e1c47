"""From an order to the words on the pages: one composer for each kind of document.

A new kind is a composer, a template and a line in KINDS; it says what its orders hold and which
part of them the digest names.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from django.utils.translation import gettext as _

from secretariat.dates import PartialDate, span
from workplans import codes, content
from workplans.typesetting import (
    chair_statement,
    differences,
    fonts,
    note,
    receipt,
    record,
    timeline,
)
from workplans.typesetting.faults import TypesettingError
from workplans.typesetting.passages import Numbering, plain_blocks
from workplans.typesetting.words import (
    ACTIVITY_KINDS,
    DISTRIBUTIONS,
    EDITIONS,
    STATES,
    WATERMARKS,
    direction,
    language,
    word,
)

ORDER = "partnir-document/1"
REQUIRED = (
    "kind",
    "edition",
    "symbol",
    "language",
    "title",
    "date",
    "distribution",
    "institution",
    "example",
    "digest",
)
HEAD_LENGTH = 70
# From so many characters on, the text of an activity may end on another page than it begins.
LONG_TEXT = 400

Order = dict[str, Any]
Page = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """A kind of document: its template, what fills it, the editions it may have.

    about: what cover and colophon say of the thing it prints. places: every text of a page with
    the words for where it stands. prints: the part of its orders that the digest names, in one of
    the canonical forms called `forms`; needs: the other parts that only this kind has.
    """

    template: str
    about: Callable[[Order], Page]
    compose: Callable[[Order, Numbering], Page]
    places: Callable[[Page], Iterator[tuple[str, str]]]
    editions: tuple[str, ...]
    prints: str = "plan"
    forms: tuple[str, ...] = tuple(content.SCHEMAS)
    needs: tuple[str, ...] = ("decisions", "statements")

    def form(self, order: Order) -> str:
        """The name of the canonical form in which an order has what it prints."""
        return str(order[self.prints].get("form", ""))


def check(order: Order) -> None:
    """Refuse an order that is incomplete or contradicts itself."""
    kind = KINDS.get(order.get("kind", ""))
    own = (kind.prints, *kind.needs) if kind else ()
    if order.get("symbol") == "":
        # What has no symbol is known by the instant at which its text was read.
        own = (*own, "as_of")
    missing = [key for key in (*REQUIRED, *own) if key not in order]
    if order.get("order") != ORDER or missing:
        raise TypesettingError(
            _("The order to typeset is not of the form “%(form)s”; it lacks: %(missing)s.")
            % {"form": ORDER, "missing": ", ".join(missing) or "order"}
        )
    if kind is None or order["edition"] not in kind.editions:
        raise TypesettingError(
            _("There is no document of the kind “%(kind)s” in the edition “%(edition)s”.")
            % {"kind": order["kind"], "edition": order["edition"]}
        )
    if kind.form(order) not in kind.forms:
        raise TypesettingError(
            _("The text of “%(symbol)s” is in the form “%(form)s”, which is not known here.")
            % {"symbol": order["symbol"], "form": kind.form(order)}
        )
    if content.digest(content.dump(order[kind.prints]), kind.form(order)) != order["digest"]:
        raise TypesettingError(
            _("The digest of “%(symbol)s” is not that of its text; nothing was typeset.")
            % {"symbol": order["symbol"]}
        )


def compose(order: Order) -> Page:
    """Everything the templates print."""
    numbering = Numbering()
    kind = KINDS[order["kind"]]
    page = _every_document(order, kind)
    if kind.prints == "plan":
        order = {**order, "plan": content.upgraded(order["plan"])}
    page |= kind.about(order) | kind.compose(order, numbering)
    return page | {"places": numbering.places}


def _every_document(order: Order, kind: Kind) -> Page:
    digest = order["digest"]
    title = order["title"]
    return {
        "order": order,
        "language": order["language"],
        "direction": direction(order["language"]),
        "institution": order["institution"],
        "symbol": order["symbol"],
        "title": title,
        "head": _head(title),
        "date": record.day(order["date"]),
        "distribution": word(DISTRIBUTIONS, order["distribution"]),
        "document_language": language(order["language"]),
        "edition": word(EDITIONS, order["edition"]),
        "watermark": str(WATERMARKS.get(order["edition"], "")),
        **_named(order),
        "example": order["example"],
        "short_digest": " ".join(digest[i : i + 4] for i in range(0, 16, 4)),
        "digest_rows": [
            [digest[i : i + 8] for i in range(row, row + 32, 8)] for row in range(0, 64, 32)
        ],
        "form": kind.form(order),
        # Where the document can be checked; a printout cannot, nor can what is set by hand.
        "verify": order.get("verify", ""),
        "code": codes.grouped(order.get("code", "")),
    }


def _named(order: Order) -> Page:
    """What tells a document from others: its symbol and digest, or when its text was read."""
    if order["symbol"]:
        return {"as_of": "", "mark": order["symbol"], "has_digest": True}
    as_of = record.moment(order["as_of"])
    return {"as_of": as_of, "mark": _("As of %(moment)s") % {"moment": as_of}, "has_digest": False}


def _about_a_plan(order: Order) -> Page:
    plan = order["plan"]
    return {
        "plan": plan,
        "presidency": _("Presidency of %(state)s") % {"state": plan["presidency"]["name"]},
        "text_of": _("%(symbol)s, revision %(number)d")
        % {"symbol": plan["revision"]["symbol"], "number": plan["revision"]["number"]},
        "original_language": language(plan["language"]),
        "standing": record.standing(order),
    }


def _head(title: str) -> str:
    """The title as it fits the running head, cut between words; Han is twice as wide."""
    widths = accumulate(1 + (unicodedata.east_asian_width(one) in "WF") for one in title)
    fits = sum(width <= HEAD_LENGTH for width in widths)
    if fits == len(title):
        return title
    cut = title[: fits - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip(" ,;:–-") + "…"


def _work_plan(order: Order, numbering: Numbering) -> Page:
    plan = order["plan"]
    preamble = numbering.blocks(plan["preamble"])
    areas = []
    for number, area in enumerate(plan["areas"], 1):
        objectives = [
            block
            for objective in area["objectives"]
            for block in numbering.blocks(objective["text"])
        ]
        rows = _overview(area, number)
        sheets = [
            _sheet(activity, f"{number}.{n}", numbering)
            for n, activity in enumerate(area["activities"], 1)
        ]
        areas.append(
            {
                "number": number,
                "anchor": str(number),
                "title": area["title"],
                "objectives": objectives,
                "eyebrow": _("Priority area %(number)d") % {"number": number},
                "rows_caption": _overview_caption(area),
                "rows": rows,
                "activities": sheets,
            }
        )
    groups = [
        {"title": group["title"], "blocks": numbering.blocks(group["text"])}
        for group in plan["working_groups"]
    ]
    annexes = [
        {
            "anchor": f"annex-{number}",
            "heading": _("Annex %(number)d. %(title)s")
            % {"number": number, "title": annex["title"]},
            "blocks": numbering.blocks(annex["text"]),
        }
        for number, annex in enumerate(plan["annexes"], 1)
    ]
    chart = _timeline(plan, direction(order["language"]) == "rtl")
    return {
        "preamble": preamble,
        "areas": areas,
        "timeline": chart,
        "working_groups": groups,
        "meetings_caption": _meetings_caption(plan),
        "meetings": _meetings(plan),
        "annexes": annexes,
        "record": None if order["edition"] in WATERMARKS else _record(order),
    }


def _record(order: Order) -> Page:
    composed = record.compose(order)
    if amendment := composed["amendment"]:
        amendment["blocks"] = plain_blocks(amendment["reason"])
    for decision in composed["decisions"]:
        decision["blocks"] = plain_blocks(decision["reason"])
    for statement in composed["statements"]:
        statement["blocks"] = plain_blocks(statement["text"])
        statement["note_blocks"] = plain_blocks(statement["note"])
    return composed


def _overview(area: dict[str, Any], number: int) -> list[Page]:
    return [
        {
            "number": f"{number}.{n}",
            "title": activity["title"],
            "lead": _lead(activity),
            "dates": dates(activity),
            "place": where(activity),
        }
        for n, activity in enumerate(area["activities"], 1)
    ]


def _overview_caption(area: dict[str, Any]) -> str:
    return _("Activities under “%(title)s”") % {"title": area["title"]}


def _lead(activity: dict[str, Any]) -> str:
    return activity["lead"]["name"] if activity["lead"] else ""


def dates(dated: dict[str, Any]) -> str:
    """When something takes place, no more exactly than the record says."""
    begins, ends = (
        PartialDate.parse(dated[key]) if dated[key] else None for key in ("begins", "ends")
    )
    return span(begins, ends)


def where(placed: dict[str, Any]) -> str:
    """Place and mode together."""
    if placed["mode"] == "online":
        if placed["place"] and not placed["place"].casefold().startswith(("online", "video")):
            return _("Online (%(place)s)") % {"place": placed["place"]}
        return placed["place"] or _("Online")
    if placed["mode"] == "hybrid":
        return (
            _("%(place)s, and online") % {"place": placed["place"]}
            if placed["place"]
            else _("In a place and online")
        )
    return str(placed["place"])


def _sheet(activity: dict[str, Any], number: str, numbering: Numbering) -> Page:
    lead = activity["lead"]
    rows: list[tuple[str, list[str]]] = [
        (_("Kind"), [word(ACTIVITY_KINDS, activity["kind"])]),
        (_("Lead"), [line for line in (_lead(activity), lead and lead["authority"]) if line]),
        (_("Together with"), [", ".join(state["name"] for state in activity["co_leads"])]),
        (_("Partners"), [", ".join(activity["partners"])]),
        (_("Dates"), [dates(activity)]),
        (_("Place"), [where(activity)]),
        (_("State"), [word(STATES, activity["state"])]),
        (_("Budget"), [activity["budget_note"]]),
        (_("Source of funding"), [activity["funding_source"]]),
    ]
    found = [
        {"label": label, "lines": kept}
        for label, lines in rows
        if (kept := [line for line in lines if line])
    ]
    return {
        "number": number,
        "anchor": f"activity-{number.replace('.', '-')}",
        "title": activity["title"],
        "blocks": numbering.blocks(activity["description"]),
        "is_long": len(activity["description"]) >= LONG_TEXT,
        "rows": found,
        "deliverables": activity["deliverables"],
        "milestones": [_milestone(milestone) for milestone in activity["milestones"]],
        "indicators_caption": _("Indicators of activity %(number)s") % {"number": number},
        "indicators": activity["indicators"],
        "sources": [
            {"text": source, "is_address": source.startswith(("https://", "http://"))}
            for source in activity["sources"]
        ],
    }


def _milestone(milestone: dict[str, Any]) -> str:
    if not milestone["date"]:
        return str(milestone["text"])
    return _("%(date)s: %(text)s") % {
        "date": PartialDate.parse(milestone["date"]),
        "text": milestone["text"],
    }


def _meetings_caption(plan: dict[str, Any]) -> str:
    return _("Meetings foreseen in the plan for %(year)d") % {"year": plan["year"]}


def _meetings(plan: dict[str, Any]) -> list[Page]:
    return [
        {"name": meeting["name"], "dates": dates(meeting), "place": where(meeting)}
        for meeting in plan["meetings"]
    ]


def _goes_on(item: dict[str, Any]) -> bool:
    return item["ends"] is None and item.get("state") in ("under_way", "continuing")


def _timeline(plan: dict[str, Any], mirrored: bool) -> Page | None:
    dated = [activity for _number, activity in content.activities(plan)] + plan["meetings"]
    if not any(item["begins"] or item["ends"] for item in dated):
        return None
    within = timeline.window(
        plan["year"],
        # What goes on without an end reaches the plan's year, whenever it began.
        [
            (item["begins"], item["ends"] or (str(plan["year"]) if _goes_on(item) else None))
            for item in dated
        ],
        mirrored,
    )
    groups: list[Page] = []
    if plan["meetings"]:
        rows = [_meeting_row(meeting, within) for meeting in plan["meetings"]]
        groups.append({"title": _("Meetings"), "rows": rows})
    for number, area in enumerate(plan["areas"], 1):
        colour = timeline.COLOURS[(number - 1) % len(timeline.COLOURS)]
        groups.append(
            {
                "title": f"{number}\u2002{area['title']}",
                "rows": [
                    {
                        "number": f"{number}.{n}",
                        "title": activity["title"],
                        "dates": dates(activity),
                        "told": "; ".join(_dated_facts(activity)),
                        "marks": [
                            mark
                            for milestone in activity["milestones"]
                            if (mark := timeline.mark(milestone["date"], within))
                        ],
                        "bar": timeline.bar(
                            activity["begins"],
                            activity["ends"],
                            colour,
                            within,
                            goes_on=_goes_on(activity),
                        ),
                    }
                    for n, activity in enumerate(area["activities"], 1)
                ],
            }
        )
    return {
        "groups": [group for group in groups if group["rows"]],
        "scale": timeline.scale(within),
        "grid": timeline.grid(within),
        "height": timeline.HEIGHT,
        "width": f"{timeline.WIDTH:.2f}",
    }


def _meeting_row(meeting: dict[str, Any], within: timeline.Window) -> Page:
    begins, ends = meeting["begins"], meeting["ends"]
    mark = timeline.meeting_mark(begins, within)
    return {
        "number": "",
        "title": meeting["name"],
        "dates": dates(meeting),
        "told": dates(meeting),
        "marks": [mark] if mark else [],
        "bar": None if mark else timeline.bar(begins, ends, timeline.MARK_COLOUR, within),
    }


def _dated_facts(activity: dict[str, Any]) -> Iterator[str]:
    """What the drawing of an activity shows, in words."""
    if when := dates(activity):
        yield when
    yield from (_milestone(milestone) for milestone in activity["milestones"] if milestone["date"])


def _summit_report(order: Order, numbering: Numbering) -> Page:
    plan = order["plan"]
    summary = numbering.plain_blocks(order.get("summary") or "")
    reports = {entry["activity"]: entry for entry in order.get("progress") or []}
    areas = []
    everything: Counter[str] = Counter()
    for number, area in enumerate(plan["areas"], 1):
        rows, counts = [], Counter[str]()
        for n, activity in enumerate(area["activities"], 1):
            entry = reports.get(activity["id"])
            state = entry["state"] if entry else activity["state"]
            counts[state] += 1
            rows.append(
                {
                    "number": f"{number}.{n}",
                    "title": activity["title"],
                    "lead": (entry and entry["lead"]) or _lead(activity),
                    "state": word(STATES, state),
                    "is_completed": state == "completed",
                    "note": entry["note"] if entry else "",
                    "received": record.received(entry["by"], entry["on"]) if entry else "",
                    "is_reported": bool(entry and (entry["on"] or entry["note"])),
                }
            )
        everything += counts
        total = sum(counts.values())
        areas.append(
            {
                "number": number,
                "anchor": str(number),
                "title": area["title"],
                "rows": rows,
                "counts": [counts[state] for state in STATES],
                "total": total,
                "sentence": record.counted("completed", counts["completed"], total)
                if total
                else _("This area holds no activity."),
                "rows_caption": _overview_caption(area),
                "plan_rows": _overview(area, number),
            }
        )
    total = sum(everything.values())
    return {
        "summary": summary,
        "brief": numbering.plain_blocks(
            "\n\n".join(record.year_in_brief(order, everything["completed"], total))
        ),
        "areas": areas,
        "states": [str(label) for label in STATES.values()],
        "all_counts": [everything[state] for state in STATES],
        "all_total": total,
        "all_sentence": record.counted("completed", everything["completed"], total)
        if total
        else "",
        "meetings_caption": _meetings_caption(plan),
        "meetings": _meetings(plan),
        "record": _record(order),
    }


def check_glyphs(printed: str, page: Page) -> None:
    """Refuse a text with a character no font can draw, saying which and where it stands."""
    missing = fonts.without_glyph(set(printed))
    if missing:
        character, place = _first_of(missing, page)
        raise TypesettingError(
            _("The character “%(character)s” (%(code)s) in %(place)s cannot be printed. %(remedy)s")
            % {
                "character": character if character.isprintable() else "\ufffd",
                "code": " ".join(
                    part
                    for part in (f"U+{ord(character):04X}", unicodedata.name(character, ""))
                    if part
                ),
                "place": place,
                "remedy": fonts.remedy(character),
            }
        )


def _first_of(missing: set[str], page: Page) -> tuple[str, str]:
    for text, place in KINDS[page["order"]["kind"]].places(page):
        for character in text:
            if character in missing:
                return character, place
    return sorted(missing)[0], _("the text")


def _places_of_a_plan(page: Page) -> Iterator[tuple[str, str]]:
    owners = {
        block.number: activity["number"]
        for area in page["areas"]
        for activity in area.get("activities", ())
        for block in activity["blocks"]
    }
    for number, text in page["places"]:
        place = _("paragraph %(number)d") % {"number": number}
        if number in owners:
            place = _("paragraph %(number)d (activity %(activity)s)") % {
                "number": number,
                "activity": owners[number],
            }
        yield text, place
    for number, activity in content.activities(page["plan"]):
        yield all_text(activity), _("activity %(number)s") % {"number": number}
    for statement in page["order"]["statements"]:
        yield all_text(statement), _("the statement of %(state)s") % {"state": statement["state"]}
    for entry in page["order"].get("progress") or []:
        place = _("the progress report on activity %(number)s") % {"number": entry["number"]}
        yield all_text(entry), place
    for area in page["plan"]["areas"]:
        place = _("the title of the priority area “%(title)s”") % {"title": area["title"]}
        yield area["title"], place
    yield page["title"], _("the title")


def all_text(value: Any) -> str:
    """Every text inside a part of an order."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "\n".join(all_text(item) for item in value.values())
    if isinstance(value, list):
        return "\n".join(all_text(item) for item in value)
    return ""


KINDS = {
    "work_plan": Kind(
        "workplans/document/work_plan.html",
        _about_a_plan,
        _work_plan,
        _places_of_a_plan,
        (*WATERMARKS, "adopted", "approved"),
    ),
    "summit_report": Kind(
        "workplans/document/summit_report.html",
        _about_a_plan,
        _summit_report,
        _places_of_a_plan,
        ("report",),
    ),
    "hand_over_note": Kind(
        "workplans/document/hand_over_note.html",
        note.about,
        note.compose,
        note.places,
        ("handed_over",),
        prints="hand_over",
        forms=(note.FORM,),
        needs=(),
    ),
    "chair_statement": Kind(
        "workplans/document/chair_statement.html",
        chair_statement.about,
        chair_statement.compose,
        chair_statement.places,
        ("stated",),
        prints="statement",
        forms=(chair_statement.FORM,),
        needs=(),
    ),
    "receipt": Kind(
        "workplans/document/receipt.html",
        receipt.about,
        receipt.compose,
        receipt.places,
        ("receipt",),
        prints="receipt",
        forms=(receipt.FORM,),
        needs=(),
    ),
    "comparison": Kind(
        "workplans/document/comparison.html",
        differences.about,
        differences.compose,
        differences.places,
        ("comparison",),
        prints="comparison",
        forms=(differences.FORM,),
        needs=(),
    ),
}
