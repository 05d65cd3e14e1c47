"""The calendar page and the feed other calendars subscribe to."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest

from meetings import calendar
from meetings.models import Meeting
from secretariat.dates import PartialDate
from tests import factories

PAGE, FEED = "/en/calendar/", "/en/calendar.ics"


def meeting(code="AG", **facts):
    facts.setdefault("slug", f"m-{Meeting.objects.count()}")
    facts.setdefault("year", 2027)
    return Meeting.objects.create(body=factories.body(code), **facts)


def on(text):
    return PartialDate.parse(text) if text else None


def events(response):
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return icalendar.Calendar.from_ical(response.content)


def test_a_meeting_known_to_the_day_is_an_event_of_whole_days(cast, sign_in):
    meeting(slug="ag-2027-1", title="Third meeting", begins=on("2027-03-10"),
            ends=on("2027-03-11"), place="Xiamen, China")  # fmt: skip
    (event,) = events(sign_in().get(FEED)).events
    assert event["dtstart"].dt == date(2027, 3, 10)
    # The end of an event of whole days is the day after the last.
    assert event["dtend"].dt == date(2027, 3, 12)
    assert event["summary"] == "Third meeting"
    assert event["summary"].params["LANGUAGE"] == "en"
    assert event["location"] == "Xiamen, China"
    assert event["uid"] == "ag-2027-1@127.0.0.1"
    assert event["url"].endswith("/en/meetings/ag-2027-1/")
    assert event["url"].startswith("http")
    assert event["status"] == "TENTATIVE"


@pytest.mark.parametrize(
    ("begins", "ends"),
    [("2027-03", None), ("2027", None), (None, None), ("2027-03-10", "2027-04")],
)
def test_what_is_not_known_to_the_day_is_on_the_page_and_not_in_the_feed(
    cast, sign_in, begins, ends
):
    meeting(title="Vague meeting", begins=on(begins), ends=on(ends))
    assert list(events(sign_in().get(FEED)).events) == []
    assert "Vague meeting" in sign_in().get(PAGE).content.decode()


def test_a_meeting_not_held_is_nowhere(cast, sign_in):
    meeting(title="Never met", begins=on("2027-03-10"), status="not_held")
    assert list(events(sign_in().get(FEED)).events) == []
    assert "Never met" not in sign_in().get(PAGE).content.decode()


def test_an_opening_hour_carries_the_zone_of_the_place(cast, sign_in):
    meeting(begins=on("2027-07-05"), starts_at=time(10), time_zone="America/New_York")
    feed = events(sign_in().get(FEED))
    (event,) = feed.events
    assert event["dtstart"].dt == datetime(2027, 7, 5, 10, tzinfo=ZoneInfo("America/New_York"))
    assert event["dtstart"].params["TZID"] == "America/New_York"
    assert event["dtend"].dt.date() == date(2027, 7, 6)
    (zone,) = feed.timezones
    assert zone["tzid"] == "America/New_York"
    # Both the winter and the summer clock are described.
    assert len(zone.subcomponents) >= 2


def test_an_hour_in_universal_time_needs_no_zone(cast, sign_in):
    meeting(begins=on("2027-07-05"), starts_at=time(10), time_zone="UTC")
    feed = events(sign_in().get(FEED))
    assert feed.timezones == []
    assert feed.events[0]["dtstart"].dt == datetime(2027, 7, 5, 10, tzinfo=UTC)


def test_a_change_is_stamped_and_keeps_the_identity(cast, sign_in):
    made = meeting(begins=on("2027-03-10"))
    before = events(sign_in().get(FEED)).events[0]
    made.ends, made.sequence = on("2027-03-12"), 1
    made.save()
    after = events(sign_in().get(FEED)).events[0]
    assert after["uid"] == before["uid"]
    assert (before["sequence"], after["sequence"]) == (0, 1)
    assert after["dtstamp"].dt == made.changed.replace(microsecond=0)


def test_the_feed_is_sent_again_only_when_it_changed(cast, sign_in):
    made = meeting(begins=on("2027-03-10"))
    first = sign_in().get(FEED)
    assert "public" in first["Cache-Control"]
    tag = {"if-none-match": first["ETag"]}
    assert sign_in().get(FEED, headers=tag).status_code == 304
    # Written past the model's own clock, as an administrator's tool might.
    Meeting.objects.filter(pk=made.pk).update(place="Somewhere else")
    assert sign_in().get(FEED, headers=tag).status_code == 200


def test_the_feed_says_nothing_of_drafts(consideration, sign_in):
    text = sign_in().get(FEED).content.decode()
    assert "Work Plan" not in text
    assert consideration.revision.symbol not in text


def test_page_and_feed_are_narrowed_to_a_body(cast, sign_in):
    meeting("AG", title="Of the group", begins=on("2027-05-10"))
    meeting("IMM", title="Of the ministers", begins=on("2027-05-11"))
    page = sign_in().get(PAGE, {"body": "IMM"}).content.decode()
    assert "Of the ministers" in page
    assert "Of the group" not in page
    assert "webcal://testserver/en/calendar.ics?body=IMM" in page
    names = [event["summary"] for event in events(sign_in().get(FEED, {"body": "IMM"})).events]
    assert names == ["Of the ministers"]


def test_an_unknown_body_narrows_nothing(cast, sign_in):
    meeting(title="Of the group", begins=on("2027-05-10"))
    assert "Of the group" in sign_in().get(PAGE, {"body": "NONE"}).content.decode()


DAY = date(2027, 3, 10)


@pytest.mark.parametrize(
    ("facts", "ahead"),
    [
        ({"begins": "2027-03-08", "ends": "2027-03-10"}, True),
        ({"begins": "2027-03-08", "ends": "2027-03-09"}, False),
        ({"begins": "2027-03-10"}, True),
        ({"begins": "2027-03"}, True),
        ({"begins": "2027-02"}, False),
        ({"begins": "2027"}, True),
        ({"year": 2027}, True),
        ({"year": 2026}, False),
        ({"year": 2027, "status": "unknown"}, False),
        ({"begins": "2027-03-09", "ends": "2027-03-10", "status": "held"}, False),
    ],
)
def test_what_lies_ahead(cast, facts, ahead):
    facts = {key: on(v) if key in ("begins", "ends") else v for key, v in facts.items()}
    assert calendar.is_ahead(meeting(**facts), DAY) is ahead


def test_meetings_ahead_stand_in_order_under_their_month(cast):
    for begins in ("2027-05-20", "2027-04-02", "2027", "2027-05", "2028-01-15"):
        meeting(begins=on(begins), year=int(begins[:4]))
    meeting(year=2027, title="No date")
    groups = calendar.by_month(calendar.ahead(calendar.on_record(), DAY))
    assert [(group.title, len(group.meetings)) for group in groups] == [
        ("April 2027", 1),
        ("May 2027", 2),
        ("2027, month not set", 1),
        ("2027, dates not set", 1),
        ("January 2028", 1),
    ]


def test_past_meetings_stand_under_their_year_the_latest_first(cast):
    for begins in ("2025-05-21", "2026-05-20", "2026-02-01"):
        meeting(begins=on(begins), year=int(begins[:4]), status="held")
    groups = calendar.by_year(calendar.on_record())
    assert [(g.title, [str(m.begins) for m in g.meetings]) for g in groups] == [
        ("2026", ["20 May 2026", "1 February 2026"]),
        ("2025", ["21 May 2025"]),
    ]


def test_an_empty_calendar_says_so(cast, sign_in):
    assert "No meeting is announced." in sign_in().get(PAGE).content.decode()


def test_the_queries_do_not_grow(cast, sign_in, django_assert_num_queries):
    visitor = sign_in()
    visitor.get(PAGE)
    for number in range(1, 4):
        for month in range(1, number * 3):
            meeting(begins=on(f"2027-{month:02d}-10"), number=None)
        with django_assert_num_queries(3):
            visitor.get(PAGE)
        with django_assert_num_queries(2):
            visitor.get(FEED)


def test_only_the_presidency_is_offered_to_convene(cast, sign_in):
    for role, person in cast.everyone().items():
        page = sign_in(person).get(PAGE).content.decode()
        assert ("Convene a meeting" in page) is (role in ("staff", "chair"))
    assert "Convene a meeting" not in sign_in().get(PAGE).content.decode()


def test_the_next_dates_are_the_nearest(cast):
    for begins in ("2027-03-09", "2027-06-01", "2027-03-12", "2027-04-01", "2027-05-01"):
        meeting(begins=on(begins))
    found = calendar.next_dates(DAY)
    assert [str(m.begins) for m in found] == ["12 March 2027", "1 April 2027", "1 May 2027"]
    assert calendar.next_dates(DAY + timedelta(days=400)) == []
