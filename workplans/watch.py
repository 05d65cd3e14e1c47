"""Reading the record for the obligations of each year, and who reads the findings (rule 11)."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from meetings.models import Body, Meeting
from secretariat.accreditation import presidencies_served
from secretariat.models import Membership
from secretariat.standing import NotEntitled, Standing
from workplans.models import Decision
from workplans.sittings import Plan, Record, Sitting, Taken

BODIES = (Body.ADVISORY_GROUP, Body.MINISTERS, Body.SUMMIT)
Act = Decision.Act


def record() -> Record:
    """The meetings and the public decisions of all years; two queries, however many there are.

    Drafts, and texts that are or were before the delegations, are not read at all: nothing of
    them can show in a finding, whoever reads it.
    """
    meetings = (
        Meeting.objects.filter(body__code__in=BODIES).select_related("body").defer("source", "note")
    )
    plans: dict[int, list[Taken]] = {}
    decided = Decision.objects.exclude(
        act=Act.RETURNED, meeting__body__code=Body.ADVISORY_GROUP
    ).order_by("on", "id")
    for year, act, on, meeting in decided.values_list("plan__year", "act", "on", "meeting"):
        plans.setdefault(year, []).append(Taken(act, on, meeting))
    return Record(
        tuple(sitting(meeting) for meeting in meetings),
        {
            year: Plan(year, tuple(taken), reverse("workplans:plan", args=[year]))
            for year, taken in plans.items()
        },
    )


def sitting(meeting: Meeting) -> Sitting:
    """A meeting as a plain fact."""
    return Sitting(
        key=meeting.pk,
        body=meeting.body.code,
        name=meeting.name,
        year=meeting.year,
        status=meeting.status,
        begins=meeting.begins,
        ends=meeting.ends,
        number=meeting.number,
        title=meeting.title,
        body_name=meeting.body.name,
        convened=meeting.convened,
        outcome=meeting.outcome,
        unverified=meeting.unverified,
        url=meeting.get_absolute_url(),
        recorded_at=reverse("workplans:conclude", args=[meeting.slug]),
    )


TAKES_PART = (Membership.Status.MEMBER, Membership.Status.INVITED)


def may_read(standing: Standing) -> bool:
    """Whether a person reads the findings: they concern the members, and who served a presidency.

    One or two queries. Partners, observers and administrators do not; all that a finding rests on
    is public, but what a year owes is for those who owe it.
    """
    if standing.drafting or standing.chair:
        return True
    states = {appointment.state_id for appointment in standing.appointments}
    members = Membership.objects.on(standing.day).filter(state__in=states, status__in=TAKES_PART)
    if states and members.exists():
        return True
    return bool(presidencies_served(standing))


def admit(standing: Standing) -> None:
    """Let in whoever may read the findings; NotEntitled for the others."""
    if not may_read(standing):
        raise NotEntitled(
            _("Only the delegations of the members and the secretariats read the obligations.")
        )
