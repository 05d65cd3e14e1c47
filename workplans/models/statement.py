"""What a state attaches to a text: printed with the outcome in the order received (rule 6)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from meetings.models import Seat
from secretariat.instants import ClockTimestamp
from secretariat.models import Appointment, Person
from workplans.models.consideration import Consideration
from workplans.models.plan import granted, kept_open_to
from workplans.models.position import Position

Outcome = Consideration.Outcome


class StatementQuerySet(models.QuerySet["Statement"]):
    def standing(self) -> StatementQuerySet:
        """Without the reservations of positions that another one has replaced."""
        last = Position.objects.standing().values("pk")
        return self.filter(Q(position=None) | Q(position__in=last))

    def printed_with(self, revision: int) -> StatementQuerySet:
        """What is printed with what was decided about a text, in the order received."""
        decided = (Outcome.ADOPTED, Outcome.APPROVED)
        return self.standing().filter(
            consideration__revision=revision, consideration__outcome__in=decided
        )

    def open_to(self, user: Any, *, presides: bool = False) -> StatementQuerySet:
        """The statements a user may open: where all see them, and their own state's before that.

        presides: whether the user chairs. The secretariat that writes sees all, as it does of
        positions; those who only keep reading wait like the delegations.
        """
        own = Q(seat__state__in=granted(user, "secretariat.read_papers"))
        conducts = Q(models.Exists(granted(user, "secretariat.draft_texts")))
        if presides:
            conducts |= Q(pk__isnull=False)
        shown = ~Q(
            consideration__closed=None,
            consideration__visibility=Consideration.Visibility.AFTER_CLOSE,
        )
        visible = Q(consideration__in=Consideration.objects.visible_to(user))
        kept = kept_open_to(user, "consideration__plan__presidency")
        return self.filter(own | conducts | (shown & (visible | kept)))

    def with_words(self) -> StatementQuerySet:
        """With everything a page or a document says of them."""
        return self.select_related(
            "seat__state",
            "person",
            "appointment",
            "position__person",
            "position__appointment",
            "position__recorded_by",
            "position__recorded_as",
            "withdrawal__person",
            "withdrawal__appointment",
        )


class Statement(models.Model):
    """A text a state attaches to one exact text, as a whole or to parts of it; it stays as it is.

    The reservation of a position has its words and its parts there, where they are said once.
    """

    class Kind(models.TextChoices):
        RESERVATION = "reservation", pgettext_lazy("statement", "Reservation")
        INTERPRETATIVE = (
            "interpretative_statement",
            pgettext_lazy("statement", "Interpretative statement"),
        )
        EXPLANATION = (
            "explanation_of_position",
            pgettext_lazy("statement", "Explanation of position"),
        )

    consideration = models.ForeignKey(
        Consideration, on_delete=models.PROTECT, related_name="statements"
    )
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="statements")
    kind = models.CharField(_("kind"), max_length=26, choices=Kind.choices)
    own_text = models.TextField(_("text"), blank=True)
    own_parts = models.JSONField(
        _("parts"), default=list, blank=True, help_text=_("Of the text; none means the whole.")
    )
    position = models.OneToOneField(
        Position, on_delete=models.PROTECT, null=True, blank=True, related_name="reservation"
    )
    digest = models.CharField(_("digest of the text it is attached to"), max_length=64)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="statements")
    appointment = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, related_name="statements"
    )
    on = models.DateField(_("date"))
    at = models.DateTimeField(_("received"), db_default=ClockTimestamp(), editable=False)
    key = models.UUIDField(
        _("submission"), unique=True, help_text=_("Sending the same form twice has one effect.")
    )

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["consideration", "at"], name="statement_order_received")]
        constraints = [
            models.CheckConstraint(
                name="the_words_of_a_statement_stand_once",
                condition=(Q(position=None) & ~Q(own_text=""))
                | Q(position__isnull=False, kind="reservation", own_text="", own_parts=[]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.seat.state}: {self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        return reverse("workplans:statement", args=[self.pk])

    @property
    def text(self) -> str:
        return self.position.text if self.position else self.own_text

    @property
    def parts(self) -> list[str]:
        """The anchors of the parts it is attached to; none means the whole text."""
        return list(self.position.parts if self.position else self.own_parts)

    @property
    def reference(self) -> str:
        """What a receipt is quoted by."""
        year = self.consideration.plan.year
        return f"{year}-{self.seat.state.code}-S{self.pk}"

    @property
    def given_by(self) -> str:
        """Who spoke for the state, and who wrote it down where that was somebody else."""
        return (
            self.position.given_by
            if self.position
            else f"{self.person}, {self.appointment.capacity}"
        )

    @property
    def withdrawn(self) -> StatementWithdrawal | None:
        return getattr(self, "withdrawal", None)


class StatementWithdrawal(models.Model):
    """The note by which a state withdraws a statement; both stay, one beside the other."""

    statement = models.OneToOneField(Statement, on_delete=models.PROTECT, related_name="withdrawal")
    text = models.TextField(_("note"))
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="statements_withdrawn"
    )
    appointment = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, related_name="statements_withdrawn"
    )
    on = models.DateField(_("date"))
    at = models.DateTimeField(_("received"), db_default=ClockTimestamp(), editable=False)
    key = models.UUIDField(
        _("submission"), unique=True, help_text=_("Sending the same form twice has one effect.")
    )

    class Meta:
        verbose_name = _("withdrawal of a statement")
        verbose_name_plural = _("withdrawals of statements")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="a_withdrawal_has_a_note", condition=~Q(text=""))
        ]

    def __str__(self) -> str:
        return str(self.statement)

    @property
    def given_by(self) -> str:
        return f"{self.person}, {self.appointment.capacity}"
