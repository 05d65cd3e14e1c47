"""Issuing documents: ordering one, and making it once however often the bell rings."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from secretariat import register
from secretariat.models import HandOver, Person
from workplans import content, orders, worker
from workplans.models import Decision, Document, Retraction


def order(decision: Decision, kind: str, edition: str, *, by: Person | None) -> Document:
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


def order_chair_statement(decision: Decision, printed: dict[str, Any], *, by: Person) -> Document:
    """Order a Chair's statement, inside the decision's own transaction."""
    symbol = orders.chair_statement_symbol(decision.plan)
    return _put_in_line(
        orders.compose_chair_statement(decision, printed, symbol),
        on=decision.on,
        by=by,
        plan=decision.plan,
        revision=decision.revision,
        decision=decision,
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


def call_off(retraction: Retraction) -> None:
    """Let the document of a decision that was taken back not be made, if it is not made yet."""
    Document.objects.filter(decision=retraction.decision).exclude(
        status=Document.Status.READY
    ).update(
        status=Document.Status.FAILED,
        step="",
        lease=None,
        attempt=F("attempt") + 1,
        error=_("The decision it was to print was taken back."),
    )


def ring(document: Document) -> None:
    """Tell the worker, once the row is certain; a broker that is down costs nothing but time."""
    from workplans.tasks import issue_document

    transaction.on_commit(lambda: issue_document.delay(document.pk), robust=True)


# The worker's side


def produce(document_id: int) -> bool:
    """Typeset a document and put it on record; True if this call did it."""
    return worker.make(
        Document, document_id, keep=lambda _document, pdf: store(pdf)[0], finish=_issue
    )


def store(pdf: bytes) -> tuple[str, str]:
    """Keep the bytes under their own digest; the name and the digest."""
    digest = hashlib.sha256(pdf).hexdigest()
    name = f"{digest[:2]}/{digest}.pdf"
    worker.write(pdf, Path(settings.DOCUMENT_ROOT) / name)
    return name, digest


@transaction.atomic
def _issue(document_id: int, attempt: int, **facts: Any) -> bool:
    issued = worker.claimed(Document, document_id, attempt).update(
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


def try_again(document: Document) -> None:
    """Put a failed document back in the queue."""
    Document.objects.filter(pk=document.pk, status=Document.Status.FAILED).update(
        status=Document.Status.QUEUED, attempt=0, error="", lease=None
    )
    ring(document)
