"""The parts of a text that a state can name, under the numbers they are printed with.

A part is named by its identity in the canonical form, which a new revision keeps; its number and
its paragraphs are worked out from the text. The preamble has no identity and is named by its own
word. No database, no clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from workplans import content, prose, reading
from workplans.content import Form

PREAMBLE = "preamble"
# An objective has no title; so much of it is quoted.
QUOTED = 80


@dataclass(frozen=True)
class Part:
    """A part of a text.

    anchor: also its address on a page. sort: preamble, area, objective, activity, group or annex.
    number: as printed, "" where it has none. paragraphs: their printed numbers, its own alone.
    within: the anchor of the area it stands in, "" outside of one.
    """

    anchor: str
    sort: str
    number: str
    title: str
    paragraphs: tuple[int, ...] = ()
    within: str = ""

    @property
    def name(self) -> str:
        """What it is called on a page and in print, by number and title."""
        facts = {"number": self.number, "title": self.title}
        called = {
            "preamble": _("Preamble"),
            "area": _("Priority area %(number)s, “%(title)s”"),
            "objective": _("Objective of priority area %(number)s, “%(title)s”"),
            "activity": _("Activity %(number)s, “%(title)s”"),
            "group": _("Working group, “%(title)s”"),
            "annex": _("Annex %(number)s, “%(title)s”"),
        }[self.sort] % facts
        if not self.paragraphs:
            return called
        first, last = self.paragraphs[0], self.paragraphs[-1]
        counted = ngettext(
            "%(part)s (paragraph %(first)d)",
            "%(part)s (paragraphs %(first)d–%(last)d)",
            len(self.paragraphs),
        )
        return counted % {"part": called, "first": first, "last": last}


def parts(form: Form) -> dict[str, Part]:
    """Every part of a canonical form by its anchor, in printed order."""
    return {part.anchor: part for part in _parts(reading.compose(form))}


@lru_cache(maxsize=8)
def of_text(text: str) -> Mapping[str, Part]:
    """The same of a frozen text, which never changes; the last ones are kept."""
    return parts(content.load(text))


def _parts(text: reading.Reading) -> Iterator[Part]:
    if text.preamble:
        yield Part(PREAMBLE, "preamble", "", "", _numbers(text.preamble))
    for area in text.areas:
        yield Part(area.anchor, "area", str(area.number), area.title)
        yield from _objectives(area)
        for sheet in area.sheets:
            yield Part(
                sheet.form["id"],
                "activity",
                sheet.number,
                sheet.form["title"],
                _numbers(sheet.paragraphs),
                area.anchor,
            )
    for group in text.working_groups:
        yield Part(group.anchor, "group", "", group.title, _numbers(group.paragraphs))
    for number, annex in enumerate(text.annexes, 1):
        yield Part(annex.anchor, "annex", str(number), annex.title, _numbers(annex.paragraphs))


def _objectives(area: reading.Area) -> Iterator[Part]:
    """An objective of several paragraphs is one part; the first stands at its own address."""
    found: dict[str, list[reading.Paragraph]] = {}
    for paragraph in area.objectives:
        own = next((key for key in found if paragraph.anchor.startswith(f"{key}-")), None)
        found.setdefault(own or paragraph.anchor, []).append(paragraph)
    for anchor, paragraphs in found.items():
        quoted = Truncator(" ".join(prose.words(paragraphs[0].text).split())).chars(QUOTED)
        yield Part(anchor, "objective", str(area.number), quoted, _numbers(paragraphs), area.anchor)


def _numbers(paragraphs: Iterable[reading.Paragraph]) -> tuple[int, ...]:
    return tuple(one.number for one in paragraphs if one.number is not None)


def ordered(known: Mapping[str, Part], anchors: Iterable[str]) -> list[str]:
    """The anchors in printed order, each once, without those the text does not have."""
    wanted = set(anchors)
    return [anchor for anchor in known if anchor in wanted]


def names(known: Mapping[str, Part], anchors: Iterable[str]) -> list[str]:
    """What the parts are called, in printed order."""
    return [known[anchor].name for anchor in ordered(known, anchors)]
