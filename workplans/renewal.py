"""A plan for another year from an earlier one: what goes on with it, and what stays behind and why.

No database, no clock.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from secretariat.dates import PartialDate
from workplans import content
from workplans.content import Form
from workplans.models import Activity

Stage = Activity.Stage
# What has ended in one of these ways stays behind.
ENDED = frozenset({Stage.COMPLETED, Stage.CANCELLED})
# As what it comes along nonetheless, if somebody says so.
AGAIN = {Stage.COMPLETED: Stage.CONTINUING, Stage.CANCELLED: Stage.PLANNED}


@dataclass(frozen=True)
class Word:
    """The newest word on record about an activity. on: the day it is of, as ISO text."""

    state: str
    note: str = ""
    on: str = ""


@dataclass(frozen=True)
class Came:
    """An activity that goes on: under which identity, and in which state.

    key: of the new activity; was: of the earlier one, which was printed under `number`. note, on:
    of the word on record about it; "" where there is none, and the state is that of the text.
    """

    key: str
    was: str
    number: str
    title: str
    state: str
    note: str = ""
    on: str = ""


@dataclass(frozen=True)
class Left:
    """An activity that stays behind, with all it said, so that it can be brought over after all.

    area: the identity of the area it would stand in.
    """

    key: str
    number: str
    title: str
    area: str
    area_title: str
    state: str
    form: Form
    note: str = ""
    on: str = ""


@dataclass(frozen=True)
class Renewal:
    """The new plan's text, and the record of what became of the earlier one's activities."""

    form: Form
    came: tuple[Came, ...] = ()
    left: tuple[Left, ...] = ()

    def facts(self) -> dict[str, Any]:
        """For the register, as `recalled` reads them."""
        return {
            "came": [asdict(one) for one in self.came],
            "left": [asdict(one) for one in self.left],
            "written_in": content.FORM,
        }


def recalled(facts: Mapping[str, Any]) -> tuple[list[Came], list[Left]]:
    """What went on and what stayed behind, from the facts of an entry."""
    written_in = facts.get("written_in", content.FORM)
    left = [Left(**one) for one in facts.get("left", ())]
    return [Came(**one) for one in facts.get("came", ())], [
        replace(one, form=content.upgraded_part("activity", one.form, written_in)) for one in left
    ]


def renewed(
    form: Form,
    *,
    year: int,
    title: str,
    meetings: list[Form],
    words: Mapping[str, Word] | None = None,
) -> Renewal:
    """A plan for another year from an earlier one.

    words: the newest on record about its activities, by their identity; an activity that is
    completed or cancelled stays behind. What goes on keeps the state it has, gets a new identity,
    and no dates but those that reach into the new year: the others would be wrong.
    """
    words = words or {}
    came: list[Came] = []
    left: list[Left] = []
    areas = []
    for place, area in enumerate(form["areas"], 1):
        key = str(uuid.uuid4())
        activities = []
        for number, activity in enumerate(area["activities"], 1):
            word = words.get(activity["id"], Word(activity["state"]))
            facts = {
                "number": f"{place}.{number}",
                "title": activity["title"],
                "state": word.state,
                "note": word.note,
                "on": word.on,
            }
            if word.state in ENDED:
                left.append(
                    Left(
                        key=activity["id"],
                        area=key,
                        area_title=area["title"],
                        form=activity,
                        **facts,
                    )
                )
                continue
            new = str(uuid.uuid4())
            activities.append(_carried(activity, key=new, state=word.state, year=year))
            came.append(Came(key=new, was=activity["id"], **facts))
        areas.append(
            {
                "id": key,
                "title": area["title"],
                "objectives": _anew(area["objectives"]),
                "activities": activities,
            }
        )
    fresh = {
        **form,
        "year": year,
        "title": title,
        "meetings": meetings,
        "areas": areas,
        "working_groups": _anew(form["working_groups"]),
        "annexes": _anew(form["annexes"]),
    }
    return Renewal(fresh, tuple(came), tuple(left))


def brought_over(left: Left, *, plan: uuid.UUID, year: int) -> Form:
    """What stayed behind as an activity of the new plan; the same one, however often it is asked.

    plan: the identity of the new plan.
    """
    key = identity_of(left, plan)
    return _carried(left.form, key=key, state=AGAIN[Stage(left.state)], year=year)


def identity_of(left: Left, plan: uuid.UUID) -> str:
    """Under which identity an activity that stayed behind comes into a plan."""
    return str(uuid.uuid5(plan, left.key))


def _carried(activity: Form, *, key: str, state: str, year: int) -> Form:
    dates: Form = {"begins": None, "ends": None}
    if activity["ends"] and PartialDate.parse(activity["ends"]).last.year >= year:
        dates = {name: activity[name] for name in dates}
    return {
        **activity,
        **dates,
        "id": key,
        "state": str(state),
        "milestones": [{**step, "date": None} for step in _anew(activity["milestones"])],
        "indicators": _anew(activity["indicators"]),
    }


def _anew(parts: list[Form]) -> list[Form]:
    return [{**part, "id": str(uuid.uuid4())} for part in parts]
