"""The canonical form of a work plan: read it, write it, digest it.

The same form is what a revision freezes, what import and export exchange, and what lies inside
the PDF. Its shape is the JSON Schema beside this module. No database, no clock.

A frozen text stays in the form it was written in, to the byte. Whoever works with what it says
reads it in the newest form.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from secretariat.dates import PartialDate
from workplans import prose

FIRST, FORM = "partnir-work-plan/1", "partnir-work-plan/2"
# Every form a text may be written in, with the schema that describes it.
SCHEMAS = {
    FIRST: Path(__file__).parent / "schema" / "work-plan-1.json",
    FORM: Path(__file__).parent / "schema" / "work-plan-2.json",
}

Form = dict[str, Any]


class InvalidPlan(ValueError):
    """A text that is no work plan; `problems` says where and why, a sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@cache
def schema(form: str = FORM) -> dict[str, Any]:
    """The JSON Schema of a form, by the form's name."""
    found: dict[str, Any] = json.loads(SCHEMAS[form].read_text(encoding="utf-8"))
    return found


def number_of(form: str) -> int:
    """Which of the forms this is: 2 of "partnir-work-plan/2"."""
    return int(form.rpartition("/")[2])


def dump(form: Form) -> str:
    """The canonical text of a form: sorted keys, NFC, nothing insignificant.

    The same form gives the same text anywhere. ValueError for a float or a key that is not ASCII,
    since other writers of canonical JSON would put those differently.
    """
    return json.dumps(
        _canonical(form), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def _canonical(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, float):
        raise ValueError("a canonical form holds no floating-point number")
    if isinstance(value, dict):
        for key in value:
            if not (isinstance(key, str) and key.isascii()):
                raise ValueError(f"a canonical form has no key {key!r}")
        return {key: _canonical(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_canonical(item) for item in value]
    return value


def load(text: str) -> Form:
    """What a text known to be canonical says, in the newest form. Unchecked."""
    return upgraded(load_as_written(text))


def load_as_written(text: str) -> Form:
    """A text known to be canonical, in the form it was written in. Unchecked."""
    form: Form = json.loads(text)
    return form


def digest(text: str, form: str | None = None) -> str:
    """SHA-256, in hex, that names a canonical text; the form's name keeps other uses apart.

    form: None for the form the text itself says it is written in.
    """
    name = form or load_as_written(text)["form"]
    return hashlib.sha256(f"{name}\n{text}".encode()).hexdigest()


# Older forms


def upgraded(form: Form) -> Form:
    """The same plan in the newest form; the one given is not touched.

    This and the functions below are all that knows how form 1 said things otherwise.
    """
    if form["form"] == FORM:
        return form
    return {
        **form,
        "form": FORM,
        "preamble": prose.escaped(form["preamble"]),
        "areas": [_area_of_1(area) for area in form["areas"]],
        "working_groups": [_text_of_1(group) for group in form["working_groups"]],
        "annexes": [_text_of_1(annex) for annex in form["annexes"]],
    }


def upgraded_part(kind: str, part: Form, form: str) -> Form:
    """The same of a part that was kept alone. kind: area, activity or text; form: written in."""
    if form == FORM or kind not in _PARTS_OF_1:
        return part
    return _PARTS_OF_1[kind](part)


def _with_prose(part: Form, name: str) -> Form:
    """The texts of form 1 are plain: what looks like a sign in them is none."""
    return {**part, name: prose.escaped(part[name])}


def _area_of_1(area: Form) -> Form:
    return {
        **area,
        "objectives": [_text_of_1(objective) for objective in area["objectives"]],
        "activities": [_activity_of_1(activity) for activity in area["activities"]],
    }


def _activity_of_1(activity: Form) -> Form:
    """Form 1 knew no milestones."""
    return {**_with_prose(activity, "description"), "milestones": []}


def _text_of_1(block: Form) -> Form:
    return _with_prose(block, "text")


# The parts of form 1 that form 2 says otherwise.
_PARTS_OF_1: dict[str, Callable[[Form], Form]] = {
    "area": _area_of_1,
    "activity": _activity_of_1,
    "text": _text_of_1,
}


# What somebody sends


def read(text: str) -> Form:
    """What a text somebody sends says, in the newest form: checked as `read_as_written` does."""
    return upgraded(read_as_written(text))


def read_as_written(text: str) -> Form:
    """A form from text somebody sends: checked against its schema and the rules, in NFC.

    Raises InvalidPlan with every problem found (at most twenty), each naming its place.
    """
    try:
        form = json.loads(text, parse_float=_no_float, object_pairs_hook=_no_twin_keys)
    except json.JSONDecodeError as error:
        raise InvalidPlan(
            [
                _("Line %(line)d, column %(column)d: this is not JSON (%(reason)s).")
                % {"line": error.lineno, "column": error.colno, "reason": error.msg}
            ]
        ) from error
    except (ValueError, RecursionError) as error:
        problem = _("This is not JSON of a work plan: %(reason)s.") % {"reason": error}
        raise InvalidPlan([problem]) from error
    check(form)
    checked: Form = _canonical(form)
    return checked


def _no_float(number: str) -> Any:
    raise ValueError(_("%(number)s is not a whole number") % {"number": number})


def _no_twin_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(_("the key “%(key)s” stands twice in one object") % {"key": key})
        found[key] = value
    return found


def check(form: Any) -> None:
    """Raise InvalidPlan unless the form keeps its schema and the rules a schema cannot say."""
    name = form.get("form") if isinstance(form, dict) else None
    validator = Draft202012Validator(
        schema(name if isinstance(name, str) and name in SCHEMAS else FORM),
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )
    found = sorted(validator.iter_errors(form), key=lambda error: list(map(str, error.path)))
    problems = [_sentence(error) for error in found[:20]]
    if not problems:
        problems = list(_broken_rules(upgraded(form)))[:20]
    if problems:
        raise InvalidPlan(problems)


def _sentence(error: ValidationError) -> str:
    where = place(error.absolute_path) or _("The whole document")
    if error.validator == "required":
        present = error.instance if isinstance(error.instance, dict) else {}
        missing = [key for key in error.validator_value if key not in present]
        return _("%(where)s: “%(key)s” is missing.") % {"where": where, "key": missing[0]}
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
    if error.validator == "minLength":
        return _("%(where)s: this may not be empty.") % {"where": where}
    if error.validator == "maxLength":
        return _("%(where)s: this is longer than %(most)d characters.") % {
            "where": where,
            "most": error.validator_value,
        }
    reason = error.message if len(error.message) < 200 else error.message[:197] + "…"
    return f"{where}: {reason}."


def place(path: Any) -> str:
    """Where in a form, as a reader would point: "areas[2].activities[1].title" (from 1)."""
    steps: list[str] = []
    for step in path:
        if isinstance(step, int):
            steps[-1] = f"{steps[-1]}[{step + 1}]"
        else:
            steps.append(str(step))
    return ".".join(steps)


def _broken_rules(form: Form) -> Iterator[str]:
    seen: dict[str, str] = {}
    for where, part in identified(form):
        if part["id"] in seen:
            yield _("%(where)s: the id %(id)s is already that of %(other)s.") % {
                "where": where,
                "id": part["id"],
                "other": seen[part["id"]],
            }
        seen[part["id"]] = where
    for where, dated in _dated(form):
        dates: dict[str, PartialDate | None] = {}
        for key in ("begins", "ends", "date"):
            try:
                dates[key] = PartialDate.parse(dated[key]) if dated.get(key) else None
            except ValueError as error:
                dates[key] = None
                yield f"{where}.{key}: {error}."
        begins, until = dates["begins"], dates["ends"]
        if begins and until and until.last < begins.first:
            yield _("%(where)s: it ends (%(ends)s) before it begins (%(begins)s).") % {
                "where": where,
                "ends": until.iso,
                "begins": begins.iso,
            }
    for where, text in _texts(form, ""):
        bad = next((c for c in text if unicodedata.category(c) in ("Cc", "Cs") and c != "\n"), None)
        if bad:
            yield _("%(where)s: there is an invisible control character (U+%(code)04X).") % {
                "where": where,
                "code": ord(bad),
            }


def identified(form: Form) -> Iterator[tuple[str, Form]]:
    """Every part that has an identity, with its place: ("areas[1]", area)."""
    for a, area in enumerate(form["areas"], 1):
        yield f"areas[{a}]", area
        for o, objective in enumerate(area["objectives"], 1):
            yield f"areas[{a}].objectives[{o}]", objective
        for n, activity in enumerate(area["activities"], 1):
            yield f"areas[{a}].activities[{n}]", activity
            for i, indicator in enumerate(activity["indicators"], 1):
                yield f"areas[{a}].activities[{n}].indicators[{i}]", indicator
            for m, milestone in enumerate(activity["milestones"], 1):
                yield f"areas[{a}].activities[{n}].milestones[{m}]", milestone
    for key in ("working_groups", "annexes"):
        for b, block in enumerate(form[key], 1):
            yield f"{key}[{b}]", block


def _dated(form: Form) -> Iterator[tuple[str, Form]]:
    for a, area in enumerate(form["areas"], 1):
        for n, activity in enumerate(area["activities"], 1):
            yield f"areas[{a}].activities[{n}]", activity
            for m, milestone in enumerate(activity["milestones"], 1):
                yield f"areas[{a}].activities[{n}].milestones[{m}]", milestone
    for m, meeting in enumerate(form["meetings"], 1):
        yield f"meetings[{m}]", meeting


def _texts(value: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, f"{where}.{key}" if where else key)
    elif isinstance(value, list):
        for index, item in enumerate(value, 1):
            yield from _texts(item, f"{where}[{index}]")


def activities(form: Form) -> Iterator[tuple[str, Form]]:
    """The activities in printed order with their computed numbers: ("1.2", activity)."""
    for a, area in enumerate(form["areas"], 1):
        for n, activity in enumerate(area["activities"], 1):
            yield f"{a}.{n}", activity
