"""Whether a meeting was held, and what is to be said of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from meetings.models import Meeting
from meetings.operations import Conclusion

Status = Meeting.Status
LONGEST = 2_000


class ConcludeForm(forms.Form):
    """Held or not held, with a sentence; once that is on record, what corrects it and why.

    What can be recorded depends on the day: before the first, a meeting can only be called off.
    """

    use_required_attribute = False
    # Which of the texts is needed follows from the answer; the hints say so.
    marks_optional = False

    status = forms.ChoiceField(
        label=_("What is to be on record"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the answers.")},
    )
    note = forms.CharField(
        label=_("Outcome, or why it was not held"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    reason = forms.CharField(
        label=_("Why the record is corrected"),
        help_text=_("It goes into the register, beside what was recorded before."),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, meeting: Meeting, on: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        self.meeting = meeting
        self.corrects = meeting.status != Status.CONVENED
        self.calls_off = not self.corrects and not meeting.has_begun(on)
        over = meeting.is_over(on)
        self.initial.setdefault("seen", meeting.sequence)
        status, note = self.fields["status"], self.fields["note"]
        choices = []
        if meeting.has_begun(on):
            choices.append((Status.HELD.value, _t("It was held")))
        not_held = _t("It was not held") if over else _t("It is called off")
        choices.append((Status.NOT_HELD.value, not_held))
        if self.corrects and not over:
            choices.append((Status.CONVENED.value, _t("It takes place as convened")))
        status.choices = choices
        note.help_text = _t(
            "Of a meeting that was held: the outcome in a sentence, if there is one to tell. Of "
            "one that was not: the reason. Everybody can read it on the page of the meeting."
        )
        if self.corrects:
            self.initial.setdefault("status", meeting.status)
            self.initial.setdefault("note", meeting.outcome)
        else:
            del self.fields["reason"]
        if self.calls_off:
            self.initial["status"] = Status.NOT_HELD.value
            status.widget = forms.HiddenInput()
            note.label, note.required = _t("Why it is called off"), True
            note.help_text = _t(
                "Those seated at the meeting are told, and everybody can read it on its page."
            )
            note.error_messages["required"] = _t("Say why the meeting is called off.")

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        status, note = given.get("status"), given.get("note", "").replace("\r\n", "\n")
        given["note"] = "" if status == Status.CONVENED else note
        if self.errors or self.is_overtaken:
            return given
        if status == Status.NOT_HELD and not given["note"]:
            self.add_error("note", _t("Say why the meeting was not held."))
        recorded = (self.meeting.status, self.meeting.outcome)
        if self.corrects and recorded != (status, given["note"]) and not given.get("reason"):
            self.add_error("reason", _t("Say why what is on record is corrected."))
        return given

    @property
    def is_overtaken(self) -> bool:
        """Whether something else was recorded since the form was opened."""
        return self.cleaned_data.get("seen") != self.meeting.sequence

    @property
    def conclusion(self) -> Conclusion:
        given = self.cleaned_data
        reason = given.get("reason", "").replace("\r\n", "\n")
        return Conclusion(given["status"], given["seen"], given["note"], reason)

    def look_again(self) -> None:
        """Show what is on record now; whoever sends the form after that has seen it."""
        self.data = self.data.copy()
        self.data["seen"] = self.meeting.sequence
