"""Pasted text as the portal keeps it. No database, no clock."""

from __future__ import annotations

from typing import Any

# What other programs mean by these is a new line; Word’s own is the vertical tab.
_LINES = dict.fromkeys((0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029), "\n")
# Signs that show nothing and join nothing. What shapes Hindi, Persian or Arabic words (U+200C,
# U+200D) and what sets a direction stays.
_DROPPED = dict.fromkeys(
    (
        *(code for code in range(0x20) if code not in (0x09, 0x0A)),
        *range(0x7F, 0xA0),
        *range(0xD800, 0xE000),
        *range(0xFDD0, 0xFDF0),
        *(plane * 0x10000 + last for plane in range(17) for last in (0xFFFE, 0xFFFF)),
        0xFEFF,
    )
)
_TABLE: dict[int, str | None] = {**_DROPPED, **_LINES}


def legible(text: str) -> str:
    """A text with one kind of line end and no sign that nobody can see or print."""
    return text.replace("\r\n", "\n").translate(_TABLE)


def legible_in(value: Any) -> Any:
    """The same for every text in lists and mappings, so that a database can hold them."""
    if isinstance(value, str):
        return legible(value)
    if isinstance(value, list):
        return [legible_in(item) for item in value]
    if isinstance(value, dict):
        return {legible(str(key)): legible_in(item) for key, item in value.items()}
    return value
