"""Where there is no consensus: the chair looks at what is left of a text, and issues it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from workplans import anchors, permissions, queries
from workplans.common_ground import Facts
from workplans.forms.chair_statement import ChairStatementForm
from workplans.models import Consideration, Decision
from workplans.operations import chair_statement as operations
from workplans.views.acting import admit, attempt, reason_in, status_of, told_of_decision
from workplans.views.review import find


@require_http_methods(["GET", "HEAD", "POST"])
def close_by_statement(request: HttpRequest, pk: int) -> HttpResponse:
    """What no state objects to, the chair's introduction to it, and the act that issues both."""
    found = find(request, pk)
    admit("close_by_statement", request.standing)  # type: ignore[attr-defined]
    board = queries.board(found)
    if request.method != "POST":
        open_to_it = "close_by_statement" in permissions.acts_on(request.standing, found)  # type: ignore[attr-defined]
        if not open_to_it or board.tally.agreed:
            return redirect("workplans:consideration", pk=pk)
    left = operations.common(found, board)
    on_screen = {"seen": operations.digest_of(left)}
    if request.method == "POST":
        form = ChairStatementForm(request.POST)
        if form.is_valid() and form.acts:
            done = attempt(form, lambda: _close(request, found, form))
            if done:
                messages.success(
                    request,
                    _("The text is closed, and the statement is being typeset."),
                )
                return redirect(done.document)
            found = find(request, pk)
        elif not form.errors:
            given = {"introduction": form.cleaned_data["introduction"]}
            form = ChairStatementForm(initial=given | on_screen)
    else:
        form = ChairStatementForm(initial=on_screen)
    context = {
        "form": form,
        "consideration": found,
        "plan": found.plan,
        "revision": found.revision,
        "meeting": found.meeting,
        "tally": board.tally,
        "introduction": str(form["introduction"].value() or ""),
        "whole": left["whole"],
        "agreed": _names(left, "agreed"),
        "open": _names(left, "open"),
        "told": told_of_decision(
            Decision.Act.STATED,
            found.plan,
            found.meeting,
            by=request.person,  # type: ignore[attr-defined]
            day=request.standing.day,  # type: ignore[attr-defined]
            consideration=found,
            text=reason_in(form, "introduction"),
        ),
    }
    return render(request, "workplans/close_by_statement.html", context, status=status_of(form))


def _names(left: Facts, key: str) -> list[str]:
    return [
        anchors.Part(part["id"], part["sort"], part["number"], part["title"]).name
        for part in left[key]
    ]


def _close(request: HttpRequest, found: Consideration, form: ChairStatementForm) -> Decision:
    return operations.close_by_statement(
        found,
        seen=form.cleaned_data["seen"],
        introduction=form.cleaned_data["introduction"],
        by=request.person,  # type: ignore[attr-defined]
        on=timezone.now(),
    )
