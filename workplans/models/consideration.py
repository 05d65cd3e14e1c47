"""A text before a meeting, and what was decided about it (rules 6, 8, 15)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from meetings.models import Body, Meeting, Seat
from secretariat.instants import ClockTimestamp
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
    """One revision put before one meeting for its seated states to answer.

    Under silence and by written procedure it is before a session by correspondence, which ends at
    an exact instant.
    """

    class Procedure(models.TextChoices):
        MEETING = "meeting", pgettext_lazy("procedure", "At a meeting")
        SILENCE = "silence", pgettext_lazy("procedure", "Under silence")
        WRITTEN = "written", pgettext_lazy("procedure", "By written procedure")

    class Outcome(models.TextChoices):
        ADOPTED = "adopted", pgettext_lazy("outcome", "Adopted")
        APPROVED = "approved", pgettext_lazy("outcome", "Approved")
        RETURNED = "returned", pgettext_lazy("outcome", "Returned")
        SUPERSEDED = "superseded", pgettext_lazy("outcome", "Superseded by a new revision")
        WITHDRAWN = "withdrawn", pgettext_lazy("outcome", "Withdrawn")
        LAPSED = "lapsed", pgettext_lazy("outcome", "Ended without a decision")
        NO_CONSENSUS = "no_consensus", pgettext_lazy("outcome", "Closed by a Chair’s statement")
        BROKEN = "broken", pgettext_lazy("outcome", "Silence broken")

    class Visibility(models.TextChoices):
        OPEN = "open", pgettext_lazy("positions", "As they are given")
        AFTER_CLOSE = "after_close", pgettext_lazy("positions", "Once the text is closed")

    plan = models.ForeignKey(WorkPlan, on_delete=models.PROTECT, related_name="considerations")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="considerations")
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="considerations")
    opened = models.DateTimeField(_("opened"), db_default=Now(), editable=False)
    opened_on = models.DateField(_("opened on"))
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="considerations_opened")
    message = models.TextField(_("covering note"), blank=True)
    visibility = models.CharField(
        _("positions are shown"),
        max_length=12,
        choices=Visibility.choices,
        default=Visibility.OPEN,
        help_text=_("To the delegations; the chair and the secretariat see them as they come."),
    )
    procedure = models.CharField(
        _("procedure"), max_length=10, choices=Procedure.choices, default=Procedure.MEETING
    )
    expires = models.DateTimeField(
        _("ends at"), null=True, blank=True, help_text=_("By the clock of the database.")
    )
    reason = models.TextField(_("reason for the procedure"), blank=True)
    appointment = models.ForeignKey(
        Appointment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="considerations_opened",
        help_text=_("On which the chair opened it."),
    )
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
            models.CheckConstraint(
                name="by_correspondence_it_has_its_end_its_reason_and_its_chair",
                condition=Q(procedure="meeting", expires=None, reason="", appointment=None)
                | (
                    ~Q(procedure="meeting")
                    & Q(expires__isnull=False, appointment__isnull=False)
                    & ~Q(reason="")
                ),
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires"],
                name="correspondence_running",
                condition=Q(closed__isnull=True, expires__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.revision} – {self.meeting}"

    @property
    def is_open(self) -> bool:
        return self.closed is None

    @property
    def decision(self) -> Decision | None:
        """What was decided about it and not taken back; nothing is asked while it is open."""
        if self.is_open:
            return None
        return next(iter(self.decisions.all()), None)

    @property
    def before_ministers(self) -> bool:
        return self.meeting.body.code == Body.MINISTERS

    @property
    def under_silence(self) -> bool:
        """Whether it is, or was, considered under the silence procedure."""
        return self.procedure == self.Procedure.SILENCE

    @property
    def in_writing(self) -> bool:
        """Whether it is, or was, considered by written procedure."""
        return self.procedure == self.Procedure.WRITTEN

    @property
    def closes(self) -> datetime | None:
        """The instant until which states can answer; None where the last day is not known."""
        return self.expires or self.meeting.closes


class Standing(models.Manager["Decision"]):
    """The decisions that were not taken back."""

    def get_queryset(self) -> models.QuerySet[Decision]:
        return super().get_queryset().filter(retraction=None)


class Decision(models.Model):
    """What a body, or the chair before a body, decided about a plan; written once.

    One that was taken back as a mistake stays on record, and is found in `ever` alone.
    """

    class Act(models.TextChoices):
        ADOPTED = "adopted", pgettext_lazy("decision", "Adopted")
        SUBMITTED = "submitted", pgettext_lazy("decision", "Submitted")
        APPROVED = "approved", pgettext_lazy("decision", "Approved")
        RETURNED = "returned", pgettext_lazy("decision", "Returned")
        REPORTED = "reported", pgettext_lazy("decision", "Reported")
        STATED = "stated", pgettext_lazy("decision", "Closed by a Chair’s statement")

    plan = models.ForeignKey(WorkPlan, on_delete=models.PROTECT, related_name="decisions")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="decisions")
    act = models.CharField(_("act"), max_length=10, choices=Act.choices)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="decisions")
    consideration = models.ForeignKey(
        Consideration, on_delete=models.PROTECT, null=True, blank=True, related_name="decisions"
    )
    attempt = models.PositiveSmallIntegerField(
        default=1,
        editable=False,
        help_text=_("Which decision of its consideration it is; those before were taken back."),
    )
    on = models.DateField(_("date"))
    at = models.DateTimeField(_("recorded"), db_default=Now(), editable=False)
    by = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="decisions",
        help_text=_("Nobody, where the end of a procedure by correspondence adopts."),
    )
    appointment = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, null=True, blank=True, related_name="decisions"
    )
    text = models.TextField(_("text"), blank=True)

    objects = Standing()
    ever: models.Manager[Decision] = models.Manager()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["on", "id"]
        constraints = [
            # Submitting is the exception: a text no ministers' meeting decided on goes to the next.
            models.UniqueConstraint(
                fields=["revision", "act", "attempt"],
                name="a_text_is_decided_once_in_each_way",
                condition=~Q(act="submitted"),
            ),
            models.UniqueConstraint(
                fields=["consideration", "attempt"],
                name="a_consideration_is_decided_once",
                condition=Q(consideration__isnull=False),
            ),
            models.CheckConstraint(
                name="only_an_adoption_is_nobodys_act",
                condition=Q(by__isnull=False, appointment__isnull=False)
                | Q(by=None, appointment=None, act="adopted"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()}: {self.revision}"

    @property
    def method(self) -> str:
        """How the body came to it, where that was by correspondence; else nothing."""
        taken = self.consideration
        if taken is None or taken.procedure == Consideration.Procedure.MEETING:
            return ""
        return str(taken.procedure)

    @property
    def at_end(self) -> datetime | None:
        """The instant of an adoption that the end of a procedure brought about, and nobody."""
        taken = self.consideration
        return taken.expires if taken is not None and self.by_id is None else None

    def record(self) -> dict[str, Any]:
        """The facts that go with this decision into the register."""
        return {
            "revision": self.revision.symbol,
            "digest": self.revision.digest,
            "meeting": self.meeting.slug,
            "on": self.on.isoformat(),
        }


class Retraction(models.Model):
    """A decision taken back as a mistake by who took it, before anybody else had acted on it."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="retraction")
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="retractions")
    appointment = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, related_name="retractions"
    )
    at = models.DateTimeField(_("recorded"), db_default=ClockTimestamp(), editable=False)

    class Meta:
        verbose_name = _("retraction")
        verbose_name_plural = _("retractions")
        constraints = [
            models.CheckConstraint(name="a_retraction_has_a_reason", condition=~Q(reason=""))
        ]

    def __str__(self) -> str:
        return str(self.decision)


class Extension(models.Model):
    """A later end given to a procedure by correspondence, before the end it had had come."""

    consideration = models.ForeignKey(
        Consideration, on_delete=models.PROTECT, related_name="extensions"
    )
    before = models.DateTimeField(_("end until then"))
    until = models.DateTimeField(_("end from then on"))
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="extensions")
    appointment = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, related_name="extensions"
    )
    at = models.DateTimeField(_("recorded"), db_default=ClockTimestamp(), editable=False)

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="what_has_ended_is_not_extended",
                condition=Q(at__lt=models.F("before"), until__gt=models.F("before")),
            ),
            models.CheckConstraint(name="an_extension_has_a_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.consideration.revision}: {self.until}"
