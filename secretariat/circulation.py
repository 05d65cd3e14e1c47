"""Circulation: telling those an act concerns, once each, and never before it is certain."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from secretariat import signatures
from secretariat.models import Appointment, Entry, Invitation, Notice, Person

MOST_ATTEMPTS = 8
# The act whose letter carries more than its notice shows.
INVITE = "invite"


def circulate(
    entry: Entry, told: Iterable[Appointment | Person], *, subject: str, body: str, path: str
) -> None:
    """Tell people of an act. Notices are rows of the act's own transaction; mail follows later.

    told: the appointments it concerns; a letter whose appointment has ended before it leaves is
    held back. A bare person is told whatever they hold. A person is told of an entry once, however
    often a list names them. path: the page that acts, from the root.
    """
    unique: dict[int, Appointment | None] = {}
    for one in told:
        if isinstance(one, Appointment):
            unique.setdefault(one.person_id, one)
        else:
            unique[one.pk] = None
    Notice.objects.bulk_create(
        [
            Notice(
                person_id=person,
                appointment=appointment,
                entry=entry,
                subject=subject,
                body=body,
                path=path,
            )
            for person, appointment in unique.items()
        ],
        ignore_conflicts=True,
    )
    from secretariat.tasks import send_notices

    # robust: with the broker down the act stands, and the sweep finds the unsent rows.
    transaction.on_commit(lambda: send_notices.delay(entry.pk), robust=True)


def send_due(entry_id: int | None = None, limit: int = 200) -> int:
    """Send notices that are due; returns how many went out.

    Each row is locked while its mail is handed over, so two workers do not send it twice. A
    failure is written beside the notice and tried again after a growing pause.
    """
    now = timezone.now()
    due = Notice.objects.filter(sent=None, attempts__lt=MOST_ATTEMPTS).filter(
        Q(next_attempt=None) | Q(next_attempt__lte=now)
    )
    if entry_id is not None:
        due = due.filter(entry_id=entry_id)
    sent = 0
    for key in list(due.order_by("id").values_list("pk", flat=True)[:limit]):
        with transaction.atomic():
            notice = (
                Notice.objects.select_for_update(skip_locked=True, of=("self",))
                .filter(pk=key, sent=None)
                .select_related("person", "appointment", "entry")
                .first()
            )
            if notice is None:
                continue
            sent += _send(notice)
    return sent


def _send(notice: Notice) -> bool:
    reason = _held_back(notice)
    if reason:
        notice.error, notice.attempts = reason, MOST_ATTEMPTS
        notice.save(update_fields=["error", "attempts"])
        return False
    address = settings.PORTAL_URL.rstrip("/") + _path(notice)
    message = EmailMessage(
        subject=notice.subject,
        body=f"{notice.body}\n\n{address}\n",
        to=[notice.person.email],
        headers={"Message-ID": f"<{notice.key}@{settings.PARTNERSHIP['short'].lower()}>"},
    )
    try:
        message.send()
    except OSError as error:
        pause = timedelta(seconds=30 * 2**notice.attempts)
        Notice.objects.filter(pk=notice.pk).update(
            attempts=F("attempts") + 1,
            next_attempt=timezone.now() + pause,
            error=str(error)[:300],
        )
        return False
    notice.sent, notice.error = timezone.now(), ""
    notice.save(update_fields=["sent", "error"])
    return True


def _path(notice: Notice) -> str:
    """The page that acts. Only the mail of an invitation ends in the signature that opens it."""
    invitation = _invitation(notice)
    return f"{notice.path}{signatures.sign(invitation.key)}/" if invitation else notice.path


def _invitation(notice: Notice) -> Invitation | None:
    subject = notice.entry.subject if notice.entry.act == INVITE else None
    return subject if isinstance(subject, Invitation) else None


def _held_back(notice: Notice) -> str:
    """Why a notice is not sent at all; empty if it is."""
    now = timezone.now()
    if not notice.person.email:
        return "no address on record"
    invitation = _invitation(notice)
    if invitation is not None and not invitation.is_open_at(now):
        return "the invitation is not open any more"
    told_as = notice.appointment
    today = now.date()
    # Who is designated is told before the first day.
    if told_as is None or not told_as.has_begun(today):
        return ""
    # A function renewed under another row, as when a ministry is renamed, is the same concern.
    still = Appointment.objects.on(today).filter(person=notice.person_id, state=told_as.state_id)
    return "" if still.exists() else "the appointment has ended"
