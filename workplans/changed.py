"""What changed in a text since a delegation last had it before it, in words for a letter."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from workplans import comparison
from workplans.models import Consideration, Revision

# So many characters of it stand in a letter; the page it leads to shows everything.
MOST = 12_000


def last_seen(consideration: Consideration) -> dict[int, Revision]:
    """The text each state at the table had before it last, by the state. One query.

    A state that did not sit then has seen none.
    """
    seats = (
        Consideration.objects.filter(
            plan=consideration.plan_id,
            pk__lt=consideration.pk,
            meeting__body=consideration.meeting.body_id,
        )
        .exclude(revision=consideration.revision_id)
        .select_related("revision")
        .defer("revision__text")
        .prefetch_related("meeting__seats")
        .order_by("pk")
    )
    return {
        seat.state_id: earlier.revision for earlier in seats for seat in earlier.meeting.seats.all()
    }


def since(seen: Revision, now: Revision) -> str:
    """What changed from one circulated text to another: a sentence, and part by part the words."""
    found = comparison.changes(seen.form, now.form)
    sentence, *parts = comparison.plain(found).split("\n\n")
    heading = _("Since %(symbol)s, which you had before: %(changes)s") % {
        "symbol": seen.symbol,
        "changes": sentence,
    }
    if not parts:
        return heading
    key = _("What was left out stands in [-…-], what was added in {+…+}.")
    kept, length = [heading, key], 0
    for part in parts:
        length += len(part)
        if length > MOST:
            break
        kept.append(part)
    return "\n\n".join([*kept, *_rest(len(parts) - len(kept) + 2)])


def _rest(number: int) -> list[str]:
    if not number:
        return []
    words = ngettext(
        "%d more part that differs is shown on the page.",
        "%d more parts that differ are shown on the page.",
        number,
    )
    return [words % number]
