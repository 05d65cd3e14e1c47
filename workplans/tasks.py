"""What the worker does for this room: an id in, one call."""

from celery import shared_task

from workplans import documents


@shared_task
def issue_document(document_id: int) -> None:
    documents.produce(document_id)


@shared_task
def sweep_documents() -> None:
    """Ring again for documents whose bell went unheard or whose worker died."""
    for document_id in documents.unfinished():
        issue_document.delay(document_id)
