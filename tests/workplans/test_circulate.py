"""Circulating freezes a text and puts it before a meeting."""

import re
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from secretariat.models import Authority, Entry, Notice
from secretariat.standing import NotEntitled
from tests import factories
from workplans import changed, content
from workplans.draft import fingerprint
from workplans.models import Activity, Consideration, Revision, WorkPlan
from workplans.operations.locking import Superseded
from workplans.operations.review import NotReady, circulate, withdraw
from workplans.procedure import OutOfOrder


def test_it_freezes_the_draft_in_its_canonical_form(cast, draft, advisory_group):
    consideration = factories.circulated(draft, before=advisory_group, by=cast.staff)
    draft.refresh_from_db()
    revision = consideration.revision
    assert draft.status == "under_consideration"
    assert draft.revision == revision
    assert revision.symbol == "PartNIR/AG/2027/WP/1"
    assert revision.digest == content.digest(revision.text)
    assert content.read(revision.text)["title"] == "Annual Work Plan 2027"
    entry = Entry.objects.get(act="circulate")
    assert entry.by == cast.staff
    assert entry.capacity == "Secretariat staff, Aldova"
    assert entry.facts["digest"] == revision.digest


def test_the_seated_delegations_are_told_and_nobody_else(cast, draft, advisory_group):
    factories.circulated(draft, before=advisory_group, by=cast.staff)
    entry = Entry.objects.get(act="circulate")
    told = {notice.person.name for notice in Notice.objects.filter(entry=entry)}
    assert told == {
        "Head Aldova", "Head Borania", "Head Cestria", "Head Dorlan",
        "Alternate Dorlan", "Delegate Dorlan", "Observer Union",
    }  # fmt: skip


def test_editing_afterwards_changes_nothing_that_was_circulated(cast, consideration, draft):
    text = consideration.revision.text
    factories.activity(draft, title="A later idea")
    assert Revision.objects.get(pk=consideration.revision_id).text == text


def test_a_renamed_authority_changes_the_next_text_and_no_earlier_one(cast, draft, advisory_group):
    dorlan = cast.states["Dorlan"]
    new = Authority.objects.create(
        state=dorlan, name="Department of Industry", period=(date(2027, 3, 11), None)
    )
    old = Authority.objects.create(
        state=dorlan, name="Board of Industry", period=(date(2000, 1, 1), date(2027, 3, 11)),
        continued_by=new,
    )  # fmt: skip
    factories.activity(draft, title="A fair", lead=dorlan, lead_authority=old)

    def printed(consideration):
        form = Revision.objects.get(pk=consideration.revision_id).form
        return [a["lead"]["authority"] for _n, a in content.activities(form) if a["lead"]]

    first = factories.circulated(draft, before=advisory_group, by=cast.staff)
    text = first.revision.text
    # Nobody touched the draft; by its name the day after it is another text.
    second = factories.circulated(
        draft, before=advisory_group, by=cast.staff, on=factories.NOW + timedelta(days=1)
    )
    assert (printed(first), printed(second)) == ([old.name], [new.name])
    assert Revision.objects.get(pk=first.revision_id).text == text


def test_a_new_revision_supersedes_and_asks_everybody_again(cast, agreed, draft, advisory_group):
    factories.activity(draft, title="A later idea")
    second = factories.circulated(draft, before=advisory_group, by=cast.staff)
    first = Consideration.objects.get(pk=agreed.pk)
    assert first.outcome == "superseded"
    assert second.revision.symbol == "PartNIR/AG/2027/WP/1/Rev.1"
    assert second.revision.previous == first.revision
    assert second.positions.count() == 0
    assert first.positions.count() == 4


def test_the_same_text_is_not_circulated_twice(cast, consideration, draft, advisory_group):
    with pytest.raises(NotReady, match="the same as PartNIR/AG/2027/WP/1"):
        factories.circulated(draft, before=advisory_group, by=cast.staff)
    assert Revision.objects.count() == 1


def test_a_draft_that_changed_under_the_eyes_is_not_circulated(cast, draft, advisory_group):
    seen = fingerprint(draft, on=factories.TODAY)
    factories.activity(draft, title="Meanwhile")
    with pytest.raises(Superseded):
        circulate(draft, meeting=advisory_group, by=cast.staff, on=factories.NOW, seen=seen)
    assert not Revision.objects.exists()
    seen = fingerprint(draft, on=factories.TODAY)
    circulate(draft, meeting=advisory_group, by=cast.staff, on=factories.NOW, seen=seen)


def test_an_empty_plan_is_not_ready(cast, advisory_group):
    empty = factories.plan(by=cast.staff, activities=0)
    with pytest.raises(NotReady, match="no activity"):
        factories.circulated(empty, before=advisory_group, by=cast.staff)


def test_only_a_convened_advisory_group_meeting_that_is_not_over(
    cast, draft, advisory_group, ministers_meeting
):
    with pytest.raises(NotReady, match="another body"):
        factories.circulated(draft, before=ministers_meeting, by=cast.staff)
    with pytest.raises(NotReady, match="is over"):
        factories.circulated(
            draft, before=advisory_group, by=cast.staff, on=factories.NOW + timedelta(days=3)
        )


@pytest.mark.parametrize(
    "role", ["head", "minister", "former_staff", "former_chair", "superuser", "stranger"]
)
def test_nobody_else_may(cast, draft, advisory_group, role):
    before = Entry.objects.count()
    with pytest.raises(NotEntitled):
        factories.circulated(draft, before=advisory_group, by=cast.everyone()[role])
    assert Entry.objects.count() == before
    assert WorkPlan.objects.get(pk=draft.pk).status == "draft"


def test_not_after_adoption(cast, adopted, advisory_group):
    with pytest.raises(OutOfOrder):
        factories.circulated(adopted, before=advisory_group, by=cast.staff)


def test_a_withdrawn_text_is_a_draft_again_and_its_record_stays(cast, agreed):
    withdraw(agreed, reason="A figure is wrong.", by=cast.staff, on=factories.NOW)
    agreed.refresh_from_db()
    assert agreed.outcome == "withdrawn"
    assert WorkPlan.objects.get(pk=agreed.plan_id).status == "draft"
    assert agreed.positions.count() == 4


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_keeps_a_revision_as_it_is(consideration, change):
    revision = Revision.objects.filter(pk=consideration.revision_id)
    with pytest.raises(IntegrityError, match="only grows"), transaction.atomic():
        if change == "update":
            revision.update(text="{}")
        else:
            revision._raw_delete(revision.db)


def test_one_open_consideration_per_plan_says_the_database(cast, consideration):
    with pytest.raises(IntegrityError, match="one_open_consideration"), transaction.atomic():
        Consideration.objects.create(
            plan=consideration.plan,
            revision=consideration.revision,
            meeting=consideration.meeting,
            opened_on=factories.TODAY,
            by=cast.staff,
        )


def letters(consideration):
    """What each person was told of this circulation, by their name."""
    entry = Entry.objects.filter(act="circulate").first()
    assert entry.facts["revision"] == consideration.revision.symbol
    notices = Notice.objects.filter(entry=entry).select_related("person")
    return {notice.person.name: notice.body for notice in notices}


def test_the_letter_says_in_words_what_changed_since_the_text_before(cast, draft, advisory_group):
    first = factories.circulated(draft, before=advisory_group, by=cast.staff)
    assert all("which you had before" not in body for body in letters(first).values())
    Activity.objects.filter(title="Forum number 1").update(description="नवाचार और उद्योग")
    Activity.objects.filter(title="Forum number 2").delete()
    second = factories.circulated(draft, before=advisory_group, by=cast.staff)
    body = letters(second)["Head Dorlan"]
    assert "Since PartNIR/AG/2027/WP/1, which you had before: 1 part removed, 1 part changed." in (
        body
    )
    assert "Activity 1.1: Forum number 1 – description" in body
    assert "[-What Forum number 1 is for.-] {+नवाचार और उद्योग+}" in body
    assert "Activity 2.1: Forum number 2 – removed" in body


def test_who_had_no_text_before_is_told_of_no_changes(cast, draft, advisory_group):
    factories.circulated(draft, before=advisory_group, by=cast.staff)
    newcomer = factories.state("Ebonia", order=9)
    factories.member(newcomer, since=factories.TODAY)
    factories.person("Head Ebonia", "head", newcomer, since=factories.TODAY)
    Activity.objects.filter(title="Forum number 2").delete()
    later = factories.meeting(
        "AG", by=cast.staff, begins=factories.TODAY + timedelta(days=30), on=factories.NOW
    )
    told = letters(factories.circulated(draft, before=later, by=cast.staff))
    assert "which you had before" in told["Head Dorlan"]
    assert "which you had before" not in told["Head Ebonia"]
    assert "Forum number 2" not in told["Head Ebonia"]


def test_a_letter_stays_readable_however_much_changed(cast, draft, advisory_group):
    first = factories.circulated(draft, before=advisory_group, by=cast.staff)
    for n in range(60):
        factories.activity(draft, title=f"New {n}", description="words " * 200)
    second = factories.circulated(draft, before=advisory_group, by=cast.staff)
    body = letters(second)["Head Dorlan"]
    assert len(body) < 16_000
    assert re.search(r"\n\d+ more parts that differ are shown on the page\.\n", body)
    # A text circulated again as it was says so.
    again = changed.since(first.revision, first.revision.form)
    assert again.endswith("Nothing in the text has changed.")
