"""The receipt of a position: page, mail and PDF say the same, to its own people alone."""

import hashlib
import io
import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.urls import reverse
from pypdf import PdfReader

from secretariat.accreditation import recall
from secretariat.models import Entry, Notice, State
from tests import factories
from tests.workplans.notes import PDF
from workplans import content, instructions, receipts
from workplans.models import Position, Receipt
from workplans.operations import hearing
from workplans.operations.answering import Said, record_position
from workplans.typesetting import receipt, typeset

RESERVED = "We join, and read paragraph 3 as a recommendation.\n\nDorlan will say so."


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.DOCUMENT_ROOT = tmp_path


def page(name, position):
    return reverse(f"workplans:{name}", args=[position.pk])


def given(consideration, by, **answer):
    factories.answer(consideration, by=by, **answer)
    return Position.objects.latest("id")


@pytest.fixture
def reserved(cast, consideration):
    State.objects.filter(pk=cast.states["Dorlan"].pk).update(time_zone="Asia/Kolkata")
    answer = {"kind": "approves_with_reservation", "text": RESERVED}
    return given(consideration, cast.head, **answer)


def printed(made):
    made = typeset(json.loads(made.order))
    reader = PdfReader(io.BytesIO(made.pdf))
    words = " ".join(" ".join(sheet.extract_text().split()) for sheet in reader.pages)
    return made, reader, words


def the_facts(position):
    """What every receipt of this position has to say."""
    found, entry = position.consideration, receipts.entry_of(position)
    at = position.at.astimezone(UTC)
    return [
        "Dorlan", found.revision.symbol, found.revision.title, found.revision.digest,
        "Approves with a reservation", "Head Dorlan, Head of delegation, Dorlan",
        "appointed from 1 June 2026", f"{at:%H:%M:%S} UTC", "Kolkata",
        at.isoformat(sep=" ", timespec="microseconds"), f"Entry no. {entry.pk}",
        position.reference, "Nothing: it is the first answer of the state to this text.",
        "It is no signature", "read paragraph 3 as a recommendation.",
    ]  # fmt: skip


def test_it_is_ordered_with_the_act_and_says_everything(reserved):
    _made, _reader, words = printed(reserved.paper)
    for fact in the_facts(reserved):
        assert fact in words or fact in words.replace(" ", ""), fact
    assert "What this receipt does not prove" in words


def test_the_mail_is_a_receipt_by_itself(cast, reserved):
    for person in (cast.head, cast.alternate, cast.delegate):
        notice = Notice.objects.get(entry__act="take_position", person=person)
        words = " ".join(notice.body.split())
        for fact in the_facts(reserved):
            assert fact in words, fact
        assert page("receipt", reserved) in notice.body
        assert "the same receipt as PDF" in words


def test_the_page_says_it_too(cast, reserved, sign_in):
    html = " ".join(sign_in(cast.delegate).get(page("receipt", reserved)).content.decode().split())
    for fact in the_facts(reserved):
        if "appointed" not in fact and "Head of delegation, Dorlan" not in fact:
            assert fact in html, fact


def test_the_same_order_gives_the_same_bytes_on_any_day(cast, reserved, time_machine):
    first = typeset(json.loads(reserved.paper.order))
    # What it says was so when it was received, whatever was corrected since.
    cast.head.name = "Another Name"
    cast.head.save()
    time_machine.move_to(datetime(2031, 1, 1, tzinfo=UTC))
    assert typeset(json.loads(Receipt.objects.get().order)).pdf == first.pdf


def test_its_facts_lie_inside_and_are_what_the_fingerprint_names(reserved):
    order = json.loads(reserved.paper.order)
    _made, reader, words = printed(reserved.paper)
    (data,) = reader.attachments["receipt.json"]
    assert data == content.dump(order["receipt"]).encode()
    digest = hashlib.sha256(f"{receipt.FORM}\n".encode() + data).hexdigest()
    assert digest == order["digest"]
    assert digest in words.replace(" ", "")


def test_a_later_answer_names_the_one_it_replaces(cast, consideration, reserved):
    later = given(consideration, cast.head, kind="approves")
    _made, _reader, words = printed(later.paper)
    assert f"{reserved.reference}: Approves with a reservation, received" in words
    # The first one stays as it was.
    assert "first answer of the state" in printed(reserved.paper)[2]


def test_what_came_in_a_note_names_both_and_the_note(cast, consideration):
    note = instructions.attach(PDF, "note verbale 14.pdf")
    position = record_position(
        consideration,
        digest=consideration.revision.digest,
        said=Said("objects", "Paragraph 3 has to go.", "Without it."),
        voice=cast.head.appointments.get().pk,
        note=note,
        by=cast.staff,
        on=factories.NOW,
        key=uuid4(),
    )
    words = printed(position.paper)[2]
    for fact in (
        "Head Dorlan, Head of delegation, Dorlan", "Staff Aldova, Secretariat staff, Aldova",
        "note verbale 14.pdf", note.sha256, "Paragraph 3 has to go.", "Would join with",
    ):  # fmt: skip
        assert fact in words, fact


def test_what_was_heard_in_the_room_names_who_wrote_it_down(cast, consideration):
    seat = consideration.meeting.seats.get(state=cast.states["Dorlan"])
    digest = consideration.revision.digest
    [heard] = hearing.hear(
        consideration, digest=digest, said={seat.pk: Said("approves")}, by=cast.staff,
        on=factories.NOW, key=uuid4(),
    )  # fmt: skip
    taken = hearing.confirm(heard, digest=digest, by=cast.head, on=factories.NOW, key=uuid4())
    words = printed(taken.paper)[2]
    assert "Head Dorlan, Head of delegation, Dorlan" in words
    assert "Written down in the room by Staff Aldova, Secretariat staff" in words


def test_every_member_of_the_delegation_and_the_secretariat_get_it_and_nobody_else(
    cast, reserved, sign_in
):
    assert receipts.produce(reserved.paper.pk)
    for role, person in cast.everyone().items():
        client = sign_in(person)
        may = role in ("head", "alternate", "delegate", "minister", "chair", "staff")
        for name in ("receipt", "receipt_file"):
            answer = client.get(page(name, reserved))
            assert answer.status_code == (200 if may else 404), role
            if answer.streaming:
                assert b"".join(answer.streaming_content).startswith(b"%PDF")
        if not may:
            assert client.post(page("receipt_again", reserved)).status_code == 404, role
            assert client.get(page("receipt_progress", reserved)).status_code == 404, role


def test_who_is_recalled_does_not_get_it_any_more(cast, reserved, sign_in):
    assert receipts.produce(reserved.paper.pk)
    recall(cast.delegate.appointments.get(), until=factories.TODAY, by=None)
    client = sign_in(cast.delegate)
    assert client.get(page("receipt_file", reserved)).status_code == 404


def test_it_is_waited_for_and_downloaded(cast, reserved, sign_in):
    client = sign_in(cast.head)
    html = client.get(page("receipt", reserved)).content.decode()
    assert "Waiting for the worker." in html
    assert client.get(page("receipt_file", reserved)).status_code == 302
    assert receipts.produce(reserved.paper.pk)
    assert receipts.produce(reserved.paper.pk) is False
    answer = client.get(page("receipt_file", reserved))
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].endswith(f'"receipt-{reserved.reference}.pdf"')
    assert "no-store" in answer["Cache-Control"]
    made = Receipt.objects.get()
    assert hashlib.sha256(b"".join(answer.streaming_content)).hexdigest() == made.sha256
    html = client.get(page("receipt", reserved)).content.decode()
    assert made.sha256 in html and "Download the receipt" in html


def test_a_failure_is_said_in_words_and_can_be_tried_again(cast, consideration, sign_in):
    position = given(consideration, cast.head, kind="objects", text="Broken \U000e0001 sign.")
    assert receipts.produce(position.paper.pk) is False
    client = sign_in(cast.delegate)
    html = client.get(page("receipt", position)).content.decode()
    assert "The PDF could not be made. The position is on the record all the same" in html
    assert "U+E0001" in html
    assert client.post(page("receipt_again", position)).status_code == 303
    assert Receipt.objects.get().status == "queued"


def test_a_lost_file_is_made_again_to_the_byte(cast, reserved, sign_in):
    receipts.produce(reserved.paper.pk)
    before = Receipt.objects.get()
    receipts.path_of(before).unlink()
    client = sign_in(cast.head)
    assert client.get(page("receipt_file", reserved)).status_code == 302
    assert "its file is missing" in client.get(page("receipt", reserved)).content.decode()
    client.post(page("receipt_again", reserved))
    receipts.produce(before.pk)
    assert Receipt.objects.get().sha256 == before.sha256
    # Asking again for what is there changes nothing.
    client.post(page("receipt_again", reserved))
    assert Receipt.objects.get().status == "ready"


def test_a_position_from_before_there_were_receipts_gets_one_when_asked(cast, reserved, sign_in):
    order = reserved.paper.order
    Receipt.objects.all().delete()
    client = sign_in(cast.head)
    assert "No PDF was made" in client.get(page("receipt", reserved)).content.decode()
    assert client.get(page("receipt_file", reserved)).status_code == 404
    client.post(page("receipt_again", reserved))
    assert Receipt.objects.get().order == order


def test_no_receipt_without_its_act_and_none_in_the_register(cast, reserved):
    acts = set(Entry.objects.values_list("act", flat=True))
    receipts.produce(reserved.paper.pk)
    assert set(Entry.objects.values_list("act", flat=True)) == acts
    assert Receipt.objects.count() == Position.objects.count() == 1
