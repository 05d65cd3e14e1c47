"""Offering the secretariat, and taking it over."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy


class TakeOverForm(forms.Form):
    """The declaration by which somebody takes the secretariat over."""

    use_required_attribute = False

    declaration = forms.BooleanField(
        error_messages={
            "required": gettext_lazy("Tick the box to confirm. Without it nothing happens.")
        }
    )

    def __init__(self, *args: Any, declaring: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["declaration"].label = declaring


class OfferForm(TakeOverForm):
    """The same for whoever offers it, with what the next presidency should know."""

    remarks = forms.CharField(
        label=gettext_lazy("Remarks for the incoming side"),
        help_text=gettext_lazy(
            "What they should know and the list does not say. It is printed in the hand-over note. "
            "A blank line parts paragraphs, and lines that begin with “- ” form a list."
        ),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )

    field_order = ["remarks", "declaration"]


class TickForm(forms.Form):
    """Which point is meant, for which side, and whether it is ticked or taken back."""

    point = forms.SlugField(max_length=40)
    side = forms.SlugField(max_length=8)
    ticked = forms.BooleanField(required=False)
