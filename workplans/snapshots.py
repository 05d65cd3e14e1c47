"""What a plan's text was at one time: a revision, what a sitting left, or the draft as it is now.

Who may read which is decided here, once, for every page that shows one or compares two: a
revision is for those before whose table it was put and, once it is a public text, for
everybody; what sittings left and the draft itself are for those who may read the draft.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from workplans import content, draft
from workplans.models import Consideration, Decision, Revision, Sitting, WorkPlan

NOW = "now"


@dataclass(frozen=True)
class Snapshot:
    """A text of a plan by the time it had it.

    code: its name in an address: "r2" is the second revision, "s41" what a sitting left. when:
    None for the draft as it is now.
    """

    code: str
    label: str
    when: datetime | None
    revision: Revision | None = None
    sitting: Sitting | None = None

    @property
    def is_draft(self) -> bool:
        """Whether this is the draft as it is now, which may say something else any moment."""
        return self.code == NOW

    @property
    def held(self) -> Any:
        """The row that holds the text; of the draft as it is now, none does."""
        return self.revision or self.sitting


@dataclass(frozen=True)
class Shelf:
    """The texts of a plan that one person may read. day: on which the draft is read."""

    user: Any
    plan: WorkPlan
    day: date

    @cached_property
    def has_draft(self) -> bool:
        return WorkPlan.objects.drafts_open_to(self.user).filter(pk=self.plan.pk).exists()

    @cached_property
    def put_before(self) -> set[int]:
        """The revisions that were put before a table at which the person's state sits."""
        before = Consideration.objects.visible_to(self.user).filter(plan=self.plan)
        return set(before.values_list("revision", flat=True))

    @cached_property
    def revisions(self) -> list[Revision]:
        """The newest first, without their texts."""
        found = self.plan.revisions.select_related("by").defer("text", "previous")
        found = found.order_by("-number")
        if self.has_draft:
            return list(found)
        return [row for row in found if row.pk in self.put_before or row.pk in self._public]

    @cached_property
    def _public(self) -> set[int | None]:
        """The texts anybody may read: the one in force, those it replaced, one that is adopted."""
        plan = self.plan
        found = {plan.in_force_id, plan.revision_id if plan.status in plan.PUBLIC else None}
        if plan.in_force is not None and plan.in_force.amends_id is not None:
            approved = plan.decisions.filter(act=Decision.Act.APPROVED)
            found |= set(approved.values_list("revision", flat=True))
        return found

    @cached_property
    def sittings(self) -> list[Sitting]:
        """The newest first, the one that goes on among them, without their texts."""
        if not self.has_draft:
            return []
        found = self.plan.sittings.select_related("person", "restores__person")
        return list(found.defer("text", "restores__text"))

    @cached_property
    def snapshots(self) -> list[Snapshot]:
        """The newest first; the draft as it is now before all others."""
        found = [
            *(_of_revision(row) for row in self.revisions),
            *(_of_sitting(row) for row in self.sittings if row.digest),
        ]
        # A text is circulated as the sitting before it left it.
        found.sort(key=lambda one: (one.when, one.revision is not None, one.held.pk), reverse=True)
        if self.has_draft:
            found.insert(0, Snapshot(NOW, _("The draft as it is now"), None))
        return found

    def find(self, code: str) -> Snapshot | None:
        return next((found for found in self.snapshots if found.code == code), None)

    def holds(self, codes: Iterable[str]) -> bool:
        """Whether all of these texts are open to the person."""
        return all(self.find(code) is not None for code in codes)

    def before(self, snapshot: Snapshot) -> Snapshot | None:
        """The text that was there until then."""
        place = self.snapshots.index(snapshot)
        return self.snapshots[place + 1] if place + 1 < len(self.snapshots) else None

    def form(self, snapshot: Snapshot) -> content.Form:
        """The canonical form of a text, read when it is asked for."""
        if snapshot.held is None:
            return draft.compose(self.plan, on=self.day)
        return content.load(snapshot.held.text)


def _of_revision(revision: Revision) -> Snapshot:
    return Snapshot(f"r{revision.number}", revision.symbol, revision.frozen, revision=revision)


def _of_sitting(sitting: Sitting) -> Snapshot:
    when = _("%(day)s, %(time)s UTC") % {
        "day": date_format(sitting.ended.astimezone(UTC), "j F Y"),
        "time": date_format(sitting.ended.astimezone(UTC), "H:i"),
    }
    who = str(sitting.person) if sitting.person else _("the administrator of the portal")
    label = _("As %(who)s left it, %(when)s") % {"who": who, "when": when}
    return Snapshot(f"s{sitting.pk}", label, sitting.ended, sitting=sitting)


def source_of(shelf: Shelf, snapshot: Snapshot) -> Sitting | None:
    """The sitting that left a text: of a revision, the last one before it was frozen."""
    if snapshot.revision is None:
        return snapshot.sitting
    frozen = snapshot.revision.frozen
    return next((row for row in shelf.sittings if row.digest and row.ended <= frozen), None)
