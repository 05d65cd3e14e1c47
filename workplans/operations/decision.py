"""Deciding: adopt or return by the Advisory Group, submit, approve or return by the ministers,
report to the summit (domain rules 6, 8, 11)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.models import Body, Meeting
from secretariat import instants, register
from secretariat.circulation import tell
from secretariat.deadlines import Clock
from secretariat.models import Appointment, Entry, Person
from secretariat.standing import Standing
from workplans import documents, notices, permissions, procedure, queries
from workplans.consensus import NoConsensus
from workplans.models import (
    Amendment,
    Consideration,
    Decision,
    Document,
    Position,
    Revision,
    WorkPlan,
)
from workplans.operations.locking import Superseded, current, lock, lock_meeting

Outcome, Act = Consideration.Outcome, Decision.Act


class WrongDay(Exception):
    """A decision dated outside the meeting that takes it, or before the one it follows."""


class WrongMeeting(Exception):
    """A meeting this act cannot name; a sentence for the user."""


class ReasonMissing(Exception):
    """A return without a reason."""


def close(consideration: Consideration, outcome: str, *, at: datetime | None = None) -> None:
    """End a consideration; from now on it takes no position. at: the instant, if not now."""
    consideration.closed = at or timezone.now()
    consideration.outcome = outcome
    consideration.save(update_fields=["closed", "outcome"])


@transaction.atomic
def adopt(consideration: Consideration, *, digest: str, by: Person, on: datetime) -> Decision:
    """Adopt a plan for the Advisory Group: every seated state has approved this very text."""
    plan, consideration = current(consideration)
    leads_to = procedure.follow("adopt", plan.status)
    basis = permissions.entitled("adopt", Standing.of(by, on.date()))
    _still_the_text(plan, consideration, digest)
    procedure.admit("adopt", consideration)
    tally = queries.board(consideration).tally
    if not tally.agreed:
        raise NoConsensus(tally.sentence())
    meeting = consideration.meeting
    day = meeting.day_at(on)
    if not meeting.sits_on(day):
        raise WrongDay(
            _("Adoption has to fall inside the meeting: %(meeting)s sits %(dates)s.")
            % {"meeting": meeting.name, "dates": meeting.dates}
        )
    decision = _decide(
        plan, consideration, Act.ADOPTED, leads_to, basis=basis, by=by, day=day, meeting=meeting
    )
    close(consideration, Outcome.ADOPTED)
    documents.order(decision, Document.Kind.WORK_PLAN, Document.Edition.ADOPTED, by=by)
    tell(_enter(decision, basis), notices.decided(decision, on.date()))
    return decision


def adopt_at_the_end(plan: WorkPlan, consideration: Consideration) -> Decision:
    """Enter the adoption which the end of a procedure by correspondence brings, dated at it.

    Nobody's act. Called with the plan locked, when the instant has come.
    """
    assert consideration.expires is not None
    act = f"end_{consideration.procedure}"
    leads_to = procedure.follow(act, plan.status)
    adopted = Decision.objects.create(
        plan=plan,
        revision=consideration.revision,
        act=Act.ADOPTED,
        meeting=consideration.meeting,
        consideration=consideration,
        attempt=next_attempt(consideration),
        on=Clock.at(consideration.expires, consideration.meeting.zone).day,
    )
    plan.status = leads_to
    plan.save(update_fields=["status", "changed"])
    close(consideration, Outcome.ADOPTED, at=consideration.expires)
    documents.order(adopted, Document.Kind.WORK_PLAN, Document.Edition.ADOPTED, by=None)
    entry = register.enter(
        act, plan, by=None, **adopted.record(), at=consideration.expires.isoformat()
    )
    tell(entry, notices.adopted_at_the_end(adopted, instants.now().date()))
    return adopted


@transaction.atomic
def return_to_draft(
    consideration: Consideration, *, digest: str, reason: str, by: Person, on: datetime
) -> Decision:
    """Return a text from the Advisory Group to the secretariat, with the reason on record."""
    plan, consideration = current(consideration)
    leads_to = procedure.follow("return_to_draft", plan.status)
    basis = permissions.entitled("return_to_draft", Standing.of(by, on.date()))
    _still_the_text(plan, consideration, digest)
    procedure.admit("return_to_draft", consideration)
    if not reason.strip():
        raise ReasonMissing(_("Say why the text is returned; the delegations will read it."))
    decision = _decide(
        plan,
        consideration,
        Act.RETURNED,
        leads_to,
        basis=basis,
        by=by,
        day=consideration.meeting.day_at(on),
        meeting=consideration.meeting,
        text=reason.strip(),
    )
    close(consideration, Outcome.RETURNED)
    tell(_enter(decision, basis), notices.decided(decision, on.date()))
    return decision


@transaction.atomic
def submit(
    plan: WorkPlan,
    *,
    meeting: Meeting,
    digest: str,
    by: Person,
    on: datetime,
    warned: Sequence[str] = (),
) -> Consideration:
    """Submit an adopted plan to an Industry Ministers' Meeting, for each minister to answer.

    warned: what was said against the time the ministers get, for the register.
    """
    plan = lock(plan.pk)
    leads_to = procedure.follow("submit", plan.status)
    basis = permissions.entitled("submit", Standing.of(by, on.date()))
    _same_text(plan, digest)
    meeting = lock_meeting(meeting)
    _check_ahead(meeting, Body.MINISTERS, on)
    day = _not_before(plan, Act.ADOPTED, meeting.day_at(on))
    assert plan.revision is not None
    decision = _decide(plan, None, Act.SUBMITTED, leads_to, basis=basis, by=by, day=day,
                       meeting=meeting)  # fmt: skip
    consideration = Consideration.objects.create(
        plan=plan, revision=plan.revision, meeting=meeting, opened_on=day, by=by
    )
    entry = _enter(decision, basis, **register.in_spite_of(warned))
    tell(entry, notices.submitted(notices.Before.of(consideration), on.date()))
    return consideration


def approve(
    plan: WorkPlan, consideration: Consideration, *, basis: Appointment, by: Person, on: datetime
) -> Decision:
    """Enter the Ministers' Meeting's approval, which the last minister's approval makes.

    Called inside `take_position`, under its lock.
    """
    leads_to = procedure.follow("approve", plan.status)
    meeting = consideration.meeting
    day = _not_before(plan, Act.SUBMITTED, meeting.day_at(on))
    decision = _decide(plan, consideration, Act.APPROVED, leads_to, basis=basis, by=by, day=day,
                       meeting=meeting)  # fmt: skip
    close(consideration, Outcome.APPROVED)
    plan.amendments.filter(closed=None).update(
        closed=timezone.now(), outcome=Amendment.Outcome.APPROVED
    )
    documents.order(decision, Document.Kind.WORK_PLAN, Document.Edition.APPROVED, by=by)
    tell(_enter(decision, basis), notices.decided(decision, on.date()))
    return decision


def return_from_ministers(
    plan: WorkPlan,
    consideration: Consideration,
    position: Position,
    *,
    basis: Appointment,
    on: datetime,
) -> Decision:
    """Send a plan back on a minister's return: a draft again, which the Group must adopt anew.

    Called inside `take_position`, under its lock.
    """
    leads_to = procedure.follow("return_from_ministers", plan.status)
    decision = _decide(
        plan,
        consideration,
        Act.RETURNED,
        leads_to,
        basis=basis,
        by=position.person,
        day=consideration.meeting.day_at(on),
        meeting=consideration.meeting,
        text=position.text,
    )
    close(consideration, Outcome.RETURNED)
    tell(_enter(decision, basis), notices.decided(decision, on.date()))
    return decision


@transaction.atomic
def lapse(consideration: Consideration, *, on: datetime) -> bool:
    """End a consideration whose ministers' meeting is over without a decision.

    The plan stays adopted, its approval pending, and may go to the next meeting (rule 11). Nobody
    acts: the meeting's last day has passed. False if there is nothing to end.
    """
    plan, consideration = current(consideration)
    meeting = consideration.meeting
    over = meeting.ends is not None and meeting.ends.last < meeting.day_at(on)
    if not consideration.is_open or not consideration.before_ministers or not over:
        return False
    plan.status = procedure.follow("lapse", plan.status)
    plan.save(update_fields=["status", "changed"])
    close(consideration, Outcome.LAPSED)
    entry = register.enter(
        "lapse",
        plan,
        by=None,
        revision=consideration.revision.symbol,
        meeting=meeting.slug,
        meeting_name=meeting.name,
    )
    tell(entry, notices.lapsed(notices.Before.of(consideration), on.date()))
    return True


def end_lapsed(on: datetime) -> int:
    """End every consideration whose ministers' meeting is over; how many there were."""
    before_ministers = Consideration.objects.filter(
        closed=None, meeting__body__code=Body.MINISTERS, meeting__ends__lt=on.date().isoformat()
    )
    return sum(lapse(consideration, on=on) for consideration in before_ministers)


@transaction.atomic
def report(
    plan: WorkPlan, *, meeting: Meeting, digest: str, summary: str, by: Person, on: datetime
) -> Decision:
    """Report an approved plan to the next summit; the summit report is issued with it.

    An amendment that is under way holds nothing up: what is reported is the text in force.
    """
    plan = lock(plan.pk)
    leads_to = procedure.follow("report", procedure.status_for("report", plan))
    basis = permissions.entitled("report", Standing.of(by, on.date()))
    assert plan.in_force is not None  # says the database of every plan that was approved
    _is_text(plan.in_force, digest)
    meeting = lock_meeting(meeting)
    _check_ahead(meeting, Body.SUMMIT, on)
    day = _not_before(plan, Act.APPROVED, meeting.day_at(on), plan.in_force)
    decision = _decide(
        plan, None, Act.REPORTED, leads_to, basis=basis, by=by, day=day, meeting=meeting,
        text=summary.strip(),
    )  # fmt: skip
    documents.order(decision, Document.Kind.SUMMIT_REPORT, Document.Edition.REPORT, by=by)
    tell(_enter(decision, basis), notices.decided(decision, on.date()))
    return decision


def _decide(
    plan: WorkPlan,
    consideration: Consideration | None,
    act: str,
    leads_to: str,
    *,
    basis: Appointment,
    by: Person,
    day: date,
    meeting: Meeting,
    text: str = "",
) -> Decision:
    reports = act == Act.REPORTED
    revision = plan.in_force if reports else plan.revision
    assert revision is not None  # says the database of every plan past its draft
    decision = Decision.objects.create(
        plan=plan,
        revision=revision,
        act=act,
        meeting=meeting,
        consideration=consideration,
        attempt=next_attempt(consideration),
        on=day,
        by=by,
        appointment=basis,
        text=text,
    )
    if act == Act.APPROVED:
        # From now on, and not before, an amended text is what everybody reads (rule 9).
        plan.in_force = revision
    if act in (Act.APPROVED, Act.REPORTED):
        plan.in_force_as = leads_to
    if not (reports and plan.is_being_amended):
        plan.status = leads_to
    plan.save(update_fields=["status", "in_force", "in_force_as", "changed"])
    return decision


def next_attempt(consideration: Consideration | None) -> int:
    """Which decision of its consideration the next one is; those before were taken back."""
    if consideration is None:
        return 1
    return Decision.ever.filter(consideration=consideration).count() + 1


def _enter(decision: Decision, basis: Appointment, **facts: Any) -> Entry:
    return register.enter(
        decision.act, decision.plan, by=decision.by, appointment=basis, **decision.record(), **facts
    )


def _still_the_text(plan: WorkPlan, consideration: Consideration, digest: str) -> None:
    if not consideration.is_open or plan.revision_id != consideration.revision_id:
        raise Superseded(_("This consideration is closed; the page was out of date."))
    _same_text(plan, digest)


def _same_text(plan: WorkPlan, digest: str) -> None:
    _is_text(plan.revision, digest)


def _is_text(revision: Revision | None, digest: str) -> None:
    if revision is None or revision.digest != digest:
        raise Superseded(_("The text changed while you were reading. Look at it again."))


def _check_ahead(meeting: Meeting, body: str, on: datetime) -> None:
    if meeting.body.code != body or not meeting.takes_texts or not meeting.ends:
        raise WrongMeeting(_("Choose a convened meeting of the right body."))
    if meeting.is_over(on):
        raise WrongMeeting(_("%(meeting)s is over.") % {"meeting": meeting.name})


def _not_before(plan: WorkPlan, act: str, day: date, text: Revision | None = None) -> date:
    """The day, unless it lies before the decision about the text that it has to follow."""
    text = text or plan.revision
    earlier = plan.decisions.filter(act=act, revision=text).order_by("-id").first()
    if earlier and day < earlier.on:
        raise WrongDay(
            _("This would be dated before %(act)s on %(date)s.")
            % {"act": earlier.get_act_display().lower(), "date": earlier.on.isoformat()}
        )
    return day
