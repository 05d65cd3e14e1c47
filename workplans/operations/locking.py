"""Every act on a plan begins here: one lock, taken in one order. The meeting comes after it."""

from __future__ import annotations

from meetings.models import Meeting
from workplans.models import Consideration, WorkPlan


class Superseded(Exception):
    """The text or the procedure on the person's screen is no longer the current one."""


def lock(plan_id: int) -> WorkPlan:
    """The plan, held against every other act until the transaction ends.

    A silence whose end has come is ended here, so that no act finds it still running.
    """
    plan = (
        WorkPlan.objects.select_for_update(of=("self",))
        .select_related("presidency__state", "revision", "in_force")
        .defer("revision__text", "in_force__text")
        .get(pk=plan_id)
    )
    if plan.status == WorkPlan.Status.UNDER_CONSIDERATION:
        from workplans.operations import correspondence  # which itself begins here

        correspondence.end_if_due(plan)
    return plan


def current(consideration: Consideration) -> tuple[WorkPlan, Consideration]:
    """The locked plan and the consideration as it is now that nobody else can change it."""
    plan = lock(consideration.plan_id)
    fresh = Consideration.objects.select_related("revision", "meeting__body").get(
        pk=consideration.pk
    )
    return plan, fresh


def lock_meeting(meeting: Meeting) -> Meeting:
    """The meeting a text goes to, held against its being recorded as not held meanwhile."""
    locked: Meeting = (
        Meeting.objects.select_for_update(of=("self",), no_key=True)
        .select_related("body")
        .get(pk=meeting.pk)
    )
    return locked
