"""What changed between two texts of a plan."""

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workplans import appearance
from workplans.comparison import State, changes, plain
from workplans.wording import normal

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
        "milestones": [],
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
        "form": "partnir-work-plan/2",
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
    assert (part.state, part.fields) == (State.MOVED, ())
    assert part.moved.sentence == "Moved from 1.1 (Digitization) to 2.1 (Innovation)"
    assert found.sentence == "1 part moved."


def test_a_part_that_moves_and_changes_says_both(old, new):
    moved = new["areas"][0]["activities"].pop(0)
    new["areas"][1]["activities"].append({**moved, "title": "Great Forum"})
    (part,) = changes(old, new).changed
    assert part.became == "moved, title"
    assert changes(old, new).sentence == "1 part changed."


def test_a_renamed_area_does_not_change_its_activities(old, new):
    new["areas"][0]["title"] = "Digital industry"
    (part,) = changes(old, new).changed
    assert part.label == "Priority area 1: Digital industry"
    assert [item.name for item in part.fields] == ["title"]


def test_in_a_new_order_the_fewest_parts_have_moved(old, new):
    new["areas"].append({"id": "a3", "title": "Inclusion", "objectives": [], "activities": []})
    old["areas"].append(copy.deepcopy(new["areas"][2]))
    new["areas"].insert(0, new["areas"].pop())
    new["areas"][1]["objectives"].reverse()
    inclusion, digitization = changes(old, new).changed
    assert inclusion.moved.sentence == "Moved from 3 to 1"
    assert digitization.moved is None
    assert [(item.label, item.moved.sentence) for item in digitization.fields] == [
        ("Objective", "Moved from place 1 to place 2")
    ]


def test_numbers_that_only_follow_from_what_came_and_went_are_no_moves(old, new):
    new["areas"][0]["activities"].pop(0)
    new["areas"].insert(0, {"id": "a3", "title": "First", "objectives": [], "activities": []})
    found = changes(old, new)
    assert (len(found.added), len(found.removed), found.changed) == (1, 1, ())


def test_all_parts_together_stand_as_a_reader_comes_upon_them(old, new):
    new["areas"][0]["activities"][0] = activity(THREE, "Contest")
    new["areas"][0]["activities"][1]["place"] = "Valdis"
    new["preamble"] = ""
    found = changes(old, new)
    assert [(part.state.value, part.label) for part in found.parts] == [
        ("changed", "Title and preamble"),
        ("removed", "Activity 1.1: Forum"),
        ("added", "Activity 1.1: Contest"),
        ("changed", "Activity 1.2: Training"),
    ]
    assert [item.name for item in found.added[0].body] == ["kind", "lead", "state"]


def test_what_reads_alike_and_is_not_the_same_is_told_exactly(old, new):
    old["areas"][0]["activities"][0]["begins"] = "2027-05-01"
    new["areas"][0]["activities"][0]["ends"] = "2027-05-01"
    ((item,),) = (part.fields for part in changes(old, new).changed)
    assert (item.before, item.after) == ("2027-05-01 – …", "… – 2027-05-01")
    assert item.marked


def test_the_figures_of_an_indicator_keep_their_names(old, new):
    figures = {"id": "i1", "name": "Trained", "unit": "people", "baseline": "40", "target": ""}
    old["areas"][0]["activities"][0]["indicators"] = [figures]
    new["areas"][0]["activities"][0]["indicators"] = [{**figures, "baseline": "", "target": "40"}]
    ((item,),) = (part.fields for part in changes(old, new).changed)
    assert appearance.plain(item.marked).split("\n")[-1] == "[-Baseline: 40-] {+Target: 40+}"


def test_a_milestone_keeps_its_date_and_its_text_apart(old, new):
    step = {"id": "m1", "text": "First results", "date": "2027-05"}
    old["areas"][0]["activities"][0]["milestones"] = [step]
    new["areas"][0]["activities"][0]["milestones"] = [{**step, "date": "2027-06-03"}]
    ((item,),) = (part.fields for part in changes(old, new).changed)
    assert (item.name, item.label, item.lines) == ("milestone-m1", "Milestone", True)
    assert (item.before, item.after) == (
        "First results\nDate: May 2027",
        "First results\nDate: 3 June 2027",
    )
    assert appearance.plain(item.marked).startswith("First results\nDate: ")


def test_milestones_come_go_and_move_among_their_like(old, new):
    one, two, three = (
        {"id": f"m{n}", "text": text, "date": None}
        for n, text in enumerate(("Call", "Choice", "Final"))
    )
    indicator = {"id": "i1", "name": "Entries", "unit": "", "baseline": "", "target": ""}
    old["areas"][0]["activities"][0] |= {"milestones": [one, two], "indicators": [indicator]}
    new["areas"][0]["activities"][0] |= {"milestones": [two, one, three]}
    new["areas"][0]["activities"][0] |= {"indicators": [indicator]}
    (part,) = changes(old, new).changed
    told = [(item.before, item.after, item.moved and item.moved.sentence) for item in part.fields]
    assert told == [
        ("Call", "Call", "Moved from place 1 to place 2"),
        ("", "Final", None),
    ]
    assert part.became == "milestone"


def test_the_changes_as_plain_text(old, new):
    new["areas"][1]["activities"].append(new["areas"][0]["activities"].pop(0))
    new["areas"][0]["activities"][0]["description"] = "Train people.\n\n- Forty of them"
    new["preamble"] = "Once more."
    assert plain(changes(old, new)) == (
        "2 parts changed, 1 part moved.\n\n"
        "Title and preamble – preamble\n"
        "Preamble: Once{+ more+}.\n\n"
        "Activity 1.1: Training – description\n"
        "Description:\n{+Train people.+}\n- {+Forty of them+}\n\n"
        "Activity 2.1: Forum – moved\n"
        "Moved from 1.1 (Digitization) to 2.1 (Innovation)"
    )


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


# Any two texts of a plan: what is not told has not changed, and what is told leads from one to the
# other.

WORDS = st.sampled_from(
    ["", "Forum", "Forum of industry", "It will:\n- train\n- meet", "One.\n\nTwo.", "योजना", "计划"]
)
NAMES = st.sampled_from(["Forum", "Training", "Contest"])
DATES = st.sampled_from([None, "2027", "2027-05", "2027-05-01", "2027-06"])
LEADS = st.sampled_from(
    [
        None,
        {"code": "AL", "name": "Aldova", "authority": None},
        {"code": "AL", "name": "Aldova", "authority": "Ministry"},
        {"code": "DO", "name": "Dorlan", "authority": "Ministry"},
    ]
)
LISTS = st.lists(st.sampled_from(["One", "Two", "One\nTwo"]), max_size=2)
FIGURES = st.sampled_from(["", "40", "Unit: 40"])
MODES = st.sampled_from([None, "online", "hybrid"])

indicators = st.fixed_dictionaries(
    {"name": NAMES, "unit": FIGURES, "baseline": FIGURES, "target": FIGURES}
)
milestones = st.fixed_dictionaries(
    {"text": st.sampled_from(["Call", "Final", "Call\nDate: 2027", "आह्वान"]), "date": DATES}
)
activities = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["forum", "training"]),
        "title": NAMES,
        "description": WORDS,
        "lead": LEADS,
        "co_leads": st.lists(
            st.sampled_from([{"code": "AL", "name": "Aldova"}, {"code": "DO", "name": "Dorlan"}]),
            max_size=2,
        ),
        "partners": LISTS,
        "mode": MODES,
        "place": st.sampled_from(["", "Valdis"]),
        "begins": DATES,
        "ends": DATES,
        "deliverables": LISTS,
        "budget_note": WORDS,
        "funding_source": st.sampled_from(["", "Bank"]),
        "state": st.sampled_from(["planned", "continuing"]),
        "sources": LISTS,
    }
)
meetings = st.fixed_dictionaries(
    {
        "body": st.sampled_from(["AG", "IMM"]),
        "name": NAMES,
        "begins": DATES,
        "ends": DATES,
        "mode": MODES,
        "place": st.sampled_from(["", "Valdis"]),
    }
)


def some(draw, parts, pool):
    """Parts under identities from a pool, none of which is given twice in a text."""
    keys = draw(st.lists(st.sampled_from(pool), max_size=3, unique=True)) if pool else []
    for key in keys:
        pool.remove(key)
    return [{**draw(parts), "id": key} for key in keys]


def pool(letter, size):
    return [f"{letter}{n}" for n in range(size)]


@st.composite
def forms(draw):
    """A text of the one plan. Identities come from few, so that two texts share many."""
    texts = st.fixed_dictionaries({"title": NAMES, "text": WORDS})
    groups, figures, works, goals = pool("b", 4), pool("i", 4), pool("x", 7), pool("o", 4)
    steps = pool("m", 4)
    areas = some(draw, st.fixed_dictionaries({"title": NAMES}), pool("a", 3))
    for area in areas:
        area["objectives"] = some(draw, st.fixed_dictionaries({"text": WORDS}), goals)
        area["activities"] = some(draw, activities, works)
        for item in area["activities"]:
            item["indicators"] = some(draw, indicators, figures)
            item["milestones"] = some(draw, milestones, steps)
    return {
        "title": draw(NAMES),
        "preamble": draw(WORDS),
        "source_note": draw(st.sampled_from(["", "Own"])),
        "language": draw(st.sampled_from(["en", "fr"])),
        "presidency": {"code": "AL", "name": "Aldova"},
        "areas": areas,
        "working_groups": some(draw, texts, groups),
        "annexes": some(draw, texts, groups),
        "meetings": draw(st.lists(meetings, max_size=3)),
    }


HOLDS = {"dates": ("begins", "ends")}
PIECES = {"objective": "objectives", "indicator": "indicators", "milestone": "milestones"}


def there(form):
    """Every part with what holds it, by its identity."""
    found = {"general": (None, form), "calendar": (None, form)}
    for area in form["areas"]:
        found[area["id"]] = (form["areas"], area)
        found |= {item["id"]: (area["activities"], item) for item in area["activities"]}
    for key in ("working_groups", "annexes"):
        found |= {block["id"]: (form[key], block) for block in form[key]}
    return found


def applied(found, old, new):
    """The old text with nothing taken from the new but what is told to be new in it."""
    form, after = copy.deepcopy(old), there(new)
    for part in reversed(found.removed):
        holder, row = there(form)[part.id]
        # What a removed part held and does not hold any more is told on its own.
        holder.remove(row)
        form.setdefault("left", []).extend(row.get("activities", []))
    left = {item["id"]: item for item in form.pop("left", [])}
    coming = [(part.id, None) for part in found.added]
    # An activity leaves its area before that area goes elsewhere.
    for part in sorted(found.changed, key=lambda part: part.kind == "area"):
        if part.moved:
            holder, row = there(form).get(part.id, (None, left.get(part.id)))
            if holder is not None:
                holder.remove(row)
            coming.append((part.id, row))
    order = [key for key in after if key in {key for key, _row in coming}]
    for key in order:
        holder, row = after[key]
        mine = dict(coming)[key]
        if mine is None:
            mine = {**copy.deepcopy(row), **({"activities": []} if "activities" in row else {})}
        target = home(form, new, key)
        target.insert(holder.index(row), mine)
    for part in found.changed:
        row, said = there(form)[part.id][1], after[part.id][1]
        for item in part.fields:
            sort, _dash, key = item.name.partition("-")
            if sort not in PIECES:
                for name in HOLDS.get(item.name, (item.name,)):
                    row[name] = copy.deepcopy(said[name])
                continue
            row[PIECES[sort]] = [piece for piece in row[PIECES[sort]] if piece["id"] != key]
        for item in part.fields:
            sort, _dash, key = item.name.partition("-")
            if sort in PIECES:
                for place, piece in enumerate(said[PIECES[sort]]):
                    if piece["id"] == key:
                        row[PIECES[sort]].insert(place, copy.deepcopy(piece))
    return form


def home(form, new, key):
    """Among what a part stands in the new text, in the form that is being made."""
    for area in new["areas"]:
        if area["id"] == key:
            return form["areas"]
        if any(item["id"] == key for item in area["activities"]):
            return there(form)[area["id"]][1]["activities"]
    blocks = "annexes" if any(block["id"] == key for block in new["annexes"]) else "working_groups"
    return form[blocks]


@settings(max_examples=300, deadline=None)
@given(forms(), forms())
def test_the_old_text_and_what_is_told_make_the_new_one(old, new):
    found = changes(old, new)
    made = applied(found, old, new)
    assert json.dumps(made, sort_keys=True) == json.dumps(new, sort_keys=True)
    assert bool(found) == (old != new)


@settings(max_examples=200, deadline=None)
@given(forms(), forms())
def test_every_field_that_is_told_is_marked_from_end_to_end(old, new):
    for part in changes(old, new).parts:
        assert part.fields or part.moved
        for item in part.fields:
            assert item.marked.before == normal(item.before)
            assert item.marked.after == normal(item.after)
            assert item.marked or item.moved
