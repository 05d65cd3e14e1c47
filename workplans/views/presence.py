"""Who has which part open (static/js/presence.js asks), and a fresh token for an old page."""

from __future__ import annotations

from uuid import UUID

from django.http import (
    HttpRequest,
    HttpResponseBadRequest,
    HttpResponseForbidden,
    JsonResponse,
)
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.views.decorators.http import require_http_methods

from workplans import presence
from workplans.views.pages import KINDS, barred, find_readable

STATES = (presence.EDITING, presence.READING, presence.AWAY)


@require_http_methods(["GET", "POST"])
def present(request: HttpRequest, year: int) -> HttpResponseBase:
    """GET: everybody at every part. POST: say that a page is open, and hear who else is there.

    Who reads the draft and does not write it is not present and hears of nobody. A page that stayed
    open over a hand-over gets a token all the same: with it the next saving learns why it is over.
    """
    plan = find_readable(request, year)
    person, writes = request.person, not barred(request, plan)  # type: ignore[attr-defined]
    if request.method != "POST":
        here = presence.sentences(plan, but=person) if writes else {}
        return JsonResponse({"here": here, "token": get_token(request)})
    if not writes:
        # A page in the background asks every few seconds; nobody reads a sentence here.
        return HttpResponseForbidden()
    try:
        part, page = (UUID(request.POST.get(name, "")) for name in ("part", "page"))
    except ValueError:
        return HttpResponseBadRequest()
    sort, state = request.POST.get("sort", ""), request.POST.get("state", "")
    if sort not in KINDS or state not in STATES:
        return HttpResponseBadRequest()
    here = presence.beat(plan, part, page=page, person=person, state=state)
    sentence = presence.about(part, here, page=page, person=person, sort=sort)
    return JsonResponse({"sentence": sentence})
