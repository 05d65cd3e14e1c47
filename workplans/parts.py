"""What each part of the draft says, field by field: read from its rows, and written back to them.

Some parts hold pieces: an area its objectives, an activity its milestones and indicators. They are
written on the page of what they belong to, so each is a field of that part, named by its identity.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from secretariat.dates import PartialDate
from secretariat.models import Person
from workplans.merging import Values
from workplans.models import (
    Activity,
    Indicator,
    Milestone,
    Objective,
    PriorityArea,
    TextBlock,
    WorkPlan,
)
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


@dataclass(frozen=True)
class Pieces:
    """A sort of pieces, which stand in an order within a part.

    name: what one is called in the names of values and in addresses. owner, home: the kind of part
    it belongs to, and the field of the row that says so. held: what the owner calls them, among its
    rows and in the canonical form. boxes: what each says, a field and a box on the page for each;
    without the first there is no piece.
    """

    name: str
    kind: type[Part]
    owner: type[Part]
    home: str
    held: str
    boxes: tuple[str, ...]

    @property
    def prefix(self) -> str:
        """How the name of each piece's value begins; its identity follows."""
        return f"{self.name}-"

    @property
    def plan(self) -> str:
        """The path from a piece to its plan."""
        return f"{self.home}__{OWNERS[self.owner]}"

    def rows(self, owner: Any) -> Any:
        """The pieces of a part, in their order."""
        return getattr(owner, self.held)

    def value(self, row: Part) -> Any:
        """What a piece says: one text, or what stands in each of its boxes."""
        said = [plain(getattr(row, box)) for box in self.boxes]
        return said if len(said) > 1 else said[0]

    def boxed(self, value: Any) -> dict[str, Any]:
        """The same value box by box; of a piece that is not there, all of them empty."""
        said = value if isinstance(value, list) else [value]
        return dict(zip(self.boxes, said if value else [""] * len(self.boxes), strict=True))

    def fields(self, said: dict[str, Any]) -> dict[str, Any]:
        """What a piece of the canonical form says, as its row keeps it."""
        columns: dict[str, Any] = {box: self.kind._meta.get_field(box) for box in self.boxes}
        return {box: column.to_python(said[box]) for box, column in columns.items()}


OBJECTIVES = Pieces("objective", Objective, PriorityArea, "area", "objectives", ("text",))
MILESTONES = Pieces("milestone", Milestone, Activity, "activity", "milestones", ("text", "date"))
INDICATORS = Pieces(
    "indicator",
    Indicator,
    Activity,
    "activity",
    "indicators",
    ("name", "unit", "baseline", "target"),
)
# In the order in which a page shows them.
PIECES = (OBJECTIVES, MILESTONES, INDICATORS)

# Where each kind of part says which plan it belongs to.
OWNERS: dict[type[Part], str] = {PriorityArea: "plan", Activity: "area__plan", TextBlock: "plan"}
OWNERS |= {pieces.kind: pieces.plan for pieces in PIECES}


def pieces_of(kind: type[Versioned]) -> tuple[Pieces, ...]:
    """The sorts of pieces that a kind of part holds."""
    return tuple(pieces for pieces in PIECES if pieces.owner is kind)


def pieces_like(part: Part) -> Pieces | None:
    """The sort of a piece; None for a part that is none."""
    return next((pieces for pieces in PIECES if pieces.kind is type(part)), None)


def pieces_named(name: str) -> Pieces | None:
    """The sort of pieces whose value bears this name; None for the name of a field."""
    return next((pieces for pieces in PIECES if name.startswith(pieces.prefix)), None)


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
    for pieces in pieces_of(type(part)):
        for row in pieces.rows(part).all():
            values[f"{pieces.prefix}{row.key}"] = pieces.value(row)
    return values


def differing(said: Values, other: Values) -> set[str]:
    """The fields in which two states of a part differ."""
    return {name for name in {*said, *other} if said.get(name, "") != other.get(name, "")}


def write(part: Versioned, values: Values, *, by: Person | None) -> None:
    """Save what a part is to say. A piece that says nothing is removed."""
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
    if isinstance(part, Activity) and values["co_leads"] != plain(part.co_leads.all()):
        part.co_leads.set(values["co_leads"])
    for pieces in pieces_of(type(part)):
        _write_pieces(part, pieces, values, by)
    # What was read with the part before is not what it says now.
    part.__dict__.pop("_prefetched_objects_cache", None)


def _write_pieces(part: Versioned, pieces: Pieces, values: Values, by: Person | None) -> None:
    rows = pieces.rows(part)
    known: dict[str, Part] = {str(row.key): row for row in rows.all()}
    place = max((row.position for row in known.values()), default=-1)
    for name, said in values.items():
        if not name.startswith(pieces.prefix):
            continue
        key = name.removeprefix(pieces.prefix)
        row = known.get(key)
        if not said:
            if row is not None:
                row.delete()
            continue
        texts = pieces.boxed(said)
        if row is None:
            place += 1
            rows.create(key=_free(pieces.kind, key), position=place, changed_by=by, **texts)
        elif pieces.value(row) != said:
            for field, text in texts.items():
                setattr(row, field, text)
            row.save_version(row.version, by=by)


def _free(model: type[Part], key: str) -> uuid.UUID:
    """The identity a page proposed, unless a part of something else has it."""
    proposed = uuid.UUID(key)
    return uuid.uuid4() if model._default_manager.filter(key=proposed).exists() else proposed
