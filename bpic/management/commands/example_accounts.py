"""Print the example accounts, one for each role."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from bpic.example import year
from secretariat import handover
from secretariat.models import Appointment, Presidency
from secretariat.standing import serves

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
    before, after = handover.behind(day), handover.ahead(day)
    former = before.outgoing.state.code if before else ""
    next_one = after.incoming.state.code if after else ""
    held = [
        (a.function, a.state.code, a.person.user.get_username(), a.state.name)
        for a in Appointment.objects.filter(person__is_example=True)
        .select_related("person__user", "state")
        .order_by("state__protocol_order", "person_id", "period")
        if a.person.user and (a.holds_on(day) or serves(a))
    ]

    def first(function: str, *states: str) -> tuple[str, str] | None:
        for code in states:
            for found, state, user, name in held:
                if found == function and state == code:
                    return user, name
        return next(((u, n) for f, _s, u, n in held if f == function and not states), None)

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
        (_("Former chair"), first(Function.CHAIR, former)),
        (_("Chair designated for the next presidency"), first(Function.CHAIR, next_one)),
        (_("Staff designated for the next presidency"), first(Function.SECRETARIAT, next_one)),
    ]
    rows = [
        (_("%(role)s, %(state)s") % {"role": role, "state": found[1]}, found[0])
        for role, found in wanted
        if found
    ]
    rows.append((_("Administrator, no seat"), year.cast()["administrator"]["user"]))
    return rows
