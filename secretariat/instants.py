"""Instants by the clock of the database, the only one by which anything is decided.

Web hosts and workers have clocks of their own, which may differ by minutes.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from django.db import connection
from django.db.models import DateTimeField, Func
from django.utils.formats import date_format
from django.utils.translation import gettext as _


class ClockTimestamp(Func):
    """The instant at which the database comes to this very row, not that of its transaction."""

    template = "CLOCK_TIMESTAMP()"
    arity = 0
    output_field = DateTimeField()


def now() -> datetime:
    """The present instant. An act that decides by it asks under the lock, not before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        instant: datetime = cursor.fetchone()[0]
    return instant


def in_words(moment: datetime, zone: tzinfo = UTC) -> str:
    """An instant by the clock of a place and by UTC; to the second, unless it is a whole minute."""
    hours = "H:i:s" if moment.second or moment.microsecond else "H:i"
    universal, local = moment.astimezone(UTC), moment.astimezone(zone)
    facts = {
        "day": date_format(local, "l j F Y"),
        "time": date_format(local, hours),
        "place": str(zone).rsplit("/", 1)[-1].replace("_", " "),
        "utc": date_format(universal, hours),
        "utc_day": date_format(universal, "j F"),
    }
    if local.utcoffset() == universal.utcoffset():
        return _("%(day)s, %(utc)s UTC") % facts
    if local.date() == universal.date():
        return _("%(day)s, %(time)s %(place)s (%(utc)s UTC)") % facts
    return _("%(day)s, %(time)s %(place)s (%(utc_day)s, %(utc)s UTC)") % facts
