"""Sittings: who worked on a draft from when until when, and the text each of them left.

A sitting goes on while the same person saves again within half an hour; composing its text waits
until it is over, so that a save stays cheap. All of it happens under the plan's lock.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from secretariat.models import Person
from workplans import content, draft
from workplans.comparison import Changes
from workplans.models import Activity, PriorityArea, Sitting, TextBlock, WorkPlan
from workplans.models.plan import Part, Versioned
from workplans.operations.locking import lock
from workplans.parts import pieces_like

# After so long without saving, a sitting is over.
QUIET = timedelta(minutes=30)
# What somebody touched: {"kind": as in comparison.Part, "id": its identity, "title": of it}.
Touched = dict[str, str]


def touched(part: Versioned) -> Touched:
    """How a sitting remembers a part; a piece belongs to what it stands in."""
    if isinstance(part, Part) and (pieces := pieces_like(part)):
        part = getattr(part, pieces.home)
    if isinstance(part, WorkPlan):
        return {"kind": "general", "id": "general", "title": ""}
    assert isinstance(part, (PriorityArea, Activity, TextBlock))
    kind = {PriorityArea: "area", Activity: "activity"}.get(type(part)) or str(part.kind)  # type: ignore[union-attr]
    return {"kind": kind, "id": str(part.key), "title": part.title}


def touched_by(changes: Changes) -> list[Touched]:
    """The same of everything that differs between two texts."""
    return [{"kind": part.kind, "id": part.id, "title": part.title} for part in changes.parts]


CALENDAR: Touched = {"kind": "calendar", "id": "calendar", "title": ""}


def _open(plan: WorkPlan) -> Sitting | None:
    """The sitting that goes on; asked once while a plan is held, as nobody else can change it."""
    held = plan.__dict__
    if GOING_ON not in held:
        held[GOING_ON] = plan.sittings.filter(text="").first()
    found: Sitting | None = held[GOING_ON]
    return found


GOING_ON = "_sitting_that_goes_on"


def before(plan: WorkPlan, *, by: Person | None, on: datetime) -> None:
    """Settle the sitting that this person's act would not continue. Before anything is written.

    A draft of which no sitting is known yet leaves the text it has as its first.
    """
    plan.__dict__.pop(GOING_ON, None)
    going_on = _open(plan)
    if going_on is None:
        if not plan.sittings.exists():
            text = content.dump(draft.compose(plan, on=plan.changed.date()))
            _settled(plan, text, person=plan.changed_by, began=plan.changed, ended=plan.changed)
    elif going_on.person_id != (by and by.pk) or on - going_on.ended >= QUIET:
        _settle(plan, going_on)


def note(plan: WorkPlan, parts: Iterable[Touched], *, by: Person, on: datetime) -> None:
    """A person saved these parts: their sitting goes on, or begins."""
    sitting = _open(plan)
    if sitting is None:
        sitting = Sitting(plan=plan, person=by, began=on, ended=on)
    sitting.ended = max(sitting.ended, on)
    sitting.saves += 1
    sitting.parts = _together(sitting.parts, parts)
    sitting.save()
    plan.__dict__[GOING_ON] = sitting


def _together(known: list[Touched], more: Iterable[Touched]) -> list[Touched]:
    """Each part once, in the order it was first touched, under its latest title."""
    return list({part["id"]: part for part in (*known, *more)}.values())


def settle(plan: WorkPlan, *, form: content.Form | None = None) -> None:
    """End the sitting that goes on, if there is one. form: the draft, where it is composed."""
    plan.__dict__.pop(GOING_ON, None)
    if going_on := _open(plan):
        _settle(plan, going_on, form)


def _settle(plan: WorkPlan, sitting: Sitting, form: content.Form | None = None) -> None:
    form = form or draft.compose(plan, on=sitting.ended.date())
    sitting.text = content.dump(form)
    sitting.digest = content.digest(sitting.text)
    sitting.save(update_fields=["text", "digest"])
    plan.__dict__[GOING_ON] = None


def keep(
    plan: WorkPlan,
    *,
    by: Person | None,
    on: datetime,
    parts: Iterable[Touched] = (),
    restores: Sitting | None = None,
) -> Sitting:
    """A sitting of its own, over at once: starting a plan, taking a text in, restoring one."""
    text = content.dump(draft.compose(plan, on=on.date()))
    facts: dict[str, Any] = {"saves": 1, "parts": list(parts), "restores": restores}
    return _settled(plan, text, person=by, began=on, ended=on, **facts)


def _settled(plan: WorkPlan, text: str, **facts: Any) -> Sitting:
    return Sitting.objects.create(plan=plan, text=text, digest=content.digest(text), **facts)


def settle_quiet(on: datetime) -> int:
    """End every sitting in which nothing was saved for half an hour. How many there were."""
    waiting = Sitting.objects.filter(text="", ended__lte=on - QUIET)
    return sum(_settle_if_quiet(plan, on) for plan in waiting.values_list("plan", flat=True))


@transaction.atomic
def _settle_if_quiet(plan_id: int, on: datetime) -> bool:
    # Somebody may have saved meanwhile; the lock is the one every save takes.
    plan = lock(plan_id)
    sitting = _open(plan)
    if sitting is None or on - sitting.ended < QUIET:
        return False
    _settle(plan, sitting)
    return True
