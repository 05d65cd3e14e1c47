"""When the plan's activities take place, as drawings: a grid of months and a bar for each row."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.template.loader import render_to_string
from django.utils.dates import MONTHS_3

from secretariat.dates import PartialDate

# Millimetres; the drawing fills the second column of the timeline's table, the years lie inside.
WIDTH = 104.0
EDGE = 0.6
# As text: templates would write a number the way the document's language does.
HEIGHT = "6.00"
# Colours belong to themes in the plan's order, never to states.
COLOURS = ("#0e5a70", "#8a6a1f", "#6a2470", "#1d6a43", "#9a4d1a", "#4b5aa7")
MARK_COLOUR = "#16202c"
# Half a diamond.
DIAMOND = 1.7
MOST_YEARS = 3
LEAST_WIDTH = 1.4
ARROW = 2.2


@dataclass(frozen=True)
class Window:
    """The years a timeline shows, and where on it a day lies."""

    first: int
    last: int
    mirrored: bool = False

    def x(self, day: date) -> float:
        """Distance of the beginning of a day from where the timeline begins; months are equal."""
        months = (day.year - self.first) * 12 + day.month - 1
        at = months + (day.day - 1) / monthrange(day.year, day.month)[1]
        return min(max(self._place(at), EDGE), WIDTH - EDGE)

    def _place(self, months: float) -> float:
        return EDGE + months / ((self.last - self.first + 1) * 12) * (WIDTH - 2 * EDGE)

    def left(self, begin: float, width: float) -> float:
        return WIDTH - begin - width if self.mirrored else begin


def window(year: int, dates: Iterable[tuple[str | None, str | None]], mirrored: bool) -> Window:
    """The plan's year, and the years of what lies wholly outside it.

    What only begins or ends in another year does not widen the grid: its bar runs off the edge.
    """
    years = {year}
    for begins, ends in dates:
        found = [int(text[:4]) for text in (begins, ends) if text]
        if found and not min(found) <= year <= max(found):
            years.update(one for one in found if abs(one - year) < MOST_YEARS)
    first, last = min(years), max(years)
    while last - first >= MOST_YEARS:
        if year - first > last - year:
            first += 1
        else:
            last -= 1
    return Window(first, last, mirrored)


def bar(
    begins: str | None, ends: str | None, colour: str, within: Window, goes_on: bool = False
) -> dict[str, Any] | None:
    """The bar of one row, in numbers for the drawing; None when nothing is known or all outside.

    An activity that goes on, with no end on record, reaches beyond the years shown.
    """
    start = PartialDate.parse(begins) if begins else None
    end = PartialDate.parse(ends) if ends else None
    known = start or end
    if known is None:
        return None
    first = (start or known).first
    last = date(within.last + 1, 1, 1) if goes_on and end is None else (end or known).last
    if first.year > within.last or last.year < within.first:
        return None
    begin = within.x(first)
    until = within.x(date.fromordinal(last.toordinal() + 1))
    earlier, later = first.year < within.first, last.year > within.last
    # The heads of arrows stand at the edges, the bar between them.
    begin += ARROW if earlier else 0.0
    until -= ARROW if later else 0.0
    width = max(until - begin, LEAST_WIDTH)
    begin = min(begin, WIDTH - EDGE - width)
    precisions = [found.precision for found in (start, end) if found]
    precision = next(p for p in ("year", "month", "day") if p in precisions)
    return {
        "x": _mm(within.left(begin, width)),
        "width": _mm(width),
        "precision": precision,
        "colour": colour,
        "arrow_left": _mm(EDGE) if (later if within.mirrored else earlier) else None,
        "arrow_right": _mm(WIDTH - EDGE) if (earlier if within.mirrored else later) else None,
    }


def mark(on: str | None, within: Window) -> dict[str, Any] | None:
    """The diamond of a date known to the day, a light one in the middle of a month; else None."""
    known = PartialDate.parse(on) if on else None
    if known is None or not known.month or not within.first <= known.year <= within.last:
        return None
    day = known.first if known.day else known.first.replace(day=16)
    middle = min(max(within.x(day), DIAMOND), WIDTH - DIAMOND)
    return {
        "x": _mm(within.left(middle, 0.0)),
        "is_light": known.day is None,
        "colour": MARK_COLOUR,
    }


def meeting_mark(begins: str | None, within: Window) -> dict[str, Any] | None:
    """A meeting known to the day is a diamond on its first day."""
    found = mark(begins, within)
    return None if found and found["is_light"] else found


def _lines(within: Window) -> list[dict[str, Any]]:
    found = []
    for year in range(within.first, within.last + 1):
        for month in range(1, 13):
            at = within.x(date(year, month, 1))
            found.append(
                {
                    "x": _mm(within.left(at, 0.0)),
                    "weight": "year" if month == 1 else "quarter" if month % 3 == 1 else "month",
                }
            )
    return [*found, {"x": _mm(within.left(WIDTH - EDGE, 0.0)), "weight": "year"}]


def grid(within: Window) -> str:
    """The lines behind the bars, as an SVG image that stretches with its row."""
    return render_to_string(
        "workplans/document/timeline_grid.svg", {"lines": _lines(within), "width": _mm(WIDTH)}
    )


def scale(within: Window) -> dict[str, Any]:
    """Years above the grid, and the month that begins at a line: each, or one in three."""
    years = range(within.first, within.last + 1)
    step = 1 if len(years) == 1 else 3
    months = [str(MONTHS_3[month]).capitalize() for month in range(1, 13, step)]
    return {
        # As text: templates would group the figures of a number in some languages.
        "years": [str(year) for year in years],
        "months": months * len(years),
        # Some languages do not shorten the names of months.
        "is_tight": max(map(len, months)) > 4,
    }


def _mm(value: float) -> str:
    return f"{value:.2f}"
