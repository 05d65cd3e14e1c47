"""What is recorded of a document once it is issued: that it was withdrawn."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from secretariat.instants import ClockTimestamp
from secretariat.models import Appointment, Person
from workplans.models.document import Document


class Withdrawal(models.Model):
    """An issued document taken back, once and for good; its file stays on record."""

    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="withdrawal")
    reason = models.TextField(_("reason"))
    on = models.DateField(_("date"))
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="withdrawals")
    appointment = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, related_name="withdrawals"
    )
    at = models.DateTimeField(_("recorded"), db_default=ClockTimestamp(), editable=False)

    class Meta:
        verbose_name = _("withdrawal")
        verbose_name_plural = _("withdrawals")
        constraints = [
            models.CheckConstraint(
                name="a_withdrawal_has_its_reason", condition=~models.Q(reason="")
            )
        ]

    def __str__(self) -> str:
        return self.document.symbol
