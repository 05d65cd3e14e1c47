"""Circulating a text before a meeting, and taking it back."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from meetings.models import Body, Meeting
from secretariat import register
from secretariat.circulation import tell
from secretariat.models import Appointment, Person
from secretariat.standing import Standing
from workplans import content, draft, notices, permissions, procedure
from workplans.models import Consideration, Revision, WorkPlan
from workplans.operations import decision, writing
from workplans.operations.decision import ReasonMissing
from workplans.operations.locking import Superseded, current, lock, lock_meeting
from workplans.symbols import symbol


class NotReady(Exception):
    """Why a text cannot be circulated; `problems` holds a sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


def readiness(plan: WorkPlan, form: content.Form) -> list[str]:
    """What stands in the way of circulating a text: a sentence each."""
    problems = []
    if not any(True for _number, _activity in content.activities(form)):
        problems.append(_("The plan has no activity yet."))
    if plan.in_force is not None and draft.says_the_same(form, plan.in_force.form):
        words = _(
            "The draft says the same as %(symbol)s, which is in force: it amends nothing yet."
        )
        problems.append(words % {"symbol": plan.in_force.symbol})
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
    visibility: str = Consideration.Visibility.OPEN,
    seen: str | None = None,
    nonce: str | None = None,
    warned: Sequence[str] = (),
) -> Consideration:
    """Freeze the draft as the next revision and put it before an Advisory Group meeting.

    seen: the fingerprint of the draft on the person's screen, if there was one. An open
    consideration ends as superseded: its approvals were of another text. visibility: when the
    delegations see each other's positions. warned: what was said against the time the delegations
    get, for the register.
    """
    plan = lock(plan.pk)
    leads_to = procedure.follow("circulate", plan.status)
    basis = permissions.entitled("circulate", Standing.of(by, on.date()))
    meeting = lock_meeting(meeting)
    _check_meeting(meeting, Body.ADVISORY_GROUP, on)
    revision, before = freeze(
        plan, "circulate", by=by, on=on, seen=seen, nonce=nonce, before_meeting=meeting
    )
    consideration = Consideration.objects.create(
        plan=plan,
        revision=revision,
        meeting=meeting,
        opened_on=meeting.day_at(on),
        by=by,
        message=message.strip(),
        visibility=visibility,
    )
    now_before(plan, revision, leads_to)
    entry = register.enter(
        "circulate",
        plan,
        by=by,
        appointment=basis,
        revision=revision.symbol,
        digest=revision.digest,
        meeting=meeting.slug,
        supersedes=before.symbol if before else None,
        visibility=visibility,
        **register.in_spite_of(warned),
    )
    tell(entry, notices.circulated(notices.Before.of(consideration), on.date()))
    return consideration


def freeze(
    plan: WorkPlan,
    act: str,
    *,
    by: Person,
    on: datetime,
    seen: str | None,
    nonce: str | None,
    before_meeting: Meeting | None = None,
) -> tuple[Revision, Revision | None]:
    """Freeze the draft as the next revision, and end the consideration it supersedes.

    The new revision, and the one superseded. Called with the plan locked, by the act that puts it
    before the delegations. before_meeting: where the same text may not go a second time.
    """
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
    open_now = (
        plan.considerations.filter(closed=None).select_related("revision", "meeting__body").first()
    )
    if open_now is not None:
        procedure.admit(act, open_now)
        unchanged = draft.says_the_same(form, open_now.revision.form)
        if unchanged and before_meeting is not None and open_now.meeting_id == before_meeting.pk:
            words = _(
                "The draft is the same as %(symbol)s, which the delegations have before them."
            )
            raise NotReady([words % {"symbol": open_now.revision.symbol}])
    revision = _freeze(plan, form, by=by, nonce=nonce or secrets.token_hex(16))
    if open_now is None:
        return revision, None
    decision.close(open_now, Consideration.Outcome.SUPERSEDED)
    return revision, open_now.revision


def now_before(plan: WorkPlan, revision: Revision, leads_to: str) -> None:
    """Let a plan stand at the revision that is before the delegations from now on."""
    plan.revision = revision
    plan.status = leads_to
    plan.save(update_fields=["revision", "status", "changed"])


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
        amends=plan.in_force,
        text=text,
        digest=content.digest(text),
        by=by,
    )


@transaction.atomic
def withdraw(consideration: Consideration, *, reason: str, by: Person, on: datetime) -> None:
    """Take a text back from the delegations; the plan is a draft again.

    By correspondence that is the chair's, and only before the end.
    """
    plan, consideration = current(consideration)
    act = procedure.withdrawal(consideration)
    leads_to = procedure.follow(act, plan.status)
    basis = permissions.entitled(act, Standing.of(by, on.date()))
    if not consideration.is_open:
        raise Superseded(_("This consideration is closed."))
    if not reason.strip():
        raise ReasonMissing(_("Say why the text is withdrawn; the delegations will read it."))
    plan.status = leads_to
    plan.save(update_fields=["status", "changed"])
    take_back(consideration, act, reason.strip(), by=by, basis=basis, on=on)


def take_back(
    consideration: Consideration,
    act: str,
    reason: str,
    *,
    by: Person,
    basis: Appointment,
    on: datetime,
) -> None:
    """End a consideration and tell those it was before. Called with the plan locked."""
    decision.close(consideration, Consideration.Outcome.WITHDRAWN)
    entry = register.enter(
        act,
        consideration.plan,
        by=by,
        appointment=basis,
        revision=consideration.revision.symbol,
        reason=reason,
    )
    text = notices.Before.of(consideration)
    tell(entry, notices.withdrawn(text, reason, on.date()))
