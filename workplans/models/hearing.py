"""What the secretariat heard states say in the room (domain rules 5 and 15)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from meetings.models import Seat
from secretariat.instants import ClockTimestamp
from secretariat.models import Appointment, Person
from workplans.models.consideration import Consideration
from workplans.models.position import Position


class Heard(models.Model):
    """What a state said in the room, as the secretariat wrote it down; no position yet.

    It becomes one when whoever speaks for the state confirms it, or says something else instead.
    What is heard later stands beside it, never over it; an empty kind takes it back.
    """

    # Whether a text waits is settled in the room itself, so nobody is heard to ask for time.
    KINDS = (Position.Kind.APPROVES, Position.Kind.RESERVES, Position.Kind.OBJECTS)

    consideration = models.ForeignKey(Consideration, on_delete=models.PROTECT, related_name="heard")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="heard")
    kind = models.CharField(_("position"), max_length=26, choices=Position.Kind.choices, blank=True)
    text = models.TextField(_("text"), blank=True)
    digest = models.CharField(_("digest of the text in the room"), max_length=64)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="heard")
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="heard")
    on = models.DateField(_("date"))
    at = models.DateTimeField(_("recorded"), db_default=ClockTimestamp(), editable=False)
    key = models.UUIDField(_("submission"))

    class Meta:
        verbose_name = _("what was heard")
        verbose_name_plural = _("what was heard")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["key", "seat"], name="a_form_hears_each_seat_once"),
            models.CheckConstraint(
                name="what_is_heard_beside_an_approval_has_a_text",
                condition=Q(kind__in=["", "approves"], text="")
                | (Q(kind__in=["approves_with_reservation", "objects"]) & ~Q(text="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat.state}: {self.get_kind_display() or _t('taken back')}"

    @property
    def written_by(self) -> str:
        return f"{self.by}, {self.appointment.capacity}"
