"""The pages of an amendment: opening one, withdrawing it, and how it stands beside the plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from secretariat.standing import NotEntitled, Standing
from secretariat.telling import Preview
from workplans import comparison, notices, permissions, procedure, queries
from workplans.forms.amending import AmendForm, WithdrawAmendmentForm
from workplans.models import Amendment, Decision, Revision, WorkPlan
from workplans.operations import amending
from workplans.operations.locking import Superseded
from workplans.outline import Outline, kept
from workplans.procedure import OutOfOrder
from workplans.views.acting import admit, attempt, reason_in, status_of
from workplans.views.history import address
from workplans.views.plans import find

POSTS = require_http_methods(["GET", "HEAD", "POST"])


# Beside the plan


@dataclass(frozen=True)
class Shown:
    """An amendment under way on the page of its plan, as far as the reader may know of it.

    changes: what it changes in the text in force; empty where nothing, or nothing the reader may
    see. compared: where that is read word by word. untouched: whether nothing is changed yet.
    """

    row: Amendment | None
    life: list[dict[str, object]]
    changes: str
    compared: str
    untouched: bool


def shown(
    plan: WorkPlan, seen: Revision | None, found: Outline | None, decided: list[Decision]
) -> Shown:
    """The amendment of a plan to those who may know of it.

    seen: the newest text the reader may know of; found: the draft at a glance, to its readers.
    """
    assert plan.in_force is not None  # while it is amended
    row = plan.amendments.filter(closed=None).select_related("by").first()
    changes, newer = "", ""
    if found:
        changes, newer = found.amended, "now"
    elif seen is not None and seen.pk != plan.in_force_id:
        changes, newer = _changes(plan, plan.in_force, seen), f"r{seen.number}"
    return Shown(
        row,
        queries.life_of_amendment(plan, decided),
        changes,
        address(plan.year, f"r{plan.in_force.number}", newer) if changes else "",
        untouched=found is not None and not found.amended and not plan.came_back,
    )


def _changes(plan: WorkPlan, before: Revision, now: Revision) -> str:
    """What one text changes in another, in a sentence; kept, since neither changes any more."""
    return kept(
        "amends-1",
        plan,
        f"{before.digest}:{now.digest}",
        lambda: comparison.changes(before.form, now.form).sentence,
    )


# Opening


@POSTS
def amend(request: HttpRequest, year: int) -> HttpResponse:
    """Say what an amendment is, who will be told, and open one with its reason."""
    plan = find(request, year)
    admit("amend", request.standing)  # type: ignore[attr-defined]
    if request.method != "POST":
        try:
            procedure.follow("amend", plan.status)
        except OutOfOrder as refusal:
            messages.info(request, str(refusal))
            return redirect("workplans:overview", year=year)
        form = AmendForm(initial={"digest": plan.in_force and plan.in_force.digest})
    else:
        form = AmendForm(request.POST)
        opened = form.is_valid() and attempt(
            form,
            lambda: amending.amend(
                plan,
                digest=form.cleaned_data["digest"],
                reason=form.cleaned_data["reason"].replace("\r\n", "\n"),
                by=request.person,  # type: ignore[attr-defined]
                on=timezone.now(),
            ),
        )
        if opened:
            messages.success(
                request,
                _("The amendment is open. %(symbol)s stays in force meanwhile.")
                % {"symbol": opened.amends.symbol},
            )
            return redirect("workplans:overview", year=year)
    context = {
        "form": form,
        "plan": plan,
        "text": plan.in_force,
        "told": _told_of_opening(request, plan, form) if plan.in_force else None,
    }
    return render(request, "workplans/amend.html", context, status=status_of(form))


def _told_of_opening(request: HttpRequest, plan: WorkPlan, form: AmendForm) -> Preview:
    standing: Standing = request.standing  # type: ignore[attr-defined]
    by = request.person  # type: ignore[attr-defined]
    opening = Amendment(plan=plan, amends=plan.in_force, reason=reason_in(form), by=by)
    return Preview.of(notices.amendment_opened(opening, standing.day))


# Withdrawing


@POSTS
def withdraw_amendment(request: HttpRequest, year: int) -> HttpResponse:
    """Withdraw an amendment with its reason; one that changed nothing yet takes one click."""
    plan = find(request, year)
    _admit_to_withdrawal(request)
    row = plan.amendments.filter(closed=None).select_related("by", "amends").first()
    if row is None or not procedure.is_open_to("withdraw_amendment", plan):
        messages.info(request, _why_not(row))
        return redirect("workplans:overview", year=year)
    untouched = amending.is_untouched(plan)
    if not untouched:
        admit("withdraw_amendment", request.standing)  # type: ignore[attr-defined]
    if request.method != "POST":
        form = WithdrawAmendmentForm(untouched=untouched, initial={"number": row.number})
    else:
        form = WithdrawAmendmentForm(request.POST, untouched=untouched)
        if form.is_valid() and attempt(form, lambda: _withdraw(request, row, form)):
            messages.success(
                request,
                _("The amendment is withdrawn. %(symbol)s is in force as before.")
                % {"symbol": row.amends.symbol},
            )
            return redirect("workplans:overview", year=year)
    row.why_withdrawn = "" if untouched else reason_in(form)
    standing: Standing = request.standing  # type: ignore[attr-defined]
    context = {
        "form": form,
        "plan": plan,
        "amendment": row,
        "untouched": untouched,
        "open_now": plan.considerations.filter(closed=None).select_related("revision").first(),
        "told": Preview.of(notices.amendment_withdrawn(row, standing.day)),
    }
    return render(request, "workplans/withdraw_amendment.html", context, status=status_of(form))


def _admit_to_withdrawal(request: HttpRequest) -> None:
    """Let in the chair, and whoever writes: they undo what changed nothing yet."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    try:
        permissions.entitled("withdraw_amendment", standing)
    except NotEntitled as refusal:
        if standing.drafting is None:
            raise PermissionDenied(str(refusal)) from refusal


def _why_not(row: Amendment | None) -> str:
    if row is None:
        return _("No amendment of this plan is under way.")
    return _(
        "The Advisory Group has adopted the amendment, so it is not withdrawn any more. The "
        "ministers approve it or return it."
    )


def _withdraw(request: HttpRequest, row: Amendment, form: WithdrawAmendmentForm) -> Any:
    if form.cleaned_data["number"] != row.number:
        raise Superseded(_("Another amendment is under way by now. Look at it again."))
    return amending.withdraw(
        row,
        reason=form.cleaned_data["reason"].replace("\r\n", "\n"),
        by=request.person,  # type: ignore[attr-defined]
        on=timezone.now(),
    )
