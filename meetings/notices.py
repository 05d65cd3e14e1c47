"""Who is told that a meeting is convened, called off, or not called off after all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext_lazy as _

from meetings.models import Meeting
from meetings.permissions import seated, to_be_seated
from secretariat.telling import Circle, News, Telling, Told, tellings


def thread(meeting: Meeting) -> str:
    """The name of the thread of all mails about a meeting."""
    return f"meeting.{meeting.slug}"


def _seated(meeting: Meeting, day: date) -> Iterable[Told]:
    return seated(meeting, day) if meeting.pk else to_be_seated(meeting, day)


def _page(meeting: Meeting) -> str:
    return meeting.get_absolute_url() if meeting.pk else ""


SEATED = Circle(
    _("Those who sit at the meeting for their states"),
    _("You receive this because your state has a seat at the meeting."),
    _seated,
)

TABLE = (
    News(
        "convened.seated", _("A meeting is convened"), SEATED,
        _("Convened: %(meeting)s"), "convened", _page,
    ),
    News(
        "called_off.seated", _("A meeting is called off"), SEATED,
        _("Called off: %(meeting)s"), "called_off", _page,
    ),
    News(
        "not_called_off.seated", _("A meeting called off takes place after all"), SEATED,
        _("Not called off: %(meeting)s"), "not_called_off", _page,
    ),
)  # fmt: skip


def convened(meeting: Meeting, day: date) -> list[Telling]:
    return _tellings("convened", meeting, day)


def called_off(meeting: Meeting, reason: str, day: date) -> list[Telling]:
    return _tellings("called_off", meeting, day, reason=reason)


def not_called_off(meeting: Meeting, reason: str, day: date) -> list[Telling]:
    return _tellings("not_called_off", meeting, day, reason=reason)


def _tellings(name: str, meeting: Meeting, day: date, **facts: object) -> list[Telling]:
    facts = {**facts, "meeting": meeting}
    return tellings(TABLE, name, meeting, day, thread=thread(meeting), facts=facts)
