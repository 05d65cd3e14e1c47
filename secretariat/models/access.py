"""How people get in, and what they take out: invitations, and calendars they subscribe to."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from secretariat import instants
from secretariat.models.people import Person


class Invitation(models.Model):
    """A letter to somebody appointed who has no account yet; it opens one, once.

    The appointment exists before the account does. The letter's address ends in a signature that
    is made when the mail is sent, so nothing kept here opens the door.
    """

    LASTS = timedelta(hours=72)

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField(_("e-mail address"))
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    made = models.DateTimeField(_("made"))
    accepted = models.DateTimeField(_("accepted"), null=True, blank=True)
    withdrawn = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-made"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                name="a_person_has_one_open_invitation",
                condition=Q(accepted=None, withdrawn=None),
            ),
            models.CheckConstraint(
                name="an_invitation_is_accepted_or_withdrawn",
                condition=Q(accepted=None) | Q(withdrawn=None),
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def get_absolute_url(self) -> str:
        return reverse("secretariat:invitation", args=[self.key])

    @property
    def expires(self) -> datetime:
        return self.made + self.LASTS

    def is_open_at(self, moment: datetime) -> bool:
        return self.accepted is None and self.withdrawn is None and moment < self.expires


class Subscription(models.Model):
    """A calendar of one's own, read by a program with a secret address instead of a password.

    Only the digest of the secret is kept. It ends with the first role its owner loses.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="subscriptions")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    roles = models.JSONField(_("roles it was made with"), default=list, editable=False)
    made = models.DateTimeField(_("made"))
    ended = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        ordering = ["-made"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                name="a_person_has_one_calendar_of_their_own",
                condition=Q(ended=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.made:%Y-%m-%d}"


@dataclass(frozen=True)
class Attempt:
    """What came of showing who one is; closed_until: no proof is looked at before that instant."""

    proved: bool
    closed_until: datetime | None = None


class FailedConfirmationManager(models.Manager["FailedConfirmation"]):
    def attempt(self, user: Any, proves: Callable[[], bool]) -> Attempt:
        """Look at a proof, unless there were too many wrong ones lately; count a wrong one.

        One proof of an account is looked at after the other, whichever process it reaches.
        """
        with transaction.atomic():
            self.get_or_create(user=user)
            row = self.select_for_update().get(user=user)
            now = instants.now()
            if row.since is None or now >= row.since + self.model.LASTS:
                row.failed, row.since = 0, None
            if row.since is not None and row.failed >= self.model.MOST:
                return Attempt(False, row.since + self.model.LASTS)
            proved = proves()
            row.failed = 0 if proved else row.failed + 1
            row.since = None if proved else row.since or now
            row.save()
            if row.since is not None and row.failed >= self.model.MOST:
                return Attempt(False, row.since + self.model.LASTS)
            return Attempt(proved)


class FailedConfirmation(models.Model):
    """How often an account was lately not shown to be in the hands of its owner."""

    MOST = 5
    LASTS = timedelta(minutes=15)

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    failed = models.PositiveSmallIntegerField(default=0)
    since = models.DateTimeField(null=True)

    objects = FailedConfirmationManager()

    class Meta:
        verbose_name = _("failed confirmation")
        verbose_name_plural = _("failed confirmations")

    def __str__(self) -> str:
        return f"{self.user}, {self.failed}"
