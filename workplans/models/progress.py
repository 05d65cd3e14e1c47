"""How far an activity of an approved plan has come."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from secretariat.models import Person
from workplans.models.plan import Activity, WorkPlan


class ProgressQuerySet(models.QuerySet["Progress"]):
    def newest(self) -> ProgressQuerySet:
        """The newest word on each activity."""
        newest = self.model._default_manager.filter(
            plan=models.OuterRef("plan"), activity=models.OuterRef("activity")
        ).order_by("-id")
        return self.filter(pk=models.Subquery(newest.values("pk")[:1]))


class Progress(models.Model):
    """The state of one activity on one day; the newest counts, the others stay."""

    plan = models.ForeignKey(WorkPlan, on_delete=models.PROTECT, related_name="progress")
    activity = models.UUIDField(_("activity"))
    state = models.CharField(_("state"), max_length=10, choices=Activity.Stage.choices)
    note = models.TextField(_("what was done"), blank=True)
    on = models.DateField(_("date"))
    at = models.DateTimeField(db_default=Now(), editable=False)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="progress")

    objects = ProgressQuerySet.as_manager()

    class Meta:
        verbose_name = _("progress")
        verbose_name_plural = _("progress")
        ordering = ["-id"]
        indexes = [models.Index(fields=["plan", "activity", "-id"], name="progress_latest")]

    def __str__(self) -> str:
        return f"{self.activity}: {self.get_state_display()}"
