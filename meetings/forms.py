"""Convening a meeting, and the second look at a deadline that leaves somebody little time."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import uuid4
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from meetings import closing
from meetings.models import Body, Meeting
from secretariat.dates import PartialDate
from secretariat.deadlines import Outlook
from secretariat.forms.people import OneLine
from secretariat.models import Membership, State

CONVENED_HERE = (Body.ADVISORY_GROUP, Body.MINISTERS, Body.SUMMIT)
TAKING_POSITIONS = (Membership.Status.MEMBER, Membership.Status.INVITED)


@cache
def all_zones() -> tuple[str, ...]:
    # Names without a region ("EST", "Zulu") are leftovers that say nothing about a place.
    return tuple(
        sorted(
            zone
            for zone in available_timezones()
            if "/" in zone and not zone.startswith(("Etc/", "SystemV/", "posix/", "right/"))
        )
    )


def zones_first(states: list[State]) -> list[tuple[Any, Any]]:
    """The zones of the capitals first, under the name of the state, then every other."""
    capitals = [("UTC", "UTC")] + [
        (state.time_zone, f"{state.name} – {state.time_zone}")
        for state in states
        if state.time_zone and state.time_zone != "UTC"
    ]
    named = {zone for zone, _label in capitals}
    others = [(zone, zone) for zone in all_zones() if zone not in named]
    return [(_("UTC and the capitals of the members"), capitals), (_("All zones"), others)]


class BodyChoice(forms.ModelChoiceField):
    widget = forms.RadioSelect

    def label_from_instance(self, body: Any) -> str:
        return str(body.name)


class DeadlineForm(forms.Form):
    """An act that sets a deadline: where a capital has little time left, it is asked about once.

    The tick stands for the warnings that stood beside it. With another date, or a day later, they
    are others, and the question comes anew. A form like this calls `weigh` when the deadline is
    known: from its beginning, or in `clean`.
    """

    warned = forms.CharField(required=False, widget=forms.HiddenInput)
    nonetheless = forms.BooleanField(
        required=False,
        help_text=_("The warnings are kept in the register with the act."),
    )

    nonetheless_label = ""
    outlook: Outlook | None = None
    # Whether there are warnings that nobody has seen before the form was sent.
    unseen = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["nonetheless"].label = self.nonetheless_label
        # Asked after everything else, and before what confirms the whole.
        last = ("nonetheless", "declaration")
        self.order_fields([*(name for name in self.fields if name not in last), *last])

    def weigh(self, outlook: Outlook | None) -> None:
        """Take in what a deadline means in the capitals, and ask where that needs an answer."""
        self.outlook = outlook
        if outlook is None or not outlook.warnings:
            return
        if not self.is_bound:
            self.initial["warned"] = outlook.fingerprint
        elif self.data.get("warned") != outlook.fingerprint:
            self.unseen = True
            self.data = self.data.copy()
            self.data["warned"] = outlook.fingerprint
            self.data.pop("nonetheless", None)
        elif not self.cleaned_data.get("nonetheless"):
            self.add_error("nonetheless", _t("Tick the box to go on with this deadline."))

    def is_valid(self) -> bool:
        return super().is_valid() and not self.unseen

    @property
    def accepted(self) -> list[str]:
        """The warnings a valid form goes on in spite of."""
        return self.outlook.warnings if self.outlook else []


class ConveneForm(DeadlineForm):
    """What is asked to convene a meeting; its seats follow from the day it is sent."""

    nonetheless_label = _("Convene the meeting with these dates nonetheless")

    key = forms.UUIDField(widget=forms.HiddenInput)
    body = BodyChoice(label=_("Which body meets?"), queryset=Body.objects.none(), empty_label=None)
    year = forms.IntegerField(
        label=_("Year"),
        min_value=2009,
        help_text=_("The year the meeting counts for; usually that of its first day."),
        widget=forms.NumberInput(attrs={"class": "input--short"}),
    )
    begins = forms.DateField(
        label=_("First day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    ends = forms.DateField(
        label=_("Last day"),
        help_text=_("A decision of the meeting falls on one of its days."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    mode = forms.ChoiceField(
        label=_("How does it meet?"), choices=Meeting.Mode.choices, widget=forms.RadioSelect
    )
    place = forms.CharField(
        label=_("Place"),
        required=False,
        max_length=120,
        help_text=_("City and country, such as Xiamen, China. Left empty for an online meeting."),
        widget=forms.TextInput(attrs={"class": "input--medium"}),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone of the place"),
        help_text=_("The days of the meeting are counted by this clock."),
    )
    starts_at = forms.TimeField(
        label=_("Opens at"),
        required=False,
        help_text=_("By the clock of the place, such as 10:00."),
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
    )
    title = OneLine(
        label=_("Title"),
        required=False,
        max_length=120,
        help_text=_(
            "Only where the meeting has a name of its own, such as an extraordinary summit. An "
            "ordinary one is named after its body and its number."
        ),
        widget=forms.TextInput(attrs={"class": "input--medium"}),
    )
    number = forms.IntegerField(
        label=_("Overall number"),
        required=False,
        min_value=1,
        max_value=999,
        help_text=_(
            "Which meeting of this body it is, counted from its first. Left empty if the record "
            "is not sure."
        ),
        widget=forms.NumberInput(attrs={"class": "input--short"}),
    )
    number_in_year = forms.IntegerField(
        label=_("Number within the year"),
        required=False,
        min_value=1,
        max_value=99,
        widget=forms.NumberInput(attrs={"class": "input--short"}),
    )
    counting_invited = forms.BooleanField(
        label=_("Count the states invited to participate"),
        required=False,
        help_text=_(
            "They attend in any case. If you tick this they also take a position, so that nothing "
            "is adopted without them; the register keeps that the presidency said so."
        ),
    )

    def __init__(
        self, *args: Any, day: date, now: datetime, host_zone: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.fields["body"].queryset = Body.objects.filter(code__in=CONVENED_HERE)
        held = Membership.objects.on(day).filter(status__in=TAKING_POSITIONS)
        self.held = list(
            held.select_related("state").order_by("state__protocol_order", "state__name")
        )
        self.fields["time_zone"].choices = zones_first(
            [m.state for m in self.held if m.status == Membership.Status.MEMBER]
        )
        self.initial.setdefault("key", uuid4())
        self.initial.setdefault("year", day.year)
        self.initial.setdefault("begins", day)
        self.initial.setdefault("ends", day)
        self.initial.setdefault("time_zone", host_zone or "UTC")

    def clean_year(self) -> int:
        year: int = self.cleaned_data["year"]
        latest = self.initial["begins"].year + 5
        if year > latest:
            raise forms.ValidationError(
                _t("A meeting is convened for %(latest)d at the latest."), params={"latest": latest}
            )
        return year

    def clean(self) -> dict[str, Any]:
        facts: dict[str, Any] = super().clean() or self.cleaned_data
        begins, ends = facts.get("begins"), facts.get("ends")
        if begins and ends and ends < begins:
            self.add_error("ends", _t("The last day is before the first day."))
        if facts.get("mode") in (Meeting.Mode.IN_PERSON, Meeting.Mode.HYBRID) and not facts.get(
            "place"
        ):
            self.add_error("place", _t("Write where the meeting takes place."))
        body, number = facts.get("body"), facts.get("number")
        if body and number:
            taken = Meeting.objects.filter(body=body, number=number, is_example=False)
            if taken.exclude(key=facts.get("key")).exists():
                self.add_error(
                    "number",
                    forms.ValidationError(
                        _t("The meeting no. %(number)d of this body is on record already."),
                        params={"number": number},
                    ),
                )
        if not {"begins", "ends", "time_zone"} & set(self.errors):
            self.weigh(self._outlook(facts))
        return facts

    def _outlook(self, facts: dict[str, Any]) -> Outlook | None:
        """The end of the meeting in the capitals of those who would take a position at it."""
        meeting = Meeting(ends=PartialDate.of(facts["ends"]), time_zone=facts["time_zone"])
        counted = {Membership.Status.MEMBER}
        if facts.get("counting_invited"):
            counted.add(Membership.Status.INVITED)
        states = [m.state for m in self.held if m.status in counted]
        return closing.outlook(meeting, states, self.now)

    def only_the_dates(self) -> None:
        """Forget what else is missing, for a look at the dates before the rest is filled in."""
        for name in set(self.errors) - {"begins", "ends", "time_zone"}:
            del self.errors[name]

    @property
    def facts(self) -> dict[str, Any]:
        """What is convened, without the question about its dates."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in ("warned", "nonetheless")
        }
