"""The hand-over's pages, its note and who may see them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from bpic import desk as desks
from bpic import handover as lists
from bpic import tasks
from meetings.operations import convene
from secretariat import handover
from secretariat.handover import POINTS, Side
from secretariat.models import Entry, HandOver, Notice, Tick
from secretariat.standing import Standing
from tests import factories, hand_overs
from tests.hand_overs import AT_TURN, current, shorten
from workplans import documents as issuing
from workplans.models import Document, WorkPlan
from workplans.operations import decision, drafting

NOW, TODAY = factories.NOW, factories.TODAY
PAGE = "/en/desk/hand-over/2027/"
TICK, OFFER, WITHDRAW = (f"{PAGE}{act}/" for act in ("tick", "offer", "withdraw"))
TAKE = f"{PAGE}take-over/"
PDF = b"%PDF-1.7 a note\n"
# Everybody who is on neither side of the hand-over from Aldova to Cestria.
OTHERS = (
    "head",
    "other_head",
    "alternate",
    "delegate",
    "minister",
    "observer",
    "former_chair",
    "former_staff",
    "expert_chair",
    "superuser",
    "stranger",
)


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.DOCUMENT_ROOT = tmp_path


@pytest.fixture
def next_staff(cast):
    return hand_overs.next_staff(cast)


@pytest.fixture
def opened(cast, next_staff):
    """Both sides prepare the hand-over."""
    shorten()


@pytest.fixture
def ticked(cast, opened, next_staff):
    hand_overs.tick_all(cast, next_staff)


@pytest.fixture
def offered(cast, ticked):
    hand_overs.offer(cast, "The forum moves to June.\n\nAsk Dorlan about the venue.")


@pytest.fixture
def note(cast, offered, next_staff):
    """Taken over, the note ordered and not typeset yet."""
    return lists.take_over(current(), by=next_staff, on=NOW)


def issue(document):
    name, digest = issuing.store(PDF)
    Document.objects.filter(pk=document.pk).update(
        status="ready", file=name, sha256=digest, size=len(PDF), pages=3, issued=NOW
    )


def sides(cast, next_staff):
    return (cast.chair, cast.staff, cast.next_chair, next_staff)


def said(response):
    return " ".join(response.content.decode().split())


def shown(turn=None, reader=None):
    return {point.key: point for point in lists.gather(turn or current(), TODAY, reader).points}


def texts(point):
    return [(item.text, item.note) for item in point.items]


# Who sees the page, and when


def test_the_address_without_a_year_leads_to_the_hand_over_ahead(cast, opened, next_staff, sign_in):
    for person in sides(cast, next_staff):
        response = sign_in(person).get("/en/desk/hand-over/")
        assert (response.status_code, response.url) == (302, PAGE), person
    served = sign_in(cast.former_staff).get("/en/desk/hand-over/")
    assert served.url == "/en/desk/hand-over/2026/"


def test_both_sides_open_it_and_nobody_else(cast, opened, next_staff, sign_in):
    for person in sides(cast, next_staff):
        assert sign_in(person).get(PAGE).status_code == 200, person
    for role in OTHERS:
        client = sign_in(cast.everyone()[role])
        for address in (PAGE, OFFER, TAKE):
            assert client.get(address).status_code == 404, (role, address)
        for address in (TICK, OFFER, TAKE, WITHDRAW):
            assert client.post(address, {"declaration": "on"}).status_code == 404, (role, address)
    assert sign_in().get(PAGE).url.startswith("/en/sign-in/")
    assert not HandOver.objects.exists()


def test_before_the_window_the_outgoing_read_when_it_opens_and_the_incoming_nothing(
    cast, next_staff, sign_in
):
    page = said(sign_in(cast.staff).get(PAGE))
    assert "Both sides prepare it here from 1 October 2027 on." in page
    assert "Tick for" not in page
    for person in (cast.next_chair, next_staff):
        assert sign_in(person).get(PAGE).status_code == 404
        assert sign_in(person).get("/en/desk/hand-over/").status_code == 404
        assert sign_in(person).post(TICK, {"point": "plans"}).status_code == 404


def test_there_is_none_for_a_year_without_one(cast, opened, sign_in):
    for year in (1999, 2028, 2029):
        assert sign_in(cast.staff).get(f"/en/desk/hand-over/{year}/").status_code == 404


def test_reading_writes_nothing(cast, opened, sign_in):
    sign_in(cast.staff).get(PAGE)
    assert not HandOver.objects.exists() and not Tick.objects.exists()


def test_the_page_says_who_presides_whoever_writes(cast, opened, note, next_staff, sign_in):
    for person in sides(cast, next_staff):
        page = said(sign_in(person).get(PAGE))
        assert "Cestria took over the secretariat on Wednesday 10 March 2027, 12:00 UTC." in page
        assert "Aldova presides until 30 April 2027: its chair adopts" in page


@pytest.mark.parametrize("rows", [1, 5])
def test_the_page_costs_the_same_whatever_is_open(
    cast, opened, next_staff, sign_in, django_assert_num_queries, rows
):
    for number in range(rows):
        plan = factories.plan(by=cast.staff, year=2027 + number)
        meeting = factories.meeting("AG", by=cast.staff)
        consideration = factories.circulated(plan, before=meeting, by=cast.staff)
        factories.answer(consideration, by=cast.head, kind="objects", text="No.")
        state = factories.state(f"{number} Extra", order=50 + number)
        factories.member(state)
        factories.person(f"Staff {number}", "secretariat", cast.states["Cestria"])
        handover.tick(current(), list(POINTS)[number], Side.OUTGOING, by=cast.staff, on=NOW)
    client = sign_in(cast.staff)
    client.get(PAGE)
    with django_assert_num_queries(27):
        assert client.get(PAGE).status_code == 200


# What the list shows


def test_texts_show_their_next_act_and_their_tally(cast, opened, consideration):
    factories.answer(consideration, by=cast.heads["Borania"])
    factories.answer(consideration, by=cast.head, kind="objects", text="Hidden reasons.")
    factories.plan(by=cast.staff, year=2028)
    points = shown()
    assert texts(points["plans"]) == [
        (
            "Work plan 2027: Under consideration",
            "The delegations answer; the chair adopts or returns it.",
        ),
        ("Work plan 2028: Draft", "Write it and circulate it."),
    ]
    ((text, tally),) = texts(points["considerations"])
    assert text.startswith("PartNIR/AG/2027/WP/1 before Advisory Group")
    assert tally.startswith("1 of 4 states have approved")
    assert texts(points["objections"]) == [
        ("Dorlan objects to PartNIR/AG/2027/WP/1", "Since 10 March 2027.")
    ]
    assert "Hidden" not in str(points)


def test_a_returned_text_is_named(cast, opened, consideration):
    decision.return_to_draft(
        consideration,
        digest=consideration.revision.digest,
        reason="Too long.",
        by=cast.chair,
        on=NOW,
    )
    ((text, said_of_it),) = texts(shown()["objections"])
    assert text == "The 2027 work plan came back from a meeting"
    assert texts(shown()["plans"])[0][1] == "It came back: write a new text and circulate it."


def test_a_report_due_is_named(cast, opened, approved):
    ((text, _note),) = texts(shown()["reports"])
    assert text == "Report on the 2027 work plan to the summit"


def test_meetings_and_what_they_lack(cast, opened):
    factories.meeting("AG", by=cast.staff, title="The spring meeting")
    convene(
        body=factories.body("IMM"),
        year=2027,
        begins=date(2027, 6, 1),
        ends=date(2027, 6, 2),
        time_zone="UTC",
        mode="in_person",
        place="",
        title="The ministers in June",
        by=cast.staff,
        on=NOW,
    )
    points = shown()
    assert texts(points["meetings"]) == [
        ("The spring meeting", "10–12 March 2027 – Online"),
        ("The ministers in June", "1–2 June 2027 – In person"),
    ]
    assert texts(points["venues"]) == [("The ministers in June", "The place is not set.")]


def test_who_takes_over_and_who_is_missing(cast, opened, next_staff):
    type(next_staff.user).objects.filter(pk=next_staff.user_id).update(is_active=False)
    factories.person("Later Cestria", "secretariat", cast.states["Cestria"], since=date(2027, 5, 1))
    factories.person("Focal Aldova", "focal_point", cast.states["Aldova"])
    cast.heads["Borania"].appointments.all().delete()
    points = shown()
    assert texts(points["designated"]) == [
        ("Chair Cestria, Chair of the Advisory Group", "In office. Has an account."),
        ("Staff Cestria, Secretariat staff", "In office. Has no account yet."),
        ("Later Cestria, Secretariat staff", "In office from 1 May 2027. Has an account."),
    ]
    assert texts(points["delegations"]) == [
        ("Borania", "No head of delegation. No focal point."),
        ("Cestria", "No focal point."),
        ("Dorlan", "No focal point."),
    ]


def test_documents_the_register_and_notices(cast, opened, approved):
    Document.objects.filter(edition="approved").update(status="failed", error="No glyph.")
    entry = Entry.objects.latest("id")
    Notice.objects.filter(person=cast.head).update(delivery="failed", error="no route")
    failed = Notice.objects.filter(person=cast.head).count()
    points = shown()
    assert texts(points["documents"]) == [
        ("PartNIR/AG/2027/WP/1", "Annual Work Plan 2027 – As adopted"),
        ("PartNIR/IMM/2027/WP/1", "Annual Work Plan 2027 – As approved"),
    ]
    assert texts(points["typesetting"]) == [
        ("PartNIR/IMM/2027/WP/1", "Could not be typeset – No glyph.")
    ]
    assert texts(points["register"]) == [(f"The register is kept up to entry no. {entry.pk}.", "")]
    assert texts(points["notices"]) == [("no route", f"{failed} notices")]
    Document.objects.update(status="queued", requested=NOW - timedelta(minutes=11))
    assert [text for text, _said in texts(shown()["typesetting"])] == [
        "PartNIR/AG/2027/WP/1",
        "PartNIR/IMM/2027/WP/1",
    ]


def test_links_lead_only_where_the_reader_may_go(cast, opened, consideration, next_staff, sign_in):
    factories.plan(by=cast.staff, year=2028)
    draft, open_text = (
        "/en/desk/plans/2028/",
        reverse("workplans:consideration", args=[consideration.pk]),
    )
    outgoing, incoming = said(sign_in(cast.staff).get(PAGE)), said(sign_in(next_staff).get(PAGE))
    assert f'href="{draft}"' in outgoing and f'href="{open_text}"' in outgoing
    assert "Work plan 2028: Draft" in incoming and f'href="{draft}"' not in incoming
    # Cestria sits at the meeting, so that its people read what is before it.
    assert f'href="{open_text}"' in incoming
    assert sign_in(next_staff).get(draft).status_code == 404


# Ticking


def test_a_tick_comes_back_to_its_point(cast, opened, next_staff, sign_in):
    sent = {"point": "plans", "side": "outgoing", "ticked": "on"}
    response = sign_in(cast.staff).post(TICK, sent)
    assert (response.status_code, response.url) == (302, f"{PAGE}#plans")
    page = said(sign_in(next_staff).get(PAGE))
    assert "Aldova: in order" in page and "Staff Aldova</bdi>, 10 March 2027" in page
    assert "Of 12 points Aldova has ticked 1, Cestria 0." in page
    assert "Tick for Cestria" in page and "Tick for Aldova" not in page
    back = sign_in(cast.chair).post(TICK, {"point": "plans", "side": "outgoing"})
    assert back.status_code == 302 and not Tick.objects.exists()


def test_a_tick_for_the_other_side_is_refused(cast, opened, next_staff, sign_in):
    sent = {"point": "plans", "side": "outgoing", "ticked": "on"}
    response = sign_in(next_staff).post(TICK, sent)
    assert response.status_code == 403 and "Aldova 2027" in said(response)
    assert sign_in(cast.staff).post(TICK, sent | {"side": "neither"}).status_code == 403
    assert not Tick.objects.exists()


@pytest.mark.parametrize("point", ["", "coffee", "no such point!"])
def test_an_unknown_point_is_refused_on_the_page(cast, opened, sign_in, point):
    response = sign_in(cast.staff).post(TICK, {"point": point, "side": "outgoing", "ticked": "on"})
    assert response.status_code == 409 and "The list has no such point." in said(response)
    assert not Tick.objects.exists()


def test_a_tick_that_comes_too_late_says_so(cast, note, sign_in):
    response = sign_in(cast.staff).post(TICK, {"point": "plans", "side": "outgoing"})
    assert response.status_code == 409
    assert "The secretariat has been handed over already." in said(response)
    assert Tick.objects.count() == 2 * len(POINTS)


# Offering and taking over


def test_the_offer_asks_for_a_declaration_and_keeps_the_remarks(cast, ticked, sign_in):
    client = sign_in(cast.staff)
    page = client.get(OFFER)
    assert "Offer the hand-over to Cestria" in said(page)
    assert page.context["form"]["declaration"].value() is None
    refused = client.post(OFFER, {"remarks": "The forum moves to June."})
    assert refused.status_code == 422
    assert "Tick the box to confirm." in said(refused)
    assert "The forum moves to June." in said(refused)
    assert HandOver.objects.get().offered is None
    taken = client.post(OFFER, {"remarks": "The forum moves.\r\n\r\nTo June.", "declaration": "on"})
    assert taken.url == PAGE
    hand_over = HandOver.objects.get()
    assert hand_over.offered_by == cast.staff
    assert hand_over.remarks == "The forum moves.\n\nTo June."
    page = said(client.get(PAGE))
    assert "Staff Aldova, Secretariat staff of Aldova, has offered the secretariat" in page
    assert "Withdraw the offer" in page
    assert client.get(OFFER).url == PAGE


def test_an_offer_that_something_blocks_is_refused_with_its_reasons(cast, ticked, sign_in):
    handover.untick(current(), "notices", Side.OUTGOING, by=cast.staff, on=NOW)
    client = sign_in(cast.chair)
    assert "Aldova has not ticked this point" in said(client.get(OFFER))
    assert "Offer the hand-over" not in said(client.get(PAGE))
    refused = client.post(OFFER, {"remarks": "Kept all the same.", "declaration": "on"})
    assert refused.status_code == 409
    assert "Notices that could not be sent" in said(refused)
    assert "Kept all the same." in said(refused)
    assert HandOver.objects.get().offered is None


def test_an_offer_is_withdrawn_and_its_remarks_wait_for_the_next(cast, offered, sign_in):
    client = sign_in(cast.staff)
    assert client.post(WITHDRAW).url == PAGE
    assert client.post(WITHDRAW).url == PAGE
    assert HandOver.objects.get().offered is None
    assert "Ask Dorlan about the venue." in said(client.get(OFFER))


def test_each_side_is_refused_the_others_act(cast, offered, next_staff, sign_in):
    declared = {"declaration": "on"}
    for person in (cast.chair, cast.staff):
        for response in (sign_in(person).get(TAKE), sign_in(person).post(TAKE, declared)):
            assert response.status_code == 403 and "Cestria 2028" in said(response)
    for person in (cast.next_chair, next_staff):
        for response in (
            sign_in(person).get(OFFER),
            sign_in(person).post(OFFER, declared),
            sign_in(person).post(WITHDRAW),
        ):
            assert response.status_code == 403 and "Aldova 2027" in said(response)
    hand_over = HandOver.objects.get()
    assert hand_over.at is None and hand_over.offered is not None


def test_taking_over_asks_for_a_declaration_and_orders_the_note(cast, offered, next_staff, sign_in):
    client = sign_in(next_staff)
    page = said(client.get(TAKE))
    assert "Ask Dorlan about the venue." in page and "That cannot be undone." in page
    assert client.post(TAKE, {}).status_code == 422
    assert HandOver.objects.get().at is None
    assert client.post(TAKE, {"declaration": "on"}).url == PAGE
    note = Document.objects.get()
    assert (note.kind, note.edition, note.symbol) == (
        "hand_over_note",
        "handed_over",
        "PartNIR/AG/2027/HO/1",
    )
    assert (note.on, note.requested_by, note.status) == (TODAY, next_staff, "queued")
    assert (note.plan, note.revision, note.decision) == (None, None, None)
    assert note.hand_over == HandOver.objects.get()
    page = said(client.get(PAGE))
    assert "PartNIR/AG/2027/HO/1" in page and "Tick for" not in page


def test_sending_the_form_twice_hands_over_once(cast, offered, next_staff, sign_in):
    client = sign_in(next_staff)
    for _again in range(2):
        assert client.post(TAKE, {"declaration": "on"}).url == PAGE
    assert Entry.objects.filter(act="hand_over").count() == Document.objects.count() == 1
    late = sign_in(cast.next_chair).post(TAKE, {"declaration": "on"})
    assert late.status_code == 409 and "handed over already" in said(late)
    assert sign_in(cast.next_chair).get(TAKE).url == PAGE


def test_without_an_offer_there_is_no_page_to_take_over(cast, ticked, next_staff, sign_in):
    client = sign_in(next_staff)
    assert client.get(TAKE).url == PAGE
    assert "Take over from" not in said(client.get(PAGE))
    refused = client.post(TAKE, {"declaration": "on"})
    assert refused.status_code == 409 and "has not offered" in said(refused)


@pytest.mark.parametrize("status", ["queued", "typesetting"])
def test_a_document_being_typeset_is_waited_for(cast, adopted, next_staff, sign_in, status):
    shorten()
    hand_overs.tick_all(cast, next_staff)
    hand_overs.offer(cast)
    Document.objects.update(status=status)
    client = sign_in(next_staff)
    assert "This document is being typeset: PartNIR/AG/2027/WP/1." in said(client.get(TAKE))
    refused = client.post(TAKE, {"declaration": "on"})
    assert refused.status_code == 409 and "being typeset" in said(refused)
    assert HandOver.objects.get().at is None
    Document.objects.update(status="failed", error="No glyph.")
    assert client.post(TAKE, {"declaration": "on"}).url == PAGE


def test_a_note_that_cannot_be_ordered_undoes_the_hand_over(cast, offered, next_staff, monkeypatch):
    def broken(*_args, **_kwargs):
        raise RuntimeError("no order")

    monkeypatch.setattr("workplans.documents.order_note", broken)
    entries = Entry.objects.count()
    with pytest.raises(RuntimeError):
        lists.take_over(current(), by=next_staff, on=NOW)
    assert HandOver.objects.get().at is None and Entry.objects.count() == entries
    assert Standing.of(cast.staff, TODAY).drafting is not None


# The note


def test_the_note_prints_what_was_ticked_offered_and_open(cast, offered, next_staff):
    plan = factories.plan(by=cast.staff)
    note = lists.take_over(current(), by=next_staff, on=NOW)
    stood = lists.as_noted(current(), note)
    assert [point.key for point in stood.points] == list(POINTS)
    assert all(point.outgoing.by == "Staff Aldova" for point in stood.points)
    assert all(point.incoming.by == "Staff Cestria" for point in stood.points)
    (shown_plan,) = next(point for point in stood.points if point.key == "plans").items
    assert shown_plan.text == f"Work plan {plan.year}: Draft"
    assert issuing.produce(note.pk)
    note.refresh_from_db()
    assert note.status == "ready" and note.pages >= 4
    entry = Entry.objects.get(act="issue")
    assert entry.facts["symbol"] == "PartNIR/AG/2027/HO/1"


def test_the_page_keeps_the_points_as_they_stood(cast, note, next_staff, sign_in):
    factories.plan(by=next_staff, year=2028)
    page = said(sign_in(cast.staff).get(PAGE))
    assert "The points as they stood" in page
    assert "Work plan 2028" not in page and "No work plan is in hand." in page


def test_both_sides_see_the_note_and_nobody_else_finds_it(cast, note, next_staff, sign_in):
    issue(note)
    page, file = note.get_absolute_url(), reverse("workplans:document_file", args=[note.pk])
    progress = reverse("workplans:document_progress", args=[note.pk])
    listing = reverse("workplans:documents")
    for person in sides(cast, next_staff):
        client = sign_in(person)
        assert client.get(page).status_code == 200, person
        assert b"".join(client.get(file).streaming_content) == PDF
        assert client.get(progress).status_code == 302
        for query in ("", "?kind=hand_over_note", "?year=2027"):
            assert note.symbol in said(client.get(listing + query)), person
    for person in (None, *(cast.everyone()[role] for role in OTHERS)):
        client = sign_in(person)
        for address in (page, file, progress):
            assert client.get(address).status_code == 404, (person, address)
        for query in ("", "?kind=hand_over_note", "?year=2027"):
            assert note.symbol not in said(client.get(listing + query)), (person, query)
        assert "hand_over_note" not in said(client.get(listing))
        for address in (reverse("home"), reverse("workplans:plans"), reverse("desk")):
            response = client.get(address, follow=True)
            assert note.symbol not in said(response) and note.title not in said(response)


def test_a_note_in_the_making_is_listed_and_followed_by_both_sides_only(
    cast, note, next_staff, sign_in
):
    progress = reverse("workplans:document_progress", args=[note.pk])
    htmx = {"HTTP_HX_REQUEST": "true"}
    for person in sides(cast, next_staff):
        client = sign_in(person)
        assert "Waiting for the worker." in said(client.get(note.get_absolute_url()))
        assert client.get(progress, **htmx).status_code == 200
        assert note.symbol in said(client.get("/en/documents/"))
    for role in OTHERS:
        client = sign_in(cast.everyone()[role])
        assert client.get(progress, **htmx).status_code == 404, role
        assert note.symbol not in said(client.get("/en/documents/")), role


def test_the_note_is_not_public_by_any_query(cast, adopted_before, note):
    issue(note)
    assert list(Document.objects.public()) == [adopted_before]
    assert list(Document.objects.open_to(Standing.of(cast.head, TODAY))) == [adopted_before]
    assert set(Document.objects.open_to(Standing.of(cast.staff, TODAY))) == {note, adopted_before}
    visitor = Standing.of(None, TODAY)
    assert list(Document.objects.open_to(visitor)) == [adopted_before]


@pytest.fixture
def adopted_before(adopted):
    document = adopted.documents.get()
    issue(document)
    return Document.objects.get(pk=document.pk)


def test_a_note_that_failed_is_put_back_by_those_who_write_now(cast, note, next_staff, sign_in):
    Document.objects.filter(pk=note.pk).update(status="failed", error="No glyph.")
    again = reverse("workplans:document_again", args=[note.pk])
    assert "PartNIR/AG/2027/HO/1 could not be typeset" in [i.title for i in now(next_staff)]
    assert sign_in(cast.staff).post(again).status_code == 403
    assert sign_in(cast.head).post(again).status_code == 404
    assert "No glyph." in said(sign_in(next_staff).get(note.get_absolute_url()))
    assert sign_in(next_staff).post(again).status_code == 302
    assert Document.objects.get().status == "queued"


def test_a_later_secretariat_is_not_told_of_a_note_that_is_not_its_own(cast, note, next_staff):
    Document.objects.filter(pk=note.pk).update(status="failed", error="No glyph.")
    factories.presidency(cast.states["Dorlan"], 2029)
    dorlan = factories.person("Staff Dorlan", "secretariat", cast.states["Dorlan"])
    then = desks.of(Standing.of(dorlan, date(2029, 2, 1)))
    assert Standing.of(dorlan, date(2029, 2, 1)).drafting is not None
    assert not [item for item in then.now if "HO/1" in item.title]


def test_two_hand_overs_of_one_year_have_two_symbols(cast, note, next_staff):
    hand_over = HandOver.objects.get()
    from workplans import orders

    assert orders.note_symbol(hand_over) == "PartNIR/AG/2027/HO/2"


def test_a_note_whose_file_is_lost_says_so_without_a_plan(cast, note, sign_in):
    page = sign_in(cast.staff).get(reverse("workplans:document_file", args=[note.pk]))
    assert page.status_code == 404
    assert "has not been typeset yet" in said(page) and 'href=""' not in said(page)


# By the table


def test_the_task_enters_what_the_day_has_done(cast, opened, next_staff, sign_in):
    with time_machine.travel(AT_TURN - timedelta(seconds=1), tick=False):
        tasks.hand_over_by_table()
        assert not HandOver.objects.filter(outgoing__year=2027).exists()
    with time_machine.travel(AT_TURN + timedelta(hours=7), tick=False):
        before = said(sign_in(cast.staff).get(PAGE))
        assert "The portal has not entered it yet" in before
        for _again in range(3):
            tasks.hand_over_by_table()
        page = said(sign_in(next_staff).get(PAGE))
        assert "passed to Cestria on Saturday 1 May 2027, 00:00 UTC, by the table" in page
        assert "PartNIR/AG/2027/HO/1" in page
    note = Document.objects.get(hand_over__outgoing__year=2027)
    assert (note.on, note.requested_by) == (AT_TURN.date(), None)
    assert Entry.objects.filter(act="hand_over", facts__year=2027).count() == 1


def test_the_task_leaves_alone_what_this_portal_did_not_see(cast):
    cast.former_chair.appointments.all().delete()
    cast.former_staff.appointments.all().delete()
    tasks.hand_over_by_table()
    assert not HandOver.objects.exists()


def test_the_task_is_in_the_calendar_of_the_worker(settings):
    (entry,) = [
        entry
        for entry in settings.CELERY_BEAT_SCHEDULE.values()
        if entry["task"] == "bpic.tasks.hand_over_by_table"
    ]
    assert entry["schedule"] <= 300


# The desk


def now(person, day=TODAY, group="now"):
    return getattr(desks.of(Standing.of(person, day)), group)


def test_both_sides_are_asked_to_prepare_it_from_the_window_on(cast, next_staff):
    opens = date(2027, 10, 1)
    for person, title in (
        (cast.staff, "Prepare the hand-over to Cestria"),
        (cast.chair, "Prepare the hand-over to Cestria"),
        (next_staff, "Prepare to take over from Aldova"),
        (cast.next_chair, "Prepare to take over from Aldova"),
    ):
        assert title not in [item.title for item in now(person, opens - timedelta(days=1))]
        (item,) = [item for item in now(person, opens) if item.title == title]
        assert item.url == PAGE
        assert item.why == (
            "It passes by itself on 1 January 2028, 00:00 UTC. "
            "Of 12 points Aldova has ticked 0, Cestria 0."
        )
    for role in OTHERS:
        found = now(cast.everyone()[role], opens)
        assert not [item for item in found if "hand-over" in item.title or "take" in item.title]


def test_the_desk_follows_the_offer(cast, ticked, next_staff):
    assert "Prepare to take over from Aldova" in [i.title for i in now(next_staff, group="waiting")]
    hand_overs.offer(cast)
    assert "Take over the secretariat from Aldova" in [item.title for item in now(next_staff)]
    waiting = [item.title for item in now(cast.staff, group="waiting")]
    assert "Prepare the hand-over to Cestria" in waiting
    lists.take_over(current(), by=next_staff, on=NOW)
    for person in sides(cast, next_staff):
        titles = [i.title for g in ("now", "waiting") for i in now(person, group=g)]
        assert not [title for title in titles if "hand-over" in title or "take over" in title]


def test_after_a_hand_over_the_outgoing_chair_still_has_what_is_the_chairs(
    cast, agreed, next_staff
):
    shorten()
    hand_overs.tick_all(cast, next_staff)
    hand_overs.offer(cast)
    factories.plan(by=cast.staff, year=2028)
    lists.take_over(current(), by=next_staff, on=NOW)
    assert [item.title for item in now(cast.chair)] == ["Adopt the 2027 work plan"]
    assert now(cast.staff) == []
    assert [item.title for item in now(next_staff)] == ["Write the 2028 work plan and circulate it"]
    assert [item.title for item in now(cast.next_chair)] == [
        "Write the 2028 work plan and circulate it"
    ]


# For whom one acts


def test_the_header_says_who_is_in_office(cast, offered, next_staff, sign_in):
    def acting(person):
        return sign_in(person).get("/en/desk/").context["acting_for"]

    chair = "Chair of the Advisory Group"
    assert acting(cast.staff) == "Aldova – Secretariat staff"
    assert acting(cast.chair) == f"Aldova – {chair}"
    assert acting(next_staff) == "Cestria – Secretariat staff, not in office today"
    assert acting(cast.next_chair) == f"Cestria – {chair}, not presiding today"
    assert acting(cast.expert_chair) == f"Aldova – {chair}"
    lists.take_over(current(), by=next_staff, on=NOW)
    assert acting(cast.staff) == "Aldova – Secretariat staff, has handed over"
    assert acting(cast.chair) == f"Aldova – {chair}"
    assert acting(next_staff) == "Cestria – Secretariat staff"
    assert acting(cast.next_chair) == f"Cestria – {chair}, not presiding today"


# What the next secretariat makes before its day


def test_what_the_incoming_start_belongs_to_their_presidency(cast, note, next_staff):
    plan = factories.plan(by=next_staff, year=2028)
    assert plan.presidency.state.name == "Cestria"
    form = {**_form(plan), "year": 2029, "areas": []}
    taken_in = drafting.take_in(form, by=None, on=NOW)
    assert taken_in.presidency.state.name == "Cestria"


def _form(plan):
    from workplans import content, draft

    return content.load(content.dump(draft.compose(plan, on=TODAY)))


@pytest.mark.parametrize(
    ("begins", "host"), [(date(2027, 4, 28), "Aldova"), (date(2027, 5, 2), "Cestria")]
)
def test_who_presides_on_its_first_day_hosts_what_the_incoming_convene(
    cast, note, next_staff, begins, host
):
    meeting = factories.meeting("AG", by=next_staff, begins=begins)
    assert meeting.host.name == host


def test_what_was_convened_before_keeps_its_host_and_seats(cast, offered, next_staff):
    meeting = factories.meeting("AG", by=cast.staff, begins=date(2027, 5, 20))
    before = (meeting.host, sorted(meeting.seats.values_list("state", "counted")))
    lists.take_over(current(), by=next_staff, on=NOW)
    meeting.refresh_from_db()
    assert (meeting.host, sorted(meeting.seats.values_list("state", "counted"))) == before
    assert meeting.host.name == "Aldova"


def test_the_form_that_convenes_begins_with_the_clock_of_who_writes(
    cast, note, next_staff, sign_in
):
    type(cast.states["Cestria"]).objects.filter(name="Cestria").update(time_zone="Asia/Tehran")
    form = sign_in(next_staff).get(reverse("meetings:convene")).context["form"]
    assert form["time_zone"].value() == "Asia/Tehran"


def test_the_list_never_names_a_title_of_a_draft(cast, opened, draft):
    WorkPlan.objects.update(title="Canary title")
    assert "Canary" not in str(shown())


def test_what_is_noted_is_dated_by_universal_time(cast, opened):
    lists.by_table(current(), on=datetime(2027, 5, 1, 0, 0, 30, tzinfo=UTC))
    assert Document.objects.get().on == date(2027, 5, 1)
