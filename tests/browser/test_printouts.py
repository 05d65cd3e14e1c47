"""A draft on paper, in Chromium: asked for with one button, waited for, downloaded, found again."""

from __future__ import annotations

import io

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pypdf import PdfReader

from tests import factories
from workplans import printouts
from workplans.models import Printout

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _own_place(settings, tmp_path):
    settings.PRINTOUT_ROOT = tmp_path


@pytest.fixture
def plan(cast_now):
    now = timezone.now()
    return factories.plan(by=cast_now.staff, year=now.year, on=now)


def test_a_draft_becomes_a_pdf_while_one_watches(cast_now, open_for, plan):
    desk = open_for(cast_now.staff)
    preview = f"/en/desk/plans/{plan.year}/preview/"
    page = desk.go(preview)
    desk.check()
    page.get_by_role("button", name="Make the PDF").click()
    expect(page.get_by_role("status")).to_contain_text("Waiting for the worker.")
    expect(page.locator("progress")).to_have_attribute("max", "5")
    desk.check()
    assert printouts.produce(Printout.objects.get().pk)
    link = page.get_by_role("link", name="Download the PDF")
    expect(link).to_be_visible(timeout=15_000)
    desk.check()
    with page.expect_download() as begun:
        link.click()
    pages = PdfReader(io.BytesIO(begun.value.path().read_bytes())).pages
    assert all("Draft – not circulated" in page.extract_text() for page in pages)
    page = desk.go(preview)
    expect(page.get_by_text("by Staff Aldova")).to_be_visible()
    expect(page.get_by_role("button", name="Make the PDF")).to_have_count(0)
    desk.check()


def test_without_a_script_one_checks_again(cast_now, open_for, plan):
    desk = open_for(cast_now.staff, script=False, width=320)
    page = desk.go(f"/en/desk/plans/{plan.year}/preview/")
    page.get_by_role("button", name="Make the PDF").click()
    page.get_by_role("link", name="Check again").click()
    expect(page.get_by_role("link", name="Check again")).to_be_visible()
    Printout.objects.update(status="failed", error="The character in paragraph 1 is missing.")
    page.get_by_role("link", name="Check again").click()
    expect(page.get_by_text("The character in paragraph 1 is missing.")).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    page.get_by_role("button", name="Cancel it").click()
    expect(page.get_by_text("cancelled this PDF before the worker began.")).to_be_visible()
    assert desk.complaints == []


def test_the_preview_prints_as_sheets(cast_now, open_for, plan):
    """In print nothing of the portal is left around the text, and every page says what it is."""
    factories.activity(plan, title="Forum of the second area", area=1)
    desk = open_for(cast_now.staff, dark=True)
    page = desk.go(f"/en/desk/plans/{plan.year}/preview/")
    desk.check()
    printed = [
        " ".join(one.extract_text().split())
        for one in PdfReader(io.BytesIO(page.pdf(format="A4"))).pages
    ]
    assert len(printed) > 4
    assert all("Draft – not circulated" in text for text in printed)
    assert f"{len(printed)} / {len(printed)}" in printed[-1]
    text = " ".join(printed)
    for words in ("Sign out", "Make the PDF", "Edit the text", "Who was who"):
        assert words not in text
    assert "Priority area 2" in text and "Forum of the second area" in text
