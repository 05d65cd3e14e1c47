"""Forms sent with a declaration, the last look before one, and a field that several share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from workplans.models import Consideration


class Declared(forms.Form):
    """A form sent once, by somebody who is authorised to."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    declaration = forms.BooleanField(
        error_messages={
            "required": gettext_lazy(
                "Tick the box if you are authorised. Without it nothing is submitted."
            )
        }
    )

    def __init__(self, *args: Any, declaring: str, **options: Any) -> None:
        """declaring: the words beside the box."""
        super().__init__(*args, **options)
        self.fields["declaration"].label = declaring


class Checked(Declared):
    """The last look: what the form before it took is carried along, hidden."""

    field_order = ["declaration"]
    # The names of the fields that are carried; those a text does not ask for are left out.
    carries: tuple[str, ...] = ()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in self.carries:
            if name in self.fields:
                # A hidden group of radios would send nothing, so a choice travels as one value.
                several = isinstance(self.fields[name], forms.MultipleChoiceField)
                self.fields[name].widget = (
                    forms.MultipleHiddenInput() if several else forms.HiddenInput()
                )

    @property
    def holds_what_it_carries(self) -> bool:
        """Whether what it carries can be submitted, the declaration apart."""
        return not {*self.carries, "digest", "key"} & set(self.errors)


OF_POSITIONS = {
    "label": gettext_lazy("When do the delegations see each other’s positions?"),
    "help_text": gettext_lazy(
        "They are told which. The chair and the secretariat see positions as they come."
    ),
    "missing": gettext_lazy("Choose when the delegations see each other’s positions."),
}
# Under silence a state gives no position; what may be shown before the end is who asks for time.
OF_REQUESTS = {
    "label": gettext_lazy("When do the delegations see each other’s requests for time?"),
    "help_text": gettext_lazy(
        "They are told which. An objection ends the silence, and is shown to all at once."
    ),
    "missing": gettext_lazy("Choose when the delegations see each other’s requests."),
}


class VisibilityField(forms.ChoiceField):
    """When the delegations see what the others said to a text."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        super().__init__(
            label=words["label"],
            help_text=words["help_text"],
            choices=Consideration.Visibility.choices,
            initial=Consideration.Visibility.OPEN,
            widget=forms.RadioSelect,
            error_messages=dict.fromkeys(("required", "invalid_choice"), words["missing"]),
        )
