"""The worker's side of a work order: claimed once, typeset, kept; or why that failed.

The row is the order, whichever table it lies in, and Redis only the bell. The claim is a lease
with a number: a worker that was thought dead and comes back finds its number outdated and can
write nothing.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from workplans.models import Document, Printout, Receipt
from workplans.models.work_order import WorkOrder

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
MOST_ATTEMPTS = 5
Status = WorkOrder.Status
Table = type[Document] | type[Printout] | type[Receipt]
# Every table of work orders; who waits in one waits behind those of all.
TABLES: tuple[Table, ...] = (Document, Printout, Receipt)


def make(
    table: Table,
    pk: int,
    *,
    keep: Callable[[Any, bytes], str],
    finish: Callable[..., bool],
) -> bool:
    """Typeset an order and put it on record; True if this call did it.

    keep: puts the bytes of a row where they stay, and says under which name. finish: given the
    row's id, the number of the attempt and the facts of the file, writes down that it is there,
    unless the attempt is outdated. The file is complete on disk before the row says so.
    """
    attempt = claim(table, pk)
    if attempt is None:
        return False
    row = table._default_manager.get(pk=pk)
    from workplans import typesetting  # only the worker can bear its weight

    try:
        with _kept_alive(table, pk, attempt):
            made = typesetting.typeset(json.loads(row.order), progress=reporter(table, pk, attempt))
        name = keep(row, made.pdf)
    except typesetting.TypesettingError as error:
        return _give_up(table, pk, attempt, str(error), final=True)
    except SoftTimeLimitExceeded:
        reason = _("It takes more than %(count)d minutes to typeset. Parts of it are too long.") % {
            "count": settings.CELERY_TASK_SOFT_TIME_LIMIT // 60
        }
        # A document is worth another attempt on a day with less to do, a printout is not.
        return _give_up(table, pk, attempt, reason, final=table is Printout)
    except OSError as error:
        reason = _("The document could not be stored: %(reason)s.") % {"reason": error.strerror}
        return _give_up(table, pk, attempt, reason)
    digest = hashlib.sha256(made.pdf).hexdigest()
    return finish(pk, attempt, file=name, sha256=digest, size=len(made.pdf), pages=made.pages)


def claim(table: Table, pk: int) -> int | None:
    """The number of the attempt, if nobody else is at it."""
    now = timezone.now()
    claimed = (
        table._default_manager.filter(pk=pk)
        .filter(Q(status=Status.QUEUED) | Q(status=Status.TYPESETTING, lease__lt=now))
        .update(
            status=Status.TYPESETTING,
            step="collecting",
            attempt=F("attempt") + 1,
            lease=now + LEASE,
        )
    )
    if not claimed:
        return None
    return table._default_manager.values_list("attempt", flat=True).filter(pk=pk).first()


def claimed(table: Table, pk: int, attempt: int) -> Any:
    """The row, as long as this attempt has not been overtaken."""
    return table._default_manager.filter(pk=pk, attempt=attempt, status=Status.TYPESETTING)


def reporter(table: Table, pk: int, attempt: int) -> Callable[[str], None]:
    """Writes each step down as it begins."""

    def report(step: str) -> None:
        claimed(table, pk, attempt).update(step=step, lease=timezone.now() + LEASE)

    return report


@contextmanager
def _kept_alive(table: Table, pk: int, attempt: int) -> Iterator[None]:
    """Renew the lease while a long text is laid out, so that only a dead worker's runs out."""
    done = threading.Event()

    def renew() -> None:
        try:
            while not done.wait(LEASE.total_seconds() / 3):
                claimed(table, pk, attempt).update(lease=timezone.now() + LEASE)
        except DatabaseError:
            logger.warning("the lease of %s %s could not be renewed", table._meta.model_name, pk)
        finally:
            connection.close()

    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def write(pdf: bytes, target: Path) -> None:
    """Put bytes under a name: complete and synced, or not there at all."""
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


def _give_up(table: Table, pk: int, attempt: int, reason: str, *, final: bool = False) -> bool:
    """Write down why an attempt ended; it is tried again unless trying cannot help."""
    last = final or attempt >= MOST_ATTEMPTS
    claimed(table, pk, attempt).update(
        status=Status.FAILED if last else Status.TYPESETTING,
        lease=None if last else timezone.now() + timedelta(seconds=5 * attempt),
        step="",
        error=reason,
    )
    return False


def unfinished(table: Table) -> list[int]:
    """Orders whose bell was lost or whose worker is gone; the worn-out ones are given up."""
    now = timezone.now()
    stale = table._default_manager.filter(
        Q(status=Status.QUEUED, requested__lt=now - timedelta(seconds=5))
        | Q(status=Status.TYPESETTING, lease__lt=now)
    )
    stale.filter(attempt__gte=MOST_ATTEMPTS).update(
        status=Status.FAILED,
        step="",
        lease=None,
        error=_("The worker stopped %(count)d times while typesetting this document.")
        % {"count": MOST_ATTEMPTS},
    )
    return list(stale.filter(attempt__lt=MOST_ATTEMPTS).values_list("pk", flat=True))


def ahead(row: WorkOrder) -> int:
    """How many orders were there before this one and are not done; receipts stand behind others."""
    waiting = {"status__in": [Status.QUEUED, Status.TYPESETTING], "requested__lt": row.requested}
    before = [one for one in TABLES if one is not Receipt or isinstance(row, Receipt)]
    return sum(table._default_manager.filter(**waiting).count() for table in before)
