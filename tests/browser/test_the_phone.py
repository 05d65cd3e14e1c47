"""A delegate on a phone: from the letter to the answer, and to an objection under silence.

What takes a person time on a phone are pages to wait for, fields to fill and things to find, so
these are what is counted: they leave most of a minute for reading.
"""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect

from secretariat import post
from tests import factories
from tests.browser.test_the_walk import tick
from tests.workplans import silences
from workplans.models import Consideration, Position

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Signing in, the answer, the last look, the receipt.
FEWEST_PAGES = 4


def letter_to(person, subject):
    """The page to which the letter leads; it has exactly one that acts."""
    post.send_due()
    [letter] = [m for m in mail.outbox if m.to == [person.email] and subject in m.subject]
    [path] = re.findall(r"https?://[^/\s]+(/en/desk/considerations/\S+)", letter.body)
    return path


def pages_of(desk):
    """The pages a window has loaded since now."""
    loaded = []
    desk.page.on("framenavigated", lambda frame: loaded.append(frame.url))
    return loaded


def press(page, name):
    """A button that is reached, big enough for a thumb, and not off the edge."""
    button = page.get_by_role("button", name=re.compile(name))
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box["height"] >= 44 and box["x"] >= 0 and box["x"] + box["width"] <= 320
    button.click()


def sign_in(page, person):
    page.get_by_label("Username").fill(person.user.username)
    page.get_by_label("Password").fill("example")
    press(page, "^Sign in$")


@pytest.mark.parametrize("script", [True, False], ids=["", "without a script"])
def test_an_open_text_is_answered_from_the_letter(cast_now, open_for, script):
    now = timezone.now()
    group = factories.meeting("AG", by=cast_now.staff, begins=now.date(), on=now)
    plan = factories.plan(by=cast_now.staff, year=now.year, on=now)
    factories.circulated(plan, before=group, by=cast_now.staff, on=now)
    desk = open_for(None, script=script, width=320)
    loaded = pages_of(desk)
    page = desk.go(letter_to(cast_now.head, "For your position"))
    sign_in(page, cast_now.head)
    # After signing in it is the page that acts, and no other.
    expect(page.locator("main")).to_contain_text("Your answer")
    tick(page.get_by_role("radio", name="Approve", exact=True))
    press(page, "^Continue")
    tick(page.get_by_role("checkbox"))
    press(page, "^Submit the position of Dorlan")
    expect(page.locator("main")).to_contain_text("It is on the record")
    assert len(loaded) == FEWEST_PAGES, loaded
    position = Position.objects.get()
    assert (position.person, position.kind) == (cast_now.head, "approves")
    if script:
        desk.check()


def test_a_silence_is_broken_from_the_letter(cast_now, open_for):
    year = timezone.now().year
    plan = factories.plan(by=cast_now.staff, year=year, on=timezone.now())
    silences.opened(plan, by=cast_now.chair)
    desk = open_for(None, width=320, dark=True)
    page = desk.go(letter_to(cast_now.head, "Under silence"))
    sign_in(page, cast_now.head)
    page.get_by_role("link", name="Object and break the silence").click()
    desk.check()
    page.set_viewport_size({"width": 320, "height": 640})
    page.get_by_role("link", name="Continue and give the reason").click()
    tick(page.get_by_role("radio", name=re.compile("^Object")))
    page.get_by_role("textbox").first.fill("Paragraph 3 has to go.")
    press(page, "^Continue")
    tick(page.get_by_role("checkbox"))
    press(page, "^Break the silence for Dorlan")
    expect(page.locator("main")).to_contain_text("It is on the record")
    assert Consideration.objects.get().outcome == "broken"
