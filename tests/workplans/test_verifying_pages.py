"""Verification: each answer of the page, and that what is not public is nothing to it."""

import hashlib
import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bpic import handover
from secretariat.dates import PartialDate
from tests import factories, hand_overs
from tests.workplans.test_chair_statement import close
from tests.workplans.test_statements import activity_of
from tests.workplans.test_take_position import say
from workplans import codes
from workplans import documents as issuing
from workplans.models import Decision, Document, Retraction, WorkPlan
from workplans.operations import retracting

PDF = b"%PDF-1.7 the bytes of a document\n"
LANDING = "/en/verify/"


@pytest.fixture(autouse=True)
def shelf(settings, tmp_path):
    settings.DOCUMENT_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def issued(adopted):
    return issue(adopted.documents.get())


def issue(document, pdf=PDF):
    name, digest = issuing.store(pdf)
    Document.objects.filter(pk=document.pk).update(
        status="ready", file=name, sha256=digest, size=len(pdf), pages=3, issued=factories.NOW
    )
    return Document.objects.get(pk=document.pk)


def page(code):
    return f"/en/verify/{codes.grouped(code)}/"


def text(response, status=200):
    assert response.status_code == status
    return " ".join(response.content.decode().split())


# The verdicts


def test_the_address_of_the_qr_code_leads_to_the_page(issued, sign_in):
    order = json.loads(Document.objects.get().order)
    assert order["verify"] == codes.address(issued.code)
    path = order["verify"].removeprefix("http://127.0.0.1:8000")
    response = sign_in().get(path, follow=True)
    assert response.redirect_chain == [(page(issued.code), 302)]
    assert "No later document replaces it." in text(response)


def test_an_issued_document_is_named_with_all_that_tells_it(issued, sign_in):
    said = text(sign_in().get(page(issued.code)))
    for fact in (
        issued.symbol,
        issued.title,
        "Work plan",
        "As adopted",
        "Issued on 10 March 2027. No later document replaces it.",
        codes.grouped(issued.code),
    ):
        assert fact in said
    groups = re.findall(r'<span class="digest__group">(.{4})</span>', said)
    assert "".join(groups) == issued.sha256 + issued.revision.digest
    assert "It does not prove:" in said and "Get-FileHash" in said and "sha256sum" in said


def test_a_superseded_document_says_by_what_and_when(issued, approved, sign_in):
    newer = issue(approved.documents.get(edition="approved"), PDF + b"approved")
    Document.objects.filter(pk=issued.pk).update(superseded_by=newer)
    said = text(sign_in().get(page(issued.code)))
    assert f"Issued on 10 March 2027, superseded on 10 March 2027 by {newer.symbol}." in said
    assert newer.get_absolute_url() in said
    assert "No later document replaces it." in text(sign_in().get(page(newer.code)))


def test_a_text_that_went_back_is_not_in_force(issued, sign_in):
    """Issued and not replaced, and nobody should take it for what holds."""
    taken = issued.decision
    Decision.objects.create(
        plan=taken.plan, revision=taken.revision, act="returned", meeting=taken.meeting,
        on=taken.on, by=taken.by, appointment=taken.appointment, text="Once more.",
    )  # fmt: skip
    said = text(sign_in().get(page(issued.code)))
    assert "Its text was returned on 10 March 2027 and is not in force" in said
    assert "Issued, not in force" in said and "No later document" not in said


def test_a_document_whose_decision_was_taken_back_is_not_in_force(cast, issued, sign_in):
    retracting.take_back(
        WorkPlan.objects.get(),
        seen=retracting.slip(WorkPlan.objects.get(), cast.chair, factories.NOW).entry.pk,
        reason="The wrong button.",
        by=cast.chair,
        on=factories.NOW,
    )
    said = text(sign_in().get(page(issued.code)))
    day = PartialDate.of(Retraction.objects.get().at.date())
    assert f"was taken back as a mistake on {day}, and nothing of it is in force" in said
    assert "Issued, not in force" in said and "No later document" not in said
    assert "was taken back as a mistake" in text(sign_in().get(issued.get_absolute_url()))


def test_a_code_nobody_was_given_was_not_issued(issued, sign_in):
    said = text(sign_in().get(page(codes.new())), 404)
    assert "No public document was issued under this code or symbol." in said
    assert issued.symbol not in said


def test_a_mistyped_code_is_told_from_one_that_was_not_issued(issued, sign_in):
    wrong = issued.code[1] + issued.code[0] + issued.code[2:]
    wrong = wrong if wrong != issued.code else "2" * 11 + "3"
    said = text(sign_in().get(page(wrong)), 404)
    assert "its last sign does not fit the others" in said


# What is not public is nothing


def unsaid(response, *names):
    """The answer with what was asked for taken out of it."""
    said = text(response, 404)
    for name in names:
        said = said.replace(name, "…")
    return re.sub(r'value="[^"]*"', "", said)


def test_what_is_not_issued_yet_answers_like_what_does_not_exist(adopted, sign_in):
    waiting, nothing = adopted.documents.get(), codes.new()
    for status in ("queued", "typesetting", "failed"):
        Document.objects.update(status=status)
        answers = {
            unsaid(sign_in().get(page(code)), codes.grouped(code))
            for code in (waiting.code, nothing)
        }
        assert len(answers) == 1
        assert waiting.title not in answers.pop()
        by_symbol = [
            unsaid(sign_in().get(LANDING, {"q": symbol}), symbol)
            for symbol in (waiting.symbol, "PartNIR/AG/2099/WP/9")
        ]
        assert by_symbol[0] == by_symbol[1]


def test_a_text_that_was_never_decided_answers_like_any_other_digest(consideration, sign_in):
    """A printout carries the digest of a circulated text; nobody has it confirmed here."""
    text_digest, nothing = consideration.revision.digest, "0" * 64
    answers = set()
    for digest in (text_digest, nothing):
        client = sign_in()
        asked = client.get(LANDING, {"sha256": digest}, headers={"accept": "application/json"})
        assert asked.json() == {"documents": []}
        said = unsaid(client.get(LANDING, {"q": digest}))
        for group in re.findall(".{4}", digest):
            said = said.replace(f">{group}<", ">…<")
        answers.add(said)
    assert len(answers) == 1


def test_a_chairs_statement_confirms_no_text_that_was_not_adopted(cast, consideration, sign_in):
    say(
        consideration, cast.heads["Borania"], "objects", "No.",
        parts=[activity_of(consideration, 1)],
    )  # fmt: skip
    close(consideration, cast.chair)
    stated = issue(Document.objects.get())
    client, digest = sign_in(), consideration.revision.digest
    said = text(client.get(page(stated.code)))
    assert "Not adopted; it binds nobody" in said and "Digest of the facts it prints" in said
    assert stated.symbol not in text(client.get(LANDING, {"q": digest}), 404)
    asked = client.get(LANDING, {"sha256": digest}, headers={"accept": "application/json"})
    assert asked.json() == {"documents": []}
    assert stated.symbol in text(client.get(LANDING, {"q": stated.sha256}))


def handed_over(cast):
    """The note of a hand-over, ordered."""
    hand_overs.shorten()
    hand_overs.tick_all(cast, hand_overs.next_staff(cast))
    hand_overs.offer(cast)
    handover.take_over(hand_overs.current(), by=cast.next_chair, on=factories.NOW)
    return Document.objects.get(kind="hand_over_note")


def test_a_restricted_note_is_found_by_those_who_may_read_it_alone(cast, sign_in):
    note = issue(handed_over(cast))
    nothing = codes.new()
    for person in (None, cast.stranger, cast.head, cast.superuser):
        client = sign_in(person) if person else sign_in()
        asked = [
            unsaid(client.get(page(code)), codes.grouped(code)) for code in (note.code, nothing)
        ]
        assert re.sub("csrf.*?>", "", asked[0]) == re.sub("csrf.*?>", "", asked[1])
        found = client.get(LANDING, {"sha256": note.sha256}, headers={"accept": "application/json"})
        assert found.json() == {"documents": []}
    said = text(sign_in(cast.chair).get(page(note.code)))
    assert note.symbol in said and "Digest of the facts it prints" in said


# Looking up


@pytest.mark.parametrize("change", [str, str.lower, lambda typed: f"  {typed} "])
def test_a_code_and_a_symbol_lead_to_the_page(issued, sign_in, change):
    for typed in (issued.symbol, codes.grouped(issued.code), issued.code):
        response = sign_in().get(LANDING, {"q": change(typed)})
        assert response.status_code == 302 and response["Location"] == page(issued.code)


def test_a_digest_names_the_file_or_the_text(issued, sign_in):
    said = text(sign_in().get(LANDING, {"q": issued.sha256.upper()}))
    assert f"The digest is that of the file of {issued.symbol}" in said
    spaced = " ".join(re.findall("..", issued.revision.digest))
    said = text(sign_in().get(LANDING, {"q": spaced}))
    assert f"The digest is that of the text that {issued.symbol}" in said
    assert "no file of it was compared" in said


def test_a_flipped_bit_is_another_digest(issued, sign_in):
    flipped = bytearray(PDF)
    flipped[7] ^= 1
    said = text(sign_in().get(LANDING, {"q": hashlib.sha256(flipped).hexdigest()}), 404)
    assert "it was changed after it was issued" in said and issued.symbol not in said


def test_a_pasted_digest_is_compared_on_the_page_of_a_document(issued, approved, sign_in):
    client, here = sign_in(), page(issued.code)
    assert "It matches." in text(client.get(here, {"sha256": issued.sha256}))
    assert "It is the digest of the text." in text(
        client.get(here, {"sha256": issued.revision.digest})
    )
    assert "It does not match." in text(client.get(here, {"sha256": "0" * 64}))
    other = issue(approved.documents.get(edition="approved"), PDF + b"approved")
    said = text(client.get(here, {"sha256": other.sha256}))
    assert "It is another document." in said and page(other.code) in said
    assert "A SHA-256 has 64 signs" in text(client.get(here, {"sha256": "d41d8cd9"}), 422)
    assert "A SHA-256 has 64 signs" in text(client.get(LANDING, {"sha256": "d41d8cd9"}), 422)


def test_the_script_is_told_what_has_a_digest(issued, sign_in):
    asked = sign_in().get(
        LANDING, {"sha256": issued.sha256}, headers={"accept": "application/json"}
    )
    (found,) = asked.json()["documents"]
    assert found["symbol"] == issued.symbol and found["page"] == page(issued.code)
    assert (found["code"], found["verdict"]) == ("issued", "Issued")
    assert "Accept" in asked["Vary"]


def test_nobody_need_sign_in_and_nothing_is_written(issued, sign_in):
    for path in (LANDING, page(issued.code), page(codes.new())):
        assert sign_in().post(path).status_code in (403, 405)
        assert sign_in().head(path).status_code in (200, 404)


def test_the_page_asks_the_same_of_the_database_whatever_it_shows(issued, approved, sign_in):
    client = sign_in()

    def asked(path, **query):
        with CaptureQueriesContext(
            connection,
        ) as made:
            client.get(path, query)
        return len(made)

    assert asked(page(issued.code)) == 3
    assert asked(page(codes.new())) == 3
    assert asked(LANDING) == 2
    newer = issue(approved.documents.get(edition="approved"), PDF + b"approved")
    Document.objects.filter(pk=issued.pk).update(superseded_by=newer)
    assert asked(page(issued.code)) == 3
    one = asked(LANDING, q=issued.revision.digest)
    Document.objects.filter(pk=newer.pk).update(status="queued", file="", sha256="", size=None)
    assert asked(LANDING, q=issued.revision.digest) == one == 3
