"""The written procedure: adopted if every state has approved by an exact instant (rules 6, 8)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from bpic import desk, feeds
from secretariat import instants
from secretariat.models import Entry, Notice
from secretariat.standing import NotEntitled, Standing
from tests import factories
from tests.conftest import assemble
from tests.workplans import silences
from tests.workplans.silences import MICROSECOND, answer, ended, ends, received_at
from tests.workplans.test_silence_pages import filled, page, words
from workplans import orders, queries, tasks
from workplans.models import Consideration, Decision, Document, Extension, Position, WorkPlan
from workplans.operations import answering, correspondence, decision, prompting, review
from workplans.operations.answering import NotOpen
from workplans.operations.locking import Superseded
from workplans.operations.review import NotReady
from workplans.procedure import OutOfOrder
from workplans.typesetting import record


@pytest.fixture
def people(db):
    return assemble(timezone.now().year)


@pytest.fixture
def drafted(people):
    return factories.plan(by=people.staff, year=timezone.now().year, on=timezone.now())


@pytest.fixture
def asked(people, drafted):
    return opened(drafted, by=people.chair)


def opened(plan, *, by, days=14, **facts):
    facts.setdefault("reason", "No meeting can be convened in time.")
    facts.setdefault("expires", silences.whole_minute(instants.now() + timedelta(days=days)))
    return correspondence.open_written(plan, by=by, on=timezone.now(), **facts)


def all_approve(people, consideration, *, but=()):
    for head in people.heads.values():
        if head not in but:
            answer(consideration, head, "approves", "")


def the_plan():
    return WorkPlan.objects.get()


def fresh(consideration):
    return Consideration.objects.get(pk=consideration.pk)


def over(consideration, ago=timedelta(seconds=1)):
    """Let the end have come, and what was answered so far have been answered before it."""
    at = instants.now() - ago
    received(consideration, at - timedelta(minutes=1))
    return ends(consideration, at)


def received(consideration, at, *, but=""):
    """What was answered so far, as if it had come in at an instant; of one state it stays."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE workplans_position DISABLE TRIGGER USER")
        Position.objects.filter(consideration=consideration).exclude(seat__state__code=but).update(
            at=at
        )
        cursor.execute("ALTER TABLE workplans_position ENABLE TRIGGER USER")


def told(act):
    return {notice.person.name for notice in Notice.objects.filter(entry__act=act)}


# Opening


def test_the_members_of_the_day_are_asked_until_an_exact_instant(people, asked):
    assert (asked.procedure, asked.outcome) == ("written", "")
    assert asked.meeting.by_correspondence
    assert [s.state.name for s in asked.meeting.seats.filter(counted=True)] == list(people.states)
    assert the_plan().status == "under_consideration"
    entry = Entry.objects.get(act="open_written")
    assert entry.facts["expires"] == asked.expires.isoformat()
    body = Notice.objects.filter(entry=entry).first().body
    assert "only if every state has approved before" in body
    assert "a state that says nothing has not approved" in body
    assert "No meeting can be convened in time." in body
    assert told("open_written") >= {"Head Aldova", "Head Borania", "Observer Union"}


def test_it_is_the_chairs_and_takes_time_and_a_reason(people, drafted):
    for role in ("staff", "head", "expert_chair", "former_chair", "superuser", "stranger"):
        with pytest.raises(NotEntitled):
            opened(drafted, by=people.everyone()[role])
    with pytest.raises(NotReady, match="at least 72 hours"):
        opened(drafted, by=people.chair, days=2)
    with pytest.raises(NotReady, match="Say why the states answer in writing"):
        opened(drafted, by=people.chair, reason="  ")
    assert not Consideration.objects.exists()


def test_another_text_waits_until_it_is_withdrawn(people, drafted, asked):
    now = timezone.now()
    group = factories.meeting("AG", by=people.staff, begins=now.date(), on=now)
    factories.activity(drafted, title="A later idea")
    with pytest.raises(OutOfOrder, match="answer .* in writing"):
        factories.circulated(drafted, before=group, by=people.staff, on=now)
    with pytest.raises(OutOfOrder, match="answer .* in writing"):
        silences.opened(drafted, by=people.chair)
    with pytest.raises(NotEntitled):
        review.withdraw(asked, reason="x", by=people.staff, on=now)
    review.withdraw(asked, reason="A mistake.", by=people.chair, on=now)
    assert the_plan().status == "draft"
    factories.circulated(drafted, before=group, by=people.staff, on=now)


# Answering


def test_saying_nothing_is_no_approval_and_an_objection_ends_nothing(people, asked):
    all_approve(people, asked, but=[people.head])
    assert not queries.board(fresh(asked)).tally.agreed
    answer(asked, people.head, "objects", "Paragraph 3.")
    assert fresh(asked).is_open
    assert "1 objects" in queries.board(fresh(asked)).sentence
    answer(asked, people.head, "approves_with_reservation", "Paragraph 3 binds nobody.")
    assert queries.board(fresh(asked)).tally.agreed


def test_the_chair_adopts_before_the_end_once_all_approve(people, asked):
    digest = asked.revision.digest
    all_approve(people, asked, but=[people.head])
    with pytest.raises(decision.NoConsensus):
        decision.adopt(asked, digest=digest, by=people.chair, on=timezone.now())
    answer(asked, people.head, "approves", "")
    done = decision.adopt(asked, digest=digest, by=people.chair, on=timezone.now())
    assert (done.method, done.at_end, the_plan().status) == ("written", None, "adopted")
    assert correspondence.settle_due() == 0


def test_who_has_not_answered_is_reminded_and_nobody_else(people, asked):
    all_approve(people, asked, but=[people.head])
    seats = [seat.pk for seat in asked.meeting.seats.all()]
    # Whoever was told within a day is left alone.
    later = timezone.now() + timedelta(days=2)
    reminded = prompting.remind_now(asked, seats=seats, by=people.staff, on=later)
    assert [seat.state.name for seat in reminded] == ["Dorlan"]


# Its end


def test_when_every_state_has_approved_its_end_adopts(people, asked):
    all_approve(people, asked)
    asked = over(asked, timedelta(hours=3))
    tasks.settle_procedures()
    tasks.settle_procedures()
    adopted = Decision.objects.get()
    assert (adopted.act, adopted.by, adopted.at_end) == ("adopted", None, asked.expires)
    assert fresh(asked).closed == asked.expires
    assert (the_plan().status, fresh(asked).outcome) == ("adopted", "adopted")
    assert Document.objects.get().decision == adopted
    assert told("end_written") >= {"Head Aldova", "Head Borania", "Chair Aldova"}
    assert "every state had approved it before" in (
        Notice.objects.filter(entry__act="end_written").first().body
    )


@pytest.mark.parametrize("last", ["silent", "objects", "asks_for_time"])
def test_else_its_end_adopts_nothing_and_says_who_was_missing(people, asked, last):
    all_approve(people, asked, but=[people.head])
    if last != "silent":
        until = {"until": timezone.now().date() + timedelta(days=9)}
        answer(asked, people.head, last, "Wait.", **(until if last == "asks_for_time" else {}))
    asked = over(asked)
    assert correspondence.settle_due() == 1
    assert correspondence.settle_due() == 0
    assert (the_plan().status, fresh(asked).outcome) == ("draft", "lapsed")
    assert not Decision.objects.exists() and not Document.objects.exists()
    entry = Entry.objects.get(act="fail_written")
    missing = [*entry.facts["objecting"], *entry.facts["asking"], *entry.facts["not_answering"]]
    assert missing == ["DO"] and entry.facts["approving"] == ["AL", "BO", "CE"]
    body = Notice.objects.filter(entry=entry).first().body
    assert "without consensus" in body and "3 of 4 states have approved" in body


@pytest.mark.parametrize(("off", "adopted"), [(-MICROSECOND, True), (0 * MICROSECOND, False)])
def test_the_last_approval_counts_to_the_microsecond_before_the_end(people, asked, off, adopted):
    all_approve(people, asked, but=[people.head])
    at = instants.now() - timedelta(minutes=1)
    with received_at(at + off):
        Position.objects.create(
            consideration=asked,
            seat=asked.meeting.seats.get(state__code="DO"),
            kind="approves",
            digest=asked.revision.digest,
            person=people.head,
            appointment=people.head.appointments.get(),
            on=at.date(),
            key=uuid4(),
        )
    received(asked, at - timedelta(hours=1), but="DO")
    asked = ends(asked, at)
    correspondence.settle_due()
    assert (fresh(asked).outcome == "adopted") is adopted


def test_an_answer_after_the_end_is_refused_and_lifts_nothing(people, asked):
    all_approve(people, asked, but=[people.head])
    asked = ended(asked)
    with pytest.raises(Superseded, match="written procedure has ended"):
        answer(asked, people.head, "approves", "")
    assert Position.objects.count() == 3
    assert correspondence.settle_due() == 1
    assert the_plan().status == "draft"


def test_an_end_that_comes_between_lock_and_answer_takes_the_answer_with_it(people, asked):
    with received_at(asked.expires), pytest.raises(Superseded, match="time to answer has run out"):
        answer(asked, people.head, "approves", "")
    assert not Position.objects.exists()


# More time


def test_a_later_end_grants_the_time_a_state_asks_for(people, asked):
    until = (asked.expires + timedelta(days=2)).date()
    request = answer(asked, people.head, "asks_for_time", "The cabinet meets.", until=until)
    with pytest.raises(NotOpen, match="set a later end"):
        answering.rule_on_time(request, granted=True, by=people.chair, on=timezone.now())
    correspondence.extend(
        asked, until=asked.expires + timedelta(days=3), seen=asked.expires,
        reason="Dorlan’s cabinet meets.", by=people.chair, on=timezone.now(),
    )  # fmt: skip
    request.refresh_from_db()
    assert request.ruling.granted and Extension.objects.count() == 1
    assert "stays before the states for longer" in (
        Notice.objects.filter(entry__act="extend").first().body
    )


# Pages


def test_the_page_of_opening_shows_the_end_and_who_is_told(people, drafted, sign_in):
    client, address = sign_in(people.chair), reverse("workplans:open_written", args=[drafted.year])
    assert address in words(client.get(reverse("workplans:overview", args=[drafted.year])))
    response = client.get(address)
    html = words(response)
    for said in (
        "before the states in writing",
        "a state that says nothing has not approved",
        "Aldova, Borania, Cestria, Dorlan",
        "The end in the capitals",
        "Those who answer for the states with a seat",
    ):
        assert said in html
    sent = filled(response)
    done = client.post(address, sent)
    asked = Consideration.objects.get()
    assert done["Location"] == page("consideration", asked)
    assert "for answers in writing. The delegations have been told." in words(
        client.get(done["Location"])
    )
    assert client.post(address, sent)["Location"] == done["Location"]
    assert Consideration.objects.count() == 1


def test_what_is_missing_is_said_and_what_was_written_stays(people, drafted, sign_in):
    client, address = sign_in(people.chair), reverse("workplans:open_written", args=[drafted.year])
    sent = filled(client.get(address), declaration="", message="Kept.", reason="Also kept.")
    response = client.post(address, sent)
    assert response.status_code == 422
    html = words(response)
    assert "Confirm that you put this text before the states." in html
    assert "Kept." in html and "Also kept." in html
    assert not Consideration.objects.exists()


def test_a_head_is_asked_on_desk_page_and_calendar(people, asked, sign_in):
    standing = Standing.of(people.head, timezone.now().date())
    titles = [item.title for item in desk.of(standing, timezone.now()).now]
    assert any("State your position" in title for title in titles)
    html = words(sign_in(people.head).get(page("consideration", asked)))
    assert "The states answer in writing before" in html
    assert "State the position of Dorlan" in html
    assert "silence" not in html.lower()
    [event] = feeds._deadlines(standing)
    assert str(event["summary"]).startswith("Answers in writing end: ")


def test_its_outcome_is_said_on_the_page_and_printed(people, asked, sign_in):
    all_approve(people, asked)
    asked = over(asked)
    client = sign_in(people.head)
    assert "the end of the written procedure: every state approved." in words(
        client.get(page("consideration", asked))
    )
    public = client.get(reverse("workplans:plan", args=[asked.plan.year]))
    assert "Adopted by the Advisory Group by written procedure on" in words(public)
    adopted = Decision.objects.get()
    order = orders.compose(adopted, "work_plan", "adopted", adopted.revision.symbol)
    printed = record.sentence(order["decisions"][0])
    assert "by written procedure on" in printed and "Every state had approved it." in printed
    assert "No meeting can be convened in time." in record.declared(order["decisions"][0])


def test_that_it_failed_is_said_on_the_page_and_in_the_history(people, asked, sign_in):
    asked = ended(asked)
    client = sign_in(people.chair)
    assert "without consensus. The text is not adopted" in words(
        client.get(page("consideration", asked))
    )
    history = words(client.get(reverse("workplans:history", args=[asked.plan.year])))
    assert "without consensus" in history and "By itself, at the end of the written" in history


def test_withheld_positions_stay_so_until_the_end(people, drafted, sign_in):
    asked = opened(drafted, by=people.chair, visibility="after_close")
    answer(asked, people.heads["Borania"], "approves_with_reservation", "CANARY-RESERVATION")
    assert "CANARY-RESERVATION" not in words(sign_in(people.head).get(page("consideration", asked)))
    ended(asked)
    assert "CANARY-RESERVATION" in words(sign_in(people.head).get(page("consideration", asked)))
