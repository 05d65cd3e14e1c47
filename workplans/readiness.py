"""What is worth a look before a draft is circulated, and does not hinder it. No database, no clock.

What the rules demand is asked in operations/review.py and stands in the way; nothing here does.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from secretariat.dates import PartialDate
from workplans import content
from workplans.content import Form
from workplans.gaps import Located

# From one day until, but not on, another; None where the record knows no such day.
Interval = tuple[date | None, date | None]


@dataclass(frozen=True)
class OnRecord:
    """What the record says of those who lead.

    membership: when a state belonged as a member or was invited, by its code. authorities: when an
    authority bore its name, by the state's code and that name.
    """

    membership: Mapping[str, Sequence[Interval]] = field(default_factory=dict)
    authorities: Mapping[tuple[str, str], Sequence[Interval]] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """By which it can be told whether the record says something else by now."""
        said = repr((sorted(self.membership.items()), sorted(self.authorities.items())))
        return hashlib.sha256(said.encode()).hexdigest()


@dataclass(frozen=True)
class Hint:
    """One thing to look at. sort: what kind of thing; at: its place, with the sentence there."""

    sort: str
    at: Located
    number: str = ""


@dataclass(frozen=True)
class Group:
    """Hints of one sort: a heading, and the places."""

    heading: str
    hints: tuple[Hint, ...]


HEADINGS: dict[str, Callable[[int], str]] = {
    "lead": lambda n: ngettext(
        "%d activity has no lead state", "%d activities have no lead state", n
    ),
    "dates": lambda n: ngettext("%d activity has no dates", "%d activities have no dates", n),
    "description": lambda n: ngettext(
        "%d activity has no description", "%d activities have no description", n
    ),
    "indicators": lambda n: ngettext(
        "%d activity has no indicator", "%d activities have no indicator", n
    ),
    "year": lambda n: ngettext(
        "%d activity reaches beyond the plan’s year",
        "%d activities reach beyond the plan’s year",
        n,
    ),
    "milestones": lambda n: ngettext(
        "%d milestone lies outside its activity’s dates or the plan’s year",
        "%d milestones lie outside their activities’ dates or the plan’s year",
        n,
    ),
    "membership": lambda n: ngettext(
        "%d lead state does not belong to the partnership then",
        "%d lead states do not belong to the partnership then",
        n,
    ),
    "authority": lambda n: ngettext(
        "%d lead authority is not on record for its days",
        "%d lead authorities are not on record for their days",
        n,
    ),
    "twin": lambda n: ngettext(
        "%d activity has the title of another", "%d activities have the title of another", n
    ),
    "annex": lambda n: ngettext(
        "%d text mentions an annex that is not there",
        "%d texts mention an annex that is not there",
        n,
    ),
    "objectives": lambda n: ngettext(
        "%d priority area has no objective", "%d priority areas have no objective", n
    ),
    "activities": lambda n: ngettext(
        "%d priority area has no activity", "%d priority areas have no activity", n
    ),
}


def groups(found: Sequence[Hint]) -> list[Group]:
    """The hints by their sort, each sort with how often it occurs."""
    by_sort: dict[str, list[Hint]] = defaultdict(list)
    for hint in found:
        by_sort[hint.sort].append(hint)
    return [
        Group(heading(len(by_sort[sort])) % len(by_sort[sort]), tuple(by_sort[sort]))
        for sort, heading in HEADINGS.items()
        if sort in by_sort
    ]


def hints(form: Form, on_record: OnRecord, day: date) -> list[Hint]:
    """What is worth a look in a draft, in printed order.

    day: on which those who lead have to belong where an activity has no dates.
    """
    titles = [(number, activity["title"]) for number, activity in content.activities(form)]
    twins = alike(titles)
    return [
        *_of_general(form),
        *(hint for number, area in enumerate(form["areas"], 1) for hint in _of_area(number, area)),
        *(
            hint
            for number, activity in content.activities(form)
            for hint in _of_activity(number, activity, form["year"], twins, on_record, day)
        ),
        *_of_texts(form),
    ]


def of_activity(
    number: str,
    activity: Form,
    *,
    year: int,
    twins: Twins,
    annexes: int,
    on_record: OnRecord,
    day: date,
) -> list[Hint]:
    """The hints of one activity by itself.

    number: under which it is printed. annexes: how many the plan has.
    """
    return [
        *_of_activity(number, activity, year, twins, on_record, day),
        *_of_its_texts(number, activity, annexes),
    ]


# The numbers of the activities that bear a title, by that title as it is compared.
Twins = Mapping[str, Sequence[str]]


def alike(titles: Iterable[tuple[str, str]]) -> Twins:
    """titles: the number and the title of each activity, in printed order."""
    found: dict[str, list[str]] = defaultdict(list)
    for number, title in titles:
        found[_key(title)].append(number)
    return found


def _of_area(number: int, area: Form) -> Iterator[Hint]:
    name = _("Priority area %(number)d") % {"number": number}
    if not any(objective["text"] for objective in area["objectives"]):
        words = _("%(part)s: no objective") % {"part": name}
        yield Hint("objectives", Located(words, "area", area["id"]), str(number))
    if not area["activities"]:
        words = _("%(part)s: no activity") % {"part": name}
        yield Hint("activities", Located(words, "activity_add", area["id"]), str(number))


def _of_activity(
    number: str, activity: Form, year: int, twins: Twins, on_record: OnRecord, day: date
) -> Iterator[Hint]:
    for sort, words, name in _facts_of_activity(activity, year, on_record, day):
        yield Hint(sort, Located(words, "activity", activity["id"], name), number)
    others = [other for other in twins.get(_key(activity["title"]), ()) if other != number]
    if others:
        words = ngettext(
            "Activity %(numbers)s has the same title.",
            "Activities %(numbers)s have the same title.",
            len(others),
        ) % {"numbers": ", ".join(others)}
        yield Hint("twin", Located(words, "activity", activity["id"], "title"), number)


def _facts_of_activity(
    activity: Form, year: int, on_record: OnRecord, day: date
) -> Iterator[tuple[str, str, str]]:
    """Sort, sentence, and the name of the field."""
    begins, ends = (_date(activity[name]) for name in ("begins", "ends"))
    first, last = begins or ends, ends or begins
    lead = activity["lead"]
    if lead is None:
        yield "lead", _("It has no lead state."), "lead"
    if first is None or last is None:
        yield "dates", _("It has no dates."), "begins"
    if not activity["description"]:
        yield "description", _("It has no description."), "description"
    if not activity["indicators"]:
        yield "indicators", _("It has no indicator."), "indicators"
    if first and last and (first.first.year < year or last.last.year > year):
        # What goes on from year to year has to begin and end somewhere.
        touches = first.first.year <= year <= last.last.year
        if not (touches and activity["state"] in ("continuing", "under_way")):
            words = (
                _("It is dated %(dates)s, which is not all in %(year)d.")
                if touches
                else _("It is dated %(dates)s, which is not in %(year)d.")
            )
            dates = first if first == last else f"{first} – {last}"
            named = "begins" if first.first.year != year else "ends"
            yield "year", words % {"dates": dates, "year": year}, named
    for milestone in activity["milestones"]:
        if words := _astray(milestone, begins, ends, year):
            yield "milestones", words, "milestones"
    if lead is None:
        return
    since, until = (first.first, first.last) if first else (day, day)
    when = first or PartialDate.of(day)
    if not _holds(on_record.membership.get(lead["code"], ()), since, until):
        words = _("%(state)s is neither a member nor invited on the record of %(date)s.")
        yield "membership", words % {"state": lead["name"], "date": when}, "lead"
    held = on_record.authorities.get((lead["code"], lead["authority"]), ())
    if lead["authority"] and not _holds(held, since, until):
        words = _("“%(authority)s” is not on record for %(date)s.")
        facts = {"authority": lead["authority"], "date": when}
        yield "authority", words % facts, "lead_authority"


def _astray(
    milestone: Form, begins: PartialDate | None, ends: PartialDate | None, year: int
) -> str:
    """What is odd about the date of a milestone; where an end is open, nothing lies beyond it."""
    date = _date(milestone["date"])
    if date is None:
        return ""
    facts = {"milestone": milestone["text"], "date": date, "year": year}
    if begins and date.last < begins.first:
        return _("“%(milestone)s” is dated %(date)s, before the activity begins.") % facts
    if ends and date.first > ends.last:
        return _("“%(milestone)s” is dated %(date)s, after the activity ends.") % facts
    if date.year != year:
        return _("“%(milestone)s” is dated %(date)s, which is not in %(year)d.") % facts
    return ""


def _holds(intervals: Sequence[Interval], since: date, until: date) -> bool:
    """Whether one of the intervals has a day among these, which may be all one date can mean."""
    return any(
        (lower is None or lower <= until) and (upper is None or since < upper)
        for lower, upper in intervals
    )


def _date(text: str | None) -> PartialDate | None:
    """A date of the draft; what is none is told elsewhere, and hinders."""
    try:
        return PartialDate.parse(text) if text else None
    except ValueError:
        return None


_ANNEX = re.compile(r"\bannex(?:es)?\s+(\d{1,3})\b", re.I)


def _annexes(there: int, text: str) -> str:
    missing = sorted({int(found) for found in _ANNEX.findall(text)} - set(range(1, there + 1)))
    if not missing:
        return ""
    words = ngettext(
        "Annex %(numbers)s is mentioned and is not there.",
        "Annexes %(numbers)s are mentioned and are not there.",
        len(missing),
    )
    return words % {"numbers": ", ".join(str(number) for number in missing)}


def _of_general(form: Form) -> Iterator[Hint]:
    if words := _annexes(len(form["annexes"]), form["preamble"]):
        words = _("%(part)s: %(sentence)s") % {"part": _("Preamble"), "sentence": words}
        yield Hint("annex", Located(words, "edit_general", "", "preamble"))


def _of_texts(form: Form) -> Iterator[Hint]:
    there = len(form["annexes"])
    for place, area in enumerate(form["areas"], 1):
        if words := _annexes(there, "\n".join(item["text"] for item in area["objectives"])):
            name = _("Priority area %(number)d") % {"number": place}
            words = _("%(part)s: %(sentence)s") % {"part": name, "sentence": words}
            yield Hint("annex", Located(words, "area", area["id"]), str(place))
    for number, activity in content.activities(form):
        yield from _of_its_texts(number, activity, there)
    for block in (*form["working_groups"], *form["annexes"]):
        if words := _annexes(there, block["text"]):
            words = _("%(part)s: %(sentence)s") % {"part": block["title"], "sentence": words}
            yield Hint("annex", Located(words, "text", block["id"], "text"))


def mentions_annexes(activity: Form) -> bool:
    """Whether an activity speaks of an annex by its number."""
    return any(_ANNEX.search(activity[name]) for name in ("description", "budget_note"))


def _of_its_texts(number: str, activity: Form, annexes: int) -> Iterator[Hint]:
    for name in ("description", "budget_note"):
        if words := _annexes(annexes, activity[name]):
            yield Hint("annex", Located(words, "activity", activity["id"], name), number)


def _key(title: str) -> str:
    return " ".join(title.split()).casefold()
