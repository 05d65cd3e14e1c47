"""Print the example accounts, one for each role."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from bpic.example import year
from secretariat.models import Appointment, Presidency

Function = Appointment.Function


class Command(BaseCommand):
    help = "Print the example accounts: role, user name and password, one for each role."

    def handle(self, *args: Any, **options: Any) -> None:
        rows = accounts(timezone.now().date())
        if not rows:
            self.stdout.write(_("There are no example accounts here."))
            return
        password = year.cast()["password"]
        table = [
            (
                pgettext("table of accounts", "Role"),
                pgettext("table of accounts", "User name"),
                pgettext("table of accounts", "Password"),
            ),
            *((role, user, password) for role, user in rows),
        ]
        widths = [max(len(row[column]) for row in table) for column in range(3)]
        for row in table:
            line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self.stdout.write(line.rstrip())


def accounts(day: date) -> list[tuple[str, str]]:
    """A role in words and a user name that holds it on this day; nothing without example data."""
    if not year.is_loaded():
        return []
    presidency = Presidency.objects.on(day).select_related("state").first()
    presiding = presidency.state.code if presidency else ""
    held = [
        (a.function, a.state.code, a.person.user.get_username(), a.state.name, a.period.lower)
        for a in Appointment.objects.filter(person__is_example=True)
        .select_related("person__user", "state")
        .order_by("state__protocol_order", "person_id", "period")
        if a.person.user and (a.holds_on(day) or a.function == Function.CHAIR)
    ]

    def first(function: str, *states: str) -> tuple[str, str] | None:
        for code in states:
            for found, state, user, name, _since in held:
                if found == function and state == code:
                    return user, name
        return next(((u, n) for f, _s, u, n, _d in held if f == function and not states), None)

    answering = year.HEADS_TO_ANSWER[0], year.MINISTERS_TO_ANSWER[0]
    wanted = [
        (_("Secretariat staff of the presidency"), first(Function.SECRETARIAT, presiding)),
        (_("Chair of the Advisory Group"), first(Function.CHAIR, presiding)),
        (_("Head of delegation"), first(Function.HEAD, answering[0])),
        (_("Alternate head of delegation"), first(Function.ALTERNATE, answering[0])),
        (_("Delegate"), first(Function.DELEGATE, answering[0])),
        (_("Focal point"), first(Function.FOCAL_POINT, answering[0])),
        (_("Minister"), first(Function.MINISTER, answering[1])),
        (_("Minister"), first(Function.MINISTER, year.MINISTERS_TO_ANSWER[1])),
        (_("Observer"), first(Function.OBSERVER)),
        (_("Former chair"), _chair_beside(held, day, presiding, before=True)),
        (_("Chair designated for the next presidency"), _chair_beside(held, day, presiding)),
    ]
    rows = [
        (_("%(role)s, %(state)s") % {"role": role, "state": found[1]}, found[0])
        for role, found in wanted
        if found
    ]
    rows.append((_("Administrator, no seat"), year.cast()["administrator"]["user"]))
    return rows


def _chair_beside(
    held: list[tuple[str, str, str, str, date]], day: date, presiding: str, before: bool = False
) -> tuple[str, str] | None:
    """The chair of the presidency before this one, or of the one after it."""
    terms = sorted(
        (since, user, name)
        for function, code, user, name, since in held
        if function == Function.CHAIR and code != presiding and (since <= day) == before
    )
    if not terms:
        return None
    _since, user, name = terms[-1 if before else 0]
    return user, name
