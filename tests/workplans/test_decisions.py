"""Adopt, return, submit, report: does it, who may not, wrong moment, what follows, done already."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from secretariat.models import Entry, Notice
from secretariat.standing import NotEntitled
from tests import factories
from workplans.consensus import NoConsensus
from workplans.models import Consideration, Decision, Document, WorkPlan
from workplans.operations import decision
from workplans.operations.decision import ReasonMissing, WrongDay, WrongMeeting
from workplans.operations.locking import Superseded
from workplans.procedure import OutOfOrder

NOT_THE_CHAIR = [
    "staff", "head", "other_head", "minister", "former_chair", "expert_chair", "next_chair",
    "superuser", "stranger", "observer",
]  # fmt: skip


def adopt(consideration, by, **changes):
    facts = {"digest": consideration.revision.digest, "by": by, "on": factories.NOW, **changes}
    return decision.adopt(consideration, **facts)


def test_adoption_is_entered_once_with_its_document(cast, agreed):
    made = adopt(agreed, cast.chair)
    plan = WorkPlan.objects.get()
    assert plan.status == "adopted"
    assert (made.on, made.meeting, made.by) == (factories.TODAY, agreed.meeting, cast.chair)
    document = Document.objects.get()
    assert (document.symbol, document.edition, document.status) == (
        "PartNIR/AG/2027/WP/1", "adopted", "queued",
    )  # fmt: skip
    assert Entry.objects.get(act="adopted").capacity == "Chair of the Advisory Group, Aldova"
    assert Notice.objects.filter(entry__act="adopted", person=cast.head).exists()
    with pytest.raises((Superseded, OutOfOrder)):
        adopt(agreed, cast.chair)
    assert Decision.objects.count() == 1


def test_a_reservation_does_not_block_and_is_printed(cast, agreed):
    text = "Dorlan reads paragraph 4 as voluntary."
    factories.answer(agreed, by=cast.head, kind="approves_with_reservation", text=text)
    adopt(agreed, cast.chair)
    order = Document.objects.get().order
    assert text in order


def test_a_lifted_objection_no_longer_blocks(cast, agreed):
    factories.answer(agreed, by=cast.head, kind="objects", text="Not yet.")
    with pytest.raises(NoConsensus, match="1 objects"):
        adopt(agreed, cast.chair)
    factories.answer(agreed, by=cast.head)
    adopt(agreed, cast.chair)


def test_one_missing_answer_blocks(cast, consideration):
    for head in list(cast.heads.values())[:-1]:
        factories.answer(consideration, by=head)
    with pytest.raises(NoConsensus, match="1 has not answered"):
        adopt(consideration, cast.chair)
    assert not Decision.objects.exists()


@pytest.mark.parametrize("days", [-1, 3, 30])
def test_adoption_falls_inside_the_meeting(cast, agreed, days):
    with pytest.raises(WrongDay, match="10–12 March 2027"):
        adopt(agreed, cast.chair, on=factories.NOW + timedelta(days=days))


def test_the_chair_adopts_the_text_that_was_on_the_screen(cast, agreed):
    with pytest.raises(Superseded):
        adopt(agreed, cast.chair, digest="0" * 64)


def test_the_incoming_chair_adopts_what_the_outgoing_convened(cast, draft):
    """Across a hand-over the decision carries the new chair's name and date."""
    from datetime import UTC, date, datetime

    december = datetime(2027, 12, 30, 12, tzinfo=UTC)
    january = datetime(2028, 1, 1, 0, 0, 1, tzinfo=UTC)
    sitting = factories.meeting(
        "AG", by=cast.staff, begins=date(2027, 12, 29), ends=date(2028, 1, 5), on=december
    )
    consideration = factories.circulated(draft, before=sitting, by=cast.staff, on=december)
    for head in cast.heads.values():
        factories.answer(consideration, by=head, on=december)
    with pytest.raises(NotEntitled):
        adopt(consideration, cast.chair, on=january)
    made = adopt(consideration, cast.next_chair, on=january)
    assert (made.by, made.on) == (cast.next_chair, january.date())


@pytest.mark.parametrize("role", NOT_THE_CHAIR)
def test_nobody_else_adopts_returns_submits_or_reports(
    cast, agreed, role, ministers_meeting, summit
):
    person = cast.everyone()[role]
    acts = Entry.objects.count()
    digest = agreed.revision.digest
    with pytest.raises(NotEntitled):
        adopt(agreed, person)
    with pytest.raises(NotEntitled):
        decision.return_to_draft(agreed, digest=digest, reason="x", by=person, on=factories.NOW)
    assert Entry.objects.count() == acts
    adopt(agreed, cast.chair)
    plan = agreed.plan
    with pytest.raises(NotEntitled):
        decision.submit(plan, meeting=ministers_meeting, digest=digest, by=person, on=factories.NOW)
    before_ministers = decision.submit(
        plan, meeting=ministers_meeting, digest=digest, by=cast.chair, on=factories.NOW
    )
    for minister in cast.ministers.values():
        factories.answer(before_ministers, by=minister)
    with pytest.raises(NotEntitled):
        decision.report(
            plan, meeting=summit, digest=digest, summary="", by=person, on=factories.NOW
        )
    assert WorkPlan.objects.get().status == "approved"


def test_a_return_needs_its_reason_and_makes_a_draft_again(cast, agreed):
    digest = agreed.revision.digest
    with pytest.raises(ReasonMissing):
        decision.return_to_draft(agreed, digest=digest, reason=" ", by=cast.chair, on=factories.NOW)
    decision.return_to_draft(
        agreed, digest=digest, reason="Add figures.", by=cast.chair, on=factories.NOW
    )
    assert WorkPlan.objects.get().status == "draft"
    assert Consideration.objects.get().outcome == "returned"


def test_submitting_opens_a_consideration_of_the_ministers(cast, submitted):
    plan = WorkPlan.objects.get()
    assert plan.status == "submitted"
    assert submitted.before_ministers
    assert submitted.revision == plan.revision
    told = {n.person.name for n in Notice.objects.filter(entry__act="submitted")}
    assert told == {f"Minister {name}" for name in factories.STATES}


def test_submitting_names_a_ministers_meeting_that_is_not_over(cast, adopted, summit):
    digest = adopted.revision.digest
    with pytest.raises(WrongMeeting):
        decision.submit(adopted, meeting=summit, digest=digest, by=cast.chair, on=factories.NOW)
    past = factories.meeting("IMM", by=cast.staff)
    with pytest.raises(WrongMeeting, match="is over"):
        decision.submit(
            adopted, meeting=past, digest=digest, by=cast.chair,
            on=factories.NOW + timedelta(days=9),
        )  # fmt: skip


def test_no_decision_is_dated_before_the_one_it_follows(cast, adopted, ministers_meeting):
    with pytest.raises(WrongDay):
        decision.submit(
            adopted, meeting=ministers_meeting, digest=adopted.revision.digest, by=cast.chair,
            on=factories.NOW - timedelta(days=1),
        )  # fmt: skip


def test_reporting_issues_the_summit_report(cast, approved, summit):
    decision.report(
        approved, meeting=summit, digest=approved.revision.digest,
        summary="The year in brief.", by=cast.chair, on=factories.NOW,
    )  # fmt: skip
    plan = WorkPlan.objects.get()
    assert plan.status == "reported"
    report = plan.documents.get(kind="summit_report")
    assert report.symbol == "PartNIR/SUMMIT/2027/RPT/1"
    assert "The year in brief." in report.order
    acts = list(plan.decisions.values_list("act", flat=True))
    assert acts == ["adopted", "submitted", "approved", "reported"]


def test_no_step_is_skipped(cast, adopted, agreed, summit):
    digest = adopted.revision.digest
    with pytest.raises(OutOfOrder):
        decision.report(
            adopted, meeting=summit, digest=digest, summary="", by=cast.chair, on=factories.NOW
        )


def test_a_decision_is_never_changed(cast, adopted):
    with pytest.raises(IntegrityError, match="only grows"), transaction.atomic():
        Decision.objects.update(text="something else")
    with pytest.raises(IntegrityError, match="decided_once"), transaction.atomic():
        made = Decision.objects.get()
        made.pk, made.consideration = None, None
        made.save()
