"""The form that convenes a meeting."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meetings.models import Meeting
from secretariat.models import Entry, Membership, Person
from tests import factories

ADDRESS = "/en/desk/meetings/convene/"


def answers(code="AG", **changes):
    given = {
        "key": str(uuid4()),
        "body": str(factories.body(code).pk),
        "year": "2027",
        "begins": "2027-03-20",
        "ends": "2027-03-21",
        "mode": "in_person",
        "place": "Xiamen, China",
        "time_zone": "Asia/Shanghai",
        "starts_at": "10:00",
    }
    return given | changes


def words(response, status):
    assert response.status_code == status
    return response.content.decode()


def test_it_convenes_and_says_who_sits(cast, sign_in):
    response = sign_in(cast.staff).post(ADDRESS, answers(number="3"), follow=True)
    meeting = Meeting.objects.get()
    assert response.redirect_chain == [(meeting.get_absolute_url(), 302)]
    assert "is convened. 4 states have a seat and take a position." in response.content.decode()
    assert (meeting.body.code, meeting.number, meeting.place) == ("AG", 3, "Xiamen, China")
    assert (str(meeting.begins), meeting.time_zone) == ("20 March 2027", "Asia/Shanghai")
    assert meeting.host == cast.states["Aldova"]
    assert not meeting.is_example


def test_the_form_begins_with_today_and_the_clock_of_the_presidency(cast, sign_in):
    cast.states["Aldova"].time_zone = "Asia/Kolkata"
    cast.states["Aldova"].save()
    page = words(sign_in(cast.chair).get(ADDRESS), 200)
    assert 'value="2027-03-10"' in page
    assert '<option value="Asia/Kolkata" selected>' in page
    assert "Aldova – Asia/Kolkata" in page
    assert "Pacific/Chatham" in page


def test_it_shows_who_would_sit_today(cast, sign_in):
    late = factories.state("Fenland", order=7)
    factories.member(late, since=date(2027, 3, 11))
    page = words(sign_in(cast.staff).get(ADDRESS), 200)
    assert "By the memberships of today, 10 March 2027:" in page
    assert "Dorlan" in page
    assert "Union of Observers" in page
    assert "Fenland" not in page


def test_sending_it_twice_convenes_one_meeting(cast, sign_in):
    given = answers()
    staff = sign_in(cast.staff)
    first, again = staff.post(ADDRESS, given), staff.post(ADDRESS, given)
    assert first.url == again.url
    assert Meeting.objects.count() == 1
    assert Entry.objects.filter(act="convene").count() == 1


def test_a_second_meeting_has_its_own_key_and_address(cast, sign_in):
    staff = sign_in(cast.staff)
    assert staff.post(ADDRESS, answers()).url != staff.post(ADDRESS, answers()).url


def test_invited_states_count_only_if_the_presidency_says_so(cast, sign_in):
    invited = factories.state("Fenland", order=7)
    Membership.objects.create(state=invited, status="invited", period=(date(2020, 1, 1), None))
    staff = sign_in(cast.staff)
    staff.post(ADDRESS, answers())
    staff.post(ADDRESS, answers(counting_invited="on"))
    seats = invited.seats.order_by("pk")
    assert [seat.counted for seat in seats] == [False, True]
    assert Entry.objects.filter(act="convene").first().facts["counting_invited"] is True


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"ends": "2027-03-19"}, "The last day is before the first day."),
        ({"place": ""}, "Write where the meeting takes place."),
        ({"year": "2207"}, "A meeting is convened for 2032 at the latest."),
        ({"time_zone": "Mars/Olympus"}, "Mars/Olympus"),
        ({"body": ""}, "This field is required."),
        ({"begins": "tomorrow"}, "Enter a valid date."),
    ],
)
def test_what_cannot_be_is_said_beside_what_was_typed(cast, sign_in, changes, sentence):
    given = answers(**{"place": "Xiamen, China", **changes})
    page = words(sign_in(cast.staff).post(ADDRESS, given), 422)
    assert "There is a problem" in page
    assert sentence in page
    assert given["key"] in page
    assert given["ends"] in page
    assert not Meeting.objects.exists()


def test_an_online_meeting_needs_no_place(cast, sign_in):
    sign_in(cast.staff).post(ADDRESS, answers(mode="online", place=""))
    assert Meeting.objects.get().mode == "online"


def test_a_number_is_given_once(cast, sign_in):
    staff = sign_in(cast.staff)
    staff.post(ADDRESS, answers(number="3"))
    page = words(staff.post(ADDRESS, answers(number="3")), 422)
    assert "The meeting no. 3 of this body is on record already." in page
    assert staff.post(ADDRESS, answers("IMM", number="3")).status_code == 302


def test_a_meeting_that_has_ended_is_refused_with_the_text_kept(cast, sign_in):
    given = answers(begins="2027-03-01", ends="2027-03-02", place="Dorlan City")
    page = words(sign_in(cast.staff).post(ADDRESS, given), 409)
    assert "A meeting cannot be convened after it has ended." in page
    assert "Dorlan City" in page


def test_what_an_invented_person_convenes_is_example_data(cast, sign_in):
    Person.objects.filter(pk=cast.staff.pk).update(is_example=True)
    sign_in(cast.staff).post(ADDRESS, answers())
    assert Meeting.objects.get().is_example


def test_only_the_presidency_may_convene(cast, sign_in):
    for role, person in cast.everyone().items():
        if role in ("staff", "chair"):
            continue
        client = sign_in(person)
        assert client.get(ADDRESS).status_code == 403, role
        page = words(client.post(ADDRESS, answers()), 403)
        assert "Only the chair and the secretariat of the presidency" in page
    assert sign_in().get(ADDRESS).url.startswith("/en/sign-in/")
    assert not Meeting.objects.exists()


def test_the_queries_do_not_grow_with_the_members(cast, sign_in):
    staff = sign_in(cast.staff)
    staff.get(ADDRESS)
    counts = set()
    for number in range(2):
        for _state in range(number * 3):
            order = 10 + Membership.objects.count()
            factories.member(factories.state(f"{chr(64 + order)}land", order=order))
        with CaptureQueriesContext(connection) as queries:
            staff.get(ADDRESS)
        counts.add(len(queries))
    assert len(counts) == 1
