"""The code of a document on its pages: readable, drawn without pixels, named for who listens."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from pypdf import PdfReader

from tests.workplans import orders
from workplans import codes
from workplans.models import Document
from workplans.typesetting import Typeset, qr, typeset

CODE = "K7QM3XHB9TA"
CODE += next(sign for sign in codes.ALPHABET if codes.is_sound(CODE + sign))
ADDRESS = f"https://portal.example.org/verify/{codes.grouped(CODE)}/"
CODED = {"code": CODE, "verify": ADDRESS}


@pytest.fixture(scope="module")
def made() -> Typeset:
    return typeset(orders.order(**CODED))


def texts(made: Typeset) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(made.pdf)).pages]


def alternatives(made: Typeset) -> Iterator[str]:
    """The alternative texts of a PDF, by its tags."""

    def within(element: Any) -> Iterator[str]:
        element = element.get_object()
        if isinstance(element, list):
            for child in element:
                yield from within(child)
        elif isinstance(element, dict):
            if "/Alt" in element:
                yield str(element["/Alt"])
            if "/K" in element:
                yield from within(element["/K"])

    root: Any = PdfReader(io.BytesIO(made.pdf)).trailer["/Root"]
    return within(root["/StructTreeRoot"])


def test_every_page_carries_the_code(made: Typeset) -> None:
    assert all(codes.grouped(CODE) in page for page in texts(made))


def test_the_last_page_names_the_address_and_leads_there(made: Typeset) -> None:
    last = PdfReader(io.BytesIO(made.pdf)).pages[-1]
    assert ADDRESS in last.extract_text()
    links = [note.get_object().get("/A", {}).get("/URI") for note in last["/Annots"]]
    assert links == [ADDRESS]


def test_the_drawing_is_told_to_who_does_not_see_it(made: Typeset) -> None:
    said = f"QR code that leads to {ADDRESS}"
    assert list(alternatives(made)).count(said) == 2


def test_the_drawing_has_no_pixels_and_is_the_same_each_time(made: Typeset) -> None:
    assert b"/Subtype /Image" not in made.pdf
    assert qr.drawing(ADDRESS) == qr.drawing(ADDRESS) != qr.drawing(ADDRESS + "x")
    # Three corners by which a phone finds it: each begins with a bar of seven squares.
    assert re.search(r'd="M0 0\.5h7', qr.drawing(ADDRESS))


def test_the_code_is_part_of_what_gives_the_bytes(made: Typeset) -> None:
    assert typeset(json.loads(json.dumps(orders.order(**CODED)))).pdf == made.pdf
    assert typeset(orders.order()).pdf != made.pdf


def test_what_nobody_can_check_carries_no_code() -> None:
    printed = " ".join(texts(typeset(orders.working_draft())))
    assert "Verify this document" not in printed and "Code" not in printed


def test_it_stands_right_in_a_text_from_right_to_left() -> None:
    plan = orders.small_plan(language="ar", title=orders.ARABIC)
    assert all(codes.grouped(CODE) in page for page in texts(typeset(orders.order(plan, **CODED))))


@pytest.mark.django_db
def test_the_code_is_fixed_with_the_order(adopted: Any) -> None:
    document = Document.objects.get()
    order = json.loads(document.order)
    assert order["code"] == document.code and codes.is_sound(document.code)
    assert order["verify"] == codes.address(document.code)
