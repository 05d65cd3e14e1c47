"""How somebody wants to be told of what has no legal effect."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from secretariat.models import Person

Mailing = Person.Mailing


class MailingForm(forms.Form):
    """Three levels and no more."""

    use_required_attribute = False

    mailing = forms.ChoiceField(
        label=gettext_lazy("Notices without legal effect"),
        choices=Mailing.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one of the three.")},
    )

    def __init__(self, *args: Any, hour: int, zone: str, **options: Any) -> None:
        super().__init__(*args, **options)
        daily = gettext_lazy("In one mail, on days with something to tell, from %(hour)s %(zone)s.")
        self.fields["mailing"].choice_hints = {  # type: ignore[attr-defined]
            Mailing.AT_ONCE.value: gettext_lazy("Each in a mail of its own."),
            Mailing.DAILY.value: str(daily) % {"hour": f"{hour:02}:00", "zone": zone},
            Mailing.OFF.value: gettext_lazy("They stand on your page of notices only."),
        }
