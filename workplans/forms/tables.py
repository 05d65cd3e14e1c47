"""Choosing a table of activities, and taking what was seen of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from workplans import tables
from workplans.sheets import MAX_BYTES, XLSX_TYPE, Unreadable
from workplans.tables import Table


class TableForm(forms.Form):
    """A file with a table, which is read here; `table` is what it holds."""

    file = forms.FileField(
        label=gettext_lazy("File with the table"),
        help_text=gettext_lazy("XLSX or CSV, at most 5 MB and 2,000 rows."),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": f".xlsx,.csv,text/csv,{XLSX_TYPE}"}),
        error_messages=dict.fromkeys(
            ("required", "missing", "invalid"), gettext_lazy("Choose a file.")
        ),
    )
    table: Table

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        try:
            # One byte more than is allowed tells that it is too large.
            self.table = tables.read(upload.read(MAX_BYTES + 1))
        except Unreadable as refusal:
            raise ValidationError(str(refusal)) from refusal
        return upload


class TakeForm(forms.Form):
    """Which table was looked at, and over which draft it was laid."""

    table = forms.CharField(widget=forms.HiddenInput, max_length=64)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
