"""The standing cast: people whose relations explain every test of who may do what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.utils import timezone

from meetings.models import Meeting
from secretariat.models import Membership, Person, State
from tests import factories, remembered
from workplans.models import Consideration, WorkPlan

NOT_EMPTIED = (
    "secretariat_entry",
    "workplans_revision",
    "workplans_position",
    "workplans_instruction",
    "workplans_ruling",
    "workplans_extension",
    "workplans_heard",
    "workplans_retraction",
    "workplans_statement",
    "workplans_withdrawal",
    "workplans_decision",
    "workplans_statementwithdrawal",
    "workplans_signedcopy",
    "workplans_progress",
)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: Any, django_db_blocker: Any) -> Any:
    """Let tests that cannot roll back empty their tables; test_record.py shows the guard holds.

    At the end, whatever a server thread or a killed worker left connected is disconnected, or
    PostgreSQL would not drop the test database.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in NOT_EMPTIED:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_is_not_emptied")
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(autouse=True)
def _today(request: pytest.FixtureRequest) -> Any:
    """Tests of the cast live on its day; what has processes of its own keeps the world's clock."""
    if "cast" not in request.fixturenames:
        yield
        return
    with time_machine.travel(factories.NOW, tick=True):
        yield


@pytest.fixture
def cast_now(transactional_db: None) -> Cast:
    """The cast in the year it is: for tests with a server, a worker or a browser beside them."""
    return assemble(timezone.now().year)


@dataclass
class Cast:
    """Aldova presides, Borania did the year before, Cestria will the year after; Dorlan sits."""

    states: dict[str, State]
    chair: Person
    staff: Person
    heads: dict[str, Person]
    ministers: dict[str, Person]
    alternate: Person
    delegate: Person
    observer: Person
    former_chair: Person
    former_staff: Person
    expert_chair: Person
    next_chair: Person
    superuser: Person
    stranger: Person

    @property
    def head(self) -> Person:
        return self.heads["Dorlan"]

    @property
    def minister(self) -> Person:
        return self.ministers["Dorlan"]

    def everyone(self) -> dict[str, Person]:
        """Each role under its name, for tests that go through them all."""
        return {
            "chair": self.chair,
            "staff": self.staff,
            "head": self.head,
            "other_head": self.heads["Borania"],
            "alternate": self.alternate,
            "delegate": self.delegate,
            "minister": self.minister,
            "observer": self.observer,
            "former_chair": self.former_chair,
            "former_staff": self.former_staff,
            "expert_chair": self.expert_chair,
            "next_chair": self.next_chair,
            "superuser": self.superuser,
            "stranger": self.stranger,
        }


def assemble(year: int) -> Cast:
    """The cast in a year in which Aldova presides; its people were appointed in June before."""
    since, turn = date(year - 1, 6, 1), date(year, 1, 1)
    states = {
        name: factories.state(name, order=n) for n, name in enumerate(factories.STATES, start=1)
    }
    for state in states.values():
        factories.member(state)
        factories.authority(state)
    observer_state = State.objects.create(
        code="OBS", name="Union of Observers", nature="organisation", protocol_order=90
    )
    Membership.objects.create(
        state=observer_state, status=Membership.Status.OBSERVER, period=(date(2020, 1, 1), None)
    )
    factories.presidency(states["Borania"], year - 1)
    factories.presidency(states["Aldova"], year)
    factories.presidency(states["Cestria"], year + 1)
    for code in ("AG", "IMM", "SUMMIT"):
        factories.body(code)
    person = partial(factories.person, since=since)
    superuser = person("Sudo Nobody")
    get_user_model().objects.filter(pk=superuser.user_id).update(is_superuser=True, is_staff=True)
    return Cast(
        states=states,
        chair=person("Chair Aldova", "chair", states["Aldova"]),
        staff=person("Staff Aldova", "secretariat", states["Aldova"]),
        heads={name: person(f"Head {name}", "head", states[name]) for name in states},
        ministers={
            name: person(f"Minister {name}", "minister", states[name], level="ministerial")
            for name in states
        },
        alternate=person("Alternate Dorlan", "alternate", states["Dorlan"]),
        delegate=person("Delegate Dorlan", "delegate", states["Dorlan"], level="expert"),
        observer=person("Observer Union", "observer", observer_state),
        former_chair=person("Chair Borania", "chair", states["Borania"], until=turn),
        former_staff=person("Staff Borania", "secretariat", states["Borania"], until=turn),
        expert_chair=person("Expert Aldova", "chair", states["Aldova"], level="expert"),
        next_chair=person("Chair Cestria", "chair", states["Cestria"]),
        superuser=Person.objects.select_related("user").get(pk=superuser.pk),
        stranger=person("Stranger Nowhere"),
    )


def standing_cast() -> Cast:
    """The cast in its own year, in which most tests live."""
    cast: Cast = remembered.once("cast", partial(assemble, factories.TODAY.year))
    return cast


@pytest.fixture
def cast(db: None) -> Cast:
    return standing_cast()


@pytest.fixture
def sign_in() -> Any:
    """A client signed in as a person; without one, a visitor's."""

    def enter(person: Person | None = None, **options: Any) -> Client:
        client = Client(**options)
        if person is not None:
            client.force_login(person.user, backend="bpic.accounts.PersonBackend")
        return client

    return enter


@pytest.fixture
def advisory_group(cast: Cast) -> Meeting:
    """A meeting of the Advisory Group that sits today."""
    return factories.meeting("AG", by=cast.staff)


@pytest.fixture
def ministers_meeting(cast: Cast) -> Meeting:
    return factories.meeting("IMM", by=cast.staff)


@pytest.fixture
def summit(cast: Cast) -> Meeting:
    return factories.meeting("SUMMIT", by=cast.staff)


@pytest.fixture
def draft(cast: Cast) -> WorkPlan:
    """The 2027 plan, being written."""
    return factories.plan(by=cast.staff)


@pytest.fixture
def consideration(cast: Cast, draft: WorkPlan, advisory_group: Meeting) -> Consideration:
    """The 2027 plan before the delegations; nobody has answered."""
    return factories.circulated(draft, before=advisory_group, by=cast.staff)


@pytest.fixture
def agreed(cast: Cast, consideration: Consideration) -> Consideration:
    """The same with every head's approval."""
    for head in cast.heads.values():
        factories.answer(consideration, by=head)
    return consideration


@pytest.fixture
def adopted(cast: Cast, agreed: Consideration) -> WorkPlan:
    return factories.adopted(agreed, by=cast.chair)


@pytest.fixture
def submitted(cast: Cast, adopted: WorkPlan, ministers_meeting: Meeting) -> Consideration:
    """The adopted plan before the ministers."""
    from workplans.operations import decision

    assert adopted.revision is not None
    return decision.submit(
        adopted,
        meeting=ministers_meeting,
        digest=adopted.revision.digest,
        by=cast.chair,
        on=factories.NOW,
    )


@pytest.fixture
def approved(cast: Cast, submitted: Consideration) -> WorkPlan:
    for minister in cast.ministers.values():
        factories.answer(submitted, by=minister)
    return WorkPlan.objects.get(pk=submitted.plan_id)
