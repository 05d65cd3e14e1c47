"""Copying an activity, taking a part out of the draft with a reason, and putting it back."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from secretariat import register
from secretariat.models import Entry, Person
from secretariat.standing import Standing
from workplans import content, draft, parts
from workplans.models import Activity, PriorityArea, TextBlock, WorkPlan
from workplans.models.plan import Part
from workplans.operations import editing
from workplans.operations.writing import touched
from workplans.parts import PIECES, pieces_of

# What is kept when it is taken out.
KINDS: dict[str, type[Part]] = {
    "area": PriorityArea,
    "activity": Activity,
    "text": TextBlock,
    **{pieces.name: pieces.kind for pieces in PIECES},
}
LONGEST_TITLE = 300
# A piece goes by its own words, and an objective may have many.
LONGEST_NAME = 120


class CannotPutBack(Exception):
    """Why a part cannot stand where it stood; a sentence for the user."""


# Copies


@transaction.atomic
def duplicate(plan: WorkPlan, key: UUID, *, version: int, by: Person, on: datetime) -> Activity:
    """Copy an activity with its pieces, and put the copy right after it.

    version: that of the plan on the person's screen. A click sent twice copies once.
    """
    plan = editing.open_draft(plan, by=by, on=on)
    original: Activity | None = editing.find(plan, Activity, key)
    if original is None:
        raise editing.Gone
    new = uuid.uuid5(original.key, f"copy:{version}")
    again: Activity | None = editing.find(plan, Activity, new)
    if again is not None:
        return again
    values = {_renamed(name): value for name, value in parts.read(original).items()}
    title = _("Copy of %(title)s") % {"title": original.title}
    values["title"] = Truncator(title).chars(LONGEST_TITLE)
    copy = Activity(key=new, position=original.position)
    order = list(editing.siblings(original))
    parts.write(copy, values, by=by)
    _stand(copy, order.index(original) + 1, order)
    editing.mark(plan, by, parts=[touched(copy)], on=on)
    return copy


def _renamed(name: str) -> str:
    """The name of a value in a copy, whose pieces are pieces of their own."""
    pieces = parts.pieces_named(name)
    return f"{pieces.prefix}{uuid.uuid4()}" if pieces else name


def _stand(part: Part, place: int, order: list[Any]) -> None:
    """Put a saved part at a place (from 0) among the others."""
    order.insert(place, part)
    for position, row in enumerate(order):
        if row.position != position:
            type(row)._default_manager.filter(pk=row.pk).update(position=position)
            row.position = position


# Out, and back


@transaction.atomic
def strike(
    plan: WorkPlan,
    kind: type[Part],
    key: UUID,
    *,
    seen: str | None,
    reason: str = "",
    by: Person,
    on: datetime,
) -> Part | None:
    """Take a part out of the draft; the register keeps it, with the reason, to be put back.

    None, and nothing is written, if any of it changed since it was seen.
    """
    plan = editing.open_draft(plan, by=by, on=on)
    form = draft.compose(plan, on=on.date())
    part = editing.remove(plan, kind, key, seen=seen or "", by=by, on=on)
    if part is not None:
        enter(plan, form, {str(key)}, reason=reason, by=by, on=on)
    return part


def enter(
    plan: WorkPlan, form: content.Form, keys: set[str], *, reason: str, by: Person, on: datetime
) -> Entry | None:
    """Put on record which parts of a form were taken out, with all they said."""
    gone = [found for found in _parts(form) if found["key"] in keys]
    if not gone:
        return None
    titles = [_called(found) for found in gone]
    shown = "; ".join(titles[:5])
    if len(titles) > 5:
        shown = _("%(titles)s; and %(more)d more") % {"titles": shown, "more": len(titles) - 5}
    return register.enter(
        "strike",
        plan,
        by=by,
        appointment=Standing.of(by, on.date()).drafting,
        title=shown,
        reason=reason.strip(),
        parts=gone,
        written_in=form["form"],
    )


def _called(found: dict[str, Any]) -> str:
    """What a part on record goes by: its title; of a piece, what it says first."""
    form = found["form"]
    pieces = PIECES_BY_NAME.get(found["kind"])
    said: str = form[pieces.boxes[0]] if pieces else form["title"]
    return Truncator(said).chars(LONGEST_NAME) if pieces else said


PIECES_BY_NAME = {pieces.name: pieces for pieces in PIECES}


def _pieces(owner: content.Form, kind: type[Part]) -> Iterator[dict[str, Any]]:
    for pieces in pieces_of(kind):
        for place, item in enumerate(owner[pieces.held]):
            yield {
                "kind": pieces.name,
                "key": item["id"],
                "owner": owner["id"],
                "place": place,
                "form": item,
            }


def _parts(form: content.Form) -> list[dict[str, Any]]:
    """Every part and piece, each with what it says and where it stands."""
    found: list[dict[str, Any]] = []
    for place, area in enumerate(form["areas"]):
        found.append({"kind": "area", "key": area["id"], "place": place, "form": area})
        found += _pieces(area, PriorityArea)
        for inner, activity in enumerate(area["activities"]):
            found += _pieces(activity, Activity)
            found.append(
                {
                    "kind": "activity",
                    "key": activity["id"],
                    "area": area["id"],
                    "place": inner,
                    "form": activity,
                }
            )
    for name, sort in (("working_groups", "working_group"), ("annexes", "annex")):
        for place, block in enumerate(form[name]):
            found.append(
                {"kind": "text", "key": block["id"], "sort": sort, "place": place, "form": block}
            )
    return found


@dataclass(frozen=True)
class Struck:
    """A part that was taken out of the draft and is not back."""

    entry: Entry
    key: str
    kind: str
    sort: str
    title: str
    activities: int

    @property
    def reason(self) -> str:
        return str(self.entry.facts.get("reason", ""))

    @property
    def kind_words(self) -> str:
        if self.kind == "text":
            return str(TextBlock.Kind(self.sort).label)
        return str(KINDS[self.kind]._meta.verbose_name).capitalize()


def struck(plan: WorkPlan) -> list[Struck]:
    """What was taken out of the draft and can be put back, the latest first."""
    found: dict[str, Struck] = {}
    for entry in register.entries_about(plan).filter(act="strike"):
        for part in entry.facts["parts"]:
            form = part["form"]
            one = Struck(
                entry=entry,
                key=part["key"],
                kind=part["kind"],
                sort=part.get("sort", ""),
                title=_called(part),
                activities=len(form.get("activities", ())),
            )
            found.setdefault(one.key, one)
    back = {
        str(key)
        for kind in {KINDS[one.kind] for one in found.values()}
        for key in kind._default_manager.filter(key__in=found).values_list("key", flat=True)
    }
    return [one for key, one in found.items() if key not in back]


@transaction.atomic
def put_back(plan: WorkPlan, entry: int, key: UUID, *, by: Person, on: datetime) -> Part:
    """Put a part that was taken out back in its place, as the one it was.

    entry: the act that took it out. What is back already stays as it is. Raises Gone where the
    register knows nothing of it, and CannotPutBack.
    """
    plan = editing.open_draft(plan, by=by, on=on)
    found = _on_record(plan, entry, key)
    kind = KINDS[found["kind"]]
    there: Part | None = editing.find(plan, kind, key)
    if there is not None:
        return there
    row = _again(plan, kind, found)
    order = [one for one in editing.siblings(row) if one.pk != row.pk]
    _stand(row, min(found["place"], len(order)), order)
    kind._default_manager.filter(pk=row.pk).update(changed_by=by)
    register.enter(
        "put_back",
        plan,
        by=by,
        appointment=Standing.of(by, on.date()).drafting,
        title=_called(found),
        key=str(key),
    )
    editing.mark(plan, by, parts=[touched(row)], on=on)
    return row


def _on_record(plan: WorkPlan, entry: int, key: UUID) -> dict[str, Any]:
    """A part as the register keeps it, read in the newest form. Raises Gone."""
    act = register.entries_about(plan).filter(act="strike", pk=entry).first()
    found = next((p for p in act.facts["parts"] if p["key"] == str(key)), None) if act else None
    if act is None or found is None:
        raise editing.Gone
    # As long as the register did not name the form, there was but the first.
    written_in = act.facts.get("written_in", content.FIRST)
    return {**found, "form": content.upgraded_part(found["kind"], found["form"], written_in)}


def _again(plan: WorkPlan, kind: type[Part], found: dict[str, Any]) -> Any:
    form = found["form"]
    if pieces := PIECES_BY_NAME.get(found["kind"]):
        owner = editing.find(plan, pieces.owner, UUID(found["owner"]))
        if owner is None:
            raise CannotPutBack(
                _("What it belonged to is not in the draft any more. Put that back first.")
            )
        home = {pieces.home: owner}
        return kind._default_manager.create(key=form["id"], **home, **pieces.fields(form))
    try:
        if kind is TextBlock:
            return draft.put_text(plan, found["sort"], 0, form)
        if kind is PriorityArea:
            # An activity that went to another area meanwhile, or came back alone, stays there.
            inner = [activity["id"] for activity in form["activities"]]
            there = Activity.objects.filter(key__in=inner).values_list("key", flat=True)
            elsewhere = {str(key) for key in there}
            stays = [a for a in form["activities"] if a["id"] not in elsewhere]
            return draft.put_area(plan, 0, {**form, "activities": stays})
        area = plan.areas.filter(key=found["area"]).first()
        if area is None:
            raise CannotPutBack(
                _("Its priority area is not in the draft any more. Put that back first.")
            )
        return draft.put_activity(area, 0, form)
    except content.InvalidPlan as error:
        raise CannotPutBack(error.problems[0]) from error
