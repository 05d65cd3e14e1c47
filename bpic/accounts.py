"""From an account to a person, and from the person to what they may do today."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from secretariat import accreditation
from secretariat.models import Person
from secretariat.standing import Standing


class PersonBackend(ModelBackend):
    """Accounts with their person read in the same query, since every page asks for both."""

    def get_user(self, user_id: Any) -> Any:
        user = get_user_model()._default_manager.select_related("person").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None


def standing(get_response: Any) -> Any:
    """Give every request its person and their standing, and keep their groups in step with it.

    The standing is read anew at each request: an appointment that ended at midnight, or was
    recalled a second ago, gives nothing any more.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        person = person_of(request.user)
        request.person = person  # type: ignore[attr-defined]
        request.standing = Standing.of(person, timezone.now().date())  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            accreditation.bring_into_step(request.standing, request.user)  # type: ignore[attr-defined]
        response: HttpResponse = get_response(request)
        return response

    return respond


def person_of(user: Any) -> Person | None:
    if not user.is_authenticated:
        return None
    try:
        person: Person = user.person
    except Person.DoesNotExist:
        return None
    person.user = user
    return person
