"""The states on record, and the page of each: public facts, with their dates and their doubts."""

import re
from datetime import date, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse

from secretariat.dates import PartialDate
from secretariat.models import Authority, Membership, Presidency, State
from tests import factories

pytestmark = pytest.mark.django_db

ALL = "/en/states/"


def page(response):
    assert response.status_code == 200
    return response.content.decode()


def words(text):
    """What a page says, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text[text.index("<main") :]))


def of(state):
    return f"{ALL}{state.code}/"


def groups(response):
    return {
        group["key"]: [row["state"].name for row in group["rows"]]
        for group in response.context["groups"]
    }


def belong(name, status, first, until=None, *, order=9, **facts):
    state = State.objects.filter(name=name).first() or factories.state(name, order=order)
    return Membership.objects.create(state=state, status=status, period=(first, until), **facts)


@pytest.fixture
def institution():
    call_command("load_institution", stdout=StringIO())


# All of them


def test_each_stands_under_the_way_it_belongs_today(cast, sign_in):
    belong("Fenland", "invited", date(2024, 1, 1))
    belong("Garland", "partner", date(2025, 1, 1))
    # The day on which a state leaves is not in its membership.
    belong("Hetland", "member", date(2020, 1, 1), factories.TODAY)
    belong("Inland", "member", date(2027, 3, 11))
    belong("Jutland", "partner", date(2024, 1, 1), date(2026, 1, 1))
    belong("Jutland", "member", date(2026, 1, 1))
    factories.state("Knowland")
    response = sign_in().get(ALL)
    assert groups(response) == {
        "member": ["Aldova", "Borania", "Cestria", "Dorlan", "Jutland"],
        "invited": ["Fenland"],
        "partner": ["Garland"],
        "observer": ["Union of Observers"],
        "ahead": ["Inland"],
        "former": ["Hetland"],
    }
    said = words(page(response))
    assert "Jutland 1 January 2026 before: Partner country, 1 January 2024 – 31 December" in said
    assert "Hetland Member, 1 January 2020 – 9 March 2027" in said
    assert "Inland Member, from 11 March 2027" in said
    assert "Knowland" not in said


def test_a_state_that_left_and_came_back_belongs_since_it_came_back(cast, sign_in):
    belong("Fenland", "member", date(2020, 1, 1), date(2022, 1, 1))
    belong("Fenland", "member", date(2025, 1, 1))
    response = sign_in().get(ALL)
    assert "Fenland" in groups(response)["member"]
    assert "1 January 2025 before: Member, 1 January 2020 – 31 December 2021" in words(
        page(response)
    )


def test_dates_are_no_more_exact_than_their_record(cast, sign_in):
    belong("Fenland", "partner", date(2025, 1, 1), since=PartialDate(2025), unverified=True)
    belong("Garland", "partner", None)
    said = words(page(sign_in().get(ALL)))
    assert "Fenland 2025 (unverified)" in said
    assert "1 January 2025" not in said
    assert "Garland Not known" in said


def test_states_stand_in_their_order_and_not_by_name(cast, sign_in):
    belong("Zealand", "member", date(2020, 1, 1), order=0)
    assert groups(sign_in().get(ALL))["member"][0] == "Zealand"


def test_the_leading_authority_is_that_of_today(cast, sign_in):
    dorlan = cast.states["Dorlan"]
    dorlan.authorities.update(name="Board of Industry", period=(None, factories.TODAY))
    Authority.objects.create(state=dorlan, name="Ministry of Works", period=(factories.TODAY, None))
    Authority.objects.create(
        state=dorlan, name="Agency beside it", leads=False, period=(date(2020, 1, 1), None)
    )
    said = words(page(sign_in().get(ALL)))
    assert "Ministry of Works" in said
    assert "Board of Industry" not in said
    assert "Agency beside it" not in said


def test_the_shipped_states_are_told_as_they_are(institution, sign_in):
    response = sign_in().get(ALL)
    shown = groups(response)
    assert shown["invited"] == ["Saudi Arabia"]
    assert shown["observer"] == ["UNIDO"]
    assert "Belarus" in shown["partner"]
    assert len(shown["member"]) == 10
    assert "Saudi Arabia 1 January 2024 (unverified)" in words(page(response))


def test_an_empty_record_is_said_to_be_one(db, sign_in):
    assert "No membership is on record." in page(sign_in().get(ALL))


# One of them


def test_it_tells_the_names_with_their_language_and_direction(institution, sign_in):
    shown = page(sign_in().get(f"{ALL}EG/"))
    assert "Arab Republic of Egypt" in shown
    assert '<bdi lang="ar" dir="rtl">جمهورية مصر العربية</bdi>' in shown
    assert "جمهورية مصر العربية (unverified)" in words(shown)
    assert '<bdi class="hint" lang="ar" dir="rtl">وزارة الصناعة</bdi>' in shown
    china = page(sign_in().get(f"{ALL}CN/"))
    assert '<bdi lang="zh-Hans" dir="ltr">中华人民共和国</bdi>' in china
    # Of a state with several languages a ministry's own name does not say which it is in.
    assert '<bdi class="hint">उद्योग' in page(sign_in().get(f"{ALL}IN/"))


def test_it_tells_how_it_belonged_the_latest_first(cast, sign_in):
    belong("Jutland", "partner", date(2024, 1, 1), date(2026, 1, 1), unverified=True)
    now = belong("Jutland", "member", date(2026, 1, 1))
    said = words(page(sign_in().get(of(now.state))))
    assert "Member since 1 January 2026" in said
    assert (
        "Member from 1 January 2026 Partner country 1 January 2024 – 31 December 2025 (unv" in said
    )


def test_one_that_left_is_said_not_to_belong(cast, sign_in):
    left = belong("Hetland", "member", date(2020, 1, 1), factories.TODAY)
    said = words(page(sign_in().get(of(left.state))))
    assert "Does not belong to the partnership on 10 March 2027." in said


def test_presidencies_past_and_to_come_lead_to_their_years(cast, sign_in):
    aldova = cast.states["Aldova"]
    factories.presidency(aldova, 2031)
    shown = page(sign_in().get(of(aldova)))
    assert "Aldova holds the presidency." in shown
    assert shown.index("/en/presidency/2031/") < shown.rindex("/en/presidency/2027/")
    assert "holds the presidency" not in page(sign_in().get(of(cast.states["Borania"])))


def test_a_renamed_authority_says_what_continued_it(institution, sign_in):
    said = words(page(sign_in().get(f"{ALL}BR/")))
    mdic = "Ministry of Development, Industry, Trade and Services (MDIC)"
    assert said.index(mdic) < said.index("(MEMP)") < said.index("Ministry of Economy")
    assert f"1 January 2019 – 31 December 2022 Continued by: {mdic}" in said
    assert "Works beside the one that leads from 2025" in said
    south_africa = words(page(sign_in().get(f"{ALL}ZA/")))
    assert "from June 2019 (unverified)" in south_africa
    assert "until May 2019 (unverified) Continued by: Department of Trade, Industry" in south_africa


def test_it_tells_the_clock_and_the_days_off_of_the_capital(cast, sign_in):
    dorlan = cast.states["Dorlan"]
    State.objects.filter(pk=dorlan.pk).update(
        time_zone="America/St_Johns", weekend=[5, 6], holidays="BR"
    )
    said = words(page(sign_in().get(of(dorlan))))
    assert "Time zone of the capital America/St_Johns, today UTC−03:30" in said
    assert "Weekend Friday and Saturday" in said
    assert "Next public holidays 26 March 2027 Good Friday 21 April 2027" in said
    # The clocks there go forward on 14 March 2027.
    with time_machine.travel(factories.NOW + timedelta(days=5)):
        assert "today UTC−02:30" in words(page(sign_in().get(of(dorlan))))


def test_what_is_not_on_record_is_said_to_be_missing(cast, sign_in):
    state = factories.state("Knowland")
    State.objects.filter(pk=state.pk).update(time_zone="", weekend=[])
    said = words(page(sign_in().get(of(state))))
    assert "How it belongs to the partnership is not on record." in said
    assert "Official name Not on record" in said
    assert "Time zone of the capital Not on record" in said
    assert "Weekend Not on record" in said
    assert "No authority is on record." in said
    assert "public holidays" not in said


def test_an_organisation_has_a_seat_and_no_capital(institution, sign_in):
    said = words(page(sign_in().get(f"{ALL}UNIDO/")))
    assert "Observer since 10 March 2022 (unverified)" in said
    assert "Time zone of its seat Europe/Vienna" in said


def test_a_code_in_other_letters_leads_to_the_state(cast, sign_in):
    response = sign_in().get(f"{ALL}do/")
    assert (response.status_code, response["Location"]) == (301, f"{ALL}DO/")


def test_a_state_that_is_not_on_record_is_not_found(cast, sign_in):
    assert sign_in().get(f"{ALL}XX/").status_code == 404


# What is whose


def test_no_page_of_a_state_names_people(cast, sign_in):
    for reader in (None, cast.stranger, cast.staff):
        shown = page(sign_in(reader).get(of(cast.states["Dorlan"])))
        assert "Head Dorlan" not in shown
        assert "Delegate Dorlan" not in shown


def test_sources_are_for_those_who_serve_or_served(cast, sign_in):
    aldova = cast.states["Aldova"]
    native = [{"language": "pt", "name": "Aldóvia", "source": "A passport"}]
    State.objects.filter(pk=aldova.pk).update(source="A yearbook", native_names=native)
    Membership.objects.update(source="A letter")
    Presidency.objects.update(source="A table", note="Seen in 2026")
    Authority.objects.update(source="A gazette")
    told = ("A yearbook", "A passport", "A letter", "A table", "Seen in 2026", "A gazette")
    for role, reader in [*cast.everyone().items(), ("visitor", None)]:
        reads = role in ("chair", "staff", "former_chair", "former_staff")
        one, every = page(sign_in(reader).get(of(aldova))), page(sign_in(reader).get(ALL))
        assert [source in one for source in told] == [reads] * len(told), role
        assert ("A letter" in every) is reads, role


def test_a_delegation_is_opened_by_its_own_people_and_the_secretariat(cast, sign_in):
    dorlan = cast.states["Dorlan"]
    delegation = reverse("secretariat:delegation", args=[dorlan.code])
    for role, reader in [*cast.everyone().items(), ("visitor", None)]:
        leads = delegation in page(sign_in(reader).get(of(dorlan)))
        own = role in ("head", "alternate", "delegate", "minister")
        assert leads is (own or role in ("chair", "staff")), role


@pytest.mark.parametrize("address", [ALL, f"{ALL}AL/"])
def test_a_visitor_gets_no_script_and_no_cookie(cast, sign_in, address):
    response = sign_in().get(address)
    assert "<script" not in page(response)
    assert response.cookies == {}


# What it costs


@pytest.mark.parametrize(("role", "queries"), [("visitor", 3), ("staff", 8)])
def test_the_list_costs_the_same_for_few_and_for_many(
    cast, sign_in, django_assert_num_queries, role, queries
):
    reader, first = sign_in(cast.everyone().get(role)), 0
    reader.get(ALL)
    for more in (1, 12):
        for n in range(first, first + more):
            state = State.objects.create(code=f"X{n}", name=f"State {n}", protocol_order=50 + n)
            factories.authority(state)
            for since, until in ((2020, 2022), (2024, None)):
                Membership.objects.create(
                    state=state, status="member",
                    period=(date(since, 1, 1), until and date(until, 1, 1)),
                )  # fmt: skip
        first += more
        with django_assert_num_queries(queries):
            response = reader.get(ALL)
        assert len(groups(response)["member"]) == 4 + first


@pytest.mark.parametrize(("role", "queries"), [("visitor", 5), ("staff", 10)])
def test_a_page_costs_the_same_for_a_short_and_a_long_history(
    cast, sign_in, django_assert_num_queries, role, queries
):
    reader, aldova = sign_in(cast.everyone().get(role)), cast.states["Aldova"]
    reader.get(ALL)
    for years in ((1990,), range(1991, 2011)):
        for year in years:
            factories.presidency(aldova, year)
            Membership.objects.create(
                state=aldova, status="partner", period=(date(year, 1, 1), date(year, 6, 1))
            )
            Authority.objects.create(
                state=aldova, name=f"Board {year}", continued_by=aldova.authorities.first(),
                period=(date(year, 1, 1), date(year + 1, 1, 1)),
            )  # fmt: skip
        with django_assert_num_queries(queries):
            shown = page(reader.get(of(aldova)))
        assert f"Board {years[-1]}" in shown
