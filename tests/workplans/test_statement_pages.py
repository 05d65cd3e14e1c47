"""The pages of statements: written, checked, shown where they may be, withdrawn, printed."""

import html as entities
import io
import json
import re
from uuid import uuid4

import pytest
from django.urls import reverse
from pypdf import PdfReader

from tests import factories
from tests.workplans import silences
from tests.workplans.test_disclosure import told_by
from tests.workplans.test_statements import activity_of, state, withdraw
from tests.workplans.test_take_position import say
from tests.workplans.test_who_is_told import last, sent, shown
from workplans.models import Statement
from workplans.operations import review
from workplans.typesetting import typeset

WORDS = "Dorlan understands paragraph 1 as an estimate."
KIND = "interpretative_statement"


def page(name, of):
    return reverse(f"workplans:{name}", args=[of.pk])


def words(response):
    return entities.unescape(re.sub(r"\s+", " ", response.content.decode()))


def filled(consideration, **changes):
    answer = {"kind": KIND, "text": WORDS, "digest": consideration.revision.digest}
    return answer | changes


def carried(response, **changes):
    """What the check sends on."""
    form = response.context["form"]
    found = {b.html_name: b.value() for b in form if b.value() is not None}
    return found | {"declaration": "on"} | changes


@pytest.fixture
def hidden(cast, draft, advisory_group):
    """The plan before the delegations, what they say shown after closing."""
    return review.circulate(
        draft, meeting=advisory_group, visibility="after_close", by=cast.staff, on=factories.NOW
    )


# Written, checked, entered


def test_it_is_written_checked_and_kept_at_an_address(cast, consideration, sign_in):
    client, part = sign_in(cast.head), activity_of(consideration)
    text = words(client.get(page("consideration", consideration)))
    assert page("make_statement", consideration) in text
    sheet = words(client.get(page("make_statement", consideration)))
    assert "Activity 1.1, “Forum number 1” (paragraph 1)" in sheet
    assert "A reservation is made with the answer" in sheet
    answer = client.post(page("make_statement", consideration),
                         filled(consideration, parts=[part]))  # fmt: skip
    assert answer["Location"] == page("statement_check", consideration)
    check = client.get(answer["Location"])
    said = words(check)
    for told in (
        "Dorlan", "Interpretative statement", "Activity 1.1, “Forum number 1” (paragraph 1)",
        WORDS, consideration.revision.symbol, consideration.revision.digest,
        "Everybody at the table and the secretariat, at once.", "Nothing has been submitted yet.",
    ):  # fmt: skip
        assert told in said, told
    assert not Statement.objects.exists()
    expected, before = shown(check), last()
    made = client.post(page("statement_check", consideration), carried(check))
    (statement,) = Statement.objects.all()
    assert made["Location"] == page("statement", statement) and statement.parts == [part]
    assert sent(before) == expected
    receipt = words(client.get(made["Location"]))
    assert "The statement of Dorlan is on the record." in receipt
    assert statement.reference in receipt and WORDS in receipt
    # The desk lists it with the way to its page; what was typed is not kept any longer.
    assert page("statement", statement) in words(client.get(reverse("desk")))
    assert WORDS not in words(client.get(page("make_statement", consideration))).split("<form")[-1]


def test_the_whole_text_is_meant_where_no_part_is_named(cast, consideration, sign_in):
    client = sign_in(cast.head)
    client.post(page("make_statement", consideration), filled(consideration))
    assert "The text as a whole" in words(client.get(page("statement_check", consideration)))


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"kind": ""}, "Choose what kind of statement it is."),
        ({"kind": "reservation"}, "Choose what kind of statement it is."),
        ({"parts": ["no-part"]}, "One of the parts is not in this text."),
    ],
)
def test_an_error_loses_no_word(cast, consideration, sign_in, changes, error):
    answer = sign_in(cast.head).post(
        page("make_statement", consideration), filled(consideration, **changes)
    )
    assert answer.status_code == 422
    assert error in words(answer) and WORDS in words(answer)


def test_without_a_text_or_the_declaration_nothing_is_entered(cast, consideration, sign_in):
    client = sign_in(cast.head)
    empty = client.post(page("make_statement", consideration), filled(consideration, text=" "))
    assert empty.status_code == 422
    assert "Write the statement; it goes on the record." in words(empty)
    client.post(page("make_statement", consideration), filled(consideration))
    check = client.get(page("statement_check", consideration))
    refused = client.post(page("statement_check", consideration), carried(check, declaration=""))
    assert refused.status_code == 422 and WORDS in words(refused)
    assert "Tick the box if you are authorised." in words(refused)
    assert not Statement.objects.exists()


def test_a_text_that_closed_meanwhile_loses_no_word(cast, consideration, sign_in):
    client = sign_in(cast.head)
    client.post(page("make_statement", consideration), filled(consideration))
    check = client.get(page("statement_check", consideration))
    review.withdraw(consideration, reason="A wrong annex.", by=cast.staff, on=factories.NOW)
    late = client.post(page("statement_check", consideration), carried(check))
    assert late.status_code == 409 and WORDS in words(late)
    assert "Copy it if you need it." in words(late)
    again = client.post(page("make_statement", consideration), filled(consideration))
    assert again.status_code == 409 and WORDS in words(again)


def test_a_new_text_keeps_the_words_and_the_parts_it_still_has(
    cast, draft, consideration, advisory_group, sign_in
):
    client = sign_in(cast.head)
    kept, gone = activity_of(consideration), activity_of(consideration, 1)
    sent_on = filled(consideration, parts=[kept, gone])
    client.post(page("make_statement", consideration), sent_on)
    check = client.get(page("statement_check", consideration))
    draft.areas.all()[1].activities.all().delete()
    second = factories.circulated(draft, before=advisory_group, by=cast.staff)
    late = client.post(page("statement_check", consideration), carried(check))
    assert late.status_code == 409
    assert f"The text before you now is {second.revision.symbol}." in words(late)
    sheet = words(client.get(page("make_statement", second)))
    assert WORDS in sheet and kept in sheet and gone not in sheet
    assert re.search(rf'value="{kept}"[^>]* checked', sheet)


# Last time's words


def test_last_times_words_are_offered_to_take_over(
    cast, draft, consideration, advisory_group, sign_in
):
    kept, gone = activity_of(consideration), activity_of(consideration, 1)
    made = state(consideration, cast.head, text=WORDS, parts=[kept, gone])
    withdrawn = state(consideration, cast.head, text="Taken back before.")
    withdraw(withdrawn, cast.head)
    state(consideration, cast.heads["Borania"], text="Borania’s own words.")
    draft.areas.all()[1].activities.all().delete()
    second = factories.circulated(draft, before=advisory_group, by=cast.staff)
    client = sign_in(cast.head)
    sheet = words(client.get(page("make_statement", second)))
    assert "Attached to the text before this one" in sheet and WORDS in sheet
    assert "Taken back before." not in sheet and "Borania’s own words." not in sheet
    taken = client.get(page("make_statement", second), {"words": made.pk})
    form = taken.context["form"]
    assert (form["kind"].value(), form["text"].value()) == (KIND, WORDS)
    assert re.search(rf'value="{kept}"[^>]* checked', words(taken)) and gone not in words(taken)
    # Nothing came over by itself.
    assert not second.statements.exists()


def test_the_words_of_another_state_are_never_taken_over(
    cast, draft, consideration, advisory_group, sign_in
):
    theirs = state(consideration, cast.heads["Borania"], text="Borania’s own words.")
    factories.activity(draft, title="A later idea")
    second = factories.circulated(draft, before=advisory_group, by=cast.staff)
    taken = sign_in(cast.head).get(page("make_statement", second), {"words": theirs.pk})
    assert "Borania’s own words." not in words(taken)


def test_a_position_takes_over_the_words_of_last_time(
    cast, draft, consideration, advisory_group, sign_in
):
    part = activity_of(consideration)
    say(consideration, cast.head, "approves_with_reservation", WORDS, parts=[part])
    factories.activity(draft, title="A later idea")
    second = factories.circulated(draft, before=advisory_group, by=cast.staff)
    client = sign_in(cast.head)
    sheet = words(client.get(page("position", second)))
    assert f"Your words on {consideration.revision.symbol}" in sheet and WORDS in sheet
    form = client.get(page("position", second), {"words": ""}).context["form"]
    assert form["text"].value() == WORDS and form["parts"].value() == [part]
    assert form["kind"].value() is None


# Parts of an answer


def test_a_reservation_and_an_objection_name_their_parts(cast, consideration, sign_in):
    client, part = sign_in(cast.head), activity_of(consideration, 1)
    sent_on = {
        "kind": "objects", "text": "It has to go.", "parts": [part],
        "digest": consideration.revision.digest,
    }  # fmt: skip
    client.post(page("position", consideration), sent_on)
    check = client.get(page("position_check", consideration))
    name = "Activity 2.1, “Forum number 2” (paragraph 2)"
    assert name in words(check)
    made = client.post(page("position_check", consideration), carried(check))
    assert consideration.positions.get().parts == [part]
    assert name in words(client.get(made["Location"]))
    assert name in words(sign_in(cast.heads["Borania"]).get(page("consideration", consideration)))


def test_parts_ticked_beside_an_approval_are_not_taken(cast, consideration, sign_in):
    client = sign_in(cast.head)
    sent_on = {
        "kind": "approves", "text": "", "parts": [activity_of(consideration)],
        "digest": consideration.revision.digest,
    }  # fmt: skip
    client.post(page("position", consideration), sent_on)
    check = client.get(page("position_check", consideration))
    client.post(page("position_check", consideration), carried(check))
    assert consideration.positions.get().parts == []


# Who sees what


SAID = "Borania reads it in its own way."


@pytest.mark.parametrize("role", ["head", "delegate", "minister", "observer", "next_chair"])
def test_before_closing_no_page_tells_what_another_state_attached(cast, hidden, sign_in, role):
    theirs = state(hidden, cast.heads["Borania"], text=SAID, parts=[activity_of(hidden)])
    reserves = say(hidden, cast.heads["Aldova"], "approves_with_reservation", "Aldova reserves.")
    withdraw(theirs, cast.heads["Borania"], "Borania takes it back.")
    client = sign_in(cast.everyone()[role])
    found = told_by(client, hidden)
    if role == "head":
        found["write"] = words(client.get(page("make_statement", hidden)))
    for url, said in found.items():
        for telling in (SAID, "Aldova reserves.", "Borania takes it back.", "Interpretative"):
            if url == "write" and telling == "Interpretative":
                continue  # the name of the kind to choose
            assert telling not in said, (url, telling)
    for statement in (theirs, reserves.reservation):
        assert client.get(page("statement", statement)).status_code == 404
        assert client.get(page("withdraw_statement", statement)).status_code == 404


def test_before_closing_its_own_people_and_those_who_conduct_see_it(cast, hidden, sign_in):
    theirs = state(hidden, cast.heads["Borania"], text=SAID)
    for person in (cast.heads["Borania"], cast.chair, cast.staff):
        client = sign_in(person)
        assert SAID in words(client.get(page("consideration", hidden)))
        assert SAID in words(client.get(page("statement", theirs)))
        assert SAID in words(client.get(reverse("workplans:history", args=[2027])))


def test_once_closed_the_others_see_it(cast, hidden, sign_in):
    theirs = state(hidden, cast.heads["Borania"], text=SAID)
    review.withdraw(hidden, reason="A wrong annex.", by=cast.staff, on=factories.NOW)
    client = sign_in(cast.head)
    assert SAID in words(client.get(page("consideration", hidden)))
    assert SAID in words(client.get(page("statement", theirs)))


def test_under_silence_a_statement_waits_like_a_request_for_time(cast, draft, sign_in):
    found = silences.opened(draft, by=cast.chair, visibility="after_close")
    theirs = state(found, cast.heads["Borania"], "reservation", SAID)
    client = sign_in(cast.head)
    for url, said in told_by(client, found).items():
        assert SAID not in said, url
    assert client.get(page("statement", theirs)).status_code == 404
    sheet = words(client.get(page("make_statement", found)))
    assert "A statement does not break the silence" in sheet and "Reservation" in sheet
    assert SAID in words(sign_in(cast.chair).get(page("consideration", found)))


def test_the_pages_cost_the_same_with_one_statement_and_with_thirty(
    cast, consideration, sign_in, django_assert_num_queries
):
    client, part = sign_in(cast.heads["Borania"]), activity_of(consideration)
    made = state(consideration, cast.head, text="Number 1", parts=[part])
    withdraw(made, cast.head)
    client.get(page("consideration", consideration))
    with django_assert_num_queries(17):
        client.get(page("consideration", consideration))
    for number in range(2, 31):
        made = state(consideration, cast.head, text=f"Number {number}", parts=[part])
        if number % 2:
            withdraw(made, cast.head)
    with django_assert_num_queries(17):
        said = words(client.get(page("consideration", consideration)))
    assert said.index("Number 9<") < said.index("Number 10<") < said.index("Number 30<")


# Withdrawn by a note


def test_it_is_withdrawn_after_a_look_at_who_is_told(cast, consideration, sign_in):
    made = state(consideration, cast.head, text=WORDS)
    client = sign_in(cast.alternate)
    assert page("withdraw_statement", made) in words(client.get(page("statement", made)))
    sheet = client.get(page("withdraw_statement", made))
    empty = client.post(page("withdraw_statement", made), carried(sheet, text=" "))
    assert empty.status_code == 422
    assert "Write the note; it is printed beside the statement." in words(empty)
    typed = client.post(
        page("withdraw_statement", made), carried(sheet, text="Settled.", declaration="")
    )
    assert typed.status_code == 422 and "Settled." in words(typed)
    expected, before = shown(typed), last()
    client.post(page("withdraw_statement", made), carried(sheet, text="Settled."))
    assert sent(before) == expected
    for url in (page("statement", made), page("consideration", consideration)):
        said = words(sign_in(cast.heads["Borania"]).get(url))
        assert WORDS in said and "Settled." in said and "Alternate Dorlan" in said
    assert page("withdraw_statement", made) not in words(client.get(page("statement", made)))
    assert client.get(page("withdraw_statement", made))["Location"] == page("statement", made)
    history = words(client.get(reverse("workplans:history", args=[2027])))
    assert "Dorlan withdrew: Interpretative statement" in history and "Settled." in history


def test_nobody_else_is_offered_to_withdraw_it(cast, consideration, sign_in):
    made = state(consideration, cast.head, text=WORDS)
    for person in (cast.heads["Borania"], cast.delegate, cast.chair, cast.staff, cast.minister):
        client = sign_in(person)
        assert page("withdraw_statement", made) not in words(client.get(page("statement", made)))
        refused = client.post(
            page("withdraw_statement", made),
            {"text": "Not ours.", "key": str(uuid4()), "declaration": "on"},
        )
        assert refused.status_code == 403


# Printed with the outcome


@pytest.fixture
def adopted(cast, consideration):
    part = activity_of(consideration, 1)
    state(consideration, cast.heads["Cestria"], "explanation_of_position", "Cestria explains.")
    say(consideration, cast.head, "approves_with_reservation", WORDS, parts=[part])
    for name in ("Aldova", "Borania", "Cestria"):
        say(consideration, cast.heads[name])
    return factories.adopted(consideration, by=cast.chair)


def test_the_public_page_shows_it_and_the_note_that_withdrew_it(cast, adopted, sign_in):
    visitor, url = sign_in(), reverse("workplans:plan", args=[2027])
    first = visitor.get(url)
    said = words(first)
    assert said.index("Cestria explains.") < said.index(WORDS)
    assert "Activity 2.1, “Forum number 2” (paragraph 2)" in said
    assert "About this statement" not in said
    unchanged = visitor.get(url, headers={"if-none-match": first["ETag"]})
    assert unchanged.status_code == 304
    withdraw(Statement.objects.get(kind="reservation"), cast.head, "Settled since.")
    again = visitor.get(url, headers={"if-none-match": first["ETag"]})
    assert again.status_code == 200
    assert WORDS in words(again) and "Settled since." in words(again)


def test_a_plan_without_statements_has_no_list_of_them(cast, agreed, sign_in):
    factories.adopted(agreed, by=cast.chair)
    said = words(sign_in().get(reverse("workplans:plan", args=[2027])))
    assert "What states attached to this text" not in said


def order_of(document):
    return json.loads(document.order)


def printed(document):
    made = typeset(order_of(document))
    pages = PdfReader(io.BytesIO(made.pdf)).pages
    return made.pdf, " ".join(" ".join(one.extract_text().split()) for one in pages)


def test_the_document_prints_it_with_its_parts_and_later_ones_the_note_too(cast, adopted):
    document = adopted.documents.get()
    pdf, text = printed(document)
    explained = text.index("1. Explanation of position by Cestria")
    reserved = text.index("2. Reservation by Dorlan")
    assert explained < text.index("Cestria explains.") < reserved < text.index(WORDS)
    assert "On these parts of the plan: " in text
    assert "Activity 2.1, “Forum number 2” (paragraph 2)" in text
    assert "Withdrawn" not in text
    withdraw(Statement.objects.get(kind="reservation"), cast.head, "Settled since.")
    document.refresh_from_db()
    assert printed(document)[0] == pdf
    later = order_of(document)
    later["statements"][1]["withdrawn"] = {
        "text": "Settled since.", "by": "Head Dorlan", "capacity": "Head of delegation",
        "on": "2027-03-10",
    }  # fmt: skip
    made = typeset(later)
    pages = PdfReader(io.BytesIO(made.pdf)).pages
    text = " ".join(" ".join(one.extract_text().split()) for one in pages)
    assert text.index(WORDS) < text.index("Withdrawn by Dorlan by the following note:")
    assert "Settled since. Head Dorlan, Head of delegation, 10 March 2027" in text
