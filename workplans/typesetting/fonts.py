"""Which families a document is set in, and whether they hold every character of its text."""

from __future__ import annotations

import subprocess
import unicodedata
from collections.abc import Iterable
from functools import cache

from django.utils.translation import gettext as _
from fontTools.ttLib import TTFont

from workplans.typesetting.faults import TypesettingError

CORE = "fonts-noto-core"
CJK = "fonts-noto-cjk"
# Families in the order they are tried for a character, and the Debian package of each.
SERIF = {
    "Noto Serif": CORE,
    "Noto Serif Devanagari": CORE,
    "Noto Naskh Arabic": CORE,
    "Noto Serif Ethiopic": CORE,
    "Noto Serif CJK SC": CJK,
    "Noto Serif Bengali": CORE,
    "Noto Serif Tamil": CORE,
    "Noto Serif Thai": CORE,
    "Noto Serif Hebrew": CORE,
    "Noto Serif Georgian": CORE,
    "Noto Serif Armenian": CORE,
    "Noto Sans Symbols2": CORE,
    "Noto Sans Math": CORE,
}
SANS = {
    "Noto Sans": CORE,
    "Noto Sans Devanagari": CORE,
    "Noto Sans Arabic": CORE,
    "Noto Sans Ethiopic": CORE,
    "Noto Sans CJK SC": CJK,
    "Noto Sans Bengali": CORE,
    "Noto Sans Tamil": CORE,
    "Noto Sans Thai": CORE,
    "Noto Sans Hebrew": CORE,
    "Noto Sans Georgian": CORE,
    "Noto Sans Armenian": CORE,
    "Noto Sans Symbols2": CORE,
    "Noto Sans Math": CORE,
}
MONOSPACED = {"DejaVu Sans Mono": "fonts-dejavu-core"}
# Without these no document can be set; any other family is asked for when a text needs it.
ALWAYS = {"Noto Serif": CORE, "Noto Sans": CORE} | MONOSPACED
FOR_SCRIPT = {
    "DEVANAGARI": ("Noto Serif Devanagari", "Noto Sans Devanagari"),
    "ARABIC": ("Noto Naskh Arabic", "Noto Sans Arabic"),
    "ETHIOPIC": ("Noto Serif Ethiopic", "Noto Sans Ethiopic"),
    "CJK": ("Noto Serif CJK SC", "Noto Sans CJK SC"),
    "IDEOGRAPHIC": ("Noto Serif CJK SC", "Noto Sans CJK SC"),
    "FULLWIDTH": ("Noto Serif CJK SC", "Noto Sans CJK SC"),
}
# Joiners, direction marks, soft hyphens and variation selectors shape text and have no glyph.
_INVISIBLE = frozenset(
    map(
        chr,
        [0x09, 0x0A, 0x0D, 0xAD, 0x34F, 0x61C, 0xFEFF]
        + [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065)]
        + [*range(0x2066, 0x206A), *range(0xFE00, 0xFE10)],
    )
)


@cache
def installed() -> dict[str, tuple[str, int]]:
    """The regular face of each family on this machine: its file and its place in that file."""
    try:
        listed = subprocess.run(  # noqa: S603
            ["fc-list", ":", "--format", "%{file}\t%{index}\t%{style[0]}\t%{family}\n"],  # noqa: S607
            capture_output=True,
            check=True,
            encoding="utf-8",
            timeout=30,
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise TypesettingError(
            _("The fonts of this machine cannot be listed; install the Debian package fontconfig.")
        ) from error
    faces: dict[str, tuple[str, int]] = {}
    for line in sorted(listed.splitlines()):
        file, index, style, families = line.split("\t", 3)
        if style in ("Regular", "Book"):
            for family in families.split(","):
                faces.setdefault(family, (file, int(index) & 0xFFFF))
    return faces


@cache
def _characters(file: str, index: int) -> frozenset[int]:
    with TTFont(file, fontNumber=index, lazy=True) as font:
        return frozenset(font.getBestCmap() or {})


def require_families() -> None:
    """Refuse on a machine that lacks a family every document uses."""
    faces = installed()
    for family, package in ALWAYS.items():
        if family not in faces:
            raise TypesettingError(_not_installed(family, package))


def without_glyph(characters: Iterable[str]) -> set[str]:
    """The characters for which some family of the text, or of the tables, has no glyph."""
    visible = {character for character in characters if character not in _INVISIBLE}
    missing: set[str] = set()
    for families in (SERIF, SANS):
        left = visible
        for family in families:
            if not left:
                break
            if family in installed():
                known = _characters(*installed()[family])
                left = {character for character in left if ord(character) not in known}
        missing |= left
    return missing


def remedy(character: str) -> str:
    """What would let this character be printed, as a sentence."""
    script = unicodedata.name(character, "").split(" ")[0].split("-")[0]
    for family in FOR_SCRIPT.get(script, ()):
        if family not in installed():
            return _not_installed(family, (SERIF | SANS)[family])
    return _("No font of the document has this character; write it another way.")


def _not_installed(family: str, package: str) -> str:
    return _(
        "The font family %(family)s is not installed here; install the Debian package %(package)s."
    ) % {"family": family, "package": package}


def styles() -> str:
    """The families as custom properties for the document's style sheet."""
    stacks = {
        "serif": [*SERIF],
        "sans": [*SANS],
        "mono": [*MONOSPACED],
        # Han texts take quotation marks and figures from the Han fonts.
        "serif-han": ["Noto Serif CJK SC", *SERIF],
        "sans-han": ["Noto Sans CJK SC", *SANS],
    }
    lines = (
        "--{}: {};".format(name, ", ".join(f'"{family}"' for family in families))
        for name, families in stacks.items()
    )
    return ":root {" + " ".join(lines) + "}"
