"""Consensus among seated states: one count behind the board, the sentence and the guard.

Rule (domain rule 6): a text is agreed when every counted seat approves, with or without a
reservation, and nobody objects. Nothing else makes it agreed, and no majority does. A request for
time is neither consent nor objection: while it stands, there is no consensus.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

APPROVES, RESERVES, OBJECTS, RETURNS, ASKS_FOR_TIME = (
    "approves",
    "approves_with_reservation",
    "objects",
    "returns",
    "asks_for_time",
)
JOINS = (APPROVES, RESERVES)
BLOCKS = (OBJECTS, RETURNS)


class NoConsensus(Exception):
    """The seated states do not all approve; the text says what is missing."""


@dataclass(frozen=True)
class Tally:
    """The seats by what they say; each tuple keeps the order of the seats."""

    seats: tuple[str, ...]
    approving: tuple[str, ...]
    reserving: tuple[str, ...]
    opposing: tuple[str, ...]
    asking: tuple[str, ...]
    silent: tuple[str, ...]

    @property
    def agreed(self) -> bool:
        return bool(self.seats) and len(self.approving) + len(self.reserving) == len(self.seats)

    def sentence(self) -> str:
        """What stands, who is missing, and so whether the text is agreed."""
        if not self.seats:
            return _("No state has a seat at this meeting, so nothing can be agreed.")
        joined = len(self.approving) + len(self.reserving)
        parts = [
            ngettext(
                "%(joined)d of %(count)d state has approved",
                "%(joined)d of %(count)d states have approved",
                len(self.seats),
            )
            % {"joined": joined, "count": len(self.seats)}
        ]
        if self.reserving:
            parts.append(
                ngettext("%d with a reservation", "%d with a reservation", len(self.reserving))
                % len(self.reserving)
            )
        if self.opposing:
            parts.append(
                ngettext("%d objects", "%d object", len(self.opposing)) % len(self.opposing)
            )
        if self.asking:
            parts.append(
                ngettext("%d asks for time", "%d ask for time", len(self.asking)) % len(self.asking)
            )
        if self.silent:
            parts.append(
                ngettext("%d has not answered", "%d have not answered", len(self.silent))
                % len(self.silent)
            )
        stands = ", ".join(parts) + "."
        if self.agreed:
            return _("%(stands)s There is consensus.") % {"stands": stands}
        return _("%(stands)s There is no consensus yet.") % {"stands": stands}


def tally(seats: Iterable[str], positions: Mapping[str, str]) -> Tally:
    """Count positions over seats.

    seats: the codes of the states that take a position, in their order. positions: the standing
    position of each state that gave one; a state without a seat does not count.
    """
    order = tuple(seats)

    def saying(*kinds: str) -> tuple[str, ...]:
        return tuple(code for code in order if positions.get(code) in kinds)

    return Tally(
        seats=order,
        approving=saying(APPROVES),
        reserving=saying(RESERVES),
        opposing=saying(*BLOCKS),
        asking=saying(ASKS_FOR_TIME),
        silent=tuple(code for code in order if code not in positions),
    )
