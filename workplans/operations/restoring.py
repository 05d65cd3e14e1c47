"""Bringing a draft back to a text it had before; what it says until then stays on record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from secretariat.dates import PartialDate
from secretariat.models import Person
from workplans import comparison, content, draft
from workplans.models import Activity, PriorityArea, Sitting, TextBlock, WorkPlan
from workplans.models.plan import Part
from workplans.operations import editing, writing
from workplans.operations.locking import Superseded
from workplans.parts import PIECES

# So many rows go into one statement.
BATCH = 200
Values = dict[str, Any]


@transaction.atomic
def restore(
    plan: WorkPlan,
    form: content.Form,
    *,
    source: Sitting | None,
    seen: int,
    by: Person,
    on: datetime,
) -> Sitting | None:
    """Make the draft say what it said in an earlier text of it; None if it says that already.

    source: the sitting that left that text. seen: the plan's version when the person saw what
    would change. Raises Superseded if it was changed since, and InvalidPlan for a state or an
    authority that is not on record any more; then nothing is written.
    """
    plan = editing.open_draft(plan, by=by, on=on)
    now = draft.compose(plan, on=on.date())
    changes = comparison.changes(now, form)
    if not changes:
        return None
    if plan.version != seen:
        raise Superseded(
            _("The draft changed while you were looking. This is what restoring would change now.")
        )
    writing.settle(plan, form=now)
    return bring_back(plan, form, changes, source=source, by=by, on=on)


def bring_back(
    plan: WorkPlan,
    form: content.Form,
    changes: comparison.Changes,
    *,
    source: Sitting | None,
    by: Person,
    on: datetime,
) -> Sitting:
    """Write a text into the rows of a draft, as a sitting of its own.

    changes: what it changes in the draft. Called with the plan locked and its sittings settled.
    """
    _Rows(plan, form, by).write()
    return writing.keep(plan, by=by, on=on, parts=writing.touched_by(changes), restores=source)


class _Rows:
    """The rows of a draft, made to say what a form says; those that say it are left alone."""

    def __init__(self, plan: WorkPlan, form: content.Form, by: Person) -> None:
        self.plan, self.form, self.by, self.now = plan, form, by, timezone.now()
        self.states, self.authorities = draft.examine(plan, form)

    def write(self) -> None:
        plan, form = self.plan, self.form
        for name in ("title", "language", "source_note", "preamble"):
            setattr(plan, name, form[name])
        plan.calendar = form["meetings"]
        plan.version, plan.changed_by = plan.version + 1, self.by
        plan.save()
        owned = {"plan": plan}
        areas = self._bring(
            PriorityArea,
            owned,
            {
                area["id"]: {"plan_id": plan.pk, "position": place, "title": area["title"]}
                for place, area in enumerate(form["areas"])
            },
        )
        inside = [(areas[area["id"]].pk, area) for area in form["areas"]]
        activities = self._bring(
            Activity,
            {"area__plan": plan},
            {
                item["id"]: {"area_id": pk, "position": place, **self._activity(item)}
                for pk, area in inside
                for place, item in enumerate(area["activities"])
            },
        )
        said = [
            (activities[item["id"]].pk, item) for _pk, area in inside for item in area["activities"]
        ]
        for pieces in PIECES:
            self._bring(
                pieces.kind,
                {pieces.plan: plan},
                {
                    item["id"]: {f"{pieces.home}_id": pk, "position": place, **pieces.fields(item)}
                    for pk, owner in (inside if pieces.owner is PriorityArea else said)
                    for place, item in enumerate(owner[pieces.held])
                },
            )
        kinds = (("working_groups", "working_group"), ("annexes", "annex"))
        self._bring(
            TextBlock,
            owned,
            {
                block["id"]: {
                    "plan_id": plan.pk,
                    "position": place,
                    "kind": kind,
                    "title": block["title"],
                    "text": block["text"],
                }
                for key, kind in kinds
                for place, block in enumerate(form[key])
            },
        )
        self._co_leads({pk: item["co_leads"] for pk, item in said})
        # Last, when nothing that stays stands in them any more.
        plan.areas.exclude(pk__in=[area.pk for area in areas.values()]).delete()

    def _activity(self, said: content.Form) -> Values:
        lead = said["lead"]
        authority = self.authorities.get((lead["code"], lead["authority"])) if lead else None
        plain = ("kind", "title", "description", "place", "budget_note", "funding_source", "state")
        return {
            **{name: said[name] for name in plain},
            **{name: "\n".join(said[name]) for name in ("partners", "deliverables", "sources")},
            **{
                name: PartialDate.parse(said[name]) if said[name] else None
                for name in ("begins", "ends")
            },
            "mode": said["mode"] or "",
            "lead_id": self.states[lead["code"]].pk if lead else None,
            "lead_authority_id": authority.pk if authority else None,
        }

    def _bring(
        self, kind: type[Part], owned: Values, wanted: Mapping[str, Values]
    ) -> dict[str, Any]:
        """The rows of one kind as they are wanted, by identity.

        What is not wanted goes; but areas stay here, since activities may still hang on them.
        """
        rows = {str(row.key): row for row in kind._default_manager.filter(**owned)}
        fresh: list[Any] = []
        changed: list[Any] = []
        fields: set[str] = set()
        for key, values in wanted.items():
            row = rows.get(key)
            if row is None:
                rows[key] = kind(key=key, changed_by=self.by, **values)
                fresh.append(rows[key])
                continue
            differing = {name for name, value in values.items() if getattr(row, name) != value}
            if not differing:
                continue
            changed.append(row)
            fields |= differing
            for name in differing:
                setattr(row, name, values[name])
            # Exchanging two parts does not change what either says; so it is in the editor.
            if differing != {"position"}:
                row.version += 1
                row.changed, row.changed_by = self.now, self.by
                fields |= {"version", "changed", "changed_by"}
        if kind is not PriorityArea:
            gone = [row.pk for key, row in rows.items() if key not in wanted]
            kind._default_manager.filter(pk__in=gone).delete()
        if changed:
            names = [name.removesuffix("_id") for name in fields]
            kind._default_manager.bulk_update(changed, names, batch_size=BATCH)
        kind._default_manager.bulk_create(fresh, BATCH)
        return {key: rows[key] for key in wanted}

    def _co_leads(self, wanted: Mapping[int, list[dict[str, str]]]) -> None:
        through: Any = Activity.co_leads.through
        there: dict[int, set[int]] = defaultdict(set)
        for activity, state in through.objects.filter(activity__area__plan=self.plan).values_list(
            "activity", "state"
        ):
            there[activity].add(state)
        come = {
            pk: {self.states[state["code"]].pk for state in said} for pk, said in wanted.items()
        }
        differing = [pk for pk, states in come.items() if states != there[pk]]
        if differing:
            through.objects.filter(activity__in=differing).delete()
            through.objects.bulk_create(
                (through(activity_id=pk, state_id=state) for pk in differing for state in come[pk]),
                BATCH,
            )
