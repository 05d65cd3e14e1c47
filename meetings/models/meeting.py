"""Bodies, their meetings, and who had a seat (domain rules 4, 5, 12)."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from secretariat import deadlines
from secretariat.dates import PartialDate, PartialDateField, span
from secretariat.models import Membership, State
from secretariat.models.states import Sourced, check_zone


class Body(models.Model):
    """An organ that meets: the Advisory Group, the Industry Ministers' Meeting, the Summit."""

    class Level(models.TextChoices):
        OFFICIALS = "officials", pgettext_lazy("level", "Officials")
        MINISTERS = "ministers", pgettext_lazy("level", "Ministers")
        LEADERS = "leaders", pgettext_lazy("level", "Leaders")
        WORKING_GROUP = "working_group", pgettext_lazy("level", "Working group")

    ADVISORY_GROUP, MINISTERS, SUMMIT = "AG", "IMM", "SUMMIT"

    code = models.CharField(_("code"), max_length=12, unique=True)
    name = models.CharField(_("name"), max_length=120)
    level = models.CharField(_("level"), max_length=14, choices=Level.choices)

    class Meta:
        verbose_name = _("body")
        verbose_name_plural = _("bodies")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def of(self, body: str) -> MeetingQuerySet:
        return self.filter(body__code=body)

    def announced(self) -> MeetingQuerySet:
        """What a calendar shows: a meeting with a date that is not on record as not held."""
        return self.filter(begins__isnull=False).exclude(status=Meeting.Status.NOT_HELD)

    def published(self) -> MeetingQuerySet:
        """What calendars are told of: all but what is on record as not held and never convened.

        A meeting convened here stands in calendars elsewhere; called off, it has to say so there.
        """
        return self.exclude(status=Meeting.Status.NOT_HELD, convened=None)

    def unrecorded(self, moment: datetime) -> list[Meeting]:
        """Convened meetings that are over, and of which nobody has recorded whether they sat."""
        # A day is over in the east before it is in the west.
        latest = (moment + timedelta(days=1)).date().isoformat()
        found = self.filter(status=Meeting.Status.CONVENED, ends__lt=latest)
        return [m for m in found.order_by("ends", "id") if m.is_unrecorded(moment)]

    def sitting(self, day: date) -> MeetingQuerySet:
        """Convened meetings whose dates, known to the day, include this one."""
        iso = day.isoformat()
        return self.filter(
            status__in=[Meeting.Status.CONVENED, Meeting.Status.HELD],
            begins__lte=iso,
            ends__gte=iso,
            begins__length=10,
            ends__length=10,
        )

    def ahead(self, day: date) -> MeetingQuerySet:
        """Convened meetings that have not ended by this day; see `Meeting.takes_texts`."""
        convened = Q(status=Meeting.Status.CONVENED)
        convened |= Q(status=Meeting.Status.HELD, convened__isnull=False)
        return self.filter(convened, ends__gte=day.isoformat())

    def at_hand(self, day: date) -> MeetingQuerySet:
        """What those who convene have to do with: what is ahead, and what nobody has recorded."""
        return self.ahead(day) | self.filter(status=Meeting.Status.CONVENED)


OfMeetings = models.Manager.from_queryset(MeetingQuerySet)


class Sittings(OfMeetings):
    """Where a body sits. A session by correspondence sits nowhere: no calendar or list has it."""

    def get_queryset(self) -> MeetingQuerySet:  # type: ignore[override]
        return MeetingQuerySet(self.model, using=self._db).filter(by_correspondence=False)


class Meeting(Sourced):
    """One sitting of a body, or a session by correspondence; its seats are fixed when it opens."""

    class Status(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("meeting", "Planned")
        CONVENED = "convened", pgettext_lazy("meeting", "Convened")
        HELD = "held", pgettext_lazy("meeting", "Held")
        NOT_HELD = "not_held", pgettext_lazy("meeting", "Not held")
        UNKNOWN = "unknown", pgettext_lazy("meeting", "Not known whether held")

    class Mode(models.TextChoices):
        IN_PERSON = "in_person", pgettext_lazy("mode", "In person")
        ONLINE = "online", pgettext_lazy("mode", "Online")
        HYBRID = "hybrid", pgettext_lazy("mode", "In person and online")

    slug = models.SlugField(_("address"), max_length=80, unique=True)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="meetings")
    title = models.CharField(
        _("title"), max_length=200, blank=True, help_text=_("Only where the name is its own.")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveSmallIntegerField(_("overall number"), null=True, blank=True)
    number_in_year = models.PositiveSmallIntegerField(
        _("number in the year"), null=True, blank=True
    )
    begins = PartialDateField(_("first day"), null=True, blank=True)
    ends = PartialDateField(_("last day"), null=True, blank=True)
    starts_at = models.TimeField(_("opens at"), null=True, blank=True)
    mode = models.CharField(_("mode"), max_length=10, choices=Mode.choices, blank=True)
    place = models.CharField(_("place"), max_length=120, blank=True)
    time_zone = models.CharField(
        _("time zone of the place"), max_length=64, blank=True, validators=[check_zone]
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.PLANNED
    )
    by_correspondence = models.BooleanField(
        default=False, editable=False, help_text=_("In writing, without a sitting.")
    )
    host = models.ForeignKey(
        State, on_delete=models.PROTECT, null=True, blank=True, related_name="meetings_hosted"
    )
    convened = models.DateField(_("convened on"), null=True, blank=True)
    outcome = models.TextField(_("outcome"), blank=True)
    is_example = models.BooleanField(_("example data"), default=False)
    key = models.UUIDField(
        _("submission"),
        unique=True,
        null=True,
        blank=True,
        editable=False,
        help_text=_("Sending the same form twice has one effect."),
    )
    sequence = models.PositiveIntegerField(default=0, editable=False)
    changed = models.DateTimeField(auto_now=True)

    objects = Sittings()
    sessions = OfMeetings()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ["-year", "-begins", "body", "id"]
        constraints = [
            models.CheckConstraint(
                name="a_meeting_ends_no_earlier_than_it_begins",
                condition=Q(ends__isnull=True)
                | Q(begins__isnull=True)
                | Q(ends__gte=models.F("begins")),
            ),
            models.CheckConstraint(
                name="a_convened_meeting_has_dates_and_a_zone",
                condition=~Q(status="convened")
                | (Q(begins__isnull=False) & Q(ends__isnull=False) & ~Q(time_zone="")),
            ),
            models.CheckConstraint(
                name="a_session_by_correspondence_sits_nowhere",
                condition=Q(by_correspondence=False) | Q(place="", mode="", starts_at=None),
            ),
            models.UniqueConstraint(
                fields=["body", "number"],
                name="an_overall_number_is_given_once",
                condition=Q(number__isnull=False, is_example=False),
            ),
        ]
        indexes = [models.Index(fields=["begins"], name="meeting_begins")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The meeting as a record names it, with whichever of its numbers are known."""
        if self.title:
            return self.title
        if self.number:
            return _t("%(body)s, meeting no. %(number)d") % {
                "body": self.body.name,
                "number": self.number,
            }
        if self.number_in_year:
            return _t("%(body)s, meeting no. %(number)d of %(year)d") % {
                "body": self.body.name,
                "number": self.number_in_year,
                "year": self.year,
            }
        # Two unnumbered meetings of one year are told apart by their month.
        when = PartialDate(self.begins.year, self.begins.month) if self.begins else self.year
        if self.by_correspondence:
            return _t("%(body)s, by correspondence, %(when)s") % {
                "body": self.body.name,
                "when": when,
            }
        return _t("%(body)s, %(when)s") % {"body": self.body.name, "when": when}

    @property
    def dates(self) -> str:
        return span(self.begins, self.ends)

    @property
    def zone(self) -> tzinfo:
        return ZoneInfo(self.time_zone or "UTC")

    @property
    def closes(self) -> datetime | None:
        """The instant its last day is over at its place; None where that day is not known."""
        if not isinstance(self.ends, PartialDate) or self.ends.precision != "day":
            return None
        return deadlines.end_of_day(self.ends.last, self.zone)

    @property
    def takes_texts(self) -> bool:
        """Whether texts and reports can go to it while its days last.

        To be on record as held says that it sat, not that it has risen: it may be recorded from
        the first day on, and whatever is left of its days is the meeting's.
        """
        here = self.convened is not None
        return self.status == self.Status.CONVENED or (self.status == self.Status.HELD and here)

    def has_begun(self, moment: datetime) -> bool:
        """Whether its first day has come at its place."""
        first = self.begins
        return isinstance(first, PartialDate) and first.first <= self.day_at(moment)

    def is_over(self, moment: datetime) -> bool:
        """Whether its last day has passed at its place."""
        last = self.ends or self.begins
        return isinstance(last, PartialDate) and last.last < self.day_at(moment)

    def is_unrecorded(self, moment: datetime) -> bool:
        """Whether it is over, and nobody has recorded whether it sat."""
        return self.status == self.Status.CONVENED and self.is_over(moment)

    def sits_on(self, day: date) -> bool:
        """Whether a decision dated this day falls inside the meeting (domain rule 8)."""
        first, last = self.begins, self.ends or self.begins
        if not isinstance(first, PartialDate) or not isinstance(last, PartialDate):
            return False
        return first.first <= day <= last.last

    def day_at(self, moment: datetime) -> date:
        """The calendar day at the place of the meeting."""
        return moment.astimezone(self.zone).date()

    def get_absolute_url(self) -> str:
        return reverse("meetings:meeting", args=[self.slug])


class Seat(models.Model):
    """A place at one meeting, given by the membership of the day it was convened."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="seats")
    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="seats")
    status = models.CharField(_("status"), max_length=10, choices=Membership.Status.choices)
    counted = models.BooleanField(
        _("takes a position"),
        default=True,
        help_text=_("Members do; an invited state only if the presidency says so."),
    )

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        ordering = ["state__protocol_order", "state__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "state"], name="one_seat_per_state_per_meeting"
            ),
            models.CheckConstraint(
                name="partners_and_observers_take_no_position",
                condition=Q(counted=False) | Q(status__in=["member", "invited"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} – {self.meeting}"
