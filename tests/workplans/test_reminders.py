"""Reminders before a deadline: to those who have not answered and nobody else, in their hours."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import IntegrityError, transaction

from secretariat.models import Appointment, Entry, Notice, State
from secretariat.standing import NotEntitled
from tests import factories
from workplans.models import Consideration, Reminder
from workplans.operations import decision, prompting, review
from workplans.operations.locking import Superseded
from workplans.operations.prompting import NobodyToRemind
from workplans.procedure import OutOfOrder
from workplans.reminders import Told, due

# Friday 19 March 2027, 24:00 in Kolkata; Wednesday the 10th the text was circulated.
DEADLINE = datetime(2027, 3, 19, 18, 30, tzinfo=UTC)
OPENED = datetime(2027, 3, 10, 12, tzinfo=UTC)


def seat(zone="UTC", weekend=(6, 7), country="", pk=1):
    state = SimpleNamespace(time_zone=zone, weekend=list(weekend), holidays=country)
    return SimpleNamespace(pk=pk, state=state)


def kinds(now, of=None, told=None, **facts):
    given = {"deadline": DEADLINE, "opened": OPENED, "steps": (3, 1)} | facts
    found = due([of or seat()], now=now, told=told or Told(), **given)
    return [(one.kind, one.day) for one in found]


def utc(day, hour, minute=0):
    return datetime(2027, 3, day, hour, minute, tzinfo=UTC)


# When, as a question without a database


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (utc(15, 17, 59), []),  # Monday: four working days are left
        (utc(16, 7, 59), []),  # Tuesday, before the office opens
        (utc(16, 8), ["before_3"]),
        (utc(16, 18), []),  # closed again
        (utc(17, 10), ["before_3"]),  # late, if nobody ran on Tuesday
        (utc(18, 8), ["before_1"]),  # Thursday: of two that are due the nearest
        (utc(19, 9), ["before_1"]),
        (utc(19, 18, 30), []),  # the deadline itself
    ],
)
def test_a_step_comes_in_the_working_hours_of_the_capital(moment, expected):
    assert [kind for kind, _day in kinds(moment)] == expected


@pytest.mark.parametrize(
    ("zone", "first"),
    [("Asia/Tokyo", utc(15, 23)), ("America/Sao_Paulo", utc(16, 11)), ("UTC", utc(16, 8))],
)
def test_every_capital_has_its_own_morning(zone, first):
    before = first - timedelta(minutes=1)
    assert kinds(first, seat(zone)) and not kinds(before, seat(zone))
    assert first.astimezone(ZoneInfo(zone)).hour == 8


def test_the_weekend_of_the_capital_is_not_counted_nor_disturbed():
    """Where Friday and Saturday are free, the last working day is the Thursday before."""
    cairo = seat("Africa/Cairo", weekend=(5, 6))
    # Sunday is worked: of Monday to Thursday four are left, and on Monday three.
    assert not kinds(utc(14, 10), cairo)
    assert [kind for kind, _day in kinds(utc(15, 10), cairo)] == ["before_3"]
    assert not kinds(utc(19, 10), cairo), "on its free Friday"


def test_a_public_holiday_is_neither_counted_nor_disturbed():
    """Brazil keeps 21 April, a Wednesday in 2027; the deadline is the end of Friday the 23rd."""
    until = {"deadline": datetime(2027, 4, 24, 3, tzinfo=UTC)}

    def on(day, country):
        there = seat("America/Sao_Paulo", country=country)
        found = kinds(datetime(2027, 4, day, 15, tzinfo=UTC), there, **until)
        return [kind for kind, _day in found]

    assert on(19, "BR") == ["before_3"] and on(19, "") == []
    assert on(21, "BR") == [] and on(21, "") == ["before_3"]


def test_a_step_that_was_past_when_the_text_came_is_left_out():
    late = {"opened": utc(16, 9)}
    # Three working days were left on the day it came.
    assert not kinds(utc(17, 10), **late)
    assert [kind for kind, _day in kinds(utc(18, 10), **late)] == ["before_1"]


def test_nobody_is_reminded_within_a_day_of_the_text_or_of_another_reminder():
    told = Told(last={1: utc(16, 9)})
    assert not kinds(utc(17, 8, 59), told=told)
    assert kinds(utc(17, 9), told=told)
    one_day = {"opened": utc(19, 8), "late_is_early": True}
    assert not kinds(utc(19, 17), **one_day)


def test_a_step_is_due_once_and_anew_for_another_deadline():
    told = Told(frozenset({(1, "before_3", date(2027, 3, 19))}))
    assert not kinds(utc(16, 10), told=told)
    later = DEADLINE + timedelta(days=7)
    assert kinds(utc(23, 10), told=told, deadline=later) == [("before_3", date(2027, 3, 26))]


def test_a_meeting_of_one_day_is_reminded_of_on_that_day():
    facts = {"opened": utc(10, 9), "late_is_early": True}
    assert [kind for kind, _day in kinds(utc(19, 9), **facts)] == ["before_1"]


# To whom, on the record


@pytest.fixture
def far(cast, draft):
    """A text before a meeting that sits for two weeks; circulated on Wednesday 10 March."""
    meeting = factories.meeting("AG", by=cast.staff, ends=date(2027, 3, 24))
    found = factories.circulated(draft, before=meeting, by=cast.staff)
    Consideration.objects.filter(pk=found.pk).update(opened=factories.NOW)
    return Consideration.objects.get(pk=found.pk)


# Friday 19 March: three working days are left until Wednesday the 24th.
THREE_BEFORE, ONE_BEFORE = utc(19, 9), utc(23, 9)


def reminded():
    told = Notice.objects.filter(entry__act="remind_states")
    return sorted(told.values_list("person__name", flat=True))


def test_those_who_have_not_answered_are_reminded_and_nobody_else(cast, far):
    factories.answer(far, by=cast.heads["Aldova"])
    factories.answer(far, by=cast.heads["Borania"], kind="objects", text="No.")
    assert prompting.remind_all(THREE_BEFORE) == 2
    assert reminded() == ["Alternate Dorlan", "Head Cestria", "Head Dorlan"]
    entry = Entry.objects.get(act="remind_states")
    assert (entry.by, entry.facts["states"]) == (None, ["CE", "DO"])
    notice = Notice.objects.get(entry=entry, person=cast.head)
    assert notice.subject == "Not answered yet: PartNIR/AG/2027/WP/1, until 24 March 2027"
    assert notice.path == f"/en/desk/considerations/{far.pk}/position/"
    assert "- Wednesday 24 March 2027, 24:00 UTC" in notice.body
    assert not notice.binding


def test_each_step_comes_once_however_often_it_is_looked_at(cast, far):
    moment = factories.NOW
    while moment < datetime(2027, 3, 25, tzinfo=UTC):
        with time_machine.travel(moment, tick=False):
            prompting.remind_all(moment)
        moment += timedelta(hours=2)
    steps = set(Reminder.objects.values_list("kind", "day", "seat__state__code"))
    states = ("AL", "BO", "CE", "DO")
    wanted = {(k, date(2027, 3, 24), s) for k in ("before_3", "before_1") for s in states}
    assert steps == wanted and Reminder.objects.count() == 8


def test_the_database_keeps_a_step_from_coming_twice(cast, far):
    prompting.remind_all(THREE_BEFORE)
    row = Reminder.objects.first()
    row.pk = None
    with pytest.raises(IntegrityError, match="reminded_once"), transaction.atomic():
        row.save()


@pytest.mark.parametrize("how", ["answers", "is withdrawn", "is superseded", "is decided"])
def test_reminders_stop_with_the_answer_or_the_text(cast, far, how):
    prompting.remind_all(THREE_BEFORE)
    Notice.objects.all().delete()
    if how == "answers":
        for head in cast.heads.values():
            factories.answer(far, by=head)
    elif how == "is withdrawn":
        review.withdraw(far, reason="An annex is wrong.", by=cast.staff, on=factories.NOW)
    elif how == "is superseded":
        factories.activity(far.plan, title="Another")
        factories.circulated(far.plan, before=far.meeting, by=cast.staff)
        # The new text has just come.
        Consideration.objects.filter(closed=None).update(opened=ONE_BEFORE)
    else:
        decision.return_to_draft(
            far, digest=far.revision.digest, reason="No.", by=cast.chair, on=factories.NOW
        )
    assert prompting.remind_all(ONE_BEFORE) == 0
    assert reminded() == []


def test_ministers_are_reminded_while_their_meeting_sits(cast, adopted):
    meeting = factories.meeting("IMM", by=cast.staff, begins=date(2027, 3, 19))
    submitted = decision.submit(
        adopted, meeting=meeting, digest=adopted.revision.digest, by=cast.chair, on=factories.NOW
    )
    Consideration.objects.filter(pk=submitted.pk).update(opened=factories.NOW)
    assert prompting.remind_all(utc(18, 9)) == 0
    factories.answer(submitted, by=cast.minister, on=utc(19, 8))
    assert prompting.remind_all(utc(19, 9)) == 3
    assert reminded() == ["Minister Aldova", "Minister Borania", "Minister Cestria"]


def test_a_state_for_which_nobody_answers_is_not_on_record_as_reminded(cast, far):
    Appointment.objects.filter(state__name="Cestria", function="head").update(
        period=(date(2026, 6, 1), factories.TODAY)
    )
    assert prompting.remind_all(THREE_BEFORE) == 3
    assert not Reminder.objects.filter(seat__state__name="Cestria").exists()


def test_each_is_reminded_in_the_hours_of_the_own_capital(cast, far):
    State.objects.filter(name="Dorlan").update(time_zone="America/Sao_Paulo")
    prompting.remind_all(THREE_BEFORE)
    assert "Head Dorlan" not in reminded()
    prompting.remind_all(utc(19, 11))
    assert "Head Dorlan" in reminded()


def test_whoever_wants_no_mail_reads_it_in_the_portal(cast, far):
    person = cast.head
    person.mailing = "off"
    person.save()
    prompting.remind_all(THREE_BEFORE)
    notice = Notice.objects.get(entry__act="remind_states", person=person)
    assert notice.delivery == "not_mailed"


# By hand


def every_seat(consideration):
    return [seat.pk for seat in consideration.meeting.seats.all()]


def now(cast, far, on, by=None):
    return prompting.remind_now(far, seats=every_seat(far), by=by or cast.staff, on=on)


def test_the_secretariat_reminds_at_any_hour(cast, far):
    factories.answer(far, by=cast.heads["Aldova"])
    done = now(cast, far, utc(13, 22))  # a Saturday night
    assert [seat.state.name for seat in done] == ["Borania", "Cestria", "Dorlan"]
    entry = Entry.objects.get(act="remind_states")
    assert entry.by == cast.staff and entry.appointment.function == "secretariat"


def test_nobody_is_reminded_twice_in_a_day(cast, far):
    with pytest.raises(NobodyToRemind, match="within the last 24 hours"):
        now(cast, far, factories.NOW + timedelta(hours=23))
    first = utc(12, 9)
    assert len(now(cast, far, first)) == 4
    with pytest.raises(NobodyToRemind):
        now(cast, far, first + timedelta(hours=24) - timedelta(seconds=1))
    assert len(now(cast, far, first + timedelta(hours=24))) == 4


def test_after_one_by_hand_the_portal_waits_a_day_too(cast, far):
    now(cast, far, THREE_BEFORE - timedelta(hours=1))
    assert prompting.remind_all(THREE_BEFORE) == 0
    # After the weekend it catches up.
    assert prompting.remind_all(utc(22, 9)) == 4


def test_only_states_on_the_screen_are_reminded(cast, far):
    (dorlan,) = far.meeting.seats.filter(state__name="Dorlan")
    done = prompting.remind_now(far, seats=[dorlan.pk], by=cast.staff, on=utc(12, 9))
    assert done == [dorlan] and reminded() == ["Alternate Dorlan", "Head Dorlan"]


def test_who_answered_meanwhile_is_left_alone(cast, far):
    for head in cast.heads.values():
        factories.answer(far, by=head)
    with pytest.raises(NobodyToRemind):
        now(cast, far, utc(12, 9))
    assert not Reminder.objects.exists()


@pytest.mark.parametrize("role", ["head", "minister", "former_staff", "superuser"])
def test_nobody_else_reminds(cast, far, role):
    with pytest.raises(NotEntitled):
        now(cast, far, utc(12, 9), by=cast.everyone()[role])


def test_what_takes_no_answers_any_more_is_not_reminded_of(cast, far):
    with pytest.raises(Superseded):
        now(cast, far, datetime(2027, 3, 25, tzinfo=UTC))
    review.withdraw(far, reason="An annex is wrong.", by=cast.staff, on=factories.NOW)
    with pytest.raises(OutOfOrder):
        now(cast, far, utc(12, 9))


# The page


def words(response):
    return " ".join(response.content.decode().split())


def test_the_page_shows_who_gets_it_and_when_they_were_last_reminded(cast, far, sign_in):
    factories.answer(far, by=cast.heads["Aldova"])
    staff, url = sign_in(cast.staff), f"/en/desk/considerations/{far.pk}/remind/"
    text = f"/en/desk/considerations/{far.pk}/"
    assert url in words(staff.get(text)) and url not in words(sign_in(cast.head).get(text))
    page = words(staff.get(url))
    assert "Every state that has not answered was told within the last 24 hours." in page
    with time_machine.travel(utc(12, 9), tick=False):
        staff = sign_in(cast.staff)
        shown = staff.get(url)
        page = words(shown)
        assert "Head Dorlan, Head of delegation" in page and "Head Aldova" not in page
        assert "Not reminded yet." in page and "Remind 3 states now" in page
        assert shown.context["told"].number == 4
        sent = {"seats": shown.context["form"]["seats"].value()}
        done = staff.post(url, sent, follow=True)
        assert "Reminded: Borania, Cestria and Dorlan." in words(done)
        page = words(staff.get(url))
        assert "Last reminded: Friday 12 March 2027, 09:00 UTC." in page
        assert "it can be reminded from Saturday 13 March 2027, 09:00 UTC on." in page
        assert staff.post(url, sent).status_code == 409


def test_the_page_says_where_nobody_answers_for_a_state(cast, far, sign_in):
    Appointment.objects.filter(state__name="Cestria", function="head").update(
        period=(date(2026, 6, 1), factories.TODAY)
    )
    page = words(sign_in(cast.staff).get(f"/en/desk/considerations/{far.pk}/remind/"))
    assert "Nobody is appointed to answer for it" in page


def test_the_history_names_no_state_that_was_reminded(cast, far, sign_in):
    prompting.remind_all(THREE_BEFORE)
    page = words(sign_in(cast.head).get("/en/desk/plans/2027/history/"))
    assert "Reminded those who had not answered PartNIR/AG/2027/WP/1" in page
    assert "By the portal, from the dates on record" in page
