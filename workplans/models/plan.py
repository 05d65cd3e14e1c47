"""The working draft of an annual work plan, as rows that people edit."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from guardian.utils import get_group_obj_perms_model

from secretariat.dates import PartialDate, PartialDateField, span
from secretariat.models import Authority, Person, Presidency, State

if TYPE_CHECKING:
    from workplans.models.revision import Revision

ABOUT: dict[str, type[models.Model]] = {
    "read_papers": State,
    "read_texts": Presidency,
    "draft_texts": Presidency,
}


def granted(user: Any, permission: str) -> models.QuerySet[Any]:
    """What a user's groups open to them; an administrator's flag opens nothing.

    Nearly every page asks several times. get_objects_for_user would also look for grants to the
    account itself, which nobody is given, and takes a third of the time of such a page.
    """
    codename = permission.removeprefix("secretariat.")
    about: Any = ABOUT[codename]
    grants = get_group_obj_perms_model(about)._default_manager
    found = grants.filter(group__user=user, permission__codename=codename)
    return found.values("content_object")


def kept_open_to(user: Any, presidency: str) -> Q:
    """What those who served a presidency go on reading: its texts, and those it found in hand.

    presidency: the path from the rows that are asked for to the presidency of their plan.
    """
    begins = "period__startswith"
    served = granted(user, "secretariat.read_texts")
    found_in_hand = served.filter(
        **{f"content_object__{begins}__gte": models.OuterRef(f"{presidency}__{begins}")}
    )
    return Q(**{f"{presidency}__in": served}) | Q(models.Exists(found_in_hand))


class WorkPlanQuerySet(models.QuerySet["WorkPlan"]):
    def public(self) -> WorkPlanQuerySet:
        """What anybody may read: plans the Advisory Group has adopted, or that are in force.

        What is read of one whose amendment is under way is its public_text.
        """
        return self.filter(WorkPlan.OPEN_TO_ALL)

    def public_texts(self) -> models.QuerySet[Any, Any]:
        """The texts of the public plans that anybody may read, by their primary keys."""
        return self.public().values_list(Coalesce("in_force", "revision"))

    def drafts_open_to(self, user: Any) -> WorkPlanQuerySet:
        """The plans whose working draft a user may read: the presiding secretariat's, their own."""
        return self.filter(
            kept_open_to(user, "presidency")
            | Q(models.Exists(granted(user, "secretariat.draft_texts")))
        )

    def visible_to(self, user: Any) -> WorkPlanQuerySet:
        """The plans a user may know of.

        Adopted plans are public. A text before a meeting is open to the delegations seated there;
        a draft only to the secretariat that writes it. An administrator gets no more than that.
        """
        if not getattr(user, "is_authenticated", False):
            return self.public()

        drafting = granted(user, "secretariat.draft_texts")
        # A subquery: as joins of the plan's own query it takes the database four times as long.
        before_them = WorkPlan.objects.filter(
            considerations__closed=None,
            considerations__meeting__seats__state__in=granted(user, "secretariat.read_papers"),
        )
        return self.filter(
            WorkPlan.OPEN_TO_ALL
            | kept_open_to(user, "presidency")
            | Q(models.Exists(drafting))
            | Q(status=WorkPlan.Status.UNDER_CONSIDERATION, pk__in=before_them.values("pk"))
        )


class Versioned(models.Model):
    """A row that several people may have open; saving notices what was saved meanwhile."""

    version = models.PositiveIntegerField(default=1, editable=False)
    changed = models.DateTimeField(auto_now=True)
    changed_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    class Meta:
        abstract = True

    def save_version(self, expected: int, *, by: Person | None) -> bool:
        """Save unless another version was saved since; False if one was, and nothing is written."""
        values = {
            column.attname: getattr(self, column.attname)
            for column in self._meta.concrete_fields
            if column.editable and not column.primary_key
        }
        values |= {"version": expected + 1, "changed": timezone.now(), "changed_by": by}
        saved = type(self)._default_manager.filter(pk=self.pk, version=expected).update(**values)
        if saved:
            self.version, self.changed, self.changed_by = (
                values["version"],
                values["changed"],
                by,
            )
        return bool(saved)


class WorkPlan(Versioned):
    """One year's plan of the partnership, from first draft to the report to the summit."""

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("plan", "Draft")
        UNDER_CONSIDERATION = "under_consideration", pgettext_lazy("plan", "Under consideration")
        ADOPTED = "adopted", pgettext_lazy("plan", "Adopted")
        SUBMITTED = "submitted", pgettext_lazy("plan", "Submitted")
        APPROVED = "approved", pgettext_lazy("plan", "Approved")
        REPORTED = "reported", pgettext_lazy("plan", "Reported")

    PUBLIC = (Status.ADOPTED, Status.SUBMITTED, Status.APPROVED, Status.REPORTED)
    IN_FORCE = (Status.APPROVED, Status.REPORTED)
    OPEN_TO_ALL = Q(status__in=PUBLIC) | Q(in_force__isnull=False)

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    year = models.PositiveSmallIntegerField(_("year"))
    title = models.CharField(_("title"), max_length=300)
    preamble = models.TextField(_("preamble"), blank=True)
    language = models.CharField(_("original language"), max_length=10, default="en")
    source_note = models.CharField(_("note on sources"), max_length=300, blank=True)
    calendar = models.JSONField(_("calendar of meetings"), default=list, blank=True)
    presidency = models.ForeignKey(Presidency, on_delete=models.PROTECT, related_name="plans")
    based_on = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="successors"
    )
    status = models.CharField(
        _("status"), max_length=20, choices=Status.choices, default=Status.DRAFT, editable=False
    )
    revision = models.ForeignKey(
        "workplans.Revision",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        help_text=_("The text last circulated."),
    )
    # An amendment moves the status and the revision above; it moves these when it is approved.
    in_force = models.ForeignKey(
        "workplans.Revision",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        help_text=_("The text the ministers approved last."),
    )
    in_force_as = models.CharField(
        _("in force as"),
        max_length=20,
        choices=[(status.value, status.label) for status in IN_FORCE],
        blank=True,
        editable=False,
        help_text=_("Whether the text in force has been reported."),
    )
    is_example = models.BooleanField(_("example data"), default=False)

    objects = WorkPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("work plan")
        verbose_name_plural = _("work plans")
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(
                fields=["year"],
                name="one_plan_in_force_per_year",
                violation_error_message=_("There is a work plan for this year already."),
            ),
            models.CheckConstraint(
                name="a_plan_past_draft_has_a_revision",
                condition=Q(status="draft") | Q(revision__isnull=False),
            ),
            models.CheckConstraint(
                name="a_text_in_force_is_approved_or_reported",
                condition=Q(in_force=None, in_force_as="")
                | Q(in_force__isnull=False, in_force_as__in=["approved", "reported"]),
            ),
            models.CheckConstraint(
                name="what_the_ministers_approved_is_in_force",
                condition=~Q(status__in=["approved", "reported"])
                | Q(in_force=F("revision"), in_force_as=F("status")),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("workplans:plan", args=[self.year])

    @property
    def is_public(self) -> bool:
        return self.in_force_id is not None or self.status in self.PUBLIC

    @property
    def is_being_amended(self) -> bool:
        """Whether an amendment is under way; the text in force stays so meanwhile (rule 9)."""
        return self.in_force_id is not None and self.status not in self.IN_FORCE

    @property
    def came_back(self) -> bool:
        """Whether the draft is that of a text which was before others and came back from them."""
        circulated = self.revision_id not in (None, self.in_force_id)
        return self.status == self.Status.DRAFT and circulated

    @property
    def public_text(self) -> Revision | None:
        """The text anybody may read: the one in force, or an adopted one that none precedes."""
        if self.in_force_id is not None:
            return self.in_force
        return self.revision if self.is_public else None

    @property
    def public_status(self) -> str:
        """Where the text stands that anybody may read; where none is yet, the plan's status."""
        return self.in_force_as or self.status

    @property
    def is_editable(self) -> bool:
        """A text may change until the Advisory Group has adopted it."""
        return self.status in (self.Status.DRAFT, self.Status.UNDER_CONSIDERATION)


class Part(Versioned):
    """A piece of a plan: a stable identity and a place in the order."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    position = models.PositiveIntegerField(_("place in the order"), default=0)

    class Meta:
        abstract = True
        ordering = ["position", "id"]


class PriorityArea(Part):
    """One of the plan's priority areas."""

    plan = models.ForeignKey(WorkPlan, on_delete=models.CASCADE, related_name="areas")
    title = models.CharField(_("title"), max_length=200)

    class Meta(Part.Meta):
        verbose_name = _("priority area")
        verbose_name_plural = _("priority areas")

    def __str__(self) -> str:
        return self.title


class Objective(Part):
    """What the activities of a priority area are for."""

    area = models.ForeignKey(PriorityArea, on_delete=models.CASCADE, related_name="objectives")
    text = models.TextField(_("text"))

    class Meta(Part.Meta):
        verbose_name = _("objective")
        verbose_name_plural = _("objectives")

    def __str__(self) -> str:
        return self.text


class Activity(Part):
    """Something the partnership will do in the year, led by a state."""

    class Kind(models.TextChoices):
        FORUM = "forum", pgettext_lazy("activity", "Forum")
        TRAINING = "training", pgettext_lazy("activity", "Training")
        COMPETITION = "competition", pgettext_lazy("activity", "Competition")
        EXHIBITION = "exhibition", pgettext_lazy("activity", "Exhibition")
        PROJECT = "project", pgettext_lazy("activity", "Project")
        WORKING_GROUP = "working_group", pgettext_lazy("activity", "Working group")
        PLATFORM = "platform", pgettext_lazy("activity", "Platform")
        OTHER = "other", pgettext_lazy("activity", "Other")

    class Mode(models.TextChoices):
        IN_PERSON = "in_person", pgettext_lazy("mode", "In person")
        ONLINE = "online", pgettext_lazy("mode", "Online")
        HYBRID = "hybrid", pgettext_lazy("mode", "In person and online")

    class Stage(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("activity", "Planned")
        CONTINUING = "continuing", pgettext_lazy("activity", "Continuing")
        UNDER_WAY = "under_way", pgettext_lazy("activity", "Under way")
        COMPLETED = "completed", pgettext_lazy("activity", "Completed")
        POSTPONED = "postponed", pgettext_lazy("activity", "Postponed")
        CANCELLED = "cancelled", pgettext_lazy("activity", "Cancelled")

    area = models.ForeignKey(PriorityArea, on_delete=models.CASCADE, related_name="activities")
    kind = models.CharField(_("kind"), max_length=14, choices=Kind.choices, default=Kind.PROJECT)
    title = models.CharField(_("title"), max_length=300)
    description = models.TextField(_("description"), blank=True)
    lead = models.ForeignKey(
        State,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="activities_led",
        verbose_name=_("lead state"),
    )
    lead_authority = models.ForeignKey(
        Authority,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="activities",
        verbose_name=_("lead authority"),
    )
    co_leads = models.ManyToManyField(
        State, blank=True, related_name="activities_co_led", verbose_name=_("co-leading states")
    )
    partners = models.TextField(
        _("partners and organisations"), blank=True, help_text=_("One on each line.")
    )
    mode = models.CharField(_("mode"), max_length=10, choices=Mode.choices, blank=True)
    place = models.CharField(_("place"), max_length=120, blank=True)
    begins = PartialDateField(_("begins"), null=True, blank=True)
    ends = PartialDateField(_("ends"), null=True, blank=True)
    deliverables = models.TextField(
        _("expected deliverables"), blank=True, help_text=_("One on each line.")
    )
    budget_note = models.TextField(_("budget note"), blank=True)
    funding_source = models.CharField(_("funding source"), max_length=200, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=Stage.choices, default=Stage.PLANNED
    )
    sources = models.TextField(_("sources"), blank=True, help_text=_("One on each line."))

    class Meta(Part.Meta):
        verbose_name = _("activity")
        verbose_name_plural = _("activities")

    def __str__(self) -> str:
        return self.title

    @property
    def dates(self) -> str:
        begins: PartialDate | None = self.begins
        return span(begins, self.ends)


class Indicator(Part):
    """How an activity will be measured."""

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="indicators")
    name = models.CharField(_("indicator"), max_length=200)
    unit = models.CharField(_("unit"), max_length=60, blank=True)
    baseline = models.CharField(_("baseline"), max_length=60, blank=True)
    target = models.CharField(_("target"), max_length=60, blank=True)

    class Meta(Part.Meta):
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")

    def __str__(self) -> str:
        return self.name


class Milestone(Part):
    """A step that an activity reaches on its way."""

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="milestones")
    text = models.CharField(_("what is reached"), max_length=300)
    date = PartialDateField(_("date"), null=True, blank=True)

    class Meta(Part.Meta):
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")

    def __str__(self) -> str:
        return self.text


class TextBlock(Part):
    """A titled text beside the areas: a working group's task or an annex."""

    class Kind(models.TextChoices):
        WORKING_GROUP = "working_group", pgettext_lazy("text", "Working group")
        ANNEX = "annex", pgettext_lazy("text", "Annex")

    plan = models.ForeignKey(WorkPlan, on_delete=models.CASCADE, related_name="texts")
    kind = models.CharField(_("kind"), max_length=14, choices=Kind.choices)
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"), blank=True)

    class Meta(Part.Meta):
        verbose_name = _("text")
        verbose_name_plural = _("texts")

    def __str__(self) -> str:
        return self.title
