"""Questions about plans that more than one page, act or document asks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import F, Prefetch, QuerySet, Value

from meetings.models import Meeting, Seat
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
    """Two queries, however many states sit; one, where the seats are read already."""
    seats = _counted(consideration.meeting)
    standing = {
        position.seat_id: position
        for position in consideration.positions.standing().select_related(
            "person", "appointment__state", "seat__state"
        )
    }
    return Board(consideration, tuple(Answer(seat, standing.get(seat.pk)) for seat in seats))


def with_seats(field: str) -> Prefetch[Any]:
    """The seats of meetings with their states, read together. field: "meeting__seats"."""
    return Prefetch(field, Seat.objects.select_related("state"))


def _counted(meeting: Meeting) -> list[Seat]:
    if "seats" in getattr(meeting, "_prefetched_objects_cache", {}):
        return [seat for seat in meeting.seats.all() if seat.counted]
    return list(meeting.seats.filter(counted=True).select_related("state"))


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


def life(plan: WorkPlan, taken_so_far: list[Decision]) -> list[dict[str, object]]:
    """The steps of a plan's life for the tracker: label, where it stands, when it was taken.

    taken_so_far: the decisions about it, in the order taken.
    """
    taken = {decision.act: decision.on for decision in taken_so_far}
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


@dataclass(frozen=True)
class Ministry:
    """An authority on record, under the name it bears from one day until another."""

    pk: int
    name: str
    period: Interval

    def holds_on(self, day: date) -> bool:
        return _in(day, self.period)


@dataclass
class Leader:
    """A state that belongs or belonged to the partnership, or has an authority on record.

    belongs: when it was a member or invited. authorities: the one that leads first, then by name.
    """

    pk: int
    code: str
    name: str
    belongs: list[Interval] = field(default_factory=list)
    authorities: list[Ministry] = field(default_factory=list)


@dataclass(frozen=True)
class Roll:
    """All who may lead an activity, in protocol order."""

    leaders: tuple[Leader, ...]

    def offered(self, day: date, chosen: Collection[int]) -> list[Leader]:
        """The states that are members or invited on a day, and those that were chosen before.

        chosen: by their primary keys.
        """
        return [
            one
            for one in self.leaders
            if one.pk in chosen or any(_in(day, period) for period in one.belongs)
        ]

    @cached_property
    def on_record(self) -> OnRecord:
        """The same as a draft is looked over with it."""
        membership = {
            one.code: sorted(one.belongs, key=_beginning) for one in self.leaders if one.belongs
        }
        named: dict[tuple[str, str], list[Interval]] = {}
        for one in self.leaders:
            for authority in one.authorities:
                named.setdefault((one.code, authority.name), []).append(authority.period)
        return OnRecord(
            membership, {key: sorted(found, key=_beginning) for key, found in named.items()}
        )


def _beginning(period: Interval) -> date:
    return period[0] or date.min


def _in(day: date, period: Interval) -> bool:
    lower, upper = period
    return (lower is None or lower <= day) and (upper is None or day < upper)


def roll() -> Roll:
    """Who may lead, with when they belong and the authorities of each. One query."""
    belonging = [Membership.Status.MEMBER, Membership.Status.INVITED]
    state = ("state__protocol_order", "state__name", "state_id", "state__code")
    columns = (*state, "first", "called", "authority", "period")
    memberships = Membership.objects.filter(status__in=belonging).annotate(
        first=Value(True), called=Value(""), authority=Value(0)
    )
    authorities = Authority.objects.annotate(first=F("leads"), called=F("name"), authority=F("pk"))
    both = memberships.order_by().values_list(*columns)
    both = both.union(authorities.order_by().values_list(*columns), all=True)
    rows = sorted(both, key=lambda row: (*row[:4], not row[4], *row[5:7]))
    found: dict[int, Leader] = {}
    for _order, name, pk, code, _first, called, authority, period in rows:
        leader = found.setdefault(pk, Leader(pk, code, name))
        interval = period.lower, period.upper
        if authority:
            leader.authorities.append(Ministry(authority, called, interval))
        else:
            leader.belongs.append(interval)
    return Roll(tuple(found.values()))


@dataclass(frozen=True)
class Row:
    """An activity in the contents of a draft, under the number it is printed with."""

    number: str
    key: UUID
    title: str


@dataclass(frozen=True)
class Section:
    """A priority area in the contents of a draft, with the activities in it."""

    pk: int
    key: UUID
    number: str
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Contents:
    """The areas of a draft and their activities, in printed order."""

    sections: tuple[Section, ...]

    @property
    def areas(self) -> tuple[tuple[int, str], ...]:
        """The areas as a form offers them, by their primary keys."""
        return tuple((section.pk, section.title) for section in self.sections)

    @cached_property
    def activities(self) -> tuple[Row, ...]:
        return tuple(row for section in self.sections for row in section.rows)

    def place_of(self, key: UUID) -> int | None:
        return next((n for n, row in enumerate(self.activities) if row.key == key), None)

    def number_of(self, key: UUID) -> str:
        place = self.place_of(key)
        return "" if place is None else self.activities[place].number

    def beside(self, key: UUID) -> tuple[Row | None, Row | None]:
        """The activities before and after one."""
        place = self.place_of(key)
        if place is None:
            return None, None
        before = self.activities[place - 1] if place else None
        return before, next(iter(self.activities[place + 1 : place + 2]), None)


def contents(plan: WorkPlan) -> Contents:
    """What a draft holds, by its titles alone. One query, however much that is."""
    order = [f"{of}{name}" for of in ("", "activities__") for name in ("position", "id")]
    columns = ("pk", "key", "title", "activities__key", "activities__title")
    found: dict[int, tuple[UUID, str, list[tuple[UUID, str]]]] = {}
    for pk, key, title, *activity in plan.areas.order_by(*order).values_list(*columns):
        held = found.setdefault(pk, (key, title, []))[2]
        if activity[0] is not None:
            held.append((activity[0], activity[1]))
    return Contents(
        tuple(
            Section(
                pk,
                key,
                str(number),
                title,
                tuple(Row(f"{number}.{place}", *row) for place, row in enumerate(held, 1)),
            )
            for number, (pk, (key, title, held)) in enumerate(found.items(), 1)
        )
    )
