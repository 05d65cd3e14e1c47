"""People, and what they are appointed to from one day to another (domain rules 1–3, 5)."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from secretariat.dates import PartialDate
from secretariat.models.states import Authority, Dated, DatedQuerySet, State, same

# No state, presidency or appointment on record is older.
BEFORE_EVERY_RECORD = date(1900, 1, 1)


def _same_word(field: str) -> Func:
    """Equality of a short text in an exclusion constraint, without the btree_gist extension."""
    number = Func(F(field), function="hashtext")
    return Func(number, number, Value("[]"), function="int4range")


class Person(models.Model):
    """Somebody who works in the partnership, with or without an account."""

    class Mailing(models.TextChoices):
        AT_ONCE = "at_once", pgettext_lazy("mail", "At once")
        DAILY = "daily", pgettext_lazy("mail", "Once a day")
        OFF = "off", pgettext_lazy("mail", "Not by e-mail")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="person",
        verbose_name=_("account"),
    )
    name = models.CharField(_("name"), max_length=150)
    email = models.EmailField(_("e-mail address"), blank=True)
    mailing = models.CharField(
        _("notices by e-mail"),
        max_length=8,
        choices=Mailing.choices,
        default=Mailing.AT_ONCE,
        help_text=_("Notices of legal effect are always sent at once."),
    )
    is_example = models.BooleanField(_("example data"), default=False)

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="an_address_is_one_persons",
                condition=~Q(email=""),
                violation_error_message=_("Somebody else is on record with this address."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def any_example(cls) -> bool:
        """Whether this instance holds example data, which every page and document then says."""
        return cls.objects.filter(is_example=True).exists()


class Appointment(Dated):
    """A function a person holds for a state from one day to another; rights come from here."""

    class Function(models.TextChoices):
        MINISTER = "minister", pgettext_lazy("function", "Minister")
        HEAD = "head", pgettext_lazy("function", "Head of delegation")
        ALTERNATE = "alternate", pgettext_lazy("function", "Alternate head of delegation")
        DELEGATE = "delegate", pgettext_lazy("function", "Delegate")
        FOCAL_POINT = "focal_point", pgettext_lazy("function", "Focal point")
        CHAIR = "chair", pgettext_lazy("function", "Chair of the Advisory Group")
        SECRETARIAT = "secretariat", pgettext_lazy("function", "Secretariat staff")
        OBSERVER = "observer", pgettext_lazy("function", "Observer")

    class Level(models.TextChoices):
        MINISTERIAL = "ministerial", pgettext_lazy("level", "Ministerial")
        DEPARTMENTAL = "departmental", pgettext_lazy("level", "Departmental")
        EXPERT = "expert", pgettext_lazy("level", "Expert")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="appointments")
    function = models.CharField(_("function"), max_length=12, choices=Function.choices)
    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="appointments")
    authority = models.ForeignKey(
        Authority, on_delete=models.PROTECT, null=True, blank=True, related_name="appointments"
    )
    level = models.CharField(
        _("level"), max_length=12, choices=Level.choices, default=Level.DEPARTMENTAL
    )
    basis = models.CharField(
        _("basis"), max_length=200, blank=True, help_text=_("The letter or note that appoints.")
    )

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        ordering = ["state", "function", "period"]
        constraints = [
            models.CheckConstraint(
                name="an_appointment_lasts_a_day_or_more", condition=Q(period__isempty=False)
            ),
            ExclusionConstraint(
                name="nobody_holds_a_function_twice_at_once",
                expressions=[
                    (same("person"), RangeOperators.OVERLAPS),
                    (same("state"), RangeOperators.OVERLAPS),
                    (_same_word("function"), RangeOperators.OVERLAPS),
                    ("period", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("The person holds this function in these days already."),
            ),
            ExclusionConstraint(
                name="one_head_of_delegation_at_a_time",
                expressions=[
                    (same("state"), RangeOperators.OVERLAPS),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(function="head"),
                violation_error_message=_("The state has a head of delegation in these days."),
            ),
            ExclusionConstraint(
                name="one_chair_of_a_state_at_a_time",
                expressions=[
                    (same("state"), RangeOperators.OVERLAPS),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(function="chair", level__in=["ministerial", "departmental"]),
                violation_error_message=_("The state has a chair in these days."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.get_function_display()}, {self.state}"

    @property
    def capacity(self) -> str:
        """How the person is named beside a signature."""
        function = self.get_function_display()
        return str(function)

    @property
    def is_withdrawn(self) -> bool:
        """Whether it was withdrawn with its whole term, so that it held on no day."""
        return self.period.upper is not None and self.period.upper <= BEFORE_EVERY_RECORD

    @property
    def ends(self) -> PartialDate | None:
        """The last day; of a withdrawn term the one it would have had."""
        if self.is_withdrawn:
            found: PartialDate | None = self.until
            return found
        return super().ends

    def move_before_every_record(self) -> None:
        """Put the term where it holds on no day and stands in nobody's way; `since` keeps it.

        Each gets a day of its own there, since two withdrawn terms may not overlap either.
        """
        lower, upper = self.period.lower, self.period.upper
        self.since = PartialDate.of(lower)
        self.until = PartialDate.of(upper - timedelta(days=1)) if upper else None
        day = date.min + timedelta(days=self.pk % (BEFORE_EVERY_RECORD - date.min).days)
        self.period = DateRange(day, day + timedelta(days=1))


SPEAKS_FOR_A_DELEGATION = (Appointment.Function.HEAD, Appointment.Function.ALTERNATE)
