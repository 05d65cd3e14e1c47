"""What changed in a text since a delegation last had it before it, in words for a letter."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from workplans import comparison, content
from workplans.models import Consideration, Revision

# So many characters of it stand in a letter; the page it leads to shows everything.
MOST = 12_000


def last_seen(plan_id: int, body_id: int, *, before: int | None) -> dict[int, Revision]:
    """The text of a plan each state had before a body last, by the state. Three queries.

    A state that did not sit then has seen none. before: the consideration that asks now, or None
    for the one that is still to come.
    """
    earlier = Consideration.objects.filter(plan=plan_id, meeting__body=body_id)
    if before is not None:
        asks = Consideration.objects.filter(pk=before).values("revision")
        earlier = earlier.filter(pk__lt=before).exclude(revision__in=asks)
    found = (
        earlier.select_related("revision")
        .defer("revision__text")
        .prefetch_related("meeting__seats")
        .order_by("pk")
    )
    return {seat.state_id: one.revision for one in found for seat in one.meeting.seats.all()}


def since(seen: Revision, now: content.Form) -> str:
    """What changed from a circulated text to another: a sentence, and part by part the words."""
    found = comparison.changes(seen.form, now)
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
