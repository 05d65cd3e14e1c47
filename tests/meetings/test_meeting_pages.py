"""The page of a meeting."""

from datetime import date, time

import pytest

from meetings.models import Meeting
from secretariat.dates import PartialDate
from secretariat.models import Membership
from tests import factories


def html(response):
    assert response.status_code == 200
    return response.content.decode()


def page_of(meeting, client):
    return html(client.get(meeting.get_absolute_url()))


def test_it_names_what_is_known_no_more_exactly_than_the_record(cast, sign_in):
    meeting = Meeting.objects.create(
        slug="ag-2019", body=factories.body("AG"), year=2019, number=2, number_in_year=1,
        title="Second meeting of the Advisory Group", begins=PartialDate(2019, 9),
        place="Brazil", status="held", outcome="Terms of reference adopted",
        source="A founding text", unverified=True, host=cast.states["Borania"],
    )  # fmt: skip
    page = page_of(meeting, sign_in())
    for words in (
        "Second meeting of the Advisory Group", "September 2019", "1 of 2019", "Brazil",
        "Borania", "Held", "Unverified", "Terms of reference adopted",
        "Who had a seat is not on record",
    ):  # fmt: skip
        assert words in page
    assert "1 September" not in page
    assert "<script" not in page


def test_the_opening_hour_is_told_by_both_clocks(cast, sign_in):
    meeting = factories.meeting("AG", by=cast.staff, starts_at=time(10))
    Meeting.objects.filter(pk=meeting.pk).update(time_zone="Asia/Kolkata")
    page = page_of(meeting, sign_in())
    assert "10:00 at the place (Asia/Kolkata), 04:30 UTC" in page


def test_seats_that_take_a_position_stand_apart_from_those_that_attend(cast, sign_in):
    invited = factories.state("Fenland", order=7)
    Membership.objects.create(state=invited, status="invited", period=(date(2020, 1, 1), None))
    page = page_of(factories.meeting("AG", by=cast.staff), sign_in())
    assert "4 states take a position." in page
    seated, attending = page.split("Attend, take no position")
    assert "Dorlan" in seated
    assert "Fenland" not in seated
    assert "Fenland" in attending
    assert "Union of Observers" in attending


def test_an_invited_state_that_counts_stands_among_those_that_take_a_position(cast, sign_in):
    invited = factories.state("Fenland", order=7)
    Membership.objects.create(state=invited, status="invited", period=(date(2020, 1, 1), None))
    page = page_of(factories.meeting("AG", by=cast.staff, counting_invited=True), sign_in())
    assert "5 states take a position." in page
    assert "Fenland" in page.split("Attend, take no position")[0]


def test_the_source_is_for_the_secretariat(cast, sign_in):
    meeting = Meeting.objects.create(
        slug="imm-2016", body=factories.body("IMM"), year=2016, status="not_held",
        source="An old newspaper",
    )  # fmt: skip
    for role, person in cast.everyone().items():
        page = page_of(meeting, sign_in(person))
        assert ("An old newspaper" in page) is (role in ("staff", "chair"))
    assert "An old newspaper" not in page_of(meeting, sign_in())


def test_decisions_about_public_plans_are_told(adopted, advisory_group, sign_in):
    page = page_of(advisory_group, sign_in())
    assert "Work plans at this meeting" in page
    assert adopted.get_absolute_url() in page
    assert "10 March 2027" in page


def test_nothing_is_told_of_a_plan_that_is_not_public(consideration, advisory_group, sign_in):
    page = page_of(advisory_group, sign_in())
    assert "Annual Work Plan" not in page
    assert consideration.revision.symbol not in page


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        ("head", True),
        ("delegate", True),
        ("staff", True),
        ("chair", True),
        ("former_staff", False),
        ("superuser", False),
        ("stranger", False),
    ],
)
def test_what_is_before_the_meeting_is_told_to_those_who_sit_there(
    consideration, advisory_group, cast, sign_in, role, sees
):
    page = page_of(advisory_group, sign_in(cast.everyone()[role]))
    assert ("Before this meeting" in page) is sees


def test_the_deadline_in_the_capitals_is_for_those_who_may_convene(cast, advisory_group, sign_in):
    for role, person in cast.everyone().items():
        page = page_of(advisory_group, sign_in(person))
        assert ("The deadline in the capitals" in page) is (role in ("staff", "chair")), role
    assert "The deadline in the capitals" not in page_of(advisory_group, sign_in())
    page = page_of(advisory_group, sign_in(cast.staff))
    assert "Friday 12 March 2027, 24:00 UTC" in page
    assert page.count("Friday 12 March 2027, 24:00</span>") == 4


def test_a_meeting_that_is_over_or_only_planned_has_no_deadline(cast, advisory_group, sign_in):
    staff = sign_in(cast.staff)
    for facts in (
        {"status": "held"},
        {"status": "convened", "begins": PartialDate(2027, 3), "ends": PartialDate(2027, 3)},
        {"begins": PartialDate(2027, 3, 8), "ends": PartialDate(2027, 3, 9)},
    ):
        Meeting.objects.filter(pk=advisory_group.pk).update(**facts)
        assert "The deadline in the capitals" not in page_of(advisory_group, staff)


def test_an_unknown_meeting_is_no_page(cast, sign_in):
    assert sign_in().get("/en/meetings/nowhere/").status_code == 404


def test_the_queries_do_not_grow_with_the_seats(cast, sign_in, django_assert_num_queries):
    visitor = sign_in()
    for number in range(3):
        for _state in range(number):
            order = 10 + Membership.objects.count()
            factories.member(factories.state(f"{chr(64 + order)}land", order=order))
        meeting = factories.meeting("AG", by=cast.staff)
        with django_assert_num_queries(4):
            page_of(meeting, visitor)
