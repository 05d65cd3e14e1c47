"""What each state says to a text, as it stands and as it stood before (domain rules 6 and 15)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from meetings.models import Seat
from secretariat.instants import ClockTimestamp
from secretariat.models import Appointment, Person
from workplans.models.consideration import Consideration
from workplans.models.plan import granted, kept_open_to


class Instruction(models.Model):
    """The note by which a delegation has the secretariat record its position."""

    file = models.CharField(max_length=100, editable=False)
    name = models.CharField(_("file name"), max_length=120)
    media_type = models.CharField(_("media type"), max_length=40)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="instructions_kept")
    at = models.DateTimeField(_("attached"), db_default=ClockTimestamp(), editable=False)

    class Meta:
        verbose_name = _("instruction")
        verbose_name_plural = _("instructions")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class PositionQuerySet(models.QuerySet["Position"]):
    def receipts_of(self, user: Any, *, presides: bool = False) -> PositionQuerySet:
        """The positions whose receipt a user may see: their own state's, or as secretariat all.

        Those who only keep reading what was made under their presidency wait, like the
        delegations, where positions are shown after closing. presides: whether the user chairs.
        """
        every = Q(models.Exists(granted(user, "secretariat.draft_texts")))
        if presides:
            every |= Q(pk__isnull=False)
        shown = ~Q(
            consideration__closed=None,
            consideration__visibility=Consideration.Visibility.AFTER_CLOSE,
        )
        return self.filter(
            every
            | Q(seat__state__in=granted(user, "secretariat.read_papers"))
            | (kept_open_to(user, "consideration__plan__presidency") & shown)
        )

    def in_time(self) -> PositionQuerySet:
        """Without what was received when a procedure by correspondence had ended."""
        ends = "consideration__expires"
        return self.filter(Q(**{f"{ends}__isnull": True}) | Q(at__lt=models.F(ends)))

    def standing(self) -> PositionQuerySet:
        """The last word of each seat."""
        newest = (
            PositionQuerySet(self.model)
            .in_time()
            .filter(consideration=models.OuterRef("consideration"), seat=models.OuterRef("seat"))
            .order_by("-id")
        )
        return self.filter(pk=models.Subquery(newest.values("pk")[:1]))


class Position(models.Model):
    """What a state says to one exact text; a later position stands beside it, never over it."""

    class Kind(models.TextChoices):
        APPROVES = "approves", pgettext_lazy("position", "Approves")
        RESERVES = (
            "approves_with_reservation",
            pgettext_lazy("position", "Approves with a reservation"),
        )
        OBJECTS = "objects", pgettext_lazy("position", "Objects")
        ASKS_FOR_TIME = "asks_for_time", pgettext_lazy("position", "Asks for time")
        AMENDS = "proposes_amendment", pgettext_lazy("position", "Proposes an amendment")
        RETURNS = "returns", pgettext_lazy("position", "Returns")

    # What breaks a silence when it is received in writing before the end (domain rule 7).
    BREAKS_SILENCE = (Kind.OBJECTS, Kind.AMENDS)

    consideration = models.ForeignKey(
        Consideration, on_delete=models.PROTECT, related_name="positions"
    )
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="positions")
    kind = models.CharField(_("position"), max_length=26, choices=Kind.choices)
    text = models.TextField(_("text"), blank=True)
    would_join = models.TextField(
        _("wording"), blank=True, help_text=_("What would let the state join the consensus.")
    )
    parts = models.JSONField(
        _("parts"), default=list, blank=True, help_text=_("Of the text; none means the whole.")
    )
    until = models.DateField(_("until"), null=True, blank=True, help_text=_("The time asked for."))
    digest = models.CharField(_("digest of the text answered"), max_length=64)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="positions")
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="positions")
    on = models.DateField(_("date"))
    at = models.DateTimeField(_("received"), db_default=ClockTimestamp(), editable=False)
    recorded_by = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="positions_recorded",
        help_text=_("The secretariat, on the instruction of the person."),
    )
    recorded_as = models.ForeignKey(
        Appointment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="positions_recorded",
    )
    instruction = models.OneToOneField(
        Instruction, on_delete=models.PROTECT, null=True, blank=True, related_name="position"
    )
    heard = models.OneToOneField(
        "workplans.Heard",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="confirmed",
        help_text=_("What was written down in the room, which this confirms."),
    )
    key = models.UUIDField(
        _("submission"), unique=True, help_text=_("Sending the same form twice has one effect.")
    )

    objects = PositionQuerySet.as_manager()

    class Meta:
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        ordering = ["id"]
        indexes = [models.Index(fields=["consideration", "seat", "-id"], name="position_standing")]
        constraints = [
            models.CheckConstraint(
                name="a_reservation_or_refusal_has_a_text",
                condition=Q(kind="approves") | ~Q(text=""),
            ),
            models.CheckConstraint(
                name="parts_are_named_beside_a_text", condition=Q(parts=[]) | ~Q(text="")
            ),
            models.CheckConstraint(
                name="only_an_objection_says_what_would_let_it_join",
                condition=Q(kind="objects") | Q(would_join=""),
            ),
            models.CheckConstraint(
                name="a_request_for_time_says_until_when",
                condition=Q(kind="asks_for_time", until__isnull=False)
                | (~Q(kind="asks_for_time") & Q(until=None)),
            ),
            models.CheckConstraint(
                name="nothing_is_recorded_for_a_state_without_its_note",
                condition=Q(recorded_by=None, recorded_as=None, instruction=None)
                | Q(
                    recorded_by__isnull=False,
                    recorded_as__isnull=False,
                    instruction__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat.state}: {self.get_kind_display()}"

    @property
    def reference(self) -> str:
        """What a receipt is quoted by."""
        year = self.consideration.plan.year
        return f"{year}-{self.seat.state.code}-{self.pk}"

    @property
    def is_late(self) -> bool:
        """Whether it was received when the procedure had ended: kept, and without effect."""
        expires = self.consideration.expires
        return expires is not None and self.at >= expires

    @property
    def given_by(self) -> str:
        """Who spoke for the state, and who wrote it down where that was somebody else."""
        spoke = f"{self.person}, {self.appointment.capacity}"
        if self.heard is not None:
            return _t("%(spoke)s; confirming what %(by)s wrote down in the room") % {
                "spoke": spoke,
                "by": self.heard.written_by,
            }
        if self.recorded_by is None or self.recorded_as is None:
            return spoke
        return _t(
            "%(spoke)s; recorded by %(person)s, %(capacity)s, on the instruction attached"
        ) % {
            "spoke": spoke,
            "person": self.recorded_by,
            "capacity": self.recorded_as.capacity,
        }


class Ruling(models.Model):
    """What the chair decides about a state's request for time; written once."""

    position = models.OneToOneField(Position, on_delete=models.PROTECT, related_name="ruling")
    granted = models.BooleanField(_("granted"))
    text = models.TextField(_("text"), blank=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="rulings")
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="rulings")
    at = models.DateTimeField(_("recorded"), db_default=ClockTimestamp(), editable=False)

    class Meta:
        verbose_name = _("ruling")
        verbose_name_plural = _("rulings")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="refused_time_has_a_reason", condition=Q(granted=True) | ~Q(text="")
            )
        ]

    def __str__(self) -> str:
        return _t("Time granted") if self.granted else _t("Time not granted")
