"""Which act may follow which: the whole life of a plan as one table (domain rule 8)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from workplans.models.plan import WorkPlan

Status = WorkPlan.Status


class OutOfOrder(Exception):
    """An act the procedure does not allow at this point; its text is a sentence for the user."""


@dataclass(frozen=True)
class Step:
    """An act: from which statuses it may be taken, and the status it leads to."""

    name: str
    sources: tuple[str, ...]
    leads_to: str


STEPS = {
    step.name: step
    for step in (
        Step("edit", (Status.DRAFT, Status.UNDER_CONSIDERATION), ""),
        Step("circulate", (Status.DRAFT, Status.UNDER_CONSIDERATION), Status.UNDER_CONSIDERATION),
        Step("take_position", (Status.UNDER_CONSIDERATION,), Status.UNDER_CONSIDERATION),
        Step("withdraw", (Status.UNDER_CONSIDERATION,), Status.DRAFT),
        Step("adopt", (Status.UNDER_CONSIDERATION,), Status.ADOPTED),
        Step("return_to_draft", (Status.UNDER_CONSIDERATION,), Status.DRAFT),
        Step("submit", (Status.ADOPTED,), Status.SUBMITTED),
        Step("decide", (Status.SUBMITTED,), Status.SUBMITTED),
        Step("approve", (Status.SUBMITTED,), Status.APPROVED),
        Step("return_from_ministers", (Status.SUBMITTED,), Status.DRAFT),
        Step("lapse", (Status.SUBMITTED,), Status.ADOPTED),
        Step("report", (Status.APPROVED,), Status.REPORTED),
        Step("remind", (Status.UNDER_CONSIDERATION, Status.SUBMITTED), ""),
        Step("record_progress", (Status.APPROVED,), Status.APPROVED),
    )
}

LIFE = (
    Status.DRAFT,
    Status.UNDER_CONSIDERATION,
    Status.ADOPTED,
    Status.SUBMITTED,
    Status.APPROVED,
    Status.REPORTED,
)


def allows(act: str, status: str) -> bool:
    """Whether an act may be taken on a plan of this status."""
    return status in STEPS[act].sources


def follow(act: str, status: str) -> str:
    """The status an act leads to, or OutOfOrder with the sentence that says why not."""
    step = STEPS[act]
    if status not in step.sources:
        raise OutOfOrder(
            _("This is not possible now: the plan is “%(status)s”.")
            % {"status": Status(status).label}
        )
    return step.leads_to
