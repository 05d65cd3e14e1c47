"""A plan is amended after its approval: what everybody reads at every step of the way (rule 9)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.urls import reverse

from secretariat.models import Entry
from tests import factories
from tests.workplans import amendments
from tests.workplans.amendments import CANARY, REASON
from workplans import documents as issuing
from workplans.models import Decision, Document, WorkPlan
from workplans.operations import amending, followup

PAGE, DATA = "/en/plans/2027/", "/en/plans/2027/plan.json"
DESK = "/en/desk/plans/2027/"
PUBLIC = (PAGE, DATA, "/en/plans/", "/en/documents/", "/en/", "/en/presidency/2027/")


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.DOCUMENT_ROOT = tmp_path


def text_of(response: Any) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode()


def pdf(client: Any, document: Document) -> bytes:
    response = client.get(reverse("workplans:document_file", args=[document.pk]))
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def produce(**facts: str) -> Document:
    document = Document.objects.get(**facts)
    assert issuing.produce(document.pk)
    return Document.objects.get(pk=document.pk)


def test_an_approved_plan_is_amended_and_stays_in_force_until_the_ministers_approve(
    cast, approved, advisory_group, ministers_meeting, summit, sign_in
):
    visitor, stranger, observer = sign_in(), sign_in(cast.stranger), sign_in(cast.observer)
    adopted = produce(edition="adopted")
    first = produce(edition="approved")
    bytes_of_first = {document.pk: pdf(visitor, document) for document in (adopted, first)}
    in_force = approved.in_force
    forum = in_force.form["areas"][0]["activities"][0]["id"]

    def the_text_in_force_is_read(*, adopted: bool = False) -> None:
        """By everybody, with not a word of what is being written."""
        for url in PUBLIC:
            page = text_of(visitor.get(url))
            assert CANARY not in page and REASON not in page, url
            if not adopted:
                assert "amend" not in page.lower(), url
        assert json.loads(text_of(visitor.get(DATA))) == json.loads(in_force.text)
        assert visitor.get(DATA).headers["ETag"] == f'"{in_force.digest}"'
        assert "Approved by consensus at" in text_of(visitor.get(PAGE))
        for client in (stranger, observer):
            for url in (DESK, f"{DESK}history/", "/en/desk/plans/", "/en/desk/", *PUBLIC):
                page = text_of(client.get(url))
                assert REASON not in page, url
                assert client is observer or CANARY not in page, url
                if not adopted:
                    assert "An amendment is under way" not in page, url
                    assert client is observer or "Amendment: " not in page, url

    the_text_in_force_is_read()
    # The secretariat opens it, with a reason that the delegations read.
    staff = sign_in(cast.staff)
    page = text_of(staff.get(DESK))
    assert f'href="{DESK}amend/"' in page
    sent = {"reason": REASON, "digest": in_force.digest}
    assert staff.post(f"{DESK}amend/", sent).status_code == 302
    the_text_in_force_is_read()
    assert "Write the amendment of the 2027 work plan" in text_of(staff.get("/en/desk/"))
    for person in (cast.head, cast.delegate, cast.minister, cast.staff):
        page = text_of(sign_in(person).get(DESK))
        assert "An amendment is under way" in page and REASON in page, person
    page = text_of(staff.get(DESK))
    assert "Nothing is changed yet." in page and "Undo: do not amend after all" in page
    assert "The draft says the same as PartNIR/AG/2027/WP/1" in text_of(
        staff.get(f"{DESK}circulate/")
    )
    amendments.moved(approved, by=cast.staff)
    the_text_in_force_is_read()
    assert "1 activity changed" in text_of(staff.get(DESK)) or "What it changes:" in text_of(
        staff.get(DESK)
    )
    assert CANARY in text_of(staff.get(f"{DESK}compare/?from=r1&to=now"))
    assert "What it changes:" not in text_of(sign_in(cast.head).get(DESK))

    # Work on what is in force goes on.
    followup.record_progress(
        WorkPlan.objects.get(), forum, state="under_way", note="It began.", by=cast.staff,
        on=factories.NOW,
    )  # fmt: skip
    page = text_of(sign_in(cast.head).get(f"{DESK}progress/"))
    assert "It began." in page and CANARY not in page

    # The delegations get it, with what it changes first.
    page = text_of(staff.get(f"{DESK}circulate/"))
    assert "What the amendment changes" in page and CANARY in page
    before = factories.circulated(amendments.again(approved), before=advisory_group, by=cast.staff)
    assert before.revision.symbol == "PartNIR/AG/2027/WP/1/Rev.1"
    the_text_in_force_is_read()
    head = sign_in(cast.head)
    address = reverse("workplans:consideration", args=[before.pk])
    page = text_of(head.get(address))
    assert page.index("What the amendment changes") < page.index('id="positions"')
    assert REASON in page and "Changes since" not in page
    position = text_of(head.get(reverse("workplans:position", args=[before.pk])))
    assert "What the amendment changes in PartNIR/AG/2027/WP/1:" in position
    assert "What it changes:" in text_of(head.get(DESK))
    assert stranger.get(address).status_code == 404

    # One objects; the next text shows those who approved what changed since.
    factories.answer(before, by=cast.head, kind="objects", text="Not so far away.")
    factories.answer(before, by=cast.heads["Borania"])
    amendments.moved(approved, by=cast.staff, to=f"{CANARY} nearby")
    before = factories.circulated(amendments.again(approved), before=advisory_group, by=cast.staff)
    page = text_of(
        sign_in(cast.heads["Borania"]).get(reverse("workplans:consideration", args=[before.pk]))
    )
    assert "Changes since Borania last approved" in page
    page = text_of(head.get(reverse("workplans:consideration", args=[before.pk])))
    # Dorlan last approved what is in force, which the amendment is compared with already.
    assert "Changes since" not in page
    the_text_in_force_is_read()

    # Adopted: everybody may know, and the text in force stays what is read.
    plan = amendments.adopted(cast, before)
    assert plan.status == "adopted" and plan.public_text == in_force
    rev = produce(symbol="PartNIR/AG/2027/WP/1/Rev.2")
    the_text_in_force_is_read(adopted=True)
    page = text_of(visitor.get(PAGE))
    assert "The Advisory Group adopted an amendment of it on 10 March 2027" in page
    assert "PartNIR/AG/2027/WP/1/Rev.2" in page and "Adopted, and not in force" in page
    page = text_of(visitor.get(rev.get_absolute_url()))
    assert "This text is adopted and not in force." in page
    first.refresh_from_db()
    assert first.superseded_by is None
    assert "An amendment is under way" in text_of(stranger.get(DESK))

    # Before the ministers, who see what it changes.
    asked = amendments.submitted(cast, plan, ministers_meeting)
    the_text_in_force_is_read(adopted=True)
    page = text_of(sign_in(cast.minister).get(reverse("workplans:position", args=[asked.pk])))
    assert "What the amendment changes in PartNIR/AG/2027/WP/1:" in page
    for minister in list(cast.ministers.values())[:-1]:
        factories.answer(asked, by=minister)
    the_text_in_force_is_read(adopted=True)
    factories.answer(asked, by=list(cast.ministers.values())[-1])

    # In force from the last approval on.
    plan = amendments.again(plan)
    assert (plan.status, plan.in_force) == ("approved", plan.revision)
    page = text_of(visitor.get(PAGE))
    assert CANARY in page and "This is the plan as amended." in page
    assert "adopted an amendment of it" not in page
    assert json.loads(text_of(visitor.get(DATA))) == json.loads(plan.revision.text)
    last = produce(symbol="PartNIR/IMM/2027/WP/1/Rev.1")
    assert pdf(visitor, last).startswith(b"%PDF")
    page = text_of(visitor.get(PAGE))
    assert "Superseded by PartNIR/IMM/2027/WP/1/Rev.1" in page
    # What was issued before stays where it was, to the byte.
    assert {pk: pdf(visitor, Document.objects.get(pk=pk)) for pk in bytes_of_first} == (
        bytes_of_first
    )
    # Progress goes with the activity, which kept its identity.
    rows = followup.state_of_activities(plan)
    assert [row.state for row in rows if row.activity["id"] == forum] == ["under_way"]
    # Both rounds are on the record.
    decided = list(Decision.objects.order_by("id").values_list("act", "revision__symbol"))
    assert decided == [
        (act, symbol)
        for symbol in ("PartNIR/AG/2027/WP/1", "PartNIR/AG/2027/WP/1/Rev.2")
        for act in ("adopted", "submitted", "approved")
    ]
    page = text_of(sign_in(cast.head).get(f"{DESK}history/"))
    assert "Opened amendment 1 of PartNIR/AG/2027/WP/1" in page
    assert page.count("The ministers approved") == 2
    assert plan.amendments.get().outcome == "approved"

    # And it is reported to the summit as it stands now.
    amendments.reported(cast, plan, summit)
    report = Document.objects.get(kind="summit_report")
    assert CANARY in report.order and report.revision == plan.revision


def test_an_amendment_that_is_open_when_the_presidency_changes_belongs_to_the_plan(
    cast, approved, sign_in
):
    from datetime import UTC, date, datetime

    import time_machine

    amendments.opened(approved, by=cast.staff)
    amendments.moved(approved, by=cast.staff)
    later = datetime(2028, 1, 3, 12, tzinfo=UTC)
    with time_machine.travel(later, tick=True):
        client = sign_in(cast.next_chair)
        page = text_of(client.get(DESK))
        assert "An amendment is under way" in page and "Circulate the text" in page
        meeting = factories.meeting("AG", by=cast.next_chair, begins=date(2028, 1, 3), on=later)
        amendments.moved(approved, by=cast.next_chair, to="Cestria", on=later)
        before = factories.circulated(
            amendments.again(approved), before=meeting, by=cast.next_chair, on=later
        )
        assert before.revision.symbol == "PartNIR/AG/2027/WP/1/Rev.1"
        assert text_of(sign_in(cast.staff).get(DESK)).count("An amendment is under way") == 1
        assert f'href="{DESK}edit/"' not in text_of(sign_in(cast.staff).get(DESK))
        amendment = approved.amendments.get()
        assert amendment.by == cast.staff
        amending.withdraw(amendment, reason="A new year.", by=cast.next_chair, on=later)
    entry = Entry.objects.get(act="withdraw_amendment")
    assert entry.appointment.state.name == "Cestria"
    plan = amendments.again(approved)
    assert plan.status == "approved" and plan.presidency.state.name == "Aldova"
