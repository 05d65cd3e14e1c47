"""Who is told that somebody is appointed or ended, and in which words."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from secretariat.accreditation import presiding
from secretariat.circulation import circulate
from secretariat.models import Appointment, Entry, Invitation
from secretariat.permissions import NEEDS_A_BASIS
from secretariat.standing import Function

LONGEST_SUBJECT = 200


def _text(name: str, **context: Any) -> str:
    return render_to_string(f"notices/{name}.txt", context).strip()


def invited(invitation: Invitation, appointment: Appointment, entry: Entry) -> None:
    """To the person: the letter that opens an account. Its address is completed in the mail."""
    circulate(
        entry,
        [appointment],
        subject=_subject(_("You are appointed: %(function)s, %(state)s"), appointment),
        body=_text("invited", appointment=appointment, invitation=invitation),
        path=invitation.get_absolute_url(),
    )


def appointed(
    appointment: Appointment,
    entry: Entry,
    day: date,
    *,
    instead_of: Appointment | None,
    writes_to_the_person: bool,
) -> None:
    """To the person, unless a letter of invitation goes out, and to those it concerns."""
    if writes_to_the_person:
        circulate(
            entry,
            [appointment],
            subject=_subject(_("You are appointed: %(function)s, %(state)s"), appointment),
            body=_text("appointed_you", appointment=appointment),
            path=reverse("desk"),
        )
    circulate(
        entry,
        _concerned(appointment, day),
        subject=_subject(_("Appointed: %(person)s, %(function)s, %(state)s"), appointment),
        body=_text("appointed", appointment=appointment, entry=entry, instead_of=instead_of),
        path=page_of(appointment),
    )


def ended(
    appointment: Appointment, entry: Entry, day: date, *, reason: str, tells_others: bool
) -> None:
    """To the person, whatever else they hold, and to those it concerns."""
    context = {"appointment": appointment, "entry": entry, "reason": reason}
    withdrawn = appointment.is_withdrawn
    circulate(
        entry,
        [appointment.person],
        subject=_subject(
            _("Your appointment is withdrawn: %(function)s, %(state)s")
            if withdrawn
            else _("Your appointment ends: %(function)s, %(state)s"),
            appointment,
        ),
        body=_text("ended_you", **context),
        path=reverse("desk"),
    )
    if tells_others:
        circulate(
            entry,
            _concerned(appointment, day),
            subject=_subject(
                _("Withdrawn: %(person)s, %(function)s, %(state)s")
                if withdrawn
                else _("Ends: %(person)s, %(function)s, %(state)s"),
                appointment,
            ),
            body=_text("ended", **context),
            path=page_of(appointment),
        )


def page_of(appointment: Appointment) -> str:
    return reverse("secretariat:delegation", args=[appointment.state.code])


def _subject(words: str, appointment: Appointment) -> str:
    """The subject of a mail in one line, no longer than its column."""
    facts = {
        "person": appointment.person,
        "function": appointment.capacity,
        "state": appointment.state,
    }
    return Truncator(words % facts).chars(LONGEST_SUBJECT)


def _concerned(appointment: Appointment, day: date) -> list[Appointment]:
    """The state's focal points; the secretariat too, of whoever speaks, decides or presides."""
    told = list(
        Appointment.objects.on(day)
        .filter(state=appointment.state_id, function=Function.FOCAL_POINT)
        .select_related("person")
    )
    if appointment.function in NEEDS_A_BASIS:
        told += presiding(day)
    return told
