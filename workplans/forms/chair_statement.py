"""The chair's form of a statement where there is no consensus: looked at, then confirmed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from workplans.forms.answering import OwnText

LOOK, ACT = "look", "act"


class ChairStatementForm(forms.Form):
    """The introduction, and what was left of the text on the screen."""

    use_required_attribute = False

    introduction = OwnText(
        label=gettext_lazy("Introduction"),
        help_text=gettext_lazy(
            "In your own name; it is public once the statement is issued. Name no state."
        ),
    )
    declaration = forms.BooleanField(
        required=False,
        label=gettext_lazy(
            "As chair of the Advisory Group, I issue this on my own responsibility."
        ),
    )
    seen = forms.CharField(widget=forms.HiddenInput)
    step = forms.CharField(required=False, widget=forms.HiddenInput)

    marks_optional = False

    @property
    def acts(self) -> bool:
        """Whether it was sent to issue, not only to look."""
        return self.data.get("step") == ACT

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if "introduction" in given and not given["introduction"]:
            self.add_error(
                "introduction", gettext_lazy("Write the introduction; everybody will read it.")
            )
        if self.acts and not given.get("declaration"):
            self.add_error(
                "declaration", gettext_lazy("Tick the box to confirm. Without it nothing happens.")
            )
        return given
