"""One attempt to save what a page sent: what is saved, what is put aside, and why."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from workplans.forms.drafting import PartForm
from workplans.merging import Values
from workplans.models import Parked, WorkPlan
from workplans.operations import editing, parking
from workplans.operations.parking import Fields
from workplans.procedure import OutOfOrder
from workplans.views.pages import Page, act

Reason = Parked.Reason
# Without these there is nothing to add yet.
ESSENTIAL = {"title", "area", "kind", "state"}


@dataclass
class Outcome:
    """What became of a page that was sent.

    saving: how a part that was there was saved. now: what the part says after it. left: the fields
    that could not be saved; aside: where they are. reason, sentence: why nothing was saved at all.
    """

    page: Page
    form: PartForm
    saving: editing.Saving | None = None
    created: bool = False
    now: Values = field(default_factory=dict)
    left: Fields = field(default_factory=dict)
    aside: Parked | None = None
    reason: str = ""
    sentence: str = ""

    @property
    def whole(self) -> bool:
        return not self.reason and not self.left

    @property
    def clashes(self) -> tuple[str, ...]:
        return self.saving.clashes if self.saving else ()


def attempt(page: Page, form: PartForm, *, partly: bool, keeping: bool = True) -> Outcome:
    """Save what a page sent, and put aside what cannot be saved.

    partly: save the fields that can be read although others cannot. keeping: false where the text
    is one that lies aside already.
    """
    outcome = Outcome(page, form)
    valid = form.is_valid()
    if page.new:
        page.key = page.key or form.cleaned_data.get("key") or uuid.uuid4()
        page.part = editing.find(page.plan, page.kind, page.key)  # type: ignore[arg-type]
    unread = form.unread
    mine, base = form.readable(), form.base
    adding = page.new and page.part is None
    if not valid and (not partly or (adding and ESSENTIAL & {*unread}) or "opened" in form.errors):
        return _refuse(outcome, Reason.INVALID, "", mine, keeping)
    try:
        if adding:
            blank = page.blank(page.key)
            page.part = act(page.request, editing.add, page.plan, blank, mine)
            outcome.created = page.part is blank
            outcome.now = mine
        if not outcome.created:
            outcome.saving = act(
                page.request,
                editing.save,
                page.plan,
                page.kind,
                page.key,
                opened=base,
                mine=mine,
                sent_here=form.sent_here,
                known=page.part,
                standing=page.request.standing,  # type: ignore[attr-defined]
            )
            outcome.now, page.part = outcome.saving.now, outcome.saving.part
    except OutOfOrder as refusal:
        return _refuse(outcome, Reason.SETTLED, str(refusal), mine, keeping)
    except editing.Gone:
        page.part = None
        return _refuse(outcome, Reason.GONE, _gone(page), mine, keeping)
    except editing.Elsewhere as twin:
        raise Http404 from twin
    outcome.left = {
        **{name: _disputed(outcome, name, base, mine) for name in outcome.clashes},
        **_unread(form),
    }
    if keeping and outcome.left:
        _keep(outcome, Reason.CONFLICT if outcome.clashes else Reason.INVALID)
    _settle(outcome)
    return outcome


def _disputed(outcome: Outcome, name: str, base: Values, mine: Values) -> dict[str, Any]:
    found = {"was": base.get(name, ""), "mine": mine[name]}
    saving, person = outcome.saving, outcome.page.request.person  # type: ignore[attr-defined]
    # A part remembers only who saved it last, and the plan who changed anything in it last.
    if saving and saving.by and saving.by != person and not isinstance(saving.part, WorkPlan):
        found["by"] = str(saving.by)
    return found


def _gone(page: Page) -> str:
    if page.new:
        return _("The priority area was removed meanwhile. Your text is put aside.")
    return _("This was removed while you were editing it. Your text is put aside.")


def _unread(form: PartForm) -> Fields:
    """What stands in the fields of which the portal can make nothing, as it was typed."""
    found: Fields = {}
    for name in form.unread:
        typed, was = form.raw(name), form.base.get(name, "")
        # An empty box where something has to stand is no text to keep.
        if any(typed) if isinstance(typed, list) else typed:
            found[name] = {"was": was, "mine": typed, "unread": True}
    return found


def _refuse(outcome: Outcome, reason: str, sentence: str, mine: Values, keeping: bool) -> Outcome:
    """Nothing is saved: put aside what the author changed; all of it, if the part is not there."""
    base, absent = outcome.form.base, outcome.page.part is None
    outcome.reason, outcome.sentence = reason, sentence
    changed = {
        name: {"was": base.get(name, ""), "mine": value}
        for name, value in mine.items()
        if value != base.get(name, "") or (absent and value != "")
    }
    outcome.left = {**changed, **_unread(outcome.form)}
    written = any(said["mine"] != said["was"] for said in outcome.left.values())
    if keeping and written:
        _keep(outcome, reason)
    return outcome


def _keep(outcome: Outcome, reason: str) -> None:
    page, form = outcome.page, outcome.form
    title = page.title or str(outcome.left.get("title", {}).get("mine", ""))
    outcome.aside = act(
        page.request,
        parking.keep,
        page.plan,
        kind=page.sort,
        part=page.key,
        page=form.cleaned_data.get("key") or page.key,
        title=title,
        reason=reason,
        fields=outcome.left,
    )


def _settle(outcome: Outcome) -> None:
    page, form = outcome.page, outcome.form
    if not getattr(page.plan, "aside", True) and outcome.aside is None:
        # Nothing of theirs is put aside, so nothing can be let go of.
        return
    act(
        page.request,
        parking.settle,
        page.plan,
        page.key,
        page=form.cleaned_data.get("key"),
        left=outcome.left,
        now=outcome.now,
    )


def named(form: PartForm, names: Iterable[str]) -> str:
    labels = dict.fromkeys(form.label_of(name) for name in names)
    quoted = [_("“%(field)s”") % {"field": label} for label in labels]
    return get_text_list(quoted, pgettext("between the last two of a list", "and"))


def told(outcome: Outcome) -> str:
    """What others changed meanwhile in other fields."""
    saving = outcome.saving
    if saving is None or not saving.merge.theirs:
        return ""
    facts = {"fields": named(outcome.form, saving.merge.theirs)}
    mine = saving.by == outcome.page.request.person  # type: ignore[attr-defined]
    if saving.by is None or mine or isinstance(saving.part, WorkPlan):
        return _("%(fields)s changed while you were editing, and that is kept.") % facts
    return _("%(who)s changed %(fields)s while you were editing, and that is kept.") % {
        "who": saving.by,
        **facts,
    }
