"""A portal that holds the example year takes the newest tables on, and what is frozen stays."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from bpic.example import year
from tests.bpic.test_example import DAY
from workplans.models import Milestone, Revision, TextBlock, WorkPlan


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
