"""What is recorded of a document once it is issued: that it was withdrawn, and its signed copy."""

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


class SignedCopy(models.Model):
    """The same document with the secretariat's electronic signature: another file, beside it."""

    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="signed")
    file = models.CharField(max_length=200, editable=False)
    sha256 = models.CharField(max_length=64, unique=True, editable=False)
    size = models.PositiveIntegerField(editable=False)
    # Whom the certificate names, and what tells it from any other.
    signer = models.CharField(_("signed by"), max_length=300)
    certificate = models.CharField(_("SHA-256 of the certificate"), max_length=64)
    at = models.DateTimeField(_("recorded"), db_default=ClockTimestamp(), editable=False)

    class Meta:
        verbose_name = _("signed copy")
        verbose_name_plural = _("signed copies")
        constraints = [
            models.CheckConstraint(
                name="a_signed_copy_has_its_bytes_on_record",
                condition=~models.Q(file="") & ~models.Q(sha256="") & models.Q(size__gt=0),
            )
        ]

    def __str__(self) -> str:
        return self.document.symbol

    @property
    def file_name(self) -> str:
        """What a browser saves it as."""
        return self.document.file_name.replace(".pdf", "-signed.pdf")
