"""Acts about meetings: convening one fixes its seats; concluding it records whether it was held."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from meetings import notices, permissions
from meetings.models import Body, Meeting, Seat
from secretariat import deadlines, register
from secretariat.circulation import tell
from secretariat.dates import PartialDate
from secretariat.models import Entry, Membership, Person, State
from secretariat.standing import Standing
from secretariat.telling import Telling

Status = Meeting.Status


class CannotConvene(Exception):
    """Why a meeting cannot be convened so; a sentence for the user."""


class CannotConclude(Exception):
    """Why a meeting cannot be on record so; a sentence for the user."""


class Overtaken(CannotConclude):
    """Somebody has recorded something else about the meeting since the page was opened."""


@transaction.atomic
def convene(
    *,
    body: Body,
    year: int,
    begins: date,
    ends: date,
    time_zone: str,
    mode: str,
    place: str = "",
    number: int | None = None,
    number_in_year: int | None = None,
    starts_at: time | None = None,
    title: str = "",
    counting_invited: bool = False,
    is_example: bool = False,
    key: UUID | None = None,
    warned: Sequence[str] = (),
    by: Person,
    on: datetime,
) -> Meeting:
    """Convene a meeting and seat the members of that day (domain rule 4).

    Members take a position; states invited to participate do only where the presidency counts
    them; partners and observers attend. The same key again gives the meeting it convened.
    warned: what was said against its dates, for the register.
    """
    day = on.date()
    # One at a time for each body: two that arrive together find each other's address and key. A
    # hand-over takes the same lock, so that who convenes is asked after it.
    Body.objects.select_for_update().get(pk=body.pk)
    standing = permissions.entitled("convene", by, day)
    if key is not None and (convened := Meeting.objects.filter(key=key).first()):
        return convened
    if ends < begins:
        raise CannotConvene(_("The last day is before the first day."))
    if ends < day:
        raise CannotConvene(_("A meeting cannot be convened after it has ended."))
    memberships = list(Membership.objects.on(day).select_related("state"))
    if not any(m.status == Membership.Status.MEMBER for m in memberships):
        raise CannotConvene(_("There is no member state on record for today."))
    meeting = Meeting(
        slug=free_slug(body, year),
        body=body,
        title=title,
        year=year,
        number=number,
        number_in_year=number_in_year,
        begins=PartialDate.of(begins),
        ends=PartialDate.of(ends),
        starts_at=starts_at,
        mode=mode,
        place=place,
        time_zone=time_zone,
        status=Meeting.Status.CONVENED,
        host=host_of(standing, begins),
        convened=day,
        is_example=is_example,
        key=key,
    )
    meeting.full_clean()
    if meeting.closes is not None and meeting.closes <= on:
        raise CannotConvene(_("A meeting cannot be convened after it has ended."))
    meeting.save()
    Seat.objects.bulk_create(
        Seat(
            meeting=meeting,
            state=m.state,
            status=m.status,
            counted=m.status == Membership.Status.MEMBER
            or (counting_invited and m.status == Membership.Status.INVITED),
        )
        for m in memberships
    )
    entry = register.enter(
        "convene",
        meeting,
        by=by,
        appointment=standing.drafting,
        meeting=meeting.slug,
        meeting_name=meeting.name,
        begins=begins.isoformat(),
        ends=ends.isoformat(),
        seats=sorted(m.state.code for m in memberships if m.status == Membership.Status.MEMBER),
        counting_invited=counting_invited,
        **register.in_spite_of(warned),
    )
    tell(entry, notices.convened(meeting, day))
    return meeting


def open_session(
    body: Body,
    *,
    closes: datetime,
    zone: str,
    host: State,
    is_example: bool = False,
    now: datetime,
) -> Meeting:
    """Open a session of a body by correspondence, with the members of that day (domain rule 4).

    Called inside the act that puts a text before it, which has asked whose act it is and tells
    everybody. now, closes: by the clock of the database. zone: the one its days are counted in.
    """
    Body.objects.select_for_update().get(pk=body.pk)
    place = ZoneInfo(zone or "UTC")
    begins = now.astimezone(place).date()
    meeting = Meeting.sessions.create(
        slug=free_slug(body, begins.year, "by-correspondence"),
        body=body,
        year=begins.year,
        begins=PartialDate.of(begins),
        ends=PartialDate.of(deadlines.Clock.at(closes, place).day),
        time_zone=zone or "UTC",
        status=Status.CONVENED,
        by_correspondence=True,
        host=host,
        convened=now.date(),
        is_example=is_example,
    )
    Seat.objects.bulk_create(
        Seat(
            meeting=meeting,
            state=membership.state,
            status=membership.status,
            counted=membership.status == Membership.Status.MEMBER,
        )
        for membership in Membership.objects.on(now.date()).select_related("state")
    )
    return meeting


def close_session_later(meeting: Meeting, closes: datetime) -> None:
    """Move the last day of a session by correspondence with the instant at which it ends."""
    meeting.ends = PartialDate.of(deadlines.Clock.at(closes, meeting.zone).day)
    meeting.save(update_fields=["ends", "changed"])


def host_of(standing: Standing, begins: date) -> State:
    """The state that hosts a meeting: that of the secretariat which convenes it.

    After a hand-over the presidency that still presides hosts what begins in its own days.
    """
    assert standing.presidency is not None and standing.secretariat is not None
    if standing.secretariat.holds_on(begins):
        host: State = standing.secretariat.state
    else:
        host = standing.presidency.state
    return host


def free_slug(body: Body, year: int, kind: str = "") -> str:
    """An address for a meeting of this body in this year that no other meeting has."""
    stem = slugify(f"{body.code}-{year}-{kind}")
    taken = set(Meeting.sessions.filter(slug__startswith=stem).values_list("slug", flat=True))
    number = 1
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


@dataclass(frozen=True)
class Conclusion:
    """What is to be on record of a convened meeting.

    status: held, not held, or convened once more, which takes back either of the two. note: the
    outcome of a meeting that was held, or why one was not; everybody can read it. reason: why what
    was on record is corrected. seen: the meeting's sequence number on the person's screen.
    """

    status: str
    seen: int
    note: str = ""
    reason: str = ""


# Why a meeting cannot be on record as not held: a sentence, empty where nothing rests on it. What
# comes before a meeting is known to the rooms above this one.
Against = Callable[[Meeting], str]


def can_be_recorded(meeting: Meeting) -> bool:
    """Whether it was convened here. What is known of others from a source is corrected there."""
    if meeting.status == Status.CONVENED:
        return True
    return meeting.convened is not None and meeting.status in (Status.HELD, Status.NOT_HELD)


def examine(meeting: Meeting, order: Conclusion, *, against: Against, on: datetime) -> bool:
    """Whether there is anything to record; CannotConclude where it cannot be. Changes nothing."""
    if not can_be_recorded(meeting):
        raise CannotConclude(_("%(meeting)s was not convened here.") % {"meeting": meeting.name})
    if (meeting.status, meeting.outcome) == (order.status, order.note):
        return False
    if meeting.sequence != order.seen:
        raise Overtaken(
            _("Meanwhile something else was recorded: %(status)s. Look at it before you change it.")
            % {"status": meeting.get_status_display().lower()}
        )
    if order.status == Status.HELD and not meeting.has_begun(on):
        raise CannotConclude(
            _("The meeting begins on %(day)s. It can be recorded as held from then on.")
            % {"day": meeting.begins}
        )
    if order.status == Status.CONVENED and meeting.is_over(on):
        raise CannotConclude(_("The last day of the meeting is over: it was held, or it was not."))
    if order.status == Status.NOT_HELD:
        if not order.note:
            raise CannotConclude(_("Say why the meeting was not held; everybody can read it."))
        if sentence := against(meeting):
            raise CannotConclude(sentence)
    if meeting.status != Status.CONVENED and not order.reason:
        raise CannotConclude(_("Say why what is on record is corrected."))
    return True


@transaction.atomic
def conclude(
    meeting: Meeting, order: Conclusion, *, against: Against, by: Person, on: datetime
) -> Entry | None:
    """Record that a convened meeting was held or was not, or correct what was recorded.

    Held from its first day on, by the clock of its place; not held at any time. None if that is on
    record already. Whoever sits there is told when it is called off before it is over, and when
    that is taken back.
    """
    # In this order: a hand-over waits at the body, and a text on its way at the meeting.
    Body.objects.select_for_update().get(pk=meeting.body_id)
    standing = permissions.entitled("conclude", by, on.date())
    locked = Meeting.objects.select_for_update(of=("self",)).select_related("body")
    meeting = locked.get(pk=meeting.pk)
    if not examine(meeting, order, against=against, on=on):
        return None
    before, outcome = meeting.status, meeting.outcome
    corrects = before != Status.CONVENED
    meeting.status = order.status
    meeting.outcome = "" if order.status == Status.CONVENED else order.note
    # Calendars that subscribed take a change only with a higher number.
    meeting.sequence += 1
    meeting.save(update_fields=["status", "outcome", "sequence", "changed"])
    was = {"reason": order.reason, "before": {"status": before, "outcome": outcome}}
    entry = register.enter(
        "conclude",
        meeting,
        by=by,
        appointment=standing.drafting,
        meeting=meeting.slug,
        meeting_name=meeting.name,
        status=meeting.status,
        text=meeting.outcome,
        **(was if corrects else {}),
    )
    if tells(before, meeting.status) and not meeting.is_over(on):
        tell(entry, told(meeting, order.reason, on.date()))
    return entry


def tells(before: str, after: str) -> bool:
    """Whether those seated are told of a change: it calls a meeting off, or takes that back.

    Once the meeting is over nobody sets out for it any more, and nobody is told.
    """
    return before != after and Status.NOT_HELD in (before, after)


def told(meeting: Meeting, reason: str, day: date) -> list[Telling]:
    """Whom it concerns that a meeting is called off, or, by its status, that it is not."""
    if meeting.status == Status.NOT_HELD:
        return notices.called_off(meeting, meeting.outcome, day)
    return notices.not_called_off(meeting, reason, day)
