"""What can go wrong in typesetting, said to the people who can mend it."""

from __future__ import annotations


class TypesettingError(Exception):
    """A document that cannot be typeset; its text is one plain sentence that says why."""
