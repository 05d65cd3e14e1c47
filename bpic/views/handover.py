"""Handing the secretariat over: the list both sides tick, the offer, and taking it over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bpic import handover as lists
from bpic.forms.handover import OfferForm, TakeOverForm, TickForm
from secretariat import handover, handover_notices
from secretariat.dates import PartialDate
from secretariat.handover import Blocked, CannotHandOver, Side, Turn
from secretariat.models import HandOver
from secretariat.standing import NotEntitled, Standing
from secretariat.telling import Preview

POSTS = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def hand_over(request: HttpRequest) -> HttpResponse:
    """The hand-over that comes next, or else the last one this person took part in."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    known = handover.known_to(standing)
    found = handover.ahead(standing.day, known) or next(reversed(known), None)
    if found is None:
        raise Http404
    return redirect("hand_over_of", year=found.outgoing.year)


@require_safe
def hand_over_of(request: HttpRequest, year: int) -> HttpResponse:
    """The list as it stands; of a hand-over that is over, as its note keeps it."""
    return _page(request, _find(request, year))


@require_POST
def tick(request: HttpRequest, year: int) -> HttpResponse:
    """Tick a point for one's side, or take the tick back."""
    turn = _find(request, year)
    form = TickForm(request.POST)
    if not form.is_valid():
        return _page(request, turn, problems=[_("The list has no such point.")])
    point, side = form.cleaned_data["point"], form.cleaned_data["side"]
    act = handover.tick if form.cleaned_data["ticked"] else handover.untick
    refused = _attempt(lambda: act(turn, point, side, **_acting(request)))
    if refused:
        return _page(request, _find(request, year), problems=refused)
    return redirect(f"{_address(turn)}#{point}")


@POSTS
def offer(request: HttpRequest, year: int) -> HttpResponse:
    """Offer the secretariat to the incoming side."""
    turn = _find(request, year)
    _admit(turn, Side.OUTGOING, request)
    declaring = _("I offer the secretariat to %(state)s.") % {"state": turn.incoming.state.name}
    if request.method != "POST":
        if not turn.is_open_on(_day(request)) or _is_offered(turn):
            return redirect("hand_over_of", year=year)
        remarks = turn.hand_over.remarks if turn.hand_over else ""
        form = OfferForm(declaring=declaring, initial={"remarks": remarks})
    else:
        form = OfferForm(request.POST, declaring=declaring)
        refused = form.is_valid() and _attempt(
            lambda: handover.offer(
                turn,
                remarks=form.cleaned_data["remarks"].replace("\r\n", "\n"),
                **_acting(request),
            )
        )
        if form.is_valid() and not refused:
            messages.success(
                request,
                _("The secretariat is offered to %(state)s, whose chair and staff have been told.")
                % {"state": turn.incoming.state.name},
            )
            return redirect(_address(turn))
        _add(form, refused or [])
    shown = lists.gather(turn, _day(request), request.user)
    context = {
        "blockers": handover.against_offering(shown.blockers),
        "told": _told_of_offer(request, turn, str(form["remarks"].value() or "")),
    }
    return _interruption(request, "bpic/hand_over_offer.html", turn, shown, form, context)


@require_POST
def withdraw(request: HttpRequest, year: int) -> HttpResponse:
    """Take the offer back."""
    turn = _find(request, year)
    refused = _attempt(lambda: handover.withdraw_offer(turn, **_acting(request)))
    if refused:
        return _page(request, _find(request, year), problems=refused)
    messages.success(request, _("The offer is withdrawn."))
    return redirect(_address(turn))


@POSTS
def take_over(request: HttpRequest, year: int) -> HttpResponse:
    """Take the secretariat over from the outgoing side."""
    turn = _find(request, year)
    _admit(turn, Side.INCOMING, request)
    declaring = _("I take the secretariat over for %(state)s.") % {
        "state": turn.incoming.state.name
    }
    if request.method != "POST":
        if not turn.is_open_on(_day(request)) or not _is_offered(turn):
            return redirect("hand_over_of", year=year)
        form = TakeOverForm(declaring=declaring)
    else:
        form = TakeOverForm(request.POST, declaring=declaring)
        refused = form.is_valid() and _attempt(lambda: lists.take_over(turn, **_acting(request)))
        if form.is_valid() and not refused:
            messages.success(
                request,
                _("The secretariat has passed to %(state)s. The hand-over note is being typeset.")
                % {"state": turn.incoming.state.name},
            )
            return redirect(_address(turn))
        _add(form, refused or [])
    shown = lists.gather(turn, _day(request), request.user)
    context = {"blockers": shown.blockers, "told": _told_of_passing(request, turn)}
    return _interruption(request, "bpic/hand_over_take.html", turn, shown, form, context)


def _told_of_offer(request: HttpRequest, turn: Turn, remarks: str) -> Preview:
    """Who would be told of the offer, and what."""
    day, acting = _day(request), handover.sides(turn, request.standing)  # type: ignore[attr-defined]
    offered = HandOver(
        remarks=remarks,
        offered_by=request.person,  # type: ignore[attr-defined]
        offered_as=acting[Side.OUTGOING],
    )
    told = handover.people(turn, day)[Side.INCOMING]
    return Preview.of(handover_notices.offered(turn, offered, told, day))


def _told_of_passing(request: HttpRequest, turn: Turn) -> Preview:
    """Who would be told that the secretariat has passed, and what."""
    now = timezone.now()
    offered_by = turn.hand_over.offered_by if turn.hand_over else None
    person = request.person  # type: ignore[attr-defined]
    passed = HandOver(at=now, taken_by=person, offered_by=offered_by)
    both = handover.concerned(turn, now, now.date())
    told = [one.person for side in both.values() for one in side]
    return Preview.of(handover_notices.handed_over(turn, passed, told, now.date()))


def _day(request: HttpRequest) -> Any:
    return request.standing.day  # type: ignore[attr-defined]


def _address(turn: Turn) -> str:
    return reverse("hand_over_of", args=[turn.outgoing.year])


def _acting(request: HttpRequest) -> dict[str, Any]:
    return {"by": request.person, "on": timezone.now()}  # type: ignore[attr-defined]


def _find(request: HttpRequest, year: int) -> Turn:
    """The hand-over of the presidency known by a year, for those who may know of it."""
    known = handover.known_to(request.standing)  # type: ignore[attr-defined]
    found = next((turn for turn in reversed(known) if turn.outgoing.year == year), None)
    if found is None:
        raise Http404
    return found


def _admit(turn: Turn, side: str, request: HttpRequest) -> None:
    try:
        handover.entitled(turn, side, request.standing)  # type: ignore[attr-defined]
    except NotEntitled as refusal:
        raise PermissionDenied(str(refusal)) from refusal


def _attempt(act: Callable[[], Any]) -> list[str]:
    """Do what is asked; the sentences that say why not, if it was refused."""
    try:
        act()
    except NotEntitled as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except Blocked as refusal:
        return [blocker.text for blocker in refusal.blockers]
    except CannotHandOver as refusal:
        return [str(refusal)]
    return []


def _add(form: BaseForm, refused: list[str]) -> None:
    for sentence in refused:
        form.add_error(None, sentence)


def _is_offered(turn: Turn) -> bool:
    return turn.hand_over is not None and turn.hand_over.offered is not None


def _interruption(
    request: HttpRequest,
    template: str,
    turn: Turn,
    shown: lists.Checklist,
    form: BaseForm,
    context: dict[str, Any],
) -> HttpResponse:
    status = 200
    if form.errors:
        status = 409 if form.non_field_errors() else 422
    about = {"turn": turn, "checklist": shown, "form": form, "passes": PartialDate.of(turn.day)}
    return render(request, template, {**about, **context}, status=status)


def _page(request: HttpRequest, turn: Turn, problems: list[str] | None = None) -> HttpResponse:
    day = _day(request)
    standing: Standing = request.standing  # type: ignore[attr-defined]
    acts_for = handover.sides(turn, standing)
    note = lists.note_of(turn)
    is_open = turn.is_open_on(day)
    shown = None
    if is_open:
        shown = lists.gather(turn, day, request.user)
    elif note is not None:
        shown = lists.as_noted(turn, note)
    blockers = shown.blockers if shown else ()
    context = {
        "turn": turn,
        "checklist": shown,
        "note": note,
        "is_open": is_open,
        "has_passed": day >= turn.day,
        "offered": turn.hand_over if _is_offered(turn) else None,
        "outgoing": is_open and Side.OUTGOING in acts_for,
        "incoming": is_open and Side.INCOMING in acts_for,
        "blockers": blockers,
        "against_offering": handover.against_offering(blockers),
        "errors": [{"text": sentence} for sentence in problems or ()],
        "others": [
            other
            for other in handover.known_to(standing)
            if other.outgoing != turn.outgoing and other.is_done
        ],
    }
    return render(request, "bpic/hand_over.html", context, status=409 if problems else 200)
