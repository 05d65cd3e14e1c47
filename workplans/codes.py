"""Codes of documents: short enough to type from paper, and none leads to another.

Twelve signs out of 31 that do not look alike. Eleven are drawn by lot, 54 bits, so that no code is
found by trying. The twelfth makes the weighted sum of all a multiple of 31; as that is a prime, one
wrong sign and two changed places are always noticed.
"""

from __future__ import annotations

import re
import secrets
import unicodedata

from django.conf import settings

# Without 0, 1, I, L and O.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 12


def new() -> str:
    """A code nobody has used."""
    drawn = "".join(secrets.choice(ALPHABET) for _sign in range(LENGTH - 1))
    return next(code for sign in ALPHABET if is_sound(code := drawn + sign))


def is_sound(code: str) -> bool:
    """Whether a code can be one: its signs, its length and the last sign fit."""
    if len(code) != LENGTH or set(code) - set(ALPHABET):
        return False
    total = sum(weight * ALPHABET.index(sign) for weight, sign in enumerate(code, 1))
    return total % len(ALPHABET) == 0


def read(typed: str) -> str:
    """A code as somebody typed it, in the form it is kept in; of its soundness nothing is said."""
    signs = unicodedata.normalize("NFKC", typed).upper()
    return re.sub(r"[^0-9A-Z]", "", signs)


def grouped(code: str) -> str:
    """As it is printed: in groups of four."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def address(code: str) -> str:
    """The page that says what became of the document; under no language, so that it stays short."""
    return f"{settings.PORTAL_URL}/verify/{grouped(code)}/"
