"""Circulating a text, and what the states say to it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from meetings.models import Body, Meeting
from secretariat import register
from secretariat.circulation import tell
from secretariat.models import Appointment, Person
from secretariat.standing import Standing
from workplans import content, draft, notices, permissions, procedure, queries
from workplans.consensus import Tally
from workplans.models import Consideration, Position, Revision, WorkPlan
from workplans.operations import decision, writing
from workplans.operations.locking import Superseded, current, lock, lock_meeting
from workplans.symbols import symbol

Kind = Position.Kind
ANSWERS = {
    Body.ADVISORY_GROUP: (Kind.APPROVES, Kind.RESERVES, Kind.OBJECTS),
    Body.MINISTERS: (Kind.APPROVES, Kind.RETURNS),
}


class NotReady(Exception):
    """Why a text cannot be circulated; `problems` holds a sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


class NotAnAnswer(Exception):
    """A position that cannot be taken so; a sentence for the user."""


def readiness(plan: WorkPlan, form: content.Form) -> list[str]:
    """What stands in the way of circulating a text: a sentence each."""
    problems = []
    if not any(True for _number, _activity in content.activities(form)):
        problems.append(_("The plan has no activity yet."))
    try:
        content.check(form)
    except content.InvalidPlan as error:
        problems += error.problems
    return problems


@transaction.atomic
def circulate(
    plan: WorkPlan,
    *,
    meeting: Meeting,
    by: Person,
    on: datetime,
    message: str = "",
    seen: str | None = None,
    nonce: str | None = None,
    warned: Sequence[str] = (),
) -> Consideration:
    """Freeze the draft as the next revision and put it before an Advisory Group meeting.

    seen: the fingerprint of the draft on the person's screen, if there was one. An open
    consideration ends as superseded: its approvals were of another text. warned: what was said
    against the time the delegations get, for the register.
    """
    plan = lock(plan.pk)
    leads_to = procedure.follow("circulate", plan.status)
    basis = permissions.entitled("circulate", Standing.of(by, on.date()))
    meeting = lock_meeting(meeting)
    _check_meeting(meeting, Body.ADVISORY_GROUP, on)
    form = draft.compose(plan, on=on.date())
    if seen is not None and seen != content.digest(content.dump(form)):
        raise Superseded(
            _(
                "The draft changed while you were reading it. "
                "Look at it again before circulating it."
            )
        )
    problems = readiness(plan, form)
    if problems:
        raise NotReady(problems)
    writing.settle(plan, form=form)
    open_now = plan.considerations.filter(closed=None).select_related("revision").first()
    unchanged = open_now and draft.says_the_same(form, open_now.revision.form)
    if open_now and unchanged and open_now.meeting_id == meeting.pk:
        raise NotReady(
            [
                _("The draft is the same as %(symbol)s, which the delegations have before them.")
                % {"symbol": open_now.revision.symbol}
            ]
        )
    revision = _freeze(plan, form, by=by, nonce=nonce or secrets.token_hex(16))
    if open_now:
        decision.close(open_now, Consideration.Outcome.SUPERSEDED)
    consideration = Consideration.objects.create(
        plan=plan,
        revision=revision,
        meeting=meeting,
        opened_on=meeting.day_at(on),
        by=by,
        message=message.strip(),
    )
    plan.revision = revision
    plan.status = leads_to
    plan.save(update_fields=["revision", "status", "changed"])
    entry = register.enter(
        "circulate",
        plan,
        by=by,
        appointment=basis,
        revision=revision.symbol,
        digest=revision.digest,
        meeting=meeting.slug,
        supersedes=open_now.revision.symbol if open_now else None,
        **register.in_spite_of(warned),
    )
    tell(entry, notices.circulated(notices.Before.of(consideration), on.date()))
    return consideration


def _check_meeting(meeting: Meeting, body: str, on: datetime) -> None:
    if meeting.body.code != body:
        raise NotReady([_("The text has to go before another body.")])
    if not meeting.takes_texts or not meeting.ends:
        raise NotReady([_("%(meeting)s is not convened.") % {"meeting": meeting.name}])
    if meeting.is_over(on):
        raise NotReady([_("%(meeting)s is over.") % {"meeting": meeting.name}])


def _freeze(plan: WorkPlan, form: content.Form, *, by: Person, nonce: str) -> Revision:
    last = plan.revisions.order_by("-number").first()
    number = last.number + 1 if last else 1
    under = symbol(Body.ADVISORY_GROUP, plan.year, "WP", revision=number)
    form = {
        **form,
        "revision": {
            "number": number,
            "symbol": under,
            "previous": last.digest if last else None,
            "nonce": nonce,
        },
    }
    text = content.dump(form)
    return Revision.objects.create(
        plan=plan,
        number=number,
        symbol=under,
        previous=last,
        text=text,
        digest=content.digest(text),
        by=by,
    )


@transaction.atomic
def withdraw(consideration: Consideration, *, reason: str, by: Person, on: datetime) -> None:
    """Take a text back from the delegations; the plan is a draft again."""
    plan, consideration = current(consideration)
    leads_to = procedure.follow("withdraw", plan.status)
    basis = permissions.entitled("withdraw", Standing.of(by, on.date()))
    if not consideration.is_open:
        raise Superseded(_("This consideration is closed."))
    if not reason.strip():
        raise NotAnAnswer(_("Say why the text is withdrawn; the delegations will read it."))
    decision.close(consideration, Consideration.Outcome.WITHDRAWN)
    plan.status = leads_to
    plan.save(update_fields=["status", "changed"])
    entry = register.enter(
        "withdraw",
        plan,
        by=by,
        appointment=basis,
        revision=consideration.revision.symbol,
        reason=reason.strip(),
    )
    text = notices.Before.of(consideration)
    tell(entry, notices.withdrawn(text, reason.strip(), on.date()))


@transaction.atomic
def take_position(
    consideration: Consideration,
    *,
    digest: str,
    kind: str,
    text: str = "",
    by: Person,
    on: datetime,
    key: UUID,
) -> Position:
    """Enter what a state says to a text, in the name of the state's seat.

    digest: of the text that was on the person's screen. key: of the form, so that sending it
    twice has one effect. Before the ministers the last approval makes the Meeting's approval, and
    the first return sends the plan back.
    """
    plan, consideration = current(consideration)
    again = Position.objects.filter(key=key).first()
    if again:
        return _the_same(again, consideration, kind, text.strip(), by)
    if not consideration.is_open:
        raise Superseded(_("This consideration is closed. Your answer was not entered."))
    procedure.follow("decide" if consideration.before_ministers else "take_position", plan.status)
    if digest != consideration.revision.digest or plan.revision_id != consideration.revision_id:
        raise Superseded(
            _(
                "The text changed while you were reading. Your answer was not entered; "
                "read %(symbol)s."
            )
            % {"symbol": plan.revision.symbol if plan.revision else ""}
        )
    seat, basis = permissions.voice(Standing.of(by, on.date()), consideration)
    day = consideration.meeting.day_at(on)
    text = text.strip()
    _check_answer(consideration, kind, text, day)
    standing = consideration.positions.standing().filter(seat=seat).first()
    if standing and (standing.kind, standing.text, standing.person_id) == (kind, text, by.pk):
        return standing
    position = Position.objects.create(
        consideration=consideration,
        seat=seat,
        kind=kind,
        text=text,
        digest=digest,
        person=by,
        appointment=basis,
        on=day,
        key=key,
    )
    entry = register.enter(
        "take_position",
        plan,
        by=by,
        appointment=basis,
        revision=consideration.revision.symbol,
        digest=digest,
        state=seat.state.code,
        position=kind,
        text=text,
        receipt=position.pk,
    )
    tell(entry, notices.position_taken(position, entry, on.date()))
    if consideration.before_ministers:
        _conclude(plan, consideration, position, basis, on)
    return position


def _the_same(
    position: Position, consideration: Consideration, kind: str, text: str, by: Person
) -> Position:
    """The position this form has entered already, if it was sent again as it was."""
    sent = (consideration.pk, kind, text, by.pk)
    if sent != (position.consideration_id, position.kind, position.text, position.person_id):
        raise NotAnAnswer(
            _("This form has entered another answer already. Open the page again to change it.")
        )
    return position


def _check_answer(consideration: Consideration, kind: str, text: str, day: date) -> None:
    meeting = consideration.meeting
    if kind not in ANSWERS[meeting.body.code]:
        raise NotAnAnswer(_("Choose one of the answers."))
    if kind != Kind.APPROVES and not text:
        raise NotAnAnswer(_("Write the text of your answer; it goes on the record with it."))
    if consideration.before_ministers and not meeting.sits_on(day):
        raise NotAnAnswer(
            _("Ministers decide while their meeting sits: %(dates)s.") % {"dates": meeting.dates}
        )


def _conclude(
    plan: WorkPlan,
    consideration: Consideration,
    position: Position,
    basis: Appointment,
    on: datetime,
) -> None:
    if position.kind == Kind.RETURNS:
        decision.return_from_ministers(plan, consideration, position, basis=basis, on=on)
    elif count(consideration).agreed:
        decision.approve(plan, consideration, basis=basis, by=position.person, on=on)


def count(consideration: Consideration) -> Tally:
    """The tally of a consideration as it stands."""
    return queries.board(consideration).tally
