"""Asking for a day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from secretariat.dates import PartialDate


class DayField(forms.DateField):
    """A day. A month or a year is not one, and the refusal says so."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            input_formats=["%Y-%m-%d"],
            error_messages={
                "required": _("Choose a day, or write it like 2019-09-18."),
                "invalid": _("This is not a day of the calendar. Write it like 2019-09-18."),
            },
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            **kwargs,
        )

    def to_python(self, value: Any) -> date | None:
        try:
            return super().to_python(value)
        except forms.ValidationError as refusal:
            vague = _too_vague(str(value))
            raise forms.ValidationError(vague) if vague else refusal from None


def _too_vague(text: str) -> str:
    """That a month or a year is no day; "" for what is neither."""
    try:
        partial = PartialDate.parse(text)
    except ValueError:
        return ""
    words = {
        "month": _t("%(date)s is a month, and one day is needed. Write one like %(day)s."),
        "year": _t("%(date)s is a year, and one day is needed. Write one like %(day)s."),
    }.get(partial.precision, "")
    return words % {"date": partial, "day": partial.first.isoformat()}


class DayForm(forms.Form):
    """Which day is asked about."""

    on = DayField(label=_("Date"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.errors:
            # A browser's own calendar would drop what is no day; the text sent stays to be mended.
            self.fields["on"].widget = forms.TextInput(attrs={"class": "input--short"})
