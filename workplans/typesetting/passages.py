"""Texts as paragraphs, lists and tables, numbered through one document."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from workplans import prose
from workplans.prose import Sort, Spans
from workplans.prose.page import in_style

# Hebrew, Arabic, Syriac, Thaana, N’Ko and their presentation forms.
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_STRONG = {"L": "ltr", "R": "rtl", "AL": "rtl"}


def opposite(direction: str) -> str:
    return "rtl" if direction == "ltr" else "ltr"


def phrases(text: str, other: str) -> Iterator[tuple[int, int]]:
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
    other = opposite(direction)
    if own_direction(text, direction) == other:
        return format_html('<span dir="{}">{}</span>', other, text)
    pieces: list[str] = []
    last = 0
    for begin, end in phrases(text, other):
        pieces.append(escape(text[last:begin]))
        pieces.append(format_html('<span dir="{}">{}</span>', other, text[begin:end]))
        last = end
    pieces.append(escape(text[last:]))
    return SafeString("".join(pieces))


def directed_spans(spans: Spans, direction: str) -> SafeString:
    """The same of words in several styles; a phrase is one element whatever stands out in it."""
    text = prose.words_of(spans)
    other = opposite(direction)
    if direction == "ltr" and not _RIGHT_TO_LEFT.search(text):
        apart = []
    elif own_direction(text, direction) == other:
        apart = [(0, len(text))]
    else:
        apart = list(phrases(text, other))
    found: list[str] = []
    last = 0
    for begin, end in apart:
        found.append(_between(spans, last, begin))
        found.append(format_html('<span dir="{}">{}</span>', other, _between(spans, begin, end)))
        last = end
    found.append(_between(spans, last, len(text)))
    return SafeString("".join(found))


def _between(spans: Spans, begin: int, end: int) -> SafeString:
    """The words from one place to another, in their styles."""
    found: list[str] = []
    place = 0
    for span in spans:
        words = span.text[max(0, begin - place) : max(0, end - place)]
        if words:
            found.append(in_style(escape(words), span.style))
        place += len(span.text)
    return SafeString("".join(found))


@dataclass(frozen=True)
class Block:
    """A paragraph, with its number if it has one, a heading, a list or a table."""

    block: prose.Block
    number: int | None = None

    @property
    def is_paragraph(self) -> bool:
        return self.block.sort is Sort.PARAGRAPH

    @property
    def is_heading(self) -> bool:
        return self.block.sort is Sort.HEADING

    @property
    def is_numbered(self) -> bool:
        return self.block.sort is Sort.NUMBER

    @property
    def words(self) -> str:
        return self.block.words

    @property
    def spans(self) -> Spans:
        return self.block.spans

    @property
    def items(self) -> tuple[Spans, ...]:
        return self.block.items

    @property
    def head(self) -> tuple[Spans, ...]:
        """The first row of a table, where it is its head."""
        return self.block.rows[0] if self.block.headed else ()

    @property
    def rows(self) -> tuple[tuple[Spans, ...], ...]:
        return self.block.rows[1:] if self.block.headed else self.block.rows


def plain_blocks(text: str) -> list[Block]:
    """The paragraphs and lists of a plain text, unnumbered."""
    return [Block(block) for block in prose.blocks(prose.escaped(text))]


@dataclass
class Numbering:
    """Counts the paragraphs of one document and remembers where each text stands."""

    last: int = 0
    places: list[tuple[int, str]] = field(default_factory=list)

    def blocks(self, text: str) -> list[Block]:
        """The blocks of a prose text. Each paragraph has the next number; what follows it, a list
        or a table, belongs to it."""
        found = []
        for block in prose.blocks(text):
            numbered = block.sort is Sort.PARAGRAPH
            self.last += numbered
            found.append(Block(block, self.last if numbered else None))
            self.places.append((self.last, block.words))
        return found

    def plain_blocks(self, text: str) -> list[Block]:
        """The same of a plain text."""
        return self.blocks(prose.escaped(text))
