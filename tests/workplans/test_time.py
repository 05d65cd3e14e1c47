"""A state that asks for time: neither consent nor objection, and the chair's word on it."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from secretariat.models import Entry, Notice
from secretariat.standing import NotEntitled
from tests import factories
from workplans.models import Consideration, Position, Ruling
from workplans.operations import decision
from workplans.operations.answering import (
    NotAnAnswer,
    NotOpen,
    count,
    rule_on_time,
    take_position,
)

UNTIL = date(2027, 3, 12)


def ask(consideration, by, until=UNTIL, text="Our ministry of finance has to be asked.", **more):
    return take_position(
        consideration,
        digest=consideration.revision.digest,
        kind="asks_for_time",
        text=text,
        until=until,
        by=by,
        on=factories.NOW,
        key=uuid4(),
        **more,
    )


def rule(position, by, granted=True, text=""):
    return rule_on_time(position, granted=granted, text=text, by=by, on=factories.NOW)


@pytest.fixture
def asked(cast, agreed):
    """Everybody approved, and then Dorlan asks for time."""
    return ask(agreed, cast.head)


def test_it_is_neither_consent_nor_objection_and_blocks_consensus(cast, agreed, asked):
    stands = count(agreed)
    assert stands.asking == ("DO",)
    assert not stands.opposing and not stands.silent and not stands.agreed
    assert stands.sentence() == (
        "3 of 4 states have approved, 1 asks for time. There is no consensus yet."
    )
    with pytest.raises(decision.NoConsensus, match="1 asks for time"):
        factories.adopted(agreed, by=cast.chair)


def test_it_says_until_when_and_why(cast, consideration):
    with pytest.raises(NotAnAnswer, match="until which day"):
        ask(consideration, cast.head, until=None)
    with pytest.raises(NotAnAnswer, match="after today"):
        ask(consideration, cast.head, until=factories.TODAY)
    with pytest.raises(NotAnAnswer, match="Write the text"):
        ask(consideration, cast.head, text=" ")
    with pytest.raises(NotAnAnswer, match="Only an objection"):
        ask(consideration, cast.head, would_join="Without 3.")
    assert not Position.objects.exists()


@pytest.mark.parametrize("kind", ["approves", "objects"])
def test_another_answer_asks_for_no_time(cast, consideration, kind):
    with pytest.raises(NotAnAnswer, match="until which day"):
        take_position(
            consideration, digest=consideration.revision.digest, kind=kind, text="x",
            until=UNTIL, by=cast.head, on=factories.NOW, key=uuid4(),
        )  # fmt: skip


def test_the_database_knows_the_rule_as_well(cast, consideration):
    seat = consideration.meeting.seats.get(state__code="DO")
    facts = {
        "consideration": consideration, "seat": seat, "digest": "0" * 64, "person": cast.head,
        "appointment": cast.head.appointments.get(), "on": factories.TODAY, "text": "x",
    }  # fmt: skip
    for wrong, name in (
        ({"kind": "asks_for_time"}, "a_request_for_time_says_until_when"),
        ({"kind": "objects", "until": UNTIL}, "a_request_for_time_says_until_when"),
        ({"kind": "approves", "would_join": "x"}, "only_an_objection_says_what_would_let_it_join"),
        ({"kind": "objects", "recorded_by": cast.staff}, "nothing_is_recorded_for_a_state"),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Position.objects.create(**facts, key=uuid4(), **wrong)


def test_ministers_are_asked_for_an_answer_and_not_for_time(cast, submitted):
    with pytest.raises(NotAnAnswer, match="Choose one of the answers"):
        ask(submitted, cast.minister)


def test_the_chair_waits_and_the_delegation_is_told(cast, agreed, asked):
    ruling = rule(asked, cast.chair)
    assert ruling.granted and ruling.appointment.function == "chair"
    entry = Entry.objects.get(act="rule_on_time")
    assert (entry.facts["state"], entry.facts["granted"]) == ("DO", True)
    told = {n.person.name for n in Notice.objects.filter(entry=entry)}
    assert told == {
        "Head Dorlan", "Alternate Dorlan", "Delegate Dorlan", "Chair Aldova", "Staff Aldova",
    }  # fmt: skip
    body = Notice.objects.filter(entry=entry).first().body
    assert "Dorlan asked for time until 12 March 2027" in body
    assert "Chair Aldova, Chair of the Advisory Group, waits for the answer until then." in body
    # The request stands and blocks until the state answers.
    assert count(agreed).asking == ("DO",)
    factories.answer(agreed, by=cast.head)
    assert count(agreed).agreed


def test_a_refusal_needs_a_reason(cast, agreed, asked):
    with pytest.raises(NotOpen, match="Say why"):
        rule(asked, cast.chair, granted=False, text=" ")
    assert rule(asked, cast.chair, granted=False, text="The meeting ends.").text
    assert count(agreed).asking == ("DO",)


def test_it_is_decided_once(cast, asked):
    first = rule(asked, cast.chair)
    assert rule(asked, cast.chair) == first
    with pytest.raises(NotOpen, match="decided already: time granted"):
        rule(asked, cast.chair, granted=False, text="No.")
    assert Ruling.objects.count() == 1
    with pytest.raises(IntegrityError, match="only grows"), transaction.atomic():
        Ruling.objects.update(granted=False, text="No.")


def test_the_chair_cannot_wait_longer_than_the_meeting_lasts(cast, consideration):
    asked = ask(consideration, cast.head, until=date(2027, 3, 13))
    with pytest.raises(NotOpen, match="The meeting ends on 12 March 2027"):
        rule(asked, cast.chair)
    assert not rule(asked, cast.chair, granted=False, text="Too long.").granted


def test_there_is_nothing_to_decide_once_the_state_has_answered(cast, agreed, asked):
    factories.answer(agreed, by=cast.head)
    with pytest.raises(NotOpen, match="has answered since"):
        rule(asked, cast.chair)
    with pytest.raises(NotOpen, match="does not ask for time"):
        rule(Position.objects.latest("id"), cast.chair)


def test_there_is_nothing_to_decide_about_a_closed_text(cast, consideration):
    asked = ask(consideration, cast.head)
    Consideration.objects.filter(pk=consideration.pk).update(
        closed=factories.NOW, outcome="superseded"
    )
    with pytest.raises(NotOpen, match="closed"):
        rule(asked, cast.chair)


@pytest.mark.parametrize(
    "role", ["staff", "head", "expert_chair", "former_chair", "superuser", "stranger"]
)
def test_it_is_the_chairs_to_decide(cast, asked, role):
    with pytest.raises(NotEntitled):
        rule(asked, cast.everyone()[role])
    assert not Ruling.objects.exists()


# Its pages


def page(name, of):
    return reverse(f"workplans:{name}", args=[of.pk])


def test_a_state_asks_through_the_same_pages(cast, consideration, sign_in):
    client = sign_in(cast.head)
    sent = {"kind": "asks_for_time", "text": "Our ministry has to be asked."}
    sent["digest"] = consideration.revision.digest
    response = client.post(page("position", consideration), sent)
    assert response.status_code == 422
    assert "Say until which day your state asks for time." in response.content.decode()
    response = client.post(page("position", consideration), {**sent, "until": "2027-03-10"})
    assert "Choose a day after today." in response.content.decode()
    client.post(page("position", consideration), {**sent, "until": "2027-03-12"})
    checked = client.get(page("position_check", consideration))
    html = checked.content.decode()
    for said in (
        "Asks for time", "Until 12 March 2027", "Our ministry has to be asked.",
        "This is no answer yet.", consideration.revision.digest,
    ):  # fmt: skip
        assert said in html
    form = {**checked.context["form"].initial, "declaration": "on"}
    html = client.post(page("position_check", consideration), form, follow=True).content.decode()
    assert "Until 12 March 2027" in html
    assert "The chair decides whether the text waits" in html
    position = Position.objects.get()
    assert (position.kind, position.until) == ("asks_for_time", UNTIL)
    html = client.get(page("consideration", consideration)).content.decode()
    assert "The chair has not decided about it yet." in html
    # Going back, the day is still there.
    client.post(page("position", consideration), {**sent, "until": "2027-03-12"})
    assert 'value="2027-03-12"' in client.get(page("position", consideration)).content.decode()


def test_the_chair_is_led_to_the_request_and_decides(cast, agreed, asked, sign_in):
    client = sign_in(cast.chair)
    for url in (page("consideration", agreed), reverse("desk")):
        assert page("rule_on_time", asked) in client.get(url).content.decode()
    html = client.get(page("rule_on_time", asked)).content.decode()
    assert "Our ministry of finance has to be asked." in html
    assert "checked" not in html
    response = client.post(page("rule_on_time", asked), {"granted": "no", "text": ""})
    assert response.status_code == 422 and "Say why" in response.content.decode()
    response = client.post(page("rule_on_time", asked), {"granted": "yes", "text": "Until Friday."})
    assert response["Location"] == page("consideration", agreed)
    html = client.get(page("consideration", agreed)).content.decode()
    assert "Dorlan has been told." in html
    assert "The chair waits until then." in html and "Until Friday." in html
    assert page("rule_on_time", asked) not in client.get(reverse("desk")).content.decode()
    # Opened again there is nothing to decide; sent again, it says so.
    assert client.get(page("rule_on_time", asked)).status_code == 302
    again = client.post(page("rule_on_time", asked), {"granted": "no", "text": "No."})
    assert again.status_code == 409 and "decided already" in again.content.decode()
    html = sign_in(cast.head).get(page("receipt", asked)).content.decode()
    assert "waits for the answer until 12 March 2027" in html and "Until Friday." in html


def test_where_the_meeting_is_too_short_waiting_is_not_offered(cast, consideration, sign_in):
    asked = ask(consideration, cast.head, until=date(2027, 3, 20))
    html = sign_in(cast.chair).get(page("rule_on_time", asked)).content.decode()
    assert "the text cannot wait longer before it" in html
    assert 'value="yes"' not in html


def test_who_decides_nothing_is_refused_its_page(cast, asked, sign_in):
    for role, status in {"staff": 403, "head": 403, "stranger": 404, "former_chair": 404}.items():
        client = sign_in(cast.everyone()[role])
        assert client.get(page("rule_on_time", asked)).status_code == status, role
        assert client.post(page("rule_on_time", asked), {"granted": "yes"}).status_code == status
    assert not Ruling.objects.exists()
