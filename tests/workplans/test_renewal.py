"""Starting from last year: what goes on in which state, what stays behind and why."""

import re
from html import unescape
from uuid import UUID, uuid4

import pytest

from secretariat import register
from secretariat.models import Entry
from tests import factories
from tests.workplans.writing import at
from workplans import content
from workplans import draft as drafts
from workplans.models import Activity, WorkPlan
from workplans.operations import bringing, followup
from workplans.renewal import Word, brought_over, recalled, renewed

pytestmark = pytest.mark.django_db
SENT = {"year": "2029", "title": "Annual Work Plan 2028", "source": "2027"}


def words(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", unescape(response.content.decode())))


@pytest.fixture
def form(draft):
    return drafts.compose(draft, on=factories.TODAY)


@pytest.fixture
def staff(cast, sign_in):
    return sign_in(cast.staff)


def renew(form, **words_on):
    return renewed(form, year=2028, title="Next", meetings=[], words=words_on or None)


def of_area(form, number):
    return form["areas"][number]["activities"]


def test_milestones_come_along_without_their_dates(form):
    (activity,) = of_area(form, 0)
    step = {"id": "00000000-0000-4000-8000-00000000000a", "text": "Step", "date": "2027-05"}
    activity["milestones"] = [step]
    (kept,) = of_area(renew(form).form, 0)
    (again,) = kept["milestones"]
    assert (again["text"], again["date"]) == ("Step", None)
    assert again["id"] != step["id"]


@pytest.mark.parametrize("state", ["planned", "continuing", "under_way", "postponed"])
@pytest.mark.parametrize("told", [False, True])
def test_what_goes_on_keeps_the_state_it_has(form, state, told):
    (activity,) = of_area(form, 0)
    if not told:
        activity["state"] = state
    renewal = renew(
        form, **({activity["id"]: Word(state, "So far.", "2027-09-01")} if told else {})
    )
    (kept,) = of_area(renewal.form, 0)
    assert kept["state"] == state
    assert kept["id"] != activity["id"]
    came = renewal.came[0]
    assert (came.key, came.was, came.number) == (kept["id"], activity["id"], "1.1")
    assert (came.state, came.note) == (state, "So far." if told else "")


@pytest.mark.parametrize("state", ["completed", "cancelled"])
@pytest.mark.parametrize("told", [False, True])
def test_what_has_ended_stays_behind_with_all_it_said(form, state, told):
    (activity,) = of_area(form, 0)
    if not told:
        activity["state"] = state
    renewal = renew(form, **({activity["id"]: Word(state, "Done.", "2027-09-01")} if told else {}))
    assert of_area(renewal.form, 0) == []
    (left,) = renewal.left
    assert (left.state, left.form, left.number) == (state, activity, "1.1")
    assert left.area == renewal.form["areas"][0]["id"]
    assert (left.note, left.on) == (("Done.", "2027-09-01") if told else ("", ""))
    # The register gives both lists back as they were.
    assert recalled(renewal.facts()) == ([*renewal.came], [*renewal.left])


def test_the_newest_word_counts_more_than_the_text(form):
    (activity,) = of_area(form, 0)
    activity["state"] = "completed"
    renewal = renew(form, **{activity["id"]: Word("postponed")})
    assert [row["state"] for row in of_area(renewal.form, 0)] == ["postponed"]


def test_only_dates_that_reach_into_the_new_year_come_along(form):
    past, ahead = of_area(form, 0)[0], of_area(form, 1)[0]
    past.update(begins="2027-05-01", ends="2027-06")
    ahead.update(begins="2025", ends="2030")
    fresh = renew(form).form
    (one,), (other,) = of_area(fresh, 0), of_area(fresh, 1)
    assert (one["begins"], one["ends"]) == (None, None)
    assert (other["begins"], other["ends"]) == ("2025", "2030")


def test_no_identity_is_used_twice(form, draft, cast):
    activity = Activity.objects.filter(area__plan=draft).first()
    activity.indicators.create(name="Visitors")
    activity.area.objectives.create(text="To meet.")
    form = drafts.compose(draft, on=factories.TODAY)
    fresh = renew(form).form
    old = {part["id"] for _where, part in content.identified(form)}
    new = [part["id"] for _where, part in content.identified(fresh)]
    assert len(new) == len(old) and not old & {*new}
    assert fresh["year"] == 2028


def test_what_is_brought_over_is_always_the_same_activity(form):
    (activity,) = of_area(form, 0)
    activity["state"] = "completed"
    (left,) = renew(form).left
    plan = uuid4()
    one, other = (brought_over(left, plan=plan, year=2028) for _time in range(2))
    assert one["id"] == other["id"] != activity["id"]
    assert one["state"] == "continuing"
    assert brought_over(left, plan=uuid4(), year=2028)["id"] != one["id"]


# In the portal


@pytest.fixture
def followed(approved, cast):
    """The approved plan of 2027: the first activity is completed, the second postponed."""
    first, second = [activity["id"] for _n, activity in content.activities(approved.revision.form)]
    for key, state, note in (
        (first, "cancelled", "Not enough places."),
        (first, "completed", "Held after all, with 300 visitors."),
        (second, "postponed", "The host asked for more time."),
    ):
        seen = approved.progress.filter(activity=key).first()
        followup.record_progress(
            approved, UUID(key), state=state, note=note, by=cast.staff, on=factories.NOW,
            seen=seen and seen.pk,
        )  # fmt: skip
    return approved


@pytest.fixture
def started(followed, staff):
    """The plan of 2029 as it was started from that one."""
    assert staff.post(at("start"), SENT).status_code == 302
    return WorkPlan.objects.get(year=2029)


def test_the_record_decides_what_goes_on(started):
    rows = Activity.objects.filter(area__plan=started)
    assert [(row.title, row.state) for row in rows] == [("Forum number 2", "postponed")]


def test_starting_says_what_stayed_behind_and_where_to_see_why(followed, staff):
    response = staff.post(at("start"), SENT, follow=True)
    said = words(response)
    assert "1 activity was left behind, being completed or cancelled: Forum number 1." in said
    assert f'<a href="{at("left_behind", 2029)}">See why, or bring one over</a>'.encode() in (
        response.content
    )


def test_the_page_stays_and_says_why(started, staff):
    for page in (staff.get(at("edit", 2029)), staff.get(at("overview", 2029))):
        assert at("left_behind", 2029).encode() in page.content
    said = words(staff.get(at("left_behind", 2029)))
    assert "Staff Aldova started this plan on " in said
    assert "1.1 Forum number 1 Completed, recorded on 10 March 2027" in said
    assert "Held after all, with 300 visitors." in said
    assert "Not enough places." not in said, "The newest word counts."
    assert "Forum number 2 Postponed, recorded on 10 March 2027" in said
    assert "The host asked for more time." in said


def bring(client, key):
    return client.post(at("bring_over", 2029, key), follow=True)


def left_of(plan):
    (left,) = bringing.of(plan).left
    return left


def test_one_click_brings_it_over_and_two_bring_it_once(started, staff, cast):
    left = left_of(started)
    version = started.version
    response = bring(staff, left.key)
    assert "“Forum number 1” is in the draft." in words(response)
    (row,) = Activity.objects.filter(area__plan=started, title="Forum number 1")
    assert (row.state, row.area.title, row.begins) == ("continuing", "Digitization", None)
    assert row.description == "What Forum number 1 is for."
    assert row.changed_by == cast.staff
    entry = Entry.objects.filter(act="bring_over").get()
    assert (entry.by, entry.facts["title"]) == (cast.staff, "Forum number 1")
    assert WorkPlan.objects.get(year=2029).version > version
    assert "Brought over from the earlier plan: Forum number 1" in words(
        staff.get(at("history", 2029))
    )
    page = words(staff.get(at("left_behind", 2029)))
    assert "In the draft Forum number 1" in page and "Bring it over Forum" not in page
    bring(staff, left.key)
    assert Activity.objects.filter(area__plan=started, title="Forum number 1").count() == 1
    assert Entry.objects.filter(act="bring_over").count() == 1


def test_what_was_struck_again_can_be_brought_again(started, staff):
    left = left_of(started)
    bring(staff, left.key)
    row = Activity.objects.get(area__plan=started, title="Forum number 1")
    page = staff.get(at("remove", 2029, "activity", row.key))
    staff.post(at("remove", 2029, "activity", row.key), {"seen": page.context["seen"]})
    assert "Bring it over Forum number 1" in words(staff.get(at("left_behind", 2029)))
    bring(staff, left.key)
    assert Activity.objects.get(area__plan=started, title="Forum number 1").key == row.key


def test_without_its_area_it_stays_and_says_so(started, staff):
    left = left_of(started)
    started.areas.filter(key=left.area).delete()
    said = words(bring(staff, left.key))
    assert "Its priority area, “Digitization”, is not in the draft any more." in said
    assert not Activity.objects.filter(area__plan=started, title="Forum number 1").exists()


def test_what_the_register_does_not_know_is_not_brought(started, staff):
    assert "The register knows no such activity" in words(bring(staff, uuid4()))
    assert not Entry.objects.filter(act="bring_over").exists()


def test_a_blank_plan_says_so_and_its_list_does_not_speak_of_it(draft, staff):
    assert "Nothing came from an earlier one." in words(staff.get(at("left_behind", 2027)))
    assert b"left-behind" not in staff.get(at("edit", 2027)).content


def test_a_plan_started_before_the_register_said_so_has_one(started, staff, cast):
    """Entries never change: those of earlier plans say less."""
    later = WorkPlan.objects.create(
        year=2031, title="Later", based_on=started, presidency=started.presidency
    )
    register.enter("start", later, by=cast.staff, year=2031, based_on=2029)
    said = words(staff.get(at("left_behind", 2031)))
    assert "The register does not say what stayed behind." in said


@pytest.mark.parametrize("number", [1, 30])
def test_the_page_costs_the_same_however_much_came(
    cast, draft, staff, number, django_assert_num_queries
):
    for n in range(number):
        factories.activity(draft, title=f"More {n}", area=n % 5)
        factories.activity(draft, title=f"Over {n}", area=n % 5, state="completed")
    staff.post(at("start"), SENT)
    staff.get(at("left_behind", 2029))
    with django_assert_num_queries(10):
        page = staff.get(at("left_behind", 2029))
    assert len(page.context["left"]) == number
    assert len(page.context["came"]) == number + 2
