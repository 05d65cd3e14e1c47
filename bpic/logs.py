"""One line of JSON for each event: easy to search, and a broken line cannot fake another."""

import json
import logging
import re
from datetime import UTC, datetime

# Addresses whose end opens something: a letter of invitation, a calendar of one's own.
SECRETS = re.compile(r"(/invitation/[^/\s]+/)[^/\s\"']+|(/calendar/)[^/\s\"']+(?=\.ics)")


class LineFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "says": _without_secrets(record.getMessage()),
        }
        status = getattr(record, "status_code", None)
        if status is not None:
            line["status"] = status
        if record.exc_info:
            line["trace"] = _without_secrets(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


def _without_secrets(text: str) -> str:
    """A refused page is written down with its address; what opens one is not."""
    return SECRETS.sub(r"\1\2…", text)
