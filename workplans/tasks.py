"""What the worker does for this room: an id in, one call."""

import logging

from celery import shared_task
from django.utils import timezone

from workplans import documents, printouts, receipts, signing, worker
from workplans.models import Document, Printout, Receipt
from workplans.operations import correspondence, decision, prompting, reminding, writing

logger = logging.getLogger(__name__)
MOST_RECEIPTS = 5


@shared_task
def issue_document(document_id: int) -> None:
    documents.produce(document_id)


@shared_task
def sign_document(document_id: int) -> None:
    try:
        documents.sign(document_id)
    except (signing.CannotSign, OSError) as error:
        logger.error("Document %s could not be signed: %s", document_id, error)


@shared_task
def sign_documents() -> None:
    """Sign what has no signed copy yet, one after the other, until the first that fails."""
    for document_id in documents.unsigned():
        try:
            documents.sign(document_id)
        except (signing.CannotSign, OSError) as error:
            logger.error("Document %s could not be signed: %s", document_id, error)
            return


@shared_task
def make_printout(printout_id: int) -> None:
    printouts.produce(printout_id)


@shared_task
def make_receipt(receipt_id: int) -> None:
    receipts.produce(receipt_id)


@shared_task
def end_lapsed_considerations() -> None:
    """A ministers' meeting that is over decides nothing any more."""
    decision.end_lapsed(timezone.now())


@shared_task
def settle_procedures() -> None:
    """End what has run out; if nobody came first, this does, and to the same outcome."""
    correspondence.settle_due()


@shared_task
def remind_of_obligations() -> None:
    """Once for each step, however often this runs; the register knows what was told."""
    reminding.remind(timezone.now())


@shared_task
def remind_of_answers() -> None:
    """Each state in the working hours of its capital, once for each step before the deadline."""
    prompting.remind_all(timezone.now())


@shared_task
def settle_quiet_sittings() -> None:
    """Keep the text each sitting left, once nothing was saved in it for half an hour."""
    writing.settle_quiet(timezone.now())


@shared_task
def sweep_documents() -> None:
    """Ring again for what nobody heard of or whose worker died; first for what is issued."""
    for document_id in worker.unfinished(Document):
        issue_document.delay(document_id)
    for printout_id in worker.unfinished(Printout):
        make_printout.delay(printout_id)
    # A few at a time: a year that was loaded has many, and a document must not wait behind them.
    for receipt_id in worker.unfinished(Receipt)[:MOST_RECEIPTS]:
        make_receipt.delay(receipt_id)


@shared_task
def sweep_printouts() -> None:
    """Remove what is old or was replaced."""
    printouts.sweep(timezone.now())
