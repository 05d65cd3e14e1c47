"""The list of documents, the page of each, its file, and what is shown while it is made."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from tests import factories
from workplans import documents as issuing
from workplans.models import Document, WorkPlan

PDF = b"%PDF-1.7 the bytes of a document\n"
LIST = "/en/documents/"


@pytest.fixture
def shelf(settings, tmp_path):
    """Where issued files lie."""
    settings.DOCUMENT_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def ordered(adopted, shelf):
    """The document of the adoption, waiting for the worker."""
    return adopted.documents.get()


@pytest.fixture
def issued(ordered):
    return issue(ordered)


def issue(document, pdf=PDF):
    name, digest = issuing.store(pdf)
    Document.objects.filter(pk=document.pk).update(
        status="ready", file=name, sha256=digest, size=len(pdf), pages=3, issued=factories.NOW
    )
    return Document.objects.get(pk=document.pk)


def url(document, name="document"):
    return reverse(f"workplans:{name}", args=[document.pk])


def html(response, status=200):
    assert response.status_code == status
    return response.content.decode()


# The file


def test_the_file_is_the_issued_bytes(issued, sign_in):
    response = sign_in().get(url(issued, "document_file"))
    assert response.status_code == 200
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Length"] == str(len(PDF))
    assert response["Content-Disposition"] == ('attachment; filename="PartNIR-AG-2027-WP-1-en.pdf"')
    assert response["ETag"] == f'"{hashlib.sha256(PDF).hexdigest()}"'
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_file_already_held_is_not_sent_again(issued, sign_in):
    held = {"if-none-match": f'"{issued.sha256}"'}
    assert sign_in().get(url(issued, "document_file"), headers=held).status_code == 304


def test_a_head_request_gets_the_headers_alone(issued, sign_in):
    response = sign_in().head(url(issued, "document_file"))
    assert response.status_code == 200
    assert response["Content-Length"] == str(len(PDF))
    assert b"".join(response) == b""


def test_a_file_lost_from_the_disk_is_said_to_be_lost(issued, shelf, sign_in):
    Path(shelf / issued.file).unlink()
    page = html(sign_in().get(url(issued, "document_file")), 404)
    assert "its file is missing on this server" in page


def test_there_is_no_file_before_there_is_one(ordered, sign_in):
    page = html(sign_in().get(url(ordered, "document_file")), 404)
    assert "has not been typeset yet" in page


def test_a_document_stays_readable_when_its_plan_goes_back_to_draft(issued, sign_in):
    """What was adopted stays on record; what is being written instead is nobody's to see."""
    WorkPlan.objects.filter(pk=issued.plan_id).update(status="draft", title="The secret new title")
    page = html(sign_in().get(url(issued, "document")), 200)
    assert "The secret new title" not in page
    assert issued.plan.get_absolute_url() not in page
    file = sign_in().get(url(issued, "document_file"))
    assert b"".join(file).startswith(b"%PDF-")
    file.close()


# The page


def test_the_page_names_the_document_and_its_fingerprints(issued, sign_in):
    page = html(sign_in().get(url(issued)))
    for fact in (issued.symbol, "As adopted", issued.sha256, issued.revision.digest, "10 March"):
        assert fact in page
    assert url(issued, "document_file") in page
    assert "<script" not in page
    assert "htmx" not in page


def test_a_superseded_document_says_by_what(issued, approved, sign_in):
    newer = issue(approved.documents.get(edition="approved"), PDF + b"approved")
    Document.objects.filter(pk=issued.pk).update(superseded_by=newer)
    page = html(sign_in().get(url(issued)))
    assert f"This document has been superseded by {newer.symbol}." in page
    assert url(newer) in page


def test_waiting_says_how_many_are_ahead(ordered, sign_in):
    page = html(sign_in().get(url(ordered)))
    assert "No other document is ahead." in page
    assert "Check again" in page
    assert '"allowEval":false' in page


@pytest.mark.parametrize(
    ("step", "words", "done"),
    [
        ("collecting", "Collecting the text.", 1),
        ("laying_out", "Laying out the pages.", 2),
        ("writing", "Writing the PDF.", 3),
        ("checking", "Checking the fonts", 4),
        ("", "It is tried again.", 0),
    ],
)
def test_each_step_has_its_words(ordered, sign_in, step, words, done):
    Document.objects.update(status="typesetting", step=step)
    page = html(sign_in().get(url(ordered)))
    assert words in page
    assert f'<progress value="{done}" max="5"' in page


@pytest.mark.parametrize(("age", "pause"), [(1, 1), (30, 2), (300, 5)])
def test_it_is_asked_less_often_as_time_goes_by(ordered, sign_in, age, pause):
    Document.objects.update(requested=timezone.now() - timedelta(seconds=age))
    assert f'hx-trigger="every {pause}s"' in html(sign_in().get(url(ordered)))


def progress_of(page):
    start = page.index("/progress/?seen=") + len("/progress/?seen=")
    return page[start : page.index('"', start)]


def test_progress_is_sent_only_when_it_changed(ordered, sign_in):
    visitor = sign_in(headers={"hx-request": "true"})
    seen = progress_of(html(sign_in().get(url(ordered))))
    address = url(ordered, "document_progress")
    assert visitor.get(address, {"seen": seen}).status_code == 204
    Document.objects.update(status="typesetting", step="writing")
    part = html(visitor.get(address, {"seen": seen}))
    assert "<html" not in part
    assert 'hx-swap-oob="innerHTML:#waiting-step">Writing the PDF.' in part
    assert visitor.get(address, {"seen": progress_of(part)}).status_code == 204


def test_a_new_pause_alone_announces_nothing(ordered, sign_in):
    visitor = sign_in(headers={"hx-request": "true"})
    seen = progress_of(html(sign_in().get(url(ordered))))
    Document.objects.update(requested=timezone.now() - timedelta(minutes=5))
    part = html(visitor.get(url(ordered, "document_progress"), {"seen": seen}))
    assert "every 5s" in part
    assert "hx-swap-oob" not in part


@pytest.mark.parametrize("status", ["ready", "failed"])
def test_the_page_is_loaded_anew_when_the_work_is_over(issued, sign_in, status):
    Document.objects.update(status=status)
    visitor = sign_in(headers={"hx-request": "true"})
    response = visitor.get(url(issued, "document_progress"))
    assert response["HX-Refresh"] == "true"


def test_progress_without_a_script_is_the_page(ordered, sign_in):
    response = sign_in().get(url(ordered, "document_progress"))
    assert response.url == url(ordered)


# Trying again


@pytest.fixture
def failed(ordered):
    Document.objects.update(status="failed", error="No font holds the character U+1F600.")
    return Document.objects.get(pk=ordered.pk)


def test_a_failure_is_told_and_may_be_tried_again_by_the_secretariat(failed, cast, sign_in):
    visitor = html(sign_in().get(url(failed)))
    assert "could not be typeset" in visitor
    assert "No font holds" not in visitor
    delegate = html(sign_in(cast.delegate).get(url(failed)))
    assert "No font holds" in delegate
    assert "Try again" not in delegate
    assert "Try again" in html(sign_in(cast.staff).get(url(failed)))


def test_trying_again_puts_it_back_in_the_queue_once(failed, cast, sign_in):
    staff = sign_in(cast.staff)
    for _time in range(2):
        response = staff.post(url(failed, "document_again"))
        assert response.url == url(failed)
    failed.refresh_from_db()
    assert (failed.status, failed.error, failed.attempt) == ("queued", "", 0)


@pytest.mark.parametrize("role", ["head", "delegate", "former_staff", "superuser", "stranger"])
def test_nobody_else_may_try_again(failed, cast, sign_in, role):
    person = cast.everyone()[role]
    response = sign_in(person).post(url(failed, "document_again"))
    assert response.status_code == 403
    assert "Only the chair and the secretariat" in response.content.decode()
    failed.refresh_from_db()
    assert failed.status == "failed"


def test_trying_again_is_no_link(failed, cast, sign_in):
    assert sign_in(cast.staff).get(url(failed, "document_again")).status_code == 405


# The list


def test_the_list_holds_issued_documents(issued, sign_in):
    page = html(sign_in().get(LIST))
    assert "1 document issued" in page
    assert issued.symbol in page


def test_what_is_not_issued_is_listed_to_those_signed_in(ordered, cast, sign_in):
    assert ordered.symbol not in html(sign_in().get(LIST))
    page = html(sign_in(cast.head).get(LIST))
    assert "In the making" in page
    assert ordered.symbol in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"kind": "work_plan"}, True),
        ({"kind": "summit_report"}, False),
        ({"year": "2027"}, True),
        ({"kind": "", "year": ""}, True),
        ({"kind": "work_plan", "year": "2027"}, True),
    ],
)
def test_the_list_is_narrowed_by_kind_and_year(issued, sign_in, query, found):
    page = html(sign_in().get(LIST, query))
    assert (issued.symbol in page) is found
    assert ("Show all documents" in page) is not found


def test_a_year_without_documents_is_no_choice(issued, sign_in):
    page = html(sign_in().get(LIST, {"year": "1999"}))
    assert "There is a problem" in page
    assert issued.symbol in page


def test_the_empty_list_says_when_the_first_comes(cast, sign_in):
    assert "The first is issued when the Advisory Group adopts" in html(sign_in().get(LIST))


def test_the_queries_of_the_list_do_not_grow(issued, approved, sign_in, django_assert_num_queries):
    visitor = sign_in()
    visitor.get(LIST)
    with django_assert_num_queries(5):
        visitor.get(LIST)
    newer = issue(approved.documents.get(edition="approved"), PDF + b"approved")
    Document.objects.filter(pk=issued.pk).update(superseded_by=newer)
    with django_assert_num_queries(5):
        assert "2 documents issued" in html(visitor.get(LIST))
