"""Appointing a state's people, ending their appointments, and replacing one person by another.

The rights that follow are read from the appointments at every request, so an act here takes effect
with the next one: on pages, in feeds and on letters still to be sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from secretariat import invitations, notices, permissions, register
from secretariat.accreditation import accredit, recall, withdraw
from secretariat.circulation import tell
from secretariat.dates import PartialDate
from secretariat.models import Appointment, Authority, Entry, Invitation, Person, State
from secretariat.permissions import NEEDS_A_BASIS, Right, Rights
from secretariat.standing import PRESIDING_LEVELS, Function, Level, Standing


@dataclass(frozen=True)
class Problem:
    """Why something cannot be done so, and the field of the form it concerns, if one.

    taken: the appointments that stand in the way and could be replaced.
    """

    text: str
    field: str = ""
    taken: tuple[Appointment, ...] = ()


class CannotDo(Exception):
    """Why an appointment cannot be made or ended so."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(problem.text for problem in self.problems))


@dataclass(frozen=True)
class Order:
    """Whom to appoint to what. until: the day from which it gives no right any more."""

    name: str
    email: str
    function: str
    state: State
    since: date
    until: date | None = None
    level: str = Level.DEPARTMENTAL
    authority: Authority | None = None
    basis: str = ""


@dataclass(frozen=True)
class Prospect:
    """What will happen if an order is carried out.

    person: on record with the address already. already: the appointment made by the same order
    before. letter: the invitation the person has in hand. withdraws: whether the appointment to be
    replaced goes with its whole term.
    """

    right: Right
    person: Person | None = None
    already: Appointment | None = None
    letter: Invitation | None = None
    replacing: Appointment | None = None
    withdraws: bool = False


@dataclass(frozen=True)
class Done:
    """An appointment made, and what came with it. anew: False if it had been made before."""

    appointment: Appointment
    invitation: Invitation | None = None
    replaced: Appointment | None = None
    anew: bool = True


@dataclass
class _Found:
    problems: list[Problem] = field(default_factory=list)

    def add(self, text: str, where: str = "", taken: Iterable[Appointment] = ()) -> None:
        self.problems.append(Problem(text, where, tuple(taken)))


def within(function: str) -> str:
    """The name of a function as it is written inside a sentence."""
    return function[:1].lower() + function[1:]


# Looking before acting


def on_record(email: str) -> Person | None:
    """The person with this address; there is never a second one."""
    if not email:
        return None
    found: Person | None = (
        Person.objects.annotate(address=Lower("email"))
        .filter(address=email.lower())
        .select_related("user")
        .first()
    )
    return found


def was_used(appointment: Appointment) -> bool:
    """Whether any act was taken under an appointment; opening one's account is none."""
    return Entry.objects.filter(appointment=appointment).exclude(act="accept_invitation").exists()


def examine(
    order: Order, *, by: Person, on: datetime, replacing: Appointment | None = None
) -> Prospect:
    """What carrying out the order would do. NotEntitled or CannotDo if it cannot be done."""
    day = on.date()
    rights = Rights.of(Standing.of(by, day), order.state)
    if replacing is None:
        right = permissions.entitled_to_appoint(rights, order.function)
    else:
        right = permissions.entitled_to_end(rights, replacing)
    person = on_record(order.email)
    already = _made_before(order, person, replacing)
    if already is not None:
        return Prospect(right, person, already=already, replacing=replacing)
    found = _Found()
    _check_the_office(found, order, day)
    _check_the_days(found, order, day)
    if not order.name and person is None:
        found.add(_("Write the name of the person."), "name")
    if replacing is not None:
        _check_the_replaced(found, order, replacing, day)
    _check_who_is_there(found, order, person, replacing)
    if found.problems:
        raise CannotDo(found.problems)
    return Prospect(
        right,
        person,
        letter=invitations.open_letter(person, on) if person and not person.user_id else None,
        replacing=replacing,
        withdraws=replacing is not None and order.since <= replacing.period.lower,
    )


def _made_before(
    order: Order, person: Person | None, replacing: Appointment | None
) -> Appointment | None:
    """The appointment that the same order, sent before, has made."""
    if person is None:
        return None
    same = Appointment.objects.filter(
        person=person,
        state=order.state,
        function=order.function,
        period=DateRange(order.since, order.until),
    )
    if replacing is not None:
        same = same.exclude(pk=replacing.pk)
    found: Appointment | None = same.select_related("person", "state").first()
    return found


def _check_the_office(found: _Found, order: Order, day: date) -> None:
    if order.function == Function.MINISTER and order.level != Level.MINISTERIAL:
        found.add(_("A minister is appointed at ministerial level."), "level")
    if order.function == Function.CHAIR and order.level not in PRESIDING_LEVELS:
        found.add(
            _("The chair is an official at ministerial or departmental level, not an expert."),
            "level",
        )
    if order.authority is not None and (
        order.authority.state_id != order.state.pk
        or not (order.authority.holds_on(day) or order.authority.holds_on(order.since))
    ):
        found.add(
            _("This is not an authority of %(state)s today.") % {"state": order.state}, "authority"
        )
    if order.function in NEEDS_A_BASIS and not order.basis:
        found.add(_("Write which letter or note appoints, with its date."), "basis")


def _check_the_days(found: _Found, order: Order, day: date) -> None:
    if order.since < day:
        found.add(
            _("An appointment gives rights from the day it is recorded: %(day)s at the earliest.")
            % {"day": PartialDate.of(day)},
            "since",
        )
    if order.until is not None and order.until <= order.since:
        found.add(_("The last day is before the first."), "until")


def _check_the_replaced(found: _Found, order: Order, replacing: Appointment, day: date) -> None:
    if (order.function, order.state) != (replacing.function, replacing.state):
        found.add(_("One person replaces another in the same function."), "function")
    if replacing.is_over(day):
        found.add(
            _("The appointment of %(person)s has ended already.") % {"person": replacing.person}
        )
    elif order.since <= replacing.period.lower <= day and was_used(replacing):
        found.add(_acted_on(replacing), "since")
    elif replacing.period.upper is not None and replacing.period.upper < order.since:
        found.add(
            _("The appointment of %(person)s ends on %(day)s, before the new one begins.")
            % {"person": replacing.person, "day": replacing.ends},
            "since",
        )


def _acted_on(appointment: Appointment) -> str:
    begins = appointment.period.lower
    return _(
        "%(person)s was appointed on %(day)s and has acted since, so that day stays on record. "
        "Choose %(next)s or later."
    ) % {
        "person": appointment.person,
        "day": PartialDate.of(begins),
        "next": PartialDate.of(begins + timedelta(days=1)),
    }


def _check_who_is_there(
    found: _Found, order: Order, person: Person | None, replacing: Appointment | None
) -> None:
    """Nobody holds a function twice at once, and some functions are held by one at a time."""
    if order.until is not None and order.until <= order.since:
        return
    held = (
        Appointment.objects.filter(
            state=order.state,
            function=order.function,
            period__overlap=DateRange(order.since, order.until),
        )
        .select_related("person", "state")
        .order_by("period")
    )
    if replacing is not None:
        held = held.exclude(pk=replacing.pk)
    own = [one for one in held if person is not None and one.person_id == person.pk]
    for one in own:
        found.add(
            _("%(person)s is on record as %(function)s in these days already: %(term)s.")
            % {"person": one.person, "function": within(one.capacity), "term": one.term},
            "since",
            [one],
        )
    if own or not _one_at_a_time(order.function, order.level):
        return
    others = [one for one in held if _one_at_a_time(one.function, one.level)]
    if others:
        listed = "; ".join(f"{one.person}, {one.term}" for one in others)
        words = {
            Function.HEAD: _("There is a head of delegation in these days: %(people)s."),
            Function.CHAIR: _("There is a chair in these days: %(people)s."),
        }[Function(order.function)]
        found.add(words % {"people": listed}, "function", others)


def _one_at_a_time(function: str, level: str) -> bool:
    return function == Function.HEAD or (function == Function.CHAIR and level in PRESIDING_LEVELS)


def examine_end(
    appointment: Appointment, *, until: date, reason: str, by: Person, on: datetime
) -> tuple[Right, bool]:
    """By what right an appointment is ended so, and whether it goes with its whole term.

    NotEntitled or CannotDo if it cannot be ended so.
    """
    day = on.date()
    rights = Rights.of(Standing.of(by, day), appointment.state)
    right = permissions.entitled_to_end(rights, appointment)
    begins, upper = appointment.period.lower, appointment.period.upper
    whole = not appointment.has_begun(day) or until <= begins
    found = _Found()
    if appointment.is_over(day):
        found.add(_("This appointment has ended already."))
    elif until < day:
        found.add(_("An appointment ends today or later."), "until")
    elif not whole and upper is not None and upper < until:
        found.add(
            _("It ends before that: its last day is %(day)s.") % {"day": appointment.ends}, "until"
        )
    elif whole and appointment.has_begun(day) and was_used(appointment):
        found.add(_acted_on(appointment), "until")
    if not reason:
        found.add(_("Write why the appointment ends; the reason stays on record."), "reason")
    if appointment.function == Function.FOCAL_POINT and not found.problems:
        _check_the_focal_points(found, appointment, right, max(until, begins))
    if found.problems:
        raise CannotDo(found.problems)
    return right, whole


def _check_the_focal_points(
    found: _Found, appointment: Appointment, right: Right, until: date
) -> None:
    """A state without a focal point could not appoint anybody any more."""
    if right.basis == appointment:
        found.add(
            _("A focal point cannot end their own appointment. Appoint who replaces you instead."),
            taken=[appointment],
        )
        return
    others = Appointment.objects.on(until).filter(
        state=appointment.state_id, function=Function.FOCAL_POINT
    )
    if not others.exclude(pk=appointment.pk).exists():
        found.add(
            _(
                "%(person)s is the only focal point of %(state)s in these days. Without one "
                "%(state)s could appoint nobody. Appoint who replaces %(person)s instead."
            )
            % {"person": appointment.person, "state": appointment.state},
            taken=[appointment],
        )


# Acts


@transaction.atomic
def appoint(order: Order, *, by: Person, on: datetime) -> Done:
    """Appoint somebody, and invite them if they have no account. The same order has one effect."""
    _one_at_a_time_for(order.state)
    prospect = examine(order, by=by, on=on)
    if prospect.already is not None:
        return Done(prospect.already, anew=False)
    return _make(order, prospect, by=by, on=on)


@transaction.atomic
def replace(appointment: Appointment, order: Order, *, by: Person, on: datetime) -> Done:
    """End an appointment and appoint somebody in its place, from the same day."""
    _one_at_a_time_for(order.state)
    appointment = _read(appointment)
    prospect = examine(order, by=by, on=on, replacing=appointment)
    if prospect.already is not None:
        return Done(prospect.already, replaced=appointment, anew=False)
    name = prospect.person.name if prospect.person else order.name
    reason = _("Replaced by %(person)s.") % {"person": name}
    _cut(
        appointment,
        order.since,
        whole=prospect.withdraws,
        reason=reason,
        right=prospect.right,
        by=by,
        on=on,
        tells_others=False,
    )
    return _make(order, prospect, by=by, on=on)


@transaction.atomic
def end(
    appointment: Appointment, *, until: date, reason: str, by: Person, on: datetime
) -> Appointment:
    """End an appointment: from this day it gives no right. Ending it twice has one effect.

    One that has not begun, or began today and was not used, is withdrawn with its whole term.
    """
    _one_at_a_time_for(appointment.state)
    appointment = _read(appointment)
    reason = " ".join(reason.split())
    if appointment.is_withdrawn or appointment.period.upper == until:
        right = Rights.of(Standing.of(by, on.date()), appointment.state)
        permissions.entitled_to_end(right, appointment)
        return appointment
    right_, whole = examine_end(appointment, until=until, reason=reason, by=by, on=on)
    _cut(appointment, until, whole=whole, reason=reason, right=right_, by=by, on=on)
    return _read(appointment)


def find_or_make_person(email: str, name: str, *, is_example: bool = False) -> Person:
    """The person with this address, made if there is none."""
    if person := on_record(email):
        return person
    try:
        with transaction.atomic():
            return Person.objects.create(name=name, email=email.lower(), is_example=is_example)
    except IntegrityError:
        # Another state has just appointed the same person.
        made = on_record(email)
        assert made is not None
        return made


def _one_at_a_time_for(state: State) -> None:
    """Acts on one state's people wait for one another, so that each sees what the last did."""
    State.objects.select_for_update().get(pk=state.pk)


def _read(appointment: Appointment) -> Appointment:
    found: Appointment = Appointment.objects.select_related("person", "state", "authority").get(
        pk=appointment.pk
    )
    return found


def _make(order: Order, prospect: Prospect, *, by: Person, on: datetime) -> Done:
    # What an invented person does is part of the example.
    person = find_or_make_person(order.email, order.name, is_example=by.is_example)
    # Another state may be inviting the same person.
    person = Person.objects.select_for_update().get(pk=person.pk)
    under = prospect.right.basis
    appointment = accredit(
        person,
        function=order.function,
        state=order.state,
        since=order.since,
        until=order.until,
        level=order.level,
        authority=order.authority,
        basis=order.basis,
        by=by,
        under=under,
        on=on.date(),
    )
    # A letter in hand opens the account for this appointment too.
    invites = person.user_id is None and invitations.open_letter(person, on) is None
    entry, day = _newest_entry(appointment), on.date()
    told = [] if invites else notices.appointed_you(appointment, day)
    told += notices.appointed(appointment, entry, day, instead_of=prospect.replacing)
    tell(entry, told)
    invitation = invitations.invite(appointment, by=by, under=under, on=on) if invites else None
    return Done(appointment, invitation, prospect.replacing)


def _cut(
    appointment: Appointment,
    until: date,
    *,
    whole: bool,
    reason: str,
    right: Right,
    by: Person,
    on: datetime,
    tells_others: bool = True,
) -> None:
    day = on.date()
    if whole:
        withdraw(appointment, by=by, under=right.basis, reason=reason, on=day)
    else:
        recall(appointment, until=until, by=by, under=right.basis, reason=reason, on=day)
    appointment = _read(appointment)
    entry = _newest_entry(appointment)
    tell(entry, notices.ended(appointment, entry, day, reason=reason, tells_others=tells_others))
    invitations.withdraw_unneeded(appointment.person, by=by, under=right.basis, on=on)


def _newest_entry(appointment: Appointment) -> Entry:
    entry = register.entries_about(appointment).first()
    assert entry is not None
    return entry
