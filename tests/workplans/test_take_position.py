"""What a state says to one exact text."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from secretariat.models import Entry, Notice
from secretariat.standing import NotEntitled
from tests import factories
from workplans.models import Consideration, Position, WorkPlan
from workplans.operations.answering import NotAnAnswer, count, take_position
from workplans.operations.locking import Superseded
from workplans.procedure import OutOfOrder


def say(consideration, by, kind="approves", text="", **changes):
    facts = {
        "digest": consideration.revision.digest,
        "kind": kind,
        "text": text,
        "by": by,
        "on": factories.NOW,
        "key": uuid4(),
        **changes,
    }
    return take_position(consideration, **facts)


def test_it_is_entered_for_the_seat_with_the_text_it_answers(cast, consideration):
    position = say(consideration, cast.head)
    assert position.seat.state.name == "Dorlan"
    assert position.digest == consideration.revision.digest
    assert position.on == factories.TODAY
    entry = Entry.objects.get(act="take_position")
    assert entry.facts["state"] == "DO"
    assert entry.capacity == "Head of delegation, Dorlan"


def test_the_whole_delegation_and_the_secretariat_get_the_receipt(cast, consideration):
    say(consideration, cast.head)
    told = {n.person.name for n in Notice.objects.filter(entry__act="take_position")}
    assert told == {
        "Head Dorlan", "Alternate Dorlan", "Delegate Dorlan",
        "Chair Aldova", "Staff Aldova",
    }  # fmt: skip


def test_one_voice_per_state_and_the_last_word_stands(cast, consideration):
    say(consideration, cast.head)
    say(consideration, cast.alternate, "objects", "Paragraph 3 has to go.")
    assert count(consideration).opposing == ("DO",)
    say(consideration, cast.head)
    assert count(consideration).approving == ("DO",)
    assert consideration.positions.count() == 3


def test_sending_the_same_form_twice_has_one_effect(cast, consideration):
    key = uuid4()
    first = say(consideration, cast.head, key=key)
    assert say(consideration, cast.head, key=key) == first
    # A second page with the same answer says nothing new.
    assert say(consideration, cast.head) == first
    assert Entry.objects.filter(act="take_position").count() == 1


def test_a_key_of_somebody_elses_form_is_not_taken_for_an_answer(cast, consideration):
    key = uuid4()
    say(consideration, cast.heads["Borania"], key=key)
    with pytest.raises(NotAnAnswer):
        say(consideration, cast.head, key=key)


def test_a_form_sent_again_with_another_answer_is_not_taken_for_the_first(cast, consideration):
    key = uuid4()
    say(consideration, cast.head, key=key)
    with pytest.raises(NotAnAnswer):
        say(consideration, cast.head, "objects", "Paragraph 3 has to go.", key=key)
    assert count(consideration).approving == ("DO",)


@pytest.mark.parametrize("kind", ["approves_with_reservation", "objects"])
def test_a_reservation_or_an_objection_has_a_text(cast, consideration, kind):
    with pytest.raises(NotAnAnswer):
        say(consideration, cast.head, kind, "  ")
    assert not Position.objects.exists()


@pytest.mark.parametrize("kind", ["returns", "abstains", ""])
def test_an_answer_the_group_does_not_know_is_refused(cast, consideration, kind):
    with pytest.raises(NotAnAnswer):
        say(consideration, cast.head, kind, "text")


def test_an_answer_to_another_text_is_refused(cast, consideration, draft, advisory_group):
    with pytest.raises(Superseded):
        say(consideration, cast.head, digest="0" * 64)
    factories.activity(draft, title="A later idea")
    second = factories.circulated(draft, before=advisory_group, by=cast.staff)
    with pytest.raises(Superseded):
        say(consideration, cast.head)
    with pytest.raises(Superseded):
        say(second, cast.head, digest=consideration.revision.digest)
    assert not Position.objects.exists()


@pytest.mark.parametrize(
    "role",
    ["chair", "staff", "delegate", "minister", "observer", "former_chair", "superuser", "stranger"],
)
def test_nobody_but_the_seats_voice_may(cast, consideration, role):
    with pytest.raises(NotEntitled):
        say(consideration, cast.everyone()[role])
    assert not Position.objects.exists()
    assert not Entry.objects.filter(act="take_position").exists()


def test_a_state_that_joined_after_convening_has_no_seat(cast, consideration):
    late = factories.state("Fenland", order=6)
    factories.member(late, since=factories.TODAY)
    head = factories.person("Head Fenland", "head", late)
    with pytest.raises(NotEntitled):
        say(consideration, head)
    assert len(count(consideration).seats) == 4


def test_not_after_the_decision(cast, agreed):
    factories.adopted(agreed, by=cast.chair)
    with pytest.raises(Superseded):
        say(Consideration.objects.get(pk=agreed.pk), cast.head, "objects", "Too late.")


def test_a_position_is_never_changed_or_removed(cast, consideration):
    say(consideration, cast.head)
    for change in (lambda q: q.update(kind="objects", text="x"), lambda q: q._raw_delete(q.db)):
        with pytest.raises(IntegrityError, match="only grows"), transaction.atomic():
            change(Position.objects.all())


# Before the ministers.


def test_the_last_ministers_approval_is_the_meetings(cast, submitted):
    ministers = list(cast.ministers.values())
    for minister in ministers[:-1]:
        say(submitted, minister)
        assert WorkPlan.objects.get().status == "submitted"
    say(submitted, ministers[-1])
    plan = WorkPlan.objects.get()
    assert plan.status == "approved"
    decision = plan.decisions.get(act="approved")
    assert (decision.on, decision.meeting) == (factories.TODAY, submitted.meeting)
    assert plan.documents.filter(edition="approved").count() == 1


def test_a_ministers_return_sends_the_plan_back_at_once(cast, submitted):
    say(submitted, cast.ministers["Aldova"])
    say(submitted, cast.minister, "returns", "The budget of 2.1 is missing.")
    plan = WorkPlan.objects.get()
    assert plan.status == "draft"
    assert plan.decisions.get(act="returned").text == "The budget of 2.1 is missing."
    assert Consideration.objects.get(pk=submitted.pk).outcome == "returned"


def test_a_returned_plan_has_to_be_adopted_anew(cast, submitted, advisory_group, draft):
    say(submitted, cast.minister, "returns", "The budget is missing.")
    plan = WorkPlan.objects.get()
    with pytest.raises(OutOfOrder):
        from workplans.operations import decision

        decision.submit(
            plan, meeting=submitted.meeting, digest=plan.revision.digest, by=cast.chair,
            on=factories.NOW,
        )  # fmt: skip
    second = factories.circulated(plan, before=advisory_group, by=cast.staff)
    assert second.revision.number == 2
    assert count(second).silent == ("AL", "BO", "CE", "DO")


def test_ministers_decide_only_while_their_meeting_sits(cast, adopted):
    from workplans.operations import decision

    later = factories.meeting("IMM", by=cast.staff, begins=factories.TODAY + timedelta(days=30))
    before_ministers = decision.submit(
        adopted, meeting=later, digest=adopted.revision.digest, by=cast.chair, on=factories.NOW
    )
    with pytest.raises(NotAnAnswer, match="9–11 April 2027"):
        say(before_ministers, cast.minister)
    say(before_ministers, cast.minister, on=factories.NOW + timedelta(days=30))


@pytest.mark.parametrize("kind", ["objects", "approves_with_reservation"])
def test_ministers_approve_or_return_and_nothing_else(cast, submitted, kind):
    with pytest.raises(NotAnAnswer):
        say(submitted, cast.minister, kind, "text")
