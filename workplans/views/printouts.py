"""Drafts, circulated texts and comparisons on paper: asked for, waited for, downloaded."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from secretariat.dates import PartialDate
from secretariat.models import Person
from workplans import draft, printouts
from workplans.models import Consideration, Printout
from workplans.snapshots import NOW, Shelf
from workplans.views import history, pages, review
from workplans.views.waiting import Waiting, answer

log = logging.getLogger(__name__)

Kind = Printout.Kind
Status = Printout.Status
unstored = cache_control(private=True, no_store=True)


# Asking


@require_POST
def of_draft(request: HttpRequest, year: int) -> HttpResponse:
    plan = pages.find_readable(request, year)
    form = draft.compose(plan, on=request.standing.day)  # type: ignore[attr-defined]
    back = reverse("workplans:preview", args=[year])
    return _asked(
        request,
        lambda by: printouts.ask_for_draft(plan, form, by=by, on=timezone.now()),
        back=back,
    )


@require_POST
def of_comparison(request: HttpRequest, year: int) -> HttpResponse:
    plan, shelf = history.find(request, year)
    older, newer = (
        history.pick(shelf, request.POST.get(which, "")) for which in ("older", "newer")
    )
    return _asked(
        request,
        lambda by: printouts.ask_for_comparison(shelf, older, newer, by=by, on=timezone.now()),
        back=history.between(plan, older, newer),
    )


@require_POST
def of_consideration(request: HttpRequest, pk: int) -> HttpResponse:
    """The text before the Advisory Group; once it was adopted, its document takes over."""
    found = review.find(request, pk)
    if not printouts.is_offered_for(found):
        messages.info(request, _("The text is no longer before the Advisory Group."))
        return redirect("workplans:consideration", pk=pk)
    return _asked(
        request,
        lambda by: printouts.ask_for_circulated(found, by=by, on=timezone.now()),
        back=reverse("workplans:consideration", args=[pk]),
    )


def _asked(request: HttpRequest, ask: Callable[[Person], Printout], *, back: str) -> HttpResponse:
    """To the page where the printout is waited for; back, if none can be had."""
    person = request.person  # type: ignore[attr-defined]
    if person is None:
        raise PermissionDenied(_("This account belongs to nobody who takes part here."))
    try:
        printout = ask(person)
    except printouts.TooMany as refusal:
        messages.info(request, str(refusal))
        return HttpResponseRedirect(back, status=303)
    return HttpResponseRedirect(printout.get_absolute_url(), status=303)


# One printout


def _find(request: HttpRequest, year: int, key: UUID) -> tuple[Printout, Shelf]:
    """A printout whose texts are open to the person; any other is not there for them."""
    found = get_object_or_404(
        Printout.objects.select_related(
            "plan__presidency__state", "plan__revision", "requested_by"
        ).defer("order", "plan__revision__text"),
        key=key,
        plan__year=year,
    )
    shelf = Shelf(request.user, found.plan, request.standing.day)  # type: ignore[attr-defined]
    if not shelf.holds(found.codes):
        raise Http404
    return found, shelf


@require_safe
@unstored
def printout(request: HttpRequest, year: int, key: UUID) -> HttpResponse:
    """How far it is, then the file, or why there is none."""
    found, shelf = _find(request, year, key)
    lost = printouts.is_lost(found)
    context: dict[str, Any] = {
        "printout": found,
        "plan": found.plan,
        "texts": [_label(shelf, code) for code in found.codes],
        "back": _back(request, found),
        "is_mine": found.requested_by == request.person,  # type: ignore[attr-defined]
        "is_lost": lost,
    }
    if found.is_under_way:
        context["waiting"] = Waiting.of(found, _at("printout_progress", found))
    elif found.status == Status.READY and not lost:
        context |= {"facts": _facts(found), "is_stale": _is_stale(found, shelf)}
    return render(request, "workplans/printout.html", context)


def _label(shelf: Shelf, code: str) -> str:
    text = history.pick(shelf, code)
    return _("The draft as it was then") if text.is_draft else text.label


def _is_stale(found: Printout, shelf: Shelf) -> bool:
    """Whether the draft says something else by now than on this paper."""
    if NOW not in found.codes:
        return False
    return printouts.digest_of(draft.compose(found.plan, on=shelf.day)) != found.draft_digest


def _back(request: HttpRequest, found: Printout) -> dict[str, str]:
    """The page it was asked for on, where it is found again."""
    year = found.plan.year
    if found.kind == Kind.DRAFT:
        return {"url": reverse("workplans:preview", args=[year]), "label": _("Read the draft")}
    if found.kind == Kind.COMPARISON:
        address = history.address(year, found.older, found.newer)
        return {"url": address, "label": _("Compare two texts")}
    before = Consideration.objects.visible_to(request.user).filter(
        plan=found.plan_id, revision__number=found.newer.removeprefix("r")
    )
    row = before.order_by("id").first()
    if row is None:
        return {"url": reverse("workplans:history", args=[year]), "label": _("History and texts")}
    page = reverse("workplans:consideration", args=[row.pk])
    return {"url": page, "label": _("The text before the meeting")}


def _at(name: str, found: Printout) -> str:
    return reverse(f"workplans:{name}", args=[found.plan.year, found.key])


def _facts(found: Printout) -> list[dict[str, Any]]:
    last = found.requested.astimezone(UTC) + printouts.KEPT
    return [
        {"label": _("Pages"), "value": found.pages},
        {"label": _("Size"), "value": filesizeformat(found.size)},
        {"label": _("Kept until"), "value": PartialDate.of(last.date())},
    ]


@require_safe
@unstored
def progress(request: HttpRequest, year: int, key: UUID) -> HttpResponse:
    """The part of the page that changes while it is made, asked for by its script."""
    found, _shelf = _find(request, year, key)
    return answer(request, found, _at("printout_progress", found))


@require_safe
@unstored
def file(request: HttpRequest, year: int, key: UUID) -> HttpResponse | FileResponse:
    """The bytes; no copy stays on the way."""
    found, _shelf = _find(request, year, key)
    if found.status != Status.READY:
        return redirect(found)
    try:
        opened = printouts.path_of(found).open("rb")
    except OSError as error:
        log.error("The file of printout %s cannot be read: %s", found.pk, error)
        return redirect(found)
    response = FileResponse(
        opened, as_attachment=True, filename=found.file_name, content_type="application/pdf"
    )
    if request.method == "HEAD":
        # Not every server drops the body of an answer to HEAD.
        response.streaming_content = []
        opened.close()
    return response


@require_POST
def again(request: HttpRequest, year: int, key: UUID) -> HttpResponse:
    """Have one made that failed, was cancelled or is gone."""
    found, _shelf = _find(request, year, key)

    def ask(person: Person) -> Printout:
        if found.status in (Status.FAILED, Status.CANCELLED) or printouts.is_lost(found):
            printouts.ask_again(found, by=person, on=timezone.now())
        return found

    return _asked(request, ask, back=found.get_absolute_url())


@require_POST
def cancel(request: HttpRequest, year: int, key: UUID) -> HttpResponse:
    """Take back what one asked for, as long as the worker has not begun."""
    found, _shelf = _find(request, year, key)
    person = request.person  # type: ignore[attr-defined]
    if found.requested_by != person:
        raise PermissionDenied(
            _("%(person)s asked for this PDF and alone can cancel it.")
            % {"person": found.requested_by}
        )
    if not printouts.cancel(found, by=person) and found.status != Status.CANCELLED:
        messages.info(request, _("It was too late to cancel it: the worker had begun."))
    return HttpResponseRedirect(found.get_absolute_url(), status=303)
