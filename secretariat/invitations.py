"""Inviting somebody appointed who has no account yet, and opening the account.

An invitation exists before the account does. It opens one account, once, within its hours, for the
address it was sent to, and only while the person is appointed to something.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.translation import gettext as _

from secretariat import notices, register, signatures
from secretariat.accreditation import bring_into_step
from secretariat.circulation import tell
from secretariat.models import Appointment, Entry, Invitation, Person
from secretariat.permissions import Right, Rights, entitled_to_end
from secretariat.standing import Standing

# Asked for again this soon, a letter is on its way already.
PAUSE = timedelta(minutes=5)


class CannotInvite(Exception):
    """Why no letter is sent or withdrawn; a sentence for the user."""


class Reason(StrEnum):
    """Why a letter does not open an account."""

    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    ENDED = "ended"
    HAS_ACCOUNT = "has_account"
    TAKEN = "taken"


class NotOpen(Exception):
    """The letter does not open an account; the page for the reason says what to do."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


def find(key: UUID, signature: str) -> Invitation | None:
    """The invitation a letter's address names; None unless the address is whole."""
    if not signatures.belongs(signature, key):
        return None
    found: Invitation | None = (
        Invitation.objects.filter(key=key).select_related("person__user").first()
    )
    return found


def held_by(person: Person, day: date) -> list[Appointment]:
    """What a person is appointed to on a day or later, in the order in which it begins."""
    found = Appointment.objects.not_over(day).filter(person=person)
    return list(found.select_related("state").order_by("period", "pk"))


def why_not(invitation: Invitation, moment: datetime) -> Reason | None:
    """Why an invitation opens no account at a moment; None if it does."""
    person = invitation.person
    if invitation.accepted is not None:
        return Reason.ACCEPTED
    if person.user_id is not None:
        return Reason.HAS_ACCOUNT
    if invitation.withdrawn is not None:
        return Reason.WITHDRAWN
    if invitation.email.lower() != person.email.lower() or not held_by(person, moment.date()):
        return Reason.ENDED
    if not invitation.is_open_at(moment):
        return Reason.EXPIRED
    return None


def open_letter(person: Person, moment: datetime) -> Invitation | None:
    """The letter a person has in hand and can still use."""
    found: Invitation | None = Invitation.objects.filter(
        person=person, accepted=None, withdrawn=None
    ).first()
    return found if found is not None and found.is_open_at(moment) else None


def invite(
    appointment: Appointment, *, by: Person | None, under: Appointment | None, on: datetime
) -> Invitation:
    """Send the person appointed a letter; one sent before does not open anything any more.

    Runs in the transaction of the act that needs it.
    """
    person = appointment.person
    for former in Invitation.objects.filter(person=person, accepted=None, withdrawn=None):
        _take_back(former, by=by, under=under, reason=_("A new letter replaces it."), on=on)
    invitation = Invitation.objects.create(person=person, email=person.email, by=by, made=on)
    entry = register.enter(
        "invite",
        invitation,
        by=by,
        appointment=under,
        person=person.name,
        function=appointment.function,
        state=appointment.state.code,
    )
    tell(entry, notices.invited(invitation, appointment, on.date()))
    return invitation


@transaction.atomic
def invite_again(appointment: Appointment, *, by: Person, on: datetime) -> Invitation:
    """Send a new letter for an appointment whose holder has no account yet."""
    right = _right_over(appointment, by, on)
    person = Person.objects.select_for_update().get(pk=appointment.person_id)
    if appointment.is_over(on.date()):
        raise CannotInvite(_("The appointment has ended, so there is nothing to invite to."))
    if person.user_id is not None:
        raise CannotInvite(_("%(person)s has an account.") % {"person": person})
    if not person.email:
        raise CannotInvite(_("No e-mail address of %(person)s is on record.") % {"person": person})
    former = open_letter(person, on)
    if former is not None and on < former.made + PAUSE:
        return former
    appointment.person = person
    return invite(appointment, by=by, under=right.basis, on=on)


@transaction.atomic
def withdraw_invitation(appointment: Appointment, *, by: Person, on: datetime) -> Invitation | None:
    """Take back the letter sent for an appointment. None if there is none any more.

    A letter that another state sent, to somebody whom both have appointed, is for that state.
    """
    right = _right_over(appointment, by, on)
    invitation: Invitation | None = (
        Invitation.objects.select_for_update()
        .filter(person=appointment.person_id, accepted=None, withdrawn=None)
        .first()
    )
    if invitation is None:
        return None
    sent = register.entries_about(invitation).filter(act="invite").first()
    if sent is not None and sent.facts.get("state") != appointment.state.code:
        raise CannotInvite(_("The letter was sent for another appointment."))
    _take_back(invitation, by=by, under=right.basis, reason="", on=on)
    return invitation


def withdraw_unneeded(
    person: Person, *, by: Person | None, under: Appointment | None, on: datetime
) -> None:
    """Take back the letter of a person who is appointed to nothing any more."""
    if held_by(person, on.date()):
        return
    for invitation in Invitation.objects.filter(person=person, accepted=None, withdrawn=None):
        _take_back(invitation, by=by, under=under, reason=_("The appointment has ended."), on=on)


def _right_over(appointment: Appointment, by: Person, on: datetime) -> Right:
    rights = Rights.of(Standing.of(by, on.date()), appointment.state)
    return entitled_to_end(rights, appointment)


def _take_back(
    invitation: Invitation,
    *,
    by: Person | None,
    under: Appointment | None,
    reason: str,
    on: datetime,
) -> Entry:
    invitation.withdrawn = on
    invitation.save(update_fields=["withdrawn"])
    return register.enter(
        "withdraw_invitation",
        invitation,
        by=by,
        appointment=under,
        person=invitation.person.name,
        reason=reason,
    )


@transaction.atomic
def accept(invitation: Invitation, *, password: str, on: datetime) -> Any:
    """Open the account of the person invited, under their address and the password they chose."""
    invitation = (
        Invitation.objects.select_for_update(of=("self", "person"))
        .select_related("person")
        .get(pk=invitation.pk)
    )
    if reason := why_not(invitation, on):
        raise NotOpen(reason)
    person = invitation.person
    account = open_account(person, password)
    invitation.accepted = on
    invitation.save(update_fields=["accepted"])
    register.enter(
        "accept_invitation",
        invitation,
        by=person,
        appointment=held_by(person, on.date())[0],
        person=person.name,
    )
    bring_into_step(Standing.of(person, on.date()))
    return account


def open_account(person: Person, password: str) -> Any:
    """An account under the person's address. NotOpen if somebody else's has that name."""
    accounts = get_user_model()._default_manager
    # An administrator's account is nobody's seat, and a letter to its address must not give one.
    if accounts.filter(username__iexact=person.email).exists():
        raise NotOpen(Reason.TAKEN)
    person.user = accounts.create_user(person.email, person.email, password)
    person.save(update_fields=["user"])
    return person.user
