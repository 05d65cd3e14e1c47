"""A file compared in Chromium: the real one, one with a flipped bit, another of ours."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Request, expect

from tests import factories
from workplans import codes
from workplans import documents as issuing
from workplans.models import Document

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DROP = """([data, name]) => {
  const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], name, { type: "application/pdf" }));
  for (const type of ["dragover", "drop"]) {
    const facts = { dataTransfer: carried, bubbles: true, cancelable: true };
    document.body.dispatchEvent(new DragEvent(type, facts));
  }
}"""


@pytest.fixture
def issued(cast_now: Any, settings: Any, tmp_path: Path) -> Document:
    """A document of this year's plan, typeset."""
    settings.DOCUMENT_ROOT = tmp_path
    now = timezone.now()
    plan = factories.plan(by=cast_now.staff, year=now.year, on=now)
    meeting = factories.meeting("AG", by=cast_now.staff, begins=now.date(), on=now)
    consideration = factories.circulated(plan, before=meeting, by=cast_now.staff, on=now)
    for head in cast_now.heads.values():
        factories.answer(consideration, by=head, on=now)
    factories.adopted(consideration, by=cast_now.chair, on=now)
    document = Document.objects.get()
    assert issuing.produce(document.pk)
    return Document.objects.get()


@pytest.fixture
def pdf(issued: Document, tmp_path: Path) -> bytes:
    return (tmp_path / issued.file).read_bytes()


def path_to(document: Document) -> str:
    return f"/verify/{codes.grouped(document.code)}/"


def drop(page: Page, data: bytes, name: str) -> None:
    page.evaluate(DROP, [base64.b64encode(data).decode(), name])


def choose(page: Page, data: bytes, name: str) -> None:
    page.get_by_label("Choose a PDF").set_input_files(
        {"name": name, "mimeType": "application/pdf", "buffer": data}
    )


def asked_of(page: Page) -> list[str]:
    """What the page sends, from here on; the browser fetches the portal's picture when it likes."""
    sent: list[str] = []

    def hear(request: Request) -> None:
        if "/static/" not in request.url:
            sent.append(f"{request.method} {request.url}")

    page.on("request", hear)
    return sent


def flipped(data: bytes) -> bytes:
    changed = bytearray(data)
    changed[len(data) // 2] ^= 1
    return bytes(changed)


def test_the_issued_file_matches_and_nothing_of_it_is_sent(open_for, issued, pdf):
    desk = open_for(width=320)
    page = desk.go(path_to(issued))
    expect(page.get_by_text("No later document replaces it.")).to_be_in_viewport()
    sent = asked_of(page)
    answer = page.locator("[data-answer]")
    choose(page, pdf, "plan.pdf")
    expect(answer).to_contain_text(f"plan.pdf is {issued.symbol} as it was issued, to the last bit")
    drop(page, pdf, "dropped.pdf")
    expect(answer).to_contain_text("It matches. dropped.pdf is")
    assert sent == []
    assert re.sub(r"\s", "", answer.locator("[data-digest]").text_content() or "") == issued.sha256
    desk.check()


def test_a_flipped_bit_is_reported_and_only_a_digest_is_sent(open_for, issued, pdf):
    desk = open_for(dark=True)
    page = desk.go(path_to(issued))
    sent = asked_of(page)
    drop(page, flipped(pdf), "changed.pdf")
    answer = page.locator("[data-answer]")
    expect(answer).to_contain_text("It does not match. changed.pdf was not issued here, or")
    (asked,) = sent
    assert re.fullmatch(r"GET http://\S+/en/verify/\?sha256=[0-9a-f]{64}", asked)
    desk.check()


def test_the_landing_page_finds_the_document_of_a_file(open_for, issued, pdf):
    desk = open_for()
    page = desk.go("/en/verify/")
    desk.check()
    choose(page, pdf, "found.pdf")
    answer = page.locator("[data-answer]")
    expect(answer).to_contain_text(f"The digest is that of the file of {issued.symbol}")
    expect(answer.locator(".verdict")).to_have_class("verdict verdict--issued")
    answer.get_by_role("link", name="What became of that document").click()
    expect(page).to_have_url(re.compile(re.escape(path_to(issued))))
    # A large file takes more than one slice, and the newest choice is the one that is answered.
    choose(page, pdf + bytes(9_000_000), "large.pdf")
    expect(answer).to_contain_text("It does not match. large.pdf")
    page.context.set_offline(True)
    choose(page, flipped(pdf), "offline.pdf")
    expect(answer).to_contain_text("It is not this document. Whether offline.pdf is another")
    page.context.set_offline(False)


def test_by_keyboard_and_without_a_script(open_for, issued):
    desk = open_for()
    page = desk.go(path_to(issued))
    page.get_by_label("Choose a PDF").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("certutil -hashfile document.pdf SHA256")).to_be_visible()
    desk.check()
    bare = open_for(script=False, width=320)
    page = bare.go(path_to(issued))
    expect(page.get_by_label("Choose a PDF")).to_be_hidden()
    page.get_by_text("Compute the digest yourself").click()
    page.get_by_label("SHA-256 of your file").fill(issued.sha256.upper())
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_text("It matches.")).to_be_visible()
    assert bare.complaints == []


def test_nothing_was_issued_under_a_code(open_for, issued):
    desk = open_for()
    desk.go(f"/verify/{codes.grouped(codes.new())}/")
    desk.check()
