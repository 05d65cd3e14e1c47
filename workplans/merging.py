"""Two people saved the same part: what becomes of each field. No database, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# What a part says, field by field, in values JSON can hold. A field that is not there says "".
Values = dict[str, Any]


@dataclass(frozen=True)
class Merge:
    """Both people's fields together.

    `values` holds what would be saved; where both changed the same field differently, that is
    one's own text. `theirs` names the fields taken over from the other person, `clashes` those
    about which the two disagree.
    """

    values: Values
    theirs: tuple[str, ...] = ()
    clashes: tuple[str, ...] = ()

    def beside(self, saved: Values) -> Values:
        """What can be saved without deciding anything: a disputed field stays as it is saved."""
        return {**self.values, **{name: saved.get(name, "") for name in self.clashes}}


def merge(opened: Values, saved: Values, mine: Values) -> Merge:
    """One's own changes laid over what is saved now.

    opened: what the page showed when it was opened; None for a field of which that is not known.
    saved: what the database says now. mine: what was sent; a field that was not sent was not
    touched.
    """
    values: Values = {}
    theirs, clashes = [], []
    for name in [*mine, *(name for name in saved if name not in mine)]:
        was, now = opened.get(name, ""), saved.get(name, "")
        own = mine.get(name, was)
        if own == was and now != was:
            values[name] = now
            theirs.append(name)
        else:
            values[name] = own
            if own != now and now != was:
                clashes.append(name)
    return Merge(values, tuple(theirs), tuple(clashes))
