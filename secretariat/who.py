"""Who presided, who belonged and who could speak for whom, on any day (domain rules 1, 3–5).

Facts about states are public. Names of people are for those who hold an appointment themselves,
and a delegation's members below its heads are known to itself and to the presidency alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Max, Min, Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from secretariat import accreditation
from secretariat.models import Appointment, Authority, Membership, Presidency, State
from secretariat.models.people import SPEAKS_FOR_A_DELEGATION
from secretariat.models.states import Dated
from secretariat.standing import PRESIDING_LEVELS, Function, Standing, in_office

Status = Membership.Status

# The ways to belong, in the order in which they are told.
GROUPS: dict[str, str | Promise] = {
    Status.MEMBER: _("Member states"),
    Status.INVITED: _("Invited, participating"),
    Status.PARTNER: _("Partner countries"),
    Status.OBSERVER: _("Observers"),
}
# Whose state takes a position, or may if the presidency says so (domain rule 5).
MAY_BE_COUNTED = (Status.MEMBER, Status.INVITED)

# Whom everybody in the partnership may have to turn to. A delegation's other members are known
# to itself and to the presidency.
KNOWN_TO_ALL = (
    Function.MINISTER,
    Function.HEAD,
    Function.ALTERNATE,
    Function.FOCAL_POINT,
    Function.OBSERVER,
)
SPEAKERS = (*SPEAKS_FOR_A_DELEGATION, Function.MINISTER)
# The order in which a delegation is listed.
LISTED = (
    Function.HEAD,
    Function.ALTERNATE,
    Function.MINISTER,
    Function.CHAIR,
    Function.FOCAL_POINT,
    Function.DELEGATE,
    Function.OBSERVER,
)


def reads_sources(standing: Standing) -> bool:
    """Whether a reader sees where facts come from: the secretariat, and those who served in one.

    No query, except for somebody who was once appointed to a secretariat or to chair.
    """
    return standing.drafting is not None or bool(accreditation.presidencies_served(standing))


def knows_people(standing: Standing) -> bool:
    """Whether a reader is told names of people: whoever holds an appointment today."""
    return bool(standing.appointments)


def may_see_delegation(standing: Standing, state: State) -> bool:
    """Whether a reader may open the page of a delegation: its own people, and the secretariat."""
    return standing.drafting is not None or any(
        appointment.state_id == state.pk for appointment in standing.appointments
    )


@dataclass(frozen=True)
class Holder:
    """Somebody appointed, and the authority they came from under its name of the day.

    presides: whether the state held the presidency that day, without which nobody chairs.
    """

    appointment: Appointment
    authority: Authority | None = None
    presides: bool = False

    @property
    def capacity(self) -> str:
        if self.appointment.function == Function.CHAIR and not self.presides:
            return _t("Chair of the Advisory Group, when the state presides")
        # Asking the appointment for its words would put all functions into words, for each person.
        return str(Function(self.appointment.function).label)


@dataclass(frozen=True)
class Belonging:
    """A state or an organisation as it belonged on a day, with its authorities and its people."""

    membership: Membership
    authorities: tuple[Authority, ...] = ()
    people: tuple[Holder, ...] = ()

    @property
    def state(self) -> State:
        return self.membership.state

    @property
    def speakers(self) -> tuple[Holder, ...]:
        """Who could state its position: the head and the alternates, the minister among ministers.

        Nobody does so for a partner or an observer (domain rule 5).
        """
        if self.membership.status not in MAY_BE_COUNTED:
            return ()
        return tuple(h for h in self.people if h.appointment.function in SPEAKERS)

    @property
    def others(self) -> tuple[Holder, ...]:
        """Everybody else of the delegation."""
        return tuple(holder for holder in self.people if holder not in self.speakers)


@dataclass(frozen=True)
class Group:
    """Those that belonged in one way on a day, in the order of protocol."""

    status: str
    label: str | Promise
    belonging: tuple[Belonging, ...]

    @property
    def takes_part(self) -> bool:
        """Whether they take a position, or may (domain rule 5)."""
        return self.status in MAY_BE_COUNTED

    @property
    def facts(self) -> list[Dated]:
        """What is told of them, each from a source of its own."""
        return [fact for one in self.belonging for fact in (one.membership, *one.authorities)]


@dataclass(frozen=True)
class Reach:
    """The days the table of presidencies covers: from the first to the last."""

    first: date | None
    last: date | None


@dataclass(frozen=True)
class Who:
    """The answer for one day. People are empty for a reader who is not told their names.

    presidency: the one in the table. secretariat: the one whose secretariat wrote; it differs
    only after an early hand-over. reach: of the table, where it names nobody for the day.
    """

    day: date
    presidency: Presidency | None
    secretariat: Presidency | None
    groups: tuple[Group, ...]
    names_people: bool
    chairs: tuple[Holder, ...] = ()
    staff: tuple[Holder, ...] = ()
    reach: Reach | None = None

    @classmethod
    def on(cls, day: date, told: Standing) -> Who:
        """The answer as far as a reader may have it, whatever the number of states and people.

        Three queries for the public and four with people; one more for a day nobody presides on.
        """
        presidency, secretariat = in_office(day)
        memberships = list(
            Membership.objects.on(day)
            .select_related("state")
            .order_by("state__protocol_order", "state__name")
        )
        appointments = _appointments(day, told, secretariat)
        concerned = {m.state_id for m in memberships} | {a.state_id for a in appointments}
        authorities = _authorities(concerned)
        called = _called(authorities, day)
        people: dict[int, list[Holder]] = defaultdict(list)
        for appointment in appointments:
            people[appointment.state_id].append(
                Holder(
                    appointment,
                    called.get(appointment.authority_id or 0),
                    presidency is not None and presidency.state_id == appointment.state_id,
                )
            )
        return cls(
            day=day,
            presidency=presidency,
            secretariat=secretariat,
            groups=_groups(memberships, authorities, people, day),
            names_people=knows_people(told),
            chairs=_of(people, presidency, Function.CHAIR),
            staff=_of(people, secretariat, Function.SECRETARIAT),
            reach=None if presidency else reach(),
        )

    @property
    def handed_over_early(self) -> bool:
        return self.presidency != self.secretariat


def reach() -> Reach:
    """The days from the first to the last that the table of presidencies speaks of. One query."""
    found = Presidency.objects.aggregate(
        first=Min("period__startswith"), upper=Max("period__endswith")
    )
    upper: date | None = found["upper"]
    return Reach(found["first"], date.fromordinal(upper.toordinal() - 1) if upper else None)


def _appointments(day: date, told: Standing, secretariat: Presidency | None) -> list[Appointment]:
    """The appointments of a day that a reader may know of, in the order they are listed."""
    if not knows_people(told):
        return []
    known = Q(function__in=KNOWN_TO_ALL) | Q(function=Function.CHAIR, level__in=PRESIDING_LEVELS)
    if secretariat is not None:
        known |= Q(function=Function.SECRETARIAT, state=secretariat.state_id)
    if told.drafting or told.chair:
        known |= Q(function=Function.DELEGATE)
    else:
        own = {appointment.state_id for appointment in told.appointments}
        known |= Q(function=Function.DELEGATE, state__in=own)
    found = Appointment.objects.on(day).filter(known).select_related("person")
    rank = {function: place for place, function in enumerate(LISTED)}
    return sorted(
        found.order_by("person__name", "pk"), key=lambda a: rank.get(a.function, len(rank))
    )


def _authorities(states: Iterable[int]) -> dict[int, list[Authority]]:
    """All authorities these states ever had, those that lead first."""
    found: dict[int, list[Authority]] = defaultdict(list)
    for authority in Authority.objects.filter(state__in=states).order_by("-leads", "name"):
        found[authority.state_id].append(authority)
    return found


def _called(authorities: dict[int, list[Authority]], day: date) -> dict[int, Authority]:
    """What each authority was, or had become, on a day, by its id."""
    return {
        authority.pk: authority.on(day, among)
        for among in authorities.values()
        for authority in among
    }


def _groups(
    memberships: list[Membership],
    authorities: dict[int, list[Authority]],
    people: dict[int, list[Holder]],
    day: date,
) -> tuple[Group, ...]:
    by_status: dict[str, list[Belonging]] = {status: [] for status in GROUPS}
    for membership in memberships:
        state = membership.state_id
        by_status[membership.status].append(
            Belonging(
                membership,
                tuple(a for a in authorities[state] if a.holds_on(day)),
                # Those who write for the presidency are not of the delegation.
                tuple(h for h in people[state] if h.appointment.function in LISTED),
            )
        )
    return tuple(
        Group(status, label, tuple(by_status[status]))
        for status, label in GROUPS.items()
        if by_status[status]
    )


def _of(
    people: dict[int, list[Holder]], presidency: Presidency | None, function: str
) -> tuple[Holder, ...]:
    if presidency is None:
        return ()
    return tuple(h for h in people[presidency.state_id] if h.appointment.function == function)
