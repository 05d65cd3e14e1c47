"""Who presided, who belonged and who could speak for whom, on any day (domain rules 1, 3–5)."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils.html import escape

from secretariat.accreditation import accredit
from secretariat.models import Authority, HandOver, Membership, Person, Presidency, State
from secretariat.standing import Standing
from secretariat.who import Who
from tests import factories

pytestmark = pytest.mark.django_db

NOBODY = Standing(None, factories.TODAY)


def on(day, reader=None, today=factories.TODAY):
    return Who.on(date.fromisoformat(day), Standing.of(reader, today))


def belonging(who):
    return {one.state.code: one for group in who.groups for one in group.belonging}


def codes(who, status):
    return [o.state.code for g in who.groups if g.status == status for o in g.belonging]


def names(holders):
    return [holder.appointment.person.name for holder in holders]


def ask(client, day=None, **options):
    return client.get("/en/who/", {} if day is None else {"on": day}, **options)


def page(response):
    assert response.status_code == 200
    return response.content.decode()


# The shipped record


@pytest.fixture
def institution():
    call_command("load_institution", stdout=StringIO())


BOUNDARIES = [
    ("2009-06-16", "RU", 2009),
    ("2015-03-31", "BR", 2014),
    ("2015-04-01", "RU", 2015),
    ("2016-02-14", "RU", 2015),
    ("2016-02-15", "IN", 2016),
    ("2023-12-31", "ZA", 2023),
    ("2024-01-01", "RU", 2024),
    ("2024-12-31", "RU", 2024),
    ("2025-01-01", "BR", 2025),
]


def test_the_presidency_passes_on_the_day_the_table_says(institution):
    found = {day: on(day) for day, _code, _year in BOUNDARIES}
    for day, code, year in BOUNDARIES:
        who = found[day]
        assert (who.presidency.state.code, who.presidency.year) == (code, year), day
        assert who.secretariat == who.presidency, day


def test_a_state_belongs_from_its_day_on(institution):
    before, after = on("2025-01-03"), on("2025-01-07")
    assert "ID" not in belonging(before)
    assert codes(after, "member") == ["BR", "RU", "IN", "CN", "ZA", "EG", "ET", "ID", "IR", "AE"]
    assert codes(on("2025-01-05"), "member") == codes(before, "member")
    assert "ID" in codes(on("2025-01-06"), "member")


def test_invited_partner_and_observer_are_told_apart(institution):
    who = on("2025-07-06")
    assert [group.status for group in who.groups] == ["member", "invited", "partner", "observer"]
    assert codes(who, "invited") == ["SA"]
    assert "BY" in codes(who, "partner")
    assert codes(who, "observer") == ["UNIDO"]


@pytest.mark.parametrize(
    ("code", "day", "name"),
    [
        ("BR", "2018-12-31", None),
        ("BR", "2019-01-01", "Ministry of Economy"),
        ("BR", "2022-12-31", "Ministry of Economy"),
        ("BR", "2023-01-01", "Ministry of Development, Industry, Trade and Services (MDIC)"),
        ("ZA", "2018-07-04", "Department of Trade and Industry (the dti)"),
        ("ZA", "2019-05-31", "Department of Trade and Industry (the dti)"),
        ("ZA", "2019-06-01", "Department of Trade, Industry and Competition (the dtic)"),
        ("ZA", "2019-12-31", "Department of Trade, Industry and Competition (the dtic)"),
    ],
)
def test_authorities_bear_the_name_of_the_day(institution, code, day, name):
    leading = [a.name for a in belonging(on(day))[code].authorities if a.leads]
    assert leading == ([name] if name else [])


def test_an_authority_beside_the_one_that_leads_comes_after_it(institution):
    authorities = belonging(on("2025-06-01"))["BR"].authorities
    assert [(a.name[-6:], a.leads) for a in authorities] == [("(MDIC)", True), ("(MEMP)", False)]


def test_an_authority_finds_what_it_was_and_became(institution, django_assert_num_queries):
    economy = Authority.objects.get(name="Ministry of Economy")
    mdic = economy.continued_by
    with django_assert_num_queries(0):
        assert economy.on(date(2022, 12, 31)) == economy
        assert mdic.on(date(2023, 1, 1)) == mdic
    with django_assert_num_queries(1):
        assert economy.on(date(2026, 1, 1)) == mdic
    with django_assert_num_queries(1):
        assert mdic.on(date(2021, 1, 1)) == economy
    among = list(Authority.objects.filter(state__code="BR"))
    with django_assert_num_queries(0):
        assert economy.on(date(2026, 1, 1), among) == mdic
    # Before its first record nothing is known to have stood in its place.
    assert mdic.on(date(2010, 1, 1)) == economy


def test_between_two_records_the_earlier_name_holds(cast):
    dorlan = cast.states["Dorlan"]
    later = Authority.objects.create(state=dorlan, name="Later", period=(date(2012, 1, 1), None))
    earlier = Authority.objects.create(
        state=dorlan, name="Earlier", period=(None, date(2010, 1, 1)), continued_by=later
    )
    earlier, later = (Authority.objects.get(pk=row.pk) for row in (earlier, later))
    gap = date(2011, 6, 1)
    assert (earlier.on(gap), later.on(gap)) == (earlier, earlier)


# People


def test_it_names_who_presided_and_who_wrote(cast):
    now, before = on("2027-03-10", cast.head), on("2026-12-31", cast.head)
    assert (names(now.chairs), names(now.staff)) == (["Chair Aldova"], ["Staff Aldova"])
    assert (names(before.chairs), names(before.staff)) == (["Chair Borania"], ["Staff Borania"])


def test_an_expert_chairs_nothing(cast):
    assert "Expert Aldova" not in names(on("2027-03-10", cast.staff).chairs)


def test_who_could_speak_for_a_state(cast):
    dorlan = belonging(on("2027-03-10", cast.head))["DO"]
    assert names(dorlan.speakers) == ["Head Dorlan", "Alternate Dorlan", "Minister Dorlan"]
    assert names(dorlan.others) == ["Delegate Dorlan"]
    assert str(dorlan.speakers[0].appointment.term) == "from 1 June 2026"


def test_an_appointment_counts_from_its_first_day_to_the_one_before_its_end(cast):
    speakers = {
        day: names(belonging(on(day, cast.head))["DO"].speakers)
        for day in ("2026-05-31", "2026-06-01")
    }
    assert speakers["2026-05-31"] == []
    assert "Head Dorlan" in speakers["2026-06-01"]


def test_nobody_speaks_for_a_partner_or_an_observer(cast):
    fenland = factories.state("Fenland", order=9)
    Membership.objects.create(state=fenland, status="partner", period=(date(2020, 1, 1), None))
    factories.person("Head Fenland", "head", fenland)
    found = belonging(on("2027-03-10", cast.head))
    assert found["FE"].speakers == found["OBS"].speakers == ()
    assert names(found["FE"].others) == ["Head Fenland"]
    assert names(found["OBS"].others) == ["Observer Union"]


def test_an_invited_state_has_a_voice_if_it_is_counted(cast):
    fenland = factories.state("Fenland", order=9)
    Membership.objects.create(state=fenland, status="invited", period=(date(2020, 1, 1), None))
    factories.person("Head Fenland", "head", fenland)
    assert names(belonging(on("2027-03-10", cast.head))["FE"].speakers) == ["Head Fenland"]


def test_whoever_will_chair_later_does_not_chair_now(cast):
    cestria = belonging(on("2027-03-10", cast.head))["CE"]
    (chair,) = cestria.others
    assert chair.capacity == "Chair of the Advisory Group, when the state presides"
    assert names(on("2028-01-01", cast.head).chairs) == ["Chair Cestria"]


def test_after_an_early_hand_over_the_next_writes_and_the_present_presides(cast):
    staff = factories.person("Staff Cestria", "secretariat", cast.states["Cestria"])
    HandOver.objects.create(
        outgoing=Presidency.objects.get(year=2027),
        incoming=Presidency.objects.get(year=2028),
        at=factories.NOW + timedelta(days=2),
    )
    before, after = on("2027-03-11", cast.head), on("2027-03-12", cast.head)
    assert not before.handed_over_early and names(before.staff) == ["Staff Aldova"]
    assert after.handed_over_early
    assert (after.presidency.year, after.secretariat.year) == (2027, 2028)
    assert (names(after.chairs), names(after.staff)) == (["Chair Aldova"], [staff.name])


def test_a_person_is_named_with_the_authority_as_it_was_called(cast):
    aldova = cast.states["Aldova"]
    now = Authority.objects.create(
        state=aldova, name="Industry Agency", leads=False, period=(date(2027, 1, 1), None)
    )
    then = Authority.objects.create(
        state=aldova, name="Industry Board", leads=False, continued_by=now,
        period=(None, date(2027, 1, 1)),
    )  # fmt: skip
    somebody = factories.person("Contact Aldova")
    accredit(
        somebody, function="focal_point", state=aldova, since=date(2026, 6, 1), authority=then,
        by=None,
    )  # fmt: skip

    def named(day):
        people = belonging(on(day, cast.head))["AL"].others
        return {h.appointment.person.name: h.authority for h in people}["Contact Aldova"]

    assert (named("2026-12-31"), named("2027-01-01")) == (then, now)


# Whom the names are told to


# Whose delegates each role is told of; None is told no name at all.
TOLD = {
    "chair": {"Delegate Aldova", "Delegate Borania", "Delegate Dorlan"},
    "staff": {"Delegate Aldova", "Delegate Borania", "Delegate Dorlan"},
    "head": {"Delegate Dorlan"},
    "other_head": {"Delegate Borania"},
    "alternate": {"Delegate Dorlan"},
    "delegate": {"Delegate Dorlan"},
    "minister": {"Delegate Dorlan"},
    "observer": set(),
    # Appointed for the presiding state, but neither chair nor secretariat: a delegation's own.
    "expert_chair": {"Delegate Aldova"},
    "next_chair": set(),
    "former_chair": None,
    "former_staff": None,
    "superuser": None,
    "stranger": None,
    "visitor": None,
}
OPEN = {"Head Dorlan", "Alternate Dorlan", "Minister Borania", "Chair Aldova", "Staff Aldova",
        "Observer Union", "Contact Cestria"}  # fmt: skip


@pytest.mark.parametrize("role", TOLD)
def test_names_are_told_to_those_in_office_and_delegates_to_their_own(cast, sign_in, role):
    for name in ("Aldova", "Borania"):
        factories.person(f"Delegate {name}", "delegate", cast.states[name])
    factories.person("Contact Cestria", "focal_point", cast.states["Cestria"])
    people = cast.everyone()
    assert people.keys() | {"visitor"} == TOLD.keys()
    reader = people.get(role)
    response = ask(sign_in(reader), "2027-03-10")
    shown = page(response)
    # The header says who is signed in; the page itself begins after it.
    shown = shown[shown.index("<main") :]
    found = {name for name in Person.objects.values_list("name", flat=True) if name in shown}
    told = TOLD[role]
    if told is None:
        assert found == set()
        assert "Names of people are shown to those who hold an appointment." in shown
        assert "Could speak" not in shown
    else:
        assert found >= OPEN
        assert {name for name in found if name.startswith("Delegate")} == told
    # What is public is told to everybody alike.
    assert "Ministry of Industry of Dorlan" in shown
    assert "That of Aldova 2027" in shown


def test_what_somebody_was_once_gives_no_names_of_that_time(cast, sign_in):
    shown = page(ask(sign_in(cast.former_staff), "2026-12-31"))
    assert "Chair Borania" not in shown


def test_sources_are_for_those_who_serve_or_served(cast, sign_in):
    Membership.objects.update(source="A letter of 2020", note="Seen in the archive")
    Authority.objects.update(source="A gazette")
    for role, reader in [*cast.everyone().items(), ("visitor", None)]:
        shown = page(ask(sign_in(reader)))
        reads = role in ("chair", "staff", "former_chair", "former_staff")
        for words in ("A letter of 2020", "Seen in the archive", "A gazette"):
            assert (words in shown) is reads, (role, words)


def test_everybody_sees_what_is_unverified(cast, sign_in):
    assert "(unverified)" not in page(ask(sign_in()))
    Presidency.objects.filter(year=2027).update(unverified=True)
    assert page(ask(sign_in())).count("(unverified)") == 1
    Membership.objects.filter(state=cast.states["Dorlan"]).update(unverified=True)
    Authority.objects.filter(state=cast.states["Dorlan"]).update(unverified=True)
    assert page(ask(sign_in())).count("(unverified)") == 3


# The page


def test_it_opens_with_today(cast, sign_in):
    shown = page(ask(sign_in()))
    assert "Today, 10 March 2027" in shown
    assert 'type="date" name="on" value="2027-03-10"' in shown


def test_an_early_hand_over_is_said_in_words(cast, sign_in):
    HandOver.objects.create(
        outgoing=Presidency.objects.get(year=2027),
        incoming=Presidency.objects.get(year=2028),
        at=factories.NOW - timedelta(days=2),
    )
    shown = page(ask(sign_in()))
    assert "That of Cestria 2028, to which it was handed over before" in shown


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("2004-05-01", "The record of presidencies begins in 2026."),
        ("0001-01-01", "The record of presidencies begins in 2026."),
        ("2031-07-01", "Not yet announced: the table of presidencies ends on 31 December 2028."),
        ("9999-12-31", "Not yet announced: the table of presidencies ends on 31 December 2028."),
    ],
)
def test_a_day_the_table_does_not_cover_is_said_to_be_one(cast, sign_in, day, sentence):
    assert sentence in page(ask(sign_in(), day))


def test_a_gap_in_the_table_is_no_future(cast, sign_in):
    Presidency.objects.filter(year=2027).delete()
    assert "No presidency is on record for this day." in page(ask(sign_in(), "2027-05-01"))


def test_a_day_ahead_says_that_it_lies_ahead(cast, sign_in):
    words = "This day lies ahead."
    assert words in page(ask(sign_in(), "2027-03-11"))
    assert words not in page(ask(sign_in(), "2027-03-10"))


def test_an_empty_record_is_said_to_be_one(db, sign_in):
    shown = page(ask(sign_in()))
    assert "No presidency is on record for this day." in shown
    assert "No membership is on record for this day." in shown


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ("2019", "2019 is a year, and one day is needed. Write one like 2019-01-01."),
        ("2019-09", "September 2019 is a month, and one day is needed. Write one like 2019-09-01."),
        ("2019-02-30", "This is not a day of the calendar. Write it like 2019-09-18."),
        ("yesterday", "This is not a day of the calendar. Write it like 2019-09-18."),
        ("<script>", "This is not a day of the calendar. Write it like 2019-09-18."),
        ("", "Choose a day, or write it like 2019-09-18."),
    ],
)
def test_what_is_no_day_is_refused_and_kept(cast, sign_in, sent, sentence):
    response = ask(sign_in(), sent)
    assert response.status_code == 422
    shown = response.content.decode()
    assert "There is a problem" in shown
    assert shown.count(sentence) == 2
    assert "<title>Error: " in shown
    if sent:
        assert f'value="{escape(sent)}"' in shown
    assert 'type="date"' not in shown
    assert "Member states" not in shown


def test_the_page_is_only_read(cast, sign_in):
    assert sign_in(cast.chair).post("/en/who/", {"on": "2027-03-10"}).status_code == 405


# What it costs


def crowd(states, people):
    """Member states with an authority and people each, all on record today."""
    first = State.objects.count()
    for n in range(first, first + states):
        of = State.objects.create(code=f"X{n}", name=f"State {n}", protocol_order=200 + n)
        factories.member(of)
        factories.authority(of)
        for function in ("head", "minister", "focal_point", "delegate")[:people]:
            person = Person.objects.create(name=f"{function} {n}")
            accredit(person, function=function, state=of, since=date(2026, 6, 1), by=None)


def test_the_answer_costs_the_same_for_few_and_for_many(cast, django_assert_num_queries):
    readers = {role: Standing.of(p, factories.TODAY) for role, p in cast.everyone().items()}
    for states in (0, 12):
        crowd(states, 4)
        for reader, queries in ((NOBODY, 3), (readers["head"], 4), (readers["staff"], 4)):
            with django_assert_num_queries(queries):
                who = Who.on(factories.TODAY, reader)
            assert len(belonging(who)) == 5 + states
        with django_assert_num_queries(4):
            Who.on(date(2040, 1, 1), NOBODY)


@pytest.mark.parametrize(("role", "queries"), [("visitor", 4), ("head", 10), ("staff", 10)])
def test_the_page_costs_the_same_for_few_and_for_many(
    cast, sign_in, django_assert_num_queries, role, queries
):
    reader = sign_in(cast.everyone().get(role))
    ask(reader)
    for states in (1, 12):
        crowd(states, 4)
        with django_assert_num_queries(queries):
            page(ask(reader))
