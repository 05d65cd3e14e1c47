"""Prose: the texts of a plan, with the few signs that make headings, lists, tables and emphasis.

A prose text stays legible wherever it goes – in a plain box, a spreadsheet, a mail, the canonical
form – and no text of it can be anything but words to a browser. Its signs are those people know
from plain mail:

    ### A heading                        a line of its own
    - a point      1. a numbered point   a line each
    | a cell | another |                 a row of a table on each line; a row of dashes below the
                                         first makes that one its head
    **strong**  *emphasised*             within a line
    [words](https://example.org)         a link: http, https or mailto

Paragraphs are parted by an empty line and go on over single line breaks. A sign that does not find
its partner is a plain character, and a backslash makes any sign one. Emphasis needs no space beside
it, since not every script parts its words. No database, no clock.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import groupby
from typing import NamedTuple

import regex


class Sort(Enum):
    """How a piece of a text is set. A line is a fact of its own, in a field that holds a list."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    POINT = "point"
    NUMBER = "number"
    ROW = "row"
    RULE = "rule"
    LINE = "line"

    @property
    def together(self) -> Sort | None:
        """As what pieces of this sort stand together on a page: a list, a table, lines of facts."""
        if self in (Sort.PARAGRAPH, Sort.HEADING):
            return None
        return Sort.ROW if self is Sort.RULE else self


class Style(NamedTuple):
    """How words stand out. link: where they lead, or nothing."""

    strong: bool = False
    emphasis: bool = False
    link: str = ""


PLAIN = Style()


class Span(NamedTuple):
    """Words in one style."""

    text: str
    style: Style = PLAIN


Spans = tuple[Span, ...]


@dataclass(frozen=True)
class Piece:
    """A piece of a text as it stands there: a paragraph, a heading, a point, a row of a table.

    The text is what its pieces say one after the other, each as lead, body and tail: the sign it
    begins with, its words with the signs in them, the line breaks after it.
    """

    sort: Sort
    lead: str
    body: str
    tail: str

    @property
    def source(self) -> str:
        return self.lead + self.body


@dataclass(frozen=True)
class Block:
    """What a page sets as one: a paragraph, a heading, a list or a table.

    spans: the words of a paragraph or heading. items: the points of a list. rows: the cells of a
    table; headed: whether its first row is its head. start: the number a numbered list begins with.
    source: the block as it was written.
    """

    sort: Sort
    source: str
    spans: Spans = ()
    items: tuple[Spans, ...] = ()
    rows: tuple[tuple[Spans, ...], ...] = ()
    headed: bool = False
    start: int = 1

    @property
    def words(self) -> str:
        """Its words without any sign, a line for each point or row."""
        if self.sort is Sort.ROW:
            return "\n".join(" · ".join(map(words_of, row)) for row in self.rows)
        if self.items:
            return "\n".join(map(words_of, self.items))
        return words_of(self.spans)


class Bit(NamedTuple):
    """A stretch of a piece's body, from begin to end, and what a reader sees of it.

    A sign that sets a style is seen as nothing. cell: whether it parts two cells of a row.
    """

    begin: int
    end: int
    text: str
    style: Style = PLAIN
    cell: bool = False


_CLUSTER = regex.compile(r"\X")
_GAP = re.compile(r"\n(?:[ \t]*\n)*")
Signs = tuple[tuple[Sort, re.Pattern[str]], ...]
_LEADS: Signs = (
    (Sort.POINT, re.compile(r"[ \t]*-[ \t]+(?=\S)")),
    (Sort.NUMBER, re.compile(r"[ \t]*[0-9]{1,3}\.[ \t]+(?=\S)")),
    (Sort.HEADING, re.compile(r"[ \t]*#{1,3}[ \t]+(?=\S)")),
    (Sort.ROW, re.compile(r"[ \t]*(?=\|[^\n]*\|[ \t]*(?:\n|$))")),
)
_RULE = re.compile(r"(?:\|[ \t]*:?-+:?[ \t]*)+\|[ \t]*")
# One sign each on a line; only a paragraph goes on over line breaks.
_FLOWS = (Sort.PARAGRAPH,)

_ESCAPED = r"\\[\\*\[\]()|#.-]"
_LINK = re.compile(
    r"\[((?:" + _ESCAPED + r"|[^\[\]\n|])+)\]\(((?:https?://|mailto:)[^\s()<>|\"]+)\)",
    re.IGNORECASE,
)
_SIGN = re.compile(_ESCAPED + r"|\*+|\||\n")
_STYLES = {1: ("emphasis",), 2: ("strong",), 3: ("strong", "emphasis")}
# Signs at the beginning of a line that would make something else of a plain paragraph.
_BEGINS = re.compile(r"(?m)^([ \t]*)(?:(#{1,3}[ \t])|([0-9]{1,3})(\.[ \t])|(\|))")


def pieces(text: str, *, plain: bool = False) -> list[Piece]:
    """The pieces of a text with "\\n" at the ends of lines, in which nothing of it is lost.

    plain: the text is none of prose; all that is set apart in it are the points of lists.
    """
    signs = _LEADS[:1] if plain else _LEADS
    found: list[Piece] = []
    begin = 0
    while begin < len(text):
        sort, lead = _lead(text, begin, signs)
        end = begin + len(lead)
        while True:
            gap = _GAP.search(text, end)
            if gap is None:
                end = after = len(text)
                break
            end, after = gap.span()
            parted = sort not in _FLOWS or gap[0].count("\n") > 1
            if parted or _lead(text, after, signs)[0] is not Sort.PARAGRAPH:
                break
            end = after
        body = text[begin + len(lead) : end]
        if sort is Sort.ROW and _RULE.fullmatch(body):
            sort = Sort.RULE
        found.append(Piece(sort, lead, body, text[end:after]))
        begin = after
    return found


def lines(text: str) -> list[Piece]:
    """The same of a text that holds one fact on each line."""
    found: list[Piece] = []
    begin = 0
    while begin < len(text):
        gap = _GAP.search(text, begin)
        end, after = gap.span() if gap else (len(text), len(text))
        found.append(Piece(Sort.LINE, "", text[begin:end], text[end:after]))
        begin = after
    return found


def _lead(text: str, place: int, signs: Signs) -> tuple[Sort, str]:
    """The sign a piece begins with, unless what follows it belongs to its last space."""
    for sort, sign in signs:
        found = sign.match(text, place)
        if not found:
            continue
        if sort is Sort.ROW:
            return sort, found[0]
        cluster = _CLUSTER.match(text, found.end() - 1)
        if cluster.end() == found.end():
            return sort, found[0]
    return Sort.PARAGRAPH, ""


def bits(body: str, *, row: bool = False) -> list[Bit]:
    """What a reader sees of a piece's body, stretch by stretch and in order.

    row: whether “|” parts cells.
    """
    signs = [
        (found.start(), found.end(), _kind(found[0], row), found[0])
        for found in _SIGN.finditer(body)
    ]
    taken = {begin + 1 for begin, _end, kind, _value in signs if kind == "escape"}
    links = [found for found in _LINK.finditer(body) if found.start() not in taken]
    if links:
        addresses = [(found.end(1), found.end()) for found in links]
        signs = [sign for sign in signs if not _inside(sign[0], addresses)]
        signs += [(found.start(), found.start() + 1, "link", found[2]) for found in links]
        signs += [(begin, end, "unlink", "") for begin, end in addresses]
        signs.sort()
    return list(_styled(body, signs))


def _inside(place: int, stretches: list[tuple[int, int]]) -> bool:
    """Whether a place lies in one of some stretches, which stand in order."""
    before = bisect_right(stretches, (place, len(stretches) and stretches[-1][1]))
    return before > 0 and place < stretches[before - 1][1]


def _kind(sign: str, row: bool) -> str:
    if sign[0] == "\\":
        return "escape"
    if sign == "\n":
        return "break"
    if sign == "|":
        return "cell" if row else "text"
    return "stars" if len(sign) in _STYLES else "text"


def _styled(body: str, signs: list[tuple[int, int, str, str]]) -> Iterator[Bit]:
    turns = _paired(body, signs)
    style, place = PLAIN, 0
    for number, (begin, end, kind, value) in enumerate(signs):
        if place < begin:
            yield Bit(place, begin, body[place:begin], style)
        if kind == "stars":
            turned = turns.get(number, ())
            spare = end - begin - sum(2 if name == "strong" else 1 for name in turned)
            if spare:
                yield Bit(begin, begin + spare, "*" * spare, style)
            if turned:
                yield Bit(begin + spare, end, "", style)
            style = Style(
                style.strong != ("strong" in turned),
                style.emphasis != ("emphasis" in turned),
                style.link,
            )
        elif kind in ("link", "unlink"):
            yield Bit(begin, end, "", style)
            style = style._replace(link=value)
        elif kind == "cell":
            yield Bit(begin, end, "", style, cell=True)
        else:
            text = {"escape": value[1:], "break": " "}.get(kind, value)
            yield Bit(begin, end, text, style)
        place = end
    if place < len(body):
        yield Bit(place, len(body), body[place:], style)


def _paired(body: str, signs: list[tuple[int, int, str, str]]) -> dict[int, tuple[str, ...]]:
    """Which styles each run of stars turns on or off; a star without a partner turns nothing."""
    turns: dict[int, list[str]] = {}
    waiting: dict[str, int] = {}
    for number, (begin, end, kind, _value) in enumerate(signs):
        if kind == "cell":
            waiting = {}
        if kind != "stars":
            continue
        opens = end < len(body) and not body[end].isspace()
        closes = begin > 0 and not body[begin - 1].isspace()
        for name in _STYLES[end - begin]:
            if name in waiting and closes:
                for one in (waiting.pop(name), number):
                    turns.setdefault(one, []).append(name)
            elif name not in waiting and opens:
                waiting[name] = number
    return {number: tuple(names) for number, names in turns.items()}


def spans(body: str) -> Spans:
    """The words of a paragraph, a heading or a point, in their styles."""
    return _joined(bits(body.strip()))


def cells(body: str) -> tuple[Spans, ...]:
    """The cells of a row."""
    found: list[list[Bit]] = [[]]
    for bit in bits(body.strip(), row=True):
        if bit.cell:
            found.append([])
        else:
            found[-1].append(bit)
    return tuple(_stripped(_joined(cell)) for cell in found[1:-1])


def _joined(found: list[Bit]) -> Spans:
    seen = [bit for bit in found if bit.text]
    return tuple(
        Span("".join(bit.text for bit in run), style)
        for style, run in groupby(seen, key=lambda bit: bit.style)
    )


def _stripped(found: Spans) -> Spans:
    texts = [span.text for span in found]
    if texts:
        texts[0], texts[-1] = texts[0].lstrip(), texts[-1].rstrip() if len(texts) > 1 else ""
        if len(texts) == 1:
            texts = [found[0].text.strip()]
    kept = zip(texts, found, strict=True)
    return tuple(Span(text, span.style) for text, span in kept if text)


def words_of(found: Spans) -> str:
    """Words without their styles."""
    return "".join(span.text for span in found)


def blocks(text: str) -> list[Block]:
    """A text as a page sets it. Points that an empty line parts are one list all the same."""
    found: list[Block] = []
    clean = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    group: list[Piece] = []
    for piece in (one for one in pieces(clean) if one.source.strip()):
        if group and not _goes_on(group[-1], piece):
            found.append(_gathered(group))
            group = []
        group.append(piece)
    return [*found, _gathered(group)] if group else found


def _goes_on(last: Piece, piece: Piece) -> bool:
    """Whether a piece belongs to the list or the table in which the last one stands."""
    sort = piece.sort.together
    if sort is None or last.sort.together is not sort:
        return False
    return sort is not Sort.ROW or last.tail.count("\n") == 1


def _gathered(group: list[Piece]) -> Block:
    source = "\n".join(piece.source.strip() for piece in group)
    sort = group[0].sort.together
    if sort is None:
        return Block(group[0].sort, source, spans=spans(group[0].body))
    if sort is not Sort.ROW:
        first = group[0].lead.strip().rstrip(".")
        start = int(first) if sort is Sort.NUMBER else 1
        return Block(sort, source, items=tuple(spans(piece.body) for piece in group), start=start)
    rows = [cells(piece.body) for piece in group if piece.sort is Sort.ROW]
    wide = max((len(row) for row in rows), default=0)
    even = tuple((*row, *[()] * (wide - len(row))) for row in rows)
    headed = len(group) > 1 and group[1].sort is Sort.RULE
    return Block(sort, source, rows=even, headed=headed)


def words(text: str) -> str:
    """A text without its signs, for where none can be shown."""
    return "\n\n".join(block.words for block in blocks(text))


def escaped(text: str) -> str:
    """Prose that says what a plain text says. Lines that begin with “- ” stay points of a list."""
    found = re.sub(r"\\(?=[\\*\[\]()|#.-])", r"\\\\", text).replace("*", r"\*")
    found = _LINK.sub(lambda link: "\\" + link[0], found)
    return _BEGINS.sub(_plainly, found)


def _plainly(found: re.Match[str]) -> str:
    space, heading, number, dot, bar = found.groups()
    if number:
        return f"{space}{number}\\{dot}"
    return f"{space}\\{heading or bar}"
