"""The register only grows, and a notice goes out once."""

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction

from secretariat import circulation, register
from secretariat.models import Entry, Notice, Person
from tests.conftest import NOT_EMPTIED


@pytest.fixture
def entry(cast):
    return register.enter("start", cast.states["Aldova"], by=cast.staff, year=2027)


def test_the_database_stamps_the_instant(entry):
    entry.refresh_from_db()
    assert entry.at is not None


@pytest.mark.parametrize("change", ["update", "delete"])
@pytest.mark.parametrize("replica", [False, True])
def test_an_entry_is_neither_changed_nor_removed(entry, change, replica):
    with pytest.raises(IntegrityError, match="only grows"), transaction.atomic():
        if replica:
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL session_replication_role = replica")
        found = Entry.objects.filter(pk=entry.pk)
        if change == "update":
            found.update(act="forged")
        else:
            found._raw_delete(found.db)


@pytest.mark.parametrize("table", NOT_EMPTIED)
def test_no_table_of_the_record_is_emptied(db, table):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_is_not_emptied")
        with pytest.raises(IntegrityError, match="only grows"), transaction.atomic():
            cursor.execute(f"TRUNCATE {table} CASCADE")
        transaction.set_rollback(True)


def tell(entry, *people):
    circulation.circulate(entry, people, subject="For you", body="Read it.", path="/en/desk/")


def test_a_person_named_twice_is_told_once(cast, entry):
    tell(entry, cast.head, cast.alternate, cast.head)
    tell(entry, cast.head)
    assert Notice.objects.count() == 2


def test_a_notice_goes_out_once_and_links_to_its_page(cast, entry, settings):
    settings.PORTAL_URL = "https://portal.example.org"
    tell(entry, cast.head)
    assert circulation.send_due() == 1
    assert circulation.send_due() == 0
    (message,) = mail.outbox
    assert message.to == [cast.head.email]
    assert "https://portal.example.org/en/desk/" in message.body


def test_a_failed_notice_waits_and_is_tried_again(cast, entry, settings):
    import time_machine

    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 9, 1
    tell(entry, cast.head)
    assert circulation.send_due() == 0
    notice = Notice.objects.get()
    assert (notice.attempts, bool(notice.error)) == (1, True)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert circulation.send_due() == 0
    with time_machine.travel(notice.next_attempt, tick=False):
        assert circulation.send_due() == 1


def test_a_person_without_an_address_is_told_in_the_portal_only(cast, entry):
    Person.objects.filter(pk=cast.head.pk).update(email="")
    tell(entry, Person.objects.get(pk=cast.head.pk))
    circulation.send_due()
    assert Notice.objects.get().error == "no address on record"
    assert not mail.outbox
