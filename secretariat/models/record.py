"""The register, and the notices that carry an act to those it concerns (domain rule 15)."""

from __future__ import annotations

import uuid

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

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


class Mail(models.Model):
    """A mail to one person, kept as it was written; the row is the order to send it."""

    class Delivery(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("mail", "On its way")
        GATHERED = "gathered", pgettext_lazy("mail", "Goes with the next daily mail")
        SENT = "sent", pgettext_lazy("mail", "Sent")
        FAILED = "failed", pgettext_lazy("mail", "Not delivered")
        HELD_BACK = "held_back", pgettext_lazy("mail", "Held back")
        NOT_MAILED = "not_mailed", pgettext_lazy("mail", "In the portal only")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    created = models.DateTimeField(auto_now_add=True)
    delivery = models.CharField(
        _("delivery"), max_length=10, choices=Delivery.choices, default=Delivery.WAITING
    )
    sent = models.DateTimeField(null=True, blank=True)
    sent_to = models.EmailField(_("sent to"), blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.subject


SENT_AT_AN_INSTANT = Q(delivery="sent", sent__isnull=False) | (
    ~Q(delivery="sent") & Q(sent__isnull=True)
)


class DailyMail(Mail):
    """The one mail of a day that brings somebody what they asked not to be told at once."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="daily_mails")
    day = models.DateField(_("day"), help_text=_("By the calendar of the person’s capital."))

    class Meta:
        verbose_name = _("daily mail")
        verbose_name_plural = _("daily mails")
        ordering = ["-day", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["person", "day"], name="one_daily_mail_a_day"),
            models.CheckConstraint(
                name="a_daily_mail_is_sent_at_an_instant", condition=SENT_AT_AN_INSTANT
            ),
        ]


class NoticeManager(models.Manager["Notice"]):
    def of_acts(self) -> models.QuerySet[Notice]:
        """Without what a delegation tells its own people, which concerns nobody else."""
        return self.filter(entry__isnull=False)


class Notice(Mail):
    """A message to one person about one act, or from within their own delegation."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="notices")
    entry = models.ForeignKey(
        Entry,
        on_delete=models.PROTECT,
        null=True,
        related_name="notices",
        help_text=_("The act it tells of; none where it comes from the person’s own delegation."),
    )
    appointment = models.ForeignKey(
        Appointment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="notices",
        help_text=_("What the person is told it for; once that has ended, it is not sent."),
    )
    news = models.CharField(
        _("what it tells"), max_length=40, blank=True, help_text=_("A line of the table.")
    )
    binding = models.BooleanField(_("of legal effect"), default=True)
    thread = models.CharField(
        _("thread"), max_length=80, blank=True, help_text=_("The record it speaks of.")
    )
    path = models.CharField(_("page"), max_length=300, help_text=_("The page that acts."))
    read = models.DateTimeField(null=True, blank=True)
    daily = models.ForeignKey(
        DailyMail, on_delete=models.PROTECT, null=True, blank=True, related_name="notices"
    )

    objects = NoticeManager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-created", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "entry"], name="a_person_is_told_an_act_once"
            ),
            models.CheckConstraint(
                name="a_notice_is_sent_at_an_instant", condition=SENT_AT_AN_INSTANT
            ),
            models.CheckConstraint(
                name="a_notice_of_legal_effect_waits_for_no_daily_mail",
                condition=~Q(binding=True, delivery__in=["gathered", "not_mailed"]),
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt"],
                name="notice_unsent",
                condition=Q(delivery__in=["waiting", "gathered"]),
            ),
            models.Index(fields=["thread", "delivery"], name="notice_thread"),
            models.Index(fields=["-id"], name="notice_failed", condition=Q(delivery="failed")),
        ]
