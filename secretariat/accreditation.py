"""Appointments, and the groups that follow from them.

django-guardian answers who may see or draft a text. Its grants are given to groups only, and this
module alone puts people into those groups, from their dated appointments. Because an appointment
can lapse while nobody is looking, a person's groups are brought into step at every request.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q
from django.utils.translation import gettext as _
from guardian.shortcuts import assign_perm
from guardian.utils import get_group_obj_perms_model

from secretariat import register
from secretariat.models import Appointment, Authority, Person, Presidency, State
from secretariat.standing import PRESIDING_LEVELS, Function, Standing, in_office, serves

PREFIX = "seat:"
GRANTED_ON: tuple[Any, ...] = (State, Presidency)
# What a secretariat's groups are granted on their presidency.
GRANTS = {"drafting": ("read_texts", "draft_texts"), "reading": ("read_texts",)}


def delegation_group(state_code: str) -> str:
    return f"{PREFIX}delegation:{state_code}"


def drafting_group(presidency: Presidency) -> str:
    return f"{PREFIX}drafting:{presidency.state.code}:{presidency.year}"


def reading_group(presidency: Presidency) -> str:
    return f"{PREFIX}reading:{presidency.state.code}:{presidency.year}"


def groups_of(standing: Standing, known: Iterable[Presidency] | None = None) -> set[str]:
    """The groups a person belongs in on the day of the standing.

    A delegation's people read the papers before it. The presiding secretariat drafts. Whoever
    served a presidency before keeps reading what was made under it (domain rule 3).
    known: all presidencies with their hand-overs, for whoever asks about many people.
    """
    names = {delegation_group(a.state.code) for a in standing.appointments}
    if standing.secretariat and standing.drafting:
        names.add(drafting_group(standing.secretariat))
    names |= {reading_group(presidency) for presidency in presidencies_served(standing, known)}
    return names


def presidencies_served(
    standing: Standing, known: Iterable[Presidency] | None = None
) -> list[Presidency]:
    """The presidencies that handed over while the person was its chair or in its secretariat.

    Whoever was recalled before that keeps nothing.
    """
    served = [appointment for appointment in standing.ever if serves(appointment)]
    if not served:
        return []
    if known is None:
        known = standing.table
    if known is None:
        known = Presidency.objects.filter(
            state_id__in={appointment.state_id for appointment in served}
        ).select_related("state", "hand_over")
    return [
        presidency
        for presidency in known
        if (last := last_day_of_writing(presidency, standing.day)) is not None
        and any(a.state_id == presidency.state_id and a.holds_on(last) for a in served)
    ]


def last_day_of_writing(presidency: Presidency, day: date) -> date | None:
    """The day on which its secretariat handed over; None while it still writes on this day."""
    hand_over = getattr(presidency, "hand_over", None)
    if hand_over is not None and hand_over.at is not None and hand_over.at.date() <= day:
        early: date = hand_over.at.date()
        if presidency.holds_on(early):
            return early
    upper = presidency.period.upper
    if upper is not None and upper <= day:
        return date.fromordinal(upper.toordinal() - 1)
    return None


def presiding(day: date) -> list[Appointment]:
    """The appointments of whoever chairs or writes on a day: the chair, and the secretariat."""
    presidency, secretariat = in_office(day)
    if presidency is None or secretariat is None:
        return []
    chairs = Q(function=Function.CHAIR, level__in=PRESIDING_LEVELS)
    return list(
        Appointment.objects.on(day)
        .filter(
            Q(chairs, state__in=[presidency.state_id, secretariat.state_id])
            | Q(function=Function.SECRETARIAT, state=secretariat.state_id)
        )
        .select_related("person", "state")
    )


def bring_into_step(standing: Standing, account: Any = None) -> bool:
    """Give a person's account just the groups of its standing; True if anything had to change.

    account: of whoever asks. One without a person is in no such group, whoever put it there.
    """
    user = standing.person.user if standing.person else account
    if user is None:
        return False
    wanted = groups_of(standing)
    present = set(user.groups.filter(name__startswith=PREFIX).values_list("name", flat=True))
    if wanted == present:
        return False
    with transaction.atomic():
        for name in present - wanted:
            user.groups.remove(Group.objects.get(name=name))
        for name in wanted - present:
            user.groups.add(establish(name))
    return True


def establish(name: str) -> Group:
    """The group of this name with the grants it stands for."""
    group, made = Group.objects.get_or_create(name=name)
    if made:
        kind, code, *year = name.removeprefix(PREFIX).split(":")
        if kind == "delegation":
            assign_perm("secretariat.read_papers", group, State.objects.get(code=code))
        else:
            presidency = Presidency.objects.get(state__code=code, year=int(year[0]))
            for permission in GRANTS[kind]:
                assign_perm(f"secretariat.{permission}", group, presidency)
    return group


@dataclass(frozen=True)
class Difference:
    """Something the groups hold that the appointments do not give, or the other way about.

    account: whose membership of the group it is; None where the group's own grants are meant.
    """

    group: str
    account: str | None
    wanted: bool

    def __str__(self) -> str:
        if self.account is None:
            return f"{self.group}: the grants are not those it stands for"
        verb = "is missing from" if self.wanted else "does not belong in"
        return f"{self.account} {verb} {self.group}"


def out_of_step(day: date) -> list[Difference]:
    """Every difference between the appointments of a day and guardian's groups and grants.

    A constant number of queries, whatever the number of accounts and appointments.
    """
    wanted, present = _wanted(day), _present()
    found = [
        Difference(group, account, account in wanted.get(group, ()))
        for group in sorted(wanted.keys() | present.keys())
        for account in sorted(wanted.get(group, set()) ^ present.get(group, set()))
    ]
    return found + [Difference(group, None, False) for group in _ill_granted()]


@transaction.atomic
def repair(day: date) -> list[Difference]:
    """Bring all groups and grants into step with the appointments of a day; says what differed."""
    found = out_of_step(day)
    for group in {d.group for d in found if d.account is None}:
        _revoke(group)
    User = get_user_model()
    accounts = User._default_manager.in_bulk(
        {d.account for d in found if d.account is not None}, field_name="username"
    )
    for difference in found:
        if difference.account is None:
            continue
        groups = accounts[difference.account].groups
        if difference.wanted:
            groups.add(establish(difference.group))
        else:
            groups.remove(*Group.objects.filter(name=difference.group))
    return found


def _wanted(day: date) -> dict[str, set[str]]:
    """The accounts that belong in each group on a day, by their user names."""
    held: dict[Person, list[Appointment]] = defaultdict(list)
    for appointment in Appointment.objects.filter(person__user__isnull=False).select_related(
        "state", "person__user"
    ):
        held[appointment.person].append(appointment)
    presidency, secretariat = in_office(day)
    known = list(Presidency.objects.select_related("state", "hand_over"))
    wanted: dict[str, set[str]] = defaultdict(set)
    for person, ever in held.items():
        today = tuple(appointment for appointment in ever if appointment.holds_on(day))
        standing = Standing(person, day, presidency, secretariat, today, tuple(ever))
        for group in groups_of(standing, known):
            assert person.user is not None
            wanted[group].add(person.user.get_username())
    return wanted


def _present() -> dict[str, set[str]]:
    """The accounts in each group of a seat."""
    present: dict[str, set[str]] = defaultdict(set)
    memberships = Group.user_set.through._default_manager.filter(group__name__startswith=PREFIX)
    for group, account in memberships.values_list("group__name", "user__username"):
        present[group].add(account)
    return present


def _ill_granted() -> list[str]:
    """Groups whose grants are not what their name stands for, and any that should have none."""
    granted: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for about in GRANTED_ON:
        grants = get_group_obj_perms_model(about)._default_manager
        for name, permission, key in grants.values_list(
            "group__name", "permission__codename", "content_object"
        ):
            granted[name].add((permission, key))
    due: dict[str, set[tuple[str, int]]] = {
        delegation_group(code): {("read_papers", key)}
        for code, key in State.objects.values_list("code", "pk")
    }
    for presidency in Presidency.objects.select_related("state"):
        for kind, permissions in GRANTS.items():
            name = f"{PREFIX}{kind}:{presidency.state.code}:{presidency.year}"
            due[name] = {(permission, presidency.pk) for permission in permissions}
    established = Group.objects.filter(name__startswith=PREFIX).values_list("name", flat=True)
    return sorted(
        name
        for name in set(established) | granted.keys()
        if granted.get(name, set()) != due.get(name, set()) or name not in due
    )


def _revoke(name: str) -> None:
    """Take back all a group was granted; one of a seat is established anew or ends."""
    group = Group.objects.get(name=name)
    for about in GRANTED_ON:
        get_group_obj_perms_model(about)._default_manager.filter(group=group).delete()
    if not name.startswith(PREFIX):
        return
    accounts = list(group.user_set.all())
    group.delete()
    kind, code, *year = f"{name.removeprefix(PREFIX)}:".split(":")
    if kind == "delegation":
        stands = State.objects.filter(code=code).exists()
    else:
        stands = (
            kind in GRANTS
            and year[0].isdecimal()
            and Presidency.objects.filter(state__code=code, year=int(year[0])).exists()
        )
    if stands:
        establish(name).user_set.add(*accounts)


def _term(since: date, until: date | None) -> DateRange:
    if until is not None and until <= since:
        raise ValidationError(_("An appointment ends at least a day after it begins."))
    return DateRange(since, until)


@transaction.atomic
def accredit(
    person: Person,
    *,
    function: str,
    state: State,
    since: date,
    until: date | None = None,
    level: str = Appointment.Level.DEPARTMENTAL,
    authority: Authority | None = None,
    basis: str = "",
    by: Person | None,
    under: Appointment | None = None,
    on: date | None = None,
) -> Appointment:
    """Appoint a person to a function for a state from one day, until another if one is set.

    under: the appointment that gives `by` the right. on: the day of the act, from which the
    person's groups are brought into step at once; else at their next request.
    """
    appointment = Appointment(
        person=person,
        function=function,
        state=state,
        authority=authority,
        level=level,
        period=_term(since, until),
        basis=basis,
    )
    appointment.full_clean()
    appointment.save()
    register.enter(
        "accredit",
        appointment,
        by=by,
        appointment=under,
        person=person.name,
        function=function,
        state=state.code,
        since=since.isoformat(),
        until=until.isoformat() if until else None,
    )
    if on is not None:
        bring_into_step(Standing.of(person, on))
    return appointment


@transaction.atomic
def recall(
    appointment: Appointment,
    *,
    until: date,
    by: Person | None,
    under: Appointment | None = None,
    reason: str = "",
    on: date | None = None,
) -> None:
    """End an appointment on a day; from that day on it gives no right."""
    appointment = Appointment.objects.select_for_update().get(pk=appointment.pk)
    appointment.period = _term(appointment.period.lower, until)
    appointment.full_clean()
    appointment.save(update_fields=["period"])
    register.enter(
        "recall",
        appointment,
        by=by,
        appointment=under,
        person=appointment.person.name,
        until=until.isoformat(),
        reason=reason,
    )
    if on is not None:
        bring_into_step(Standing.of(appointment.person, on))


@transaction.atomic
def withdraw(
    appointment: Appointment,
    *,
    by: Person | None,
    under: Appointment | None = None,
    reason: str = "",
    on: date | None = None,
) -> None:
    """Withdraw an appointment with its whole term: it holds on no day, and stays on record.

    For one that has not begun, or under which nothing was done; an appointment that was used is
    recalled, and keeps the days it lasted.
    """
    appointment = Appointment.objects.select_for_update().get(pk=appointment.pk)
    begins = appointment.period.lower
    appointment.move_before_every_record()
    appointment.full_clean()
    appointment.save(update_fields=["period", "since", "until"])
    register.enter(
        "withdraw_appointment",
        appointment,
        by=by,
        appointment=under,
        person=appointment.person.name,
        since=begins.isoformat(),
        reason=reason,
    )
    if on is not None:
        bring_into_step(Standing.of(appointment.person, on))
