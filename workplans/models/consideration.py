"""A text before a meeting, what each state says to it, and what was decided (rules 6, 8, 15)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from meetings.models import Body, Meeting, Seat
from secretariat.models import Appointment, Person
from workplans.models.plan import WorkPlan, granted, kept_open_to
from workplans.models.revision import Revision


class ConsiderationQuerySet(models.QuerySet["Consideration"]):
    def visible_to(self, user: Any) -> ConsiderationQuerySet:
        """Texts stay open to the delegations they were put before, and to the secretariat.

        So they do after the consideration has closed, whatever becomes of the plan: nobody loses
        sight of a text they answered.
        """
        seated = Seat.objects.filter(
            meeting=models.OuterRef("meeting"), state__in=granted(user, "secretariat.read_papers")
        )
        return self.filter(
            models.Exists(seated)
            | models.Exists(granted(user, "secretariat.draft_texts"))
            | kept_open_to(user, "plan__presidency")
        )


class Consideration(models.Model):
    """One revision put before one meeting for its seated states to answer."""

    class Outcome(models.TextChoices):
        ADOPTED = "adopted", pgettext_lazy("outcome", "Adopted")
        APPROVED = "approved", pgettext_lazy("outcome", "Approved")
        RETURNED = "returned", pgettext_lazy("outcome", "Returned")
        SUPERSEDED = "superseded", pgettext_lazy("outcome", "Superseded by a new revision")
        WITHDRAWN = "withdrawn", pgettext_lazy("outcome", "Withdrawn")
        LAPSED = "lapsed", pgettext_lazy("outcome", "Ended without a decision")

    plan = models.ForeignKey(WorkPlan, on_delete=models.PROTECT, related_name="considerations")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="considerations")
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="considerations")
    opened = models.DateTimeField(_("opened"), db_default=Now(), editable=False)
    opened_on = models.DateField(_("opened on"))
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="considerations_opened")
    message = models.TextField(_("covering note"), blank=True)
    closed = models.DateTimeField(_("closed"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices, blank=True)

    objects = ConsiderationQuerySet.as_manager()

    class Meta:
        verbose_name = _("consideration")
        verbose_name_plural = _("considerations")
        ordering = ["-opened", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan"],
                name="one_open_consideration_per_plan",
                condition=Q(closed__isnull=True),
            ),
            models.CheckConstraint(
                name="a_closed_consideration_has_an_outcome",
                condition=Q(closed__isnull=True, outcome="")
                | (Q(closed__isnull=False) & ~Q(outcome="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.revision} – {self.meeting}"

    @property
    def is_open(self) -> bool:
        return self.closed is None

    @property
    def before_ministers(self) -> bool:
        return self.meeting.body.code == Body.MINISTERS

    @property
    def closes(self) -> datetime | None:
        """The instant until which answers are taken; None where it is not known."""
        return self.meeting.closes


class PositionQuerySet(models.QuerySet["Position"]):
    def receipts_of(self, user: Any) -> PositionQuerySet:
        """The positions whose receipt a user may see: their own state's, or as secretariat all."""
        return self.filter(
            Q(seat__state__in=granted(user, "secretariat.read_papers"))
            | models.Exists(granted(user, "secretariat.draft_texts"))
            | kept_open_to(user, "consideration__plan__presidency")
        )

    def standing(self) -> PositionQuerySet:
        """The last word of each seat."""
        newest = self.model._default_manager.filter(
            consideration=models.OuterRef("consideration"), seat=models.OuterRef("seat")
        ).order_by("-id")
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
        RETURNS = "returns", pgettext_lazy("position", "Returns")

    consideration = models.ForeignKey(
        Consideration, on_delete=models.PROTECT, related_name="positions"
    )
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="positions")
    kind = models.CharField(_("position"), max_length=26, choices=Kind.choices)
    text = models.TextField(_("text"), blank=True)
    digest = models.CharField(_("digest of the text answered"), max_length=64)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="positions")
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="positions")
    on = models.DateField(_("date"))
    at = models.DateTimeField(_("received"), db_default=Now(), editable=False)
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
            )
        ]

    def __str__(self) -> str:
        return f"{self.seat.state}: {self.get_kind_display()}"

    @property
    def reference(self) -> str:
        """What a receipt is quoted by."""
        year = self.consideration.plan.year
        return f"{year}-{self.seat.state.code}-{self.pk}"


class Decision(models.Model):
    """What a body, or the chair before a body, decided about a plan; written once."""

    class Act(models.TextChoices):
        ADOPTED = "adopted", pgettext_lazy("decision", "Adopted")
        SUBMITTED = "submitted", pgettext_lazy("decision", "Submitted")
        APPROVED = "approved", pgettext_lazy("decision", "Approved")
        RETURNED = "returned", pgettext_lazy("decision", "Returned")
        REPORTED = "reported", pgettext_lazy("decision", "Reported")

    plan = models.ForeignKey(WorkPlan, on_delete=models.PROTECT, related_name="decisions")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="decisions")
    act = models.CharField(_("act"), max_length=10, choices=Act.choices)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="decisions")
    consideration = models.OneToOneField(
        Consideration, on_delete=models.PROTECT, null=True, blank=True, related_name="decision"
    )
    on = models.DateField(_("date"))
    at = models.DateTimeField(_("recorded"), db_default=Now(), editable=False)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="decisions")
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="decisions")
    text = models.TextField(_("text"), blank=True)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["on", "id"]
        constraints = [
            # Submitting is the exception: a text no ministers' meeting decided on goes to the next.
            models.UniqueConstraint(
                fields=["revision", "act"],
                name="a_text_is_decided_once_in_each_way",
                condition=~Q(act="submitted"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()}: {self.revision}"

    def record(self) -> dict[str, Any]:
        """The facts that go with this decision into the register."""
        return {
            "revision": self.revision.symbol,
            "digest": self.revision.digest,
            "meeting": self.meeting.slug,
            "on": self.on.isoformat(),
        }
