"""Issuing documents: ordering one, and making it once however often the bell rings."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from secretariat import register
from secretariat.models import HandOver, Person
from workplans import codes, content, orders, signing, worker
from workplans.models import Decision, Document, Retraction, SignedCopy
from workplans.models.document import DocumentQuerySet


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

    follows: the records the document follows from. The code is drawn now, so that the pages carry
    it and the same order still gives the same bytes.
    """
    code = codes.new()
    text = content.dump({**composed, "code": code, "verify": codes.address(code)})
    document = Document.objects.create(
        kind=composed["kind"],
        edition=composed["edition"],
        symbol=composed["symbol"],
        code=code,
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
    _replaced_by(document).update(superseded_by=document)
    register.enter(
        "issue",
        document,
        by=None,
        symbol=document.symbol,
        code=document.code,
        sha256=document.sha256,
        digest=document.revision.digest if document.revision else "",
    )
    if signing.is_configured():
        _ring_for_signature(document)
    return True


def _ring_for_signature(document: Document) -> None:
    from workplans.tasks import sign_document

    transaction.on_commit(lambda: sign_document.delay(document.pk), robust=True)


def _to_sign() -> DocumentQuerySet:
    """Issued documents in use; what was withdrawn or taken back gets no signature any more."""
    return Document.objects.issued().filter(withdrawal=None, decision__retraction=None)


def unsigned() -> list[int]:
    """Documents that have no signed copy, where there is a key to make one."""
    if not signing.is_configured():
        return []
    return list(_to_sign().filter(signed=None).order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def sign(document_id: int) -> bool:
    """Make the signed copy of an issued document; True if this call did it.

    The issued bytes and their digest stay as they are: the copy is another file of the document.
    Raises signing.CannotSign where the key or the bytes do not allow it.
    """
    locked = _to_sign().select_for_update(of=("self",), no_key=True)
    document = locked.filter(pk=document_id).first()
    if document is None or SignedCopy.objects.filter(document=document).exists():
        return False
    pdf = (Path(settings.DOCUMENT_ROOT) / document.file).read_bytes()
    if hashlib.sha256(pdf).hexdigest() != document.sha256:
        raise signing.CannotSign(
            _("The file of %(symbol)s is not the one that was issued; it was not signed.")
            % {"symbol": document.symbol}
        )
    made = signing.sign(pdf, at=timezone.now())
    name, digest = store(made.pdf)
    SignedCopy.objects.create(
        document=document,
        file=name,
        sha256=digest,
        size=len(made.pdf),
        signer=made.signer[:300],
        certificate=made.certificate,
    )
    register.enter(
        "sign",
        document,
        by=None,
        symbol=document.symbol,
        sha256=document.sha256,
        signed_sha256=digest,
        signer=made.signer,
        certificate=made.certificate,
    )
    return True


def _replaced_by(document: Document) -> QuerySet[Document]:
    """The documents that one replaces: those of its kind that were ordered before it.

    What the ministers approved stays in force while an amendment of it is only adopted (rule 9).
    """
    if document.kind not in (Document.Kind.WORK_PLAN, Document.Kind.SUMMIT_REPORT):
        # A chair's statement is about one text and stands beside any other.
        return Document.objects.none()
    earlier = Document.objects.filter(
        plan=document.plan, kind=document.kind, superseded_by=None, pk__lt=document.pk
    )
    if document.edition == Document.Edition.ADOPTED:
        earlier = earlier.exclude(edition=Document.Edition.APPROVED)
    return earlier


def try_again(document: Document) -> None:
    """Put a failed document back in the queue."""
    Document.objects.filter(pk=document.pk, status=Document.Status.FAILED).update(
        status=Document.Status.QUEUED, attempt=0, error="", lease=None
    )
    ring(document)
