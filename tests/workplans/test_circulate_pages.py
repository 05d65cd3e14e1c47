"""Circulating in the browser: what is shown is what is frozen, and once."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse

from meetings.models import Meeting
from secretariat.models import Entry, Membership
from tests import factories
from workplans.models import Activity, Consideration, Revision

pytestmark = pytest.mark.django_db
PAGE = "/en/desk/plans/2027/circulate/"


def later():
    return factories.TODAY + timedelta(days=60)


def words(response):
    return re.sub(r"\s+", " ", unescape(response.content.decode()))


def filled(response, meeting, **more):
    form = response.context["form"]
    return {
        "seen": form.initial["seen"],
        "number": form.initial["number"],
        "meeting": meeting.slug,
        "visibility": "open",
        "message": "",
        "declaration": "on",
        # The meeting is over in two working days, which the page has warned of.
        "warned": form.outlooks[meeting.slug].fingerprint,
        "nonetheless": "on",
        **more,
    }


@pytest.fixture
def staff(cast, sign_in):
    return sign_in(cast.staff)


def test_the_page_names_the_symbol_the_meeting_and_who_is_asked(staff, draft, advisory_group):
    said = words(staff.get(PAGE))
    assert "I circulate this text as PartNIR/AG/2027/WP/1." in said
    assert advisory_group.name in said and "10–12 March 2027" in said
    assert "Aldova, Borania, Cestria, Dorlan" in said
    assert reverse("workplans:preview", args=[2027]) in said


def test_without_a_meeting_it_leads_to_convening_one(staff, draft):
    said = words(staff.get(PAGE))
    assert "No meeting of the Advisory Group is convened." in said
    assert reverse("meetings:convene") in said
    assert "<textarea" not in said


def test_what_is_not_ready_is_listed_and_not_offered(staff, draft, advisory_group):
    Activity.objects.all().delete()
    said = words(staff.get(PAGE))
    assert "The plan has no activity yet." in said
    assert 'name="declaration"' not in said


def test_circulating_leads_to_the_consideration(staff, draft, advisory_group):
    sent = filled(staff.get(PAGE), advisory_group, message="For your attention.")
    response = staff.post(PAGE, sent)
    consideration = Consideration.objects.get()
    assert response.url == reverse("workplans:consideration", args=[consideration.pk])
    assert consideration.message == "For your attention."
    # The same form sent again finds what it made.
    assert staff.post(PAGE, sent).url == response.url
    assert Revision.objects.count() == 1


def test_it_asks_for_the_meeting_and_the_statement(staff, cast, draft, advisory_group):
    factories.meeting("AG", by=cast.staff, begins=later())
    sent = filled(staff.get(PAGE), advisory_group, message="A note I keep.")
    del sent["meeting"], sent["declaration"]
    response = staff.post(PAGE, sent)
    assert response.status_code == 422
    said = words(response)
    assert "Choose the meeting that will consider it." in said
    assert "Confirm that you circulate this text." in said
    assert "A note I keep." in said
    assert not Revision.objects.exists()


def test_a_draft_that_changed_meanwhile_is_shown_again_before_it_goes(staff, draft, advisory_group):
    sent = filled(staff.get(PAGE), advisory_group, message="A note I keep.")
    factories.activity(draft, title="Meanwhile")
    response = staff.post(PAGE, sent)
    assert response.status_code == 409
    said = words(response)
    assert "The draft changed while you were reading it." in said
    assert "A note I keep." in said
    assert "<title>Error: " in said
    assert not Revision.objects.exists()
    staff.post(PAGE, filled(response, advisory_group))
    assert Consideration.objects.count() == 1


def test_a_new_text_says_what_changed_and_that_answers_end(
    staff, cast, agreed, draft, advisory_group
):
    said = words(staff.get(PAGE))
    assert "There is nothing new to circulate." in said
    factories.activity(draft, title="In answer")
    Activity.objects.filter(title="Forum number 1").update(title="A better forum")
    response = staff.get(PAGE)
    said = words(response)
    assert "1 part added, 1 part changed." in said
    assert "Activity 1.2: In answer" in said
    assert "their answers to PartNIR/AG/2027/WP/1 end" in said
    assert "I circulate this text as PartNIR/AG/2027/WP/1/Rev.1." in said
    staff.post(PAGE, filled(response, advisory_group))
    assert Revision.objects.count() == 2


def test_two_secretaries_do_not_circulate_past_each_other(
    staff, cast, sign_in, draft, advisory_group
):
    second = factories.meeting("AG", by=cast.staff, begins=later())
    mine = filled(staff.get(PAGE), second)
    theirs = sign_in(cast.chair)
    theirs.post(PAGE, filled(theirs.get(PAGE), advisory_group))
    response = staff.post(PAGE, mine)
    assert response.status_code == 409
    assert "Somebody circulated another text meanwhile." in words(response)
    assert Revision.objects.count() == 1


# The second look at the deadline


def unanswered(response, meeting, **more):
    sent = filled(response, meeting, **more)
    return {name: sent[name] for name in sent if name not in ("warned", "nonetheless")}


def test_a_meeting_soon_over_is_asked_about_with_everything_kept(staff, draft, advisory_group):
    sent = unanswered(staff.get(PAGE), advisory_group, message="A note I keep.")
    response = staff.post(PAGE, sent)
    assert response.status_code == 422
    said = words(response)
    assert "Check the date" in said and "The text is not circulated yet." in said
    assert "All 4 states: at most 2 working days are left." in said
    assert "A note I keep." in said
    assert "There is a problem" not in said
    assert re.search(r'<input[^>]*name="declaration"[^>]*checked', said)
    assert not Revision.objects.exists()
    form = response.context["form"]
    sent |= {"warned": form.data["warned"], "nonetheless": "on"}
    assert staff.post(PAGE, sent).status_code == 302
    entry = Entry.objects.get(act="circulate")
    assert entry.facts["warned"] == ["All 4 states: at most 2 working days are left."]
    history = words(staff.get(reverse("workplans:history", args=[2027])))
    assert "Done in spite of these warnings about the deadline:" in history
    assert "All 4 states: at most 2 working days are left." in history


def test_the_only_meeting_is_asked_about_from_the_beginning(staff, draft, advisory_group):
    response = staff.get(PAGE)
    said = words(response)
    assert "Circulate the text before this meeting nonetheless" in said
    assert response.context["form"].initial["warned"] in said
    assert "Check the date" not in said
    sent = filled(response, advisory_group)
    assert staff.post(PAGE, sent).status_code == 302


def test_without_the_tick_a_warned_text_stays(staff, draft, advisory_group):
    sent = filled(staff.get(PAGE), advisory_group)
    del sent["nonetheless"]
    response = staff.post(PAGE, sent)
    assert response.status_code == 422
    assert "Tick the box to go on with this deadline." in words(response)
    assert not Revision.objects.exists()


def test_of_two_meetings_each_shows_its_deadline_and_the_later_needs_no_tick(
    staff, cast, draft, advisory_group
):
    second = factories.meeting("AG", by=cast.staff, begins=later())
    response = staff.get(PAGE)
    said = words(response)
    assert "Friday 12 March 2027, 24:00 UTC" in said and "Tuesday 11 May 2027, 24:00 UTC" in said
    assert 'name="nonetheless"' not in said
    # The tick for one meeting says nothing about another.
    sent = unanswered(response, advisory_group)
    sent |= {"warned": response.context["form"].outlooks[second.slug].fingerprint}
    assert staff.post(PAGE, {**sent, "nonetheless": "on"}).status_code == 422
    assert staff.post(PAGE, unanswered(response, second)).status_code == 302
    assert "warned" not in Entry.objects.get(act="circulate").facts


def test_the_deadlines_ask_the_database_no_more_for_more_states(
    staff, cast, draft, django_assert_num_queries
):
    for number in range(2):
        for _state in range(number * 4):
            order = 10 + Membership.objects.count()
            factories.member(factories.state(f"{chr(64 + order)}land", order=order))
        meeting = factories.meeting("AG", by=cast.staff)
        Meeting.objects.exclude(pk=meeting.pk).update(status="not_held")
        staff.get(PAGE)
        with django_assert_num_queries(25):
            response = staff.get(PAGE)
        assert len(response.context["form"].outlook.capitals) == 4 + number * 4


def test_nobody_else_circulates(cast, sign_in, draft, advisory_group):
    sent = filled(sign_in(cast.staff).get(PAGE), advisory_group)
    for role, person in cast.everyone().items():
        if role in ("chair", "staff"):
            continue
        client = sign_in(person)
        assert client.get(PAGE).status_code in (403, 404), role
        assert client.post(PAGE, sent).status_code in (403, 404), role
    assert not Revision.objects.exists()


def test_an_adopted_plan_is_not_circulated(staff, adopted):
    assert staff.get(PAGE).url == reverse("workplans:overview", args=[2027])
