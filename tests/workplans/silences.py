"""Silences for the tests: real clocks, and ways to bring an end about without waiting for it."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import connection
from django.utils import timezone

from secretariat import instants
from workplans.models import Consideration, Position
from workplans.operations import answering, correspondence

MICROSECOND = timedelta(microseconds=1)


def opened(plan, *, by, hours=24 * 14, **facts):
    """A plan's draft under silence; the end lies far enough ahead for every capital."""
    facts.setdefault("reason", "The ministers meet before the Group could.")
    facts.setdefault("expires", whole_minute(instants.now() + timedelta(hours=hours)))
    return correspondence.open_silence(plan, by=by, on=timezone.now(), **facts)


def whole_minute(moment):
    return moment.replace(second=0, microsecond=0)


def answer(consideration, by, kind="objects", text="Paragraph 3 has to go.", **more):
    return answering.take_position(
        consideration,
        digest=consideration.revision.digest,
        kind=kind,
        text=text,
        by=by,
        on=timezone.now(),
        key=uuid4(),
        **more,
    )


def ends(consideration, at: datetime) -> Consideration:
    """Let a silence have had its end at an instant, which the database would not be told.

    Only who owns the table can put its guard aside, as here.
    """
    guard = "an_outcome_is_written_once"
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE workplans_consideration DISABLE TRIGGER {guard}")
        Consideration.objects.filter(pk=consideration.pk).update(expires=at)
        cursor.execute(f"ALTER TABLE workplans_consideration ENABLE TRIGGER {guard}")
    return Consideration.objects.get(pk=consideration.pk)


def ended(consideration, ago: timedelta = timedelta(seconds=1)) -> Consideration:
    return ends(consideration, instants.now() - ago)


@contextmanager
def received_at(at: datetime):
    """Positions that come in meanwhile reach the database at this very instant of its clock.

    A second stamp after the database's own, since its clock cannot be stopped.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            CREATE FUNCTION pg_temp.at_the_instant() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN NEW.at := '{at.isoformat()}'; RETURN NEW; END $$;
            CREATE TRIGGER z_at_the_instant BEFORE INSERT ON workplans_position
              FOR EACH ROW EXECUTE FUNCTION pg_temp.at_the_instant();
            """
        )
        try:
            yield
        finally:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("DROP TRIGGER z_at_the_instant ON workplans_position")
            cursor.execute("DROP FUNCTION pg_temp.at_the_instant()")


def objection(consideration, head, at: datetime | None = None, kind="objects") -> Position:
    """A row as it would stand there had it come in at an instant, or now; nothing else happens."""
    seat = consideration.meeting.seats.get(state=head.appointments.get().state)
    with received_at(at) if at else nullcontext():
        return Position.objects.create(
            consideration=consideration,
            seat=seat,
            kind=kind,
            text="Paragraph 3 has to go.",
            until=timezone.now().date() if kind == "asks_for_time" else None,
            digest=consideration.revision.digest,
            person=head,
            appointment=head.appointments.get(),
            on=timezone.now().date(),
            key=uuid4(),
        )
