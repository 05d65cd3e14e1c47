"""A text as it was circulated: frozen, digested, never changed again (domain rules 6, 9, 13)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Now
from django.utils.translation import gettext_lazy as _

from secretariat.models import Person
from workplans import content


class Revision(models.Model):
    """One circulated text of a plan in its canonical form, with the digest that names it."""

    plan = models.ForeignKey(
        "workplans.WorkPlan", on_delete=models.PROTECT, related_name="revisions"
    )
    number = models.PositiveSmallIntegerField(_("number"))
    symbol = models.CharField(_("symbol"), max_length=80, unique=True)
    previous = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="next"
    )
    amends = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="amended_by",
        help_text=_("The text in force when this one was circulated to amend it."),
    )
    text = models.TextField(_("canonical form"), editable=False)
    # Read by the database from the frozen text, so that no list has to load and parse it.
    title = models.GeneratedField(
        expression=KeyTextTransform("title", Cast("text", models.JSONField())),
        output_field=models.CharField(max_length=300),
        db_persist=True,
    )
    written_in = models.GeneratedField(
        expression=KeyTextTransform("form", Cast("text", models.JSONField())),
        output_field=models.CharField(max_length=40),
        db_persist=True,
    )
    digest = models.CharField(_("digest"), max_length=64, unique=True, editable=False)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="revisions")
    frozen = models.DateTimeField(_("frozen"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["plan", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "number"], name="a_revision_number_is_given_once_in_a_plan"
            )
        ]

    def __str__(self) -> str:
        return self.symbol

    @property
    def form(self) -> dict[str, Any]:
        """The plan this revision holds, read from its canonical form, whichever that is."""
        return content.load(self.text)

    @property
    def schema(self) -> int:
        """The number of the schema that describes its text as data."""
        return content.number_of(self.written_in)
