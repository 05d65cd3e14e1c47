"""The pieces of an activity on its page: a row of boxes for each of them, and an empty one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from workplans.parts import INDICATORS, MILESTONES, OBJECTIVES, Pieces


@dataclass(frozen=True)
class Words:
    """What a page says of a sort of pieces.

    labels: of each box. missing: said where the first box is empty and another is not.
    """

    one: Any
    heading: Any
    about: Any
    numbered: Any
    new: Any
    another: Any
    missing: Any
    labels: dict[str, Any]


WORDS = {
    INDICATORS.name: Words(
        one=gettext_lazy("Indicator"),
        heading=gettext_lazy("Indicators"),
        about=gettext_lazy(
            "How it will be measured. Empty the four boxes of an indicator to remove it."
        ),
        numbered=gettext_lazy("Indicator %(number)d"),
        new=gettext_lazy("New indicator"),
        another=gettext_lazy("Save and add another indicator"),
        missing=gettext_lazy("Write what is measured."),
        labels={
            "name": gettext_lazy("What is measured"),
            "unit": gettext_lazy("Unit"),
            "baseline": gettext_lazy("Baseline"),
            "target": gettext_lazy("Target"),
        },
    ),
    MILESTONES.name: Words(
        one=gettext_lazy("Milestone"),
        heading=gettext_lazy("Milestones"),
        about=gettext_lazy(
            "The steps it reaches on its way. A date is a day, a month or a year: 2027-03-11, "
            "2027-03 or 2027. Empty both boxes of a milestone to remove it."
        ),
        numbered=gettext_lazy("Milestone %(number)d"),
        new=gettext_lazy("New milestone"),
        another=gettext_lazy("Save and add another milestone"),
        missing=gettext_lazy("Write what is reached."),
        labels={"text": gettext_lazy("What is reached"), "date": gettext_lazy("Date")},
    ),
}
# The list below a part's page in which its pieces are moved and removed.
ORDER = {
    OBJECTIVES.name: gettext_lazy("Order of the objectives"),
    INDICATORS.name: gettext_lazy("Order of the indicators"),
    MILESTONES.name: gettext_lazy("Order of the milestones"),
}


@dataclass(frozen=True)
class Row:
    """One piece on the page: its boxes as a template draws them, and what they are called."""

    legend: str
    boxes: list[Any]


@dataclass
class Group:
    """The pieces of one sort on the page of the part that holds them."""

    pieces: Pieces
    rows: list[Row] = field(default_factory=list)

    @property
    def words(self) -> Words:
        return WORDS[self.pieces.name]


def box_for(pieces: Pieces, name: str, said: Any) -> forms.Field:
    """The box for one field of a piece; everything in it may wait, or empty it."""
    column: Any = pieces.kind._meta.get_field(name)
    label = WORDS[pieces.name].labels[name]
    made: forms.Field = column.formfield(label=label, required=False, initial=said)
    return made
