"""A silence's end with several at it: one outcome, and the lock is what makes it the right one."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from secretariat import instants
from secretariat.models import Entry, Notice
from tests import factories
from tests.workplans import silences
from tests.workplans.silences import answer, ended, ends, objection
from tests.workplans.test_together import elsewhere
from workplans.models import Consideration, Decision, Document, Position, WorkPlan
from workplans.operations import correspondence, locking

pytestmark = pytest.mark.django_db(transaction=True)
# Long enough for an act on a busy machine, short enough to wait for.
SOON = timedelta(seconds=5)


@pytest.fixture
def silent(cast_now):
    year = timezone.now().year
    plan = factories.plan(by=cast_now.staff, year=year, on=timezone.now())
    return silences.opened(plan, by=cast_now.chair)


def at_once(*acts):
    """Run acts at the same time, each on a connection of its own."""
    ready, raised = threading.Barrier(len(acts)), []

    def run(act):
        try:
            connection.ensure_connection()
            ready.wait(20)
            act()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return raised


def test_four_workers_at_once_make_one_outcome(silent):
    ended(silent)
    assert at_once(*[correspondence.settle_due] * 4) == []
    assert Consideration.objects.get().outcome == "adopted"
    assert Decision.objects.count() == Document.objects.count() == 1
    assert Entry.objects.filter(act="end_silence").count() == 1
    told = Notice.objects.filter(entry__act="end_silence").values_list("person")
    assert len(told) == len(set(told))


def test_whoever_ends_it_waits_for_an_objection_on_its_way(cast_now, silent):
    """The objection came in before the end and is not certain yet when the end is asked for."""
    silent = ends(silent, instants.now() + SOON)
    with transaction.atomic():
        position = answer(silent, cast_now.head)
        assert position.at < silent.expires
        wait_for(silent.expires)
        waited = elsewhere(lambda: correspondence.settle(silent))
        assert isinstance(waited, OperationalError) and "lock timeout" in str(waited)
    assert correspondence.settle_due() == 0
    assert Consideration.objects.get().outcome == "broken"


def test_an_objection_waits_for_whoever_ends_it(cast_now, silent):
    silent = ended(silent)
    with transaction.atomic():
        assert correspondence.settle(silent) is not None
        waited = elsewhere(lambda: answer(silent, cast_now.head))
        assert isinstance(waited, OperationalError) and "lock timeout" in str(waited)
    assert answer(silent, cast_now.head).is_late
    assert Consideration.objects.get().outcome == "adopted"


@pytest.mark.parametrize("locked", [True, False], ids=["with the lock", "without it"])
def test_without_the_lock_an_objection_in_time_is_overlooked(cast_now, silent, monkeypatch, locked):
    """The negative control: taken out of the acts, the same two come to the wrong outcome."""
    if not locked:
        monkeypatch.setattr(locking, "lock", no_lock)
        monkeypatch.setattr(correspondence, "lock", no_lock)
    silent = ends(silent, instants.now() + SOON)
    with transaction.atomic():
        locking.lock(silent.plan_id)
        assert objection(silent, cast_now.head).at < silent.expires
        wait_for(silent.expires)
        waited = elsewhere(lambda: correspondence.settle(silent))
    correspondence.settle_due()
    outcome = Consideration.objects.get().outcome
    if locked:
        assert "lock timeout" in str(waited) and outcome == "broken"
    else:
        assert waited is None and outcome == "adopted"


def no_lock(plan_id):
    """What every act begins with, but for the lock."""
    plan = WorkPlan.objects.select_related("presidency__state", "revision").get(pk=plan_id)
    if plan.status == WorkPlan.Status.UNDER_CONSIDERATION:
        correspondence.end_if_due(plan)
    return plan


def wait_for(instant):
    while instants.now() < instant:
        time.sleep(0.02)


@pytest.mark.parametrize("act", ["extend", "withdraw", "open_silence"])
def test_every_act_on_it_waits_for_the_one_before(cast_now, silent, act):
    from workplans.operations import review

    on = timezone.now()
    acts = {
        "extend": lambda: correspondence.extend(
            silent, until=silent.expires + timedelta(days=1), seen=silent.expires, reason="x",
            by=cast_now.chair, on=on,
        ),
        "withdraw": lambda: review.withdraw(silent, reason="x", by=cast_now.chair, on=on),
        "open_silence": lambda: silences.opened(silent.plan, by=cast_now.chair),
    }  # fmt: skip
    with transaction.atomic():
        locking.lock(silent.plan_id)
        waited = elsewhere(acts[act])
    assert isinstance(waited, OperationalError) and "lock timeout" in str(waited)


def test_one_that_is_held_for_long_keeps_no_page_waiting_and_is_ended_afterwards(silent, caplog):
    ended(silent)
    with transaction.atomic():
        WorkPlan.objects.select_for_update().get(pk=silent.plan_id)
        assert elsewhere(correspondence.settle_due) is None
    assert "could not be ended yet" in caplog.text
    assert correspondence.settle_due() == 1
    assert Consideration.objects.get().outcome == "adopted"


def test_in_any_order_the_instants_decide(cast_now):
    """Six silences that end within a moment, each with two who object and two who end it."""
    year = timezone.now().year
    silents = []
    for number in range(6):
        plan = factories.plan(by=cast_now.staff, year=year + number, on=timezone.now())
        silents.append(silences.opened(plan, by=cast_now.chair))
    for number, silent in enumerate(silents):
        # Some end before anybody comes, some while they come, some after.
        at = instants.now() + timedelta(milliseconds=40 * number)
        silent = ends(silent, at)
        heads = list(cast_now.heads.values())[:2]
        at_once(
            *[lambda head=head, silent=silent: answer(silent, head) for head in heads],
            *[correspondence.settle_due] * 2,
        )
        wait_for(silent.expires)
        correspondence.settle_due()
        found = Consideration.objects.get(pk=silent.pk)
        in_time = Position.objects.filter(consideration=silent, at__lt=found.expires).order_by("id")
        assert found.outcome == ("broken" if in_time else "adopted")
        assert found.closed == (in_time[0].at if in_time else found.expires)
        assert len(in_time) <= 1
        assert Decision.objects.filter(consideration=silent).count() == (not in_time)
