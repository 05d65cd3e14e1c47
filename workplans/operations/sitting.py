"""Whether a meeting was held: recorded where no text and no decision says otherwise."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from meetings import operations as meetings
from meetings.models import Meeting
from meetings.operations import Conclusion
from secretariat.dates import PartialDate
from secretariat.models import Entry, Person
from workplans.models import Consideration, Decision

Act = Decision.Act


def rests_on(meeting: Meeting) -> str:
    """Why a meeting cannot be on record as not held: a text before it, or what was decided there.

    A submission is no decision of the meeting. Where the ministers did not meet, the text lapses,
    and the record may say that they did not.
    """
    if waiting := open_texts(meeting).first():
        facts = {"symbol": waiting.revision.symbol}
        if waiting.before_ministers:
            return (
                _(
                    "%(symbol)s is before this meeting until its last day is over. Only then can "
                    "the meeting be recorded as not held."
                )
                % facts
            )
        return (
            _(
                "%(symbol)s is before this meeting. Withdraw it before you record that the meeting "
                "was not held."
            )
            % facts
        )
    for taken in meeting.decisions.select_related("revision").order_by("id"):
        decides = taken.act in (Act.ADOPTED, Act.APPROVED, Act.RETURNED, Act.STATED)
        if taken.act == Act.REPORTED or (decides and meeting.sits_on(taken.on)):
            return _("A decision rests on this meeting: %(act)s on %(day)s, %(symbol)s.") % {
                "act": taken.get_act_display().lower(),
                "day": PartialDate.of(taken.on),
                "symbol": taken.revision.symbol,
            }
    return ""


def open_texts(meeting: Meeting) -> QuerySet[Consideration]:
    """The texts that lie before a meeting."""
    return (
        Consideration.objects.filter(meeting=meeting, closed=None)
        .select_related("revision", "meeting__body")
        .defer("revision__text")
        .order_by("id")
    )


def examine(meeting: Meeting, order: Conclusion, *, on: datetime) -> bool:
    """Whether there is anything to record; CannotConclude where it cannot be. Changes nothing."""
    return meetings.examine(meeting, order, against=rests_on, on=on)


def conclude(meeting: Meeting, order: Conclusion, *, by: Person, on: datetime) -> Entry | None:
    """Record that a convened meeting was held or was not; None if that is on record already."""
    return meetings.conclude(meeting, order, against=rests_on, by=by, on=on)
