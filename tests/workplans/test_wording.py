"""The difference of two texts as words, over the scripts the partnership writes in."""

import unicodedata

import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st

from workplans.appearance import plain
from workplans.prose import Sort
from workplans.wording import Mark, compare, normal

# Latin with marks of its own, Cyrillic, Devanagari with conjuncts and joiners, Arabic with vowels
# and a sign that takes the digits after it, Ethiopic, Han, Thai, flags and families.
WORDS = (
    *("forum", "the", "of", "industry", "naïve", "a\u0301rbol", "o\u0302\u0323", "1,000.5", "2027"),
    *("промышленность", "и\u0306", "связь"),
    *("क्षत्रिय", "राष्ट्रीय", "क्\u200dष", "र्\u200cक", "योजना", "हिंदी"),
    *("صِنَاعَة", "می\u200cخواهم", "\u0600\u0661\u0662", "ኢንዱስትሪ", "የሥራ"),
    *("工", "作", "计划", "度\U000e0100", "กำลัง", "각", "\u1100\u1161\u11a8"),
    *("**", "*", "***", "\\*", "\\", "[", "](https://example.org/)", "|", "#"),
    *("👩\u200d👩\u200d👧", "👍🏽", "🇧🇷", "🇮🇳🇨🇳", "\u0301", "\u200d", "\u0600"),
)
SIGNS = (
    *(" ", " ", " ", "  ", "\n", "\n\n", "\n \n", "\n- ", "- "),
    *("\n1. ", "\n### ", "\n| ", " |\n", "\n| --- |\n"),
    *(", ", ".", "-", "\t", "\u00a0", "\r\n"),
)
pieces = st.lists(st.sampled_from(WORDS + SIGNS), max_size=40)
texts = pieces.map("".join)


@st.composite
def pairs(draw):
    """A text, and either any other or the same one edited in a few places."""
    old = draw(pieces)
    if draw(st.booleans()):
        return "".join(old), draw(texts)
    new = list(old)
    for _edit in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(new)))
        end = min(len(new), place + draw(st.integers(0, 3)))
        new[place:end] = draw(st.lists(st.sampled_from(WORDS + SIGNS), max_size=3))
    return "".join(old), "".join(new)


def boundaries(text):
    """Where a text may be cut: at its beginning, its end and between its clusters."""
    found, place = {0}, 0
    for cluster in regex.findall(r"\X", text):
        place += len(cluster)
        found.add(place)
    return found


def cuts(runs):
    place = 0
    for run in runs:
        yield place
        place += len(run.text)
    yield place


def both(old, new):
    yield compare(old, new)
    yield compare(old, new, lines=True)
    yield compare(old, new, prose=True)


@settings(max_examples=400, deadline=None)
@given(pairs())
def test_applying_the_marks_gives_the_one_text_and_the_other(pair):
    old, new = pair
    for marked in both(old, new):
        assert marked.before == normal(old)
        assert marked.after == normal(new)
        assert bool(marked) == (normal(old) != normal(new))


@settings(max_examples=400, deadline=None)
@given(pairs())
def test_every_cut_falls_between_two_clusters(pair):
    for marked in both(*pair):
        old = [run for run in marked.runs if run.mark is not Mark.INSERTED]
        new = [run for run in marked.runs if run.mark is not Mark.DELETED]
        assert set(cuts(old)) <= boundaries(marked.before)
        assert set(cuts(new)) <= boundaries(marked.after)


@settings(max_examples=200, deadline=None)
@given(pairs())
def test_no_run_is_empty_and_none_follows_its_like(pair):
    for marked in both(*pair):
        for passage in marked.passages:
            for piece in (passage.lead, passage.body, passage.tail):
                assert all(run.text for run in piece)
                assert all(a.mark is not b.mark for a, b in zip(piece, piece[1:], strict=False))


@settings(max_examples=200, deadline=None)
@given(texts, st.text(max_size=60), st.text(max_size=60))
def test_any_text_at_all(text, one, other):
    for old, new in ((one, other), (text + one, text + other), (one + text, other + text)):
        marked = compare(old, new)
        assert (marked.before, marked.after) == (normal(old), normal(new))
        kept = [run for run in marked.runs if run.mark is not Mark.INSERTED]
        assert set(cuts(kept)) <= boundaries(marked.before)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4), pairs())
@example(["forum"], (" \u0301of the", " \u0301of a"))
@example(["forum"], ("one \u0301 ", "two \u0301 "))
@example(["forum"], ("one\u0600 ", "two "))
def test_the_ends_of_a_long_text_are_cut_where_a_word_begins(words, pair):
    long = "".join(f"{word} " for word in words) * 700
    old, new = long + pair[0] + long, long + pair[1] + long
    marked = compare(old, new)
    assert (marked.before, marked.after) == (normal(old), normal(new))
    for without in (Mark.INSERTED, Mark.DELETED):
        runs = [run for run in marked.runs if run.mark is not without]
        text = "".join(run.text for run in runs)
        assert set(cuts(runs)) <= boundaries(text)


def signs(old, new, **how):
    return plain(compare(old, new, **how))


CASES = [
    ("one word", "The quick fox", "The slow fox", "The [-quick-] {+slow+} fox"),
    ("a word more", "The fox", "The quick fox", "The {+quick +}fox"),
    ("a word less at the end", "The fox jumps", "The fox", "The fox[- jumps-]"),
    ("a whole number", "USD 1,000 in all", "USD 1,500 in all", "USD [-1,000-] {+1,500+} in all"),
    ("nothing in common", "Forum", "Training", "[-Forum-] {+Training+}"),
    ("nothing before", "", "Forum", "{+Forum+}"),
    ("nothing after", "Forum", "", "[-Forum-]"),
    ("nothing at all", "", "", ""),
    ("case", "the Forum meets", "The Forum meets", "[-the-] {+The+} Forum meets"),
    ("Cyrillic", "план работы", "план новой работы", "план {+новой +}работы"),
    (
        "Devanagari: the whole word",
        "राष्ट्रीय कार्य योजना",
        "राष्ट्रीय कार्यक्रम योजना",
        "राष्ट्रीय [-कार्य-] {+कार्यक्रम+} योजना",
    ),
    ("Han: sign by sign", "中文工作计划", "中文年度工作计划", "中文{+年度+}工作计划"),
    ("Arabic", "خطة العمل السنوية", "خطة العمل", "خطة العمل[- السنوية-]"),
    ("Ethiopic", "የሥራ ዕቅድ", "የሥራ ዓመታዊ ዕቅድ", "የሥራ {+ዓመታዊ +}ዕቅድ"),
    ("composed or not", "a\u0301rbol", "árbol", "árbol"),
]


@pytest.mark.parametrize(
    ("old", "new", "said"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_words(old, new, said):
    assert signs(old, new) == unicodedata.normalize("NFC", said)


def test_a_block_of_which_most_differs_is_replaced_whole():
    old = "Members share what they know of the industries of each other."
    new = "Members build one platform, which the presidency of each year runs."
    (passage,) = compare(old, new).passages
    assert [(run.mark, run.text) for run in passage.body] == [
        (Mark.DELETED, old),
        (Mark.INSERTED, new),
    ]


def test_a_word_alone_between_long_changes_is_no_landmark():
    old = "Hold consultations regularly of all interested ministries and report to the summit."
    new = "Hold one meeting of experts and report to the summit."
    said = signs(old, new)
    assert said == (
        "Hold [-consultations regularly of all interested ministries-] "
        "{+one meeting of experts+} and report to the summit."
    )


def test_a_paragraph_that_comes_between_leaves_the_others_alone():
    old = "First thing.\n\nSecond thing."
    new = "First thing.\n\nQuite another matter.\n\nSecond thing."
    assert [p.mark for p in compare(old, new).passages] == [Mark.KEPT, Mark.INSERTED, Mark.KEPT]


def test_points_are_matched_one_by_one():
    old = "It will:\n- train forty people\n- publish a guide\n- hold a forum"
    new = "It will:\n- train fifty people\n- hold a forum\n- open an office"
    marked = compare(old, new)
    assert plain(marked).split("\n") == [
        "It will:",
        "- train [-forty-] {+fifty+} people",
        "- [-publish a guide-]",
        "- hold a forum",
        "- {+open an office+}",
    ]
    first, rest = marked.stretches[0], marked.stretches[1]
    assert (first.listed, rest.listed, len(rest.passages)) == (False, True, 4)


def test_a_paragraph_made_a_point_keeps_its_words():
    (passage,) = compare("Train forty people.", "- Train forty people.").passages
    assert (passage.was, passage.sort) == (Sort.PARAGRAPH, Sort.POINT)
    assert (passage.before, passage.sort) == (Sort.PARAGRAPH, Sort.POINT)
    assert all(run.kept for run in passage.body)


def test_lines_hold_a_fact_each():
    marked = compare("Aldova\nBorania", "Aldova\nCestria\nBorania", lines=True)
    assert [p.mark for p in marked.passages] == [Mark.KEPT, Mark.INSERTED, Mark.KEPT]
    assert all(p.sort is Sort.LINE for p in marked.passages)


@pytest.mark.parametrize(
    ("old", "new"), [("a  b", "a b"), ("a\nb", "a b"), ("a\n\nb", "a\n\n\nb"), ("a", "a\n")]
)
def test_where_only_spaces_differ_that_is_said(old, new):
    assert compare(old, new).only_spacing
    assert not compare(old, new + "c").only_spacing


def test_what_did_not_change_is_folded_but_for_its_edges():
    paragraphs = [f"Paragraph {n} of the text." for n in range(10)]
    edited = [*paragraphs[:8], "Paragraph 8 of the words.", paragraphs[9]]
    stretches = compare("\n\n".join(paragraphs), "\n\n".join(edited)).stretches
    assert [(s.folded, len(s.passages)) for s in stretches] == [(True, 7), (False, 3)]


def test_a_paragraph_and_its_list_are_folded_as_one():
    old = "First.\n\nThey:\n- meet;\n- act.\n\nThen.\n\nLast."
    folded, rest = compare(old, old.replace("Last", "At last")).stretches
    assert (folded.folded, len(folded.passages)) == (True, 4)
    assert [(part.listed, len(part.passages)) for part in folded.parts] == [(False, 2), (True, 2)]
    assert not rest.folded


MEGABYTE = 1 << 20
REPEATED = "The same few words, again and again. "
HUGE = [
    ("a word in two megabytes", REPEATED * 56_000, REPEATED * 28_000 + "But " + REPEATED * 28_000),
    ("two megabytes and others", "forum of plans " * 140_000, "plans on paper " * 140_000),
    ("two megabytes of paragraphs", "\n\n".join([REPEATED] * 56_000), "\n\n".join(["x"] * 90_000)),
    ("ten thousand words", "word " * 10_000, "other " + "word " * 9_000 + "last"),
    ("ten thousand of two words", "a b " * 5_000, "b c a " * 3_400),
    ("ten thousand paragraphs", "word\n\n" * 10_000, "other\n\n" + "word\n\nmore\n\n" * 5_000),
    ("signs without spaces", "工作计划" * 5_000, "计划工作" * 5_000),
]


@pytest.mark.parametrize(("old", "new"), [c[1:] for c in HUGE], ids=[c[0] for c in HUGE])
def test_however_long_and_however_often_the_same(old, new):
    # With work that grew as the square of these, this would not end today.
    for prose in (False, True):
        marked = compare(old, new, prose=prose)
        assert (marked.before, marked.after) == (old, new)
