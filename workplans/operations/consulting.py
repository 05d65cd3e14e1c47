"""Advising the own delegation: no acts of a state, and nothing of it enters the register."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from meetings.models import Seat
from secretariat import instants
from secretariat.circulation import tell_apart
from secretariat.models import Appointment, Person
from secretariat.standing import NotEntitled, Standing
from workplans import notices, permissions
from workplans.models import Consideration, Note, Question

# Somebody who was asked is not asked again so soon.
PAUSE = timedelta(hours=12)


class CannotAdvise(Exception):
    """A word to the delegation that is not taken now; a sentence for the user."""


@transaction.atomic
def note(
    consideration: Consideration,
    *,
    advice: str = "",
    text: str = "",
    by: Person,
    on: datetime,
    key: UUID,
) -> Note:
    """Write a note to one's own delegation. key: of the form; sending it twice has one effect."""
    seat, basis = _within(consideration, by, on)
    text = text.strip()
    known = Note.objects.filter(key=key, person=by, consideration=consideration).first()
    if known is not None:
        return known
    if not advice and not text:
        raise CannotAdvise(_("Choose your advice, or write what you want to say."))
    return Note.objects.create(
        consideration=consideration,
        seat=seat,
        person=by,
        appointment=basis,
        advice=advice,
        text=text,
        key=key,
    )


@transaction.atomic
def take_back(consideration: Consideration, note_id: int, *, by: Person, on: datetime) -> None:
    """Take back one's last note, unless somebody has written after it."""
    seat, _basis = _within(consideration, by, on)
    notes = Note.objects.filter(consideration=consideration, seat=seat)
    if not notes.filter(pk=note_id, person=by).exists():
        raise NotEntitled(_("Only whoever wrote a note can take it back."))
    last = notes.latest("id")
    if last.pk != note_id:
        raise CannotAdvise(
            _("Somebody has answered meanwhile, so the note stays. Write another to correct it.")
        )
    if last.taken_back is None:
        Note.objects.filter(pk=last.pk).update(advice="", text="", taken_back=instants.now())


@transaction.atomic
def ask(
    consideration: Consideration, people: Iterable[Person], *, by: Person, on: datetime
) -> list[Question]:
    """Ask people of one's delegation for their advice; each gets a mail that names the text."""
    seat, basis = _within(consideration, by, on)
    if not permissions.asks_for_advice(basis):
        raise NotEntitled(
            _("Only the head of the delegation, or its alternate, asks it for advice.")
        )
    wanted = {person.pk for person in people} - {by.pk}
    told = [one for one in permissions.delegation(seat, on.date()) if one.person_id in wanted]
    lately = Question.objects.filter(
        consideration=consideration, seat=seat, at__gt=instants.now() - PAUSE
    )
    asked_lately = set(lately.values_list("asked", flat=True))
    asked: dict[int, Appointment] = {
        one.person_id: one for one in told if one.person_id not in asked_lately
    }
    if not asked:
        raise CannotAdvise(_("Choose somebody who was not asked in the last hours."))
    put = Question.objects.bulk_create(
        [Question(consideration=consideration, seat=seat, asked_id=pk, by=by) for pk in asked]
    )
    tell_apart(notices.advice_asked(consideration, list(asked.values()), by, on.date()))
    return put


def _within(consideration: Consideration, by: Person, on: datetime) -> tuple[Seat, Appointment]:
    """The seat whose delegation somebody belongs to, one writing there after the other."""
    found = permissions.consulted(Standing.of(by, on.date()), consideration)
    if found is None:
        raise NotEntitled(_("Only the people of a seated delegation consult here."))
    seat, basis = found
    Seat.objects.select_for_update(no_key=True).get(pk=seat.pk)
    if not Consideration.objects.filter(pk=consideration.pk, closed=None).exists():
        raise CannotAdvise(_("The text is closed. What was written here stays as it is."))
    return seat, basis
