"""What writing a draft leaves behind: sittings with the text each left, and texts put aside."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from secretariat.models import Person
from workplans.models.plan import WorkPlan


class Sitting(models.Model):
    """One person's uninterrupted work on a draft, and the text as it was when they left it."""

    plan = models.ForeignKey(WorkPlan, on_delete=models.PROTECT, related_name="sittings")
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="sittings"
    )
    began = models.DateTimeField(_("began"))
    ended = models.DateTimeField(_("last saved"))
    saves = models.PositiveIntegerField(_("times saved"), default=0)
    parts = models.JSONField(
        _("parts touched"), default=list, help_text=_("Kind, identity and title, in order.")
    )
    text = models.TextField(
        _("canonical form"), blank=True, editable=False, help_text=_("Empty while it goes on.")
    )
    digest = models.CharField(_("digest"), max_length=64, blank=True, editable=False)
    restores = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="restored_by"
    )

    class Meta:
        verbose_name = _("sitting")
        verbose_name_plural = _("sittings")
        ordering = ["-began", "-id"]
        constraints = [
            models.CheckConstraint(
                name="a_sitting_ends_no_earlier_than_it_began",
                condition=Q(ended__gte=models.F("began")),
            ),
            models.UniqueConstraint(
                fields=["plan"],
                name="one_sitting_of_a_plan_goes_on",
                condition=Q(text=""),
            ),
        ]
        indexes = [models.Index(fields=["plan", "-began"], name="sitting_of_a_plan")]

    def __str__(self) -> str:
        return f"{self.plan.year}, {self.began:%Y-%m-%d %H:%M}"


class Parked(models.Model):
    """What somebody had written in one part when it could not be saved; kept until they say so."""

    class Reason(models.TextChoices):
        CONFLICT = "conflict", pgettext_lazy("parked", "Somebody else changed the same text")
        GONE = "gone", pgettext_lazy("parked", "The part was removed meanwhile")
        SETTLED = "settled", pgettext_lazy("parked", "The text was settled meanwhile")
        INVALID = "invalid", pgettext_lazy("parked", "A field could not be read")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    plan = models.ForeignKey(WorkPlan, on_delete=models.PROTECT, related_name="parked")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="parked")
    kind = models.CharField(_("kind of part"), max_length=16)
    part = models.UUIDField(_("part"))
    page = models.UUIDField(
        _("page"),
        default=uuid.uuid4,
        help_text=_("Two windows of one person put aside two texts, and neither hides the other."),
    )
    title = models.CharField(_("title"), max_length=300, blank=True)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason.choices)
    sent = models.JSONField(_("fields as sent"), default=dict)
    at = models.DateTimeField(_("put aside"))
    cleared = models.DateTimeField(_("cleared"), null=True, blank=True)

    class Meta:
        verbose_name = _("parked text")
        verbose_name_plural = _("parked texts")
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "person", "part", "page"],
                name="a_page_parks_one_text",
                condition=Q(cleared=None),
            )
        ]

    def __str__(self) -> str:
        return self.title or str(self.part)
