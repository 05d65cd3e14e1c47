"""Issued documents; the row is the order to typeset one, the broker only the bell."""

from __future__ import annotations

import json
from datetime import date

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from secretariat import handover
from secretariat.handover import Turn
from secretariat.models import HandOver, Person
from secretariat.standing import Standing
from workplans.models.consideration import Decision
from workplans.models.plan import WorkPlan
from workplans.models.revision import Revision
from workplans.models.work_order import WorkOrder


class DocumentQuerySet(models.QuerySet["Document"]):
    def issued(self) -> DocumentQuerySet:
        return self.filter(status=Document.Status.READY)

    def public(self) -> DocumentQuerySet:
        """What anybody may read: whatever prints a text that was decided.

        A plan the ministers return is a draft again, and a draft is nobody else's to see; the
        document of what was adopted before stays on record. A hand-over note names people and
        drafts, and is never public. What was never issued, because its decision was taken back,
        is on record alone.
        """
        called_off = Q(decision__retraction__isnull=False) & ~Q(status=Document.Status.READY)
        return self.filter(hand_over=None).exclude(called_off)

    def open_to(self, standing: Standing, known: list[Turn] | None = None) -> DocumentQuerySet:
        """What a person may read: public documents, and the notes of the hand-overs they know.

        known: those hand-overs, where they have been asked for already.
        """
        turns = handover.known_to(standing) if known is None else known
        noted = [turn.hand_over.pk for turn in turns if turn.hand_over]
        if not noted:
            return self.public()
        return self.filter(Q(pk__in=self.public().values("pk")) | Q(hand_over__in=noted))


class Document(WorkOrder):
    """One document with its symbol: what it prints, where the work stands, and the issued bytes."""

    class Kind(models.TextChoices):
        WORK_PLAN = "work_plan", pgettext_lazy("document", "Work plan")
        SUMMIT_REPORT = "summit_report", pgettext_lazy("document", "Report to the summit")
        CHAIR_STATEMENT = "chair_statement", pgettext_lazy("document", "Chair’s statement")
        HAND_OVER_NOTE = "hand_over_note", pgettext_lazy("document", "Hand-over note")

    class Edition(models.TextChoices):
        ADOPTED = "adopted", pgettext_lazy("edition", "As adopted")
        APPROVED = "approved", pgettext_lazy("edition", "As approved")
        REPORT = "report", pgettext_lazy("edition", "As reported")
        STATED = "stated", pgettext_lazy("edition", "Not adopted; it binds nobody")
        HANDED_OVER = "handed_over", pgettext_lazy("edition", "As handed over")

    plan = models.ForeignKey(
        WorkPlan, on_delete=models.PROTECT, null=True, blank=True, related_name="documents"
    )
    revision = models.ForeignKey(
        Revision, on_delete=models.PROTECT, null=True, blank=True, related_name="documents"
    )
    decision = models.OneToOneField(
        Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="document"
    )
    hand_over = models.OneToOneField(
        HandOver, on_delete=models.PROTECT, null=True, blank=True, related_name="note"
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    edition = models.CharField(_("edition"), max_length=12, choices=Edition.choices)
    symbol = models.CharField(_("symbol"), max_length=80)
    code = models.CharField(_("code"), max_length=12, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=300)
    language = models.CharField(_("language"), max_length=10, default="en")
    on = models.DateField(_("date"))
    order_digest = models.CharField(max_length=64, unique=True, editable=False)
    superseded_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="supersedes"
    )
    requested_by = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="documents",
        help_text=_("Nobody, where an act of the calendar issues it."),
    )
    issued = models.DateTimeField(_("issued"), null=True, editable=False)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["-on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["symbol", "language"], name="a_symbol_names_one_document_in_a_language"
            ),
            models.CheckConstraint(
                name="a_document_follows_a_decision_or_a_hand_over",
                condition=Q(
                    decision__isnull=False,
                    plan__isnull=False,
                    revision__isnull=False,
                    hand_over=None,
                )
                | Q(decision=None, plan=None, revision=None, hand_over__isnull=False),
            ),
            models.CheckConstraint(
                name="a_ready_document_has_its_bytes_on_record",
                condition=~Q(status="ready") | (~Q(file="") & ~Q(sha256="") & Q(size__gt=0)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["lease"],
                name="document_unfinished",
                condition=Q(status__in=["queued", "typesetting"]),
            )
        ]

    def __str__(self) -> str:
        return self.symbol

    def get_absolute_url(self) -> str:
        return reverse("workplans:document", args=[self.pk])

    @property
    def is_current(self) -> bool:
        """Whether it was issued, and no later document and no withdrawal took its place."""
        if self.status != self.Status.READY or self.superseded_by_id:
            return False
        return getattr(self, "withdrawal", None) is None

    @property
    def day_issued(self) -> date:
        """By the clock of the meeting that decided, if one did."""
        assert self.issued is not None
        return self.decision.meeting.day_at(self.issued) if self.decision else self.issued.date()

    @property
    def prints_own_facts(self) -> bool:
        """Whether it prints facts of its own, and not the text that was decided."""
        return self.revision is None or self.kind == self.Kind.CHAIR_STATEMENT

    @property
    def digest(self) -> str:
        """Of the text it prints, or of the facts."""
        if self.prints_own_facts or self.revision is None:
            return str(json.loads(self.order)["digest"])
        return self.revision.digest

    @property
    def file_name(self) -> str:
        """What a browser saves it as."""
        return f"{self.symbol.replace('/', '-')}-{self.language}.pdf"
