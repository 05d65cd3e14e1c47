"""What people are told: each their own, how they want it, and to the secretariat what went out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bpic import notices as table
from bpic.forms.notices import MailingForm
from secretariat import circulation
from secretariat.models import Notice, Person
from secretariat.post import DAILY_HOUR, zone_of
from secretariat.standing import conducts

Delivery = Notice.Delivery
# What the secretariat can narrow the list to, in the order of its links.
NARROWED = (
    Delivery.FAILED,
    Delivery.WAITING,
    Delivery.GATHERED,
    Delivery.HELD_BACK,
    Delivery.NOT_MAILED,
    Delivery.SENT,
)


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """What a person has been told, and what became of the mail."""
    found = Notice.objects.filter(person=request.person)  # type: ignore[attr-defined]
    page = Paginator(found.select_related("daily"), 25).get_page(request.GET.get("page"))
    return render(request, "bpic/notices.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def notice_settings(request: HttpRequest) -> HttpResponse:
    """How a person wants to be told of what has no legal effect."""
    person: Person | None = request.person  # type: ignore[attr-defined]
    if person is None:
        raise PermissionDenied(_("Only people on record get notices."))
    zone = zone_of(person, timezone.now())
    known = {"hour": DAILY_HOUR, "zone": ZoneInfo(zone).key.rpartition("/")[2].replace("_", " ")}
    form = MailingForm(request.POST or None, initial={"mailing": person.mailing}, **known)
    if request.method == "POST" and form.is_valid():
        person.mailing = form.cleaned_data["mailing"]
        person.save(update_fields=["mailing"])
        messages.success(
            request,
            _("Notices without legal effect: %(mailing)s.")
            % {"mailing": person.get_mailing_display().lower()},
        )
        return redirect("notice_settings")
    context = {
        "form": form,
        "address": person.email,
        "free": [news for news in table.TABLE if not news.binding],
    }
    status = 422 if form.errors else 200
    return render(request, "bpic/notice_settings.html", context, status=status)


@require_safe
def who_is_told(request: HttpRequest) -> HttpResponse:
    """The table from which notices are made, as it is."""
    return render(request, "bpic/who_is_told.html", {"acts": table.by_act()})


# What went out, for the chair and the secretariat


@dataclass(frozen=True)
class Sent:
    """A notice as the secretariat sees it; its text only where it is not confined."""

    notice: Notice
    text: str

    @property
    def whom(self) -> str:
        told_as = self.notice.appointment
        if told_as is None:
            return str(self.notice.person)
        return f"{self.notice.person}, {told_as.capacity}, {told_as.state}"


@require_safe
def sent_notices(request: HttpRequest) -> HttpResponse:
    """What was sent about a record, or about everything, and what became of it."""
    _admit(request)
    about = request.GET.get("about", "")
    delivery = request.GET.get("delivery", "")
    among = _about(about)
    counted = circulation.Counted.among(among, about)
    shown = among.filter(delivery=delivery) if delivery in Delivery.values else among
    found = shown.select_related("person", "appointment__state", "entry", "daily")
    page = Paginator(found.order_by("-entry_id", "id"), 50).get_page(request.GET.get("page"))
    page.object_list = [
        Sent(notice, "" if table.is_confined(notice.news) else notice.body)
        for notice in page.object_list
    ]
    context = {
        "page": page,
        "counted": counted,
        "about": about,
        "delivery": delivery,
        "narrowed": [
            {
                "words": Delivery(state).label,
                "number": counted.by_delivery.get(state, 0),
                "code": state,
                "query": urlencode({"about": about, "delivery": state}),
            }
            for state in NARROWED
            if counted.by_delivery.get(state) or state == delivery
        ],
        "query": urlencode({"about": about, "delivery": delivery}) + "&",
    }
    return render(request, "bpic/sent_notices.html", context)


@require_POST
def send_again(request: HttpRequest) -> HttpResponse:
    """Try once more what could not be delivered, of one record or of all."""
    _admit(request)
    about = request.POST.get("about", "")
    number = circulation.try_again(_about(about))
    messages.success(
        request,
        ngettext(
            "%(number)d notice is tried again now.", "%(number)d notices are tried again now.",
            number,
        ) % {"number": number}
        if number
        else _("There is nothing to try again: no notice is undelivered."),
    )  # fmt: skip
    return redirect(f"{reverse('sent_notices')}?{urlencode({'about': about})}")


def _about(thread: str) -> Any:
    sent = Notice.objects.of_acts()
    return sent.filter(thread=thread) if thread else sent


def _admit(request: HttpRequest) -> None:
    if not conducts(request.standing):  # type: ignore[attr-defined]
        raise PermissionDenied(
            _("Only the chair and the secretariat of the presidency see what was sent.")
        )
