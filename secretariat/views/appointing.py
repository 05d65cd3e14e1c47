"""Appointing, replacing and ending: written on one page, checked on the next, then done."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from secretariat import delegations
from secretariat.dates import PartialDate
from secretariat.delegations import CannotDo, Done, Order, Prospect, within
from secretariat.forms.people import AppointForm, EndForm, Mended
from secretariat.models import Appointment, Presidency, State
from secretariat.permissions import NEEDS_A_BASIS, Rights, sees_secretariat
from secretariat.standing import Function, NotEntitled, Standing, serves
from secretariat.views.people import find_state
from secretariat.who import may_see_delegation

# Which button was pressed: to check, to go back and change, or to do it.
CHECK, CHANGE, ACT = "check", "change", "act"


def _step(request: HttpRequest) -> str:
    step = request.POST.get("step", CHECK)
    return step if step in (CHECK, CHANGE, ACT) else CHECK


def find_appointment(request: HttpRequest, pk: int) -> Appointment:
    """An appointment whose state's people, or whose secretariat, the reader may see."""
    found: Appointment = get_object_or_404(
        Appointment.objects.select_related("person__user", "state", "authority"), pk=pk
    )
    standing: Standing = request.standing  # type: ignore[attr-defined]
    if may_see_delegation(standing, found.state):
        return found
    if serves(found) and sees_secretariat(standing):
        return found
    raise Http404


def way_back(request: HttpRequest, state: State) -> str:
    """The page the people of a state are listed on: of its delegation, or of the secretariat."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    if may_see_delegation(standing, state):
        return reverse("secretariat:delegation", args=[state.code])
    return reverse("secretariat:staff")


@require_http_methods(["GET", "HEAD", "POST"])
def appoint(request: HttpRequest, code: str) -> HttpResponse:
    """Appoint somebody for a state."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    state = find_state(code)
    rights = Rights.of(standing, state)
    functions = rights.functions
    if not functions:
        if not may_see_delegation(standing, state):
            raise Http404
        raise PermissionDenied(rights.refusal(Function.DELEGATE))
    options = {"state": state, "functions": functions, "day": standing.day}
    if request.method != "POST" or _step(request) == CHANGE:
        initial = _typed(request) or _suggested(request, state, standing)
        form = AppointForm(initial=initial, **options)
        return _appoint_page(request, form, state)
    form = AppointForm(request.POST, **options)
    return _carry_on(request, form, state)


def _typed(request: HttpRequest) -> dict[str, Any]:
    return request.POST.dict() if request.method == "POST" else {}


def _suggested(request: HttpRequest, state: State, standing: Standing) -> dict[str, Any]:
    """What a link to the form has chosen already; staff of a later presidency begin with it."""
    function = request.GET.get("function", "")
    found: dict[str, Any] = {"function": function} if function in Function.values else {}
    if function in (Function.CHAIR, Function.SECRETARIAT):
        presides = Presidency.objects.filter(state=state)
        coming = presides.filter(period__startswith__gt=standing.day).order_by("period").first()
        if coming is not None and not presides.on(standing.day).exists():
            found["since"] = coming.period.lower
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def replace(request: HttpRequest, pk: int) -> HttpResponse:
    """Appoint somebody in the place of another, from the same day."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    appointment = find_appointment(request, pk)
    _admit(appointment, standing)
    options = {
        "state": appointment.state,
        "functions": [appointment.function],
        "day": standing.day,
        "replacing": appointment,
    }
    if request.method != "POST" or _step(request) == CHANGE:
        initial = _typed(request)
        if not initial and not appointment.has_begun(standing.day):
            initial = {"since": appointment.period.lower}
        form = AppointForm(initial=initial, **options)
        return _appoint_page(request, form, appointment.state, appointment)
    form = AppointForm(request.POST, **options)
    return _carry_on(request, form, appointment.state, appointment)


def _admit(appointment: Appointment, standing: Standing) -> None:
    rights = Rights.of(standing, appointment.state)
    if rights.to_end(appointment) is None:
        raise PermissionDenied(rights.refusal(appointment.function))


def _carry_on(
    request: HttpRequest, form: AppointForm, state: State, replacing: Appointment | None = None
) -> HttpResponse:
    """From a form sent: to its mending, to the check, or to the act."""
    if not form.is_valid():
        return _appoint_page(request, form, state, replacing, status=422)
    order, by, on = form.order, request.person, timezone.now()  # type: ignore[attr-defined]
    try:
        prospect = delegations.examine(order, by=by, on=on, replacing=replacing)
        if prospect.already is None and _step(request) != ACT:
            return _check_page(request, form, order, prospect, on)
        done = (
            delegations.appoint(order, by=by, on=on)
            if replacing is None
            else delegations.replace(replacing, order, by=by, on=on)
        )
    except NotEntitled as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except CannotDo as refusal:
        form.add_problems(refusal.problems)
        taken = [one for problem in refusal.problems for one in problem.taken]
        status = 409 if taken or form.non_field_errors() else 422
        return _appoint_page(request, form, state, replacing, taken, status)
    _say_what_was_done(request, done)
    return redirect(way_back(request, state))


def _appoint_page(
    request: HttpRequest,
    form: AppointForm,
    state: State,
    replacing: Appointment | None = None,
    taken: list[Appointment] | None = None,
    status: int = 200,
) -> HttpResponse:
    form.keep_what_was_typed()
    context = {
        "form": form,
        "state": state,
        "replacing": replacing,
        # One who stands in the way can be replaced in the same act; several need a look first.
        "taken": taken[0] if taken and len(taken) == 1 and replacing is None else None,
        "back": way_back(request, state),
    }
    return render(request, "secretariat/appoint.html", context, status=status)


def _check_page(
    request: HttpRequest, form: AppointForm, order: Order, prospect: Prospect, on: datetime
) -> HttpResponse:
    replacing = prospect.replacing
    context = {
        "form": form,
        "state": order.state,
        "replacing": replacing,
        "items": _facts(order, prospect),
        "consequences": _consequences(order, prospect, on.date()),
        "warning": _warning(order, prospect, request.standing),  # type: ignore[attr-defined]
    }
    return render(request, "secretariat/appoint_check.html", context)


def _facts(order: Order, prospect: Prospect) -> list[dict[str, Any]]:
    person = prospect.person
    facts: list[dict[str, Any]] = [
        {"label": _("Person"), "value": person.name if person else order.name},
        {"label": _("E-mail address"), "value": order.email},
        {"label": _("Function"), "value": Function(order.function).label},
        {"label": _("State"), "value": order.state.name},
        {"label": _("Level"), "value": Appointment.Level(order.level).label},
        {"label": _("Authority"), "value": order.authority, "missing": _("Not named")},
        {"label": _("First day"), "value": PartialDate.of(order.since)},
        {
            "label": _("Last day"),
            "value": PartialDate.of(order.until - timedelta(days=1)) if order.until else "",
            "missing": _("Not set"),
        },
        {"label": _("Letter or note"), "value": order.basis, "missing": _("None named")},
    ]
    if prospect.replacing is not None:
        facts.append({"label": _("Replaces"), "value": prospect.replacing.person})
    return facts


def _consequences(order: Order, prospect: Prospect, day: date) -> list[str]:
    """What carrying out the order does, a sentence each."""
    person = prospect.person
    words = {"person": person.name if person else order.name, "state": order.state}
    words |= {"day": PartialDate.of(order.since), "address": order.email}
    found = [_right_given(order.function, words)]
    if order.since > day:
        found.append(_("Until %(day)s %(person)s has no right from it.") % words)
    if replacing := prospect.replacing:
        found.append(_end_of_the_replaced(replacing, prospect, order))
    if person is None:
        found.append(
            _(
                "Nobody with this address is on record. %(person)s is entered, and a letter goes "
                "to %(address)s. It opens one account, once, within 72 hours."
            )
            % words
        )
    elif person.user_id is not None:
        found.append(
            _(
                "This address belongs to %(person)s, who has an account, is told by e-mail and "
                "signs in as before."
            )
            % words
        )
    elif prospect.letter is not None:
        found.append(
            _(
                "This address belongs to %(person)s, who is on record and has a letter of "
                "%(sent)s to open an account with."
            )
            % {**words, "sent": PartialDate.of(prospect.letter.made.date())}
        )
    else:
        found.append(
            _(
                "This address belongs to %(person)s, who is on record without an account. A "
                "letter goes to %(address)s. It opens one account, once, within 72 hours."
            )
            % words
        )
    if prospect.right.giver.on_a_note:
        found.append(
            _("It is entered as recorded by the secretariat on the note of %(state)s.") % words
        )
    if order.function in NEEDS_A_BASIS:
        found.append(
            _("The focal points of %(state)s and the secretariat are told at once.") % words
        )
    else:
        found.append(_("The focal points of %(state)s are told at once.") % words)
    return found


def _right_given(function: str, words: dict[str, Any]) -> str:
    sentence = {
        Function.HEAD: _("From %(day)s %(person)s can state the position of %(state)s."),
        Function.ALTERNATE: _("From %(day)s %(person)s can state the position of %(state)s."),
        Function.DELEGATE: _("From %(day)s %(person)s can read what is before %(state)s."),
        Function.OBSERVER: _("From %(day)s %(person)s can read what is before %(state)s."),
        Function.MINISTER: _(
            "From %(day)s %(person)s can approve a plan for %(state)s, or return it."
        ),
        Function.FOCAL_POINT: _(
            "From %(day)s %(person)s can appoint the people of %(state)s and end their "
            "appointments."
        ),
        Function.CHAIR: _(
            "From %(day)s, and while %(state)s presides, %(person)s chairs the Advisory Group."
        ),
        Function.SECRETARIAT: _(
            "From %(day)s, and while %(state)s presides, %(person)s can write texts, convene "
            "meetings and circulate."
        ),
    }[Function(function)]
    return sentence % words


def _end_of_the_replaced(replacing: Appointment, prospect: Prospect, order: Order) -> str:
    words = {
        "person": replacing.person,
        "function": within(replacing.capacity),
        "day": PartialDate.of(order.since),
    }
    if prospect.withdraws:
        return (
            _(
                "The appointment of %(person)s as %(function)s is withdrawn with its whole term; "
                "the record keeps that it was made."
            )
            % words
        )
    return _("From %(day)s %(person)s has no right as %(function)s any more.") % words


def _warning(order: Order, prospect: Prospect, standing: Standing) -> str:
    """What the person at the keyboard loses themselves, or may have mistyped."""
    replacing, person = prospect.replacing, prospect.person
    if (
        replacing is not None
        and standing.person is not None
        and replacing.person_id == standing.person.pk
        and (person is None or person.pk != standing.person.pk)
        and order.since <= standing.day
    ):
        return _(
            "This is your own appointment. With this your session ends, and you sign in again for "
            "whatever else you hold."
        )
    if person is not None and order.name.casefold() != person.name.casefold():
        return _("You wrote “%(typed)s”; this address is on record for %(person)s.") % {
            "typed": order.name,
            "person": person.name,
        }
    return ""


def _say_what_was_done(request: HttpRequest, done: Done) -> None:
    appointment = done.appointment
    words = {
        "person": appointment.person,
        "function": appointment.capacity,
        "state": appointment.state,
        "term": appointment.term,
    }
    if not done.anew:
        messages.info(
            request,
            _("%(person)s is appointed already: %(function)s, %(state)s, %(term)s.") % words,
        )
        return
    said = _("%(person)s is appointed: %(function)s, %(state)s, %(term)s.") % words
    if done.invitation is not None:
        said += " " + _("A letter goes to %(address)s.") % {"address": done.invitation.email}
    messages.success(request, said)


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End an appointment, or withdraw one that has not begun."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    appointment = find_appointment(request, pk)
    _admit(appointment, standing)
    if appointment.is_over(standing.day):
        messages.info(request, _ended_sentence(appointment))
        return redirect(way_back(request, appointment.state))
    options = {"appointment": appointment, "day": standing.day}
    if request.method != "POST" or _step(request) == CHANGE:
        form = EndForm(initial=_typed(request), **options)
        return _end_page(request, form, appointment, status=200)
    form = EndForm(request.POST, **options)
    if not form.is_valid():
        return _end_page(request, form, appointment, status=422)
    facts = {
        "until": form.cleaned_data.get("until") or appointment.period.lower,
        "reason": form.cleaned_data["reason"],
        "by": request.person,  # type: ignore[attr-defined]
        "on": timezone.now(),
    }
    try:
        _right, whole = delegations.examine_end(appointment, **facts)
        if _step(request) != ACT:
            return _end_check_page(request, form, appointment, facts["until"], whole)
        ended = delegations.end(appointment, **facts)
    except NotEntitled as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except CannotDo as refusal:
        form.add_problems(refusal.problems)
        status = 409 if form.non_field_errors() else 422
        return _end_page(request, form, appointment, status=status)
    messages.success(request, _ended_sentence(ended))
    return redirect(way_back(request, appointment.state))


def _ended_sentence(appointment: Appointment) -> str:
    words = {
        "person": appointment.person,
        "function": within(appointment.capacity),
        "day": PartialDate.of(appointment.period.upper),
    }
    if appointment.is_withdrawn:
        return _("The appointment of %(person)s as %(function)s is withdrawn.") % words
    return _("From %(day)s %(person)s has no right as %(function)s any more.") % words


def _end_page(
    request: HttpRequest, form: EndForm, appointment: Appointment, status: int
) -> HttpResponse:
    form.keep_what_was_typed()
    context = {
        "form": form,
        "appointment": appointment,
        "state": appointment.state,
        "stands_alone": _stands_alone(request, appointment),
        "back": way_back(request, appointment.state),
    }
    return render(request, "secretariat/end.html", context, status=status)


def _stands_alone(request: HttpRequest, appointment: Appointment) -> str:
    """Why a focal point can only be replaced; empty if the appointment can be ended."""
    day = request.standing.day  # type: ignore[attr-defined]
    try:
        delegations.examine_end(
            appointment,
            until=day,
            reason="–",
            by=request.person,  # type: ignore[attr-defined]
            on=timezone.now(),
        )
    except CannotDo as refusal:
        return " ".join(problem.text for problem in refusal.problems if problem.taken)
    return ""


def _end_check_page(
    request: HttpRequest, form: Mended, appointment: Appointment, until: date, whole: bool
) -> HttpResponse:
    standing: Standing = request.standing  # type: ignore[attr-defined]
    words = {
        "person": appointment.person,
        "function": within(appointment.capacity),
        "state": appointment.state,
        "day": PartialDate.of(until),
    }
    items = [
        {"label": _("Person"), "value": appointment.person},
        {"label": _("Function"), "value": appointment.capacity},
        {"label": _("State"), "value": appointment.state},
        {"label": _("Term"), "value": appointment.term},
    ]
    if not whole:
        items.append({"label": _("Ends from"), "value": words["day"]})
    items.append({"label": _("Reason"), "value": form.cleaned_data["reason"]})
    if whole:
        consequences = [
            _("It is withdrawn with its whole term and gives no right on any day."),
            _("The record keeps that it was made, and that it was withdrawn and why."),
        ]
    elif until <= standing.day:
        consequences = [
            _("From now on %(person)s has no right as %(function)s, in open sessions too.") % words,
            _("Letters not sent yet, and calendars read with this role, end with it."),
        ]
    else:
        consequences = [
            _("Until %(day)s nothing changes; from that day %(person)s has no right from it.")
            % words
        ]
    consequences.append(_("What was done under the appointment stays on record and stands."))
    if appointment.function in NEEDS_A_BASIS:
        told = _("%(person)s, the focal points of %(state)s and the secretariat are told.")
    else:
        told = _("%(person)s and the focal points of %(state)s are told.")
    consequences.append(told % words)
    own = standing.person is not None and appointment.person_id == standing.person.pk
    context = {
        "form": form,
        "appointment": appointment,
        "state": appointment.state,
        "withdraws": whole,
        "items": items,
        "consequences": consequences,
        "warning": _("This is your own appointment. With it your session ends.")
        if own and until <= standing.day
        else "",
    }
    return render(request, "secretariat/end_check.html", context)
