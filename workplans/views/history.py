"""What was done with a plan and written in its draft, any two of its texts compared, and one of
them restored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from operator import itemgetter
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from secretariat.models import Entry
from secretariat.register import entries_about
from secretariat.standing import NotEntitled, Standing
from workplans import comparison, content, disclosure, printouts, procedure
from workplans import history as histories
from workplans.forms.history import CompareForm, RestoreForm
from workplans.models import Document, Printout, Sitting, WorkPlan
from workplans.operations import restoring
from workplans.operations.locking import Superseded
from workplans.outline import as_saved, kept
from workplans.procedure import OutOfOrder
from workplans.snapshots import NOW, Shelf, Snapshot, source_of
from workplans.views.acting import admit

# A comparison is kept for so many seconds, unless it is longer than this.
KEPT_FOR = 3600
MOST_KEPT = 200_000

# What everybody who may read a plan may know was done with it.
OPEN_ACTS = frozenset(
    {
        "start",
        "adopted",
        "end_silence",
        "end_written",
        "submitted",
        "approved",
        "reported",
        "issue",
        "sign",
        "withdraw_document",
    }
)


# What the delegations may know beside that.
OF_AMENDMENTS = frozenset({"amend", "withdraw_amendment"})


def find(request: HttpRequest, year: int) -> tuple[WorkPlan, Shelf]:
    """A plan the person may know of, and the texts of it they may read."""
    plan: WorkPlan = get_object_or_404(
        WorkPlan.objects.visible_to(request.user)
        .select_related("presidency__state", "revision", "in_force")
        .defer("revision__text", "in_force__text"),
        year=year,
    )
    return plan, Shelf(request.user, plan, request.standing.day)  # type: ignore[attr-defined]


def _title(plan: WorkPlan, shelf: Shelf) -> str:
    """Of the draft, for whoever reads it; else of what was put before them, or is public."""
    if shelf.has_draft or not plan.revision:
        return plan.title
    known = plan.revision_id in shelf.put_before
    return str((plan.revision if known else plan.public_text or plan.revision).title)


def pick(shelf: Shelf, code: str) -> Snapshot:
    """A text by its code; what a person may not read is not there for them."""
    found = shelf.find(code)
    if found is None:
        raise Http404
    return found


def between(plan: WorkPlan, older: Snapshot, newer: Snapshot) -> str:
    """The address that compares two texts."""
    return address(plan.year, older.code, newer.code)


def address(year: int, older: str, newer: str) -> str:
    """The same, of texts named by their codes."""
    query = urlencode({"from": older, "to": newer})
    return f"{reverse('workplans:compare', args=[year])}?{query}"


# History


@require_safe
def history(request: HttpRequest, year: int) -> HttpResponse:
    """What the register says about a plan, who sat at its draft, and its texts."""
    plan, shelf = find(request, year)
    context = {
        "plan": plan,
        "title": _title(plan, shelf),
        "lines": _lines(plan, shelf, request.standing),  # type: ignore[attr-defined]
        "revisions": _revisions(plan, shelf),
        "compares": len(shelf.snapshots) > 1,
    }
    return render(request, "workplans/history.html", context)


def _revisions(plan: WorkPlan, shelf: Shelf) -> list[dict[str, Any]]:
    """What was circulated, each with the address that compares it with the one before it."""
    named = [found for found in shelf.snapshots if found.revision]
    return [
        {"row": found.revision, "changes": between(plan, before, found) if before else ""}
        for found, before in zip_longest(named, named[1:])
    ]


def _lines(plan: WorkPlan, shelf: Shelf, standing: Standing) -> list[histories.Line]:
    """The register's entries and the sittings, the newest first."""
    # A text that became public does not make public what was said to it at the table.
    told = set()
    if not shelf.has_draft:
        told = {row.symbol for row in shelf.revisions if row.pk in shelf.put_before}
    documents = list(Document.objects.filter(plan=plan))
    withheld = disclosure.withheld(plan, standing)
    found: list[tuple[datetime, histories.Line]] = [
        (entry.at, histories.line(entry))
        for entry in entries_about(plan, *documents)
        if (shelf.has_draft or _is_told(entry, told, standing)) and withheld.shows(entry)
    ]
    known = {snapshot.code: snapshot for snapshot in shelf.snapshots}
    for sitting in shelf.sittings:
        # Starting a plan and taking a text in are on the register already.
        if sitting.parts:
            line = histories.sitting_line(sitting)
            left = known[f"s{sitting.pk}" if sitting.digest else NOW]
            if found_before := shelf.before(left):
                line["url"] = between(plan, found_before, left)
                line["label"] = _("See what changed")
            found.append((sitting.ended, line))
    found.sort(key=itemgetter(0), reverse=True)
    return [line for _at, line in found]


def _is_told(entry: Entry, told: set[str], standing: Standing) -> bool:
    """Whether somebody who does not read the draft may know of an entry.

    told: the symbols of the texts that were put before them. That a text is being amended is for
    the delegations, whoever had the text itself before them.
    """
    if entry.act in OF_AMENDMENTS:
        return disclosure.knows_of_amendments(standing)
    text = entry.facts.get("revision", entry.facts.get("symbol", ""))
    return text in told or entry.act in OPEN_ACTS


# Comparison


@require_safe
def compare(request: HttpRequest, year: int) -> HttpResponse:
    """Any two texts of a plan: what differs, in a sentence, a list and the marked words."""
    plan, shelf = find(request, year)
    snapshots = shelf.snapshots
    context: dict[str, Any] = {"plan": plan, "title": _title(plan, shelf)}
    if len(snapshots) > 1:
        newer = pick(shelf, request.GET.get("to") or snapshots[0].code)
        older = pick(shelf, request.GET.get("from") or _usual(shelf, newer).code)
        form = CompareForm(snapshots=snapshots, initial={"older": older.code, "newer": newer.code})
        view = "side" if request.GET.get("view") == "side" else "inline"
        found = _compared(plan, shelf, older, newer, view)
        context |= {
            "form": form,
            "older": older,
            "newer": newer,
            "changes": mark_safe(found.html),
            "differs": found.differs,
            "offer": printouts.offer(
                plan,
                Printout.Kind.COMPARISON,
                newer.code,
                older.code,
                draft_digest=found.draft_digest,
            ),
            "view": view,
        }
        if _can_restore(request, plan):
            pair = {older.code: older, newer.code: newer}
            # What the draft says already there is no need to bring back.
            same = NOW in pair and not found.differs
            context["restores"] = [] if same else [pair[code] for code in pair if code != NOW]
    return render(request, "workplans/compare.html", context)


@dataclass(frozen=True)
class Compared:
    """Whether two texts differ, and what is shown of it. draft_digest: of the draft, if it is one
    of the two."""

    differs: bool
    draft_digest: str
    html: str


def _compared(
    plan: WorkPlan, shelf: Shelf, older: Snapshot, newer: Snapshot, view: str
) -> Compared:
    """Two texts compared, or as they were compared before.

    Comparing three hundred activities takes long, and two texts that were left or circulated
    always compare the same. Whoever asks has been found to read both.
    """

    def work() -> Compared:
        forms = shelf.form(older), shelf.form(newer)
        drafts = [f for one, f in zip((older, newer), forms, strict=True) if one.is_draft]
        changes = comparison.changes(*forms)
        query = f"{urlencode({'from': older.code, 'to': newer.code})}&"
        context = {"changes": changes, "open": True, "view": view, "switch": "changes"}
        html = render_to_string("workplans/changes.html", {**context, "query": query})
        digest = printouts.digest_of(drafts[0]) if drafts else ""
        return Compared(bool(changes), digest, str(html))

    return kept(
        f"compared-1:{older.code}:{newer.code}:{view}",
        plan,
        f"{as_saved(plan)}:{shelf.day}" if older.is_draft or newer.is_draft else "",
        work,
        seconds=KEPT_FOR,
        unless=lambda found: len(found.html) > MOST_KEPT,
    )


def _usual(shelf: Shelf, newer: Snapshot) -> Snapshot:
    """What a text is compared with if nothing is said: the revision before it, or any text."""
    before = shelf.snapshots[shelf.snapshots.index(newer) + 1 :]
    revisions = [found for found in before if found.revision]
    return next(iter(revisions or before), newer)


def _can_restore(request: HttpRequest, plan: WorkPlan) -> bool:
    drafting = request.standing.drafting is not None  # type: ignore[attr-defined]
    return drafting and procedure.allows("edit", plan.status)


# Restoring


@require_http_methods(["GET", "HEAD", "POST"])
def restore(request: HttpRequest, year: int, snapshot: str) -> HttpResponse:
    """Say what bringing the draft back to a text of it would change, and do so."""
    plan, shelf = find(request, year)
    admit("edit", request.standing)  # type: ignore[attr-defined]
    target = pick(shelf, snapshot)
    if target.code == NOW:
        raise Http404
    try:
        procedure.follow("edit", plan.status)
    except OutOfOrder as refusal:
        messages.info(request, str(refusal))
        return redirect("workplans:history", year=year)
    form = RestoreForm(request.POST if request.method == "POST" else None)
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        problems = _restore(request, plan, shelf, target, form.cleaned_data["seen"])
        if not problems:
            return redirect("workplans:history", year=year)
        plan, shelf = find(request, year)
    # In this order: a change between the two lets the version be the older one, and is noticed.
    seen = plan.version
    now = shelf.form(shelf.snapshots[0])
    context = {
        "plan": plan,
        "title": _title(plan, shelf),
        "target": target,
        "form": RestoreForm(initial={"seen": seen}),
        "changes": comparison.changes(now, shelf.form(target)),
        "view": request.GET.get("view"),
        "errors": [{"text": problem} for problem in problems],
    }
    status = 409 if problems else 422 if form.errors else 200
    return render(request, "workplans/restore.html", context, status=status)


def _restore(
    request: HttpRequest, plan: WorkPlan, shelf: Shelf, target: Snapshot, seen: int
) -> list[str]:
    """What stands in the way of restoring a text; nothing, if it is restored."""
    try:
        done = restoring.restore(
            plan,
            shelf.form(target),
            source=source_of(shelf, target),
            seen=seen,
            by=request.person,  # type: ignore[attr-defined]
            on=timezone.now(),
        )
    except NotEntitled as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except (OutOfOrder, Superseded) as refusal:
        return [str(refusal)]
    except content.InvalidPlan as refusal:
        return refusal.problems
    if done is None:
        messages.info(request, _("The draft says this already."))
    else:
        messages.success(request, _restored(request, plan, done))
    return []


def _restored(request: HttpRequest, plan: WorkPlan, done: Sitting) -> str:
    """That it is done, with the way back to what the draft said until then."""
    shelf = Shelf(request.user, plan, request.standing.day)  # type: ignore[attr-defined]
    now = shelf.find(f"s{done.pk}")
    before = shelf.before(now) if now else None
    words = _("The draft is restored. What it said before stays in the history.")
    if before is None:
        return words
    url = reverse("workplans:restore", args=[plan.year, before.code])
    return format_html('{} <a href="{}">{}</a>', words, url, _("Go back to that"))
