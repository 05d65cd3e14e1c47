"""Narrowing the list of documents."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from workplans.models import Document


class DocumentFilter(forms.Form):
    """Which documents to list; a choice left open narrows nothing."""

    kind = forms.ChoiceField(label=_("Kind of document"), required=False)
    year = forms.TypedChoiceField(
        label=_("Year of the plan"), required=False, coerce=int, empty_value=None
    )

    def __init__(self, *args: Any, years: list[int], notes: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [kind for kind in Document.Kind if notes or kind != Document.Kind.HAND_OVER_NOTE]
        self.fields["kind"].choices = [
            ("", _("Every kind")),
            *((kind.value, kind.label) for kind in kinds),
        ]
        self.fields["year"].choices = [("", _("Every year")), *((year, year) for year in years)]
