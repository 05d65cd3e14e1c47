"""A plan's text as a page reads it: headings, numbered paragraphs and permanent addresses.

Paragraphs carry the numbers they have in the typeset document, so that a number cited from one
finds the same words in the other. No database, no clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workplans.content import Form
from workplans.typesetting.passages import Numbering


@dataclass(frozen=True)
class Paragraph:
    """A paragraph with the lists and tables that follow it, as prose.

    A heading, and a list that opens a text, have no number.
    """

    anchor: str
    number: int | None
    text: str


@dataclass(frozen=True)
class Passage:
    """A titled text: the preamble, a working group's task, an annex."""

    anchor: str
    title: str
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True)
class Sheet:
    """An activity with its printed number and the paragraphs of its description."""

    number: str
    form: Form
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True)
class Area:
    anchor: str
    number: int
    title: str
    objectives: tuple[Paragraph, ...]
    activities: tuple[Form, ...]
    sheets: tuple[Sheet, ...]


@dataclass(frozen=True)
class Reading:
    preamble: tuple[Paragraph, ...]
    areas: tuple[Area, ...]
    working_groups: tuple[Passage, ...]
    meetings: tuple[Form, ...]
    annexes: tuple[Passage, ...]


def compose(form: Form) -> Reading:
    """The reading of a canonical form. Texts are numbered in the order they are printed."""
    numbering = Numbering()
    preamble = _paragraphs(form["preamble"], "preamble-text", numbering)
    areas = tuple(_area(area, n, numbering) for n, area in enumerate(form["areas"], 1))
    groups = tuple(_passage(group, numbering) for group in form["working_groups"])
    annexes = tuple(_passage(annex, numbering) for annex in form["annexes"])
    return Reading(preamble, areas, groups, tuple(form["meetings"]), annexes)


def _area(area: Form, number: int, numbering: Numbering) -> Area:
    objectives = [
        paragraph
        for objective in area["objectives"]
        for paragraph in _paragraphs(objective["text"], objective["id"], numbering)
    ]
    sheets = tuple(
        Sheet(
            f"{number}.{n}",
            activity,
            _paragraphs(activity["description"], f"{activity['id']}-text", numbering),
        )
        for n, activity in enumerate(area["activities"], 1)
    )
    return Area(
        area["id"], number, area["title"], tuple(objectives), tuple(area["activities"]), sheets
    )


def _passage(block: dict[str, Any], numbering: Numbering) -> Passage:
    paragraphs = _paragraphs(block["text"], f"{block['id']}-text", numbering)
    return Passage(block["id"], block["title"], paragraphs)


def _paragraphs(text: str, stem: str, numbering: Numbering) -> tuple[Paragraph, ...]:
    """The paragraphs of one text. The first stands at the text's own address, others after it."""
    runs: list[tuple[int | None, list[str]]] = []
    for block in numbering.blocks(text):
        if block.number or block.is_heading or not runs:
            runs.append((block.number, []))
        runs[-1][1].append(block.block.source)
    return tuple(
        Paragraph(stem if place == 1 else f"{stem}-{place}", number, "\n\n".join(sources))
        for place, (number, sources) in enumerate(runs, 1)
    )
