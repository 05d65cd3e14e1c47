"""An issued document is withdrawn: who may, what is recorded, who is told, and what stays."""

import pytest
from django.db import DatabaseError, transaction

from secretariat.models import Entry, Notice
from secretariat.standing import NotEntitled
from tests import factories
from tests.workplans.test_verifying_pages import issue, page, text
from workplans.models import Document, Withdrawal, WorkPlan
from workplans.operations import withdrawing
from workplans.operations.decision import ReasonMissing
from workplans.operations.locking import Superseded

REASON = "Annex 2 was printed twice."


@pytest.fixture(autouse=True)
def shelf(settings, tmp_path):
    settings.DOCUMENT_ROOT = tmp_path


@pytest.fixture
def issued(adopted):
    return issue(adopted.documents.get())


def withdraw(document, by, reason=REASON):
    return withdrawing.withdraw_document(document, reason=reason, by=by, on=factories.NOW)


def url(document):
    return f"/en/documents/{document.pk}/withdraw/"


def test_the_secretariat_withdraws_it_and_the_register_says_why(cast, issued):
    status = WorkPlan.objects.get().status
    done = withdraw(issued, cast.staff)
    assert (done.by, done.on, done.reason) == (cast.staff, factories.TODAY, REASON)
    entry = Entry.objects.get(act="withdraw_document")
    assert entry.facts == {"symbol": issued.symbol, "sha256": issued.sha256, "reason": REASON}
    assert entry.subject == issued and entry.capacity
    # What was decided stays decided, and the bytes stay on record.
    after = Document.objects.get()
    assert (after.status, after.sha256, after.file) == ("ready", issued.sha256, issued.file)
    assert WorkPlan.objects.get().status == status


def test_nobody_else_does(cast, issued):
    for role, person in cast.everyone().items():
        if role not in ("chair", "staff"):
            with pytest.raises(NotEntitled):
                withdraw(issued, person)
    assert not Withdrawal.objects.exists()


def test_it_needs_a_reason_and_happens_once(cast, issued):
    with pytest.raises(ReasonMissing):
        withdraw(issued, cast.chair, "  ")
    withdraw(issued, cast.chair)
    with pytest.raises(Superseded, match="withdrawn already"):
        withdraw(issued, cast.chair)
    assert Entry.objects.filter(act="withdraw_document").count() == 1


def test_what_is_not_issued_cannot_be_withdrawn(cast, adopted):
    waiting = adopted.documents.get()
    with pytest.raises(Superseded):
        withdraw(waiting, cast.chair)


def test_a_withdrawal_is_never_taken_back(cast, issued):
    done = withdraw(issued, cast.staff)
    for change in (done.delete, lambda: Withdrawal.objects.update(reason="Other")):
        with pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
            change()


def test_whoever_was_told_of_the_decision_is_told_as_the_page_has_shown(cast, issued, sign_in):
    client = sign_in(cast.staff)
    seen = client.get(url(issued))
    assert "A withdrawal cannot be undone." in text(seen)
    shown = {
        one.person_id for circle in seen.context["told"].circles for one in circle.telling.told
    }
    assert cast.head.pk in shown and cast.chair.pk in shown
    last = Notice.objects.order_by("-pk").first().pk
    sent = client.post(url(issued), {"reason": REASON, "digest": issued.sha256})
    assert sent.status_code == 302
    told = Notice.objects.filter(pk__gt=last)
    assert {notice.person_id for notice in told} == shown
    for notice in told:
        assert REASON in notice.body and notice.path == issued.get_absolute_url()
        assert notice.subject.startswith(f"Withdrawn: {issued.symbol}")


def test_the_form_asks_for_the_reason_and_leads_away_afterwards(cast, issued, sign_in):
    client = sign_in(cast.chair)
    said = text(client.post(url(issued), {"reason": "", "digest": issued.sha256}), 422)
    assert "Say why the document is withdrawn; everybody can read it." in said
    withdraw(issued, cast.chair)
    assert client.get(url(issued))["Location"] == issued.get_absolute_url()
    late = client.post(url(issued), {"reason": REASON, "digest": issued.sha256})
    assert late.status_code == 409


def test_every_page_that_names_it_says_so(cast, issued, sign_in):
    visitor, staff = sign_in(), sign_in(cast.staff)
    assert url(issued) in text(staff.get(issued.get_absolute_url()))
    assert url(issued) not in text(visitor.get(issued.get_absolute_url()))
    tag = visitor.get("/en/plans/2027/")["ETag"]
    withdraw(issued, cast.staff)
    said = text(visitor.get(page(issued.code)))
    assert "Issued on 10 March 2027, withdrawn on 10 March 2027. The reason:" in said
    assert REASON in said and "No later document" not in said
    said = text(visitor.get(page(issued.code), {"sha256": issued.sha256}))
    assert "It matches." in said
    assert said.count("But mind the verdict at the top of this page: Withdrawn.") == 2
    said = text(visitor.get(issued.get_absolute_url()))
    assert f"This document was withdrawn on 10 March 2027. The reason: {REASON}" in said
    assert url(issued) not in text(staff.get(issued.get_absolute_url()))
    for path in ("/en/documents/", "/en/plans/2027/", "/en/presidency/2027/"):
        assert "Withdrawn on 10 March 2027." in text(visitor.get(path))
    assert "Withdrawn on 10 March 2027." in text(staff.get("/en/desk/plans/2027/"))
    assert issued.symbol not in text(visitor.get("/en/"))
    assert visitor.get("/en/plans/2027/")["ETag"] != tag
    assert "Withdrew the document" in text(staff.get("/en/desk/plans/2027/history/"))
    file = visitor.get(f"{issued.get_absolute_url()}file/")
    assert file.status_code == 200
    file.close()


def test_a_withdrawn_document_that_was_replaced_leads_on(cast, issued, approved, sign_in):
    newer = issue(approved.documents.get(edition="approved"), b"%PDF-1.7 approved\n")
    Document.objects.filter(pk=issued.pk).update(superseded_by=newer)
    withdraw(issued, cast.staff)
    said = text(sign_in().get(page(issued.code)))
    assert "withdrawn on 10 March 2027" in said and newer.get_absolute_url() in said
