"""The page of one part: shown, saved by its button or while it is written."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from workplans.forms.drafting import PartForm, inputs
from workplans.forms.prose import editable
from workplans.models import TextBlock
from workplans.operations import parking
from workplans.parts import pieces_of
from workplans.views import parked
from workplans.views.pages import (
    ACTIVITY,
    AREA,
    GENERAL,
    Page,
    address_of,
    closed,
    just_removed,
)
from workplans.views.saving import Outcome, Reason, attempt, named, told

SAVED = {
    GENERAL: lambda: _("The title and preamble are saved."),
    AREA: lambda: _("The priority area is saved."),
    ACTIVITY: lambda: _("The activity is saved."),
}
ADDED = {
    AREA: lambda: _("The priority area is added."),
    ACTIVITY: lambda: _("The activity is added."),
}


def answer(request: HttpRequest, page: Page) -> HttpResponse:
    """The page of one part: show it, save it, or show what stands against saving it."""
    if request.method != "POST":
        return closed(request, page.plan) or _show(request, page)
    form = page.form(request.POST)
    if "autosave" in request.POST:
        if stranger := _of_another(request):
            return JsonResponse({"state": "paused", "words": stranger}, status=409)
        return _heard(attempt(page, form, partly=True))
    outcome = attempt(page, form, partly=False)
    if outcome.reason == Reason.INVALID:
        return _draw(request, page, form, status=422)
    if outcome.reason:
        return parked.confront(request, outcome.page, outcome.aside, form, outcome.sentence)
    if outcome.left:
        sentence = _("Somebody else changed %(fields)s too. Everything else is saved.") % {
            "fields": named(form, outcome.clashes)
        }
        return parked.confront(request, outcome.page, outcome.aside, form, sentence)
    return _done(request, outcome)


def _show(request: HttpRequest, page: Page) -> HttpResponse:
    said = page.said()
    version = page.part.version if page.part is not None else 0
    form = page.form(said=said, opened=said, version=version, keeps=said)
    return _draw(request, page, form)


def _draw(
    request: HttpRequest, page: Page, form: PartForm, status: int = 200, **more: Any
) -> HttpResponse:
    person = request.person  # type: ignore[attr-defined]
    aside = []
    if page.plan.aside or form.is_bound:  # type: ignore[attr-defined]
        kept = parking.kept_for(person, page.plan).filter(part=page.key)
        # What this very page put aside stands in its boxes.
        aside = [row for row in kept if str(row.page) != str(form["key"].value())]
    context = {
        **page.context(),
        "form": form,
        "page": page,
        "aside": aside,
        "removed": just_removed(request, page.plan),
        **more,
    }
    return render(request, page.template, context, status=status)


# With the button


def _done(request: HttpRequest, outcome: Outcome) -> HttpResponse:
    page = outcome.page
    words = ADDED if outcome.created else SAVED
    known = words.get(page.sort)
    if known:
        messages.success(request, known())
    else:
        messages.success(
            request, _("The text is added.") if outcome.created else _("The text is saved.")
        )
    if meanwhile := told(outcome):
        messages.info(request, meanwhile)
    if "stay" in request.POST and page.sort != GENERAL and page.kind is not TextBlock:
        stays = address_of(page.plan.year, page.sort, page.key)
        # To where the pieces stand of which another is to be added.
        held = request.POST["stay"]
        known = {pieces.held for pieces in pieces_of(page.kind)}
        return redirect(f"{stays}#{held}" if held in known else stays)
    return redirect(page.back)


# While it is written


def _of_another(request: HttpRequest) -> str:
    """Said where the page was opened by one person and another one has signed in since."""
    person = request.person  # type: ignore[attr-defined]
    if request.POST.get("author", str(person.pk)) == str(person.pk):
        return ""
    return _(
        "%(who)s is signed in in this browser now, and somebody else opened this page. Nothing is "
        "saved under another name."
    ) % {"who": person}


def _heard(outcome: Outcome) -> JsonResponse:
    """What the page has to know (static/js/autosave.js): what is saved, and what it shows now."""
    page, form = outcome.page, outcome.form
    said: dict[str, Any] = {"aside": _aside(outcome), "problems": _problems(outcome)}
    if outcome.reason == Reason.INVALID:
        words = _("Not saved yet: a title is needed first.")
        if outcome.aside:
            words = _("Not saved yet: a title is needed first. Your text is put aside meanwhile.")
        if page.part is not None or "title" not in form.errors:
            words = _("Not saved: the portal could not read it. Your text is put aside.")
        return JsonResponse({**said, "state": "waiting", "words": words})
    if outcome.reason:
        return JsonResponse({**said, "state": "paused", "words": outcome.sentence}, status=409)
    clock = date_format(timezone.now(), "H:i")
    words = _("Saved %(time)s UTC") % {"time": clock}
    unsaved = [*outcome.clashes, *form.unread]
    if unsaved:
        words = _("Saved %(time)s UTC, except %(fields)s") % {
            "time": clock,
            "fields": named(form, unsaved),
        }
    base, saving = form.base, outcome.saving
    names = {*form.values()}
    opened = {
        name: base.get(name, "") if name in unsaved else value
        for name, value in outcome.now.items()
        if name in names
    }
    theirs = saving.merge.theirs if saving else ()
    said |= {
        "state": "partly" if unsaved else "saved",
        "words": words,
        "opened": opened,
        "version": page.part.version,
        "theirs": {name: inputs(name, outcome.now.get(name, "")) for name in theirs},
        "shown": {
            name: editable(outcome.now.get(name, "")) for name in theirs if form.is_prose(name)
        },
        "told": told(outcome),
    }
    if outcome.created:
        page.new = False
        said |= {"address": page.address, "title": page.title}
    return JsonResponse(said)


def _problems(outcome: Outcome) -> dict[str, list[str]]:
    """The sentences to show at the fields; an empty new page need not be told what it lacks."""
    form, quiet = outcome.form, set()
    if outcome.page.new and outcome.page.part is None and not form["title"].value():
        quiet = {"title"}
    return {
        name: [str(sentence) for sentence in sentences]
        for name, sentences in form.errors.items()
        if name in form.fields and name not in quiet and not form[name].is_hidden
    }


def _aside(outcome: Outcome) -> dict[str, str] | None:
    if outcome.aside is None:
        return None
    url = reverse("workplans:parked_text", args=[outcome.page.plan.year, outcome.aside.key])
    if outcome.clashes:
        facts = {"fields": named(outcome.form, outcome.clashes)}
        by = {said.get("by") for said in outcome.aside.sent["fields"].values()} - {None}
        words = _("%(fields)s changed meanwhile. Your text is put aside.") % facts
        if len(by) == 1:
            facts["who"] = by.pop()
            words = _("%(who)s changed %(fields)s meanwhile. Your text is put aside.") % facts
        return {"words": words, "url": url, "label": _("Compare the two and choose")}
    if outcome.reason in (Reason.GONE, Reason.SETTLED):
        return {"words": "", "url": url, "label": _("See the text put aside")}
    return None
