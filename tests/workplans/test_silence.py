"""The silence procedure: the instants in the database decide, whoever comes first (rule 7)."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from meetings.models import Meeting
from secretariat import instants
from secretariat.models import Entry, Notice, Presidency
from secretariat.standing import NotEntitled
from tests import factories
from tests.conftest import assemble
from tests.workplans import silences
from tests.workplans.silences import MICROSECOND, answer, ended, ends, objection, received_at
from workplans import queries, tasks
from workplans.models import (
    Consideration,
    Decision,
    Document,
    Extension,
    Position,
    Revision,
    Ruling,
    WorkPlan,
)
from workplans.operations import answering, correspondence, decision, review
from workplans.operations.answering import NotAnAnswer
from workplans.operations.locking import Superseded
from workplans.operations.review import NotReady
from workplans.procedure import OutOfOrder

SEATED = {
    "Head Aldova", "Head Borania", "Head Cestria", "Head Dorlan", "Alternate Dorlan",
    "Delegate Dorlan", "Observer Union",
}  # fmt: skip
SECRETARIAT = {"Chair Aldova", "Staff Aldova"}


@pytest.fixture
def people(db):
    """The cast in the year it is, by the clocks there are."""
    return assemble(timezone.now().year)


@pytest.fixture
def drafted(people):
    return factories.plan(by=people.staff, year=timezone.now().year, on=timezone.now())


@pytest.fixture
def silent(people, drafted):
    return silences.opened(drafted, by=people.chair)


def the_plan():
    return WorkPlan.objects.get()


def told(act):
    return {notice.person.name for notice in Notice.objects.filter(entry__act=act)}


# Opening


def test_the_text_is_frozen_and_the_members_of_the_day_are_seated(people, silent):
    session = silent.meeting
    assert (silent.procedure, silent.outcome, silent.closed) == ("silence", "", None)
    assert silent.revision.symbol.endswith("/WP/1")
    assert the_plan().status == "under_consideration"
    assert [s.state.name for s in session.seats.filter(counted=True)] == list(people.states)
    assert session.seats.get(counted=False).state.name == "Union of Observers"
    assert session.by_correspondence and session.status == "convened"
    assert silent.appointment.function == "chair"
    entry = Entry.objects.get(act="open_silence")
    assert entry.facts["expires"] == silent.expires.isoformat()
    assert entry.facts["seats"] == ["AL", "BO", "CE", "DO"]
    assert entry.facts["reason"] == silent.reason


def test_everybody_seated_is_told_the_end_the_reason_and_what_counts(people, silent):
    assert told("open_silence") == SEATED
    body = Notice.objects.filter(entry__act="open_silence").first().body
    assert "If no state objects before" in body
    assert "The ministers meet before the Group could." in body
    assert "approv" not in body


def test_the_session_is_in_no_list_of_meetings(people, silent):
    assert not Meeting.objects.filter(pk=silent.meeting_id).exists()
    assert Meeting.sessions.get(pk=silent.meeting_id).name.startswith(
        "Advisory Group, by correspondence, "
    )


def test_it_is_the_chairs_to_open(people, drafted):
    for role in ("staff", "head", "expert_chair", "former_chair", "superuser", "stranger"):
        with pytest.raises(NotEntitled):
            silences.opened(drafted, by=people.everyone()[role])
    assert not Consideration.objects.exists() and not Meeting.sessions.exists()


def test_it_is_not_opened_for_too_short_or_without_a_reason(people, drafted):
    with pytest.raises(NotReady, match="at least 72 hours"):
        silences.opened(drafted, by=people.chair, hours=71)
    with pytest.raises(NotReady, match="92 days at most"):
        silences.opened(drafted, by=people.chair, hours=24 * 200)
    with pytest.raises(NotReady, match="Say why"):
        silences.opened(drafted, by=people.chair, reason=" ")
    assert the_plan().status == "draft"
    assert not Revision.objects.exists() and not Meeting.sessions.exists()


def test_the_web_hosts_clock_does_not_shorten_it(people, drafted):
    """A host five minutes behind sees more time left than there is."""
    expires = instants.now() + timedelta(hours=72) - timedelta(minutes=2)
    behind = timezone.now() - timedelta(minutes=5)
    with time_machine.travel(behind), pytest.raises(NotReady, match="at least 72 hours"):
        silences.opened(drafted, by=people.chair, expires=expires)


def test_a_draft_that_could_not_be_circulated_goes_under_no_silence(people):
    empty = factories.plan(by=people.staff, year=2031, activities=0, on=timezone.now())
    with pytest.raises(NotReady, match="no activity"):
        silences.opened(empty, by=people.chair)
    full = factories.plan(by=people.staff, year=2032, on=timezone.now())
    with pytest.raises(Superseded):
        silences.opened(full, by=people.chair, seen="0" * 64)


def test_a_text_before_a_meeting_may_go_under_silence_instead(people, drafted):
    now = timezone.now()
    group = factories.meeting("AG", by=people.staff, begins=now.date(), on=now)
    before = factories.circulated(drafted, before=group, by=people.staff, on=now)
    silent = silences.opened(drafted, by=people.chair)
    before.refresh_from_db()
    assert before.outcome == "superseded"
    assert silent.revision.number == 2
    assert Entry.objects.get(act="open_silence").facts["supersedes"] == before.revision.symbol


def test_under_silence_no_other_text_goes_before_them_and_nobody_adopts(people, silent):
    now = timezone.now()
    group = factories.meeting("AG", by=people.staff, begins=now.date(), on=now)
    factories.activity(the_plan(), title="A later idea")
    digest = silent.revision.digest
    acts = [
        lambda: review.circulate(the_plan(), meeting=group, by=people.staff, on=now),
        lambda: silences.opened(the_plan(), by=people.chair),
        lambda: decision.adopt(silent, digest=digest, by=people.chair, on=now),
        lambda: decision.return_to_draft(
            silent, digest=digest, reason="x", by=people.chair, on=now
        ),
    ]
    for act in acts:
        with pytest.raises(OutOfOrder, match="is under silence"):
            act()
    assert Consideration.objects.get().is_open


def test_a_state_that_joins_later_and_a_new_head_change_no_seat(people, silent):
    late = factories.state("Elmar", order=6)
    factories.member(late, since=timezone.now().date())
    newcomer = factories.person("Head Elmar", "head", late)
    with pytest.raises(NotEntitled):
        answer(silent, newcomer)
    now = timezone.now().date()
    people.head.appointments.update(period=(date(2020, 1, 1), now))
    successor = factories.person("Second Dorlan", "head", people.states["Dorlan"], since=now)
    with pytest.raises(NotEntitled):
        answer(silent, people.head)
    assert answer(silent, successor).seat.state.name == "Dorlan"


# Breaking


@pytest.mark.parametrize("kind", ["objects", "proposes_amendment"])
def test_one_objection_or_amendment_breaks_it_at_once(people, silent, kind):
    position = answer(silent, people.head, kind)
    silent.refresh_from_db()
    assert (silent.outcome, silent.closed) == ("broken", position.at)
    assert the_plan().status == "draft"
    assert not Decision.objects.exists() and not Document.objects.exists()
    entry = Entry.objects.get(act="break_silence")
    assert (entry.by, entry.facts["state"]) == (people.head, "DO")


def test_everybody_is_told_at_once_who_broke_it_and_why(people, silent):
    answer(silent, people.head, would_join="Without paragraph 3.")
    assert told("break_silence") == SEATED | SECRETARIAT
    body = Notice.objects.filter(entry__act="break_silence").first().body
    assert "Dorlan: Objects." in body
    assert "Paragraph 3 has to go." in body and "Without paragraph 3." in body
    # Its own delegation has the receipt besides.
    assert "Delegate Dorlan" in told("take_position")


def test_what_is_broken_stays_broken(people, silent):
    answer(silent, people.head)
    with pytest.raises(Superseded, match="broken already"):
        answer(silent, people.heads["Borania"])
    ended(silent)
    assert correspondence.settle_due() == 0
    assert not Decision.objects.exists()
    with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
        Consideration.objects.update(outcome="adopted")


def test_after_a_break_comes_another_revision_under_a_new_silence_or_before_a_meeting(
    people, silent
):
    answer(silent, people.head)
    second = silences.opened(the_plan(), by=people.chair)
    assert second.revision.number == 2 and second.meeting_id != silent.meeting_id
    answer(second, people.heads["Borania"])
    now = timezone.now()
    group = factories.meeting("AG", by=people.staff, begins=now.date(), on=now)
    third = factories.circulated(the_plan(), before=group, by=people.staff, on=now)
    assert third.revision.number == 3 and third.procedure == "meeting"


@pytest.mark.parametrize("kind", ["approves", "approves_with_reservation", "returns"])
def test_nothing_but_these_is_said_under_silence(people, silent, kind):
    with pytest.raises(NotAnAnswer, match="Choose one of the answers"):
        answer(silent, people.head, kind)


@pytest.mark.parametrize(
    "role", ["chair", "staff", "delegate", "minister", "observer", "superuser", "stranger"]
)
def test_only_the_voice_of_a_seat_breaks_it(people, silent, role):
    with pytest.raises(NotEntitled):
        answer(silent, people.everyone()[role])
    assert Consideration.objects.get().is_open


def test_an_objection_is_to_the_text_that_was_read(people, silent):
    with pytest.raises(Superseded):
        answering.take_position(
            silent, digest="0" * 64, kind="objects", text="x", by=people.head,
            on=timezone.now(), key=uuid4(),
        )  # fmt: skip
    assert Consideration.objects.get().is_open


def test_a_position_is_stamped_by_the_database_whatever_a_host_says(people, silent):
    before = instants.now()
    with time_machine.travel(timezone.now() - timedelta(minutes=5)):
        position = answer(silent, people.head)
    assert before <= position.at <= instants.now()
    seat = silent.meeting.seats.get(state=people.states["Borania"])
    forged = Position.objects.create(
        consideration=silent, seat=seat, kind="approves", digest="0" * 64, person=people.head,
        appointment=people.head.appointments.get(), on=date(2020, 1, 1), key=uuid4(),
        at=timezone.now() - timedelta(days=1),
    )  # fmt: skip
    forged.refresh_from_db()
    assert forged.at >= before


# The instant


def test_an_objection_one_microsecond_before_the_end_wins(people, silent):
    with received_at(silent.expires - MICROSECOND):
        position = answer(silent, people.head)
    assert position.at == silent.expires - MICROSECOND and not position.is_late
    silent.refresh_from_db()
    assert silent.outcome == "broken"


def test_an_objection_at_the_end_does_not(people, silent):
    """The lock found the silence running; the row came in at its very end."""
    at = instants.now() + timedelta(milliseconds=1)
    silent = ends(silent, at)
    while instants.now() < at:
        pass
    with received_at(at):
        position = answer(silent, people.head)
    assert position.at == silent.expires and position.is_late
    assert Consideration.objects.get().outcome == "adopted"
    assert Decision.objects.get().act == "adopted"


@pytest.mark.parametrize(
    ("off", "outcome"),
    [(-MICROSECOND, "broken"), (timedelta(0), "adopted"), (MICROSECOND, "adopted")],
    ids=["one before", "at the end", "one after"],
)
def test_the_end_is_decided_by_the_instants_in_the_rows_alone(people, silent, off, outcome):
    """Whatever became of the objection's own act, its row and the end say what the outcome is."""
    end = instants.now() - timedelta(hours=3)
    objection(silent, people.head, end + off)
    ends(silent, end)
    assert correspondence.settle_due() == 1
    found = Consideration.objects.get()
    assert found.outcome == outcome
    assert found.closed == (end + off if outcome == "broken" else end)
    assert the_plan().status == ("draft" if outcome == "broken" else "adopted")


def test_before_its_end_nobody_ends_it(people, silent):
    silent = ends(silent, instants.now() + timedelta(seconds=20))
    assert correspondence.settle_due() == 0
    assert correspondence.settle(silent) is None
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        assert correspondence.settle_due() == 0
    assert Consideration.objects.get().is_open


# Its end


def test_unbroken_it_is_adopted_at_the_end_itself(people, silent):
    silent = ended(silent, timedelta(hours=3))
    adopted = correspondence.settle(silent)
    silent.refresh_from_db()
    assert (silent.outcome, silent.closed) == ("adopted", silent.expires)
    assert (adopted.act, adopted.by, adopted.appointment) == ("adopted", None, None)
    assert adopted.at_end == silent.expires
    assert adopted.on == silent.expires.date()
    assert the_plan().status == "adopted"
    assert Document.objects.get().edition == "adopted"
    entry = Entry.objects.get(act="end_silence")
    assert entry.by is None and entry.facts["at"] == silent.expires.isoformat()
    assert told("end_silence") == SEATED | SECRETARIAT
    body = Notice.objects.filter(entry=entry).first().body
    assert "no state objected before" in body and "approved" not in body


def test_the_plan_goes_on_to_the_ministers_as_any_adopted_one(people, silent):
    correspondence.settle(ended(silent))
    now = timezone.now()
    imm = factories.meeting("IMM", by=people.staff, begins=now.date(), on=now)
    plan = the_plan()
    submitted = decision.submit(
        plan, meeting=imm, digest=plan.revision.digest, by=people.chair, on=now
    )
    for minister in people.ministers.values():
        factories.answer(submitted, by=minister, on=now)
    assert the_plan().status == "approved"


def test_the_worker_down_for_three_hours_changes_nothing(people, silent):
    silent = ended(silent, timedelta(hours=3))
    tasks.settle_procedures()
    adopted = Decision.objects.get()
    assert (adopted.at_end, adopted.on) == (silent.expires, silent.expires.date())
    tasks.settle_procedures()
    correspondence.settle(silent)
    assert Decision.objects.count() == Document.objects.count() == 1
    assert Entry.objects.filter(act="end_silence").count() == 1
    assert len(told("end_silence")) == Notice.objects.filter(entry__act="end_silence").count()


@pytest.mark.parametrize("minutes", [-5, 0, 5])
@pytest.mark.parametrize("objected", [False, True])
def test_a_host_five_minutes_off_comes_to_the_same_outcome(people, silent, minutes, objected):
    end = instants.now() - timedelta(minutes=1)
    if objected:
        objection(silent, people.head, end - MICROSECOND)
    ends(silent, end)
    with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
        correspondence.settle_due()
    found = Consideration.objects.get()
    wanted = ("broken", end - MICROSECOND) if objected else ("adopted", end)
    assert (found.outcome, found.closed) == wanted


def test_an_outcome_is_written_once(people, silent):
    correspondence.settle(ended(silent))
    for change in ({"outcome": "broken"}, {"closed": None, "outcome": ""}):
        with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
            Consideration.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        taken = Decision.objects.get()
        Decision.objects.create(
            plan=taken.plan, revision=taken.revision, act="adopted", meeting=taken.meeting,
            consideration=taken.consideration, on=taken.on,
        )  # fmt: skip


def test_only_an_adoption_by_silence_is_nobodys_act(people, silent):
    with pytest.raises(IntegrityError, match="nobodys_act"), transaction.atomic():
        Decision.objects.create(
            plan=silent.plan, revision=silent.revision, act="returned", meeting=silent.meeting,
            on=timezone.now().date(),
        )  # fmt: skip


def test_every_act_finds_it_ended(people, silent):
    """Withdrawing, extending, circulating a minute too late: the silence has adopted the text."""
    silent = ended(silent)
    now = timezone.now()
    group = factories.meeting("AG", by=people.staff, begins=now.date(), on=now)
    acts = [
        lambda: review.withdraw(silent, reason="x", by=people.chair, on=now),
        lambda: review.circulate(the_plan(), meeting=group, by=people.staff, on=now),
        lambda: correspondence.extend(
            silent, until=silent.expires + timedelta(days=3), seen=silent.expires, reason="x",
            by=people.chair, on=now,
        ),
    ]  # fmt: skip
    for act in acts:
        with pytest.raises((Superseded, OutOfOrder)), transaction.atomic():
            act()
        assert not Extension.objects.exists()
    correspondence.settle_due()
    assert Consideration.objects.get().outcome == "adopted"


# What comes late


def test_a_late_objection_is_kept_and_acknowledged_and_changes_nothing(people, silent):
    ended(silent)
    position = answer(silent, people.head)
    assert position.is_late
    found = Consideration.objects.get()
    assert found.outcome == "adopted" and the_plan().status == "adopted"
    entry = Entry.objects.get(act="object_late")
    assert entry.facts["text"] == "Paragraph 3 has to go."
    assert told("object_late") == {
        "Head Dorlan", "Alternate Dorlan", "Delegate Dorlan", *SECRETARIAT,
    }  # fmt: skip
    assert "has no effect" in Notice.objects.filter(entry=entry).first().body
    board = queries.board(found)
    assert board.late == (position,)
    assert board.of_state(people.states["Dorlan"].pk) is None
    assert not found.positions.standing().exists()
    # The document of the adoption does not speak of it.
    assert "Paragraph 3 has to go." not in Document.objects.get().order


def test_a_request_that_comes_late_is_refused(people, silent):
    ended(silent)
    with pytest.raises(Superseded, match="has ended and the text is adopted"):
        answer(silent, people.head, "asks_for_time", until=timezone.now().date() + timedelta(9))
    assert not Position.objects.exists()


def test_sending_a_late_objection_twice_has_one_effect(people, silent):
    ended(silent)
    sent = {
        "digest": silent.revision.digest, "kind": "objects", "text": "No.", "by": people.head,
        "on": timezone.now(), "key": uuid4(),
    }  # fmt: skip
    assert answering.take_position(silent, **sent) == answering.take_position(silent, **sent)
    assert Entry.objects.filter(act="object_late").count() == 1


# A request for time


def ask(silent, by, days=20):
    until = silent.expires.date() + timedelta(days=days - 14)
    return answer(silent, by, "asks_for_time", "Our ministry has to be asked.", until=until)


def test_a_request_for_time_breaks_nothing(people, silent):
    ask(silent, people.head)
    assert queries.board(silent).sentence == (
        "No objection so far. 1 state asks for time, which does not break the silence."
    )
    correspondence.settle(ended(silent, timedelta(0)))
    assert Consideration.objects.get().outcome == "adopted"
    order = Document.objects.get().order
    assert '"no_objection_time_asked"' in order and '"no_objection"' in order


def test_the_chair_grants_it_by_extending_and_by_nothing_else(people, silent):
    position = ask(silent, people.head, 16)
    with pytest.raises(answering.NotOpen, match="set a later end"):
        answering.rule_on_time(position, granted=True, by=people.chair, on=timezone.now())
    extend(silent, people.chair, silent.expires + timedelta(days=3))
    ruling = Ruling.objects.get()
    assert ruling.granted and ruling.position == position
    assert Entry.objects.get(act="extend").facts["granted"] == ["DO"]


def test_an_end_before_the_day_asked_for_grants_nothing(people, silent):
    ask(silent, people.head, 20)
    extend(silent, people.chair, silent.expires + timedelta(days=1))
    assert not Ruling.objects.exists()


def test_the_chair_may_refuse_it_with_a_reason(people, silent):
    position = ask(silent, people.head)
    answering.rule_on_time(
        position, granted=False, text="The summit is near.", by=people.chair, on=timezone.now()
    )
    body = Notice.objects.filter(entry__act="rule_on_time").first().body
    assert "does not give more time" in body and "The silence ends on" in body


# Extending


def extend(silent, by, until, seen=None, reason="A holiday was overlooked."):
    return correspondence.extend(
        silent, until=until, seen=seen or silent.expires, reason=reason, by=by, on=timezone.now()
    )


def test_a_later_end_takes_the_place_of_the_one_before(people, silent):
    before, until = silent.expires, silent.expires + timedelta(days=2)
    extension = extend(silent, people.chair, until)
    silent.refresh_from_db()
    assert silent.expires == until
    assert silent.meeting.ends.last == until.date()
    assert (extension.before, extension.until) == (before, until)
    entry = Entry.objects.get(act="extend")
    assert entry.facts["before"] == before.isoformat()
    assert entry.facts["reason"] == "A holiday was overlooked."
    assert told("extend") == SEATED | SECRETARIAT


def test_an_end_is_only_moved_later_and_with_a_reason(people, silent):
    for until in (silent.expires, silent.expires - timedelta(hours=1)):
        with pytest.raises(correspondence.CannotExtend, match="later than"):
            extend(silent, people.chair, until)
    with pytest.raises(correspondence.CannotExtend, match="92 days"):
        extend(silent, people.chair, silent.expires + timedelta(days=200))
    with pytest.raises(correspondence.CannotExtend, match="Say why"):
        extend(silent, people.chair, silent.expires + timedelta(days=1), reason=" ")
    assert not Extension.objects.exists()


def test_extending_it_is_the_chairs(people, silent):
    for role in ("staff", "head", "expert_chair", "former_chair", "superuser", "stranger"):
        with pytest.raises(NotEntitled):
            extend(silent, people.everyone()[role], silent.expires + timedelta(days=1))


def test_an_end_that_was_moved_meanwhile_is_looked_at_again(people, silent):
    first, second = silent.expires + timedelta(days=1), silent.expires + timedelta(days=2)
    seen = silent.expires
    done = extend(silent, people.chair, first)
    # The same form once more is the same extension; another is refused.
    assert extend(silent, people.chair, first, seen) == done
    with pytest.raises(Superseded, match="moved meanwhile"):
        extend(silent, people.chair, second, seen)


def test_what_has_ended_is_not_extended(people, silent):
    silent = ended(silent)
    with pytest.raises(Superseded, match="cannot be extended"):
        extend(silent, people.chair, silent.expires + timedelta(days=3))


def test_the_database_refuses_it_too_when_the_end_comes_between(people, silent):
    """The row itself compares the database's clock with the end it replaces."""
    gone = instants.now() - MICROSECOND
    facts = {
        "consideration": silent, "reason": "x", "by": people.chair,
        "appointment": people.chair.appointments.get(),
    }  # fmt: skip
    with (
        pytest.raises(IntegrityError, match="what_has_ended_is_not_extended"),
        transaction.atomic(),
    ):
        Extension.objects.create(before=gone, until=gone + timedelta(days=3), **facts)
    ends(silent, gone)
    with pytest.raises(IntegrityError, match="before it has come"), transaction.atomic():
        Consideration.objects.update(expires=F("expires") + timedelta(days=3))


# Withdrawing


def test_the_chair_withdraws_it_with_a_reason(people, silent):
    review.withdraw(silent, reason="An annex is wrong.", by=people.chair, on=timezone.now())
    silent.refresh_from_db()
    assert silent.outcome == "withdrawn" and the_plan().status == "draft"
    assert Entry.objects.get(act="withdraw_silence").facts["reason"] == "An annex is wrong."
    assert correspondence.settle_due() == 0
    with pytest.raises(Superseded):
        answer(silent, people.head)


def test_withdrawing_it_is_not_the_staffs(people, silent):
    with pytest.raises(NotEntitled):
        review.withdraw(silent, reason="x", by=people.staff, on=timezone.now())


# The presidency changes hands meanwhile


def test_after_the_presidency_has_changed_the_right_chair_conducts_and_the_record_is_true(
    people, silent
):
    year, today = timezone.now().year, timezone.now().date()
    Presidency.objects.filter(year=year + 1).update(
        period=(date(year + 2, 1, 1), date(year + 3, 1, 1))
    )
    Presidency.objects.filter(year=year).update(period=(date(year, 1, 1), today))
    Presidency.objects.filter(year=year + 1).update(period=(today, date(year + 3, 1, 1)))
    with pytest.raises(NotEntitled):
        extend(silent, people.chair, silent.expires + timedelta(days=1))
    extend(silent, people.next_chair, silent.expires + timedelta(days=1))
    silent.refresh_from_db()
    assert [s.state.name for s in silent.meeting.seats.filter(counted=True)] == list(people.states)
    correspondence.settle(ended(silent))
    opened = Document.objects.get().order
    assert '"by":"Chair Aldova"' in opened and '"method":"silence"' in opened
