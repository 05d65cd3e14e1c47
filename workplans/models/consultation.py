"""What the people of a delegation tell their own about a text: for nobody else, ever."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from meetings.models import Seat
from secretariat.instants import ClockTimestamp
from secretariat.models import Appointment, Person
from workplans.models.consideration import Consideration


class Note(models.Model):
    """One word of somebody to their own delegation: advice on the text, or a remark.

    No act of the state, and in no register. It is never rewritten; its author can take the last
    one back as long as nobody has answered it, and then only that it was there remains.
    """

    class Advice(models.TextChoices):
        APPROVE = "would_approve", pgettext_lazy("advice", "Would approve")
        RESERVE = "would_reserve", pgettext_lazy("advice", "Would approve with a reservation")
        OBJECT = "would_object", pgettext_lazy("advice", "Would object")
        NEEDS_TIME = "needs_time", pgettext_lazy("advice", "Needs more time")
        NO_VIEW = "no_view", pgettext_lazy("advice", "Has no view")

    consideration = models.ForeignKey(Consideration, on_delete=models.PROTECT, related_name="notes")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="notes")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="notes")
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="notes")
    advice = models.CharField(_("advice"), max_length=16, choices=Advice.choices, blank=True)
    text = models.TextField(_("text"), blank=True)
    at = models.DateTimeField(_("written"), db_default=ClockTimestamp(), editable=False)
    taken_back = models.DateTimeField(_("taken back"), null=True, blank=True)
    key = models.UUIDField(
        _("submission"), unique=True, help_text=_("Sending the same form twice has one effect.")
    )

    class Meta:
        verbose_name = _("note to the own delegation")
        verbose_name_plural = _("notes to the own delegation")
        ordering = ["id"]
        indexes = [models.Index(fields=["consideration", "seat", "id"], name="note_of_delegation")]
        constraints = [
            models.CheckConstraint(
                name="a_note_says_something_or_was_taken_back",
                condition=Q(taken_back=None) & (~Q(text="") | ~Q(advice=""))
                | Q(taken_back__isnull=False, text="", advice=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.at:%Y-%m-%d %H:%M}"


class Question(models.Model):
    """The head of a delegation asks one of its people for advice on a text."""

    consideration = models.ForeignKey(
        Consideration, on_delete=models.PROTECT, related_name="questions"
    )
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="questions")
    asked = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="questions")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="questions_put")
    at = models.DateTimeField(_("asked"), db_default=ClockTimestamp(), editable=False)

    class Meta:
        verbose_name = _("question to the own delegation")
        verbose_name_plural = _("questions to the own delegation")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["consideration", "seat", "id"], name="question_of_delegation")
        ]

    def __str__(self) -> str:
        return f"{self.asked}, {self.at:%Y-%m-%d %H:%M}"
