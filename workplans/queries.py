"""Questions about plans that more than one page, act or document asks."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from meetings.models import Seat
from secretariat.dates import PartialDate
from secretariat.models import Authority, Membership
from workplans.consensus import Tally, tally
from workplans.models import Consideration, Decision, Position, WorkPlan
from workplans.procedure import LIFE
from workplans.readiness import Interval, OnRecord


@dataclass(frozen=True)
class Answer:
    """A seat, and what its state says to the text, if anything."""

    seat: Seat
    position: Position | None


@dataclass(frozen=True)
class Board:
    """A consideration's counted seats in their order, each with its standing position."""

    consideration: Consideration
    answers: tuple[Answer, ...]

    @property
    def tally(self) -> Tally:
        return tally(
            [answer.seat.state.code for answer in self.answers],
            {a.seat.state.code: a.position.kind for a in self.answers if a.position},
        )

    @property
    def statements(self) -> list[Position]:
        """Reservations that stand, in the order received."""
        found = [
            a.position
            for a in self.answers
            if a.position and a.position.kind == Position.Kind.RESERVES
        ]
        return sorted(found, key=lambda position: position.pk)

    def of_seat(self, seat_id: int) -> Position | None:
        return next((a.position for a in self.answers if a.seat.pk == seat_id), None)

    def of_state(self, state_id: int) -> Position | None:
        return next((a.position for a in self.answers if a.seat.state_id == state_id), None)


def board(consideration: Consideration) -> Board:
    """Two queries, however many states sit."""
    seats = consideration.meeting.seats.filter(counted=True).select_related("state")
    standing = {
        position.seat_id: position
        for position in consideration.positions.standing().select_related(
            "person", "appointment__state", "seat__state"
        )
    }
    return Board(consideration, tuple(Answer(seat, standing.get(seat.pk)) for seat in seats))


def open_boards(among: QuerySet[Consideration] | None = None) -> list[Board]:
    """The boards of all open considerations, or of those among some; always three queries."""
    seats = Prefetch("meeting__seats", Seat.objects.filter(counted=True).select_related("state"))
    found = Consideration.objects.all() if among is None else among
    considerations = list(
        found.filter(closed=None)
        .select_related("plan", "revision", "meeting__body")
        .defer("revision__text")
        .prefetch_related(seats)
    )
    said = {
        (position.consideration_id, position.seat_id): position
        for position in Position.objects.filter(consideration__in=considerations).standing()
    }
    return [
        Board(
            consideration,
            tuple(
                Answer(seat, said.get((consideration.pk, seat.pk)))
                for seat in consideration.meeting.seats.all()
            ),
        )
        for consideration in considerations
    ]


def last_answers(consideration: Consideration) -> dict[int, Position]:
    """What each state said to this body about earlier texts, by state: the newest of each."""
    earlier = (
        Position.objects.filter(
            consideration__plan=consideration.plan_id,
            consideration__meeting__body=consideration.meeting.body_id,
            consideration__lt=consideration.pk,
        )
        .select_related("consideration__revision", "seat")
        .order_by("id")
    )
    return {position.seat.state_id: position for position in earlier}


def decisions(plan: WorkPlan) -> list[Decision]:
    """The decisions about a plan in the order taken."""
    return list(
        plan.decisions.select_related(
            "meeting__body", "by", "appointment__state", "revision", "consideration"
        )
    )


def life(plan: WorkPlan) -> list[dict[str, object]]:
    """The steps of a plan's life for the tracker: label, where it stands, when it was taken."""
    taken = {decision.act: decision.on for decision in plan.decisions.all()}
    reached = LIFE.index(plan.status)
    steps = []
    for number, status in enumerate(LIFE):
        state = "current" if number == reached else "done" if number < reached else "todo"
        if state == "current" and status == WorkPlan.Status.REPORTED:
            state = "done"
        on = taken.get(status) if number <= reached else None
        steps.append(
            {
                "label": WorkPlan.Status(status).label,
                "state": state,
                "note": str(PartialDate.of(on)) if on else "",
            }
        )
    return steps


def on_record() -> OnRecord:
    """What the record says of all who may lead: two queries."""
    membership: dict[str, list[Interval]] = {}
    belonging = [Membership.Status.MEMBER, Membership.Status.INVITED]
    for code, period in Membership.objects.filter(status__in=belonging).values_list(
        "state__code", "period"
    ):
        membership.setdefault(code, []).append((period.lower, period.upper))
    authorities: dict[tuple[str, str], list[Interval]] = {}
    for code, name, period in Authority.objects.values_list("state__code", "name", "period"):
        authorities.setdefault((code, name), []).append((period.lower, period.upper))
    return OnRecord(membership, authorities)
