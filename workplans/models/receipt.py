"""Receipts: what proves to a delegation that its position was received, on paper."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from workplans.models.position import Position
from workplans.models.work_order import WorkOrder


class Receipt(WorkOrder):
    """The receipt of one position as PDF. Its order holds what was so when it was received."""

    position = models.OneToOneField(Position, on_delete=models.PROTECT, related_name="paper")
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="a_ready_receipt_has_its_bytes",
                condition=~Q(status="ready") | (~Q(file="") & ~Q(sha256="") & Q(size__gt=0)),
            )
        ]
        indexes = [
            models.Index(
                fields=["lease"],
                name="receipt_unfinished",
                condition=Q(status__in=["queued", "typesetting"]),
            )
        ]

    def __str__(self) -> str:
        return self.position.reference

    def get_absolute_url(self) -> str:
        return reverse("workplans:receipt", args=[self.position_id])

    @property
    def is_under_way(self) -> bool:
        return self.status in (self.Status.QUEUED, self.Status.TYPESETTING)

    @property
    def file_name(self) -> str:
        """What a browser saves it as."""
        return f"receipt-{self.position.reference}.pdf"
