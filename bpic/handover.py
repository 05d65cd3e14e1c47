"""The hand-over as both sides see it: every room asked what is open, and the acts with their note.

What has to be known for a hand-over lies in all rooms, so the list of points is filled here. The
acts themselves are the secretariat's; what a hand-over adds in the other rooms is that texts and
meetings in the making are waited for, and that a note is issued.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from meetings.models import Body, Meeting
from secretariat import handover
from secretariat.dates import PartialDate
from secretariat.handover import GROUPS, POINTS, Blocker, Side, Turn
from secretariat.models import (
    Appointment,
    Entry,
    HandOver,
    Membership,
    Notice,
    Person,
    Tick,
)
from secretariat.models import State as Country
from secretariat.standing import Function, Standing
from workplans import documents, obligations, queries, watch
from workplans.models import Consideration, Document, Position, WorkPlan
from workplans.obligations import Duty, State
from workplans.orders import NOTE_LANGUAGE

Status = WorkPlan.Status
# Longer than the longest document takes; what is waited for after that is stuck.
TYPESETTING_TAKES = timedelta(minutes=10)

# Said of a point that holds nothing.
NOTHING = {
    "plans": gettext_lazy("No work plan is in hand."),
    "considerations": gettext_lazy("No text is before a meeting."),
    "objections": gettext_lazy("No objection stands, and no text has come back."),
    "reports": gettext_lazy("No approved plan waits for its report to the summit."),
    "meetings": gettext_lazy("No meeting is convened."),
    "venues": gettext_lazy("No date and no place is missing."),
    "designated": gettext_lazy("Nobody is appointed yet."),
    "delegations": gettext_lazy("Every member state has a head of delegation and a focal point."),
    "documents": gettext_lazy("No document was ordered under this presidency."),
    "typesetting": gettext_lazy("No document failed or is stuck."),
    "register": gettext_lazy("The register holds no entry."),
    "notices": gettext_lazy("Every notice was sent."),
}


@dataclass(frozen=True)
class Item:
    """One thing under a point: what it is, where it stands, and its page if the reader has one."""

    text: str
    note: str = ""
    url: str = ""


@dataclass(frozen=True)
class Mark:
    """That a side has ticked a point: who and when."""

    by: str
    at: datetime


@dataclass(frozen=True)
class PointShown:
    """A point with its facts and what each side has said of it."""

    key: str
    title: str
    nothing: str
    items: tuple[Item, ...]
    outgoing: Mark | None = None
    incoming: Mark | None = None


@dataclass(frozen=True)
class Group:
    title: str
    points: tuple[PointShown, ...]


@dataclass(frozen=True)
class Checklist:
    """The list of a turn, as it stands or as it stood."""

    turn: Turn
    groups: tuple[Group, ...]
    blockers: tuple[Blocker, ...] = ()

    @property
    def points(self) -> Iterator[PointShown]:
        return (point for group in self.groups for point in group.points)

    @property
    def total(self) -> int:
        return len(POINTS)

    def ticked(self, side: str) -> int:
        return sum(getattr(point, side) is not None for point in self.points)

    @property
    def progress(self) -> str:
        """How far both sides are, as a sentence."""
        return progress(self.turn, self.ticked(Side.OUTGOING), self.ticked(Side.INCOMING))


def progress(turn: Turn, outgoing: int, incoming: int) -> str:
    return _("Of %(total)d points %(outgoing)s has ticked %(done)d, %(incoming)s %(other)d.") % {
        "total": len(POINTS),
        "outgoing": turn.outgoing.state.name,
        "done": outgoing,
        "incoming": turn.incoming.state.name,
        "other": incoming,
    }


# What is open


def gather(turn: Turn, day: date, reader: Any = None) -> Checklist:
    """The list as it stands on a day, with links for this reader.

    A constant number of queries, whatever there is.
    """
    # Both sides read the list, and the note that prints it stays: it shows what all may see.
    everybody = Standing(None, day)
    boards = [board.seen_by(everybody) for board in queries.open_boards()]
    plans = list(WorkPlan.objects.exclude(status=Status.REPORTED).order_by("year", "id"))
    people = handover.people(turn, day)
    ticks = list(
        Tick.objects.filter(hand_over__outgoing=turn.outgoing, hand_over__incoming=turn.incoming)
        .select_related("by")
        .order_by("at", "id")
    )
    unfinished = list(
        Document.objects.public().exclude(status=Document.Status.READY).order_by("pk")
    )
    open_to = _Links(reader)
    sitting = list(
        Meeting.objects.filter(
            Q(status=Meeting.Status.CONVENED, ends__gte=day.isoformat())
            | Q(status=Meeting.Status.PLANNED, year__range=(day.year, turn.incoming.year))
        )
        .select_related("body")
        .order_by("year", "begins", "body", "id")
    )
    facts: dict[str, Iterable[Item]] = {
        "plans": [open_to.plan(plan) for plan in plans],
        "considerations": [open_to.consideration(board) for board in boards],
        "objections": [*_objections(boards, open_to), *_returned(plans, open_to)],
        "reports": _reports(day),
        "meetings": [_meeting(m) for m in sitting if m.status == Meeting.Status.CONVENED],
        "venues": [item for m in sitting for item in _missing(m)],
        "designated": [_designated(one, day) for one in people[Side.INCOMING]],
        "delegations": _delegations(day),
        "documents": _ordered(turn),
        "typesetting": _stuck(unfinished),
        "register": _register(),
        "notices": _notices(),
    }
    marks = {(tick.side, tick.point): Mark(tick.by.name, tick.at) for tick in ticks}
    groups = tuple(
        Group(
            str(label),
            tuple(
                PointShown(
                    point.key,
                    str(point.title),
                    str(NOTHING[point.key]),
                    tuple(facts[point.key]),
                    marks.get((Side.OUTGOING, point.key)),
                    marks.get((Side.INCOMING, point.key)),
                )
                for point in POINTS.values()
                if point.group == key
            ),
        )
        for key, label in GROUPS.items()
    )
    typesetting = [one.symbol for one in unfinished if one.status != Document.Status.FAILED]
    blockers = handover.blockers(turn, ticks, people[Side.INCOMING], typesetting, day)
    return Checklist(turn, groups, tuple(blockers))


class _Links:
    """What is said of texts, with links to those the reader may open."""

    def __init__(self, reader: Any) -> None:
        self.plans: set[int] = set()
        self.considerations: set[int] = set()
        if reader is not None:
            plans = WorkPlan.objects.visible_to(reader)
            before_meetings = Consideration.objects.filter(closed=None).visible_to(reader)
            self.plans = set(plans.values_list("pk", flat=True))
            self.considerations = set(before_meetings.values_list("pk", flat=True))

    def to_plan(self, plan: WorkPlan) -> str:
        if plan.pk not in self.plans:
            return ""
        return reverse("workplans:overview", args=[plan.year])

    def to_consideration(self, consideration: Consideration) -> str:
        if consideration.pk not in self.considerations:
            return ""
        return reverse("workplans:consideration", args=[consideration.pk])

    def plan(self, plan: WorkPlan) -> Item:
        words = _("Work plan %(year)d: %(status)s")
        if plan.is_being_amended:
            words = _("Amendment of the %(year)d work plan: %(status)s")
        title = words % {"year": plan.year, "status": plan.get_status_display()}
        return Item(title, _next_act(plan), self.to_plan(plan))

    def consideration(self, board: queries.Board) -> Item:
        consideration = board.consideration
        title = _("%(symbol)s before %(meeting)s, %(dates)s") % {
            "symbol": consideration.revision.symbol,
            "meeting": consideration.meeting.name,
            "dates": consideration.meeting.dates,
        }
        return Item(title, board.sentence, self.to_consideration(consideration))


def _next_act(plan: WorkPlan) -> str:
    if plan.came_back:
        return _("It came back: write a new text and circulate it.")
    return {
        Status.DRAFT: _("Write it and circulate it."),
        Status.UNDER_CONSIDERATION: _("The delegations answer; the chair adopts or returns it."),
        Status.ADOPTED: _("Submit it to the ministers."),
        Status.SUBMITTED: _("The ministers answer."),
        Status.APPROVED: _("Record the state of its activities and report it to the summit."),
    }[Status(plan.status)]


def _objections(boards: Iterable[queries.Board], open_to: _Links) -> Iterator[Item]:
    for board in boards:
        for answer in board.answers:
            if answer.position and answer.position.kind == Position.Kind.OBJECTS:
                yield Item(
                    _("%(state)s objects to %(symbol)s")
                    % {"state": answer.seat.state, "symbol": board.consideration.revision.symbol},
                    _("Since %(day)s.") % {"day": PartialDate.of(answer.position.on)},
                    open_to.to_consideration(board.consideration),
                )


def _returned(plans: Iterable[WorkPlan], open_to: _Links) -> Iterator[Item]:
    for plan in plans:
        if plan.came_back:
            yield Item(
                _("The %(year)d work plan came back from a meeting") % {"year": plan.year},
                _("A new text has to be circulated and answered anew."),
                open_to.to_plan(plan),
            )


def _reports(day: date) -> Iterator[Item]:
    """Reports to the summit that are due, or will be once the plan is approved."""
    record = watch.record()
    for year in reversed(obligations.years(record, day)):
        for finding in obligations.findings(record, year, day):
            is_due = finding.pressing or finding.state == State.OPEN
            if finding.duty == Duty.REPORT and is_due and not finding.settled:
                due = _("Due: %(day)s.") % {"day": finding.due} if finding.due else ""
                yield Item(
                    _("Report on the %(year)d work plan to the summit") % {"year": year},
                    " ".join(filter(None, (finding.sentence, due))),
                    next((basis.url for basis in finding.records if basis.url), ""),
                )


def _meeting(meeting: Meeting) -> Item:
    where = meeting.place or meeting.get_mode_display()
    return Item(
        meeting.name,
        " – ".join(filter(None, (meeting.dates, where))),
        meeting.get_absolute_url(),
    )


def _missing(meeting: Meeting) -> Iterator[Item]:
    """What a meeting ahead still lacks."""
    lacks = []
    begins = meeting.begins
    if not isinstance(begins, PartialDate) or begins.precision != "day":
        lacks.append(_("The dates are not set."))
    if not meeting.place and meeting.mode != Meeting.Mode.ONLINE:
        lacks.append(_("The place is not set."))
    if lacks:
        yield Item(meeting.name, " ".join(lacks), meeting.get_absolute_url())


def _designated(appointment: Appointment, day: date) -> Item:
    account = appointment.person.user
    begins = {"day": appointment.begins}
    said = [
        _("In office.") if appointment.holds_on(day) else _("In office from %(day)s.") % begins,
        _("Has an account.") if account and account.is_active else _("Has no account yet."),
    ]
    named = _("%(person)s, %(capacity)s") % {
        "person": appointment.person.name,
        "capacity": appointment.capacity,
    }
    return Item(named, " ".join(said), reverse("secretariat:staff"))


def _delegations(day: date) -> Iterator[Item]:
    """Member states without a head of delegation or a focal point, in the order of protocol."""
    members = Country.objects.filter(
        memberships__in=Membership.objects.members(day),
    ).order_by("protocol_order", "name")
    held = set(
        Appointment.objects.on(day)
        .filter(function__in=[Function.HEAD, Function.FOCAL_POINT])
        .values_list("state", "function")
    )
    words = {
        Function.HEAD: _("No head of delegation."),
        Function.FOCAL_POINT: _("No focal point."),
    }
    for state in members:
        lacks = [said for function, said in words.items() if (state.pk, function) not in held]
        if lacks:
            yield Item(state.name, " ".join(lacks))


def _ordered(turn: Turn) -> list[Item]:
    """The documents that decisions under the presidency ordered, with their symbols."""
    begins, ends = turn.outgoing.period.lower or date.min, turn.outgoing.period.upper
    ordered = Document.objects.public().filter(on__gte=begins, on__lt=ends).order_by("on", "id")
    return [
        Item(
            document.symbol,
            f"{document.title} – {document.get_edition_display()}",
            document.get_absolute_url(),
        )
        for document in ordered
    ]


def _stuck(unfinished: Iterable[Document]) -> Iterator[Item]:
    """Documents the worker gave up, or has not finished though it should have long ago."""
    since = timezone.now() - TYPESETTING_TAKES
    for document in unfinished:
        if document.status == Document.Status.FAILED or document.requested < since:
            said = (document.get_status_display(), document.error)
            yield Item(document.symbol, " – ".join(filter(None, said)), document.get_absolute_url())


def _register() -> list[Item]:
    last = Entry.objects.aggregate(last=Max("pk"))["last"]
    if last is None:
        return []
    return [Item(_("The register is kept up to entry no. %(number)d.") % {"number": last})]


def _notices() -> list[Item]:
    """Notices that were given up, by the reason."""
    given_up = Notice.objects.of_acts().filter(delivery=Notice.Delivery.FAILED)
    return [
        Item(
            row["error"] or _("No reason is on record."),
            ngettext("%(count)d notice", "%(count)d notices", row["count"])
            % {"count": row["count"]},
        )
        for row in given_up.values("error").annotate(count=Count("pk")).order_by("-count", "error")
    ]


# The list as it stood


def as_noted(turn: Turn, note: Document) -> Checklist:
    """The list as the note of a hand-over keeps it."""
    facts = json.loads(note.order)["hand_over"]
    grouped: dict[str, list[PointShown]] = defaultdict(list)
    for point in facts["points"]:
        marks = {
            side: Mark(tick["by"], datetime.fromisoformat(tick["at"])) if tick else None
            for side, tick in point["ticked"].items()
        }
        items = tuple(Item(item["text"], item["note"]) for item in point["items"])
        shown = PointShown(point["key"], point["title"], point["nothing"], items, **marks)
        grouped[point["group"]].append(shown)
    return Checklist(turn, tuple(Group(title, tuple(found)) for title, found in grouped.items()))


def note_of(turn: Turn) -> Document | None:
    if turn.hand_over is None:
        return None
    return Document.objects.filter(hand_over=turn.hand_over).first()


# Acts


@transaction.atomic
def take_over(turn: Turn, *, by: Person, on: datetime) -> Document | None:
    """Take the secretariat over and order the note. None if this person has done so already.

    Every text and meeting somebody is writing at this moment is waited for, so that what was begun
    before the hand-over ends before it.
    """
    texts = WorkPlan.objects.order_by("pk").select_for_update()
    list(texts.values_list("pk"))
    list(Body.objects.order_by("pk").select_for_update().values_list("pk"))
    in_hand = [Document.Status.QUEUED, Document.Status.TYPESETTING]
    waiting = Document.objects.public().filter(status__in=in_hand).order_by("pk")
    typesetting = list(waiting.values_list("symbol", flat=True))
    done = handover.take_over(turn, typesetting=typesetting, by=by, on=on)
    return _order_note(turn, *done, by=by, on=on) if done else None


@transaction.atomic
def by_table(turn: Turn, *, on: datetime) -> Document | None:
    """Enter the hand-over that the table made, and order its note. None if it was done before."""
    done = handover.hand_over_by_table(turn, on=on)
    return _order_note(turn, *done, by=None, on=on) if done else None


def follow_table(on: datetime) -> Document | None:
    """Enter the hand-over in which the presidency of this day began, if that is still to do."""
    turn = handover.behind(on.date())
    if turn is None or turn.is_done or not handover.was_served_here(turn):
        return None
    return by_table(turn, on=on)


def _order_note(
    turn: Turn, hand_over: HandOver, entry: Entry, *, by: Person | None, on: datetime
) -> Document:
    assert hand_over.at is not None
    with translation.override(NOTE_LANGUAGE):
        facts = _facts(turn, hand_over, entry, gather(turn, on.date()), on)
    return documents.order_note(hand_over, facts, on=hand_over.at.date(), by=by)


def _facts(
    turn: Turn, hand_over: HandOver, entry: Entry, shown: Checklist, on: datetime
) -> dict[str, Any]:
    """Everything the note prints."""
    offered = hand_over.offered and _act(
        hand_over.offered_by, hand_over.offered_as, hand_over.offered
    )
    assert hand_over.at is not None
    return {
        "outgoing": _side(turn.outgoing),
        "incoming": _side(turn.incoming),
        "at": hand_over.at.isoformat(),
        "drawn_up": on.isoformat(),
        "presides_until": turn.last_day.isoformat(),
        "offered": offered or None,
        "taken": _act(hand_over.taken_by, hand_over.taken_as, hand_over.at)
        if hand_over.taken_by
        else None,
        "remarks": hand_over.remarks,
        "entry": entry.pk,
        "points": [
            {
                "key": point.key,
                "group": group.title,
                "title": point.title,
                "nothing": point.nothing,
                "items": [{"text": item.text, "note": item.note} for item in point.items],
                "ticked": {"outgoing": _mark(point.outgoing), "incoming": _mark(point.incoming)},
            }
            for group in shown.groups
            for point in group.points
        ],
    }


def _side(presidency: Any) -> dict[str, Any]:
    return {
        "code": presidency.state.code,
        "name": presidency.state.name,
        "year": presidency.year,
    }


def _act(by: Person | None, basis: Appointment | None, at: datetime) -> dict[str, str]:
    assert by is not None and basis is not None
    return {
        "by": by.name,
        "capacity": basis.capacity,
        "state": basis.state.name,
        "at": at.isoformat(),
    }


def _mark(mark: Mark | None) -> dict[str, str] | None:
    return {"by": mark.by, "at": mark.at.isoformat()} if mark else None
