"""What is worth a look in a draft, as links to where it is put right."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse

from workplans import draft, readiness
from workplans.content import Form
from workplans.gaps import Located
from workplans.models import Activity, TextBlock, WorkPlan
from workplans.parts import pieces_of
from workplans.queries import Contents
from workplans.readiness import OnRecord

# So many places of one sort are linked; putting those right brings up the others.
SHOWN = 40


def of_draft(form: Form, record: OnRecord, day: date) -> dict[str, Any]:
    """The hints of a draft by their sort, and how many there are."""
    found = readiness.hints(form, record, day)
    groups = [
        {
            "heading": group.heading,
            "places": [
                {
                    "text": hint.at.sentence,
                    "url": _url(hint.at, form["year"]),
                    "number": hint.number,
                }
                for hint in group.hints[:SHOWN]
            ],
            "more": max(0, len(group.hints) - SHOWN),
        }
        for group in readiness.groups(found)
    ]
    return {"hints": groups, "number_of_hints": len(found)}


def of_activity(
    plan: WorkPlan, activity: Activity, contents: Contents, record: OnRecord, day: date
) -> list[dict[str, str]]:
    """The hints of one activity, for its own page. Nothing else of the draft is composed."""
    form = draft.activity_form(activity, on=day)
    # Hardly any text speaks of an annex, and only one that does has them counted.
    mentions = readiness.mentions_annexes(form)
    found = readiness.of_activity(
        contents.number_of(activity.key),
        form,
        year=plan.year,
        twins=readiness.alike((row.number, row.title) for row in contents.activities),
        annexes=plan.texts.filter(kind=TextBlock.Kind.ANNEX).count() if mentions else 0,
        on_record=record,
        day=day,
    )
    return [{"text": hint.at.sentence, "url": _field(hint.at)} for hint in found]


def _url(at: Located, year: int) -> str:
    page = reverse(f"workplans:{at.page}", args=[year, *([at.key] if at.key else [])])
    return page + _field(at)


def _field(at: Located) -> str:
    if not at.field:
        return ""
    # Pieces are many fields under one heading.
    held = {pieces.held for pieces in pieces_of(Activity)}
    return f"#{at.field}" if at.field in held else f"#id_{at.field}"
