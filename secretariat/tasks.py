"""What the worker does for this room."""

from celery import shared_task

from secretariat import circulation


@shared_task
def send_notices(entry_id: int) -> None:
    circulation.send_due(entry_id)


@shared_task
def sweep_notices() -> None:
    """Send what a lost message or a failed attempt left behind."""
    circulation.send_due()
