"""The activities of a plan as a table: from the canonical form to rows, and rows laid over it.

A cell that says what the plan says already is left alone, whatever it is; only what somebody
changed is read and checked. So a table that comes back as it went changes nothing. No database,
no clock.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
import uuid
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from typing import Any

from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator

from secretariat.dates import PartialDate
from workplans import comparison, content, parts, sheets
from workplans.comparison import Changes
from workplans.content import Form
from workplans.models import Activity
from workplans.sheets import Cell, Sheet, Unreadable

# Headings


@dataclass(frozen=True)
class Column:
    """A column by the name in its heading, which is the same in every language."""

    name: str
    about: Any
    width: int = 20


ID, NUMBER, AREA, LEAD, AUTHORITY = "id", "number", "area", "lead", "lead authority"
CO_LEADS, MILESTONES, INDICATORS, REMOVE = "co-leads", "milestones", "indicators", "remove"

COLUMNS = (
    Column(
        ID,
        gettext_lazy(
            "Which activity the row is. Leave it as it is. Where it is empty, the row adds an "
            "activity."
        ),
        12,
    ),
    Column(NUMBER, gettext_lazy("The number it is printed under. It is not read."), 9),
    Column(AREA, gettext_lazy("The title of its priority area, or the number of that area."), 26),
    Column("kind", gettext_lazy("What kind of activity it is, from the list."), 16),
    Column("title", gettext_lazy("Its title; never empty."), 40),
    Column("description", gettext_lazy("What will be done. Lines that begin with “- ” list."), 60),
    Column(LEAD, gettext_lazy("The code of the lead state, from the list."), 9),
    Column(AUTHORITY, gettext_lazy("The ministry or agency of the lead state, by its name."), 30),
    Column(CO_LEADS, gettext_lazy("The codes of other leading states, with commas between."), 14),
    Column("partners", gettext_lazy("Partners and organisations, one on each line."), 30),
    Column("mode", gettext_lazy("How people meet, from the list; or empty."), 16),
    Column("place", gettext_lazy("City and country."), 24),
    Column("begins", gettext_lazy("A day, a month or a year: 2027-03-11, 2027-03 or 2027."), 12),
    Column("ends", gettext_lazy("A day, a month or a year: 2027-03-11, 2027-03 or 2027."), 12),
    Column("deliverables", gettext_lazy("What comes of it, one on each line."), 40),
    Column("budget note", gettext_lazy("What it costs and who pays."), 30),
    Column("funding source", gettext_lazy("Where the money comes from."), 24),
    Column("state of work", gettext_lazy("How far it has come, from the list."), 14),
    Column("sources", gettext_lazy("Addresses of the pages it is from, one on each line."), 30),
    Column(
        MILESTONES,
        gettext_lazy(
            "One on each line: its date, a colon, and what is reached, as in 2027-05: First "
            "results. Without a date, what is reached stands alone."
        ),
        40,
    ),
    Column(
        INDICATORS,
        gettext_lazy(
            "One on each line, with up to three more facts after a “|”: what is measured | unit | "
            "baseline | target."
        ),
        40,
    ),
    Column(REMOVE, gettext_lazy("“yes” takes the activity out of the draft."), 9),
)
# Under which name the canonical form has the same thing.
FIELDS = {
    "kind": "kind",
    "title": "title",
    "description": "description",
    CO_LEADS: "co_leads",
    "partners": "partners",
    "mode": "mode",
    "place": "place",
    "begins": "begins",
    "ends": "ends",
    "deliverables": "deliverables",
    "budget note": "budget_note",
    "funding source": "funding_source",
    "state of work": "state",
    "sources": "sources",
    MILESTONES: "milestones",
    INDICATORS: "indicators",
}
_ALIASES = {"state": "state of work", "co leads": CO_LEADS, "lead state": LEAD}
_CHOICES: dict[str, Any] = {
    "kind": Activity.Kind,
    "mode": Activity.Mode,
    "state of work": Activity.Stage,
}
_LINES = ("partners", "deliverables", "sources")
_ONE_LINE = ("title", "place", "funding source")


@dataclass(frozen=True)
class Known:
    """What the record has for the cells to name.

    states: every state on record by its code, in protocol order, with the words it goes by.
    sitting: the codes of those that may lead. authorities: the names in force, by the state's code.
    taken: identities that parts of other plans, or other kinds of parts, have already.
    """

    states: Mapping[str, Sequence[str]]
    sitting: frozenset[str] = frozenset()
    authorities: Mapping[str, Sequence[str]] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()

    def name(self, code: str) -> str:
        return self.states[code][0]

    @cached_property
    def codes(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for code, names in self.states.items():
            for name in (*names, code):
                found.setdefault(_key(name), code)
        return found


# Out


def cells(form: Form, *, longest: int | None = None) -> Iterator[dict[str, str]]:
    """The activities of a form in printed order, a row each, by the names of the columns.

    longest: how many characters a cell can hold; a longer text is replaced by a sentence, and
    stays as it is when the table comes back.
    """
    names = _areas(form)
    for number, (area, activity) in _numbered(form):
        row = _cells(number, names[area["id"]], activity)
        if longest is not None:
            row = {name: _shown(text, longest) for name, text in row.items()}
        yield row


def _shown(text: str, longest: int) -> str:
    if len(sheets.escaped(text)) <= longest:
        return text
    return _("This text is too long for a cell. Edit it in the portal, and leave this as it is.")


def _numbered(form: Form) -> Iterator[tuple[str, tuple[Form, Form]]]:
    for a, area in enumerate(form["areas"], 1):
        for n, activity in enumerate(area["activities"], 1):
            yield f"{a}.{n}", (area, activity)


def _areas(form: Form) -> dict[str, str]:
    """What each area is called in its column, by its identity: with its number if two are alike."""
    alike = Counter(_key(area["title"]) for area in form["areas"])
    return {
        area["id"]: area["title"]
        if alike[_key(area["title"])] == 1
        else f"{number}. {area['title']}"
        for number, area in enumerate(form["areas"], 1)
    }


def _cells(number: str, area: str, activity: Form) -> dict[str, str]:
    lead = activity["lead"] or {"code": "", "authority": ""}
    return {
        ID: activity["id"],
        NUMBER: number,
        AREA: area,
        LEAD: lead["code"],
        AUTHORITY: lead["authority"] or "",
        CO_LEADS: ", ".join(state["code"] for state in activity["co_leads"]),
        MILESTONES: "\n".join(_milestone(item) for item in activity["milestones"]),
        INDICATORS: "\n".join(_indicator(item) for item in activity["indicators"]),
        REMOVE: "",
        **{name: activity[FIELDS[name]] or "" for name in (*_ONE_LINE, "begins", "ends")},
        **{name: activity[FIELDS[name]] for name in ("description", "budget note")},
        **{name: "\n".join(activity[name]) for name in _LINES},
        **{
            name: str(choices(activity[FIELDS[name]]).label) if activity[FIELDS[name]] else ""
            for name, choices in _CHOICES.items()
        },
    }


def _escaped(text: str, *, separator: str = "") -> str:
    """A text as part of a line; signs that mean something there get a backslash before them."""
    line = text.replace("\\", "\\\\").replace("\n", "\\n")
    return line.replace(separator, f"\\{separator}") if separator else line


def _milestone(item: Form) -> str:
    reached = _escaped(item["text"])
    if item["date"]:
        return f"{item['date']}: {reached}"
    # What begins like a date, and is none, is told by a colon before it.
    return f": {reached}" if _DATED.match(reached) else reached


def _indicator(item: Form) -> str:
    figures = [_escaped(item[name], separator="|") for name in parts.INDICATORS.boxes]
    while not figures[-1] and len(figures) > 1:
        figures.pop()
    return " | ".join(figures)


def csv(form: Form) -> bytes:
    """The activities as a CSV file."""
    names = [column.name for column in COLUMNS]
    return sheets.write_csv([names, *([row[name] for name in names] for row in cells(form))])


def xlsx(form: Form, known: Known) -> bytes:
    """The activities as a workbook that offers the values a cell may have."""
    offered: dict[str, tuple[tuple[str, str], ...]] = {
        name: tuple((str(label), str(label)) for label in choices.labels)
        for name, choices in _CHOICES.items()
    }
    offered[AREA] = tuple((name, name) for name in _areas(form).values())
    offered[LEAD] = tuple(
        (code, known.name(code)) for code in known.states if code in known.sitting
    )
    offered[REMOVE] = ((_YES, _YES),)
    return sheets.write_xlsx(
        [
            sheets.Form(
                name=column.name,
                about=str(column.about),
                width=column.width,
                choices=offered.get(column.name, ()),
                # An area may also be given by its number, and a lead by its name.
                strict=column.name not in (AREA, LEAD),
            )
            for column in COLUMNS
        ],
        cells(form, longest=sheets.MAX_CELL),
        sheet=_("Activities"),
        about=_("Columns"),
        notes=[str(note) for note in NOTES],
    )


NOTES = (
    gettext_lazy("Rows that are not in the table, and columns that are not, stay as they are."),
    gettext_lazy("New activities go to the end of their priority area, in the order of the rows."),
    gettext_lazy("Dates are text: nothing is added to a month or a year that stands alone."),
)


# In


@dataclass(frozen=True)
class Table:
    """A table somebody brings: its cells by column, with the number of each row in their file.

    digest: SHA-256, in hex, of the file. notes: what the person should know about its reading.
    """

    digest: str
    rows: tuple[tuple[int, dict[str, Cell]], ...]
    notes: tuple[str, ...] = ()

    def pack(self) -> bytes:
        """The table as few bytes, to keep while somebody looks at what it would change."""
        text = json.dumps([self.digest, self.rows, self.notes], separators=(",", ":"))
        return zlib.compress(text.encode())

    @classmethod
    def unpack(cls, packed: bytes) -> Table:
        digest, rows, notes = json.loads(zlib.decompress(packed))
        return cls(digest, tuple((number, row) for number, row in rows), tuple(notes))


def read(data: bytes) -> Table:
    """A table from the bytes of a file. Raises Unreadable with a sentence."""
    return recognise(sheets.read(data), hashlib.sha256(data).hexdigest())


def recognise(sheet: Sheet, digest: str) -> Table:
    """A sheet whose first row names the columns. Raises Unreadable."""
    if not sheet.rows:
        raise Unreadable(_("The table is empty."))
    known = {_key(column.name): column.name for column in COLUMNS}
    known |= {_key(alias): name for alias, name in _ALIASES.items()}
    headings = [(heading or "").strip() for heading in sheet.rows[0][1]]
    names = [known.get(_key(heading.replace("_", " "))) for heading in headings]
    if ID not in names and "title" not in names:
        raise Unreadable(_("The first row has to name the columns, among them “id” or “title”."))
    twice = [name for name, times in Counter(filter(None, names)).items() if times > 1]
    if twice:
        raise Unreadable(_("Two columns are called “%(name)s”.") % {"name": twice[0]})
    notes = list(sheet.notes)
    strange = [h for h, name in zip(headings, names, strict=True) if h and name is None]
    if strange:
        notes.append(
            _("These columns are not known and were left out: %(names)s.")
            % {"names": ", ".join(f"“{name[:60]}”" for name in strange[:10])}
        )
    if ID not in names:
        notes.append(_("There is no column “id”, so every row adds an activity."))
    rows = tuple(
        (
            number,
            {
                name: None if cell is None else _plain(cell)
                for name, cell in zip(names, found, strict=False)
                if name
            },
        )
        for number, found in sheet.rows[1:]
    )
    if not rows:
        raise Unreadable(_("The table has headings but no rows."))
    return Table(digest, rows, tuple(notes))


@dataclass(frozen=True)
class Problem:
    """Why a row is left out: its number in the file, the column, and a sentence."""

    row: int
    column: str
    sentence: str

    @property
    def words(self) -> str:
        return _("Row %(row)d, %(column)s: %(sentence)s") % {
            "row": self.row,
            "column": self.column,
            "sentence": self.sentence,
        }


@dataclass(frozen=True)
class Laid:
    """A table laid over a form: what the form would say then, and what keeps rows out of it.

    The counts are of activities; `unchanged` and `left_out` are of rows. twins: titles of new
    activities that the draft has already. touched: whether anything would differ.
    """

    form: Form
    changes: Changes
    unchanged: int
    left_out: tuple[int, ...]
    problems: tuple[Problem, ...]
    twins: tuple[str, ...]
    touched: bool

    @property
    def added(self) -> int:
        return len(self.changes.added)

    @property
    def changed(self) -> int:
        return len(self.changes.changed)

    @property
    def removed(self) -> int:
        return len(self.changes.removed)


def lay(table: Table, form: Form, known: Known) -> Laid:
    """What the rows of a table make of a form.

    Rows are matched by identity. A row with a problem is left out whole; the others are not
    hindered. Activities no row is about, and columns the table lacks, stay as they are.
    """
    there = {a["id"]: (area, a, number) for number, (area, a) in _numbered(form)}
    names = _areas(form)
    reader = _Reader(form, known)
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    placed: dict[str, tuple[str, Form]] = {}
    gone: set[str] = set()
    twins: list[str] = []
    titles = {_key(activity["title"]) for _area, activity, _number in there.values()}
    accepted = 0
    for number, row in table.rows:
        found = _Found(number)
        key = _identity(row.get(ID), table, number, form, known, there)
        if key in seen:
            found.problem(
                ID,
                _("row %(row)d is the same activity. Leave the cell empty to add one.")
                % {"row": seen[key]},
            )
        seen.setdefault(key, number)
        area, activity, printed = there.get(key, (None, None, ""))
        now = _cells(printed, names[area["id"]], activity) if area and activity else None
        going = reader.removes(row, found)
        if going and activity is None:
            found.problem(REMOVE, _("the draft has no such activity."))
        if not found.problems and not going:
            made = reader.activity(row, key, now, activity, found)
            home = reader.area(row, now, area, found)
            if not found.problems and home and activity is None and _key(made["title"]) in titles:
                twins.append(made["title"])
        if found.problems:
            problems += found.problems
            continue
        accepted += 1
        if going:
            gone.add(key)
        else:
            placed[key] = (home, made)
    after = _with(form, placed, gone)
    changes = comparison.changes(form, after)
    touched = sum(len(found) for found in (changes.added, changes.removed, changes.changed))
    return Laid(
        form=after,
        changes=changes,
        unchanged=accepted - touched,
        left_out=tuple(sorted({problem.row for problem in problems})),
        problems=tuple(problems),
        twins=tuple(twins),
        touched=after != form,
    )


def strangers(table: Table, form: Form) -> set[str]:
    """The identities that rows bring and no activity of the form has."""
    brought = {str(found) for _n, row in table.rows if (found := _uuid(row.get(ID)))}
    return brought - {activity["id"] for _number, activity in content.activities(form)}


def _identity(
    cell: Cell,
    table: Table,
    number: int,
    form: Form,
    known: Known,
    there: Mapping[str, Any],
) -> str:
    """Whose row it is.

    A new activity keeps an identity it brings, unless something else has that one. Otherwise it
    gets one that follows from the file, so that the same file sent twice adds it once.
    """
    found = str(_uuid(cell) or "")
    if found and (found in there or found not in known.taken):
        return found
    return str(uuid.uuid5(uuid.UUID(form["plan"]), f"{table.digest}:{number}"))


def _uuid(cell: Cell) -> uuid.UUID | None:
    try:
        return uuid.UUID(cell) if cell else None
    except ValueError:
        return None


def _with(form: Form, placed: Mapping[str, tuple[str, Form]], gone: set[str]) -> Form:
    """The form with its activities as the rows have them; who is new in an area stands last."""
    areas = []
    for area in form["areas"]:
        stays = []
        for activity in area["activities"]:
            home, made = placed.get(activity["id"], (area["id"], activity))
            if activity["id"] not in gone and home == area["id"]:
                stays.append(made)
        here = {activity["id"] for activity in area["activities"]}
        comes = [
            made for key, (home, made) in placed.items() if home == area["id"] and key not in here
        ]
        areas.append({**area, "activities": [*stays, *comes]})
    return {**form, "areas": areas}


@dataclass
class _Found:
    """The problems of one row."""

    row: int
    problems: list[Problem] = field(default_factory=list)

    def problem(self, column: str, sentence: str) -> None:
        self.problems.append(Problem(self.row, column, sentence))


class _Wrong(ValueError):
    """What is wrong with one cell."""


_YES = "yes"
_WORDS_OF_YES = frozenset({"yes", "y", "true", "1", "x"})
_WORDS_OF_NO = frozenset({"", "no", "n", "false", "0"})
_NEW: Form = {
    "kind": Activity.Kind.PROJECT.value,
    "title": "",
    "description": "",
    "lead": None,
    "co_leads": [],
    "partners": [],
    "mode": None,
    "place": "",
    "begins": None,
    "ends": None,
    "deliverables": [],
    "milestones": [],
    "indicators": [],
    "budget_note": "",
    "funding_source": "",
    "state": Activity.Stage.PLANNED.value,
    "sources": [],
}


class _Reader:
    """Reads the cells of a row that say something else than the form does."""

    def __init__(self, form: Form, known: Known) -> None:
        self.known = known
        self.areas: dict[str, str] = {}
        for number, area in enumerate(form["areas"], 1):
            self.areas[str(number)] = area["id"]
            self.areas[_key(f"{number}. {area['title']}")] = area["id"]
            self.areas[_key(f"{number} {area['title']}")] = area["id"]
        # A title stands for the first area that has it only where there is no other.
        alike = Counter(_key(area["title"]) for area in form["areas"])
        self.areas |= {
            _key(area["title"]): area["id"]
            for area in form["areas"]
            if alike[_key(area["title"])] == 1
        }

    def removes(self, row: Mapping[str, Cell], found: _Found) -> bool:
        said = _key(row.get(REMOVE, "") or "")
        if row.get(REMOVE, "") is None or said not in _WORDS_OF_YES | _WORDS_OF_NO:
            found.problem(REMOVE, _("write “yes” to remove the activity, or nothing."))
        return said in _WORDS_OF_YES

    def area(
        self,
        row: Mapping[str, Cell],
        now: Mapping[str, str] | None,
        home: Form | None,
        found: _Found,
    ) -> str:
        """The identity of the area an activity is to stand in."""
        said = row.get(AREA, "")
        if home is not None and (AREA not in row or _same(said, now, AREA)):
            return str(home["id"])
        if said is None:
            found.problem(AREA, _no_value())
            return ""
        if not said:
            found.problem(AREA, _("name the priority area of the activity."))
            return ""
        if _key(said) not in self.areas:
            found.problem(
                AREA, _("there is no priority area “%(area)s” in the draft.") % {"area": _cut(said)}
            )
        return self.areas.get(_key(said), "")

    def activity(
        self,
        row: Mapping[str, Cell],
        key: str,
        now: Mapping[str, str] | None,
        before: Form | None,
        found: _Found,
    ) -> Form:
        """The activity as the row has it."""
        made: Form = {**(before or _NEW), "id": key}
        touched: set[str] = set()

        def take(column: str, name: str, parse: Callable[[str], Any]) -> None:
            if column not in row or _same(row[column], now, column):
                return
            said = row[column]
            touched.add(column)
            try:
                if said is None:
                    raise _Wrong(_no_value())
                made[name] = parse(said)
            except _Wrong as wrong:
                found.problem(column, str(wrong))

        for column in _CHOICES:
            take(column, FIELDS[column], partial(self._choice, column, new=now is None))
        for column in _ONE_LINE:
            take(column, FIELDS[column], _line)
        for column in ("description", "budget note"):
            take(column, FIELDS[column], _text)
        for column in _LINES:
            take(column, FIELDS[column], _lines)
        for column in ("begins", "ends"):
            take(column, FIELDS[column], _date)
        take(CO_LEADS, "co_leads", self._co_leads)
        for pieces, line in (parts.MILESTONES, _step), (parts.INDICATORS, _figures):
            # The column is called as the canonical form calls them.
            take(pieces.held, pieces.held, partial(_pieces, pieces, line, key, made[pieces.held]))
        self._lead(row, now, made, touched, found)
        if before is None:
            touched |= {"title"}
        if not found.problems:
            self._check(made, touched, found)
        return made

    def _choice(self, column: str, said: str, *, new: bool) -> str | None:
        if not said and (new or column == "mode"):
            default: str | None = _NEW[FIELDS[column]]
            return default
        values = _values(column, get_language() or "en")
        if _key(said) not in values:
            raise _Wrong(
                _("“%(value)s” is none of these: %(allowed)s.")
                % {
                    "value": _cut(said),
                    "allowed": ", ".join(str(label) for label in _CHOICES[column].labels),
                }
            )
        return values[_key(said)]

    def _state(self, said: str, *, kept: Iterable[str]) -> dict[str, str]:
        code = self.known.codes.get(_key(said))
        if code is None:
            raise _Wrong(_("there is no state “%(state)s”.") % {"state": _cut(said)})
        if code not in self.known.sitting and code not in kept:
            raise _Wrong(
                _("%(state)s is neither a member nor invited.") % {"state": self.known.name(code)}
            )
        return {"code": code, "name": self.known.name(code)}

    def _co_leads(self, said: str) -> list[dict[str, str]]:
        named = [part.strip() for part in re.split(r"[,;\n]", said) if part.strip()]
        found = {state["code"]: state for state in (self._state(n, kept=()) for n in named)}
        return [found[code] for code in self.known.states if code in found]

    def _lead(
        self,
        row: Mapping[str, Cell],
        now: Mapping[str, str] | None,
        made: Form,
        touched: set[str],
        found: _Found,
    ) -> None:
        """The lead state and its authority, which go together: another state has another one."""
        lead = made["lead"]
        new_lead = LEAD in row and not _same(row[LEAD], now, LEAD)
        named = row.get(AUTHORITY, "")
        new_authority = AUTHORITY in row and not _same(named, now, AUTHORITY)
        if new_lead:
            touched.add(LEAD)
            said = row[LEAD]
            try:
                if said is None:
                    raise _Wrong(_no_value())
                state = self._state(said, kept=()) if said else None
            except _Wrong as wrong:
                found.problem(LEAD, str(wrong))
                return
            lead = {**state, "authority": None} if state else None
        if (new_lead or new_authority) and AUTHORITY in row:
            touched.add(AUTHORITY)
            try:
                authority = self._authority(named, lead)
            except _Wrong as wrong:
                found.problem(AUTHORITY, str(wrong))
                return
            lead = {**lead, "authority": authority} if lead else None
        made["lead"] = lead

    def _authority(self, said: Cell, lead: Form | None) -> str | None:
        if said is None:
            raise _Wrong(_no_value())
        if not said:
            return None
        if lead is None:
            raise _Wrong(_("“%(name)s” has no lead state beside it.") % {"name": _cut(said)})
        names = {_key(name): name for name in self.known.authorities.get(lead["code"], ())}
        if _key(said) not in names:
            raise _Wrong(
                _("“%(name)s” is not on record as an authority of %(state)s.")
                % {"name": _cut(said), "state": lead["name"]}
            )
        return names[_key(said)]

    def _check(self, made: Form, touched: set[str], found: _Found) -> None:
        """What only the whole row can tell, of the cells that say something new."""
        if "title" in touched and not made["title"]:
            found.problem("title", _("write a title."))
        if touched & {"begins", "ends"}:
            begins, ends = (PartialDate.parse(d) if (d := made[k]) else None for k in _DATES)
            if begins and ends and ends.last < begins.first:
                found.problem(
                    "ends" if "ends" in touched else "begins",
                    _("the end, %(ends)s, lies before the beginning, %(begins)s.")
                    % {"ends": ends, "begins": begins},
                )
        lead = made["lead"]
        leads_twice = lead and any(state["code"] == lead["code"] for state in made["co_leads"])
        if touched & {LEAD, CO_LEADS} and leads_twice:
            found.problem(
                CO_LEADS if CO_LEADS in touched else LEAD,
                _("%(state)s leads already; it is not a co-lead too.") % {"state": lead["name"]},
            )
        for column, name in FIELDS.items():
            if column in touched:
                for sentence in _beyond(name, made[name]):
                    found.problem(column, sentence)


_DATES = ("begins", "ends")
_MISSING = {
    MILESTONES: gettext_lazy("a milestone has to say what is reached."),
    INDICATORS: gettext_lazy("an indicator has to say what is measured."),
}


def _beyond(name: str, value: Any) -> Iterator[str]:
    """What the canonical form cannot hold of a field."""
    for error in _limits(name).iter_errors(value):
        if error.validator == "maxLength":
            yield _("this is longer than %(most)d characters.") % {"most": error.validator_value}
        elif error.validator == "maxItems":
            yield _("these are more than %(most)d.") % {"most": error.validator_value}
        elif error.validator == "minLength" and name in _MISSING:
            yield str(_MISSING[name])
    for text in _strings(value):
        bad = next((c for c in text if unicodedata.category(c) in ("Cc", "Cs") and c != "\n"), None)
        if bad:
            yield _("there is an invisible control character (U+%(code)04X).") % {"code": ord(bad)}
            return


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)


@cache
def _limits(name: str) -> Draft202012Validator:
    schema = content.schema()
    rules = schema["$defs"]["activity"]["properties"][name]
    return Draft202012Validator({**rules, "$defs": schema["$defs"]})


@cache
def _values(column: str, language: str) -> dict[str, str]:
    """What may stand in a cell for each value: its code, or its words, in English too."""
    choices = _CHOICES[column]
    found: dict[str, str] = {}
    for spoken in ("en", language):
        with override(spoken):
            found |= {_key(str(choice.label)): choice.value for choice in choices}
    return found | {_key(choice.value.replace("_", " ")): choice.value for choice in choices}


def _same(said: Cell, now: Mapping[str, str] | None, column: str) -> bool:
    """Whether a cell says what the draft does, in a table of either kind."""
    if now is None or said is None:
        return False
    there = _plain(now[column])
    return said == there or said == _plain(_shown(there, sheets.MAX_CELL))


def _plain(text: str) -> str:
    """A text as the draft keeps it: NFC, with line feeds, nothing around it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", text).strip()


def _key(text: str) -> str:
    """A word as it is compared: without regard to case, hyphens and spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).replace("_", " ").split()).casefold()


def _no_value() -> str:
    return _("the cell holds a formula or an error. Put its text there.")


def _cut(text: str) -> str:
    """A cell's text in a sentence."""
    text = " ".join(text.split())
    return text if len(text) <= 80 else f"{text[:79]}…"


def _text(said: str) -> str:
    return said.replace("\t", " ")


def _line(said: str) -> str:
    return " ".join(said.split())


def _lines(said: str) -> list[str]:
    return [line.strip() for line in _text(said).splitlines() if line.strip()]


_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")


def _date(said: str) -> str | None:
    """A date as ISO text; also 11.03.2027, which some spreadsheets make of it."""
    if not said:
        return None
    if dotted := _DOTTED.fullmatch(said):
        day, month, year = dotted.groups()
        iso = f"{year}-{month:0>2}-{day:0>2}"
    else:
        iso = said
    try:
        return PartialDate.parse(iso).iso
    except ValueError as error:
        raise _Wrong(
            _("“%(value)s” is not a day, a month or a year such as 2027-03-11, 2027-03 or 2027.")
            % {"value": _cut(said)}
        ) from error


# What a piece says, box by box, as the canonical form has it.
Said = list[str | None]


def _pieces(
    pieces: parts.Pieces,
    read_line: Callable[[str], Said],
    activity: str,
    before: list[Form],
    said: str,
) -> list[Form]:
    """The pieces of a cell, each as the one it was before where that can be told."""
    rows = [read_line(line) for line in _text(said).splitlines() if line.strip()]
    left = list(before)
    first = pieces.boxes[0]
    keys: list[str | None] = [None] * len(rows)

    def match(alike: Callable[[Form, Said], bool]) -> None:
        for place, row in enumerate(rows):
            if keys[place] is None:
                found = next((item for item in left if alike(item, row)), None)
                if found is not None:
                    keys[place] = found["id"]
                    left.remove(found)

    match(lambda item, row: [item[name] for name in pieces.boxes] == row)
    match(lambda item, row: bool(item[first] == row[0]))
    if len(rows) == len(before):
        # None came and none went: one that is called otherwise is the one it was.
        match(lambda _item, _row: True)
    # A new one gets an identity that follows from its place, as a new activity does.
    used = {item["id"] for item in before}
    for place, row in enumerate(rows):
        salt = 0
        while keys[place] is None:
            name = f"{pieces.name}:{place}:{salt}:{' | '.join(text or '' for text in row)}"
            made = str(uuid.uuid5(uuid.UUID(activity), name))
            keys[place], salt = (None if made in used else made), salt + 1
    return [
        {"id": key, **dict(zip(pieces.boxes, row, strict=True))}
        for key, row in zip(keys, rows, strict=True)
    ]


_ESCAPES = {"|": "|", "\\": "\\", "n": "\n"}


def _unescaped(line: str, *, separator: str = "") -> list[str]:
    """What stands between the separators of a line, its backslashes read."""
    found = [""]
    signs = iter(line)
    for sign in signs:
        if sign == separator:
            found.append("")
        elif sign == "\\":
            after = next(signs, "")
            found[-1] += _ESCAPES.get(after, f"\\{after}")
        else:
            found[-1] += sign
    return [text.strip() for text in found]


# A colon of either width ends the date of a milestone; what stands before it has no letters.
_DATED = re.compile(r"\s*([\d./-]*)\s*[:：]")


def _step(line: str) -> Said:
    found = _DATED.match(line)
    if not found:
        return [_unescaped(line)[0], None]
    try:
        date = _date(found[1])
    except _Wrong as wrong:
        raise _Wrong(
            _("%(sentence)s If no date is meant, write a colon before the line.")
            % {"sentence": wrong}
        ) from wrong
    return [_unescaped(line[found.end() :])[0], date]


def _figures(line: str) -> Said:
    figures, most = _unescaped(line, separator="|"), len(parts.INDICATORS.boxes)
    while len(figures) > most and not figures[-1]:
        figures.pop()
    if len(figures) > most:
        raise _Wrong(
            _("“%(line)s” has more than four parts: what is measured | unit | baseline | target.")
            % {"line": _cut(line)}
        )
    return [*figures, *[""] * (most - len(figures))]
