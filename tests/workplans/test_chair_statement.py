"""A text closed without consensus, by a statement of the chair that is not adopted."""

import io
import json

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from pypdf import PdfReader

from secretariat.models import Entry, Notice
from secretariat.standing import NotEntitled
from tests import factories
from tests.workplans import amendments, silences
from tests.workplans.test_statement_pages import page, words
from tests.workplans.test_statements import activity_of
from tests.workplans.test_take_position import say
from tests.workplans.test_taking_back import take_back
from tests.workplans.test_who_is_told import last, sent, shown
from workplans import queries
from workplans.models import Consideration, Decision, Document, WorkPlan
from workplans.operations import chair_statement as operations
from workplans.operations import decision
from workplans.operations.decision import ReasonMissing
from workplans.operations.locking import Superseded
from workplans.procedure import OutOfOrder
from workplans.typesetting import typeset

INTRODUCTION = "The Group came far and did not agree on one activity."
WHY = "canary-why-it-objects"


def seen(consideration):
    left = operations.common(consideration, queries.board(consideration))
    return operations.digest_of(left)


def close(consideration, by, **changes):
    facts = {"seen": seen(consideration), "introduction": INTRODUCTION, "by": by,
             "on": factories.NOW, **changes}  # fmt: skip
    return operations.close_by_statement(consideration, **facts)


@pytest.fixture
def divided(cast, consideration):
    """Borania objects to the second activity; the others approve or have not answered."""
    say(consideration, cast.heads["Borania"], "objects", WHY,
        parts=[activity_of(consideration, 1)])  # fmt: skip
    say(consideration, cast.head)
    return consideration


def test_it_closes_the_text_and_the_plan_is_a_draft_again(cast, divided):
    done = close(divided, cast.chair)
    divided.refresh_from_db()
    assert divided.outcome == "no_consensus" and WorkPlan.objects.get().status == "draft"
    assert (done.act, done.text, done.by) == ("stated", INTRODUCTION, cast.chair)
    document = Document.objects.get()
    assert (document.kind, document.symbol) == ("chair_statement", "PartNIR/AG/2027/CS/1")
    facts = Entry.objects.get(act="stated").facts
    assert facts["symbol"] == document.symbol and facts["open"] == [activity_of(divided, 1)]


def test_sending_it_twice_has_one_effect(cast, divided):
    left = seen(divided)
    first = close(divided, cast.chair, seen=left)
    assert close(divided, cast.chair, seen=left) == first
    assert Document.objects.count() == Entry.objects.filter(act="stated").count() == 1


def test_only_the_chair_may(cast, divided):
    for role, person in cast.everyone().items():
        if role == "chair":
            continue
        with pytest.raises(NotEntitled):
            close(divided, person)
    assert not Decision.objects.exists()


def test_where_there_is_consensus_it_is_refused(cast, agreed):
    with pytest.raises(OutOfOrder, match="can be adopted"):
        close(agreed, cast.chair)


def test_under_silence_it_is_no_way_out(cast, draft):
    with pytest.raises(OutOfOrder):
        close(silences.opened(draft, by=cast.chair), cast.chair)


def test_an_answer_given_meanwhile_is_looked_at_first(cast, divided):
    before = seen(divided)
    say(divided, cast.heads["Cestria"], "objects", "All of it.")
    with pytest.raises(Superseded, match="answered since"):
        close(divided, cast.chair, seen=before)
    assert Consideration.objects.get().is_open


def test_it_has_an_introduction(cast, divided):
    with pytest.raises(ReasonMissing):
        close(divided, cast.chair, introduction=" ")


def test_its_outcome_is_written_once(cast, divided):
    close(divided, cast.chair)
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
        Consideration.objects.update(outcome="adopted")


def test_the_plan_goes_on_with_a_new_text_and_a_second_statement(
    cast, draft, divided, advisory_group
):
    close(divided, cast.chair)
    factories.activity(draft, title="A later idea")
    second = factories.circulated(draft, before=advisory_group, by=cast.staff)
    say(second, cast.heads["Borania"], "objects", "All of it.")
    close(second, cast.chair)
    assert Document.objects.latest("id").symbol == "PartNIR/AG/2027/CS/2"


def text_of(document):
    made = typeset(json.loads(document.order))
    pages = PdfReader(io.BytesIO(made.pdf)).pages
    return made.pdf, " ".join(" ".join(one.extract_text().split()) for one in pages)


def test_the_document_says_what_is_left_and_names_no_state(cast, divided):
    close(divided, cast.chair)
    pdf, text = text_of(Document.objects.get())
    assert "It is not adopted and binds nobody." in text and INTRODUCTION in text
    assert "Chair Aldova, Chair of the Advisory Group" in text
    assert "Activity 1.1, “Forum number 1”" in text and "What Forum number 1 is for." in text
    left_out = text.rindex("What was not agreed")
    assert text.rindex("Activity 2.1, “Forum number 2”") > left_out
    assert "What Forum number 2 is for." not in text
    assert "Borania" not in text and WHY not in text and b"Borania" not in pdf
    assert "Borania" not in Document.objects.get().order
    assert text_of(Document.objects.get())[0] == pdf


def test_an_objection_to_the_whole_leaves_nothing(cast, divided):
    say(divided, cast.heads["Cestria"], "objects", "All of it.")
    close(divided, cast.chair)
    _pdf, text = text_of(Document.objects.get())
    assert "no part of it can be said to be without objection" in text
    assert "What Forum number 1 is for." not in text


# The pages


def test_the_chair_writes_looks_and_confirms(cast, divided, sign_in):
    client, url = sign_in(cast.chair), page("close_by_statement", divided)
    assert url in words(client.get(page("consideration", divided)))
    first = client.get(url)
    assert "Activity 2.1, “Forum number 2”" in words(first)
    form = {"seen": first.context["form"]["seen"].value(), "introduction": INTRODUCTION}
    looked = client.post(url, form | {"step": "look"})
    assert looked.status_code == 200 and Consideration.objects.get().is_open
    assert words(looked).count(INTRODUCTION) >= 2
    undeclared = client.post(url, form | {"step": "act"})
    assert undeclared.status_code == 422 and INTRODUCTION in words(undeclared)
    expected, before = shown(looked), last()
    done = client.post(url, form | {"step": "act", "declaration": "on"})
    assert done["Location"] == Document.objects.get().get_absolute_url()
    assert sent(before) == expected


def test_a_changed_answer_loses_no_word_of_the_chair(cast, divided, sign_in):
    client, url = sign_in(cast.chair), page("close_by_statement", divided)
    form = {"seen": seen(divided), "introduction": INTRODUCTION, "step": "act", "declaration": "on"}
    say(divided, cast.heads["Cestria"], "objects", "All of it.")
    late = client.post(url, form)
    assert late.status_code == 409 and INTRODUCTION in words(late)
    assert "A state objects to the text as a whole" in words(late)
    assert Consideration.objects.get().is_open


def test_everybody_may_read_it_and_nobody_the_text_it_was_made_of(cast, divided, sign_in):
    close(divided, cast.chair)
    document, visitor = Document.objects.get(), sign_in()
    said = words(visitor.get(document.get_absolute_url()))
    assert "It is not adopted and binds nobody." in said and document.symbol in said
    assert visitor.get(reverse("workplans:plan_data", args=[2027])).status_code == 404
    delegate = words(sign_in(cast.delegate).get(page("consideration", divided)))
    assert "without consensus, by a Chair’s statement" in delegate
    assert document.get_absolute_url() in delegate
    history = words(sign_in(cast.staff).get(reverse("workplans:history", args=[2027])))
    assert f"by a Chair’s statement, {document.symbol}" in history


def test_everybody_at_the_table_is_told(cast, divided):
    close(divided, cast.chair)
    told = {n.person.name for n in Notice.objects.filter(entry__act="stated")}
    assert {"Head Borania", "Delegate Dorlan", "Observer Union", "Staff Aldova"} <= told


def test_a_return_taken_back_leaves_the_way_to_it_open(cast, divided):
    decision.return_to_draft(
        divided, digest=divided.revision.digest, reason="A slip.", by=cast.chair, on=factories.NOW
    )
    take_back(divided.plan, cast.chair)
    done = close(Consideration.objects.get(), cast.chair)
    assert (done.act, done.attempt) == ("stated", 2)
    assert Document.objects.get().kind == "chair_statement"


# While the plan it belongs to is in force


def test_of_an_amendment_it_leaves_the_text_in_force_where_it_is(
    cast, approved, advisory_group, sign_in
):
    amended = amendments.circulated(cast, approved, advisory_group)
    factories.answer(amended, by=cast.head, kind="objects", text=WHY)
    close(amended, cast.chair)
    plan = amendments.again(approved)
    assert (plan.status, plan.in_force) == ("draft", amendments.again(approved).in_force)
    page = sign_in().get(f"/en/plans/{plan.year}/")
    assert page.status_code == 200 and amendments.CANARY not in page.content.decode()
    # The whole text is objected to, so nothing of it is agreed and nothing of it is printed.
    order = Document.objects.get(kind="chair_statement").order
    assert amendments.CANARY not in order
