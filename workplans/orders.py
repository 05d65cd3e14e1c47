"""The work order of a document: everything it prints, read from the record at one instant."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from meetings.models import Body
from secretariat.models import HandOver, Person
from workplans import comparison, content, queries
from workplans.models import (
    Consideration,
    Decision,
    Document,
    Position,
    Retraction,
    Statement,
    WorkPlan,
)
from workplans.snapshots import Snapshot
from workplans.symbols import corrected, symbol
from workplans.typesetting import chair_statement, differences, note, receipt

# Both sides work in it, whatever language the portal was read in when the note was ordered.
NOTE_LANGUAGE = "en"


def symbol_for(decision: Decision, kind: str, edition: str) -> str:
    """The symbol of a decision's document.

    The adopted text keeps the Advisory Group's symbol, which is its revision's, and ends in Corr.
    where an adoption of the same text was taken back as a mistake before; the approved one carries
    the ministers'; the report the summit's. Those two end in Rev. only where they replace a
    document that was issued under the symbol before.
    """
    if edition == Document.Edition.ADOPTED:
        taken_back = Retraction.objects.filter(
            decision__revision=decision.revision_id, decision__act=Decision.Act.ADOPTED
        ).count()
        return corrected(decision.revision.symbol, taken_back)
    body = Body.MINISTERS if edition == Document.Edition.APPROVED else Body.SUMMIT
    code = "WP" if kind == Document.Kind.WORK_PLAN else "RPT"
    before = Document.objects.filter(plan=decision.plan, kind=kind, edition=edition).count()
    return symbol(body, decision.plan.year, code, revision=before + 1)


def title_of(decision: Decision, kind: str) -> str:
    """What a document is called: the plan's own title, or that of a report on it."""
    if kind == Document.Kind.SUMMIT_REPORT:
        return _("Report on the %(year)d work plan to the summit") % {"year": decision.plan.year}
    return str(decision.revision.title)


def compose(decision: Decision, kind: str, edition: str, under: str) -> dict[str, Any]:
    """The work order of a document: everything it prints, in its canonical form.

    The record is that of the text it prints: what was said and decided about an earlier revision
    stays in the register and in that revision's own document.
    """
    plan = decision.plan
    record = [d for d in queries.decisions(plan) if d.revision_id == decision.revision_id]
    considerations = _considerations(record)
    report = kind == Document.Kind.SUMMIT_REPORT
    amending = {"amendment": _amendment(decision)} if decision.revision.amends else {}
    return {
        **amending,
        "order": "partnir-document/1",
        "kind": kind,
        "edition": edition,
        "symbol": under,
        "language": plan.language,
        "title": title_of(decision, kind),
        "date": decision.on.isoformat(),
        "distribution": "General",
        "institution": _institution(decision.meeting.body),
        "example": Person.any_example(),
        # As it was frozen: its digest names these bytes.
        "plan": content.load_as_written(decision.revision.text),
        "digest": decision.revision.digest,
        "decisions": [_decision(item, considerations) for item in record],
        "statements": _statements(decision.revision_id),
        "progress": _progress(plan, decision.revision.form) if report else [],
        "summary": decision.text if report else "",
    }


def _amendment(decision: Decision) -> dict[str, Any]:
    """What a document says of the amendment that made its text: which one, of what, and why."""
    revision, before = decision.revision, decision.revision.amends
    assert before is not None  # or the text amends nothing and nobody asks
    amendment = queries.amendment_of(revision)
    assert amendment is not None
    approved = before.decisions.select_related("meeting").get(act=Decision.Act.APPROVED)
    changes = comparison.changes(before.form, revision.form)
    return {
        "number": amendment.number,
        "reason": amendment.reason,
        "opened": {
            "on": amendment.opened_on.isoformat(),
            "by": amendment.by.name,
            "capacity": amendment.appointment.capacity,
            "state": amendment.appointment.state.name,
        },
        "amends": {
            "symbol": before.symbol,
            "digest": before.digest,
            "approved": approved.on.isoformat(),
            "meeting": approved.meeting.name,
        },
        "changes": [{"part": part.label, "became": part.became} for part in changes.parts],
    }


def _institution(body: Body | None) -> dict[str, str]:
    return {
        "name": settings.PARTNERSHIP["name"],
        "short": settings.PARTNERSHIP["short"],
        "body": body.name if body else "",
    }


def note_symbol(hand_over: HandOver) -> str:
    """The symbol of a hand-over note; the year is that of the presidency that hands over."""
    year = hand_over.outgoing.year
    before = Document.objects.filter(hand_over__outgoing__year=year).count()
    return symbol(Body.ADVISORY_GROUP, year, "HO", number=before + 1)


def compose_note(facts: dict[str, Any], under: str, *, on: date) -> dict[str, Any]:
    """The work order of a hand-over note.

    facts: the two sides, the instant, who offered and who took over, the remarks, the number of
    the entry in the register, and the points with what each side had ticked.
    """
    printed = {"form": note.FORM, **facts}
    with translation.override(NOTE_LANGUAGE):
        title = _("Hand-over of the secretariat from %(outgoing)s to %(incoming)s") % {
            "outgoing": facts["outgoing"]["name"],
            "incoming": facts["incoming"]["name"],
        }
    return {
        "order": "partnir-document/1",
        "kind": Document.Kind.HAND_OVER_NOTE.value,
        "edition": Document.Edition.HANDED_OVER.value,
        "symbol": under,
        "language": NOTE_LANGUAGE,
        "title": title,
        "date": on.isoformat(),
        "distribution": "Restricted",
        "institution": _institution(Body.objects.filter(code=Body.ADVISORY_GROUP).first()),
        "example": Person.any_example(),
        "hand_over": printed,
        "digest": content.digest(content.dump(printed), note.FORM),
    }


def compose_chair_statement(
    decision: Decision, printed: dict[str, Any], under: str
) -> dict[str, Any]:
    """The work order of a Chair's statement; it holds nothing of what was not agreed but its name.

    printed: what no state objects to, what some state does, and the chair's own words.
    """
    plan = decision.plan
    with translation.override(plan.language):
        title = _("Chair’s statement on the %(year)d work plan") % {"year": plan.year}
    return {
        "order": "partnir-document/1",
        "kind": Document.Kind.CHAIR_STATEMENT.value,
        "edition": Document.Edition.STATED.value,
        "symbol": under,
        "language": plan.language,
        "title": title,
        "date": decision.on.isoformat(),
        "distribution": "General",
        "institution": _institution(decision.meeting.body),
        "example": Person.any_example(),
        "statement": printed,
        "digest": content.digest(content.dump(printed), chair_statement.FORM),
    }


def chair_statement_symbol(plan: WorkPlan) -> str:
    """The symbol of a Chair's statement; a plan may come to several, each with its number."""
    before = Document.objects.filter(plan=plan, kind=Document.Kind.CHAIR_STATEMENT).count()
    return symbol(Body.ADVISORY_GROUP, plan.year, "CS", number=before + 1)


def compose_receipt(position: Position, facts: dict[str, Any]) -> dict[str, Any]:
    """The work order of a receipt. facts: everything it prints, as workplans/receipts.py reads."""
    found = position.consideration
    return {
        "order": "partnir-document/1",
        "kind": "receipt",
        "edition": "receipt",
        "symbol": facts["reference"],
        "language": found.plan.language,
        "title": receipt.title(facts),
        "date": position.on.isoformat(),
        "distribution": "Restricted",
        "institution": _institution(found.meeting.body),
        "example": Person.any_example(),
        "receipt": facts,
        "digest": content.digest(content.dump(facts), receipt.FORM),
    }


# Printouts


def compose_draft(form: content.Form, *, at: datetime) -> dict[str, Any]:
    """The work order of a draft on paper. at: when the draft was read."""
    return _undecided(form, edition="working_draft", under="", at=at)


def compose_circulated(consideration: Consideration) -> dict[str, Any]:
    """The work order of a text before the Advisory Group, as it was put before the states."""
    revision = consideration.revision
    under, at = revision.symbol, revision.frozen
    form = content.load_as_written(revision.text)
    edition = "under_silence" if consideration.under_silence else "circulated"
    return _undecided(form, edition=edition, under=under, at=at)


def _undecided(form: content.Form, *, edition: str, under: str, at: datetime) -> dict[str, Any]:
    return {
        **_unissued(form, Document.Kind.WORK_PLAN.value, edition, at),
        "symbol": under,
        "title": form["title"],
        "plan": form,
        "digest": content.digest(content.dump(form)),
        "decisions": [],
        "statements": [],
    }


def compose_comparison(
    older: tuple[Snapshot, content.Form], newer: tuple[Snapshot, content.Form], *, at: datetime
) -> dict[str, Any]:
    """The work order of a comparison. at: when the texts were read."""
    facts = {
        "form": differences.FORM,
        "older": _compared(*older),
        "newer": _compared(*newer),
    }
    form = newer[1]
    return {
        **_unissued(form, "comparison", "comparison", at),
        "symbol": "",
        "title": _("%(title)s: what changed") % {"title": form["title"]},
        "comparison": facts,
        "digest": content.digest(content.dump(facts), differences.FORM),
    }


def _compared(snapshot: Snapshot, form: content.Form) -> dict[str, Any]:
    """A text as a comparison names it; the draft as it is now is named by the instant."""
    return {
        "label": "" if snapshot.is_draft else snapshot.label,
        "draft": snapshot.revision is None,
        "digest": snapshot.revision.digest if snapshot.revision else "",
        "plan": form,
    }


def _unissued(form: content.Form, kind: str, edition: str, at: datetime) -> dict[str, Any]:
    at = at.astimezone(UTC)
    return {
        "order": "partnir-document/1",
        "kind": kind,
        "edition": edition,
        "language": form["language"],
        "date": at.date().isoformat(),
        "as_of": at.isoformat(),
        "distribution": "Restricted",
        "institution": _institution(Body.objects.filter(code=Body.ADVISORY_GROUP).first()),
        "example": Person.any_example(),
    }


def _considerations(record: list[Decision]) -> dict[int, queries.Board]:
    return {
        decision.pk: queries.board(decision.consideration)
        for decision in record
        if decision.consideration is not None
    }


def _decision(decision: Decision, boards: dict[int, queries.Board]) -> dict[str, Any]:
    board = boards.get(decision.pk)
    consensus = decision.act in (Decision.Act.ADOPTED, Decision.Act.APPROVED)
    taken = {
        "body": decision.meeting.body.code,
        "meeting": decision.meeting.name,
        "place": decision.meeting.place or decision.meeting.get_mode_display(),
        "act": decision.act,
        "on": decision.on.isoformat(),
        "by": decision.by.name if decision.by else "",
        "capacity": decision.appointment.capacity if decision.appointment else "",
        "state": decision.appointment.state.name if decision.appointment else "",
        "method": "consensus" if consensus else "",
        "text": decision.text,
        "revision": decision.revision.symbol,
        "positions": [_position(answer, board) for answer in board.answers] if board else [],
    }
    if decision.method and decision.consideration is not None:
        taken |= _by_correspondence(decision.consideration, decision)
    return taken


def _by_correspondence(taken: Consideration, decision: Decision) -> dict[str, Any]:
    """What a record says of it: how, the instant if its end brought it, who opened it, and why."""
    assert taken.appointment is not None
    return {
        "method": decision.method,
        "at": decision.at_end.isoformat() if decision.at_end else "",
        "zone": taken.meeting.time_zone,
        "opened": {
            "on": taken.opened_on.isoformat(),
            "by": taken.by.name,
            "capacity": taken.appointment.capacity,
            "state": taken.appointment.state.name,
            "reason": taken.reason,
        },
    }


def _position(answer: queries.Answer, board: queries.Board) -> dict[str, Any]:
    position = answer.position
    said = position.kind if position else "none"
    if board.consideration.under_silence:
        said = "no_objection_time_asked" if position else "no_objection"
    return {
        "state": answer.seat.state.name,
        "code": answer.seat.state.code,
        "position": said,
        "by": position.person.name if position else "",
        "capacity": position.appointment.capacity if position else "",
        "on": position.on.isoformat() if position else None,
    }


def _statements(revision: int) -> list[dict[str, Any]]:
    """What states attached to a text that was decided, in the order received.

    Parts are named by their anchors; whoever prints them finds their numbers in the text.
    """
    return [_statement(one) for one in Statement.objects.printed_with(revision).with_words()]


def _statement(statement: Statement) -> dict[str, Any]:
    note = statement.withdrawn
    return {
        "state": statement.seat.state.name,
        "kind": statement.kind,
        "text": statement.text,
        "parts": statement.parts,
        "by": statement.person.name,
        "capacity": statement.appointment.capacity,
        "on": statement.on.isoformat(),
        "at": statement.at.isoformat(),
        "withdrawn": {
            "text": note.text,
            "by": note.person.name,
            "capacity": note.appointment.capacity,
            "on": note.on.isoformat(),
        }
        if note
        else None,
    }


def _progress(plan: WorkPlan, form: content.Form) -> list[dict[str, Any]]:
    latest = {
        str(progress.activity): progress for progress in plan.progress.newest().select_related("by")
    }
    rows = []
    for number, activity in content.activities(form):
        known = latest.get(activity["id"])
        rows.append(
            {
                "activity": activity["id"],
                "number": number,
                "title": activity["title"],
                "lead": activity["lead"]["name"] if activity["lead"] else "",
                "state": known.state if known else activity["state"],
                "note": known.note if known else "",
                "on": known.on.isoformat() if known else None,
                "by": known.by.name if known else "",
            }
        )
    return rows
