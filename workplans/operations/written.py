"""How a written procedure ends: adopted if every state has approved by then, and else not.

A written procedure is consensus by correspondence (domain rule 6): saying nothing is no approval.
Nobody acts at its end, so it comes to the same whoever looks first.
"""

from __future__ import annotations

from secretariat import instants, register
from secretariat.circulation import tell
from workplans import notices, procedure, queries
from workplans.models import Consideration, WorkPlan
from workplans.operations import decision


def end(plan: WorkPlan, consideration: Consideration) -> None:
    """End a written procedure whose instant has come. Called with the plan locked."""
    if queries.board(consideration).tally.agreed:
        decision.adopt_at_the_end(plan, consideration)
    else:
        _without_consensus(plan, consideration)


def _without_consensus(plan: WorkPlan, consideration: Consideration) -> None:
    """Nothing is adopted: the plan is a draft again, and all are told who had not approved."""
    assert consideration.expires is not None
    tally = queries.board(consideration).tally
    plan.status = procedure.follow("fail_written", plan.status)
    plan.save(update_fields=["status", "changed"])
    decision.close(consideration, Consideration.Outcome.LAPSED, at=consideration.expires)
    entry = register.enter(
        "fail_written",
        plan,
        by=None,
        revision=consideration.revision.symbol,
        digest=consideration.revision.digest,
        at=consideration.expires.isoformat(),
        approving=[*tally.approving, *tally.reserving],
        objecting=list(tally.opposing),
        asking=list(tally.asking),
        not_answering=list(tally.silent),
    )
    text = notices.Before.of(consideration)
    tell(entry, notices.failed_in_writing(text, tally.sentence(), instants.now().date()))
