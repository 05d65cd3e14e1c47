"""Receipts of positions: ordered with the act, typeset once, kept for good.

No document: it has no symbol, and only the state's own delegation and the secretariat get it. The
facts are read when the position is entered, so that the same receipt is made whenever it is made.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import translation

from secretariat.models import Appointment, Entry, Person
from workplans import anchors, content, orders, worker
from workplans.models import Position, Receipt
from workplans.typesetting import receipt

Status = Receipt.Status


def facts_of(position: Position, entry: Entry) -> dict[str, Any]:
    """Everything a receipt says. entry: of the act in the register."""
    found = position.consideration
    revision, meeting, state = found.revision, found.meeting, position.seat.state
    before = (
        found.positions.in_time()
        .filter(seat=position.seat_id, pk__lt=position.pk)
        .order_by("-pk")
        .first()
    )
    where = meeting.name if meeting.by_correspondence else f"{meeting.name}, {meeting.dates}"
    return {
        "form": receipt.FORM,
        "reference": position.reference,
        "state": {"code": state.code, "name": state.name},
        "position": position.kind,
        "said": position.text,
        "parts": anchors.names(anchors.of_text(revision.text), position.parts)
        if position.parts
        else [],
        "would_join": position.would_join,
        "until": position.until.isoformat() if position.until else "",
        "text": {"symbol": revision.symbol, "title": revision.title, "digest": position.digest},
        "before": where,
        "by": _appointed(position.person, position.appointment),
        "recorded": _recorded(position),
        "heard": _appointed(position.heard.by, position.heard.appointment)
        if position.heard
        else None,
        "at": position.at.isoformat(),
        "zone": meeting.time_zone or "UTC",
        "capital": state.time_zone,
        "late": position.is_late,
        "entry": entry.pk,
        "replaces": before and {
            "reference": before.reference,
            "position": before.kind,
            "at": before.at.isoformat(),
        },
    }  # fmt: skip


def _appointed(person: Person, appointment: Appointment) -> dict[str, str]:
    return {
        "name": person.name,
        "capacity": appointment.capacity,
        "state": appointment.state.name,
        "since": appointment.period.lower.isoformat(),
        "basis": appointment.basis,
    }


def _recorded(position: Position) -> dict[str, Any] | None:
    """Who wrote a position down, and the note that had it written."""
    if position.recorded_by is None or position.recorded_as is None or not position.instruction:
        return None
    return {
        "by": _appointed(position.recorded_by, position.recorded_as),
        "note": position.instruction.name,
        "sha256": position.instruction.sha256,
    }


def entry_of(position: Position) -> Entry | None:
    """The entry by which a position went into the register."""
    plan = position.consideration.plan
    return (
        Entry.objects.filter(
            subject_type=ContentType.objects.get_for_model(plan),
            subject_id=plan.pk,
            act__in=("take_position", "record_position", "object_late"),
            facts__receipt=position.pk,
        )
        .order_by("pk")
        .first()
    )


# Ordering


def order(position: Position, entry: Entry) -> Receipt:
    """Order the receipt of a position, inside the act's own transaction."""
    with translation.override(position.consideration.plan.language):
        facts = facts_of(position, entry)
        composed = orders.compose_receipt(position, facts)
    made = Receipt.objects.create(position=position, order=content.dump(composed))
    ring(made)
    return made


def order_again(position: Position) -> None:
    """Have a receipt made that failed, lost its file, or was never ordered."""
    made = Receipt.objects.filter(position=position).first()
    if made is None:
        entry = entry_of(position)
        if entry is not None:
            order(position, entry)
    elif made.status == Status.FAILED or is_lost(made):
        Receipt.objects.filter(pk=made.pk).update(
            status=Status.QUEUED, attempt=0, error="", lease=None, file=""
        )
        ring(made)


def is_lost(made: Receipt) -> bool:
    """Whether it was made and its file is there no more."""
    return made.status == Status.READY and not path_of(made).exists()


def ring(made: Receipt) -> None:
    """Tell the worker, once the row is certain; a broker that is down costs nothing but time."""
    from workplans.tasks import make_receipt

    transaction.on_commit(lambda: make_receipt.delay(made.pk), robust=True)


# The worker's side


def produce(receipt_id: int) -> bool:
    """Typeset a receipt; True if this call did it."""
    return worker.make(Receipt, receipt_id, keep=_keep, finish=_finish)


def path_of(made: Receipt) -> Path:
    return Path(settings.DOCUMENT_ROOT) / made.file


def _keep(made: Receipt, pdf: bytes) -> str:
    name = f"receipts/{made.key.hex[:2]}/{made.key.hex}.pdf"
    worker.write(pdf, Path(settings.DOCUMENT_ROOT) / name)
    return name


def _finish(receipt_id: int, attempt: int, **facts: Any) -> bool:
    return bool(
        worker.claimed(Receipt, receipt_id, attempt).update(
            status=Status.READY, step="", lease=None, error="", **facts
        )
    )
