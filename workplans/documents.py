"""Issuing documents: ordering one, and making it once however often the bell rings."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from secretariat import register
from secretariat.models import HandOver, Person
from workplans import content, orders
from workplans.models import Decision, Document

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
MOST_ATTEMPTS = 5


def order(decision: Decision, kind: str, edition: str, *, by: Person) -> Document:
    """Order the document of a decision, inside the decision's own transaction.

    The row holds everything that will be printed, so the worker reads nothing else and the same
    row gives the same bytes on any day.
    """
    symbol = orders.symbol_for(decision, kind, edition)
    return _put_in_line(
        orders.compose(decision, kind, edition, symbol),
        on=decision.on,
        by=by,
        plan=decision.plan,
        revision=decision.revision,
        decision=decision,
    )


def order_note(
    hand_over: HandOver, facts: dict[str, Any], *, on: date, by: Person | None
) -> Document:
    """Order the note of a hand-over, inside the hand-over's own transaction.

    facts: everything it prints, as `orders.compose_note` describes it.
    """
    symbol = orders.note_symbol(hand_over)
    return _put_in_line(
        orders.compose_note(facts, symbol, on=on), on=on, by=by, hand_over=hand_over
    )


def _put_in_line(
    composed: dict[str, Any], *, on: date, by: Person | None, **follows: Any
) -> Document:
    """Keep a work order as the row of the document it makes, and ring for the worker.

    follows: the records the document follows from.
    """
    text = content.dump(composed)
    document = Document.objects.create(
        kind=composed["kind"],
        edition=composed["edition"],
        symbol=composed["symbol"],
        title=composed["title"],
        language=composed["language"],
        on=on,
        order=text,
        order_digest=hashlib.sha256(text.encode()).hexdigest(),
        requested_by=by,
        **follows,
    )
    ring(document)
    return document


def ring(document: Document) -> None:
    """Tell the worker, once the row is certain; a broker that is down costs nothing but time."""
    from workplans.tasks import issue_document

    transaction.on_commit(lambda: issue_document.delay(document.pk), robust=True)


# The worker's side


def produce(document_id: int) -> bool:
    """Typeset a document and put it on record; True if this call did it.

    The claim is a lease with a number: a worker that was thought dead and comes back finds its
    number outdated and can write nothing. The file is complete on disk before the row says so.
    """
    attempt = _claim(document_id)
    if attempt is None:
        return False
    document = Document.objects.get(pk=document_id)
    from workplans import typesetting  # only the worker can bear its weight

    try:
        with _kept_alive(document_id, attempt):
            made = typesetting.typeset(
                json.loads(document.order), progress=_reporter(document_id, attempt)
            )
        name, digest = store(made.pdf)
    except typesetting.TypesettingError as error:
        return _give_up(document_id, attempt, str(error), final=True)
    except OSError as error:
        reason = _("The document could not be stored: %(reason)s.") % {"reason": error.strerror}
        return _give_up(document_id, attempt, reason)
    return _issue(document_id, attempt, file=name, sha256=digest, size=len(made.pdf),
                  pages=made.pages)  # fmt: skip


def _claim(document_id: int) -> int | None:
    now = timezone.now()
    claimed = (
        Document.objects.filter(pk=document_id)
        .filter(
            Q(status=Document.Status.QUEUED) | Q(status=Document.Status.TYPESETTING, lease__lt=now)
        )
        .update(
            status=Document.Status.TYPESETTING,
            step="collecting",
            attempt=F("attempt") + 1,
            lease=now + LEASE,
        )
    )
    if not claimed:
        return None
    return Document.objects.values_list("attempt", flat=True).get(pk=document_id)


def _mine(document_id: int, attempt: int) -> Any:
    return Document.objects.filter(
        pk=document_id, attempt=attempt, status=Document.Status.TYPESETTING
    )


def _reporter(document_id: int, attempt: int) -> Callable[[str], None]:
    def report(step: str) -> None:
        _mine(document_id, attempt).update(step=step, lease=timezone.now() + LEASE)

    return report


@contextmanager
def _kept_alive(document_id: int, attempt: int) -> Iterator[None]:
    """Renew the lease while a long text is laid out, so that only a dead worker's runs out."""
    done = threading.Event()

    def renew() -> None:
        try:
            while not done.wait(LEASE.total_seconds() / 3):
                _mine(document_id, attempt).update(lease=timezone.now() + LEASE)
        except DatabaseError:
            logger.warning("the lease of document %s could not be renewed", document_id)
        finally:
            connection.close()

    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def store(pdf: bytes) -> tuple[str, str]:
    """Put bytes under their own digest: complete and synced, or not there at all."""
    digest = hashlib.sha256(pdf).hexdigest()
    name = f"{digest[:2]}/{digest}.pdf"
    target = Path(settings.DOCUMENT_ROOT) / name
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(pdf)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return name, digest


@transaction.atomic
def _issue(document_id: int, attempt: int, **facts: Any) -> bool:
    issued = _mine(document_id, attempt).update(
        status=Document.Status.READY, step="", lease=None, error="", issued=timezone.now(), **facts
    )
    if not issued:
        return False
    known = Document.objects.select_related("plan", "revision")
    document = known.get(pk=document_id)
    if document.kind == Document.Kind.WORK_PLAN and document.plan is not None:
        document.plan.documents.filter(
            kind=document.kind, superseded_by=None, pk__lt=document.pk
        ).update(superseded_by=document)
    register.enter(
        "issue",
        document,
        by=None,
        symbol=document.symbol,
        sha256=document.sha256,
        digest=document.revision.digest if document.revision else "",
    )
    return True


def _give_up(document_id: int, attempt: int, reason: str, *, final: bool = False) -> bool:
    """Write down why an attempt ended; it is tried again unless trying cannot help."""
    last = final or attempt >= MOST_ATTEMPTS
    _mine(document_id, attempt).update(
        status=Document.Status.FAILED if last else Document.Status.TYPESETTING,
        lease=None if last else timezone.now() + timedelta(seconds=5 * attempt),
        step="",
        error=reason,
    )
    return False


def unfinished() -> list[int]:
    """Documents whose bell was lost or whose worker is gone; the worn-out ones are given up."""
    now = timezone.now()
    stale = Document.objects.filter(
        Q(status=Document.Status.QUEUED, requested__lt=now - timedelta(seconds=5))
        | Q(status=Document.Status.TYPESETTING, lease__lt=now)
    )
    stale.filter(attempt__gte=MOST_ATTEMPTS).update(
        status=Document.Status.FAILED,
        step="",
        lease=None,
        error=_("The worker stopped %(count)d times while typesetting this document.")
        % {"count": MOST_ATTEMPTS},
    )
    return list(stale.filter(attempt__lt=MOST_ATTEMPTS).values_list("pk", flat=True))


def try_again(document: Document) -> None:
    """Put a failed document back in the queue."""
    Document.objects.filter(pk=document.pk, status=Document.Status.FAILED).update(
        status=Document.Status.QUEUED, attempt=0, error="", lease=None
    )
    ring(document)
