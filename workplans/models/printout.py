"""Printouts: what is put on paper before anything is issued, made when somebody asks for it."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from secretariat.models import Person
from workplans.models.plan import WorkPlan
from workplans.models.work_order import WorkOrder


class Printout(WorkOrder):
    """A PDF of texts that are not issued. It has no symbol, is on no register and goes again.

    Who may read it follows from the texts it prints (workplans/snapshots.py), which it names by
    their codes: "now" is the draft, "r2" the second revision.
    """

    class Kind(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("printout", "Draft")
        CIRCULATED = "circulated", pgettext_lazy("printout", "Circulated text")
        COMPARISON = "comparison", pgettext_lazy("printout", "Comparison")

    class Status(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("typesetting", "Waiting for the worker")
        TYPESETTING = "typesetting", pgettext_lazy("typesetting", "Being typeset")
        READY = "ready", pgettext_lazy("typesetting", "Ready")
        FAILED = "failed", pgettext_lazy("typesetting", "Could not be typeset")
        CANCELLED = "cancelled", pgettext_lazy("typesetting", "Cancelled")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    plan = models.ForeignKey(WorkPlan, on_delete=models.CASCADE, related_name="printouts")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    older = models.CharField(_("older text"), max_length=24, blank=True)
    newer = models.CharField(_("text"), max_length=24)
    as_of = models.DateTimeField(_("as of"), help_text=_("When the texts were read."))
    draft_digest = models.CharField(
        max_length=64,
        blank=True,
        editable=False,
        help_text=_("Of the draft as it was read; empty where none is printed."),
    )
    inputs = models.CharField(
        max_length=64,
        unique=True,
        editable=False,
        help_text=_("Names what is printed, whenever and by whomever it is asked for."),
    )
    requested = models.DateTimeField(_("last asked for"))
    requested_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="printouts")
    status = models.CharField(
        _("status"), max_length=12, choices=Status.choices, default=Status.QUEUED
    )
    made = models.DateTimeField(_("made"), null=True, editable=False)

    class Meta:
        verbose_name = _("printout")
        verbose_name_plural = _("printouts")
        ordering = ["-as_of", "-id"]
        constraints = [
            models.CheckConstraint(
                name="a_comparison_names_two_texts",
                condition=Q(kind="comparison") ^ Q(older=""),
            ),
            models.CheckConstraint(
                name="a_ready_printout_has_its_bytes",
                condition=~Q(status="ready") | (~Q(file="") & ~Q(sha256="") & Q(size__gt=0)),
            ),
        ]
        indexes = [
            models.Index(fields=["plan", "kind", "older", "newer"], name="printout_of_texts"),
            models.Index(
                fields=["lease"],
                name="printout_unfinished",
                condition=Q(status__in=["queued", "typesetting"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan.year}, {self.get_kind_display()}, {self.as_of:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("workplans:printout", args=[self.plan.year, self.key])

    @property
    def codes(self) -> list[str]:
        """The texts it prints."""
        return [code for code in (self.older, self.newer) if code]

    @property
    def is_under_way(self) -> bool:
        return self.status in (self.Status.QUEUED, self.Status.TYPESETTING)

    @property
    def file_name(self) -> str:
        """What a browser saves it as."""
        return f"{self.kind}-{self.plan.year}-{self.as_of:%Y%m%d-%H%M}.pdf"
