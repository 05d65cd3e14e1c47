"""An approved plan that is amended, for tests of what follows from it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from meetings.models import Meeting
from secretariat.models import Person
from tests import factories
from tests.conftest import Cast
from workplans import parts
from workplans.models import Activity, Amendment, Consideration, WorkPlan
from workplans.operations import amending, decision, editing

REASON = "The host of the first forum has changed."
# Written in the draft of an amendment, and in nothing that is public.
CANARY = "canary-amended"


def again(plan: WorkPlan) -> WorkPlan:
    """The plan as it is on record now."""
    return WorkPlan.objects.select_related("in_force", "revision").get(pk=plan.pk)


def opened(
    plan: WorkPlan, *, by: Person, reason: str = REASON, on: datetime = factories.NOW
) -> Amendment:
    plan = again(plan)
    assert plan.in_force is not None
    return amending.amend(plan, digest=plan.in_force.digest, reason=reason, by=by, on=on)


def moved(plan: WorkPlan, *, by: Person, to: str = CANARY, on: datetime = factories.NOW) -> None:
    """Write in the draft that the first activity takes place elsewhere."""
    first = Activity.objects.filter(area__plan=plan).order_by("area__position", "position")[0]
    found = editing.find(plan, Activity, first.key)
    values: dict[str, Any] = parts.read(found)
    mine = {**values, "place": to}
    editing.save(plan, Activity, first.key, opened=values, mine=mine, by=by, on=on)


def circulated(
    cast: Cast, plan: WorkPlan, meeting: Meeting, *, by: Person | None = None
) -> Consideration:
    """The amended text before the Advisory Group."""
    by = by or cast.staff
    opened(plan, by=by)
    moved(plan, by=by)
    return factories.circulated(again(plan), before=meeting, by=by)


def adopted(cast: Cast, consideration: Consideration) -> WorkPlan:
    for head in cast.heads.values():
        factories.answer(consideration, by=head)
    return factories.adopted(consideration, by=cast.chair)


def submitted(cast: Cast, plan: WorkPlan, meeting: Meeting) -> Consideration:
    assert plan.revision is not None
    return decision.submit(
        plan, meeting=meeting, digest=plan.revision.digest, by=cast.chair, on=factories.NOW
    )


def approved(cast: Cast, consideration: Consideration) -> WorkPlan:
    for minister in cast.ministers.values():
        factories.answer(consideration, by=minister)
    return again(consideration.plan)


def reported(
    cast: Cast, plan: WorkPlan, summit: Meeting, *, on: datetime = factories.NOW
) -> WorkPlan:
    plan = again(plan)
    assert plan.in_force is not None
    decision.report(
        plan, meeting=summit, digest=plan.in_force.digest, summary="A year.", by=cast.chair, on=on
    )
    return again(plan)
