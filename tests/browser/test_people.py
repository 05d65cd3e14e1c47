"""A focal point at work, in Chromium: whoever is appointed gets in, and whoever is ended is out.

Every page is looked at by axe, at 1280 and at 320 pixels, and may not say anything on the console.
"""

from __future__ import annotations

import re

import pytest
from django.core import mail
from playwright.sync_api import expect

from secretariat import post
from secretariat.models import Appointment
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "a harbour under early snow"


def tick(control):
    """Click as a person does, on the words: the portal draws the circle itself."""
    control.page.locator(f"label[for='{control.get_attribute('id')}']").click()


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


@pytest.mark.parametrize("script", [True, False])
def test_an_appointment_from_the_letter_to_its_end(cast_now, open_for, script):
    cast = cast_now
    focal = factories.person("Focal Dorlan", "focal_point", cast.states["Dorlan"])
    desk = open_for(focal, script=script)
    check = desk.check if script else (lambda: None)

    # Appoint: written, checked, done.
    page = desk.go("/en/desk/")
    page.get_by_role("link", name="Delegation", exact=True).click()
    check()
    page.get_by_role("link", name="Appoint somebody").click()
    page.get_by_label("Name", exact=True).fill("Nova Head")
    page.get_by_label("E-mail address").fill("nova@dorlan.example.org")
    tick(page.get_by_role("radio", name="Head of delegation", exact=True))
    tick(page.get_by_role("radio", name="Departmental"))
    button(page, "Continue").click()
    check()
    expect(page.locator("main")).to_contain_text("There is a head of delegation in these days")
    page.get_by_label(re.compile("^Letter or note")).fill("Note verbale 9/2027")
    button(page, "Replace Head Dorlan").click()
    expect(page.get_by_role("heading", name="Check before you appoint")).to_be_visible()
    check()
    button(page, "Go back and change it").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Nova Head")
    button(page, "Continue").click()

    # Meanwhile the head writes a position; the portal gives the words back.
    head = open_for(cast.head, script=script, width=320)
    head.go("/en/desk/")
    button(page, "Appoint, and end the appointment of Head Dorlan").click()
    expect(page.locator("main")).to_contain_text("Nova Head is appointed: Head of delegation")
    check()
    head.go("/en/desk/notices/")
    expect(head.page.locator("main")).to_contain_text("no longer head of delegation of Dorlan")
    if script:
        head.check()

    # The letter opens the account, on a phone.
    post.send_due()
    (letter,) = [m for m in mail.outbox if m.to == ["nova@dorlan.example.org"]]
    (path,) = re.findall(r"https?://[^/\s]+(/en/invitation/\S+)", letter.body)
    invited = open_for(None, script=script, width=320)
    page = invited.go(path)
    if script:
        invited.check()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    button(page, "Open the account").click()
    expect(page.locator("main")).to_contain_text("Your account is open.")
    expect(page.locator("header")).to_contain_text("Dorlan – Head of delegation")

    # Ended before anything was done, the appointment is withdrawn, and the open window is shut.
    page = desk.go("/en/desk/delegation/")
    page.get_by_role("link", name="End the appointment of Nova Head, Head of delegation").click()
    check()
    page.get_by_label("Reason").fill("The note was recalled.")
    button(page, "Continue").click()
    check()
    button(page, "Withdraw the appointment").click()
    expect(page.locator("main")).to_contain_text("No head of delegation.")
    invited.go("/en/desk/")
    expect(invited.page.locator("main")).to_contain_text("no longer head of delegation of Dorlan")
    withdrawn = Appointment.objects.get(person__name="Nova Head")
    assert withdrawn.is_withdrawn


def test_a_calendar_of_ones_own(cast_now, open_for):
    desk = open_for(cast_now.head, dark=True)
    page = desk.go("/en/calendar/")
    page.get_by_role("link", name=re.compile("^Your own calendar")).click()
    desk.check()
    button(page, "Make the address").click()
    address = page.get_by_label("Address").input_value()
    assert re.search(r"/en/calendar/[\w-]{43}\.ics$", address)
    desk.check()
    assert desk.context.request.get(address).ok
    button(page, "End the address").click()
    expect(page.locator("main")).to_contain_text("opens nothing any more")
    assert desk.context.request.get(address).status == 404
