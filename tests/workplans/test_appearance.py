"""What a reader sees of marked prose: words and styles, and all of what changed about them."""

import pytest
from hypothesis import given, settings

from tests.workplans.test_wording import pairs
from workplans import prose
from workplans.appearance import Side, cells, looks, plain
from workplans.prose import Sort, Style
from workplans.wording import Mark, compare, normal


def seen(passages, side, style):
    """Words and their styles, letter by letter, as one of the two texts shows them."""
    return [
        (letter, style(look))
        for passage in passages
        for look in looks(passage, side)
        for letter in look.text
    ]


def said(text):
    """The same, read from the text alone."""
    found = []
    for piece in prose.pieces(normal(text)):
        for bit in prose.bits(piece.body, row=piece.sort is Sort.ROW):
            found += [(letter, bit.style) for letter in bit.text]
    return found


@settings(max_examples=400, deadline=None)
@given(pairs())
def test_each_side_shows_its_own_text_in_its_own_styles(pair):
    old, new = pair
    passages = compare(old, new, prose=True).passages
    assert seen(passages, Side.OLD, lambda look: look.style) == said(old)
    assert seen(passages, Side.NEW, lambda look: look.style) == said(new)


@settings(max_examples=400, deadline=None)
@given(pairs())
def test_nothing_unmarked_differs(pair):
    """Without what is inserted, and in the styles it is said to have had, it reads as the old."""
    old, new = pair
    both = [look for passage in compare(old, new, prose=True).passages for look in looks(passage)]
    before = [look for look in both if look.mark is not Mark.INSERTED]
    after = [look for look in both if look.mark is not Mark.DELETED]
    was = [(letter, look.was or look.style) for look in before for letter in look.text]
    now = [(letter, look.style) for look in after for letter in look.text]
    assert (was, now) == (said(old), said(new))


STRONG, SLANTED = Style(strong=True), Style(emphasis=True)


def told(old, new):
    return [
        (look.mark.value, look.text, look.style, look.was)
        for passage in compare(old, new, prose=True).passages
        for look in looks(passage)
    ]


def test_words_that_became_strong_are_kept_and_told():
    assert told("The forum meets", "The **forum** meets") == [
        ("kept", "The ", Style(), None),
        ("kept", "forum", STRONG, Style()),
        ("kept", " meets", Style(), None),
    ]


def test_a_link_that_leads_elsewhere_is_told():
    old, new = (f"See [the page](https://example.org/{n}) now" for n in "ab")
    (see, page, now) = told(old, new)
    assert page == (
        "kept",
        "the page",
        Style(link="https://example.org/b"),
        Style(link="https://example.org/a"),
    )
    assert see[3] is now[3] is None


def test_a_star_that_finds_its_partner_is_seen_no_more():
    assert told("5 *and more words here", "5 *and* more words here") == [
        ("kept", "5 ", Style(), None),
        ("deleted", "*", Style(), None),
        ("kept", "and", SLANTED, Style()),
        ("kept", " more words here", Style(), None),
    ]


def test_an_escaped_sign_is_seen_as_the_sign():
    assert told("a \\* b and c", "a * b and c") == [("kept", "a * b and c", Style(), None)]


def test_a_space_beside_a_sign_is_marked_on_neither_side():
    (passage,) = compare("The forum meets", "The **forum** meets", prose=True).passages
    assert [look.mark for look in looks(passage, Side.OLD)] == [Mark.KEPT] * 3
    assert looks(passage, Side.OLD)[1].style == Style()
    assert looks(passage, Side.NEW)[1].style == STRONG


def test_a_row_that_became_the_head_is_told_and_a_new_table_is_not():
    rows, headed = "| a |\n| b |", "| a |\n| --- |\n| b |"
    (turned,) = compare(rows, headed, prose=True).stretches
    (back,) = compare(headed, rows, prose=True).stretches
    (new,) = compare("", headed, prose=True).stretches
    assert (turned.head_came, back.head_went, new.head_came) == (True, True, False)


def test_rows_are_compared_cell_by_cell():
    (head, rule, row) = compare(
        "| State | Figure |\n| --- | --- |\n| Aldova | 40 |",
        "| State | Figure |\n| --- | --- |\n| Aldova | **45** |",
        prose=True,
    ).passages
    assert (head.sort, rule.sort, row.sort) == (Sort.ROW, Sort.RULE, Sort.ROW)
    first, second = cells(row)
    assert "".join(look.text for look in first).strip() == "Aldova"
    assert [(look.mark.value, look.text.strip()) for look in second if look.text.strip()] == [
        ("deleted", "40"),
        ("inserted", "45"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "signs"),
    [
        ("A forum", "A **forum**", "A {~forum~}"),
        ("A forum", "### A forum", "A forum"),
        ("1. one\n2. two", "1. one\n2. two\n3. three", "1. one\n2. two\n3. {+three+}"),
        ("| a | b |", "| a | c |", "a | [-b-] {+c+}"),
        ("**राष्ट्रीय** योजना", "**राष्ट्रीय** कार्य योजना", "राष्ट्रीय {+कार्य +}योजना"),
        ("创新**论坛**", "创新**大会论坛**", "创新{+大会+}论坛"),
    ],
)
def test_as_signs(old, new, signs):
    assert plain(compare(old, new, prose=True)) == signs
