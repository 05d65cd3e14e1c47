"""The way back from a slip: the last act on a plan, taken back before anybody else has acted on it.

Nothing is undone on record: the act stays, and beside it who took it back, when and why. What the
states answered binds to the text, which has not changed, so their answers stand again with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from secretariat import instants, register
from secretariat.circulation import tell
from secretariat.models import Appointment, Entry, Person
from secretariat.standing import NotEntitled, Standing
from workplans import documents, notices, permissions, procedure
from workplans.models import Consideration, Decision, Retraction, WorkPlan
from workplans.operations import decision as deciding
from workplans.operations.decision import ReasonMissing
from workplans.operations.locking import Superseded, lock

Outcome, Act = Consideration.Outcome, Decision.Act

# What can be taken back, by its name in the register: whose act it is, and what takes it back.
TAKEN_BACK_BY = {
    "adopted": ("adopt", "take_back_adoption"),
    "returned": ("return_to_draft", "put_before_again"),
    "submitted": ("submit", "take_back_submission"),
    **dict.fromkeys(procedure.WITHDRAWALS.values(), ("", "put_before_again")),
}
# What goes on in a draft meanwhile touches no text that was decided on or withdrawn.
OF_THE_DRAFT = frozenset({"strike", "put_back", "bring_over", "take_in"})


@dataclass(frozen=True)
class Slip:
    """The last act on a plan, which its author can still take back.

    decision: None where a text was withdrawn, which decides nothing.
    """

    plan: WorkPlan
    entry: Entry
    consideration: Consideration
    decision: Decision | None
    basis: Appointment

    @property
    def act(self) -> str:
        return str(self.entry.act)

    @property
    def step(self) -> str:
        return TAKEN_BACK_BY[self.act][1]


def slip(plan: WorkPlan, by: Person | None, on: datetime) -> Slip | None:
    """What a person could take back now; nothing once somebody else has acted on the plan."""
    if by is None:
        return None
    last = _last(plan)
    if last is None or last.by_id != by.pk or last.act not in TAKEN_BACK_BY:
        return None
    owner, step = TAKEN_BACK_BY[last.act]
    try:
        basis = permissions.entitled(owner or last.act, Standing.of(by, on.date()))
    except NotEntitled:
        return None
    found = _found(plan, last)
    if found is None or plan.status not in procedure.STEPS[step].sources:
        return None
    consideration, decided = found
    if not _still_open_to_it(plan, step, consideration, on):
        return None
    return Slip(plan, last, consideration, decided, basis)


def has_taken_back(plan: WorkPlan, by: Person | None) -> bool:
    """Whether the last act on a plan was that this person took one back."""
    last = _last(plan)
    return last is not None and last.act == "take_back" and by is not None and last.by_id == by.pk


def _last(plan: WorkPlan) -> Entry | None:
    """The last thing somebody did to a plan, but for what goes on in its draft."""
    done = register.entries_about(plan).exclude(by=None).exclude(act__in=OF_THE_DRAFT)
    last: Entry | None = done.order_by("-id").first()
    return last


def _found(plan: WorkPlan, entry: Entry) -> tuple[Consideration, Decision | None] | None:
    """The consideration an entry speaks of, and the decision, if it is one."""
    rows = plan.considerations.select_related("revision", "meeting__body").order_by("-id")
    texts = rows.filter(revision__symbol=entry.facts.get("revision", ""))
    decided = None
    if entry.act in Act.values:
        about = plan.decisions.filter(
            act=entry.act, revision__symbol=entry.facts.get("revision", ""), by=entry.by
        )
        decided = about.order_by("-id").first()
        if decided is None:
            return None
    if decided is not None and decided.consideration_id is not None:
        texts = texts.filter(pk=decided.consideration_id)
    consideration = texts.first()
    return None if consideration is None else (consideration, decided)


def _still_open_to_it(
    plan: WorkPlan, step: str, consideration: Consideration, on: datetime
) -> bool:
    """Whether the text could stand again where it stood."""
    if plan.revision_id != consideration.revision_id:
        return False
    if step == "take_back_submission":
        return consideration.is_open and not consideration.positions.exists()
    if consideration.is_open or consideration.before_ministers:
        return False
    if consideration.expires is not None:
        return consideration.expires > instants.now()
    return not consideration.meeting.is_over(on)


@transaction.atomic
def take_back(plan: WorkPlan, *, seen: int, reason: str, by: Person, on: datetime) -> Entry:
    """Take back the last act on a plan, by who took it.

    seen: the entry of the register that was on the person's screen.
    """
    plan = lock(plan.pk)
    found = slip(plan, by, on)
    if found is None or found.entry.pk != seen:
        raise Superseded(_("This cannot be taken back any more. Look at what has been done since."))
    if not reason.strip():
        raise ReasonMissing(_("Say why it is taken back; everybody who was told will read it."))
    plan.status = procedure.follow(found.step, plan.status)
    plan.save(update_fields=["status", "changed"])
    if found.decision is not None:
        retraction = Retraction.objects.create(
            decision=found.decision, reason=reason.strip(), by=by, appointment=found.basis
        )
        documents.call_off(retraction)
    if found.step == "take_back_submission":
        deciding.close(found.consideration, Outcome.WITHDRAWN)
    else:
        _reopen(found.consideration)
    entry = register.enter(
        "take_back",
        plan,
        by=by,
        appointment=found.basis,
        taken_back=found.act,
        entry=found.entry.pk,
        revision=found.consideration.revision.symbol,
        reason=reason.strip(),
    )
    text = notices.Before.of(found.consideration)
    tell(entry, notices.taken_back(text, found.act, reason.strip(), on.date()))
    return entry


def _reopen(consideration: Consideration) -> None:
    consideration.closed = None
    consideration.outcome = ""
    consideration.save(update_fields=["closed", "outcome"])
