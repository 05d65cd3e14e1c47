"""Changing an approved plan: the text in force stays so until the amended one is approved."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from secretariat.models import Appointment, Person
from workplans.models.plan import WorkPlan
from workplans.models.revision import Revision


class Amendment(models.Model):
    """The work on changing an approved plan, from its opening to approval or withdrawal (rule 9).

    It belongs to the plan: whoever writes for the presidency of the day goes on with it.
    """

    class Outcome(models.TextChoices):
        APPROVED = "approved", pgettext_lazy("amendment", "Approved")
        WITHDRAWN = "withdrawn", pgettext_lazy("amendment", "Withdrawn")

    plan = models.ForeignKey(WorkPlan, on_delete=models.PROTECT, related_name="amendments")
    number = models.PositiveSmallIntegerField(_("number"))
    amends = models.ForeignKey(
        Revision,
        on_delete=models.PROTECT,
        related_name="amendments",
        help_text=_("The text in force when it was opened."),
    )
    reason = models.TextField(_("reason"))
    opened = models.DateTimeField(_("opened"), db_default=Now(), editable=False)
    opened_on = models.DateField(_("opened on"))
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="amendments_opened")
    appointment = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, related_name="amendments_opened"
    )
    closed = models.DateTimeField(_("closed"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    why_withdrawn = models.TextField(_("reason of the withdrawal"), blank=True)

    class Meta:
        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")
        ordering = ["plan", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "number"], name="an_amendment_number_is_given_once_in_a_plan"
            ),
            models.UniqueConstraint(
                fields=["plan"],
                name="one_amendment_of_a_plan_is_under_way",
                condition=Q(closed__isnull=True),
            ),
            models.CheckConstraint(name="an_amendment_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="a_closed_amendment_has_an_outcome",
                condition=Q(closed__isnull=True, outcome="")
                | (Q(closed__isnull=False) & ~Q(outcome="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan.year}, {self.number}"
