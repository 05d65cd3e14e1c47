"""The note behind a recorded position is taken for what its bytes say, and lies where no one looks.

No database.
"""

import hashlib

import pytest

from tests.workplans.notes import PDF, picture
from workplans import instructions
from workplans.instructions import NotANote, attach, kind_of, plain_name


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PDF, "application/pdf"),
        (picture("PNG"), "image/png"),
        (picture("JPEG"), "image/jpeg"),
    ],
)
def test_a_page_or_a_picture_of_one_is_taken(content, media_type):
    assert kind_of(content) == media_type


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><script>alert(1)</script></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"PK\x03\x04 a document of a word processor",
        b"%PDF-1.7 cut off before its end",
        b"\x89PNG\r\n\x1a\n and then nothing of the kind",
        picture("GIF"),
        picture("PNG")[:60],
    ],
    ids=["empty", "html", "svg", "zip", "half a pdf", "no png", "gif", "half a png"],
)
def test_anything_else_is_refused_in_a_sentence(content):
    with pytest.raises(NotANote, match=r"^The file .*\.$"):
        kind_of(content)


def test_a_file_that_is_too_large_is_refused():
    largest = PDF.ljust(instructions.MAX_BYTES - 6) + b"%%EOF\n"
    assert kind_of(largest) == "application/pdf"
    with pytest.raises(NotANote, match="larger than 5 MB"):
        kind_of(largest + b" ")


def test_a_picture_that_unpacks_to_more_than_a_page_is_refused():
    bomb = picture("PNG", (6400, 6400))
    assert len(bomb) < instructions.MAX_BYTES
    with pytest.raises(NotANote, match="40 megapixels"):
        kind_of(bomb)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("note verbale 14.pdf", "note verbale 14.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\fake\\нота.PDF", "нота.pdf"),
        ('a"; filename=evil.html\r\nX: y.pdf', "a filenameevil.htmlX y.pdf"),
        ("\u202egpj.exe", "gpj.pdf"),
        ("...", "note.pdf"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
    ],
)
def test_a_name_is_a_name_and_nothing_else(given, kept):
    assert plain_name(given, ".pdf") == kept


def test_it_is_kept_whole_under_its_own_digest(settings, tmp_path):
    settings.DOCUMENT_ROOT = tmp_path
    note = attach(PDF, "note.pdf")
    assert note.sha256 == hashlib.sha256(PDF).hexdigest()
    assert (instructions.folder() / note.file).read_bytes() == PDF
    # Twice the same is one file, and nothing half written is left beside it.
    assert attach(PDF, "other.pdf").file == note.file
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1
