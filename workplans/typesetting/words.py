"""The words documents use for the values of an order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

ACTIVITY_KINDS = {
    "forum": _("Forum"),
    "training": _("Training"),
    "competition": _("Competition"),
    "exhibition": _("Exhibition"),
    "project": _("Project"),
    "working_group": _("Working group"),
    "platform": _("Platform"),
    "other": _("Other activity"),
}
STATES = {
    "planned": pgettext_lazy("activity", "Planned"),
    "under_way": pgettext_lazy("activity", "Under way"),
    "completed": pgettext_lazy("activity", "Completed"),
    "continuing": pgettext_lazy("activity", "Continuing"),
    "postponed": pgettext_lazy("activity", "Postponed"),
    "cancelled": pgettext_lazy("activity", "Cancelled"),
}
POSITIONS = {
    "approves": pgettext_lazy("position", "Approves"),
    "approves_with_reservation": pgettext_lazy("position", "Approves with a reservation"),
    "objects": pgettext_lazy("position", "Objects"),
    "asks_for_time": pgettext_lazy("position", "Asks for time"),
    "proposes_amendment": pgettext_lazy("position", "Proposes an amendment"),
    "returns": pgettext_lazy("position", "Returns"),
    "no_objection": pgettext_lazy("position", "No objection"),
    "no_objection_time_asked": pgettext_lazy("position", "No objection; had asked for time"),
    "none": pgettext_lazy("position", "No position on record"),
}
STATEMENTS = {
    "reservation": _("Reservation"),
    "interpretative_statement": _("Interpretative statement"),
    "interpretation": _("Interpretative statement"),
    "explanation": _("Explanation of position"),
    "explanation_of_position": _("Explanation of position"),
    "objection": _("Objection"),
    "statement": _("Statement"),
}
EDITIONS = {
    "draft": pgettext_lazy("edition", "Draft"),
    "working_draft": pgettext_lazy("edition", "Working draft"),
    "circulated": pgettext_lazy("edition", "Text as circulated"),
    "under_silence": pgettext_lazy("edition", "Interim text under silence"),
    "comparison": pgettext_lazy("edition", "Comparison of two texts"),
    "adopted": pgettext_lazy("edition", "Text as adopted"),
    "approved": pgettext_lazy("edition", "Text as approved"),
    "report": pgettext_lazy("edition", "Report to the summit"),
    "handed_over": pgettext_lazy("edition", "Hand-over note"),
    "stated": pgettext_lazy("edition", "Chair’s statement – not adopted"),
    "receipt": pgettext_lazy("edition", "Receipt"),
}
# What lies across every page of a text that nobody has decided.
WATERMARKS = {
    "draft": _("Draft – not for citation"),
    "working_draft": _("Draft – not circulated"),
    "circulated": _("Circulated – not adopted"),
    "under_silence": _("Interim – under silence"),
}
DISTRIBUTIONS = {
    "General": pgettext_lazy("distribution", "General"),
    "Restricted": pgettext_lazy("distribution", "Restricted"),
}
LANGUAGES = {
    "am": pgettext_lazy("language", "Amharic"),
    "ar": pgettext_lazy("language", "Arabic"),
    "en": pgettext_lazy("language", "English"),
    "es": pgettext_lazy("language", "Spanish"),
    "fa": pgettext_lazy("language", "Persian"),
    "fr": pgettext_lazy("language", "French"),
    "hi": pgettext_lazy("language", "Hindi"),
    "id": pgettext_lazy("language", "Indonesian"),
    "pt": pgettext_lazy("language", "Portuguese"),
    "ru": pgettext_lazy("language", "Russian"),
    "zh": pgettext_lazy("language", "Chinese"),
}
RIGHT_TO_LEFT = {"ar", "fa", "he", "ur"}


def word(table: Mapping[str, Any], value: str | None) -> str:
    """The word for a value; a value without one is printed as it stands, so nothing is lost."""
    if not value:
        return ""
    return str(table[value]) if value in table else value.replace("_", " ").capitalize()


def language(code: str) -> str:
    return word(LANGUAGES, code.split("-")[0].lower())


def direction(code: str) -> str:
    return "rtl" if code.split("-")[0].lower() in RIGHT_TO_LEFT else "ltr"
