"""The first page, about, how decisions are made, the presidencies, the schema."""

import json
import re
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext

from meetings.models import Meeting
from secretariat.dates import PartialDate
from secretariat.models import Authority, Membership, Milestone, Presidency
from tests import factories
from workplans import content
from workplans.models import Document

PAGES = ["/en/", "/en/about/", "/en/about/how-decisions-are-made/", "/en/presidency/"]
YEAR = "/en/presidency/2027/"


def html(response):
    assert response.status_code == 200
    return response.content.decode()


def words(text):
    """What a page says, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text[text.index("<main") :]))


@pytest.mark.parametrize("address", [*PAGES, YEAR])
def test_public_pages_carry_no_script_and_set_no_cookie(cast, sign_in, address):
    response = sign_in().get(address)
    assert "<script" not in html(response)
    assert response.cookies == {}


@pytest.mark.parametrize("address", PAGES)
def test_public_pages_stand_on_an_empty_record(db, sign_in, address):
    html(sign_in().get(address))


@pytest.mark.parametrize("address", [*PAGES, YEAR])
def test_the_queries_do_not_grow(submitted, cast, sign_in, address):
    visitor = sign_in()
    visitor.get(address)
    counts = []
    for number in (0, 3):
        for n in range(number):
            factories.member(factories.state(f"{chr(70 + n)}land", order=20 + n))
            factories.presidency(cast.states["Dorlan"], 2030 + n)
            factories.presidency(cast.states["Dorlan"], 1990 + n)
            Milestone.objects.create(on=PartialDate(2020 + n), title=f"Milestone {n}")
            for code in ("IMM", "SUMMIT"):
                for year in (2027, 2030 + n):
                    Meeting.objects.create(
                        slug=f"{code}-{year}-{n}", body=factories.body(code), year=year,
                        begins=PartialDate(year),
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
    for state in [*cast.states.values(), partner]:
        assert f'href="/en/states/{state.code}/"' in page
    assert 'href="/en/states/"' in page


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


def test_the_calendar_goes_on_from_today_and_back_by_decades(cast, sign_in):
    for year in (2018, 2019, 2020):
        factories.presidency(cast.states["Dorlan"], year)
    page = html(sign_in().get("/en/presidency/"))
    order = [
        "Now and ahead", "Aldova 2027", "Cestria 2028", "Not yet announced", "from 1 January 2029",
        "2020s", "Borania 2026", "Dorlan 2020", "2010s", "Dorlan 2019", "Dorlan 2018",
    ]  # fmt: skip
    said = words("<main" + page[page.index('id="ahead"') :])
    places = [said.index(part) for part in order]
    assert places == sorted(places)
    assert "(now)" in said[places[1] : places[2]]
    for year in (2028, 2027, 2018):
        assert f'href="/en/presidency/{year}/"' in page


def test_a_table_without_an_end_has_nobody_to_announce(cast, sign_in):
    Presidency.objects.filter(year=2028).update(period=DateRange(date(2028, 1, 1), None))
    page = html(sign_in().get("/en/presidency/"))
    assert "from 1 January 2028" in page
    assert "Not yet announced" not in page


def test_sources_are_for_those_who_serve_or_served(cast, sign_in):
    Presidency.objects.update(source="A letter of 2024", note="Two states changed places")
    readers = [*cast.everyone().items(), ("visitor", None)]
    for address in ("/en/presidency/", YEAR):
        for role, person in readers:
            page = html(sign_in(person).get(address))
            reads = role in ("staff", "chair", "former_staff", "former_chair")
            assert ("A letter of 2024" in page) is reads, role
            assert ("Two states changed places" in page) is reads, role


# A year


def test_a_year_has_its_presidency_between_two_others(cast, sign_in):
    said = words(html(sign_in().get(YEAR)))
    assert "Aldova presides: 1 January – 31 December 2027." in said
    assert "Leading authority Ministry of Industry of Aldova" in said
    assert "Before it Borania 2026 After it Cestria 2028" in said
    # The calendar year is one state's, from end to end.
    assert "by the day" not in said
    assert "Borania presided:" in html(sign_in().get("/en/presidency/2026/"))
    assert "The record begins here" in html(sign_in().get("/en/presidency/2026/"))
    last = words(html(sign_in().get("/en/presidency/2028/")))
    assert "Cestria will preside:" in last
    assert "After it Not yet announced" in last


@pytest.mark.parametrize("year", [0, 1999, 2025, 2029, 123456789])
def test_a_year_outside_the_table_is_not_found(cast, sign_in, year):
    assert sign_in().get(f"/en/presidency/{year}/").status_code == 404


def test_a_presidency_that_does_not_keep_to_the_year_is_told_by_the_day(db, sign_in):
    call_command("load_institution", stdout=StringIO())

    def days(year):
        said = words(html(sign_in().get(f"/en/presidency/{year}/")))
        return said.split(f"{year} by the day")[-1].split("Meetings of")[0].strip()

    visitor = sign_in()
    assert "Russia presided: 1 April 2015 – 14 February 2016." in words(
        html(visitor.get("/en/presidency/2015/"))
    )
    assert days(2015) == (
        "1 January – 31 March 2015 Brazil , presidency of 2014 (unverified) "
        "1 April – 31 December 2015 Russia"
    )
    assert days(2016) == (
        "1 January – 14 February 2016 Russia , presidency of 2015 "
        "15 February – 31 December 2016 India"
    )
    for year in (2009, 2014, 2024):
        assert "by the day" not in html(visitor.get(f"/en/presidency/{year}/"))
    assert "Brazil presided: 2014 – 31 March 2015." in words(
        html(visitor.get("/en/presidency/2014/"))
    )


def test_a_year_within_a_long_presidency_is_that_presidencys(cast, sign_in):
    dorlan = cast.states["Dorlan"]
    Presidency.objects.create(
        state=dorlan, year=2030, period=DateRange(date(2030, 1, 1), date(2031, 7, 1))
    )
    said = words(html(sign_in().get("/en/presidency/2031/")))
    assert "Dorlan will preside: 1 January 2030 – 30 June 2031." in said
    assert "1 January – 30 June 2031 Dorlan , presidency of 2030" in said


def test_the_days_of_a_year_are_no_more_exact_than_the_record(cast, sign_in):
    dorlan = cast.states["Dorlan"]
    for year, since, until in ((2030, "2030-01-01", "2030-06"), (2031, "2030-06", "2031-01-01")):
        first, last = PartialDate.parse(since), PartialDate.parse(until)
        Presidency.objects.create(
            state=dorlan, year=year, since=first, until=last,
            period=DateRange(first.first, last.first),
        )  # fmt: skip
    said = words(html(sign_in().get("/en/presidency/2030/")))
    assert "January – May 2030 Dorlan" in said
    assert "June – December 2030 Dorlan" in said


def test_authorities_that_led_meanwhile_are_all_named(cast, sign_in):
    aldova = cast.states["Aldova"]
    turn = date(2027, 1, 1)
    for name, since, until in (
        ("Board before", None, turn),
        ("Board of the spring", turn, date(2027, 6, 1)),
        ("Board of the autumn", date(2027, 6, 1), date(2028, 1, 1)),
        ("Board after", date(2028, 1, 1), None),
    ):
        Authority.objects.create(state=aldova, name=name, period=DateRange(since, until))
    said = words(html(sign_in().get(YEAR)))
    assert "Board of the spring" in said and "Board of the autumn" in said
    assert "Board before" not in said and "Board after" not in said


def test_a_year_lists_its_meetings_by_body_with_what_was_not_held(cast, sign_in):
    def meet(code, year, **facts):
        Meeting.objects.create(slug=f"{code}-{year}", body=factories.body(code), year=year, **facts)

    meet("SUMMIT", 2027, begins=PartialDate(2027, 9), status="planned")
    meet("IMM", 2027, status="not_held")
    meet("AG", 2027, begins=PartialDate(2027, 2, 1), title="First gathering", status="held")
    meet("AG", 2026, title="Gathering of the year before", status="held")
    said = words(html(sign_in().get(YEAR)))
    places = [
        said.index(part)
        for part in ("Advisory Group", "First gathering", "Industry Ministers", "Not held",
                     "Summit", "September 2027", "Planned")
    ]  # fmt: skip
    assert places == sorted(places)
    assert "Gathering of the year before" not in said


def test_a_year_shows_what_is_public_of_its_plan_and_no_draft(consideration, cast, sign_in):
    readers = [None, cast.head, cast.staff]
    for reader in readers:
        page = html(sign_in(reader).get(YEAR))
        assert "No adopted work plan of this year is on record." in page
        assert "Annual Work Plan 2027" not in page


def test_a_year_leads_to_its_adopted_plan_and_issued_documents(adopted, sign_in):
    document = Document.objects.get()
    page = html(sign_in().get(YEAR))
    assert adopted.get_absolute_url() in page
    assert document.get_absolute_url() not in page
    Document.objects.update(
        status="ready", file="a.pdf", sha256="0" * 64, size=1, issued=factories.NOW
    )
    assert document.get_absolute_url() in html(sign_in().get(YEAR))
    assert document.get_absolute_url() not in html(sign_in().get("/en/presidency/2026/"))


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        ("2009", "2010", "2009"),
        ("2014", "2015-04-01", "2014 – 31 March 2015"),
        ("2015-04-01", "2016-02-15", "1 April 2015 – 14 February 2016"),
        ("2017-01-01", "2018-01-01", "1 January – 31 December 2017"),
        ("2019-02", "2019-11", "February – October 2019"),
        ("2027-01-01", None, "from 1 January 2027"),
    ],
)
def test_a_period_is_as_exact_as_its_record(since, until, words):
    first = PartialDate.parse(since)
    last = PartialDate.parse(until) if until else None
    one = Presidency(
        since=first, until=last, period=DateRange(first.first, last.first if last else None)
    )
    assert one.term == words


# The schema


@pytest.mark.parametrize("form", [1, 2])
def test_the_schema_of_every_form_is_served_to_anybody(db, client, form):
    response = client.get(f"/schema/work-plan-{form}.json")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/schema+json"
    assert json.loads(response.content) == content.schema(f"partnir-work-plan/{form}")
    assert "max-age=86400" in response["Cache-Control"]
    assert response["Access-Control-Allow-Origin"] == "*"
    headers = {"if-none-match": response["ETag"]}
    again = client.get(f"/schema/work-plan-{form}.json", headers=headers)
    assert again.status_code == 304


def test_the_newest_schema_is_the_one_the_portal_tells_of(db, client):
    assert content.FORM == "partnir-work-plan/2"
    assert b'href="/schema/work-plan-2.json"' in client.get("/en/about/").content
    assert client.get("/schema/work-plan-3.json").status_code == 404


def test_a_form_sent_after_the_session_ended_is_not_lost_without_a_word(cast, draft, sign_in):
    visitor = sign_in()
    address = f"/en/desk/plans/{draft.year}/edit/general/"
    sent = visitor.post(address, {"title": "Typed meanwhile"})
    assert sent["Location"] == f"/en/sign-in/?next={address}&unsent=1"
    assert "what you sent was not saved" in html(visitor.get(sent["Location"]))
    assert "what you sent was not saved" not in html(visitor.get("/en/sign-in/"))
