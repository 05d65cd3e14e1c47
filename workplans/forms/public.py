"""Narrowing the list of documents."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from workplans.models import Document


class DocumentFilter(forms.Form):
    """Which documents to list; a choice left open narrows nothing."""

    kind = forms.ChoiceField(
        label=_("Kind of document"),
        required=False,
        choices=[("", _("Every kind")), *Document.Kind.choices],
    )
    year = forms.TypedChoiceField(
        label=_("Year of the plan"), required=False, coerce=int, empty_value=None
    )

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [("", _("Every year")), *((year, year) for year in years)]
