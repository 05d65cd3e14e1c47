"""The first page, about, how decisions are made, the presidencies, the schema."""

import json
from datetime import date

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext

from bpic.views.public import period
from meetings.models import Meeting
from secretariat.dates import PartialDate
from secretariat.models import Membership, Milestone, Presidency
from tests import factories
from workplans import content
from workplans.models import Document

PAGES = ["/en/", "/en/about/", "/en/about/how-decisions-are-made/", "/en/presidency/"]


def html(response):
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("address", PAGES)
def test_public_pages_carry_no_script_and_set_no_cookie(cast, sign_in, address):
    response = sign_in().get(address)
    assert "<script" not in html(response)
    assert response.cookies == {}


@pytest.mark.parametrize("address", PAGES)
def test_public_pages_stand_on_an_empty_record(db, sign_in, address):
    html(sign_in().get(address))


@pytest.mark.parametrize("address", PAGES)
def test_the_queries_do_not_grow(submitted, cast, sign_in, address):
    visitor = sign_in()
    visitor.get(address)
    counts = []
    for number in (0, 3):
        for n in range(number):
            factories.member(factories.state(f"{chr(70 + n)}land", order=20 + n))
            factories.presidency(cast.states["Dorlan"], 2030 + n)
            Milestone.objects.create(on=PartialDate(2020 + n), title=f"Milestone {n}")
            for code in ("IMM", "SUMMIT"):
                Meeting.objects.create(
                    slug=f"{code}-{n}", body=factories.body(code), year=2030 + n,
                    begins=PartialDate(2030 + n),
                )  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            html(visitor.get(address))
        counts.append(len(queries))
    assert counts[0] == counts[1]


# The first page


def test_it_says_who_presides_and_who_belongs(cast, sign_in):
    page = html(sign_in().get("/en/"))
    assert "Aldova" in page
    assert "until 31 December 2027" in page
    assert "Aldova, Borania, Cestria, Dorlan" in page
    assert "order of protocol" in page


def test_a_state_that_joins_tomorrow_is_not_a_member_today(cast, sign_in):
    factories.member(factories.state("Fenland", order=9), since=date(2027, 3, 11))
    assert "Fenland" not in html(sign_in().get("/en/"))


def test_it_leads_to_the_plan_of_the_year(adopted, sign_in):
    page = html(sign_in().get("/en/"))
    assert "The work plan for 2027" in page
    assert adopted.get_absolute_url() in page


def test_it_leads_to_the_latest_plan_where_this_years_is_not_adopted(consideration, sign_in):
    page = html(sign_in().get("/en/"))
    assert "No work plan has been adopted yet." in page
    assert "2027 work plan" not in page


def test_it_lists_the_next_dates_and_the_latest_documents(adopted, advisory_group, sign_in):
    Document.objects.update(
        status="ready", file="a.pdf", sha256="0" * 64, size=1, issued=factories.NOW
    )
    page = html(sign_in().get("/en/"))
    assert advisory_group.get_absolute_url() in page
    assert Document.objects.get().get_absolute_url() in page


# About


def test_memberships_are_told_with_their_dates_and_doubts(cast, sign_in):
    partner = factories.state("Fenland", order=9)
    Membership.objects.create(
        state=partner, status="partner", period=(date(2025, 1, 1), None),
        since=PartialDate(2025), unverified=True,
    )  # fmt: skip
    page = html(sign_in().get("/en/about/"))
    assert "Partner countries" in page
    assert "1 January 2020" in page
    assert "<span>2025 " in page
    assert "Unverified" in page


def test_the_story_is_told_the_latest_first(cast, sign_in):
    Milestone.objects.create(on=PartialDate(2018, 7), title="The partnership is agreed")
    Milestone.objects.create(on=PartialDate(2019), title="A doubtful event", unverified=True)
    page = html(sign_in().get("/en/about/"))
    assert page.index("A doubtful event") < page.index("The partnership is agreed")
    assert "2019 – unverified" in page
    assert "July 2018" in page


def test_every_status_and_position_is_explained(cast, sign_in):
    page = html(sign_in().get("/en/about/how-decisions-are-made/"))
    for words in (
        "Draft", "Under consideration", "Adopted", "Submitted", "Approved", "Reported",
        "Approves with a reservation", "Objects", "Returns", "Not answered",
    ):  # fmt: skip
        assert words in page


# Presidency


def test_presidencies_stand_with_their_meetings(cast, sign_in):
    def meet(code, year, **facts):
        Meeting.objects.create(slug=f"{code}-{year}", body=factories.body(code), year=year, **facts)

    meet("SUMMIT", 2026, begins=PartialDate(2026, 9, 12), place="Borania City", status="held")
    meet("IMM", 2026, status="not_held", unverified=True)
    meet("SUMMIT", 2028, status="planned")
    page = html(sign_in().get("/en/presidency/"))
    assert "Aldova presides: 1 January – 31 December 2027." in page
    assert "12 September 2026" in page
    assert "Not held" in page
    assert "(unverified)" in page
    assert "Planned, dates not set" in page
    assert page.index("Cestria 2028") < page.index("Aldova 2027") < page.index("Borania 2026")


def test_sources_are_for_the_secretariat(cast, sign_in):
    Presidency.objects.update(source="A letter of 2024")
    for role, person in cast.everyone().items():
        page = html(sign_in(person).get("/en/presidency/"))
        assert ("A letter of 2024" in page) is (role in ("staff", "chair"))
    assert "A letter of 2024" not in html(sign_in().get("/en/presidency/"))


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        ("2009", "2010", "2009"),
        ("2014", "2015-04-01", "2014 – 31 March 2015"),
        ("2015-04-01", "2016-02-15", "1 April 2015 – 14 February 2016"),
        ("2017-01-01", "2018-01-01", "1 January – 31 December 2017"),
        ("2019-02", "2019-11", "February – October 2019"),
        ("2027-01-01", None, "since 1 January 2027"),
    ],
)
def test_a_period_is_as_exact_as_its_record(since, until, words):
    first = PartialDate.parse(since)
    last = PartialDate.parse(until) if until else None
    one = Presidency(
        since=first, until=last, period=DateRange(first.first, last.first if last else None)
    )
    assert period(one) == words


# The schema


def test_the_schema_is_served_to_anybody(db, client):
    response = client.get("/schema/work-plan-1.json")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/schema+json"
    assert json.loads(response.content) == content.schema()
    assert "max-age=86400" in response["Cache-Control"]
    assert response["Access-Control-Allow-Origin"] == "*"
    again = client.get("/schema/work-plan-1.json", headers={"if-none-match": response["ETag"]})
    assert again.status_code == 304


def test_a_form_sent_after_the_session_ended_is_not_lost_without_a_word(cast, draft, sign_in):
    visitor = sign_in()
    address = f"/en/desk/plans/{draft.year}/edit/general/"
    sent = visitor.post(address, {"title": "Typed meanwhile"})
    assert sent["Location"] == f"/en/sign-in/?next={address}&unsent=1"
    assert "what you sent was not saved" in html(visitor.get(sent["Location"]))
    assert "what you sent was not saved" not in html(visitor.get("/en/sign-in/"))
