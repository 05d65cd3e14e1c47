"""The register: every act of an organ or a state, entered once and never changed (rule 15)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models

from secretariat.models import Appointment, Entry, Person


def enter(
    act: str,
    subject: models.Model,
    *,
    by: Person | None,
    appointment: Appointment | None = None,
    **facts: Any,
) -> Entry:
    """Enter an act. The database stamps the instant; `facts` is what a reader needs to check it.

    Runs inside the act's own transaction: an act that fails leaves no entry, and an entry that
    cannot be written undoes the act.
    """
    capacity = ""
    if appointment is not None:
        capacity = f"{appointment.capacity}, {appointment.state}"
    return Entry.objects.create(
        act=act, subject=subject, by=by, appointment=appointment, capacity=capacity, facts=facts
    )


def in_spite_of(warned: Sequence[str]) -> dict[str, list[str]]:
    """The facts of an act that went on after warnings about its deadline; nothing without them."""
    return {"warned": list(warned)} if warned else {}


def entries_about(*subjects: models.Model) -> models.QuerySet[Entry]:
    """The entries on these records, newest first."""
    from django.contrib.contenttypes.models import ContentType

    about = models.Q(pk__in=[])
    for subject in subjects:
        about |= models.Q(
            subject_type=ContentType.objects.get_for_model(subject), subject_id=subject.pk
        )
    return Entry.objects.filter(about).select_related("by", "appointment__state")
