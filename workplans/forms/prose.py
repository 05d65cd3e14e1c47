"""The box in which a prose text is written."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from workplans.prose import page

HINT = gettext_lazy(
    "An empty line parts paragraphs. Lines that begin with “- ” form a list, with “1. ” a numbered "
    "one, with “### ” a heading. **Two stars** make words strong."
)


def editable(text: str) -> SafeString:
    """A text as the editor begins with it: its headings stand below that of the page."""
    return page.html(text, 2)


class ProseBox(forms.Textarea):
    """A plain box that a script dresses with formatting (static/js/prose.js).

    The text in it is prose in either case; beside it stands what the script begins with.
    """

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        # As an attribute it is escaped like any other text.
        context["widget"]["attrs"]["data-prose"] = "".join(editable(value or ""))
        return context
