"""Taking a table of activities into the draft: all its good rows in one act, under the plan's lock.

A table may hold three hundred activities, so rows are written together and not one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from secretariat.models import Authority, Membership, Person, State
from workplans import content, draft, tables
from workplans.content import Form
from workplans.models import Activity, WorkPlan
from workplans.operations import editing, rearranging
from workplans.operations.locking import Superseded
from workplans.operations.writing import touched_by
from workplans.parts import OWNERS, Pieces, pieces_of
from workplans.tables import Known, Laid, Table

# So many rows go into one statement.
BATCH = 200
VERSION = ("version", "changed", "changed_by")


@dataclass(frozen=True)
class Sight:
    """A table laid over the draft as it stands, and the fingerprint by which it can be taken."""

    laid: Laid
    fingerprint: str


def known(form: Form, on: date, table: Table | None = None) -> Known:
    """What the record has for a table to name on a day, in queries that no row adds to."""
    keys = [UUID(key) for key in tables.strangers(table, form)] if table else []
    taken = {
        str(key)
        for kind in (OWNERS if keys else ())
        for key in kind._default_manager.filter(key__in=keys).values_list("key", flat=True)
    }
    sitting = Membership.objects.on(on).filter(
        status__in=[Membership.Status.MEMBER, Membership.Status.INVITED]
    )
    authorities: dict[str, list[str]] = {}
    for authority in Authority.objects.on(on).select_related("state"):
        authorities.setdefault(authority.state.code, []).append(authority.name)
    return Known(
        states={
            state.code: [name for name in (state.name, state.official_name, state.code3) if name]
            for state in State.objects.all()
        },
        sitting=frozenset(sitting.values_list("state__code", flat=True)),
        authorities=authorities,
        taken=frozenset(taken),
    )


def look(plan: WorkPlan, table: Table, on: date) -> Sight:
    """What a table would change in the draft as it stands. Changes nothing."""
    form = draft.compose(plan, on=on)
    fingerprint = content.digest(content.dump(form))
    return Sight(tables.lay(table, form, known(form, on, table)), fingerprint)


@transaction.atomic
def take(plan: WorkPlan, table: Table, *, seen: str, by: Person, on: datetime) -> Laid:
    """Take the rows of a table that have no problem into the draft.

    seen: the fingerprint of the draft for which the person saw what will change. Superseded, and
    nothing is written, if it changed since – unless nothing is left to change, as when the same
    form is sent twice.
    """
    plan = editing.open_draft(plan, by=by, on=on)
    form = draft.compose(plan, on=on.date())
    laid = tables.lay(table, form, known(form, on.date(), table))
    if laid.touched:
        if seen != content.digest(content.dump(form)):
            raise Superseded(
                _("The draft changed while you were looking. This is what would change in it now.")
            )
        writing = _Writing(plan, form, laid.form, by=by, on=on.date())
        writing.write()
        reason = _("With a table of activities.")
        rearranging.enter(plan, form, set(writing.removed), reason=reason, by=by, on=on)
        editing.mark(plan, by, parts=touched_by(laid.changes), on=on)
    return laid


class _Writing:
    """The difference of two forms' activities, written into the rows of the draft."""

    def __init__(self, plan: WorkPlan, old: Form, new: Form, *, by: Person, on: date) -> None:
        self.plan, self.by, self.now = plan, by, timezone.now()
        self.before, self.after = _placed(old), _placed(new)
        self.kept = [key for key in self.after if key in self.before]
        self.changed = [key for key in self.kept if self.after[key] != self.before[key]]
        self.added = [key for key in self.after if key not in self.before]
        self.removed = [key for key in self.before if key not in self.after]
        self.areas = {str(key): pk for key, pk in plan.areas.values_list("key", "pk")}
        self.states = dict(State.objects.values_list("code", "pk"))
        self.authorities = {
            (state, name): pk
            for state, name, pk in Authority.objects.on(on).values_list("state_id", "name", "pk")
        }
        self.ends: dict[int, int] = {}
        for area, position in plan.areas.values_list("pk", "activities__position"):
            self.ends[area] = max(self.ends.get(area, 0), -1 if position is None else position) + 1

    def write(self) -> None:
        # What goes first, goes: a piece may be named anew where another one was.
        Activity.objects.filter(area__plan=self.plan, key__in=self.removed).delete()
        rows = {
            str(row.key): row
            for row in Activity.objects.filter(area__plan=self.plan, key__in=self.changed)
        }
        fields: set[str] = set()
        for key in self.changed:
            fields |= self._change(key, rows[key])
        changed = [rows[key] for key in self.changed]
        Activity.objects.bulk_update(changed, [*fields, *VERSION], batch_size=BATCH)
        fresh = [self._fresh(key) for key in self.added]
        rows |= {str(row.key): row for row in Activity.objects.bulk_create(fresh, BATCH)}
        self._co_leads(rows)
        for pieces in pieces_of(Activity):
            self._pieces(pieces, rows)

    def _change(self, key: str, row: Activity) -> set[str]:
        """Set what differs on a row; the names of the fields that did."""
        area, now = self.after[key]
        home, was = self.before[key]
        touched = set()
        for name, value in self._values(now).items():
            if now[name] != was[name]:
                setattr(row, name, value)
                touched.add(name)
        if now["lead"] != was["lead"]:
            self._lead(row, now["lead"], was["lead"])
            touched |= {"lead", "lead_authority"}
        if area != home:
            self._place(row, area)
            touched |= {"area", "position"}
        row.version += 1
        row.changed, row.changed_by = self.now, self.by
        return touched

    def _fresh(self, key: str) -> Activity:
        area, now = self.after[key]
        row = Activity(key=UUID(key), changed_by=self.by, **self._values(now))
        self._lead(row, now["lead"], None)
        self._place(row, area)
        return row

    def _values(self, said: Form) -> dict[str, Any]:
        """The plain fields of an activity as its row keeps them."""
        plain = ("kind", "title", "description", "place", "budget_note", "funding_source", "state")
        return {
            **{name: said[name] for name in plain},
            **{name: "\n".join(said[name]) for name in ("partners", "deliverables", "sources")},
            **{name: said[name] for name in ("begins", "ends")},
            "mode": said["mode"] or "",
        }

    def _lead(self, row: Activity, lead: Form | None, was: Form | None) -> None:
        """An authority printed under the name it bears now stays the one it is on record as."""
        if lead == was:
            return
        row.lead_id = self.states[lead["code"]] if lead else None
        row.lead_authority_id = (
            self.authorities[row.lead_id, lead["authority"]]
            if lead and row.lead_id and lead["authority"]
            else None
        )

    def _place(self, row: Activity, area: str) -> None:
        row.area_id = self.areas[area]
        row.position = self.ends[row.area_id]
        self.ends[row.area_id] += 1

    def _touched(self, name: str) -> list[str]:
        """The activities whose list of something differs, the new ones among them."""
        changed = [k for k in self.changed if self.after[k][1][name] != self.before[k][1][name]]
        return [*changed, *(key for key in self.added if self.after[key][1][name])]

    def _co_leads(self, rows: dict[str, Activity]) -> None:
        through: Any = Activity.co_leads.through
        keys = self._touched("co_leads")
        through.objects.filter(activity__in=[rows[key] for key in keys]).delete()
        through.objects.bulk_create(
            (
                through(activity=rows[key], state_id=self.states[state["code"]])
                for key in keys
                for state in self.after[key][1]["co_leads"]
            ),
            BATCH,
        )

    def _pieces(self, pieces: Pieces, rows: dict[str, Activity]) -> None:
        kind: Any = pieces.kind._default_manager
        keys = self._touched(pieces.held)
        there = {
            str(row.key): row
            for row in kind.filter(**{f"{pieces.home}__in": [rows[key] for key in keys]})
        }
        stays = {item["id"] for key in keys for item in self.after[key][1][pieces.held]}
        gone = [row.pk for key, row in there.items() if key not in stays]
        kind.filter(pk__in=gone).delete()
        changed, fresh = [], []
        for key in keys:
            for position, item in enumerate(self.after[key][1][pieces.held]):
                row = there.get(item["id"])
                said = pieces.fields(item)
                if row is None:
                    owner = {pieces.home: rows[key]}
                    row = pieces.kind(key=UUID(item["id"]), changed_by=self.by, **owner)
                    fresh.append(row)
                elif any(getattr(row, name) != value for name, value in said.items()):
                    row.version += 1
                    row.changed, row.changed_by = self.now, self.by
                    changed.append(row)
                elif row.position != position:
                    changed.append(row)
                row.position = position
                for name, value in said.items():
                    setattr(row, name, value)
        names = ["position", *pieces.boxes, *VERSION]
        kind.bulk_update(changed, names, batch_size=BATCH)
        kind.bulk_create(fresh, BATCH)


def _placed(form: Form) -> dict[str, tuple[str, Form]]:
    """The activities of a form by their identity, each with that of its area."""
    return {a["id"]: (area["id"], a) for area in form["areas"] for a in area["activities"]}
