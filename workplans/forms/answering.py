"""What a state says to a text, in two steps: the answer, then the check of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workplans import anchors, instructions, procedure
from workplans.forms.declaring import Checked
from workplans.models import Consideration, Position
from workplans.operations.answering import Said

LONGEST = 20_000
Kind = Position.Kind

LABELS = {
    Kind.APPROVES: gettext_lazy("Approve"),
    Kind.RESERVES: gettext_lazy("Approve with a reservation"),
    Kind.OBJECTS: gettext_lazy("Object"),
    Kind.AMENDS: gettext_lazy("Propose an amendment"),
    Kind.ASKS_FOR_TIME: gettext_lazy("Ask for more time"),
    Kind.RETURNS: gettext_lazy("Return with a reason"),
}
UNDER_SILENCE = {
    Kind.OBJECTS: gettext_lazy("Breaks the silence at once. The text is not adopted."),
    Kind.AMENDS: gettext_lazy("Breaks the silence at once, as an objection does."),
    Kind.ASKS_FOR_TIME: gettext_lazy(
        "Breaks nothing. Unless the chair extends the silence, the text is adopted at its end."
    ),
}
HINTS = {
    Kind.RESERVES: gettext_lazy(
        "Your state joins the consensus; your text is printed with the plan."
    ),
    Kind.OBJECTS: gettext_lazy("The plan cannot be adopted until you lift the objection."),
    Kind.ASKS_FOR_TIME: gettext_lazy(
        "Neither consent nor objection. The chair decides whether the text waits; until you answer "
        "there is no consensus."
    ),
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


class PartsField(forms.MultipleChoiceField):
    """The parts of a text that something written to it concerns, in printed order."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            required=False,
            label=gettext_lazy("The parts it concerns"),
            help_text=gettext_lazy("Without any, it concerns the text as a whole."),
            widget=forms.CheckboxSelectMultiple,
            error_messages={
                "invalid_choice": gettext_lazy(
                    "One of the parts is not in this text. Choose the parts anew."
                )
            },
            **options,
        )

    def of(self, consideration: Consideration) -> None:
        known = anchors.of_text(consideration.revision.text)
        self.choices = [(part.anchor, part.name) for part in known.values()]


class AnswerForm(forms.Form):
    """The answers this text takes, none of them chosen in advance."""

    use_required_attribute = False
    # What a field is for stands in its label; "optional" would say less, and too often.
    marks_optional = False

    kind = forms.ChoiceField(
        label=gettext_lazy("Your answer"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose one of the answers."),
            "invalid_choice": gettext_lazy("Choose one of the answers."),
        },
    )
    text = OwnText()
    would_join = OwnText(
        label=gettext_lazy("What wording would let you join?"),
        help_text=gettext_lazy("Only beside an objection; it may be left empty."),
    )
    until = forms.DateField(
        label=gettext_lazy("Until when, if you ask for time"),
        required=False,
        help_text=gettext_lazy("The day by which your state will answer."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": gettext_lazy("Write the day as year, month and day.")},
    )
    parts = PartsField()
    digest = forms.CharField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, consideration: Consideration, today: date, **options: Any
    ) -> None:
        """today: at the place of the meeting; time is asked for until a later day."""
        super().__init__(*args, **options)
        self.today = today
        self.fields["parts"].of(consideration)
        kinds = procedure.course(consideration).answers
        self.fields["kind"].choices = [(kind, LABELS[Kind(kind)]) for kind in kinds]
        hints = UNDER_SILENCE if consideration.under_silence else HINTS
        self.fields["kind"].choice_hints = {
            str(Kind(kind).value): hints.get(Kind(kind), "") for kind in kinds
        }
        if consideration.before_ministers:
            self.fields["text"].label = _("Reason, if you return the plan")
            del self.fields["would_join"], self.fields["until"]
        elif consideration.under_silence:
            self.fields["text"].label = _("Your reason, or the text of the amendment")
        else:
            self.fields["text"].label = _("Text of a reservation, or your reason")

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        kind, text = given.get("kind"), given.get("text")
        if kind == Kind.APPROVES and text:
            self.add_error("text", self._beside_approval())
        elif kind and kind != Kind.APPROVES and "text" in given and not text:
            self.add_error("text", self._missing(kind))
        if kind and kind != Kind.OBJECTS and given.get("would_join"):
            self.add_error(
                "would_join",
                _("This belongs to an objection. Empty the box, or choose “Object”."),
            )
        if kind in (Kind.APPROVES, Kind.ASKS_FOR_TIME):
            # Parts belong to a text that is printed or answered, and are none that could be lost.
            given["parts"] = []
        if kind == Kind.ASKS_FOR_TIME:
            self._check_until(given)
        elif kind:
            # A day means nothing beside another answer, and is no text that could be lost.
            given["until"] = None
        return given

    def _check_until(self, given: dict[str, Any]) -> None:
        until = given.get("until")
        if until is None and "until" not in self.errors:
            self.add_error("until", _("Say until which day your state asks for time."))
        elif until is not None and until <= self.today:
            self.add_error("until", _("Choose a day after today."))

    @property
    def said(self) -> Said:
        """What a valid form says."""
        given = self.cleaned_data
        return Said(
            given["kind"],
            given["text"],
            given.get("would_join", ""),
            given.get("until"),
            tuple(given.get("parts", ())),
        )

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
            Kind.OBJECTS: _("Write why you object."),
            Kind.AMENDS: _("Write the amendment you propose."),
            Kind.ASKS_FOR_TIME: _("Write why your state needs more time."),
            Kind.RETURNS: _("Write why you return the plan; the reason goes on the record."),
        }[Kind(kind)]


class CheckedAnswerForm(Checked, AnswerForm):
    """The same answer carried through the check, with the declaration of who gives it."""

    carries = ("kind", "text", "would_join", "until", "parts")


class NoteField(forms.FileField):
    """The note of a delegation, read and checked by what it is."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            allow_empty_file=True,
            widget=forms.FileInput(attrs={"accept": instructions.ACCEPTED}),
            help_text=gettext_lazy("A PDF, or a picture of the page (JPEG, PNG), at most 5 MB."),
            **options,
        )

    def clean(self, data: Any, initial: Any = None) -> instructions.Attached | None:
        upload = super().clean(data, initial)
        if not upload:
            return None
        try:
            # One byte more than is allowed tells that it is too large.
            return instructions.attach(upload.read(instructions.MAX_BYTES + 1), upload.name)
        except instructions.NotANote as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        except OSError as error:
            raise forms.ValidationError(
                _("The file could not be kept: %(reason)s. Try it again.")
                % {"reason": error.strerror}
            ) from error


class RecordForm(AnswerForm):
    """A position that came to the secretariat in a note: whose it is, what it says, the note."""

    voice = forms.ChoiceField(
        label=gettext_lazy("Who signed the note?"),
        help_text=gettext_lazy("The head of delegation or the alternate of a state with a seat."),
        error_messages={
            "required": gettext_lazy("Choose who signed the note."),
            "invalid_choice": gettext_lazy("Choose one of the persons listed."),
        },
    )
    note = NoteField(
        label=gettext_lazy("The note"),
        error_messages=dict.fromkeys(
            ("required", "missing", "invalid"), gettext_lazy("Attach the note.")
        ),
    )

    field_order = ["voice", "kind", "text", "would_join", "until", "parts", "note"]

    def __init__(
        self, *args: Any, voices: Any, kept: instructions.Attached | None = None, **options: Any
    ) -> None:
        """voices: seat and appointment of everybody who may sign. kept: a note taken before."""
        super().__init__(*args, **options)
        self.fields["kind"].label = _("What it says")
        self.fields["would_join"].label = _("What wording would let the state join?")
        self.fields["until"].help_text = _("The day by which the state will answer.")
        self.fields["voice"].choices = [("", _("Choose a person"))] + [
            (str(basis.pk), f"{seat.state}: {basis.person}, {basis.capacity}")
            for seat, basis in voices
        ]
        self.kept = kept
        if kept is not None:
            self.fields["note"].required = False
            self.fields["note"].label = _("Another note, instead of %(name)s") % {"name": kept.name}

    def clean_note(self) -> instructions.Attached | None:
        return self.cleaned_data["note"] or self.kept


class CheckedRecordForm(CheckedAnswerForm):
    """The same carried through the check; the note itself has been kept on the server."""

    voice = forms.CharField(widget=forms.HiddenInput)
    sha256 = forms.CharField(widget=forms.HiddenInput)


class RulingForm(forms.Form):
    """Whether the text waits for a state that asks for time, and why."""

    use_required_attribute = False
    marks_optional = False

    granted = forms.ChoiceField(
        label=gettext_lazy("Your decision"),
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), gettext_lazy("Choose what you decide.")
        ),
    )
    text = OwnText(label=gettext_lazy("Words to the delegation; needed if you refuse"))

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["granted"].choices = choices

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("granted") == "no" and not given.get("text"):
            self.add_error("text", _("Say why there is no more time; the delegation will read it."))
        return given
