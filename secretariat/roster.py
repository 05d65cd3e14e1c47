"""A state's people as their page lists them: who holds what, and how each of them stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from secretariat.dates import PartialDate
from secretariat.models import (
    Appointment,
    Authority,
    Entry,
    Invitation,
    Membership,
    Notice,
    Presidency,
    State,
)
from secretariat.permissions import FUNCTIONS, Rights
from secretariat.post import INVITE
from secretariat.standing import Function, Standing, serves
from secretariat.who import GROUPS, MAY_BE_COUNTED

VACANT = {
    Function.HEAD: gettext_lazy("No head of delegation"),
    Function.MINISTER: gettext_lazy("No minister"),
    Function.FOCAL_POINT: gettext_lazy("No focal point"),
}
# Without these a state cannot speak, decide or appoint; the last of them is for appointing.
MISSED: dict[str, tuple[Any, ...]] = {
    State.Nature.STATE: (Function.HEAD, Function.MINISTER, Function.FOCAL_POINT),
    State.Nature.ORGANISATION: (Function.FOCAL_POINT,),
}
# How many appear on one page of those who were appointed before.
FORMER_ON_A_PAGE = 25


@dataclass(frozen=True)
class Letter:
    """The last invitation somebody was sent, and what became of its mail."""

    invitation: Invitation
    notice: Notice | None

    def words(self, moment: datetime) -> str:
        made = PartialDate.of(self.invitation.made.date())
        if self.invitation.withdrawn is not None:
            return _("The letter of %(day)s was withdrawn.") % {"day": made}
        if not self.invitation.is_open_at(moment):
            return _("The letter of %(day)s was not used in time.") % {"day": made}
        if self.notice is not None and self.notice.sent is not None:
            return _("Letter sent on %(day)s to %(address)s.") % {
                "day": PartialDate.of(self.notice.sent.date()),
                "address": self.invitation.email,
            }
        if self.notice is not None and self.notice.error:
            return _("The letter to %(address)s could not be sent yet: %(reason)s") % {
                "address": self.invitation.email,
                "reason": self.notice.error,
            }
        return _("The letter to %(address)s is on its way.") % {"address": self.invitation.email}

    def sent_for(self, state: State) -> bool:
        entry = self.notice.entry if self.notice else None
        return entry is None or entry.facts.get("state") == state.code


@dataclass(frozen=True)
class Place:
    """One appointment, how its holder stands, and what the reader may do about it.

    tags: looks and their words, if there is more to say than that somebody is in office.
    """

    appointment: Appointment
    authority: Authority | None = None
    tags: tuple[tuple[str, str], ...] = ()
    account: str = ""
    expires: datetime | None = None
    recorded: str = ""
    may_end: bool = False
    may_invite: bool = False
    may_take_back: bool = False

    @property
    def has_acts(self) -> bool:
        return self.may_end or self.may_invite or self.may_take_back


@dataclass(frozen=True)
class Group:
    """Those who hold one function; vacant says that nobody is in office."""

    function: str
    label: str
    places: tuple[Place, ...]
    vacant: str = ""


class Roster:
    """The appointments of a state that are not over, with what a page says of each.

    Five queries, whatever the number of people: appointments, authorities, letters, mails, and
    who recorded what. The reader's rights are asked by two more.
    """

    def __init__(self, state: State, standing: Standing, moment: datetime) -> None:
        self.state, self.standing, self.moment = state, standing, moment
        self.day = moment.date()
        self.appointments = list(
            Appointment.objects.not_over(self.day)
            .filter(state=state)
            .select_related("person__user", "authority", "state")
            .order_by("period", "person__name", "pk")
        )
        staff = tuple(a for a in self.appointments if a.function == Function.SECRETARIAT)
        self.rights = Rights.of(standing, state, staff)
        self._authorities = list(Authority.objects.filter(state=state))
        self._letters = letters(a.person_id for a in self.appointments if not a.person.user_id)
        self._recorded = _recorded_on_a_note(self.appointments)

    @property
    def groups(self) -> list[Group]:
        """Each function somebody holds, and those that should not be vacant, in their order."""
        found = []
        for function in FUNCTIONS[self.state.nature]:
            places = tuple(self.place(a) for a in self.appointments if a.function == function)
            vacant = self._vacant(function)
            if places or vacant:
                found.append(Group(function, str(Function(function).label), places, vacant))
        return found

    def of_presidency(self, presidency: Presidency) -> list[Group]:
        """The chair and the staff whose appointments reach a presidency of this state."""
        found = []
        for function, nobody in (
            (Function.CHAIR, _("No chair is appointed.")),
            (Function.SECRETARIAT, _("No staff is appointed.")),
        ):
            places = tuple(
                self.place(a)
                for a in self.appointments
                if a.function == function and serves(a) and a.reaches(presidency)
            )
            found.append(Group(function, str(function.label), places, "" if places else nobody))
        return found

    def _vacant(self, function: str) -> str:
        if function not in MISSED[self.state.nature]:
            return ""
        held = any(a.function == function and a.holds_on(self.day) for a in self.appointments)
        return "" if held else f"{VACANT[Function(function)]}."

    def place(self, appointment: Appointment) -> Place:
        person = appointment.person
        letter = self._letters.get(person.pk)
        may_end = self.rights.to_end(appointment) is not None
        waits = person.user is None
        is_open = letter is not None and letter.invitation.is_open_at(self.moment)
        return Place(
            appointment,
            self._authority(appointment),
            tuple(self._tags(appointment, letter)),
            self._account(appointment, letter),
            letter.invitation.expires if is_open and letter is not None else None,
            self._recorded.get(appointment.pk, ""),
            may_end=may_end,
            may_invite=may_end and waits and bool(person.email),
            may_take_back=may_end
            and waits
            and is_open
            and letter is not None
            and letter.sent_for(self.state),
        )

    def _authority(self, appointment: Appointment) -> Authority | None:
        if appointment.authority is None:
            return None
        return appointment.authority.on(self.day, self._authorities)

    def _tags(self, appointment: Appointment, letter: Letter | None) -> Iterator[tuple[str, str]]:
        if not appointment.has_begun(self.day):
            yield "planned", _("Designated")
        if appointment.person.user is None:
            if letter is None or letter.invitation.withdrawn is not None:
                yield "none", _("Not invited")
            elif not letter.invitation.is_open_at(self.moment):
                yield "waits", _("Invitation expired")
            else:
                yield "submitted", _("Invited")

    def _account(self, appointment: Appointment, letter: Letter | None) -> str:
        user = appointment.person.user
        if user is not None:
            return _("Has an account.") if user.is_active else _("The account is closed.")
        if letter is not None:
            return letter.words(self.moment)
        return _("No account yet.")


def letters(people: Iterable[int]) -> dict[int, Letter]:
    """The last letter each of these people was sent. Two queries."""
    wanted = set(people)
    found = list(
        Invitation.objects.filter(person__in=wanted)
        .order_by("person_id", "-made", "-pk")
        .distinct("person_id")
    )
    mails = {
        notice.entry.subject_id: notice
        for notice in Notice.objects.filter(person__in=wanted, entry__act=INVITE).select_related(
            "entry"
        )
        if notice.entry is not None
    }
    return {one.person_id: Letter(one, mails.get(one.pk)) for one in found}


def _recorded_on_a_note(appointments: Iterable[Appointment]) -> dict[int, str]:
    """Appointments that a secretariat recorded for another state, and who that was."""
    states = {appointment.pk: appointment.state_id for appointment in appointments}
    entries = Entry.objects.filter(
        act="accredit",
        subject_type=ContentType.objects.get_for_model(Appointment),
        subject_id__in=states,
        appointment__isnull=False,
    ).select_related("appointment__state")
    return {
        entry.subject_id: _("Recorded by the secretariat of %(state)s on the note")
        % {"state": entry.appointment.state}
        for entry in entries
        if entry.appointment is not None and entry.appointment.state_id != states[entry.subject_id]
    }


def former(state: State, day: date) -> Any:
    """Who was appointed for a state and is not any more, the last first."""
    return (
        Appointment.objects.filter(state=state, period__endswith__lte=day)
        .select_related("person", "authority")
        .order_by("-period__endswith", "-pk")
    )


# All delegations at once


@dataclass(frozen=True)
class Delegation:
    """A state or organisation at a glance."""

    state: State
    heads: tuple[str, ...]
    focal_points: tuple[str, ...]
    people: int
    without_account: int
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Belonging:
    """Those that belong in one way today, in the order of protocol."""

    label: str
    delegations: tuple[Delegation, ...]


# The ways to belong, and after them whoever has people on record without belonging.
STATUSES: dict[str, Any] = {**GROUPS, "": gettext_lazy("Do not belong today")}


def overview(day: date) -> list[Belonging]:
    """Every state and organisation with its people. Four queries, however many there are."""
    status = dict(Membership.objects.on(day).values_list("state_id", "status"))
    held = Appointment.objects.on(day)
    named: dict[tuple[int, str], list[str]] = defaultdict(list)
    for state, function, name in (
        held.filter(function__in=[Function.HEAD, Function.MINISTER, Function.FOCAL_POINT])
        .order_by("person__name")
        .values_list("state_id", "function", "person__name")
    ):
        named[state, function].append(name)
    counts = {
        row["state_id"]: row
        for row in held.values("state_id")
        .order_by()
        .annotate(
            people=Count("person", distinct=True),
            without=Count("person", distinct=True, filter=Q(person__user=None)),
        )
    }
    groups: dict[str, list[Delegation]] = {key: [] for key in STATUSES}
    for state in State.objects.order_by("protocol_order", "name"):
        belongs = status.get(state.pk, "")
        count = counts.get(state.pk, {"people": 0, "without": 0})
        if not belongs and not count["people"]:
            continue
        missing = [
            str(VACANT[function])
            for function in MISSED[state.nature]
            if not named[state.pk, function]
        ]
        if belongs not in MAY_BE_COUNTED:
            # Who only attends need not send anybody; who does, needs somebody to appoint them.
            missing = missing[-1:] if count["people"] and belongs else []
        groups[belongs].append(
            Delegation(
                state,
                tuple(named[state.pk, Function.HEAD]),
                tuple(named[state.pk, Function.FOCAL_POINT]),
                count["people"],
                count["without"],
                tuple(missing),
            )
        )
    return [Belonging(str(STATUSES[key]), tuple(found)) for key, found in groups.items() if found]
