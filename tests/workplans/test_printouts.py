"""Drafts and comparisons on paper: one order for all who ask, one file, and both go again."""

import errno
import json
import os
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import IntegrityError, transaction
from django.utils import timezone

from secretariat.accreditation import bring_into_step
from secretariat.models import Entry
from secretariat.standing import Standing
from tests import factories
from workplans import draft as drafts
from workplans import printouts, tasks, worker
from workplans.models import Document, Printout, TextBlock
from workplans.snapshots import NOW, Shelf

LATER = factories.NOW + timedelta(minutes=10)
Status = Printout.Status


@pytest.fixture(autouse=True)
def root(settings, tmp_path):
    settings.PRINTOUT_ROOT = tmp_path / "printouts"
    settings.DOCUMENT_ROOT = tmp_path / "documents"
    return settings.PRINTOUT_ROOT


def ask(plan, by, on=factories.NOW):
    form = drafts.compose(plan, on=factories.TODAY)
    return printouts.ask_for_draft(plan, form, by=by, on=on)


def compare(plan, by, older="r1", newer=NOW, on=factories.NOW):
    bring_into_step(Standing.of(by, factories.TODAY), by.user)
    shelf = Shelf(by.user, plan, factories.TODAY)
    texts = shelf.find(older), shelf.find(newer)
    return printouts.ask_for_comparison(shelf, *texts, by=by, on=on)


def offer(plan):
    digest = printouts.digest_of(drafts.compose(plan, on=factories.TODAY))
    return printouts.offer(plan, "draft", NOW, draft_digest=digest)


def fresh(printout):
    return Printout.objects.get(pk=printout.pk)


def files(root):
    return [path for path in Path(root).rglob("*") if path.is_file()]


@pytest.fixture
def asked(cast, draft):
    return ask(draft, cast.staff)


@pytest.fixture
def made(asked):
    assert printouts.produce(asked.pk) is True
    return fresh(asked)


# Asking


def test_two_who_ask_for_the_same_text_get_one_order_and_one_file(cast, draft, asked, root):
    assert ask(draft, cast.chair, LATER) == asked
    assert printouts.produce(asked.pk) is True
    assert printouts.produce(asked.pk) is False
    assert ask(draft, cast.chair, LATER) == asked
    assert Printout.objects.count() == 1
    assert len(files(root)) == 1
    known = fresh(asked)
    assert (known.status, known.requested_by) == (Status.READY, cast.staff)
    assert known.as_of == factories.NOW and known.requested == LATER


def test_another_text_is_another_order(cast, draft, asked):
    factories.activity(draft, title="A later idea")
    other = ask(draft, cast.staff, LATER)
    assert other != asked
    assert json.loads(other.order)["digest"] != json.loads(asked.order)["digest"]


def test_the_database_knows_each_order_once(asked):
    again = Printout.objects.values().get()
    del again["id"], again["key"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Printout.objects.create(**again)


def test_it_is_no_document_and_enters_no_register(made):
    assert made.pages > 1
    assert not Document.objects.exists()
    assert not Entry.objects.filter(act="issue").exists()
    assert "symbol" not in made.file and made.plan.title not in made.file


def test_the_bytes_are_those_of_the_order(made, root):
    pdf = (root / made.file).read_bytes()
    Printout.objects.update(status="queued")
    assert printouts.produce(made.pk) is True
    assert (root / made.file).read_bytes() == pdf
    assert fresh(made).sha256 == made.sha256


def test_nobody_has_more_made_at_a_time_than_a_handful(cast, draft):
    for n in range(printouts.MOST_WAITING):
        factories.activity(draft, title=f"Idea {n}")
        ask(draft, cast.staff)
    factories.activity(draft, title="One too many")
    with pytest.raises(printouts.TooMany, match="5 PDFs are being made for you already"):
        ask(draft, cast.staff)
    assert ask(draft, cast.chair).requested_by == cast.chair
    # Who asks for what is under way already waits for it with the others.
    assert ask(draft, cast.staff).requested_by == cast.chair


def test_a_comparison_is_one_order_for_the_same_two_texts(cast, consideration):
    plan = consideration.plan
    factories.activity(plan, title="A later idea")
    first = compare(plan, cast.staff)
    assert compare(plan, cast.chair, on=LATER) == first
    assert compare(plan, cast.staff, older=NOW, newer="r1") != first
    assert (first.older, first.newer, first.codes) == ("r1", NOW, ["r1", NOW])
    facts = json.loads(first.order)["comparison"]
    assert facts["older"]["label"] == "PartNIR/AG/2027/WP/1" and not facts["older"]["draft"]
    assert facts["newer"]["label"] == "" and facts["newer"]["draft"]
    assert facts["older"]["digest"] == consideration.revision.digest


def test_a_comparison_is_made_like_a_draft(cast, consideration, root):
    factories.activity(consideration.plan, title="A later idea")
    printout = compare(consideration.plan, cast.staff)
    assert printouts.produce(printout.pk) is True
    assert (root / fresh(printout).file).read_bytes().startswith(b"%PDF-")


def test_a_circulated_text_is_printed_under_its_symbol(cast, consideration):
    printout = printouts.ask_for_circulated(consideration, by=cast.head, on=factories.NOW)
    order = json.loads(printout.order)
    assert (order["edition"], order["symbol"]) == ("circulated", "PartNIR/AG/2027/WP/1")
    assert order["digest"] == consideration.revision.digest
    assert printout.draft_digest == ""
    assert printouts.is_offered_for(consideration)


def test_what_was_adopted_is_offered_as_its_document_only(adopted, submitted):
    first = adopted.considerations.order_by("id").first()
    assert not printouts.is_offered_for(first)
    assert not printouts.is_offered_for(submitted)


# What there is of a text


def test_a_printout_is_stale_once_the_draft_says_something_else(cast, draft, made):
    assert offer(draft) == printouts.Offer(made, None)
    assert offer(draft).is_made
    factories.activity(draft, title="A later idea")
    assert offer(draft) == printouts.Offer(None, made)
    assert not offer(draft).is_made
    newer = ask(draft, cast.chair, LATER)
    assert offer(draft) == printouts.Offer(newer, made)
    printouts.produce(newer.pk)
    # The word that was taken back: the first paper is the current one again, as it was.
    draft.areas.first().activities.get(title="A later idea").delete()
    assert offer(draft).current == made
    assert ask(draft, cast.chair, LATER + timedelta(minutes=1)) == made


# Cancelling and trying again


def test_who_asked_can_cancel_what_has_not_begun(cast, draft, asked):
    assert printouts.cancel(asked, by=cast.chair) is False
    assert printouts.cancel(asked, by=cast.staff) is True
    assert fresh(asked).status == Status.CANCELLED
    assert printouts.produce(asked.pk) is False
    assert not offer(draft).is_made
    assert ask(draft, cast.chair, LATER) == asked
    assert (fresh(asked).status, fresh(asked).requested_by) == (Status.QUEUED, cast.chair)
    assert printouts.produce(asked.pk) is True


def test_what_has_begun_is_not_cancelled(cast, asked):
    assert worker.claim(Printout, asked.pk) == 1
    assert printouts.cancel(asked, by=cast.staff) is False
    assert fresh(asked).status == Status.TYPESETTING


def test_a_text_that_cannot_be_set_fails_in_words_that_name_the_place(cast, draft):
    factories.activity(draft, title="Forum", description="A meeting \U0001f91d of friends.")
    printout = ask(draft, cast.staff)
    assert printouts.produce(printout.pk) is False
    failed = fresh(printout)
    assert failed.status == Status.FAILED
    assert "U+1F91D HANDSHAKE" in failed.error
    assert "in paragraph 2 (activity 1.2)" in failed.error


def test_a_comparison_that_cannot_be_set_names_part_and_field(cast, consideration):
    factories.activity(consideration.plan, title="Forum", place="\U0001f91d")
    printout = compare(consideration.plan, cast.staff)
    assert printouts.produce(printout.pk) is False
    assert "in Activity 1.2: Forum (place) cannot be printed" in fresh(printout).error


def test_a_full_disk_leaves_no_half_file_and_is_tried_again(asked, root, monkeypatch):
    def full(fd):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert printouts.produce(asked.pk) is False
    assert (fresh(asked).status, fresh(asked).file) == (Status.TYPESETTING, "")
    assert "No space left" in fresh(asked).error
    assert files(root) == []
    monkeypatch.undo()
    Printout.objects.update(lease=timezone.now() - timedelta(seconds=1))
    assert printouts.produce(asked.pk) is True
    assert fresh(asked).error == ""


def test_a_text_that_takes_too_long_is_given_up_in_words(asked):
    """The limit comes as Celery sends it: raised from a signal, wherever the work stands."""

    def overdue(number, frame):
        raise SoftTimeLimitExceeded

    before = signal.signal(signal.SIGALRM, overdue)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        assert printouts.produce(asked.pk) is False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert fresh(asked).status == Status.FAILED
    assert "It takes more than 5 minutes to typeset." in fresh(asked).error


def test_a_dead_workers_printout_is_found_and_a_late_one_writes_nothing(asked):
    assert worker.claim(Printout, asked.pk) == 1
    Printout.objects.update(lease=timezone.now() - timedelta(seconds=1))
    assert worker.unfinished(Printout) == [asked.pk]
    assert worker.claim(Printout, asked.pk) == 2
    facts = {"file": "x", "sha256": "x", "size": 1, "pages": 1}
    assert printouts._finish(asked.pk, 1, **facts) is False
    assert printouts._finish(asked.pk, 2, **facts) is True


def test_a_bell_nobody_heard_is_rung_again_after_that_of_documents(asked, adopted, monkeypatch):
    rung = []
    monkeypatch.setattr(tasks.issue_document, "delay", lambda pk: rung.append(("document", pk)))
    monkeypatch.setattr(tasks.make_printout, "delay", lambda pk: rung.append(("printout", pk)))
    long_ago = timezone.now() - timedelta(seconds=10)
    Printout.objects.update(requested=long_ago)
    Document.objects.update(requested=long_ago)
    tasks.sweep_documents()
    assert rung == [("document", Document.objects.get().pk), ("printout", asked.pk)]


def test_whoever_waits_waits_behind_documents_and_printouts(cast, draft, asked):
    assert worker.ahead(asked) == 0
    factories.activity(draft, title="A later idea")
    assert worker.ahead(ask(draft, cast.chair, LATER)) == 1


def test_a_lost_file_is_made_again_when_it_is_asked_for(cast, draft, made, root):
    (root / made.file).unlink()
    assert printouts.is_lost(made)
    assert ask(draft, cast.chair, LATER) == made
    assert fresh(made).status == Status.QUEUED
    assert printouts.produce(made.pk) is True
    assert not printouts.is_lost(fresh(made))


# Sweeping


def test_what_nobody_asked_for_in_a_week_goes_with_its_file(made, root):
    assert printouts.sweep(factories.NOW + timedelta(days=6, hours=23)) == 0
    assert len(files(root)) == 1
    assert printouts.sweep(factories.NOW + printouts.KEPT) == 1
    assert files(root) == []
    assert not Printout.objects.exists()


def test_asking_again_keeps_it_for_another_week(cast, draft, made):
    ask(draft, cast.chair, factories.NOW + timedelta(days=6))
    assert printouts.sweep(factories.NOW + printouts.KEPT) == 0


def test_what_was_replaced_goes_after_a_while_and_the_newer_stays(cast, draft, made, root):
    factories.activity(draft, title="A later idea")
    newer = ask(draft, cast.staff, LATER)
    assert printouts.sweep(LATER + printouts.GRACE) == 0, "the newer is not made yet"
    printouts.produce(newer.pk)
    assert printouts.sweep(LATER + printouts.GRACE / 2) == 0
    assert printouts.sweep(LATER + printouts.GRACE) == 1
    assert Printout.objects.get() == newer
    assert [path.relative_to(root).as_posix() for path in files(root)] == [fresh(newer).file]


def test_printouts_of_other_texts_replace_nothing(cast, consideration, root):
    plan = consideration.plan
    TextBlock.objects.create(plan=plan, kind="annex", title="Annex", text="New.")
    for n, printout in enumerate((ask(plan, cast.staff), compare(plan, cast.staff)), start=1):
        printouts.produce(printout.pk)
        Printout.objects.filter(pk=printout.pk).update(requested=factories.NOW + timedelta(hours=n))
    assert printouts.sweep(factories.NOW + timedelta(days=1)) == 0


def test_a_printout_in_a_workers_hands_is_left_to_it(asked):
    worker.claim(Printout, asked.pk)
    much_later = factories.NOW + timedelta(days=8)
    Printout.objects.update(lease=much_later + timedelta(seconds=20))
    assert printouts.sweep(much_later) == 0


def test_a_file_no_row_names_goes_once_it_is_old(made, root):
    stray = root / "ab" / "left-by-a-dead-worker.part"
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"%PDF-1.7 half")
    now = factories.NOW + timedelta(hours=2)
    os.utime(stray, (now.timestamp(), now.timestamp()))
    printouts.sweep(now)
    assert stray.exists()
    os.utime(stray, ((now - printouts.GRACE).timestamp(),) * 2)
    printouts.sweep(now)
    assert not stray.exists()
    assert (root / made.file).exists()
