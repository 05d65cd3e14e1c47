"""The desk: what needs me now, what waits for others, what I did – and nothing of anybody else."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from bpic import desk as desks
from secretariat import post
from secretariat.models import Notice, Person, State
from secretariat.standing import Standing
from tests import factories
from workplans.models import Document
from workplans.operations import decision


def desk_of(person, on=factories.NOW):
    return desks.of(Standing.of(person, on.date()), on)


def lines(person, group="now", on=factories.NOW):
    return [item.title for item in getattr(desk_of(person, on), group)]


def words(response):
    return " ".join(response.content.decode().split())


def test_a_new_draft_lies_on_the_secretariats_desk_only(cast, draft):
    assert lines(cast.staff) == ["Write the 2027 work plan and circulate it"]
    for role in ("head", "minister", "observer", "former_staff", "superuser", "stranger"):
        assert lines(cast.everyone()[role]) == [], role


def test_a_circulated_text_waits_for_each_head_until_it_has_answered(cast, consideration):
    assert lines(cast.head) == ["State your position on the 2027 work plan"]
    assert lines(cast.delegate) == lines(cast.minister) == []
    factories.answer(consideration, by=cast.head)
    assert lines(cast.head) == []
    assert lines(cast.head, "waiting") == ["2027 work plan: the other states answer"]
    # The alternate speaks with the same voice, so nothing waits for the alternate either.
    assert lines(cast.alternate) == []


def test_with_consensus_the_chair_adopts_and_the_staff_wait(cast, agreed):
    assert lines(cast.chair) == ["Adopt the 2027 work plan"]
    assert lines(cast.staff) == []
    assert lines(cast.staff, "waiting") == ["2027 work plan before the delegations"]


def test_an_objection_needs_the_secretariat(cast, agreed):
    factories.answer(agreed, by=cast.head, kind="objects", text="Not yet.")
    assert lines(cast.staff) == ["Answer the objection to the 2027 work plan"]


def test_the_chair_submits_and_each_minister_answers(cast, submitted):
    assert lines(cast.minister) == ["Approve or return the 2027 work plan"]
    assert lines(cast.head) == []
    assert lines(cast.chair, "waiting") == ["2027 work plan before the ministers"]


def test_an_approved_plan_is_reported_by_the_chair(cast, approved):
    assert lines(cast.chair) == ["Report the 2027 work plan to the summit"]
    assert lines(cast.staff) == []


def test_a_document_that_failed_needs_the_secretariat(cast, adopted):
    Document.objects.update(status="failed", error="No glyph for U+F0000.")
    assert "PartNIR/AG/2027/WP/1 could not be typeset" in lines(cast.staff)


def test_what_one_did_is_told_in_words(cast, consideration):
    factories.answer(consideration, by=cast.head)
    (done,) = lines_done(cast.head)
    assert done["title"] == "Dorlan: Approves – PartNIR/AG/2027/WP/1"


def lines_done(person):
    return desk_of(person).done


# By when, and in which order


def test_a_deadline_is_told_by_the_clock_of_the_readers_capital(cast, consideration, sign_in):
    State.objects.filter(name="Dorlan").update(time_zone="America/Sao_Paulo")
    page = words(sign_in(cast.head).get("/en/desk/"))
    assert "Until Friday 12 March 2027, 21:00 Sao Paulo (24:00 UTC)" in page
    assert "– 2 days left." in page
    with time_machine.travel(datetime(2027, 3, 12, 20, 30, tzinfo=UTC), tick=False):
        assert "– 3 hours left." in words(sign_in(cast.head).get("/en/desk/"))


def test_what_is_due_first_comes_first_then_what_weighs_more(cast, draft, agreed):
    later = factories.plan(by=cast.staff, year=2028)
    meeting = factories.meeting("AG", by=cast.staff, ends=date(2027, 3, 11))
    first = factories.circulated(later, before=meeting, by=cast.staff)
    for head in cast.heads.values():
        factories.answer(first, by=head)
    factories.plan(by=cast.staff, year=2029)
    Notice.objects.filter(person=cast.head).update(delivery="failed", error="550 No such mailbox")
    number = Notice.objects.filter(delivery="failed").count()
    assert lines(cast.chair) == [
        "Adopt the 2028 work plan",
        "Adopt the 2027 work plan",
        f"{number} notices could not be delivered",
        "Write the 2029 work plan and circulate it",
    ]


def test_seven_lines_stand_at_the_top_and_the_others_under_them(cast, sign_in):
    for year in range(2027, 2036):
        factories.plan(by=cast.staff, year=year)
    page = sign_in(cast.staff).get("/en/desk/")
    desk = page.context["desk"]
    assert (len(desk.first), len(desk.more)) == (7, 2)
    assert "2 more" in words(page) and "2035 work plan" in words(page)


# What comes


def test_what_can_be_done_only_later_is_coming(cast, adopted):
    meeting = factories.meeting("IMM", by=cast.staff, begins=date(2027, 3, 20))
    decision.submit(
        adopted, meeting=meeting, digest=adopted.revision.digest, by=cast.chair, on=factories.NOW
    )
    assert lines(cast.minister) == []
    title, sits = "Approve or return the 2027 work plan", meeting.name
    assert lines(cast.minister, "coming") == [title, sits]


def test_what_all_agree_on_is_adopted_while_the_meeting_sits(cast, draft):
    meeting = factories.meeting("AG", by=cast.staff, begins=date(2027, 3, 15))
    found = factories.circulated(draft, before=meeting, by=cast.staff)
    for head in cast.heads.values():
        factories.answer(found, by=head)
    assert lines(cast.chair) == []
    assert "Adopt the 2027 work plan" in lines(cast.chair, "coming")
    sits = datetime(2027, 3, 16, 12, tzinfo=UTC)
    assert lines(cast.chair, on=sits) == ["Adopt the 2027 work plan"]
    over = datetime(2027, 3, 19, 12, tzinfo=UTC)
    assert "Circulate the 2027 work plan to another meeting" in lines(cast.chair, on=over)


def test_meetings_of_ones_own_state_in_thirty_days_are_coming(cast, sign_in):
    near = factories.meeting("AG", by=cast.staff, begins=date(2027, 4, 9), title="Near")
    factories.meeting("AG", by=cast.staff, begins=date(2027, 4, 10), title="Far")
    for person in (cast.head, cast.delegate, cast.observer, cast.staff):
        assert lines(person, "coming") == ["Near"]
    near.seats.filter(state__name="Dorlan").delete()
    assert lines(cast.head, "coming") == [] and lines(cast.staff, "coming") == ["Near"]
    page = words(sign_in(cast.head).get("/en/desk/"))
    assert "Nothing needs you now. Next: Far, 10–12 April 2027." in page
    assert lines(cast.stranger, "coming") == []


def test_a_minister_sees_decisions_and_nothing_else(cast, submitted, sign_in):
    factories.meeting("AG", by=cast.staff, begins=date(2027, 3, 20), title="Of officials")
    factories.meeting("IMM", by=cast.staff, begins=date(2027, 3, 25), title="Of ministers")
    assert lines(cast.minister) == ["Approve or return the 2027 work plan"]
    assert lines(cast.minister, "coming") == ["Of ministers"]
    page = words(sign_in(cast.minister).get("/en/desk/"))
    assert "Obligations of every year" not in page and "Of officials" not in page


# Failures, receipts


def test_notices_that_could_not_be_delivered_need_the_secretariat(cast, consideration, sign_in):
    Person.objects.filter(pk=cast.head.pk).update(email="")
    post.send_due()
    for person in (cast.staff, cast.chair):
        assert "2 notices could not be delivered" in lines(person)
    assert not [line for line in lines(cast.head) if "delivered" in line]
    (item,) = [i for i in desk_of(cast.staff).now if "delivered" in i.title]
    page = words(sign_in(cast.staff).get(item.url))
    assert page.count("The e-mail could not be delivered: no address on record.") == 2


def test_what_one_did_has_its_receipt(cast, consideration, sign_in):
    factories.answer(consideration, by=cast.head)
    (done,) = desk_of(cast.head).done
    client = sign_in(cast.head)
    assert done["url"] in client.get("/en/desk/").content.decode()
    assert client.get(done["url"]).status_code == 200


@pytest.mark.parametrize(
    ("role", "queries"), [("head", 15), ("minister", 13), ("staff", 20), ("stranger", 12)]
)
def test_a_desk_costs_the_same_whatever_lies_on_it(
    cast, consideration, sign_in, django_assert_num_queries, role, queries
):
    client = sign_in(cast.everyone()[role])
    client.get("/en/desk/")
    with django_assert_num_queries(queries):
        assert client.get("/en/desk/").status_code == 200
    for year in (2028, 2029, 2030):
        other = factories.plan(by=cast.staff, year=year)
        meeting = factories.meeting("AG", by=cast.staff)
        found = factories.circulated(other, before=meeting, by=cast.staff)
        factories.answer(found, by=cast.head)
        factories.meeting("AG", by=cast.staff, begins=date(2027, 3, 20))
    Notice.objects.filter(person=cast.head).update(delivery="failed", error="550 No such mailbox")
    with django_assert_num_queries(queries):
        assert client.get("/en/desk/").status_code == 200
