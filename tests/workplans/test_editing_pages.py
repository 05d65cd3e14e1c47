"""Writing the draft in the browser: every form saves, tells, and loses nothing."""

import re
from datetime import date
from html import unescape

import pytest
from django.db.models import F

from secretariat.models import Authority
from tests import factories
from tests.workplans.writing import at, fields
from workplans.models import (
    Activity,
    Indicator,
    Milestone,
    Objective,
    PriorityArea,
    TextBlock,
    WorkPlan,
)

pytestmark = pytest.mark.django_db


def where_to_decide(response):
    form = re.search(
        r'<form class="form form--wide" method="post" action="([^"]+)"', words(response)
    )
    return form[1]


def seen(response):
    return {"seen": response.context["row"].at.isoformat()}


def words(response):
    return re.sub(r"\s+", " ", unescape(response.content.decode()))


@pytest.fixture
def staff(cast, sign_in):
    return sign_in(cast.staff)


@pytest.fixture
def activity(draft):
    return Activity.objects.filter(area__plan=draft).first()


def page_of(activity):
    return at("activity", activity.area.plan.year, activity.key)


def test_the_editor_lists_every_part_with_what_it_lacks(staff, draft):
    response = staff.get(at("edit", 2027))
    said = words(response)
    assert "1.1 <bdi>Forum number 1" in said
    assert "No lead state" in said
    assert "No activities yet." in said
    assert not response.context["problems"]


@pytest.mark.parametrize("activities", [3, 300])
def test_the_queries_of_the_list_do_not_grow(
    staff, draft, cast, activities, django_assert_num_queries
):
    for n, area in enumerate(draft.areas.all()):
        Activity.objects.bulk_create(
            Activity(area=area, title=f"Forum {n}.{m}", position=m, lead=cast.states["Dorlan"])
            for m in range(activities // 3)
        )
    staff.get(at("edit", 2027))
    WorkPlan.objects.update(version=F("version") + 1)
    with django_assert_num_queries(23):  # once after each change
        staff.get(at("edit", 2027))
    with django_assert_num_queries(10):
        page = staff.get(at("edit", 2027))
    assert page.content.count(b">Duplicate<") == 5 * (activities // 3) + 2


@pytest.mark.parametrize("activities", [3, 300])
def test_the_queries_of_an_activity_do_not_grow(
    staff, draft, activity, cast, activities, django_assert_num_queries
):
    for n in range(activities // 100):
        activity.indicators.create(name=f"Number {n}")
        activity.co_leads.add(cast.states["Dorlan"])
    Activity.objects.bulk_create(
        Activity(area=area, title=f"Forum {m}", position=m)
        for area in draft.areas.all()
        for m in range(activities // 3)
    )
    staff.get(page_of(activity))
    with django_assert_num_queries(14):
        staff.get(page_of(activity))


def test_the_list_is_drawn_anew_after_every_change(staff, draft, activity, cast, sign_in):
    """What it is kept under changes with whatever it shows."""
    other = sign_in(cast.chair)

    def said():
        return words(other.get(at("edit", 2027)))

    assert "no lead state" in said().lower()
    sent = fields(staff.get(page_of(activity)))
    staff.post(page_of(activity), sent | {"title": "Renamed", "lead": cast.states["Dorlan"].pk})
    assert "1.1 <bdi>Renamed" in said()
    staff.post(at("move", 2027, "area", draft.areas.first().key), {"direction": "down-1"})
    assert "2.1 <bdi>Renamed" in said()
    # What the record says of those who lead counts at once as well.
    assert "neither a member nor invited" not in said()
    cast.states["Dorlan"].memberships.all().delete()
    assert "neither a member nor invited" in said()
    staff.post(
        at("edit_general", 2027), fields(staff.get(at("edit_general", 2027))) | {"title": "X"}
    )
    assert "<bdi>X</bdi>" in said()


def test_one_window_of_the_list_is_not_anothers(staff, draft, cast, sign_in):
    """The list is kept for all; the token around it and whose texts lie aside are each reader's."""
    pages = [client.get(at("edit", 2027)) for client in (staff, sign_in(cast.chair))]
    tokens = [
        re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', str(p.content)) for p in pages
    ]
    assert all(tokens) and not {*tokens[0]} & {*tokens[1]}


def test_problems_point_to_the_field(staff, draft, activity):
    Activity.objects.filter(pk=activity.pk).update(partners="x" * 301)
    (problem,) = staff.get(at("edit", 2027)).context["problems"]
    assert problem["text"].startswith("Activity 1.1, partners: this is longer than 300")
    assert problem["url"] == f"{page_of(activity)}#id_partners"


def test_general_text_is_saved_and_the_plan_remembers_by_whom(staff, draft, cast):
    page, before = at("edit_general", 2027), WorkPlan.objects.get().version
    sent = fields(staff.get(page)) | {"preamble": "We the states.\r\n\r\n- agree"}
    response = staff.post(page, sent)
    assert response.status_code == 302
    draft.refresh_from_db()
    assert draft.preamble == "We the states.\n\n- agree"
    assert draft.changed_by == cast.staff
    assert draft.version == before + 1


def test_a_draft_refuses_only_what_it_cannot_hold(staff, draft, activity):
    sent = fields(staff.get(page_of(activity))) | {
        "title": "",
        "begins": "2027-06",
        "ends": "2027-05-31",
        "description": "A text I do not want to lose.",
    }
    response = staff.post(page_of(activity), sent)
    assert response.status_code == 422
    said = words(response)
    assert "Write a title." in said
    assert "The end, 31 May 2027, lies before the beginning, June 2027." in said
    assert "A text I do not want to lose." in said
    assert "<title>Error: " in said
    activity.refresh_from_db()
    assert activity.description == "What Forum number 1 is for."


def test_an_activity_takes_all_its_fields(staff, draft, activity, cast):
    dorlan, aldova = cast.states["Dorlan"], cast.states["Aldova"]
    ministry = dorlan.authorities.get()
    response = staff.get(page_of(activity))
    sent = fields(response)
    groups = response.context["form"].groups
    new, step = (groups[sort].rows[-1].boxes for sort in ("indicator", "milestone"))
    sent |= {
        "lead": dorlan.pk,
        "lead_authority": ministry.pk,
        "co_leads": [aldova.pk],
        "begins": "2027-09-16",
        "ends": "2027-09-17",
        "mode": "hybrid",
        "place": "Dorlan City",
        "deliverables": "A declaration\r\nA list",
        new[0].html_name: "Entries",
        new[3].html_name: "1500",
        step[0].html_name: "Call for projects",
        step[1].html_name: "2027-05",
    }
    assert staff.post(page_of(activity), sent).status_code == 302
    activity.refresh_from_db()
    assert activity.lead == dorlan
    assert activity.lead_authority == ministry
    assert list(activity.co_leads.all()) == [aldova]
    assert activity.dates == "16–17 September 2027"
    assert activity.deliverables == "A declaration\nA list"
    indicator = activity.indicators.get()
    assert (indicator.name, indicator.target) == ("Entries", "1500")
    milestone = activity.milestones.get()
    assert (milestone.text, str(milestone.date)) == ("Call for projects", "May 2027")
    assert activity.version == 2

    again = staff.get(page_of(activity))
    sent = fields(again)
    for group in again.context["form"].groups.values():
        for box in group.rows[0].boxes:
            sent[box.html_name] = ""
    staff.post(page_of(activity), sent)
    assert not activity.indicators.exists() and not activity.milestones.exists()


def test_the_lead_authority_belongs_to_the_lead_state(staff, draft, activity, cast):
    ministry = cast.states["Dorlan"].authorities.get()
    sent = fields(staff.get(page_of(activity)))
    sent |= {"lead": cast.states["Aldova"].pk, "lead_authority": ministry.pk}
    response = staff.post(page_of(activity), sent)
    assert response.status_code == 422
    assert "is an authority of Dorlan, which is not the lead state here." in words(response)


def test_a_renamed_authority_stays_chosen_and_says_what_it_is_called_now(
    staff, draft, activity, cast
):
    dorlan = cast.states["Dorlan"]
    now = dorlan.authorities.get()
    old = Authority.objects.create(
        state=dorlan, name="Board of Works", continued_by=now, period=(None, date(2000, 1, 1))
    )
    activity.lead, activity.lead_authority = dorlan, old
    activity.save()
    offered = staff.get(page_of(activity)).context["form"].fields["lead_authority"].choices
    names = {key: name for _state, group in offered[1:] for key, name in group}
    assert names[old.pk] == f"Board of Works, now {now.name}"
    assert names[now.pk] == now.name


def test_states_are_offered_in_their_order_and_observers_are_not(staff, draft, activity):
    form = staff.get(page_of(activity)).context["form"]
    assert [str(name) for _key, name in form.fields["co_leads"].choices] == list(factories.STATES)


def test_a_state_that_left_stays_where_it_was_chosen(staff, draft, activity, cast):
    left = factories.state("Elland", order=9)
    activity.co_leads.add(left)
    form = staff.get(page_of(activity)).context["form"]
    assert "Elland" in [str(name) for _key, name in form.fields["co_leads"].choices]


def test_an_added_activity_is_added_once_however_often_it_is_sent(staff, draft):
    area = draft.areas.last()
    page = at("activity_add", 2027, area.key)
    sent = fields(staff.get(page)) | {"title": "Contest"}
    first, second = staff.post(page, sent), staff.post(page, sent)
    row = Activity.objects.get(title="Contest")
    assert row.area == area
    assert first.url == second.url == f"{at('edit', 2027)}#part-{row.key}"


def test_a_key_of_another_plan_makes_nothing(staff, draft, cast):
    other = factories.plan(by=cast.staff, year=2028)
    foreign = Activity.objects.filter(area__plan=other).first()
    page = at("activity_add", 2027, draft.areas.first().key)
    sent = fields(staff.get(page)) | {"title": "Contest", "key": str(foreign.key)}
    assert staff.post(page, sent).status_code == 404
    assert not Activity.objects.filter(title="Contest").exists()


def test_an_area_keeps_the_identity_of_its_objectives(staff, draft):
    area = draft.areas.first()
    page = at("area", 2027, area.key)
    response = staff.get(page)
    new = response.context["form"].objectives[-1].html_name
    sent = fields(response) | {"title": "Digital industry", new: "Share experience."}
    staff.post(page, sent | {"stay": "yes"})
    objective = area.objectives.get()
    assert str(objective.key) == new.removeprefix("objective-")

    response = staff.get(page)
    second = response.context["form"].objectives[-1].html_name
    staff.post(page, fields(response) | {new: "Share more.", second: "Learn."})
    assert [row.text for row in area.objectives.all()] == ["Share more.", "Learn."]
    assert area.objectives.first().key == objective.key

    sent = fields(staff.get(page)) | {new: ""}
    staff.post(page, sent)
    assert [row.text for row in area.objectives.all()] == ["Learn."]


def test_texts_and_areas_are_added(staff, draft):
    page = at("text_add", 2027, "annex")
    staff.post(page, fields(staff.get(page)) | {"title": "Terms of reference"})
    assert TextBlock.objects.get().kind == "annex"
    page = at("area_add", 2027)
    staff.post(page, fields(staff.get(page)) | {"title": "Connectivity"})
    assert draft.areas.last().title == "Connectivity"
    assert staff.get(at("text_add", 2027, "poem")).status_code == 404


# Two people at once


def test_changes_to_different_fields_are_both_kept(sign_in, cast, staff, draft, activity):
    chair = sign_in(cast.chair)
    mine, theirs = fields(staff.get(page_of(activity))), fields(chair.get(page_of(activity)))
    chair.post(page_of(activity), theirs | {"place": "Aldova City"})
    response = staff.post(page_of(activity), mine | {"title": "A better title"}, follow=True)
    activity.refresh_from_db()
    assert (activity.title, activity.place) == ("A better title", "Aldova City")
    assert "Chair Aldova changed “Place” while you were editing, and that is kept." in words(
        response
    )


def test_changes_to_the_same_field_stop_the_saving_and_lose_nothing(
    sign_in, cast, staff, draft, activity
):
    chair = sign_in(cast.chair)
    mine, theirs = fields(staff.get(page_of(activity))), fields(chair.get(page_of(activity)))
    chair.post(page_of(activity), theirs | {"description": "The chair’s text.", "place": "There"})
    response = staff.post(page_of(activity), mine | {"description": "My own text."})
    assert response.status_code == 409
    said = words(response)
    assert "It was last saved by Chair Aldova on Wednesday 10 March 2027, 12:00 UTC" in said
    assert "Saved now, by <bdi>Chair Aldova</bdi>" in said
    assert "The chair’s text." in said
    assert "My own text.</textarea>" in said
    activity.refresh_from_db()
    assert (activity.description, activity.place) == ("The chair’s text.", "There")

    # Nothing is chosen beforehand.
    page = where_to_decide(response)
    assert staff.post(page, fields(response) | seen(response)).status_code == 422
    chosen = seen(response) | {"choice-description": "mine"}
    assert staff.post(page, fields(response) | chosen).url == page_of(activity)
    activity.refresh_from_db()
    assert (activity.description, activity.place) == ("My own text.", "There")


def test_an_activity_removed_meanwhile_can_be_added_again(staff, draft, activity):
    sent = fields(staff.get(page_of(activity))) | {"description": "Written for an hour."}
    key = activity.key
    activity.delete()
    response = staff.post(at("activity", 2027, key), sent)
    assert response.status_code == 409
    assert "Written for an hour." in words(response)
    response = staff.post(where_to_decide(response), fields(response) | seen(response))
    assert response.status_code == 302
    again = Activity.objects.get(description="Written for an hour.")
    assert (again.key, again.title) == (key, "Forum number 1")


def test_a_plan_adopted_meanwhile_is_not_changed(staff, cast, draft, activity, agreed):
    sent = fields(staff.get(page_of(activity))) | {"description": "Too late."}
    factories.adopted(agreed, by=cast.chair)
    response = staff.post(page_of(activity), sent)
    assert response.status_code == 409
    assert "Too late." in words(response)
    assert "the plan is “Adopted”" in words(response)
    activity.refresh_from_db()
    assert activity.description != "Too late."
    assert staff.get(at("edit", 2027)).url == at("overview", 2027)


def test_a_version_is_saved_over_itself_only(cast, draft, activity):
    stale = Activity.objects.get(pk=activity.pk)
    activity.title = "First"
    assert activity.save_version(1, by=cast.staff)
    stale.title = "Second"
    assert not stale.save_version(1, by=cast.chair)
    row = Activity.objects.get(pk=activity.pk)
    assert (row.title, row.version, row.changed_by) == ("First", 2, cast.staff)


# Order and removal


def test_parts_move_and_a_click_sent_twice_moves_once(staff, draft):
    area = draft.areas.first()
    second = factories.activity(draft, title="Second")
    factories.activity(draft, title="Third")
    move = at("move", 2027, "activity", second.key)
    for _again in range(2):
        staff.post(move, {"direction": "down-2"})
    titles = [row.title for row in area.activities.all()]
    assert titles == ["Forum number 1", "Third", "Second"]
    staff.post(move, {"direction": "up-3"})
    assert [row.title for row in area.activities.all()][1] == "Second"
    assert staff.get(move).status_code == 405
    assert staff.post(move, {"direction": "sideways"}).status_code == 404


def test_milestones_have_an_order_of_their_own(staff, draft, activity):
    for n, text in enumerate(("Call", "Choice", "Final")):
        activity.milestones.create(text=text, position=n)
        activity.indicators.create(name=f"Number {n}", position=n)
    assert [order["part"] for order in staff.get(page_of(activity)).context["orders"]] == [
        "milestone",
        "indicator",
    ]
    final = activity.milestones.last()
    response = staff.post(
        at("move", 2027, "milestone", final.key), {"direction": "up", "place": "3"}
    )
    assert response.url == f"{page_of(activity)}#order-milestone"
    assert f'id="{response.url.partition("#")[2]}"' in words(staff.get(page_of(activity)))
    assert [row.text for row in activity.milestones.all()] == ["Call", "Final", "Choice"]
    assert [row.name for row in activity.indicators.all()] == ["Number 0", "Number 1", "Number 2"]
    assert WorkPlan.objects.get().sittings.first().parts[0]["title"] == activity.title


def test_another_piece_is_added_where_its_like_stand(staff, draft, activity):
    said = words(staff.get(page_of(activity)))
    assert "Save and add another milestone" in said and "Save and add another indicator" in said
    for held in ("milestones", "indicators"):
        response = staff.post(
            page_of(activity), fields(staff.get(page_of(activity))) | {"stay": held}
        )
        assert response.url == f"{page_of(activity)}#{held}"
        assert f'id="{held}"' in said
    page = at("activity_add", 2027, activity.area.key)
    sent = fields(staff.get(page)) | {"title": "New", "stay": "milestones"}
    made = staff.post(page, sent)
    assert made.url == page_of(Activity.objects.get(title="New")) + "#milestones"


def test_removal_says_what_goes_and_asks_again_if_that_changed(staff, draft):
    area = draft.areas.first()
    activity = area.activities.get()
    Indicator.objects.create(activity=activity, name="Entries")
    Milestone.objects.create(activity=activity, text="Call")
    Objective.objects.create(area=area, text="Share.")
    page = at("remove", 2027, "area", area.key)
    response = staff.get(page)
    said = words(response)
    assert "Forum number 1" in said and "1 objective" in said
    assert "1 indicator" in said and "1 milestone" in said
    assert PriorityArea.objects.filter(pk=area.pk).exists()

    factories.activity(draft, title="Added meanwhile")
    response = staff.post(page, {"seen": response.context["seen"]})
    assert response.status_code == 409
    assert "Added meanwhile" in words(response)

    response = staff.post(page, {"seen": response.context["seen"]}, follow=True)
    assert f"“{area.title}” is removed." in words(response)
    assert not PriorityArea.objects.filter(pk=area.pk).exists()
    assert "It was removed already." in words(staff.post(page, follow=True))


def test_the_calendar_is_taken_from_the_calendar(staff, draft, advisory_group):
    staff.post(at("calendar", 2027))
    draft.refresh_from_db()
    assert [meeting["name"] for meeting in draft.calendar] == [advisory_group.name]


# Who may


EDITORS = {"chair", "staff"}


@pytest.mark.parametrize("page", ["edit", "general", "area", "activity", "remove", "add"])
def test_only_the_presiding_secretariat_writes(cast, sign_in, draft, activity, page):
    pages = {
        "edit": at("edit", 2027),
        "general": at("edit_general", 2027),
        "area": at("area", 2027, activity.area.key),
        "activity": page_of(activity),
        "remove": at("remove", 2027, "activity", activity.key),
        "add": at("area_add", 2027),
    }
    before = WorkPlan.objects.get().version
    for role, person in cast.everyone().items():
        client = sign_in(person)
        found = client.get(pages[page]).status_code
        assert (found == 200) == (role in EDITORS), role
        if role not in EDITORS and page != "edit":
            sent = {"title": "Mine now", "seen": f"{activity.key}:1"}
            assert client.post(pages[page], sent).status_code in (403, 404), role
    activity.refresh_from_db()
    assert activity.title == "Forum number 1"
    assert WorkPlan.objects.get().version == before


def test_a_delegation_before_which_the_text_lies_is_told_why_it_cannot_write(
    cast, sign_in, consideration
):
    response = sign_in(cast.head).get(at("edit", 2027))
    assert response.status_code == 403
    assert "Only the chair and the secretariat of the presidency" in words(response)


def test_an_indicator_one_removed_and_another_changed_is_a_clash(
    sign_in, cast, staff, draft, activity
):
    indicator = Indicator.objects.create(activity=activity, name="Entries", target="100")
    chair = sign_in(cast.chair)
    box = f"indicator-{indicator.key}"
    mine, theirs = fields(staff.get(page_of(activity))), fields(chair.get(page_of(activity)))
    chair.post(page_of(activity), theirs | {f"{box}-target": "200"})
    response = staff.post(page_of(activity), mine | {f"{box}-name": "", f"{box}-target": ""})
    assert response.status_code == 409
    assert re.search(r"Entries · <del>.*100.*</del><ins>.*200.*</ins>", words(response))
    chosen = fields(response) | seen(response) | {f"choice-{box}": "mine"}
    staff.post(where_to_decide(response), chosen)
    assert not activity.indicators.exists()
