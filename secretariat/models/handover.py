"""The hand-over of the secretariat from one presidency to the next (domain rule 3)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from secretariat.models.people import Appointment, Person
from secretariat.models.states import Presidency


class HandOver(models.Model):
    """What passes from a presidency to the next, and the instant at which it did.

    Before the day in the table of presidencies the outgoing side offers and the incoming side
    takes over. With that day it happens by itself, and then nobody is named.
    """

    outgoing = models.OneToOneField(
        Presidency, on_delete=models.PROTECT, related_name="hand_over", verbose_name=_("outgoing")
    )
    incoming = models.OneToOneField(
        Presidency, on_delete=models.PROTECT, related_name="take_over", verbose_name=_("incoming")
    )
    remarks = models.TextField(_("remarks"), blank=True)
    offered = models.DateTimeField(_("offered"), null=True, blank=True)
    offered_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    offered_as = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(_("handed over"), null=True, blank=True)
    taken_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    taken_as = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    is_example = models.BooleanField(_("example data"), default=False)

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        ordering = ["-outgoing__period"]
        constraints = [
            models.CheckConstraint(
                name="nobody_hands_over_to_themselves",
                condition=~Q(outgoing=models.F("incoming")),
            ),
            models.CheckConstraint(
                name="an_offer_names_who_made_it",
                condition=Q(offered=None) | Q(offered_by__isnull=False, offered_as__isnull=False),
            ),
            models.CheckConstraint(
                name="taking_over_answers_an_offer",
                condition=Q(taken_by=None)
                | Q(offered__isnull=False, at__isnull=False, taken_as__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outgoing} → {self.incoming}"


class Tick(models.Model):
    """A point of the list that one side has said is in order."""

    class Side(models.TextChoices):
        OUTGOING = "outgoing", pgettext_lazy("hand-over", "Outgoing")
        INCOMING = "incoming", pgettext_lazy("hand-over", "Incoming")

    hand_over = models.ForeignKey(HandOver, on_delete=models.PROTECT, related_name="ticks")
    point = models.SlugField(_("point"), max_length=40)
    side = models.CharField(_("side"), max_length=8, choices=Side.choices)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("ticked point")
        verbose_name_plural = _("ticked points")
        ordering = ["point", "side"]
        constraints = [
            models.UniqueConstraint(
                fields=["hand_over", "point", "side"], name="a_side_ticks_a_point_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.point}, {self.get_side_display()}"
