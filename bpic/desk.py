"""The desk: what needs a person now, what waits for others, and what they did lately."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bpic.handover import progress
from meetings.models import Meeting
from secretariat import handover
from secretariat.dates import PartialDate
from secretariat.handover import POINTS, Side, Turn
from secretariat.models import Entry, Tick
from secretariat.standing import Standing
from workplans import history, obligations, outline, queries, watch
from workplans.models import Document, WorkPlan
from workplans.obligations import Finding
from workplans.operations import parking
from workplans.outline import Outline
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
    # What the year still owes, for those in office; whether the person reads about every year.
    owed: list[Finding] = field(default_factory=list)
    reads_obligations: bool = False

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
    known = handover.known_to(standing)
    if standing.drafting or standing.chair:
        _write(desk, standing, known)
    if standing.drafting:
        _record(desk)
    _hand_over(desk, standing, known)
    _aside(desk, standing)
    _watch(desk, standing)
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
    if standing.drafting is None and standing.chair is None:
        return
    consideration, count = board.consideration, board.tally
    page = reverse("workplans:consideration", args=[consideration.pk])
    year = {"year": consideration.plan.year}
    if count.opposing and standing.drafting and not consideration.before_ministers:
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


def _write(desk: Desk, standing: Standing, known: list[Turn]) -> None:
    """For the chair and the secretariat: texts in hand, and plans that wait for their next act.

    After a hand-over the two are of different presidencies until the day in the table.
    """
    chair, drafts = standing.chair is not None, standing.drafting is not None
    plans = list(WorkPlan.objects.exclude(status=WorkPlan.Status.REPORTED))
    in_hand = [plan for plan in plans if drafts and plan.status == WorkPlan.Status.DRAFT]
    outlines = outline.known(in_hand)
    for plan in plans:
        overview = reverse("workplans:overview", args=[plan.year])
        year = {"year": plan.year}
        if plan.status == WorkPlan.Status.DRAFT and drafts:
            returned = plan.revision_id is not None
            desk.now.append(
                Item(
                    _("Revise the returned %(year)d work plan") % year
                    if returned
                    else _("Write the %(year)d work plan and circulate it") % year,
                    _in_hand(outlines.get(plan.pk)),
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
    if not drafts:
        return
    readable = Document.objects.open_to(standing, known)
    for document in readable.filter(status=Document.Status.FAILED):
        desk.now.append(
            Item(
                _("%(symbol)s could not be typeset") % {"symbol": document.symbol},
                document.error,
                document.get_absolute_url(),
                None,
                "failed",
            )
        )


def _in_hand(found: Outline | None) -> str:
    """Why a draft lies on the desk; with what is worth a look in it, where that is known."""
    words = _("It is in your hands until you circulate it.")
    if found is None or not found.hints:
        return words
    hints = ngettext("%d thing is worth a look.", "%d things are worth a look.", found.hints)
    return f"{words} {hints % found.hints}"


def _record(desk: Desk) -> None:
    """For the chair and the secretariat: meetings that are over, not yet said to have sat."""
    for meeting in Meeting.objects.select_related("body").unrecorded(timezone.now()):
        desk.now.append(
            Item(
                _("Record whether it was held: %(meeting)s") % {"meeting": meeting.name},
                _("Its last day was %(day)s. The record does not say whether it sat.")
                % {"day": meeting.ends},
                reverse("workplans:conclude", args=[meeting.slug]),
                None,
                "convened",
            )
        )


def _hand_over(desk: Desk, standing: Standing, known: list[Turn]) -> None:
    """For both sides of a hand-over, from the day on which they prepare it."""
    turn = handover.ahead(standing.day, known)
    if turn is None or not turn.is_open_on(standing.day):
        return
    ticked = Counter(
        Tick.objects.filter(hand_over__outgoing=turn.outgoing).values_list("side", flat=True)
    )
    done = {side: ticked[side] for side in (Side.OUTGOING, Side.INCOMING)}
    why = _("It passes by itself on %(day)s, 00:00 UTC. %(progress)s") % {
        "day": PartialDate.of(turn.day),
        "progress": progress(turn, done[Side.OUTGOING], done[Side.INCOMING]),
    }
    page = reverse("hand_over_of", args=[turn.outgoing.year])
    offered = turn.hand_over is not None and turn.hand_over.offered is not None
    acts_for = handover.sides(turn, standing)
    if Side.OUTGOING in acts_for:
        title = _("Prepare the hand-over to %(state)s") % {"state": turn.incoming.state.name}
        (desk.waiting if offered else desk.now).append(Item(title, why, page))
    if Side.INCOMING in acts_for:
        title = _("Prepare to take over from %(state)s")
        if offered:
            title = _("Take over the secretariat from %(state)s")
        waits = done[Side.INCOMING] < len(POINTS) or offered
        item = Item(title % {"state": turn.outgoing.state.name}, why, page)
        (desk.now if waits else desk.waiting).append(item)


def _aside(desk: Desk, standing: Standing) -> None:
    """For whoever wrote them, in office or not: texts that could not be saved."""
    for year, number in parking.kept_by_year(standing.person):
        title = ngettext(
            "Decide about the text you put aside in the %(year)d work plan",
            "Decide about the %(number)d texts you put aside in the %(year)d work plan",
            number,
        )
        desk.now.append(
            Item(
                title % {"year": year, "number": number},
                _("Only you see what could not be saved, and it stays until you have decided."),
                reverse("workplans:parked", args=[year]),
                None,
                "waits",
            )
        )


def _watch(desk: Desk, standing: Standing) -> None:
    """For the chair and the secretariat: the duties of the year that are not done yet."""
    desk.reads_obligations = watch.may_read(standing)
    if standing.drafting or standing.chair:
        year = standing.day.year
        found = obligations.findings(watch.record(), year, standing.day)
        desk.owed = [finding for finding in found if not finding.settled]


def next_dates(day: date, number: int = 3) -> Any:
    """The meetings that come next, for a desk with nothing on it."""
    return Meeting.objects.ahead(day).select_related("body").order_by("begins")[:number]
