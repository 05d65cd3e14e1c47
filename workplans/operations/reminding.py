"""Telling the chair and the secretariat of a duty before it falls due, and once when it is overdue.

Nobody has to remember what was told: the register does (domain rules 11, 15).
"""

from __future__ import annotations

from datetime import date, datetime

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetings.models import Body
from secretariat import register
from secretariat.accreditation import presiding
from secretariat.circulation import tell
from secretariat.models import Entry, Presidency
from secretariat.standing import in_office
from workplans import notices, obligations, watch
from workplans.obligations import OVERDUE, Reminder, Told


@transaction.atomic
def remind(on: datetime) -> int:
    """Tell those in office what falls due and has not been told yet; how many reminders that were.

    May run at any time, late, twice, and in two places at once: whoever comes second waits for
    the first, and then finds in the register what was told. With nobody in office nothing is told,
    and nothing counts as told.
    """
    day = on.date()
    group = Body.objects.select_for_update(no_key=True).filter(code=Body.ADVISORY_GROUP).first()
    presidency, _secretariat = in_office(day)
    if group is None or presidency is None or not presiding(day):
        return 0
    told, known = told_before(), watch.record()
    number = 0
    for year in obligations.years(known, day):
        found = obligations.findings(known, year, day)
        for reminder in obligations.to_remind(found, day):
            if not obligations.is_told(reminder, told):
                _tell(reminder, presidency, day)
                number += 1
    return number


def told_before() -> set[Told]:
    """Every reminder there was, as the register has it; one query."""
    entries = Entry.objects.filter(
        act="remind", subject_type=ContentType.objects.get_for_model(Presidency)
    )
    return {
        (facts["duty"], facts["year"], facts["due"], facts["step"])
        for facts in entries.values_list("facts", flat=True)
    }


def _tell(reminder: Reminder, presidency: Presidency, day: date) -> None:
    finding = reminder.finding
    assert finding.due is not None
    duty, year, due, step = reminder.key
    entry = register.enter(
        "remind", presidency, by=None, duty=duty, year=year, due=due, step=step,
        text=finding.sentence,
    )  # fmt: skip
    left = (finding.due.first - day).days
    tell(
        entry,
        notices.obligation(
            finding, _subject(reminder, left), day, left=left, overdue=step == OVERDUE
        ),
    )


def _subject(reminder: Reminder, left: int) -> str:
    finding = reminder.finding
    facts = {"duty": finding.duty.label, "year": finding.year, "days": left}
    if reminder.step == OVERDUE:
        return _("Overdue: %(duty)s (%(year)d)") % facts
    if left == 0:
        return _("Due today: %(duty)s (%(year)d)") % facts
    return (
        ngettext(
            "Due in %(days)d day: %(duty)s (%(year)d)",
            "Due in %(days)d days: %(duty)s (%(year)d)",
            left,
        )
        % facts
    )
