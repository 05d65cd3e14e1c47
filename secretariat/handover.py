"""Handing the secretariat over from one presidency to the next (domain rule 3).

The table of presidencies says who presides; no act moves that. What passes is the right to write,
convene and circulate: when the incoming side takes over what the outgoing side has offered, or by
itself with the day in the table.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from secretariat import handover_notices, register
from secretariat.accreditation import bring_into_step, presidencies_served
from secretariat.circulation import tell
from secretariat.models import (
    Appointment,
    Entry,
    HandOver,
    Person,
    Presidency,
    Subscription,
    Tick,
)
from secretariat.standing import PRESIDING_LEVELS, Function, NotEntitled, Standing, serves

MONTHS_AHEAD = 3
MOST_NAMED = 3
Side = Tick.Side


class CannotHandOver(Exception):
    """Why a hand-over cannot go on so; a sentence for the user."""


@dataclass(frozen=True)
class Blocker:
    """What stands in the way of an early hand-over, and which side can clear it, if one can."""

    text: str
    side: str = ""


class Blocked(CannotHandOver):
    """An early hand-over that something stands in the way of; the table waits for nothing."""

    def __init__(self, blockers: Sequence[Blocker]) -> None:
        super().__init__(" ".join(blocker.text for blocker in blockers))
        self.blockers = tuple(blockers)


# The list that both sides tick


@dataclass(frozen=True)
class Point:
    """One thing both sides look at before they say that it is in order."""

    key: str
    group: str
    title: Any


GROUPS = {
    "substance": pgettext_lazy("hand-over", "Substance"),
    "calendar": pgettext_lazy("hand-over", "Calendar"),
    "people": pgettext_lazy("hand-over", "People"),
    "records": pgettext_lazy("hand-over", "Records"),
}
POINTS = {
    point.key: point
    for point in (
        Point("plans", "substance", gettext_lazy("Work plans in hand")),
        Point("considerations", "substance", gettext_lazy("Texts before a meeting")),
        Point("objections", "substance", gettext_lazy("Objections and returned texts")),
        Point("reports", "substance", gettext_lazy("Reports due")),
        Point("meetings", "calendar", gettext_lazy("Meetings convened")),
        Point("venues", "calendar", gettext_lazy("Dates and venues still missing")),
        Point("designated", "people", gettext_lazy("Chair and staff who take over")),
        Point("delegations", "people", gettext_lazy("Delegations without head or focal point")),
        Point("documents", "records", gettext_lazy("Documents of this presidency")),
        Point("typesetting", "records", gettext_lazy("Documents that could not be typeset")),
        Point("register", "records", gettext_lazy("The register")),
        Point("notices", "records", gettext_lazy("Notices that could not be sent")),
    )
}


# Which presidency follows which


@dataclass(frozen=True)
class Turn:
    """Two presidencies that follow one another, and what is on record of their hand-over."""

    outgoing: Presidency
    incoming: Presidency

    @property
    def hand_over(self) -> HandOver | None:
        found: HandOver | None = getattr(self.outgoing, "hand_over", None)
        return found

    @property
    def day(self) -> date:
        """The day from which the table names the incoming presidency."""
        day: date = self.incoming.period.lower
        return day

    @property
    def instant(self) -> datetime:
        """When it happens by itself: as that day begins, by universal time."""
        return datetime.combine(self.day, time(), tzinfo=UTC)

    @property
    def last_day(self) -> date:
        """The last day of the outgoing presidency."""
        until: date = self.outgoing.period.upper
        return until - timedelta(days=1)

    @property
    def opens(self) -> date:
        """The day from which both sides prepare it."""
        opens = months_before(self.day, MONTHS_AHEAD)
        begins: date | None = self.outgoing.period.lower
        return max(opens, begins) if begins else opens

    @property
    def is_done(self) -> bool:
        return self.hand_over is not None and self.hand_over.at is not None

    def is_open_on(self, day: date) -> bool:
        """Whether the sides may tick, offer and take over on a day."""
        return self.opens <= day and self.outgoing.holds_on(day) and not self.is_done

    def presidency(self, side: str) -> Presidency:
        return self.outgoing if side == Side.OUTGOING else self.incoming


def months_before(day: date, months: int) -> date:
    """The same day of an earlier month; its last day where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def turns() -> list[Turn]:
    """Every pair of presidencies that follow one another, in their order. One query."""
    known = list(
        Presidency.objects.select_related(
            "state",
            "hand_over__offered_by",
            "hand_over__offered_as__state",
            "hand_over__taken_by",
            "hand_over__taken_as__state",
        ).order_by("period")
    )
    return [Turn(one, other) for one, other in zip(known, known[1:], strict=False)]


def ahead(day: date, among: Iterable[Turn] | None = None) -> Turn | None:
    """The turn in which the presidency of a day will end."""
    known = turns() if among is None else among
    return next((turn for turn in known if turn.outgoing.holds_on(day)), None)


def behind(day: date, among: Iterable[Turn] | None = None) -> Turn | None:
    """The turn in which the presidency of a day began."""
    known = turns() if among is None else among
    return next((turn for turn in known if turn.incoming.holds_on(day)), None)


# Who stands on which side


def _of(appointment: Appointment, presidency: Presidency) -> bool:
    """Whether an appointment of a presidency's own state covers one of its days."""
    return appointment.state_id == presidency.state_id and appointment.reaches(presidency)


def sides(turn: Turn, standing: Standing) -> dict[str, Appointment]:
    """On which sides of a turn a person acts, each with the appointment that says so.

    Outgoing are the chair and the staff in office; incoming those whose appointment reaches the
    next presidency, though it may begin only with it.
    """
    found: dict[str, Appointment] = {}
    # Of several appointments the one in force is the better basis.
    for appointment in (*standing.appointments, *standing.ever):
        if not serves(appointment):
            continue
        if appointment.holds_on(standing.day) and _of(appointment, turn.outgoing):
            found.setdefault(Side.OUTGOING, appointment)
        if not appointment.is_over(standing.day) and _of(appointment, turn.incoming):
            found.setdefault(Side.INCOMING, appointment)
    return found


def may_know(turn: Turn, standing: Standing) -> bool:
    """Whether a person may read about a turn and its note: who serves on a side, or served on it.

    The incoming side may from the day on which its preparation opens.
    """
    acts_for = sides(turn, standing)
    if Side.OUTGOING in acts_for and turn.outgoing.holds_on(standing.day):
        return True
    if Side.INCOMING in acts_for and turn.opens <= standing.day:
        return True
    return bool(presidencies_served(standing, (turn.outgoing, turn.incoming)))


def known_to(standing: Standing) -> list[Turn]:
    """The turns a person may read about, in their order. No query for most people."""
    if not any(serves(appointment) for appointment in standing.ever):
        return []
    return [turn for turn in turns() if may_know(turn, standing)]


def people(turn: Turn, day: date) -> dict[str, list[Appointment]]:
    """Chair and staff of each side who are in office on a day or will be. One query."""
    found = (
        Appointment.objects.filter(
            Q(function=Function.CHAIR, level__in=PRESIDING_LEVELS)
            | Q(function=Function.SECRETARIAT),
            Q(period__endswith__gt=day) | Q(period__upper_inf=True),
            state__in=[turn.outgoing.state_id, turn.incoming.state_id],
        )
        .select_related("person__user", "state")
        .order_by("function", "period", "person__name")
    )
    both = list(found)
    return {
        side: [one for one in both if _of(one, turn.presidency(side))]
        for side in (Side.OUTGOING, Side.INCOMING)
    }


# What stands in the way of an early hand-over


def blockers(
    turn: Turn,
    ticks: Iterable[Tick],
    incoming: Iterable[Appointment],
    typesetting: Sequence[str],
    day: date,
) -> list[Blocker]:
    """A sentence for each thing that stands in the way.

    incoming: of `people`; typesetting: symbols of the documents in the worker's hands.
    """
    found: list[Blocker] = []
    ready = [
        one
        for one in incoming
        if one.holds_on(day) and one.person.user is not None and one.person.user.is_active
    ]
    state = {"state": turn.incoming.state.name}
    if not any(one.function == Function.CHAIR for one in ready):
        found.append(Blocker(_("%(state)s has no chair in office with an account.") % state))
    if not any(one.function == Function.SECRETARIAT for one in ready):
        found.append(
            Blocker(_("%(state)s has no secretariat staff in office with an account.") % state)
        )
    ticked = {(tick.side, tick.point) for tick in ticks}
    for side in (Side.OUTGOING, Side.INCOMING):
        left = [str(point.title) for key, point in POINTS.items() if (side, key) not in ticked]
        if left:
            found.append(Blocker(_unticked(turn.presidency(side), left), side))
    if typesetting:
        found.append(Blocker(_being_typeset(typesetting), "worker"))
    return found


def _being_typeset(symbols: Sequence[str]) -> str:
    if len(symbols) > MOST_NAMED:
        return _("%(count)d documents are being typeset.") % {"count": len(symbols)}
    text = ngettext(
        "This document is being typeset: %(symbols)s.",
        "These documents are being typeset: %(symbols)s.",
        len(symbols),
    )
    return text % {"symbols": ", ".join(symbols)}


def _unticked(presidency: Presidency, left: Sequence[str]) -> str:
    """Few points are named; of many it is enough to say how many there are."""
    facts = {
        "state": presidency.state.name,
        "count": len(left),
        "total": len(POINTS),
        "points": "; ".join(left),
    }
    if len(left) > MOST_NAMED:
        return _("%(state)s has still to tick %(count)d of %(total)d points.") % facts
    text = ngettext(
        "%(state)s has not ticked this point: %(points)s.",
        "%(state)s has not ticked these points: %(points)s.",
        len(left),
    )
    return text % facts


def against_offering(found: Iterable[Blocker]) -> list[Blocker]:
    """Those that keep the outgoing side from offering; the others may be cleared afterwards."""
    return [blocker for blocker in found if blocker.side in ("", Side.OUTGOING)]


# Acts


@transaction.atomic
def tick(turn: Turn, point: str, side: str, *, by: Person, on: datetime) -> None:
    """Say for a side that a point is in order. Saying it twice has one effect."""
    basis = entitled(turn, side, Standing.of(by, on.date()))
    hand_over = _locked(turn, on)
    title = _title_of(point)
    _ticked, made = Tick.objects.get_or_create(
        hand_over=hand_over, point=point, side=side, defaults={"by": by, "at": on}
    )
    if made:
        _enter("tick", hand_over, turn, by=by, basis=basis, state=basis.state.name, title=title)


@transaction.atomic
def untick(turn: Turn, point: str, side: str, *, by: Person, on: datetime) -> None:
    """Take back that a point is in order; the register keeps that it was said."""
    basis = entitled(turn, side, Standing.of(by, on.date()))
    hand_over = _locked(turn, on)
    title = _title_of(point)
    taken_back, _each = hand_over.ticks.filter(point=point, side=side).delete()
    if taken_back:
        _enter("untick", hand_over, turn, by=by, basis=basis, state=basis.state.name, title=title)


@transaction.atomic
def offer(turn: Turn, *, remarks: str, by: Person, on: datetime) -> HandOver:
    """Offer the secretariat to the incoming side, which may take it over from now on."""
    day = on.date()
    basis = entitled(turn, Side.OUTGOING, Standing.of(by, day))
    hand_over = _locked(turn, on)
    remarks = remarks.strip()
    if hand_over.offered is not None:
        if (hand_over.offered_by_id, hand_over.remarks) == (by.pk, remarks):
            return hand_over
        raise CannotHandOver(
            _("%(person)s has offered the hand-over already.") % {"person": hand_over.offered_by}
        )
    found = blockers(turn, hand_over.ticks.all(), people(turn, day)[Side.INCOMING], (), day)
    if in_the_way := against_offering(found):
        raise Blocked(in_the_way)
    hand_over.remarks = remarks
    hand_over.offered, hand_over.offered_by, hand_over.offered_as = on, by, basis
    hand_over.save(update_fields=["remarks", "offered", "offered_by", "offered_as"])
    entry = _enter("offer", hand_over, turn, by=by, basis=basis, text=remarks)
    told = people(turn, day)[Side.INCOMING]
    tell(entry, handover_notices.offered(turn, hand_over, told, day))
    return hand_over


@transaction.atomic
def withdraw_offer(turn: Turn, *, by: Person, on: datetime) -> None:
    """Take an offer back before it is taken up."""
    basis = entitled(turn, Side.OUTGOING, Standing.of(by, on.date()))
    hand_over = _locked(turn, on)
    if hand_over.offered is None:
        return
    hand_over.offered = hand_over.offered_by = hand_over.offered_as = None
    hand_over.save(update_fields=["offered", "offered_by", "offered_as"])
    entry = _enter("withdraw_offer", hand_over, turn, by=by, basis=basis)
    told = people(turn, on.date())[Side.INCOMING]
    tell(entry, handover_notices.offer_withdrawn(turn, by, told, on.date()))


@transaction.atomic
def take_over(
    turn: Turn, *, typesetting: Sequence[str], by: Person, on: datetime
) -> tuple[HandOver, Entry] | None:
    """Take the secretariat over; from this instant the incoming side writes and the other reads.

    None if this person has taken it over already. Who takes it over writes from now on, so the
    appointment has to be in force.
    """
    day = on.date()
    standing = Standing.of(by, day)
    basis = entitled(turn, Side.INCOMING, standing)
    if basis not in standing.appointments:
        raise NotEntitled(
            _("Your appointment begins on %(day)s; only who is in office takes over.")
            % {"day": basis.begins}
        )
    _hold(turn)
    row = _row(turn)
    if row.at is not None and row.taken_by_id == by.pk:
        return None
    hand_over = _still_open(turn, row, on)
    if hand_over.offered is None:
        raise CannotHandOver(
            _("%(state)s has not offered the hand-over, or has withdrawn the offer.")
            % {"state": turn.outgoing.state.name}
        )
    incoming = people(turn, day)[Side.INCOMING]
    if found := blockers(turn, hand_over.ticks.all(), incoming, typesetting, day):
        raise Blocked(found)
    hand_over.at, hand_over.taken_by, hand_over.taken_as = on, by, basis
    return hand_over, _pass_on(hand_over, turn, by=by, basis=basis, day=day)


@transaction.atomic
def hand_over_by_table(turn: Turn, *, on: datetime) -> tuple[HandOver, Entry] | None:
    """Enter that the day in the table has come. None if the hand-over is on record already.

    Nobody acts and nothing blocks it: the rights passed with that day, whenever this runs.
    """
    if on < turn.instant:
        raise CannotHandOver(_("The day in the table of presidencies has not come."))
    _hold(turn)
    hand_over = _row(turn)
    if hand_over.at is not None:
        return None
    hand_over.at = turn.instant
    return hand_over, _pass_on(hand_over, turn, by=None, basis=None, day=on.date())


def was_served_here(turn: Turn) -> bool:
    """Whether this portal had a chair or staff of the outgoing presidency on its last day.

    A portal set up afterwards has seen no hand-over, and enters none.
    """
    held = Appointment.objects.on(turn.last_day).filter(state=turn.outgoing.state_id)
    return any(serves(appointment) for appointment in held)


def _pass_on(
    hand_over: HandOver, turn: Turn, *, by: Person | None, basis: Appointment | None, day: date
) -> Entry:
    """What an early hand-over and that by the table have in common."""
    hand_over.save(update_fields=["at", "taken_by", "taken_as"])
    assert hand_over.at is not None
    entry = _enter(
        "hand_over",
        hand_over,
        turn,
        by=by,
        basis=basis,
        at=hand_over.at.isoformat(),
        offered_by=hand_over.offered_by.name if hand_over.offered_by else None,
        text=hand_over.remarks,
    )
    sides_of = concerned(turn, hand_over.at, day)
    losing = [one.person_id for one in sides_of[Side.OUTGOING]]
    # Calendars read with a secret end with the role their owners had when they made them.
    Subscription.objects.filter(person__in=losing, ended=None, made__lt=hand_over.at).update(
        ended=hand_over.at
    )
    both = [one.person for side in sides_of.values() for one in side]
    for person in {person.pk: person for person in both}.values():
        bring_into_step(Standing.of(person, day))
    tell(entry, handover_notices.handed_over(turn, hand_over, both, day))
    return entry


def concerned(turn: Turn, at: datetime, day: date) -> dict[str, list[Appointment]]:
    """Whose rights change: who served until the hand-over, and who serves or will from it on."""
    last = at.date() if turn.outgoing.holds_on(at.date()) else turn.last_day
    held = Appointment.objects.filter(
        state__in=[turn.outgoing.state_id, turn.incoming.state_id],
        function__in=[Function.CHAIR, Function.SECRETARIAT],
    ).select_related("person__user", "state")
    found = [one for one in held if serves(one)]
    return {
        Side.OUTGOING: [one for one in found if _of(one, turn.outgoing) and one.holds_on(last)],
        Side.INCOMING: [one for one in found if _of(one, turn.incoming) and not one.is_over(day)],
    }


def entitled(turn: Turn, side: str, standing: Standing) -> Appointment:
    """The appointment by which a person acts for a side, or NotEntitled."""
    basis = sides(turn, standing).get(side)
    if basis is None:
        raise NotEntitled(
            _("Only the chair and the secretariat of %(presidency)s can do this.")
            % {"presidency": turn.presidency(side)}
            if side in Side.values
            else _("A hand-over has an outgoing and an incoming side.")
        )
    return basis


def _title_of(point: str) -> str:
    if point not in POINTS:
        raise CannotHandOver(_("The list has no such point."))
    return str(POINTS[point].title)


def _hold(turn: Turn) -> None:
    """Hold both presidencies until the transaction ends, as the table had them when it was asked.

    Plans are bound to a presidency: meanwhile nobody starts one under the other.
    """
    keys = [turn.outgoing.pk, turn.incoming.pk]
    held = Presidency.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    now = {row.pk: (row.state_id, row.period) for row in held}
    if any(now[row.pk] != (row.state_id, row.period) for row in (turn.outgoing, turn.incoming)):
        raise CannotHandOver(_("The table of presidencies has changed. Open the page again."))


def _row(turn: Turn) -> HandOver:
    """The hand-over on record, made if there is none, held until the transaction ends.

    If the table has been changed since, what was ticked and offered was for another state.
    """
    HandOver.objects.get_or_create(
        outgoing=turn.outgoing,
        defaults={"incoming": turn.incoming, "is_example": Person.any_example()},
    )
    hand_over = (
        HandOver.objects.select_for_update(of=("self",))
        .select_related("offered_by", "taken_by")
        .get(outgoing=turn.outgoing)
    )
    if hand_over.at is None and hand_over.incoming_id != turn.incoming.pk:
        hand_over.ticks.all().delete()
        hand_over.incoming = turn.incoming
        hand_over.offered = hand_over.offered_by = hand_over.offered_as = None
        hand_over.save(update_fields=["incoming", "offered", "offered_by", "offered_as"])
    return hand_over


def _locked(turn: Turn, on: datetime) -> HandOver:
    return _still_open(turn, _row(turn), on)


def _still_open(turn: Turn, hand_over: HandOver, on: datetime) -> HandOver:
    """The hand-over, unless its time has not come or is past."""
    if hand_over.at is not None:
        raise CannotHandOver(_("The secretariat has been handed over already."))
    if on >= turn.instant or not turn.outgoing.holds_on(on.date()):
        raise CannotHandOver(
            _("The day in the table of presidencies has come; %(state)s has taken over with it.")
            % {"state": turn.incoming.state.name}
        )
    if on.date() < turn.opens:
        raise CannotHandOver(
            _("The hand-over is prepared from %(day)s on.") % {"day": turn.opens.isoformat()}
        )
    return hand_over


def _enter(
    act: str,
    hand_over: HandOver,
    turn: Turn,
    *,
    by: Person | None,
    basis: Appointment | None,
    **facts: Any,
) -> Entry:
    return register.enter(
        act,
        hand_over,
        by=by,
        appointment=basis,
        outgoing=turn.outgoing.state.name,
        incoming=turn.incoming.state.name,
        year=turn.outgoing.year,
        **facts,
    )
