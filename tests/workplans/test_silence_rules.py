"""What opening a silence needs, and what is said of one that runs (domain rule 7). No database."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from workplans import correspondence
from workplans.correspondence import NoSuchHour, instant, obstacles, outlook, propose, sentence

# A Monday at noon; Iran's weekend is Friday, and the others' Saturday and Sunday.
NOW = datetime(2027, 3, 8, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Place:
    name: str
    time_zone: str = "UTC"
    weekend: tuple[int, ...] = (6, 7)
    holidays: str = ""
    protocol_order: int = 1
    unverified: bool = False


@dataclass
class Capitals:
    india: Place = field(default_factory=lambda: Place("India", "Asia/Kolkata", (6, 7), "IN"))
    iran: Place = field(default_factory=lambda: Place("Iran", "Asia/Tehran", (5,), "IR", 2))
    brazil: Place = field(
        default_factory=lambda: Place("Brazil", "America/Sao_Paulo", (6, 7), "BR")
    )

    @property
    def all(self):
        return [self.india, self.iran, self.brazil]


def against(expires, states=None, now=NOW):
    states = states or [Place("Aldova")]
    return obstacles(expires, now, outlook(expires, states, now=now, place="UTC"))


def test_it_lasts_at_least_as_long_as_the_setting_says(settings):
    assert settings.SILENCE_HOURS == 72
    assert not against(NOW + timedelta(hours=72))
    assert against(NOW + timedelta(hours=72) - timedelta(microseconds=1)) == [
        "The states need at least 72 hours."
    ]
    settings.SILENCE_HOURS = 96
    assert against(NOW + timedelta(hours=72)) == ["The states need at least 96 hours."]


def test_every_capital_has_the_working_days_it_needs(settings):
    assert settings.SILENCE_WORKING_DAYS == 3
    friday = datetime(2027, 3, 12, 12, tzinfo=UTC)
    states = [Place("Aldova"), Place("Borania", weekend=(5,), protocol_order=2)]
    # From Friday noon to Monday noon there are 72 hours, and one working day where it is a weekend.
    monday = friday + timedelta(hours=72)
    assert against(monday, states, friday) == [
        "Every capital needs at least 3 working days. Fewer are left in: Aldova."
    ]
    assert not against(monday + timedelta(days=2), states, friday)
    settings.SILENCE_WORKING_DAYS = 1
    assert not against(monday, states, friday)


def test_days_that_cannot_be_counted_forbid_nothing_and_are_shown():
    lost = Place("Cestria", time_zone="")
    expires = NOW + timedelta(days=4)
    assert not against(expires, [lost])
    (capital,) = outlook(expires, [lost], now=NOW, place="UTC").capitals
    assert capital.few == "Not known"


def test_a_mistyped_year_is_no_deadline():
    assert against(NOW + timedelta(days=365)) == ["The states have 92 days at most."]


def test_the_proposal_is_the_close_of_a_working_day_that_speaks_for_itself(settings):
    capitals = Capitals()
    expires = propose(NOW, capitals.all, "Asia/Kolkata")
    here = expires.astimezone(ZoneInfo("Asia/Kolkata"))
    assert (here.hour, here.minute) == (18, 0)
    seen = outlook(expires, capitals.all, now=NOW, place="Asia/Kolkata")
    assert not seen.warnings
    assert not obstacles(expires, NOW, seen)


def test_a_proposal_is_always_allowed():
    """On every week of two years, at hours that walk around the clock."""
    for week in range(104):
        now = NOW + timedelta(weeks=week, hours=7 * week)
        expires = propose(now, Capitals().all, "America/Sao_Paulo")
        seen = outlook(expires, Capitals().all, now=now, place="America/Sao_Paulo")
        assert not obstacles(expires, now, seen), now


@pytest.mark.parametrize(
    ("wall", "zone", "words"),
    [
        (datetime(2027, 3, 28, 2, 30), "Europe/Berlin", "leave out this hour"),
        (datetime(2027, 10, 31, 2, 30), "Europe/Berlin", "show this hour twice"),
    ],
)
def test_an_hour_the_clocks_leave_out_or_show_twice_is_no_end(wall, zone, words):
    with pytest.raises(NoSuchHour, match=words):
        instant(wall, ZoneInfo(zone))


def test_an_hour_of_a_place_is_one_instant():
    assert instant(datetime(2027, 3, 12, 18), ZoneInfo("Asia/Kolkata")) == datetime(
        2027, 3, 12, 12, 30, tzinfo=UTC
    )
    with pytest.raises(ValueError, match="no time zone of its own"):
        instant(NOW, ZoneInfo("UTC"))


def test_a_silence_is_never_called_an_approval():
    assert sentence(0) == "No objection so far."
    assert sentence(1).startswith("No objection so far. 1 state asks for time")
    assert "2 states ask for time" in sentence(2)
    # Who may not know of it reads the same whether somebody asked or not.
    assert sentence(2, withheld=True) == sentence(0)
    for asking in range(4):
        assert "approv" not in sentence(asking)


def test_the_leap_day_and_the_turn_of_the_year_are_days_like_others():
    leap = date(2028, 2, 29)
    expires = instant(datetime.combine(leap, datetime.min.time()).replace(hour=18), UTC)
    assert not against(expires, now=expires - timedelta(hours=73), states=[Place("A", weekend=())])
    assert timedelta(hours=72) < correspondence.LONGEST
