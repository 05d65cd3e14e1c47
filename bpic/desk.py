"""The desk: what needs a person now and by when, what comes, what waits for others, what they did.

It asks what the pages ask: permissions whose act something is, procedure whether it may follow,
consensus how a text stands, and meetings whether they sit.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bpic import office
from bpic.lines import Desk, Item, Weight
from meetings.models import Body, Meeting
from secretariat import handover
from secretariat.dates import PartialDate
from secretariat.models import Entry
from secretariat.standing import Function, Standing, conducts, serves
from workplans import history, outline, queries
from workplans.models import Position, WorkPlan
from workplans.operations import parking
from workplans.outline import Outline
from workplans.permissions import acts_on, available_acts, consulted, voice_or_none

AHEAD = timedelta(days=30)
MOST_COMING = 10
LATELY = 5
Status = WorkPlan.Status


def of(standing: Standing, moment: datetime | None = None) -> Desk:
    """The desk of a person; the number of queries does not grow with what lies on it."""
    desk = Desk(moment or timezone.now(), zone_of(standing))
    if standing.person is None:
        return desk
    boards = queries.open_boards()
    for board in boards:
        _answer(desk, standing, board)
        _conduct(desk, standing, board)
    _advise(desk, standing, boards)
    known = handover.known_to(standing)
    meetings = _meetings(standing)
    if conducts(standing):
        _write(desk, standing)
        office.failures(desk, standing, known)
    if standing.drafting:
        office.record(desk, meetings)
    _come(desk, standing, meetings)
    office.hand_over(desk, standing, known)
    _aside(desk, standing)
    if not only_decides(standing):
        office.watch(desk, standing)
    desk.done = list(_done(standing))
    desk.sort()
    return desk


def zone_of(standing: Standing) -> str:
    """The time zone of the capital somebody works for; UTC where none is on record."""
    zones = (appointment.state.time_zone for appointment in standing.appointments)
    return next(filter(None, zones), "UTC")


def only_decides(standing: Standing) -> bool:
    """Whether somebody is a minister and nothing else: then the desk holds decisions alone."""
    functions = {appointment.function for appointment in standing.appointments}
    return functions == {Function.MINISTER}


# Texts before a meeting


def _answer(desk: Desk, standing: Standing, board: queries.Board) -> None:
    """For whoever speaks for a state: to answer, or that the others have still to."""
    consideration = board.consideration
    voice = voice_or_none(standing, consideration)
    if voice is None:
        return
    seat, basis = voice
    meeting, year = consideration.meeting, {"year": consideration.plan.year}
    why = _("You answer for %(state)s as %(capacity)s.") % {
        "state": seat.state,
        "capacity": basis.capacity.lower(),
    }
    page = reverse("workplans:consideration", args=[consideration.pk])
    given = board.of_seat(seat.pk)
    if consideration.under_silence:
        _pass_or_object(desk, board, why, given)
        return
    if heard := board.waiting.get(seat.pk):
        words = _("Confirm what %(state)s said in the room on the %(year)d work plan")
        title = words % {**year, "state": seat.state}
        url = reverse("workplans:confirm", args=[heard.pk])
        desk.now.append(Item(title, why, url, consideration.closes, heard.kind))
        return
    if given is not None:
        title = _("%(year)d work plan: the other states answer") % year
        words = _("You may change your answer until it is decided.")
        desk.waiting.append(Item(title, words, page, consideration.closes, given.kind))
        return
    position = reverse("workplans:position", args=[consideration.pk])
    if not consideration.before_ministers:
        title = _("State your position on the %(year)d work plan") % year
        desk.now.append(Item(title, why, position, consideration.closes, "waits"))
        return
    title = _("Approve or return the %(year)d work plan") % year
    if meeting.sits_on(meeting.day_at(desk.moment)):
        desk.now.append(Item(title, why, position, consideration.closes, "waits"))
    else:
        desk.coming.append(Item(title, why, page, begins=meeting.begins))


def _pass_or_object(desk: Desk, board: queries.Board, why: str, given: Position | None) -> None:
    """For a voice: what its silence lets pass; by when is told by the clock of its capital."""
    consideration = board.consideration
    title = _("Under silence: object to the %(year)d work plan, or let it pass") % {
        "year": consideration.plan.year
    }
    words = _("%(why)s It is adopted at that instant unless a state objects before.") % {"why": why}
    page = reverse("workplans:consideration", args=[consideration.pk])
    tag = given.kind if given else "under_silence"
    item = Item(title, words, page, consideration.closes, tag)
    (desk.waiting if given else desk.now).append(item)


def _advise(desk: Desk, standing: Standing, boards: list[queries.Board]) -> None:
    """For whoever the own delegation waits to hear from about a text."""
    assert standing.person is not None
    own = {}
    for board in boards:
        if found := consulted(standing, board.consideration):
            own[board.consideration.pk] = (board.consideration, found[0])
    asked = queries.asked_for_advice(standing.person, [one for one, _seat in own.values()])
    for pk, question in asked.items():
        consideration, seat = own[pk]
        if question.seat_id != seat.pk:
            continue
        title = _("Advise your delegation on the %(year)d work plan")
        why = _("%(person)s asks you. Only the delegation of %(state)s sees what you say.")
        url = reverse("workplans:consultation", args=[pk])
        desk.now.append(
            Item(
                title % {"year": consideration.plan.year},
                why % {"person": question.by, "state": seat.state},
                url,
                consideration.closes,
            )
        )


def _conduct(desk: Desk, standing: Standing, board: queries.Board) -> None:
    """For the chair and the secretariat: adopt when all agree, else see who is missing."""
    if not conducts(standing):
        return
    consideration, count = board.consideration, board.tally
    acts = available_acts(standing, consideration.plan)
    meeting, closes = consideration.meeting, consideration.closes
    year = {"year": consideration.plan.year}
    page = reverse("workplans:consideration", args=[consideration.pk])
    if "rule_on_time" in acts_on(standing, consideration) and (asked := board.undecided):
        words = _("Decide whether %(state)s gets more time for the %(year)d work plan")
        why = _("It asks for time until %(day)s.") % {
            "day": asked.until and PartialDate.of(asked.until)
        }
        url = reverse("workplans:rule_on_time", args=[asked.pk])
        title = words % {**year, "state": asked.seat.state}
        desk.now.append(Item(title, why, url, closes, asked.kind))
    if consideration.under_silence:
        words = _("%(year)d work plan under silence") % year
        desk.waiting.append(Item(words, board.sentence, page, closes))
        return
    if consideration.before_ministers:
        words = _("%(year)d work plan before the ministers") % year
        desk.waiting.append(Item(words, count.sentence(), page, closes))
        return
    day = meeting.day_at(desk.moment)
    if meeting.is_over(desk.moment) and "circulate" in acts:
        words = _("Circulate the %(year)d work plan to another meeting") % year
        why = _("The meeting is over. %(count)s") % {"count": count.sentence()}
        url = reverse("workplans:circulate", args=[consideration.plan.year])
        desk.now.append(Item(words, why, url, weight=Weight.WRITE))
    elif count.opposing and "edit" in acts:
        words = _("Answer the objection to the %(year)d work plan") % year
        desk.now.append(Item(words, count.sentence(), page, closes, "objects"))
    elif count.agreed and "adopt" in acts and meeting.sits_on(day):
        words = _("Adopt the %(year)d work plan") % year
        url = reverse("workplans:adopt", args=[consideration.pk])
        desk.now.append(Item(words, count.sentence(), url, closes, "waits"))
    elif count.agreed and "adopt" in acts and not meeting.is_over(desk.moment):
        words = _("Adopt the %(year)d work plan") % year
        desk.coming.append(Item(words, count.sentence(), page, begins=meeting.begins))
    else:
        words = _("%(year)d work plan before the delegations") % year
        desk.waiting.append(Item(words, count.sentence(), page, closes))


def _write(desk: Desk, standing: Standing) -> None:
    """For the chair and the secretariat: texts in hand, and plans that wait for their next act."""
    plans = [
        (plan, available_acts(standing, plan))
        for plan in WorkPlan.objects.exclude(status=Status.REPORTED)
    ]
    in_hand = [p for p, acts in plans if p.status == Status.DRAFT and "edit" in acts]
    outlines = outline.known(in_hand)
    for plan in in_hand:
        returned = plan.came_back
        words = _("Write the %(year)d work plan and circulate it")
        if plan.is_being_amended:
            words = _("Write the amendment of the %(year)d work plan and circulate it")
        if returned:
            words = _("Revise the returned %(year)d work plan")
        desk.now.append(
            Item(
                words % {"year": plan.year},
                _in_hand(outlines.get(plan.pk)),
                reverse("workplans:overview", args=[plan.year]),
                tag="returned" if returned else "draft",
                weight=Weight.WRITE,
            )
        )
    for plan, acts in plans:
        year, at = {"year": plan.year}, [plan.year]
        if "submit" in acts:
            words = _("Submit the %(year)d work plan to the ministers") % year
            why = _("The Advisory Group has adopted it.")
            if plan.is_being_amended:
                why = _("The Advisory Group has adopted the amendment.")
            url = reverse("workplans:submit", args=at)
            desk.now.append(Item(words, why, url, tag="adopted"))
        if "report" in acts:
            words = _("Report the %(year)d work plan to the summit") % year
            why = _("The ministers have approved it.")
            url = reverse("workplans:report", args=at)
            desk.now.append(Item(words, why, url, tag="approved"))


def _in_hand(found: Outline | None) -> str:
    """Why a draft lies on the desk; with what is worth a look in it, where that is known."""
    words = _("It is in your hands until you circulate it.")
    if found is None or not found.hints:
        return words
    hints = ngettext("%d thing is worth a look.", "%d things are worth a look.", found.hints)
    return f"{words} {hints % found.hints}"


def _aside(desk: Desk, standing: Standing) -> None:
    """For whoever wrote them, in office or not: texts that could not be saved."""
    if not any(serves(appointment) for appointment in standing.ever):
        # Who never wrote for a presidency has put nothing aside.
        return
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
                tag="waits",
                weight=Weight.WRITE,
            )
        )


# What comes, and what was done


def _meetings(standing: Standing) -> list[Meeting]:
    """The meetings ahead that concern a person, the next first; for those in office also those
    that are over and not recorded. One query, none for whoever holds nothing."""
    if conducts(standing):
        found = Meeting.objects.at_hand(standing.day)
    else:
        states = {appointment.state_id for appointment in standing.appointments}
        if not states:
            return []
        found = Meeting.objects.ahead(standing.day).filter(seats__state__in=states).distinct()
        if only_decides(standing):
            found = found.filter(Q(body__level=Body.Level.MINISTERS))
    return list(found.select_related("body").order_by("begins", "id"))


def _come(desk: Desk, standing: Standing, meetings: list[Meeting]) -> None:
    """The meetings of the next thirty days."""
    day: date = standing.day
    ahead = [m for m in meetings if m.begins and m.begins.first > day]
    desk.next = ahead[0] if ahead else None
    for meeting in ahead[:MOST_COMING]:
        assert meeting.begins is not None
        if meeting.begins.first <= day + AHEAD:
            facts = [meeting.dates, meeting.place or meeting.get_mode_display()]
            words = " · ".join(filter(None, facts))
            url = meeting.get_absolute_url()
            desk.coming.append(Item(meeting.name, words, url, begins=meeting.begins))


def _done(standing: Standing) -> Iterator[dict[str, Any]]:
    """What a person did last, each with the receipt it has."""
    entries = Entry.objects.filter(by=standing.person).select_related("by", "appointment__state")
    for entry in entries.order_by("-id")[:LATELY]:
        line = history.line(entry)
        if receipt := entry.facts.get("receipt"):
            line |= {
                "url": reverse("workplans:receipt", args=[receipt]),
                "label": _("See the receipt"),
            }
        if statement := entry.facts.get("statement"):
            line |= {
                "url": reverse("workplans:statement", args=[statement]),
                "label": _("See the statement"),
            }
        yield line
