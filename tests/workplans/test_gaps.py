"""Problems of a draft, in the reader's terms and with the place to put them right."""

from workplans.gaps import areas, locate

FORM = {
    "areas": [
        {"id": "a1", "title": "Digitization", "activities": [], "objectives": []},
        {
            "id": "a2",
            "title": "Innovation",
            "objectives": [],
            "activities": [
                {
                    "id": "x1",
                    "title": "Forum",
                    "lead": None,
                    "begins": None,
                    "ends": "2027",
                    "description": "",
                    "indicators": [{}],
                }
            ],
        },
    ],
    "working_groups": [],
    "annexes": [{"id": "n1", "title": "Budget", "text": ""}],
}


def test_a_problem_of_an_activity_points_to_its_field():
    found = locate("areas[2].activities[1].sources[3]: this is longer than it may be.", FORM)
    assert found is not None
    assert found.sentence == "Activity 2.1, sources: this is longer than it may be."
    assert (found.page, found.key, found.field) == ("activity", "x1", "sources")


def test_a_problem_of_a_whole_activity_points_to_it():
    found = locate("areas[2].activities[1]: it ends before it begins.", FORM)
    assert found is not None
    assert (found.sentence, found.field) == ("Activity 2.1: it ends before it begins.", "")


def test_other_places():
    pages = {
        "areas[1].title: x": ("area", "a1", "title"),
        "areas[1].objectives[2].text: x": ("area", "a1", ""),
        "areas[2].activities[1].milestones[1].text: x": ("activity", "x1", ""),
        "annexes[1].text: x": ("text", "n1", "text"),
        "preamble: x": ("edit_general", "", "preamble"),
    }
    for problem, expected in pages.items():
        found = locate(problem, FORM)
        assert found is not None
        assert (found.page, found.key, found.field) == expected


def test_a_sentence_without_a_place_has_none():
    assert locate("The plan has no activity yet.", FORM) is None


def test_what_an_activity_lacks():
    (item,) = areas(FORM)[1].activities
    assert item.number == "2.1"
    assert item.lacks == ("no lead state", "no description")
