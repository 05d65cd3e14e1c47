"""Signing in, signing out, and the people of the example year."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from bpic import accounts
from secretariat.models import Appointment, Person
from secretariat.standing import Function

# Those who take most steps of the walk come first.
ORDER = [
    Function.SECRETARIAT,
    Function.CHAIR,
    Function.HEAD,
    Function.MINISTER,
    Function.ALTERNATE,
    Function.DELEGATE,
    Function.FOCAL_POINT,
    Function.OBSERVER,
]


class SignInForm(AuthenticationForm):
    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": gettext_lazy(
            "This username and password do not belong together. Capital letters count."
        ),
    }


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """The door: one form, and in an example instance the list of its invented people."""

    template_name = "registration/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["unsent"] = "unsent" in self.request.GET
        # Said once: the next person at this machine need not know.
        context["ended"] = self.request.session.pop(accounts.ENDED, "")
        if settings.EXAMPLE_SIGN_IN:
            context["example_accounts"] = example_accounts()
            context["example_sign_in_url"] = reverse("example_sign_in")
            context["example_mail"] = settings.EXAMPLE_MAILBOX
        return context


def example_accounts() -> list[dict[str, str]]:
    """The invented people who can sign in, each with what they are today."""
    held = (
        Appointment.objects.on(timezone.now().date())
        .filter(person__is_example=True, person__user__is_active=True)
        .select_related("person__user", "state")
    )
    roles: dict[int, list[Appointment]] = {}
    for appointment in held:
        roles.setdefault(appointment.person_id, []).append(appointment)
    accounts = []
    for appointments in roles.values():
        appointments.sort(key=lambda appointment: ORDER.index(appointment.function))
        first = appointments[0]
        accounts.append(
            (
                (ORDER.index(first.function), first.state.protocol_order, first.person.name),
                {
                    "username": first.person.user.username,
                    "name": first.person.name,
                    "role": "; ".join(f"{a.capacity}, {a.state}" for a in appointments),
                },
            )
        )
    return [account for _order, account in sorted(accounts, key=lambda pair: pair[0])]


@login_not_required
@require_POST
def example_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as an invented person without a password; there is no such page elsewhere."""
    if not settings.EXAMPLE_SIGN_IN:
        raise Http404
    person = get_object_or_404(
        Person.objects.select_related("user"),
        is_example=True,
        user__username=request.POST.get("username", ""),
        user__is_active=True,
        user__is_staff=False,
    )
    login(request, person.user, backend="bpic.accounts.PersonBackend")
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(target if safe else settings.LOGIN_REDIRECT_URL)
