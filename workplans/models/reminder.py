"""That a state was reminded of a text it has not answered (domain rule 15)."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from meetings.models import Seat
from secretariat.models import Entry
from workplans.models.consideration import Consideration


class Reminder(models.Model):
    """One reminder of one state; a step before a deadline is reminded of once."""

    BY_HAND = "by_hand"

    consideration = models.ForeignKey(
        Consideration, on_delete=models.PROTECT, related_name="reminders"
    )
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="reminders")
    kind = models.CharField(
        _("kind"), max_length=12, help_text=_("By hand, or how many working days before.")
    )
    day = models.DateField(
        _("day"), help_text=_("Of the deadline in the capital; by hand, of the reminder itself.")
    )
    at = models.DateTimeField(_("reminded"), db_default=Now(), editable=False)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="reminders")

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["consideration", "seat", "kind", "day"],
                name="a_state_is_reminded_once_of_each_step",
            )
        ]

    def __str__(self) -> str:
        return f"{self.seat.state}, {self.kind}, {self.day.isoformat()}"
