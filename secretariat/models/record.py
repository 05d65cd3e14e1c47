"""The register, and the notices that carry an act to those it concerns (domain rule 15)."""

from __future__ import annotations

import uuid

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from secretariat.models.people import Appointment, Person


class Entry(models.Model):
    """One act on the record: who, when by the database's clock, on what basis, about what."""

    at = models.DateTimeField(_("at"), db_default=Now(), editable=False)
    act = models.CharField(_("act"), max_length=60)
    by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="entries", verbose_name=_("by")
    )
    appointment = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, null=True, related_name="entries"
    )
    capacity = models.CharField(
        _("capacity"), max_length=200, blank=True, help_text=_("The legal basis, in words.")
    )
    subject_type = models.ForeignKey(ContentType, on_delete=models.PROTECT)
    subject_id = models.BigIntegerField()
    subject = GenericForeignKey("subject_type", "subject_id")
    facts = models.JSONField(_("facts"), default=dict)

    class Meta:
        verbose_name = _("entry in the register")
        verbose_name_plural = _("register")
        ordering = ["-id"]
        indexes = [models.Index(fields=["subject_type", "subject_id", "-id"], name="entry_subject")]

    def __str__(self) -> str:
        return f"{self.id}: {self.act}"


class Notice(models.Model):
    """A message to one person about one act; the row is the order to send it."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="notices")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="notices")
    appointment = models.ForeignKey(
        Appointment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="notices",
        help_text=_("What the person is told it for; once that has ended, it is not sent."),
    )
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    path = models.CharField(_("page"), max_length=300, help_text=_("The page that acts."))
    created = models.DateTimeField(auto_now_add=True)
    read = models.DateTimeField(null=True, blank=True)
    sent = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-created", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["person", "entry"], name="a_person_is_told_an_act_once")
        ]
        indexes = [
            models.Index(fields=["next_attempt"], name="notice_unsent", condition=Q(sent=None))
        ]

    def __str__(self) -> str:
        return self.subject
