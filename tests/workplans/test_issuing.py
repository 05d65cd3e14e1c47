"""Issuing a document: once, complete, and whatever dies on the way."""

import errno
import hashlib
import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from secretariat.models import Entry
from tests import factories
from workplans import documents, tasks, worker
from workplans.models import Document


@pytest.fixture
def document(adopted):
    return Document.objects.get()


@pytest.fixture(autouse=True)
def root(settings, tmp_path):
    settings.DOCUMENT_ROOT = tmp_path / "documents"
    return settings.DOCUMENT_ROOT


def test_the_worker_issues_the_document_and_enters_it(document, root):
    assert documents.produce(document.pk) is True
    document.refresh_from_db()
    pdf = (root / document.file).read_bytes()
    assert document.status == "ready"
    assert pdf.startswith(b"%PDF-")
    assert (document.sha256, document.size) == (hashlib.sha256(pdf).hexdigest(), len(pdf))
    assert document.pages > 1
    entry = Entry.objects.get(act="issue")
    assert entry.facts["sha256"] == document.sha256
    assert entry.facts["code"] == document.code


def test_ringing_again_does_nothing(document):
    documents.produce(document.pk)
    issued = Document.objects.values().get()
    assert documents.produce(document.pk) is False
    tasks.issue_document(document.pk)
    assert Document.objects.values().get() == issued
    assert Entry.objects.filter(act="issue").count() == 1


def test_the_same_order_gives_the_same_bytes(document):
    documents.produce(document.pk)
    first = Document.objects.get().sha256
    Document.objects.update(status="queued")
    documents.produce(document.pk)
    assert Document.objects.get().sha256 == first


def test_the_order_holds_the_record_of_the_adoption(document):
    order = json.loads(document.order)
    (decision,) = order["decisions"]
    assert decision["act"] == "adopted"
    assert [p["state"] for p in decision["positions"]] == list(factories.STATES)
    assert {p["position"] for p in decision["positions"]} == {"approves"}
    assert order["plan"] == document.revision.form
    assert order["digest"] == document.revision.digest


def test_a_claimed_document_is_left_to_its_worker(document):
    Document.objects.update(
        status="typesetting", attempt=1, lease=timezone.now() + timedelta(seconds=30)
    )
    assert documents.produce(document.pk) is False
    assert worker.unfinished(Document) == []


def test_a_dead_workers_document_is_found_and_done(document):
    Document.objects.update(
        status="typesetting", attempt=1, lease=timezone.now() - timedelta(seconds=1)
    )
    assert worker.unfinished(Document) == [document.pk]
    assert documents.produce(document.pk) is True
    assert Document.objects.get().attempt == 2


def test_a_bell_nobody_heard_is_rung_again(document):
    assert worker.unfinished(Document) == []
    Document.objects.update(requested=timezone.now() - timedelta(seconds=10))
    assert worker.unfinished(Document) == [document.pk]


def test_a_worker_that_comes_back_late_writes_nothing(document, root):
    first = worker.claim(Document, document.pk)
    Document.objects.update(lease=timezone.now() - timedelta(seconds=1))
    second = worker.claim(Document, document.pk)
    assert (first, second) == (1, 2)
    worker.reporter(Document, document.pk, first)("writing")
    assert Document.objects.get().step == "collecting"
    assert documents._issue(document.pk, first, file="x", sha256="x", size=1, pages=1) is False
    assert not Entry.objects.filter(act="issue").exists()


def test_a_document_that_kills_its_worker_is_given_up(document):
    Document.objects.update(
        status="typesetting",
        attempt=worker.MOST_ATTEMPTS,
        lease=timezone.now() - timedelta(seconds=1),
    )
    assert worker.unfinished(Document) == []
    document.refresh_from_db()
    assert document.status == "failed"
    assert "stopped 5 times" in document.error
    documents.try_again(document)
    assert Document.objects.get().status == "queued"


def test_a_full_disk_leaves_no_half_file_and_is_tried_again(document, root, monkeypatch):
    def full(fd):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert documents.produce(document.pk) is False
    document.refresh_from_db()
    assert (document.status, document.file) == ("typesetting", "")
    assert "No space left" in document.error
    assert [path for path in Path(root).rglob("*") if path.is_file()] == []
    monkeypatch.undo()
    Document.objects.update(lease=timezone.now() - timedelta(seconds=1))
    assert documents.produce(document.pk) is True


def test_a_text_that_cannot_be_set_fails_in_words(cast, draft, advisory_group):
    factories.activity(draft, title="Forum \U000f0000")
    consideration = factories.circulated(draft, before=advisory_group, by=cast.staff)
    for head in cast.heads.values():
        factories.answer(consideration, by=head)
    factories.adopted(consideration, by=cast.chair)
    document = Document.objects.get()
    assert documents.produce(document.pk) is False
    document.refresh_from_db()
    assert document.status == "failed"
    assert "U+F0000" in document.error


def test_the_approved_edition_supersedes_the_adopted_one(cast, document, approved):
    for one in Document.objects.order_by("pk"):
        documents.produce(one.pk)
    adopted, made = Document.objects.order_by("pk")
    assert (adopted.superseded_by, made.superseded_by) == (made, None)
    assert made.symbol == "PartNIR/IMM/2027/WP/1"
