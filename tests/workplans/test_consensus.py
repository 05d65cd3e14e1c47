"""Consensus: every counted seat approves, with or without reservation, and nobody objects."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workplans.consensus import tally

A, R, O, RET, T = (  # noqa: E741
    "approves", "approves_with_reservation", "objects", "returns", "asks_for_time",
)  # fmt: skip

CASES = [
    # seats, positions, agreed, what the sentence has to say
    (["AL", "BO"], {"AL": A, "BO": A}, True, "2 of 2 states have approved. There is consensus."),
    (["AL", "BO"], {"AL": A, "BO": R}, True, "2 of 2 states have approved, 1 with a reservation."),
    (["AL", "BO"], {"AL": A, "BO": O}, False, "1 objects"),
    (["AL", "BO"], {"AL": A}, False, "1 has not answered"),
    (["AL", "BO"], {}, False, "2 have not answered"),
    (["AL", "BO"], {"AL": A, "BO": RET}, False, "1 objects"),
    # A request for time is neither, and stands in the way of consensus all the same.
    (["AL", "BO"], {"AL": A, "BO": T}, False, "1 of 2 states have approved, 1 asks for time. "),
    (["AL", "BO", "CE"], {"AL": A, "BO": T, "CE": T}, False, "2 ask for time"),
    # A state without a seat neither helps nor hinders.
    (["AL"], {"AL": A, "BO": O}, True, "1 of 1 state has approved. There is consensus."),
    # No seats, no consensus: silence of nobody is not agreement.
    ([], {}, False, "No state has a seat"),
    # Ten to one is no majority rule.
    ([*"ABCDEFGHIJK"], {**dict.fromkeys("ABCDEFGHIJ", A), "K": O}, False, "10 of 11 states"),
]


@pytest.mark.parametrize(("seats", "positions", "agreed", "words"), CASES)
def test_the_rule(seats, positions, agreed, words):
    count = tally(seats, positions)
    assert count.agreed is agreed
    assert words in count.sentence()


@given(
    st.lists(st.sampled_from("ABCDEFGH"), unique=True),
    st.dictionaries(st.sampled_from("ABCDEFGHXY"), st.sampled_from([A, R, O, RET, T])),
)
def test_every_seat_is_counted_once_and_in_its_order(seats, positions):
    count = tally(seats, positions)
    groups = (count.approving, count.reserving, count.opposing, count.asking, count.silent)
    assert sorted(code for group in groups for code in group) == sorted(seats)
    for part in groups:
        assert list(part) == [seat for seat in seats if seat in part]
    assert count.agreed == (bool(seats) and all(positions.get(s) in (A, R) for s in seats))
