"""From an account to a person, from the person to what they may do today, and until when.

A session remembers the roles its owner had in it. With the first of them that is lost it ends on
the next request, whatever else its owner still holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model, logout
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.signals import user_logged_in
from django.contrib.auth.views import redirect_to_login
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django_htmx.http import HttpResponseClientRedirect

from secretariat import accreditation
from secretariat.models import Person, Presidency, State
from secretariat.standing import Function, Standing

# What a session holds: the roles its owner had in it, and why the one before ended.
ROLES, ENDED = "roles", "ended"
# Signing in, out or as somebody else goes on without the session that has ended.
DOORS = frozenset({"sign_in", "example_sign_in", "sign_out"})


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


# Sessions


@receiver(user_logged_in)
def remember_roles(sender: Any, request: HttpRequest, user: Any, **_kwargs: Any) -> None:
    """What somebody is when they sign in."""
    standing = Standing.of(person_of(user), timezone.now().date())
    request.session[ROLES] = sorted(standing.roles)
    request.session.pop(ENDED, None)


class SessionsEndWithARole:
    """Ends the session of whoever lost a role in it, and loses no word they had written.

    Comes after `standing` and before whatever asks who is signed in. No query while nothing ended.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        arguments: Any,
        options: Any,
    ) -> HttpResponse | None:
        if not request.user.is_authenticated:
            return _written_after_the_end(request, view)
        standing: Standing = request.standing  # type: ignore[attr-defined]
        held, remembered = standing.roles, set(request.session.get(ROLES, ()))
        lost = remembered - held
        if not lost:
            if not held <= remembered or ROLES not in request.session:
                request.session[ROLES] = sorted(held | remembered)
            return None
        sentence = why_it_ended(lost, standing)
        _end(request)
        request.session[ENDED] = sentence
        if request.resolver_match is not None and request.resolver_match.url_name in DOORS:
            return None
        return _answer(request, sentence)


def _end(request: HttpRequest) -> None:
    day = request.standing.day  # type: ignore[attr-defined]
    logout(request)
    request.person = None  # type: ignore[attr-defined]
    request.standing = Standing(None, day)  # type: ignore[attr-defined]


def _answer(request: HttpRequest, sentence: str) -> HttpResponse:
    response: HttpResponse
    if request.method == "POST":
        written = list(written_in(request.POST.lists()))
        context = {"sentence": sentence, "written": written, "again": reverse("sign_in")}
        response = render(request, "bpic/session_ended.html", context, status=403)
    else:
        response = redirect_to_login(request.get_full_path(), reverse("sign_in"))
        if getattr(request, "htmx", False):
            # A part of a page that asks for itself again leaves the whole page.
            response = HttpResponseClientRedirect(response["Location"])
    patch_cache_control(response, private=True, no_store=True)
    return response


def _written_after_the_end(
    request: HttpRequest, view: Callable[..., HttpResponseBase]
) -> HttpResponse | None:
    """A form sent from a page whose session something else has ended, as saving by itself does."""
    if request.method != "POST" or not getattr(view, "login_required", True):
        return None
    sentence = request.session.get(ENDED)
    return _answer(request, sentence) if sentence else None


def why_it_ended(lost: Iterable[str], standing: Standing) -> str:
    """The sentence for whoever lost these roles, in the words of their appointments."""
    named = [role.split(":") for role in sorted(lost)]
    presidencies = Presidency.objects.select_related("state").in_bulk(
        [int(key) for kind, key in named if kind in ("chairing", "drafting")]
    )
    states = State.objects.in_bulk(
        [int(key) for kind, key in named if kind not in ("chairing", "drafting")]
    )
    roles: list[str] = []
    for kind, key in named:
        if kind in ("chairing", "drafting"):
            presidency = presidencies.get(int(key))
            words = _words_of_office(kind, presidency, standing) if presidency else ""
        else:
            state = states.get(int(key))
            words = _words(kind, state) if state else ""
        if words and words not in roles:
            roles.append(words)
    if not roles:
        return _("Your session ended because an appointment of yours has. Sign in again.")
    return _(
        "Your session ended because you are no longer %(roles)s. Sign in again to go on reading."
    ) % {"roles": get_text_list(roles, pgettext("between the last two of a list", "or"))}


def _words(function: str, state: State) -> str:
    facts = {"state": state, "function": Function(function).label.lower()}
    if function == Function.SECRETARIAT:
        return _("secretariat staff of the presidency of %(state)s") % facts
    if function == Function.CHAIR:
        return _("chair of the Advisory Group for %(state)s") % facts
    return _("%(function)s of %(state)s") % facts


def _words_of_office(kind: str, presidency: Presidency, standing: Standing) -> str:
    """The office that went with the presidency, where the appointment itself may go on."""
    chairs = any(
        one.function == Function.CHAIR and one.state_id == presidency.state_id
        for one in standing.ever
    )
    if kind == "drafting" and chairs and standing.chair is not None:
        return _("in charge of the secretariat of %(state)s") % {"state": presidency.state}
    return _words(Function.CHAIR if chairs else Function.SECRETARIAT, presidency.state)


# What somebody had written when their session ended

# What forms carry for themselves: nobody wrote it, and it helps nobody to read it.
CARRIED = frozenset(
    {
        "csrfmiddlewaretoken", "digest", "direction", "key", "next", "opened",
        "seen", "step", "username", "version", "warned",
    }
)  # fmt: skip
MACHINE_MADE = re.compile(r"[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Written:
    """One field of a form as it was sent."""

    label: str
    text: str

    @property
    def lines(self) -> int:
        """How high a box shows it, within reason."""
        return min(20, max(1, sum(1 + len(line) // 60 for line in self.text.split("\n"))))


def written_in(fields: Iterable[tuple[str, list[Any]]]) -> Iterable[Written]:
    """What a person wrote or chose in a form; never a password."""
    for name, values in fields:
        if name in CARRIED or "password" in name:
            continue
        text = "\n".join(value.replace("\r\n", "\n") for value in values).strip()
        if text and not MACHINE_MADE.fullmatch(text):
            yield Written(re.sub(r"[-_]+", " ", name).strip().capitalize(), text)
