"""The chair's acts, each with a declaration and the digest of the text that was on the screen."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from meetings.forms import DeadlineForm
from meetings.models import Meeting
from secretariat.deadlines import Outlook
from workplans.forms.answering import LONGEST
from workplans.models import Activity


class DeclarationForm(forms.Form):
    """One box to tick; the label says what ticking it means."""

    use_required_attribute = False

    declaration = forms.BooleanField(
        error_messages={
            "required": gettext_lazy("Tick the box to confirm. Without it nothing happens.")
        }
    )
    digest = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, declaring: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["declaration"].label = declaring


class SubmitForm(DeadlineForm, DeclarationForm):
    """The declaration of a submission, and a second look at the time the ministers get."""

    nonetheless_label = gettext_lazy("Submit the plan to this meeting nonetheless")

    def __init__(self, *args: Any, until: Outlook | None, **options: Any) -> None:
        """until: how the end of the meeting looks from the capitals."""
        super().__init__(*args, **options)
        self.until = until
        if not self.is_bound:
            self.weigh(until)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.weigh(self.until)
        return cleaned


class MeetingField(forms.ModelChoiceField):
    """Meetings as radios, each with its dates and place under its name."""

    def __init__(self, meetings: Any, **options: Any) -> None:
        super().__init__(
            meetings,
            to_field_name="slug",
            empty_label=None,
            widget=forms.RadioSelect,
            error_messages={
                "required": gettext_lazy("Choose a meeting."),
                "invalid_choice": gettext_lazy("Choose one of the meetings listed."),
            },
            **options,
        )
        self.choice_hints = {
            meeting.slug: " · ".join(
                part
                for part in (meeting.dates, meeting.place or meeting.get_mode_display())
                if part
            )
            for meeting in meetings
        }

    def label_from_instance(self, meeting: Meeting) -> str:
        return meeting.name


class MeetingForm(forms.Form):
    """Which meeting an act names; sent as an address, since choosing changes nothing."""

    use_required_attribute = False

    def __init__(self, *args: Any, meetings: Any, label: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["meeting"] = MeetingField(meetings, label=label)


class ReportForm(DeclarationForm):
    """The introductory text of a summit report."""

    summary = forms.CharField(
        label=gettext_lazy("Introductory text"),
        help_text=gettext_lazy(
            "It begins with sentences from the record; change and extend them as you see fit. A "
            "blank line parts paragraphs, and lines that begin with “- ” form a list."
        ),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 12}),
        error_messages={"required": gettext_lazy("Write the introductory text of the report.")},
    )

    field_order = ["summary", "declaration"]


class ProgressForm(forms.Form):
    """How far an activity has come, in one word and in what was done."""

    use_required_attribute = False

    state = forms.ChoiceField(
        label=gettext_lazy("State of the activity"),
        choices=Activity.Stage.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose the state of the activity.")},
    )
    note = forms.CharField(
        label=gettext_lazy("What was done"),
        help_text=gettext_lazy(
            "One or two sentences; they are printed in the report to the summit."
        ),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
