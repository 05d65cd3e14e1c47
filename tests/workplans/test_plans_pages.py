"""Plans on the desk: the list, starting one, where it stands, its history."""

import json
import re
from html import unescape

import pytest
from django.db.models import F
from django.urls import reverse

from secretariat import register
from secretariat.models import Entry
from tests import factories
from workplans import content
from workplans.models import Activity, WorkPlan
from workplans.operations import review

pytestmark = pytest.mark.django_db


def at(name, *args):
    return reverse(f"workplans:{name}", args=args)


def words(response):
    return re.sub(r"\s+", " ", unescape(response.content.decode()))


def content_of(response):
    return words(response).split("<main")[1].split("</main>")[0]


# The list


def test_an_empty_list_offers_to_start(cast, sign_in):
    assert "Start the 2027 plan" in words(sign_in(cast.staff).get(at("index")))
    said = words(sign_in(cast.head).get(at("index")))
    assert "Start the" not in said
    assert "No plan is before you." in said


def test_each_person_sees_their_next_step(cast, sign_in, consideration):
    position = at("position", consideration.pk)
    assert position in words(sign_in(cast.head).get(at("index")))
    assert position not in words(sign_in(cast.delegate).get(at("index")))
    said = words(sign_in(cast.staff).get(at("index")))
    assert "0 of 4 states have approved" in said
    assert "See who has answered" in said


def test_the_chair_alone_is_sent_to_adopt(cast, sign_in, agreed):
    assert at("adopt", agreed.pk) in words(sign_in(cast.chair).get(at("index")))
    assert at("adopt", agreed.pk) not in words(sign_in(cast.staff).get(at("index")))


def test_a_delegation_reads_the_title_before_it_and_not_the_drafts(cast, sign_in, consideration):
    WorkPlan.objects.update(title="A title not yet circulated")
    for page in (at("index"), at("overview", 2027), at("history", 2027)):
        assert "A title not yet circulated" not in words(sign_in(cast.head).get(page)), page
        assert "A title not yet circulated" in words(sign_in(cast.staff).get(page)), page


def test_the_queries_of_the_list_do_not_grow(cast, sign_in, agreed, django_assert_max_num_queries):
    client = sign_in(cast.head)
    client.get(at("index"))
    with django_assert_max_num_queries(30) as few:
        client.get(at("index"))
    for year in (2028, 2029, 2030):
        plan = factories.plan(by=cast.staff, year=year)
        meeting = factories.meeting("AG", by=cast.staff)
        factories.circulated(plan, before=meeting, by=cast.staff)
    with django_assert_max_num_queries(len(few)):
        client.get(at("index"))


# Starting


def test_a_plan_starts_blank(cast, sign_in):
    client = sign_in(cast.staff)
    page = client.get(at("start"))
    assert page.context["form"].initial["year"] == 2027
    assert page.context["form"].initial["title"] == "Annual Work Plan 2027"
    sent = {"year": "2027", "title": "Our plan", "source": "blank"}
    assert client.post(at("start"), sent).url == at("overview", 2027)
    plan = WorkPlan.objects.get()
    assert plan.title == "Our plan"
    assert plan.areas.count() == 5
    # Sent again by the same hand it has one effect; it is another's plan to somebody else.
    assert client.post(at("start"), sent).url == at("overview", 2027)
    refused = sign_in(cast.chair).post(at("start"), sent)
    assert refused.status_code == 409
    assert "There is a work plan for 2027 already." in words(refused)
    assert "Our plan" in words(refused)


def test_a_plan_starts_from_last_years_and_says_what_it_left(cast, sign_in, draft):
    Activity.objects.filter(title="Forum number 1").update(state="completed")
    client = sign_in(cast.staff)
    sent = {"year": "2029", "title": "Annual Work Plan 2028", "source": "2027"}
    said = words(client.post(at("start"), sent, follow=True))
    assert "1 activity was left behind, being completed or cancelled: Forum number 1." in said
    plan = WorkPlan.objects.get(year=2029)
    assert plan.based_on == draft
    assert plan.title == "Annual Work Plan 2029"
    assert [row.title for row in Activity.objects.filter(area__plan=plan)] == ["Forum number 2"]


def test_a_start_without_a_title_keeps_what_was_written(cast, sign_in):
    response = sign_in(cast.staff).post(
        at("start"), {"year": "2031", "title": "", "source": "blank"}
    )
    assert response.status_code == 422
    assert "Write a title." in words(response)
    assert 'value="2031"' in words(response)


def test_nobody_else_starts_a_plan(cast, sign_in):
    sent = {"year": "2027", "title": "Mine", "source": "blank"}
    for role, person in cast.everyone().items():
        if role in ("chair", "staff"):
            continue
        client = sign_in(person)
        assert client.get(at("start")).status_code == 403, role
        assert client.post(at("start"), sent).status_code == 403, role
    assert not WorkPlan.objects.exists()


# One plan


def test_the_overview_of_a_draft_leads_to_the_next_step(cast, sign_in, draft):
    client = sign_in(cast.staff)
    said = content_of(client.get(at("overview", 2027)))
    assert "Circulate it to the delegations" in said
    assert said.count('class="button"') == 1
    assert at("edit_general", 2027) in said
    Activity.objects.all().delete()
    WorkPlan.objects.update(version=F("version") + 1)
    said = content_of(client.get(at("overview", 2027)))
    assert "1 problem keeps it from being circulated." in said


def test_a_draft_is_known_to_the_secretariat_alone(cast, sign_in, draft):
    for role, person in cast.everyone().items():
        reads = role in ("chair", "staff")
        expected = 200 if reads else 404
        for page in ("overview", "history", "preview"):
            assert sign_in(person).get(at(page, 2027)).status_code == expected, (role, page)


def test_while_under_consideration_the_draft_is_marked_as_a_draft(cast, sign_in, consideration):
    staff = content_of(sign_in(cast.staff).get(at("overview", 2027)))
    assert "The delegations have PartNIR/AG/2027/WP/1 before them." in staff
    factories.activity(consideration.plan, title="A later idea")
    staff = content_of(sign_in(cast.staff).get(at("overview", 2027)))
    assert "Since PartNIR/AG/2027/WP/1: 1 part added." in staff
    head = content_of(sign_in(cast.head).get(at("overview", 2027)))
    assert "Working draft" not in head
    assert at("edit", 2027) not in head
    assert "State the position of Dorlan" in head
    assert sign_in(cast.head).get(at("preview", 2027)).status_code == 403


def test_the_next_steps_after_adoption(cast, sign_in, approved):
    chair = content_of(sign_in(cast.chair).get(at("overview", 2027)))
    assert at("report", 2027) in chair
    assert "Adopted" in chair and "Approved" in chair
    stranger = content_of(sign_in(cast.stranger).get(at("overview", 2027)))
    assert at("report", 2027) not in stranger
    assert at("plan", 2027) in stranger


def test_the_queries_of_an_overview_do_not_grow(
    cast, sign_in, consideration, advisory_group, django_assert_max_num_queries
):
    client = sign_in(cast.staff)
    page = at("overview", 2027)
    client.get(page)
    with django_assert_max_num_queries(60) as few:
        client.get(page)
    most = len(few)
    for n in range(3):
        factories.activity(consideration.plan, title=f"More {n}")
        factories.circulated(consideration.plan, before=advisory_group, by=cast.staff)
    review.withdraw(
        consideration.plan.considerations.get(closed=None),
        reason="A better text follows.",
        by=cast.staff,
        on=factories.NOW,
    )
    factories.circulated(consideration.plan, before=advisory_group, by=cast.staff)
    client.get(page)
    with django_assert_max_num_queries(most):
        assert content_of(client.get(page)).count("Superseded by a new revision") == 3


def test_the_preview_reads_the_draft(cast, sign_in, draft):
    assert "What Forum number 1 is for." in words(sign_in(cast.staff).get(at("preview", 2027)))


# History


def test_the_register_in_words(cast, sign_in, adopted):
    said = content_of(sign_in(cast.staff).get(at("history", 2027)))
    assert "Started the 2027 work plan" in said
    assert "Circulated PartNIR/AG/2027/WP/1" in said
    assert "Dorlan: Approves – PartNIR/AG/2027/WP/1" in said
    assert "Adopted PartNIR/AG/2027/WP/1 for the Advisory Group" in said
    assert said.index("Adopted") < said.index("Started")


def test_what_was_said_to_a_text_is_for_those_who_had_it_before_them(
    cast, sign_in, consideration, draft, advisory_group
):
    factories.answer(
        consideration, by=cast.head, kind="objects", text="A sentence for the table only."
    )
    factories.activity(draft, title="In answer to Dorlan")
    second = factories.circulated(draft, before=advisory_group, by=cast.staff)
    for head in cast.heads.values():
        factories.answer(second, by=head)
    factories.adopted(second, by=cast.chair)
    page = at("history", 2027)
    assert "A sentence for the table only." in words(sign_in(cast.heads["Borania"]).get(page))
    outside = words(sign_in(cast.stranger).get(page))
    assert "A sentence for the table only." not in outside
    assert "PartNIR/AG/2027/WP/1/Rev.1" in outside
    data = at("revision_data", 2027, 1)
    assert sign_in(cast.stranger).get(data).status_code == 404
    assert sign_in(cast.head).get(data).status_code == 200
    assert sign_in(cast.stranger).get(at("revision_data", 2027, 2)).status_code == 200


def test_a_texts_data_are_the_bytes_its_digest_names(cast, sign_in, consideration):
    response = sign_in(cast.head).get(at("revision_data", 2027, 1))
    assert content.digest(response.content.decode()) == consideration.revision.digest
    assert json.loads(response.content)["title"] == "Annual Work Plan 2027"
    assert 'filename="PartNIR-AG-2027-WP-1.json"' in response["Content-Disposition"]
    assert sign_in(cast.head).get(at("revision_data", 2027, 7)).status_code == 404


def test_reading_writes_nothing(cast, sign_in, consideration):
    before = Entry.objects.count(), WorkPlan.objects.get().version
    client = sign_in(cast.staff)
    for page in ("overview", "history", "preview", "circulate", "edit"):
        assert client.get(at(page, 2027)).status_code == 200, page
    assert (Entry.objects.count(), WorkPlan.objects.get().version) == before


def test_an_entry_of_an_earlier_release_is_shown_with_what_it_has(cast, draft, sign_in):
    register.enter("withdraw", draft, by=cast.staff)
    said = words(sign_in(cast.staff).get(at("history", 2027)))
    assert "Withdrew –" in said
