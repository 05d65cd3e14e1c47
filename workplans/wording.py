"""The difference of two texts as words: blocks first, then the words inside a changed block.

A block is a paragraph, a point of a list, or a line of a field that holds one fact on each. Both
texts are compared in NFC with "\\n" at the ends of lines. A cut never falls inside a grapheme
cluster, and never inside a word of a script that joins its letters, so no syllable of Devanagari
and no combining mark is torn off. The work is bounded: where two texts repeat the same few words
thousands of times, what cannot be matched cheaply is shown as replaced. No database, no clock.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from itertools import groupby, pairwise
from typing import Any

import regex

from workplans.prose import Piece, Sort, pieces
from workplans.prose import lines as lines_of

# A word of a script that parts its words; a single sign of one that does not; a number with its
# separators ("1,000.5") stays whole. Each alternative goes by whole grapheme clusters.
_TOKENS = regex.compile(
    r"(?:(?![\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}])(?=[\p{L}\p{M}\p{N}])\X"
    r"|(?<=\p{N})[.,](?=\p{N}))+"
    r"|(?:(?=\s)\X)+"
    r"|\X"
)

# Of a block in which more than this share differs, the old and the new are shown one after the
# other: a patchwork of words could not be read.
MOST_DIFFERING = 0.6
# Two blocks are the same block changed if they share this much.
ALIKE = 0.4
# How many pairs of equal words may be looked at in one stretch, and in one text.
_STRETCH, _TEXT = 200_000, 400_000
_DEEPEST = 24
# How many pairs of changed blocks are weighed against one another at a time.
_WEIGHED = 400
# How many characters are looked at word by word; what is longer than that is replaced whole.
_CLOSELY = 400_000
# From so many characters on, what both texts begin and end with is left out first.
_LONG = 4_000
# A space after which a text can be cut: what follows is no mark upon it.
_CUT = regex.compile(r" (?![\p{GCB=Extend}\p{GCB=SpacingMark}\p{GCB=ZWJ}\s]|$)")


class Mark(Enum):
    """What became of a run of text."""

    KEPT = "kept"
    INSERTED = "inserted"
    DELETED = "deleted"


@dataclass(frozen=True)
class Run:
    """Text that was kept, inserted or deleted."""

    mark: Mark
    text: str

    @property
    def kept(self) -> bool:
        return self.mark is Mark.KEPT

    @property
    def inserted(self) -> bool:
        return self.mark is Mark.INSERTED

    @property
    def deleted(self) -> bool:
        return self.mark is Mark.DELETED


Runs = tuple[Run, ...]


@dataclass(frozen=True)
class Passage:
    """A block of both texts, or of one.

    sort: how it is set now. was: how it was set before, where that is another way. lead and tail
    are what stands around its words: the dash of a point, the line breaks after it. prose: whether
    there are signs among its words that nobody sees (workplans/prose).
    """

    mark: Mark | None
    sort: Sort
    body: Runs
    lead: Runs = ()
    tail: Runs = ()
    was: Sort | None = None
    prose: bool = False

    @property
    def runs(self) -> Runs:
        return (*self.lead, *self.body, *self.tail)

    @property
    def kept(self) -> bool:
        return self.mark is Mark.KEPT

    @property
    def inserted(self) -> bool:
        return self.mark is Mark.INSERTED

    @property
    def deleted(self) -> bool:
        return self.mark is Mark.DELETED

    @property
    def old(self) -> Runs:
        """The words as they were, with what was deleted of them."""
        return tuple(run for run in self.body if not run.inserted)

    @property
    def new(self) -> Runs:
        """The words as they are, with what was inserted."""
        return tuple(run for run in self.body if not run.deleted)

    @property
    def before(self) -> Sort:
        """How it was set before."""
        return self.was or self.sort


@dataclass(frozen=True)
class Stretch:
    """Passages that stand together on a page: the points of one list, the rows of one table.

    folded: they did not change, whatever sorts they are of.
    """

    passages: tuple[Passage, ...]
    sort: Sort = Sort.PARAGRAPH
    folded: bool = False

    @property
    def listed(self) -> bool:
        return self.sort is Sort.POINT

    @property
    def numbered(self) -> bool:
        return self.sort is Sort.NUMBER

    @property
    def tabled(self) -> bool:
        return self.sort is Sort.ROW

    @property
    def lines(self) -> bool:
        return self.sort is Sort.LINE

    @property
    def parts(self) -> tuple[Stretch, ...]:
        """What is folded, as a page sets it once it is opened."""
        return tuple(_stretches(self.passages))

    @property
    def head_came(self) -> bool:
        """Whether a row that was there before became the head of the table."""
        return self._turned_head(Mark.INSERTED)

    @property
    def head_went(self) -> bool:
        """Whether the head of the table is a row like the others now."""
        return self._turned_head(Mark.DELETED)

    def _turned_head(self, mark: Mark) -> bool:
        return any(
            rule.sort is Sort.RULE and rule.mark is mark and row.mark is not mark
            for row, rule in pairwise(self.passages)
        )


@dataclass(frozen=True)
class Marked:
    """Two texts in one: every run says whether it was kept, inserted or deleted."""

    passages: tuple[Passage, ...]

    @property
    def runs(self) -> Iterator[Run]:
        for passage in self.passages:
            yield from passage.runs

    @cached_property
    def before(self) -> str:
        """The old text: the runs without what was inserted."""
        return "".join(run.text for run in self.runs if not run.inserted)

    @cached_property
    def after(self) -> str:
        """The new text: the runs without what was deleted."""
        return "".join(run.text for run in self.runs if not run.deleted)

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return any(not run.kept for run in self.runs)

    @property
    def only_spacing(self) -> bool:
        """Whether nothing but spaces and line breaks differs, which nobody would see."""
        differing = [run for run in self.runs if not run.kept]
        return (
            bool(differing)
            and not any(passage.was for passage in self.passages)
            and all(run.text.isspace() for run in differing)
        )

    @cached_property
    def stretches(self) -> tuple[Stretch, ...]:
        """The passages as a page sets them.

        Three or more that did not change are folded, but for those beside a change.
        """
        found: list[Stretch] = []
        for folded, passages in self._folded():
            if folded:
                found.append(Stretch(tuple(passages), folded=True))
            else:
                found += _stretches(passages)
        return tuple(found)

    @property
    def all_stretches(self) -> tuple[Stretch, ...]:
        """The same with nothing folded."""
        return tuple(_stretches(self.passages))

    def _folded(self) -> Iterator[tuple[bool, list[Passage]]]:
        last = len(self.passages) - 1
        shown = {0, last} if not self else set()
        for place, passage in enumerate(self.passages):
            if not passage.kept:
                shown |= {place - 1, place, place + 1}
        runs = groupby(enumerate(self.passages), key=lambda item: item[0] in shown)
        for visible, numbered in runs:
            passages = [passage for _place, passage in numbered]
            yield not visible and len(passages) >= 3, passages


def _stretches(passages: Sequence[Passage]) -> Iterator[Stretch]:
    for sort, run in groupby(passages, key=lambda passage: passage.sort.together):
        yield Stretch(tuple(run), sort or Sort.PARAGRAPH)


def normal(text: str) -> str:
    """A text as it is compared: in NFC, with "\\n" at the ends of lines."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def compare(old: str, new: str, *, lines: bool = False, prose: bool = False) -> Marked:
    """Both texts in one, with what differs marked.

    lines: the texts hold one fact on each line, as a list of partners does. prose: they are prose
    texts, in which signs make headings, tables and emphasis.
    """
    before, after = (_blocks(normal(text), lines, prose) for text in (old, new))
    same = aligned([block.key for block in before], [block.key for block in after])
    found: list[Passage] = []
    i = j = 0
    for x, y in [*same, (len(before), len(after))]:
        found += _replaced(before[i:x], after[j:y])
        if x < len(before):
            found.append(_both(before[x], after[y]))
        i, j = x + 1, y + 1
    return Marked(tuple(replace(passage, prose=True) if prose else passage for passage in found))


# Blocks


@dataclass(frozen=True)
class _Block(Piece):
    """A piece of one of the texts, as it is compared with those of the other."""

    @property
    def key(self) -> str:
        return self.sort.value + self.body

    @cached_property
    def words(self) -> Counter[str]:
        return Counter(token for token in _TOKENS.findall(self.body) if not token.isspace())


def _blocks(text: str, by_line: bool, prose: bool) -> list[_Block]:
    found = lines_of(text) if by_line else pieces(text, plain=not prose)
    return [_Block(piece.sort, piece.lead, piece.body, piece.tail) for piece in found]


def _whole(block: _Block, mark: Mark) -> Passage:
    lead, body, tail = (
        (Run(mark, text),) if text else () for text in (block.lead, block.body, block.tail)
    )
    return Passage(mark, block.sort, body, lead, tail)


def _both(old: _Block, new: _Block) -> Passage:
    lead, tail = _turned(old.lead, new.lead), _turned(old.tail, new.tail)
    body = _words(old.body, new.body)
    was = None if old.sort is new.sort else old.sort
    unchanged = was is None and all(run.kept for run in body)
    return Passage(Mark.KEPT if unchanged else None, new.sort, body, lead, tail, was)


def _turned(old: str, new: str) -> Runs:
    if old == new:
        return _runs((Mark.KEPT, old))
    return _runs((Mark.DELETED, old), (Mark.INSERTED, new))


def _runs(*runs: tuple[Mark, str]) -> Runs:
    """Runs without empty ones, those of one kind that meet made one."""
    told = ((mark, text) for mark, text in runs if text)
    return tuple(
        Run(mark, "".join(text for _mark, text in group))
        for mark, group in groupby(told, key=lambda run: run[0])
    )


def _replaced(old: list[_Block], new: list[_Block]) -> Iterator[Passage]:
    """Blocks in whose place others stand: those that are alike are the same, changed."""
    i = j = 0
    for x, y in [*_paired(old, new), (len(old), len(new))]:
        yield from (_whole(block, Mark.DELETED) for block in old[i:x])
        yield from (_whole(block, Mark.INSERTED) for block in new[j:y])
        if x < len(old):
            yield _both(old[x], new[y])
        i, j = x + 1, y + 1


def _paired(old: list[_Block], new: list[_Block]) -> list[tuple[int, int]]:
    if len(old) == 1 == len(new):
        return [(0, 0)]
    if sum(len(block.body) for block in (*old, *new)) > _CLOSELY:
        return []
    if len(old) == len(new) and all(map(_alike, old, new)):
        return [(place, place) for place in range(len(old))]
    if len(old) * len(new) > _WEIGHED:
        i, j = len(old) // 2, len(new) // 2
        later = ((i + x, j + y) for x, y in _paired(old[i:], new[j:]))
        return [*_paired(old[:i], new[:j]), *later]
    return _best(old, new)


def _best(old: list[_Block], new: list[_Block]) -> list[tuple[int, int]]:
    """The pairs, in order, that share the most words."""
    best = [[0.0] * (len(new) + 1) for _row in range(len(old) + 1)]
    shared: dict[tuple[int, int], float] = {}
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1])
            if (share := _share(old[i], new[j])) >= ALIKE:
                shared[i, j] = share
                best[i][j] = max(best[i][j], share + best[i + 1][j + 1])
    pairs = []
    i = j = 0
    while i < len(old) and j < len(new):
        if (i, j) in shared and best[i][j] == shared[i, j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _alike(old: _Block, new: _Block) -> bool:
    return _share(old, new) >= ALIKE


def _share(old: _Block, new: _Block) -> float:
    both = old.words.total() + new.words.total()
    return 2 * (old.words & new.words).total() / both if both else 1.0


# Words


@dataclass(frozen=True)
class _Unit:
    """A word, or a sign, with the space after it."""

    word: str
    space: str

    @property
    def text(self) -> str:
        return self.word + self.space


def _units(text: str) -> list[_Unit]:
    found: list[_Unit] = []
    word: str | None = None
    for token in _TOKENS.findall(text):
        if token.isspace():
            found.append(_Unit(word or "", token))
            word = None
        else:
            if word is not None:
                found.append(_Unit(word, ""))
            word = token
    if word is not None:
        found.append(_Unit(word, ""))
    return found


Pairs = list[tuple[int, int]]


def _words(old: str, new: str) -> Runs:
    """The runs of two blocks' words."""
    if old == new:
        return _runs((Mark.KEPT, old))
    if len(old) > _LONG < len(new):
        head, tail = _ends(old, new)
        kept = [(Mark.KEPT, old[:head]), (Mark.KEPT, old[len(old) - tail :])]
        differing = _differing(old[head : len(old) - tail], new[head : len(new) - tail])
        between = ((run.mark, run.text) for run in differing)
        return _runs(kept[0], *between, kept[1])
    return _differing(old, new)


def _ends(old: str, new: str) -> tuple[int, int]:
    """How much both begin and end with, each cut where a word begins."""
    head, most = 0, min(len(old), len(new))
    while head < most:
        step = max(1, (most - head) // 2)
        if old[head : head + step] == new[head : head + step]:
            head += step
        else:
            most = head + step - 1
    cuts = (cut.end() for cut in _CUT.finditer(old, max(0, head - _LONG), head))
    head = max(cuts, default=0)
    tail, most = 0, min(len(old), len(new)) - head
    while tail < most:
        step = max(1, (most - tail) // 2)
        begin, first = len(old) - tail, len(new) - tail
        if old[begin - step : begin] == new[first - step : first]:
            tail += step
        else:
            most = tail + step - 1
    cut = _CUT.search(old, len(old) - tail)
    return head, len(old) - cut.end() if cut else 0


def _differing(old: str, new: str) -> Runs:
    if len(old) + len(new) > _CLOSELY:
        return _runs((Mark.DELETED, old), (Mark.INSERTED, new))
    before, after = _units(old), _units(new)
    pairs = aligned([unit.word for unit in before], [unit.word for unit in after])
    kept = sum(len(before[x].word) for x, _y in pairs)
    both = sum(len(unit.word) for unit in (*before, *after))
    if both and 1 - 2 * kept / both > MOST_DIFFERING:
        return _runs((Mark.DELETED, old), (Mark.INSERTED, new))
    return _runs(*_told(before, after, _legible(before, after, pairs)))


def _told(before: list[_Unit], after: list[_Unit], pairs: Pairs) -> Iterator[tuple[Mark, str]]:
    """What stands between the pairs, deleted first, and the pairs themselves."""
    i = j = 0
    deleted = inserted = ""
    for x, y in [*pairs, (len(before), len(after))]:
        gone, come = before[i:x], after[j:y]
        space = ""
        if gone and come and gone[-1].space == come[-1].space:
            # The space after the last word of both was there and is there.
            space = gone[-1].space
            gone = [*gone[:-1], _Unit(gone[-1].word, "")]
            come = [*come[:-1], _Unit(come[-1].word, "")]
        deleted += "".join(unit.text for unit in gone)
        inserted += "".join(unit.text for unit in come)
        if x == len(before):
            yield Mark.DELETED, deleted
            yield Mark.INSERTED, inserted
            yield Mark.KEPT, space
            return
        yield Mark.DELETED, deleted
        yield Mark.INSERTED, inserted
        yield Mark.KEPT, space + before[x].word
        deleted = inserted = ""
        if before[x].space == after[y].space:
            yield Mark.KEPT, before[x].space
        else:
            deleted, inserted = before[x].space, after[y].space
        i, j = x + 1, y + 1


def _legible(before: list[_Unit], after: list[_Unit], pairs: Pairs) -> Pairs:
    """The pairs without those that would stand alone between changes at least twice their size."""
    islands: list[Pairs] = []
    for x, y in pairs:
        if islands and (x - 1, y - 1) == islands[-1][-1]:
            islands[-1].append((x, y))
        else:
            islands.append([(x, y)])
    old, new = _lengths(before), _lengths(after)

    def between(left: tuple[int, int], right: tuple[int, int]) -> int:
        """How much differs between two pairs, the larger of both sides."""
        return max(old[right[0]] - old[left[0] + 1], new[right[1]] - new[left[1] + 1])

    beginning, end = (-1, -1), (len(before), len(after))
    stays: list[Pairs] = []
    for place, island in enumerate(islands):
        left = stays[-1][-1] if stays else beginning
        right = islands[place + 1][0] if place + 1 < len(islands) else end
        size = old[island[-1][0] + 1] - old[island[0][0]]
        if 2 * size > min(between(left, island[0]), between(island[-1], right)):
            stays.append(island)
    return [pair for island in stays for pair in island]


def _lengths(units: list[_Unit]) -> list[int]:
    """How long the words are up to each unit."""
    sums = [0]
    for unit in units:
        sums.append(sums[-1] + len(unit.word))
    return sums


# Aligning


def aligned(old: Sequence[Hashable], new: Sequence[Hashable]) -> Pairs:
    """The places of equal items in both, in order: the longest such row, wherever that is cheap.

    A stretch that repeats the same few items too often is parted at what occurs once in each; if
    nothing does, it has no pairs.
    """
    pairs: Pairs = []
    left = _TEXT
    stretches = [(0, len(old), 0, len(new), 0)]
    while stretches:
        begin, end, first, last, depth = stretches.pop()
        while begin < end and first < last and old[begin] == new[first]:
            pairs.append((begin, first))
            begin, first = begin + 1, first + 1
        while begin < end and first < last and old[end - 1] == new[last - 1]:
            end, last = end - 1, last - 1
            pairs.append((end, last))
        places: dict[Any, list[int]] = defaultdict(list)
        for j in range(first, last):
            places[new[j]].append(j)
        cost = sum(len(places[item]) for item in old[begin:end] if item in places)
        if cost <= min(_STRETCH, left):
            left -= cost
            pairs += _longest(old, begin, end, places)
        elif depth < _DEEPEST:
            counted = Counter(old[begin:end])
            once = {k: js for k, js in places.items() if len(js) == 1 == counted[k]}
            anchors = _longest(old, begin, end, once)
            for i, j in anchors:
                stretches.append((begin, i, first, j, depth + 1))
                begin, first = i + 1, j + 1
            if anchors:
                pairs += anchors
                stretches.append((begin, end, first, last, depth + 1))
    return sorted(pairs)


def _longest(
    old: Sequence[Hashable], begin: int, end: int, places: Mapping[Any, list[int]]
) -> Pairs:
    """The longest row of pairs, by the method of Hunt and Szymanski (1977).

    places: where each item stands in the other text. The time is the number of equal pairs times
    the logarithm of the row's length.
    """
    ends: list[int] = []
    links: list[Any] = []
    for i in range(begin, end):
        for j in reversed(places.get(old[i], ())):
            length = bisect_left(ends, j)
            link = (i, j, links[length - 1] if length else None)
            if length == len(ends):
                ends.append(j)
                links.append(link)
            else:
                ends[length] = j
                links[length] = link
    pairs = []
    last: Any = links[-1] if links else None
    while last:
        pairs.append(last[:2])
        last = last[2]
    return pairs[::-1]
