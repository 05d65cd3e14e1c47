"""The desk: what needs me now, what waits for others, what I did – and nothing of anybody else."""

import pytest

from bpic import desk as desks
from secretariat.standing import Standing
from tests import factories
from workplans.models import Document


def lines(person, group="now"):
    desk = desks.of(Standing.of(person, factories.TODAY))
    return [item.title for item in getattr(desk, group)]


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
    return desks.of(Standing.of(person, factories.TODAY)).done


@pytest.mark.parametrize(("role", "queries"), [("head", 12), ("staff", 19), ("stranger", 12)])
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
        factories.circulated(other, before=meeting, by=cast.staff)
    with django_assert_num_queries(queries):
        assert client.get("/en/desk/").status_code == 200
