"""What changed between two texts of a plan."""

import copy

import pytest

from workplans.comparison import changes

ONE, TWO, THREE = (f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))


def activity(key, title, **fields):
    return {
        "id": key,
        "kind": "forum",
        "title": title,
        "description": "",
        "lead": {"code": "AL", "name": "Aldova", "authority": None},
        "co_leads": [],
        "partners": [],
        "mode": None,
        "place": "",
        "begins": None,
        "ends": None,
        "deliverables": [],
        "indicators": [],
        "budget_note": "",
        "funding_source": "",
        "state": "planned",
        "sources": [],
        **fields,
    }


@pytest.fixture
def old():
    return {
        "form": "partnir-work-plan/1",
        "plan": "p",
        "revision": {"number": 1, "symbol": "X/1", "previous": None, "nonce": "0"},
        "year": 2027,
        "title": "Plan",
        "language": "en",
        "presidency": {"code": "AL", "name": "Aldova"},
        "source_note": "",
        "preamble": "Once.",
        "areas": [
            {
                "id": "a1",
                "title": "Digitization",
                "objectives": [{"id": "o1", "text": "Share."}, {"id": "o2", "text": "Learn."}],
                "activities": [activity(ONE, "Forum"), activity(TWO, "Training")],
            },
            {"id": "a2", "title": "Innovation", "objectives": [], "activities": []},
        ],
        "working_groups": [{"id": "g1", "title": "Group", "text": "Meets."}],
        "meetings": [],
        "annexes": [],
    }


@pytest.fixture
def new(old):
    return copy.deepcopy(old)


def test_the_same_text_has_not_changed(old, new):
    new["revision"] = {"number": 2, "symbol": "X/2", "previous": "d", "nonce": "1"}
    found = changes(old, new)
    assert not found
    assert found.sentence == "Nothing in the text has changed."


def test_added_and_removed_parts_are_named_with_their_numbers(old, new):
    new["areas"][0]["activities"].pop(0)
    new["areas"][1]["activities"].append(activity(THREE, "Contest"))
    found = changes(old, new)
    assert [part.label for part in found.added] == ["Activity 2.1: Contest"]
    assert [part.label for part in found.removed] == ["Activity 1.1: Forum"]
    assert found.sentence == "1 part added, 1 part removed."
    assert not found.changed


def test_a_changed_field_is_told_in_words_before_and_after(old, new):
    new["areas"][0]["activities"][0] |= {"kind": "training", "begins": "2027-05", "ends": "2027-06"}
    (part,) = changes(old, new).changed
    assert part.id == ONE
    assert [(item.name, item.before, item.after) for item in part.fields] == [
        ("kind", "Forum", "Training"),
        ("dates", "", "May – June 2027"),
    ]


def test_an_activity_that_moves_to_another_area_is_the_same_activity(old, new):
    new["areas"][1]["activities"].append(new["areas"][0]["activities"].pop(0))
    found = changes(old, new)
    assert not found.added and not found.removed
    (part,) = found.changed
    assert [(item.label, item.after) for item in part.fields] == [("Priority area", "Innovation")]


def test_a_renamed_area_does_not_change_its_activities(old, new):
    new["areas"][0]["title"] = "Digital industry"
    (part,) = changes(old, new).changed
    assert part.label == "Priority area 1: Digital industry"
    assert [item.name for item in part.fields] == ["title"]


def test_a_new_order_is_a_change_of_what_holds_the_parts(old, new):
    new["areas"].reverse()
    new["areas"][1]["activities"].reverse()
    general, area = changes(old, new).changed
    assert [item.label for item in general.fields] == ["Order of the priority areas"]
    assert [item.label for item in area.fields] == ["Order of the activities"]


def test_an_objective_that_goes_and_one_that_comes(old, new):
    new["areas"][0]["objectives"] = [{"id": "o1", "text": "Share."}, {"id": "o3", "text": "Build."}]
    (part,) = changes(old, new).changed
    assert [(item.before, item.after) for item in part.fields] == [("", "Build."), ("Learn.", "")]


def test_general_text_groups_and_calendar(old, new):
    new["preamble"] = "Twice."
    new["working_groups"][0]["text"] = "Meets often."
    new["meetings"] = [
        {"body": "AG", "name": "AG 3", "begins": "2027-03-10", "ends": "2027-03-11", "place": "",
         "mode": None}
    ]  # fmt: skip
    found = changes(old, new)
    assert [part.kind for part in found.changed] == ["general", "working_group", "calendar"]
    assert [part.anchor for part in found.changed] == ["preamble", "g1", "calendar-of-meetings"]
    assert found.changed[2].fields[0].after == "AG 3, 10–11 March 2027"
