"""Opening an amendment: does it, who may not, wrong moment, what follows, done already."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from secretariat.models import Entry, Notice
from secretariat.standing import NotEntitled
from tests import factories
from tests.workplans import amendments
from workplans import draft
from workplans.models import Activity, Amendment, Revision, Sitting, TextBlock, WorkPlan
from workplans.operations import amending, editing, review
from workplans.operations.decision import ReasonMissing
from workplans.operations.locking import Superseded
from workplans.procedure import OutOfOrder
from workplans.snapshots import Shelf

NOT_THEIRS = [
    "head", "other_head", "delegate", "minister", "former_chair", "former_staff", "expert_chair",
    "next_chair", "superuser", "stranger", "observer",
]  # fmt: skip


def says(plan):
    """What the draft says, without the number it would be circulated under."""
    return {**draft.compose(plan, on=factories.TODAY), "revision": None}


def holds(revision):
    return {**revision.form, "revision": None}


def test_the_ministers_approval_puts_a_text_in_force_and_nothing_before_it(cast, adopted, approved):
    assert adopted.in_force is None and adopted.in_force_as == ""
    assert adopted.public_text == adopted.revision
    assert approved.in_force == approved.revision
    assert (approved.in_force_as, approved.status) == ("approved", "approved")


@pytest.mark.parametrize("role", ["chair", "staff"])
def test_an_amendment_opens_the_draft_and_leaves_the_text_in_force(cast, approved, role):
    person = cast.everyone()[role]
    keys = set(Activity.objects.values_list("key", flat=True))
    made = amendments.opened(approved, by=person)
    plan = amendments.again(approved)
    assert plan.status == "draft" and plan.is_being_amended
    assert plan.in_force == plan.revision == made.amends
    assert (plan.in_force_as, plan.public_status) == ("approved", "approved")
    assert (made.number, made.reason, made.by) == (1, amendments.REASON, person)
    assert made.opened_on == factories.TODAY and made.closed is None
    assert says(plan) == holds(plan.in_force)
    assert set(Activity.objects.values_list("key", flat=True)) == keys
    entry = Entry.objects.get(act="amend")
    assert entry.facts["reason"] == amendments.REASON
    assert entry.facts["revision"] == "PartNIR/AG/2027/WP/1"
    amendments.moved(approved, by=cast.staff)
    assert amendments.again(approved).in_force.digest == made.amends.digest


def test_what_was_never_circulated_gives_way_to_the_text_in_force_and_stays_readable(
    cast, agreed, ministers_meeting, sign_in
):
    """The draft may have been written on after the text that was adopted was circulated."""
    plan = agreed.plan
    amendments.moved(plan, by=cast.staff, to="Never circulated")
    TextBlock.objects.create(plan=plan, kind="annex", title="Never circulated")
    adopted = factories.adopted(agreed, by=cast.chair)
    approved = amendments.approved(cast, amendments.submitted(cast, adopted, ministers_meeting))
    amendments.opened(approved, by=cast.staff)
    plan = amendments.again(approved)
    assert says(plan) == holds(plan.in_force)
    sign_in(cast.staff).get(reverse("healthz"))
    shelf = Shelf(cast.staff.user, plan, factories.TODAY)
    sittings = [shelf.form(one) for one in shelf.snapshots if one.sitting]
    assert any(form["annexes"] for form in sittings)


def test_the_delegations_and_the_secretariat_are_told_and_nobody_else(cast, approved):
    amendments.opened(approved, by=cast.staff)
    notices = Notice.objects.filter(entry__act="amend")
    assert {notice.person for notice in notices} == {
        *cast.heads.values(), cast.alternate, cast.delegate, cast.chair, cast.staff
    }  # fmt: skip
    for notice in notices:
        assert amendments.REASON in notice.body and "stays in force" in notice.body
        assert notice.path == "/en/desk/plans/2027/"


@pytest.mark.parametrize("role", NOT_THEIRS)
def test_nobody_else_opens_one(cast, approved, role):
    acts = Entry.objects.count()
    with pytest.raises(NotEntitled):
        amendments.opened(approved, by=cast.everyone()[role])
    assert Entry.objects.count() == acts and not Amendment.objects.exists()
    assert amendments.again(approved).status == "approved"


def test_only_an_approved_text_is_amended(cast, draft):
    with pytest.raises(OutOfOrder):
        amending.amend(draft, digest="0" * 64, reason="Why", by=cast.staff, on=factories.NOW)


def test_an_adopted_text_is_changed_before_approval_and_not_by_an_amendment(cast, adopted):
    digest = adopted.revision.digest
    with pytest.raises(OutOfOrder):
        amending.amend(adopted, digest=digest, reason="Why", by=cast.staff, on=factories.NOW)


def test_it_needs_a_reason_and_the_text_that_was_on_the_screen(cast, approved):
    digest = approved.in_force.digest
    with pytest.raises(ReasonMissing):
        amending.amend(approved, digest=digest, reason="  ", by=cast.staff, on=factories.NOW)
    with pytest.raises(Superseded):
        amending.amend(approved, digest="0" * 64, reason="Why", by=cast.staff, on=factories.NOW)
    assert not Amendment.objects.exists()


def test_the_same_form_opens_one_amendment_and_another_is_refused(cast, approved):
    made = amendments.opened(approved, by=cast.staff)
    assert amendments.opened(approved, by=cast.staff) == made
    with pytest.raises(OutOfOrder):
        amendments.opened(approved, by=cast.staff, reason="Another reason")
    assert Entry.objects.filter(act="amend").count() == 1


def test_a_reported_plan_is_amended_as_well(cast, approved, summit):
    plan = amendments.reported(cast, approved, summit)
    amendments.opened(plan, by=cast.chair)
    plan = amendments.again(plan)
    assert (plan.status, plan.public_status) == ("draft", "reported")


def test_an_amendment_that_changes_nothing_is_not_circulated(cast, approved, advisory_group):
    amendments.opened(approved, by=cast.staff)
    with pytest.raises(review.NotReady, match="says the same as PartNIR/AG/2027/WP/1"):
        factories.circulated(approved, before=advisory_group, by=cast.staff)
    amendments.moved(approved, by=cast.staff)
    before = factories.circulated(approved, before=advisory_group, by=cast.staff)
    assert before.revision.symbol == "PartNIR/AG/2027/WP/1/Rev.1"
    assert before.revision.amends == approved.in_force


def test_texts_of_before_the_first_approval_amend_nothing(cast, approved):
    assert not Revision.objects.exclude(amends=None).exists()


def test_the_draft_is_open_to_those_who_write_and_to_nobody_else(cast, approved):
    amendments.opened(approved, by=cast.staff)
    with pytest.raises(NotEntitled):
        amendments.moved(approved, by=cast.head)
    amendments.moved(approved, by=cast.chair)
    assert Sitting.objects.filter(plan=approved, person=cast.chair).exists()
    assert editing.find(approved, Activity, Activity.objects.first().key) is not None


def test_a_plan_of_the_presidency_before_is_amended_by_the_one_that_presides(cast, approved):
    from datetime import UTC, datetime

    later = datetime(2028, 2, 1, 12, tzinfo=UTC)
    with pytest.raises(NotEntitled):
        amendments.opened(approved, by=cast.staff, on=later)
    made = amendments.opened(approved, by=cast.next_chair, on=later)
    plan = amendments.again(approved)
    assert plan.presidency.state.name == "Aldova" and made.appointment.state.name == "Cestria"


# What the database says


def test_one_amendment_of_a_plan_is_under_way(cast, approved):
    made = amendments.opened(approved, by=cast.staff)
    made.pk, made.number = None, 2
    with pytest.raises(IntegrityError, match="one_amendment_of_a_plan"), transaction.atomic():
        made.save(force_insert=True)


def test_an_amendment_is_closed_once_and_stays(cast, approved):
    amendments.opened(approved, by=cast.staff)
    with pytest.raises(IntegrityError, match="closed once"), transaction.atomic():
        Amendment.objects.update(reason="Another")
    with pytest.raises(IntegrityError, match="closed once"), transaction.atomic():
        Amendment.objects.all().delete()
    amending.withdraw(Amendment.objects.get(), reason="", by=cast.staff, on=factories.NOW)
    with pytest.raises(IntegrityError, match="closed once"), transaction.atomic():
        Amendment.objects.update(outcome="approved")


def test_an_approved_plan_is_in_force_says_the_database(cast, approved):
    for wrong in ({"in_force": None, "in_force_as": ""}, {"in_force_as": "reported"}):
        with pytest.raises(IntegrityError, match="in_force"), transaction.atomic():
            WorkPlan.objects.update(**wrong)
