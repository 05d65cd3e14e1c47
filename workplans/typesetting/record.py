"""The record of decisions, as sentences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from secretariat import instants
from secretariat.dates import PartialDate
from workplans import anchors
from workplans.typesetting.words import POSITIONS, STATEMENTS, STATES, word

HEADINGS = {
    "adopted": lambda: _("Adoption"),
    "submitted": lambda: _("Submission"),
    "approved": lambda: _("Approval"),
    "returned": lambda: _("Return"),
    "reported": lambda: _("Report to the summit"),
    "stated": lambda: _("Chair’s statement"),
}


def day(iso: str | None) -> str:
    return str(PartialDate.parse(iso)) if iso else ""


def moment(iso: str) -> str:
    """An instant with its zone: "20 December 2026, 14:05 UTC"."""
    at = datetime.fromisoformat(iso).astimezone(UTC)
    return _("%(day)s, %(time)s UTC") % {
        "day": PartialDate.of(at.date()),
        "time": date_format(at, "H:i"),
    }


def _meeting(decision: dict[str, Any]) -> str:
    if decision["place"]:
        return _("%(meeting)s, %(place)s") % {
            "meeting": decision["meeting"],
            "place": decision["place"],
        }
    return str(decision["meeting"])


def sentence(decision: dict[str, Any]) -> str:
    """What was decided, where and when."""
    facts = {"meeting": _meeting(decision), "date": day(decision["on"])}
    if decision["method"] == "silence":
        return _(
            "The work plan was adopted by the Advisory Group under the silence procedure on "
            "%(moment)s. No state objected before that instant."
        ) % {"moment": _end(decision)}
    if decision["method"] == "written":
        return _(
            "The work plan was adopted by the Advisory Group by written procedure on %(moment)s. "
            "Every state had approved it."
        ) % {"moment": _end(decision) if decision["at"] else day(decision["on"])}
    by_consensus = decision["method"] == "consensus"
    match decision["act"], by_consensus:
        case "adopted", True:
            text = _(
                "The work plan was adopted by consensus on %(date)s at the following meeting: "
                "%(meeting)s."
            )
        case "adopted", False:
            text = _("The work plan was adopted on %(date)s at the following meeting: %(meeting)s.")
        case "approved", True:
            text = _(
                "The work plan was approved by consensus on %(date)s at the following meeting: "
                "%(meeting)s."
            )
        case "approved", False:
            text = _(
                "The work plan was approved on %(date)s at the following meeting: %(meeting)s."
            )
        case "submitted", _method:
            text = _(
                "The work plan was submitted for approval on %(date)s to the following meeting: "
                "%(meeting)s."
            )
        case "reported", _method:
            text = _(
                "The approved work plan was reported on %(date)s to the following meeting: "
                "%(meeting)s."
            )
        case "returned", _method:
            text = _(
                "The work plan was returned for a new revision on %(date)s by the following "
                "meeting: %(meeting)s."
            )
        case _act:
            text = _("A decision was taken on %(date)s at the following meeting: %(meeting)s.")
    return text % facts


def _end(decision: dict[str, Any]) -> str:
    """The instant at which a procedure ended, by the clock of its place and by UTC."""
    return instants.in_words(
        datetime.fromisoformat(decision["at"]), ZoneInfo(decision["zone"] or "UTC")
    )


def declared(decision: dict[str, Any]) -> str:
    """Who put the decision on the record, and in what capacity."""
    if decision["method"] in ("silence", "written"):
        return _(
            "The procedure was opened on %(on)s by %(by)s (%(state)s), %(capacity)s, for this "
            "reason: %(reason)s"
        ) % {**decision["opened"], "on": day(decision["opened"]["on"])}
    if not decision["by"]:
        return ""
    facts = {key: decision[key] for key in ("by", "capacity", "state")}
    if decision["capacity"] and decision["state"]:
        return _("It was put on the record by %(by)s (%(state)s), %(capacity)s.") % facts
    if decision["state"]:
        return _("It was put on the record by %(by)s (%(state)s).") % facts
    return _("It was put on the record by %(by)s.") % facts


def standing(order: dict[str, Any]) -> list[str]:
    """What the cover says of the text's standing."""
    decisions, edition = order["decisions"], order["edition"]
    if edition == "draft":
        return [_("Draft text for consideration. It binds nobody and is not for citation.")]
    if edition == "working_draft":
        return [
            _("The secretariat’s working draft as it stood on %(moment)s.")
            % {"moment": moment(order["as_of"])},
            _("It has not been circulated. It binds nobody and is not for citation."),
        ]
    if edition == "circulated":
        return [
            _("Circulated on %(day)s for consideration.") % {"day": day(order["date"])},
            _("It has not been adopted. It binds nobody and is not for citation."),
        ]
    if edition == "under_silence":
        return [
            _("Put under silence on %(day)s.") % {"day": day(order["date"])},
            _(
                "An interim text: it is adopted only if no state objects before the silence ends. "
                "Until then it binds nobody and is not for citation."
            ),
        ]
    texts = {
        "adopted": _("Adopted on %(date)s, %(meeting)s."),
        "approved": _("Approved on %(date)s, %(meeting)s."),
        "reported": _("Reported on %(date)s, %(meeting)s."),
    }
    wanted = {"adopted": ("adopted",), "approved": ("adopted", "approved")}.get(
        edition, ("adopted", "approved", "reported")
    )
    last = {decision["act"]: decision for decision in decisions}
    found = [
        texts[act] % {"date": day(last[act]["on"]), "meeting": _meeting(last[act])}
        for act in wanted
        if act in last
    ]
    if amendment := order.get("amendment"):
        found.append(_amends(amendment, edition))
    return found or [_("This print does not hold the record of decisions.")]


def _amends(amendment: dict[str, Any], edition: str) -> str:
    """What the cover says of the text that an amended one replaces, or will."""
    before = amendment["amends"]
    facts = {"symbol": before["symbol"], "day": day(before["approved"])}
    if edition == "adopted":
        return (
            _(
                "Amends %(symbol)s, approved on %(day)s, which stays in force until the ministers "
                "approve this text."
            )
            % facts
        )
    return (
        _(
            "The plan as amended. It replaces %(symbol)s, approved on %(day)s; what changes is "
            "listed in the record."
        )
        % facts
    )


def _of_amendment(amendment: dict[str, Any] | None) -> dict[str, Any] | None:
    """The short record of an amendment: of what, why, and which parts it changes."""
    if amendment is None:
        return None
    opened, before = amendment["opened"], amendment["amends"]
    return {
        "sentence": _(
            "Amendment %(number)d of this plan was opened on %(on)s by %(by)s (%(state)s), "
            "%(capacity)s. It changes %(symbol)s, which was approved on %(approved)s at the "
            "following meeting: %(meeting)s."
        )
        % {
            **opened,
            "number": amendment["number"],
            "on": day(opened["on"]),
            "symbol": before["symbol"],
            "approved": day(before["approved"]),
            "meeting": before["meeting"],
        },
        "reason": amendment["reason"],
        "changes": [_("%(part)s – %(became)s") % change for change in amendment["changes"]],
    }


def compose(order: dict[str, Any]) -> dict[str, Any]:
    """The page of record: decisions in order of time, positions, statements in order received."""
    decisions = [
        {
            "heading": HEADINGS[decision["act"]]()
            if decision["act"] in HEADINGS
            else decision["act"],
            "sentence": f"{sentence(decision)} {declared(decision)}".strip(),
            # The report's own text is its summary; that of any other decision is its reason.
            "reason": "" if decision["act"] == "reported" else decision.get("text", ""),
            "positions": [
                {
                    "state": position["state"],
                    "position": word(POSITIONS, position["position"]),
                    "on": day(position["on"]),
                    "by": position["by"],
                    "capacity": position["capacity"],
                }
                for position in decision["positions"]
            ],
        }
        for decision in order["decisions"]
    ]
    concerned = any(statement.get("parts") for statement in order["statements"])
    known = anchors.parts(order["plan"]) if concerned else {}
    statements = [
        _statement(statement, number, known)
        for number, statement in enumerate(order["statements"], 1)
    ]
    return {
        "amendment": _of_amendment(order.get("amendment")),
        "decisions": decisions,
        "statements": statements,
    }


def _statement(
    statement: dict[str, Any], number: int, known: Mapping[str, anchors.Part]
) -> dict[str, Any]:
    """A statement as it is printed. Orders made before statements had parts hold less."""
    note = statement.get("withdrawn")
    return {
        "heading": _("%(number)d. %(kind)s by %(state)s")
        % {
            "number": number,
            "kind": word(STATEMENTS, statement["kind"]),
            "state": statement["state"],
        },
        "parts": anchors.names(known, statement.get("parts", [])),
        "received": _signed(statement),
        "text": statement["text"],
        "withdrawn": _("Withdrawn by %(state)s by the following note:")
        % {"state": statement["state"]}
        if note
        else "",
        "note": note["text"] if note else "",
        "note_received": _signed(note) if note else "",
    }


def _signed(text: dict[str, Any]) -> str:
    """Who signed a text, in what capacity, and when: to the minute where the order has it."""
    by = text["by"]
    if text.get("capacity"):
        by = _("%(name)s, %(capacity)s") % {"name": by, "capacity": text["capacity"]}
    if text.get("at"):
        return _("%(name)s. Received %(moment)s.") % {"name": by, "moment": moment(text["at"])}
    return received(by, text["on"])


def received(by: str, on: str | None) -> str:
    if by and on:
        return _("%(name)s, %(date)s") % {"name": by, "date": day(on)}
    return by or day(on)


def year_in_brief(order: dict[str, Any], completed: int, total: int) -> list[str]:
    """The year as sentences, from the decisions and the state of activities."""
    found = [sentence(decision) for decision in order["decisions"]]
    if order["statements"]:
        states = list(dict.fromkeys(statement["state"] for statement in order["statements"]))
        found.append(
            ngettext(
                "%(count)d statement was placed on the record, by %(states)s.",
                "%(count)d statements were placed on the record, by %(states)s.",
                len(order["statements"]),
            )
            % {"count": len(order["statements"]), "states": ", ".join(states)}
        )
    if total:
        found.append(counted("completed", completed, total))
    return found


def counted(state: str, count: int, total: int) -> str:
    """ "7 of 12 activities: completed", as a sentence."""
    if state == "completed":
        return ngettext(
            "%(count)d of %(total)d activity is completed.",
            "%(count)d of %(total)d activities are completed.",
            total,
        ) % {"count": count, "total": total}
    return ngettext(
        "%(count)d of %(total)d activity: %(state)s.",
        "%(count)d of %(total)d activities: %(state)s.",
        total,
    ) % {"count": count, "total": total, "state": word(STATES, state)}
