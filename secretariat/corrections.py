"""Facts put on record and corrected by an administrator; what was there before is kept.

A fact is never deleted: the register says what a record said, and why it says something else now
(domain rule 15).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from secretariat import register
from secretariat.dates import PartialDate
from secretariat.models import Entry, Person


def facts_of(row: models.Model, fields: Iterable[str]) -> dict[str, Any]:
    """What a record says in these fields, as the register keeps it."""
    return {name: plain(getattr(row, name)) for name in fields}


def plain(value: Any) -> Any:
    """A value as JSON holds it: dates in ISO 8601, records by their code or name."""
    if isinstance(value, models.Model):
        return getattr(value, "code", None) or str(value)
    if isinstance(value, DateRange):
        return {"from": plain(value.lower), "until": plain(value.upper)}
    if isinstance(value, PartialDate):
        return value.iso
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return value


def fingerprint(row: models.Model, fields: Iterable[str]) -> str:
    """Tells what a record says in these fields from anything else it may have said."""
    said = json.dumps(facts_of(row, fields), sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


@transaction.atomic
def record(
    row: models.Model,
    fields: Iterable[str],
    *,
    reason: str = "",
    by: Person | None,
    account: str = "",
) -> Entry:
    """Put a fact on record.

    account: the user name of an administrator who is no person of the partnership.
    """
    row.save()
    return register.enter(
        "record",
        row,
        by=by,
        name=str(row),
        after=facts_of(row, fields),
        **_why(reason, by, account),
    )


@transaction.atomic
def correct(
    row: models.Model,
    fields: Iterable[str],
    *,
    reason: str,
    by: Person | None,
    account: str = "",
) -> Entry | None:
    """Make a record say what this row says in these fields; None if it does already."""
    fields = tuple(fields)
    known = type(row)._base_manager.select_for_update().get(pk=row.pk)
    before, after = facts_of(known, fields), facts_of(row, fields)
    changed = [name for name in fields if before[name] != after[name]]
    if not changed:
        return None
    row.save(update_fields=changed)
    return register.enter(
        "correct",
        row,
        by=by,
        name=str(row),
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
        **_why(reason, by, account),
    )


def _why(reason: str, by: Person | None, account: str) -> dict[str, Any]:
    facts: dict[str, Any] = {"reason": reason} if reason else {}
    if by is None and account:
        facts["account"] = account
    return facts
