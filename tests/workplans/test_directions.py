"""Directions in a laid-out tree: found as a browser finds them, and no word changed or moved."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
import tinyhtml5
from hypothesis import given
from hypothesis import strategies as st

from workplans.typesetting.directions import resolve

ARABIC = "تعقد الدول"


def resolved(markup: str, direction: str = "ltr") -> str:
    root = tinyhtml5.parse(markup, namespace_html_elements=False)
    resolve(root, direction)
    body: Any = root.find("body")
    return "".join(ElementTree.tostring(child, encoding="unicode") for child in body)


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        # The first letter decides; what has none takes the document's.
        ("<p dir=auto>Forum</p>", '<p dir="ltr">Forum</p>'),
        (f"<p dir=auto>2027 {ARABIC}</p>", f'<p dir="rtl">2027 {ARABIC}</p>'),
        ("<p dir=auto>2027</p>", '<p dir="ltr">2027</p>'),
        # The words for those who hear a mark stand apart, and decide nothing.
        (
            f"<p dir=auto><ins><bdi>inserted: </bdi>{ARABIC}</ins></p>",
            f'<p dir="rtl"><ins><bdi>inserted: </bdi>{ARABIC}</ins></p>',
        ),
        # A phrase of the other direction gets an element of its own,
        (
            f"<p dir=auto>{ARABIC} UNIDO 2027.</p>",
            f'<p dir="rtl">{ARABIC} <span dir="ltr">UNIDO 2027</span>.</p>',
        ),
        # also where a part of it is inserted: the mark is not torn from its words,
        (
            f"<p dir=auto>{ARABIC} <ins><bdi>+</bdi>Foo<bdi>-</bdi></ins> Bar {ARABIC}</p>",
            f'<p dir="rtl">{ARABIC} <span dir="ltr"><ins><bdi>+</bdi>Foo<bdi>-</bdi></ins> Bar'
            f"</span> {ARABIC}</p>",
        ),
        # and parted only where the phrase begins or ends inside it.
        (
            f"<p dir=auto>See <b>the {ARABIC}</b> there</p>",
            f'<p dir="ltr">See <b>the </b><span dir="rtl"><b>{ARABIC}</b></span> there</p>',
        ),
        # A list goes where its points go; a block inside a point stays whole and in its place.
        (
            f"<ul dir=auto><li dir=auto>{ARABIC}</li></ul>",
            f'<ul dir="rtl"><li dir="rtl">{ARABIC}</li></ul>',
        ),
        (
            f"<ul><li dir=auto>One {ARABIC}<ul><li>{ARABIC}</li></ul> tail</li></ul>",
            f'<ul><li dir="ltr">One <span dir="rtl">{ARABIC}</span><ul><li>{ARABIC}</li></ul> tail'
            "</li></ul>",
        ),
        # What says its direction keeps it.
        (f"<p dir=ltr>{ARABIC}</p>", f'<p dir="ltr">{ARABIC}</p>'),
    ],
)
def test_a_line_is_ordered_as_a_browser_orders_it(markup: str, expected: str) -> None:
    assert resolved(markup) == expected


def test_an_element_without_letters_takes_the_direction_of_the_document() -> None:
    assert resolved("<p dir=auto>–</p>", "rtl") == '<p dir="rtl">–</p>'


WORDS = st.sampled_from(["Forum", "UNIDO 2027", ARABIC, " ", "(", ".", "12", "नवाचार", "厦门"])
PIECES = st.lists(st.tuples(st.sampled_from(["", "ins", "del", "b"]), WORDS), max_size=12)


@given(PIECES)
def test_no_word_is_lost_moved_or_stripped_of_its_mark(pieces: list[tuple[str, str]]) -> None:
    markup = "".join(
        f"<{mark}><bdi>{mark}:</bdi>{word}<bdi>/</bdi></{mark}>" if mark else word
        for mark, word in pieces
    )
    root = tinyhtml5.parse(f"<p dir=auto>{markup}</p>", namespace_html_elements=False)
    before = list(_letters(root))
    resolve(root, "ltr")
    assert list(_letters(root)) == before
    assert root.find(".//p").get("dir") in ("ltr", "rtl")


def _letters(element: Any, marks: tuple[str, ...] = ()) -> Any:
    """Every character with the marks it stands in."""
    inside = (*marks, element.tag) if element.tag in ("ins", "del", "b", "bdi") else marks
    yield from ((letter, inside) for letter in element.text or "")
    for child in element:
        yield from _letters(child, inside)
        yield from ((letter, inside) for letter in child.tail or "")
