"""The chair's forms of procedures by correspondence: when one ends and why, and a later end."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.forms import DeadlineForm
from secretariat.deadlines import Outlook
from secretariat.models import State
from workplans import correspondence
from workplans.forms.answering import OwnText
from workplans.forms.declaring import OF_POSITIONS, OF_REQUESTS, VisibilityField


class EndForm(DeadlineForm):
    """An exact instant, set by the clock of one place and looked at in every capital."""

    use_required_attribute = False

    day = forms.DateField(
        label=gettext_lazy("Last day"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages=dict.fromkeys(
            ("required", "invalid"), gettext_lazy("Write the day as year, month and day.")
        ),
    )
    hour = forms.TimeField(
        label=gettext_lazy("Hour"),
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages=dict.fromkeys(
            ("required", "invalid"), gettext_lazy("Write the hour as hours and minutes: 18:00.")
        ),
    )
    reason = OwnText(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("The delegations will read it, and it stays on the record."),
    )
    missing = ""

    def __init__(
        self, *args: Any, states: list[State], zone: str, now: datetime, **options: Any
    ) -> None:
        """states: those that answer. zone: whose clock sets the end. now: of the database."""
        super().__init__(*args, **options)
        self.states, self.zone, self.now = states, zone or "UTC", now
        self.fields["hour"].help_text = _("By the clock of %(place)s.") % {
            "place": self.zone.rsplit("/", 1)[-1].replace("_", " ")
        }
        if not self.is_bound and (expires := self._initial_end()) is not None:
            self.weigh(self.look(expires))

    def _initial_end(self) -> datetime | None:
        day, hour = self.initial.get("day"), self.initial.get("hour")
        if day is None or hour is None:
            return None
        return correspondence.instant(datetime.combine(day, hour), ZoneInfo(self.zone))

    @classmethod
    def showing(cls, expires: datetime, zone: str) -> dict[str, Any]:
        """The initial values of a form that shows this end."""
        here = expires.astimezone(ZoneInfo(zone or "UTC"))
        return {"day": here.date(), "hour": here.time()}

    def look(self, expires: datetime) -> Outlook:
        return correspondence.outlook(expires, self.states, now=self.now, place=self.zone)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if "reason" in given and not given["reason"]:
            self.add_error("reason", self.missing)
        day, hour = given.get("day"), given.get("hour")
        if day is None or hour is None:
            return given
        try:
            expires = correspondence.instant(datetime.combine(day, hour), ZoneInfo(self.zone))
        except correspondence.NoSuchHour as refusal:
            self.add_error("hour", str(refusal))
            return given
        given["expires"] = expires
        seen = self.look(expires)
        if problems := self.obstacles(expires, seen):
            self.outlook = seen
            for problem in problems:
                self.add_error("day", problem)
        else:
            self.weigh(seen)
        return given

    def obstacles(self, expires: datetime, seen: Outlook) -> list[str]:
        """What forbids this end, a sentence each; each form adds its own rules."""
        return []


class OpeningForm(EndForm):
    """What opens a procedure: its end, the reason, who sees what, and the chair's declaration."""

    declaring: Any
    unconfirmed: Any

    visibility: Any
    message = OwnText(
        label=gettext_lazy("Covering note"),
        required=False,
        help_text=gettext_lazy("The delegations read it above the text."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    number = forms.IntegerField(widget=forms.HiddenInput)
    declaration = forms.BooleanField()

    field_order = ["day", "hour", "reason", "visibility", "message", "nonetheless", "declaration"]

    def __init__(self, *args: Any, symbol: str, **options: Any) -> None:
        self.symbol = symbol
        super().__init__(*args, **options)
        self.fields["declaration"].label = self.declaring % {"symbol": symbol}
        self.fields["declaration"].error_messages["required"] = self.unconfirmed

    @property
    def chosen(self) -> datetime | None:
        """The end on the screen, as far as it is one."""
        if self.is_bound:
            expires = getattr(self, "cleaned_data", {}).get("expires")
            return expires if isinstance(expires, datetime) else None
        return self._initial_end()

    def obstacles(self, expires: datetime, seen: Outlook) -> list[str]:
        return correspondence.obstacles(expires, self.now, seen)


class OpenSilenceForm(OpeningForm):
    nonetheless_label = gettext_lazy("Open the silence with this end nonetheless")
    missing = gettext_lazy("Say why the text goes under silence; the delegations will read it.")
    declaring = gettext_lazy(
        "As chair, I put this text under silence as %(symbol)s. If no state objects before "
        "its end, it is adopted at that instant."
    )
    unconfirmed = gettext_lazy("Confirm that you put this text under silence.")

    visibility = VisibilityField(OF_REQUESTS)


class OpenWrittenForm(OpeningForm):
    nonetheless_label = gettext_lazy("Ask the states with this end nonetheless")
    missing = gettext_lazy("Say why the states answer in writing; the delegations will read it.")
    declaring = gettext_lazy(
        "As chair, I put this text before the states for answers in writing as %(symbol)s. It is "
        "adopted only if every state has approved before the end."
    )
    unconfirmed = gettext_lazy("Confirm that you put this text before the states.")

    visibility = VisibilityField(OF_POSITIONS)


class ExtendForm(EndForm):
    """A later end for a procedure that runs, and why."""

    nonetheless_label = gettext_lazy("Set this end nonetheless")
    missing = gettext_lazy("Say why the end is moved; the delegations will read it.")

    before = forms.DateTimeField(
        widget=forms.HiddenInput(), input_formats=["%Y-%m-%dT%H:%M:%S.%f%z"]
    )

    def __init__(self, *args: Any, running: datetime, **options: Any) -> None:
        """running: the end it has now."""
        self.running = running
        super().__init__(*args, **options)

    def obstacles(self, expires: datetime, seen: Outlook) -> list[str]:
        if expires <= self.running:
            return [_("The new end has to be later than the one it replaces.")]
        if expires > self.now + correspondence.LONGEST:
            return [
                _("The states have %(days)d days at most.") % {"days": correspondence.LONGEST.days}
            ]
        return []
