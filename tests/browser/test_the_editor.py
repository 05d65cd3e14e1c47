"""Every page of the editor in Chromium: by mouse, by keyboard, on a phone, without a script."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests import factories
from workplans import parts
from workplans.models import Activity, Parked, WorkPlan
from workplans.operations import drafting, editing, parking, rearranging

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def plan(cast_now):
    """A plan started from the year before, in which something is removed and put aside."""
    now, staff = timezone.now(), cast_now.staff
    last = factories.plan(by=staff, year=now.year, on=now, activities=3)
    Activity.objects.filter(title="Forum number 3").update(state="completed")
    plan, _left = drafting.start(
        year=now.year + 1, title="The next plan", by=staff, on=now, based_on=last
    )
    first, second = Activity.objects.filter(area__plan=plan)
    first.indicators.create(name="Visitors")
    first.indicators.create(name="Firms")
    plan.texts.create(kind="annex", title="Sources", text="A list.")
    gone = factories.activity(plan, title="Not this year")
    seen = editing.state_of(editing.what_goes(gone))
    rearranging.strike(plan, Activity, gone.key, seen=seen, reason="No host.", by=staff, on=now)
    parking.keep(
        plan,
        kind="activity",
        part=first.key,
        page=first.key,
        title=first.title,
        reason="conflict",
        fields={"description": {"was": "Before.", "mine": "Mine.", "by": "Chair Aldova"}},
        by=staff,
        on=now,
    )
    return plan


def at(plan, rest=""):
    return f"/en/desk/plans/{plan.year}/{rest}"


def pages(plan):
    """The address of every page of the editor, by what it is."""
    area, activity = plan.areas.first(), Activity.objects.filter(area__plan=plan).first()
    text, aside = plan.texts.get(), Parked.objects.get(cleared=None)
    left = plan.sittings.last()
    return {
        "overview": at(plan),
        "list": at(plan, "edit/"),
        "general": at(plan, "edit/general/"),
        "area": at(plan, f"edit/areas/{area.key}/"),
        "new area": at(plan, "edit/areas/add/"),
        "activity": at(plan, f"edit/activities/{activity.key}/"),
        "new activity": at(plan, f"edit/areas/{area.key}/activities/add/"),
        "text": at(plan, f"edit/texts/{text.key}/"),
        "new text": at(plan, "edit/texts/add/working_group/"),
        "remove": at(plan, f"edit/activity/{activity.key}/remove/"),
        "removed": at(plan, "edit/removed/"),
        "left behind": at(plan, "edit/left-behind/"),
        "texts put aside": at(plan, "parked/"),
        "text put aside": at(plan, f"parked/{aside.key}/"),
        "discard": at(plan, f"parked/{aside.key}/discard/"),
        "tables": at(plan, "activities/"),
        "history": at(plan, "history/"),
        "comparison": at(plan, f"compare/?from=s{left.pk}&to=now"),
        "side by side": at(plan, f"compare/?from=s{left.pk}&to=now&view=side"),
        "restore": at(plan, f"restore/s{left.pk}/"),
        "preview": at(plan, "preview/"),
    }


@pytest.mark.parametrize("dark", [False, True])
def test_no_page_is_too_wide_or_says_a_thing_axe_would_name(cast_now, open_for, plan, dark):
    desk = open_for(cast_now.staff, dark=dark)
    for name, address in pages(plan).items():
        page = desk.go(address)
        assert page.locator("h1").count() == 1, name
        desk.check()


def test_without_a_script_every_act_is_a_form(cast_now, open_for, plan):
    desk = open_for(cast_now.staff, script=False, width=320)
    for name, address in pages(plan).items():
        assert desk.go(address).locator("h1").count() == 1, name
    page = desk.go(at(plan, "edit/"))
    page.get_by_role("button", name="Duplicate Forum number 1").click()
    expect(page.get_by_role("link", name="1.2 Copy of Forum number 1")).to_be_visible()
    page.get_by_role("button", name="Move up Copy of Forum number 1").click()
    expect(page.get_by_role("link", name="1.1 Copy of Forum number 1")).to_be_visible()
    page.get_by_role("link", name="Remove Copy of Forum number 1").click()
    page.get_by_label("Reason").fill("One is enough.")
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_role("status")).to_contain_text("“Copy of Forum number 1” is removed.")
    page.get_by_role("button", name="Put it back").click()
    expect(page.get_by_role("link", name="1.1 Copy of Forum number 1")).to_be_visible()
    page.get_by_role("link", name=re.compile("What came from")).click()
    page.get_by_role("button", name="Bring it over Forum number 3").click()
    expect(page.get_by_role("link", name="3.1 Forum number 3")).to_be_visible()
    # A text put aside, decided and had back.
    page.get_by_role("link", name="Look at the texts put aside").click()
    page.get_by_role("link", name="Forum number 1", exact=True).click()
    page.get_by_text("Keep what is saved now").click()
    page.get_by_role("button", name="Save what I chose").click()
    page.get_by_role("link", name="Your own text can still be had back").click()
    page.get_by_role("button", name="Put it aside again").click()
    expect(page.get_by_role("status")).to_contain_text("It is put aside again.")
    assert Parked.objects.filter(cleared=None).count() == 1


def press(page, key, until, most=80):
    """Press a key until what has the focus is wanted."""
    for _press in range(most):
        page.keyboard.press(key)
        focused = page.evaluate("document.activeElement.textContent.replace(/\\s+/g, ' ').trim()")
        if until in focused and len(focused) < 3 * len(until) + 40:
            return
    raise AssertionError(f"No way by {key} to “{until}”.")


def test_the_list_by_keyboard_alone(cast_now, open_for, plan):
    desk = open_for(cast_now.staff)
    page = desk.go(at(plan, "edit/"))
    press(page, "Tab", "Duplicate Forum number 1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="1.2 Copy of Forum number 1")).to_be_visible()
    # The page goes on where the copy stands, not at its head.
    press(page, "Tab", "Copy of Forum number 1", most=4)
    press(page, "Tab", "Move up", most=4)
    page.keyboard.press("Space")
    expect(page.get_by_role("link", name="1.1 Copy of Forum number 1")).to_be_visible()
    press(page, "Tab", "Remove", most=8)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Copy of Forum number 1")
    press(page, "Tab", "Remove it")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("is removed")
    press(page, "Tab", "Put it back")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="1.1 Copy of Forum number 1")).to_be_visible()
    assert desk.complaints == []


def test_two_texts_are_compared_and_one_restored_by_mouse(cast_now, open_for, plan):
    now = timezone.now()
    activity = Activity.objects.filter(area__plan=plan).first()

    def save(by, **changed):
        said = parts.read(Activity.objects.get(pk=activity.pk))
        mine = {**said, **changed}
        editing.save(plan, Activity, activity.key, opened=said, mine=mine, by=by, on=now)

    save(cast_now.staff, place="Tunis")
    save(cast_now.chair, place="Sfax")
    desk = open_for(cast_now.staff)
    page = desk.go(at(plan, "history/"))
    page.get_by_role("link", name=re.compile("^See what changed")).first.click()
    expect(page.locator("main")).to_contain_text("1 part changed.")
    box = page.get_by_label("From")
    box.select_option(index=box.locator("option").count() - 1)
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("main")).to_contain_text("Sfax")
    page.get_by_role("link", name="Side by side").click()
    expect(page.get_by_role("columnheader", name="Before").first).to_be_visible()
    page.get_by_role("link", name="In one text").click()
    page.go_back()
    page.get_by_role("link", name=re.compile("Restore “As Staff Aldova left it")).first.click()
    page.get_by_role("button", name="Restore this text").click()
    expect(page.get_by_role("status")).to_contain_text("The draft is restored.")
    page.get_by_role("link", name="Go back to that").click()
    page.get_by_role("button", name="Restore this text").click()
    expect(page.get_by_role("status")).to_contain_text("The draft is restored.")
    activity.refresh_from_db()
    assert activity.place == "Sfax"
    desk.check()


def test_a_table_goes_out_and_comes_back(cast_now, open_for, plan, tmp_path):
    desk = open_for(cast_now.staff, width=320)
    page = desk.go(at(plan, "activities/"))
    with page.expect_download() as started:
        page.get_by_role("link", name="Download as CSV").click()
    path = tmp_path / "table.csv"
    started.value.save_as(path)
    text = path.read_text("utf-8-sig")
    path.write_text(text.replace("Forum number 1", "=SUM(1;2)"), "utf-8-sig")
    page.get_by_label("File with the table").set_input_files(path)
    page.get_by_role("button", name="See what would change").click()
    expect(page.locator("main")).to_contain_text("1 activity changes")
    desk.check()
    assert Activity.objects.filter(area__plan=plan, title="Forum number 1").exists()
    page.get_by_role("button", name="Take these changes").click()
    expect(page.get_by_role("status").first).to_contain_text("The table is taken into the draft")
    assert Activity.objects.filter(area__plan=plan, title="=SUM(1;2)").exists()
    desk.check()


def test_the_desk_names_what_waits(cast_now, open_for, plan):
    year = date.today().year + 1
    assert WorkPlan.objects.filter(year=year).exists()
    desk = open_for(cast_now.staff)
    desk.go(at(plan))
    page = desk.go("/en/desk/")
    main = page.locator("main")
    expect(main).to_contain_text(f"Decide about the text you put aside in the {year} work plan")
    expect(main).to_contain_text(re.compile(r"\d+ things? (is|are) worth a look"))
    page.get_by_role("link", name=re.compile("Decide about the text")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Texts put aside")
    desk.check()
