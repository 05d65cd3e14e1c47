"""Why an act is taken back, and which act was on the screen."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from workplans.forms.answering import LONGEST


class TakeBackForm(forms.Form):
    use_required_attribute = False

    reason = forms.CharField(
        label=gettext_lazy("What was the mistake?"),
        help_text=gettext_lazy("Everybody who was told will read it, and it stays on the record."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": gettext_lazy(
                "Say why it is taken back; everybody who was told will read it."
            )
        },
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)
