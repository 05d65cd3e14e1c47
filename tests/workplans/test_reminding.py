"""Reminders: each step told once to those in office, entered in the register, however it is run."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.db import OperationalError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from bpic.celery import app
from meetings.models import Body, Meeting
from secretariat import post
from secretariat.dates import PartialDate
from secretariat.models import Appointment, Entry, Notice
from tests import factories
from workplans import history, tasks
from workplans.operations.reminding import remind


def at(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC)


def sent() -> list[tuple[str, int]]:
    """What was told, in order: the duty, and the days before; 0 for overdue."""
    entries = Entry.objects.filter(act="remind").order_by("id")
    return [(entry.facts["duty"], entry.facts["step"]) for entry in entries]


def ministers(cast, begins: date = date(2027, 5, 20)) -> Meeting:
    return factories.meeting("IMM", by=cast.staff, begins=begins, ends=begins)


@pytest.fixture
def kept(cast) -> Meeting:
    """The record is kept here since the year before, so that a silence says something."""
    return factories.meeting(
        "AG", by=cast.former_staff, begins=date(2026, 11, 24), on=at("2026-11-02")
    )


def test_a_reminder_goes_to_those_in_office_and_into_the_register(cast):
    ministers(cast)
    assert remind(at("2027-04-19")) == 0
    assert remind(at("2027-04-20")) == 1
    entry = Entry.objects.get(act="remind")
    assert (entry.by, entry.appointment, str(entry.subject)) == (None, None, "Aldova 2027")
    assert entry.facts == {
        "duty": "adopt",
        "year": 2027,
        "due": "2027-05-20",
        "step": 30,
        "text": "No adopted work plan for 2027 is on record. It is due by the first day of the "
        "ministers’ meeting: Industry Ministers’ Meeting, May 2027 (20 May 2027).",
    }
    notices = Notice.objects.filter(entry=entry)
    assert {notice.person for notice in notices} == {cast.chair, cast.staff}
    assert {notice.path for notice in notices} == {"/en/desk/obligations/2027/"}
    assert {notice.subject for notice in notices} == {
        "Due in 30 days: The work plan is adopted before the ministers meet (2027)"
    }


def test_the_letter_says_what_is_due_when_and_why_it_came(cast, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    ministers(cast)
    remind(at("2027-05-19"))
    post.send_due(Entry.objects.get(act="remind").pk)
    letter = mail.outbox[0]
    assert letter.subject.startswith("Due in 1 day: ")
    assert letter.body == (
        "A duty of 2027: The work plan is adopted before the ministers meet.\n\n"
        "No adopted work plan for 2027 is on record. It is due by the first day of the ministers’ "
        "meeting: Industry Ministers’ Meeting, May 2027 (20 May 2027).\n\n"
        "Due: 20 May 2027, 1 day from now.\n\n"
        "The page below shows what the year owes, what each finding rests on, and what can be "
        "done now.\n\n"
        "The page for this; you sign in first:\n"
        f"{settings.PORTAL_URL}/en/desk/obligations/2027/\n\n"
        "You receive this as chair or secretariat of the presidency. You can have such notices at "
        "once, once a day, or in the portal only:\n"
        f"{settings.PORTAL_URL}/en/desk/notices/settings/\n"
        "This mail and its link decide nothing. PartNIR portal\n"
    )


def test_each_step_is_told_once_however_often_it_is_looked_at(cast, kept):
    ministers(cast)
    for day in range(19, 60):
        for hour in (0, 23):
            remind(at("2027-04-01") + timedelta(days=day, hours=hour))
    assert sent() == [("adopt", 30), ("adopt", 7), ("adopt", 1), ("adopt", 0)]


def test_whoever_comes_late_tells_only_how_much_time_is_left(cast, kept):
    ministers(cast)
    assert remind(at("2027-05-16")) == 1
    assert sent() == [("adopt", 7)]
    assert Notice.objects.filter(entry__act="remind", subject__startswith="Due in 4 days").exists()
    assert remind(at("2027-05-20")) == 1
    assert Notice.objects.filter(entry__act="remind", subject__startswith="Due today").exists()
    assert remind(at("2027-06-01")) == 1
    overdue = Notice.objects.filter(entry__act="remind", subject__startswith="Overdue: ")
    assert overdue.count() == 2 and "It was due: 20 May 2027." in overdue[0].body
    assert sent() == [("adopt", 7), ("adopt", 1), ("adopt", 0)]


def test_what_was_overdue_long_before_anybody_looked_is_no_news(cast, kept):
    ministers(cast)
    assert remind(at("2027-06-20")) == 0
    assert sent() == []


def test_a_silence_in_a_record_that_was_not_kept_is_not_told_as_a_failure(cast):
    ministers(cast)
    assert remind(at("2027-05-21")) == 0


def test_what_is_done_is_not_reminded_of(cast, adopted):
    ministers(cast)
    assert remind(at("2027-04-20")) == 1
    assert sent() == [("submit", 30)]


def test_a_meeting_that_is_moved_is_counted_down_to_anew(cast):
    meeting = ministers(cast)
    remind(at("2027-04-20"))
    later = PartialDate(2027, 6, 10)
    Meeting.objects.filter(pk=meeting.pk).update(begins=later, ends=later)
    assert remind(at("2027-04-21")) == 0
    assert remind(at("2027-05-11")) == 1
    assert [entry.facts["due"] for entry in Entry.objects.filter(act="remind").order_by("id")] == [
        "2027-05-20",
        "2027-06-10",
    ]


def test_a_meeting_known_to_the_month_is_counted_down_to_from_its_first_day(cast):
    Meeting.objects.create(
        slug="imm-2027-1", body=factories.body("IMM"), year=2027, begins=PartialDate(2027, 6),
        status="planned",
    )  # fmt: skip
    assert remind(at("2027-05-01")) == 0
    assert remind(at("2027-05-02")) == 1
    assert (
        "Due: June 2027, 30 days from now."
        in Notice.objects.get(entry__act="remind", person=cast.chair).body
    )


def test_the_next_presidency_is_told_what_the_year_before_left(cast, kept):
    assert remind(at("2027-12-31")) == 2  # the group has not met, and no plan is adopted
    told = Notice.objects.filter(entry__act="remind").values_list("person__name", flat=True)
    assert set(told) == {"Chair Aldova", "Staff Aldova"}
    assert remind(at("2028-01-01")) == 2
    told = Notice.objects.filter(entry__act="remind", subject__startswith="Overdue")
    assert {notice.person for notice in told} == {cast.next_chair}
    assert Entry.objects.filter(act="remind").latest("id").subject.year == 2028


@pytest.mark.parametrize("missing", ["presidency", "people", "institution"])
def test_with_nobody_to_tell_nothing_counts_as_told(cast, missing):
    ministers(cast)
    day = at("2027-05-13")
    if missing == "presidency":
        assert remind(day.replace(year=2031)) == 0
    elif missing == "people":
        in_office = Appointment.objects.filter(function__in=["chair", "secretariat"])
        in_office.update(period=DateRange(date(2020, 1, 1), date(2027, 1, 1)))
        assert remind(day) == 0
    else:
        Body.objects.filter(code="AG").delete()
        assert remind(day) == 0
    assert sent() == []


def test_it_is_told_in_words_wherever_the_register_is_shown(cast):
    ministers(cast)
    remind(at("2027-05-13"))
    line = history.line(Entry.objects.get(act="remind"))
    assert line["title"] == (
        "Reminded of a duty of 2027: The work plan is adopted before the ministers meet"
    )
    assert line["by"] == "By the portal, from the dates on record"
    assert line["text"].startswith("No adopted work plan for 2027 is on record.")


def test_no_draft_is_spoken_of_in_a_reminder(cast, draft):
    """The one who is told may have it in hand; whoever reads the register later may not."""
    ministers(cast)
    remind(at("2027-05-13"))
    text = Entry.objects.get(act="remind").facts["text"]
    assert draft.title not in text and "draft" not in text


def test_the_worker_looks_every_hour(cast):
    order = settings.CELERY_BEAT_SCHEDULE["remind of obligations"]
    assert order["schedule"] == 3600.0
    assert order["task"] == tasks.remind_of_obligations.name in app.tasks
    ministers(cast)
    with time_machine.travel(at("2027-05-13"), tick=False):
        tasks.remind_of_obligations()
        tasks.remind_of_obligations()
    assert sent() == [("adopt", 7)]


def test_the_cost_does_not_grow_with_what_was_told(cast, django_assert_num_queries):
    ministers(cast)
    remind(at("2027-04-20"))
    with django_assert_num_queries(9):
        assert remind(at("2027-04-21")) == 0
    remind(at("2027-05-13"))
    remind(at("2027-05-19"))
    for year in range(1990, 2027):
        Meeting.objects.create(
            slug=f"ag-{year}-1", body=factories.body("AG"), year=year, status="held"
        )
    with django_assert_num_queries(9):
        assert remind(at("2027-05-19")) == 0


# Two workers


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_it_once(cast):
    ministers(cast)
    ready, told = threading.Barrier(6), []

    def run():
        try:
            ready.wait(10)
            told.append(remind(at("2027-05-13")))
        finally:
            connection.close()

    workers = [threading.Thread(target=run) for _worker in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert sorted(told) == [0, 0, 0, 0, 0, 1]
    assert sent() == [("adopt", 7)]
    assert Notice.objects.filter(entry__act="remind").count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_second_waits_for_the_first_to_be_certain(cast):
    """Not luck: while one has told and not yet committed, the other cannot even look."""
    ministers(cast)
    raised = []

    def run():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '300ms'")
            remind(at("2027-05-13"))
        except OperationalError as error:
            raised.append(error)
        finally:
            connection.close()

    with transaction.atomic():
        assert remind(at("2027-05-13")) == 1
        worker = threading.Thread(target=run)
        worker.start()
        worker.join(30)
        transaction.set_rollback(True)
    assert "lock timeout" in str(raised[0])
    # The first came to nothing, so nothing was told, and whoever comes next tells it.
    assert sent() == []
    assert remind(at("2027-05-13")) == 1
