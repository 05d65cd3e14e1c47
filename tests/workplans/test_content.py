"""The canonical form: the same plan gives the same bytes; what is no plan is told where it errs."""

import json
import unicodedata
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretariat.models import Authority
from tests import factories
from workplans import content
from workplans import draft as drafts
from workplans.draft import fill

TEXT = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abcdef"), inner),
)


def compose(plan, on=factories.TODAY):
    return drafts.compose(plan, on=on)


def step(**fields):
    return {"id": "00000000-0000-4000-8000-000000000001", "text": "Step", "date": None, **fields}


@pytest.fixture
def form(draft):
    return compose(draft)


@given(TEXT)
def test_dumping_is_stable_sorted_and_normal(value):
    text = content.dump({"value": value})
    assert content.dump(json.loads(text)) == text
    assert unicodedata.is_normalized("NFC", text)


def test_composed_and_decomposed_letters_are_one_text():
    assert content.dump({"a": "Brasi\u0301lia"}) == content.dump({"a": "Bras\u00edlia"})


def test_the_digest_is_that_of_the_named_form():
    import hashlib

    for form in ("partnir-work-plan/1", content.FORM):
        text = content.dump({"form": form})
        named = hashlib.sha256(form.encode() + b"\n" + text.encode()).hexdigest()
        assert content.digest(text) == named


@pytest.mark.parametrize("value", [1.5, {"ü": 1}, {1: 2}])
def test_what_others_would_write_differently_is_refused(value):
    with pytest.raises(ValueError, match="canonical form"):
        content.dump({"a": value})


def test_what_the_draft_composes_is_a_valid_form(form):
    assert content.read(content.dump(form)) == form


BROKEN = [
    (lambda f: f.pop("title"), "The whole document: “title” is missing."),
    (lambda f: f.update(colour="red"), "The whole document: “colour” does not belong here."),
    (lambda f: f.update(year="2027"), "year:"),
    (lambda f: f["areas"][0]["activities"][0].update(kind="party"), "areas[1].activities[1].kind"),
    (lambda f: f["areas"][0]["activities"][0].update(begins="2027-02-30"), "not a day"),
    (
        lambda f: f["areas"][0]["activities"][0].update(begins="2027-05", ends="2027-04-30"),
        "areas[1].activities[1]: it ends (2027-04-30) before it begins (2027-05).",
    ),
    (
        lambda f: f["areas"][1].update(id=f["areas"][0]["id"]),
        "is already that of areas[1].",
    ),
    (lambda f: f.update(title="Plan\u0007"), "title: there is an invisible control character"),
    (
        lambda f: f["areas"][0]["activities"][0].update(milestones=[step(date="2027-02-30")]),
        "areas[1].activities[1].milestones[1].date: “2027-02-30” is not a day",
    ),
    (
        lambda f: f["areas"][0]["activities"][0].update(milestones=[step(text="")]),
        "areas[1].activities[1].milestones[1].text: this may not be empty.",
    ),
    (
        lambda f: f["areas"][0]["activities"][0].update(milestones=[step(), step()]),
        "areas[1].activities[1].milestones[2]: the id 00000000",
    ),
    (lambda f: f["areas"][0]["activities"][0].pop("milestones"), "“milestones” is missing."),
]


@pytest.mark.parametrize(("spoil", "words"), BROKEN)
def test_a_broken_form_is_told_where_and_why(form, spoil, words):
    spoil(form)
    with pytest.raises(content.InvalidPlan) as refused:
        content.read(json.dumps(form))
    assert any(words in problem for problem in refused.value.problems), refused.value.problems


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "Line 1, column 2"),
        ('{"a": 1, "a": 2}', "the key “a” stands twice"),
        ('{"a": 1.5}', "1.5 is not a whole number"),
        ("[" * 100000, "This is not JSON"),
    ],
)
def test_what_is_no_json_of_a_plan_is_told_so(text, words):
    with pytest.raises(content.InvalidPlan) as refused:
        content.read(text)
    assert words in refused.value.problems[0]


def test_filling_a_draft_and_composing_it_again_gives_the_same_text(cast, form, draft):
    from workplans.models import WorkPlan

    draft = WorkPlan.objects.get(pk=draft.pk)
    form["preamble"] = "One.\n\nTwo."
    form["meetings"] = [
        {
            "body": "AG",
            "name": "First",
            "begins": "2027-03",
            "ends": None,
            "mode": None,
            "place": "",
        }
    ]
    activity = form["areas"][0]["activities"][0]
    activity.update(
        lead={"code": "AL", "name": "Aldova", "authority": "Ministry of Industry of Aldova"},
        co_leads=[{"code": "BO", "name": "Borania"}],
        partners=["Union of Observers"],
        begins="2027-05",
        ends="2027-06-03",
        indicators=[
            {"id": "0" * 8 + "-0000-4000-8000-" + "0" * 12, "name": "Entries", "unit": "entries",
             "baseline": "10", "target": "20"}
        ],
        milestones=[
            step(text="First results", date="2027-05"),
            step(id="00000000-0000-4000-8000-000000000002"),
        ],
    )  # fmt: skip
    fill(draft, form)
    assert compose(draft) == form


def test_a_state_not_on_record_changes_nothing(cast, form, draft):
    before = compose(draft)
    form["areas"][0]["activities"][0]["co_leads"] = [{"code": "ZZ", "name": "Nowhere"}]
    with pytest.raises(content.InvalidPlan) as refused:
        fill(draft, form)
    assert "no state with the code “ZZ” is on record" in refused.value.problems[0]
    assert compose(draft) == before


def test_composing_costs_the_same_for_one_activity_and_for_many(
    cast, draft, django_assert_num_queries
):
    with django_assert_num_queries(8):
        compose(draft)
    for n in range(12):
        row = factories.activity(draft, title=f"More {n}", area=n % 5, lead=cast.states["Aldova"])
        row.milestones.create(text=f"Step {n}")
    with django_assert_num_queries(8):
        compose(draft)


def renamed(state, day):
    """An authority that bears another name from a day on; the old record and the new."""
    new = Authority.objects.create(
        state=state, name=f"Department of Industry of {state}", period=(day, None)
    )
    old = Authority.objects.create(
        state=state, name=f"Board of Industry of {state}", period=(date(2000, 1, 1), day),
        continued_by=new,
    )  # fmt: skip
    return old, new


def leads(form):
    return [activity["lead"] for _number, activity in content.activities(form)]


def test_an_authority_is_named_as_it_is_called_on_the_day(cast, draft):
    day = date(2027, 6, 1)
    old, new = renamed(cast.states["Dorlan"], day)
    for named in (old, new):
        lead = {"lead": cast.states["Dorlan"], "lead_authority": named}
        factories.activity(draft, title=f"Led by the {named}", **lead)
    before, after = (
        [lead["authority"] for lead in leads(compose(draft, on=on)) if lead]
        for on in (day - timedelta(days=1), day)
    )
    assert before == [old.name, old.name]
    assert after == [new.name, new.name]


def test_renamed_authorities_cost_one_query_for_one_activity_and_for_many(
    cast, draft, django_assert_num_queries
):
    for n, name in enumerate(("Dorlan", "Aldova", "Borania")):
        old, _new = renamed(cast.states[name], date(2027, 2, 1))
        for m in range(1 if n == 0 else 8):
            factories.activity(
                draft, title=f"{name} {m}", area=m % 5, lead=old.state, lead_authority=old
            )
        with django_assert_num_queries(9):
            composed = compose(draft)
        named = [lead["authority"] for lead in leads(composed) if lead]
        assert all(name.startswith("Department") for name in named), named
