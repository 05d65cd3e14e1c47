"""Acts about meetings: convening one fixes its seats."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from meetings import permissions
from meetings.models import Body, Meeting, Seat
from secretariat import circulation, register
from secretariat.dates import PartialDate
from secretariat.models import Membership, Person


class CannotConvene(Exception):
    """Why a meeting cannot be convened so; a sentence for the user."""


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
    by: Person,
    on: datetime,
) -> Meeting:
    """Convene a meeting and seat the members of that day (domain rule 4).

    Members take a position; states invited to participate do only where the presidency counts
    them; partners and observers attend. The same key again gives the meeting it convened.
    """
    day = on.date()
    standing = permissions.entitled_to_convene(by, day)
    # One at a time for each body: two that arrive together find each other's address and key.
    Body.objects.select_for_update().get(pk=body.pk)
    if key is not None and (convened := Meeting.objects.filter(key=key).first()):
        return convened
    if ends < begins:
        raise CannotConvene(_("The last day is before the first day."))
    if ends < day:
        raise CannotConvene(_("A meeting cannot be convened after it has ended."))
    memberships = list(Membership.objects.on(day).select_related("state"))
    if not any(m.status == Membership.Status.MEMBER for m in memberships):
        raise CannotConvene(_("There is no member state on record for today."))
    assert standing.presidency is not None
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
        host=standing.presidency.state,
        convened=day,
        is_example=is_example,
        key=key,
    )
    meeting.full_clean()
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
    )
    circulation.circulate(
        entry,
        permissions.seated(meeting, day),
        subject=_("Convened: %(meeting)s") % {"meeting": meeting.name},
        body=_(
            "%(meeting)s will sit on %(dates)s.\n\n"
            "You receive this because your state has a seat at the meeting."
        )
        % {"meeting": meeting.name, "dates": meeting.dates},
        path=meeting.get_absolute_url(),
    )
    return meeting


def free_slug(body: Body, year: int) -> str:
    """An address for a meeting of this body in this year that no other meeting has."""
    stem = slugify(f"{body.code}-{year}")
    taken = set(Meeting.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    number = 1
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"
