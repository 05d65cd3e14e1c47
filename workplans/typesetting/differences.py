"""The comparison of two texts: what differs, in a sentence, a list and the marked words.

The same pure comparison as on the page, and the same template sets the marked words.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from workplans import comparison, content
from workplans.typesetting import record
from workplans.typesetting.passages import Numbering
from workplans.typesetting.words import WATERMARKS, language

# The name of the canonical form that holds both texts.
FORM = "partnir-comparison/1"

Page = dict[str, Any]


def about(order: dict[str, Any]) -> Page:
    """What the head of the first page says; a comparison with a draft is marked as one."""
    texts = [order["comparison"][which] for which in ("older", "newer")]
    is_draft = any(text["draft"] for text in texts)
    return {
        "plan": None,
        "presidency": "",
        "original_language": language(order["language"]),
        "standing": [],
        "watermark": str(WATERMARKS["working_draft"]) if is_draft else "",
        "texts": [
            {"label": label, "name": text["label"] or _as_it_was(order), "digest": text["digest"]}
            for label, text in zip((_("From"), _("To")), texts, strict=True)
        ],
    }


def _as_it_was(order: dict[str, Any]) -> str:
    return _("The draft as it was on %(moment)s") % {"moment": record.moment(order["as_of"])}


def compose(order: dict[str, Any], numbering: Numbering) -> Page:
    """The changes, and the parts in the order of the text, each with a place to be found at."""
    texts = (order["comparison"][which]["plan"] for which in ("older", "newer"))
    changes = comparison.changes(*map(content.upgraded, texts))
    return {
        "changes": changes,
        "parts": [
            {"anchor": f"part-{number}", "part": part, "label": part.label, "became": part.became}
            for number, part in enumerate(changes.parts, 1)
        ],
    }


def places(page: Page) -> Iterator[tuple[str, str]]:
    """Every text of the comparison with the words for where it stands."""
    for entry in page["parts"]:
        part = entry["part"]
        for item in part.body:
            where = _("%(part)s (%(field)s)") % {"part": part.label, "field": item.label.lower()}
            yield f"{item.before}\n{item.after}", where
        yield part.label, _("the title of a part")
    for text in page["texts"]:
        yield text["name"], _("the names of the texts")
    yield page["title"], _("the title")
