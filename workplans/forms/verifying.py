"""Asking what became of a document."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from workplans import verification


class LookUpForm(forms.Form):
    """A code, a symbol or a digest, as it was typed."""

    use_required_attribute = False
    marks_optional = False

    q = forms.CharField(
        label=_("Code, symbol or digest"),
        help_text=_("For example K7QM-3XHB-9TAD, or the 64 signs of a SHA-256."),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class DigestForm(forms.Form):
    """The SHA-256 of a file that somebody computed without this page."""

    use_required_attribute = False

    sha256 = forms.CharField(
        label=_("SHA-256 of your file"),
        max_length=300,
        error_messages={"required": _("Paste the SHA-256 of your file.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_sha256(self) -> str:
        found = verification.digest_in(self.cleaned_data["sha256"])
        if not found:
            raise forms.ValidationError(
                _("A SHA-256 has 64 signs, each a digit or a letter from a to f; this has not.")
            )
        return found
