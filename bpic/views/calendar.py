"""One's own calendar: the page that gives its address, and the feed behind the address."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bpic import feeds
from secretariat import subscriptions
from secretariat.standing import NotEntitled


@require_http_methods(["GET", "HEAD", "POST"])
def own_calendar(request: HttpRequest) -> HttpResponse:
    """Make an address, make another in its place, or end it; the address is shown this once."""
    person = request.person  # type: ignore[attr-defined]
    standing = request.standing  # type: ignore[attr-defined]
    if request.method == "POST" and person is None:
        raise PermissionDenied(_("You hold no appointment today."))
    if request.method == "POST" and "end" in request.POST:
        if subscriptions.end(by=person, on=timezone.now()):
            messages.success(request, _("The address of your calendar opens nothing any more."))
        return redirect("own_calendar")
    context: dict[str, Any] = {"entitled": bool(standing.roles)}
    if request.method == "POST":
        try:
            secret = subscriptions.make(by=person, on=timezone.now())
        except NotEntitled as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        address = reverse("own_feed", args=[secret])
        context["address"] = request.build_absolute_uri(address)
        context["subscription"] = f"webcal://{request.get_host()}{address}"
    context["kept"] = subscriptions.of(person) if person else None
    return render(request, "bpic/own_calendar.html", context)


@login_not_required
@require_safe
def own_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar behind a secret address, for whoever holds the same roles as when it was made.

    Every address that opens nothing answers alike.
    """
    standing = subscriptions.read(secret, timezone.now())
    if standing is None:
        raise Http404
    response = HttpResponse(feeds.own(standing), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="calendar.ics"'
    response.headers["X-Robots-Tag"] = "noindex"
    patch_cache_control(response, private=True, no_store=True)
    return response
