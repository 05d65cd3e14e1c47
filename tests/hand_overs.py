"""A hand-over within reach: the table says that the cast's presidency ends soon."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.db.backends.postgresql.psycopg_any import DateRange

from secretariat import handover
from secretariat.handover import POINTS, Side, Turn
from secretariat.models import Person, Presidency
from tests import factories
from tests.conftest import Cast

TURN = date(2027, 5, 1)
AT_TURN = datetime(2027, 5, 1, tzinfo=UTC)


def shorten(day: date = TURN) -> None:
    """The presidency of the cast's year ends on another day than usual, and the next begins."""
    end = date(2029, 1, 1)
    # Out of the way first: not for a moment may two preside at once.
    Presidency.objects.filter(year=2028).update(period=DateRange(date(2028, 12, 31), end))
    Presidency.objects.filter(year=2027).update(period=DateRange(date(2027, 1, 1), day))
    Presidency.objects.filter(year=2028).update(period=DateRange(day, end))


def current(day: date = factories.TODAY) -> Turn:
    """The turn in which the presidency of a day will end, as it stands."""
    found = handover.ahead(day)
    assert found is not None
    return found


def next_staff(cast: Cast) -> Person:
    return factories.person("Staff Cestria", "secretariat", cast.states["Cestria"])


def tick_all(cast: Cast, incoming: Person, on: datetime = factories.NOW) -> None:
    """Both sides say that everything is in order."""
    turn = current(on.date())
    for key in POINTS:
        handover.tick(turn, key, Side.OUTGOING, by=cast.staff, on=on)
        handover.tick(turn, key, Side.INCOMING, by=incoming, on=on)


def offer(cast: Cast, remarks: str = "", on: datetime = factories.NOW) -> None:
    handover.offer(current(on.date()), remarks=remarks, by=cast.chair, on=on)
