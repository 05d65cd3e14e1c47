"""A portal that holds the example year takes the newest tables on, and what is frozen stays."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from bpic.example import year
from secretariat.models import Person
from tests import factories
from tests.bpic.test_example import DAY
from workplans.models import Consideration, Milestone, Revision, Statement, TextBlock, WorkPlan


@pytest.fixture
def example(db):
    call_command("load_institution", stdout=StringIO())
    year.build(DAY)


def frozen():
    return list(Revision.objects.order_by("pk").values_list("text", "digest", "title"))


def test_milestones_come_to_the_example_year(example):
    before = frozen()
    loader = MigrationLoader(connection)
    here = next(key for key in loader.graph.nodes if key[1].endswith("_milestones"))
    (earlier,) = (key for key in loader.get_migration(*here).dependencies if key[0] == here[0])
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for step in ("unapply", "apply"):
        migration = loader.get_migration(*here)
        with connection.schema_editor(atomic=False) as editor:
            getattr(migration, step)(loader.project_state(earlier), editor)
    assert not Milestone.objects.exists()
    assert before and frozen() == before
    written_in = Revision.objects.values_list("written_in", flat=True)
    assert set(written_in) == {"partnir-work-plan/2"}


def test_the_texts_of_drafts_say_as_prose_what_they_said(example):
    plan = WorkPlan.objects.filter(status="draft").first()
    plan.preamble = "5 * 3 * 2\n# no heading\n- a point"
    plan.save()
    untouched = dict(TextBlock.objects.values_list("pk", "text"))
    loader = MigrationLoader(connection)
    here = next(key for key in loader.graph.nodes if key[1].endswith("_prose"))
    migration = loader.get_migration(*here)
    (earlier,) = (key for key in migration.dependencies if key[0] == here[0])
    with connection.schema_editor(atomic=False) as editor:
        migration.apply(loader.project_state(earlier), editor)
    plan.refresh_from_db()
    assert plan.preamble == "5 \\* 3 \\* 2\n\\# no heading\n- a point"
    assert dict(TextBlock.objects.values_list("pk", "text")) == untouched


def test_reservations_that_are_on_record_become_statements(example):
    consideration = Consideration.objects.get(closed=None, meeting__body__code="AG")
    head = Person.objects.get(user__username="head.brazil")
    reserves = {"kind": "approves_with_reservation", "text": "Subject to funds."}
    factories.answer(consideration, by=head, on=year.at(DAY), **reserves)
    (position,) = consideration.positions.filter(kind="approves_with_reservation")
    loader = MigrationLoader(connection)
    here = next(key for key in loader.graph.nodes if key[1].endswith("_statements"))
    (earlier,) = (key for key in loader.get_migration(*here).dependencies if key[0] == here[0])
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for step in ("unapply", "apply"):
        migration = loader.get_migration(*here)
        with connection.schema_editor(atomic=False) as editor:
            getattr(migration, step)(loader.project_state(earlier), editor)
    statement = Statement.objects.get()
    assert (statement.position, statement.text) == (position, "Subject to funds.")
    assert (statement.at, statement.on, statement.digest) == (
        position.at, position.on, consideration.revision.digest,
    )  # fmt: skip
