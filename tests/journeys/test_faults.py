"""What is certain stays certain when a process dies: the row is the order, Redis only the bell."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

import testenv
from bpic.embedded import queue
from secretariat import post
from secretariat.models import Entry, Notice
from tests import factories
from tests.workers import kill, wait_for, worker
from workplans import draft as drafts
from workplans import printouts, tasks
from workplans.models import Activity, Document, Position, Printout, WorkPlan
from workplans.operations import decision

pytestmark = pytest.mark.django_db(transaction=True)


def agreed_plan(cast, activities):
    now = timezone.now()
    meeting = factories.meeting("AG", by=cast.staff, begins=now.date(), on=now)
    plan = factories.plan(by=cast.staff, year=now.year, activities=0, on=now)
    fill(plan.areas.first(), activities)
    consideration = factories.circulated(plan, before=meeting, by=cast.staff, on=now)
    for head in cast.heads.values():
        factories.answer(consideration, by=head, on=now)
    return consideration


def fill(area, activities):
    Activity.objects.bulk_create(
        Activity(area=area, position=n, title=f"Activity {n}", description="What it is. " * 30)
        for n in range(activities)
    )


def status():
    return Document.objects.values_list("status", flat=True).get()


def test_a_worker_killed_in_mid_render_costs_time_and_nothing_else(cast_now, tmp_path):
    consideration = agreed_plan(cast_now, activities=150)
    with worker(tmp_path / "first.log") as first:
        decision.adopt(
            consideration, digest=consideration.revision.digest, by=cast_now.chair,
            on=timezone.now(),
        )  # fmt: skip
        steps = Document.objects.values_list("step", flat=True)
        wait_for(lambda: steps.get() == "laying_out", 60, tmp_path / "first.log")
        kill(first)
    assert status() == "typesetting"
    assert WorkPlan.objects.get().status == "adopted"
    # The lease runs out, as it does by itself after a minute.
    Document.objects.update(lease=timezone.now() - timedelta(seconds=1))
    with worker(tmp_path / "second.log"):
        tasks.sweep_documents.delay()
        wait_for(lambda: status() == "ready", 120, tmp_path / "second.log")
    document = Document.objects.get()
    assert document.attempt == 2
    assert Entry.objects.filter(act="issue").count() == 1
    issued = Path(settings.DOCUMENT_ROOT) / document.file
    assert issued.stat().st_size == document.size
    assert not list(issued.parent.glob("*.part"))


def test_a_worker_killed_in_mid_render_of_a_draft_leaves_one_file(cast_now, tmp_path):
    now = timezone.now()
    plan = factories.plan(by=cast_now.staff, year=now.year, activities=0, on=now)
    fill(plan.areas.first(), activities=150)
    form = drafts.compose(plan, on=now.date())
    known = {path for path in Path(settings.PRINTOUT_ROOT).rglob("*") if path.is_file()}
    rows = Printout.objects.values_list("step", "status", "attempt")
    with worker(tmp_path / "first.log") as first:
        for person in (cast_now.staff, cast_now.chair):
            printouts.ask_for_draft(plan, form, by=person, on=timezone.now())
        wait_for(lambda: rows.get()[0] == "laying_out", 60, tmp_path / "first.log")
        kill(first)
    assert rows.get() == ("laying_out", "typesetting", 1)
    Printout.objects.update(lease=timezone.now() - timedelta(seconds=1))
    with worker(tmp_path / "second.log"):
        tasks.sweep_documents.delay()
        wait_for(lambda: rows.get()[1] == "ready", 120, tmp_path / "second.log")
    printout = Printout.objects.get()
    assert printout.attempt == 2
    files = {path for path in Path(settings.PRINTOUT_ROOT).rglob("*") if path.is_file()}
    (file,) = files - known
    assert file == printouts.path_of(printout)
    assert hashlib.sha256(file.read_bytes()).hexdigest() == printout.sha256
    assert printouts.sweep(timezone.now() + printouts.KEPT) == 1
    assert not file.exists()


@pytest.mark.skipif(
    not testenv.OWN_REDIS, reason="The Redis that was given is not the tests' own to stop"
)
def test_with_redis_down_an_approval_stands_and_its_document_follows(cast_now, sign_in, tmp_path):
    consideration = agreed_plan(cast_now, activities=3)
    bell = next(child for child in testenv.children if child.name == "Redis")
    head, chair = sign_in(cast_now.head), sign_in(cast_now.chair)
    bell.stop()
    try:
        answer = {
            "kind": "approves_with_reservation",
            "text": "Said while Redis was down.",
            "digest": consideration.revision.digest,
            "key": str(uuid4()),
            "declaration": "on",
        }
        check = reverse("workplans:position_check", args=[consideration.pk])
        assert head.post(check, answer).status_code == 302
        assert Position.objects.filter(text="Said while Redis was down.").count() == 1
        adopt = reverse("workplans:adopt", args=[consideration.pk])
        declared = {"digest": consideration.revision.digest, "declaration": "on"}
        assert chair.post(adopt, declared).status_code == 302
        # Reading and signing in go on too.
        assert sign_in().get(reverse("home")).status_code == 200
        assert status() == "queued"
    finally:
        assert queue.start(bell, testenv.SOCKETS)
    Document.objects.update(requested=timezone.now() - timedelta(seconds=10))
    with worker(tmp_path / "worker.log"):
        tasks.sweep_documents.delay()
        wait_for(lambda: status() == "ready", 60, tmp_path / "worker.log")
    assert Document.objects.count() == 1
    unsent = Notice.objects.filter(sent=None)
    assert unsent.exists()
    post.send_due()
    assert not unsent.exists()
