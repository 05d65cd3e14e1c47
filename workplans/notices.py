"""Who is told what of a plan's life, and in which words."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from meetings.models import Body
from meetings.permissions import delegations_seated, seated
from secretariat.accreditation import presiding
from secretariat.circulation import circulate
from secretariat.models import Appointment, Entry
from secretariat.standing import Function
from workplans import changed
from workplans.models import Consideration, Decision, Position, Revision


def _text(name: str, **context: Any) -> str:
    return render_to_string(f"notices/{name}.txt", context).strip()


def circulated(consideration: Consideration, entry: Entry, day: date) -> None:
    """To the seated delegations: a text is before you, and what changed since you had one last."""
    revision = consideration.revision
    seen = changed.last_seen(consideration)
    told: dict[Revision | None, list[Appointment]] = defaultdict(list)
    for appointment in seated(consideration.meeting, day):
        told[seen.get(appointment.state_id)].append(appointment)
    for before, appointments in told.items():
        body = _text(
            "circulated",
            consideration=consideration,
            revision=revision,
            changes=changed.since(before, revision) if before else "",
        )
        circulate(
            entry,
            appointments,
            subject=_("For your position: %(symbol)s") % {"symbol": revision.symbol},
            body=body,
            path=reverse("workplans:consideration", args=[consideration.pk]),
        )


def withdrawn(consideration: Consideration, entry: Entry, reason: str, day: date) -> None:
    circulate(
        entry,
        seated(consideration.meeting, day),
        subject=_("Withdrawn: %(symbol)s") % {"symbol": consideration.revision.symbol},
        body=_text("withdrawn", consideration=consideration, reason=reason),
        path=reverse("desk"),
    )


def position_taken(position: Position, entry: Entry, day: date) -> None:
    """To the state's own people at that table, as its receipt, and to the secretariat."""
    own = Appointment.objects.on(day).filter(
        state_id=position.seat.state_id,
        function__in=[Function.MINISTER]
        if position.consideration.before_ministers
        else [Function.HEAD, Function.ALTERNATE, Function.DELEGATE, Function.FOCAL_POINT],
    )
    circulate(
        entry,
        [*own, *presiding(day)],
        subject=_("%(state)s: %(position)s – %(symbol)s")
        % {
            "state": position.seat.state,
            "position": position.get_kind_display(),
            "symbol": position.consideration.revision.symbol,
        },
        body=_text("position_taken", position=position, entry=entry),
        path=reverse("workplans:consideration", args=[position.consideration_id]),
    )


def submitted(consideration: Consideration, entry: Entry, day: date) -> None:
    """To the ministers: a plan is before your meeting."""
    circulate(
        entry,
        seated(consideration.meeting, day),
        subject=_("For your approval: %(plan)s") % {"plan": consideration.revision.title},
        body=_text("submitted", consideration=consideration),
        path=reverse("workplans:consideration", args=[consideration.pk]),
    )


def lapsed(consideration: Consideration, entry: Entry, day: date) -> None:
    """To the ministers who were asked, and to the secretariat: the meeting decided nothing."""
    circulate(
        entry,
        seated(consideration.meeting, day) + presiding(day),
        subject=_("Not decided: %(plan)s") % {"plan": consideration.revision.title},
        body=_text("lapsed", consideration=consideration),
        path=consideration.plan.get_absolute_url(),
    )


def decided(decision: Decision, entry: Entry, day: date) -> None:
    """To everybody at the table, and to the secretariat: what was decided."""
    path = decision.plan.get_absolute_url()
    if decision.act == Decision.Act.RETURNED:
        # The plan is a draft again, closed to the delegations; the text they had stays open.
        path = reverse("workplans:consideration", args=[decision.consideration_id])
    told = seated(decision.meeting, day) + presiding(day)
    if decision.meeting.body.level == Body.Level.MINISTERS:
        # What the ministers decide concerns the delegations that wrote the text with them.
        told += delegations_seated(decision.meeting, day)
    circulate(
        entry,
        told,
        subject=_("%(act)s: %(plan)s")
        % {"act": decision.get_act_display(), "plan": decision.revision.title},
        body=_text("decided", decision=decision),
        path=path,
    )
