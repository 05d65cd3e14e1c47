"""Who is told of a hand-over, and in which words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from secretariat.models import Appointment, HandOver, Person
from secretariat.standing import Function
from secretariat.telling import Circle, News, Telling, Told, tellings

if TYPE_CHECKING:
    from secretariat.handover import Turn


@dataclass(frozen=True)
class Passing:
    """A hand-over as it is told of; sides: those of one presidency or of both, as people.

    As people, since the appointment of who is designated may not have begun.
    """

    turn: Turn
    sides: tuple[Person, ...]


def page_of(turn: Turn) -> str:
    return reverse("hand_over_of", args=[turn.outgoing.year])


def _sides(passing: Passing, day: date) -> Iterable[Told]:
    return passing.sides


def _heads_and_focal_points(passing: Passing, day: date) -> Iterable[Told]:
    functions = [Function.HEAD, Function.FOCAL_POINT]
    held = Appointment.objects.on(day).filter(function__in=functions)
    return held.select_related("person", "state")


def _page(passing: Passing) -> str:
    return page_of(passing.turn)


def _presidencies(passing: Passing) -> str:
    return reverse("presidency")


INCOMING = Circle(
    _("The chair and the secretariat of the next presidency"),
    _("You receive this as chair or secretariat of the next presidency."),
    _sides,
)
BOTH_SIDES = Circle(
    _("The chairs and secretariats of both presidencies"),
    _("You receive this as chair or secretariat of one of the two presidencies."),
    _sides,
)
DELEGATIONS = Circle(
    _("The heads and focal points of the delegations"),
    _("You receive this as head or focal point of a delegation."),
    _heads_and_focal_points,
)

OFFERED, OFFER_WITHDRAWN, HANDED_OVER = (
    _("The hand-over is offered"),
    _("The offer of the hand-over is withdrawn"),
    _("The secretariat is handed over"),
)
PASSED = _("Handed over: the secretariat, from %(outgoing)s to %(incoming)s")

TABLE = (
    News(
        "hand_over_offered.incoming", OFFERED, INCOMING,
        _("For you to take over: the secretariat, from %(outgoing)s"), "hand_over_offered", _page,
        confined=True,
    ),
    News(
        "hand_over_offer_withdrawn.incoming", OFFER_WITHDRAWN, INCOMING,
        _("Offer withdrawn: the secretariat, from %(outgoing)s"), "hand_over_offer_withdrawn",
        _page, confined=True,
    ),
    News("handed_over.sides", HANDED_OVER, BOTH_SIDES, PASSED, "handed_over", _page),
    News(
        "handed_over.delegations", HANDED_OVER, DELEGATIONS, PASSED, "handed_over", _presidencies,
        binding=False,
    ),
)  # fmt: skip


def offered(
    turn: Turn, hand_over: HandOver, told: Iterable[Appointment], day: date
) -> list[Telling]:
    """To the incoming side: it may take over."""
    return _tellings("hand_over_offered", turn, _people(told), day, hand_over=hand_over)


def offer_withdrawn(
    turn: Turn, by: Person, told: Iterable[Appointment], day: date
) -> list[Telling]:
    """To the incoming side: it may not take over any more."""
    return _tellings("hand_over_offer_withdrawn", turn, _people(told), day, by=by)


def handed_over(
    turn: Turn, hand_over: HandOver, both: Iterable[Person], day: date
) -> list[Telling]:
    """To both sides, with the page that keeps the note; to heads and focal points."""
    return _tellings("handed_over", turn, tuple(both), day, hand_over=hand_over)


def _people(told: Iterable[Appointment]) -> tuple[Person, ...]:
    return tuple(one.person for one in told)


def _tellings(
    name: str, turn: Turn, sides: tuple[Person, ...], day: date, **facts: object
) -> list[Telling]:
    return tellings(
        TABLE,
        name,
        Passing(turn, sides),
        day,
        thread=f"hand-over.{turn.outgoing.year}",
        facts={
            **facts,
            "turn": turn,
            "outgoing": turn.outgoing.state.name,
            "incoming": turn.incoming.state.name,
        },
    )
