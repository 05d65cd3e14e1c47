"""Letters of invitation: sending one again, taking one back, and opening the account."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model, login
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from secretariat import invitations
from secretariat.forms.people import AccountForm
from secretariat.invitations import CannotInvite, NotOpen, Reason
from secretariat.models import Appointment, Invitation
from secretariat.standing import NotEntitled
from secretariat.views.appointing import find_appointment, way_back


@require_POST
def invite_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a new letter; the one before opens nothing any more."""
    appointment = find_appointment(request, pk)
    try:
        sent = invitations.invite_again(
            appointment,
            by=request.person,  # type: ignore[attr-defined]
            on=timezone.now(),
        )
    except NotEntitled as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except CannotInvite as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(
            request,
            _("A letter goes to %(address)s. Letters sent before open nothing any more.")
            % {"address": sent.email},
        )
    return redirect(way_back(request, appointment.state))


@require_POST
def withdraw_invitation(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back the letter sent for an appointment, which itself stays."""
    appointment = find_appointment(request, pk)
    try:
        invitations.withdraw_invitation(
            appointment,
            by=request.person,  # type: ignore[attr-defined]
            on=timezone.now(),
        )
    except NotEntitled as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except CannotInvite as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(
            request,
            _(
                "The letter to %(person)s opens nothing any more. The appointment stands; end it "
                "too if it was a mistake."
            )
            % {"person": appointment.person},
        )
    return redirect(way_back(request, appointment.state))


@login_not_required
@require_safe
def invitation(request: HttpRequest, key: UUID) -> HttpResponse:
    """Said of every key, whether there is such an invitation or not: the letter opens it."""
    return _unlisted(render(request, "secretariat/invitation_incomplete.html"))


@sensitive_post_parameters("new_password1", "new_password2")
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def accept_invitation(request: HttpRequest, key: UUID, signature: str) -> HttpResponse:
    """The page of a letter: who is invited to what, and the password that opens the account."""
    found = invitations.find(key, signature)
    if found is None:
        page = render(request, "secretariat/invitation_incomplete.html", status=404)
        return _unlisted(page)
    return _unlisted(_open(request, found))


def _open(request: HttpRequest, found: Invitation) -> HttpResponse:
    now = timezone.now()
    if reason := invitations.why_not(found, now):
        return _closed(request, found, reason)
    held = invitations.held_by(found.person, now.date())
    if request.user.is_authenticated:
        return render(request, "secretariat/invitation_signed_in.html", {"invitation": found})
    who = {"username": found.email, "email": found.email, "first_name": found.person.name}
    account = get_user_model()(**who)
    form = AccountForm(account, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = invitations.accept(found, password=form.cleaned_data["new_password1"], on=now)
        except NotOpen as refusal:
            return _closed(request, found, refusal.reason)
        login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
        messages.success(
            request,
            _("Your account is open. Sign in next time with %(address)s and your password.")
            % {"address": found.email},
        )
        return redirect(settings.LOGIN_REDIRECT_URL)
    return _page(request, found, held, form)


def _page(
    request: HttpRequest, found: Invitation, held: list[Appointment], form: AccountForm
) -> HttpResponse:
    items: list[dict[str, Any]] = [
        {"label": _("Name"), "value": found.person.name},
        {"label": _("User name"), "value": found.email},
    ]
    items += [{"label": a.capacity, "value": f"{a.state}, {a.term}"} for a in held]
    context = {"form": form, "invitation": found, "items": items}
    return render(
        request, "secretariat/invitation.html", context, status=422 if form.errors else 200
    )


def _closed(request: HttpRequest, found: Invitation, reason: Reason) -> HttpResponse:
    """Why the letter opens nothing, and whom to ask."""
    states = {a.state for a in invitations.held_by(found.person, timezone.now().date())}
    context = {
        "reason": str(reason),
        "state": states.pop() if len(states) == 1 else None,
        "expired": found.expires,
    }
    return render(request, "secretariat/invitation_closed.html", context, status=410)


def _unlisted(response: HttpResponse) -> HttpResponse:
    """Kept by no browser and no search engine."""
    patch_cache_control(response, private=True, no_store=True)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
