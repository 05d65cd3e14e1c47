"""What a state says to a text, in two steps: the answer, then the check of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workplans.models import Consideration, Position
from workplans.operations.review import ANSWERS

LONGEST = 20_000
Kind = Position.Kind

LABELS = {
    Kind.APPROVES: gettext_lazy("Approve"),
    Kind.RESERVES: gettext_lazy("Approve with a reservation"),
    Kind.OBJECTS: gettext_lazy("Object"),
    Kind.RETURNS: gettext_lazy("Return with a reason"),
}
HINTS = {
    Kind.RESERVES: gettext_lazy(
        "Your state joins the consensus; your text is printed with the plan."
    ),
    Kind.OBJECTS: gettext_lazy("The plan cannot be adopted until you lift the objection."),
}


class OwnText(forms.CharField):
    """A text of several paragraphs. Whether it may be empty depends on the answer beside it."""

    def __init__(self, **options: Any) -> None:
        # The blank placeholder lets the style sheet tell an empty box from a written one.
        options.setdefault("widget", forms.Textarea(attrs={"rows": 4, "placeholder": " "}))
        super().__init__(max_length=LONGEST, **options)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n").strip()

    def validate(self, value: str) -> None:
        pass


class AnswerForm(forms.Form):
    """The answers this meeting knows, none of them chosen in advance."""

    use_required_attribute = False

    kind = forms.ChoiceField(
        label=gettext_lazy("Your answer"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose one of the answers."),
            "invalid_choice": gettext_lazy("Choose one of the answers."),
        },
    )
    text = OwnText()
    digest = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, consideration: Consideration, **options: Any) -> None:
        super().__init__(*args, **options)
        kinds = ANSWERS[consideration.meeting.body.code]
        self.fields["kind"].choices = [(kind, LABELS[kind]) for kind in kinds]
        self.fields["kind"].choice_hints = {kind.value: HINTS.get(kind, "") for kind in kinds}
        if consideration.before_ministers:
            self.fields["text"].label = _("Reason, if you return the plan")
        else:
            self.fields["text"].label = _("Text of a reservation or an objection")
            self.fields["text"].help_text = _(
                "For an objection: your reason, and the wording that would let you join."
            )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        kind, text = given.get("kind"), given.get("text")
        if kind == Kind.APPROVES and text:
            self.add_error("text", self._beside_approval())
        elif kind and kind != Kind.APPROVES and "text" in given and not text:
            self.add_error("text", self._missing(kind))
        return given

    def _beside_approval(self) -> str:
        if Kind.RETURNS in dict(self.fields["kind"].choices):
            return _("An approval has no text. Empty the box, or return the plan with this reason.")
        return _(
            "An approval has no text. Empty the box, or choose “Approve with a reservation” to "
            "have it printed."
        )

    def _missing(self, kind: str) -> str:
        return {
            Kind.RESERVES: _("Write the reservation; it is printed with the plan."),
            Kind.OBJECTS: _("Write why you object and what wording would let you join."),
            Kind.RETURNS: _("Write why you return the plan; the reason goes on the record."),
        }[Kind(kind)]


class CheckedAnswerForm(AnswerForm):
    """The same answer carried through the check, with the declaration of who gives it."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    declaration = forms.BooleanField(
        error_messages={
            "required": gettext_lazy(
                "Tick the box if you are authorised. Without it nothing is submitted."
            )
        }
    )

    field_order = ["declaration"]

    def __init__(self, *args: Any, state: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # A hidden group of radios would send nothing, so the answer travels as one value.
        self.fields["kind"].widget = forms.HiddenInput()
        self.fields["text"].widget = forms.HiddenInput()
        self.fields["declaration"].label = _(
            "I am authorised to state this position for %(state)s."
        ) % {"state": state}

    @property
    def holds_an_answer(self) -> bool:
        """Whether what it carries can be submitted, the declaration apart."""
        return not {"kind", "text", "digest", "key"} & set(self.errors)


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
