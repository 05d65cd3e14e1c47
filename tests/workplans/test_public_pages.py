"""The list of plans, the page of a plan, its text and its data."""

import hashlib
import json
import re
from collections import Counter

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from tests import factories
from tests.workplans.orders import order
from workplans import content, reading
from workplans.models import Document, WorkPlan

PLAN = "/en/plans/2027/"


def html(response):
    assert response.status_code == 200
    return response.content.decode()


def test_an_adopted_plan_is_read_by_anybody(adopted, sign_in):
    page = html(sign_in().get(PLAN))
    assert "Annual Work Plan 2027" in page
    assert "Adopted by consensus at" in page
    assert "on 10 March 2027" in page
    assert "It has not been submitted to the industry ministers yet." in page
    assert "Forum number 1" in page
    assert "<script" not in page


def test_the_line_of_decisions_grows_with_the_plan(submitted, sign_in):
    assert "the ministers have not decided yet" in html(sign_in().get(PLAN))


def test_an_approved_plan_says_who_approved_it(approved, sign_in):
    page = html(sign_in().get(PLAN))
    assert "Approved by consensus at" in page
    assert "the ministers have not decided yet" not in page


def test_a_plan_nobody_has_adopted_is_unknown_to_visitors(consideration, cast, sign_in):
    for person in (None, cast.stranger, cast.superuser):
        assert sign_in(person).get(PLAN).status_code == 404
        assert sign_in(person).get(f"{PLAN}plan.json").status_code == 404


def test_whoever_may_read_an_unadopted_plan_is_led_to_the_work_on_it(consideration, cast, sign_in):
    for person in (cast.staff, cast.head):
        response = sign_in(person).get(PLAN)
        assert response.status_code == 302
        assert response.url == reverse("workplans:overview", args=[2027])


def test_the_list_holds_adopted_plans_only(adopted, cast, sign_in):
    factories.plan(by=cast.staff, year=2028)
    page = html(sign_in(cast.staff).get("/en/plans/"))
    assert "Annual Work Plan 2027" in page
    assert "Annual Work Plan 2028" not in page


def test_an_empty_list_says_so(cast, sign_in):
    assert "No work plan has been adopted yet." in html(sign_in().get("/en/plans/"))


def test_an_unchanged_page_is_not_sent_again(adopted, sign_in):
    visitor = sign_in()
    first = visitor.get(PLAN)
    assert "no-cache" in first["Cache-Control"]
    again = visitor.get(PLAN, headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
    assert again["ETag"] == first["ETag"]
    Document.objects.update(status="failed", error="The paper ran out.")
    changed = visitor.get(PLAN, headers={"if-none-match": first["ETag"]})
    assert changed.status_code == 200
    WorkPlan.objects.update(status="submitted")
    assert visitor.get(PLAN)["ETag"] not in (first["ETag"], changed["ETag"])


def test_the_page_of_somebody_signed_in_is_never_kept(adopted, cast, sign_in):
    response = sign_in(cast.head).get(PLAN)
    assert "ETag" not in response
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("activities", [1, 12])
def test_the_queries_do_not_grow_with_the_plan(
    activities, advisory_group, cast, sign_in, django_assert_num_queries
):
    draft = factories.plan(by=cast.staff, activities=activities)
    consideration = factories.circulated(draft, before=advisory_group, by=cast.staff)
    for head in cast.heads.values():
        factories.answer(consideration, by=head)
    factories.adopted(consideration, by=cast.chair)
    visitor = sign_in()
    tag = visitor.get(PLAN)["ETag"]
    # The HTML of the text is kept under its digest since the first visit.
    with django_assert_num_queries(8):
        visitor.get(PLAN)
    with django_assert_num_queries(6):
        visitor.get(PLAN, headers={"if-none-match": tag})


def test_the_queries_of_the_list_do_not_grow(adopted, sign_in, django_assert_num_queries):
    visitor = sign_in()
    with django_assert_num_queries(3):
        visitor.get("/en/plans/")
    for year in (2024, 2025):
        WorkPlan.objects.create(
            year=year,
            title=f"Annual Work Plan {year}",
            presidency=adopted.presidency,
            revision=adopted.revision,
            status="reported",
            in_force=adopted.revision,
            in_force_as="reported",
        )
    with django_assert_num_queries(3):
        visitor.get("/en/plans/")


def test_the_data_are_the_digested_bytes(adopted, sign_in):
    response = sign_in().get(f"{PLAN}plan.json")
    assert response["Content-Type"] == "application/json; charset=utf-8"
    framed = content.FORM.encode() + b"\n" + response.content
    assert hashlib.sha256(framed).hexdigest() == adopted.revision.digest
    assert content.read(response.content.decode())["year"] == 2027
    tag = response["ETag"]
    again = sign_in().get(f"{PLAN}plan.json", headers={"if-none-match": tag})
    assert again.status_code == 304


def test_milestones_stand_in_their_order_with_what_is_known_of_their_dates(
    cast, draft, advisory_group, sign_in
):
    forum = draft.areas.first().activities.first()
    for n, (text, date) in enumerate((("Call", "2027-05"), ("<b>Final</b>", None))):
        forum.milestones.create(text=text, date=date, position=n)
    consideration = factories.circulated(draft, before=advisory_group, by=cast.staff)
    page = html(sign_in(cast.head).get(reverse("workplans:consideration", args=[consideration.pk])))
    steps = re.sub(r"\s+", " ", page[page.index("<dt>Milestones</dt>") :].partition("</ul>")[0])
    assert "<li> May 2027: <bdi>Call</bdi> </li>" in steps
    assert "<li> <bdi>&lt;b&gt;Final&lt;/b&gt;</bdi> </li>" in steps
    assert page.count("<dt>Milestones</dt>") == 1


def test_a_seated_delegation_may_fetch_the_data_of_the_text_before_it(consideration, cast, sign_in):
    assert sign_in(cast.head).get(f"{PLAN}plan.json").status_code == 200


@pytest.fixture
def form():
    return order()["plan"]


def test_paragraphs_have_the_numbers_of_the_typeset_document(form):
    from workplans.typesetting import layout

    composed = layout.compose(order())
    typeset = {number for number, _text in composed["places"] if number}
    read = reading.compose(form)
    passages = [read.preamble]
    for area in read.areas:
        passages += [area.objectives, *(sheet.paragraphs for sheet in area.sheets)]
    passages += [passage.paragraphs for passage in (*read.working_groups, *read.annexes)]
    numbers = [p.number for paragraphs in passages for p in paragraphs if p.number]
    assert numbers == sorted(typeset)
    texts = {number: text for number, text in reversed(composed["places"])}
    for paragraphs in passages:
        for paragraph in paragraphs:
            if paragraph.number:
                assert paragraph.text.startswith(texts[paragraph.number].split("\n")[0])


def test_every_part_has_one_address_and_every_link_finds_one(form):
    page = render_to_string("workplans/plan_text.html", {"form": form})
    addresses = re.findall(r' id="([^"]+)"', page)
    assert [a for a, times in Counter(addresses).items() if times > 1] == []
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(addresses)
    for area in form["areas"]:
        assert area["id"] in addresses
        for part in (*area["objectives"], *area["activities"]):
            assert part["id"] in addresses


def test_headings_begin_at_the_second_level_and_skip_none(form):
    page = render_to_string("workplans/plan_text.html", {"form": form})
    levels = [int(level) for level in re.findall(r"<h(\d)", page)]
    assert levels[0] == 2
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


def test_what_people_wrote_is_text_and_nothing_else(form):
    hostile = "<script>alert(1)</script>"
    form = json.loads(json.dumps(form))
    form["preamble"] = hostile
    activity = next(a for area in form["areas"] for a in area["activities"])
    activity["title"] = hostile
    activity["sources"] = ["javascript:alert(1)", "A press release", "https://example.org/a"]
    page = render_to_string("workplans/plan_text.html", {"form": form})
    assert "<script" not in page
    assert 'href="javascript' not in page
    assert 'href="https://example.org/a"' in page


def test_a_list_that_opens_a_text_has_no_number(form):
    form = {**form, "preamble": "- first\n- second\n\nA paragraph.\n\n- its list"}
    opening, paragraph = reading.compose(form).preamble
    assert (opening.number, opening.text) == (None, "- first\n- second")
    assert (paragraph.number, paragraph.text) == (1, "A paragraph.\n\n- its list")
    assert (opening.anchor, paragraph.anchor) == ("preamble-text", "preamble-text-2")
