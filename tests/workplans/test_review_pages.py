"""Reading a text before a meeting, answering it for a state, and taking it back."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from secretariat.accreditation import recall
from secretariat.models import Entry
from tests import factories
from workplans.models import Consideration, Position, WorkPlan
from workplans.operations import answering, decision, review

INSIDE = {
    "chair", "staff", "head", "other_head", "alternate", "delegate", "minister", "observer",
    "expert_chair", "next_chair",
}  # fmt: skip
# Borania's officials of 2026 hold nothing in 2027, and 2027's plan was not theirs.
OUTSIDE = {"former_chair", "former_staff", "superuser", "stranger"}


def page(name: str, of: object) -> str:
    return reverse(f"workplans:{name}", args=[of.pk])


def answer(client: Client, to: Consideration, kind: str = "approves", text: str = "", **facts):
    """Choose and write, as far as the check."""
    sent = {"kind": kind, "text": text, "digest": to.revision.digest, **facts}
    return client.post(page("position", to), sent)


def checked(client: Client, to: Consideration, **changes) -> dict[str, str]:
    """What the check's form would send."""
    initial = client.get(page("position_check", to)).context["form"].initial
    return {**initial, "declaration": "on", **changes}


def submit(client: Client, to: Consideration, kind: str = "approves", text: str = ""):
    answer(client, to, kind, text)
    return client.post(page("position_check", to), checked(client, to))


def revised(cast, consideration: Consideration) -> Consideration:
    """A second text before the same meeting, with an activity more."""
    plan = WorkPlan.objects.get(pk=consideration.plan_id)
    factories.activity(plan, title="Forum that was added")
    return factories.circulated(plan, before=consideration.meeting, by=cast.staff)


def queries_of(client: Client, url: str) -> int:
    client.get(url)  # the HTML of the text is made once and kept
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


# Who may read


@pytest.mark.parametrize("name", sorted(INSIDE | OUTSIDE))
def test_a_text_is_open_to_the_delegations_and_the_secretariat(cast, consideration, sign_in, name):
    client = sign_in(cast.everyone()[name])
    response = client.get(page("consideration", consideration))
    assert response.status_code == (404 if name in OUTSIDE else 200)


def test_a_visitor_is_asked_to_sign_in(cast, consideration, sign_in):
    response = sign_in().get(page("consideration", consideration))
    assert response.status_code == 302
    assert "sign-in" in response["Location"]


@pytest.mark.parametrize("name", sorted(INSIDE | OUTSIDE))
@pytest.mark.parametrize("url", ["position", "position_check"])
def test_only_the_voice_of_a_state_reaches_the_pages_of_its_answer(
    cast, consideration, sign_in, name, url
):
    client = sign_in(cast.everyone()[name])
    status = 404 if name in OUTSIDE else 403
    if name in {"head", "other_head", "alternate"}:
        status = 200 if url == "position" else 302
    assert client.get(page(url, consideration)).status_code == status
    if status in (403, 404):
        sent = {"kind": "approves", "digest": consideration.revision.digest}
        assert client.post(page(url, consideration), sent).status_code == status
        assert not Position.objects.exists()


def test_a_text_stays_readable_to_those_who_had_it_before_them(cast, consideration, sign_in):
    review.withdraw(consideration, reason="An annex is wrong.", by=cast.staff, on=factories.NOW)
    response = sign_in(cast.head).get(page("consideration", consideration))
    assert response.status_code == 200
    assert "Withdrawn on 10 March 2027" in response.content.decode()
    assert "An annex is wrong." in response.content.decode()
    assert sign_in(cast.stranger).get(page("consideration", consideration)).status_code == 404


# What it shows


def test_it_opens_with_the_sentence_and_offers_one_step(cast, consideration, sign_in):
    html = sign_in(cast.head).get(page("consideration", consideration)).content.decode()
    assert "0 of 4 states have approved, 4 have not answered." in html
    assert "State the position of Dorlan" in html
    assert "Forum number 1" in html
    html = sign_in(cast.delegate).get(page("consideration", consideration)).content.decode()
    assert "State the position" not in html
    assert "or the alternate, answers for it" in html


def test_the_chair_is_shown_who_is_missing_and_then_the_adoption(cast, consideration, sign_in):
    chair = sign_in(cast.chair)
    for name in ("Aldova", "Borania", "Cestria"):
        factories.answer(consideration, by=cast.heads[name])
    html = chair.get(page("consideration", consideration)).content.decode()
    assert "Waiting for Dorlan" in html
    assert page("adopt", consideration) not in html
    factories.answer(consideration, by=cast.head, kind="objects", text="Paragraph 3 has to go.")
    html = chair.get(page("consideration", consideration)).content.decode()
    assert "Answer the objection of Dorlan" in html
    assert "Paragraph 3 has to go." in html
    factories.answer(consideration, by=cast.head)
    html = chair.get(page("consideration", consideration)).content.decode()
    assert page("adopt", consideration) in html
    html = sign_in(cast.staff).get(page("consideration", consideration)).content.decode()
    assert page("adopt", consideration) not in html


def test_the_text_is_that_of_the_revision_and_not_of_the_draft(cast, consideration, sign_in):
    factories.activity(WorkPlan.objects.get(), title="Written after circulation")
    html = sign_in(cast.head).get(page("consideration", consideration)).content.decode()
    assert "Written after circulation" not in html


def test_an_earlier_answer_is_to_be_confirmed_and_what_changed_is_shown(
    cast, consideration, sign_in
):
    factories.answer(consideration, by=cast.head)
    second = revised(cast, consideration)
    html = sign_in(cast.head).get(page("consideration", second)).content.decode()
    assert "Approves – given on the original text; confirm for Rev.1" in html
    assert "Changes since Dorlan last approved" in html
    assert "Forum that was added" in html
    html = sign_in(cast.heads["Borania"]).get(page("consideration", second)).content.decode()
    assert "Changes since the text before" in html


def test_a_superseded_text_leads_to_the_newer_one(cast, consideration, sign_in):
    second = revised(cast, consideration)
    response = sign_in(cast.head).get(page("consideration", consideration))
    assert "Superseded by a new text" in response.content.decode()
    assert page("consideration", second) in response.content.decode()
    assert page("position", consideration) not in response.content.decode()


def test_a_delegation_reads_until_when_by_its_own_clock(cast, consideration, sign_in):
    dorlan = cast.states["Dorlan"]
    dorlan.time_zone, dorlan.weekend, dorlan.holidays = "Asia/Tehran", [5], "IR"
    dorlan.save()
    until = "Saturday 13 March 2027, 03:30 – 0 working days left"
    for role in ("head", "alternate", "delegate"):
        html = sign_in(cast.everyone()[role]).get(page("consideration", consideration))
        said = html.content.decode()
        assert "Friday 12 March 2027, 24:00 UTC" in said
        assert "Saturday 13 March 2027, 03:30" in said, role
        assert (until in said) is (role != "delegate"), role
        assert "The deadline in the capitals" not in said
    client = sign_in(cast.head)
    assert until in client.get(page("position", consideration)).content.decode()
    answer(client, consideration)
    assert (
        "Saturday 13 March 2027, 03:30"
        in client.get(page("position_check", consideration)).content.decode()
    )
    # Its clock is its own matter; the secretariat sees all of them.
    other = sign_in(cast.heads["Borania"]).get(page("consideration", consideration))
    assert "03:30" not in other.content.decode()
    table = sign_in(cast.staff).get(page("consideration", consideration)).content.decode()
    assert "The deadline in the capitals" in table and "Saturday 13 March 2027, 03:30" in table


def test_a_closed_consideration_has_no_deadline(cast, adopted, agreed, sign_in):
    said = sign_in(cast.staff).get(page("consideration", agreed)).content.decode()
    assert "Open until" not in said and "The deadline in the capitals" not in said


def test_the_queries_do_not_grow_with_states_activities_or_answers(cast, consideration, sign_in):
    client = sign_in(cast.staff)
    client.get(page("consideration", consideration))
    few = queries_of(client, page("consideration", consideration))
    for name, head in cast.heads.items():
        factories.answer(
            consideration, by=head, kind="approves_with_reservation", text=f"{name} reserves."
        )
    second = revised(cast, consideration)
    for name, head in cast.heads.items():
        factories.answer(second, by=head, kind="objects", text=f"{name} objects.")
    # One more: the text has a predecessor to be compared with.
    assert queries_of(client, page("consideration", second)) <= few + 1


# Answering


def test_no_answer_is_chosen_in_advance(cast, consideration, sign_in):
    html = sign_in(cast.head).get(page("position", consideration)).content.decode()
    assert "checked" not in html
    assert "Approve with a reservation" in html


def test_an_answer_is_checked_then_submitted_then_receipted(cast, consideration, sign_in):
    client = sign_in(cast.head)
    response = answer(client, consideration, "approves_with_reservation", "Subject to funds.")
    assert response.status_code == 302
    assert not Position.objects.exists()
    html = client.get(response["Location"]).content.decode()
    for shown in ("Subject to funds.", "PartNIR/AG/2027/WP/1", "Head Dorlan", "Dorlan"):
        assert shown in html
    assert "Submit the position of Dorlan" in html
    assert "I am authorised to state this position for Dorlan." in html
    assert "checked" not in html
    response = client.post(page("position_check", consideration), checked(client, consideration))
    position = Position.objects.get()
    assert response["Location"] == page("receipt", position)
    assert (position.seat.state.name, position.text) == ("Dorlan", "Subject to funds.")
    html = client.get(response["Location"]).content.decode()
    assert position.reference in html
    assert position.digest in html
    assert "UTC" in html


def test_without_the_declaration_nothing_is_submitted(cast, consideration, sign_in):
    client = sign_in(cast.head)
    answer(client, consideration, "objects", "Paragraph 3\r\n\r\nhas to go.")
    sent = checked(client, consideration)
    del sent["declaration"]
    response = client.post(page("position_check", consideration), sent)
    assert response.status_code == 422
    assert "has to go." in response.content.decode()
    assert "Tick the box" in response.content.decode()
    assert not Position.objects.exists()


@pytest.mark.parametrize(
    ("kind", "text", "sentence"),
    [
        ("", "Paragraph 3 has to go.", "Choose one of the answers."),
        ("objects", "", "Write why you object"),
        ("approves_with_reservation", " ", "Write the reservation"),
        ("approves", "Subject to funds.", "An approval has no text."),
        ("returns", "Paragraph 3 has to go.", "Choose one of the answers."),
    ],
)
def test_an_answer_that_cannot_be_taken_comes_back_with_its_text(
    cast, consideration, sign_in, kind, text, sentence
):
    client = sign_in(cast.head)
    response = answer(client, consideration, kind, text)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert text.strip() in response.content.decode()
    # The check does not let it through either.
    sent = {
        "kind": kind, "text": text, "digest": consideration.revision.digest,
        "key": "0" * 32, "declaration": "on",
    }  # fmt: skip
    assert client.post(page("position_check", consideration), sent).status_code == 422
    assert not Position.objects.exists()


def test_going_back_from_the_check_keeps_the_text(cast, consideration, sign_in):
    client = sign_in(cast.head)
    answer(client, consideration, "objects", "Paragraph 3 has to go.")
    html = client.get(page("position", consideration)).content.decode()
    assert "Paragraph 3 has to go." in html


def test_what_was_written_is_nobody_elses(cast, consideration, sign_in):
    answer(sign_in(cast.head), consideration, "objects", "Paragraph 3 has to go.")
    html = sign_in(cast.alternate).get(page("position", consideration)).content.decode()
    assert "Paragraph 3 has to go." not in html


def test_sending_the_check_twice_has_one_effect(cast, consideration, sign_in):
    client = sign_in(cast.head)
    answer(client, consideration)
    sent = checked(client, consideration)
    first = client.post(page("position_check", consideration), sent)
    second = client.post(page("position_check", consideration), sent)
    assert first["Location"] == second["Location"]
    assert Position.objects.count() == 1
    assert Entry.objects.filter(act="take_position").count() == 1


def test_a_changed_answer_is_not_taken_for_the_first(cast, consideration, sign_in):
    client = sign_in(cast.head)
    submit(client, consideration)
    submit(client, consideration, "objects", "Paragraph 3 has to go.")
    assert answering.count(consideration).opposing == ("DO",)
    assert Position.objects.count() == 2


def test_no_state_or_person_is_read_from_the_request(cast, consideration, sign_in):
    client = sign_in(cast.head)
    borania = cast.heads["Borania"]
    seat = consideration.meeting.seats.get(state=cast.states["Borania"])
    forged = {"state": "BO", "seat": seat.pk, "by": borania.pk, "person": borania.pk}
    answer(client, consideration, **forged)
    client.post(page("position_check", consideration), checked(client, consideration, **forged))
    position = Position.objects.get()
    assert (position.person, position.seat.state.name) == (cast.head, "Dorlan")


def test_a_stale_check_says_so_and_keeps_the_text(cast, consideration, sign_in):
    client = sign_in(cast.head)
    answer(client, consideration, "objects", "Paragraph 3 has to go.")
    sent = checked(client, consideration)
    second = revised(cast, consideration)
    response = client.post(page("position_check", consideration), sent)
    assert response.status_code == 409
    html = response.content.decode()
    assert "Paragraph 3 has to go." in html
    assert page("consideration", second) in html
    assert not Position.objects.exists()
    # The words wait in the form for the new text; the choice has to be made again.
    html = client.get(page("position", second)).content.decode()
    assert "Paragraph 3 has to go." in html
    assert "checked" not in html


def test_a_stale_form_says_so_and_keeps_the_text(cast, consideration, sign_in):
    client = sign_in(cast.head)
    revised(cast, consideration)
    response = answer(client, consideration, "objects", "Paragraph 3 has to go.")
    assert response.status_code == 409
    assert "Paragraph 3 has to go." in response.content.decode()


def test_an_answer_to_a_closed_text_is_refused_with_a_sentence(cast, agreed, sign_in):
    client = sign_in(cast.head)
    answer(client, agreed, "objects", "Too late.")
    sent = checked(client, agreed)
    factories.adopted(agreed, by=cast.chair)
    response = client.post(page("position_check", agreed), sent)
    assert response.status_code == 409
    assert "Too late." in response.content.decode()
    assert Position.objects.filter(kind="objects").count() == 0
    assert client.get(page("position", agreed)).status_code == 302


def test_a_digest_of_another_text_enters_nothing(cast, consideration, sign_in):
    client = sign_in(cast.head)
    answer(client, consideration)
    sent = checked(client, consideration, digest="0" * 64)
    assert client.post(page("position_check", consideration), sent).status_code == 409
    assert not Position.objects.exists()


# Ministers


def test_a_minister_sees_what_the_delegation_said_and_two_answers(cast, submitted, sign_in):
    html = sign_in(cast.minister).get(page("position", submitted)).content.decode()
    assert "Your delegation said" in html
    assert "Head Dorlan" in html
    assert "Return with a reason" in html
    assert "Approve with a reservation" not in html
    assert "The meeting ends in 2 days." in html


def test_a_head_of_delegation_does_not_answer_for_the_minister(cast, submitted, sign_in):
    assert sign_in(cast.head).get(page("position", submitted)).status_code == 403


def test_the_last_approval_approves_the_plan_and_its_receipt_says_so(cast, submitted, sign_in):
    for name in ("Aldova", "Borania", "Cestria"):
        factories.answer(submitted, by=cast.ministers[name])
    client = sign_in(cast.minister)
    answer(client, submitted)
    html = client.get(page("position_check", submitted)).content.decode()
    assert "Yours is the last approval that is missing." in html
    response = client.post(page("position_check", submitted), checked(client, submitted))
    assert WorkPlan.objects.get().status == "approved"
    html = client.get(response["Location"]).content.decode()
    assert "The ministers have approved the plan on 10 March 2027" in html
    assert "PartNIR/IMM/2027/WP/1" in html


def test_a_return_needs_a_reason_and_sends_the_plan_back(cast, submitted, sign_in):
    client = sign_in(cast.minister)
    assert answer(client, submitted, "returns").status_code == 422
    response = submit(client, submitted, "returns", "The budget is missing.")
    assert WorkPlan.objects.get().status == "draft"
    assert "went back to the secretariat" in client.get(response["Location"]).content.decode()
    # The notice of the return leads to the text, which the delegations can still read.
    path = cast.minister.notices.get(entry__act="returned").path
    assert path == page("consideration", submitted)
    html = client.get(path).content.decode()
    assert "Returned on 10 March 2027" in html
    assert "The budget is missing." in html


def test_outside_the_meeting_a_minister_is_told_when_and_offered_nothing(cast, adopted, sign_in):
    later = factories.meeting("IMM", by=cast.staff, begins=factories.TODAY + timedelta(days=20))
    before = decision.submit(
        adopted, meeting=later, digest=adopted.revision.digest, by=cast.chair, on=factories.NOW
    )
    client = sign_in(cast.minister)
    html = client.get(page("position", before)).content.decode()
    assert "Ministers decide while their meeting sits" in html
    assert "<fieldset" not in html
    sent = {
        "kind": "approves", "text": "", "digest": before.revision.digest,
        "key": "0" * 32, "declaration": "on",
    }  # fmt: skip
    response = client.post(page("position_check", before), sent)
    assert response.status_code == 409
    assert "Ministers decide while their meeting sits" in response.content.decode()
    assert not before.positions.exists()


# Receipts


@pytest.mark.parametrize("name", sorted(INSIDE | OUTSIDE))
def test_a_receipt_is_for_the_states_own_people_and_the_secretariat(
    cast, consideration, sign_in, name
):
    factories.answer(consideration, by=cast.head)
    secretariat = {"chair", "staff"}
    seen = name in {"head", "alternate", "delegate", "minister"} | secretariat
    response = sign_in(cast.everyone()[name]).get(page("receipt", Position.objects.get()))
    assert response.status_code == (200 if seen else 404)


def test_a_receipt_says_when_a_later_answer_stands(cast, consideration, sign_in):
    factories.answer(consideration, by=cast.head, kind="objects", text="Paragraph 3 has to go.")
    first = Position.objects.get()
    factories.answer(consideration, by=cast.alternate)
    html = sign_in(cast.head).get(page("receipt", first)).content.decode()
    assert "gave a later answer" in html


def test_a_receipt_stays_after_the_text_is_closed(cast, agreed, sign_in):
    factories.adopted(agreed, by=cast.chair)
    position = agreed.positions.get(seat__state=cast.states["Dorlan"])
    html = sign_in(cast.head).get(page("receipt", position)).content.decode()
    assert "The Advisory Group has adopted the plan on 10 March 2027" in html


# Withdrawing


@pytest.mark.parametrize("name", sorted(INSIDE | OUTSIDE))
def test_only_the_secretariat_withdraws(cast, consideration, sign_in, name):
    client = sign_in(cast.everyone()[name])
    may = name in {"chair", "staff"}
    status = 404 if name in OUTSIDE else 403
    assert client.get(page("withdraw", consideration)).status_code == (200 if may else status)
    if not may:
        sent = {"reason": "No.", "digest": consideration.revision.digest}
        assert client.post(page("withdraw", consideration), sent).status_code == status
        assert WorkPlan.objects.get().status == "under_consideration"


def test_withdrawing_needs_a_reason(cast, consideration, sign_in):
    client = sign_in(cast.staff)
    sent = {"reason": " ", "digest": consideration.revision.digest}
    response = client.post(page("withdraw", consideration), sent)
    assert response.status_code == 422
    assert "Say why the text is withdrawn" in response.content.decode()
    response = client.post(page("withdraw", consideration), {**sent, "reason": "A wrong annex."})
    assert response["Location"] == reverse("workplans:overview", args=[2027])
    assert WorkPlan.objects.get().status == "draft"


def test_withdrawing_a_text_that_was_superseded_is_refused_and_keeps_the_reason(
    cast, consideration, sign_in
):
    client = sign_in(cast.staff)
    revised(cast, consideration)
    sent = {"reason": "A wrong annex.", "digest": consideration.revision.digest}
    response = client.post(page("withdraw", consideration), sent)
    assert response.status_code == 409
    assert "A wrong annex." in response.content.decode()
    assert WorkPlan.objects.get().status == "under_consideration"


def test_a_recalled_head_is_refused_at_the_next_click(cast, consideration, sign_in):
    client = sign_in(cast.head)
    answer(client, consideration, "objects", "We lack a host.")
    sent = checked(client, consideration)
    recall(cast.head.appointments.get(), until=factories.TODAY, by=None)
    with time_machine.travel(factories.NOW + timedelta(minutes=1), tick=True):
        response = client.post(page("position_check", consideration), sent)
        # The session ended; what was written is given back, and nothing was entered.
        assert response.status_code == 403
        assert "We lack a host." in response.content.decode()
        again = sign_in(cast.head).post(page("position_check", consideration), sent)
        assert again.status_code == 404
    assert not Position.objects.exists()
