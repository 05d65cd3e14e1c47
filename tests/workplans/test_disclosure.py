"""Where positions are shown once the text is closed, nothing tells another state's before that."""

import re
from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from bpic import desk, feeds
from bpic import handover as lists
from secretariat.models import Entry, Notice
from secretariat.standing import Standing
from tests import factories, hand_overs
from workplans import queries
from workplans.models import Consideration, Position
from workplans.operations import answering, review

OBJECTION = "Paragraph 3 has to go, says Borania."
SETTING = "The delegations see each other’s positions once the text is closed."
SENTENCE = "The positions of the states are shown once the text is closed."
# What would tell that somebody objected, or that anybody answered at all.
TELLING = (OBJECTION, "Objects", "1 objects", "have approved", "have not answered", "Head Borania")


@pytest.fixture
def hidden(cast, draft, advisory_group):
    """The 2027 plan before the delegations, positions shown after closing; Borania objects."""
    consideration = review.circulate(
        draft, meeting=advisory_group, visibility="after_close", by=cast.staff, on=factories.NOW
    )
    factories.answer(consideration, by=cast.heads["Borania"], kind="objects", text=OBJECTION)
    return consideration


def page(name, of):
    return reverse(f"workplans:{name}", args=[of.pk])


def words(response):
    return re.sub(r"\s+", " ", response.content.decode())


def told_by(client, consideration):
    """Everything a person may open that could tell of positions."""
    plan = consideration.plan
    urls = [
        page("consideration", consideration),
        reverse("desk"),
        reverse("notices"),
        reverse("workplans:index"),
        reverse("workplans:overview", args=[plan.year]),
        reverse("workplans:history", args=[plan.year]),
        reverse("workplans:revision_data", args=[plan.year, 1]),
        reverse("workplans:plan_data", args=[plan.year]),
        reverse("own_calendar"),
    ]
    return {url: words(client.get(url)) for url in urls}


@pytest.mark.parametrize("role", ["head", "delegate", "minister", "observer", "next_chair"])
def test_no_page_tells_what_another_state_said(cast, hidden, sign_in, role):
    for url, said in told_by(sign_in(cast.everyone()[role]), hidden).items():
        for telling in TELLING:
            assert telling not in said, (url, telling)


def test_the_page_says_why_and_looks_the_same_whoever_has_answered(cast, hidden, sign_in):
    said = words(sign_in(cast.head).get(page("consideration", hidden)))
    assert SENTENCE in said and SETTING in said
    # Aldova, Borania and Cestria; Dorlan is the reader's own and has not answered.
    assert said.count("Shown once closed") == 3
    assert said.count("Not answered") == 1


def test_the_state_itself_sees_its_own(cast, hidden, sign_in):
    client = sign_in(cast.heads["Borania"])
    said = words(client.get(page("consideration", hidden)))
    assert OBJECTION in said and SENTENCE in said
    assert said.count("Shown once closed") == 3
    history = words(client.get(reverse("workplans:history", args=[2027])))
    assert "Borania: Objects" in history
    receipt = words(client.get(page("receipt", Position.objects.get())))
    assert OBJECTION in receipt and SENTENCE in receipt


@pytest.mark.parametrize("role", ["chair", "staff"])
def test_those_who_conduct_it_see_all(cast, hidden, sign_in, role):
    client = sign_in(cast.everyone()[role])
    said = words(client.get(page("consideration", hidden)))
    assert OBJECTION in said and "1 objects" in said and SETTING in said
    assert client.get(page("receipt", Position.objects.get())).status_code == 200


def test_other_receipts_stay_closed(cast, hidden, sign_in):
    for role in ("head", "observer", "next_chair", "former_staff"):
        client = sign_in(cast.everyone()[role])
        assert client.get(page("receipt", Position.objects.get())).status_code == 404, role


def test_who_only_keeps_reading_after_a_hand_over_waits_like_the_others(cast, hidden, sign_in):
    """Cestria writes from now on; Aldova's chair still conducts, its staff does not."""
    hand_overs.shorten()
    staff = hand_overs.next_staff(cast)
    hand_overs.tick_all(cast, staff)
    hand_overs.offer(cast, "")
    lists.take_over(hand_overs.current(), by=cast.next_chair, on=factories.NOW)
    position = Position.objects.get()
    seen = {
        role: (
            OBJECTION in words(sign_in(person).get(page("consideration", hidden))),
            sign_in(person).get(page("receipt", position)).status_code,
            "Borania: Objects"
            in words(sign_in(person).get(reverse("workplans:history", args=[2027]))),
        )
        for role, person in {
            "chair": cast.chair, "staff": cast.staff, "next_chair": cast.next_chair,
        }.items()
    }  # fmt: skip
    assert seen == {
        "chair": (True, 200, True),
        "staff": (False, 404, False),
        "next_chair": (True, 200, True),
    }


def test_the_hand_over_list_both_sides_read_does_not_tell(cast, hidden):
    hand_overs.shorten()
    found = lists.gather(hand_overs.current(), factories.TODAY, cast.next_chair.user)
    said = repr(found)
    assert SENTENCE in said
    for telling in TELLING:
        assert telling not in said


def test_notices_go_to_the_state_and_the_secretariat_alone(cast, hidden):
    told = {n.person.name for n in Notice.objects.filter(entry__act="take_position")}
    assert told == {"Head Borania", "Chair Aldova", "Staff Aldova"}
    circulated = Notice.objects.filter(entry__act="circulate")
    assert all(SETTING in notice.body for notice in circulated)
    assert Entry.objects.get(act="circulate").facts["visibility"] == "after_close"


def test_the_desk_and_the_own_calendar_do_not_tell(cast, hidden):
    standing = Standing.of(cast.head, factories.TODAY)
    said = repr(desk.of(standing)) + feeds.own(standing).decode()
    for telling in TELLING:
        assert telling not in said


def test_a_request_for_time_is_withheld_with_the_chairs_word_on_it(cast, hidden, sign_in):
    asked = answering.take_position(
        hidden, digest=hidden.revision.digest, kind="asks_for_time", text="Cestria has to ask.",
        until=date(2027, 3, 12), by=cast.heads["Cestria"], on=factories.NOW, key=uuid4(),
    )  # fmt: skip
    answering.rule_on_time(
        asked, granted=False, text="No more, Cestria.", by=cast.chair, on=factories.NOW
    )
    for url, said in told_by(sign_in(cast.head), hidden).items():
        assert "Cestria has to ask." not in said and "No more, Cestria." not in said, url
        assert "Time not granted" not in said and "Asks for time" not in said, url


def test_once_closed_all_of_it_shows(cast, hidden, sign_in):
    review.withdraw(hidden, reason="A wrong annex.", by=cast.staff, on=factories.NOW)
    client = sign_in(cast.head)
    said = words(client.get(page("consideration", hidden)))
    assert OBJECTION in said and "Shown once closed" not in said and SETTING not in said


def test_an_open_text_shows_positions_as_they_are_given(cast, consideration, sign_in):
    factories.answer(consideration, by=cast.heads["Borania"], kind="objects", text=OBJECTION)
    said = words(sign_in(cast.head).get(page("consideration", consideration)))
    assert OBJECTION in said and "1 objects" in said
    assert "The delegations see each other’s positions as they are given." in said


def test_a_board_with_answers_left_out_cannot_be_counted(cast, hidden):
    seen = queries.board(hidden).seen_by(Standing.of(cast.head, factories.TODAY))
    assert seen.withheld
    with pytest.raises(ValueError, match="left out"):
        seen.tally  # noqa: B018 - asking is the test


def test_it_is_chosen_when_the_text_is_circulated(cast, draft, advisory_group, sign_in):
    client = sign_in(cast.staff)
    address = reverse("workplans:circulate", args=[2027])
    form = client.get(address).context["form"]
    sent = {
        **form.initial, "meeting": advisory_group.slug, "message": "", "declaration": "on",
        "nonetheless": "on", "visibility": "after_close",
    }  # fmt: skip
    refused = client.post(address, {**sent, "visibility": "never"})
    assert refused.status_code == 422
    assert "Choose when the delegations see each other’s positions." in words(refused)
    assert client.post(address, sent).status_code == 302
    assert Consideration.objects.get().visibility == "after_close"
    answer = sign_in(cast.head).get(page("position", Consideration.objects.get()))
    assert SETTING in words(answer)


# What a state said before stands beside what it says now


def test_earlier_answers_to_the_same_text_stay_visible(cast, consideration, sign_in):
    factories.answer(consideration, by=cast.head, kind="objects", text="Paragraph 3 has to go.")
    factories.answer(consideration, by=cast.head, kind="approves_with_reservation", text="Funds.")
    factories.answer(consideration, by=cast.alternate)
    said = words(sign_in(cast.heads["Borania"]).get(page("consideration", consideration)))
    assert said.index("Before: Approves with a reservation, 10 March 2027") < said.index(
        "Before: Objects, 10 March 2027"
    )
