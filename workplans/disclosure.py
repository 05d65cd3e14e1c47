"""Who sees what the states say to a text, and when: the setting of a consideration, in one place.

Every page, notice, list and export that tells of positions asks here, and the words in which all
are told of the setting stand beside the rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import gettext as _

from secretariat.models import Entry, State
from secretariat.standing import Function, Standing
from workplans.models import Consideration, Position, Statement, WorkPlan

Visibility = Consideration.Visibility


def shown_to_all(consideration: Consideration) -> bool:
    """Whether everybody at the table sees what every state says to a text."""
    return not consideration.is_open or consideration.visibility == Visibility.OPEN


def discloses(consideration: Consideration, standing: Standing) -> bool:
    """Whether a person may see what every state says to a text.

    Where positions are shown after closing, only the chair and the secretariat that writes see
    them before: they conduct the procedure. Nobody else does, whatever they served or serve.
    """
    if shown_to_all(consideration):
        return True
    return standing.drafting is not None or standing.chair is not None


def statements_seen(
    statements: Iterable[Statement], consideration: Consideration, standing: Standing
) -> list[Statement]:
    """Of the statements on a text, those a person may see: before all do, their own state's."""
    if discloses(consideration, standing):
        return list(statements)
    own = {appointment.state_id for appointment in standing.appointments}
    return [one for one in statements if one.seat.state_id in own]


def knows_of_amendments(standing: Standing) -> bool:
    """Whether somebody may know of an amendment before the Advisory Group has adopted it.

    The delegations and the ministers may, and who chairs or writes. Observers and the public read
    what is decided. Whoever reads a plan's draft knows of what is written there as well.
    """
    return any(basis.function != Function.OBSERVER for basis in standing.appointments)


# The entries of the register that tell what a state said.
TELLS = frozenset(
    {
        "take_position",
        "record_position",
        "hear",
        "rule_on_time",
        "object_late",
        "remind_states",
        "make_statement",
        "withdraw_statement",
    }
)


@dataclass(frozen=True)
class Withheld:
    """What one person does not read yet in the register of a plan.

    text: the symbol of the open text whose positions are not shown yet, if there is one. own: the
    codes of the person's own states.
    """

    text: str = ""
    own: frozenset[str] = frozenset()

    def shows(self, entry: Entry) -> bool:
        if not self.text or entry.act not in TELLS or entry.facts.get("revision") != self.text:
            return True
        return entry.facts.get("state") in self.own


def withheld(plan: WorkPlan, standing: Standing) -> Withheld:
    """What a person does not read yet of what was said to the text that is open; one query."""
    found = plan.considerations.filter(closed=None).select_related("revision").first()
    if found is None or discloses(found, standing):
        return Withheld()
    own = frozenset(appointment.state.code for appointment in standing.appointments)
    return Withheld(found.revision.symbol, own)


class Shown(Protocol):
    """What is asked of a text before it is said when positions are shown."""

    @property
    def visibility(self) -> str: ...
    @property
    def under_silence(self) -> bool: ...


def shown_when(consideration: Shown) -> str:
    """When the delegations see each other's positions, in words for all of them."""
    if consideration.under_silence and consideration.visibility == Visibility.OPEN:
        return _("The delegations see at once who asks for time, and who objects.")
    if consideration.under_silence:
        return _(
            "Who asks for time is shown to the delegations once the silence has ended; until then "
            "the chair and the secretariat see it. An objection is shown to all at once."
        )
    if consideration.visibility == Visibility.OPEN:
        return _("The delegations see each other’s positions as they are given.")
    return _(
        "The delegations see each other’s positions once the text is closed. Until then each sees "
        "its own; the chair and the secretariat see all."
    )


def seen_by_whom(consideration: Consideration, state: State, kind: str) -> str:
    """Who will read a position that is given now."""
    if kind in Position.BREAKS_SILENCE and consideration.under_silence:
        return _("Every delegation with a seat and the secretariat, at once.")
    if consideration.visibility == Visibility.OPEN:
        return _(
            "The delegations seated at the meeting and the secretariat, at once. The positions "
            "are printed with the outcome."
        )
    return _(
        "The delegation of %(state)s, the chair and the secretariat, at once; the other "
        "delegations once the text is closed. The positions are printed with the outcome."
    ) % {"state": state}


def statement_seen_by_whom(consideration: Consideration, state: State) -> str:
    """Who will read a statement that is made now, and where it is printed."""
    printed = _("It is printed with the outcome, in the order received, and is public with it.")
    if shown_to_all(consideration):
        seen = _("Everybody at the table and the secretariat, at once.")
    else:
        seen = _(
            "The own people of %(state)s, the chair and the secretariat, at once; the others at "
            "the table once the text is closed."
        ) % {"state": state}
    return f"{seen} {printed}"
