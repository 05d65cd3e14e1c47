"""Texts put aside: what could not be saved is kept on the server until its author has decided."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from secretariat.models import Person
from workplans.legible import legible, legible_in
from workplans.merging import Values
from workplans.models import Parked, WorkPlan

# What one field of a page said: {"was": when it was opened, "mine": as typed}; "by", who else
# changed it, where that is known; {"unread": true} where the portal could make nothing of it.
Fields = dict[str, dict[str, Any]]


def kept_by(person: Person | None) -> Any:
    """The texts a person has put aside and not decided about, newest first.

    They are their author's, whatever became of the plan and of the author's right to write in it.
    """
    return Parked.objects.filter(person=person, cleared=None).select_related(
        "plan__presidency__state", "plan__revision", "plan__changed_by"
    )


def kept_for(person: Person | None, plan: WorkPlan) -> Any:
    """Those of them that belong to one plan."""
    return kept_by(person).filter(plan=plan)


def kept_by_year(person: Person | None) -> Any:
    """How many of them belong to the plan of each year: (year, number)."""
    found = Parked.objects.filter(person=person, cleared=None).order_by("plan__year")
    return found.values_list("plan__year").annotate(number=Count("pk"))


def number_kept_for(person: Person | None) -> Any:
    """How many those are, for a query of plans."""
    kept = Parked.objects.filter(plan=OuterRef("pk"), person=person, cleared=None).order_by()
    counted = kept.values("plan").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


@transaction.atomic
def keep(
    plan: WorkPlan,
    *,
    kind: str,
    part: UUID,
    page: UUID,
    title: str,
    reason: str,
    fields: Fields,
    by: Person,
    on: datetime,
) -> Parked:
    """Put aside what a page could not save, in place of what the same page had put aside before.

    A transaction of its own: whatever refused the text has been rolled back by now.
    """
    fields = legible_in(fields)
    row, made = Parked.objects.select_for_update().get_or_create(
        plan=plan,
        person=by,
        part=part,
        page=page,
        cleared=None,
        defaults={
            "kind": kind,
            "title": legible(title)[:300],
            "reason": reason,
            "sent": {"fields": fields},
            "at": on,
        },
    )
    before = row.sent.get("fields", {})
    for name, said in fields.items():
        if "by" in before.get(name, {}):
            said.setdefault("by", before[name]["by"])
    if not made and (row.reason != reason or before != fields):
        row.kind, row.title, row.reason = kind, legible(title)[:300], reason
        row.sent, row.at = {"fields": fields}, on
        row.save(update_fields=["kind", "title", "reason", "sent", "at"])
    return row


@transaction.atomic
def settle(
    plan: WorkPlan,
    part: UUID,
    *,
    page: UUID | None,
    left: Iterable[str],
    now: Values,
    by: Person,
    on: datetime,
) -> None:
    """Let go of what the author no longer needs, after a page was saved.

    left: the fields this page still could not save; what else it had put aside, its author wrote
    anew. Of other pages' texts only what the part says now is let go.
    """
    still = set(left)
    for row in Parked.objects.select_for_update().filter(
        plan=plan, person=by, part=part, cleared=None
    ):
        fields: Fields = row.sent.get("fields", {})
        if row.page == page:
            kept = {name: said for name, said in fields.items() if name in still}
        else:
            kept = {
                name: said for name, said in fields.items() if now.get(name, "") != said["mine"]
            }
        if not kept:
            _clear(row, on)
        elif kept != fields:
            row.sent = {"fields": kept}
            row.save(update_fields=["sent"])


@transaction.atomic
def discard(row: Parked, *, by: Person, on: datetime) -> bool:
    """Clear a text its author does not need; it stays in the database. False if it was cleared."""
    fresh = Parked.objects.select_for_update().filter(pk=row.pk, person=by, cleared=None).first()
    if fresh is None:
        return False
    _clear(fresh, on)
    return True


def let_go(person: Person | None, key: UUID) -> Any:
    """A text its author has decided about or discarded, which stays in the database."""
    return Parked.objects.filter(person=person, key=key).exclude(cleared=None)


@transaction.atomic
def take_back(key: UUID, *, by: Person, on: datetime) -> Parked | None:
    """Put a text aside again that its author had let go of; None where there is no such text.

    It belongs to no page any more, so that no page that is still open writes over it.
    """
    row: Parked | None = let_go(by, key).select_for_update().first()
    if row is not None:
        row.cleared, row.page = None, uuid4()
        row.save(update_fields=["cleared", "page"])
    return row


def _clear(row: Parked, on: datetime) -> None:
    row.cleared = on
    row.save(update_fields=["cleared"])
