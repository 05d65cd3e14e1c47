"""The chair's forms of the silence procedure: when it ends and why, and a later end."""

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
from workplans import silence
from workplans.forms.answering import OwnText
from workplans.models import Consideration


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
        """states: those that can object. zone: whose clock sets the end. now: of the database."""
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
        return silence.instant(datetime.combine(day, hour), ZoneInfo(self.zone))

    @classmethod
    def showing(cls, expires: datetime, zone: str) -> dict[str, Any]:
        """The initial values of a form that shows this end."""
        here = expires.astimezone(ZoneInfo(zone or "UTC"))
        return {"day": here.date(), "hour": here.time()}

    def look(self, expires: datetime) -> Outlook:
        return silence.outlook(expires, self.states, now=self.now, place=self.zone)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if "reason" in given and not given["reason"]:
            self.add_error("reason", self.missing)
        day, hour = given.get("day"), given.get("hour")
        if day is None or hour is None:
            return given
        try:
            expires = silence.instant(datetime.combine(day, hour), ZoneInfo(self.zone))
        except silence.NoSuchHour as refusal:
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
        """What forbids this end: a sentence each."""
        raise NotImplementedError


class OpenSilenceForm(EndForm):
    """What opens a silence: its end, the reason, who sees what, and the chair's declaration."""

    nonetheless_label = gettext_lazy("Open the silence with this end nonetheless")
    missing = gettext_lazy("Say why the text goes under silence; the delegations will read it.")

    visibility = forms.ChoiceField(
        label=gettext_lazy("When do the delegations see each other’s requests for time?"),
        help_text=gettext_lazy(
            "They are told which. An objection ends the silence, and is shown to all at once."
        ),
        choices=Consideration.Visibility.choices,
        initial=Consideration.Visibility.OPEN,
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"),
            gettext_lazy("Choose when the delegations see each other’s requests."),
        ),
    )
    message = OwnText(
        label=gettext_lazy("Covering note"),
        required=False,
        help_text=gettext_lazy("The delegations read it above the text."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    number = forms.IntegerField(widget=forms.HiddenInput)
    declaration = forms.BooleanField(
        error_messages={"required": gettext_lazy("Confirm that you put this text under silence.")}
    )

    field_order = ["day", "hour", "reason", "visibility", "message", "nonetheless", "declaration"]

    def __init__(self, *args: Any, symbol: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["declaration"].label = _(
            "As chair, I put this text under silence as %(symbol)s. If no state objects before "
            "its end, it is adopted at that instant."
        ) % {"symbol": symbol}

    def obstacles(self, expires: datetime, seen: Outlook) -> list[str]:
        return silence.obstacles(expires, self.now, seen)


class ExtendForm(EndForm):
    """A later end for a silence that runs, and why."""

    nonetheless_label = gettext_lazy("Extend the silence to this end nonetheless")
    missing = gettext_lazy("Say why the silence is extended; the delegations will read it.")

    before = forms.DateTimeField(
        widget=forms.HiddenInput(), input_formats=["%Y-%m-%dT%H:%M:%S.%f%z"]
    )

    def __init__(self, *args: Any, running: datetime, **options: Any) -> None:
        """running: the end the silence has now."""
        self.running = running
        super().__init__(*args, **options)

    def obstacles(self, expires: datetime, seen: Outlook) -> list[str]:
        if expires <= self.running:
            return [_("The new end has to be later than the one it replaces.")]
        if expires > self.now + silence.LONGEST:
            return [_("A silence lasts %(days)d days at most.") % {"days": silence.LONGEST.days}]
        return []
