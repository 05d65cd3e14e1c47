"""A position that came to the secretariat in a note: recorded with the note, under both names."""

import re
from uuid import uuid4

import pytest
from django.urls import reverse

from secretariat.accreditation import recall
from secretariat.models import Entry, Notice
from secretariat.standing import NotEntitled
from tests import factories
from tests.workplans.notes import PDF, picture, upload
from workplans import instructions
from workplans.models import Instruction, Position
from workplans.operations.answering import NotAnAnswer, Said, count, record_position
from workplans.operations.locking import Superseded


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.DOCUMENT_ROOT = tmp_path


@pytest.fixture
def note(_files):
    return instructions.attach(PDF, "note verbale 14.pdf")


def record(consideration, by, note, voice, said=None, **changes):
    facts = {
        "digest": consideration.revision.digest,
        "said": said or Said("approves"),
        "voice": voice.appointments.get().pk,
        "note": note,
        "by": by,
        "on": factories.NOW,
        "key": uuid4(),
        **changes,
    }
    return record_position(consideration, **facts)


def test_it_stands_for_the_state_and_names_both(cast, consideration, note):
    objects = Said("objects", "Paragraph 3 has to go.", "Without paragraph 3.")
    position = record(consideration, cast.staff, note, cast.head, objects)
    assert (position.seat.state.name, position.person) == ("Dorlan", cast.head)
    assert (position.recorded_by, position.recorded_as.function) == (cast.staff, "secretariat")
    assert position.given_by == (
        "Head Dorlan, Head of delegation; recorded by Staff Aldova, Secretariat staff, on the "
        "instruction attached"
    )
    assert count(consideration).opposing == ("DO",)
    kept = position.instruction
    assert (kept.name, kept.media_type, kept.size) == (
        "note verbale 14.pdf", "application/pdf", len(PDF),
    )  # fmt: skip
    entry = Entry.objects.get(act="record_position")
    assert (entry.by, entry.capacity) == (cast.staff, "Secretariat staff, Aldova")
    assert entry.facts["instructed_by"] == "Head Dorlan"
    assert entry.facts["instructed_as"] == "Head of delegation, Dorlan"
    assert entry.facts["note"] == note.sha256


def test_the_whole_delegation_is_told_by_whom(cast, consideration, note):
    record(consideration, cast.staff, note, cast.head)
    notices = Notice.objects.filter(entry__act="record_position")
    assert {n.person.name for n in notices} == {
        "Head Dorlan", "Alternate Dorlan", "Delegate Dorlan", "Chair Aldova", "Staff Aldova",
    }  # fmt: skip
    assert "recorded by Staff Aldova, Secretariat staff" in notices.first().body


def test_the_state_may_say_something_else_until_the_text_is_closed(cast, consideration, note):
    record(consideration, cast.staff, note, cast.head)
    factories.answer(consideration, by=cast.alternate, kind="objects", text="That was not so.")
    assert count(consideration).opposing == ("DO",)
    assert consideration.positions.count() == 2


@pytest.mark.parametrize(
    "role", ["head", "delegate", "minister", "former_staff", "superuser", "stranger"]
)
def test_nobody_but_the_secretariat_records(cast, consideration, note, role):
    with pytest.raises(NotEntitled):
        record(consideration, cast.everyone()[role], note, cast.head)
    assert not Position.objects.exists() and not Instruction.objects.exists()


@pytest.mark.parametrize("role", ["delegate", "minister", "observer", "staff"])
def test_only_who_may_speak_for_the_seat_can_have_signed(cast, consideration, note, role):
    with pytest.raises(NotEntitled, match="does not speak"):
        record(consideration, cast.staff, note, cast.everyone()[role])
    assert not Position.objects.exists()


def test_a_head_who_was_recalled_signs_nothing_any_more(cast, consideration, note):
    recall(cast.head.appointments.get(), until=factories.TODAY, by=None)
    with pytest.raises(NotEntitled):
        record(consideration, cast.staff, note, cast.head)


def test_the_answer_is_held_to_the_same_rules(cast, consideration, note):
    for said, words in (
        (Said("objects", " "), "Write the text"),
        (Said("returns", "x"), "Choose one"),
        (Said("asks_for_time", "x"), "until which day"),
    ):
        with pytest.raises(NotAnAnswer, match=words):
            record(consideration, cast.staff, note, cast.head, said)
    with pytest.raises(Superseded):
        record(consideration, cast.staff, note, cast.head, digest="0" * 64)
    assert not Position.objects.exists() and not Instruction.objects.exists()


def test_sending_the_same_form_twice_has_one_effect(cast, consideration, note):
    key = uuid4()
    first = record(consideration, cast.staff, note, cast.head, key=key)
    assert record(consideration, cast.staff, note, cast.head, key=key) == first
    assert Instruction.objects.count() == 1
    with pytest.raises(NotAnAnswer):
        record(consideration, cast.staff, note, cast.head, Said("objects", "x"), key=key)


def test_a_note_that_confirms_what_the_state_said_is_kept(cast, consideration, note):
    factories.answer(consideration, by=cast.head)
    assert record(consideration, cast.staff, note, cast.head).instruction is not None
    assert consideration.positions.count() == 2


# The pages


def page(name, of):
    return reverse(f"workplans:{name}", args=[of.pk])


def sent(consideration, voice, **changes):
    return {
        "voice": voice.appointments.get().pk,
        "kind": "approves",
        "text": "",
        "would_join": "",
        "until": "",
        "digest": consideration.revision.digest,
        "note": upload(),
        **changes,
    }


def check(client, consideration, **changes):
    form = client.get(page("record_check", consideration)).context["form"]
    filled = {**form.initial, "declaration": "on", **changes}
    return client.post(page("record_check", consideration), filled)


def words(response):
    return re.sub(r"\s+", " ", response.content.decode())


def test_it_is_written_then_checked_then_recorded(cast, consideration, sign_in):
    client = sign_in(cast.staff)
    assert page("record", consideration) in words(client.get(page("consideration", consideration)))
    html = words(client.get(page("record", consideration)))
    assert "Dorlan: Head Dorlan, Head of delegation" in html
    assert "Dorlan: Alternate Dorlan, Alternate" in html
    assert "Delegate Dorlan" not in html and "Observer Union" not in html
    reserves = {"kind": "approves_with_reservation", "text": "Subject to funds."}
    filled = sent(consideration, cast.head, **reserves)
    response = client.post(page("record", consideration), filled)
    assert response["Location"] == page("record_check", consideration)
    assert not Position.objects.exists()
    html = words(client.get(response["Location"]))
    for said in (
        "Dorlan", "Approves with a reservation", "Subject to funds.", "Head Dorlan",
        "Staff Aldova", "note verbale.pdf", consideration.revision.digest,
        "The note before me instructs the secretariat to record this position.",
    ):  # fmt: skip
        assert said in html
    assert "checked" not in html
    refused = check(client, consideration, declaration="")
    assert refused.status_code == 422 and not Position.objects.exists()
    response = check(client, consideration)
    position = Position.objects.get()
    assert response["Location"] == page("receipt", position)
    html = words(client.get(response["Location"]))
    assert "Staff Aldova" in html and page("instruction", position) in html
    board = words(sign_in(cast.heads["Borania"]).get(page("consideration", consideration)))
    assert "recorded by Staff Aldova, Secretariat staff, on the instruction attached" in board
    assert page("instruction", position) not in board


def test_without_the_note_nothing_goes_on(cast, consideration, sign_in):
    client = sign_in(cast.staff)
    for note, words_of_it in ((None, "Attach the note."), (upload(b"<html>"), "The file is none")):
        filled = sent(consideration, cast.head, note=note)
        if note is None:
            del filled["note"]
        response = client.post(page("record", consideration), filled)
        assert response.status_code == 422
        assert words_of_it in words(response)
    assert client.get(page("record_check", consideration)).status_code == 302
    # Nor is the check's own form enough.
    forged = {
        "voice": cast.head.appointments.get().pk, "kind": "approves", "text": "",
        "digest": consideration.revision.digest, "key": str(uuid4()), "declaration": "on",
        "sha256": "0" * 64,
    }  # fmt: skip
    response = client.post(page("record_check", consideration), forged)
    assert response["Location"] == page("record", consideration)
    assert not Position.objects.exists()


def test_a_note_once_taken_need_not_be_chosen_again(cast, consideration, sign_in):
    client = sign_in(cast.staff)
    response = client.post(
        page("record", consideration), sent(consideration, cast.head, kind="objects")
    )
    assert response.status_code == 422
    assert "Write why you object." in words(response)
    assert "note verbale.pdf" in words(response)
    again = sent(consideration, cast.head, kind="objects", text="Paragraph 3 has to go.")
    del again["note"]
    assert client.post(page("record", consideration), again).status_code == 302
    assert "note verbale.pdf" in words(client.get(page("record_check", consideration)))
    assert check(client, consideration).status_code == 302
    assert Position.objects.get().instruction.name == "note verbale.pdf"


def test_another_note_chosen_since_the_check_was_opened_is_looked_at_first(
    cast, consideration, sign_in
):
    client = sign_in(cast.staff)
    client.post(page("record", consideration), sent(consideration, cast.head))
    form = client.get(page("record_check", consideration)).context["form"]
    other = sent(consideration, cast.head, note=upload(picture(), "scan.png"))
    client.post(page("record", consideration), other)
    response = client.post(
        page("record_check", consideration), {**form.initial, "declaration": "on"}
    )
    assert response["Location"] == page("record", consideration)
    assert not Position.objects.exists()


def test_sending_the_check_twice_has_one_effect(cast, consideration, sign_in):
    client = sign_in(cast.staff)
    client.post(page("record", consideration), sent(consideration, cast.head))
    form = client.get(page("record_check", consideration)).context["form"]
    filled = {**form.initial, "declaration": "on"}
    first = client.post(page("record_check", consideration), filled)
    second = client.post(page("record_check", consideration), filled)
    assert first["Location"] == second["Location"]
    assert Position.objects.count() == 1


@pytest.fixture
def recorded(cast, consideration, note):
    return record(consideration, cast.staff, note, cast.head)


def test_the_note_opens_to_that_delegation_and_the_secretariat(cast, recorded, sign_in):
    for role, person in cast.everyone().items():
        response = sign_in(person).get(page("instruction", recorded))
        opens = role in {"head", "alternate", "delegate", "minister", "staff", "chair"}
        assert response.status_code == (200 if opens else 404), role
        if opens:
            assert b"".join(response.streaming_content) == PDF
    assert sign_in().get(page("instruction", recorded)).status_code == 302


def test_the_note_is_saved_and_never_run(cast, recorded, sign_in):
    client = sign_in(cast.head)
    response = client.get(page("instruction", recorded))
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="note verbale 14.pdf"'
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    assert client.head(page("instruction", recorded)).status_code == 200


def test_a_position_without_a_note_has_none_to_open(cast, consideration, sign_in, caplog):
    factories.answer(consideration, by=cast.head)
    client = sign_in(cast.head)
    assert client.get(page("instruction", Position.objects.get())).status_code == 404


def test_a_note_the_disk_has_lost_is_not_found_and_logged(cast, recorded, sign_in, caplog):
    (instructions.folder() / recorded.instruction.file).unlink()
    assert sign_in(cast.head).get(page("instruction", recorded)).status_code == 404
    assert "cannot be read" in caplog.text
