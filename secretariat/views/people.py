"""The people of a state, all delegations at a glance, and the secretariat of the presidency."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from secretariat import handover, permissions, roster
from secretariat.models import Membership, Presidency, State
from secretariat.permissions import FUNCTIONS, TABLE
from secretariat.standing import Function, Standing
from secretariat.who import may_see_delegation


def find_state(code: str) -> State:
    found: State = get_object_or_404(State, code=code)
    return found


@require_safe
def own_delegation(request: HttpRequest) -> HttpResponse:
    """The page of one's own delegation; a list for whoever belongs to several."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    states = {a.state_id: a.state for a in standing.appointments}
    if len(states) == 1:
        (state,) = states.values()
        return redirect("secretariat:delegation", code=state.code)
    ordered = sorted(states.values(), key=lambda state: (state.protocol_order, state.name))
    return render(request, "secretariat/own_delegations.html", {"states": ordered})


@require_safe
def delegation(request: HttpRequest, code: str) -> HttpResponse:
    """One state's people, for its own people and the secretariat."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    state = find_state(code)
    if not may_see_delegation(standing, state):
        raise Http404
    people = roster.Roster(state, standing, timezone.now())
    page = Paginator(roster.former(state, standing.day), roster.FORMER_ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    belongs = Membership.objects.on(standing.day).filter(state=state).first()
    context = {
        "state": state,
        "belongs": belongs.get_status_display() if belongs else "",
        "groups": people.groups,
        "may_appoint": bool(people.rights.functions),
        "former": page,
        "turns_former": "page" in request.GET,
        "who_appoints": who_appoints(FUNCTIONS[state.nature]),
        "sees_all": permissions.sees_all_delegations(standing),
    }
    return render(request, "secretariat/delegation.html", context)


def who_appoints(functions: Iterable[str]) -> list[dict[str, Any]]:
    """The rows of the table of permissions for these functions, in words."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for function in functions:
        givers = tuple(str(giver.words) for giver in TABLE[function])
        rows.setdefault(givers, []).append(str(Function(function).label))
    return [{"functions": functions, "givers": givers} for givers, functions in rows.items()]


@require_safe
def delegations(request: HttpRequest) -> HttpResponse:
    """Every delegation with its head, its focal points and what is vacant."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    if not permissions.sees_all_delegations(standing):
        raise PermissionDenied(
            _("Only the chair and the secretariat of the presidency see all delegations.")
        )
    groups = roster.overview(standing.day)
    vacant = sum(bool(one.missing) for group in groups for one in group.delegations)
    return render(request, "secretariat/delegations.html", {"groups": groups, "vacant": vacant})


@require_safe
def staff(request: HttpRequest) -> HttpResponse:
    """The secretariat that writes, and the one designated to follow it."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    if not permissions.sees_secretariat(standing):
        raise PermissionDenied(
            _("Only those who serve a presidency, or are designated to, see its secretariat.")
        )
    sections = [_section(presidency, standing) for presidency in _presidencies(standing)]
    context = {
        "sections": sections,
        "who_appoints": who_appoints((Function.CHAIR, Function.SECRETARIAT)),
        "sees_all": permissions.sees_all_delegations(standing),
        "knows_hand_over": bool(handover.known_to(standing)),
    }
    return render(request, "secretariat/staff.html", context)


def _presidencies(standing: Standing) -> list[Presidency]:
    """The one in the table, the one whose secretariat writes if it is another, and the next."""
    found = [p for p in (standing.presidency, standing.secretariat) if p is not None]
    coming = (
        Presidency.objects.filter(period__startswith__gt=standing.day)
        .select_related("state")
        .order_by("period")
        .first()
    )
    if coming is not None:
        found.append(coming)
    return list({presidency.pk: presidency for presidency in found}.values())


def _section(presidency: Presidency, standing: Standing) -> dict[str, Any]:
    people = roster.Roster(presidency.state, standing, timezone.now())
    functions = [f for f in people.rights.functions if f in (Function.CHAIR, Function.SECRETARIAT)]
    address = reverse("secretariat:appoint", args=[presidency.state.code])
    sits = presidency == standing.secretariat
    return {
        "presidency": presidency,
        "sits": sits,
        "comes": not presidency.has_begun(standing.day),
        "groups": people.of_presidency(presidency),
        "appoint": [
            {"label": Function(function).label, "url": f"{address}?function={function}"}
            for function in functions
        ],
    }
