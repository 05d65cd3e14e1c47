"""What a meeting did about plans: the part of a meeting's page that this room fills."""

from __future__ import annotations

from typing import Any

from django import template
from django.contrib.auth.models import AnonymousUser
from django.template import Context

from meetings.models import Body, Meeting
from secretariat.standing import Standing
from workplans.models import Consideration, Decision, WorkPlan

register = template.Library()


@register.inclusion_tag("workplans/considered.html", takes_context=True)
def considered(context: Context, meeting: Meeting, seats: Any = ()) -> dict[str, Any]:
    """The decisions taken there about public plans, and to its own people what is before it.

    seats: the meeting's seats, where the page has read them already.
    """
    public = WorkPlan.objects.public().values("pk")
    # What the Advisory Group returned was never public, nor is it when the plan is.
    decisions = Decision.objects.filter(meeting=meeting, plan__in=public).exclude(
        act=Decision.Act.RETURNED, meeting__body__code=Body.ADVISORY_GROUP
    )
    standing = context.get("standing")
    return {
        "decisions": decisions.select_related("plan", "revision"),
        "open": _before(meeting, standing, seats, context.get("user") or AnonymousUser()),
    }


def _before(meeting: Meeting, standing: Standing | None, seats: Any, user: Any) -> Any:
    """The considerations open at the meeting, to those who sit there or preside."""
    if standing is None or standing.person is None:
        return ()
    seated = {seat.state_id for seat in seats}
    sits = any(appointment.state_id in seated for appointment in standing.appointments)
    if not sits and standing.drafting is None and standing.chair is None:
        return ()
    return Consideration.objects.filter(
        meeting=meeting, closed=None, plan__in=WorkPlan.objects.visible_to(user).values("pk")
    ).select_related("plan", "revision")
