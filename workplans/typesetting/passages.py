"""Plain text as paragraphs and lists, numbered through one document."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

# Hebrew, Arabic, Syriac, Thaana, N’Ko and their presentation forms.
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_STRONG = {"L": "ltr", "R": "rtl", "AL": "rtl"}


def _phrases(text: str, other: str) -> Iterator[tuple[int, int]]:
    """Where the phrases of the other direction begin and end.

    A phrase runs from its first letter to its last, over the spaces, signs and numbers between; one
    from left to right keeps the number that follows it ("PartNIR 2027").
    """
    begin = end = -1
    for index, character in enumerate(text):
        kind = unicodedata.bidirectional(character)
        strong = _STRONG.get(kind)
        if strong == other:
            begin = index if begin < 0 else begin
            end = index + 1
        elif begin >= 0 and strong:
            yield begin, end
            begin = -1
        elif begin >= 0 and kind == "EN" and other == "ltr":
            end = index + 1
    if begin >= 0:
        yield begin, end


def own_direction(text: str, direction: str) -> str:
    """The direction of a text's first letter; that of the document if it has none."""
    if direction == "ltr" and not _RIGHT_TO_LEFT.search(text):
        return "ltr"
    strong = (_STRONG.get(unicodedata.bidirectional(character)) for character in text)
    return next((found for found in strong if found), direction)


def directed(text: str, direction: str) -> SafeString:
    """Escaped text in which each phrase of the other direction stands in one element of its own.

    WeasyPrint orders text run by run; a phrase that shares a line with other elements keeps its
    order only inside an element that carries its direction. A text that begins in the other
    direction is one such phrase to its end.
    """
    if direction == "ltr" and not _RIGHT_TO_LEFT.search(text):
        return escape(text)
    other = "rtl" if direction == "ltr" else "ltr"
    if own_direction(text, direction) == other:
        return format_html('<span dir="{}">{}</span>', other, text)
    pieces: list[str] = []
    last = 0
    for begin, end in _phrases(text, other):
        pieces.append(escape(text[last:begin]))
        pieces.append(format_html('<span dir="{}">{}</span>', other, text[begin:end]))
        last = end
    pieces.append(escape(text[last:]))
    return SafeString("".join(pieces))


@dataclass(frozen=True)
class Block:
    """One paragraph, with its number if it has one, or one list."""

    number: int | None = None
    text: str = ""
    points: tuple[str, ...] = ()


def blocks(text: str) -> list[Block]:
    """The paragraphs and lists of a plain text, unnumbered."""
    found: list[Block] = []
    for chunk in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")):
        prose: list[str] = []
        points: list[str] = []
        for line in (line.strip() for line in chunk.split("\n")):
            if line.startswith("- "):
                if prose:
                    found.append(Block(text=" ".join(prose)))
                    prose = []
                points.append(line[2:].strip())
            elif line:
                if points:
                    found.append(Block(points=tuple(points)))
                    points = []
                prose.append(line)
        if prose:
            found.append(Block(text=" ".join(prose)))
        if points:
            found.append(Block(points=tuple(points)))
    return found


@dataclass
class Numbering:
    """Counts the paragraphs of one document and remembers where each text stands."""

    last: int = 0
    places: list[tuple[int, str]] = field(default_factory=list)

    def blocks(self, text: str) -> list[Block]:
        """The text's blocks; each paragraph has the next number, a list belongs to the last one."""
        found = []
        for block in blocks(text):
            if block.text:
                self.last += 1
                block = Block(number=self.last, text=block.text)
            found.append(block)
            self.places.append((self.last, block.text or "\n".join(block.points)))
        return found
