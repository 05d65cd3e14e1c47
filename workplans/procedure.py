"""Which act may follow which: the whole life of a plan as one table (domain rule 8)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from workplans.models import Consideration, Position, Statement, WorkPlan

Status, Kind, Procedure = WorkPlan.Status, Position.Kind, Consideration.Procedure


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
        Step("record_position", (Status.UNDER_CONSIDERATION,), Status.UNDER_CONSIDERATION),
        Step("hear", (Status.UNDER_CONSIDERATION,), Status.UNDER_CONSIDERATION),
        Step("make_statement", (Status.UNDER_CONSIDERATION, Status.SUBMITTED), ""),
        Step("rule_on_time", (Status.UNDER_CONSIDERATION,), Status.UNDER_CONSIDERATION),
        Step(
            "open_silence", (Status.DRAFT, Status.UNDER_CONSIDERATION), Status.UNDER_CONSIDERATION
        ),
        Step(
            "open_written", (Status.DRAFT, Status.UNDER_CONSIDERATION), Status.UNDER_CONSIDERATION
        ),
        Step("end_written", (Status.UNDER_CONSIDERATION,), Status.ADOPTED),
        Step("fail_written", (Status.UNDER_CONSIDERATION,), Status.DRAFT),
        Step("withdraw_written", (Status.UNDER_CONSIDERATION,), Status.DRAFT),
        Step("extend", (Status.UNDER_CONSIDERATION,), Status.UNDER_CONSIDERATION),
        Step("break_silence", (Status.UNDER_CONSIDERATION,), Status.DRAFT),
        Step("end_silence", (Status.UNDER_CONSIDERATION,), Status.ADOPTED),
        Step("withdraw_silence", (Status.UNDER_CONSIDERATION,), Status.DRAFT),
        Step("withdraw", (Status.UNDER_CONSIDERATION,), Status.DRAFT),
        Step("adopt", (Status.UNDER_CONSIDERATION,), Status.ADOPTED),
        Step("return_to_draft", (Status.UNDER_CONSIDERATION,), Status.DRAFT),
        Step("close_by_statement", (Status.UNDER_CONSIDERATION,), Status.DRAFT),
        # The way back from a slip, before anybody else has acted.
        Step("take_back_adoption", (Status.ADOPTED,), Status.UNDER_CONSIDERATION),
        Step("put_before_again", (Status.DRAFT,), Status.UNDER_CONSIDERATION),
        Step("take_back_submission", (Status.SUBMITTED,), Status.ADOPTED),
        Step("submit", (Status.ADOPTED,), Status.SUBMITTED),
        Step("decide", (Status.SUBMITTED,), Status.SUBMITTED),
        Step("approve", (Status.SUBMITTED,), Status.APPROVED),
        Step("return_from_ministers", (Status.SUBMITTED,), Status.DRAFT),
        Step("lapse", (Status.SUBMITTED,), Status.ADOPTED),
        Step("report", (Status.APPROVED,), Status.REPORTED),
        Step("remind", (Status.UNDER_CONSIDERATION, Status.SUBMITTED), ""),
        Step("record_progress", (Status.APPROVED,), Status.APPROVED),
        # An approved text is frozen; it is changed by an amendment with its own adoption and
        # approval. One that is withdrawn leaves the plan where it was (rule 9).
        Step("amend", (Status.APPROVED, Status.REPORTED), Status.DRAFT),
        Step("withdraw_amendment", (Status.DRAFT, Status.UNDER_CONSIDERATION), ""),
        Step("undo_amendment", (Status.DRAFT,), ""),
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


# These are about the text in force, wherever an amendment of it is. An amendment suspends nothing:
# what is in force is carried out, and reported to the next summit (rules 9 and 11).
ABOUT_THE_TEXT_IN_FORCE = ("report", "record_progress")
# These end an amendment, and are there only while one is under way.
ENDING_AN_AMENDMENT = ("withdraw_amendment", "undo_amendment")


def status_for(act: str, plan: WorkPlan) -> str:
    """The status that decides whether an act may be taken: of the draft, or of what is in force."""
    return plan.public_status if act in ABOUT_THE_TEXT_IN_FORCE else plan.status


def is_open_to(act: str, plan: WorkPlan) -> bool:
    """Whether a plan is where an act may be taken on it."""
    if act in ENDING_AN_AMENDMENT and not plan.is_being_amended:
        return False
    if act == "undo_amendment" and plan.came_back:
        return False
    return allows(act, status_for(act, plan))


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


# While a text is before those who answer it


# What a state may attach to a text beside its answer. A reservation comes with the answer where
# there is one that has it.
BESIDE_AN_ANSWER = (Statement.Kind.INTERPRETATIVE, Statement.Kind.EXPLANATION)


@dataclass(frozen=True)
class Course:
    """How a text is considered: what a state may answer, and which acts end or conduct it.

    statements: what it may attach to the text; none of them is an answer, or changes one.
    """

    answers: tuple[str, ...]
    acts: frozenset[str]
    statements: tuple[str, ...] = BESIDE_AN_ANSWER


AT_A_MEETING = Course(
    (Kind.APPROVES, Kind.RESERVES, Kind.OBJECTS, Kind.ASKS_FOR_TIME),
    frozenset(
        {
            "take_position",
            "record_position",
            "hear",
            "rule_on_time",
            "circulate",
            "open_silence",
            "open_written",
            "adopt",
            "return_to_draft",
            "close_by_statement",
            "withdraw",
            "remind",
        }
    ),
)
# Domain rule 7. Saying nothing lets it pass; one objection or amendment ends it at once. Its end
# adopts: nobody does, and nobody returns the text or puts another before the states meanwhile.
UNDER_SILENCE = Course(
    (Kind.OBJECTS, Kind.AMENDS, Kind.ASKS_FOR_TIME),
    frozenset({"take_position", "record_position", "rule_on_time", "extend", "withdraw_silence"}),
    tuple(Statement.Kind),
)
# Every state answers by an exact instant. The chair may adopt before it, once all approve; its end
# brings what stands then. Another text goes before the states only once this one is withdrawn.
BY_WRITTEN_PROCEDURE = Course(
    AT_A_MEETING.answers,
    frozenset(
        {
            "take_position",
            "record_position",
            "rule_on_time",
            "extend",
            "adopt",
            "withdraw_written",
            "remind",
        }
    ),
)
# The last approval approves, and the first return sends the plan back: nobody conducts it.
BEFORE_MINISTERS = Course(
    (Kind.APPROVES, Kind.RETURNS), frozenset({"decide", "remind"}), tuple(Statement.Kind)
)


COURSES = {
    Procedure.MEETING: AT_A_MEETING,
    Procedure.SILENCE: UNDER_SILENCE,
    Procedure.WRITTEN: BY_WRITTEN_PROCEDURE,
}
WITHDRAWALS = {
    Procedure.MEETING: "withdraw",
    Procedure.SILENCE: "withdraw_silence",
    Procedure.WRITTEN: "withdraw_written",
}


def withdrawal(consideration: Consideration) -> str:
    """The act that takes a text back from those who answer it."""
    return WITHDRAWALS[Procedure(consideration.procedure)]


def course(consideration: Consideration) -> Course:
    """The course a consideration takes."""
    if consideration.before_ministers:
        return BEFORE_MINISTERS
    return COURSES[Procedure(consideration.procedure)]


def admit(act: str, consideration: Consideration) -> None:
    """OutOfOrder with a sentence where an open text does not take an act in its course."""
    if act in course(consideration).acts:
        return
    symbol = {"symbol": consideration.revision.symbol}
    if consideration.under_silence:
        raise OutOfOrder(
            _(
                "%(symbol)s is under silence. The chair can withdraw it, with a reason; then "
                "another text can go before the delegations, or this one to a meeting."
            )
            % symbol
        )
    if consideration.in_writing:
        raise OutOfOrder(
            _(
                "The states answer %(symbol)s in writing. The chair can withdraw it, with a "
                "reason; then another text can go before the delegations."
            )
            % symbol
        )
    raise OutOfOrder(_("%(symbol)s does not take this act where it is now.") % symbol)
