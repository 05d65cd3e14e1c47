"""What every row has that orders the worker to typeset something."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class WorkOrder(models.Model):
    """What is to be printed, how far the worker has come with it, and the bytes it made."""

    class Status(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("typesetting", "Waiting for the worker")
        TYPESETTING = "typesetting", pgettext_lazy("typesetting", "Being typeset")
        READY = "ready", pgettext_lazy("typesetting", "Ready")
        FAILED = "failed", pgettext_lazy("typesetting", "Could not be typeset")

    order = models.TextField(_("work order"), editable=False)
    requested = models.DateTimeField(auto_now_add=True)
    status = models.CharField(
        _("status"), max_length=12, choices=Status.choices, default=Status.QUEUED
    )
    step = models.CharField(_("step"), max_length=20, blank=True)
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=0)
    lease = models.DateTimeField(_("claimed until"), null=True, blank=True)
    error = models.TextField(_("reason"), blank=True)

    file = models.CharField(max_length=200, blank=True, editable=False)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    size = models.PositiveIntegerField(null=True, editable=False)
    pages = models.PositiveSmallIntegerField(null=True, editable=False)

    class Meta:
        abstract = True
