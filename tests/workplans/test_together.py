"""Two people at once: each act holds the plan, so the other waits and then sees what happened."""

import threading
from uuid import uuid4

import pytest
from django.db import OperationalError, connection, transaction

from tests import factories
from workplans.models import Consideration, Decision, Position
from workplans.operations import answering, decision, review
from workplans.operations.locking import Superseded, lock

pytestmark = pytest.mark.django_db(transaction=True)


def elsewhere(act):
    """Run an act on a connection of its own; returns what it raised, if anything."""
    raised = []

    def run():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '300ms'")
            act()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            raised.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(30)
    return raised[0] if raised else None


def acts(cast, consideration, meeting):
    digest = consideration.revision.digest
    plan = consideration.plan
    now = factories.NOW
    return {
        "take_position": lambda: answering.take_position(
            consideration, digest=digest, kind="approves", by=cast.head, on=now, key=uuid4()
        ),
        "circulate": lambda: review.circulate(plan, meeting=meeting, by=cast.staff, on=now),
        "withdraw": lambda: review.withdraw(consideration, reason="x", by=cast.staff, on=now),
        "adopt": lambda: decision.adopt(consideration, digest=digest, by=cast.chair, on=now),
        "return": lambda: decision.return_to_draft(
            consideration, digest=digest, reason="x", by=cast.chair, on=now
        ),
    }


@pytest.mark.parametrize("act", ["take_position", "circulate", "withdraw", "adopt", "return"])
def test_every_act_waits_for_the_one_before_it(cast, agreed, advisory_group, act):
    wanted = acts(cast, agreed, advisory_group)[act]
    with transaction.atomic():
        lock(agreed.plan_id)
        waited = elsewhere(wanted)
    assert isinstance(waited, OperationalError)
    assert "lock timeout" in str(waited)
    assert not Decision.objects.exists()


def test_an_objection_and_an_adoption_at_once_do_not_both_stand(cast, agreed):
    """Whichever comes first decides; the other is told."""
    objecting = threading.Event()
    outcome = []

    def adopt():
        objecting.wait(10)
        try:
            decision.adopt(agreed, digest=agreed.revision.digest, by=cast.chair, on=factories.NOW)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            outcome.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=adopt)
    thread.start()
    with transaction.atomic():
        factories.answer(agreed, by=cast.head, kind="objects", text="Wait.")
        objecting.set()
        thread.join(0.5)
        assert thread.is_alive()
    thread.join(30)
    assert type(outcome[0]).__name__ == "NoConsensus"
    assert Consideration.objects.get().outcome == ""


def test_ten_copies_of_one_form_make_one_position(cast, consideration):
    key = uuid4()
    results = []

    def send():
        try:
            results.append(
                answering.take_position(
                    consideration, digest=consideration.revision.digest, kind="approves",
                    by=cast.head, on=factories.NOW, key=key,
                ).pk
            )  # fmt: skip
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _copy in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(results) == 10
    assert Position.objects.count() == 1


def test_two_chairs_clicks_adopt_once(cast, agreed):
    results = []

    def click():
        try:
            decision.adopt(agreed, digest=agreed.revision.digest, by=cast.chair, on=factories.NOW)
            results.append("adopted")
        except Exception as error:  # noqa: BLE001 - the test looks at it
            results.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _click in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(results) == ["OutOfOrder"] * 3 + ["adopted"]
    assert Decision.objects.count() == 1


def test_a_superseded_page_is_refused_and_not_lost_in_a_race(cast, consideration, advisory_group):
    draft = consideration.plan
    factories.activity(draft, title="A later idea")
    factories.circulated(draft, before=advisory_group, by=cast.staff)
    with pytest.raises(Superseded):
        factories.answer(consideration, by=cast.head)
