"""A ministers' meeting that ends without a decision leaves the plan adopted, approval pending."""

from datetime import timedelta

from secretariat.models import Entry, Notice
from secretariat.standing import Standing
from tests import factories
from workplans import tasks
from workplans.models import Consideration, Decision, WorkPlan
from workplans.operations import decision
from workplans.permissions import available_acts

AFTER = factories.NOW + timedelta(days=3)


def test_nothing_ends_while_the_meeting_sits(cast, submitted):
    assert decision.end_lapsed(factories.NOW + timedelta(days=2)) == 0
    assert WorkPlan.objects.get().status == "submitted"


def test_when_it_is_over_the_plan_waits_for_the_next_meeting(cast, submitted):
    factories.answer(submitted, by=cast.minister)
    assert decision.end_lapsed(AFTER) == 1
    assert decision.end_lapsed(AFTER) == 0
    plan = WorkPlan.objects.get()
    assert plan.status == "adopted"
    assert Consideration.objects.get(pk=submitted.pk).outcome == "lapsed"
    assert Entry.objects.get(act="lapse").by is None
    assert "submit" in available_acts(Standing.of(cast.chair, AFTER.date()), plan)
    told = {notice.person.name for notice in Notice.objects.filter(entry__act="lapse")}
    assert told == {
        *(f"Minister {name}" for name in factories.STATES),
        "Chair Aldova",
        "Staff Aldova",
    }


def test_the_next_meeting_asks_every_minister_anew(cast, submitted):
    factories.answer(submitted, by=cast.minister)
    decision.end_lapsed(AFTER)
    again = factories.meeting("IMM", by=cast.staff, begins=AFTER.date(), on=AFTER)
    plan = WorkPlan.objects.get()
    second = decision.submit(
        plan, meeting=again, digest=plan.revision.digest, by=cast.chair, on=AFTER
    )
    for minister in cast.ministers.values():
        factories.answer(second, by=minister, on=AFTER)
    assert WorkPlan.objects.get().status == "approved"
    assert Decision.objects.filter(act="submitted").count() == 2


def test_a_consideration_of_the_advisory_group_does_not_lapse(cast, consideration):
    assert decision.lapse(consideration, on=AFTER) is False
    assert Consideration.objects.get().is_open


def test_the_worker_looks_by_itself(cast, submitted):
    import time_machine

    with time_machine.travel(AFTER, tick=False):
        tasks.end_lapsed_considerations()
    assert WorkPlan.objects.get().status == "adopted"
