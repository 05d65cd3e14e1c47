"""The post: a mail goes out once, a failure waits and is told, and some get one mail a day."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy

from secretariat import circulation, post, register
from secretariat.models import Appointment, DailyMail, Entry, Notice, Person, State
from secretariat.telling import Circle, Deadline, News, Telling
from tests import factories, mail_server

NOW = factories.NOW
CIRCLE = Circle("Some", "You receive this because of a test.", lambda _about, _day: ())


def news(**facts):
    line = {"binding": True, "confined": False} | facts
    return News("test.some", "A test", CIRCLE, "For you", "x", lambda _about: "/en/desk/", **line)


def telling(*told, thread="work-plan.2027", subject="For you", deadline=None, **facts):
    return Telling(news(**facts), told, subject, "Read it.", "/en/desk/", thread, deadline)


def enter(cast):
    return register.enter("start", cast.states["Aldova"], by=cast.staff, year=2027)


@pytest.fixture
def entry(cast):
    return enter(cast)


@pytest.fixture
def box(settings):
    """Mail goes to a server of our own."""
    with mail_server.running() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        settings.EMAIL_TIMEOUT = 5
        yield box


@pytest.fixture
def no_server(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 9, 1


def of(person):
    return Notice.objects.get(person=person)


# Once, and never before it is certain


def test_a_person_named_twice_is_told_once(cast, entry):
    circulation.tell(entry, [telling(cast.head, cast.alternate, cast.head)])
    circulation.tell(entry, [telling(cast.head)])
    assert Notice.objects.count() == 2


def test_what_is_undone_tells_nobody(cast, django_capture_on_commit_callbacks):
    with (
        pytest.raises(ZeroDivisionError),
        django_capture_on_commit_callbacks() as rung,
        transaction.atomic(),
    ):
        circulation.tell(enter(cast), [telling(cast.head)])
        raise ZeroDivisionError
    assert not Notice.objects.exists() and not rung
    assert post.send_due() == 0


def test_a_notice_goes_out_once_and_links_to_its_page(cast, entry, settings):
    settings.PORTAL_URL = "https://portal.example.org"
    circulation.tell(entry, [telling(cast.head)])
    assert (post.send_due(), post.send_due()) == (1, 0)
    (message,) = mail.outbox
    assert message.to == [cast.head.email]
    assert "https://portal.example.org/en/desk/\n" in message.body
    notice = Notice.objects.get()
    # What is kept is what went out.
    assert (notice.delivery, notice.sent_to, notice.body) == (
        "sent", cast.head.email, message.body,
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_send_it_twice(cast_now):
    circulation.tell(enter(cast_now), [telling(cast_now.head)])
    held, go_on = threading.Event(), threading.Event()

    def other_worker():
        try:
            with transaction.atomic():
                Notice.objects.select_for_update().get()
                held.set()
                go_on.wait(10)
        finally:
            connection.close()

    worker = threading.Thread(target=other_worker)
    worker.start()
    assert held.wait(10)
    assert post.send_due() == 0
    go_on.set()
    worker.join()
    assert post.send_due() == 1


def test_a_mail_can_be_sorted_threaded_and_is_not_answered_by_machines(cast, entry, settings):
    settings.PORTAL_URL = "https://portal.example.org:8443"
    circulation.tell(entry, [telling(cast.head)])
    circulation.tell(enter(cast), [telling(cast.head, binding=False)])
    circulation.tell(enter(cast), [telling(cast.head, thread="meeting.ag-2027-1")])
    post.send_due()
    first, second, elsewhere = (message.message() for message in mail.outbox)
    assert first["Message-ID"] != second["Message-ID"]
    assert first["References"] == first["In-Reply-To"] == "<work-plan.2027@portal.example.org>"
    assert second["References"] == first["References"] != elsewhere["References"]
    assert first["List-Id"] == "PartNIR portal <notices.portal.example.org>"
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["List-Unsubscribe"] is None
    assert "/en/desk/notices/settings/>" in second["List-Unsubscribe"]


# Failures


def test_a_failure_waits_ever_longer_and_is_given_up_after_two_days(cast, entry, no_server):
    circulation.tell(entry, [telling(cast.head)])
    began, moment, pauses = NOW, NOW, []
    while of(cast.head).delivery == "waiting":
        with time_machine.travel(moment, tick=False):
            assert post.send_due() == 0
            again = of(cast.head).next_attempt
        if again is not None:
            pauses.append(again - moment)
            # Not before its time.
            with time_machine.travel(again - timedelta(seconds=1), tick=False):
                post.send_due()
                assert of(cast.head).attempts == len(pauses)
            moment = again
    assert pauses[:3] == [timedelta(seconds=s) for s in (30, 60, 120)]
    assert pauses == sorted(pauses) and pauses[-1] == timedelta(hours=1)
    assert timedelta(days=1, hours=20) < moment - began < timedelta(days=2, hours=4)
    failed = of(cast.head)
    assert (failed.delivery, failed.attempts, failed.sent) == ("failed", post.MOST_ATTEMPTS, None)
    assert failed.error and circulation.failures() == 1


def test_what_failed_goes_out_when_the_server_is_back(cast, entry, no_server, settings):
    circulation.tell(entry, [telling(cast.head)])
    post.send_due()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert post.send_due() == 0
    with time_machine.travel(of(cast.head).next_attempt, tick=False):
        assert post.send_due() == 1
    assert (of(cast.head).delivery, of(cast.head).error) == ("sent", "")


@pytest.mark.parametrize(
    ("answer", "becomes", "reason"),
    [
        ("550 5.1.1 No such mailbox", "failed", "550 5.1.1 No such mailbox"),
        ("451 Try again later", "waiting", "451 Try again later"),
    ],
)
def test_a_refused_address_is_given_up_at_once_a_busy_server_is_not(
    cast, entry, box, answer, becomes, reason
):
    box.refuses[cast.head.email] = answer
    circulation.tell(entry, [telling(cast.head, cast.alternate)])
    # The others get theirs.
    assert post.send_due() == 1
    assert [whom for whom, _text in box.came] == [cast.alternate.email]
    assert (of(cast.head).delivery, of(cast.head).error) == (becomes, reason)


def test_an_address_no_mail_can_carry_keeps_nobody_elses_back(cast, entry):
    Person.objects.filter(pk=cast.head.pk).update(email="head\n@tests.example.org")
    circulation.tell(entry, [telling(Person.objects.get(pk=cast.head.pk), cast.alternate)])
    assert post.send_due() == 1
    assert of(cast.head).delivery == "failed"


def test_a_person_without_an_address_is_told_in_the_portal_only(cast, entry):
    Person.objects.filter(pk=cast.head.pk).update(email="")
    circulation.tell(entry, [telling(Person.objects.get(pk=cast.head.pk))])
    post.send_due()
    assert (of(cast.head).delivery, of(cast.head).error) == ("failed", "no address on record")
    assert not mail.outbox


def test_once_the_address_is_right_it_is_tried_again(cast, entry):
    address = cast.head.email
    Person.objects.filter(pk=cast.head.pk).update(email="")
    circulation.tell(entry, [telling(cast.head), telling(cast.alternate)])
    post.send_due()
    Person.objects.filter(pk=cast.head.pk).update(email=address)
    assert circulation.try_again(Notice.objects.all()) == 1
    assert post.send_due() == 1
    assert of(cast.head).sent_to == address
    # What went out is not sent again.
    assert circulation.try_again(Notice.objects.all()) == post.send_due() == 0


# What somebody asked for


def choose(person, mailing):
    Person.objects.filter(pk=person.pk).update(mailing=mailing)
    return Person.objects.get(pk=person.pk)


@pytest.mark.parametrize(
    ("mailing", "becomes"), [("at_once", "waiting"), ("daily", "gathered"), ("off", "not_mailed")]
)
def test_only_what_has_no_legal_effect_can_be_had_less_often(cast, mailing, becomes):
    person = choose(cast.head, mailing)
    circulation.tell(enter(cast), [telling(person, binding=False, subject="Free")])
    circulation.tell(enter(cast), [telling(person, binding=True, subject="Binding")])
    by_subject = dict(Notice.objects.values_list("subject", "delivery"))
    assert by_subject == {"Free": becomes, "Binding": "waiting"}


@pytest.mark.parametrize("delivery", ["gathered", "not_mailed"])
def test_the_database_lets_no_notice_of_legal_effect_wait(cast, entry, delivery):
    circulation.tell(entry, [telling(cast.head)])
    with pytest.raises(IntegrityError, match="legal_effect"), transaction.atomic():
        Notice.objects.update(delivery=delivery)


def gathered(cast, number=2):
    person = choose(cast.head, "daily")
    told = Appointment.objects.select_related("person", "state").get(person=person)
    for n in range(number):
        circulation.tell(enter(cast), [telling(told, binding=False, subject=f"News {n}")])


def test_a_daily_mail_goes_out_in_the_morning_of_the_capital(cast, settings):
    State.objects.filter(name="Dorlan").update(time_zone="Asia/Tokyo")
    gathered(cast)
    # 07:59 in the capital, on the next day there.
    assert post.gather(datetime(2027, 3, 10, 22, 59, tzinfo=UTC)) == 0
    assert post.gather(datetime(2027, 3, 10, 23, 0, tzinfo=UTC)) == 1
    daily = DailyMail.objects.get()
    assert (daily.day, daily.subject) == (date(2027, 3, 11), "2 notices of 11 March 2027")
    assert "News 0\n" in daily.body and "News 1\n" in daily.body
    assert post.send_due() == 1
    (message,) = mail.outbox
    assert message.to == [cast.head.email] and message.body == daily.body
    deliveries = set(Notice.objects.values_list("delivery", "sent_to", "daily"))
    assert deliveries == {("sent", cast.head.email, daily.pk)}
    assert message.message()["List-Unsubscribe"]


def test_there_is_one_daily_mail_a_day_and_none_without_news(cast):
    morning = datetime(2027, 3, 11, 9, tzinfo=UTC)
    assert post.gather(morning) == 0
    gathered(cast, 1)
    assert (post.gather(morning), post.gather(morning)) == (1, 0)
    gathered(cast, 1)
    assert post.gather(morning + timedelta(hours=8)) == 0
    assert post.gather(morning + timedelta(days=1)) == 1
    assert DailyMail.objects.count() == 2


def test_what_is_no_concern_any_more_is_left_out_of_the_daily_mail(cast):
    gathered(cast, 1)
    Appointment.objects.filter(person=cast.head).update(period=(date(2026, 6, 1), factories.TODAY))
    assert post.gather(datetime(2027, 3, 11, 9, tzinfo=UTC)) == 0
    assert of(cast.head).delivery == "held_back" and not DailyMail.objects.exists()


def test_a_daily_mail_that_fails_is_told_notice_by_notice(cast):
    gathered(cast)
    post.gather(datetime(2027, 3, 11, 9, tzinfo=UTC))
    Person.objects.filter(pk=cast.head.pk).update(email="")
    assert post.send_due() == 0
    assert circulation.failures() == 2
    Person.objects.filter(pk=cast.head.pk).update(email="new@tests.example.org")
    assert circulation.try_again(Notice.objects.all()) == 2
    assert post.send_due() == 2


# What the mail says


def test_a_mail_says_why_one_gets_it_and_how_to_get_fewer(cast):
    binding, free = telling(cast.head), telling(cast.head, binding=False)
    assert "You receive this because of a test. It has legal effect" in binding.mail(cast.head)
    assert "/en/desk/notices/settings/" not in binding.mail(cast.head)
    assert "/en/desk/notices/settings/" in free.mail(cast.head)
    for one in (binding, free):
        assert "This mail and its link decide nothing." in one.mail(cast.head)


def told_in(cast, zone, place):
    State.objects.filter(name="Dorlan").update(time_zone=zone)
    appointment = Appointment.objects.select_related("person", "state").get(person=cast.head)
    at = datetime(2027, 3, 12, 18, 30, tzinfo=UTC)
    until = Deadline(at, place, gettext_lazy("Until:"))
    return telling(appointment, deadline=until).mail(appointment)


def test_a_deadline_is_told_by_the_clocks_of_capital_place_and_utc(cast):
    mail_text = told_in(cast, "America/Sao_Paulo", "Asia/Kolkata")
    assert "Until:\n" in mail_text
    assert "- Friday 12 March 2027, 24:00, at the place of the meeting (Kolkata)\n" in mail_text
    assert "- Friday 12 March 2027, 15:30, in the capital of Dorlan\n" in mail_text
    assert "- Friday 12 March 2027, 18:30 UTC\n" in mail_text


def test_one_clock_is_told_once(cast):
    mail_text = told_in(cast, "Asia/Kolkata", "Asia/Kolkata")
    assert mail_text.count("24:00") == 1 and "in the capital of" not in mail_text
    assert told_in(cast, "", "UTC").count("18:30") == 1


def test_no_record_in_the_register_speaks_of_mail(cast, entry):
    """What became of a mail stands beside it; the register keeps acts."""
    before = Entry.objects.count()
    circulation.tell(entry, [telling(cast.head)])
    post.send_due()
    circulation.try_again(Notice.objects.all())
    assert Entry.objects.count() == before
