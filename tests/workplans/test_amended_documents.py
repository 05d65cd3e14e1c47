"""What is printed of an amendment: the next symbol, what it changes, and the earlier bytes as they
were (domain rules 9 and 13)."""

import json

import pytest

from tests.workplans import amendments
from workplans import documents as issuing
from workplans.models import Document
from workplans.typesetting import layout, record


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.DOCUMENT_ROOT = tmp_path


def issue(document):
    """Put a file on record where the worker would, which says what is printed."""
    pdf = b"%PDF-1.7 " + document.order.encode()
    name, digest = issuing.store(pdf)
    from workplans import worker

    attempt = worker.claim(Document, document.pk)
    assert issuing._issue(document.pk, attempt, file=name, sha256=digest, size=len(pdf), pages=1)
    return Document.objects.get(pk=document.pk)


def of(edition, symbol):
    return Document.objects.get(edition=edition, symbol=symbol)


@pytest.fixture
def first(cast, approved):
    """The adopted and the approved text of before, issued."""
    return [
        issue(of("adopted", "PartNIR/AG/2027/WP/1")),
        issue(of("approved", "PartNIR/IMM/2027/WP/1")),
    ]


def fresh(documents):
    return list(Document.objects.filter(pk__in=[d.pk for d in documents]).order_by("pk"))


def test_an_adopted_amendment_replaces_nothing_that_is_in_force(
    cast, approved, first, advisory_group
):
    amendments.adopted(cast, amendments.circulated(cast, approved, advisory_group))
    made = issue(of("adopted", "PartNIR/AG/2027/WP/1/Rev.1"))
    adopted, in_force = fresh(first)
    assert adopted.superseded_by == in_force and in_force.superseded_by is None
    assert made.superseded_by is None


def test_an_approved_amendment_replaces_all_before_it_and_leaves_their_bytes(
    cast, approved, first, advisory_group, ministers_meeting
):
    before = [(d.file, d.sha256, d.order) for d in first]
    plan = amendments.adopted(cast, amendments.circulated(cast, approved, advisory_group))
    adopted = issue(of("adopted", "PartNIR/AG/2027/WP/1/Rev.1"))
    amendments.approved(cast, amendments.submitted(cast, plan, ministers_meeting))
    made = issue(of("approved", "PartNIR/IMM/2027/WP/1/Rev.1"))
    assert [(d.file, d.sha256, d.order) for d in fresh(first)] == before
    assert fresh([*first, adopted])[1].superseded_by == made
    assert fresh([adopted])[0].superseded_by == made


def test_the_cover_and_the_record_say_what_was_amended_and_why(
    cast, approved, advisory_group, ministers_meeting
):
    plan = amendments.adopted(cast, amendments.circulated(cast, approved, advisory_group))
    order = json.loads(of("adopted", "PartNIR/AG/2027/WP/1/Rev.1").order)
    assert record.standing(order)[-1] == (
        "Amends PartNIR/AG/2027/WP/1, approved on 10 March 2027, which stays in force until the "
        "ministers approve this text."
    )
    amendments.approved(cast, amendments.submitted(cast, plan, ministers_meeting))
    order = json.loads(of("approved", "PartNIR/IMM/2027/WP/1/Rev.1").order)
    assert record.standing(order)[-1] == (
        "The plan as amended. It replaces PartNIR/AG/2027/WP/1, approved on 10 March 2027; what "
        "changes is listed in the record."
    )
    printed = layout.compose(order)["record"]
    amendment = printed["amendment"]
    assert amendment["reason"] == amendments.REASON
    assert (
        "Amendment 1 of this plan was opened on 10 March 2027 by Staff Aldova"
        in (amendment["sentence"])
    )
    assert amendment["changes"] == ["Activity 1.1: Forum number 1 – place"]
    # The decisions are those about this text; the earlier ones stay with the earlier document.
    assert [d["revision"] for d in order["decisions"]] == ["PartNIR/AG/2027/WP/1/Rev.1"] * 3


def test_a_document_of_before_any_amendment_says_nothing_of_one(cast, approved):
    order = json.loads(of("approved", "PartNIR/IMM/2027/WP/1").order)
    assert "amendment" not in order
    assert layout.compose(order)["record"]["amendment"] is None


def test_a_report_made_while_an_amendment_is_under_way_is_that_of_the_text_in_force(
    cast, approved, advisory_group, ministers_meeting, summit
):
    before = amendments.circulated(cast, approved, advisory_group)
    plan = amendments.reported(cast, approved, summit)
    assert plan.status == "under_consideration"
    assert (plan.in_force_as, plan.public_status) == ("reported", "reported")
    report = Document.objects.get(kind="summit_report")
    assert report.revision == plan.in_force and amendments.CANARY not in report.order
    issue(report)
    # The amended text, approved after that, is reported to the next summit.
    plan = amendments.adopted(cast, before)
    plan = amendments.approved(cast, amendments.submitted(cast, plan, ministers_meeting))
    assert (plan.status, plan.in_force_as) == ("approved", "approved")
    plan = amendments.reported(cast, plan, summit)
    assert plan.status == "reported"
    again = issue(Document.objects.get(symbol="PartNIR/SUMMIT/2027/RPT/1/Rev.1"))
    assert Document.objects.get(pk=report.pk).superseded_by == again
    assert amendments.CANARY in again.order
