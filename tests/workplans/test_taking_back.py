"""A slip has a way back until somebody else has acted; nothing goes off the record (rule 15)."""

import re
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from secretariat.models import Entry, Notice
from tests import factories
from tests.conftest import assemble
from tests.workplans import silences
from tests.workplans.test_written import all_approve, opened
from workplans import documents, queries
from workplans.models import Consideration, Decision, Document, Retraction, WorkPlan
from workplans.operations import decision, retracting, review
from workplans.operations.locking import Superseded
from workplans.operations.retracting import slip

REASON = "The wrong button."


def take_back(plan, by, *, on=factories.NOW, seen=None, reason=REASON):
    plan = WorkPlan.objects.get(pk=plan.pk)
    found = slip(plan, by, on)
    seen = seen or (found.entry.pk if found else 0)
    return retracting.take_back(plan, seen=seen, reason=reason, by=by, on=on)


def status():
    return WorkPlan.objects.get().status


def words(response):
    return re.sub(r"\s+", " ", response.content.decode())


def address(plan):
    return reverse("workplans:take_back", args=[plan.year])


# What can be taken back


def test_an_adoption_and_every_answer_stands_again(cast, agreed):
    plan = factories.adopted(agreed, by=cast.chair)
    take_back(plan, cast.chair)
    fresh = Consideration.objects.get()
    assert (status(), fresh.outcome, fresh.closed) == ("under_consideration", "", None)
    assert queries.board(fresh).tally.agreed
    assert not Decision.objects.exists() and Decision.ever.count() == 1
    assert Retraction.objects.get().reason == REASON
    told = Notice.objects.filter(entry__act="take_back")
    assert {"Head Dorlan", "Head Borania"} <= {notice.person.name for notice in told}
    assert REASON in told.first().body and "every answer given to it stands" in told.first().body


def test_what_was_taken_back_can_be_decided_again_and_otherwise(cast, agreed):
    plan = factories.adopted(agreed, by=cast.chair)
    take_back(plan, cast.chair)
    again = decision.adopt(agreed, digest=agreed.revision.digest, by=cast.chair, on=factories.NOW)
    assert (again.attempt, status()) == (2, "adopted")
    take_back(plan, cast.chair)
    decision.return_to_draft(
        agreed, digest=agreed.revision.digest, reason="No.", by=cast.chair, on=factories.NOW
    )
    assert status() == "draft" and Decision.ever.count() == 3
    assert Consideration.objects.get().decision.act == "returned"


def test_its_document_is_not_made_and_the_next_one_corrects_it(cast, agreed):
    plan = factories.adopted(agreed, by=cast.chair)
    first = Document.objects.get()
    take_back(plan, cast.chair)
    first.refresh_from_db()
    assert first.status == "failed" and "taken back" in first.error
    assert documents.produce(first.pk) is False
    assert not Document.objects.public().exists()
    factories.adopted(agreed, by=cast.chair)
    second = Document.objects.public().get()
    assert second.symbol == f"{first.symbol}/Corr.1"


def test_a_return_to_the_secretariat(cast, agreed):
    decision.return_to_draft(
        agreed, digest=agreed.revision.digest, reason="No.", by=cast.chair, on=factories.NOW
    )
    take_back(agreed.plan, cast.chair)
    assert status() == "under_consideration"
    assert queries.board(Consideration.objects.get()).tally.agreed


def test_a_withdrawal(cast, agreed):
    review.withdraw(agreed, reason="x", by=cast.staff, on=factories.NOW)
    take_back(agreed.plan, cast.staff)
    assert status() == "under_consideration"
    factories.adopted(agreed, by=cast.chair)


def test_a_submission_leaves_the_plan_adopted(cast, submitted):
    take_back(submitted.plan, cast.chair)
    submitted.refresh_from_db()
    assert (status(), submitted.outcome) == ("adopted", "withdrawn")
    assert "not before the ministers any more" in (
        Notice.objects.filter(entry__act="take_back").first().body
    )


def test_the_withdrawal_of_a_written_procedure_before_its_end(db):
    people = assemble(timezone.now().year)
    plan = factories.plan(by=people.staff, year=timezone.now().year, on=timezone.now())
    asked = opened(plan, by=people.chair)
    all_approve(people, asked)
    review.withdraw(asked, reason="x", by=people.chair, on=timezone.now())
    take_back(plan, people.chair, on=timezone.now())
    assert status() == "under_consideration"
    review.withdraw(asked, reason="x", by=people.chair, on=timezone.now())
    silences.ended(asked)
    assert slip(WorkPlan.objects.get(), people.chair, timezone.now()) is None


# By whom, and until when


@pytest.mark.parametrize("role", ["staff", "head", "superuser", "former_chair", "next_chair"])
def test_only_who_did_it_takes_it_back(cast, agreed, role):
    plan = factories.adopted(agreed, by=cast.chair)
    with pytest.raises(Superseded):
        take_back(plan, cast.everyone()[role])
    assert status() == "adopted"


def test_not_once_somebody_else_has_acted(cast, agreed, ministers_meeting):
    review.withdraw(agreed, reason="x", by=cast.staff, on=factories.NOW)
    factories.activity(agreed.plan, title="A later idea")
    factories.circulated(agreed.plan, before=agreed.meeting, by=cast.chair)
    with pytest.raises(Superseded, match="cannot be taken back any more"):
        take_back(agreed.plan, cast.staff)


def test_not_once_a_minister_has_answered(cast, submitted):
    factories.answer(submitted, by=cast.minister)
    with pytest.raises(Superseded):
        take_back(submitted.plan, cast.chair)


def test_not_once_the_meeting_is_over(cast, agreed):
    plan = factories.adopted(agreed, by=cast.chair)
    later = factories.NOW + timedelta(days=30)
    assert slip(plan, cast.chair, factories.NOW) is not None
    assert slip(plan, cast.chair, later) is None


def test_not_when_the_person_is_in_office_no_more(cast, agreed):
    plan = factories.adopted(agreed, by=cast.chair)
    assert slip(plan, cast.chair, factories.NOW.replace(year=2029)) is None


def test_what_ends_a_procedure_or_is_a_states_own_word_is_no_slip(cast, submitted):
    for minister in cast.ministers.values():
        factories.answer(submitted, by=minister)
    assert status() == "approved"
    for person in (cast.chair, *cast.ministers.values()):
        assert slip(WorkPlan.objects.get(), person, factories.NOW) is None


def test_another_act_than_the_one_on_the_screen_is_left_alone(cast, agreed):
    plan = factories.adopted(agreed, by=cast.chair)
    with pytest.raises(Superseded):
        take_back(plan, cast.chair, seen=Entry.objects.first().pk + 999)
    with pytest.raises(decision.ReasonMissing):
        take_back(plan, cast.chair, reason="  ")
    assert status() == "adopted"


def test_writing_on_in_the_draft_is_no_act_on_the_text(cast, agreed):
    review.withdraw(agreed, reason="x", by=cast.staff, on=factories.NOW)
    factories.activity(agreed.plan, title="A later idea")
    take_back(agreed.plan, cast.staff)
    assert Consideration.objects.get().revision.digest == agreed.revision.digest


# The record


def test_without_its_retraction_the_database_keeps_an_adoption(cast, agreed):
    factories.adopted(agreed, by=cast.chair)
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
        Consideration.objects.update(closed=None, outcome="")
    take_back(agreed.plan, cast.chair)
    with pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
        Retraction.objects.update(reason="Another")
    factories.adopted(agreed, by=cast.chair)
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
        Consideration.objects.update(closed=None, outcome="")


# Pages


def test_who_did_it_is_led_to_it_and_back(cast, agreed, sign_in):
    plan = factories.adopted(agreed, by=cast.chair)
    chair, overview = sign_in(cast.chair), reverse("workplans:overview", args=[plan.year])
    assert address(plan) in words(chair.get(overview))
    assert address(plan) not in words(sign_in(cast.staff).get(overview))
    public = reverse("workplans:plan", args=[plan.year])
    assert chair.get(public).status_code == 200
    shown = chair.get(address(plan))
    html = words(shown)
    assert "Adopted PartNIR/AG/2027/WP/1" in html and "Who will be told" in html
    sent = {"seen": shown.context["form"]["seen"].value(), "reason": ""}
    refused = chair.post(address(plan), sent)
    assert refused.status_code == 422 and "Say why it is taken back" in words(refused)
    done = chair.post(address(plan), {**sent, "reason": REASON})
    assert done["Location"] == reverse("workplans:consideration", args=[agreed.pk])
    assert "It is taken back." in words(chair.get(done["Location"]))
    assert Client().get(public).status_code == 404
    history = words(chair.get(reverse("workplans:history", args=[plan.year])))
    assert "Took back the adoption" in history and REASON in history
    # A second time there is nothing to take back.
    assert chair.post(address(plan), {**sent, "reason": REASON})["Location"] == overview


def test_a_document_that_was_issued_says_it_is_not_in_force(
    cast, agreed, sign_in, tmp_path, settings
):
    settings.DOCUMENT_ROOT = tmp_path
    plan = factories.adopted(agreed, by=cast.chair)
    name, digest = documents.store(b"%PDF-1.7 issued")
    Document.objects.update(
        status="ready", file=name, sha256=digest, size=15, pages=1, issued=factories.NOW
    )
    take_back(plan, cast.chair)
    document = Document.objects.get()
    assert document.status == "ready"
    chair = sign_in(cast.chair)
    overview = words(chair.get(reverse("workplans:overview", args=[plan.year])))
    assert "Not in force: its decision was taken back." in overview
    listed = words(Client().get(reverse("workplans:documents")))
    assert "Not in force: its decision was taken back on" in listed
    assert "taken back as a mistake on" in words(Client().get(document.get_absolute_url()))


def test_whoever_did_nothing_is_led_to_the_plan(cast, agreed, sign_in):
    plan = factories.adopted(agreed, by=cast.chair)
    response = sign_in(cast.staff).get(address(plan), follow=True)
    assert "There is nothing you could take back here." in words(response)
    assert sign_in(cast.staff).post(address(plan), {"reason": REASON}).status_code == 403
    assert sign_in(cast.head).get(address(plan)).status_code == 403
