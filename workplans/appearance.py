"""How marked words look to a reader: which words, in which style, and in which style before.

A comparison (workplans/wording.py) marks a text as it is written, signs included, so that nothing
of it can be lost. A reader sees no sign: they see words that became strong, or lead elsewhere.
No database, no clock.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum

from workplans.prose import PLAIN, Bit, Sort, Style, bits
from workplans.wording import Mark, Marked, Passage, Run, Runs


class Side(Enum):
    """Which of the two texts is looked at."""

    BOTH = "both"
    OLD = "old"
    NEW = "new"


@dataclass(frozen=True)
class Look:
    """Words in one style, and what became of them.

    style: of what was deleted, the one it had; of all else the one it has. was: the style that kept
    words had before, where it is another. cell: no words, but the border between two cells.
    """

    mark: Mark
    text: str
    style: Style = PLAIN
    was: Style | None = None
    cell: bool = False

    @property
    def differs(self) -> bool:
        """Whether a reader has to be told something."""
        return self.mark is not Mark.KEPT or self.was is not None


class _Text:
    """One of the two texts of a passage, with what is seen at each of its places."""

    def __init__(self, runs: Runs, without: Mark, *, prose: bool, row: bool) -> None:
        text = "".join(run.text for run in runs if run.mark is not without)
        self.bits = bits(text, row=row) if prose else _unstyled(text)
        self.begins = [bit.begin for bit in self.bits]
        self.place = 0

    def step(self, length: int) -> Iterator[tuple[int, int, Bit]]:
        """The bits of the next so many characters, each with the part of it that is among them."""
        end = self.place + length
        number = bisect_right(self.begins, self.place) - 1
        while self.place < end:
            bit = self.bits[number]
            until = min(end, bit.end)
            yield self.place, until, bit
            self.place, number = until, number + 1


def _unstyled(text: str) -> list[Bit]:
    return [Bit(0, len(text), text)] if text else []


def _seen(begin: int, end: int, bit: Bit) -> str:
    """What a reader sees of a part of a bit: an escaped sign is seen with its last character."""
    if len(bit.text) == bit.end - bit.begin:
        return bit.text[begin - bit.begin : end - bit.begin]
    return bit.text if end == bit.end else ""


def looks(passage: Passage, side: Side = Side.BOTH) -> tuple[Look, ...]:
    """The words of a passage as a reader sees them."""
    both = _joined(_looks(passage))
    if side is Side.BOTH:
        return both
    return _joined(
        _as_it_was(look) if side is Side.OLD else look for look in both if _on(look, side)
    )


def _as_it_was(look: Look) -> Look:
    return look if look.was is None else replace(look, style=look.was, was=look.style)


def _on(look: Look, side: Side) -> bool:
    return look.mark is not (Mark.INSERTED if side is Side.OLD else Mark.DELETED)


def _looks(passage: Passage) -> Iterator[Look]:
    """What parts the cells of a row is a sign of the text in which it is one."""
    runs, prose = passage.body, passage.prose
    old = _Text(runs, Mark.INSERTED, prose=prose, row=passage.before is Sort.ROW)
    new = _Text(runs, Mark.DELETED, prose=prose, row=passage.sort is Sort.ROW)
    for run in runs:
        if run.mark is Mark.KEPT:
            yield from _kept(run, old, new)
            continue
        text = old if run.mark is Mark.DELETED else new
        for begin, end, bit in text.step(len(run.text)):
            yield Look(run.mark, _seen(begin, end, bit), bit.style, cell=bit.cell)


def _kept(run: Run, old: _Text, new: _Text) -> Iterator[Look]:
    """Kept words may be seen otherwise than before; a sign may be seen that was not, or no more."""
    offset = old.place - new.place
    before = list(old.step(len(run.text)))
    for begin, end, bit in new.step(len(run.text)):
        for was_begin, was_end, was in before:
            first, last = max(begin, was_begin - offset), min(end, was_end - offset)
            if first >= last:
                continue
            now = _seen(first, last, bit)
            then = _seen(first + offset, last + offset, was)
            if now == then and bit.cell is was.cell:
                yield Look(
                    Mark.KEPT,
                    now,
                    bit.style,
                    None if was.style == bit.style else was.style,
                    bit.cell,
                )
                continue
            yield Look(Mark.DELETED, then, was.style, cell=was.cell)
            yield Look(Mark.INSERTED, now, bit.style, cell=bit.cell)


def _joined(found: Iterable[Look]) -> tuple[Look, ...]:
    seen: list[Look] = []
    for look in (one for one in found if one.text or one.cell):
        last = seen[-1] if seen else None
        if last and _alike(last, look):
            seen[-1] = replace(last, text=last.text + look.text)
        elif (
            last and last.mark is Mark.DELETED and look.mark is Mark.INSERTED and _same(last, look)
        ):
            # Only signs between the words differ: they are the same words.
            was = None if last.style == look.style else last.style
            seen[-1:] = []
            kept = Look(Mark.KEPT, look.text, look.style, was, look.cell)
            if seen and _alike(seen[-1], kept):
                seen[-1] = replace(seen[-1], text=seen[-1].text + kept.text)
            else:
                seen.append(kept)
        else:
            seen.append(look)
    return tuple(seen)


def _alike(one: Look, other: Look) -> bool:
    """Whether two stretches read on as one."""
    return not one.cell and replace(one, text="") == replace(other, text="")


def _same(one: Look, other: Look) -> bool:
    return one.text == other.text and one.cell is other.cell


def cells(passage: Passage, side: Side = Side.BOTH) -> list[list[Look]]:
    """The words of a row of a table, cell by cell."""
    found: list[list[Look]] = [[]]
    for look in looks(passage, side):
        if look.cell:
            found.append([])
        else:
            found[-1].append(look)
    return found[1:-1] if len(found) > 2 else found


def plain(marked: Marked) -> str:
    """The marks as signs, for text without any other: "[-deleted-] {+inserted+} {~restyled~}"."""
    lines = []
    for passage in marked.passages:
        if passage.sort is Sort.RULE:
            continue
        dash = "- " if passage.sort is Sort.POINT else ""
        if passage.sort is Sort.NUMBER:
            dash = "".join(run.text for run in passage.lead if not run.deleted)
        told = cells(passage) if passage.sort is Sort.ROW else [looks(passage)]
        lines.append(dash + " | ".join("".join(_signs(tuple(cell))).strip() for cell in told))
    return "\n".join(lines)


def _signs(found: tuple[Look, ...]) -> Iterator[str]:
    for before, look in zip((None, *found), found, strict=False):
        if before and before.mark is Mark.DELETED and look.mark is Mark.INSERTED:
            yield " "
        if look.mark is Mark.INSERTED:
            yield f"{{+{look.text}+}}"
        elif look.mark is Mark.DELETED:
            yield f"[-{look.text}-]"
        else:
            yield f"{{~{look.text}~}}" if look.was is not None else look.text
