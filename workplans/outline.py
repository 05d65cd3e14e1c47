"""The draft at a glance: what its overview says of it, worked out once for each saved version.

Reading three hundred activities to print five lines is slow, and most visits find nothing new. The
answer is kept under the plan's version, which every change of the draft raises.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.core.cache import cache
from django.utils.translation import get_language

from workplans import comparison, draft, gaps
from workplans.models import WorkPlan
from workplans.operations import review

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
    """What the draft holds. changes: since the text last circulated; "" says there is none."""

    title: str
    has_preamble: bool
    sections: tuple[Section, ...]
    working_groups: int
    meetings: int
    annexes: int
    problems: int
    changes: str


def outline(plan: WorkPlan, on: date) -> Outline:
    """The outline of a plan's draft as last saved, read on a day."""
    key = f"outline-1:{plan.pk}:{plan.version}:{plan.revision_id}:{on}:{get_language()}"
    found: Outline | None = cache.get(key)
    if found is None:
        found = _read(plan, on)
        cache.set(key, found, KEPT_FOR)
    return found


def _read(plan: WorkPlan, on: date) -> Outline:
    form = draft.compose(plan, on=on)
    changes = comparison.changes(plan.revision.form, form) if plan.revision else None
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
        changes=changes.sentence if changes else "",
    )
