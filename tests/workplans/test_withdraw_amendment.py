"""Withdrawing an amendment: does it, who may not, wrong moment, what follows, done already."""

import pytest
from django.urls import reverse

from secretariat.models import Entry, Notice
from secretariat.standing import NotEntitled
from tests import factories
from tests.workplans import amendments
from tests.workplans.test_amend import holds, says
from workplans.models import Amendment, Consideration
from workplans.operations import amending, decision
from workplans.operations.decision import ReasonMissing
from workplans.operations.locking import Superseded
from workplans.procedure import OutOfOrder
from workplans.snapshots import Shelf

WHY = "The first host can take it after all."


def withdraw(by, *, reason=WHY):
    return amending.withdraw(Amendment.objects.latest("id"), reason=reason, by=by, on=factories.NOW)


@pytest.fixture
def written(cast, approved):
    """An amendment in which something is written."""
    amendments.opened(approved, by=cast.staff)
    amendments.moved(approved, by=cast.staff)
    return amendments.again(approved)


def test_the_chair_withdraws_and_the_plan_is_what_it_was(cast, written):
    made = withdraw(cast.chair)
    plan = amendments.again(written)
    assert (plan.status, plan.in_force_as) == ("approved", "approved")
    assert plan.revision == plan.in_force and not plan.is_being_amended
    assert says(plan) == holds(plan.in_force)
    assert (made.outcome, made.why_withdrawn) == ("withdrawn", WHY) and made.closed
    entry = Entry.objects.get(act="withdraw_amendment")
    assert entry.facts["reason"] == WHY and entry.facts["untouched"] is False


def test_what_was_written_in_it_stays_readable(cast, written, sign_in):
    withdraw(cast.chair)
    sign_in(cast.staff).get(reverse("healthz"))
    shelf = Shelf(cast.staff.user, amendments.again(written), factories.TODAY)
    places = [
        activity["place"]
        for one in shelf.snapshots
        if one.sitting
        for area in shelf.form(one)["areas"]
        for activity in area["activities"]
    ]
    assert amendments.CANARY in places


def test_a_reported_plan_is_reported_again(cast, approved, summit):
    amendments.reported(cast, approved, summit)
    amendments.opened(approved, by=cast.staff)
    amendments.moved(approved, by=cast.staff)
    withdraw(cast.chair)
    assert amendments.again(approved).status == "reported"


def test_what_was_reported_meanwhile_stays_reported(cast, written, summit):
    amendments.reported(cast, written, summit)
    withdraw(cast.chair)
    assert amendments.again(written).status == "reported"


def test_a_text_before_the_delegations_is_taken_back_with_it(cast, approved, advisory_group):
    before = amendments.circulated(cast, approved, advisory_group)
    factories.answer(before, by=cast.head)
    withdraw(cast.chair)
    before = Consideration.objects.get(pk=before.pk)
    assert before.outcome == "withdrawn" and before.closed
    plan = amendments.again(approved)
    assert plan.status == "approved" and plan.revision == plan.in_force
    told = Notice.objects.filter(entry__act="withdraw", person=cast.observer)
    assert WHY in told.get().body
    # The next amendment goes on counting: a symbol is given once.
    amendments.opened(approved, by=cast.staff, reason="Again")
    amendments.moved(approved, by=cast.staff, to="Elsewhere")
    again = factories.circulated(amendments.again(plan), before=advisory_group, by=cast.staff)
    assert again.revision.symbol == "PartNIR/AG/2027/WP/1/Rev.2"
    assert Amendment.objects.latest("id").number == 2


def test_those_who_heard_of_it_hear_that_nothing_comes_of_it(cast, written):
    withdraw(cast.chair)
    opened, ended = (
        set(Notice.objects.filter(entry__act=act).values_list("person", flat=True))
        for act in ("amend", "withdraw_amendment")
    )
    assert opened == ended
    assert WHY in Notice.objects.filter(entry__act="withdraw_amendment").first().body


@pytest.mark.parametrize("role", ["staff", "head", "former_chair", "expert_chair", "next_chair",
                                  "superuser", "stranger", "minister"])  # fmt: skip
def test_nobody_else_withdraws_what_was_written_in(cast, written, role):
    with pytest.raises(NotEntitled):
        withdraw(cast.everyone()[role])
    assert Amendment.objects.get().closed is None


def test_a_reason_is_due_once_something_was_written(cast, written):
    with pytest.raises(ReasonMissing):
        withdraw(cast.chair, reason=" ")


def test_once_it_is_adopted_only_the_ministers_end_it(
    cast, approved, advisory_group, ministers_meeting
):
    before = amendments.circulated(cast, approved, advisory_group)
    plan = amendments.adopted(cast, before)
    with pytest.raises(OutOfOrder):
        withdraw(cast.chair)
    asked = amendments.submitted(cast, plan, ministers_meeting)
    with pytest.raises(OutOfOrder):
        withdraw(cast.chair)
    factories.answer(asked, by=cast.minister, kind="returns", text="Not this host.")
    plan = amendments.again(plan)
    assert plan.status == "draft" and plan.is_being_amended and plan.came_back
    withdraw(cast.chair)
    assert amendments.again(plan).status == "approved"


def test_an_approved_amendment_is_not_withdrawn(cast, approved, advisory_group, ministers_meeting):
    plan = amendments.adopted(cast, amendments.circulated(cast, approved, advisory_group))
    amendments.approved(cast, amendments.submitted(cast, plan, ministers_meeting))
    with pytest.raises(Superseded, match="approved already"):
        withdraw(cast.chair)


def test_withdrawing_twice_has_one_effect(cast, written):
    first = withdraw(cast.chair)
    assert withdraw(cast.chair) == first
    assert Entry.objects.filter(act="withdraw_amendment").count() == 1


# A mis-click


@pytest.mark.parametrize("role", ["staff", "chair"])
def test_an_amendment_in_which_nothing_was_changed_is_undone_by_whoever_writes(
    cast, approved, role
):
    amendments.opened(approved, by=cast.staff)
    made = withdraw(cast.everyone()[role], reason="")
    assert made.outcome == "withdrawn" and made.why_withdrawn == ""
    assert amendments.again(approved).status == "approved"
    assert Entry.objects.get(act="withdraw_amendment").facts["untouched"] is True
    words = Notice.objects.filter(entry__act="withdraw_amendment").first().body
    assert "Nothing had been changed in it." in words


def test_what_was_changed_and_changed_back_counts_as_unchanged(cast, approved):
    amendments.opened(approved, by=cast.staff)
    amendments.moved(approved, by=cast.staff)
    amendments.moved(approved, by=cast.staff, to="")
    assert withdraw(cast.staff, reason="").outcome == "withdrawn"


def test_what_was_before_the_delegations_is_not_undone_without_the_chair(
    cast, approved, advisory_group
):
    before = amendments.circulated(cast, approved, advisory_group)
    decision.return_to_draft(
        before, digest=before.revision.digest, reason="No.", by=cast.chair, on=factories.NOW
    )
    amendments.moved(approved, by=cast.staff, to="")
    with pytest.raises(NotEntitled):
        withdraw(cast.staff, reason="")


def test_the_head_does_not_undo(cast, approved):
    amendments.opened(approved, by=cast.staff)
    with pytest.raises(NotEntitled):
        withdraw(cast.head, reason="")
