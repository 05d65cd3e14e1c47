"""Starting a plan, and taking one in from outside."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from secretariat import register
from secretariat.models import Person
from secretariat.standing import Standing, in_office
from workplans import content, draft, permissions, procedure
from workplans.models import PriorityArea, WorkPlan
from workplans.operations import writing
from workplans.operations.locking import lock
from workplans.renewal import Left, Renewal, Word, renewed

# The five fields of cooperation that the partnership's founding text names, in its order.
FOUNDING_AREAS = ("Digitization", "Industrialization", "Innovation", "Inclusiveness", "Investment")


class CannotStart(Exception):
    """Why a plan cannot be started so; a sentence for the user."""


@transaction.atomic
def start(
    *,
    year: int,
    title: str,
    by: Person,
    on: datetime,
    based_on: WorkPlan | None = None,
    is_example: bool = False,
) -> tuple[WorkPlan, tuple[Left, ...]]:
    """Start the draft of a year's plan, blank or from an earlier one.

    Returns the plan and the activities that were left behind; the register keeps them.
    """
    standing = Standing.of(by, on.date())
    basis = permissions.entitled("start", standing)
    assert standing.secretariat is not None
    if WorkPlan.objects.filter(year=year).exists():
        raise CannotStart(_("There is a work plan for %(year)d already.") % {"year": year})
    plan = WorkPlan.objects.create(
        year=year,
        title=title,
        presidency=standing.secretariat,
        based_on=based_on,
        is_example=is_example,
        calendar=draft.calendar_of(year),
    )
    renewal = Renewal({})
    if based_on is not None:
        text = based_on.in_force or based_on.revision
        source = text.form if text else draft.compose(based_on, on=standing.day)
        renewal = renewed(
            source, year=year, title=title, meetings=plan.calendar, words=_words_on(based_on)
        )
        draft.fill(plan, renewal.form)
    else:
        PriorityArea.objects.bulk_create(
            PriorityArea(plan=plan, position=n, title=area) for n, area in enumerate(FOUNDING_AREAS)
        )
    register.enter(
        "start", plan, by=by, appointment=basis, year=year,
        based_on=based_on.year if based_on else None,
        **renewal.facts(),
    )  # fmt: skip
    writing.keep(plan, by=by, on=on)
    return plan, renewal.left


def _words_on(plan: WorkPlan) -> dict[str, Word]:
    """The newest word on record about each activity of a plan."""
    return {
        str(row.activity): Word(row.state, row.note, row.on.isoformat())
        for row in plan.progress.newest()
    }


@transaction.atomic
def take_in(form: content.Form, *, by: Person | None, on: datetime) -> WorkPlan:
    """Make a checked canonical form the draft of its year, or the new text of that draft.

    by: None when an administrator loads a file on the server; the register then says so.
    Raises InvalidPlan for states not on record and OutOfOrder for a plan past drafting.
    """
    plan = WorkPlan.objects.filter(year=form["year"]).first()
    if plan is None:
        _presides, presidency = in_office(on.date())
        if presidency is None:
            raise CannotStart(_("There is no presidency on record for today."))
        # The identity travels with the text, unless a plan of another year has it already.
        taken = WorkPlan.objects.filter(key=form["plan"]).exists()
        identity = {} if taken else {"key": form["plan"]}
        plan = WorkPlan.objects.create(
            year=form["year"], title=form["title"], presidency=presidency, **identity
        )
    plan = lock(plan.pk)
    procedure.follow("edit", plan.status)
    writing.settle(plan)
    draft.fill(plan, form)
    register.enter(
        "take_in", plan, by=by, digest=content.digest(content.dump(form)), year=plan.year
    )
    writing.keep(plan, by=by, on=on)
    return plan
