"""The list of parts, made once for each saved version of the draft.

Three hundred activities take long to read, to look over and to draw. What the list shows is the
same for everybody who edits the draft, but for who is where.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from workplans import draft, gaps, queries
from workplans.models import WorkPlan
from workplans.operations import review
from workplans.outline import as_read, kept
from workplans.readiness import OnRecord
from workplans.views import hints


def parts(plan: WorkPlan, day: date, here: Mapping[str, str]) -> SafeString:
    """The list of a plan's parts. here: who is at each of them, in words, by its identity."""
    record = queries.roll().on_record
    html = kept("parts-1", plan, as_read(plan, day, record), lambda: str(_draw(plan, day, record)))
    for key, words in here.items():
        html = html.replace(f'data-present="{key}">', f'data-present="{key}">{escape(words)}')
    return mark_safe(html)


def _draw(plan: WorkPlan, day: date, record: OnRecord) -> SafeString:
    form = draft.compose(plan, on=day)
    context = {
        **hints.of_draft(form, record, day),
        "plan": plan,
        "text": form,
        "areas": gaps.areas(form),
        "problems": pointed(review.readiness(plan, form), form, plan.year),
    }
    return render_to_string("workplans/edit_parts.html", context)


def pointed(problems: list[str], form: Any, year: int) -> list[dict[str, str]]:
    """Each problem in the reader's terms, with the page where it is put right."""
    return [_pointed(problem, form, year) for problem in problems]


def _pointed(problem: str, form: Any, year: int) -> dict[str, str]:
    found = gaps.locate(problem, form)
    if found is None:
        return {"text": problem, "url": ""}
    url = reverse(f"workplans:{found.page}", args=[year, *([found.key] if found.key else [])])
    field = f"#id_{found.field}" if found.field else ""
    return {"text": found.sentence, "url": url + field}
