"""Two hundred plans, each with several who approve, one who objects, an editor and a closer.

What may never happen (domain rules 6, 8, 9): a position on a text that was not seen, an adoption
without consensus, a change after adoption. The negative control runs the same without the lock and
has to find what the lock prevents; were it to find nothing, the rig would be blind.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import uuid4

import pytest
from django.db import connection

from meetings.models import Meeting
from tests import factories
from tests.conftest import Cast
from workplans import queries
from workplans.consensus import JOINS, NoConsensus
from workplans.models import Consideration, Decision, Position, Revision, WorkPlan
from workplans.operations import answering, decision, locking, review
from workplans.operations.locking import Superseded
from workplans.procedure import OutOfOrder

pytestmark = pytest.mark.django_db(transaction=True)
# In shares, so that every core has one. Together they are two hundred plans.
SHARES, PLANS = 4, 50
CONTROL = 25
# What is refused because somebody else came first.
BEATEN = (Superseded, OutOfOrder, NoConsensus, review.NotReady)


@dataclass
class Race:
    """One plan before the delegations, and what each of those who act at once has seen of it."""

    cast: Cast
    meeting: Meeting
    plan: WorkPlan
    dice: random.Random
    unseen: list[str] = field(default_factory=list)
    trouble: list[BaseException] = field(default_factory=list)

    def acts(self) -> list[Callable[[], None]]:
        heads = list(self.cast.heads.values())
        moody = self.dice.choice(heads)
        return [
            *(self.approving(head) for head in heads),
            self.changing_mind(moody),
            self.editing(),
            self.closing(),
        ]

    def open_now(self) -> Consideration | None:
        return (
            self.plan.considerations.filter(closed=None)
            .select_related("revision", "meeting__body")
            .first()
        )

    def answer(self, head: object, kind: str, text: str = "") -> None:
        """Read the text there is, think, and answer it as it was read."""
        seen = self.open_now()
        if seen is None:
            return
        digest = seen.revision.digest
        self.think()
        taken = answering.take_position(
            seen, digest=digest, kind=kind, text=text, by=head, on=factories.NOW, key=uuid4()
        )
        if taken.digest != digest:
            self.unseen.append(f"{head} saw {digest} and answered {taken.digest}")

    def think(self) -> None:
        time.sleep(self.dice.random() * 0.004)

    def approving(self, head: object) -> Callable[[], None]:
        return lambda: self.again(lambda: self.answer(head, "approves"))

    def changing_mind(self, head: object) -> Callable[[], None]:
        def act() -> None:
            self.think()
            self.again(lambda: self.answer(head, "objects", "Paragraph 3 has to go."), times=1)

        return act

    def editing(self) -> Callable[[], None]:
        if self.dice.random() < 0.5:
            return self.think

        def act() -> None:
            self.think()
            plan = WorkPlan.objects.get(pk=self.plan.pk)
            factories.activity(plan, title="A later idea")
            review.circulate(plan, meeting=self.meeting, by=self.cast.staff, on=factories.NOW)

        return act

    def closing(self) -> Callable[[], None]:
        def try_once() -> None:
            seen = self.open_now()
            if seen is not None:
                decision.adopt(
                    seen, digest=seen.revision.digest, by=self.cast.chair, on=factories.NOW
                )

        def act() -> None:
            for _attempt in range(12):
                try:
                    try_once()
                except BEATEN:
                    self.think()
                else:
                    return

        return act

    def again(self, act: Callable[[], None], times: int = 3) -> None:
        for _attempt in range(times):
            try:
                act()
            except BEATEN:
                continue
            return

    def violations(self) -> list[str]:
        """What happened that may not, read off the record alone."""
        found = list(self.unseen)
        positions = list(
            Position.objects.filter(consideration__plan=self.plan)
            .select_related("consideration__revision", "seat__state")
            .order_by("at")
        )
        found += [
            f"{p} binds another text than the one under consideration"
            for p in positions
            if p.digest != p.consideration.revision.digest
        ]
        plan = WorkPlan.objects.get(pk=self.plan.pk)
        adopted = Decision.objects.filter(plan=plan, act=Decision.Act.ADOPTED).first()
        if adopted is None:
            return found
        standing = {
            p.seat.state.code: p.kind
            for p in positions
            if p.consideration_id == adopted.consideration_id
        }
        missing = set(self.cast.states.values()) - {p.seat.state for p in positions}
        against = [code for code, kind in standing.items() if kind not in JOINS]
        if missing or against or len(standing) != len(self.cast.states):
            found.append(f"adopted without consensus: {standing}")
        if plan.status != "adopted" or plan.revision_id != adopted.revision_id:
            found.append(f"changed after adoption: {plan.status}, {plan.revision}")
        if Revision.objects.filter(plan=plan, number__gt=adopted.revision.number).exists():
            found.append("a new text after adoption")
        return found


class Crowd:
    """Threads that keep their connection from one race to the next."""

    def __init__(self, size: int) -> None:
        self.pool = ThreadPoolExecutor(size)
        self.size = size

    def run(self, race: Race) -> None:
        acts = race.acts()
        race.dice.shuffle(acts)
        ready = threading.Barrier(len(acts))
        for running in [self.pool.submit(self._act, race, act, ready) for act in acts]:
            running.result(60)

    def _act(self, race: Race, act: Callable[[], None], ready: threading.Barrier) -> None:
        connection.ensure_connection()
        ready.wait(30)
        try:
            act()
        except BEATEN:
            pass
        except Exception as error:  # noqa: BLE001 - the test looks at it
            race.trouble.append(error)

    def close(self) -> None:
        for _thread in range(self.size):
            self.pool.submit(lambda: (time.sleep(0.05), connection.close()))
        self.pool.shutdown()


@pytest.fixture
def crowd() -> Iterator[Crowd]:
    crowd = Crowd(7)
    yield crowd
    crowd.close()


@pytest.fixture
def slow_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between counting and deciding a moment passes, with the lock as without it."""
    count = queries.board

    def slowly(consideration: Consideration) -> queries.Board:
        board = count(consideration)
        time.sleep(0.01)
        return board

    monkeypatch.setattr(decision.queries, "board", slowly)


def raced(cast: Cast, crowd: Crowd, seed: int, plans: int) -> tuple[list[Race], int]:
    """So many plans, each raced for once; and how many of them were adopted."""
    meeting = factories.meeting("AG", by=cast.staff)
    races = []
    for n in range(plans):
        plan = factories.plan(by=cast.staff, year=2027 + n, activities=1)
        factories.circulated(plan, before=meeting, by=cast.staff)
        races.append(Race(cast, meeting, plan, random.Random(seed * 1000 + n)))
    for race in races:
        crowd.run(race)
    return races, Decision.objects.filter(act=Decision.Act.ADOPTED).count()


@pytest.mark.parametrize("share", range(SHARES))
def test_nothing_that_may_not_happen_does(cast, crowd, slow_count, share):
    races, adopted = raced(cast, crowd, share, PLANS)
    assert [str(error) for race in races for error in race.trouble] == []
    assert [words for race in races for words in race.violations()] == []
    # The races were real: some came to an adoption and some did not, some texts were replaced.
    assert 0 < adopted < PLANS
    assert Consideration.objects.filter(outcome="superseded").exists()
    assert Position.objects.filter(kind="objects").exists()


def test_without_the_lock_the_same_rig_finds_what_it_prevents(cast, crowd, slow_count, monkeypatch):
    locked = WorkPlan.objects.select_for_update

    def no_lock(*_args, **_options):
        return WorkPlan.objects.all()

    monkeypatch.setattr(WorkPlan.objects, "select_for_update", no_lock)
    assert WorkPlan.objects.select_for_update is not locked
    assert locking.lock.__module__ == "workplans.operations.locking"
    races, _adopted = raced(cast, crowd, 99, CONTROL)
    assert any(race.violations() for race in races)
