"""The desk of whoever is signed in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bpic import desk as desks


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    standing = request.standing  # type: ignore[attr-defined]
    return render(request, "bpic/desk.html", {"desk": desks.of(standing, timezone.now())})
