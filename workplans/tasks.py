"""What the worker does for this room: an id in, one call."""

from celery import shared_task
from django.utils import timezone

from workplans import documents
from workplans.operations import decision, reminding, writing


@shared_task
def issue_document(document_id: int) -> None:
    documents.produce(document_id)


@shared_task
def end_lapsed_considerations() -> None:
    """A ministers' meeting that is over decides nothing any more."""
    decision.end_lapsed(timezone.now())


@shared_task
def remind_of_obligations() -> None:
    """Once for each step, however often this runs; the register knows what was told."""
    reminding.remind(timezone.now())


@shared_task
def settle_quiet_sittings() -> None:
    """Keep the text each sitting left, once nothing was saved in it for half an hour."""
    writing.settle_quiet(timezone.now())


@shared_task
def sweep_documents() -> None:
    """Ring again for documents whose bell went unheard or whose worker died."""
    for document_id in documents.unfinished():
        issue_document.delay(document_id)
