"""The activities as a table: taken out of the draft, and back in after a look at what changes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from workplans import draft, permissions, sheets, tables
from workplans.forms.tables import TableForm, TakeForm
from workplans.models import WorkPlan
from workplans.operations import tables as operations
from workplans.operations.locking import Superseded
from workplans.procedure import OutOfOrder
from workplans.tables import Laid, Table
from workplans.views import pages
from workplans.views.acting import admit, status_of

POSTS = require_http_methods(["GET", "HEAD", "POST"])
# For as long a table is kept while somebody looks at what it would change.
KEPT_FOR = 3600
SHOWN_PROBLEMS = 100


@require_safe
def export(request: HttpRequest, year: int, suffix: str) -> HttpResponse:
    """The activities of the draft as a file."""
    plan = pages.find_readable(request, year)
    day = request.standing.day  # type: ignore[attr-defined]
    form = draft.compose(plan, on=day)
    if suffix == "xlsx":
        data, kind = tables.xlsx(form, operations.known(form, day)), sheets.XLSX_TYPE
    else:
        data, kind = tables.csv(form), sheets.CSV_TYPE
    name = f"activities-{year}-{day.isoformat()}.{suffix}"
    return HttpResponse(
        data,
        content_type=kind,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


# Between the two steps the table is kept in the database, out of the session: that is read with
# every page, and a table may be large.


def _key(request: HttpRequest, plan: WorkPlan) -> str:
    return f"table-1:{plan.pk}:{request.person.pk}"  # type: ignore[attr-defined]


def _kept(request: HttpRequest, plan: WorkPlan) -> tuple[str, Table] | None:
    """The name of the file a person chose last, and its table."""
    found = cache.get(_key(request, plan))
    return (found[0], Table.unpack(found[1])) if found else None


@POSTS
def table(request: HttpRequest, year: int) -> HttpResponse:
    """The ways out, and the way in: choose a file."""
    plan = pages.find_readable(request, year)
    form = TableForm()
    if request.method == "POST":
        admit("edit", request.standing)  # type: ignore[attr-defined]
        if away := pages.closed(request, plan):
            return away
        form = TableForm(request.POST, request.FILES)
        if form.is_valid():
            name = form.cleaned_data["file"].name[:100]
            cache.set(_key(request, plan), (name, form.table.pack()), KEPT_FOR)
            return redirect("workplans:table_preview", year=year)
    context = {
        "plan": plan,
        "form": form,
        "may_edit": "edit" in permissions.available_acts(request.standing, plan),  # type: ignore[attr-defined]
        "columns": tables.COLUMNS,
        "notes": tables.NOTES,
    }
    return render(request, "workplans/tables.html", context, status=status_of(form))


@POSTS
def preview(request: HttpRequest, year: int) -> HttpResponse:
    """What the table would change in the draft; and, when that is confirmed, change it."""
    plan = pages.find(request, year)
    if request.method != "POST" and (away := pages.closed(request, plan)):
        return away
    kept = _kept(request, plan)
    if kept is None:
        messages.info(request, _("The table is not kept any longer. Choose the file again."))
        return redirect("workplans:table", year=year)
    name, found = kept
    errors = []
    if request.method == "POST":
        form = TakeForm(request.POST)
        if form.is_valid() and form.cleaned_data["table"] == found.digest:
            try:
                seen = form.cleaned_data["seen"]
                laid = pages.act(request, operations.take, plan, found, seen=seen)
            except OutOfOrder as refusal:
                messages.error(request, str(refusal))
                return redirect("workplans:overview", year=year)
            except Superseded as refusal:
                errors = [{"text": str(refusal)}]
            else:
                _tell(request, laid)
                return redirect("workplans:edit", year=year)
        else:
            errors = [{"text": _("You chose another table meanwhile. This is what it changes.")}]
    sight = operations.look(plan, found, request.standing.day)  # type: ignore[attr-defined]
    context = {
        "plan": plan,
        "name": name,
        "table": found,
        "laid": sight.laid,
        "counts": counts(sight.laid),
        "left_out": _left_out(sight.laid),
        "problems": sight.laid.problems[:SHOWN_PROBLEMS],
        "more_problems": max(0, len(sight.laid.problems) - SHOWN_PROBLEMS),
        "form": TakeForm(initial={"table": found.digest, "seen": sight.fingerprint}),
        "errors": errors,
        "another": reverse("workplans:table", args=[year]),
    }
    status = 409 if errors else 200
    return render(request, "workplans/tables_preview.html", context, status=status)


def counts(laid: Laid) -> list[str]:
    """How many activities change, come, go and stay, in words."""
    found = (
        (ngettext("%d activity changes", "%d activities change", laid.changed), laid.changed),
        (ngettext("%d activity is added", "%d activities are added", laid.added), laid.added),
        (
            ngettext("%d activity is removed", "%d activities are removed", laid.removed),
            laid.removed,
        ),
        (
            ngettext(
                "%d row says what the draft says already",
                "%d rows say what the draft says already",
                laid.unchanged,
            ),
            laid.unchanged,
        ),
    )
    return [words % number for words, number in found if number]


def _left_out(laid: Laid) -> str:
    rows = laid.left_out
    if not rows:
        return ""
    shown = ", ".join(str(row) for row in rows[:20])
    if len(rows) > 20:
        shown = _("%(rows)s and %(more)d more") % {"rows": shown, "more": len(rows) - 20}
    words = ngettext("Row %(rows)s is left out.", "Rows %(rows)s are left out.", len(rows))
    return words % {"rows": shown}


def _tell(request: HttpRequest, laid: Laid) -> None:
    if laid.touched:
        said: dict[str, Any] = {"counts": "; ".join(counts(laid))}
        messages.success(request, _("The table is taken into the draft: %(counts)s.") % said)
    else:
        messages.info(request, _("The draft says what the table says already."))
    if laid.left_out:
        messages.info(request, _left_out(laid))
