"""Recording whether a convened meeting was held: from when, by whom, against what, and back."""

import threading
from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import F

from meetings.models import Meeting
from meetings.operations import CannotConclude, Conclusion, Overtaken
from secretariat import handover
from secretariat.dates import PartialDate
from secretariat.models import Entry, Notice
from secretariat.standing import NotEntitled
from tests import factories, hand_overs
from workplans import history
from workplans.models import Consideration, Decision, WorkPlan
from workplans.operations import decision, review, sitting
from workplans.operations.decision import WrongMeeting
from workplans.operations.review import NotReady

NOW = factories.NOW
AHEAD = date(2027, 4, 20)
STORM = "The storm closed the airport."
LATER = NOW + timedelta(days=30)


def conclude(meeting, status, note="", reason="", *, by, on=NOW, seen=None):
    if seen is None:
        seen = Meeting.objects.get(pk=meeting.pk).sequence
    return sitting.conclude(meeting, Conclusion(status, seen, note, reason), by=by, on=on)


def on_record(meeting):
    found = Meeting.objects.get(pk=meeting.pk)
    return found.status, found.outcome, found.sequence


def told(act="conclude"):
    return set(Notice.objects.filter(entry__act=act).values_list("person__name", flat=True))


HEADS = {"Head Aldova", "Head Borania", "Head Cestria", "Head Dorlan"}
OFFICIALS = HEADS | {"Alternate Dorlan", "Delegate Dorlan", "Observer Union"}


# Held


def test_a_meeting_is_recorded_as_held_with_its_outcome(cast, advisory_group):
    entry = conclude(advisory_group, "held", "Progress reviewed.", by=cast.staff)
    assert on_record(advisory_group) == ("held", "Progress reviewed.", 1)
    assert entry.capacity == "Secretariat staff, Aldova"
    assert entry.facts == {
        "meeting": advisory_group.slug,
        "meeting_name": "Advisory Group, March 2027",
        "status": "held",
        "text": "Progress reviewed.",
    }
    line = history.line(entry)
    assert line["title"] == "Recorded of Advisory Group, March 2027: Held"
    assert line["text"] == "Progress reviewed."
    # Those who sat there know.
    assert told() == set()


def test_the_outcome_may_be_left_out(cast, advisory_group):
    assert conclude(advisory_group, "held", by=cast.chair)
    assert on_record(advisory_group) == ("held", "", 1)


@pytest.mark.parametrize(
    ("moment", "begun"),
    [
        (datetime(2027, 4, 19, 23, 59, tzinfo=UTC), True),  # 20 April 08:59 at the place
        (datetime(2027, 4, 19, 14, 59, tzinfo=UTC), False),  # 19 April 23:59 at the place
        (datetime(2027, 4, 19, 15, 0, tzinfo=UTC), True),  # 20 April 00:00 at the place
    ],
)
def test_it_can_be_held_from_its_first_day_on_by_the_clock_of_its_place(cast, moment, begun):
    meeting = factories.meeting("AG", by=cast.staff, begins=AHEAD)
    Meeting.objects.filter(pk=meeting.pk).update(time_zone="Asia/Tokyo")
    if begun:
        assert conclude(meeting, "held", by=cast.staff, on=moment)
        return
    with pytest.raises(CannotConclude, match="The meeting begins on 20 April 2027"):
        conclude(meeting, "held", by=cast.staff, on=moment)
    assert on_record(meeting) == ("convened", "", 0)
    assert not Entry.objects.filter(act="conclude").exists()


# Not held


@pytest.mark.parametrize(
    ("when", "tells"),
    [
        (NOW, True),
        (datetime(2027, 4, 22, 23, 59, tzinfo=UTC), True),
        (datetime(2027, 4, 23, tzinfo=UTC), False),
    ],
    ids=["before", "on the last day", "when it is over"],
)
def test_it_is_called_off_with_a_reason_and_those_seated_are_told_in_time(cast, when, tells):
    meeting = factories.meeting("AG", by=cast.staff, begins=AHEAD)
    conclude(meeting, "not_held", STORM, by=cast.staff, on=when)
    assert on_record(meeting) == ("not_held", STORM, 1)
    assert told() == (OFFICIALS if tells else set())
    if tells:
        notice = Notice.objects.filter(entry__act="conclude").first()
        assert notice.subject == "Called off: Advisory Group, April 2027"
        assert "20–22 April 2027, is called off." in notice.body and STORM in notice.body
        assert notice.path == meeting.get_absolute_url()


def test_ministers_are_told_of_their_meeting(cast):
    meeting = factories.meeting("IMM", by=cast.staff, begins=AHEAD)
    conclude(meeting, "not_held", STORM, by=cast.staff)
    assert told() == {person.name for person in cast.ministers.values()}


def test_without_a_reason_nothing_is_called_off(cast, advisory_group):
    with pytest.raises(CannotConclude, match="Say why the meeting was not held"):
        conclude(advisory_group, "not_held", by=cast.staff)
    assert on_record(advisory_group) == ("convened", "", 0)


# Whose act it is


@pytest.mark.parametrize("status", ["held", "not_held"])
def test_nobody_else_records_it(cast, advisory_group, status):
    for role, person in cast.everyone().items():
        if role in ("chair", "staff"):
            continue
        with pytest.raises(NotEntitled, match="can record whether a meeting was held"):
            conclude(advisory_group, status, STORM, by=person)
    assert on_record(advisory_group) == ("convened", "", 0)
    assert not Entry.objects.filter(act="conclude").exists() and told() == set()


def test_the_next_secretariat_records_what_the_last_convened(cast):
    begins = date(2027, 12, 28)
    meeting = factories.meeting("AG", by=cast.staff, begins=begins)
    january = datetime(2028, 1, 3, 12, tzinfo=UTC)
    with pytest.raises(NotEntitled):
        conclude(meeting, "held", by=cast.staff, on=january)
    assert conclude(meeting, "held", by=cast.next_chair, on=january)


def test_after_an_early_hand_over_it_is_the_secretariat_that_writes(cast, advisory_group):
    hand_overs.shorten()
    staff = hand_overs.next_staff(cast)
    hand_overs.tick_all(cast, staff)
    hand_overs.offer(cast)
    handover.take_over(hand_overs.current(), typesetting=[], by=cast.next_chair, on=NOW)
    with pytest.raises(NotEntitled):
        conclude(advisory_group, "held", by=cast.staff)
    assert conclude(advisory_group, "held", by=staff)


def test_only_what_was_convened_here_is_recorded_here(cast):
    body = factories.body("IMM")
    for status in ("planned", "unknown", "held", "not_held"):
        known = Meeting.objects.create(
            slug=f"imm-{status}", body=body, year=2027, status=status, begins=PartialDate(2027, 3)
        )
        with pytest.raises(CannotConclude, match="was not convened here"):
            conclude(known, "held", "So it was.", by=cast.staff)
        assert on_record(known) == (status, "", 0)


# What speaks against it


def test_a_meeting_with_a_text_before_it_cannot_be_called_off(cast, consideration):
    meeting = consideration.meeting
    with pytest.raises(CannotConclude, match="WP/1 is before this meeting. Withdraw it before"):
        conclude(meeting, "not_held", STORM, by=cast.staff)
    review.withdraw(consideration, reason="The meeting is off.", by=cast.staff, on=NOW)
    assert conclude(meeting, "not_held", STORM, by=cast.staff)


def test_ministers_who_did_not_meet_decided_nothing(cast, submitted):
    """Until the last day is over they may; then the text lapses, and the record may say so."""
    meeting = submitted.meeting
    with pytest.raises(CannotConclude, match="before this meeting until its last day is over"):
        conclude(meeting, "not_held", STORM, by=cast.staff)
    assert decision.end_lapsed(LATER) == 1
    assert conclude(meeting, "not_held", STORM, by=cast.staff, on=LATER)
    assert WorkPlan.objects.get().status == "adopted"


@pytest.mark.parametrize(
    ("body", "act"), [("AG", "adopted"), ("IMM", "approved"), ("SUMMIT", "reported")]
)
def test_a_meeting_that_decided_was_held(cast, approved, summit, body, act):
    decision.report(
        approved, meeting=summit, digest=approved.revision.digest, summary="A year.",
        by=cast.chair, on=NOW,
    )  # fmt: skip
    meeting = Meeting.objects.of(body).get()
    with pytest.raises(CannotConclude, match=f"{act} on 10 March 2027"):
        conclude(meeting, "not_held", STORM, by=cast.staff, on=LATER)
    assert conclude(meeting, "held", by=cast.staff, on=LATER)
    with pytest.raises(CannotConclude, match="A decision rests on this meeting"):
        conclude(meeting, "not_held", STORM, "A slip.", by=cast.staff, on=LATER)
    # What is said of it can still be put right.
    assert conclude(meeting, "held", "Agreed.", "It was left out.", by=cast.staff, on=LATER)


@pytest.mark.parametrize(("days", "rests"), [(-5, False), (0, True)])
def test_what_the_chair_returned_before_the_first_day_shows_no_sitting(cast, draft, days, rests):
    meeting = factories.meeting("AG", by=cast.staff, begins=AHEAD)
    consideration = factories.circulated(draft, before=meeting, by=cast.staff)
    moment = datetime(2027, 4, 20, 12, tzinfo=UTC) + timedelta(days=days)
    decision.return_to_draft(
        consideration, digest=consideration.revision.digest, reason="An annex is wrong.",
        by=cast.chair, on=moment,
    )  # fmt: skip
    if rests:
        with pytest.raises(CannotConclude, match="returned on 20 April 2027"):
            conclude(meeting, "not_held", STORM, by=cast.staff, on=LATER)
    else:
        assert conclude(meeting, "not_held", STORM, by=cast.staff, on=LATER)


# The way back


def test_a_record_is_corrected_with_a_reason_and_both_stay_in_the_register(cast, advisory_group):
    conclude(advisory_group, "held", "Progress reviewed.", by=cast.staff)
    with pytest.raises(CannotConclude, match="Say why what is on record is corrected"):
        conclude(advisory_group, "not_held", STORM, by=cast.chair)
    entry = conclude(advisory_group, "not_held", STORM, "The wrong meeting.", by=cast.chair)
    assert on_record(advisory_group) == ("not_held", STORM, 2)
    assert entry.facts["before"] == {"status": "held", "outcome": "Progress reviewed."}
    assert history.line(entry)["text"] == f"{STORM}\n\nCorrected, because: The wrong meeting."
    assert Entry.objects.filter(act="conclude").count() == 2
    conclude(advisory_group, "held", "Progress reviewed.", "It was the right one.", by=cast.staff)
    assert on_record(advisory_group) == ("held", "Progress reviewed.", 3)


def test_who_was_told_that_it_is_off_is_told_that_it_is_not(cast):
    meeting = factories.meeting("AG", by=cast.staff, begins=AHEAD)
    conclude(meeting, "not_held", STORM, by=cast.staff)
    entry = conclude(meeting, "convened", "", "A slip of the hand.", by=cast.staff)
    assert on_record(meeting) == ("convened", "", 2)
    notices = Notice.objects.filter(entry=entry)
    assert {notice.person.name for notice in notices} == OFFICIALS
    assert notices[0].subject == "Not called off: Advisory Group, April 2027"
    assert "takes place as convened" in notices[0].body
    assert "A slip of the hand." in notices[0].body and STORM not in notices[0].body


def test_a_better_worded_reason_tells_nobody_again(cast):
    meeting = factories.meeting("AG", by=cast.staff, begins=AHEAD)
    conclude(meeting, "not_held", STORM, by=cast.staff)
    entry = conclude(meeting, "not_held", "The airport is closed.", "Wording.", by=cast.staff)
    assert not Notice.objects.filter(entry=entry).exists()


def test_what_is_over_cannot_be_still_to_come(cast, advisory_group):
    conclude(advisory_group, "not_held", STORM, by=cast.staff, on=LATER)
    with pytest.raises(CannotConclude, match="it was held, or it was not"):
        conclude(advisory_group, "convened", "", "A slip.", by=cast.staff, on=LATER)
    assert conclude(advisory_group, "held", "", "A slip.", by=cast.staff, on=LATER)
    assert told() == set()


def test_recording_twice_has_one_effect_and_what_came_between_is_shown(cast, advisory_group):
    assert conclude(advisory_group, "held", by=cast.staff, seen=0)
    assert conclude(advisory_group, "held", by=cast.staff, seen=0) is None
    assert conclude(advisory_group, "held", by=cast.chair, seen=0) is None
    with pytest.raises(Overtaken, match="Meanwhile something else was recorded: held"):
        conclude(advisory_group, "not_held", STORM, "A slip.", by=cast.chair, seen=0)
    assert on_record(advisory_group) == ("held", "", 1)
    assert Entry.objects.filter(act="conclude").count() == 1


# What goes on at a meeting that is on record as held


def test_a_text_before_it_is_answered_and_adopted_until_its_days_are_over(cast, consideration):
    meeting = consideration.meeting
    last_day = NOW + timedelta(days=2)
    conclude(meeting, "held", by=cast.staff, on=last_day)
    for head in cast.heads.values():
        factories.answer(consideration, by=head, on=last_day)
    adopted = factories.adopted(consideration, by=cast.chair, on=last_day)
    assert adopted.status == "adopted"
    assert Decision.objects.get().on == last_day.date()


def test_a_text_can_be_put_before_it_while_its_days_last(cast, draft, advisory_group):
    stale = Meeting.objects.get(pk=advisory_group.pk)
    conclude(advisory_group, "held", by=cast.staff)
    assert advisory_group in Meeting.objects.ahead(factories.TODAY)
    with pytest.raises(NotReady, match="is over"):
        factories.circulated(draft, before=stale, by=cast.staff, on=NOW + timedelta(days=3))
    assert factories.circulated(draft, before=stale, by=cast.staff).is_open


def test_ministers_decide_and_a_report_arrives_at_what_is_on_record_as_held(
    cast, adopted, ministers_meeting, summit
):
    for meeting in (ministers_meeting, summit):
        conclude(meeting, "held", by=cast.staff)
    submitted = decision.submit(
        adopted, meeting=ministers_meeting, digest=adopted.revision.digest, by=cast.chair, on=NOW
    )
    for minister in cast.ministers.values():
        factories.answer(submitted, by=minister)
    plan = WorkPlan.objects.get()
    decision.report(
        plan, meeting=summit, digest=plan.revision.digest, summary="A year.", by=cast.chair, on=NOW
    )
    assert WorkPlan.objects.get().status == "reported"


def test_an_unanswered_text_before_ministers_who_met_lapses_as_ever(cast, submitted):
    conclude(submitted.meeting, "held", by=cast.staff)
    assert decision.end_lapsed(NOW) == 0
    assert decision.end_lapsed(LATER) == 1


def test_nothing_goes_to_a_meeting_that_was_called_off(
    cast, draft, agreed, ministers_meeting, summit
):
    """Also from a page that was opened before it was."""
    off = factories.meeting("AG", by=cast.staff, begins=AHEAD)
    for meeting in (off, ministers_meeting, summit):
        conclude(meeting, "not_held", STORM, by=cast.staff)
        assert meeting.status == "convened"
        assert meeting not in Meeting.objects.ahead(factories.TODAY)
    with pytest.raises(NotReady, match="is not convened"):
        factories.circulated(draft, before=off, by=cast.staff)
    plan = factories.adopted(agreed, by=cast.chair)
    with pytest.raises(WrongMeeting):
        decision.submit(
            plan, meeting=ministers_meeting, digest=plan.revision.digest, by=cast.chair, on=NOW
        )
    WorkPlan.objects.update(status="approved", in_force=F("revision"), in_force_as="approved")
    with pytest.raises(WrongMeeting):
        decision.report(
            plan, meeting=summit, digest=plan.revision.digest, summary="A year.", by=cast.chair,
            on=NOW,
        )  # fmt: skip
    assert Consideration.objects.filter(closed=None).count() == 0


def test_what_is_known_of_a_meeting_elsewhere_takes_no_text(cast, draft):
    """It has no seats: nobody could answer."""
    known = Meeting.objects.create(
        slug="ag-known", body=factories.body("AG"), year=2027, status="held",
        begins=PartialDate(2027, 3, 9), ends=PartialDate(2027, 3, 20), time_zone="UTC",
    )  # fmt: skip
    assert known not in Meeting.objects.ahead(factories.TODAY)
    with pytest.raises(NotReady, match="is not convened"):
        factories.circulated(draft, before=known, by=cast.staff)


# Two at once


def elsewhere(act):
    """Run an act on a connection of its own; returns what it raised, if anything."""
    raised = []

    def run():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '300ms'")
            act()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            raised.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(30)
    return raised[0] if raised else None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first", ["circulate", "conclude"])
def test_a_text_on_its_way_and_a_meeting_called_off_wait_for_each_other(
    transactional_db, cast, draft, advisory_group, first
):
    acts = {
        "circulate": lambda: factories.circulated(draft, before=advisory_group, by=cast.staff),
        "conclude": lambda: conclude(advisory_group, "not_held", STORM, by=cast.staff, seen=0),
    }
    begins = acts.pop(first)
    (follows,) = acts.values()
    with transaction.atomic():
        begins()
        waited = elsewhere(follows)
    assert isinstance(waited, OperationalError) and "lock timeout" in str(waited)
    assert isinstance(elsewhere(follows), (NotReady, CannotConclude))
    assert on_record(advisory_group)[0] == ("convened" if first == "circulate" else "not_held")
    assert Consideration.objects.count() == (first == "circulate")


# Calendars that follow


def events(client, address="/en/calendar.ics"):
    return icalendar.Calendar.from_ical(client.get(address).content).events


def test_calendars_that_follow_show_it_as_cancelled_and_again(cast, sign_in):
    meeting = factories.meeting("AG", by=cast.staff, begins=AHEAD)
    (before,) = events(sign_in())
    conclude(meeting, "not_held", STORM, by=cast.staff)
    (off,) = events(sign_in())
    assert off["uid"] == before["uid"]
    assert (before["status"], off["status"], off["transp"]) == (
        "CONFIRMED", "CANCELLED", "TRANSPARENT",
    )  # fmt: skip
    assert (before["sequence"], off["sequence"]) == (0, 1)
    assert off["summary"] == "Not held: Advisory Group, April 2027"
    conclude(meeting, "convened", "", "A slip.", by=cast.staff)
    (again,) = events(sign_in())
    assert (again["status"], again["sequence"], again["summary"]) == (
        "CONFIRMED", 2, before["summary"],
    )  # fmt: skip
    assert "transp" not in again


def test_the_page_keeps_it_under_its_month_and_the_next_dates_do_not(cast, sign_in):
    meeting = factories.meeting("AG", by=cast.staff, begins=AHEAD)
    conclude(meeting, "not_held", STORM, by=cast.staff)
    page = sign_in().get("/en/calendar/").content.decode()
    assert "April 2027" in page and meeting.get_absolute_url() in page and "Not held" in page
    assert meeting.get_absolute_url() not in sign_in().get("/en/").content.decode()
