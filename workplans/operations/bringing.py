"""What stayed behind when a plan was started from an earlier one, and bringing it over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from secretariat import register
from secretariat.models import Entry, Person
from secretariat.standing import Standing
from workplans import content, draft, renewal
from workplans.models import Activity, WorkPlan
from workplans.operations import editing
from workplans.operations.writing import touched
from workplans.renewal import Came, Left


class CannotBring(Exception):
    """Why an activity cannot be brought over; a sentence for the user."""


@dataclass(frozen=True)
class Start:
    """How a plan began: the entry of its start, what came along with it and what stayed behind.

    there: the identities of the new plan's activities among all these that it still holds.
    """

    entry: Entry | None
    came: tuple[Came, ...] = ()
    left: tuple[Left, ...] = ()
    there: frozenset[str] = frozenset()

    def holds(self, left: Left, plan: WorkPlan) -> bool:
        """Whether something that stayed behind was brought over, and is in the draft now."""
        return renewal.identity_of(left, plan.key) in self.there


def of(plan: WorkPlan) -> Start:
    """How a plan began, from the register. Two queries."""
    entry = register.entries_about(plan).filter(act="start").last()
    if entry is None:
        return Start(None)
    came, left = renewal.recalled(entry.facts)
    keys = [*(one.key for one in came), *(renewal.identity_of(one, plan.key) for one in left)]
    held = Activity.objects.filter(area__plan=plan, key__in=keys).values_list("key", flat=True)
    return Start(entry, tuple(came), tuple(left), frozenset(str(key) for key in held))


@transaction.atomic
def bring_over(plan: WorkPlan, key: UUID, *, by: Person, on: datetime) -> Activity:
    """Put an activity that stayed behind into the draft, at the end of its area.

    key: its identity in the earlier plan. What is in the draft already stays as it is. Raises Gone
    where the register knows nothing of it, and CannotBring.
    """
    plan = editing.open_draft(plan, by=by, on=on)
    left = next((one for one in of(plan).left if one.key == str(key)), None)
    if left is None:
        raise editing.Gone
    there: Activity | None = editing.find(plan, Activity, UUID(renewal.identity_of(left, plan.key)))
    if there is not None:
        return there
    area = plan.areas.filter(key=left.area).first()
    if area is None:
        raise CannotBring(
            _("Its priority area, “%(area)s”, is not in the draft any more. Put that back first.")
            % {"area": left.area_title}
        )
    form = renewal.brought_over(left, plan=plan.key, year=plan.year)
    last = area.activities.last()
    try:
        row = draft.put_activity(area, last.position + 1 if last else 0, form)
    except content.InvalidPlan as error:
        raise CannotBring(error.problems[0]) from error
    Activity.objects.filter(pk=row.pk).update(changed_by=by)
    register.enter(
        "bring_over",
        plan,
        by=by,
        appointment=Standing.of(by, on.date()).drafting,
        title=left.title,
        key=left.key,
    )
    editing.mark(plan, by, parts=[touched(row)], on=on)
    return row
