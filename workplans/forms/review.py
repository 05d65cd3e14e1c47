"""A reason, for the acts that take a text out of the hands that have it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from workplans.forms.answering import LONGEST


class RemindForm(forms.Form):
    """Which states were on the screen as those to remind."""

    seats = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_seats(self) -> list[int]:
        """Their numbers; what is none is left out, and reminds nobody."""
        return [int(word) for word in self.cleaned_data["seats"].split(",") if word.isdecimal()]


class ReasonForm(forms.Form):
    """A reason that goes on the record, for an act on one exact text."""

    use_required_attribute = False

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("The delegations will read it, and it stays on the record."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    digest = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, missing: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].error_messages["required"] = missing
