"""Until when a meeting takes answers, as the capitals of those who give them meet it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from meetings.models import Meeting
from secretariat import deadlines
from secretariat.models import State


def outlook(
    meeting: Meeting,
    states: Iterable[State],
    now: datetime,
    *,
    expires: datetime | None = None,
) -> deadlines.Outlook | None:
    """The end of the last day of a meeting, or another instant set for it, in these capitals.

    None where that day is not known or over. The meeting need not be on record yet.
    """
    closes = expires or meeting.closes
    if closes is None or closes <= now:
        return None
    return deadlines.outlook(
        closes,
        states,
        now=now,
        fewest=settings.FEWEST_WORKING_DAYS,
        place=meeting.time_zone or "UTC",
    )
