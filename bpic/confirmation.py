"""Acts of state are confirmed: whoever performs one has shown within minutes that it is they.

The table below says which forms of the portal perform an act of state. Where its sender signed in
or confirmed longer ago, the form is not taken to its page but answered with one that asks for a
proof and holds all that was sent; with the proof it goes on to its page as it was written. How
long ago is read by the clock of the database, and the instant lies in the session there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Protocol

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bpic import accounts
from bpic.example import year
from secretariat import instants
from secretariat.models import FailedConfirmation

# What a session holds: the instant at which its owner last showed who they are.
CONFIRMED = "confirmed"


@dataclass(frozen=True)
class Act:
    """An act of state: what its button says, and where only one step of a form performs it."""

    label: Any
    performs: Callable[[HttpRequest], bool] = lambda request: True


def _last_step(request: HttpRequest) -> bool:
    return request.POST.get("step") == "act"


def _no_look_first(request: HttpRequest) -> bool:
    return "look" not in request.POST


# The acts of state, by the address that takes their form.
ACTS: dict[str, Act] = {
    "workplans:position_check": Act(gettext_lazy("Confirm and submit the position")),
    "workplans:confirm": Act(gettext_lazy("Confirm for the state")),
    "workplans:statement_check": Act(gettext_lazy("Confirm and make the statement")),
    "workplans:withdraw_statement": Act(gettext_lazy("Confirm and withdraw the statement")),
    "workplans:close_by_statement": Act(
        gettext_lazy("Confirm and issue the Chair’s statement"), _last_step
    ),
    "workplans:record_check": Act(gettext_lazy("Confirm and record the position")),
    "workplans:rule_on_time": Act(gettext_lazy("Confirm and decide about the time")),
    "workplans:circulate": Act(gettext_lazy("Confirm and circulate")),
    "workplans:withdraw": Act(gettext_lazy("Confirm and withdraw the text")),
    "workplans:open_silence": Act(gettext_lazy("Confirm and put the text under silence")),
    "workplans:open_written": Act(gettext_lazy("Confirm and open the written procedure")),
    "workplans:extend": Act(gettext_lazy("Confirm and set the later end")),
    "workplans:adopt": Act(gettext_lazy("Confirm and adopt the plan")),
    "workplans:return_to_draft": Act(gettext_lazy("Confirm and return the text")),
    "workplans:withdraw_document": Act(gettext_lazy("Confirm and withdraw the document")),
    "workplans:take_back": Act(gettext_lazy("Confirm and take it back")),
    "workplans:amend": Act(gettext_lazy("Confirm and open the amendment")),
    "workplans:withdraw_amendment": Act(gettext_lazy("Confirm and withdraw the amendment")),
    "workplans:submit": Act(gettext_lazy("Confirm and submit the plan")),
    "workplans:report": Act(gettext_lazy("Confirm and report the plan")),
    "meetings:convene": Act(gettext_lazy("Confirm and convene the meeting"), _no_look_first),
    "workplans:conclude": Act(gettext_lazy("Confirm and record the outcome"), _last_step),
    "secretariat:appoint": Act(gettext_lazy("Confirm and appoint"), _last_step),
    "secretariat:replace": Act(gettext_lazy("Confirm and appoint"), _last_step),
    "secretariat:end": Act(gettext_lazy("Confirm and end the appointment"), _last_step),
    "hand_over_offer": Act(gettext_lazy("Confirm and offer the hand-over")),
    "hand_over_withdraw": Act(gettext_lazy("Confirm and withdraw the offer")),
    "hand_over_take": Act(gettext_lazy("Confirm and take over")),
}
# What an administrator corrects stands in the record as well.
ADMINISTRATION = Act(gettext_lazy("Confirm and go on"))
# Every other form: it prepares an act, writes in the draft, or is about its sender alone. A test
# fails where an address that takes a form stands in neither table.
EVERYDAY = frozenset(
    {
        # Before an act, and beside it
        "workplans:consultation", "workplans:ask_for_advice", "workplans:take_note_back",
        "workplans:position", "workplans:record", "workplans:remind",
        "workplans:hear", "workplans:make_statement",
        "workplans:progress_record", "hand_over_tick", "send_again", "secretariat:invite_again",
        "secretariat:withdraw_invitation",
        # The draft
        "workplans:start", "workplans:edit_general", "workplans:area", "workplans:area_add",
        "workplans:activity", "workplans:activity_add", "workplans:text", "workplans:text_add",
        "workplans:remove", "workplans:move", "workplans:calendar", "workplans:duplicate",
        "workplans:table", "workplans:table_preview", "workplans:restore", "workplans:put_back",
        "workplans:bring_over", "workplans:prose", "workplans:present", "workplans:parked_text",
        "workplans:parked_discard", "workplans:parked_again",
        # On paper
        "workplans:print_draft", "workplans:print_comparison", "workplans:print_consideration",
        "workplans:printout_again", "workplans:printout_cancel", "workplans:document_again",
        "workplans:receipt_again",
        # For oneself, and the doors
        "own_calendar", "notice_settings", "sign_in", "example_sign_in", "sign_out",
        "secretariat:accept_invitation",
    }
)  # fmt: skip


def act_of(request: HttpRequest) -> Act | None:
    """The act of state that the form sent here performs, if it performs one."""
    found = request.resolver_match
    if found is None:
        return None
    if found.namespaces[:1] == ["admin"]:
        return None if found.url_name in ("login", "logout") else ADMINISTRATION
    act = ACTS.get(found.view_name)
    return act if act is not None and act.performs(request) else None


# Ways of showing who one is


class Method(Protocol):
    """A way of showing who one is: fields of a form, and whether they prove it.

    fields: the names of its fields, which are never carried on. template: draws them, given the
    confirmation.
    """

    fields: frozenset[str]
    template: str

    def is_open_to(self, user: Any) -> bool: ...

    def was_used(self, request: HttpRequest) -> bool: ...

    def proves(self, request: HttpRequest) -> bool: ...

    def failed(self) -> str: ...


class Password:
    """The password of the account."""

    FIELD = "confirm_password"
    fields = frozenset({FIELD})
    template = "bpic/confirm_password.html"

    def is_open_to(self, user: Any) -> bool:
        return bool(user.has_usable_password())

    def was_used(self, request: HttpRequest) -> bool:
        return bool(request.POST.get(self.FIELD))

    def proves(self, request: HttpRequest) -> bool:
        return bool(request.user.check_password(request.POST[self.FIELD]))

    def failed(self) -> str:
        return _("This is not your password. Capital letters count.")


METHODS: tuple[Method, ...] = (Password(),)


# How long ago somebody showed it


def confirm(request: HttpRequest) -> None:
    """Note that whoever sent this has just shown who they are."""
    request.session[CONFIRMED] = instants.now().isoformat()
    vars(request).pop("confirmation", None)


@receiver(user_logged_in)
def signing_in_confirms(sender: Any, request: HttpRequest, **_kwargs: Any) -> None:
    confirm(request)


class Confirmation:
    """Whether the reader of a page has to show again who they are; asks the clock when asked."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @classmethod
    def of(cls, request: HttpRequest) -> Confirmation:
        """That of a request, which looks at the clock once."""
        known: Confirmation = vars(request).setdefault("confirmation", cls(request))
        return known

    @cached_property
    def age(self) -> timedelta | None:
        """How long ago the reader of this page showed who they are; None if never."""
        kept = self.request.session.get(CONFIRMED)
        return instants.now() - datetime.fromisoformat(kept) if kept else None

    @property
    def is_fresh(self) -> bool:
        return self.age is not None and self.age < settings.CONFIRMATION_LASTS

    @property
    def is_due(self) -> bool:
        """Whether a page that leads to an act asks already: it may be read for a while."""
        return self.age is None or self.age >= settings.CONFIRMATION_LASTS / 2

    @property
    def methods(self) -> list[Method]:
        return [one for one in METHODS if one.is_open_to(self.request.user)]

    @property
    def example_password(self) -> str:
        """The password everybody in the example year has, where it is no secret."""
        person = getattr(self.request, "person", None)
        known = settings.EXAMPLE_SIGN_IN and person is not None and person.is_example
        return str(year.cast()["password"]) if known else ""


class ActsAreConfirmed:
    """Takes an act of state to its page only with a recent proof of who performs it.

    Comes after whatever asks who is signed in and whether their session goes on. Costs nothing
    but for the form of an act.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], *_options: Any
    ) -> HttpResponse | None:
        if request.method != "POST" or not request.user.is_authenticated:
            return None
        act = act_of(request)
        if act is None:
            return None
        used = next((method for method in METHODS if method.was_used(request)), None)
        if used is None:
            return None if Confirmation.of(request).is_fresh else _ask(request, act)
        tries = FailedConfirmation.objects.attempt(request.user, lambda: used.proves(request))
        if tries.proved:
            # The session that goes on is one that nobody can have copied before.
            request.session.cycle_key()
            confirm(request)
            return None
        return _ask(request, act, used.failed(), tries.closed_until)


def _ask(
    request: HttpRequest, act: Act, problem: str = "", closed_until: datetime | None = None
) -> HttpResponse:
    if closed_until is not None:
        problem = _(
            "The portal was given a wrong password too often. It takes the next one from "
            "%(moment)s."
        ) % {"moment": instants.in_words(closed_until.replace(microsecond=0))}
    in_administration = act is ADMINISTRATION
    context = {
        "act": act,
        "problem": problem,
        "closed_until": closed_until,
        "confirmation": Confirmation.of(request),
        "carried": list(carried(request.POST.lists())),
        "files": [(name, file.name) for name, file in request.FILES.items()],
        # The fields of the administration are many, and most were not touched.
        "written": [] if in_administration else list(accounts.written_in(request.POST.lists())),
        "address": request.get_full_path(),
        "minutes": int(settings.CONFIRMATION_LASTS.total_seconds() // 60),
    }
    status = 429 if closed_until else 403
    return render(request, "bpic/confirm.html", context, status=status)


def carried(fields: Iterable[tuple[str, list[Any]]]) -> Iterable[tuple[str, Any]]:
    """All that was sent, to be sent again with the proof: no token of the page, and no password."""
    left_out = frozenset({"csrfmiddlewaretoken"}).union(*(method.fields for method in METHODS))
    for name, values in fields:
        if name not in left_out and "password" not in name:
            yield from ((name, value) for value in values)
