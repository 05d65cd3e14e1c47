"""What states say in the room, one group of fields for each; and the head's confirmation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from secretariat.dates import PartialDate
from workplans.forms.answering import OwnText
from workplans.forms.declaring import Declared
from workplans.models import Heard, Position
from workplans.operations.answering import Said
from workplans.queries import Answer, Board

NOTHING, TAKEN_BACK = "", "taken_back"
LABELS = {
    Position.Kind.APPROVES: gettext_lazy("Approves"),
    Position.Kind.RESERVES: gettext_lazy("Approves with a reservation"),
    Position.Kind.OBJECTS: gettext_lazy("Objects"),
}


def _so_far(answer: Answer, before: Heard | None) -> str:
    """What is on record of a state, and what was written down and waits to be confirmed."""
    said = []
    if answer.position:
        facts = {
            "position": answer.position.get_kind_display(),
            "day": PartialDate.of(answer.position.on),
        }
        said.append(_("On record: %(position)s, %(day)s.") % facts)
    if before:
        words = _("Written down and not confirmed yet: %(position)s.")
        said.append(words % {"position": before.get_kind_display()})
        if before.text:
            said.append(f"“{before.text}”")
    return " ".join(said)


class HearingForm(forms.Form):
    """For each seat what its state said, and the words of a reservation or an objection."""

    use_required_attribute = False
    marks_optional = False

    digest = forms.CharField(widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, board: Board, **options: Any) -> None:
        """board: the seats, what is on record, and what waits to be confirmed."""
        super().__init__(*args, **options)
        self.seats = [answer.seat for answer in board.answers]
        for answer in board.answers:
            self._ask(answer, board.waiting.get(answer.seat.pk))

    def _ask(self, answer: Answer, before: Heard | None) -> None:
        seat = answer.seat
        choices: list[tuple[str, Any]] = [(NOTHING, _("Nothing to write down"))]
        if before is not None:
            choices = [(NOTHING, _("Leave it as it is")), (TAKEN_BACK, _("Take it back"))]
        self.fields[f"kind-{seat.pk}"] = forms.ChoiceField(
            label=seat.state.name,
            help_text=_so_far(answer, before),
            required=False,
            choices=[*choices, *LABELS.items()],
            initial=NOTHING,
            widget=forms.RadioSelect,
            error_messages={"invalid_choice": _("Choose one of the answers.")},
        )
        self.fields[f"text-{seat.pk}"] = OwnText(
            label=_("Words of %(state)s") % {"state": seat.state.name},
            required=False,
            widget=forms.Textarea(attrs={"rows": 2, "placeholder": " "}),
        )

    def groups(self) -> list[dict[str, Any]]:
        """The fields seat by seat, for the page."""
        return [
            {
                "seat": seat,
                "kind": self[f"kind-{seat.pk}"],
                "text": self[f"text-{seat.pk}"],
            }
            for seat in self.seats
        ]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        for seat in self.seats:
            kind, text = given.get(f"kind-{seat.pk}"), given.get(f"text-{seat.pk}")
            needs = kind in (Position.Kind.RESERVES, Position.Kind.OBJECTS)
            facts = {"state": seat.state.name}
            if needs and not text:
                self.add_error(
                    f"text-{seat.pk}", _("Write the words of %(state)s; they go with it.") % facts
                )
            elif text and not needs:
                self.add_error(
                    f"kind-{seat.pk}",
                    _(
                        "There are words of %(state)s. Choose the answer they belong to, or empty "
                        "the box."
                    )
                    % facts,
                )
        if not self.errors and not self.said:
            raise forms.ValidationError(_("Choose what at least one state said."))
        return given

    @property
    def said(self) -> dict[int, Said | None]:
        """What a valid form says, by the seat; None takes back what was written down before."""
        found: dict[int, Said | None] = {}
        for seat in self.seats:
            kind = self.cleaned_data.get(f"kind-{seat.pk}")
            if kind == TAKEN_BACK:
                found[seat.pk] = None
            elif kind:
                found[seat.pk] = Said(kind, self.cleaned_data.get(f"text-{seat.pk}", ""))
        return found


class ConfirmForm(Declared):
    """That whoever speaks for a state stands by what was written down in the room."""

    use_required_attribute = False

    digest = forms.CharField(widget=forms.HiddenInput)
