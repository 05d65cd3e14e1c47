"""Dates as records have them: a day, a month or a year (domain rule 12).

A partial date is kept as ISO 8601 text cut off where the record stops ("2019-09"), so that
nothing can print a day nobody wrote down, and text order is date order.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Length
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_FORM = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$")


@dataclass(frozen=True)
class PartialDate:
    """A date known to the day, the month or the year."""

    year: int
    month: int | None = None
    day: int | None = None

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Read "2019", "2019-09" or "2019-09-18"; for anything else ValueError says why not."""
        found = _FORM.match(text.strip())
        if not found:
            raise ValueError(f"“{text}” is not a date of the form 2019, 2019-09 or 2019-09-18")
        year, month, day = (int(part) if part else None for part in found.groups())
        assert year is not None
        try:
            date(year, month or 1, day or 1)
        except ValueError as error:
            raise ValueError(f"“{text}” is not a day of the calendar") from error
        return cls(year, month, day)

    @classmethod
    def of(cls, day: date) -> PartialDate:
        return cls(day.year, day.month, day.day)

    @property
    def iso(self) -> str:
        parts = [f"{self.year:04d}"]
        if self.month:
            parts.append(f"{self.month:02d}")
        if self.day:
            parts.append(f"{self.day:02d}")
        return "-".join(parts)

    @property
    def precision(self) -> str:
        return "day" if self.day else "month" if self.month else "year"

    @property
    def first(self) -> date:
        """The earliest day this may mean."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def last(self) -> date:
        """The latest day this may mean."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def __str__(self) -> str:
        if self.day and self.month:
            return _("%(day)d %(month)s %(year)d") % {
                "day": self.day,
                "month": MONTHS[self.month],
                "year": self.year,
            }
        if self.month:
            return _("%(month)s %(year)d") % {"month": MONTHS[self.month], "year": self.year}
        return str(self.year)


def span(begins: PartialDate | None, ends: PartialDate | None) -> str:
    """How a beginning and an end are written together: "16–17 September 2025"."""
    if begins is None or ends is None or begins == ends:
        one = begins or ends
        return str(one) if one else ""
    if begins.day and ends.day and (begins.year, begins.month) == (ends.year, ends.month):
        return f"{begins.day}–{ends}"
    same_year = begins.year == ends.year and begins.month and ends.month
    if same_year and begins.precision == ends.precision:
        head = MONTHS[begins.month]  # type: ignore[index]
        start = f"{begins.day} {head}" if begins.day else str(head)
        return f"{start} – {ends}"
    return f"{begins} – {ends}"


class PartialDateFormField(forms.CharField):
    """A box that takes a day, a month or a year."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["help_text"] = kwargs.get("help_text") or gettext_lazy(
            "A day, a month or a year: 2027-03-11, 2027-03 or 2027."
        )
        # The value is a date and not a text, so its length says nothing.
        kwargs.pop("max_length", None)
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value.iso if isinstance(value, PartialDate) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, PartialDate):
            return value
        text = super().to_python(value)
        if not text:
            return None
        try:
            return PartialDate.parse(text)
        except ValueError as error:
            raise ValidationError(
                _("Write a day, a month or a year, for example 2027-03-11, 2027-03 or 2027.")
            ) from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.to_python(initial), data)


if TYPE_CHECKING:
    TextColumn = models.CharField[PartialDate | str | None, Any]
else:
    TextColumn = models.CharField


class PartialDateField(TextColumn):
    """A PartialDate in the database, as its ISO text."""

    description = gettext_lazy("A date known to the day, the month or the year")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 10)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return PartialDate.parse(value) if value else None

    def to_python(self, value: Any) -> PartialDate | None:
        if value in (None, ""):
            return None
        if isinstance(value, PartialDate):
            return value
        if isinstance(value, date):
            return PartialDate.of(value)
        try:
            return PartialDate.parse(str(value))
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def get_prep_value(self, value: Any) -> str | None:
        found = self.to_python(value)
        return found.iso if found else None

    def value_to_string(self, obj: models.Model) -> str:
        return self.get_prep_value(self.value_from_object(obj)) or ""

    def clean(self, value: Any, model_instance: Any) -> Any:
        found = self.to_python(value)
        self.validate(found, model_instance)
        return found

    def formfield(self, **kwargs: Any) -> Any:
        kwargs.setdefault("form_class", PartialDateFormField)
        return super().formfield(**kwargs)


# Lets a query ask how exact a date is: ten characters are a day.
PartialDateField.register_lookup(Length)
