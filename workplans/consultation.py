"""What a delegation's agencies advise on a text, counted: nobody else's business.

Pure of everything but the rows it is given; who may be given them is `permissions.consulted`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from secretariat.models import Appointment
from secretariat.standing import Function
from workplans.models import Note

Advice = Note.Advice


@dataclass(frozen=True)
class Agency:
    """An authority in a delegation, or somebody who serves none that is named.

    note: its last advice; None while it has given none.
    """

    name: str
    note: Note | None


@dataclass(frozen=True)
class Advised:
    """The agencies of a delegation with what each advises last."""

    agencies: tuple[Agency, ...]

    @cached_property
    def silent(self) -> list[str]:
        return [agency.name for agency in self.agencies if agency.note is None]

    @property
    def sentence(self) -> str:
        """For example "Of 4 agencies: 3 would approve, 1 would object.", and who is missing."""
        given = Counter(one.note.advice for one in self.agencies if one.note is not None)
        if not self.agencies:
            return _("Nobody else in the delegation can be asked yet.")
        missing = _("Not answered: %(agencies)s.") % {
            "agencies": get_text_list(
                self.silent, pgettext("between the last two of a list", "and")
            )
        }
        if not given:
            return missing
        total = len(self.agencies)
        words = ngettext(
            "Of %(total)d agency: %(given)s.", "Of %(total)d agencies: %(given)s.", total
        )
        told = words % {
            "total": total,
            "given": ", ".join(_in_words(one, given[one]) for one in Advice.values if given[one]),
        }
        return f"{told} {missing}" if self.silent else told


def _in_words(advice: str, number: int) -> str:
    words = {
        Advice.APPROVE: _("%(number)d would approve"),
        Advice.RESERVE: _("%(number)d would approve with a reservation"),
        Advice.OBJECT: _("%(number)d would object"),
        Advice.NEEDS_TIME: ngettext("%(number)d needs time", "%(number)d need time", number),
        Advice.NO_VIEW: ngettext("%(number)d has no view", "%(number)d have no view", number),
    }
    return words[Advice(advice)] % {"number": number}


def advised(people: Iterable[Appointment], notes: Iterable[Note]) -> Advised:
    """What the agencies advise: the last advice of each stands.

    people: the delegation of the day, with person and authority. Those who speak for the state are
    who is advised; their agencies count where they advise too. notes: oldest first, with
    appointment, authority and person; advice stays its agency's when its author was recalled.
    """
    last: dict[str, Note | None] = {}
    for one in people:
        if one.function in (Function.DELEGATE, Function.FOCAL_POINT):
            last.setdefault(agency_of(one), None)
    for note in notes:
        if note.advice:
            last[agency_of(note.appointment)] = note
    return Advised(tuple(Agency(name, note) for name, note in sorted(last.items())))


def agency_of(appointment: Appointment) -> str:
    """The authority somebody serves, or their own name where none is on record."""
    return str(appointment.authority.name if appointment.authority else appointment.person.name)
