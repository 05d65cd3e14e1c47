"""The Chair's statement: what no state objected to, on the chair's own responsibility."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from workplans import anchors
from workplans.typesetting.passages import Numbering
from workplans.typesetting.words import language

# The name of the canonical form in which it is attached to the document.
FORM = "partnir-chair-statement/1"

Page = dict[str, Any]


def about(order: dict[str, Any]) -> Page:
    """What cover and colophon say."""
    facts = order["statement"]
    return {
        "plan": None,
        "presidency": _("Presidency of %(state)s") % {"state": facts["presidency"]["name"]},
        "original_language": language(order["language"]),
        "standing": [not_adopted(), on_own_responsibility()],
    }


def not_adopted() -> str:
    return _("It is not adopted and binds nobody.")


def on_own_responsibility() -> str:
    return _("It is the chair’s, on the chair’s own responsibility, and commits no state.")


def compose(order: dict[str, Any], numbering: Numbering) -> Page:
    """The chair's words, what is left of the text, and what is open."""
    facts = order["statement"]
    return {
        "introduction": numbering.plain_blocks(facts["introduction"]),
        "signed": _("%(name)s, %(capacity)s") % facts["by"],
        "before": _("%(symbol)s, before %(meeting)s") % {
            "symbol": facts["plan"]["symbol"],
            "meeting": facts["meeting"],
        },
        "whole": facts["whole"],
        "agreed": [_part(part, numbering) for part in facts["agreed"]],
        "open": [_name(part) for part in facts["open"]],
    }  # fmt: skip


def _name(part: dict[str, Any]) -> str:
    return anchors.Part(part["id"], part["sort"], part["number"], part["title"]).name


def _part(part: dict[str, Any], numbering: Numbering) -> Page:
    from workplans.typesetting.layout import dates, where  # which itself names this kind

    rows = []
    if part["sort"] == "activity":
        rows = [
            {"label": label, "value": value}
            for label, value in (
                (_("Lead"), part["lead"]),
                (_("Dates"), dates(part)),
                (_("Place"), where(part)),
                (_("Deliverables"), "; ".join(part["deliverables"])),
            )
            if value
        ]
    return {
        # An objective has no title; its own words follow.
        "heading": "" if part["sort"] == "objective" else _name(part),
        "level": 3 if part["sort"] in ("activity", "objective") else 2,
        "rows": rows,
        "blocks": numbering.blocks(part.get("text", "")),
    }


def places(page: Page) -> Iterator[tuple[str, str]]:
    """Every text with the words for where it stands."""
    for number, text in page["places"]:
        yield text, _("paragraph %(number)d") % {"number": number}
    for part in page["order"]["statement"]["agreed"]:
        yield part["title"], _name(part)
    yield page["title"], _("the title")
