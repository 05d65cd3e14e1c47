"""The page on which it is recorded whether a meeting was held, and the ways that lead to it."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
import time_machine

from bpic import desk as desks
from meetings.models import Meeting
from secretariat.dates import PartialDate
from secretariat.models import Entry, Notice
from secretariat.standing import Standing
from tests import factories
from workplans.operations import review

AHEAD = date(2027, 4, 20)
LATER = factories.NOW + timedelta(days=30)
STORM = "The storm closed the airport."


def page_of(meeting):
    return f"/en/desk/meetings/{meeting.slug}/outcome/"


def text(response, status=200):
    assert response.status_code == status
    main = re.search(r"<main.*</main>", response.content.decode(), re.S).group()
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def held(**changes):
    return {"status": "held", "note": "", "seen": "0", **changes}


def off(**changes):
    return held(**{"status": "not_held", "note": STORM, **changes})


def radios(response):
    form = response.context["form"]
    return [str(label) for _value, label in form.fields["status"].choices]


@pytest.fixture
def staff(cast, sign_in):
    return sign_in(cast.staff)


# From the form to the record


def test_it_is_written_checked_and_recorded(cast, staff, advisory_group):
    address = page_of(advisory_group)
    first = staff.get(address)
    assert radios(first) == ["It was held", "It is called off"]
    assert "Record whether the meeting was held" in text(first)
    checked = staff.post(address, held(note="Progress reviewed.", step="check"))
    said = text(checked)
    assert "Nothing has been recorded yet." in said and "Progress reviewed." in said
    assert "the duty of the Advisory Group to meet in 2027 is done" in said
    assert not Entry.objects.filter(act="conclude").exists()
    shown = {bound.html_name: bound.value() for bound in checked.context["form"]}
    done = staff.post(address, {**shown, "step": "act"}, follow=True)
    assert done.redirect_chain == [(advisory_group.get_absolute_url(), 302)]
    said = text(done)
    assert "is on record as held." in said
    assert "Outcome Progress reviewed." in said and "Correct whether it was held" in said
    assert Meeting.objects.get().status == "held"


def test_going_back_keeps_every_word(cast, staff, advisory_group):
    back = staff.post(page_of(advisory_group), off(step="change"))
    assert back.status_code == 200
    page = back.content.decode()
    assert STORM in page and re.search(r'value="not_held"[^>]*checked', page)


def test_calling_off_says_who_is_told_before_it_tells_them(cast, staff):
    meeting = factories.meeting("AG", by=cast.staff, begins=AHEAD)
    first = staff.get(page_of(meeting))
    assert "Call the meeting off" in text(first)
    assert 'type="radio"' not in first.content.decode()
    checked = staff.post(page_of(meeting), off(step="check"))
    said = text(checked)
    assert "7 people are told, by e-mail and on the page of notices." in said
    assert "Calendars that follow the portal show the meeting as cancelled." in said
    staff.post(page_of(meeting), off(step="act"))
    assert Notice.objects.filter(entry__act="conclude").count() == 7
    said = text(staff.get(meeting.get_absolute_url()))
    assert f"Not held: the reason {STORM}" in said


def test_what_is_missing_is_said_beside_its_field(cast, staff, advisory_group):
    address = page_of(advisory_group)
    for sent, words in (
        (off(note=" "), "Say why the meeting was not held."),
        (held(status=""), "Choose one of the answers."),
        (held(status="convened"), "Select a valid choice."),
        (held(status="unknown"), "Select a valid choice."),
        (held(seen="x"), "Enter a whole number."),
    ):
        assert words in text(staff.post(address, {**sent, "step": "act"}), 422), sent
    assert not Entry.objects.filter(act="conclude").exists()


def test_before_the_first_day_a_tampered_form_records_no_sitting(cast, staff):
    meeting = factories.meeting("AG", by=cast.staff, begins=AHEAD)
    assert staff.post(page_of(meeting), held(step="act")).status_code == 422
    assert Meeting.objects.get().status == "convened"


def test_a_correction_shows_what_stood_there_and_asks_why(cast, staff, advisory_group):
    address = page_of(advisory_group)
    staff.post(address, held(note="Progress reviewed.", step="act"))
    first = staff.get(address)
    assert "Correct whether the meeting was held" in text(first)
    assert "Recorded of Advisory Group, March 2027: Held" in text(first)
    assert radios(first) == ["It was held", "It is called off", "It takes place as convened"]
    assert re.search(r'value="held"[^>]*checked', first.content.decode())
    again = off(seen="1", step="act")
    assert "Say why what is on record is corrected." in text(staff.post(address, again), 422)
    assert staff.post(address, {**again, "reason": "The wrong one."}).status_code == 302
    assert Meeting.objects.get().status == "not_held"


def test_a_double_click_records_once_and_says_so(cast, staff, advisory_group):
    address = page_of(advisory_group)
    assert staff.post(address, held(step="act")).status_code == 302
    again = staff.post(address, held(step="act"), follow=True)
    assert "That is on record already." in text(again)
    assert Entry.objects.filter(act="conclude").count() == 1


def test_who_comes_second_is_shown_what_was_recorded_and_loses_no_word(
    cast, staff, sign_in, advisory_group
):
    address = page_of(advisory_group)
    sign_in(cast.chair).post(address, held(step="act"))
    late = staff.post(address, off(step="act"))
    assert "Meanwhile something else was recorded: held." in text(late, 409)
    assert STORM in late.content.decode()
    assert Meeting.objects.get().status == "held"
    form = late.context["form"]
    sent = {bound.html_name: bound.value() for bound in form}
    assert staff.post(address, {**sent, "reason": "It did not.", "step": "act"}).status_code == 302
    assert Meeting.objects.get().status == "not_held"


def test_a_text_before_it_stands_in_the_way_and_the_page_says_which(cast, staff, consideration):
    address = page_of(consideration.meeting)
    words = "WP/1 is before this meeting. Withdraw it before you record"
    assert words in text(staff.get(address))
    assert words in text(staff.post(address, off(step="check")), 409)
    said = text(staff.post(address, held(step="check")))
    assert "WP/1 stays before it, to be answered and decided until its last day ends." in said
    assert staff.post(address, held(step="act")).status_code == 302
    review.withdraw(consideration, reason="Off.", by=cast.staff, on=factories.NOW)
    assert words not in text(staff.get(address))


# Who may


def test_others_are_refused_and_nothing_of_it_shows(cast, sign_in, consideration):
    address = page_of(consideration.meeting)
    for role, person in cast.everyone().items():
        client = sign_in(person)
        allowed = role in ("chair", "staff")
        response = client.get(address)
        assert response.status_code == (200 if allowed else 403), role
        if not allowed:
            assert consideration.revision.symbol not in response.content.decode()
            assert client.post(address, held(step="act")).status_code == 403, role
        meeting = client.get(consideration.meeting.get_absolute_url()).content.decode()
        assert (address in meeting) is allowed, role
    assert sign_in().get(address).url.startswith("/en/sign-in/")
    assert address not in sign_in().get(consideration.meeting.get_absolute_url()).content.decode()
    assert not Entry.objects.filter(act="conclude").exists()


def test_a_meeting_known_from_elsewhere_has_no_such_page(cast, staff):
    known = Meeting.objects.create(
        slug="ag-2019", body=factories.body("AG"), year=2019, status="unknown",
        begins=PartialDate(2019, 9),
    )  # fmt: skip
    assert staff.get(page_of(known)).status_code == 404
    assert "/outcome/" not in staff.get(known.get_absolute_url()).content.decode()
    assert staff.get("/en/desk/meetings/nowhere/outcome/").status_code == 404


def test_the_way_there_says_what_can_be_recorded(cast, staff, advisory_group):
    ahead = factories.meeting("AG", by=cast.staff, begins=AHEAD)
    assert "Call the meeting off" in text(staff.get(ahead.get_absolute_url()))
    page = text(staff.get(advisory_group.get_absolute_url()))
    assert "Record whether it was held" in page


# The desk and the obligations


def titles(person, moment):
    with time_machine.travel(moment, tick=True):
        desk = desks.of(Standing.of(person, moment.date()))
    return [(item.title, item.url) for item in desk.now if "whether it was held" in item.title]


def test_it_lies_on_the_desk_once_the_last_day_is_over_until_it_is_recorded(
    cast, sign_in, advisory_group
):
    Meeting.objects.filter(pk=advisory_group.pk).update(time_zone="America/Sao_Paulo")
    line = (
        "Record whether it was held: Advisory Group, March 2027",
        page_of(advisory_group),
    )
    # The twelfth ends three hours later in São Paulo than in UTC.
    assert titles(cast.staff, datetime(2027, 3, 13, 2, 59, tzinfo=UTC)) == []
    over = datetime(2027, 3, 13, 3, 0, tzinfo=UTC)
    assert titles(cast.staff, over) == titles(cast.chair, over) == [line]
    for role, person in cast.everyone().items():
        if role not in ("staff", "chair"):
            assert titles(person, over) == [], role
    with time_machine.travel(over, tick=True):
        done = sign_in(cast.staff).post(page_of(advisory_group), held(step="act"))
        assert done.url == advisory_group.get_absolute_url()
    assert titles(cast.staff, over) == []


def test_the_day_is_over_in_the_east_before_it_is_here(cast, advisory_group):
    Meeting.objects.filter(pk=advisory_group.pk).update(time_zone="Pacific/Kiritimati")
    assert titles(cast.staff, datetime(2027, 3, 12, 9, 59, tzinfo=UTC)) == []
    assert len(titles(cast.staff, datetime(2027, 3, 12, 10, 0, tzinfo=UTC))) == 1


@pytest.mark.parametrize(
    ("sent", "state", "words"),
    [
        (held(), "met", "The Advisory Group met: Advisory Group, March 2027"),
        (off(), "open", "This meeting was not held: Advisory Group, March 2027"),
    ],
    ids=["held", "not held"],
)
def test_recording_it_turns_the_finding(cast, sign_in, advisory_group, sent, state, words):
    """Without a decision nothing but this record says whether the Advisory Group met."""
    with time_machine.travel(LATER, tick=True):
        staff = sign_in(cast.staff)

        def meets():
            return staff.get("/en/desk/obligations/2027/").context["rows"][0]

        before = meets()
        assert before.finding.state == "unknown"
        assert [basis.url for basis in before.unrecorded] == [page_of(advisory_group)]
        # Those who only read see what is missing, without the page that mends it.
        assert (
            "/outcome/" not in sign_in(cast.head).get("/en/desk/obligations/2027/").content.decode()
        )
        (way,) = [basis.url for basis in before.unrecorded]
        assert staff.post(way, {**sent, "step": "act"}).status_code == 302
        after = meets()
        assert after.finding.state == state
        assert words in after.finding.sentence
        assert after.unrecorded == ()


def test_the_way_there_stays_after_the_year_is_over(cast, sign_in, advisory_group):
    with time_machine.travel(datetime(2028, 2, 1, 12, tzinfo=UTC), tick=True):
        page = text(sign_in(cast.next_chair).get("/en/desk/obligations/2027/"))
    assert "Record whether it was held: Advisory Group, March 2027" in page


# Cost


def test_the_page_costs_the_same_however_often_it_was_corrected(
    cast, staff, advisory_group, django_assert_num_queries
):
    address = page_of(advisory_group)
    staff.post(address, held(step="act"))
    staff.get(address)
    with django_assert_num_queries(13):
        staff.get(address)
    for number in range(1, 6):
        sent = held(note=f"Wording {number}.", reason="Wording.", seen=str(number), step="act")
        assert staff.post(address, sent).status_code == 302
    with django_assert_num_queries(13):
        staff.get(address)
