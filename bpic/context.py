"""What every page shows around its own content."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from secretariat.models import Person
from secretariat.standing import Standing


def page(request: HttpRequest) -> dict[str, Any]:
    person = getattr(request, "person", None)
    standing = getattr(request, "standing", None) or Standing(None, None)  # type: ignore[arg-type]
    return {
        "partnership": settings.PARTNERSHIP,
        "navigation": _navigation(request),
        "person": person,
        "standing": standing,
        "acting_for": "; ".join(
            f"{appointment.state} – {appointment.capacity}" for appointment in standing.appointments
        ),
        "example_instance": Person.any_example(),
    }


def _navigation(request: HttpRequest) -> list[dict[str, Any]]:
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        places = [
            (_("For you"), "desk"),
            (_("Plans"), "workplans:index"),
            (_("Meetings"), "meetings:calendar"),
            (_("Documents"), "workplans:documents"),
            (_("Notices"), "notices"),
        ]
    else:
        places = [
            (_("About"), "about"),
            (_("Presidency"), "presidency"),
            (_("Plans"), "workplans:plans"),
            (_("Calendar"), "meetings:calendar"),
            (_("Documents"), "workplans:documents"),
        ]
    addresses = [(label, reverse(name)) for label, name in places]
    # The longest address that leads here: the notices lie under the desk, and are not the desk.
    path = request.path.replace(reverse("meetings:convene"), reverse("meetings:calendar"))
    here = max((url for _label, url in addresses if path.startswith(url)), default="")
    return [{"label": label, "url": url, "current": url == here} for label, url in addresses]
