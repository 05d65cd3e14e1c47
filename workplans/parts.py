"""What each part of the draft says, field by field: read from its rows, and written back to them.

Objectives belong to their area's page and indicators to their activity's, so they are fields of
those parts, named by their identities.
"""

from __future__ import annotations

import uuid
from typing import Any

from secretariat.dates import PartialDate
from secretariat.models import Person
from workplans.merging import Values
from workplans.models import Activity, Indicator, Objective, PriorityArea, TextBlock, WorkPlan
from workplans.models.plan import Part, Versioned

FIELDS: dict[type[Versioned], tuple[str, ...]] = {
    WorkPlan: ("title", "preamble", "source_note"),
    PriorityArea: ("title",),
    Activity: (
        "title",
        "area",
        "kind",
        "description",
        "lead",
        "lead_authority",
        "co_leads",
        "partners",
        "mode",
        "place",
        "begins",
        "ends",
        "deliverables",
        "budget_note",
        "funding_source",
        "state",
        "sources",
    ),
    TextBlock: ("title", "text"),
}
OBJECTIVE, INDICATOR = "objective-", "indicator-"
FIGURES = ("name", "unit", "baseline", "target")


def plain(value: Any) -> Any:
    """A field's value as JSON holds it: rows by their primary keys, dates as ISO text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if isinstance(value, PartialDate):
        return value.iso
    if hasattr(value, "pk"):
        return value.pk
    if isinstance(value, (int, bool)):
        return value
    return sorted(item.pk for item in value)


def read(part: Versioned) -> Values:
    """What a part says now."""
    values = {}
    for name in FIELDS[type(part)]:
        field: Any = part._meta.get_field(name)
        if field.many_to_many:
            values[name] = plain(getattr(part, name).all())
        else:
            values[name] = plain(getattr(part, field.attname))
    if isinstance(part, PriorityArea):
        for objective in part.objectives.all():
            values[f"{OBJECTIVE}{objective.key}"] = plain(objective.text)
    if isinstance(part, Activity):
        for indicator in part.indicators.all():
            values[f"{INDICATOR}{indicator.key}"] = [getattr(indicator, f) for f in FIGURES]
    return values


def differing(said: Values, other: Values) -> set[str]:
    """The fields in which two states of a part differ."""
    return {name for name in {*said, *other} if said.get(name, "") != other.get(name, "")}


def write(part: Versioned, values: Values, *, by: Person | None) -> None:
    """Save what a part is to say. An objective or indicator that says nothing is removed."""
    for name in FIELDS[type(part)]:
        field: Any = part._meta.get_field(name)
        if not field.many_to_many:
            empty = None if field.null else ""
            setattr(part, field.attname, values[name] or empty)
    if part.pk is None:
        part.changed_by = by
        part.save()
    elif not part.save_version(part.version, by=by):
        raise RuntimeError("a part changed although its plan was locked")
    if isinstance(part, PriorityArea):
        _write_pieces(part.objectives, OBJECTIVE, values, by)
    if isinstance(part, Activity):
        if values["co_leads"] != plain(part.co_leads.all()):
            part.co_leads.set(values["co_leads"])
        _write_pieces(part.indicators, INDICATOR, values, by)
    # What was read with the part before is not what it says now.
    part.__dict__.pop("_prefetched_objects_cache", None)


def _write_pieces(rows: Any, prefix: str, values: Values, by: Person | None) -> None:
    known: dict[str, Part] = {str(row.key): row for row in rows.all()}
    place = max((row.position for row in known.values()), default=-1)
    for name, said in values.items():
        if not name.startswith(prefix):
            continue
        key = name.removeprefix(prefix)
        row = known.get(key)
        if not said:
            if row is not None:
                row.delete()
            continue
        texts = dict(zip(FIGURES, said, strict=True)) if prefix == INDICATOR else {"text": said}
        if row is None:
            place += 1
            rows.create(key=_free(rows.model, key), position=place, changed_by=by, **texts)
        elif any(getattr(row, field) != text for field, text in texts.items()):
            for field, text in texts.items():
                setattr(row, field, text)
            row.save_version(row.version, by=by)


def _free(model: type[Objective] | type[Indicator], key: str) -> uuid.UUID:
    """The identity a page proposed, unless a part of something else has it."""
    proposed = uuid.UUID(key)
    return uuid.uuid4() if model._default_manager.filter(key=proposed).exists() else proposed
