"""Writing directions in a laid-out tree: what a browser finds out by itself, told to WeasyPrint.

WeasyPrint knows no dir="auto", and orders a line element by element: a phrase of the other
direction keeps its order only inside an element that carries its direction. Here both are written
into the tree. No word of it changes, and a phrase may begin in one element and end in another, as
it does where a part of it is inserted or deleted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement

from workplans.typesetting.passages import opposite, own_direction, phrases

# What holds lines of text; in anything else that asks for its direction only that is set.
LINES = {"p", "li", "td", "dd", "h2", "h3", "h4"}
# What goes through a line with its words; anything else inside one stands there as a whole.
INLINE = {"a", "b", "code", "del", "em", "i", "ins", "s", "span", "strong", "sub", "sup", "u"}
# What is whole and yet no line of its own.
SMALL = {"bdi", "br", "img", "svg"}


@dataclass(frozen=True)
class _Piece:
    """Text, or one whole element, with the inline elements it stands in; where it begins."""

    begin: int
    text: str
    element: Element | None
    inside: tuple[Element, ...]


def resolve(root: Element, direction: str) -> None:
    """Give every element with dir="auto" the direction of its first letter, in place.

    direction: that of an element without letters. Inside a line, each phrase of the other
    direction gets an element of its own.
    """
    for element in list(root.iter()):
        if element.get("dir") == "auto":
            own = own_direction("".join(_said(element)), direction)
            element.set("dir", own)
            if element.tag in LINES:
                _order(element, own)


def _said(element: Element) -> Iterator[str]:
    """The words a direction is taken from: those that stand apart in a line do not count."""
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str) and child.tag != "bdi":
            yield from _said(child)
        yield child.tail or ""


def _pieces(element: Element, inside: tuple[Element, ...] = (), begin: int = 0) -> Iterator[_Piece]:
    if element.text:
        yield _Piece(begin, element.text, None, inside)
        begin += len(element.text)
    for child in element:
        if child.tag in INLINE:
            for piece in _pieces(child, (*inside, child), begin):
                yield piece
                begin = piece.begin + len(piece.text)
        else:
            yield _Piece(begin, "", child, inside)
        if child.tail:
            yield _Piece(begin, child.tail, None, inside)
            begin += len(child.tail)


def _order(line: Element, own: str) -> None:
    pieces = list(_pieces(line))
    found = list(phrases("".join(piece.text for piece in pieces), opposite(own)))
    if not found:
        return
    cut = [part for piece in pieces for part in _cut(piece, found)]
    places = _places(cut, found)
    attributes, tail = dict(line.attrib), line.tail
    line.clear()
    line.attrib.update(attributes)
    line.tail = tail
    for place, group in groupby(zip(cut, places, strict=True), key=lambda item: item[1]):
        holder = line
        if place is not None:
            holder = SubElement(line, "span", {"dir": opposite(own)})
        _rebuild(holder, [piece for piece, _place in group])


def _cut(piece: _Piece, found: list[tuple[int, int]]) -> Iterator[_Piece]:
    """The piece, parted where a phrase begins or ends inside it."""
    end = piece.begin + len(piece.text)
    borders = sorted(
        {border for phrase in found for border in phrase if piece.begin < border < end}
    )
    begins = [piece.begin, *borders]
    for begin, until in zip(begins, [*borders, end], strict=True):
        text = piece.text[begin - piece.begin : until - piece.begin]
        yield _Piece(begin, text, piece.element, piece.inside)


def _places(pieces: list[_Piece], found: list[tuple[int, int]]) -> list[int | None]:
    """For each piece, which phrase it belongs to, if it does.

    A small element belongs where its neighbour in the same element does, so that what is inserted
    is not torn from the words that say so. A block belongs to none.
    """
    places = [
        None if piece.element is not None else _phrase_at(piece.begin, found) for piece in pieces
    ]
    for index, piece in enumerate(pieces):
        if piece.element is None or _local(piece.element) not in SMALL:
            continue
        for near in (index + 1, index - 1):
            if 0 <= near < len(pieces) and pieces[near].inside == piece.inside:
                places[index] = places[near]
                break
    return places


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _phrase_at(place: int, found: list[tuple[int, int]]) -> int | None:
    return next((n for n, (begin, end) in enumerate(found) if begin <= place < end), None)


def _rebuild(holder: Element, pieces: list[_Piece]) -> None:
    """Put pieces into an element, in copies of the elements they stood in."""
    open_now: list[tuple[Element, Element]] = []
    for piece in pieces:
        kept = 0
        while (
            kept < min(len(open_now), len(piece.inside)) and open_now[kept][0] is piece.inside[kept]
        ):
            kept += 1
        del open_now[kept:]
        for original in piece.inside[kept:]:
            parent = open_now[-1][1] if open_now else holder
            open_now.append((original, SubElement(parent, original.tag, dict(original.attrib))))
        target = open_now[-1][1] if open_now else holder
        if piece.element is not None:
            piece.element.tail = None
            target.append(piece.element)
        elif len(target):
            target[-1].tail = (target[-1].tail or "") + piece.text
        else:
            target.text = (target.text or "") + piece.text
