"""The reason for opening an amendment, or for withdrawing one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from workplans.forms.answering import LONGEST


class AmendForm(forms.Form):
    """Why an approved plan is changed, bound to the text in force that was on the screen."""

    use_required_attribute = False

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy(
            "The delegations will read it, it stays on the record, and it is printed with the "
            "amended plan."
        ),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={
            "required": gettext_lazy("Say why the plan is amended; the delegations will read it.")
        },
    )
    digest = forms.CharField(widget=forms.HiddenInput)


class WithdrawAmendmentForm(forms.Form):
    """Why an amendment is withdrawn; one that changed nothing yet needs no reason."""

    use_required_attribute = False

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("The delegations will read it, and it stays on the record."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={
            "required": gettext_lazy(
                "Say why the amendment is withdrawn; the delegations will read it."
            )
        },
    )
    number = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, untouched: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].required = not untouched
