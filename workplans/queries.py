"""Questions about plans that more than one page, act or document asks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Prefetch, QuerySet, Value
from django.utils.translation import gettext as _

from meetings.models import Meeting, Seat
from secretariat.dates import PartialDate
from secretariat.models import Authority, Membership, Person
from secretariat.standing import Standing
from workplans import correspondence
from workplans.consensus import Tally, tally
from workplans.disclosure import discloses
from workplans.models import (
    Amendment,
    Consideration,
    Decision,
    Heard,
    Note,
    Position,
    Question,
    Revision,
    Statement,
    WorkPlan,
)
from workplans.procedure import LIFE, course
from workplans.readiness import Interval, OnRecord


@dataclass(frozen=True)
class Answer:
    """A seat, and what its state says to the text, if anything.

    earlier: what it said to the same text before, the last first.
    """

    seat: Seat
    position: Position | None = None
    earlier: tuple[Position, ...] = ()


@dataclass(frozen=True)
class Board:
    """A consideration's counted seats in their order, each with its standing position.

    withheld: whether answers that its reader may not see yet were left out. late: what came in
    when a silence had ended, in the order received; it counts for nothing. waiting: what was
    written down in the room and is not confirmed yet, by the seat; it counts for nothing either.
    """

    consideration: Consideration
    answers: tuple[Answer, ...]
    withheld: bool = False
    late: tuple[Position, ...] = ()
    waiting: Mapping[int, Heard] = field(default_factory=dict)

    @property
    def tally(self) -> Tally:
        if self.withheld:
            raise ValueError("a board with answers left out cannot be counted")
        return tally(
            [answer.seat.state.code for answer in self.answers],
            {a.seat.state.code: a.position.kind for a in self.answers if a.position},
        )

    @property
    def sentence(self) -> str:
        """How the text stands, as far as the reader of this board may know."""
        if self.consideration.under_silence:
            asking = sum(a.position is not None for a in self.answers)
            return correspondence.sentence(asking, self.withheld)
        if self.withheld:
            return _("The positions of the states are shown once the text is closed.")
        return self.tally.sentence()

    @property
    def undecided(self) -> Position | None:
        """The first standing request for time on which the chair has not decided."""
        for answer in self.answers:
            asked = answer.position
            if asked and asked.until and getattr(asked, "ruling", None) is None:
                return asked
        return None

    def of_seat(self, seat_id: int) -> Position | None:
        return next((a.position for a in self.answers if a.seat.pk == seat_id), None)

    def of_state(self, state_id: int) -> Position | None:
        return next((a.position for a in self.answers if a.seat.state_id == state_id), None)

    def seen_by(self, standing: Standing) -> Board:
        """The board as a person may see it: where the setting says so, with their own alone."""
        if discloses(self.consideration, standing):
            return self
        own = {appointment.state_id for appointment in standing.appointments}
        answers = (a if a.seat.state_id in own else Answer(a.seat) for a in self.answers)
        waiting = {pk: one for pk, one in self.waiting.items() if one.seat.state_id in own}
        return replace(self, answers=tuple(answers), withheld=True, waiting=waiting)


def board(consideration: Consideration) -> Board:
    """Everything that was answered, for acts and for `seen_by`.

    Three queries, however many states sit; one less, where the seats are read already or nothing
    is said in a room.
    """
    seats = _counted(consideration.meeting)
    said: dict[int, list[Position]] = {}
    late: list[Position] = []
    for position in consideration.positions.select_related(
        "person",
        "appointment__state",
        "recorded_by",
        "recorded_as__state",
        "heard__by",
        "heard__appointment__state",
        "ruling__by",
        "seat__state",
    ).order_by("-id"):
        position.consideration = consideration
        if position.is_late:
            late.insert(0, position)
        else:
            said.setdefault(position.seat_id, []).append(position)
    answers = tuple(
        Answer(seat, next(iter(given), None), tuple(given[1:]))
        for seat, given in ((seat, said.get(seat.pk, [])) for seat in seats)
    )
    in_the_room = consideration.is_open and "hear" in course(consideration).acts
    heard = _heard().filter(consideration=consideration) if in_the_room else []
    return Board(consideration, answers, late=tuple(late), waiting=_unconfirmed(heard, answers))


def _unconfirmed(heard: Iterable[Heard], answers: Iterable[Answer]) -> dict[int, Heard]:
    """What was written down in the room and nobody has confirmed or answered since, by the seat."""
    newest = {one.seat_id: one for one in heard}
    answered = {a.seat.pk: a.position.at for a in answers if a.position}
    return {
        seat: one
        for seat, one in newest.items()
        if one.kind and (seat not in answered or answered[seat] < one.at)
    }


def _heard() -> QuerySet[Heard]:
    return Heard.objects.select_related("by", "appointment__state", "seat__state").order_by("id")


def statements(consideration: Consideration) -> list[Statement]:
    """What states attached to a text, in the order received; one query.

    Everything, for acts and for `disclosure.statements_seen`.
    """
    found = list(consideration.statements.standing().with_words())
    for statement in found:
        statement.consideration = consideration
    return found


def asked_for_advice(
    person: Person, considerations: Collection[Consideration]
) -> dict[int, Question]:
    """What a person's own delegation still waits to hear from them, by the text; one query."""
    told = Note.objects.filter(
        consideration=OuterRef("consideration"),
        seat=OuterRef("seat"),
        person=person,
        at__gt=OuterRef("at"),
        taken_back=None,
    )
    waiting = (
        Question.objects.filter(asked=person, consideration__in=considerations)
        .exclude(Exists(told))
        .select_related("by", "seat__state")
        .order_by("id")
    )
    return {question.consideration_id: question for question in waiting}


def with_seats(field: str) -> Prefetch[Any]:
    """The seats of meetings with their states, read together. field: "meeting__seats"."""
    return Prefetch(field, Seat.objects.select_related("state"))


def _counted(meeting: Meeting) -> list[Seat]:
    if "seats" in getattr(meeting, "_prefetched_objects_cache", {}):
        return [seat for seat in meeting.seats.all() if seat.counted]
    return list(meeting.seats.filter(counted=True).select_related("state"))


def open_boards(among: QuerySet[Consideration] | None = None) -> list[Board]:
    """The boards of all open considerations, or of those among some; always four queries."""
    seats = Prefetch("meeting__seats", Seat.objects.filter(counted=True).select_related("state"))
    asked = Consideration.objects.all() if among is None else among
    considerations = list(
        asked.filter(closed=None)
        .select_related("plan", "revision", "meeting__body")
        .defer("revision__text")
        .prefetch_related(seats)
    )
    said = {
        (position.consideration_id, position.seat_id): position
        for position in Position.objects.filter(consideration__in=considerations)
        .standing()
        .select_related("ruling", "seat__state")
    }
    heard: dict[int, list[Heard]] = {}
    for one in _heard().filter(consideration__in=considerations):
        heard.setdefault(one.consideration_id, []).append(one)
    found = []
    for consideration in considerations:
        answers = tuple(
            Answer(seat, said.get((consideration.pk, seat.pk)))
            for seat in consideration.meeting.seats.all()
        )
        waiting = _unconfirmed(heard.get(consideration.pk, []), answers)
        found.append(Board(consideration, answers, waiting=waiting))
    return found


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
            "meeting__body",
            "by",
            "appointment__state",
            "revision",
            "consideration__by",
            "consideration__appointment__state",
            "consideration__meeting",
        )
    )


def life_in_force(plan: WorkPlan, taken_so_far: list[Decision]) -> list[dict[str, object]]:
    """The same of the text that anybody may read, which an amendment leaves where it is."""
    text = plan.in_force_id
    told = [d for d in taken_so_far if d.revision_id == text] if text else taken_so_far
    return life(plan, told, plan.public_status)


def life(plan: WorkPlan, taken_so_far: list[Decision], status: str = "") -> list[dict[str, object]]:
    """The steps of a plan's life for the tracker: label, where it stands, when it was taken.

    taken_so_far: the decisions about it, in the order taken. status: if not the plan's own.
    """
    status = status or plan.status
    taken = {decision.act: decision.on for decision in taken_so_far}
    reached = LIFE.index(status)
    steps = []
    for number, status in enumerate(LIFE):
        state = "current" if number == reached else "done" if number < reached else "ahead"
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


def life_of_amendment(plan: WorkPlan, taken_so_far: list[Decision]) -> list[dict[str, object]]:
    """The steps of an amendment that is under way; its report is that of the plan."""
    told = [d for d in taken_so_far if d.revision.amends_id == plan.in_force_id]
    return life(plan, told)[:-1]


def amendment_of(text: Revision) -> Amendment | None:
    """The amendment in which a text was circulated; None for one of before a first approval."""
    if text.amends_id is None:
        return None
    opened = Amendment.objects.filter(amends=text.amends_id, opened__lte=text.frozen)
    return opened.select_related("by", "appointment__state").order_by("number").last()


def next_number(plan: WorkPlan) -> int:
    """The number of the text that is circulated next. One query, and only for an amended plan."""
    last = plan.revision
    if plan.in_force_id is not None:
        # A withdrawn amendment leaves texts behind that are newer than the one in force.
        last = plan.revisions.defer("text").order_by("number").last()
    return last.number + 1 if last else 1


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
