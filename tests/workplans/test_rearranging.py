"""Copying an activity; taking a part out with a reason, and putting it back."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest
import time_machine
from django.urls import reverse

from secretariat.models import Authority, Entry
from tests import factories
from workplans import draft as drafts
from workplans.models import Activity, PriorityArea, TextBlock, WorkPlan
from workplans.operations import editing, rearranging

pytestmark = pytest.mark.django_db


def at(name, *args):
    return reverse(f"workplans:{name}", args=[2027, *args])


def words(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", unescape(response.content.decode())))


def told(response):
    return [str(message) for message in response.context["messages"]]


def compose(plan):
    return drafts.compose(plan, on=factories.TODAY)


def titles(area):
    return [activity.title for activity in area.activities.all()]


@pytest.fixture
def staff(cast, sign_in):
    return sign_in(cast.staff)


@pytest.fixture
def forum(draft, cast):
    """The first of three activities in the first area, with everything that belongs to it."""
    dorlan = cast.states["Dorlan"]
    row = Activity.objects.filter(area__plan=draft).first()
    Activity.objects.filter(pk=row.pk).update(
        lead=dorlan, lead_authority=Authority.objects.get(state=dorlan), begins="2027-05"
    )
    row.co_leads.add(cast.states["Aldova"])
    row.indicators.create(name="Visitors", target="100")
    row.milestones.create(text="Call", date="2027-05")
    for title in ("Second", "Third"):
        factories.activity(draft, title=title)
    return Activity.objects.get(pk=row.pk)


def remove(client, part, row, **sent):
    page = client.get(at("remove", part, row.key))
    return client.post(
        at("remove", part, row.key), {"seen": page.context["seen"], **sent}, follow=True
    )


def put_back(client, key):
    entry = Entry.objects.filter(act="strike").first()
    return client.post(at("put_back", key), {"entry": entry.pk if entry else ""}, follow=True)


# Copies


def test_a_copy_stands_right_after_the_activity_and_says_the_same(staff, draft, forum, cast):
    page = staff.get(at("edit"))
    assert "Duplicate" in words(page)
    response = staff.post(at("duplicate", forum.key), {"version": page.context["plan"].version})
    copy = Activity.objects.get(title="Copy of Forum number 1")
    assert response.url == f"{at('edit')}#part-{copy.key}"
    assert titles(forum.area) == ["Forum number 1", "Copy of Forum number 1", "Second", "Third"]
    one, other = compose(draft)["areas"][0]["activities"][:2]
    assert one["id"] != other["id"]
    assert one["indicators"][0]["id"] != other["indicators"][0]["id"]
    assert other["indicators"][0]["name"] == "Visitors"
    assert one["milestones"][0]["id"] != other["milestones"][0]["id"]
    # In the same year its dates are as good as those of the activity.
    assert (other["milestones"][0]["text"], other["milestones"][0]["date"]) == ("Call", "2027-05")
    same = one.keys() - {"id", "title", "indicators", "milestones"}
    assert {name: one[name] for name in same} == {name: other[name] for name in same}
    assert (copy.changed_by, copy.version) == (cast.staff, 1)


def test_a_click_sent_twice_copies_once_and_a_second_click_once_more(staff, draft, forum):
    version = WorkPlan.objects.get().version
    for _click in range(2):
        staff.post(at("duplicate", forum.key), {"version": version})
    assert Activity.objects.filter(title__startswith="Copy of").count() == 1
    staff.post(at("duplicate", forum.key), {"version": WorkPlan.objects.get().version})
    assert Activity.objects.filter(title="Copy of Forum number 1").count() == 2


def test_a_long_title_is_cut(draft, forum, cast):
    Activity.objects.filter(pk=forum.pk).update(title="x" * 300)
    copy = rearranging.duplicate(draft, forum.key, version=1, by=cast.staff, on=factories.NOW)
    assert len(copy.title) == 300
    assert copy.title.endswith("…")


def test_what_was_removed_meanwhile_is_not_copied(staff, draft, forum):
    forum.delete()
    response = staff.post(at("duplicate", forum.key), {"version": "x"}, follow=True)
    assert told(response) == ["It was removed meanwhile, so it was not copied."]


def test_a_settled_text_is_not_rearranged(staff, adopted):
    row = Activity.objects.first()
    for name in ("duplicate", "put_back"):
        response = staff.post(at(name, row.key), follow=True)
        assert response.redirect_chain == [(at("overview"), 302)]
    assert not Activity.objects.filter(title__startswith="Copy").exists()


# Out, and back


def test_a_part_taken_out_stays_on_record_with_its_reason(staff, draft, forum, cast):
    remove(staff, "activity", forum, reason=" Dorlan has no budget. ")
    assert not Activity.objects.filter(pk=forum.pk).exists()
    entry = Entry.objects.get(act="strike")
    assert (entry.by, entry.appointment.person) == (cast.staff, cast.staff)
    page = staff.get(at("struck"))
    assert "Forum number 1 Activity ·" in words(page)
    assert "Staff Aldova" in words(page)
    assert "Dorlan has no budget." in words(page)
    history = staff.get(at("history"))
    assert "Took out of the draft: Forum number 1" in words(history)
    assert "Dorlan has no budget." in words(history)


def test_who_reads_the_draft_reads_what_was_taken_out_and_who_writes_puts_it_back(
    staff, draft, forum, cast, sign_in
):
    remove(staff, "activity", forum, reason="Dorlan has no budget.")
    entry = Entry.objects.get(act="strike")
    assert "Put it back" in words(staff.get(at("struck")))
    with time_machine.travel(datetime(2028, 1, 1, 9, tzinfo=UTC), tick=False):
        outgoing, incoming = sign_in(cast.staff), sign_in(cast.next_chair)
        assert "Put it back" in words(incoming.get(at("struck")))
        page = outgoing.get(at("struck"))
        assert "Dorlan has no budget." in words(page) and "Put it back" not in words(page)
        assert at("edit") not in page.content.decode()
        assert at("struck") in outgoing.get(at("overview")).content.decode()
        refused = outgoing.post(at("put_back", forum.key), {"entry": entry.pk})
        assert refused.status_code == 403
        assert sign_in(cast.head).get(at("struck")).status_code == 404
    assert not Activity.objects.filter(key=forum.key).exists()


def test_what_was_taken_out_of_a_settled_text_stays_readable(staff, cast, sign_in, agreed):
    row = factories.activity(agreed.plan, title="Left behind")
    remove(staff, "activity", row, reason="No budget.")
    factories.adopted(agreed, by=cast.chair)
    page = words(staff.get(at("struck")))
    assert "Left behind" in page and "No budget." in page and "Put it back" not in page
    assert sign_in(cast.head).get(at("struck")).status_code == 403


def test_what_is_put_back_is_the_part_it_was(staff, draft, forum):
    before = compose(draft)
    remove(staff, "activity", forum)
    response = put_back(staff, forum.key)
    assert told(response) == ["“Forum number 1” is back in the draft."]
    assert compose(draft) == before
    assert titles(forum.area)[0] == "Forum number 1"
    assert "Forum number 1" not in words(staff.get(at("struck")))
    put_back(staff, forum.key)
    assert compose(draft) == before, "once more has no effect"
    assert Entry.objects.filter(act="put_back").count() == 1


def test_an_area_comes_back_with_all_it_held(staff, draft, forum):
    area = forum.area
    area.objectives.create(text="Connect.")
    before = compose(draft)
    remove(staff, "area", area)
    assert "Priority area, 3 activities" in words(staff.get(at("struck")))
    put_back(staff, area.key)
    assert compose(draft) == before


def test_texts_come_back_in_their_place(staff, draft):
    for number in range(3):
        TextBlock.objects.create(
            plan=draft, kind="annex", title=f"Annex text {number}", text="T", position=number
        )
    before = compose(draft)
    middle = TextBlock.objects.get(title="Annex text 1")
    remove(staff, "text", middle)
    assert "Annex text 1 Annex" in words(staff.get(at("struck")))
    put_back(staff, middle.key)
    assert compose(draft) == before


def test_an_activity_without_its_area_waits_for_it(staff, draft, forum):
    area = forum.area
    remove(staff, "activity", forum)
    strike = Entry.objects.get(act="strike")
    remove(staff, "area", area)
    response = staff.post(at("put_back", forum.key), {"entry": strike.pk}, follow=True)
    assert told(response) == [
        "Its priority area is not in the draft any more. Put that back first."
    ]
    put_back(staff, area.key)
    staff.post(at("put_back", forum.key), {"entry": strike.pk})
    assert titles(PriorityArea.objects.get(key=area.key))[0] == "Forum number 1"


def test_a_part_that_changed_is_not_taken_out_and_the_reason_stays(staff, draft, forum):
    page = staff.get(at("remove", "activity", forum.key))
    Activity.objects.filter(pk=forum.pk).update(version=7)
    response = staff.post(
        at("remove", "activity", forum.key), {"seen": page.context["seen"], "reason": "No budget"}
    )
    assert response.status_code == 409
    assert b"No budget</textarea>" in response.content
    assert not Entry.objects.filter(act="strike").exists()


def test_what_the_register_does_not_know_is_not_put_back(draft, forum, cast):
    other = factories.plan(by=cast.staff, year=2028)
    row = Activity.objects.filter(area__plan=other).first()
    facts = {"by": cast.staff, "on": factories.NOW}
    seen = editing.state_of(editing.what_goes(row))
    rearranging.strike(other, Activity, row.key, seen=seen, **facts)
    entry = Entry.objects.get(act="strike")
    with pytest.raises(editing.Gone):
        rearranging.put_back(draft, entry.pk, row.key, **facts)
    with pytest.raises(editing.Gone):
        rearranging.put_back(other, entry.pk, forum.key, **facts)


def test_delegations_read_nothing_of_what_was_taken_out(consideration, cast, sign_in):
    plan = consideration.plan
    row = factories.activity(plan, title="Secret forum")
    seen = editing.state_of(editing.what_goes(row))
    facts = {"by": cast.staff, "on": factories.NOW}
    rearranging.strike(plan, Activity, row.key, seen=seen, reason="Hush", **facts)
    head = sign_in(cast.head)
    assert head.get(at("struck")).status_code == 403
    history = words(head.get(at("history")))
    assert "Secret forum" not in history
    assert "Hush" not in history
    assert "Secret forum" in words(sign_in(cast.staff).get(at("history")))


# Pieces


@pytest.fixture
def pieces(draft, forum):
    """Two objectives, two milestones and two indicators, the first of each by its kind."""
    for text in ("To meet.", "To trade."):
        forum.area.objectives.create(text=text, position=forum.area.objectives.count())
    for n, text in enumerate(("Convened", "Held")):
        forum.milestones.create(text=text, date=f"2027-0{n + 3}", position=n)
    forum.indicators.create(name="Firms", position=1)
    return {
        "objective": forum.area.objectives.first(),
        "milestone": forum.milestones.first(),
        "indicator": forum.indicators.first(),
    }


@pytest.mark.parametrize("kind", ["objective", "milestone", "indicator"])
def test_a_piece_that_was_removed_by_mistake_is_put_back(staff, draft, pieces, kind):
    before, row = compose(draft), pieces[kind]
    page = staff.get(at("remove", kind, row.key))
    assert "can be put back" in words(page)
    sent = {"seen": page.context["seen"], "reason": "A mistake."}
    response = staff.post(at("remove", kind, row.key), sent, follow=True)
    # One is back on the page one came from, which says how to undo it.
    owner = "area" if kind == "objective" else "activity"
    assert f"/edit/{'areas' if owner == 'area' else 'activities'}/" in response.request["PATH_INFO"]
    assert f"“{row}” is removed." in words(response)
    assert compose(draft) != before
    entry = Entry.objects.get(act="strike")
    assert entry.facts["title"] == str(row)
    response = staff.post(at("put_back", row.key), {"entry": entry.pk}, follow=True)
    assert response.redirect_chain[-1][0].endswith(f"#order-{kind}")
    assert f"“{row}” is back in the draft." in words(response)
    assert compose(draft) == before
    assert "is removed" not in words(staff.get(f"{at('edit')}?removed={row.key}"))


def test_a_piece_comes_back_after_what_it_stands_in(staff, draft, forum, pieces):
    before, row = compose(draft), pieces["milestone"]
    remove(staff, "milestone", row)
    remove(staff, "activity", forum)
    said = words(staff.get(at("struck")))
    assert f"{row} Milestone" in said and "Forum number 1 Activity" in said
    struck = {entry.facts["title"]: entry for entry in Entry.objects.filter(act="strike")}
    refused = staff.post(at("put_back", row.key), {"entry": struck[str(row)].pk}, follow=True)
    assert "What it belonged to is not in the draft any more." in words(refused)
    for title, key in (("Forum number 1", forum.key), (str(row), row.key)):
        staff.post(at("put_back", key), {"entry": struck[title].pk})
    assert compose(draft) == before


def test_a_long_objective_goes_by_its_first_words(staff, draft, forum):
    long = forum.area.objectives.create(text="To meet and to trade. " * 40)
    remove(staff, "objective", long)
    (entry,) = Entry.objects.filter(act="strike")
    assert len(entry.facts["title"]) == rearranging.LONGEST_NAME
    assert entry.facts["parts"][0]["form"]["text"] == long.text.strip()
