"""Issuing documents: composing the work order, and doing it once however often the bell rings."""

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

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.models import Body
from secretariat import register
from secretariat.models import Person
from workplans import content, queries
from workplans.models import Consideration, Decision, Document, Position, WorkPlan

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
MOST_ATTEMPTS = 5


def order(decision: Decision, kind: str, edition: str, *, by: Person) -> Document:
    """Order the document of a decision, inside the decision's own transaction.

    The row holds everything that will be printed, so the worker reads nothing else and the same
    row gives the same bytes on any day.
    """
    symbol = symbol_for(decision, kind, edition)
    text = content.dump(compose(decision, kind, edition, symbol))
    document = Document.objects.create(
        plan=decision.plan,
        revision=decision.revision,
        decision=decision,
        kind=kind,
        edition=edition,
        symbol=symbol,
        title=_title(decision, kind),
        language=decision.plan.language,
        on=decision.on,
        order=text,
        order_digest=hashlib.sha256(text.encode()).hexdigest(),
        requested_by=by,
    )
    ring(document)
    return document


def ring(document: Document) -> None:
    """Tell the worker, once the row is certain; a broker that is down costs nothing but time."""
    from workplans.tasks import issue_document

    transaction.on_commit(lambda: issue_document.delay(document.pk), robust=True)


def symbol_for(decision: Decision, kind: str, edition: str) -> str:
    """The symbol of a decision's document.

    The adopted text keeps the Advisory Group's symbol, which is its revision's; the approved one
    carries the ministers'; the report the summit's. A revision's suffix goes with all of them.
    """
    adopted = decision.revision.symbol
    if edition == Document.Edition.ADOPTED:
        return adopted
    body = Body.MINISTERS if edition == Document.Edition.APPROVED else Body.SUMMIT
    code = "WP" if kind == Document.Kind.WORK_PLAN else "RPT"
    stem = settings.SYMBOL_PATTERN.format(
        partnership=settings.PARTNERSHIP["short"],
        body=body,
        year=decision.plan.year,
        kind=code,
        number=1,
    )
    number = decision.revision.number
    return stem if number == 1 else f"{stem}/Rev.{number - 1}"


def _title(decision: Decision, kind: str) -> str:
    if kind == Document.Kind.SUMMIT_REPORT:
        return _("Report on the %(year)d work plan to the summit") % {"year": decision.plan.year}
    return str(decision.revision.title)


def compose(decision: Decision, kind: str, edition: str, symbol: str) -> dict[str, Any]:
    """The work order of a document: everything it prints, in its canonical form."""
    plan = decision.plan
    record = queries.decisions(plan)
    considerations = _considerations(record)
    report = kind == Document.Kind.SUMMIT_REPORT
    return {
        "order": "partnir-document/1",
        "kind": kind,
        "edition": edition,
        "symbol": symbol,
        "language": plan.language,
        "title": _title(decision, kind),
        "date": decision.on.isoformat(),
        "distribution": "General",
        "institution": {
            "name": settings.PARTNERSHIP["name"],
            "short": settings.PARTNERSHIP["short"],
            "body": decision.meeting.body.name,
        },
        "example": Person.any_example(),
        "plan": decision.revision.form,
        "digest": decision.revision.digest,
        "decisions": [_decision(item, considerations) for item in record],
        "statements": _statements(considerations),
        "progress": _progress(plan, decision.revision.form) if report else [],
        "summary": decision.text if report else "",
    }


def _considerations(record: list[Decision]) -> dict[int, queries.Board]:
    return {
        decision.pk: queries.board(decision.consideration)
        for decision in record
        if decision.consideration is not None
    }


def _decision(decision: Decision, boards: dict[int, queries.Board]) -> dict[str, Any]:
    board = boards.get(decision.pk)
    consensus = decision.act in (Decision.Act.ADOPTED, Decision.Act.APPROVED)
    return {
        "body": decision.meeting.body.code,
        "meeting": decision.meeting.name,
        "place": decision.meeting.place or decision.meeting.get_mode_display(),
        "act": decision.act,
        "on": decision.on.isoformat(),
        "by": decision.by.name,
        "capacity": decision.appointment.capacity,
        "state": decision.appointment.state.name,
        "method": "consensus" if consensus else "",
        "text": decision.text,
        "revision": decision.revision.symbol,
        "positions": [_position(answer) for answer in board.answers] if board else [],
    }


def _position(answer: queries.Answer) -> dict[str, Any]:
    position = answer.position
    return {
        "state": answer.seat.state.name,
        "code": answer.seat.state.code,
        "position": position.kind if position else "none",
        "by": position.person.name if position else "",
        "capacity": position.appointment.capacity if position else "",
        "on": position.on.isoformat() if position else None,
    }


def _statements(boards: dict[int, queries.Board]) -> list[dict[str, Any]]:
    outcomes = (Consideration.Outcome.ADOPTED, "")
    standing = [
        position
        for board in boards.values()
        if board.consideration.outcome in outcomes
        for position in board.statements
    ]
    return [
        {
            "state": position.seat.state.name,
            "kind": "reservation",
            "text": position.text,
            "by": position.person.name,
            "on": position.on.isoformat(),
        }
        for position in sorted(standing, key=lambda position: position.pk)
        if position.kind == Position.Kind.RESERVES
    ]


def _progress(plan: WorkPlan, form: content.Form) -> list[dict[str, Any]]:
    latest = {
        str(progress.activity): progress for progress in plan.progress.newest().select_related("by")
    }
    rows = []
    for number, activity in content.activities(form):
        known = latest.get(activity["id"])
        rows.append(
            {
                "activity": activity["id"],
                "number": number,
                "title": activity["title"],
                "lead": activity["lead"]["name"] if activity["lead"] else "",
                "state": known.state if known else activity["state"],
                "note": known.note if known else "",
                "on": known.on.isoformat() if known else None,
                "by": known.by.name if known else "",
            }
        )
    return rows


# --- the worker's side


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
    document = Document.objects.select_related("plan", "requested_by").get(pk=document_id)
    if document.kind == Document.Kind.WORK_PLAN:
        document.plan.documents.filter(
            kind=document.kind, superseded_by=None, pk__lt=document.pk
        ).update(superseded_by=document)
    register.enter(
        "issue",
        document,
        by=document.requested_by,
        symbol=document.symbol,
        sha256=document.sha256,
        digest=document.revision.digest,
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
