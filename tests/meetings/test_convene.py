"""The form that convenes a meeting."""

import re
from datetime import date, timedelta
from html import unescape
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meetings.models import Meeting
from secretariat.models import Entry, Membership, Notice, Person
from tests import factories
from workplans import watch

ADDRESS = "/en/desk/meetings/convene/"


def answers(code="AG", **changes):
    given = {
        "key": str(uuid4()),
        "body": str(factories.body(code).pk),
        "year": "2027",
        "begins": "2027-03-22",
        "ends": "2027-03-23",
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
    assert (str(meeting.begins), meeting.time_zone) == ("22 March 2027", "Asia/Shanghai")
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


# The second look at the dates


def settle_in(cast, name, zone, weekend, holidays):
    """Give a state of the cast the clock and the working days of a real one."""
    state = cast.states[name]
    state.time_zone, state.weekend, state.holidays = zone, weekend, holidays
    state.save()


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", unescape(response.content.decode())))


def ticked(response, given):
    """The form sent again as the page gives it, with its box ticked."""
    page = response.content.decode()
    warned = re.search(r'name="warned" value="([0-9a-f]+)"', page)
    assert 'name="nonetheless"' in page and warned
    return given | {"warned": warned[1], "nonetheless": "on"}


@pytest.fixture
def capitals(cast):
    settle_in(cast, "Aldova", "Asia/Kolkata", [6, 7], "IN")
    settle_in(cast, "Borania", "Africa/Cairo", [5, 6], "EG")
    settle_in(cast, "Cestria", "Asia/Shanghai", [6, 7], "CN")


def test_a_date_that_leaves_a_capital_little_time_is_asked_about(cast, capitals, sign_in):
    # Eid al-Fitr closes offices in Egypt until Thursday 11 March, and the weekend follows.
    given = answers(begins="2027-03-15", ends="2027-03-15", place="Dorlan City")
    staff = sign_in(cast.staff)
    response = staff.post(ADDRESS, given)
    assert response.status_code == 422
    said = text(response)
    assert "Check the date" in said
    assert "No meeting is convened yet. The deadline is hard to meet in 1 capital." in said
    assert "Monday 15 March 2027, 24:00 Shanghai (16:00 UTC)" in said
    assert "Borania: only 2 working days are left." in said
    assert "There is a problem" not in said
    assert 'value="Dorlan City"' in response.content.decode()
    assert not Meeting.objects.exists() and not Entry.objects.filter(act="convene").exists()
    response = staff.post(ADDRESS, ticked(response, given))
    assert response.url == Meeting.objects.get().get_absolute_url()
    warned = Entry.objects.get(act="convene").facts["warned"]
    assert "Borania: only 2 working days are left." in warned


def test_a_date_with_time_enough_is_not_asked_about(cast, capitals, sign_in):
    sign_in(cast.staff).post(ADDRESS, answers())
    assert Meeting.objects.exists()
    assert "warned" not in Entry.objects.get(act="convene").facts


def test_each_capital_stands_in_the_table_with_its_own_clock(cast, capitals, sign_in):
    given = answers(begins="2027-03-12", ends="2027-03-12", time_zone="UTC")
    said = text(sign_in(cast.staff).post(ADDRESS, given))
    rows = [said.index(words) for words in (
        "Aldova Saturday 13 March 2027, 05:30 2 ",
        "Borania Saturday 13 March 2027, 02:00 0 ",
        "Cestria Saturday 13 March 2027, 08:00 2 ",
        "Dorlan Friday 12 March 2027, 24:00 At most 2 ",
    )]  # fmt: skip
    assert rows == sorted(rows)
    assert "Before work begins; the last day is Friday 12 March" in said
    assert "Public holidays not on record" in said
    # Observers attend and answer nothing.
    assert "Union of Observers" not in said[rows[0] : said.index("Working days are counted")]


def test_without_the_tick_the_question_stays(cast, capitals, sign_in):
    given = answers(begins="2027-03-11", ends="2027-03-11")
    staff = sign_in(cast.staff)
    shown = ticked(staff.post(ADDRESS, given), given)
    del shown["nonetheless"]
    response = staff.post(ADDRESS, shown)
    assert response.status_code == 422
    assert "Tick the box to go on with this deadline." in text(response)
    assert "There is a problem" in text(response)
    assert not Meeting.objects.exists()


def test_a_tick_is_for_the_warnings_beside_it_and_no_others(cast, capitals, sign_in):
    given = answers(begins="2027-03-12", ends="2027-03-12")
    staff = sign_in(cast.staff)
    shown = ticked(staff.post(ADDRESS, given), given)
    for changes in ({"begins": "2027-03-11", "ends": "2027-03-11"}, {"time_zone": "UTC"}):
        response = staff.post(ADDRESS, shown | changes)
        assert response.status_code == 422
        assert "Check the date" in text(response)
        page = response.content.decode()
        assert not re.search(r'<input[^>]*name="nonetheless"[^>]*checked', page)
    # A day later there is a day less.
    with time_machine.travel(factories.NOW + timedelta(days=1), tick=True):
        assert sign_in(cast.staff).post(ADDRESS, shown).status_code == 422
    assert not Meeting.objects.exists()
    # Somebody who sends the tick without having seen anything has not seen it.
    assert staff.post(ADDRESS, given | {"nonetheless": "on"}).status_code == 422
    assert staff.post(ADDRESS, shown).status_code == 302


def test_a_better_date_needs_no_tick(cast, capitals, sign_in):
    given = answers(begins="2027-03-12", ends="2027-03-12")
    staff = sign_in(cast.staff)
    shown = ticked(staff.post(ADDRESS, given), given)
    staff.post(ADDRESS, shown | {"ends": "2027-03-23"})
    assert "warned" not in Entry.objects.get(act="convene").facts


def test_the_tick_survives_an_error_elsewhere(cast, capitals, sign_in):
    given = answers(begins="2027-03-12", ends="2027-03-12")
    staff = sign_in(cast.staff)
    shown = ticked(staff.post(ADDRESS, given), given)
    response = staff.post(ADDRESS, shown | {"place": ""})
    assert response.status_code == 422
    page = response.content.decode()
    assert "Write where the meeting takes place." in page
    assert re.search(r'<input[^>]*name="nonetheless"[^>]*checked', page)


def test_the_warned_meeting_sent_twice_is_convened_once(cast, capitals, sign_in):
    given = answers(begins="2027-03-12", ends="2027-03-12")
    staff = sign_in(cast.staff)
    shown = ticked(staff.post(ADDRESS, given), given)
    assert staff.post(ADDRESS, shown).url == staff.post(ADDRESS, shown).url
    assert Meeting.objects.count() == 1


@pytest.mark.parametrize("counted", [True, False])
def test_an_invited_state_is_asked_about_only_where_it_counts(cast, sign_in, counted):
    invited = factories.state("Fenland", order=7)
    invited.weekend = [1, 2, 3, 4, 5]
    invited.save()
    Membership.objects.create(state=invited, status="invited", period=(date(2020, 1, 1), None))
    given = answers(**({"counting_invited": "on"} if counted else {}))
    response = sign_in(cast.staff).post(ADDRESS, given)
    assert response.status_code == (422 if counted else 302)
    if counted:
        assert "Fenland: the last day is Tuesday 23 March, part of the weekend." in text(response)


def test_the_dates_can_be_looked_at_before_the_rest_is_filled_in(cast, capitals, sign_in):
    given = {"begins": "2027-03-12", "ends": "2027-03-12", "time_zone": "UTC", "look": "1"}
    given |= {"key": str(uuid4()), "place": "Dorlan City"}
    staff = sign_in(cast.staff)
    response = staff.post(ADDRESS, given)
    said = text(response)
    assert response.status_code == 200
    assert "Saturday 13 March 2027, 05:30" in said
    assert "There is a problem" not in said and "Check the date" not in said
    assert "Dorlan City" in response.content.decode()
    response = staff.post(ADDRESS, given | {"ends": "2027-03-11"})
    assert response.status_code == 422
    assert "The last day is before the first day." in text(response)
    assert "Choose" not in text(response) and "This field is required" not in text(response)
    passed = given | {"begins": "2027-03-01", "ends": "2027-03-02"}
    assert "The last day of this meeting is over already." in text(staff.post(ADDRESS, passed))
    # To look is not to convene, whatever else is filled in.
    assert staff.post(ADDRESS, answers(look="1")).status_code == 200
    assert not Meeting.objects.exists()


def test_a_day_that_is_over_at_the_place_is_over(cast, sign_in):
    """At noon in UTC the tenth of March has ended in Auckland's neighbour to the east."""
    given = answers(begins="2027-03-10", ends="2027-03-10", time_zone="Pacific/Kiritimati")
    page = words(sign_in(cast.staff).post(ADDRESS, given), 409)
    assert "A meeting cannot be convened after it has ended." in page


def test_looking_at_the_dates_asks_the_database_no_more_for_more_states(
    cast, sign_in, django_assert_num_queries
):
    staff, given = sign_in(cast.staff), answers(begins="2027-03-12", ends="2027-03-12")
    staff.post(ADDRESS, given)
    for number in range(2):
        for _state in range(number * 3):
            order = 10 + Membership.objects.count()
            factories.member(factories.state(f"{chr(64 + order)}land", order=order))
        with django_assert_num_queries(15):
            assert staff.post(ADDRESS, given).status_code == 422


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


def test_a_meeting_with_a_name_of_its_own_goes_by_it(cast, sign_in):
    """An extra meeting of the leaders is not the summit to which a plan is reported."""
    staff = sign_in(cast.staff)
    given = answers("SUMMIT", title="  Extraordinary \n summit on supply chains ")
    page = staff.post(ADDRESS, given, follow=True).content.decode()
    assert "Extraordinary summit on supply chains is convened." in page
    extra = Meeting.objects.get()
    assert extra.title == str(extra) == "Extraordinary summit on supply chains"
    assert not watch.sitting(extra).ordinary
    staff.post(ADDRESS, answers("SUMMIT"))
    assert watch.sitting(Meeting.objects.exclude(pk=extra.pk).get()).ordinary


def test_a_long_title_is_cut_in_the_subject_of_the_mail_only(cast, sign_in):
    staff = sign_in(cast.staff)
    assert words(staff.post(ADDRESS, answers(title="x" * 121)), 422)
    assert staff.post(ADDRESS, answers(title="x" * 120)).status_code == 302
    # A record may have a title as long as its column.
    factories.meeting("AG", by=cast.staff, title="Meeting " * 25)
    for notice in Notice.objects.filter(entry__act="convene"):
        assert notice.subject.startswith("Convened: ") and len(notice.subject) <= 200
