"""The presidency changes hands: what stops, what goes on, and what nobody had to click for."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.urls import reverse

from bpic import handover as lists
from bpic import tasks
from secretariat.models import Entry, HandOver, Notice
from secretariat.standing import Standing
from tests import factories, hand_overs
from tests.bpic.test_access import (
    ACTS,
    ANY,
    MAKING,
    NAMES,
    TABLE,
    Scene,
    changed,
    make,
    the_record,
)
from tests.conftest import assemble
from tests.hand_overs import current
from workplans import documents as issuing
from workplans.models import Consideration, Decision, Document, WorkPlan
from workplans.operations import review

SECOND = timedelta(seconds=1)
# The turn of the cast's year, and one that falls inside the meetings of the scenes.
NEW_YEAR = datetime(2028, 1, 1, tzinfo=UTC)
MIDNIGHT = datetime(2027, 3, 11, tzinfo=UTC)
OUTGOING, INCOMING = ("staff", "chair"), ("next_chair",)
# Acts of a hand-over itself end with it; tests of their own say how (bpic/test_hand_over_pages).
# What is printed without being issued goes with reading, and that goes on. Mail that failed is sent
# again by whoever chairs or writes. A slip is taken back by who made it, and by nobody after them.
ELSEWHERE = (
    "hand_over", "workplans:print", "workplans:receipt", "workplans:take_back", "send_again",
)  # fmt: skip
OF_THE_PRESIDENCY = tuple(
    act
    for act in ACTS
    if act.entitled & {"staff", "chair"}
    and not act.address.startswith(ELSEWHERE)
    and act.state in MAKING or act.state == "no plan" and act.entitled & {"staff"}
)  # fmt: skip
STATES = tuple(
    state for state in dict.fromkeys(act.state for act in OF_THE_PRESIDENCY) if "hand" not in state
)


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> None:
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)
    settings.DOCUMENT_ROOT = tmp_path


def early(scene: Scene) -> None:
    """Cestria takes over seven weeks before its day; Aldova presides until then."""
    hand_overs.shorten()
    staff = hand_overs.next_staff(scene.cast)
    # A document in the worker's hands would be waited for.
    waiting = Document.objects.exclude(status="ready")
    waiting.filter(status="queued").update(status="failed", error="Not now.")
    hand_overs.tick_all(scene.cast, staff)
    hand_overs.offer(scene.cast)
    lists.take_over(current(), by=scene.cast.next_chair, on=factories.NOW)


def acts_in(state: str) -> list[Any]:
    return [act for act in OF_THE_PRESIDENCY if act.state == state]


def posted(scene: Scene, role: str, url: str, sent: dict[str, Any]) -> int:
    """The answer to a form sent in a new session; what it changed is undone."""
    with transaction.atomic():
        client = scene.signed_in(role)
        client.get(reverse("healthz"))
        before = the_record()
        status: int = client.post(url, sent).status_code
        if status in (403, 404):
            assert changed(before) == [], (role, url)
        transaction.set_rollback(True)
    return status


def entitled_after(act: Any, by_table: bool) -> set[str]:
    """Who takes an act once the secretariat has passed: the chair's stays until the day."""
    if act.entitled == {"chair"}:
        return {"next_chair"} if by_table else {"chair"}
    return {"next_chair"}


# Every write


@pytest.mark.parametrize("state", STATES)
def test_after_an_early_hand_over_the_outgoing_write_nothing_and_the_chair_presides(cast, state):
    scene = make(cast, state)
    forms = [(act, scene.url(act.address), act.sent(scene)) for act in acts_in(state)]
    for act, url, sent in forms:
        assert posted(scene, min(act.entitled), url, sent) == 302, f"{act} before"
    early(scene)
    for act, url, sent in forms:
        allowed = entitled_after(act, by_table=False)
        for role in (*OUTGOING, *INCOMING):
            if role in allowed & {*INCOMING}:
                sent = replace(act, entitled={role}).sent(scene)
            status = posted(scene, role, url, sent)
            if role in allowed:
                assert status == 302, f"{act} as {role}"
            else:
                assert status in (403, 404), f"{act} as {role}: {status}"


@pytest.mark.parametrize("state", STATES)
def test_a_second_before_the_day_the_outgoing_act_and_a_second_after_it_the_incoming(cast, state):
    hand_overs.shorten(MIDNIGHT.date())
    scene = make(cast, state)
    with time_machine.travel(MIDNIGHT - SECOND, tick=False) as clock:
        forms = [(act, scene.url(act.address), act.sent(scene)) for act in acts_in(state)]
        for act, url, sent in forms:
            for role in sorted(act.entitled & {"staff", "chair"}):
                assert posted(scene, role, url, sent) == 302, f"{act} as {role}"
            assert posted(scene, "next_chair", url, sent) in (403, 404), str(act)
        clock.move_to(MIDNIGHT + SECOND)
        for act, url, sent in forms:
            for role in OUTGOING:
                assert posted(scene, role, url, sent) in (403, 404), f"{act} as {role}"
            sent = replace(act, entitled={"next_chair"}).sent(scene)
            assert posted(scene, "next_chair", url, sent) == 302, str(act)


def test_the_walk_knows_every_form_of_the_staff():
    """What the secretariat may send is walked above, or is one of the few that go elsewhere."""
    walked = {act.address for act in OF_THE_PRESIDENCY if act.state in STATES}
    theirs = {act.address for act in ACTS if act.entitled & {"staff", "chair"}}
    assert {name for name in theirs - walked if not name.startswith(ELSEWHERE)} == set()
    assert len(STATES) > 5 and "no plan" in STATES


# Every read

# Where something is written, convened, or somebody appointed: not theirs any more.
WRITING = {act.address for act in ACTS} | {
    "workplans:edit",
    "sent_notices",
    "secretariat:delegation",
    "secretariat:delegations",
}
# While positions are shown to those alone who conduct the procedure, the others wait for the end.
WAITING = {
    state: {"workplans:receipt", "workplans:receipt_file", "workplans:statement"}
    for state in ("positions not shown yet", "under silence")
}
# Addresses that answer otherwise from state to state of a plan.
OF_A_STATE = {row["address"] for row in TABLE if row["state"] != ANY}


def pages(scene: Scene, role: str, names: Iterable[str] = NAMES) -> dict[str, int]:
    """What each of these addresses answers in a new session."""
    client = scene.signed_in(role)
    client.get(reverse("healthz"))
    found = {}
    for name in sorted(names):
        if name == "sign_out":
            continue
        response = client.get(scene.url(name))
        if response.streaming:
            b"".join(response.streaming_content)
        found[name] = response.status_code
    return found


def lost(scene: Scene, could: dict[str, set[str]]) -> list[str]:
    """What somebody could read and reads no more; what they were in office for is only closed."""
    found = []
    for role, names in could.items():
        for name, status in pages(scene, role, names).items():
            if status != 200 and (name not in WRITING or status not in (302, 403, 404)):
                found.append(f"{name} as {role}: {status}")
    return found


@pytest.mark.parametrize("state", [state for state in MAKING if "hand" not in state])
def test_what_the_outgoing_could_read_they_go_on_reading(cast, state):
    hand_overs.shorten(MIDNIGHT.date())
    scene = make(cast, state)
    # What is the same in any state is asked for in one.
    asked = NAMES if state == "under consideration" else OF_A_STATE
    could = {
        role: {name for name, status in pages(scene, role, asked).items() if status == 200}
        - WAITING.get(state, set())
        for role in OUTGOING
    }
    with transaction.atomic():
        early(scene)
        assert lost(scene, could) == [], "after an early hand-over"
        transaction.set_rollback(True)
    with time_machine.travel(MIDNIGHT + SECOND, tick=False):
        assert lost(scene, could) == [], "by the table"


# Sessions


def test_an_open_session_of_the_outgoing_ends_and_one_of_the_incoming_goes_on(cast, draft):
    scene = Scene(cast, cast.everyone(), None, None, None)
    outgoing, chair, incoming = (scene.signed_in(role) for role in ("staff", "chair", "next_chair"))
    for client in (outgoing, chair, incoming):
        assert client.get("/en/desk/").status_code == 200
    early(scene)
    edit = reverse("workplans:edit_general", args=[2027])
    before = WorkPlan.objects.values_list("title", "version").get()
    assert outgoing.post(edit, {"title": "After", "version": "1"}).status_code == 403
    refused = scene.signed_in("staff").get(edit)
    assert "has passed to Cestria; only its chair and staff" in refused.content.decode()
    refused = scene.signed_in("staff").get(reverse("meetings:convene"))
    assert refused.status_code == 403 and "has passed to Cestria" in refused.content.decode()
    assert chair.get("/en/desk/").url.startswith("/en/sign-in/")
    assert WorkPlan.objects.values_list("title", "version").get() == before
    assert outgoing.get("/en/desk/").url.startswith("/en/sign-in/")
    assert incoming.get(edit).status_code == 200
    assert scene.signed_in("chair").get("/en/desk/").status_code == 200


# What was begun before goes on after


def _over_new_year(cast: Any) -> Consideration:
    """A text the outgoing secretariat circulated, approved by all before midnight."""
    on = datetime(2027, 12, 29, 9, tzinfo=UTC)
    meeting = factories.meeting(
        "AG", by=cast.staff, begins=date(2027, 12, 30), ends=date(2028, 1, 2), on=on
    )
    plan = factories.plan(by=cast.staff, year=2028, on=on)
    consideration = factories.circulated(plan, before=meeting, by=cast.staff, on=on)
    for head in cast.heads.values():
        factories.answer(consideration, by=head, on=on + timedelta(days=1))
    return consideration


def test_the_incoming_chair_adopts_what_the_outgoing_convened_and_circulated(cast, sign_in):
    consideration = _over_new_year(cast)
    meeting, plan = consideration.meeting, consideration.plan
    authors = {
        "host": meeting.host,
        "seats": sorted(meeting.seats.values_list("state__code", "counted")),
        "convened": meeting.convened,
        "plan": plan.presidency,
        "text": consideration.revision.by,
        "digest": consideration.revision.digest,
        "circulated": consideration.by,
        "entries": list(Entry.objects.order_by("id").values_list("act", "by", "capacity")),
    }
    adopt = reverse("workplans:adopt", args=[consideration.pk])
    sent = {"declaration": "on", "digest": consideration.revision.digest}
    with time_machine.travel(NEW_YEAR - SECOND, tick=False) as clock:
        assert sign_in(cast.next_chair).post(adopt, sent).status_code == 403
        with transaction.atomic():
            assert sign_in(cast.chair).post(adopt, sent).status_code == 302
            assert Decision.objects.get().by == cast.chair
            transaction.set_rollback(True)
        clock.move_to(NEW_YEAR + SECOND)
        assert sign_in(cast.chair).post(adopt, sent).status_code == 403
        assert not Decision.objects.exists()
        assert sign_in(cast.next_chair).post(adopt, sent).status_code == 302
    decision = Decision.objects.get()
    assert (decision.by, decision.on) == (cast.next_chair, date(2028, 1, 1))
    assert decision.appointment.state.name == "Cestria"
    plan.refresh_from_db()
    assert plan.status == "adopted" and plan.presidency == authors["plan"]
    assert plan.presidency.state.name == "Aldova"
    consideration = Consideration.objects.get()
    meeting.refresh_from_db()
    assert meeting.host == authors["host"] and meeting.convened == authors["convened"]
    assert sorted(meeting.seats.values_list("state__code", "counted")) == authors["seats"]
    assert consideration.by == authors["circulated"] == cast.staff
    assert consideration.revision.by == authors["text"] == cast.staff
    assert consideration.revision.digest == authors["digest"]
    entries = list(Entry.objects.order_by("id").values_list("act", "by", "capacity"))
    assert entries[: len(authors["entries"])] == authors["entries"]
    order = Document.objects.get(plan=plan).order
    assert '"by":"Chair Cestria"' in order and '"on":"2028-01-01"' in order


def test_after_an_early_hand_over_each_side_does_what_is_its_own(cast, sign_in):
    """The outgoing chair adopts, at a meeting of its days, what the incoming staff wrote."""
    scene = Scene(cast, cast.everyone(), None, None, None)
    kept = factories.plan(by=cast.staff, year=2027)
    early(scene)
    meeting = factories.meeting("AG", by=cast.next_chair, begins=date(2027, 3, 10))
    assert meeting.host.name == "Aldova"
    assert Entry.objects.get(act="convene").by == cast.next_chair
    consideration = review.circulate(
        kept, meeting=meeting, by=cast.next_chair, on=factories.NOW, message=""
    )
    for head in cast.heads.values():
        factories.answer(consideration, by=head)
    told = Notice.objects.filter(entry__act="take_position").values_list("person", flat=True)
    assert {cast.chair.pk, cast.next_chair.pk} <= set(told)
    assert cast.staff.pk not in set(told)
    page = sign_in(cast.chair).get(reverse("workplans:consideration", args=[consideration.pk]))
    assert "You can adopt the plan for the Advisory Group." in page.content.decode()
    waits = sign_in(cast.next_chair).get(
        reverse("workplans:consideration", args=[consideration.pk])
    )
    assert "The chair can adopt the plan while the meeting sits." in waits.content.decode()
    adopted = factories.adopted(consideration, by=cast.chair)
    assert adopted.presidency.state.name == "Aldova"
    assert Decision.objects.get().by == cast.chair
    assert adopted.revision.by == cast.next_chair
    # What the incoming start themselves is of their presidency, and closed to the outgoing.
    theirs = factories.plan(by=cast.next_chair, year=2028)
    assert theirs.presidency.state.name == "Cestria"
    assert sign_in(cast.staff).get("/en/desk/plans/2028/").status_code == 404
    assert sign_in(cast.next_chair).get("/en/desk/plans/2028/").status_code == 200


def test_an_objection_is_shown_to_the_outgoing_chair_without_a_text_to_write(cast, sign_in):
    scene = make(cast, "under consideration")
    early(scene)
    page = reverse("workplans:consideration", args=[scene.consideration.pk])
    edit = reverse("workplans:edit", args=[2027])
    shown = sign_in(cast.chair).get(page).content.decode()
    assert "Answer the objection of Dorlan" in shown and f'href="{edit}"' not in shown
    assert "Return the text to the secretariat" in shown
    assert f'href="{edit}"' in sign_in(cast.next_chair).get(page).content.decode()
    for address in ("/en/desk/", page, "/en/desk/plans/", "/en/desk/plans/2027/"):
        assert sign_in(cast.chair).get(address).status_code == 200, address


# By itself


def run_at(moment: datetime) -> None:
    with time_machine.travel(moment, tick=False):
        tasks.hand_over_by_table()


def test_the_year_turns_by_itself_however_late_and_often_the_worker_comes(cast, sign_in):
    consideration = _over_new_year(cast)
    run_at(NEW_YEAR - SECOND)
    assert not HandOver.objects.filter(outgoing__year=2027).exists()
    # Rights have passed with the day, before any worker came.
    assert Standing.of(cast.staff, NEW_YEAR.date()).drafting is None
    assert Standing.of(cast.next_chair, NEW_YEAR.date()).drafting is not None
    late = NEW_YEAR + timedelta(days=3)
    for _again in range(2):
        run_at(late)
    hand_over = HandOver.objects.get(outgoing__year=2027)
    assert (hand_over.at, hand_over.taken_by) == (NEW_YEAR, None)
    entry = Entry.objects.get(act="hand_over", facts__year=2027)
    assert entry.by is None and entry.facts["at"] == NEW_YEAR.isoformat()
    note = Document.objects.get(hand_over=hand_over)
    assert (note.symbol, note.on, note.requested_by) == (
        "PartNIR/AG/2027/HO/1",
        date(2028, 1, 1),
        None,
    )
    shown = {point.key: point for point in lists.as_noted(lists.handover.turns()[1], note).points}
    assert consideration.revision.symbol in shown["considerations"].items[0].text
    assert issuing.produce(note.pk)
    with time_machine.travel(late, tick=False):
        for person in (cast.staff, cast.chair, cast.next_chair):
            client = sign_in(person)
            page = client.get("/en/desk/hand-over/2027/")
            assert note.symbol in page.content.decode(), person
            file = client.get(reverse("workplans:document_file", args=[note.pk]))
            assert b"".join(file.streaming_content).startswith(b"%PDF"), person
        assert sign_in(cast.head).get(note.get_absolute_url()).status_code == 404
    told = Notice.objects.filter(entry=entry).values_list("person__name", flat=True)
    assert {"Staff Aldova", "Chair Aldova", "Chair Cestria", "Head Dorlan"} <= set(told)
    assert len(told) == len(set(told))


def test_two_workers_at_the_same_moment_enter_it_once(transactional_db, settings):
    with time_machine.travel(NEW_YEAR + SECOND, tick=False):
        assemble(2027)
        barrier, failures = threading.Barrier(3), []

        def work() -> None:
            try:
                barrier.wait(10)
                tasks.hand_over_by_table()
            except Exception as error:
                failures.append(error)
            finally:
                connection.close()

        workers = [threading.Thread(target=work) for _worker in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(30)
    assert failures == []
    assert HandOver.objects.get(outgoing__year=2027).at == NEW_YEAR
    assert Document.objects.filter(kind="hand_over_note").count() == 1
    assert Entry.objects.filter(act="hand_over").count() == 1


def test_what_is_being_written_as_the_secretariat_passes_is_written_before(transactional_db):
    """A change that was begun first is waited for; one that comes after it is refused."""
    with time_machine.travel(factories.NOW, tick=True):
        cast = assemble(2027)
        scene = Scene(cast, cast.everyone(), None, None, None)
        plan = factories.plan(by=cast.staff)
        hand_overs.shorten()
        hand_overs.tick_all(cast, hand_overs.next_staff(cast))
        hand_overs.offer(cast)
        writing, written = threading.Event(), threading.Event()
        log: list[str] = []

        def write(then: Callable[[], Any]) -> None:
            try:
                with transaction.atomic():
                    WorkPlan.objects.select_for_update().get(pk=plan.pk)
                    writing.set()
                    then()
                    log.append("written")
            finally:
                connection.close()

        def take() -> None:
            try:
                writing.wait(10)
                lists.take_over(current(), by=cast.next_chair, on=factories.NOW)
                log.append("taken over")
            finally:
                connection.close()

        threads = [
            threading.Thread(target=write, args=(lambda: written.wait(1),)),
            threading.Thread(target=take),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert log == ["written", "taken over"]
        edit = reverse("workplans:edit_general", args=[2027])
        client = scene.signed_in("staff")
        assert client.post(edit, {"title": "Too late", "version": "1"}).status_code == 403
