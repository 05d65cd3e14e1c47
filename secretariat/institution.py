"""The facts of the institution as a file: reading it, and saying what is wrong with it.

The form is described by the JSON Schema beside the shipped file (secretariat/data). No database,
no clock. Whoever loads the file puts its sections into the rooms they belong to.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from secretariat import deadlines
from secretariat.dates import PartialDate

FORM = "partnir-institution/1"
SHIPPED = Path(__file__).parent / "data" / "institution.json"
SCHEMA = Path(__file__).parent / "data" / "institution.schema.json"
PROTOCOL_ORDER = "founders_then_english_alphabet"
MOST_PROBLEMS = 20

Entry = dict[str, Any]
Placed = Iterable[tuple[str, Entry]]


class InvalidInstitution(ValueError):
    """A file that cannot be loaded; `problems` says where and why, a sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema of the form."""
    found: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return found


def read(text: str) -> dict[str, Any]:
    """The checked content of a file.

    Raises InvalidInstitution with every problem found (at most twenty), each naming its place
    with entries counted from 1.
    """
    try:
        form = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise InvalidInstitution(
            [_("This is not JSON: %(reason)s.") % {"reason": error}]
        ) from error
    found = sorted(
        Draft202012Validator(schema()).iter_errors(form),
        key=lambda error: [str(step) for step in error.absolute_path],
    )
    problems = [_sentence(error) for error in found[:MOST_PROBLEMS]]
    if not problems:
        problems = list(_broken_rules(form))[:MOST_PROBLEMS]
    if problems:
        raise InvalidInstitution(problems)
    checked: dict[str, Any] = form
    return checked


def first_day(partial: str | None) -> date | None:
    """The day an interval begins or ends on when its record stops at a month or a year."""
    return PartialDate.parse(partial).first if partial else None


def _sentence(error: ValidationError) -> str:
    where = _place(error.absolute_path) or _("The whole file")
    if error.validator == "required":
        missing = next(key for key in error.validator_value if key not in error.instance)
        return _("%(where)s: “%(key)s” is missing.") % {"where": where, "key": missing}
    if error.validator == "additionalProperties":
        known = error.schema["properties"]
        extra = sorted(key for key in error.instance if key not in known)
        return _("%(where)s: “%(key)s” does not belong here.") % {"where": where, "key": extra[0]}
    if error.validator == "enum":
        allowed = ", ".join(str(item) for item in error.validator_value if item is not None)
        return _("%(where)s: “%(value)s” is none of %(allowed)s.") % {
            "where": where,
            "value": error.instance,
            "allowed": allowed,
        }
    if error.validator == "pattern":
        return _("%(where)s: “%(value)s” is not written as it should be (%(form)s).") % {
            "where": where,
            "value": error.instance,
            "form": error.schema.get("description") or error.validator_value,
        }
    reason = error.message if len(error.message) < 200 else error.message[:197] + "…"
    return f"{where}: {reason}."


def _place(path: Iterable[Any]) -> str:
    steps: list[str] = []
    for step in path:
        if isinstance(step, int):
            steps[-1] += f"[{step + 1}]"
        else:
            steps.append(str(step))
    return ".".join(steps)


def _entries(form: Entry, section: str) -> list[tuple[str, Entry]]:
    return [(f"{section}[{n}]", entry) for n, entry in enumerate(form[section], 1)]


def _broken_rules(form: Entry) -> Iterator[str]:
    dates = list(_bad_dates(form))
    yield from dates
    if dates:
        return
    yield from _repeated(form)
    yield from _unknown_references(form)
    yield from _bad_zones(form)
    yield from _unknown_holidays(form)
    for section in ("memberships", "presidencies", "authorities"):
        yield from _empty_intervals(_entries(form, section))
    yield from _broken_successions(form)
    by_state: dict[str, list[tuple[str, Entry]]] = defaultdict(list)
    for where, membership in _entries(form, "memberships"):
        by_state[membership["state"]].append((where, membership))
    for placed in by_state.values():
        yield from _overlaps(placed, _("a state belongs in one way at a time"))
    yield from _overlaps(_entries(form, "presidencies"), _("one state presides at a time"))
    yield from _organisations_as_members(form)
    for where, meeting in _entries(form, "meetings"):
        begins, ends = meeting.get("begins"), meeting.get("ends")
        if begins and ends and PartialDate.parse(ends).last < PartialDate.parse(begins).first:
            yield _("%(where)s: it ends (%(ends)s) before it begins (%(begins)s).") % {
                "where": where,
                "ends": ends,
                "begins": begins,
            }


def _bad_dates(form: Entry) -> Iterator[str]:
    fields = {
        "memberships": ("from", "until"),
        "presidencies": ("from", "until"),
        "authorities": ("from", "until"),
        "meetings": ("begins", "ends"),
        "milestones": ("date",),
    }
    for section, keys in fields.items():
        for where, entry in _entries(form, section):
            for key in keys:
                try:
                    first_day(entry.get(key))
                except ValueError as error:
                    yield f"{where}.{key}: {error}."


def continuation(entry: Entry, authorities: Iterable[Entry]) -> Entry | None:
    """The authority in which another goes on: of that name and state, and there once it ends.

    Of several records of the name the earliest that lasts beyond the end.
    """
    until = first_day(entry.get("until"))
    if until is None:
        return None
    later = [
        other
        for other in authorities
        if (other["state"], other["name"]) == (entry["state"], entry.get("continued_by"))
        and until < (first_day(other.get("until")) or date.max)
    ]
    return min(later, key=lambda other: first_day(other["from"]) or date.min, default=None)


def natural_key(section: str, entry: Entry) -> tuple[Any, ...] | None:
    """What an entry is known by in its section; None where several may be alike."""
    if section in ("states", "bodies"):
        return (entry["code"],)
    if section == "presidencies":
        return (entry["state"], entry["year"])
    if section == "milestones":
        return (entry["date"], entry["title"])
    if section == "meetings":
        if entry.get("number"):
            return (entry["body"], "number", entry["number"])
        return (entry["body"], entry["year"], entry.get("number_in_year"), entry.get("begins"))
    return None


def _repeated(form: Entry) -> Iterator[str]:
    for section in ("states", "bodies", "presidencies", "meetings", "milestones"):
        seen: dict[tuple[Any, ...], str] = {}
        for where, entry in _entries(form, section):
            key = natural_key(section, entry)
            assert key is not None
            if key in seen:
                yield _("%(where)s: %(other)s is the same.") % {"where": where, "other": seen[key]}
            seen[key] = where


def _unknown_references(form: Entry) -> Iterator[str]:
    states = {state["code"] for state in form["states"]}
    bodies = {body["code"] for body in form["bodies"]}
    for section in ("memberships", "presidencies", "authorities"):
        for where, entry in _entries(form, section):
            if entry["state"] not in states:
                yield _unknown_state(f"{where}.state", entry["state"])
    for where, meeting in _entries(form, "meetings"):
        if meeting["body"] not in bodies:
            yield _("%(where)s.body: there is no body “%(code)s” in this file.") % {
                "where": where,
                "code": meeting["body"],
            }
        if meeting.get("chair") and meeting["chair"] not in states:
            yield _unknown_state(f"{where}.chair", meeting["chair"])


def _broken_successions(form: Entry) -> Iterator[str]:
    """An authority goes on in one of its state that is there when it has ended."""
    for where, authority in _entries(form, "authorities"):
        if "continued_by" not in authority:
            continue
        if not authority.get("until"):
            yield _("%(where)s.continued_by: it has no end on record.") % {"where": where}
        elif continuation(authority, form["authorities"]) is None:
            yield _(
                "%(where)s.continued_by: this file has no authority “%(name)s” of the same state "
                "after %(until)s."
            ) % {
                "where": where,
                "name": authority["continued_by"],
                "until": authority["until"],
            }


def _unknown_state(where: str, code: str) -> str:
    return _("%(where)s: there is no state “%(code)s” in this file.") % {
        "where": where,
        "code": code,
    }


def _bad_zones(form: Entry) -> Iterator[str]:
    for section in ("states", "meetings"):
        for where, entry in _entries(form, section):
            zone = entry.get("time_zone")
            if not zone:
                continue
            try:
                ZoneInfo(zone)
            except (KeyError, ValueError, OSError):
                yield _("%(where)s.time_zone: “%(zone)s” is not a time zone.") % {
                    "where": where,
                    "zone": zone,
                }


def _unknown_holidays(form: Entry) -> Iterator[str]:
    for where, state in _entries(form, "states"):
        country = state.get("holidays")
        if country and not deadlines.knows(country):
            yield _("%(where)s.holidays: the holidays of “%(code)s” are not known.") % {
                "where": where,
                "code": country,
            }


def _empty_intervals(placed: Placed) -> Iterator[str]:
    for where, entry in placed:
        begins, ends = first_day(entry["from"]), first_day(entry.get("until"))
        if begins and ends and ends <= begins:
            yield _("%(where)s.until: %(until)s is not after %(begins)s.") % {
                "where": where,
                "until": entry["until"],
                "begins": entry["from"],
            }


def _overlaps(placed: Placed, rule: str) -> Iterator[str]:
    ordered = sorted(placed, key=lambda item: first_day(item[1]["from"]) or date.min)
    for (earlier, one), (later, two) in pairwise(ordered):
        ends, begins = first_day(one.get("until")), first_day(two["from"])
        if ends is None or begins is None or begins < ends:
            yield _("%(where)s: it overlaps with %(other)s, and %(rule)s.") % {
                "where": later,
                "other": earlier,
                "rule": rule,
            }


def _organisations_as_members(form: Entry) -> Iterator[str]:
    organisations = {s["code"] for s in form["states"] if s.get("nature") == "organisation"}
    for where, membership in _entries(form, "memberships"):
        if membership["state"] in organisations and membership["status"] != "observer":
            yield _("%(where)s.status: an organisation can only be an observer.") % {"where": where}
