"""What is left of a text where states object to parts of it: the rule of a Chair's statement."""

import json

import pytest

from tests.workplans.orders import rich_plan
from workplans import anchors, common_ground, content

PLAN = content.upgraded(rich_plan())
AREA = PLAN["areas"][0]
ACTIVITY = PLAN["areas"][1]["activities"][0]
OBJECTIVE = next(area["objectives"][0] for area in PLAN["areas"] if area["objectives"])


def left(*objections):
    return common_ground.compose(PLAN, objections, symbol="PartNIR/AG/2027/WP/1", digest="0" * 64)


def ids(parts):
    return [part["id"] for part in parts]


def test_without_an_objection_everything_is_left():
    found = left()
    assert ids(found["agreed"]) == [
        anchor
        for anchor, part in anchors.parts(PLAN).items()
        # An area that holds nothing has nothing to be agreed.
        if part.sort != "area" or any(one.within == anchor for one in anchors.parts(PLAN).values())
    ]
    assert found["open"] == [] and not found["whole"]


@pytest.mark.parametrize("others", [[], [[ACTIVITY["id"]]]])
def test_an_objection_to_the_whole_leaves_nothing_and_says_so(others):
    found = left([], *others)
    assert found["agreed"] == [] and found["whole"]


# The part objected to, and what goes with it.
@pytest.mark.parametrize(
    ("objected", "gone"),
    [
        (ACTIVITY["id"], {ACTIVITY["id"]}),
        (OBJECTIVE["id"], {OBJECTIVE["id"]}),
        ("preamble", {"preamble"}),
        (
            AREA["id"],
            {AREA["id"]} | {one["id"] for one in AREA["objectives"] + AREA["activities"]},
        ),
        (PLAN["annexes"][0]["id"], {PLAN["annexes"][0]["id"]}),
    ],
)
def test_an_objection_to_a_part_leaves_it_out_with_what_is_below(objected, gone):
    found = left([objected])
    assert set(ids(left()["agreed"])) - set(ids(found["agreed"])) >= gone & set(
        ids(left()["agreed"])
    )
    assert not gone & set(ids(found["agreed"]))
    assert ids(found["open"]) == [objected]


def test_objections_of_several_states_add_up_and_the_outermost_part_is_named():
    inside = AREA["activities"][0]["id"]
    found = left([inside, AREA["id"]], [ACTIVITY["id"]], [ACTIVITY["id"]])
    assert ids(found["open"]) == [AREA["id"], ACTIVITY["id"]]


def test_the_numbers_are_those_of_the_whole_text():
    found = left([AREA["id"]])
    second = next(part for part in found["agreed"] if part["sort"] == "area")
    assert second["number"] == "2"


def test_nothing_of_what_was_not_agreed_is_in_it_but_its_name():
    said = json.dumps(left([ACTIVITY["id"]]), ensure_ascii=False)
    assert ACTIVITY["title"] in said
    assert ACTIVITY["description"] and json.dumps(ACTIVITY["description"])[1:-1] not in said


def test_the_same_answers_give_the_same_statement():
    assert content.dump(left([ACTIVITY["id"]])) == content.dump(left([ACTIVITY["id"]]))
