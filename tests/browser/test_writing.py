"""Writing in Chromium: what is typed is on the server soon, whatever happens to the line."""

from __future__ import annotations

import re

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import expect

from tests import factories
from tests.workers import wait_for
from workplans.models import Activity, Parked

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# What Chromium itself says of a line that was cut.
CUT = re.compile("net::ERR_INTERNET_DISCONNECTED|net::ERR_FAILED")


@pytest.fixture
def activity(cast_now):
    now = timezone.now()
    plan = factories.plan(by=cast_now.staff, year=now.year, on=now)
    return Activity.objects.filter(area__plan=plan).first()


def open_at(desk, activity):
    page = desk.go(f"/en/desk/plans/{activity.area.plan.year}/edit/activities/{activity.key}/")
    return dressed(page)


def dressed(page):
    """Once the editor of the prose text has come up."""
    expect(page.locator(".prose-box [role=textbox]").first).to_be_visible(timeout=20_000)
    return page


def says(page, words):
    expect(page.locator("[data-words]")).to_contain_text(re.compile(words), timeout=15_000)


def has(activity, **fields):
    def arrived():
        activity.refresh_from_db()
        return all(getattr(activity, name) == said for name, said in fields.items())

    wait_for(arrived, 10)


def forget_the_cut(desk):
    desk.complaints[:] = [words for words in desk.complaints if not CUT.search(words)]


def test_what_is_typed_is_saved_and_a_cut_line_loses_nothing(cast_now, open_for, activity):
    desk = open_for(cast_now.staff)
    page = open_at(desk, activity)
    says(page, "^Saved while you write$")
    page.get_by_label("Description").fill("नवाचार, 创新, الابتكار, ፈጠራ")
    says(page, r"^Saved \d\d:\d\d UTC$")
    has(activity, description="नवाचार, 创新, الابتكار, ፈጠራ")
    assert desk.complaints == []

    desk.context.set_offline(True)
    page.get_by_label("Place").fill("Tunis")
    says(page, r"^Not saved: no connection – trying again \(2 of 5\)$")
    page.get_by_role("button", name="Save", exact=True).click()
    says(page, "^Not saved: no connection")
    expect(page.get_by_label("Description")).to_have_text("नवाचार, 创新, الابتكار, ፈጠራ")
    desk.context.set_offline(False)
    says(page, r"^Saved \d\d:\d\d UTC$")
    has(activity, place="Tunis")
    forget_the_cut(desk)

    # An answer is lost on its way back: what arrived is the page's own, and no conflict with it.
    address = re.compile(r"/activities/")
    page.route(address, lambda route: (route.fetch(), route.abort()))
    page.get_by_label("Place").fill("Tunis or")
    says(page, "^Not saved: no connection")
    has(activity, place="Tunis or")
    page.unroute(address)
    page.get_by_label("Place").fill("Tunis or Sfax")
    says(page, r"^Saved \d\d:\d\d UTC$")
    has(activity, place="Tunis or Sfax")
    assert not Parked.objects.exists()
    forget_the_cut(desk)

    # A date nobody can read stops nothing else, and is said at its field.
    page.get_by_label("Begins").fill("Mayy 2027")
    page.get_by_label("Title").first.fill("Forum on standards")
    says(page, r"^Saved \d\d:\d\d UTC, except “Begins”$")
    expect(page.locator("#id_begins_error")).to_contain_text("Write a day, a month or a year")
    has(activity, title="Forum on standards")
    assert Parked.objects.get(cleared=None).sent["fields"]["begins"]["mine"] == "Mayy 2027"
    desk.check()
    page.get_by_label("Begins").fill("2027-05")
    says(page, r"^Saved \d\d:\d\d UTC$")
    expect(page.locator("#id_begins_error")).to_have_count(0)
    assert not Parked.objects.filter(cleared=None).exists()

    # The tab is closed in the middle of a word.
    page.get_by_label("Place").fill("Tunis, Tunisia")
    page.close(run_before_unload=True)
    has(activity, place="Tunis, Tunisia")


def test_two_people_write_one_activity(cast_now, open_for, activity):
    ana, li = open_for(cast_now.staff), open_for(cast_now.chair, dark=True)
    hers, his = open_at(ana, activity), open_at(li, activity)
    his.get_by_label("Place").fill("Pretoria")
    expect(hers.locator("[data-presence]")).to_contain_text(
        "Chair Aldova\u2069 is editing this activity.", timeout=15_000
    )
    says(his, r"^Saved \d")
    hers.get_by_label("Expected deliverables").fill("A list")
    says(hers, r"^Saved \d")
    expect(hers.locator("[data-told]")).to_contain_text("Chair Aldova changed “Place”")
    expect(hers.get_by_label("Place")).to_have_value("Pretoria")
    has(activity, place="Pretoria", deliverables="A list")

    # Both at the same words.
    hers.get_by_label("Description").fill("Ana’s words.")
    says(hers, r"^Saved \d\d:\d\d UTC$")
    has(activity, description="Ana’s words.")
    his.get_by_label("Description").fill("Li’s words.")
    says(his, r"except “Description”$")
    expect(his.locator("[data-aside]")).to_contain_text(
        "Staff Aldova changed “Description” meanwhile. Your text is put aside."
    )
    has(activity, description="Ana’s words.")
    li.check()
    his.get_by_role("link", name="Compare the two and choose").click()
    expect(his.locator("main")).to_contain_text("Saved now, by Staff Aldova")
    li.check()
    his.get_by_text("Keep my text").click()
    his.get_by_role("button", name="Save what I chose").click()
    expect(his.locator("main")).to_contain_text("It is saved as you decided.")
    has(activity, description="Li’s words.")
    assert not Parked.objects.filter(cleared=None).exists()


def test_somebody_signed_out_elsewhere_goes_on_where_they_were(cast_now, open_for, activity):
    desk = open_for(cast_now.staff)
    page = open_at(desk, activity)
    says(page, "^Saved while you write$")
    Session.objects.all().delete()
    page.get_by_label("Place").fill("Accra")
    says(page, "^Autosave is paused: you are signed out")
    expect(page.get_by_role("link", name="Sign in in another window")).to_be_visible()
    door = desk.context.new_page()
    door.goto(desk.address + "/en/sign-in/")
    door.get_by_label("Username").fill("staff.aldova")
    door.get_by_label("Password").fill("example")
    door.get_by_role("button", name="Sign in", exact=True).click()
    expect(door).to_have_url(re.compile("/desk/"))
    door.close()
    page.get_by_role("button", name="Retry").click()
    says(page, r"^Saved \d")
    has(activity, place="Accra")


def test_a_new_activity_is_there_as_soon_as_it_has_a_title(cast_now, open_for, activity):
    desk = open_for(cast_now.staff, width=320)
    year, area = activity.area.plan.year, activity.area
    page = dressed(desk.go(f"/en/desk/plans/{year}/edit/areas/{area.key}/activities/add/"))
    page.get_by_label("Description").fill("For whom it is.")
    says(page, "^Not saved yet: a title is needed first. Your text is put aside meanwhile.$")
    page.get_by_label("Title").first.fill("Contest")
    says(page, r"^Saved \d")
    made = Activity.objects.get(title="Contest")
    assert made.description == "For whom it is."
    expect(page).to_have_url(re.compile(str(made.key)))
    page.get_by_label("Place").fill("Online")
    says(page, r"^Saved \d")
    has(made, place="Online")
    desk.check()
    page.reload()
    expect(page.get_by_label("Place")).to_have_value("Online")
