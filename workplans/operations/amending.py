"""Amending an approved plan: opening an amendment, and withdrawing it (domain rule 9).

From its opening to its end the draft, the status and the text last circulated are those of the
amendment, and every act on a draft is the same as before a first approval. The text in force stays
where everybody reads it, until the ministers approve another.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from secretariat import register
from secretariat.circulation import tell
from secretariat.models import Appointment, Person
from secretariat.standing import Standing
from workplans import comparison, content, draft, notices, permissions, procedure
from workplans.models import Amendment, WorkPlan
from workplans.operations import restoring, review, writing
from workplans.operations.decision import ReasonMissing
from workplans.operations.locking import Superseded, lock


class CannotRestore(Exception):
    """Why the draft cannot be made to say what is in force; a sentence for the user."""


@transaction.atomic
def amend(plan: WorkPlan, *, digest: str, reason: str, by: Person, on: datetime) -> Amendment:
    """Open an amendment of the text in force, whose words the draft then has.

    digest: of the text in force that was on the person's screen. Sending the same form again
    returns the amendment it has opened.
    """
    plan = lock(plan.pk)
    reason = reason.strip()
    known = plan.amendments.filter(closed=None).first()
    if known and (known.by_id, known.reason, known.amends.digest) == (by.pk, reason, digest):
        return known
    leads_to = procedure.follow("amend", plan.status)
    basis = permissions.entitled("amend", Standing.of(by, on.date()))
    assert plan.in_force is not None  # says the database of every approved plan
    if plan.in_force.digest != digest:
        raise Superseded(_("Another text came into force while you were reading. Look at it."))
    if not reason:
        raise ReasonMissing(_("Say why the plan is amended; the delegations will read it."))
    made = Amendment.objects.create(
        plan=plan,
        number=plan.amendments.count() + 1,
        amends=plan.in_force,
        reason=reason,
        opened_on=on.date(),
        by=by,
        appointment=basis,
    )
    # The draft may have been written on after the text that was adopted was circulated.
    writing.before(plan, by=by, on=on)
    writing.settle(plan)
    _say_what_is_in_force(plan, by=by, on=on)
    plan.status = leads_to
    plan.save(update_fields=["status", "changed"])
    entry = register.enter(
        "amend",
        plan,
        by=by,
        appointment=basis,
        revision=plan.in_force.symbol,
        digest=digest,
        number=made.number,
        reason=reason,
    )
    tell(entry, notices.amendment_opened(made, on.date()))
    return made


@transaction.atomic
def withdraw(amendment: Amendment, *, reason: str, by: Person, on: datetime) -> Amendment:
    """End an amendment that the Advisory Group has not adopted; the plan is what it was.

    The chair does, with a reason. One that changed nothing yet, and was put before nobody, is
    undone by whoever writes, without one. The draft says what is in force again; what it said
    stays in its history. A text before the delegations is taken back with it.
    """
    plan = lock(amendment.plan_id)
    amendment = plan.amendments.get(pk=amendment.pk)
    if amendment.closed is not None:
        if amendment.outcome == Amendment.Outcome.WITHDRAWN:
            return amendment
        raise Superseded(_("This amendment is approved already."))
    undoes = is_untouched(plan)
    act = "undo_amendment" if undoes else "withdraw_amendment"
    procedure.follow(act, plan.status)
    basis = permissions.entitled(act, Standing.of(by, on.date()))
    reason = reason.strip()
    if not undoes and not reason:
        raise ReasonMissing(_("Say why the amendment is withdrawn; the delegations will read it."))
    _take_back(plan, reason, by=by, basis=basis, on=on)
    writing.settle(plan)
    _say_what_is_in_force(plan, by=by, on=on)
    plan.status, plan.revision = plan.in_force_as, plan.in_force
    plan.save(update_fields=["status", "revision", "changed"])
    amendment.closed, amendment.outcome = timezone.now(), Amendment.Outcome.WITHDRAWN
    amendment.why_withdrawn = reason
    amendment.save(update_fields=["closed", "outcome", "why_withdrawn"])
    assert plan.in_force is not None  # as long as one is amended
    entry = register.enter(
        "withdraw_amendment",
        plan,
        by=by,
        appointment=basis,
        revision=plan.in_force.symbol,
        number=amendment.number,
        untouched=undoes,
        reason=reason,
    )
    tell(entry, notices.amendment_withdrawn(amendment, on.date()))
    return amendment


def is_untouched(plan: WorkPlan) -> bool:
    """Whether an amendment has changed nothing yet, and was put before nobody."""
    return not plan.came_back and plan.status == plan.Status.DRAFT and not _differs(plan)


def _differs(plan: WorkPlan) -> comparison.Changes | None:
    """What the text in force changes in the draft; None where the draft says the same.

    The draft is read on the day the text was frozen: authorities bear the names they had then.
    """
    assert plan.in_force is not None
    now = draft.compose(plan, on=plan.in_force.frozen.date())
    if draft.says_the_same(now, plan.in_force.form):
        return None
    return comparison.changes(now, plan.in_force.form)


def _say_what_is_in_force(plan: WorkPlan, *, by: Person, on: datetime) -> None:
    """Make the draft say what the text in force says. Its sittings are settled."""
    changes = _differs(plan)
    if changes is None:
        return
    assert plan.in_force is not None
    try:
        restoring.bring_back(plan, plan.in_force.form, changes, source=None, by=by, on=on)
    except content.InvalidPlan as error:
        raise CannotRestore(
            _("The draft cannot be brought back to %(symbol)s: %(problems)s")
            % {"symbol": plan.in_force.symbol, "problems": " ".join(error.problems)}
        ) from error


def _take_back(
    plan: WorkPlan, reason: str, *, by: Person, basis: Appointment, on: datetime
) -> None:
    """End what is before the delegations."""
    open_now = plan.considerations.filter(closed=None).select_related(
        "plan", "revision", "meeting__body"
    )
    for consideration in open_now:
        act = procedure.withdrawal(consideration)
        review.take_back(consideration, act, reason, by=by, basis=basis, on=on)
