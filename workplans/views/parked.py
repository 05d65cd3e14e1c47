"""Texts put aside: one's own list of them, and the page that decides about one.

They are found by their author alone, and by their author always: who may no longer write in the
plan, or the text of which is settled, reads and copies what was put aside, and discards it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from workplans import wording
from workplans.forms.drafting import CHOICE, MINE, SAVED, PartForm, inputs
from workplans.merging import Values
from workplans.models import Parked, WorkPlan
from workplans.operations import parking
from workplans.operations.parking import Fields
from workplans.views import pages
from workplans.views.pages import Page
from workplans.views.saving import attempt

POSTS = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def index(request: HttpRequest, year: int) -> HttpResponse:
    """What the reader has put aside in this plan; nobody else sees it."""
    rows = list(_kept(request, year))
    plan = rows[0].plan if rows else pages.find_readable(request, year)
    context = {
        **_around(request, plan),
        "rows": [{"row": row, "said": _first_words(row)} for row in rows],
        "discarded": _let_go(request, plan),
    }
    return render(request, "workplans/parked.html", context)


def _let_go(request: HttpRequest, plan: WorkPlan) -> dict[str, Any] | None:
    """The text the reader has just let go of, and may put aside again."""
    try:
        key = UUID(request.GET.get("discarded", ""))
    except ValueError:
        return None
    row = parking.let_go(request.person, key).filter(plan=plan).first()  # type: ignore[attr-defined]
    return {"row": row, "said": _first_words(row)} if row else None


def _kept(request: HttpRequest, year: int) -> Any:
    return parking.kept_by(request.person).filter(plan__year=year)  # type: ignore[attr-defined]


def _around(request: HttpRequest, plan: WorkPlan) -> dict[str, Any]:
    """What the pages lead back to, for somebody who may have lost more than the right to write."""
    return {
        "plan": plan,
        "edits": not pages.barred(request, plan),
        "sees": WorkPlan.objects.visible_to(request.user).filter(pk=plan.pk).exists(),
    }


def _first_words(row: Parked) -> str:
    """Enough of the text to know it by."""
    texts = [said["mine"] for said in row.sent.get("fields", {}).values()]
    written = [text for text in texts if isinstance(text, str) and text]
    return max(written, key=len, default="")[:300]


def _mine(request: HttpRequest, year: int, key: UUID) -> tuple[WorkPlan, Parked]:
    row: Parked = get_object_or_404(_kept(request, year), key=key)
    return row.plan, row


@dataclass
class Field:
    """A field of a text put aside, as the page shows it.

    prose: whether its texts are prose. choice: the question which text to keep, where somebody else
    changed the field too. theirs, own: what is saved now and one's own text, marked against the
    text as it was opened.
    """

    label: str
    boxes: list[Any]
    was: str
    saved: str
    mine: str
    by: str
    unknown: bool
    unread: bool
    prose: bool = False
    choice: Any = None
    theirs: wording.Marked | None = None
    own: wording.Marked | None = None


@POSTS
def text(request: HttpRequest, year: int, key: UUID) -> HttpResponse:
    """A text put aside: compare it with what is saved now, and decide field by field."""
    plan, row = _mine(request, year, key)
    if why := pages.barred(request, plan):
        late = 409 if pages.settled(plan) else 403
        return _read(request, plan, row, why, status=late if request.method == "POST" else 200)
    page = _page(request, plan, row)
    if request.method != "POST":
        return _draw(request, page, row)
    return _decide(request, page, row)


def _page(request: HttpRequest, plan: WorkPlan, row: Parked) -> Page:
    page = pages.open_page(request, plan, row.kind, row.part)
    if page.part is None:
        page.new = True
        kept = row.sent["fields"].get("area", {}).get("mine")
        areas = plan.areas.all()
        page.within = areas.filter(pk=kept).first() if isinstance(kept, int) else None
        page.within = page.within or areas.first()
    return page


def _read(
    request: HttpRequest, plan: WorkPlan, row: Parked, why: str, *, status: int
) -> HttpResponse:
    """One's own text alone, where nothing can be saved; for some it is all that is open to them."""
    fields: Fields = row.sent.get("fields", {})
    keeps = {name: said["mine"] for name, said in fields.items() if not said.get("unread")}
    page = Page(request, plan, row.kind, row.part)
    form = page.form(keeps=keeps)
    late = page.form(request.POST, keeps=keeps) if request.method == "POST" else None
    if not pages.reads_draft(request, plan):
        # The words for it would be those of the draft.
        fields = {name: said for name, said in fields.items() if name != "area"}
    context = {
        **_around(request, plan),
        "row": row,
        "why": why,
        "fields": [
            {
                "label": form.label_of(name),
                "mine": form.words(name, said["mine"]),
                "typed": _typed(late, name, said["mine"]) if late else "",
                "prose": form.is_prose(name),
            }
            for name, said in fields.items()
        ],
    }
    return render(request, "workplans/parked_read.html", context, status=status)


def _typed(form: PartForm, name: str, mine: Any) -> str:
    """What the boxes say that came too late, where that is not the text put aside."""
    if not form.boxes_of(name):
        return ""
    words = form.words(name, form.raw(name))
    return "" if words.split() == form.words(name, mine).split() else words


def confront(
    request: HttpRequest, page: Page, row: Parked | None, form: PartForm, sentence: str
) -> HttpResponse:
    """The page of a text that has just been put aside, in answer to the button that sent it."""
    if row is None:
        # Nothing was written that is not saved already, so there is nothing to decide.
        messages.info(request, sentence)
        return redirect("workplans:overview", year=page.plan.year)
    if why := pages.barred(request, page.plan):
        return _read(request, page.plan, row, why, status=409)
    return _draw(
        request, _page(request, page.plan, row), row, errors=[{"text": sentence}], status=409
    )


def _open_fields(row: Parked, saved: Values, absent: bool) -> tuple[Fields, list[str]]:
    """The fields still to decide about, and those of them that somebody else changed too."""
    fields: Fields = row.sent.get("fields", {})
    left = {
        name: said
        for name, said in fields.items()
        if absent or said.get("unread") or said["mine"] != saved.get(name, "")
    }
    disputed = [n for n, said in left.items() if not absent and saved.get(n, "") != said["was"]]
    return left, disputed


def _draw(
    request: HttpRequest,
    page: Page,
    row: Parked,
    *,
    form: PartForm | None = None,
    saved: Values | None = None,
    shown: Values | None = None,
    errors: list[dict[str, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    """form, saved: one that was sent and has to be corrected, with what it was compared with.

    shown: what the boxes say instead of the text put aside.
    """
    saved = page.said() if saved is None else saved
    absent = page.part is None
    left, disputed = _open_fields(row, saved, absent)
    if form is None:
        mine = {name: said["mine"] for name, said in left.items()}
        form = page.form(
            said={**saved, **mine, **(shown or {})},
            opened={name: saved.get(name, "") for name in left},
            version=page.part.version if page.part else 0,
            key=row.page,
            keeps=saved,
        )
        _ask(form, left, disputed)
    wrong = [name for name in form.unread if name not in left] if form.is_bound else []
    named: list[str] = [*disputed, *(name for name in left if name not in disputed), *wrong]
    if absent and "title" not in named:
        named.insert(0, "title")
    context = {
        **page.context(),
        "form": form,
        "row": row,
        "fields": [_field(form, name, left.get(name), saved) for name in named],
        "disputed": disputed,
        "alone": _alone(page, row, left, disputed),
        "absent": absent,
        "page": page,
        "errors": errors,
    }
    return render(request, "workplans/parked_text.html", context, status=status)


def _alone(page: Page, row: Parked, left: Fields, disputed: list[str]) -> bool:
    """Whether somebody disagrees with themselves, in two windows.

    Not told of the general text: a plan remembers only who changed anything in it last.
    """
    others = any(left[name].get("by") for name in disputed)
    if page.sort == pages.GENERAL or page.part is None or others:
        return False
    return bool(page.part.changed_by == row.person)


def _ask(form: PartForm, left: Fields, disputed: list[str]) -> None:
    for name in disputed:
        form.ask(name, readable=not left[name].get("unread"))


def _field(form: PartForm, name: str, said: dict[str, Any] | None, saved: Values) -> Field:
    said = said or {"was": "", "mine": ""}
    was = form.words(name, said["was"])
    now, mine = form.words(name, saved.get(name, "")), form.words(name, said["mine"])
    asked = CHOICE + name in form.fields
    compared = asked and said["was"] is not None
    prose = form.is_prose(name)
    return Field(
        label=form.label_of(name),
        boxes=form.boxes_of(name),
        was=was,
        saved=now,
        mine=mine,
        by=said.get("by", ""),
        unknown=said["was"] is None,
        unread=bool(said.get("unread")) and not form.is_bound,
        choice=form[CHOICE + name] if asked else None,
        prose=prose,
        theirs=wording.compare(was, now, prose=prose) if compared else None,
        own=wording.compare(was, mine, prose=prose) if compared else None,
    )


def _decide(request: HttpRequest, page: Page, row: Parked) -> HttpResponse:
    if request.POST.get("seen") != row.at.isoformat():
        sentence = _("You wrote on in another window, and the newer text is shown here now.")
        return _draw(request, page, row, errors=[{"text": sentence}], status=409)
    now, absent = page.said(), page.part is None
    shown = _shown(request.POST)
    # What the page compared with: what was saved when it was made.
    saved = {**now, **shown}
    left, disputed = _open_fields(row, saved, absent)
    form = page.form(_filled(request.POST, left, disputed, saved), keeps=saved)
    _ask(form, left, disputed)
    outcome = attempt(page, form, partly=False, keeping=False)
    if outcome.reason == Parked.Reason.INVALID:
        return _draw(request, page, row, form=form, saved=saved, status=422)
    if outcome.reason:
        errors = [{"text": outcome.sentence}]
        return _draw(request, _page(request, page.plan, row), row, errors=errors, status=409)
    if outcome.left:
        chosen = {name: said["mine"] for name, said in outcome.left.items()}
        sentence = _("It changed once more while you were deciding. Look at it again.")
        return _draw(request, page, row, shown=chosen, errors=[{"text": sentence}], status=409)
    words = _("It is saved as you decided.")
    if any(form.cleaned_data.get(CHOICE + name) == SAVED for name in disputed):
        words = format_html(
            '{} <a href="{}">{}</a>',
            words,
            _to_what_was_let_go(row),
            _("Your own text can still be had back"),
        )
    messages.success(request, words)
    return redirect(pages.address_of(page.plan.year, page.sort, page.key))


def _shown(data: QueryDict) -> Values:
    try:
        found = json.loads(data.get("opened", ""))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _filled(data: QueryDict, left: Fields, disputed: list[str], saved: Values) -> QueryDict:
    """What was sent, with what was chosen written into the fields and all others as saved.

    Where a choice is missing nothing is written over: the page comes back as it was left.
    """
    filled = data.copy()
    for name, value in saved.items():
        if name not in left:
            for box, texts in inputs(name, value).items():
                if box not in filled:
                    filled.setlist(box, texts)
    chosen = {name: data.get(CHOICE + name) for name in disputed}
    if all(chosen.values()):
        texts_of = {SAVED: saved, MINE: {name: said["mine"] for name, said in left.items()}}
        for name, choice in chosen.items():
            if choice in texts_of:
                for box, texts in inputs(name, texts_of[choice].get(name, "")).items():
                    filled.setlist(box, texts)
    filled["opened"] = json.dumps(saved)
    return filled


@POSTS
def discard(request: HttpRequest, year: int, key: UUID) -> HttpResponse:
    """Ask once, and let go of a text put aside."""
    plan, row = _mine(request, year, key)
    if request.method == "POST":
        pages.act(request, parking.discard, row)
        if _kept(request, year).exists() or pages.reads_draft(request, plan):
            # The list says so, beside the way to have it back.
            return redirect(_to_what_was_let_go(row))
        messages.success(request, _("The text put aside is discarded."))
        return redirect("desk")
    context = {**_around(request, plan), "row": row, "texts": _texts(row)}
    return render(request, "workplans/parked_discard.html", context)


def _to_what_was_let_go(row: Parked) -> str:
    return f"{reverse('workplans:parked', args=[row.plan.year])}?discarded={row.key}"


@require_POST
def again(request: HttpRequest, year: int, key: UUID) -> HttpResponse:
    """Put aside again what its author had let go of."""
    row = pages.act(request, parking.take_back, key)
    if row is None:
        if _kept(request, year).filter(key=key).exists():
            return redirect("workplans:parked_text", year=year, key=key)
        raise Http404
    messages.success(request, _("It is put aside again."))
    return redirect("workplans:parked_text", year=row.plan.year, key=key)


def _texts(row: Parked) -> list[str]:
    found = []
    for said in row.sent.get("fields", {}).values():
        text = said["mine"]
        parts = [str(part) for part in text if part] if isinstance(text, list) else [str(text)]
        found.append(" · ".join(parts))
    return [text for text in found if text]
