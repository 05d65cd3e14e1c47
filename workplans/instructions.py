"""The note with which a delegation instructs the secretariat: what is taken, and where it lies.

A note verbale or a letter, as a PDF or as a picture of it. What a file is, its bytes say: neither
its name nor what the browser calls it is believed. No database and no clock.
"""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from workplans import worker

MAX_BYTES = 5 * 1024 * 1024
# A page scanned at 600 dots per inch; a picture that unpacks to more is not looked at further.
MAX_PIXELS = 40_000_000
LONGEST_NAME = 100
SUFFIXES = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}
ACCEPTED = ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"


class NotANote(Exception):
    """A file that is not taken as an instruction; a sentence for the user."""


@dataclass(frozen=True)
class Attached:
    """A note as it was kept: its name below the folder and its own, its kind, size and SHA-256."""

    file: str
    name: str
    media_type: str
    size: int
    sha256: str


def attach(content: bytes, name: str) -> Attached:
    """Check a note and keep it. Raises NotANote, or OSError where the disk refuses."""
    media_type = kind_of(content)
    digest = hashlib.sha256(content).hexdigest()
    file = f"{digest[:2]}/{digest}{SUFFIXES[media_type]}"
    worker.write(content, folder() / file)
    return Attached(file, plain_name(name, SUFFIXES[media_type]), media_type, len(content), digest)


def folder() -> Path:
    """Beside the issued documents, and reached by no address of theirs."""
    return Path(settings.DOCUMENT_ROOT) / "instructions"


def kind_of(content: bytes) -> str:
    """The media type of a note by its bytes; NotANote for anything else."""
    if not content:
        raise NotANote(_("The file is empty."))
    if len(content) > MAX_BYTES:
        raise NotANote(_("The file is larger than 5 MB."))
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]:
        return "application/pdf"
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise NotANote(_("The picture is larger than 40 megapixels."))
            media_type = str(Image.MIME[picture.format or ""])
            picture.verify()
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError) as error:
        raise NotANote(
            _("The file is none that can be kept: choose a PDF, a JPEG or a PNG of the note.")
        ) from error
    return media_type


def plain_name(name: str, suffix: str) -> str:
    """The name of a file without folders, control signs or anything a header could not carry."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    stem = name.rsplit(".", 1)[0] if "." in name else name
    kept = "".join(c for c in stem if unicodedata.category(c)[0] in "LMN" or c in " -_().,")
    kept = re.sub(r"\s+", " ", kept).strip(" .")[:LONGEST_NAME].strip(" .")
    return f"{kept or 'note'}{suffix}"
