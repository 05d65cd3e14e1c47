"""What a state attaches to a text, in two steps, and the note by which it withdraws it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from workplans import procedure
from workplans.forms.answering import OwnText, PartsField
from workplans.forms.declaring import Checked, Declared
from workplans.models import Consideration, Statement

Kind = Statement.Kind

HINTS = {
    Kind.RESERVATION: gettext_lazy(
        "Your state lets the text pass, and says on what point it is not bound."
    ),
    Kind.INTERPRETATIVE: gettext_lazy("How your state understands the text."),
    Kind.EXPLANATION: gettext_lazy("Why your state takes the position it takes."),
}


class StatementForm(forms.Form):
    """A statement to one exact text; no kind of it is chosen in advance."""

    use_required_attribute = False
    marks_optional = False

    kind = forms.ChoiceField(
        label=gettext_lazy("What it is"),
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), gettext_lazy("Choose what kind of statement it is.")
        ),
    )
    text = OwnText(label=gettext_lazy("The statement"))
    parts = PartsField()
    digest = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, consideration: Consideration, **options: Any) -> None:
        super().__init__(*args, **options)
        kinds = [Kind(kind) for kind in procedure.course(consideration).statements]
        self.fields["kind"].choices = [(kind, kind.label) for kind in kinds]
        self.fields["kind"].choice_hints = {str(kind.value): HINTS[kind] for kind in kinds}
        self.fields["parts"].of(consideration)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if "text" in given and not given["text"]:
            self.add_error("text", gettext_lazy("Write the statement; it goes on the record."))
        return given


class CheckedStatementForm(Checked, StatementForm):
    """The same statement carried through the check, with the declaration of who makes it."""

    carries = ("kind", "text", "parts")


class WithdrawalForm(Declared):
    """The note by which a statement is withdrawn."""

    use_required_attribute = False

    text = OwnText(
        label=gettext_lazy("The note"),
        help_text=gettext_lazy(
            "It is printed beside the statement, dated and signed, wherever that is printed from "
            "now on."
        ),
    )

    field_order = ["text", "declaration"]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if "text" in given and not given["text"]:
            self.add_error(
                "text", gettext_lazy("Write the note; it is printed beside the statement.")
            )
        return given
