"""Consensus in the room: what is written down counts once the state's own voice confirms it."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError
from django.urls import reverse

from bpic import desk
from secretariat.models import Entry, Notice
from secretariat.standing import NotEntitled, Standing
from tests import factories
from workplans import queries
from workplans.models import Consideration, Heard, Position
from workplans.operations import decision, hearing, review
from workplans.operations.answering import NotAnAnswer, Said
from workplans.operations.decision import WrongDay
from workplans.operations.locking import Superseded
from workplans.procedure import OutOfOrder

APPROVES = Said("approves")
RESERVES = Said("approves_with_reservation", "Paragraph 3 binds nobody.")


def seat(consideration, name):
    return consideration.meeting.seats.get(state__name=name)


def hear(cast, consideration, said, *, by=None, on=factories.NOW, key=None, digest=None):
    return hearing.hear(
        consideration,
        digest=digest or consideration.revision.digest,
        said={seat(consideration, name).pk: words for name, words in said.items()},
        by=by or cast.staff,
        on=on,
        key=key or uuid4(),
    )


def confirm(heard, by, *, on=factories.NOW, key=None):
    return hearing.confirm(
        heard, digest=heard.consideration.revision.digest, by=by, on=on, key=key or uuid4()
    )


def page(name, pk):
    return reverse(f"workplans:{name}", args=[pk])


def words(response):
    return re.sub(r"\s+", " ", response.content.decode())


def board(consideration):
    return queries.board(Consideration.objects.get(pk=consideration.pk))


# Writing down


def test_what_is_heard_counts_for_nothing_until_it_is_confirmed(cast, consideration):
    hear(cast, consideration, dict.fromkeys(cast.states, APPROVES))
    seen = board(consideration)
    assert len(seen.tally.silent) == len(cast.states) and not seen.tally.agreed
    assert len(seen.waiting) == len(cast.states)
    with pytest.raises(decision.NoConsensus):
        decision.adopt(
            consideration, digest=consideration.revision.digest, by=cast.chair, on=factories.NOW
        )
    for heard in list(seen.waiting.values()):
        confirm(heard, cast.heads[heard.seat.state.name])
    seen = board(consideration)
    assert seen.tally.agreed and not seen.waiting
    decision.adopt(
        consideration, digest=consideration.revision.digest, by=cast.chair, on=factories.NOW
    )


def test_each_delegation_is_told_of_its_own_and_of_no_other(cast, consideration):
    hear(cast, consideration, {"Dorlan": RESERVES, "Borania": APPROVES})
    entries = Entry.objects.filter(act="hear")
    assert {entry.facts["state"] for entry in entries} == {"DO", "BO"}
    told = {
        (notice.person.name, notice.entry.facts["state"])
        for notice in Notice.objects.filter(entry__act="hear")
    }
    assert ("Head Dorlan", "DO") in told and ("Head Borania", "BO") in told
    assert not {person for person, code in told if code == "DO"} & {"Head Borania", "Head Cestria"}
    body = Notice.objects.get(entry__facts__state="DO", person=cast.head).body
    assert "Paragraph 3 binds nobody." in body and "not the position of your state yet" in body
    assert page("confirm", Heard.objects.get(seat__state__name="Dorlan").pk) in body


def test_both_names_stand_on_the_position(cast, consideration):
    [heard] = hear(cast, consideration, {"Dorlan": RESERVES})
    position = confirm(heard, cast.head)
    assert position.person == cast.head and position.heard == heard
    assert "Head Dorlan" in position.given_by and "Staff Aldova" in position.given_by
    assert Entry.objects.get(act="take_position").facts["heard_by"] == "Staff Aldova"


@pytest.mark.parametrize("role", ["head", "minister", "observer", "superuser", "stranger",
                                  "former_staff", "next_chair"])  # fmt: skip
def test_only_those_who_conduct_write_down(cast, consideration, role):
    with pytest.raises(NotEntitled):
        hear(cast, consideration, {"Dorlan": APPROVES}, by=cast.everyone()[role])
    assert not Heard.objects.exists()


def test_it_is_written_down_while_the_meeting_sits(cast, consideration):
    after = factories.NOW + timedelta(days=40)
    assert not consideration.meeting.sits_on(after.date())
    with pytest.raises(WrongDay, match="while the meeting sits"):
        hear(cast, consideration, {"Dorlan": APPROVES}, on=after)


def test_another_text_or_a_closed_one_is_not_what_was_heard(cast, consideration):
    with pytest.raises(Superseded, match="text changed"):
        hear(cast, consideration, {"Dorlan": APPROVES}, digest="0" * 64)
    review.withdraw(consideration, reason="x", by=cast.staff, on=factories.NOW)
    with pytest.raises(Superseded, match="closed"):
        hear(cast, consideration, {"Dorlan": APPROVES})


def test_ministers_answer_for_themselves(cast, submitted):
    with pytest.raises(OutOfOrder):
        hear(cast, submitted, {"Dorlan": APPROVES})


@pytest.mark.parametrize(
    "wrong",
    [Said("asks_for_time", "x"), Said("approves", "x"), Said("objects"), Said("returns", "x")],
    ids=lambda said: f"{said.kind}-{said.text}",
)
def test_what_cannot_be_heard_is_refused(cast, consideration, wrong):
    with pytest.raises(NotAnAnswer):
        hear(cast, consideration, {"Dorlan": wrong})
    assert not Heard.objects.exists()


def test_what_is_on_record_already_is_not_asked_for_again(cast, consideration):
    factories.answer(consideration, by=cast.head)
    with pytest.raises(NotAnAnswer, match="not on record yet"):
        hear(cast, consideration, {"Dorlan": APPROVES})
    hear(cast, consideration, {"Dorlan": RESERVES})
    with pytest.raises(NotAnAnswer, match="not on record yet"):
        hear(cast, consideration, {"Dorlan": RESERVES})
    assert Heard.objects.count() == 1
    assert board(consideration).of_state(cast.head.appointments.get().state_id).kind == "approves"


def test_the_same_form_twice_has_one_effect(cast, consideration):
    key = uuid4()
    first = hear(cast, consideration, {"Dorlan": APPROVES}, key=key)
    assert hear(cast, consideration, {"Dorlan": APPROVES}, key=key) == first
    assert Heard.objects.count() == 1


# Confirming


def test_only_the_states_own_voice_confirms(cast, consideration):
    [heard] = hear(cast, consideration, {"Dorlan": APPROVES})
    for role in ("delegate", "staff", "minister", "superuser", "observer"):
        with pytest.raises((NotEntitled, Superseded)):
            confirm(heard, cast.everyone()[role])
    with pytest.raises(Superseded):
        confirm(heard, cast.heads["Borania"])
    assert not Position.objects.exists()


def test_confirming_twice_is_confirming_once(cast, consideration):
    [heard] = hear(cast, consideration, {"Dorlan": APPROVES})
    key = uuid4()
    assert confirm(heard, cast.head, key=key) == confirm(heard, cast.head, key=key)
    with pytest.raises(Superseded):
        confirm(heard, cast.head)
    assert Position.objects.count() == 1


def test_whoever_says_something_else_has_answered(cast, consideration):
    [heard] = hear(cast, consideration, {"Dorlan": APPROVES})
    factories.answer(consideration, by=cast.head, kind="objects", text="I did not say so.")
    assert not board(consideration).waiting
    with pytest.raises(Superseded, match="not wait to be confirmed"):
        confirm(heard, cast.head)


def test_what_was_misheard_is_heard_again_or_taken_back(cast, consideration):
    [wrong] = hear(cast, consideration, {"Dorlan": Said("objects", "No.")})
    [right] = hear(cast, consideration, {"Dorlan": RESERVES})
    with pytest.raises(Superseded):
        confirm(wrong, cast.head)
    hear(cast, consideration, {"Dorlan": None})
    assert not board(consideration).waiting
    with pytest.raises(Superseded):
        confirm(right, cast.head)
    assert "took back" in Notice.objects.filter(person=cast.head).latest("id").body


def test_a_new_text_asks_anew(cast, consideration, advisory_group):
    [heard] = hear(cast, consideration, {"Dorlan": APPROVES})
    factories.activity(consideration.plan, title="A later idea")
    newer = factories.circulated(consideration.plan, before=advisory_group, by=cast.staff)
    assert not board(newer).waiting
    with pytest.raises(Superseded):
        confirm(heard, cast.head)


def test_the_record_of_it_only_grows(cast, consideration):
    [heard] = hear(cast, consideration, {"Dorlan": APPROVES})
    for change in (
        lambda: Heard.objects.filter(pk=heard.pk).update(kind="objects"),
        lambda: Heard.objects.filter(pk=heard.pk).delete(),
    ):
        with pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
            change()
    with pytest.raises(IntegrityError), transaction.atomic():
        Heard.objects.create(
            consideration=consideration, seat=heard.seat, kind="objects", digest="x", by=cast.staff,
            appointment=heard.appointment, on=heard.on, key=uuid4(),
        )  # fmt: skip
    connection.check_constraints()


# Pages


def sent(response, **said):
    form = response.context["form"]
    data = {"digest": form["digest"].value(), "key": str(form["key"].value())}
    for group in form.groups():
        kind, text = said.get(group["seat"].state.name, ("", ""))
        data |= {group["kind"].html_name: kind, group["text"].html_name: text}
    return data


def test_the_secretariat_writes_down_and_the_head_confirms(cast, consideration, sign_in):
    staff, address = sign_in(cast.staff), page("hear", consideration.pk)
    assert address in words(staff.get(page("consideration", consideration.pk)))
    shown = staff.get(address)
    done = staff.post(
        address, sent(shown, Dorlan=("approves_with_reservation", "Not paragraph 3."))
    )
    assert done["Location"] == page("consideration", consideration.pk)
    html = words(staff.get(done["Location"]))
    assert "Written down for 1 state." in html
    assert "Said in the room: Approves with a reservation" in html
    heard = Heard.objects.get()
    head = sign_in(cast.head)
    titles = [item.title for item in desk.of(Standing.of(cast.head, factories.TODAY)).now]
    assert any(title.startswith("Confirm what Dorlan said in the room") for title in titles)
    html = words(head.get(page("consideration", consideration.pk)))
    assert "Confirm what Dorlan said in the room" in html and page("confirm", heard.pk) in html
    check = head.get(page("confirm", heard.pk))
    assert "Not paragraph 3." in words(check) and heard.digest[:8] in words(check)
    data = {n: check.context["form"][n].value() for n in ("digest", "key")}
    refused = head.post(page("confirm", heard.pk), data)
    assert refused.status_code == 422 and not Position.objects.exists()
    taken = head.post(page("confirm", heard.pk), {**data, "declaration": "on"})
    position = Position.objects.get()
    assert taken["Location"] == page("receipt", position.pk)
    receipt = words(head.get(taken["Location"]))
    assert "Written down in the room by" in receipt and "Staff Aldova" in receipt
    assert head.get(page("confirm", heard.pk))["Location"] == page("receipt", position.pk)


def test_words_without_an_answer_are_said_and_kept(cast, consideration, sign_in):
    staff, address = sign_in(cast.staff), page("hear", consideration.pk)
    shown = staff.get(address)
    for said, sentence in (
        ({"Dorlan": ("", "Words.")}, "There are words of Dorlan."),
        ({"Dorlan": ("approves", "Words.")}, "There are words of Dorlan."),
        ({"Dorlan": ("objects", "")}, "Write the words of Dorlan"),
        ({}, "Choose what at least one state said."),
    ):
        response = staff.post(address, sent(shown, **said))
        assert response.status_code in (409, 422) and sentence in words(response)
        assert "Words." in words(response) or not dict(said).get("Dorlan", ("", ""))[1]
    assert not Heard.objects.exists()


def test_another_delegation_does_not_open_it(cast, consideration, sign_in):
    [heard] = hear(cast, consideration, {"Dorlan": RESERVES})
    for role, status in {"other_head": 404, "delegate": 403, "stranger": 404, "staff": 403}.items():
        response = sign_in(cast.everyone()[role]).get(page("confirm", heard.pk))
        assert response.status_code == status, role
        assert "Paragraph 3 binds nobody." not in words(response)


def test_where_positions_wait_so_does_what_was_heard(cast, draft, advisory_group, sign_in):
    asked = review.circulate(
        draft, meeting=advisory_group, visibility="after_close", by=cast.staff,
        on=factories.NOW,
    )  # fmt: skip
    hear(cast, asked, {"Dorlan": Said("objects", "CANARY-HEARD")})
    pages = (page("consideration", asked.pk), reverse("workplans:history", args=[asked.plan.year]))
    for address in pages:
        assert "CANARY-HEARD" not in words(sign_in(cast.heads["Borania"]).get(address))
        assert "CANARY-HEARD" in words(sign_in(cast.head).get(address))
        assert "CANARY-HEARD" in words(sign_in(cast.staff).get(address))


def test_the_board_costs_the_same_for_one_state_and_for_all(
    cast, consideration, sign_in, django_assert_num_queries
):
    staff = sign_in(cast.staff)
    hear(cast, consideration, {"Dorlan": APPROVES})
    address = page("consideration", consideration.pk)
    staff.get(address)
    with django_assert_num_queries(18):
        staff.get(address)
    hear(cast, consideration, dict.fromkeys(set(cast.states) - {"Dorlan"}, RESERVES))
    with django_assert_num_queries(18):
        staff.get(address)
