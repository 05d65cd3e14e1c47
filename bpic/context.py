"""What every page shows around its own content."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from bpic.confirmation import Confirmation
from secretariat.models import Appointment, Person
from secretariat.permissions import sees_secretariat
from secretariat.standing import Standing, serves


def page(request: HttpRequest) -> dict[str, Any]:
    person = getattr(request, "person", None)
    standing = getattr(request, "standing", None) or Standing(None, None)  # type: ignore[arg-type]
    return {
        "partnership": settings.PARTNERSHIP,
        "navigation": _navigation(request, standing),
        "person": person,
        "standing": standing,
        "acting_for": "; ".join(_acts_as(standing, one) for one in standing.appointments),
        "confirmation": Confirmation.of(request),
        "example_instance": Person.any_example(),
    }


def _acts_as(standing: Standing, appointment: Appointment) -> str:
    """For whom somebody acts, and as what; who serves another presidency does not today."""
    presides, writes = standing.presidency, standing.secretariat
    words = _("%(state)s – %(capacity)s")
    if serves(appointment):
        if appointment.function == Appointment.Function.CHAIR:
            if presides is None or appointment.state_id != presides.state_id:
                words = _("%(state)s – %(capacity)s, not presiding today")
        elif writes is None or appointment.state_id != writes.state_id:
            words = _("%(state)s – %(capacity)s, not in office today")
            if presides and appointment.state_id == presides.state_id:
                words = _("%(state)s – %(capacity)s, has handed over")
    return words % {"state": appointment.state, "capacity": appointment.capacity}


def _navigation(request: HttpRequest, standing: Standing) -> list[dict[str, Any]]:
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        places = [
            (_("For you"), "desk"),
            (_("Plans"), "workplans:index"),
            (_("Meetings"), "meetings:calendar"),
            (_("Documents"), "workplans:documents"),
        ]
        # Who only writes for the presidency has the people of its secretariat; the others theirs.
        if any(not serves(appointment) for appointment in standing.appointments):
            places.append((_("Delegation"), "secretariat:own_delegation"))
        if sees_secretariat(standing):
            places.append((_("Secretariat"), "secretariat:staff"))
        places.append((_("Notices"), "notices"))
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
    path = request.path
    for inner, outer in _lies_under(standing):
        if path.startswith(inner):
            path = reverse(outer)
    here = max((url for _label, url in addresses if path.startswith(url)), default="")
    return [{"label": label, "url": url, "current": url == here} for label, url in addresses]


def _lies_under(standing: Standing) -> list[tuple[str, str]]:
    """Where addresses begin that do not show to which place they belong."""
    serve = sees_secretariat(standing)
    people = "secretariat:staff" if serve else "secretariat:own_delegation"
    return [
        (reverse("meetings:convene").removesuffix("convene/"), "meetings:calendar"),
        (reverse("own_calendar"), "meetings:calendar"),
        (reverse("hand_over"), "secretariat:staff"),
        (reverse("secretariat:delegations"), people),
        (reverse("secretariat:end", args=[0]).removesuffix("0/end/"), people),
    ]
