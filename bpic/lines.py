"""What lies on a desk: lines in groups, the most pressing first."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum
from functools import cached_property
from typing import Any

from meetings.models import Meeting
from secretariat.dates import PartialDate
from workplans.obligations import Finding

# So many lines stand at the top; the others are folded under them.
MOST_AT_ONCE = 7
NEVER = datetime.max.replace(tzinfo=UTC)


class Weight(IntEnum):
    """What comes first among lines that are due at the same time, or at none."""

    DECIDE = 1
    REPAIR = 2
    RECORD = 3
    WRITE = 4
    PREPARE = 5


@dataclass(frozen=True)
class Item:
    """One line on a desk: what to do, why it is this person's, by when, and the page that acts.

    begins: of what is still to come, from when on it can be done.
    """

    title: str
    why: str
    url: str
    until: datetime | None = None
    tag: str = ""
    weight: Weight = Weight.DECIDE
    begins: PartialDate | None = None


@dataclass
class Desk:
    """A person's lines, the most pressing first in each group; times by the clock of zone."""

    moment: datetime
    zone: str = "UTC"
    now: list[Item] = field(default_factory=list)
    coming: list[Item] = field(default_factory=list)
    waiting: list[Item] = field(default_factory=list)
    done: list[Any] = field(default_factory=list)
    # The next meeting, said where there is nothing else to say.
    next: Meeting | None = None
    # What the year still owes, for those in office; whether the person reads about every year.
    owed: list[Finding] = field(default_factory=list)
    reads_obligations: bool = False

    def sort(self) -> None:
        for group in (self.now, self.waiting):
            group.sort(key=lambda item: (item.until or NEVER, item.weight))
        last = PartialDate(9999)
        self.coming.sort(key=lambda item: (item.begins or last).first)

    @cached_property
    def first(self) -> list[Item]:
        return self.now[:MOST_AT_ONCE]

    @cached_property
    def more(self) -> list[Item]:
        return self.now[MOST_AT_ONCE:]
