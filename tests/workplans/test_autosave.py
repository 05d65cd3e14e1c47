"""Saving while somebody writes: what is saved, what is put aside, and what the page is told."""

import json
import re
from collections import Counter

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.workplans.writing import Window, at, fields
from workplans.models import Activity, Objective, Parked, PriorityArea, TextBlock, WorkPlan

pytestmark = pytest.mark.django_db

SCRIPTS = "कृत्रिम बुद्धिमत्ता और नवाचार\n人工智能与工业\nالابتكار، ‏2027‏\nኢንዱስትሪ"


@pytest.fixture
def staff(cast, sign_in):
    return sign_in(cast.staff)


@pytest.fixture
def chair(cast, sign_in):
    return sign_in(cast.chair)


@pytest.fixture
def activity(draft):
    return Activity.objects.filter(area__plan=draft).first()


def page_of(activity):
    return at("activity", 2027, activity.key)


def waiting():
    return Parked.objects.filter(cleared=None)


def test_it_saves_and_tells_the_page_what_is_saved_now(staff, activity, cast):
    window = Window(staff, page_of(activity))
    found = window.save(description=SCRIPTS, place=" Pretoria ")
    assert (found["state"], found["words"]) == ("saved", "Saved 12:00 UTC")
    assert found["opened"]["place"] == "Pretoria"
    assert (found["theirs"], found["told"], found["aside"]) == ({}, "", None)
    activity.refresh_from_db()
    assert (activity.description, activity.version) == (SCRIPTS, 2)
    assert activity.changed_by == cast.staff
    assert Window(staff, page_of(activity)).sent["description"] == SCRIPTS


def test_what_changes_nothing_writes_nothing(staff, draft, activity):
    window, before = Window(staff, page_of(activity)), WorkPlan.objects.get().version
    assert window.save()["state"] == "saved"
    activity.refresh_from_db()
    assert activity.version == 1
    assert WorkPlan.objects.get().version == before


def test_one_activity_is_written_and_no_other(staff, draft, activity):
    before = dict(Activity.objects.exclude(pk=activity.pk).values_list("pk", "changed"))
    Window(staff, page_of(activity)).save(title="Another")
    after = dict(Activity.objects.exclude(pk=activity.pk).values_list("pk", "changed"))
    assert before and after == before


WRITES = re.compile(r'(?:UPDATE|INSERT INTO|DELETE FROM) "(\w+)"')


def written(queries):
    """Which tables were written, each with how often."""
    found = (WRITES.match(query["sql"]) for query in queries)
    return Counter(table[1].removeprefix("workplans_") for table in found if table)


@pytest.mark.parametrize("how", ["by itself", "with the button"])
def test_a_save_writes_one_activity_the_sitting_and_the_plan(staff, draft, activity, how):
    def save(**typed):
        window = Window(staff, page_of(activity))
        with CaptureQueriesContext(connection) as queries:
            if how == "by itself":
                assert window.save(**typed)["state"] == "saved"
            else:
                answer = staff.post(window.address, {**window.sent, **typed, "offered": "[]"})
                assert answer.status_code == 302
        return queries

    save(place="Once")
    queries = save(place="Twice")
    assert written(queries) == {"activity": 1, "sitting": 1, "workplan": 1}
    (update,) = (q["sql"] for q in queries if q["sql"].startswith('UPDATE "workplans_activity"'))
    assert f'"id" = {activity.pk} ' in update
    # The text of the plan is not touched, nor is any other row of it.
    (plan,) = (q["sql"] for q in queries if q["sql"].startswith('UPDATE "workplans_workplan"'))
    assert "preamble" not in plan
    # Nothing at all is written where nothing changes.
    assert written(save()) == {}

    window = Window(staff, page_of(activity))
    (box,) = (name for name in window.sent if name.endswith("-name"))
    queries = save(**{box: "Visitors"})
    assert written(queries)["indicator"] == 1
    assert set(written(queries)) == {"activity", "indicator", "sitting", "workplan"}


@pytest.mark.parametrize("activities", [3, 300])
def test_its_queries_do_not_grow_with_the_plan(
    staff, cast, draft, activity, activities, django_assert_num_queries
):
    area = draft.areas.first()
    Activity.objects.bulk_create(
        Activity(area=area, title=f"Forum {n}", position=n + 9) for n in range(activities - 2)
    )
    window = Window(staff, page_of(activity))
    window.save(place="Once")
    with django_assert_num_queries(20):
        window.save(description="Twice")


def test_other_fields_of_others_are_kept_and_told(staff, chair, activity, cast):
    mine, theirs = Window(staff, page_of(activity)), Window(chair, page_of(activity))
    ministry = cast.states["Dorlan"].authorities.get()
    theirs.save(lead=str(ministry.state_id), lead_authority=str(ministry.pk), ends="2027-06")
    theirs.save(co_leads=[str(cast.states["Aldova"].pk)])
    found = mine.save(description="Mine.")
    assert found["state"] == "saved"
    assert found["theirs"]["ends"] == {"ends": ["2027-06"]}
    assert found["theirs"]["co_leads"] == {"co_leads": [str(cast.states["Aldova"].pk)]}
    assert found["told"] == (
        "Chair Aldova changed “Lead state”, “Lead authority”, “Co-leading states” and “Ends” "
        "while you were editing, and that is kept."
    )
    activity.refresh_from_db()
    assert (activity.description, activity.ends.iso) == ("Mine.", "2027-06")


def test_the_same_field_is_put_aside_and_the_others_are_saved(staff, chair, activity):
    mine, theirs = Window(staff, page_of(activity)), Window(chair, page_of(activity))
    theirs.save(description="The chair’s.")
    found = mine.save(description="My own.", place="Here")
    assert found["state"] == "partly"
    assert found["words"] == "Saved 12:00 UTC, except “Description”"
    row = waiting().get()
    assert found["aside"]["url"] == at("parked_text", 2027, row.key)
    assert found["aside"]["words"] == (
        "Chair Aldova changed “Description” meanwhile. Your text is put aside."
    )
    activity.refresh_from_db()
    assert (activity.description, activity.place) == ("The chair’s.", "Here")
    said = row.sent["fields"]["description"]
    assert said == {
        "was": "What Forum number 1 is for.", "mine": "My own.", "by": "Chair Aldova",
    }  # fmt: skip

    # Who it was is not forgotten when oneself has saved last; and the newest text is kept.
    found = mine.save(description="My own, longer.", place="There")
    assert found["aside"]["words"].startswith("Chair Aldova changed")
    assert waiting().get().sent["fields"]["description"]["mine"] == "My own, longer."
    # Coming round to what is saved ends it.
    assert mine.save(description="The chair’s.")["state"] == "saved"
    assert not waiting().exists()


def test_an_answer_that_never_came_is_no_conflict_with_oneself(staff, chair, activity):
    window = Window(staff, page_of(activity))
    window.save(description="First.", heard=False)
    window.save(description="First and second.", heard=False)
    found = window.save(description="First, second, third.")
    assert (found["state"], found["aside"]) == ("saved", None)
    activity.refresh_from_db()
    assert activity.description == "First, second, third."

    # But what another wrote in between is.
    window.save(description="Fourth.", heard=False)
    Window(chair, page_of(activity)).save(description="The chair’s.")
    assert window.save(description="Fifth.")["state"] == "partly"
    activity.refresh_from_db()
    assert activity.description == "The chair’s."


def test_two_windows_of_one_person_do_not_hide_each_other(staff, chair, activity):
    one, two = Window(staff, page_of(activity)), Window(staff, page_of(activity))
    Window(chair, page_of(activity)).save(description="The chair’s.")
    one.save(description="In one window.")
    two.save(description="In another.")
    kept = {row.sent["fields"]["description"]["mine"] for row in waiting()}
    assert kept == {"In one window.", "In another."}


def test_a_field_nobody_can_read_stops_no_other(staff, activity):
    window = Window(staff, page_of(activity))
    found = window.save(begins="Mayy 2027", title="", place="Here")
    assert found["words"] == "Saved 12:00 UTC, except “Title” and “Begins”"
    assert found["state"] == "partly"
    assert set(found["problems"]) == {"begins", "title"}
    row = waiting().get()
    assert row.reason == "invalid"
    assert row.sent["fields"] == {"begins": {"was": "", "mine": "Mayy 2027", "unread": True}}
    activity.refresh_from_db()
    assert (activity.place, activity.title, activity.begins) == ("Here", "Forum number 1", None)
    found = window.save(begins="2027-05", title="Forum")
    assert found["problems"] == {}
    assert not waiting().exists()


def test_an_indicator_without_a_name_waits(staff, activity):
    window = Window(staff, page_of(activity))
    box = next(name for name in window.sent if name.endswith("-name")).removesuffix("-name")
    found = window.save(**{f"{box}-target": "100"})
    assert found["problems"] == {f"{box}-name": ["Write what is measured."]}
    assert waiting().get().sent["fields"][box]["mine"] == ["", "", "", "100"]
    assert window.save(**{f"{box}-name": "Entries"})["state"] == "saved"
    assert activity.indicators.get().target == "100"
    # Its identity is the page's, so the next saving changes it.
    window.save(**{f"{box}-target": "200"})
    assert activity.indicators.get().target == "200"


def test_a_milestone_is_saved_box_by_box(staff, activity):
    window = Window(staff, page_of(activity))
    box = next(name for name in window.sent if name.startswith("milestone-")).removesuffix("-text")
    found = window.save(**{f"{box}-date": "2027-05"})
    assert found["words"] == "Saved 12:00 UTC, except “Milestone”"
    assert found["problems"] == {f"{box}-text": ["Write what is reached."]}
    assert waiting().get().sent["fields"][box]["mine"] == ["", "2027-05"]
    assert window.save(**{f"{box}-text": SCRIPTS.split("\n")[0]})["state"] == "saved"
    assert not waiting().exists()
    milestone = activity.milestones.get()
    assert (str(milestone.key), milestone.text) == (
        box.removeprefix("milestone-"),
        SCRIPTS.split("\n")[0],
    )
    assert (milestone.date.iso, milestone.version) == ("2027-05", 1)

    # A date nobody can read stops no other field; the milestone stays as it was.
    found = window.save(**{f"{box}-date": "Mayy"}, place="Here")
    assert set(found["problems"]) == {f"{box}-date"}
    assert waiting().get().sent["fields"][box] == {
        "was": [SCRIPTS.split("\n")[0], "2027-05"],
        "mine": [SCRIPTS.split("\n")[0], "Mayy"],
        "unread": True,
    }
    activity.refresh_from_db()
    assert (activity.place, activity.milestones.get().date.iso) == ("Here", "2027-05")

    assert window.save(**{f"{box}-date": ""})["state"] == "saved"
    assert activity.milestones.get().date is None
    window.save(**{f"{box}-text": ""})
    assert not activity.milestones.exists() and not waiting().exists()


def test_milestones_of_two_people_are_both_kept_and_told(staff, chair, activity):
    mine, theirs = (Window(who, page_of(activity)) for who in (staff, chair))
    for window, text in ((theirs, "Call"), (mine, "Final")):
        box = next(name for name in window.sent if name.startswith("milestone-"))
        found = window.save(**{box: text})
    assert [row.text for row in activity.milestones.all()] == ["Call", "Final"]
    assert found["told"] == (
        "Chair Aldova changed “Milestone” while you were editing, and that is kept."
    )


def test_a_page_that_knows_no_milestones_removes_none(staff, chair, activity):
    """One that was open since before there were any."""
    window = Window(staff, page_of(activity))
    for name in [name for name in window.sent if name.startswith("milestone-")]:
        del window.sent[name]
    activity.milestones.create(text="Call", date="2027-05")
    assert window.save(place="Here")["state"] == "saved"
    assert activity.milestones.get().text == "Call"


def test_another_person_s_new_objective_is_not_removed_by_a_page_without_a_box_for_it(
    staff, chair, draft
):
    area = draft.areas.first()
    mine, theirs = (Window(who, at("area", 2027, area.key)) for who in (staff, chair))
    box = next(name for name in theirs.sent if name.startswith("objective-"))
    theirs.save(**{box: "Share experience."})
    for n in range(3):
        mine.save(title=f"Area {n}")
    assert area.objectives.get().text == "Share experience."


def test_a_new_activity_begins_with_its_title(staff, draft):
    area = draft.areas.last()
    window = Window(staff, at("activity_add", 2027, area.key))
    found = window.save(description="For whom.")
    assert found["state"] == "waiting"
    assert "a title is needed" in found["words"] and found["problems"] == {}
    assert waiting().get().sent["fields"]["description"]["mine"] == "For whom."
    found = window.save(title="Con", heard=False)
    found = window.save(title="Contest")
    assert found["state"] == "saved"
    made = Activity.objects.get(title="Contest")
    assert (made.area, made.description) == (area, "For whom.")
    assert not waiting().exists()
    window.save(title="Contests")
    assert Activity.objects.filter(area=area).count() == area.activities.count() == 1


def test_a_new_activity_tells_its_own_address(staff, draft):
    window = Window(staff, at("activity_add", 2027, draft.areas.last().key))
    found = window.save(title="Contest")
    assert found["address"] == page_of(Activity.objects.get(title="Contest"))


def test_a_part_removed_meanwhile_is_kept_whole(staff, activity):
    window = Window(staff, page_of(activity))
    activity.delete()
    response = window.save(description="Written for an hour.")
    assert response["state"] == "paused"
    row = waiting().get()
    assert row.reason == "gone"
    assert row.sent["fields"]["description"]["mine"] == "Written for an hour."
    assert row.sent["fields"]["title"]["mine"] == row.title == "Forum number 1"


def test_a_text_settled_meanwhile_keeps_what_was_changed(staff, cast, draft, activity, agreed):
    window = Window(staff, page_of(activity))
    factories.adopted(agreed, by=cast.chair)
    found = window.save(description="Too late.")
    assert found["state"] == "paused"
    assert "the plan is “Adopted”" in found["words"]
    row = waiting().get()
    assert (row.reason, list(row.sent["fields"])) == ("settled", ["description"])


def test_nothing_is_saved_under_the_name_of_whoever_signed_in_after(staff, cast, activity):
    window = Window(staff, page_of(activity))
    window.client.force_login(cast.chair.user, backend="bpic.accounts.PersonBackend")
    found = window.save(description="Whose?", author=str(cast.staff.pk))
    assert found["state"] == "paused"
    assert "Chair Aldova is signed in in this browser now" in found["words"]
    activity.refresh_from_db()
    assert activity.description != "Whose?"


def test_general_text_and_annexes_too(staff, draft):
    Window(staff, at("edit_general", 2027)).save(preamble=SCRIPTS)
    draft.refresh_from_db()
    assert draft.preamble == SCRIPTS
    window = Window(staff, at("text_add", 2027, "annex"))
    window.save(title="Terms")
    window.save(text="Of reference.")
    assert TextBlock.objects.get().text == "Of reference."
    window = Window(staff, at("area_add", 2027))
    window.save(title="Connectivity")
    assert PriorityArea.objects.filter(title="Connectivity").count() == 1
    assert not Objective.objects.exists()


# What is pasted


def test_two_megabytes_are_told_in_words_and_kept(staff, activity):
    huge = "人工智能与工业" * 100_000
    window = Window(staff, page_of(activity))
    found = window.save(description=huge, place="Here")
    assert found["problems"]["description"] == [
        "This has 700,000 characters; the portal keeps at most 200,000 here."
    ]
    assert waiting().get().sent["fields"]["description"]["mine"] == huge
    activity.refresh_from_db()
    assert activity.place == "Here"
    response = staff.post(page_of(activity), fields(staff.get(page_of(activity))) | {"title": huge})
    assert response.status_code == 422
    assert "the portal keeps at most 300 here" in response.content.decode()
    assert huge in response.content.decode()


def test_a_page_limits_nothing_by_itself_for_a_browser_cuts_in_silence(staff, activity):
    assert b"maxlength" not in staff.get(page_of(activity)).content


def test_pasted_signs_nobody_sees_are_left_out_and_scripts_stay_text(staff, activity):
    pasted = "One\x00 two\x0bthree\u2028four\ufeff <script>alert(1)</script>\r\nक्‍ष می‌خواهم\x07"
    window = Window(staff, page_of(activity))
    assert window.save(description=pasted)["state"] == "saved"
    activity.refresh_from_db()
    assert activity.description == ("One two\nthree\nfour <script>alert(1)</script>\nक्‍ष می‌خواهم")
    page = staff.get(page_of(activity)).content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page


def test_what_a_page_carries_cannot_break_the_saving(staff, chair, activity):
    Window(chair, page_of(activity)).save(description="The chair’s.")
    sent = fields(staff.get(page_of(activity))) | {"description": "Mine.", "autosave": "yes"}
    for opened in ("", "[]", "7", '{"description": "\\u0000\\ud800"}', '{"lead": {"a": [1]}}'):
        found = staff.post(page_of(activity), sent | {"opened": opened, "offered": opened})
        assert found.status_code == 200, opened
    assert staff.post(page_of(activity), sent | {"opened": "{"}).json()["state"] == "waiting"
    activity.refresh_from_db()
    assert activity.description == "The chair’s."


def test_without_a_token_nothing_is_saved_and_a_fresh_one_can_be_had(cast, activity):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.staff.user, backend="bpic.accounts.PersonBackend")
    sent = fields(client.get(page_of(activity))) | {"autosave": "yes", "place": "Here"}
    assert client.post(page_of(activity), sent).status_code == 403
    token = json.loads(client.get(at("present", 2027)).content)["token"]
    sent["csrfmiddlewaretoken"] = token
    assert client.post(page_of(activity), sent).json()["state"] == "saved"


# What is pasted


@pytest.mark.parametrize("box", ["description", "deliverables"])
def test_a_paste_of_two_megabytes_is_told_and_kept(staff, activity, box):
    window, pasted = Window(staff, page_of(activity)), "नवाचार word " * 160_000
    assert len(pasted.encode()) > 2_000_000
    found = window.save(**{box: pasted}, place="Tunis")
    assert found["state"] == "partly"
    (sentence,) = found["problems"][box]
    assert sentence.startswith("This has ") and "keeps at most 200,000 here" in sentence
    activity.refresh_from_db()
    assert activity.place == "Tunis" and len(getattr(activity, box)) < 100
    assert waiting().get().sent["fields"][box]["mine"].split() == pasted.split()
    # With the button the page comes back with all of it in its box.
    response = staff.post(page_of(activity), {**window.sent, "offered": "[]"})
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert response.content.decode().count("नवाचार") >= 160_000
    # Made shorter it is saved, and nothing waits any more.
    assert window.save(**{box: "नवाचार"})["state"] == "saved"
    assert not waiting().exists()


def test_ten_thousand_links_are_a_text_like_any_other(staff, activity):
    links = " ".join(f"[w{n}](https://e.org/{n})" for n in range(5_000))
    assert Window(staff, page_of(activity)).save(description=links)["state"] == "saved"
    page = staff.get(at("preview", 2027)).content.decode()
    assert page.count('href="https://e.org/') == 5_000
    more = " ".join(f"[w{n}](https://example.org/{n})" for n in range(10_000))
    found = Window(staff, page_of(activity)).save(description=more)
    assert found["state"] == "partly" and "keeps at most" in found["problems"]["description"][0]


def test_scripts_and_markup_stay_words(staff, activity):
    said = "<script>alert(1)</script> <b onmouseover=alert(1)>bold</b> [x](javascript:alert(1))"
    said += "\n\n<o:p>&nbsp;</o:p><!--[if gte mso 9]><xml></xml><![endif]-->"
    for name in ("description", "deliverables", "title", "place"):
        text = said if name in ("description", "deliverables") else said.split("\n")[0]
        assert Window(staff, page_of(activity)).save(**{name: text})["state"] == "saved", name
    addresses = (page_of(activity), at("edit", 2027), at("preview", 2027), at("compare", 2027))
    for address in addresses:
        page = staff.get(address).content.decode()
        for bad in ("<script>alert", "<b onmouseover", 'href="javascript:', "<o:p>", "<!--[if"):
            assert bad not in page, (address, bad)


def test_what_no_server_takes_is_refused_before_it_is_read(staff, activity, settings):
    """The page then says that it is more than the portal takes at once (static/js/autosave.js)."""
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100_000
    before = Activity.objects.values().get(pk=activity.pk)
    sent = {**Window(staff, page_of(activity)).sent, "description": "x" * 200_000}
    for more in ({"autosave": "yes"}, {}):
        assert staff.post(page_of(activity), {**sent, **more}).status_code in (400, 413)
    assert Activity.objects.values().get(pk=activity.pk) == before
