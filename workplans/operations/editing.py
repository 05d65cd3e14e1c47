"""Writing the draft: every change under the plan's lock, by those entitled to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from secretariat.models import Person
from secretariat.standing import Standing
from workplans import draft, parts, permissions, procedure
from workplans.merging import Merge, Values, merge
from workplans.models import Activity, PriorityArea, TextBlock, WorkPlan
from workplans.models.plan import Part, Versioned
from workplans.operations import writing
from workplans.operations.locking import lock
from workplans.operations.writing import CALENDAR, Touched, touched
from workplans.parts import OWNERS


class Gone(Exception):
    """The part was removed while somebody had it open."""


class Elsewhere(Exception):
    """The identity a page proposed belongs to another plan."""


@dataclass(frozen=True)
class Saving:
    """How saving went, field by field.

    before, by: what was saved when it began, and who had saved that. now: what is saved after it.
    Of a field two people disagree about, `now` says what the other one wrote.
    """

    part: Any
    before: Values
    by: Person | None
    when: datetime
    merge: Merge
    now: Values

    @property
    def clashes(self) -> tuple[str, ...]:
        return self.merge.clashes


def open_draft(
    plan: WorkPlan, *, by: Person, on: datetime, standing: Standing | None = None
) -> WorkPlan:
    """The plan, locked for a change by a person who may make it now.

    standing: of that person on that day, where the same request has asked for it.
    """
    plan = lock(plan.pk)
    procedure.follow("edit", plan.status)
    if standing is None or (standing.person, standing.day) != (by, on.date()):
        standing = Standing.of(by, on.date())
    permissions.entitled("edit", standing)
    writing.before(plan, by=by, on=on)
    return plan


def mark(
    plan: WorkPlan, by: Person, *, parts: Iterable[Touched] = (), on: datetime | None = None
) -> None:
    """Note that a person changed the draft, and which parts of it: for other pages, for history."""
    writing.note(plan, parts, by=by, on=on or timezone.now())
    plan.version += 1
    plan.changed_by = by
    plan.save(update_fields=["version", "changed", "changed_by"])


# What belongs to a part and is read with it.
WITH: dict[type[Part], tuple[str, ...]] = {
    PriorityArea: tuple(pieces.held for pieces in parts.pieces_of(PriorityArea)),
    Activity: ("co_leads", *(pieces.held for pieces in parts.pieces_of(Activity))),
}


def find(plan: WorkPlan, kind: type[Part], key: UUID) -> Any:
    """A part of this plan with what belongs to it and who saved it last, or None."""
    among = kind._default_manager.select_related("changed_by")
    among = among.prefetch_related(*WITH.get(kind, ()))
    return among.filter(key=key, **{OWNERS[kind]: plan}).first()


def _never(_name: str, _value: Any) -> bool:
    return False


@transaction.atomic
def save(
    plan: WorkPlan,
    kind: type[Versioned],
    key: UUID,
    *,
    opened: Values,
    mine: Values,
    by: Person,
    on: datetime,
    sent_here: Callable[[str, Any], bool] = _never,
    known: Part | None = None,
    standing: Standing | None = None,
) -> Saving:
    """Save a part, or the plan's general text, over what others may have saved meanwhile.

    opened: what the part said when the person's page was made. Fields only others changed are
    kept; a field both changed differently stays as the other saved it and is among the clashes.
    sent_here: whether a value of a field is one the same page sent before without hearing of it;
    that is nobody else's. known: the part as it was read after this `plan`, which is what it says
    still unless the draft has changed since. standing: as in open_draft. Where nothing changes,
    nothing is written.
    """
    was_at = plan.version
    plan = open_draft(plan, by=by, on=on, standing=standing)
    part: Any = plan
    if kind is not WorkPlan:
        fresh = known is not None and plan.version == was_at
        part = known if fresh else find(plan, kind, key)  # type: ignore[arg-type]
    if part is None:
        raise Gone
    before, last, when = parts.read(part), part.changed_by, part.changed
    own = {name: value for name, value in before.items() if sent_here(name, value)}
    merged = merge({**opened, **own}, before, mine)
    now = merged.beside(before)
    if isinstance(part, Activity):
        _place(plan, part, now)
    if parts.differing(before, now):
        parts.write(part, now, by=by)
        if part is plan:
            writing.note(plan, [touched(part)], by=by, on=on)
        else:
            mark(plan, by, parts=[touched(part)], on=on)
    return Saving(part, before, last, when, merged, now)


def _place(plan: WorkPlan, activity: Activity, values: Values) -> None:
    """An activity that moves to another area goes to its end, unless that area is gone by now."""
    if activity.area_id == values["area"]:
        return
    if not plan.areas.filter(pk=values["area"]).exists():
        values["area"] = activity.area_id
        return
    activity.position = _end(Activity.objects.filter(area=values["area"]))


def _end(order: Any) -> int:
    last = order.order_by("-position").first()
    return last.position + 1 if last else 0


@transaction.atomic
def add(plan: WorkPlan, part: Part, values: Values, *, by: Person, on: datetime) -> Any:
    """Add a new part, not yet saved but for its key, at the end. The same key adds it once.

    Returns the part given, or the one that has its key already, as that is saved.
    """
    plan = open_draft(plan, by=by, on=on)
    kind = type(part)
    again = find(plan, kind, part.key)
    if again is not None:
        return again
    if kind._default_manager.filter(key=part.key).exists():
        raise Elsewhere
    if isinstance(part, Activity):
        if not plan.areas.filter(pk=values["area"]).exists():
            raise Gone
        part.position = _end(Activity.objects.filter(area=values["area"]))
    else:
        part.plan = plan  # type: ignore[attr-defined]
        part.position = _end(siblings(part))
    parts.write(part, values, by=by)
    mark(plan, by, parts=[touched(part)], on=on)
    return part


def siblings(part: Part) -> Any:
    """The parts that stand in one order with this one, itself among them."""
    kind: Any = type(part)._default_manager
    if isinstance(part, TextBlock):
        return kind.filter(plan=part.plan_id, kind=part.kind)
    if isinstance(part, PriorityArea):
        return kind.filter(plan=part.plan_id)
    pieces = parts.pieces_like(part)
    home = pieces.home if pieces else "area"
    return kind.filter(**{home: getattr(part, f"{home}_id")})


@transaction.atomic
def move(
    plan: WorkPlan,
    kind: type[Part],
    key: UUID,
    *,
    up: bool,
    place: int | None,
    by: Person,
    on: datetime,
) -> Any:
    """Exchange a part with its neighbour.

    place: where it stood (from 1) on the person's screen. If it stands elsewhere by now, it stays
    there, so that a click sent twice moves it once.
    """
    plan = open_draft(plan, by=by, on=on)
    part = find(plan, kind, key)
    if part is None:
        raise Gone
    order = list(siblings(part))
    here = order.index(part)
    there = here - 1 if up else here + 1
    if place not in (None, here + 1) or not 0 <= there < len(order):
        return part
    order[here], order[there] = order[there], order[here]
    for position, row in enumerate(order):
        if row.position != position:
            type(row)._default_manager.filter(pk=row.pk).update(position=position)
    mark(plan, by, parts=[touched(part)], on=on)
    return part


def what_goes(part: Part) -> list[Part]:
    """A part and everything that is removed with it."""
    going = [
        part,
        *(row for pieces in parts.pieces_of(type(part)) for row in pieces.rows(part).all()),
    ]
    if isinstance(part, PriorityArea):
        held = [pieces.held for pieces in parts.pieces_of(Activity)]
        for activity in part.activities.prefetch_related(*held):
            going += what_goes(activity)
    return going


def state_of(going: list[Part]) -> str:
    """What a confirmation saw: each part that goes, in its version."""
    return " ".join(f"{part.key}:{part.version}" for part in going)


@transaction.atomic
def remove(
    plan: WorkPlan, kind: type[Part], key: UUID, *, seen: str, by: Person, on: datetime
) -> Part | None:
    """Remove a part with all that belongs to it; None if any of it changed since it was seen.

    Removing what is gone already has no effect and is no error.
    """
    plan = open_draft(plan, by=by, on=on)
    part: Part | None = find(plan, kind, key)
    if part is None:
        raise Gone
    if state_of(what_goes(part)) != seen:
        return None
    remembered = touched(part)
    part.delete()
    mark(plan, by, parts=[remembered], on=on)
    return part


@transaction.atomic
def take_calendar(plan: WorkPlan, *, by: Person, on: datetime) -> WorkPlan:
    """Put the year's meetings into the plan as the calendar has them now."""
    plan = open_draft(plan, by=by, on=on)
    plan.calendar = draft.calendar_of(plan.year)
    plan.save(update_fields=["calendar"])
    mark(plan, by, parts=[CALENDAR], on=on)
    return plan
