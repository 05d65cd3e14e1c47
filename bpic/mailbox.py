"""The mail of the example year: what the portal has written to invented people, from its folder.

There is such a place only where people of the example can be signed in as and no mail server is
named. It shows mail to invented people alone, and an instance without them has none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings

from secretariat.models import Person

# Django ends each mail in a file with such a line.
END = b"\n" + b"-" * 79 + b"\n"
# So many of the newest files are read.
MOST = 1000


@dataclass(frozen=True)
class Letter:
    """A mail as it was written to the folder."""

    to: str
    subject: str
    text: str
    sent: datetime


def is_open() -> bool:
    """Whether this instance has such a place; one query where the settings allow it."""
    return bool(settings.EXAMPLE_MAILBOX) and Person.any_example()


def letters() -> list[Letter]:
    """The mail to invented people, the newest first; one query."""
    invented = set(Person.objects.filter(is_example=True).values_list("email", flat=True))
    folder = Path(settings.EMAIL_FILE_PATH)
    files = sorted(folder.glob("*.log"), reverse=True)[:MOST] if folder.is_dir() else []
    found = [one for file in files for one in _read(file) if one.to in invented]
    return sorted(found, key=lambda letter: letter.sent, reverse=True)


def by_reader(found: list[Letter]) -> list[tuple[str, int]]:
    """How many letters each address has, in the order of addresses."""
    return sorted(Counter(letter.to for letter in found).items())


def _read(file: Path) -> Iterator[Letter]:
    try:
        parts = file.read_bytes().split(END)
    except OSError:
        return
    for part in parts:
        if part.strip():
            mail = message_from_bytes(part, policy=policy.default)
            if isinstance(mail, EmailMessage) and mail["To"] and not mail.is_multipart():
                yield Letter(
                    to=str(mail["To"]),
                    subject=str(mail["Subject"] or ""),
                    text=mail.get_content(),
                    sent=_sent(mail, file),
                )


def _sent(mail: EmailMessage, file: Path) -> datetime:
    try:
        return parsedate_to_datetime(str(mail["Date"])).astimezone(UTC)
    except (TypeError, ValueError):
        return datetime.fromtimestamp(file.stat().st_mtime, UTC)
