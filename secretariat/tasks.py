"""What the worker does for this room."""

from celery import shared_task
from django.utils import timezone

from secretariat import accreditation, post


@shared_task
def send_notices(entry_id: int) -> None:
    post.send_due(entry_id)


@shared_task
def sweep_notices() -> None:
    """Send what a lost message or a failed attempt left behind, and the daily mails."""
    post.gather(timezone.now())
    post.send_due()


@shared_task
def keep_in_step() -> None:
    """Take back what appointments that ended while nobody was looking gave.

    Nobody waits for this: at a person's own request their groups follow at once.
    """
    accreditation.repair(timezone.now().date())
