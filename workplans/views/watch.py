"""The obligations of each year: how every duty stands, and the page that acts on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from meetings.models import Meeting
from secretariat.models import Entry, Presidency
from secretariat.standing import NotEntitled, Standing
from workplans import history, permissions
from workplans import obligations as rule
from workplans import watch as reading
from workplans.models import WorkPlan
from workplans.obligations import Duty, Finding, State
from workplans.sittings import Basis

# The duties as the heads of a table; on a phone they stand before each word.
COLUMNS = {
    Duty.MEET: gettext_lazy("Group met"),
    Duty.ADOPT: gettext_lazy("Plan adopted"),
    Duty.SUBMIT: gettext_lazy("Submitted"),
    Duty.APPROVE: gettext_lazy("Approved"),
    Duty.REPORT: gettext_lazy("Reported"),
}


@dataclass(frozen=True)
class Row:
    """A finding, and what this person can do about it."""

    finding: Finding
    url: str = ""
    label: str = ""
    unrecorded: tuple[Basis, ...] = ()


@require_safe
def obligations(request: HttpRequest) -> HttpResponse:
    """This year in full, and every other year at a glance, the newest first."""
    standing = _admit(request)
    record, day = reading.record(), standing.day
    years = [
        {
            "year": one,
            "runs": one >= rule.FIRST_YEAR,
            "cells": [
                {"label": COLUMNS[finding.duty], "finding": finding}
                for finding in rule.findings(record, one, day)
            ],
        }
        for one in rule.years(record, day)
    ]
    context = {
        "year": day.year,
        "rows": _rows(request, rule.findings(record, day.year, day)),
        "columns": COLUMNS.values(),
        "years": years,
        "first_year": rule.FIRST_YEAR,
    }
    return render(request, "workplans/obligations.html", context)


@require_safe
def year(request: HttpRequest, year: int) -> HttpResponse:
    """The duties of one year, and the meetings on which the findings rest."""
    standing = _admit(request)
    record, day = reading.record(), standing.day
    known = rule.years(record, day)
    if year not in known:
        raise Http404
    here, found = known.index(year), rule.findings(record, year, day)
    context = {
        "year": year,
        "trail": [{"label": _("Obligations"), "url": reverse("workplans:obligations")}],
        "presidency": Presidency.objects.filter(year=year).select_related("state").first(),
        "rows": _rows(request, found),
        "said": dict.fromkeys(finding.sentence for finding in found),
        "runs": year >= rule.FIRST_YEAR,
        "first_year": rule.FIRST_YEAR,
        "meetings": _meetings(year),
        "reminders": _reminders(year) if standing.drafting else [],
        "later": known[here - 1] if here else None,
        "earlier": known[here + 1] if here + 1 < len(known) else None,
    }
    return render(request, "workplans/obligations_year.html", context)


def _admit(request: HttpRequest) -> Standing:
    standing: Standing = request.standing  # type: ignore[attr-defined]
    try:
        reading.admit(standing)
    except NotEntitled as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    return standing


def _rows(request: HttpRequest, found: list[Finding]) -> list[Row]:
    """The findings; with a link to the page that acts, for whoever acts."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    acts_here = standing.drafting or standing.chair
    if not acts_here or not any(finding.pressing or finding.unrecorded for finding in found):
        return [Row(finding) for finding in found]
    plan = WorkPlan.objects.visible_to(request.user).filter(year=found[0].year).first()
    acts = permissions.available_acts(standing, plan) if plan else set()
    return [
        Row(
            finding,
            *_act(finding, standing, plan, acts),
            unrecorded=finding.unrecorded if standing.drafting else (),
        )
        for finding in found
    ]


def _act(
    finding: Finding, standing: Standing, plan: WorkPlan | None, acts: set[str]
) -> tuple[str, str]:
    """Where this duty is done: the address, and words for it; empty where nothing can be done."""
    nothing = "", ""
    if not finding.pressing:
        return nothing
    if finding.duty == Duty.MEET:
        # Where the record does not say whether one was held, another is no answer.
        convenes = standing.drafting and finding.state == State.OPEN
        return (reverse("meetings:convene"), _("Convene a meeting")) if convenes else nothing
    if plan is None:
        starts = (reverse("workplans:start"), _("Start the plan"))
        return starts if standing.drafting else nothing
    for act, words in (
        ("submit", _("Submit it to the ministers")),
        ("report", _("Report it to the summit")),
    ):
        if act in acts:
            return reverse(f"workplans:{act}", args=[plan.year]), words
    return reverse("workplans:overview", args=[plan.year]), _("Go to the plan")


def _meetings(year: int) -> list[Meeting]:
    """The meetings that sat, or are to sit, in a year, in the order of time."""
    in_year = Q(begins__startswith=str(year)) | Q(begins=None, year=year)
    found = Meeting.objects.filter(in_year, body__code__in=reading.BODIES)
    return list(found.select_related("body").order_by("begins", "id"))


def _reminders(year: int) -> list[dict[str, Any]]:
    """What was told about a year's duties, the newest first."""
    about = ContentType.objects.get_for_model(Presidency)
    told = Entry.objects.filter(act="remind", subject_type=about, facts__year=year)
    return [history.line(entry) for entry in told.select_related("by", "appointment__state")]
