"""Load the facts of the institution from a file in the documented form."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, models, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.models import Body, Meeting
from meetings.operations import free_slug
from secretariat import institution, presidencies
from secretariat.models import Authority, Membership, Milestone, Presidency, State
from secretariat.models.states import Dated

Entry = institution.Entry
Counts = Counter[str]


class Command(BaseCommand):
    help = (
        "Load states, memberships, presidencies, authorities, bodies, meetings and milestones "
        "from a file (default: the one shipped with the project). May be repeated."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=institution.SHIPPED)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            form = institution.read(path.read_text(encoding="utf-8"))
            counts = load(form)
        except OSError as error:
            raise CommandError(
                _("%(file)s cannot be read: %(reason)s.")
                % {"file": path, "reason": error.strerror or error}
            ) from error
        except UnicodeDecodeError as error:
            raise CommandError(_("%(file)s is not written in UTF-8.") % {"file": path}) from error
        except institution.InvalidInstitution as error:
            raise CommandError(
                _("%(file)s was not loaded; nothing was changed.") % {"file": path}
                + "".join(f"\n  {problem}" for problem in error.problems)
            ) from error
        except DatabaseError as error:
            raise CommandError(
                _("%(file)s contradicts the records; nothing was changed: %(why)s")
                % {"file": path, "why": str(error).strip()}
            ) from error
        self.stdout.write(
            _("Institution loaded: %(added)d added, %(changed)d changed, %(same)d as before.")
            % {key: counts[key] for key in ("added", "changed", "same")}
        )


@transaction.atomic
def load(form: Entry) -> Counts:
    """Bring the records up to date with a checked file; says how many entries that touched.

    What the file does not mention stays as it is: a record is corrected, never dropped.
    """
    counts: Counts = Counter()
    states = {entry["code"]: _state(entry, counts) for entry in form["states"]}
    _presidencies(form["presidencies"], states, counts)
    _memberships(form["memberships"], states, counts)
    _authorities(form["authorities"], states, counts)
    bodies = {}
    for entry in form["bodies"]:
        body = Body.objects.filter(code=entry["code"]).first() or Body(code=entry["code"])
        bodies[entry["code"]] = body
        _keep(body, {"name": entry["name"], "level": entry["level"]}, counts)
    for entry in form["meetings"]:
        _meeting(entry, bodies[entry["body"]], states, counts)
    for entry in form["milestones"]:
        key = {"on": entry["date"], "title": entry["title"]}
        milestone = Milestone.objects.filter(**key).first() or Milestone(**key)
        _keep(milestone, _sourced(entry), counts)
    return counts


def _keep(row: models.Model, values: dict[str, Any], counts: Counts) -> bool:
    """Give a row these values; False if it had them already."""
    differing = [name for name, value in values.items() if getattr(row, name) != value]
    if row.pk is not None and not differing:
        counts["same"] += 1
        return False
    counts["changed" if row.pk else "added"] += 1
    for name in differing:
        setattr(row, name, values[name])
    row.save()
    return True


def _sourced(entry: Entry) -> dict[str, Any]:
    note = entry.get("note", "")
    weak = entry.get("unverified_fields") or []
    if weak:
        fields = ", ".join(field.replace("_", " ") for field in weak)
        note = " ".join(filter(None, [note, f"Not verified: {fields}."]))
    return {
        "source": entry["source"],
        "unverified": entry["unverified"] or bool(weak),
        "note": note,
    }


def _dated(entry: Entry) -> dict[str, Any]:
    since, until = entry["from"], entry.get("until")
    # PostgreSQL writes an open beginning as exclusive; written alike, the two compare equal.
    bounds = "[)" if since else "()"
    return {
        "period": DateRange(institution.first_day(since), institution.first_day(until), bounds),
        "since": institution.PartialDate.parse(since) if since else None,
        "until": institution.PartialDate.parse(until) if until else None,
    }


def _state(entry: Entry, counts: Counts) -> State:
    state = State.objects.filter(code=entry["code"]).first() or State(code=entry["code"])
    values = {
        "code3": entry.get("code3", ""),
        "nature": entry.get("nature", State.Nature.STATE),
        "name": entry["name"],
        "official_name": entry.get("official_name", ""),
        "names": entry.get("names", {}),
        "native_names": entry.get("native_names", []),
        "languages": entry.get("languages", []),
        "protocol_order": entry.get("order", {}).get(institution.PROTOCOL_ORDER, 999),
        "time_zone": entry.get("time_zone", ""),
        # What the file leaves out is not on record, and nobody's weekend is taken for granted.
        "weekend": entry.get("weekend", []),
        "holidays": entry.get("holidays", ""),
    }
    _keep(state, {**values, **_sourced(entry)}, counts)
    return state


def _step_aside(pairs: Iterable[tuple[Dated, dict[str, Any]]]) -> None:
    """Move intervals that are about to change out of one another's way.

    A boundary that two intervals share moves for both; set one after the other they would overlap
    for a moment, which the database refuses even inside a transaction. They wait in the far past,
    since many an interval has no end.
    """
    moving = [row for row, values in pairs if row.pk and row.period != values["period"]]
    for number, row in enumerate(moving, start=1):
        type(row)._default_manager.filter(pk=row.pk).update(
            period=DateRange(date(number, 1, 1), date(number + 1, 1, 1))
        )


def _presidencies(entries: list[Entry], states: dict[str, State], counts: Counts) -> None:
    """Bring the table up to date, by the acts that keep the reason of every change."""
    rows = _by_year(entries, states)
    sources = [_sourced(entry) for entry in entries]
    reasons = [facts["note"] or facts["source"] for facts in sources]
    known = [number for number, row in enumerate(rows) if row.pk]
    today = timezone.now().date()
    try:
        changed = presidencies.revise(
            {
                rows[n]: presidencies.Term(states[entries[n]["state"]], **_dated(entries[n]))
                for n in known
            },
            reasons={rows[n]: reasons[n] for n in known},
            by=None,
            on=today,
        )
        for row, reason, facts in zip(rows, reasons, sources, strict=True):
            if row.pk is None:
                for name, value in facts.items():
                    setattr(row, name, value)
                presidencies.add(row, reason=reason, by=None)
                counts["added"] += 1
    except presidencies.CannotChange as refusal:
        number = rows.index(refusal.presidency) + 1
        raise institution.InvalidInstitution([f"presidencies[{number}]: {refusal}"]) from refusal
    for n in known:
        if rows[n] in changed:
            rows[n].refresh_from_db()
        if not _keep(rows[n], sources[n], counts) and rows[n] in changed:
            counts["same"] -= 1
            counts["changed"] += 1


def _by_year(entries: list[Entry], states: dict[str, State]) -> list[Presidency]:
    """The row of each entry: of its state and year, else of its year, else a new one."""
    waiting = list(Presidency.objects.select_related("state").order_by("period"))
    found: dict[int, Presidency] = {}
    for same_state in (True, False):
        for n, entry in enumerate(entries):
            if n in found:
                continue
            for row in waiting:
                if row.year == entry["year"] and (row.state.code == entry["state"]) >= same_state:
                    found[n] = row
                    waiting.remove(row)
                    break
    return [
        found.get(n)
        or Presidency(state=states[entry["state"]], year=entry["year"], **_dated(entry))
        for n, entry in enumerate(entries)
    ]


def _nth(rows: Iterable[Any], entries: list[Entry], key: Any) -> list[tuple[Any, Entry]]:
    """Each entry with the row it was loaded into before: the first of its key to the first, …"""
    waiting: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        waiting[key(row)].append(row)
    ordered = sorted(entries, key=lambda e: institution.first_day(e["from"]) or date.min)
    found = []
    for entry in ordered:
        known = waiting[key(entry)]
        found.append((known.pop(0) if known else None, entry))
    return found


def _memberships(entries: list[Entry], states: dict[str, State], counts: Counts) -> None:
    def key(item: Any) -> tuple[str, str]:
        if isinstance(item, Membership):
            return item.state.code, item.status
        return item["state"], item["status"]

    rows = Membership.objects.select_related("state").order_by("period")
    pairs = []
    for row, entry in _nth(rows, entries, key):
        row = row or Membership(state=states[entry["state"]], status=entry["status"])
        pairs.append((row, {**_dated(entry), **_sourced(entry)}))
    _step_aside(pairs)
    for row, values in pairs:
        _keep(row, values, counts)


def _authorities(entries: list[Entry], states: dict[str, State], counts: Counts) -> None:
    def key(item: Any) -> tuple[str, str]:
        if isinstance(item, Authority):
            return item.state.code, item.name
        return item["state"], item["name"]

    rows = Authority.objects.select_related("state").order_by("period")
    known = {id(entry): row for row, entry in _nth(rows, entries, key)}
    # What another goes on in lasts longer than that, so it is on record before it is referred to.
    lasting = sorted(
        entries, key=lambda e: institution.first_day(e.get("until")) or date.max, reverse=True
    )
    for entry in lasting:
        row = known[id(entry)] or Authority(state=states[entry["state"]], name=entry["name"])
        known[id(entry)] = row
        values = {
            "native_name": entry.get("native_name", ""),
            "leads": not entry.get("co_authority", False),
        }
        if after := institution.continuation(entry, entries):
            values["continued_by_id"] = known[id(after)].pk
        _keep(row, {**values, **_dated(entry), **_sourced(entry)}, counts)


def _meeting(entry: Entry, body: Body, states: dict[str, State], counts: Counts) -> None:
    known = Meeting.objects.filter(body=body, is_example=False)
    if entry.get("number"):
        row = known.filter(number=entry["number"]).first()
    else:
        row = known.filter(
            year=entry["year"],
            number=None,
            number_in_year=entry.get("number_in_year"),
            begins=entry.get("begins"),
        ).first()
    if row and row.convened:
        # What the presidency convened here is the better record of its own meeting.
        counts["same"] += 1
        return
    begins, ends = entry.get("begins"), entry.get("ends")
    values = {
        "year": entry["year"],
        "number": entry.get("number"),
        "number_in_year": entry.get("number_in_year"),
        "title": entry.get("title", ""),
        "begins": institution.PartialDate.parse(begins) if begins else None,
        "ends": institution.PartialDate.parse(ends) if ends else None,
        "mode": entry.get("mode") or "",
        "place": entry.get("place", ""),
        "time_zone": entry.get("time_zone") or "",
        "status": entry["status"],
        "host": states[entry["chair"]] if entry.get("chair") else None,
        "outcome": entry.get("outcome", ""),
        **_sourced(entry),
    }
    if row is None:
        row = Meeting(body=body, slug=free_slug(body, entry["year"]))
    else:
        # Calendars that subscribed take a change only with a higher sequence number.
        differs = any(getattr(row, name) != value for name, value in values.items())
        row.sequence += differs
    _keep(row, values, counts)
