"""Choosing two texts of a plan to compare, and bringing the draft back to one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from workplans.snapshots import Snapshot


class CompareForm(forms.Form):
    """Two texts of a plan, each by its code. In the address they are "from" and "to"."""

    older = forms.ChoiceField(label=_("From"))
    newer = forms.ChoiceField(label=_("To"))

    def __init__(self, data: Any = None, *, snapshots: list[Snapshot], **options: Any) -> None:
        super().__init__(data, **options)
        for name in ("older", "newer"):
            self.fields[name].choices = list(_grouped(snapshots))

    def add_prefix(self, field_name: str) -> str:
        # Django also asks for the prefix of a field's id.
        return {"older": "from", "newer": "to"}.get(field_name, field_name)


def _grouped(snapshots: list[Snapshot]) -> Iterator[tuple[str, Any]]:
    """The draft by itself; then what was circulated, which has a name, apart from the rest."""
    for found in snapshots:
        if found.held is None:
            yield found.code, found.label
    for heading, kind in (
        (_("Circulated texts"), "revision"),
        (_("As somebody left the draft"), "sitting"),
    ):
        of_kind = [(found.code, found.label) for found in snapshots if getattr(found, kind)]
        if of_kind:
            yield str(heading), of_kind


class RestoreForm(forms.Form):
    """The version of the draft on the person's screen."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
