"""Texts as they were frozen when form 1 was the newest."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from meetings.models import Meeting
from secretariat.models import Person
from tests import factories
from workplans import content, draft
from workplans.models import Consideration, Revision, WorkPlan
from workplans.symbols import symbol


def in_form_1(form: dict[str, Any]) -> dict[str, Any]:
    """What form 1 could say of the same plan."""
    areas = [
        {
            **area,
            "activities": [
                {name: said for name, said in activity.items() if name != "milestones"}
                for activity in area["activities"]
            ],
        }
        for area in form["areas"]
    ]
    return {**form, "form": "partnir-work-plan/1", "areas": areas}


def text_of(plan: WorkPlan, on: date = factories.TODAY, **revision: Any) -> str:
    """The canonical text of a draft in form 1."""
    return content.dump(in_form_1(draft.compose(plan, on=on, **revision)))


def circulated(
    of: WorkPlan, *, before: Meeting, by: Person, on: datetime = factories.NOW
) -> Consideration:
    """A draft as the act of circulating it left it then: frozen in form 1, before a meeting."""
    under = symbol("AG", of.year, "WP", revision=1)
    text = text_of(of, on.date(), number=1, symbol=under, nonce="0123456789abcdef" * 2)
    revision = Revision.objects.create(
        plan=of,
        number=1,
        symbol=under,
        text=text,
        digest=content.digest(text, "partnir-work-plan/1"),
        by=by,
    )
    WorkPlan.objects.filter(pk=of.pk).update(
        revision=revision, status=WorkPlan.Status.UNDER_CONSIDERATION
    )
    return Consideration.objects.create(
        plan=of, revision=revision, meeting=before, opened_on=before.day_at(on), by=by
    )
