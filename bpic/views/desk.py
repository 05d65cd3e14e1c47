"""The desk and the notices of whoever is signed in."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bpic import desk as desks
from secretariat.models import Notice


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    standing = request.standing  # type: ignore[attr-defined]
    mine = desks.of(standing)
    quiet = not mine.now
    dates = desks.next_dates(standing.day) if quiet else []
    return render(request, "bpic/desk.html", {"desk": mine, "dates": dates})


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """What a person has been told, as it went out by mail."""
    found = Notice.objects.filter(person=request.person)  # type: ignore[attr-defined]
    page = Paginator(found, 25).get_page(request.GET.get("page"))
    return render(request, "bpic/notices.html", {"page": page, "now": timezone.now()})
