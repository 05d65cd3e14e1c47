"""From an operation's refusal to an answer the person can work with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.models import Meeting
from secretariat.models import Person
from secretariat.standing import NotEntitled, Standing
from secretariat.telling import Preview
from workplans import notices, permissions
from workplans.consensus import NoConsensus
from workplans.models import Consideration, Decision, WorkPlan
from workplans.operations.amending import CannotRestore
from workplans.operations.answering import NotAnAnswer, NotOpen
from workplans.operations.consulting import CannotAdvise
from workplans.operations.correspondence import CannotExtend
from workplans.operations.decision import ReasonMissing, WrongDay, WrongMeeting
from workplans.operations.followup import NoSuchActivity
from workplans.operations.locking import Superseded
from workplans.operations.prompting import NobodyToRemind
from workplans.operations.review import NotReady
from workplans.operations.statements import NotAStatement
from workplans.procedure import OutOfOrder

REFUSALS = (
    CannotAdvise,
    CannotExtend,
    CannotRestore,
    NoConsensus,
    NobodyToRemind,
    NoSuchActivity,
    NotAStatement,
    NotAnAnswer,
    NotOpen,
    NotReady,
    OutOfOrder,
    ReasonMissing,
    Superseded,
    WrongDay,
    WrongMeeting,
)


def admit(act: str, standing: Standing) -> None:
    """Let in whoever is entitled to an act; the others read why they are not."""
    try:
        permissions.entitled(act, standing)
    except NotEntitled as refusal:
        raise PermissionDenied(str(refusal)) from refusal


def attempt(form: BaseForm, act: Callable[[], Any]) -> Any:
    """What the act returns; None if it was refused, with the sentence among the form's errors.

    The form still holds everything the person typed.
    """
    try:
        return act()
    except NotEntitled as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except REFUSALS as refusal:
        form.add_error(None, str(refusal))
        return None


def status_of(form: BaseForm) -> int:
    """The status a page with this form answers with: 422 to fix a field, 409 to look again."""
    if not form.errors:
        return 422 if getattr(form, "unseen", False) else 200
    return 409 if form.non_field_errors() else 422


def told_of_decision(
    act: str,
    plan: WorkPlan,
    meeting: Meeting,
    *,
    by: Person,
    day: date,
    consideration: Consideration | None = None,
    text: str = "",
) -> Preview:
    """Who would be told of a decision, before it is taken."""
    decision = Decision(
        plan=plan,
        revision=plan.in_force if act == Decision.Act.REPORTED else plan.revision,
        act=act,
        meeting=meeting,
        consideration=consideration,
        on=meeting.day_at(timezone.now()),
        by=by,
        text=text,
    )
    return Preview.of(notices.decided(decision, day))


def reason_in(form: BaseForm, name: str = "reason") -> str:
    """What was written in a form so far, or the words that keep its place in a preview."""
    return str(form[name].value() or "") or _("(Here stands what you write.)")
