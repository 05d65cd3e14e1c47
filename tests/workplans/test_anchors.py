"""The parts of a text a state can name, under the numbers they are printed with."""

from tests.workplans.orders import rich_plan, small_plan
from workplans import anchors, content, reading


def test_every_part_with_an_identity_a_state_would_name_is_there_in_printed_order():
    plan = content.upgraded(small_plan())
    found = anchors.parts(plan)
    expected = [*([anchors.PREAMBLE] if plan["preamble"] else [])]
    for area in plan["areas"]:
        expected += [area["id"], *(one["id"] for one in area["objectives"])]
        expected += [one["id"] for one in area["activities"]]
    expected += [one["id"] for key in ("working_groups", "annexes") for one in plan[key]]
    assert list(found) == expected


def test_its_paragraphs_are_those_the_page_and_the_document_print():
    plan = content.upgraded(small_plan())
    found = anchors.parts(plan)
    printed = {
        sheet.form["id"]: [p.number for p in sheet.paragraphs if p.number]
        for area in reading.compose(plan).areas
        for sheet in area.sheets
    }
    assert printed
    for anchor, numbers in printed.items():
        assert list(found[anchor].paragraphs) == numbers


def test_an_activity_knows_the_area_it_stands_in():
    plan = content.upgraded(small_plan())
    area = plan["areas"][0]
    found = anchors.parts(plan)
    assert {found[one["id"]].within for one in area["activities"]} == {area["id"]}
    assert found[area["id"]].within == ""


def test_names_are_in_printed_order_each_once_and_unknown_ones_are_left_out():
    plan = content.upgraded(rich_plan())
    first, second = (one["id"] for _number, one in list(content.activities(plan))[:2])
    found = anchors.parts(plan)
    names = anchors.names(found, [second, "preamble", first, second, "nothing"])
    assert names == [found[key].name for key in ("preamble", first, second)]
    assert names[1].startswith("Activity 1.1, “")


def test_one_paragraph_or_several_are_named_in_words():
    part = anchors.Part("x", "annex", "2", "Budget", (7,))
    assert part.name == "Annex 2, “Budget” (paragraph 7)"
    several = anchors.Part("x", "activity", "1.2", "Forum", (7, 8, 9))
    assert several.name == "Activity 1.2, “Forum” (paragraphs 7–9)"
    assert anchors.Part("x", "area", "3", "Skills").name == "Priority area 3, “Skills”"
