"""Circulation: telling those an act concerns, once each, and never before it is certain."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from secretariat.models import Entry, Notice, Person

MOST_ATTEMPTS = 8


def circulate(
    entry: Entry, people: Iterable[Person], *, subject: str, body: str, path: str
) -> None:
    """Tell people of an act. Notices are rows of the act's own transaction; mail follows later.

    path: the page that acts, from the root. A person is told of an entry once, however often a
    list names them.
    """
    unique = {person.pk: person for person in people}
    Notice.objects.bulk_create(
        [
            Notice(person=person, entry=entry, subject=subject, body=body, path=path)
            for person in unique.values()
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
                .select_related("person")
                .first()
            )
            if notice is None:
                continue
            sent += _send(notice)
    return sent


def _send(notice: Notice) -> bool:
    if not notice.person.email:
        notice.error = "no address on record"
        notice.attempts = MOST_ATTEMPTS
        notice.save(update_fields=["error", "attempts"])
        return False
    address = settings.PORTAL_URL.rstrip("/") + notice.path
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
