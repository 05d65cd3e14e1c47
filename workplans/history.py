"""The register in words: one sentence for each act, wherever an entry is shown."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from meetings.models import Meeting
from secretariat import instants
from secretariat.dates import PartialDate
from secretariat.models import Entry
from workplans.comparison import Part
from workplans.models import Activity, Position, Sitting, Statement
from workplans.notices import ACTS
from workplans.obligations import Duty

# Filled with an entry's facts.
SENTENCES = {
    "start": gettext_noop("Started the %(year)s work plan"),
    "take_in": gettext_noop("Loaded the text of the %(year)s work plan from a file"),
    "circulate": gettext_noop("Circulated %(revision)s"),
    "withdraw": gettext_noop("Withdrew %(revision)s"),
    "take_position": gettext_noop("%(state)s: %(position)s – %(revision)s"),
    "record_position": gettext_noop("Recorded for %(state)s: %(position)s – %(revision)s"),
    "hear": gettext_noop("Written down in the room for %(state)s: %(position)s – %(revision)s"),
    "make_statement": gettext_noop("%(state)s: %(kind)s – %(revision)s"),
    "withdraw_statement": gettext_noop("%(state)s withdrew: %(kind)s – %(revision)s"),
    "rule_on_time": gettext_noop("%(ruling)s: %(state)s – %(revision)s"),
    "open_silence": gettext_noop("Put %(revision)s under silence until %(expires)s"),
    "open_written": gettext_noop(
        "Put %(revision)s before the states for answers in writing until %(expires)s"
    ),
    "end_written": gettext_noop("The written procedure for %(revision)s ended: adopted on %(at)s"),
    "fail_written": gettext_noop(
        "The written procedure for %(revision)s ended on %(at)s without consensus"
    ),
    "withdraw_written": gettext_noop("Withdrew %(revision)s from the written procedure"),
    "extend": gettext_noop("Set a later end for %(revision)s: %(until)s"),
    "break_silence": gettext_noop("The silence for %(revision)s was broken: %(state)s"),
    "end_silence": gettext_noop("The silence for %(revision)s ended: adopted on %(at)s"),
    "withdraw_silence": gettext_noop("Withdrew %(revision)s from silence"),
    "object_late": gettext_noop("%(state)s, received after the end of the silence: %(position)s"),
    "adopted": gettext_noop("Adopted %(revision)s for the Advisory Group"),
    "take_back": gettext_noop("Took back %(taken_back)s: %(revision)s"),
    "lapse": gettext_noop("%(meeting_name)s ended without a decision on %(revision)s"),
    "stated": gettext_noop("Closed %(revision)s by a Chair’s statement, %(symbol)s"),
    "returned": gettext_noop("Returned %(revision)s"),
    "submitted": gettext_noop("Submitted %(revision)s to the ministers"),
    "approved": gettext_noop("The ministers approved %(revision)s"),
    "reported": gettext_noop("Reported %(revision)s to the summit"),
    "amend": gettext_noop("Opened amendment %(number)s of %(revision)s"),
    "withdraw_amendment": gettext_noop("Withdrew amendment %(number)s of %(revision)s"),
    "record_progress": gettext_noop("Recorded %(title)s: %(state)s"),
    "strike": gettext_noop("Took out of the draft: %(title)s"),
    "put_back": gettext_noop("Put back into the draft: %(title)s"),
    "bring_over": gettext_noop("Brought over from the earlier plan: %(title)s"),
    "issue": gettext_noop("Issued %(symbol)s"),
    "sign": gettext_noop("Signed a copy of %(symbol)s"),
    "withdraw_document": gettext_noop("Withdrew the document %(symbol)s"),
    "remind": gettext_noop("Reminded of a duty of %(year)s: %(duty)s"),
    "remind_states": gettext_noop("Reminded those who had not answered %(revision)s"),
    "convene": gettext_noop("Convened %(meeting_name)s"),
    "conclude": gettext_noop("Recorded of %(meeting_name)s: %(status)s"),
    "accredit": gettext_noop("Appointed %(person)s"),
    "recall": gettext_noop("Ended the appointment of %(person)s"),
    "withdraw_appointment": gettext_noop("Withdrew the appointment of %(person)s"),
    "invite": gettext_noop("Invited %(person)s"),
    "withdraw_invitation": gettext_noop("Withdrew the invitation of %(person)s"),
    "accept_invitation": gettext_noop("%(person)s opened an account by invitation"),
    "subscribe": gettext_noop("Made an address for one’s own calendar"),
    "unsubscribe": gettext_noop("Ended the address of one’s own calendar"),
    "record": gettext_noop("Put on record: %(name)s"),
    "correct": gettext_noop("Corrected: %(name)s"),
    "change_presidency": gettext_noop("Changed the table of presidencies: %(name)s"),
    "set_password": gettext_noop("Set the password of %(name)s"),
    "tick": gettext_noop("Ticked for %(state)s in the hand-over: %(title)s"),
    "untick": gettext_noop("Took back the tick of %(state)s in the hand-over: %(title)s"),
    "offer": gettext_noop("Offered the secretariat to %(incoming)s"),
    "withdraw_offer": gettext_noop("Withdrew the offer of the secretariat to %(incoming)s"),
    "hand_over": gettext_noop("The secretariat passed from %(outgoing)s to %(incoming)s"),
}

BY_CORRESPONDENCE = (
    "open_silence", "open_written", "extend", "break_silence", "end_silence", "end_written",
    "fail_written",
)  # fmt: skip
Line = dict[str, Any]
# So many parts of a sitting are named.
MOST_PARTS = 5


class Facts(dict[str, Any]):
    """An entry's facts. The register outlives every release, so an old entry may lack some."""

    def __missing__(self, name: str) -> str:
        return "–"


def line(entry: Entry) -> Line:
    """An entry as a line of a timeline: title, when, by, text."""
    facts = Facts(entry.facts)
    for name in ("expires", "until", "at"):
        if entry.act in BY_CORRESPONDENCE and name in facts:
            facts[name] = instants.in_words(datetime.fromisoformat(facts[name]))
    if entry.act == "take_back":
        facts["taken_back"] = str(ACTS[facts["taken_back"]])
    if entry.act == "hear" and not facts["position"]:
        facts["position"] = _("taken back")
    elif entry.act in ("take_position", "record_position", "hear", "object_late"):
        facts["position"] = Position.Kind(facts["position"]).label
        facts["text"] = _said(facts)
    if entry.act == "take_position" and entry.appointment is not None:
        facts["state"] = entry.appointment.state
    if entry.act in ("make_statement", "withdraw_statement"):
        facts |= {"state": facts["state_name"], "kind": Statement.Kind(facts["kind"]).label}
        facts["text"] = _said(facts)
    if entry.act in ("record_position", "hear", "rule_on_time", "break_silence", "object_late"):
        facts["state"] = facts["state_name"]
    if entry.act == "rule_on_time":
        facts["ruling"] = _("Time granted") if facts["granted"] else _("Time not granted")
    if entry.act == "record_progress":
        facts["state"] = Activity.Stage(facts["state"]).label
    if entry.act == "remind":
        facts["duty"] = Duty(facts["duty"]).label
    if entry.act == "convene":
        facts.setdefault("meeting_name", facts.get("meeting"))
    if entry.act == "conclude":
        facts["status"] = Meeting.Status(facts["status"]).label
        if "reason" in facts:
            corrected = _("Corrected, because: %(reason)s") % facts
            facts["reason"] = "\n\n".join(filter(None, (facts["text"], corrected)))
    sentence = SENTENCES.get(entry.act)
    return {
        "title": _(sentence) % facts if sentence else entry.act,
        "when": entry.at,
        "by": _by(entry),
        "text": facts.get("reason") or facts.get("text") or _warned(facts.get("warned")),
    }


def _said(facts: Facts) -> str:
    """What a state wrote: the parts, the text, the wording that would let it join, who signed."""
    told = [facts["text"]]
    if "concerns" in facts:
        told.insert(0, _("On %(parts)s") % {"parts": "; ".join(facts["concerns"])})
    if "would_join" in facts:
        told.append(_("What would let it join: %(would_join)s") % facts)
    if "until" in facts:
        told.append(_("Time asked for: until %(day)s") % {"day": PartialDate.parse(facts["until"])})
    if "instructed_by" in facts:
        told.append(_("On the instruction of %(instructed_by)s, %(instructed_as)s") % facts)
    return "\n\n".join(filter(None, told))


def sitting_line(sitting: Sitting) -> Line:
    """A sitting as a line of the same timeline: who, from when until when, and which parts."""
    if sitting.restores is not None:
        source = sitting.restores
        who = str(source.person) if source.person else _("the administrator of the portal")
        facts = {"who": who, "when": _clock(source.ended)}
        title = _("Restored the text as %(who)s left it on %(when)s") % facts
    else:
        parts = ngettext("Edited %d part", "Edited %d parts", len(sitting.parts))
        saves = ngettext("saved once", "saved %d times", sitting.saves)
        saves = saves % sitting.saves if "%d" in saves else saves
        title = _("%(edited)s, %(saved)s") % {
            "edited": parts % len(sitting.parts),
            "saved": saves,
        }
    names = [Part(part["kind"], part["id"], part["title"]).label for part in sitting.parts]
    shown = names[:MOST_PARTS]
    if len(names) > MOST_PARTS:
        more = len(names) - MOST_PARTS
        shown.append(ngettext("and %d other", "and %d others", more) % more)
    return {
        "title": title,
        "when": _span(sitting.began, sitting.ended),
        "by": str(sitting.person) if sitting.person else _("The administrator of the portal"),
        "text": "\n".join(f"- {name}" for name in shown),
    }


def _clock(at: datetime) -> str:
    return date_format(at.astimezone(UTC), "j F Y, H:i") + " UTC"


def _span(began: datetime, ended: datetime) -> str:
    """ "Wednesday 10 March 2027, 10:02–10:40 UTC"; both days where it went on past midnight."""
    first, last = began.astimezone(UTC), ended.astimezone(UTC)
    begins = date_format(first, "l j F Y, H:i")
    if first.date() != last.date():
        return f"{begins} – {date_format(last, 'l j F Y, H:i')} UTC"
    ends = date_format(last, "H:i")
    return f"{begins} UTC" if begins.endswith(ends) else f"{begins}–{ends} UTC"


def _warned(sentences: list[str] | None) -> str:
    """What was said against a deadline before it was set nonetheless."""
    if not sentences:
        return ""
    return "\n".join(
        [_("Done in spite of these warnings about the deadline:"), *(f"- {s}" for s in sentences)]
    )


def _by(entry: Entry) -> str:
    if entry.by is None:
        if entry.act == "end_silence":
            return _("By itself, at the end of the silence")
        if entry.act in ("end_written", "fail_written"):
            return _("By itself, at the end of the written procedure")
        if entry.act == "lapse":
            return _("By itself, when the meeting was over")
        if entry.act == "hand_over":
            return _("By itself, with the day in the table of presidencies")
        if entry.act == "issue":
            return _("By the portal, as ordered by the decision")
        if entry.act == "sign":
            return _("By the portal, with the key of the secretariat")
        if entry.act in ("remind", "remind_states"):
            return _("By the portal, from the dates on record")
        return _("The administrator of the portal")
    return f"{entry.by}, {entry.capacity}" if entry.capacity else str(entry.by)
