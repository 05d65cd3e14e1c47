"""A year in the life of a plan, in Chromium: each step as the person who takes it.

The worker is a real one, on the tests' own database and broker. Every page the walk opens is
looked at by axe, at 1280 and at 320 pixels, and may not say anything on the console.
"""

from __future__ import annotations

import hashlib
import re

import pytest
from playwright.sync_api import expect

from secretariat.models import Entry
from tests.workers import worker
from workplans.models import Document, WorkPlan

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RESERVATION = "Dorlan reads “harmonised” in paragraph 4 as “coordinated”."


def tick(control):
    """Click as a person does, on the words: the portal draws the box or the circle itself."""
    control.page.locator(f"label[for='{control.get_attribute('id')}']").click()


def go_on_nonetheless(page):
    """Go on with a deadline that leaves little time, as the page offers it beside its warnings."""
    tick(page.get_by_role("checkbox", name=re.compile("nonetheless")))


def convene(desk, body):
    page = desk.go("/en/desk/meetings/convene/")
    tick(page.get_by_role("radio", name=body))
    tick(page.get_by_role("radio", name="Online", exact=True))
    desk.check()
    page.get_by_role("button", name="Convene").click()
    # The meeting sits today, so no capital has a working day left, and the page asks about it.
    expect(page.get_by_role("heading", name="Check the date")).to_be_visible()
    expect(page.locator("main")).to_contain_text("All 4 states: no working day is left.")
    desk.check()
    go_on_nonetheless(page)
    page.get_by_role("button", name="Convene").click()
    expect(page).to_have_url(re.compile("/meetings/[a-z0-9-]+/$"))
    expect(page.locator("h1")).to_contain_text(body)


def take_position(desk, kind, text=""):
    page = desk.go("/en/desk/")
    page.get_by_role("link", name=re.compile("^(State your position|Approve or return)")).click()
    tick(page.get_by_role("radio", name=kind, exact=True))
    if text:
        page.get_by_role("textbox").fill(text)
    page.get_by_role("button", name="Continue").click()
    tick(page.get_by_role("checkbox"))
    page.get_by_role("button", name=re.compile("^Submit")).click()
    expect(page.locator("main")).to_contain_text("It is on the record")


def look_at_the_receipt(desk):
    """The page turns itself over once the worker has made the PDF; then it is looked at."""
    link = desk.page.get_by_role("link", name="Download the receipt")
    expect(link).to_be_visible(timeout=60_000)
    desk.check()


def choose_meeting_if_asked(page):
    choices = page.get_by_role("radio")
    if choices.count() and page.get_by_role("checkbox").count() == 0:
        tick(choices.first)
        page.get_by_role("button", name="Continue").click()


def download(page):
    with page.expect_download() as waiting:
        page.get_by_role("link", name=re.compile("^Download the PDF")).first.click()
    return waiting.value


def test_a_year_in_the_life_of_a_plan(cast_now, open_for, tmp_path):
    cast = cast_now
    with worker(tmp_path / "worker.log"):
        staff, chair = open_for(cast.staff), open_for(cast.chair, dark=True)

        # The secretariat starts the plan, writes, convenes and circulates.
        page = staff.go("/en/desk/plans/")
        staff.check()
        page.get_by_role("link", name=re.compile("^Start")).first.click()
        staff.check()
        year = int(page.get_by_label("Year").input_value())
        blank = page.get_by_role("radio", name=re.compile("lank"))
        if blank.count():
            tick(blank)
        page.get_by_role("button", name="Start the plan").click()
        expect(page).to_have_url(re.compile(rf"/desk/plans/{year}/"))
        page = staff.go(f"/en/desk/plans/{year}/edit/")
        staff.check()
        page.get_by_role("link", name=re.compile("^Add an activity")).first.click()
        staff.check()
        page.get_by_label("Title").first.fill("Forum on harmonised standards")
        page.get_by_label("Description").fill("What the forum is for.\n\n- One\n- Two")
        page.get_by_label("Begins").fill(f"{year}-05")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.locator("main")).to_contain_text(re.compile("The activity is (added|saved)"))
        plan = WorkPlan.objects.get(year=year)
        assert plan.areas.first().activities.get().title == "Forum on harmonised standards"
        convene(staff, "Advisory Group")
        page = staff.go(f"/en/desk/plans/{year}/circulate/")
        choices = page.get_by_role("radio")
        if choices.count():
            tick(choices.first)
        staff.check()
        tick(page.get_by_role("checkbox", name=re.compile("^I circulate")))
        go_on_nonetheless(page)
        page.get_by_role("button", name=re.compile("^Circulate")).click()
        symbol = f"PartNIR/AG/{year}/WP/1"
        expect(page).to_have_url(re.compile("/considerations/"))
        expect(page.locator("main")).to_contain_text(symbol)
        staff.check()

        # Every delegation answers; one with a reservation.
        for name, head in cast.heads.items():
            desk = open_for(head, script=name != "Borania", width=320)
            if name == "Dorlan":
                take_position(desk, "Approve with a reservation", RESERVATION)
                look_at_the_receipt(desk)
            else:
                take_position(desk, "Approve")

        # The chair adopts and watches the worker.
        page = chair.go("/en/desk/")
        chair.check()
        page.get_by_role("link", name=re.compile("^Adopt the")).click()
        chair.check()
        tick(page.get_by_role("checkbox"))
        page.get_by_role("button", name="Adopt the plan for the Advisory Group").click()
        expect(page.get_by_role("link", name=re.compile("^Download the PDF")).first).to_be_visible(
            timeout=60_000
        )
        chair.check()

        # Submitted to the ministers, each of whom answers on a phone.
        convene(chair, "Industry Ministers’ Meeting")
        page = chair.go(f"/en/desk/plans/{year}/submit/")
        choose_meeting_if_asked(page)
        chair.check()
        tick(page.get_by_role("checkbox", name=re.compile("^As chair")))
        go_on_nonetheless(page)
        page.get_by_role("button", name="Submit the plan to the ministers").click()
        expect(page).to_have_url(re.compile("/considerations/"))
        for name, minister in cast.ministers.items():
            desk = open_for(minister, width=320, dark=name == "Aldova")
            take_position(desk, "Approve")
        look_at_the_receipt(desk)
        assert WorkPlan.objects.get(year=year).status == "approved"

        # The state of the activity, and the report to the summit.
        page = staff.go(f"/en/desk/plans/{year}/progress/")
        staff.check()
        page.get_by_role("link", name=re.compile("^Record|Forum on harmonised")).first.click()
        tick(page.get_by_role("radio", name="Completed"))
        page.get_by_label("What was done").fill("Held, with 120 participants.")
        staff.check()
        page.get_by_role("button", name="Record the state").click()
        expect(page.locator("main")).to_contain_text("Held, with 120 participants.")
        convene(chair, "Summit")
        page = chair.go(f"/en/desk/plans/{year}/report/")
        choose_meeting_if_asked(page)
        chair.check()
        tick(page.get_by_role("checkbox"))
        page.get_by_role("button", name="Report to the summit and issue the report").click()
        expect(page.get_by_role("link", name=re.compile("^Download the PDF")).first).to_be_visible(
            timeout=60_000
        )

        # Anybody reads and downloads, without a script.
        visitor = open_for(None, script=False)
        page = visitor.go("/en/")
        page = visitor.go(f"/en/plans/{year}/")
        expect(page.locator("main")).to_contain_text("Forum on harmonised standards")
        page = visitor.go("/en/documents/")
        report = Document.objects.get(kind="summit_report")
        page = visitor.go(report.get_absolute_url())
        pdf = download(page).path().read_bytes()
        assert hashlib.sha256(pdf).hexdigest() == report.sha256

    assert WorkPlan.objects.get(year=year).status == "reported"
    assert set(Document.objects.values_list("status", flat=True)) == {"ready"}
    acts = list(Entry.objects.order_by("id").values_list("act", flat=True))
    assert acts.count("take_position") == 8
    for act in ("start", "circulate", "adopted", "submitted", "approved", "reported"):
        assert acts.count(act) == 1, act


PUBLIC = ["", "about/", "about/how-decisions-are-made/", "presidency/", "plans/", "calendar/",
          "documents/", "sign-in/"]  # fmt: skip


@pytest.mark.parametrize("dark", [False, True])
def test_public_pages_stand_up_to_axe_and_to_a_narrow_screen(cast_now, open_for, dark):
    visitor = open_for(None, dark=dark)
    for path in PUBLIC:
        visitor.go("/en/" + path)
        visitor.check()
