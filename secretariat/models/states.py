"""States, and what is true of them from one day to another (domain rules 1, 4, 5, 14)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Lower, Upper
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy
from guardian.models import GroupObjectPermissionBase

from secretariat.dates import PartialDate, PartialDateField, span


def same(field: str) -> Func:
    """Equality of a foreign key in an exclusion constraint, without the btree_gist extension."""
    return Func(F(field), F(field), Value("[]"), function="int8range")


def saturday_and_sunday() -> list[int]:
    return [6, 7]


def check_weekend(days: Any) -> None:
    if not isinstance(days, list) or not all(day in range(1, 8) for day in days) or len(days) > 6:
        raise ValidationError(
            _t("Write the days of the weekend as numbers from 1 (Monday) to 7 (Sunday): [6, 7].")
        )


def check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValidationError(
            _t("“%(zone)s” is not a time zone. Write it like Asia/Kolkata."), params={"zone": name}
        ) from error


class Sourced(models.Model):
    """A fact from outside: where it was read, and whether anybody has confirmed it."""

    source = models.TextField(_("source"), blank=True)
    unverified = models.BooleanField(_("unverified"), default=False)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        abstract = True


class DatedQuerySet(models.QuerySet[Any]):
    def on(self, day: date) -> Any:
        """The facts that hold on a day; the last day of an interval is not in it."""
        return self.filter(period__contains=day)

    def not_over(self, day: date) -> Any:
        """The facts that hold on a day or on a later one, also those without an end."""
        return self.filter(period__overlap=DateRange(day, None))


class Dated(models.Model):
    """A fact that holds over a half-open interval [from, until) of days."""

    period = DateRangeField(_("period"), help_text=_("From this day, until but not on that day."))
    since = PartialDateField(_("from, as the record has it"), blank=True, null=True)
    until = PartialDateField(_("until, as the record has it"), blank=True, null=True)

    class Meta:
        abstract = True

    def holds_on(self, day: date) -> bool:
        lower, upper = self.period.lower, self.period.upper
        return (lower is None or lower <= day) and (upper is None or day < upper)

    def has_begun(self, day: date) -> bool:
        return self.period.lower is None or self.period.lower <= day

    def is_over(self, day: date) -> bool:
        return self.period.upper is not None and self.period.upper <= day

    def reaches(self, other: Dated) -> bool:
        """Whether the two hold together on some day."""
        mine, theirs = self.period, other.period
        return (mine.upper is None or theirs.lower is None or theirs.lower < mine.upper) and (
            theirs.upper is None or mine.lower is None or mine.lower < theirs.upper
        )

    @property
    def begins(self) -> PartialDate | None:
        """The first day to the precision of its record."""
        if self.since:
            return self.since
        return PartialDate.of(self.period.lower) if self.period.lower else None

    @property
    def ends(self) -> PartialDate | None:
        """The last day, in a record of the year alone no more than a year; None while it lasts."""
        if self.period.upper is None:
            return None
        last = PartialDate.of(self.period.upper - timedelta(days=1))
        known = self.until.precision if isinstance(self.until, PartialDate) else "day"
        if known == "day":
            return last
        return PartialDate(last.year, last.month if known == "month" else None)

    @property
    def term(self) -> str:
        """From the first day to the last, no more exactly than the record; "" knows neither."""
        begins, ends = self.begins, self.ends
        if begins and ends:
            return span(begins, ends)
        if begins:
            return pgettext("interval", "from %(date)s") % {"date": begins}
        return pgettext("interval", "until %(date)s") % {"date": ends} if ends else ""


class State(Sourced):
    """A state, or an organisation that sits beside the states (UNIDO)."""

    class Nature(models.TextChoices):
        STATE = "state", pgettext_lazy("nature", "State")
        ORGANISATION = "organisation", pgettext_lazy("nature", "International organisation")

    code = models.CharField(_("code"), max_length=8, unique=True)
    code3 = models.CharField(_("three-letter code"), max_length=8, blank=True)
    nature = models.CharField(
        _("nature"), max_length=12, choices=Nature.choices, default=Nature.STATE
    )
    name = models.CharField(_("name"), max_length=100)
    official_name = models.CharField(_("official name"), max_length=200, blank=True)
    names = models.JSONField(_("names by language"), default=dict, blank=True)
    native_names = models.JSONField(_("official names in its languages"), default=list, blank=True)
    languages = models.JSONField(_("languages"), default=list, blank=True)
    protocol_order = models.PositiveSmallIntegerField(_("protocol order"), default=999)
    time_zone = models.CharField(
        _("time zone of the capital"), max_length=64, blank=True, validators=[check_zone]
    )
    weekend = models.JSONField(
        _("weekend"),
        default=saturday_and_sunday,
        blank=True,
        validators=[check_weekend],
        help_text=_("Days of the week without work, from 1 for Monday to 7 for Sunday: [6, 7]."),
    )
    holidays = models.CharField(
        _("public holidays of"),
        max_length=2,
        blank=True,
        help_text=_("Two-letter code of the country whose public holidays are kept here."),
    )
    is_example = models.BooleanField(_("example data"), default=False)

    class Meta:
        verbose_name = _("state")
        verbose_name_plural = _("states")
        permissions = [("read_papers", _("Can read the papers before this delegation"))]
        ordering = ["protocol_order", "name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.pk is None or self.nature != self.Nature.ORGANISATION:
            return
        belongs = self.memberships.exclude(status=Membership.Status.OBSERVER)
        if belongs.exists() or self.presidencies.exists():
            raise ValidationError(
                {"nature": _t("An organisation only observes; this state belongs or presides.")}
            )


class MembershipQuerySet(DatedQuerySet):
    def members(self, day: date) -> Any:
        return self.on(day).filter(status=Membership.Status.MEMBER)


class Membership(Dated, Sourced):
    """How a state belonged to the partnership from one day to another."""

    class Status(models.TextChoices):
        MEMBER = "member", pgettext_lazy("membership", "Member")
        INVITED = "invited", pgettext_lazy("membership", "Invited, participating")
        PARTNER = "partner", pgettext_lazy("membership", "Partner country")
        OBSERVER = "observer", pgettext_lazy("membership", "Observer")

    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="memberships")
    status = models.CharField(_("status"), max_length=10, choices=Status.choices)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            ExclusionConstraint(
                name="a_state_belongs_in_one_way_at_a_time",
                expressions=[
                    (same("state"), RangeOperators.OVERLAPS),
                    ("period", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_(
                    "The state is on record with another membership in some of these days."
                ),
            ),
            models.CheckConstraint(
                name="a_membership_lasts_a_day_or_more",
                condition=Q(period__isempty=False),
                violation_error_message=_("A membership lasts a day or more."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} – {self.get_status_display()}"

    def clean(self) -> None:
        organisation = self.state_id and self.state.nature == State.Nature.ORGANISATION
        if organisation and self.status != self.Status.OBSERVER:
            raise ValidationError({"status": _t("An organisation can only be an observer.")})


class Presidency(Dated, Sourced):
    """The rotating presidency: one state at a time, by a table and never by a formula."""

    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="presidencies")
    year = models.PositiveSmallIntegerField(_("year"), help_text=_("The year it is known by."))

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("presidency")
        verbose_name_plural = _("presidencies")
        permissions = [
            ("draft_texts", _("Can write the texts of this presidency")),
            ("read_texts", _("Can read the drafts of this presidency")),
        ]
        ordering = ["period"]
        constraints = [
            ExclusionConstraint(
                name="one_presidency_at_a_time",
                expressions=[("period", RangeOperators.OVERLAPS)],
                violation_error_message=_("A state presides in some of these days already."),
            ),
            models.CheckConstraint(
                name="a_presidency_lasts_a_day_or_more",
                condition=Q(period__isempty=False),
                violation_error_message=_("A presidency lasts a day or more."),
            ),
            models.UniqueConstraint(
                fields=["state", "year"],
                name="a_state_presides_once_a_year",
                violation_error_message=_("The state has a presidency of this year already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.year}"

    def clean(self) -> None:
        if self.state_id and self.state.nature == State.Nature.ORGANISATION:
            raise ValidationError({"state": _t("An organisation cannot preside.")})


class Authority(Dated, Sourced):
    """The ministry or agency that leads for its state; renamed, merged and split over time."""

    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="authorities")
    name = models.CharField(_("name"), max_length=200)
    native_name = models.CharField(_("name in its own language"), max_length=200, blank=True)
    leads = models.BooleanField(_("leads the delegation"), default=True)
    continued_by = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="continues",
        verbose_name=_("continued by"),
        help_text=_("What it became when it was renamed, or merged into another."),
    )

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("authority")
        verbose_name_plural = _("authorities")
        ordering = ["state", "-leads", "name"]
        constraints = [
            models.UniqueConstraint(
                F("state"),
                F("name"),
                Lower("period"),
                Upper("period"),
                name="an_authority_is_on_record_once",
                violation_error_message=_("This authority is on record for these days already."),
            ),
            models.CheckConstraint(
                name="an_authority_does_not_continue_itself",
                condition=Q(continued_by=None) | ~Q(continued_by=F("id")),
                violation_error_message=_("An authority does not continue itself."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def on(self, day: date, among: Iterable[Authority] | None = None) -> Authority:
        """What this authority was, or had become, on a day: itself where no record follows it.

        A renamed authority is named as it was called that day (domain rule 1). among: all
        authorities of its state, from whoever asks about many; else one query, and none where
        the record holds on the day.
        """
        if self.holds_on(day):
            return self
        if among is None:
            among = Authority.objects.filter(state=self.state_id)
        known = {authority.pk: authority for authority in among}
        found, seen = self, {self.pk}
        while found.period.upper is not None and found.period.upper <= day:
            after = known.get(found.continued_by_id) if found.continued_by_id else None
            # What is to come later has no say in a day between two records.
            if after is None or after.pk in seen or not after.has_begun(day):
                break
            seen.add(after.pk)
            found = after
        while not found.has_begun(day):
            before = [a for a in known.values() if a.continued_by_id == found.pk]
            if not before:
                break
            # Of several that were merged, the one that led, and of those the latest.
            first = max(before, key=lambda a: (a.leads, a.period.lower or date.min, a.pk))
            if first.pk in seen:
                break
            seen.add(first.pk)
            found = first
        return found


class Milestone(Sourced):
    """A day in the story of the partnership."""

    on = PartialDateField(_("date"))
    title = models.CharField(_("title"), max_length=300)

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["on"]
        constraints = [
            models.UniqueConstraint(
                fields=["on", "title"],
                name="a_milestone_is_told_once",
                violation_error_message=_("This milestone is on record already."),
            )
        ]

    def __str__(self) -> str:
        return self.title


class StateGroupObjectPermission(GroupObjectPermissionBase):
    """What a delegation's group may see; written by accreditation alone."""

    content_object = models.ForeignKey(State, on_delete=models.CASCADE)


class PresidencyGroupObjectPermission(GroupObjectPermissionBase):
    """What a secretariat's group may read and write; written by accreditation alone."""

    content_object = models.ForeignKey(Presidency, on_delete=models.CASCADE)
