"""The few signs of prose: what they make, what they leave alone, and that no text is lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workplans import prose
from workplans.prose import PLAIN, Sort, Span, Style
from workplans.prose.page import html

STRONG, SLANTED, BOTH = Style(strong=True), Style(emphasis=True), Style(True, True)
SIGNS = (
    "**",
    "*",
    "***",
    "\\",
    "\\*",
    "[",
    "](https://e.org/a)",
    "](javascript:x)",
    "|",
    " | ",
    "#",
)
SIGNS += (
    "\n",
    "\n\n",
    "\n- ",
    "\n1. ",
    "\n### ",
    "\n| ",
    " |\n",
    "| --- |\n",
    " ",
    ".",
    "-",
    "<b>",
)
SIGNS += ("राष्ट्रीय", "创新", "ابتكار", "ፈጠራ", "forum", "a\u0301", "\u200d", "&", "2027")
texts = st.lists(st.sampled_from(SIGNS), max_size=30).map("".join)


@settings(max_examples=300, deadline=None)
@given(texts)
def test_the_pieces_of_a_text_are_the_text(text):
    for found in (prose.pieces(text), prose.pieces(text, plain=True), prose.lines(text)):
        assert "".join(piece.lead + piece.body + piece.tail for piece in found) == text


@settings(max_examples=300, deadline=None)
@given(texts, st.booleans())
def test_every_character_is_seen_or_is_a_sign(text, row):
    place = 0
    for bit in prose.bits(text, row=row):
        assert bit.begin == place < bit.end
        assert not bit.text or bit.text in (text[bit.begin : bit.end], " ", text[bit.end - 1])
        place = bit.end
    assert place == len(text)


@settings(max_examples=300, deadline=None)
@given(texts)
def test_what_was_plain_says_the_same_when_it_is_escaped(text):
    found = prose.blocks(prose.escaped(text))
    assert {block.sort for block in found} <= {Sort.PARAGRAPH, Sort.POINT}
    spans = [span for block in found for span in (*block.spans, *sum(block.items, ()))]
    assert all(span.style == PLAIN for span in spans)
    said = " ".join(block.words for block in found)
    plain = " ".join(piece.body for piece in prose.pieces(text.strip("\n"), plain=True))
    assert said.split() == plain.split()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80) | texts)
def test_a_page_never_holds_anything_but_words(text):
    page = html(text)
    assert "<script" not in page and "javascript:" not in page.replace("](javascript:", "")
    assert "<b>" not in page


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("a **b** c", [("a ", PLAIN), ("b", STRONG), (" c", PLAIN)]),
        ("*a* ***b***", [("a", SLANTED), (" ", PLAIN), ("b", BOTH)]),
        ("**a*b***", [("a", STRONG), ("b", BOTH)]),
        ("中文**粗体。**中文", [("中文", PLAIN), ("粗体。", STRONG), ("中文", PLAIN)]),
        ("5 * 3 * 2", [("5 * 3 * 2", PLAIN)]),
        ("a * b*", [("a * b*", PLAIN)]),
        ("**open", [("**open", PLAIN)]),
        ("****", [("****", PLAIN)]),
        ("\\*a\\*", [("*a*", PLAIN)]),
        ("C:\\dir", [("C:\\dir", PLAIN)]),
        ("one\ntwo", [("one two", PLAIN)]),
        ("[shall] [may]", [("[shall] [may]", PLAIN)]),
        ("[x](javascript:alert(1))", [("[x](javascript:alert(1))", PLAIN)]),
        (
            "[a **b**](https://e.org/x_*y*)",
            [
                ("a ", Style(link="https://e.org/x_*y*")),
                ("b", Style(strong=True, link="https://e.org/x_*y*")),
            ],
        ),
        ("\\[a](https://e.org/)", [("[a](https://e.org/)", PLAIN)]),
    ],
)
def test_within_a_line(text, spans):
    (block,) = prose.blocks(text)
    assert block.spans == tuple(Span(*span) for span in spans)


def test_a_table_with_and_without_a_head():
    with_head, without = prose.blocks("| a | b |\n|---|:-:|\n| 1 | 2 \\| 3 |\n\n| x |\n| y | z |")
    assert with_head.headed and not without.headed
    assert [[prose.words_of(cell) for cell in row] for row in with_head.rows] == [
        ["a", "b"],
        ["1", "2 | 3"],
    ]
    assert [[prose.words_of(cell) for cell in row] for row in without.rows] == [
        ["x", ""],
        ["y", "z"],
    ]


def test_headings_and_lists_stand_apart_from_paragraphs():
    found = prose.blocks("A text:\n- one\n\n- two\n3. three\n4. four\n## Head\nand more\nof it")
    assert [block.sort for block in found] == [
        Sort.PARAGRAPH,
        Sort.POINT,
        Sort.NUMBER,
        Sort.HEADING,
        Sort.PARAGRAPH,
    ]
    assert (len(found[1].items), found[2].start) == (2, 3)
    assert [block.words for block in found][2:] == ["three\nfour", "Head", "and more of it"]


def test_the_page_sets_each_in_its_own_direction_and_below_the_headings_around():
    assert html("### ابتكار\n\nA [page](https://e.org/?a=1&b=2)", 4) == (
        '<h4 dir="auto">ابتكار</h4>\n'
        '<p dir="auto">A <a href="https://e.org/?a=1&amp;b=2" rel="noreferrer">page</a></p>'
    )
