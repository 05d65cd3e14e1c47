"""The receipt of a position: what the portal received from a state, when, and from whom.

The page, the mail and the PDF say the same, from the same facts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from secretariat import instants
from workplans.typesetting import record
from workplans.typesetting.passages import Numbering, plain_blocks
from workplans.typesetting.words import POSITIONS, language, word

# The name of the canonical form in which the facts are attached to the PDF.
FORM = "partnir-receipt/1"

Facts = dict[str, Any]
Page = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """One fact. figures: it is read sign by sign, as a fingerprint is."""

    name: str
    label: str
    value: str
    figures: bool = False


def title(facts: Facts) -> str:
    return _("Receipt for the position of %(state)s") % {"state": facts["state"]["name"]}


def sentence(facts: Facts) -> str:
    """What the receipt says, in one sentence."""
    if facts["late"]:
        return _(
            "The portal received this from %(state)s when the silence had ended. It is kept on the "
            "record, and has no effect."
        ) % {"state": facts["state"]["name"]}
    return _("The portal received this position of %(state)s and put it on its record.") % {
        "state": facts["state"]["name"]
    }


def rows(facts: Facts) -> list[Row]:
    """The facts beside the texts, in words."""
    at, text = datetime.fromisoformat(facts["at"]), facts["text"]
    found = [
        Row("reference", _("Reference"), facts["reference"]),
        Row("state", _("State"), facts["state"]["name"]),
        Row("position", _("Position"), position(facts["position"])),
    ]
    if facts["until"]:
        until = _("Until %(day)s") % {"day": record.day(facts["until"])}
        found.append(Row("until", _("Time asked for"), until))
    if facts["parts"]:
        found.append(Row("parts", _("Concerns"), "; ".join(facts["parts"])))
    found += [
        Row("symbol", _("Text answered"), text["symbol"]),
        Row("title", _("Title"), text["title"]),
        Row("digest", _("Fingerprint of the text (SHA-256)"), text["digest"], figures=True),
        Row("before", _("Before"), facts["before"]),
        Row("by", _("Given by"), _appointed(facts["by"])),
    ]
    if heard := facts["heard"]:
        found.append(Row("heard", _("Written down in the room by"), _appointed(heard)))
    if noted := facts["recorded"]:
        found += [
            Row("recorded_by", _("Recorded by"), _appointed(noted["by"])),
            Row("note", _("On the instruction in"), noted["note"]),
            Row(
                "note_digest", _("Fingerprint of the note (SHA-256)"), noted["sha256"], figures=True
            ),
        ]
    found.append(Row("received", _("Received"), instants.in_words(at, ZoneInfo(facts["zone"]))))
    if facts["capital"] not in ("", facts["zone"]):
        in_capital = instants.in_words(at, ZoneInfo(facts["capital"]))
        found.append(Row("capital", _("In the capital"), in_capital))
    exactly = at.astimezone(UTC).isoformat(sep=" ", timespec="microseconds")
    found += [
        Row("clock", _("By the database’s clock"), exactly, figures=True),
        Row("entry", _("Register"), _("Entry no. %(number)d") % {"number": facts["entry"]}),
        Row("replaces", _("In the place of"), _replaced(facts)),
    ]
    return found


def position(kind: str) -> str:
    return word(POSITIONS, kind)


def texts(facts: Facts) -> list[tuple[str, str]]:
    """What the state wrote, each with what it is."""
    labels = {
        "objects": _("Reason"),
        "asks_for_time": _("Reason"),
        "proposes_amendment": _("Amendment"),
    }
    written = [(labels.get(facts["position"], _("Wording")), facts["said"])]
    written.append((_("Would join with"), facts["would_join"]))
    return [(label, said) for label, said in written if said]


def _appointed(by: Facts) -> str:
    """Who, for whom, and on which appointment."""
    who = _("%(name)s, %(capacity)s, %(state)s; appointed from %(day)s") % {
        **by,
        "day": record.day(by["since"]),
    }
    return _("%(who)s by %(basis)s") % {"who": who, "basis": by["basis"]} if by["basis"] else who


def _replaced(facts: Facts) -> str:
    before = facts["replaces"]
    if before is None:
        return _("Nothing: it is the first answer of the state to this text.")
    moment = instants.in_words(datetime.fromisoformat(before["at"]), ZoneInfo(facts["zone"]))
    return _("%(reference)s: %(position)s, received %(moment)s") % {
        "reference": before["reference"],
        "position": position(before["position"]),
        "moment": moment,
    }


def not_proved() -> list[str]:
    """What nobody should take the receipt for."""
    return [
        _(
            "It shows from whose account the position came. It is no signature, and shows nothing "
            "of who sat at the keyboard."
        ),
        _(
            "It shows what stood when it was received. A later answer of the state stands in its "
            "place; whether there is one, the portal alone shows."
        ),
        _(
            "It says nothing of the outcome: whether the text was adopted follows from the answers "
            "of all states and from the decision on record."
        ),
    ]


# On paper


def about(order: dict[str, Any]) -> Page:
    return {
        "plan": None,
        "presidency": "",
        "original_language": language(order["language"]),
        "standing": [sentence(order["receipt"])],
    }


def compose(order: dict[str, Any], numbering: Numbering) -> Page:
    facts = order["receipt"]
    return {
        "rows": rows(facts),
        "texts": [{"label": label, "blocks": plain_blocks(said)} for label, said in texts(facts)],
        "not_proved": not_proved(),
    }


def places(page: Page) -> Iterator[tuple[str, str]]:
    """Every text of the receipt with the words for where it stands."""
    for label, said in texts(page["order"]["receipt"]):
        yield said, label
    for row in page["rows"]:
        yield row.value, row.label
    yield page["title"], _("the title")
