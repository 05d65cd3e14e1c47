"""Reminding the states that have not answered a text, and nobody else (domain rules 6, 15)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from meetings.models import Seat
from secretariat import register
from secretariat.circulation import tell
from secretariat.models import Appointment, Person
from secretariat.standing import Standing
from workplans import notices, permissions, procedure, queries
from workplans.models import Consideration, Reminder
from workplans.operations.locking import Superseded, current
from workplans.reminders import Due, Told, due


class NobodyToRemind(Exception):
    """Why nobody is reminded now; a sentence for the user."""


@dataclass(frozen=True)
class Silent:
    """A state that has not answered, its last reminder, and from when on it may be reminded."""

    seat: Seat
    last: datetime | None
    again: datetime

    def is_left_alone(self, moment: datetime) -> bool:
        return moment < self.again


def silent(consideration: Consideration) -> list[Silent]:
    """The states that have not answered, in their order; three queries."""
    told = told_before(consideration)
    return [
        Silent(
            answer.seat,
            told.last.get(answer.seat.pk),
            told.again_from(answer.seat, consideration.opened),
        )
        for answer in queries.board(consideration).answers
        if answer.position is None
    ]


def told_before(consideration: Consideration) -> Told:
    rows = list(consideration.reminders.values_list("seat", "kind", "day"))
    newest = consideration.reminders.order_by().values_list("seat").annotate(Max("at"))
    return Told(frozenset(rows), dict(newest) if rows else {})


@transaction.atomic
def remind_now(
    consideration: Consideration, *, seats: Sequence[int], by: Person, on: datetime
) -> list[Seat]:
    """Remind the states that have not answered; those reminded within a day are left alone.

    seats: those on the person's screen. Who has answered meanwhile is not reminded. Returns the
    seats that were reminded.
    """
    plan, consideration = current(consideration)
    procedure.follow("remind", plan.status)
    procedure.admit("remind", consideration)
    basis = permissions.entitled("remind", Standing.of(by, on.date()))
    if not consideration.is_open or (closes := consideration.closes) is None or closes <= on:
        raise Superseded(_("This text takes no answers any more."))
    found = [
        one.seat
        for one in silent(consideration)
        if one.seat.pk in seats and not one.is_left_alone(on)
    ]
    day = consideration.meeting.day_at(on)
    reminders = [Due(seat, Reminder.BY_HAND, day) for seat in found]
    done = _remind(consideration, reminders, by=by, basis=basis, on=on)
    if not done:
        raise NobodyToRemind(
            _("Nobody was reminded: each state has answered, or was told within the last 24 hours.")
        )
    return [one.seat for one in done]


def remind_all(on: datetime) -> int:
    """Remind of every open text what is due; how many states were reminded.

    May run at any time, late, twice, and in two places at once: each takes the plan's lock, and
    a step of a deadline is reminded of once.
    """
    open_now = Consideration.objects.filter(closed=None).order_by("id")
    return sum(_by_themselves(consideration, on) for consideration in open_now)


@transaction.atomic
def _by_themselves(consideration: Consideration, on: datetime) -> int:
    _plan, consideration = current(consideration)
    closes = consideration.closes
    if not consideration.is_open or closes is None or consideration.under_silence:
        # Under silence nobody owes an answer.
        return 0
    opened, meeting = consideration.opened, consideration.meeting
    if consideration.before_ministers and not meeting.sits_on(meeting.day_at(on)):
        # Ministers can answer only while their meeting sits.
        return 0
    found = due(
        [a.seat for a in queries.board(consideration).answers if a.position is None],
        deadline=closes,
        opened=opened,
        now=on,
        steps=settings.REMIND_WORKING_DAYS_BEFORE,
        told=told_before(consideration),
        late_is_early=consideration.before_ministers,
    )
    return len(_remind(consideration, found, by=None, basis=None, on=on))


def _remind(
    consideration: Consideration,
    found: Iterable[Due],
    *,
    by: Person | None,
    basis: Appointment | None,
    on: datetime,
) -> list[Due]:
    """Remind of what is due; a state for which nobody answers cannot be, and is left out."""
    found = list(found)
    told = notices.reminded(consideration, [one.seat for one in found], on.date())
    answered_for = {
        one.state_id for telling in told for one in telling.told if isinstance(one, Appointment)
    }
    found = [one for one in found if one.seat.state_id in answered_for]
    if not found:
        return []
    entry = register.enter(
        "remind_states",
        consideration.plan,
        by=by,
        appointment=basis,
        revision=consideration.revision.symbol,
        states=[one.seat.state.code for one in found],
    )
    Reminder.objects.bulk_create(
        Reminder(
            consideration=consideration,
            seat=one.seat,
            kind=one.kind,
            day=one.day,
            entry=entry,
            at=on,
        )
        for one in found
    )
    tell(entry, told)
    return found
