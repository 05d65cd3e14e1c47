"""Who sat at a draft and what they left; two texts compared; a draft brought back to one."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.workplans.writing import Window, at
from workplans import appearance, comparison, content, parts
from workplans import draft as drafts
from workplans.models import Activity, Indicator, PriorityArea, Sitting, WorkPlan
from workplans.operations import decision, editing, restoring, writing
from workplans.operations.locking import Superseded

pytestmark = pytest.mark.django_db
# An hour before the tests' people look at what was done.
NOW = factories.NOW - timedelta(hours=1)


def words(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", unescape(response.content.decode())))


def told(response):
    return [str(message) for message in response.context["messages"]]


def form_of(plan):
    return drafts.compose(plan, on=factories.TODAY)


def says(plan):
    """What a draft says, whatever it is called."""
    return {**form_of(plan), "revision": None}


@pytest.fixture
def staff(cast, sign_in):
    return sign_in(cast.staff)


@pytest.fixture
def draft(cast):
    """The 2027 plan, begun the day before."""
    return factories.plan(by=cast.staff, on=NOW - timedelta(days=1))


@pytest.fixture
def forum(draft):
    return Activity.objects.filter(area__plan=draft).first()


def save(plan, part, *, by, on, **changed):
    kind = type(part)
    said = parts.read(kind.objects.get(pk=part.pk))
    return editing.save(plan, kind, part.key, opened=said, mine={**said, **changed}, by=by, on=on)


def left_by(person):
    """The code of the text that somebody left last."""
    return f"s{Sitting.objects.filter(person=person).exclude(text='').first().pk}"


# Sittings


def test_saving_again_within_half_an_hour_is_one_sitting(draft, forum, cast):
    for minutes in (0, 10, 35):
        save(draft, forum, by=cast.staff, on=NOW + timedelta(minutes=minutes), place=f"P{minutes}")
    sitting = draft.sittings.first()
    assert (sitting.saves, sitting.person, sitting.text) == (3, cast.staff, "")
    assert (sitting.began, sitting.ended) == (NOW, NOW + timedelta(minutes=35))
    assert [part["title"] for part in sitting.parts] == ["Forum number 1"]


@pytest.mark.parametrize("why", ["time passed", "somebody else saved"])
def test_a_sitting_ends_with_the_text_it_left(draft, forum, cast, why):
    save(draft, forum, by=cast.staff, on=NOW, place="Tunis")
    left = says(draft)
    if why == "time passed":
        save(draft, forum, by=cast.staff, on=NOW + timedelta(minutes=31), place="Sfax")
    else:
        save(draft, forum, by=cast.chair, on=NOW + timedelta(minutes=1), place="Sfax")
    going_on, over = draft.sittings.all()[:2]
    assert going_on.text == ""
    assert {**content.load(over.text), "revision": None} == left
    assert over.digest == content.digest(over.text)


def test_a_quiet_sitting_is_settled_by_the_clock_and_only_then(draft, forum, cast):
    save(draft, forum, by=cast.staff, on=NOW, place="Tunis")
    assert writing.settle_quiet(NOW + timedelta(minutes=29)) == 0
    assert writing.settle_quiet(NOW + timedelta(minutes=30)) == 1
    assert draft.sittings.first().text
    assert writing.settle_quiet(NOW + timedelta(hours=9)) == 0


def test_circulating_leaves_no_sitting_open(draft, forum, cast, advisory_group):
    save(draft, forum, by=cast.staff, on=NOW, place="Tunis")
    factories.circulated(draft, before=advisory_group, by=cast.staff)
    assert not draft.sittings.filter(text="").exists()


# The page of the history


def test_the_history_tells_sittings_beside_the_register(staff, draft, forum, cast):
    save(draft, forum, by=cast.staff, on=NOW, place="Tunis")
    save(draft, forum, by=cast.staff, on=NOW + timedelta(minutes=5), place="Sfax")
    save(draft, forum, by=cast.chair, on=NOW + timedelta(minutes=6), place="Gabès")
    page = staff.get(at("history", 2027))
    said = words(page)
    assert "Edited 1 part, saved 2 times" in said
    assert "Wednesday 10 March 2027, 11:00–11:05 UTC" in said
    assert "Activity: Forum number 1" in said
    assert "Started the 2027 work plan" in said
    for address in re.findall(r'href="([^"]*compare[^"]*from[^"]*)"', page.content.decode()):
        compared = staff.get(unescape(address))
        assert compared.status_code == 200
        assert re.search(r"\d parts? (changed|added)", words(compared)), address


def test_each_circulated_text_is_compared_with_the_one_before(staff, draft, forum, cast):
    group = factories.meeting("AG", by=cast.staff)
    assert "No text has been circulated yet." in words(staff.get(at("history", 2027)))
    factories.circulated(draft, before=group, by=cast.staff)
    save(draft, forum, by=cast.staff, on=NOW, place="Tunis")
    factories.circulated(draft, before=group, by=cast.staff, on=NOW + timedelta(minutes=1))
    page = staff.get(at("history", 2027))
    assert "The first" in words(page)
    assert f"{at('compare', 2027)}?from=r1&amp;to=r2" in page.content.decode()
    compared = words(staff.get(at("compare", 2027) + "?from=r1&to=r2"))
    assert "1 part changed." in compared
    assert "Tunis" in compared


def test_the_queries_of_the_history_do_not_grow(staff, draft, forum, cast):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert staff.get(at("history", 2027)).status_code == 200
        return len(queries)

    save(draft, forum, by=cast.staff, on=NOW, place="Tunis")
    cost()  # the first request of a session costs more
    few = cost()
    for n in range(20):
        by = (cast.staff, cast.chair)[n % 2]
        save(draft, forum, by=by, on=NOW + timedelta(minutes=n), place=f"Place {n}")
    assert cost() == few


# Comparing


def test_the_page_offers_every_text_by_its_name(staff, draft, forum, cast, advisory_group):
    factories.circulated(draft, before=advisory_group, by=cast.staff)
    save(draft, forum, by=cast.staff, on=NOW + timedelta(minutes=1), place="Tunis")
    save(draft, forum, by=cast.chair, on=NOW + timedelta(minutes=2), place="Sfax")
    page = staff.get(at("compare", 2027))
    html = page.content.decode()
    for name, chosen in (("from", "r1"), ("to", "now")):
        box = re.search(rf'<select name="{name}".*?</select>', html, re.S)
        assert box, f"There is no list to choose “{name}” from."
        assert f'<option value="{chosen}" selected>' in box[0]
        assert '<optgroup label="Circulated texts">' in box[0]
        assert '<optgroup label="As somebody left the draft">' in box[0]
        assert "As Staff Aldova left it, 10 March 2027, 11:01 UTC" in box[0]
        assert f'<label class="field__label" for="id_{name}">' in html
    assert "Sfax" in words(page)


@pytest.mark.parametrize("view", ["inline", "side"])
def test_a_move_is_a_move_and_an_addition_an_addition(staff, draft, forum, cast, view):
    second = Activity.objects.filter(area__plan=draft)[1]
    home = PriorityArea.objects.filter(plan=draft)[2]
    save(draft, forum, by=cast.staff, on=NOW, place="Tunis")
    save(draft, forum, by=cast.chair, on=NOW, description="नवाचार और उद्योग")
    save(draft, second, by=cast.chair, on=NOW, area=home.pk)
    page = staff.get(at("compare", 2027) + f"?from={left_by(cast.staff)}&to=now&view={view}")
    said = words(page)
    assert "1 part changed, 1 part moved." in said
    assert "Moved from 2.1 (Industrialization) to 3.1 (Innovation)" in said
    assert "नवाचार और उद्योग" in said
    current = re.search(r'<a href="([^"]+)" aria-current="true">', page.content.decode())
    assert f"view={view}" in current[1]


def test_who_sits_at_the_table_compares_what_was_put_before_it_and_nothing_else(
    staff, draft, forum, cast, sign_in, advisory_group
):
    head = sign_in(cast.head)
    save(draft, forum, by=cast.staff, on=NOW, place="Tunis")
    factories.circulated(draft, before=advisory_group, by=cast.staff)
    assert "There is only one text to read so far" in words(head.get(at("compare", 2027)))
    later = NOW + timedelta(minutes=1)
    save(draft, forum, by=cast.staff, on=later, place="Sfax")
    factories.circulated(draft, before=advisory_group, by=cast.staff, on=later)
    save(draft, forum, by=cast.staff, on=later, place="Known to the secretariat alone")
    page = head.get(at("compare", 2027))
    assert "Sfax" in words(page)
    codes = re.findall(r'<option value="(\w+)"', page.content.decode())
    assert sorted(set(codes)) == ["r1", "r2"]
    assert "Known to the secretariat alone" not in page.content.decode()
    sittings = [f"s{pk}" for pk in Sitting.objects.values_list("pk", flat=True)]
    for code in ("now", *sittings):
        assert head.get(at("compare", 2027) + f"?from=r1&to={code}").status_code == 404
        assert head.get(at("restore", 2027, code)).status_code == 403
    assert "Restore" not in words(page)
    assert "Edited" not in words(head.get(at("history", 2027)))


def test_who_came_to_the_table_later_sees_no_earlier_text(draft, forum, cast, sign_in):
    before = factories.meeting("AG", by=cast.staff)
    factories.circulated(draft, before=before, by=cast.staff)
    newcomer = factories.state("Ebonia", order=9)
    factories.member(newcomer, since=factories.TODAY)
    head = factories.person("Head Ebonia", "head", newcomer, since=factories.TODAY)
    save(draft, forum, by=cast.staff, on=NOW, place="Sfax")
    again = factories.meeting("AG", by=cast.staff, begins=factories.TODAY + timedelta(days=30))
    factories.circulated(draft, before=again, by=cast.staff, on=NOW + timedelta(minutes=1))
    client = sign_in(head)
    assert "There is only one text" in words(client.get(at("compare", 2027)))
    page = client.get(at("compare", 2027) + "?from=r1&to=r2")
    assert "There is only one text" in words(page) and page.context.get("changes") is None
    history = client.get(at("history", 2027))
    assert "The first" not in words(history)
    assert [item["row"].number for item in history.context["revisions"]] == [2]


def test_nothing_is_offered_to_restore_where_nothing_differs(staff, consideration):
    page = staff.get(at("compare", 2027) + "?from=r1&to=now")
    assert "Nothing in the text has changed." in words(page)
    assert "Restore" not in words(page)


@pytest.mark.parametrize("activities", [3, 300])
def test_the_queries_of_a_comparison_do_not_grow(
    staff, draft, forum, cast, activities, django_assert_num_queries
):
    save(draft, forum, by=cast.staff, on=NOW, place="Tunis")
    Activity.objects.bulk_create(
        Activity(area=forum.area, title=f"Forum {n}", position=n + 9) for n in range(activities)
    )
    save(draft, forum, by=cast.chair, on=NOW, place="Sfax")
    page = at("compare", 2027)
    staff.get(page)
    WorkPlan.objects.update(version=F("version") + 1)
    with django_assert_num_queries(27):  # once after each change
        staff.get(page)
    with django_assert_num_queries(13):
        assert "1 part changed" in words(staff.get(page))
    with django_assert_num_queries(13):
        staff.get(f"{page}?view=inline")


def test_a_comparison_that_was_kept_is_anew_after_every_change(staff, draft, forum, cast, sign_in):
    save(draft, forum, by=cast.staff, on=NOW, place="Tunis")
    save(draft, forum, by=cast.chair, on=NOW, place="Sfax")
    page = f"{at('compare', 2027)}?from={left_by(cast.staff)}&to=now"
    assert "Sfax" in words(staff.get(page))
    save(draft, forum, by=cast.chair, on=NOW, place="Gafsa")
    for client in (staff, sign_in(cast.chair)):
        assert "Gafsa" in words(client.get(page))
    # Whoever may not read one of the two is given nothing that was kept for others.
    for person in (cast.head, cast.former_chair, cast.stranger):
        assert "Gafsa" not in words(sign_in(person).get(page))


# Restoring


def rich(plan, forum, cast):
    """A draft of which every kind of part says something."""
    forum.co_leads.add(cast.states["Borania"])
    forum.indicators.create(name="Visitors", unit="people", target="100")
    forum.area.objectives.create(text="To meet.")
    plan.texts.create(kind="annex", title="Sources", text="A list.")
    plan.texts.create(kind="working_group", title="Metals", text="- One\n- Two")
    editing.mark(plan, cast.staff, on=NOW)


def test_what_is_restored_says_what_it_said_word_for_word(staff, draft, forum, cast):
    rich(draft, forum, cast)
    save(draft, forum, by=cast.staff, on=NOW, place="Tunis", begins="2027-05")
    writing.settle(WorkPlan.objects.get(pk=draft.pk))
    target = draft.sittings.first()
    wanted = says(draft)
    # Everything changes: what was there goes, what was not comes, what stays stands elsewhere.
    later = NOW + timedelta(minutes=1)
    areas = list(draft.areas.all())
    save(draft, forum, by=cast.chair, on=later, area=areas[3].pk, title="Renamed", co_leads=[])
    Indicator.objects.all().delete()
    areas[4].delete()
    draft.texts.all().delete()
    editing.move(draft, PriorityArea, areas[1].key, up=True, place=None, by=cast.chair, on=later)
    factories.activity(draft, title="New")
    changed = says(draft)

    page = staff.get(at("restore", 2027, f"s{target.pk}"))
    assert says(draft) == changed, "Looking changes nothing."
    assert "What would change in the draft" in words(page)
    assert "Nothing is lost" in words(page)
    response = staff.post(
        at("restore", 2027, f"s{target.pk}"), {"seen": page.context["form"]["seen"].value()},
        follow=True,
    )  # fmt: skip
    assert says(draft) == wanted
    kept = draft.sittings.first()
    assert (kept.restores, kept.person) == (target, cast.staff)
    words_of_it = "Restored the text as Staff Aldova left it on 10 March 2027, 11:00 UTC"
    assert words_of_it in words(response)

    # The way back stands in the message, and leads to what was there before.
    (message,) = told(response)
    back = re.search(r'The draft is restored\..*<a href="([^"]+)">Go back to that</a>', message)
    look = staff.get(back[1])
    assert "Renamed" in words(look)
    staff.post(back[1], {"seen": look.context["form"]["seen"].value()})
    assert says(draft) == changed


def test_a_circulated_text_can_be_restored_and_stays_as_it_is(staff, draft, forum, cast):
    group = factories.meeting("AG", by=cast.staff)
    rich(draft, forum, cast)
    first = factories.circulated(draft, before=group, by=cast.staff).revision
    save(draft, forum, by=cast.staff, on=NOW, title="Renamed")
    page = staff.get(at("restore", 2027, "r1"))
    staff.post(at("restore", 2027, "r1"), {"seen": page.context["form"]["seen"].value()})
    assert drafts.says_the_same(form_of(draft), first.form)
    first.refresh_from_db()
    assert content.digest(first.text) == first.digest


def test_a_draft_that_changed_meanwhile_is_looked_at_again(staff, draft, forum, cast):
    save(draft, forum, by=cast.staff, on=NOW, place="Tunis")
    save(draft, forum, by=cast.chair, on=NOW, place="Sfax")
    code = left_by(cast.staff)
    page = staff.get(at("restore", 2027, code))
    seen = page.context["form"]["seen"].value()
    save(draft, forum, by=cast.chair, on=NOW, deliverables="Written meanwhile")
    response = staff.post(at("restore", 2027, code), {"seen": seen})
    assert response.status_code == 409
    assert "The draft changed while you were looking." in words(response)
    assert "Written meanwhile" in words(response)
    forum.refresh_from_db()
    assert (forum.place, forum.deliverables) == ("Sfax", "Written meanwhile")
    again = response.context["form"]["seen"].value()
    assert staff.post(at("restore", 2027, code), {"seen": again}).status_code == 302
    forum.refresh_from_db()
    assert (forum.place, forum.deliverables) == ("Tunis", "")
    # Sent twice, it has one effect.
    count = Sitting.objects.count()
    assert staff.post(at("restore", 2027, code), {"seen": again}).status_code == 302
    assert Sitting.objects.count() == count


def test_an_adopted_text_is_not_restored_over(cast, adopted, sign_in):
    response = sign_in(cast.staff).post(at("restore", 2027, "r1"), {"seen": 1}, follow=True)
    assert response.redirect_chain[0][0] == at("history", 2027)
    assert told(response)


def test_restoring_writes_only_what_differs(draft, forum, cast):
    rich(draft, forum, cast)
    save(draft, forum, by=cast.staff, on=NOW, place="Tunis")
    writing.settle(WorkPlan.objects.get(pk=draft.pk))
    source = draft.sittings.first()
    save(draft, forum, by=cast.staff, on=NOW, place="Sfax")
    plan = WorkPlan.objects.get(pk=draft.pk)
    others = Activity.objects.exclude(pk=forum.pk).filter(area__plan=draft)
    before = list(others.values_list("pk", "version", "changed"))
    restoring.restore(
        plan, content.load(source.text), source=source, seen=plan.version, by=cast.chair, on=NOW
    )
    assert list(others.values_list("pk", "version", "changed")) == before
    forum.refresh_from_db()
    assert (forum.place, forum.changed_by) == ("Tunis", cast.chair)
    with pytest.raises(Superseded):
        restoring.restore(
            plan, form_of(draft) | {"title": "Other"}, source=None, seen=0, by=cast.chair, on=NOW
        )


def test_a_window_open_on_a_restored_draft_hears_of_it(staff, draft, forum, cast, sign_in):
    """What somebody writes while another restores is kept, or put aside: never lost."""
    save(draft, forum, by=cast.staff, on=NOW, place="Tunis")
    save(draft, forum, by=cast.chair, on=NOW, place="Sfax")
    window = Window(sign_in(cast.chair), at("activity", 2027, forum.key))
    code = left_by(cast.staff)
    page = staff.get(at("restore", 2027, code))
    staff.post(at("restore", 2027, code), {"seen": page.context["form"]["seen"].value()})
    found = window.save(description="Written over it")
    assert found["state"] == "saved"
    assert "“Place”" in found["told"]
    forum.refresh_from_db()
    assert (forum.description, forum.place) == ("Written over it", "Tunis")


# In words for a message


def test_the_same_comparison_goes_into_a_message(draft, forum, cast):
    before = form_of(draft)
    save(draft, forum, by=cast.staff, on=NOW, place="Tunis", description="नवाचार और उद्योग")
    found = comparison.changes(before, form_of(draft))
    said = comparison.plain(found)
    assert said.startswith(found.sentence)
    assert "Activity 1.1: Forum number 1" in said
    assert appearance.plain(found.changed[0].fields[0].marked) in said


def test_a_returned_draft_still_has_its_history(consideration, cast, sign_in):
    staff = sign_in(cast.staff)
    decision.return_to_draft(
        consideration, reason="Add dates.", digest=consideration.revision.digest,
        by=cast.chair, on=NOW,
    )  # fmt: skip
    assert "Returned PartNIR/AG/2027/WP/1" in words(staff.get(at("history", 2027)))
    assert staff.get(at("compare", 2027)).status_code == 200
