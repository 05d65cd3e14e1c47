"""After approval: how far the activities have come, and what a report can say of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from secretariat import register
from secretariat.dates import PartialDate
from secretariat.models import Person
from secretariat.standing import Standing
from workplans import content, permissions, procedure, queries
from workplans.models import Activity, Consideration, Decision, Progress, WorkPlan
from workplans.operations.locking import Superseded, lock


class NoSuchActivity(Exception):
    """Progress on something the approved text does not hold; a sentence for the user."""


@dataclass(frozen=True)
class StateOfActivity:
    """An activity of the approved text, its printed number, and the newest word on it if any."""

    number: str
    activity: dict[str, Any]
    progress: Progress | None

    @property
    def state(self) -> str:
        known: str = self.progress.state if self.progress else self.activity["state"]
        return known


def state_of_activities(plan: WorkPlan) -> list[StateOfActivity]:
    """How each activity of the text in force stands, in printed order, and of one that none is
    yet of the text last circulated; one query however many there are."""
    text = plan.in_force or plan.revision
    if text is None:
        return []
    latest = {
        str(progress.activity): progress for progress in plan.progress.newest().select_related("by")
    }
    return [
        StateOfActivity(number, activity, latest.get(activity["id"]))
        for number, activity in content.activities(text.form)
    ]


@transaction.atomic
def record_progress(
    plan: WorkPlan,
    activity_key: UUID,
    *,
    state: str,
    note: str,
    by: Person,
    on: datetime,
    seen: int | None = None,
) -> Progress:
    """Record how far an activity of an approved plan has come; earlier words stay beside it.

    seen: the record that was the newest on the person's screen, None if there was none.
    """
    plan = lock(plan.pk)
    procedure.follow("record_progress", procedure.status_for("record_progress", plan))
    basis = permissions.entitled("record_progress", Standing.of(by, on.date()))
    assert plan.in_force is not None  # says the database of every plan that was approved
    titles = {
        activity["id"]: f"{number} {activity['title']}"
        for number, activity in content.activities(plan.in_force.form)
    }
    if str(activity_key) not in titles:
        raise NoSuchActivity(
            _("%(symbol)s holds no such activity.") % {"symbol": plan.in_force.symbol}
        )
    note = note.strip()
    newest = plan.progress.filter(activity=activity_key).select_related("by").first()
    if newest and (newest.state, newest.note, newest.by_id) == (state, note, by.pk):
        return newest
    if newest and newest.pk != seen:
        raise Superseded(
            _("%(person)s recorded “%(state)s” meanwhile. Read that before you record yours.")
            % {"person": newest.by, "state": newest.get_state_display()}
        )
    progress = Progress.objects.create(
        plan=plan, activity=activity_key, state=state, note=note, on=on.date(), by=by
    )
    register.enter(
        "record_progress",
        plan,
        by=by,
        appointment=basis,
        activity=str(activity_key),
        title=titles[str(activity_key)],
        revision=plan.in_force.symbol,
        state=state,
        text=note,
    )
    return progress


def opening_summary(plan: WorkPlan) -> str:
    """Sentences from the record with which the text of a summit report can begin."""
    acts = Decision.Act
    decided = queries.decisions(plan)
    taken = {d.act: d for d in decided if d.revision_id == plan.in_force_id}
    said = []
    if acts.ADOPTED in taken:
        words = _("The Advisory Group adopted the work plan for %(year)d by consensus on %(day)s.")
        if taken[acts.ADOPTED].method == Consideration.Procedure.WRITTEN:
            words = _(
                "The Advisory Group adopted the work plan for %(year)d by written procedure on "
                "%(day)s."
            )
        if taken[acts.ADOPTED].method == Consideration.Procedure.SILENCE:
            words = _(
                "The Advisory Group adopted the work plan for %(year)d under the silence procedure "
                "on %(day)s."
            )
        said.append(words % {"year": plan.year, "day": PartialDate.of(taken[acts.ADOPTED].on)})
    if acts.APPROVED in taken:
        said.append(
            _("The ministers approved it on %(day)s (%(meeting)s).")
            % {
                "day": PartialDate.of(taken[acts.APPROVED].on),
                "meeting": taken[acts.APPROVED].meeting.name,
            }
        )
    rows = state_of_activities(plan)
    held = ngettext(
        "The plan holds %(count)d activity.", "The plan holds %(count)d activities.", len(rows)
    ) % {"count": len(rows)}
    counts = {stage: 0 for stage in Activity.Stage}
    for row in rows:
        counts[Activity.Stage(row.state)] += 1
    listed = "\n".join(
        _("- %(stage)s: %(count)d") % {"stage": stage.label, "count": number}
        for stage, number in counts.items()
        if number
    )
    return "\n\n".join([" ".join(said), f"{held}\n{listed}" if listed else held]).strip()
