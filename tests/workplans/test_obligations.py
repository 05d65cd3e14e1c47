"""What each year owes (domain rule 11): tables over plain facts, and the history as it is shipped.

"Not held", "not known whether held" and "not on record" are three things, and only a record that
was kept through the year makes a failure of a silence.
"""

from __future__ import annotations

from datetime import date

import pytest
from django.core.management import call_command

from secretariat.dates import PartialDate
from workplans import obligations, watch
from workplans.obligations import Duty, Reminder, State
from workplans.sittings import Plan, Record, Sitting, Stand, Taken

DUTIES = ["meet", "adopt", "submit", "approve", "report"]
NAMES = {"AG": "Advisory Group", "IMM": "Ministers’ Meeting", "SUMMIT": "Summit"}


def sitting(key: int, body: str, begins: str = "", ends: str = "", **facts: object) -> Sitting:
    """A meeting; held unless said otherwise, in the year of its first day."""
    first = PartialDate.parse(begins) if begins else None
    last = PartialDate.parse(ends or begins) if begins else None
    known = {
        "year": first.year if first else 0,
        "status": "held",
        "name": f"{NAMES[body]} {key}",
        "body_name": NAMES[body],
        "number": key if body == "SUMMIT" else None,
        "url": f"/meetings/{key}/",
        **facts,
    }
    return Sitting(key=key, body=body, begins=first, ends=last, **known)  # type: ignore[arg-type]


def taken(year: int, *decisions: tuple[str, str, int]) -> Plan:
    acts = [Taken(act, date.fromisoformat(on), meeting) for act, on, meeting in decisions]
    return Plan(year, tuple(acts), f"/plans/{year}/")


def record(*facts: Sitting | Plan, kept: str = "2020-01-01") -> Record:
    """These facts, in a record kept here since a day; "" for one that only knows of elsewhere."""
    sittings = [fact for fact in facts if isinstance(fact, Sitting)]
    if kept:
        since = date.fromisoformat(kept)
        sittings.append(sitting(0, "AG", kept, convened=since))
    return Record(tuple(sittings), {f.year: f for f in facts if isinstance(f, Plan)})


def on(day: str, known: Record, year: int = 2027, **options: int) -> dict[str, obligations.Finding]:
    found = obligations.findings(known, year, date.fromisoformat(day), **options)
    assert [finding.duty for finding in found] == DUTIES
    return {finding.duty.value: finding for finding in found}


def states(day: str, known: Record, year: int = 2027, **options: int) -> list[str]:
    return [finding.state.value for finding in on(day, known, year, **options).values()]


AG = sitting(1, "AG", "2027-03-10", "2027-03-12", status="convened", convened=date(2027, 2, 1))
IMM = sitting(2, "IMM", "2027-05-20", "2027-05-21", status="convened")
SUMMIT = sitting(19, "SUMMIT", "2027-09-01", "2027-09-03", status="convened")
YEAR = (AG, IMM, SUMMIT)
ADOPTED = ("adopted", "2027-03-12", 1)
SUBMITTED = ("submitted", "2027-04-02", 2)
APPROVED = ("approved", "2027-05-21", 2)
REPORTED = ("reported", "2027-09-01", 19)


# A year from its first day to its last


@pytest.mark.parametrize(
    ("day", "decisions", "expected"),
    [
        ("2027-01-10", [], ["open", "open", "open", "open", "open"]),
        ("2027-03-12", [ADOPTED], ["met", "met", "open", "open", "open"]),
        ("2027-04-02", [ADOPTED, SUBMITTED], ["met", "met", "met", "open", "open"]),
        ("2027-05-21", [ADOPTED, SUBMITTED, APPROVED], ["met", "met", "met", "met", "open"]),
        ("2027-12-31", [ADOPTED, SUBMITTED, APPROVED, REPORTED], ["met"] * 5),
    ],
)
def test_a_year_as_it_should_go(day, decisions, expected):
    assert states(day, record(*YEAR, taken(2027, *decisions))) == expected


def test_each_finding_says_when_and_rests_on_records_with_addresses():
    found = on("2027-12-31", record(*YEAR, taken(2027, ADOPTED, SUBMITTED, APPROVED, REPORTED)))
    assert found["meet"].sentence == "The Advisory Group met: Advisory Group 1 (10–12 March 2027)."
    assert found["adopt"].sentence == (
        "The Advisory Group adopted the plan on 12 March 2027, in time for the ministers’ meeting "
        "(20–21 May 2027)."
    )
    assert found["report"].done == PartialDate(2027, 9, 1)
    assert [basis.url for basis in found["report"].records] == ["/plans/2027/", "/meetings/19/"]
    assert not any(finding.due or finding.pressing for finding in found.values())


def test_what_is_ahead_is_shown_with_the_days_it_is_due():
    found = on("2027-01-10", record(IMM, SUMMIT))
    assert {name: str(finding.due) for name, finding in found.items()} == {
        "meet": "31 December 2027",
        "adopt": "20 May 2027",
        "submit": "20 May 2027",
        "approve": "21 May 2027",
        "report": "1 September 2027",
    }
    # Only what can be done now waits for an act: the group has to meet and to adopt.
    assert [name for name, finding in found.items() if finding.pressing] == ["meet", "adopt"]


# The Advisory Group meets


@pytest.mark.parametrize(
    ("day", "meetings", "state", "words"),
    [
        ("2027-06-01", [], "open", "The record names no meeting of the Advisory Group in 2027."),
        (
            "2028-01-01",
            [],
            "missed",
            "The record names no meeting of the Advisory Group in 2027. The year ended on "
            "31 December 2027.",
        ),
        (
            "2027-06-01",
            [sitting(1, "AG", "2027-11-08", status="convened")],
            "open",
            "The Advisory Group is convened: Advisory Group 1 (8 November 2027).",
        ),
        (
            "2027-06-01",
            [sitting(1, "AG", "2027-11", status="planned")],
            "open",
            "A meeting of the Advisory Group is announced: Advisory Group 1 (November 2027).",
        ),
        (
            "2027-06-01",
            [sitting(1, "AG", year=2027, status="planned")],
            "open",
            "A meeting of the Advisory Group is announced: Advisory Group 1 (no date on record).",
        ),
        (
            "2027-12-01",
            [sitting(1, "AG", "2027-11-08", status="planned")],
            "unknown",
            "The record does not say whether the Advisory Group met as announced: "
            "Advisory Group 1 (8 November 2027).",
        ),
        (
            "2028-06-01",
            [sitting(1, "AG", "2027-11-08", status="convened")],
            "unknown",
            "The record does not say whether the Advisory Group met as announced: "
            "Advisory Group 1 (8 November 2027).",
        ),
        (
            "2028-06-01",
            [sitting(1, "AG", year=2027, status="unknown")],
            "unknown",
            "The record does not say whether the Advisory Group met as announced: "
            "Advisory Group 1 (no date on record).",
        ),
        (
            "2028-06-01",
            [sitting(1, "AG", year=2027, status="not_held")],
            "not_held",
            "The Advisory Group did not meet in 2027.",
        ),
        (
            "2028-06-01",
            [sitting(1, "AG", "2027-11-08", status="not_held")],
            "not_held",
            "This meeting was not held: Advisory Group 1 (8 November 2027). The record names no "
            "other in 2027.",
        ),
        (
            "2027-11-20",
            [sitting(1, "AG", "2027-11-08", status="not_held")],
            "open",
            "This meeting was not held: Advisory Group 1 (8 November 2027). The record names no "
            "other in 2027.",
        ),
        (
            "2027-11-20",
            [
                sitting(1, "AG", "2027-03-01", status="not_held"),
                sitting(2, "AG", "2027-06-01", "2027-06-02"),
                sitting(3, "AG", "2027-10-01"),
                sitting(4, "AG", "2027-12-01", status="convened"),
            ],
            "met",
            "The Advisory Group met: Advisory Group 2 (1–2 June 2027); Advisory Group 3 "
            "(1 October 2027).",
        ),
        (
            "2027-11-20",
            [sitting(1, "AG", "2027-09")],
            "met",
            "The Advisory Group met: Advisory Group 1 (September 2027).",
        ),
    ],
)
def test_the_group_meets_once_a_year(day, meetings, state, words):
    found = on(day, record(*meetings))["meet"]
    assert (found.state.value, found.sentence) == (state, words)


def test_a_meeting_known_to_the_month_is_never_given_a_day():
    found = on("2027-11-20", record(sitting(1, "AG", "2027-09")))["meet"]
    assert (found.done, found.done.precision) == (PartialDate(2027, 9), "month")


def test_convened_is_not_held_but_a_decision_taken_in_it_shows_that_it_sat():
    assert states("2027-03-20", record(*YEAR))[0] == "unknown"
    assert states("2027-03-20", record(*YEAR, taken(2027, ADOPTED)))[0] == "met"
    # The plan of another year shows it as well; what was only submitted to a meeting does not.
    assert states("2027-03-20", record(*YEAR, taken(2028, ADOPTED)))[0] == "met"
    to_it = taken(2026, ("adopted", "2026-12-01", 7), ("submitted", "2027-05-20", 2))
    assert record(*YEAR, to_it).stand(IMM, date(2027, 6, 1)) is Stand.OVER


def test_a_silence_is_a_failure_only_where_the_record_was_kept():
    assert states("2028-02-01", record(kept=""))[:2] == ["unknown", "unknown"]
    assert states("2028-02-01", record(kept="2027-04-05"))[:2] == ["met", "unknown"]
    assert states("2028-02-01", record(kept="2027-01-01"))[:2] == ["met", "missed"]
    assert states("2028-02-01", record(kept="2026-12-31"))[:2] == ["missed", "missed"]
    begun = sitting(5, "IMM", "2027-04-05", convened=date(2027, 4, 5))
    found = on("2028-02-01", record(begun, kept=""))
    assert found["meet"].sentence == (
        "The record names no meeting of the Advisory Group in 2027. The record here begins on "
        "5 April 2027."
    )
    assert found["adopt"].sentence == (
        "The record holds no work plan for 2027. It does not say whether one was adopted. "
        "The record here begins on 5 April 2027."
    )


def test_a_meeting_held_in_december_counts_for_the_year_in_which_people_met():
    december = sitting(1, "AG", "2027-12-06", "2027-12-07", year=2028)
    known = record(december, taken(2028, ("adopted", "2027-12-07", 1)))
    assert states("2028-02-01", known, 2027)[0] == "met"
    next_year = on("2028-02-01", known, 2028)
    assert (next_year["meet"].state, next_year["adopt"].state) == (State.OPEN, State.MET)
    assert next_year["adopt"].sentence.startswith(
        "The Advisory Group adopted the plan on 7 December 2027."
    )
    # It goes to the ministers of its own year, and not to those who met just after.
    before = sitting(2, "IMM", "2027-12-20")
    after = sitting(3, "IMM", "2028-05-20", status="convened")
    found = on("2028-02-01", record(december, before, after, *known.plans.values()), 2028)
    assert (found["submit"].state, str(found["submit"].due)) == (State.OPEN, "20 May 2028")


# A plan before the ministers meet


@pytest.mark.parametrize(
    ("adopted", "ministers", "state"),
    [
        ("2027-05-19", "2027-05-20", "met"),
        ("2027-05-20", "2027-05-20", "met"),
        ("2027-05-21", "2027-05-20", "met_late"),
        ("2027-04-30", "2027-05", "met"),
        ("2027-05-14", "2027-05", "met"),
        ("2027-06-01", "2027-05", "met_late"),
        ("2027-12-31", "2027", "met"),
        ("2027-12-31", "", "met"),
        ("2028-01-05", "", "met_late"),
    ],
)
def test_the_plan_is_adopted_before_the_ministers_meet(adopted, ministers, state):
    facts = [sitting(2, "IMM", ministers)] if ministers else []
    found = on("2028-02-01", record(*facts, taken(2027, ("adopted", adopted, 9))))["adopt"]
    assert found.state == state
    undecided = len(ministers) in (4, 7) and adopted[: len(ministers)] == ministers
    assert undecided is ("does not say which came first" in found.sentence)


@pytest.mark.parametrize(
    ("ministers", "due", "passed"),
    [
        ({"begins": "2027-05-20", "status": "convened"}, "20 May 2027", "missed"),
        ({"begins": "2027-05-20", "status": "planned"}, "20 May 2027", "open"),
        ({"begins": "2027-05", "status": "planned"}, "May 2027", "open"),
        ({"begins": "2027-05-20", "status": "held"}, "20 May 2027", "missed"),
        ({"year": 2027, "status": "planned"}, "31 December 2027", "open"),
        ({"year": 2027, "status": "unknown"}, "31 December 2027", "open"),
        ({"year": 2027, "status": "not_held"}, "31 December 2027", "open"),
        ({"begins": "2027-05-20", "status": "not_held"}, "31 December 2027", "open"),
    ],
)
def test_a_plan_is_due_when_the_ministers_meet_and_else_with_the_year(ministers, due, passed):
    """A meeting of which it is not known whether it was held makes nobody late."""
    known = record(sitting(2, "IMM", **ministers))
    before = on("2027-05-01", known)["adopt"]
    assert (before.state, str(before.due)) == (State.OPEN, due)
    assert on("2027-06-15", known)["adopt"].state == passed
    assert on("2028-01-01", known)["adopt"].state == State.MISSED


def test_where_no_plan_was_adopted_the_rest_is_no_second_failure():
    assert states("2028-02-01", record(*YEAR)) == [
        "unknown", "missed", "not_applicable", "not_applicable", "not_applicable",
    ]  # fmt: skip


def test_the_meeting_that_was_only_convened_is_said_to_be_no_more_than_that():
    sentence = on("2027-06-15", record(*YEAR))["adopt"].sentence
    assert sentence.endswith("The record does not say yet that this meeting was held.")
    assert (
        "whether" not in on("2027-06-15", record(sitting(2, "IMM", "2027-05-20")))["adopt"].sentence
    )


# No ministers' meeting in the year; a meeting without a decision; a return


def test_without_a_ministers_meeting_the_plan_stays_adopted_and_goes_to_the_next():
    none = sitting(2, "IMM", year=2027, status="not_held", unverified=True)
    plan = taken(2027, ADOPTED)
    found = on("2028-02-01", record(AG, none, plan))
    assert [found[duty].state for duty in DUTIES] == [
        "met", "met", "pending", "pending", "pending",
    ]  # fmt: skip
    assert found["approve"].sentence == (
        "No ministers’ meeting was held in 2027. The plan stays adopted, its approval pending."
    )
    coming = sitting(3, "IMM", "2028-05-20", status="convened")
    found = on("2028-02-01", record(AG, none, coming, plan))
    assert [found[duty].state for duty in DUTIES[2:]] == ["open", "pending", "pending"]
    assert str(found["submit"].due) == str(found["approve"].due) == "20 May 2028"
    assert "Ministers’ Meeting 3 (20 May 2028)" in found["approve"].sentence


def test_what_the_next_meeting_approves_is_not_late_if_there_was_none_before():
    none = sitting(2, "IMM", year=2027, status="not_held")
    coming = sitting(3, "IMM", "2028-05-20")
    plan = taken(2027, ADOPTED, ("submitted", "2028-05-01", 3), ("approved", "2028-05-20", 3))
    found = on("2028-06-01", record(AG, none, coming, plan))
    assert (found["submit"].state, found["approve"].state) == (State.MET, State.MET)
    assert found["approve"].sentence == (
        "No ministers’ meeting was held in 2027. The ministers approved the plan on 20 May 2028 "
        "at this meeting: Ministers’ Meeting 3 (20 May 2028)."
    )
    # What held the approval up is said once, and not again of the report.
    told = taken(2027, *[(one.act, one.on.isoformat(), one.meeting) for one in plan.taken],
                 ("reported", "2028-09-01", 20))  # fmt: skip
    summit = sitting(20, "SUMMIT", "2028-09-01")
    report = on("2028-10-01", record(AG, none, coming, summit, told))["report"]
    assert (report.state, report.sentence) == (
        State.MET,
        "The plan was reported on 1 September 2028 to this summit: Summit 20 (1 September 2028).",
    )


def test_not_known_whether_the_ministers_met_is_said_so_and_the_plan_waits():
    doubtful = sitting(2, "IMM", "2027-05-20", status="unknown", unverified=True)
    found = on("2027-08-01", record(AG, doubtful, taken(2027, ADOPTED)))
    assert (found["submit"].state, found["approve"].state) == (State.PENDING, State.PENDING)
    for duty in ("submit", "approve"):
        assert found[duty].sentence.startswith(
            "The record does not say whether the ministers’ meeting was held: "
            "Ministers’ Meeting 2 (20 May 2027)."
        )


def test_a_plan_that_was_not_submitted_failed_once():
    found = on("2027-06-01", record(*YEAR, taken(2027, ADOPTED)))
    assert (found["submit"].state, found["approve"].state) == (State.MISSED, State.PENDING)
    assert found["report"].state == State.PENDING
    assert found["submit"].due == PartialDate(2027, 5, 20)


def test_a_meeting_that_ends_without_a_decision():
    plan = taken(2027, ADOPTED, SUBMITTED)
    assert on("2027-05-21", record(*YEAR, plan))["approve"].state == State.OPEN
    lapsed = on("2027-05-22", record(*YEAR, plan))["approve"]
    assert (lapsed.state, lapsed.due) == (State.MISSED, PartialDate(2027, 5, 21))
    assert "ended without a decision on the plan: Ministers’ Meeting 2" in lapsed.sentence
    assert "The plan stays adopted, its approval pending." in lapsed.sentence
    # Before the next one it is pending again, and what that one approves was late.
    coming = sitting(3, "IMM", "2028-05-20", status="convened")
    again = ("submitted", "2028-05-01", 3)
    plan = taken(2027, ADOPTED, SUBMITTED, again)
    pending = on("2028-05-02", record(*YEAR, coming, plan))["approve"]
    assert (pending.state, str(pending.due)) == (State.PENDING, "20 May 2028")
    plan = taken(2027, ADOPTED, SUBMITTED, again, ("approved", "2028-05-20", 3))
    late = on("2028-06-01", record(*YEAR, coming, plan))["approve"]
    assert (late.state, late.done) == (State.LATE, PartialDate(2028, 5, 20))
    assert "It was due at this meeting: Ministers’ Meeting 2" in late.sentence


def test_a_meeting_called_off_after_the_plan_was_submitted_leaves_it_pending():
    off = sitting(2, "IMM", "2027-05-20", status="not_held")
    found = on("2027-06-01", record(AG, off, taken(2027, ADOPTED, SUBMITTED)))["approve"]
    assert found.state == State.PENDING
    assert found.sentence.startswith("This meeting was not held: Ministers’ Meeting 2")


def test_a_meeting_another_plan_was_decided_in_still_sits():
    """One decision shows that the ministers met; it does not end their meeting for the others."""
    other = taken(2026, ("adopted", "2026-12-01", 8), ("approved", "2027-05-20", 2))
    found = on("2027-05-20", record(*YEAR, other, taken(2027, ADOPTED, SUBMITTED)))
    assert found["approve"].state == State.OPEN
    assert found["approve"].sentence == (
        "The plan is before the ministers: Ministers’ Meeting 2 (20–21 May 2027)."
    )


def test_a_returned_plan_is_adopted_anew():
    returned = ("returned", "2027-05-20", 2)
    plan = taken(2027, ADOPTED, SUBMITTED, returned)
    found = on("2027-05-21", record(*YEAR, plan))
    assert states("2027-05-21", record(*YEAR, plan)) == ["met", "met", "met", "open", "open"]
    assert found["approve"].sentence == (
        "The ministers returned the plan on 20 May 2027. The Advisory Group has to adopt a new "
        "text before it can go to them again."
    )
    assert on("2027-05-22", record(*YEAR, plan))["approve"].state == State.MISSED
    second = sitting(4, "AG", "2027-06-10")
    anew = taken(2027, ADOPTED, SUBMITTED, returned, ("adopted", "2027-06-10", 4))
    found = on("2027-06-11", record(*YEAR, second, anew))
    assert found["adopt"].done == PartialDate(2027, 3, 12)
    assert "adopted a new text on 10 June 2027. It may go to the next" in found["approve"].sentence
    coming = sitting(3, "IMM", "2028-05-20", status="convened")
    back = taken(2027, *[ADOPTED, SUBMITTED, returned, ("adopted", "2027-06-10", 4)],
                 ("submitted", "2028-05-01", 3))  # fmt: skip
    found = on("2028-05-02", record(*YEAR, second, coming, back))["approve"]
    assert "It is before the ministers again: Ministers’ Meeting 3" in found.sentence
    done = taken(2027, *[ADOPTED, SUBMITTED, returned, ("adopted", "2027-06-10", 4)],
                 ("submitted", "2028-05-01", 3), ("approved", "2028-05-20", 3))  # fmt: skip
    assert on("2028-05-21", record(*YEAR, second, coming, done))["approve"].state == State.LATE


# The next summit


def test_ministers_who_meet_after_the_summit_report_to_the_next():
    """In 2015 they met 104 days after it."""
    before, ministers = sitting(7, "SUMMIT", "2015-07-08"), sitting(2, "IMM", "2015-10-20")
    approved = [("adopted", "2015-10-01", 1), ("submitted", "2015-10-02", 2),
                ("approved", "2015-10-20", 2)]  # fmt: skip
    ahead = sitting(8, "SUMMIT", "2016-10-15", status="planned")
    known = record(before, ministers, ahead, taken(2015, *approved))
    found = on("2016-05-01", known, 2015, since=2015)["report"]
    assert (found.state, str(found.due)) == (State.OPEN, "15 October 2016")
    held = sitting(8, "SUMMIT", "2016-10-15")
    known = record(before, ministers, held, taken(2015, *approved))
    found = on("2016-11-01", known, 2015, since=2015)["report"]
    assert (found.state, str(found.due)) == (State.MISSED, "15 October 2016")
    known = record(before, ministers, held, taken(2015, *approved, ("reported", "2016-10-15", 8)))
    assert on("2016-11-01", known, 2015, since=2015)["report"].state == State.MET


EXTRA = sitting(
    30, "SUMMIT", "2027-06-08", number=None, title="Leaders’ meeting by videoconference"
)


@pytest.mark.parametrize(
    ("facts", "ordinary"),
    [
        ({"number": 17}, True),
        ({"number": 17, "title": "Seventeenth BRICS Summit"}, True),
        ({"number": None}, False),
        ({"number": None, "title": "Leaders’ meeting by videoconference"}, False),
        ({"number": None, "convened": date(2027, 1, 1)}, True),
        ({"number": None, "convened": date(2027, 1, 1), "title": "Summit, June 2027"}, True),
        ({"number": None, "convened": date(2027, 1, 1), "title": "Extraordinary summit"}, False),
    ],
)
def test_an_ordinary_summit_is_numbered_or_goes_by_the_name_of_the_body(facts, ordinary):
    assert sitting(17, "SUMMIT", "2027-06-08", **facts).ordinary is ordinary


def test_an_extra_meeting_of_the_leaders_is_no_summit_for_this():
    plan = taken(2027, ADOPTED, SUBMITTED, APPROVED)
    known = record(*YEAR, EXTRA, plan)
    found = on("2027-06-20", known)["report"]
    assert (found.state, str(found.due)) == (State.OPEN, "1 September 2027")
    # Nor does a report to it answer the duty.
    to_it = taken(2027, ADOPTED, SUBMITTED, APPROVED, ("reported", "2027-06-08", 30))
    found = on("2027-06-20", record(*YEAR, EXTRA, to_it))["report"]
    assert found.state == State.OPEN
    assert "It was reported on 8 June 2027 to an extra meeting of the leaders" in found.sentence
    assert on("2027-09-10", record(*YEAR, EXTRA, to_it))["report"].state == State.MISSED


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("held", "missed"),
        ("convened", "missed"),
        ("planned", "unknown"),
        ("unknown", "unknown"),
        ("not_held", "open"),
    ],
)
def test_a_plan_that_was_not_reported(status, state):
    """Missed if the summit came; not known if it is not known whether it did."""
    summit = sitting(19, "SUMMIT", "2027-09-01", "2027-09-03", status=status)
    known = record(AG, IMM, summit, taken(2027, ADOPTED, SUBMITTED, APPROVED))
    assert on("2027-09-10", known)["report"].state == state


def test_while_the_summit_sits_there_is_time_and_after_it_a_report_is_late():
    approved = [ADOPTED, SUBMITTED, APPROVED]
    sits = on("2027-09-02", record(*YEAR, taken(2027, *approved)))["report"]
    assert (sits.state, str(sits.due)) == (State.OPEN, "3 September 2027")
    next_one = sitting(20, "SUMMIT", "2028-07-01")
    late = taken(2027, *approved, ("reported", "2028-07-01", 20))
    found = on("2028-08-01", record(*YEAR, next_one, late))["report"]
    assert found.state == State.LATE
    assert "It was due at this meeting: Summit 19" in found.sentence
    # Where it is not known whether the next summit was held, nobody is late.
    doubtful = sitting(19, "SUMMIT", "2027-09-01", status="unknown")
    found = on("2028-08-01", record(AG, IMM, doubtful, next_one, late))["report"]
    assert found.state == State.MET


def test_a_summit_that_sat_when_the_ministers_approved_may_still_be_told():
    sits = sitting(18, "SUMMIT", "2027-05-20", "2027-05-23")
    told = taken(2027, ADOPTED, SUBMITTED, APPROVED, ("reported", "2027-05-22", 18))
    assert on("2027-10-01", record(*YEAR, sits, told))["report"].state == State.MET


def test_a_summit_announced_without_dates_is_awaited_and_not_counted_down_to():
    vague = sitting(19, "SUMMIT", year=2027, status="planned", unverified=True)
    known = record(AG, IMM, vague, taken(2027, ADOPTED, SUBMITTED, APPROVED))
    found = on("2027-06-01", known)["report"]
    assert (found.state, found.due, found.unverified) == (State.OPEN, None, True)
    # Once one is convened for that year, it is that one.
    convened = sitting(40, "SUMMIT", "2027-09-01", number=None, status="convened",
                       convened=date(2027, 6, 1))  # fmt: skip
    known = record(AG, IMM, vague, convened, *known.plans.values())
    assert str(on("2027-06-01", known)["report"].due) == "1 September 2027"


# What rests on a weak record says so


def test_a_finding_is_as_unverified_as_what_it_rests_on():
    weak, firm = sitting(1, "AG", "2027-03-01", unverified=True), sitting(2, "AG", "2027-04-01")
    assert on("2027-12-01", record(weak))["meet"].unverified
    both = on("2027-12-01", record(weak, firm))["meet"]
    # One confirmed meeting is enough; the other is still marked beside its name.
    assert not both.unverified
    assert [basis.unverified for basis in both.records] == [True, False]


# Reminders


def reminders(day: str, known: Record, year: int = 2027) -> list[tuple[str, int]]:
    found = obligations.to_remind(on(day, known, year).values(), date.fromisoformat(day))
    return [(reminder.finding.duty.value, reminder.step) for reminder in found]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2027-04-19", []),
        ("2027-04-20", [("adopt", 30)]),
        ("2027-05-12", [("adopt", 30)]),
        ("2027-05-13", [("adopt", 7)]),
        ("2027-05-18", [("adopt", 7)]),
        ("2027-05-19", [("adopt", 1)]),
        ("2027-05-20", [("adopt", 1)]),
        ("2027-05-21", [("adopt", 0)]),
        ("2027-06-19", [("adopt", 0)]),
        ("2027-06-20", []),
        ("2027-12-01", [("meet", 30)]),
        ("2028-01-01", [("meet", 0)]),
    ],
)
def test_reminders_come_thirty_seven_and_one_day_before_and_once_after(day, expected):
    assert reminders(day, record(sitting(2, "IMM", "2027-05-20", "2027-05-21"))) == expected


def test_only_what_can_be_done_now_is_reminded_of():
    """Not what waits for an earlier duty, and not a meeting that is convened already."""
    assert reminders("2027-05-13", record(*YEAR, taken(2027, ADOPTED))) == [("submit", 7)]
    assert reminders("2027-05-13", record(*YEAR, taken(2027, ADOPTED, SUBMITTED))) == [
        ("approve", 30)
    ]
    convened = sitting(1, "AG", "2027-12-20", status="convened")
    assert reminders("2027-12-10", record(convened, taken(2027, ADOPTED))) == []
    doubtful = sitting(1, "AG", "2027-11-20", status="convened")
    assert ("meet", 30) in reminders("2027-12-10", record(doubtful))


def test_an_old_failure_is_no_news():
    assert reminders("2029-03-01", record()) == []


FINDING = obligations.Finding(
    Duty.ADOPT, 2027, State.OPEN, "…", due=PartialDate(2027, 5, 20), pressing=True
)
SENT = ("adopt", 2027, "2027-05-20")


@pytest.mark.parametrize(
    ("step", "sent", "told"),
    [
        (30, [], False),
        (30, [(*SENT, 30)], True),
        (7, [(*SENT, 30)], False),
        (30, [(*SENT, 7)], True),
        (0, [(*SENT, 30), (*SENT, 7), (*SENT, 1)], False),
        (0, [(*SENT, 0)], True),
        (30, [(*SENT, 0)], False),
        (30, [("adopt", 2027, "2027-05-27", 30)], False),
        (30, [("adopt", 2028, "2027-05-20", 30)], False),
        (30, [("submit", 2027, "2027-05-20", 30)], False),
    ],
)
def test_each_reminder_is_given_once_for_each_due_date(step, sent, told):
    assert obligations.is_told(Reminder(FINDING, step), set(sent)) is told


# The history as it is shipped


@pytest.fixture
def shipped(db: None) -> Record:
    call_command("load_institution", verbosity=0)
    return watch.record()


TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (2015, ["not_applicable"] * 5),
        (2016, ["not_applicable"] * 5),
        (2017, ["not_applicable"] * 5),
        (2018, ["not_applicable"] * 5),
        (2019, ["met", "unknown", "not_held", "not_held", "unknown"]),
        (2020, ["unknown", "unknown", "unknown", "unknown", "unknown"]),
        (2021, ["unknown", "unknown", "unknown", "unknown", "unknown"]),
        (2022, ["met", "unknown", "unknown", "unknown", "unknown"]),
        (2023, ["unknown", "unknown", "unknown", "unknown", "unknown"]),
        (2024, ["met", "unknown", "unknown", "unknown", "unknown"]),
        (2025, ["met", "unknown", "unknown", "unknown", "unknown"]),
        (2026, ["open", "open", "open", "open", "open"]),
    ],
)
def test_the_shipped_history_holds_no_breach_it_does_not_know_of(shipped, year, expected):
    found = obligations.findings(shipped, year, TODAY)
    assert [finding.state.value for finding in found] == expected


@pytest.mark.parametrize(
    ("year", "duty", "sentence", "unverified"),
    [
        (
            2015, 3,
            "The ministers met: First BRICS Industry Ministers' Meeting (20 October 2015).", False,
        ),
        (2016, 3, "No ministers’ meeting was held in 2016.", True),
        (2017, 0, "The record names no meeting of the Advisory Group in 2017.", False),
        (
            2018, 0,
            "The record names no meeting of the Advisory Group in 2018. The meeting of September "
            "2019 is numbered 2, so an earlier one was held on a date the record does not give.",
            False,
        ),
        (
            2019, 0,
            "The Advisory Group met: Second meeting of the Advisory Group (September 2019).", False,
        ),
        (
            2019, 1,
            "The record holds no work plan for 2019. Of the Advisory Group (September 2019) it "
            "says: “Terms of reference and work plan of the Advisory Group adopted; direction of "
            "the partnership defined”.",
            False,
        ),
        (
            2019, 3,
            "No ministers’ meeting was held in 2019. A plan of that year stays adopted, its "
            "approval pending, and may go to the next meeting.",
            True,
        ),
        (
            2020, 0,
            "The record names no meeting of the Advisory Group in 2020. It does not say that none "
            "was held.",
            False,
        ),
        (
            2024, 0,
            "The Advisory Group met: Advisory Group, 2024 (no date on record).", True,
        ),
        (
            2025, 0,
            "The Advisory Group met: Technical meetings under the partnership, March 2025 "
            "(20–21 March 2025).",
            True,
        ),
        (
            2026, 1,
            "No adopted work plan for 2026 is on record. The record does not say whether the "
            "ministers’ meeting was held: Tenth BRICS Industry Ministers' Meeting (no date on "
            "record). It is due by the end of the year.",
            False,
        ),
    ],
)  # fmt: skip
def test_the_shipped_history_in_words(shipped, year, duty, sentence, unverified):
    finding = obligations.findings(shipped, year, TODAY)[duty]
    assert (finding.sentence, finding.unverified) == (sentence, unverified)


def test_the_years_run_from_the_first_meeting_of_the_ministers(shipped):
    assert obligations.years(shipped, TODAY) == list(range(2026, 2014, -1))
    assert obligations.years(Record(), TODAY) == list(range(2026, 2018, -1))
    ahead = record(sitting(1, "AG", "2027-03-10", status="convened"), kept="")
    assert obligations.years(ahead, TODAY)[0] == 2027


def test_plans_held_against_the_shipped_meetings(shipped):
    """The rule's own cases: no ministers in 2016 and 2019, the extra meeting of September 2025."""
    by_number = {(s.body, s.number): s for s in shipped.sittings if s.number}
    imm, summit = (lambda n: by_number["IMM", n].key), (lambda n: by_number["SUMMIT", n].key)

    def found(year, *decisions):
        plan = taken(year, ("adopted", f"{year}-03-01", None), *decisions)
        known = Record(shipped.sittings, {year: plan})
        return [f.state.value for f in obligations.findings(known, year, TODAY, since=2015)][1:]

    # 2016: approved by the meeting of 2017, and reported to the summit after it.
    assert found(
        2016, ("submitted", "2017-07-01", imm(2)), ("approved", "2017-07-29", imm(2)),
        ("reported", "2017-09-03", summit(9)),
    ) == ["met", "met", "met", "met"]  # fmt: skip
    # 2019: never submitted to the meeting of 2020, which was the next.
    assert found(2019) == ["met", "missed", "pending", "pending"]
    # 2015: approved 104 days after the summit of its year; the next was Goa.
    late = [("submitted", "2015-10-01", imm(1)), ("approved", "2015-10-20", imm(1))]
    assert found(2015, *late, ("reported", "2016-10-15", summit(8)))[-1] == "met"
    assert found(2015, *late)[-1] == "missed"
    # 2025: approved in May, so the next summit is that of July; no later meeting stands for it.
    may = [("submitted", "2025-05-01", imm(9)), ("approved", "2025-05-21", imm(9))]
    assert found(2025, *may, ("reported", "2025-07-06", summit(17)))[-1] == "met"
    # Approved after it, the next is that of 2026, of which nobody knows whether it was held.
    autumn = sitting(900, "IMM", "2025-08-01")
    plan = taken(2025, ("adopted", "2025-03-01", None), ("approved", "2025-08-01", 900))
    known = Record((*shipped.sittings, autumn), {2025: plan})
    report = obligations.findings(known, 2025, TODAY)[-1]
    assert report.state == State.UNKNOWN
    assert "Eighteenth BRICS Summit (12–13 September 2026)" in report.sentence


# An amendment of an approved plan (rules 8, 9 and 11)

AMENDING = [("adopted", "2027-06-15", 1), ("submitted", "2027-06-20", 2)]
AMENDED = ("approved", "2027-10-05", 2)
LATER_IMM = sitting(3, "IMM", "2027-10-04", "2027-10-05", status="convened")
NEXT_SUMMIT = sitting(20, "SUMMIT", "2028-07-01", "2028-07-02", status="convened")


@pytest.mark.parametrize("so_far", [AMENDING[:1], AMENDING], ids=["adopted", "submitted"])
def test_an_amendment_under_way_changes_no_finding(so_far):
    """What was adopted, submitted and approved in time stays so, and the report is still due."""
    first = [ADOPTED, SUBMITTED, APPROVED]
    day = "2027-07-01"
    before = on(day, record(*YEAR, taken(2027, *first)))
    after = on(day, record(*YEAR, taken(2027, *first, *so_far)))
    assert {duty: (f.state, f.sentence, f.due) for duty, f in after.items()} == {
        duty: (f.state, f.sentence, f.due) for duty, f in before.items()
    }
    assert after["report"].state == State.OPEN and after["report"].due.iso == "2027-09-01"


def test_an_amendment_the_ministers_return_leaves_the_approval_on_record():
    returned = ("returned", "2027-06-25", 2)
    found = on("2027-07-01", record(*YEAR, taken(2027, ADOPTED, SUBMITTED, APPROVED, *AMENDING,
                                                 returned)))  # fmt: skip
    assert found["approve"].state == State.MET


def test_a_plan_amended_before_its_report_is_reported_once():
    decisions = [ADOPTED, SUBMITTED, APPROVED, *AMENDING, ("approved", "2027-06-25", 2), REPORTED]
    found = on("2027-10-01", record(*YEAR, NEXT_SUMMIT, taken(2027, *decisions)))["report"]
    assert (found.state, found.pressing) == (State.MET, False)


@pytest.mark.parametrize(
    ("day", "more", "state", "due"),
    [
        ("2027-11-01", [], "open", "2028-07-01"),
        ("2028-07-02", [], "open", "2028-07-02"),
        ("2028-07-03", [], "missed", "2028-07-01"),
        ("2028-07-03", [("reported", "2028-07-01", 20)], "met", None),
        ("2028-07-09", [("reported", "2028-07-05", 20)], "met_late", "2028-07-01"),
    ],
)
def test_a_text_amended_after_the_report_goes_to_the_next_summit(day, more, state, due):
    decisions = [ADOPTED, SUBMITTED, APPROVED, REPORTED, *AMENDING, AMENDED, *more]
    known = record(AG, IMM, SUMMIT, LATER_IMM, NEXT_SUMMIT, taken(2027, *decisions))
    found = on(day, known)["report"]
    assert found.state.value == state
    assert (found.due.iso if found.due else None) == due
    assert "The plan was reported on 1 September 2027" in found.sentence
    words = "amended plan was reported" if more else "approved an amended text on 5 October 2027"
    assert words in found.sentence


def test_a_text_amended_after_the_report_waits_for_a_summit_to_be_announced():
    decisions = [ADOPTED, SUBMITTED, APPROVED, REPORTED, *AMENDING, AMENDED]
    known = record(AG, IMM, SUMMIT, LATER_IMM, taken(2027, *decisions))
    found = on("2027-11-01", known)["report"]
    assert found.state == State.OPEN and "none is on record yet" in found.sentence
