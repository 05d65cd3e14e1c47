"""Calendars of one's own: a secret address instead of a password, which ends with a role."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from secretariat import register
from secretariat.models import Person, Subscription
from secretariat.standing import NotEntitled, Standing


def of(person: Person) -> Subscription | None:
    found: Subscription | None = Subscription.objects.filter(person=person, ended=None).first()
    return found


@transaction.atomic
def make(*, by: Person, on: datetime) -> str:
    """Give a person a new address for their calendar, and end the one before.

    The secret is returned once; only its digest is kept.
    """
    standing = Standing.of(by, on.date())
    if not standing.roles:
        raise NotEntitled(
            _("You hold no appointment today, and without one there is nothing to follow.")
        )
    _end_all(by, on)
    secret = secrets.token_urlsafe(32)
    made = Subscription.objects.create(
        person=by, digest=_digest(secret), roles=sorted(standing.roles), made=on
    )
    register.enter("subscribe", made, by=by, person=by.name)
    return secret


@transaction.atomic
def end(*, by: Person, on: datetime) -> bool:
    """End a person's calendar; False if there was none."""
    return _end_all(by, on)


def read(secret: str, on: datetime) -> Standing | None:
    """The standing of whoever follows their calendar by this secret; None if it opens nothing.

    The first role its owner has lost since it was made ends the calendar for good.
    """
    found = (
        Subscription.objects.filter(digest=_digest(secret), ended=None)
        .select_related("person__user")
        .first()
    )
    if found is None or found.person.user is None or not found.person.user.is_active:
        return None
    standing = Standing.of(found.person, on.date())
    if not standing.roles.issuperset(found.roles):
        Subscription.objects.filter(pk=found.pk, ended=None).update(ended=on)
        return None
    return standing


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _end_all(person: Person, on: datetime) -> bool:
    """Two requests at once wait for each other, so that one calendar is left."""
    Person.objects.select_for_update().get(pk=person.pk)
    former = of(person)
    if former is None:
        return False
    former.ended = on
    former.save(update_fields=["ended"])
    register.enter("unsubscribe", former, by=person, person=person.name)
    return True
