"""The register in words: one sentence for each act, wherever an entry is shown."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from secretariat.models import Entry
from workplans.models import Activity, Position

# Filled with an entry's facts.
SENTENCES = {
    "start": gettext_noop("Started the %(year)s work plan"),
    "take_in": gettext_noop("Loaded the text of the %(year)s work plan from a file"),
    "circulate": gettext_noop("Circulated %(revision)s"),
    "withdraw": gettext_noop("Withdrew %(revision)s"),
    "take_position": gettext_noop("%(state)s: %(position)s – %(revision)s"),
    "adopted": gettext_noop("Adopted %(revision)s for the Advisory Group"),
    "lapse": gettext_noop("%(meeting_name)s ended without a decision on %(revision)s"),
    "returned": gettext_noop("Returned %(revision)s"),
    "submitted": gettext_noop("Submitted %(revision)s to the ministers"),
    "approved": gettext_noop("The ministers approved %(revision)s"),
    "reported": gettext_noop("Reported %(revision)s to the summit"),
    "record_progress": gettext_noop("Recorded %(title)s: %(state)s"),
    "issue": gettext_noop("Issued %(symbol)s"),
    "convene": gettext_noop("Convened %(meeting_name)s"),
    "accredit": gettext_noop("Appointed %(person)s"),
    "recall": gettext_noop("Ended an appointment"),
}

Line = dict[str, Any]


class Facts(dict[str, Any]):
    """An entry's facts. The register outlives every release, so an old entry may lack some."""

    def __missing__(self, name: str) -> str:
        return "–"


def line(entry: Entry) -> Line:
    """An entry as a line of a timeline: title, when, by, text."""
    facts = Facts(entry.facts)
    if entry.act == "take_position":
        facts["position"] = Position.Kind(facts["position"]).label
        if entry.appointment is not None:
            facts["state"] = entry.appointment.state
    if entry.act == "record_progress":
        facts["state"] = Activity.Stage(facts["state"]).label
    if entry.act == "convene":
        facts.setdefault("meeting_name", facts.get("meeting"))
    sentence = SENTENCES.get(entry.act)
    return {
        "title": _(sentence) % facts if sentence else entry.act,
        "when": entry.at,
        "by": _by(entry),
        "text": facts.get("reason") or facts.get("text") or "",
    }


def _by(entry: Entry) -> str:
    if entry.by is None:
        if entry.act == "lapse":
            return _("By itself, when the meeting was over")
        if entry.act == "issue":
            return _("By the portal, as ordered by the decision")
        return _("The administrator of the portal")
    return f"{entry.by}, {entry.capacity}" if entry.capacity else str(entry.by)
