"""The lines of a desk that come with an office: what failed, what to record, what is owed."""

from __future__ import annotations

from collections import Counter

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bpic.handover import progress
from bpic.lines import Desk, Item, Weight
from meetings.models import Meeting
from secretariat import circulation, handover
from secretariat.dates import PartialDate
from secretariat.handover import POINTS, Side, Turn
from secretariat.models import Notice, Tick
from secretariat.standing import Standing, conducts
from workplans import obligations
from workplans import watch as watching
from workplans.models import Document


def failures(desk: Desk, standing: Standing, known: list[Turn]) -> None:
    """For the chair and the secretariat: notices undelivered; for who writes, papers not made."""
    undelivered = circulation.failures()
    if undelivered:
        words = ngettext(
            "%(number)d notice could not be delivered",
            "%(number)d notices could not be delivered",
            undelivered,
        )
        desk.now.append(
            Item(
                words % {"number": undelivered},
                _("Those it concerns may not know. Have the address put right, then try again."),
                f"{reverse('sent_notices')}?delivery={Notice.Delivery.FAILED.value}",
                tag="failed",
                weight=Weight.REPAIR,
            )
        )
    if not standing.drafting:
        return
    for document in Document.objects.open_to(standing, known).filter(status=Document.Status.FAILED):
        desk.now.append(
            Item(
                _("%(symbol)s could not be typeset") % {"symbol": document.symbol},
                document.error,
                document.get_absolute_url(),
                tag="failed",
                weight=Weight.REPAIR,
            )
        )


def record(desk: Desk, meetings: list[Meeting]) -> None:
    """For the chair and the secretariat: meetings that are over, not yet said to have sat."""
    for meeting in meetings:
        if meeting.is_unrecorded(desk.moment):
            words = _("Its last day was %(day)s. The record does not say whether it sat.")
            desk.now.append(
                Item(
                    _("Record whether it was held: %(meeting)s") % {"meeting": meeting.name},
                    words % {"day": meeting.ends},
                    reverse("workplans:conclude", args=[meeting.slug]),
                    tag="convened",
                    weight=Weight.RECORD,
                )
            )


def hand_over(desk: Desk, standing: Standing, known: list[Turn]) -> None:
    """For both sides of a hand-over, from the day on which they prepare it."""
    turn = handover.ahead(standing.day, known)
    if turn is None or not turn.is_open_on(standing.day):
        return
    ticked = Counter(
        Tick.objects.filter(hand_over__outgoing=turn.outgoing).values_list("side", flat=True)
    )
    done = {side: ticked[side] for side in (Side.OUTGOING, Side.INCOMING)}
    why = _("It passes by itself on %(day)s, 00:00 UTC. %(progress)s") % {
        "day": PartialDate.of(turn.day),
        "progress": progress(turn, done[Side.OUTGOING], done[Side.INCOMING]),
    }
    page = reverse("hand_over_of", args=[turn.outgoing.year])
    offered = turn.hand_over is not None and turn.hand_over.offered is not None
    acts_for = handover.sides(turn, standing)

    def line(title: str, state: str) -> Item:
        return Item(title % {"state": state}, why, page, turn.instant, weight=Weight.PREPARE)

    if Side.OUTGOING in acts_for:
        item = line(_("Prepare the hand-over to %(state)s"), turn.incoming.state.name)
        (desk.waiting if offered else desk.now).append(item)
    if Side.INCOMING in acts_for:
        title = _("Prepare to take over from %(state)s")
        if offered:
            title = _("Take over the secretariat from %(state)s")
        waits = done[Side.INCOMING] < len(POINTS) or offered
        item = line(title, turn.outgoing.state.name)
        (desk.now if waits else desk.waiting).append(item)


def watch(desk: Desk, standing: Standing) -> None:
    """For the chair and the secretariat: the duties of the year that are not done yet."""
    desk.reads_obligations = watching.may_read(standing)
    if conducts(standing):
        year = standing.day.year
        found = obligations.findings(watching.record(), year, standing.day)
        desk.owed = [finding for finding in found if not finding.settled]
