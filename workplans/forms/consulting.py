"""What somebody says to their own delegation about a text, and whom its head asks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from secretariat.models import Appointment
from workplans.consultation import agency_of
from workplans.forms.answering import OwnText
from workplans.models import Note


class NoteForm(forms.Form):
    """A note: advice, words, or both."""

    use_required_attribute = False
    marks_optional = False

    advice = forms.ChoiceField(
        label=gettext_lazy("What do you advise?"),
        widget=forms.RadioSelect,
        required=False,
        choices=[*Note.Advice.choices, ("", gettext_lazy("No advice, only a remark"))],
    )
    text = OwnText(label=gettext_lazy("What you want to say"))
    key = forms.UUIDField(widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not given.get("advice") and not given.get("text") and not self.errors:
            self.add_error("text", _("Choose your advice, or write what you want to say."))
        return given


class AskForm(forms.Form):
    """The people of the delegation, to tick those who are asked."""

    use_required_attribute = False

    people = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Whom do you ask?"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Tick whoever you want to ask."),
            "invalid_choice": gettext_lazy("Tick people of your own delegation."),
        },
    )

    def __init__(self, *args: Any, people: Iterable[Appointment], **options: Any) -> None:
        """people: of the delegation, with person and authority, without whoever asks."""
        super().__init__(*args, **options)
        named = {one.person_id: one for one in reversed(list(people))}
        self.fields["people"].choices = [
            (pk, f"{one.person}, {one.capacity}, {agency_of(one)}")
            for pk, one in reversed(named.items())
        ]
