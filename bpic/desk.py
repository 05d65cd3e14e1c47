"""The desk: what needs a person now, what waits for others, and what they did lately."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from meetings.models import Meeting
from secretariat.dates import PartialDate
from secretariat.models import Entry
from secretariat.standing import Standing
from workplans import history, queries
from workplans.models import Document, WorkPlan
from workplans.permissions import voice_or_none


@dataclass(frozen=True)
class Item:
    """One line on a desk: what to do, why it is this person's, by when, and the page that acts."""

    title: str
    why: str
    url: str
    by: PartialDate | None = None
    tag: str = ""


@dataclass
class Desk:
    """A person's lines, the most pressing first in each group."""

    now: list[Item] = field(default_factory=list)
    waiting: list[Item] = field(default_factory=list)
    done: list[Any] = field(default_factory=list)

    def sort(self) -> None:
        last = PartialDate(9999)
        for group in (self.now, self.waiting):
            group.sort(key=lambda item: (item.by or last).last)


def of(standing: Standing) -> Desk:
    """The desk of a person; the number of queries does not grow with what lies on it."""
    desk = Desk()
    if standing.person is None:
        return desk
    for board in queries.open_boards():
        _answer(desk, standing, board)
        _conduct(desk, standing, board)
    if standing.drafting:
        _write(desk, standing)
    desk.done = [
        history.line(entry)
        for entry in Entry.objects.filter(by=standing.person)
        .select_related("by", "appointment__state")
        .order_by("-id")[:5]
    ]
    desk.sort()
    return desk


def _answer(desk: Desk, standing: Standing, board: queries.Board) -> None:
    consideration = board.consideration
    voice = voice_or_none(standing, consideration)
    if voice is None:
        return
    seat, basis = voice
    meeting, plan = consideration.meeting, consideration.plan
    why = _("You answer for %(state)s as %(capacity)s.") % {
        "state": seat.state,
        "capacity": basis.capacity.lower(),
    }
    given = board.of_seat(seat.pk)
    if given is None:
        title = (
            _("Approve or return the %(year)d work plan")
            if consideration.before_ministers
            else _("State your position on the %(year)d work plan")
        )
        desk.now.append(
            Item(
                title % {"year": plan.year},
                why,
                reverse("workplans:position", args=[consideration.pk]),
                meeting.ends,
                "waits",
            )
        )
    else:
        desk.waiting.append(
            Item(
                _("%(year)d work plan: the other states answer") % {"year": plan.year},
                _("You may change your answer until it is decided."),
                reverse("workplans:consideration", args=[consideration.pk]),
                meeting.ends,
                given.kind,
            )
        )


def _conduct(desk: Desk, standing: Standing, board: queries.Board) -> None:
    """For the chair and the secretariat: adopt when all agree, else see who is missing."""
    if standing.drafting is None:
        return
    consideration, count = board.consideration, board.tally
    page = reverse("workplans:consideration", args=[consideration.pk])
    year = {"year": consideration.plan.year}
    if count.opposing and not consideration.before_ministers:
        item = Item(
            _("Answer the objection to the %(year)d work plan") % year,
            count.sentence(),
            page,
            consideration.meeting.ends,
            "objects",
        )
        desk.now.append(item)
    elif count.agreed and standing.chair and not consideration.before_ministers:
        item = Item(
            _("Adopt the %(year)d work plan") % year,
            count.sentence(),
            reverse("workplans:adopt", args=[consideration.pk]),
            consideration.meeting.ends,
            "waits",
        )
        desk.now.append(item)
    else:
        words = (
            _("%(year)d work plan before the ministers")
            if consideration.before_ministers
            else _("%(year)d work plan before the delegations")
        )
        desk.waiting.append(Item(words % year, count.sentence(), page, consideration.meeting.ends))


def _write(desk: Desk, standing: Standing) -> None:
    """For the chair and the secretariat: texts in hand, and plans that wait for their next act."""
    chair = standing.chair is not None
    for plan in WorkPlan.objects.exclude(status=WorkPlan.Status.REPORTED):
        overview = reverse("workplans:overview", args=[plan.year])
        year = {"year": plan.year}
        if plan.status == WorkPlan.Status.DRAFT:
            returned = plan.revision_id is not None
            desk.now.append(
                Item(
                    _("Revise the returned %(year)d work plan") % year
                    if returned
                    else _("Write the %(year)d work plan and circulate it") % year,
                    _("It is in your hands until you circulate it."),
                    overview,
                    None,
                    "returned" if returned else "draft",
                )
            )
        elif plan.status == WorkPlan.Status.ADOPTED and chair:
            desk.now.append(
                Item(
                    _("Submit the %(year)d work plan to the ministers") % year,
                    _("The Advisory Group has adopted it."),
                    reverse("workplans:submit", args=[plan.year]),
                    None,
                    "adopted",
                )
            )
        elif plan.status == WorkPlan.Status.APPROVED and chair:
            desk.now.append(
                Item(
                    _("Report the %(year)d work plan to the summit") % year,
                    _("The ministers have approved it."),
                    reverse("workplans:report", args=[plan.year]),
                    None,
                    "approved",
                )
            )
    for document in Document.objects.filter(status=Document.Status.FAILED):
        desk.now.append(
            Item(
                _("%(symbol)s could not be typeset") % {"symbol": document.symbol},
                document.error,
                document.get_absolute_url(),
                None,
                "failed",
            )
        )


def next_dates(day: date, number: int = 3) -> Any:
    """The meetings that come next, for a desk with nothing on it."""
    return Meeting.objects.ahead(day).select_related("body").order_by("begins")[:number]
