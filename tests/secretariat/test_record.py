"""The register only grows."""

import pytest
from django.db import IntegrityError, connection, transaction

from secretariat import register
from secretariat.models import Entry
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
