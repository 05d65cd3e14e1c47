"""Two people's changes to one part, field by field."""

import pytest

from workplans.merging import merge

CASES = [
    # opened, saved now, mine → saved, theirs, clashes
    ("as it was", "a", "a", "a", "a", False, False),
    ("only I changed it", "a", "a", "b", "b", False, False),
    ("only the other did", "a", "b", "a", "b", True, False),
    ("both, to the same", "a", "b", "b", "b", False, False),
    ("both, differently", "a", "b", "c", "c", False, True),
    ("the other emptied what I changed", "a", "", "c", "c", False, True),
    ("I emptied what the other changed", "a", "b", "", "", False, True),
]


@pytest.mark.parametrize(
    ("opened", "saved", "mine", "value", "theirs", "clashes"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_a_field(opened, saved, mine, value, theirs, clashes):
    found = merge({"f": opened}, {"f": saved}, {"f": mine})
    assert found.values == {"f": value}
    assert found.theirs == (("f",) if theirs else ())
    assert found.clashes == (("f",) if clashes else ())


def test_what_the_other_person_added_stays():
    found = merge({"title": "a"}, {"title": "a", "objective-1": "new"}, {"title": "b"})
    assert found.values == {"title": "b", "objective-1": "new"}
    assert found.theirs == ("objective-1",)


def test_what_i_changed_and_the_other_removed_is_a_clash():
    found = merge({"objective-1": "a"}, {}, {"objective-1": "b"})
    assert found.clashes == ("objective-1",)
    assert found.values == {"objective-1": "b"}


def test_without_knowing_what_the_page_showed_nothing_is_overwritten():
    assert merge({}, {"f": "saved"}, {"f": "mine"}).clashes == ("f",)
