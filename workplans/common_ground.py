"""What no state objects to in a text: the parts a Chair's statement is composed of.

Rule: an objection to the text as a whole leaves nothing agreed. An objection to a part leaves that
part out, and with an area all that stands in it. What is left is what no state objects to; it is
adopted by nobody. No state is named. No database, no clock.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from workplans import anchors
from workplans.content import Form
from workplans.typesetting.chair_statement import FORM

Facts = dict[str, Any]


def compose(
    form: Form, objections: Iterable[Collection[str]], *, symbol: str, digest: str
) -> Facts:
    """The parts of a text no state objects to, and those some state does, by number and title.

    form: the text in the newest canonical form. objections: the anchors each standing objection
    names; one that names none is to the whole. symbol, digest: of the text. Numbers are those the
    parts have in the whole text, so that both can be read side by side.
    """
    objected = [set(named) for named in objections]
    whole = any(not named for named in objected)
    named = set().union(*objected) if objected else set()
    known = anchors.parts(form)
    out = {anchor for anchor, part in known.items() if {anchor, part.within} & named}
    return {
        "form": FORM,
        "plan": {"symbol": symbol, "digest": digest, "title": form["title"], "year": form["year"]},
        "presidency": form["presidency"],
        "whole": whole,
        "agreed": [] if whole else list(_agreed(form, known, out)),
        "open": [
            _named(part)
            for anchor, part in known.items()
            if anchor in named and part.within not in named
        ],
    }


def _named(part: anchors.Part) -> Facts:
    return {"id": part.anchor, "sort": part.sort, "number": part.number, "title": part.title}


def _agreed(form: Form, known: dict[str, anchors.Part], out: Collection[str]) -> Iterable[Facts]:
    """The parts that are left, in printed order; an area of which nothing is left is left out."""
    if anchors.PREAMBLE in known and anchors.PREAMBLE not in out:
        yield {**_named(known[anchors.PREAMBLE]), "text": form["preamble"]}
    for area in form["areas"]:
        if area["id"] in out:
            continue
        inside = [
            *(
                _objective(known[one["id"]], one)
                for one in area["objectives"]
                if one["id"] not in out
            ),
            *(
                _activity(known[one["id"]], one)
                for one in area["activities"]
                if one["id"] not in out
            ),
        ]
        if inside:
            yield _named(known[area["id"]])
            yield from inside
    for key in ("working_groups", "annexes"):
        for block in form[key]:
            if block["id"] not in out:
                yield {**_named(known[block["id"]]), "text": block["text"]}


def _objective(part: anchors.Part, objective: Form) -> Facts:
    return {**_named(part), "text": objective["text"]}


def _activity(part: anchors.Part, activity: Form) -> Facts:
    lead = activity["lead"]
    return {
        **_named(part),
        "text": activity["description"],
        "lead": lead["name"] if lead else "",
        **{key: activity[key] for key in ("begins", "ends", "mode", "place", "deliverables")},
    }
