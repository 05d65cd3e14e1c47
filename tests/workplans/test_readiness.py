"""What is worth a look in a draft, and does not hinder it."""

from datetime import date

import pytest
from django.urls import reverse

from tests import factories
from tests.workplans import orders
from workplans.models import Activity, PriorityArea
from workplans.readiness import OnRecord, groups, hints

DAY = date(2027, 3, 10)
ALWAYS = OnRecord(
    {"CN": [(None, None)]}, {("CN", orders.CHINA["authority"]): [(date(2000, 1, 1), None)]}
)


def forum(title="Forum", **fields):
    whole = orders.activity(title)
    return {
        **whole,
        "lead": orders.CHINA,
        "begins": "2027-09",
        "ends": "2027-09",
        "indicators": [orders.indicator(f"Visitors of {title}", "", "", "")],
        **fields,
    }


def plan(*activities, **changes):
    area = orders.small_plan()["areas"][0]
    return orders.small_plan(areas=[{**area, "activities": list(activities)}], **changes)


def found(form, on_record=ALWAYS, day=DAY):
    return [(hint.sort, hint.at.sentence, hint.at.field) for hint in hints(form, on_record, day)]


def test_a_whole_activity_gives_no_hint():
    assert found(plan(forum())) == []


@pytest.mark.parametrize(
    "fields, hint",
    [
        ({"lead": None}, ("lead", "It has no lead state.", "lead")),
        ({"begins": None, "ends": None}, ("dates", "It has no dates.", "begins")),
        ({"description": ""}, ("description", "It has no description.", "description")),
        ({"indicators": []}, ("indicators", "It has no indicator.", "indicators")),
        (
            {"begins": "2026", "ends": "2026-12"},
            ("year", "It is dated 2026 – December 2026, which is not in 2027.", "begins"),
        ),
        (
            {"ends": "2028-01-02"},
            (
                "year",
                "It is dated September 2027 – 2 January 2028, which is not all in 2027.",
                "ends",
            ),
        ),
        (
            {"description": "See annex 2 and Annexes 1."},
            ("annex", "Annexes 1, 2 are mentioned and are not there.", "description"),
        ),
    ],
)
def test_what_an_activity_lacks_is_told_at_its_field(fields, hint):
    assert found(plan(forum(**fields))) == [hint]


@pytest.mark.parametrize(
    "dates, date, words",
    [
        (("2027-09", "2027-11"), "2027-08", "is dated August 2027, before the activity begins."),
        (
            ("2027-09", "2027-11"),
            "2027-12-01",
            "is dated 1 December 2027, after the activity ends.",
        ),
        (("2027-09", "2027-11"), "2027", None),
        (("2027-09", "2027-11"), "2027-09-01", None),
        (("2027-09", "2027-11"), None, None),
        (("2027-09", None), "2027-12", None),
        (("2027-09", None), "2028-01", "is dated January 2028, which is not in 2027."),
        ((None, "2027-11"), "2027-01", None),
    ],
)
def test_a_milestone_lies_within_its_activity_and_the_year(dates, date, words):
    begins, ends = dates
    step = orders.milestone("First results", date)
    hints_ = found(plan(forum(begins=begins, ends=ends, milestones=[step])))
    expected = [("milestones", f"“First results” {words}", "milestones")] if words else []
    assert hints_ == expected


def test_a_milestone_astray_is_counted_among_its_like():
    steps = [orders.milestone(text, "2026") for text in ("Call", "Final")]
    (group,) = groups(hints(plan(forum(milestones=steps)), ALWAYS, DAY))
    assert group.heading == "2 milestones lie outside their activities’ dates or the plan’s year"


def test_what_goes_on_may_have_begun_before_the_year():
    assert found(plan(forum(begins="2026-05", state="continuing"))) == []
    assert [h[0] for h in found(plan(forum(begins="2025", ends="2026", state="continuing")))] == [
        "year"
    ]


def test_a_lead_has_to_belong_on_the_days_of_the_activity():
    left = OnRecord({"CN": [(date(2009, 1, 1), date(2027, 9, 1))]}, ALWAYS.authorities)
    assert found(plan(forum(begins="2027-08-31", ends="2027-08-31")), left) == []
    assert found(plan(forum()), left) == [
        (
            "membership",
            "China is neither a member nor invited on the record of September 2027.",
            "lead",
        )
    ]
    undated = plan(forum(begins=None, ends=None))
    assert [h[0] for h in found(undated, left)] == ["dates"], "today it still belongs"
    assert "membership" in [h[0] for h in found(undated, left, date(2027, 9, 1))]


def test_an_authority_has_to_be_in_force_on_the_days_of_the_activity():
    name = ("CN", orders.CHINA["authority"])
    later = OnRecord(ALWAYS.membership, {name: [(date(2027, 9, 30), None)]})
    assert found(plan(forum()), later) == [], "some day of September may be meant"
    ((sort, sentence, field),) = found(plan(forum(begins="2027-09-03", ends=None)), later)
    assert (sort, field) == ("authority", "lead_authority")
    assert sentence.endswith("is not on record for 3 September 2027.")


def test_equal_titles_point_at_each_other():
    form = plan(forum("Forum"), forum("  FORUM"), forum("School"))
    assert [(h.number, h.at.sentence) for h in hints(form, ALWAYS, DAY)] == [
        ("1.1", "Activity 1.2 has the same title."),
        ("1.2", "Activity 1.1 has the same title."),
    ]


def test_areas_without_objectives_or_activities():
    form = plan()
    form["areas"][0]["objectives"] = [{"id": orders.key("o"), "text": ""}]
    assert [(h.sort, h.at.page) for h in hints(form, ALWAYS, DAY)] == [
        ("objectives", "area"),
        ("activities", "activity_add"),
    ]


def test_an_annex_is_missed_in_every_text():
    block = {"id": orders.key("b"), "title": "Experts", "text": "As Annex 1 and Annex 7 say."}
    annex = {"id": orders.key("c"), "title": "Budget", "text": "Not annexed 5."}
    form = plan(forum(), working_groups=[block], annexes=[annex], preamble="Annex 3; annex\n3")
    form["areas"][0]["objectives"][0]["text"] = "Annex 4"
    assert [h[1] for h in found(form)] == [
        "Preamble: Annex 3 is mentioned and is not there.",
        "Priority area 1: Annex 4 is mentioned and is not there.",
        "Experts: Annex 7 is mentioned and is not there.",
    ]


def test_hints_are_grouped_by_their_sort():
    form = plan(forum("A", lead=None, description=""), forum("B", lead=None))
    lead, description = groups(hints(form, ALWAYS, DAY))
    assert lead.heading == "2 activities have no lead state"
    assert [hint.number for hint in lead.hints] == ["1.1", "1.2"]
    assert description.heading == "1 activity has no description"


# On the pages


def at(name, *args):
    return reverse(f"workplans:{name}", args=[2027, *args])


@pytest.mark.django_db
def test_the_editor_links_each_hint_to_its_field_and_hinders_nothing(cast, draft, sign_in):
    first = Activity.objects.first()
    response = sign_in(cast.staff).get(at("edit"))
    by_heading = {group["heading"]: group["places"] for group in response.context["hints"]}
    places = by_heading["2 activities have no lead state"]
    assert [place["number"] for place in places] == ["1.1", "2.1"]
    assert places[0]["url"] == at("activity", first.key) + "#id_lead"
    assert by_heading["2 activities have no indicator"][0]["url"].endswith("#indicators")
    (empty, *_more) = by_heading["3 priority areas have no activity"]
    assert sign_in(cast.staff).get(empty["url"]).status_code == 200
    assert b"Can be circulated as it is." in response.content
    assert response.context["problems"] == []


@pytest.mark.django_db
def test_an_activity_says_what_is_worth_a_look_in_it(cast, draft, sign_in):
    row = Activity.objects.first()
    staff = sign_in(cast.staff)
    Activity.objects.filter(pk=row.pk).update(lead=cast.states["Dorlan"], begins="2019")
    row.milestones.create(text="Call", date="2018")
    response = staff.get(at("activity", row.key))
    told = {hint["text"]: hint["url"] for hint in response.context["hints"]}
    assert told["It has no indicator."] == "#indicators"
    assert told["It is dated 2019, which is not in 2027."] == "#id_begins"
    assert told["“Call” is dated 2018, before the activity begins."] == "#milestones"
    assert "Dorlan is neither a member nor invited on the record of 2019." in told
    for url in told.values():
        assert f'id="{url[1:]}"'.encode() in response.content, url


@pytest.mark.django_db
def test_the_record_is_asked_the_same_however_many_lead(
    cast, draft, sign_in, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    staff = sign_in(cast.staff)
    factories.activity(draft, title="Led", lead=cast.states["Dorlan"])
    pages = [at("edit"), at("activity", Activity.objects.first().key)]
    for page in pages:
        staff.get(page)
    few = []
    for page in pages:
        with CaptureQueriesContext(connection) as queries:
            staff.get(page)
        few.append(len(queries))
    for n, state in enumerate(cast.states.values()):
        area = PriorityArea.objects.all()[n]
        row = factories.activity(draft, title=f"More {n}", area=n, lead=state)
        row.indicators.create(name="Visitors")
        row.milestones.create(text="Call", date="2027-05")
        area.objectives.create(text="Connect.")
    staff.get(pages[0])
    for page, queries in zip(pages, few, strict=True):
        with django_assert_num_queries(queries):
            staff.get(page)
