"""The draft at a glance: what its overview says of it, worked out once for each saved version.

Reading three hundred activities to print five lines is slow, and most visits find nothing new. So
the answer is kept with what it rests on: the plan's version, which every change of the draft
raises, the day, and what the record says of those who lead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.core.cache import cache
from django.utils.translation import get_language

from workplans import comparison, draft, gaps, queries, readiness
from workplans.models import WorkPlan
from workplans.operations import review
from workplans.readiness import OnRecord

KEPT_FOR = 7 * 24 * 3600


@dataclass(frozen=True)
class Section:
    """A priority area of the draft: how many activities it has, and how many lack something."""

    key: str
    title: str
    activities: int
    lacking: int


@dataclass(frozen=True)
class Outline:
    """What the draft holds. changes: since the text last circulated; "" says there is none.
    amended: the same since the text in force, while that is being amended.

    problems: what stands in the way of circulating it; hints: what is only worth a look.
    """

    title: str
    has_preamble: bool
    sections: tuple[Section, ...]
    working_groups: int
    meetings: int
    annexes: int
    problems: int
    hints: int
    changes: str
    amended: str


Answer = TypeVar("Answer")


def kept(
    name: str,
    plan: WorkPlan,
    rests_on: str,
    work: Callable[[], Answer],
    *,
    seconds: int = KEPT_FOR,
    unless: Callable[[Answer], bool] = lambda answer: False,
) -> Answer:
    """What was worked out from a plan's texts, or is now; the last answer is kept.

    name: what it is, with a number that changes when its shape does. rests_on: what has to be the
    same for the answer to hold. unless: which answer is not worth keeping.
    """
    key = _key(name, plan)
    there: tuple[str, Answer] | None = cache.get(key)
    if there is not None and there[0] == rests_on:
        return there[1]
    found = work()
    if not unless(found):
        cache.set(key, (rests_on, found), seconds)
    return found


def _key(name: str, plan: WorkPlan) -> str:
    return f"{name}:{plan.pk}:{get_language()}"


def as_saved(plan: WorkPlan) -> str:
    """The draft as it was last saved, for what rests on it."""
    return f"{plan.version}:{plan.revision_id}:{plan.status}"


def as_read(plan: WorkPlan, on: date, record: OnRecord) -> str:
    """The same as it is read on a day, beside what the record says of those who lead."""
    return f"{as_saved(plan)}:{on}:{record.digest}"


NAME = "outline-3"


def outline(plan: WorkPlan, on: date) -> Outline:
    """The outline of a plan's draft as last saved, read on a day."""
    record = queries.roll().on_record
    return kept(NAME, plan, as_read(plan, on, record), lambda: _read(plan, on, record))


def known(plans: Iterable[WorkPlan]) -> dict[int, Outline]:
    """The outlines that were worked out since these drafts were last saved, by plan. One query."""
    keys = {_key(NAME, plan): plan for plan in plans}
    found: dict[str, tuple[str, Outline]] = cache.get_many(keys) if keys else {}
    return {
        keys[key].pk: answer
        for key, (rests_on, answer) in found.items()
        if rests_on.startswith(f"{as_saved(keys[key])}:")
    }


def _read(plan: WorkPlan, on: date, record: OnRecord) -> Outline:
    form = draft.compose(plan, on=on)
    changes = comparison.changes(plan.revision.form, form) if plan.revision else None
    amended = changes
    if plan.in_force is not None and plan.in_force_id != plan.revision_id:
        amended = comparison.changes(plan.in_force.form, form)
    return Outline(
        title=form["title"],
        has_preamble=bool(form["preamble"]),
        sections=tuple(
            Section(
                key=area.form["id"],
                title=f"{area.number} {area.form['title']}",
                activities=len(area.activities),
                lacking=sum(bool(item.lacks) for item in area.activities),
            )
            for area in gaps.areas(form)
        ),
        working_groups=len(form["working_groups"]),
        meetings=len(form["meetings"]),
        annexes=len(form["annexes"]),
        problems=len(review.readiness(plan, form)),
        hints=len(readiness.hints(form, record, on)),
        changes=changes.sentence if changes else "",
        amended=amended.sentence if amended and plan.is_being_amended else "",
    )
