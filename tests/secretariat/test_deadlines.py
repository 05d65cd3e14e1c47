"""A deadline in the capitals: what the clocks say, which days are worked, what is warned of."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from holidays.registry import COUNTRIES
from hypothesis import given
from hypothesis import strategies as st

from secretariat import deadlines, institution
from secretariat.deadlines import Calendar, Clock
from secretariat.models import State

SATURDAY_SUNDAY, FRIDAY_SATURDAY, FRIDAY = frozenset({6, 7}), frozenset({5, 6}), frozenset({5})


@dataclass(frozen=True)
class Place:
    """A state as plain as it comes."""

    name: str = "Aldova"
    time_zone: str = "UTC"
    weekend: list[int] = field(default_factory=lambda: [6, 7], hash=False)
    holidays: str = "AT"
    protocol_order: int = 1
    unverified: bool = False


CHINA = Place("China", "Asia/Shanghai", [6, 7], "CN", 4)
EGYPT = Place("Egypt", "Africa/Cairo", [5, 6], "EG", 6)
IRAN = Place("Iran", "Asia/Tehran", [5], "IR", 9)
INDIA = Place("India", "Asia/Kolkata", [6, 7], "IN", 3)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def seen_from(place: Place, deadline: datetime, now: datetime, fewest: int = 3):
    found = deadlines.outlook(deadline, [place], now=now, fewest=fewest)
    return found.capitals[0]


# The clock


@pytest.mark.parametrize(
    ("zone", "day", "instant"),
    [
        ("UTC", date(2027, 3, 12), "2027-03-13T00:00"),
        ("Asia/Shanghai", date(2027, 3, 12), "2027-03-12T16:00"),
        ("America/Sao_Paulo", date(2027, 3, 12), "2027-03-13T03:00"),
        # In Cairo the clocks go from 24:00 to 01:00 on the last Thursday of April …
        ("Africa/Cairo", date(2027, 4, 29), "2027-04-29T22:00"),
        # … and from 24:00 back to 23:00 on the last Thursday of October.
        ("Africa/Cairo", date(2027, 10, 28), "2027-10-28T22:00"),
        # In Havana midnight is told twice on the first Sunday of November.
        ("America/Havana", date(2027, 11, 6), "2027-11-07T04:00"),
        # A leap day, and the end of a year.
        ("Asia/Kolkata", date(2028, 2, 29), "2028-02-29T18:30"),
        ("Asia/Tehran", date(2027, 12, 31), "2027-12-31T20:30"),
    ],
)
def test_a_day_ends_at_its_place_and_is_told_as_24_00_there(zone, day, instant):
    ends = deadlines.end_of_day(day, ZoneInfo(zone))
    assert ends == at(instant)
    clock = Clock.at(ends, ZoneInfo(zone))
    assert (clock.day, clock.hour) == (day, "24:00")
    # A moment before, it was still that day; from then on it never is again.
    before = (ends - timedelta(seconds=1)).astimezone(ZoneInfo(zone))
    assert before.date() == day
    assert ends.astimezone(ZoneInfo(zone)).date() > day


@given(
    day=st.dates(date(1990, 1, 1), date(2050, 12, 31)),
    zone=st.sampled_from(["Africa/Cairo", "America/Havana", "Asia/Tehran", "America/Sao_Paulo"]),
)
def test_days_follow_one_another_without_a_gap(day, zone):
    """The end of a day is the first instant of the next, whatever the clocks do at midnight."""
    place = ZoneInfo(zone)
    ends = deadlines.end_of_day(day, place)
    assert ends.astimezone(place).date() == day + timedelta(days=1)
    assert (ends - timedelta(microseconds=1)).astimezone(place).date() == day
    assert timedelta(hours=22) <= ends - deadlines.end_of_day(day - timedelta(days=1), place)


@pytest.mark.parametrize(
    ("moment", "zone", "words", "last"),
    [
        ("2027-03-12T15:00", "Asia/Shanghai", "Friday 12 March 2027, 23:00", date(2027, 3, 12)),
        ("2027-03-12T16:00", "Asia/Shanghai", "Friday 12 March 2027, 24:00", date(2027, 3, 12)),
        # Nobody works between midnight and 08:00: the day before was the last one.
        ("2027-03-12T16:01", "Asia/Shanghai", "Saturday 13 March 2027, 00:01", date(2027, 3, 12)),
        ("2027-03-15T00:00", "Asia/Shanghai", "Monday 15 March 2027, 08:00", date(2027, 3, 14)),
        ("2027-03-15T00:01", "Asia/Shanghai", "Monday 15 March 2027, 08:01", date(2027, 3, 15)),
        ("2027-03-15T00:00", "Asia/Kolkata", "Monday 15 March 2027, 05:30", date(2027, 3, 14)),
    ],
)
def test_the_last_day_is_the_last_on_which_anybody_worked(moment, zone, words, last):
    clock = Clock.at(at(moment), ZoneInfo(zone))
    assert (str(clock), clock.last_day) == (words, last)


def test_the_deadline_is_told_by_the_clock_of_its_place_and_by_utc():
    def told(moment, place):
        return str(
            deadlines.outlook(at(moment), [], now=at("2027-03-01T12:00"), fewest=3, place=place)
        )

    assert told("2027-03-12T16:00", "Asia/Shanghai") == (
        "Friday 12 March 2027, 24:00 Shanghai (16:00 UTC)"
    )
    assert told("2027-03-13T03:00", "America/Sao_Paulo") == (
        "Friday 12 March 2027, 24:00 Sao Paulo (13 March, 03:00 UTC)"
    )
    assert told("2027-03-13T00:00", "UTC") == "Friday 12 March 2027, 24:00 UTC"
    assert told("2027-03-12T16:00", "") == "Friday 12 March 2027, 16:00 UTC"


def test_an_instant_without_a_zone_is_refused():
    naive = datetime(2027, 3, 12, 12)  # noqa: DTZ001
    with pytest.raises(ValueError, match="time zone"):
        deadlines.outlook(naive, [], now=at("2027-03-01T12:00"), fewest=3)
    with pytest.raises(ValueError, match="time zone"):
        deadlines.outlook(at("2027-03-01T12:00"), [], now=naive, fewest=3)


# The calendar


@pytest.mark.parametrize(
    ("weekend", "country", "day", "why"),
    [
        (SATURDAY_SUNDAY, "AT", date(2027, 3, 12), ""),
        (SATURDAY_SUNDAY, "AT", date(2027, 3, 13), "part of the weekend"),
        (FRIDAY_SATURDAY, "EG", date(2027, 3, 12), "part of the weekend"),
        (FRIDAY_SATURDAY, "EG", date(2027, 3, 14), ""),
        (FRIDAY, "IR", date(2027, 3, 13), ""),
        (FRIDAY, "IR", date(2027, 3, 21), "a public holiday: Nowruz"),
        # China works some Sundays in exchange for others: 4 January 2026 was one.
        (SATURDAY_SUNDAY, "CN", date(2026, 1, 4), ""),
        (SATURDAY_SUNDAY, "CN", date(2026, 1, 11), "part of the weekend"),
        (SATURDAY_SUNDAY, "CN", date(2026, 1, 2), "a public holiday: "),
        # Offices close for longer than everybody else at the end of Ramadan.
        (FRIDAY_SATURDAY, "EG", date(2027, 3, 11), "a public holiday: Eid al-Fitr (estimated)"),
        # A holiday on a weekend is named; it is the better reason.
        (SATURDAY_SUNDAY, "AT", date(2027, 12, 25), "a public holiday: Christmas Day"),
        # Nobody's weekend is taken for granted.
        (frozenset(), "AT", date(2027, 3, 14), ""),
        (SATURDAY_SUNDAY, "", date(2027, 12, 24), ""),
    ],
)
def test_why_a_day_is_not_worked(weekend, country, day, why):
    said = Calendar(weekend, country).off(day)
    assert said.startswith(why) and bool(said) is bool(why)


@given(
    after=st.dates(date(2025, 11, 1), date(2027, 12, 31)),
    days=st.integers(-5, 500),
    weekend=st.frozensets(st.integers(1, 7), max_size=6),
    country=st.sampled_from(["CN", "EG", "IR", "RU", "SA", "", "XX"]),
)
def test_the_count_is_that_of_looking_at_each_day(after, days, weekend, country):
    calendar, until = Calendar(weekend, country), after + timedelta(days=days)
    each = [after + timedelta(days=n) for n in range(1, days + 1)]
    assert calendar.count(after, until) == sum(not calendar.off(day) for day in each)


@pytest.mark.parametrize(
    ("country", "year", "known"),
    [
        ("CN", 2027, True),
        ("CN", 1949, False),
        ("CN", 2101, False),
        ("AN", 2027, False),
        ("", 2027, False),
        ("os", 2027, False),
        ("CHN", 2027, False),
    ],
)
def test_what_the_holidays_are_known_of(country, year, known):
    assert (deadlines.kept(country, year) is not None) is known


def test_what_is_kept_of_a_year_is_of_that_year_alone():
    for country in ("CN", "RU", "EG", "IR", "US"):
        for year in (2026, 2027):
            found = deadlines.kept(country, year)
            assert {day.year for day in found.days_off} == {year}
            assert {day.year for day in found.worked} <= {year}


# A deadline in a capital


def test_a_day_counts_from_tomorrow_there_to_the_last_day_there():
    # Wednesday noon in UTC, until Friday 24:00 in UTC: Thursday and Friday.
    assert seen_from(Place(), at("2027-03-13T00:00"), at("2027-03-10T12:00")).left == 2
    # In Tokyo Thursday has begun, and it ends at 09:00 on Saturday.
    tokyo = Place("Japan", "Asia/Tokyo", [6, 7], "JP")
    found = seen_from(tokyo, at("2027-03-13T00:00"), at("2027-03-10T16:00"))
    assert (found.left, str(found.clock)) == (1, "Saturday 13 March 2027, 09:00")
    assert "the last day is Saturday 13 March, part of the weekend" in found.warnings
    # On the day itself nothing is left, nor when it is over.
    assert seen_from(Place(), at("2027-03-13T00:00"), at("2027-03-12T00:01")).left == 0
    assert seen_from(Place(), at("2027-03-13T00:00"), at("2027-04-12T00:01")).left == 0


def test_a_deadline_before_work_begins_belongs_to_the_day_before():
    """Monday 05:30 in New Delhi is Sunday's end: as little use as Sunday 24:00 elsewhere."""
    monday = at("2027-03-15T00:00")
    india = seen_from(INDIA, monday, at("2027-03-11T12:00"))
    here = seen_from(Place(), monday, at("2027-03-11T12:00"))
    assert (india.left, here.left) == (1, 1)
    assert india.warnings == here.warnings
    assert "the last day is Sunday 14 March, part of the weekend" in india.warnings
    assert india.notes == ("before work begins; the last day is Sunday 14 March",)
    # On Saturday at 05:30 nobody has lost a day: Friday was the last, and is worked.
    saturday = seen_from(INDIA, at("2027-03-13T00:00"), at("2027-03-01T12:00"))
    assert (str(saturday.clock), saturday.warnings) == ("Saturday 13 March 2027, 05:30", ())


@pytest.mark.parametrize(
    ("place", "deadline", "left", "warning"),
    [
        (EGYPT, "2026-11-27T16:00", 2, "the last day is Friday 27 November, part of the weekend"),
        (EGYPT, "2026-11-29T16:00", 3, ""),
        (IRAN, "2026-11-27T16:00", 2, "the last day is Friday 27 November, part of the weekend"),
        (IRAN, "2026-11-28T16:00", 3, ""),
        (CHINA, "2026-11-27T09:00", 3, ""),
    ],
)
def test_the_same_week_is_not_the_same_number_of_days_everywhere(place, deadline, left, warning):
    found = seen_from(place, at(deadline), at("2026-11-24T12:00"))
    assert found.left == left
    assert [w for w in found.warnings if "last day" in w] == ([warning] if warning else [])


def test_a_sunday_worked_in_china_counts():
    # 1–3 January 2026 are holidays and Sunday the 4th is worked.
    found = seen_from(CHINA, at("2026-01-05T09:00"), at("2025-12-31T02:00"))
    assert found.left == 2
    assert seen_from(CHINA, at("2026-01-04T09:00"), at("2025-12-31T02:00")).warnings == (
        "only 1 working day is left",
    )


def test_a_leap_day_is_a_day():
    assert seen_from(Place(), at("2028-03-02T00:00"), at("2028-02-28T12:00")).left == 2
    assert seen_from(Place(), at("2027-03-02T00:00"), at("2027-02-28T12:00")).left == 1


@pytest.mark.parametrize(
    ("fewest", "warnings"),
    [(3, ("only 2 working days are left",)), (2, ()), (1, ())],
)
def test_how_few_days_are_few_is_set(fewest, warnings):
    found = seen_from(Place(), at("2027-03-12T17:00"), at("2027-03-10T12:00"), fewest)
    assert found.warnings == warnings


@pytest.mark.parametrize(
    ("hour", "notes"),
    [
        ("08:00", ("before work begins; the last day is Thursday 18 March",)),
        ("08:01", ()),
        ("18:00", ()),
        ("18:01", ("after working hours",)),
        ("23:59", ("after working hours",)),
    ],
)
def test_an_hour_outside_working_hours_is_told_and_not_warned_of(hour, notes):
    found = seen_from(Place(), at(f"2027-03-19T{hour}"), at("2027-03-01T12:00"))
    assert (found.notes, found.warnings) == (notes, ())


# What is not known


def test_an_unknown_time_zone_is_said_and_nothing_is_counted():
    for zone in ("", "Mars/Olympus", "../etc/passwd"):
        found = seen_from(Place(time_zone=zone), at("2027-03-12T17:00"), at("2027-03-10T12:00"))
        assert (found.clock, found.left, found.warnings) == (None, None, ())
        assert found.notes == ("time zone not on record",)
        assert found.few == "Not known"
        assert str(found) == "The time zone of the capital is not on record."


@pytest.mark.parametrize("country", ["", "AN"])
def test_unknown_holidays_make_the_count_an_at_most(country):
    place = Place(holidays=country)
    found = seen_from(place, at("2027-03-12T17:00"), at("2027-03-10T12:00"))
    assert (found.left, found.at_most, found.few) == (2, True, "At most 2")
    assert found.warnings == ("at most 2 working days are left",)
    assert found.notes == ("public holidays not on record",)
    assert str(found) == "Friday 12 March 2027, 17:00 – at most 2 working days left"


def test_a_year_whose_holidays_are_not_known_is_not_taken_for_one_without():
    found = seen_from(CHINA, at("2101-03-18T09:00"), at("2100-12-24T12:00"))
    assert found.at_most
    assert "public holidays not on record" in found.notes


def test_an_unknown_weekend_makes_the_count_an_at_most():
    found = seen_from(Place(weekend=[]), at("2027-03-14T17:00"), at("2027-03-10T12:00"))
    assert (found.left, found.at_most) == (4, True)
    assert (found.notes, found.warnings) == (("weekend not on record",), ())


def test_no_day_left_is_certain_whatever_is_unknown():
    found = seen_from(Place(holidays=""), at("2027-03-10T17:00"), at("2027-03-10T12:00"))
    assert (found.left, found.at_most) == (0, False)
    assert found.warnings == ("no working day is left",)


def test_an_exchange_of_days_that_is_still_to_be_announced_is_said():
    note = "working weekends of 2040 not on record"
    now, deadline = at("2026-11-24T12:00"), at("2040-03-15T09:00")
    assert note in seen_from(CHINA, deadline, now).notes
    # Bulgaria stopped exchanging days ten years ago; nothing is waited for.
    bulgaria = Place("Bulgaria", "Europe/Sofia", [6, 7], "BG")
    assert note not in seen_from(bulgaria, deadline, now).notes
    # In a year on record nothing is missing.
    known = seen_from(CHINA, at("2026-03-19T09:00"), at("2026-03-10T12:00"))
    assert known.notes == ()


def test_what_is_unverified_says_so():
    found = seen_from(Place(unverified=True), at("2027-03-19T17:00"), at("2027-03-01T12:00"))
    assert found.notes == ("weekend, holidays or time zone partly unverified",)


# All capitals together


def test_states_stand_in_protocol_order_and_share_a_warning():
    places = [
        Place("Dorlan", protocol_order=9),
        Place("Aldova", protocol_order=2),
        Place("Cestria", protocol_order=9),
        Place("Borania", weekend=[5], protocol_order=1),
    ]
    found = deadlines.outlook(at("2027-03-12T17:00"), places, now=at("2027-03-09T12:00"), fewest=3)
    assert [c.state.name for c in found.capitals] == ["Borania", "Aldova", "Cestria", "Dorlan"]
    assert found.warnings == [
        "Borania: the last day is Friday 12 March, part of the weekend.",
        "Borania: only 2 working days are left.",
    ]
    found = deadlines.outlook(at("2027-03-12T17:00"), places, now=at("2027-03-11T12:00"), fewest=3)
    assert found.warnings == [
        "Borania: the last day is Friday 12 March, part of the weekend.",
        "Borania: no working day is left.",
        "Aldova, Cestria and Dorlan: only 1 working day is left.",
    ]
    assert len(found.warned) == 4


def test_what_holds_for_all_is_said_once():
    places = [Place(name, protocol_order=n) for n, name in enumerate("ABCDE")]
    found = deadlines.outlook(at("2027-03-12T17:00"), places, now=at("2027-03-12T12:00"), fewest=3)
    assert found.warnings == ["All 5 states: no working day is left."]


def test_the_fingerprint_is_that_of_the_warnings_and_the_deadline():
    def print_of(deadline, now, places=(Place(),)):
        return deadlines.outlook(at(deadline), places, now=at(now), fewest=3).fingerprint

    first = print_of("2027-03-12T17:00", "2027-03-10T12:00")
    assert first == print_of("2027-03-12T17:00", "2027-03-10T18:00")
    others = {
        print_of("2027-03-12T17:30", "2027-03-10T12:00"),
        print_of("2027-03-12T17:00", "2027-03-11T12:00"),
        print_of("2027-03-12T17:00", "2027-03-10T12:00", [Place("Other")]),
    }
    assert len(others) == 3 and first not in others


def test_it_is_fast_for_all_the_states_there_are():
    codes = sorted({names[1] for names in COUNTRIES.values()})[:200]
    places = [Place(code, "Asia/Tokyo", [6, 7], code, n) for n, code in enumerate(codes)]

    def look() -> float:
        began = process_time()
        found = deadlines.outlook(
            at("2028-11-20T17:00"), places, now=at("2026-11-24T12:00"), fewest=3
        )
        assert len(found.capitals) == 200
        return process_time() - began

    look()
    assert min(look() for _again in range(3)) < 0.25


def test_what_is_remembered_of_holidays_has_a_bound():
    assert deadlines.kept.cache_info().maxsize


# The shipped facts


def shipped():
    form = json.loads(institution.SHIPPED.read_text(encoding="utf-8"))
    return {state["code"]: state for state in form["states"]}


def test_every_state_on_record_has_a_weekend_and_holidays_with_their_source():
    for code, state in shipped().items():
        assert state["weekend"] and state["time_zone"], code
        assert deadlines.knows(state["holidays"]), code
        assert "Weekend" in state["source"] and "holidays package" in state["source"], code


@pytest.mark.parametrize(
    ("code", "weekend", "country"),
    [
        ("CN", [6, 7], "CN"),
        ("AE", [6, 7], "AE"),
        ("EG", [5, 6], "EG"),
        ("SA", [5, 6], "SA"),
        ("IR", [5], "IR"),
        ("UNIDO", [6, 7], "AT"),
    ],
)
def test_the_weekends_that_differ(code, weekend, country):
    state = shipped()[code]
    assert (state["weekend"], state["holidays"]) == (weekend, country)


def test_what_is_inferred_is_marked():
    weak = {
        code: s["unverified_fields"] for code, s in shipped().items() if "unverified_fields" in s
    }
    assert weak == {"IR": ["weekend"], "UNIDO": ["weekend", "holidays"]}


@pytest.fixture
def form():
    return json.loads(institution.SHIPPED.read_text(encoding="utf-8"))


@pytest.mark.django_db
def test_loading_puts_them_on_record_and_takes_nothing_for_granted(form, tmp_path):
    call_command("load_institution", stdout=StringIO())
    egypt, iran = State.objects.get(code="EG"), State.objects.get(code="IR")
    assert (egypt.weekend, egypt.holidays, egypt.unverified) == ([5, 6], "EG", False)
    assert (iran.weekend, iran.unverified) == ([5], True)
    assert "Not verified: weekend." in iran.note
    assert State.objects.get(code="UNIDO").holidays == "AT"
    for state in form["states"]:
        if state["code"] == "EG":
            del state["weekend"], state["holidays"]
    path = tmp_path / "institution.json"
    path.write_text(json.dumps(form), encoding="utf-8")
    call_command("load_institution", path, stdout=StringIO())
    egypt.refresh_from_db()
    assert (egypt.weekend, egypt.holidays) == ([], "")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("weekend", [0], "states[1].weekend[1]: "),
        ("weekend", [8], "states[1].weekend[1]: "),
        ("weekend", [6, 6], "states[1].weekend: "),
        ("weekend", [1, 2, 3, 4, 5, 6, 7], "states[1].weekend: "),
        ("weekend", "Friday", "states[1].weekend: "),
        ("holidays", "Brazil", "states[1].holidays: “Brazil” is not written as it should be"),
        ("holidays", "XX", "states[1].holidays: the holidays of “XX” are not known."),
        ("unverified_fields", ["mood"], "states[1].unverified_fields[1]: “mood” is none of "),
    ],
)
def test_a_bad_weekend_or_unknown_holidays_are_named_with_their_place(form, field, value, sentence):
    form["states"][0][field] = value
    with pytest.raises(institution.InvalidInstitution) as caught:
        institution.read(json.dumps(form))
    assert sentence in str(caught.value)
