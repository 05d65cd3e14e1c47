"""Appointments, and the groups that follow from them.

django-guardian answers who may see or draft a text. Its grants are given to groups only, and this
module alone puts people into those groups, from their dated appointments. Because an appointment
can lapse while nobody is looking, a person's groups are brought into step at every request.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _
from guardian.shortcuts import assign_perm

from secretariat import register
from secretariat.models import Appointment, Authority, Person, Presidency, State
from secretariat.standing import PRESIDING_LEVELS, Function, Standing

PREFIX = "seat:"


def delegation_group(state_code: str) -> str:
    return f"{PREFIX}delegation:{state_code}"


def drafting_group(presidency: Presidency) -> str:
    return f"{PREFIX}drafting:{presidency.state.code}:{presidency.year}"


def reading_group(presidency: Presidency) -> str:
    return f"{PREFIX}reading:{presidency.state.code}:{presidency.year}"


def groups_of(standing: Standing) -> set[str]:
    """The groups a person belongs in on the day of the standing.

    A delegation's people read the papers before it. The presiding secretariat drafts. Whoever
    served a presidency before keeps reading what was made under it (domain rule 3).
    """
    names = {delegation_group(a.state.code) for a in standing.appointments}
    if standing.presidency and standing.drafting:
        names.add(drafting_group(standing.presidency))
    names |= {reading_group(presidency) for presidency in presidencies_served(standing)}
    return names


def presidencies_served(standing: Standing) -> list[Presidency]:
    """The presidencies up to this day whose chair or secretariat the person belonged to."""
    terms = [
        (appointment.state_id, appointment.period)
        for appointment in standing.ever
        if appointment.function == Function.SECRETARIAT
        or (appointment.function == Function.CHAIR and appointment.level in PRESIDING_LEVELS)
    ]
    if not terms:
        return []
    known = Presidency.objects.filter(
        state_id__in={state for state, _period in terms}, period__startswith__lte=standing.day
    ).select_related("state")
    return [
        presidency
        for presidency in known
        if any(
            state == presidency.state_id and _overlap(period, presidency.period)
            for state, period in terms
        )
    ]


def _overlap(one: DateRange, other: DateRange) -> bool:
    def before(first: DateRange, second: DateRange) -> bool:
        return first.upper is not None and second.lower is not None and first.upper <= second.lower

    return not before(one, other) and not before(other, one)


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
            assign_perm("secretariat.read_texts", group, presidency)
            if kind == "drafting":
                assign_perm("secretariat.draft_texts", group, presidency)
    return group


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
) -> Appointment:
    """Appoint a person to a function for a state from one day, until another if one is set."""
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
        person=person.name,
        function=function,
        state=state.code,
        since=since.isoformat(),
        until=until.isoformat() if until else None,
    )
    return appointment


@transaction.atomic
def recall(appointment: Appointment, *, until: date, by: Person | None) -> None:
    """End an appointment on a day; from that day on it gives no right."""
    appointment = Appointment.objects.select_for_update().get(pk=appointment.pk)
    appointment.period = _term(appointment.period.lower, until)
    appointment.full_clean()
    appointment.save(update_fields=["period"])
    register.enter("recall", appointment, by=by, until=until.isoformat())
