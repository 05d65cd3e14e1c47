"""Whom to appoint to what, when an appointment ends, and the password of a new account."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from secretariat.delegations import Order, Problem
from secretariat.forms.states import DayField
from secretariat.models import Appointment, Authority, State
from secretariat.permissions import NEEDS_A_BASIS
from secretariat.standing import Function, Level

# A user name is an address, and is no longer than this.
LONGEST_ADDRESS = 150
# Whoever writes a later year has mistyped it.
LAST_YEAR = 2199

WHAT_IT_GIVES = {
    Function.HEAD: _("States the position of the state. One at a time."),
    Function.ALTERNATE: _("States the position of the state as the head does."),
    Function.DELEGATE: _("Reads what is before the delegation; states no position."),
    Function.OBSERVER: _("Reads what is before the meetings it attends; states no position."),
    Function.MINISTER: _("Approves or returns the plan for the state at the ministers’ meeting."),
    Function.FOCAL_POINT: _("Appoints and ends the people of the state. Needs a letter or note."),
    Function.CHAIR: _("Chairs the Advisory Group while the state presides. One at a time."),
    Function.SECRETARIAT: _("Writes, convenes and circulates while the state presides."),
}


class OneLine(forms.CharField):
    """A text in one line: whatever white space was pasted with it becomes a single space."""

    def to_python(self, value: Any) -> str:
        return " ".join(str(super().to_python(value)).split())


class AuthorityChoice(forms.ModelChoiceField):
    def label_from_instance(self, authority: Any) -> str:
        return str(authority.name)


class Mended(forms.Form):
    """A form whose days can be mended, and which says what stands in the way of the act."""

    use_required_attribute = False

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        for name, day in list(given.items()):
            if isinstance(day, date) and day.year > LAST_YEAR:
                self.add_error(name, _t("Check the year of this day."))
        return given

    def add_problems(self, problems: tuple[Problem, ...]) -> None:
        """Each beside its field where the form has it."""
        for problem in problems:
            self.add_error(problem.field if problem.field in self.fields else None, problem.text)

    def keep_what_was_typed(self) -> None:
        """A browser's own calendar would drop what is no day; as text it stays to be mended."""
        for name in self.errors:
            if name in self.fields and isinstance(self.fields[name], DayField):
                self.fields[name].widget = forms.TextInput(attrs={"class": "input--short"})


class AppointForm(Mended):
    """Whom to appoint: what the letter says, and what the record needs."""

    name = OneLine(
        label=_("Name"),
        max_length=150,
        help_text=_("As it is to stand on the record and beside a position."),
        error_messages={"required": _("Write the name of the person.")},
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=LONGEST_ADDRESS,
        help_text=_("Of this person alone. It becomes the user name."),
        error_messages={"required": _("Write the e-mail address of the person.")},
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    function = forms.ChoiceField(
        label=_("Function"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the functions.")},
    )
    level = forms.ChoiceField(
        label=_("Level"),
        choices=Level.choices,
        widget=forms.RadioSelect,
        help_text=_("Ministers are at ministerial level; a chair is no expert."),
        error_messages={"required": _("Choose the level the letter names.")},
    )
    authority = AuthorityChoice(
        label=_("Authority"),
        queryset=Authority.objects.none(),
        required=False,
        empty_label=_("Not named"),
        help_text=_("The ministry or agency the person comes from, as it is called today."),
    )
    since = DayField(label=_("First day"))
    last = DayField(
        label=_("Last day"),
        required=False,
        help_text=_("Left empty if the letter names none."),
    )
    basis = OneLine(
        label=_("Letter or note"),
        required=False,
        max_length=200,
        help_text=_(
            "What appoints, with its date, such as “Note verbale 12/2027 of 3 May 2027”. Needed "
            "for a head, a minister, a chair and a focal point."
        ),
    )

    def __init__(
        self,
        *args: Any,
        state: State,
        functions: Iterable[str],
        day: date,
        replacing: Appointment | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.state, self.replacing = state, replacing
        authorities = Authority.objects.on(day).filter(state=state)
        self.fields["authority"].queryset = authorities
        self.initial.setdefault("since", day)
        if replacing is not None:
            del self.fields["function"]
            self.fields["basis"].required = replacing.function in NEEDS_A_BASIS
            self.initial.setdefault("level", replacing.level)
            self.initial.setdefault("authority", replacing.authority_id)
        else:
            offered = [Function(function) for function in functions]
            self.fields["function"].choices = [(f.value, f.label) for f in offered]
            self.fields["function"].choice_hints = {f.value: WHAT_IT_GIVES[f] for f in offered}
            if len(offered) == 1:
                self.initial.setdefault("function", offered[0].value)
            leading = [authority.pk for authority in authorities if authority.leads]
            if len(leading) == 1:
                self.initial.setdefault("authority", leading[0])

    @property
    def order(self) -> Order:
        facts = self.cleaned_data
        last: date | None = facts["last"]
        return Order(
            name=facts["name"],
            email=facts["email"].lower(),
            function=self.replacing.function if self.replacing else facts["function"],
            state=self.state,
            since=facts["since"],
            until=last + timedelta(days=1) if last else None,
            level=facts["level"],
            authority=facts["authority"],
            basis=facts["basis"],
        )


class EndForm(Mended):
    """When an appointment ends and why; one that has not begun is withdrawn, whatever the day."""

    until = DayField(
        label=_("From which day?"),
        help_text=_("From this day the person has no right from this appointment any more."),
    )
    reason = OneLine(
        label=_("Reason"),
        max_length=500,
        help_text=_(
            "Such as the letter that ends it. The person reads it, and it stays on the record."
        ),
        error_messages={
            "required": _("Write why the appointment ends; the reason stays on record.")
        },
    )

    def __init__(self, *args: Any, appointment: Appointment, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.withdraws = not appointment.has_begun(day)
        if self.withdraws:
            del self.fields["until"]
        self.initial.setdefault("until", day)


class AccountForm(SetPasswordForm):
    """The password of a new account, twice."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first, second = self.fields["new_password1"], self.fields["new_password2"]
        first.label, second.label = _t("Password"), _t("The same password again")
        first.help_text = _t(
            "At least 12 characters: a sentence is easy to keep in mind and hard to guess. Not "
            "numbers alone, not your name or address, and none that many people use."
        )
        second.help_text = ""
        first.error_messages["required"] = _t("Choose a password.")
        second.error_messages["required"] = _t("Write the password once more.")
