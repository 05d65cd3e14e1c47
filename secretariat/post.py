"""The post: handing mails over, trying again what failed, and the one mail a day.

A row is the order to send its mail. Each is locked while its mail is handed over, so that two
workers do not send it twice.
"""

from __future__ import annotations

import smtplib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from secretariat import signatures
from secretariat.dates import PartialDate
from secretariat.models import Appointment, DailyMail, Invitation, Notice, Person
from secretariat.models.record import Mail
from secretariat.telling import address

Delivery = Mail.Delivery
# Tried again after half a minute, then after twice the time each, at most an hour: two days long.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
MOST_ATTEMPTS = 54
# The hour in somebody's capital from which their daily mail goes out.
DAILY_HOUR = 8
# The act whose letter carries more than its notice shows.
INVITE = "invite"


def send_due(entry_id: int | None = None, limit: int = 200) -> int:
    """Send what is due, of one entry or of all; how many mails went out."""
    due = Q(next_attempt=None) | Q(next_attempt__lte=timezone.now())
    waiting = Notice.objects.filter(due, delivery=Delivery.WAITING)
    if entry_id is not None:
        waiting = waiting.filter(entry_id=entry_id)
    sent = _send_each(Notice, waiting.order_by("id").values_list("pk", flat=True)[:limit])
    if entry_id is None:
        daily = DailyMail.objects.filter(due, delivery=Delivery.WAITING).order_by("id")
        sent += _send_each(DailyMail, daily.values_list("pk", flat=True)[:limit])
    return sent


def _send_each(model: type[Mail], keys: Iterable[int]) -> int:
    sent = 0
    related = ["person", "appointment", "entry"] if model is Notice else ["person"]
    for key in list(keys):
        with transaction.atomic():
            mail: Any = (
                model._default_manager.select_for_update(skip_locked=True, of=("self",))
                .filter(pk=key, delivery=Delivery.WAITING)
                .select_related(*related)
                .first()
            )
            if mail is not None:
                sent += _send(mail)
    return sent


def _send(mail: Any) -> bool:
    """Hand one mail over, and write down beside it what became of that."""
    mail.delivery, mail.error = _outcome(mail)
    mail.attempts += 1
    mail.next_attempt = None
    if mail.delivery == Delivery.SENT:
        mail.sent, mail.sent_to = timezone.now(), mail.person.email
    elif mail.delivery == Delivery.WAITING and mail.attempts >= MOST_ATTEMPTS:
        mail.delivery = Delivery.FAILED
    elif mail.delivery == Delivery.WAITING:
        pause = FIRST_PAUSE * 2 ** min(mail.attempts - 1, 10)
        mail.next_attempt = timezone.now() + min(pause, LONGEST_PAUSE)
    mail.save(update_fields=["delivery", "error", "attempts", "next_attempt", "sent", "sent_to"])
    if isinstance(mail, DailyMail) and mail.delivery in (Delivery.SENT, Delivery.FAILED):
        mail.notices.update(
            delivery=mail.delivery, error=mail.error, sent=mail.sent, sent_to=mail.sent_to
        )
    return bool(mail.delivery == Delivery.SENT)


def _outcome(mail: Any) -> tuple[str, str]:
    """Send a mail: what became of it, and the reason in words where it did not go out."""
    if isinstance(mail, Notice):
        reason = held_back(mail)
        if reason:
            return Delivery.HELD_BACK, reason
    if not mail.person.email:
        return Delivery.FAILED, _("no address on record")
    try:
        message(mail).send()
    except OSError as error:
        refused = _refused_for_good(error)
        return (Delivery.FAILED if refused else Delivery.WAITING), _reason(error)
    except ValueError as error:
        # An address, or a subject, that no mail can carry: it will not get better.
        return Delivery.FAILED, _reason(error)
    return Delivery.SENT, ""


def _refused_for_good(error: OSError) -> bool:
    """Whether the mail server said that this mail, or its address, will never be taken."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(500 <= code < 600 for code, _words in error.recipients.values())
    return isinstance(error, smtplib.SMTPDataError) and 500 <= error.smtp_code < 600


def _reason(error: Exception) -> str:
    """What a mail server said, as one line."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        said: list[tuple[int, bytes | str]] = list(error.recipients.values())
    elif isinstance(error, smtplib.SMTPResponseException):
        said = [(error.smtp_code, error.smtp_error)]
    else:
        return " ".join(str(error).split())[:300]
    lines = (
        f"{code} {words.decode(errors='replace') if isinstance(words, bytes) else words}"
        for code, words in said
    )
    return " ".join("; ".join(lines).split())[:300]


# What leaves


def message(mail: Any) -> EmailMessage:
    """A mail as it leaves, with what lets a mailbox sort it and keeps machines from answering it.

    The mails about one record make one thread; its first is never sent and has its name alone.
    """
    host = urlsplit(settings.PORTAL_URL).hostname
    headers = {
        "Message-ID": f"<{mail.key}@{host}>",
        "List-Id": f"{settings.PARTNERSHIP['portal']} <notices.{host}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    body = mail.body
    if isinstance(mail, Notice):
        body = _completed(mail)
        if mail.thread:
            root = f"<{mail.thread}@{host}>"
            headers |= {"In-Reply-To": root, "References": root}
    if isinstance(mail, DailyMail) or not mail.binding:
        headers["List-Unsubscribe"] = f"<{address(reverse('notice_settings'))}>"
    return EmailMessage(subject=mail.subject, body=body, to=[mail.person.email], headers=headers)


def _completed(notice: Notice) -> str:
    """The text of a notice; in a letter of invitation the address gets what opens it."""
    invitation = _invitation(notice)
    if invitation is None:
        return notice.body
    page = address(notice.path)
    return notice.body.replace(page, f"{page}{signatures.sign(invitation.key)}/")


def _invitation(notice: Notice) -> Invitation | None:
    entry = notice.entry
    subject = entry.subject if entry is not None and entry.act == INVITE else None
    return subject if isinstance(subject, Invitation) else None


def held_back(notice: Notice) -> str:
    """Why a notice is not sent at all; empty if it is."""
    now = timezone.now()
    invitation = _invitation(notice)
    if invitation is not None and not invitation.is_open_at(now):
        return _("the invitation is not open any more")
    told_as = notice.appointment
    today = now.date()
    # Who is designated is told before the first day.
    if told_as is None or not told_as.has_begun(today):
        return ""
    # A function renewed under another row, as when a ministry is renamed, is the same concern.
    still = Appointment.objects.on(today).filter(person=notice.person_id, state=told_as.state_id)
    return "" if still.exists() else _("the appointment has ended")


# The one mail of a day


def gather(moment: datetime) -> int:
    """Write the daily mails whose hour has come; how many they are.

    May run at any time, late, and in two places at once: a person's rows are locked, and there is
    one daily mail of a day in their capital.
    """
    waiting = Notice.objects.filter(delivery=Delivery.GATHERED, daily=None)
    people = list(waiting.order_by("person").values_list("person", flat=True).distinct())
    return sum(_gather(person, moment) for person in people)


@transaction.atomic
def _gather(person_id: int, moment: datetime) -> bool:
    person = Person.objects.select_for_update(no_key=True).get(pk=person_id)
    local = moment.astimezone(ZoneInfo(zone_of(person, moment)))
    day = local.date()
    if local.hour < DAILY_HOUR or DailyMail.objects.filter(person=person, day=day).exists():
        return False
    notices = []
    found = Notice.objects.filter(person=person, delivery=Delivery.GATHERED, daily=None)
    for notice in found.select_related("entry", "appointment").order_by("id"):
        reason = held_back(notice)
        if reason:
            Notice.objects.filter(pk=notice.pk).update(delivery=Delivery.HELD_BACK, error=reason)
        else:
            notices.append(notice)
    if not notices:
        return False
    context = {
        "notices": [{"subject": one.subject, "address": address(one.path)} for one in notices],
        "day": PartialDate.of(day),
        "settings": address(reverse("notice_settings")),
        "all": address(reverse("notices")),
        "portal": settings.PARTNERSHIP["portal"],
    }
    words = ngettext("%(number)d notice of %(day)s", "%(number)d notices of %(day)s", len(notices))
    daily = DailyMail.objects.create(
        person=person,
        day=day,
        subject=words % {"number": len(notices), "day": PartialDate.of(day)},
        body=render_to_string("notices/daily.txt", context).strip() + "\n",
    )
    Notice.objects.filter(pk__in=[one.pk for one in notices]).update(daily=daily)
    return True


def zone_of(person: Person, moment: datetime) -> str:
    """The time zone of the capital somebody works for; UTC where none is on record."""
    held = Appointment.objects.on(moment.date()).filter(person=person)
    zone = held.exclude(state__time_zone="").order_by("id").values_list("state__time_zone")
    first = zone.first()
    return first[0] if first else "UTC"
