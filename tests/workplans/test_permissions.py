"""Whose act it is: every act × every one of the cast, as a table (domain rules 2, 3, 5)."""

from datetime import date

import pytest

from secretariat.standing import NotEntitled, Standing
from tests import factories
from workplans.models import Consideration
from workplans.permissions import RULES, available_acts, entitled, voice_or_none

SECRETARIAT = {"chair", "staff"}
CHAIR = {"chair"}
WHO = {
    "start": SECRETARIAT,
    "edit": SECRETARIAT,
    "circulate": SECRETARIAT,
    "withdraw": SECRETARIAT,
    "withdraw_document": SECRETARIAT,
    "remind": SECRETARIAT,
    "hear": SECRETARIAT,
    "record_position": SECRETARIAT,
    "record_progress": SECRETARIAT,
    "adopt": CHAIR,
    "return_to_draft": CHAIR,
    "close_by_statement": CHAIR,
    "rule_on_time": CHAIR,
    "open_silence": CHAIR,
    "open_written": CHAIR,
    "extend": CHAIR,
    "withdraw_silence": CHAIR,
    "withdraw_written": CHAIR,
    "submit": CHAIR,
    "report": CHAIR,
    "amend": SECRETARIAT,
    "withdraw_amendment": CHAIR,
    "undo_amendment": SECRETARIAT,
}


def test_the_table_names_every_rule():
    assert set(RULES) == set(WHO)


def test_each_act_belongs_to_those_the_rule_names_and_nobody_else(cast):
    for role, person in cast.everyone().items():
        standing = Standing.of(person, factories.TODAY)
        for act, allowed in WHO.items():
            if role in allowed:
                assert entitled(act, standing).person == person
            else:
                with pytest.raises(NotEntitled):
                    entitled(act, standing)


@pytest.mark.parametrize(
    ("day", "chairs"),
    [
        (date(2026, 12, 31), "former_chair"),
        (date(2027, 1, 1), "chair"),
        (date(2027, 12, 31), "chair"),
        (date(2028, 1, 1), "next_chair"),
    ],
)
def test_the_chair_moves_with_the_presidency_at_midnight(cast, day, chairs):
    found = {role for role, person in cast.everyone().items() if Standing.of(person, day).chair}
    assert found == {chairs}


def test_an_appointment_ended_yesterday_gives_nothing(cast):
    from secretariat.accreditation import recall

    (appointment,) = cast.chair.appointments.all()
    recall(appointment, until=factories.TODAY, by=None)
    assert Standing.of(cast.chair, factories.TODAY).chair is None
    assert Standing.of(cast.chair, date(2027, 3, 9)).chair is not None


def test_only_the_head_or_alternate_speaks_for_a_delegation(cast, consideration):
    speaking = {
        role: voice_or_none(Standing.of(person, factories.TODAY), consideration)
        for role, person in cast.everyone().items()
    }
    assert {role: voice[0].state.name for role, voice in speaking.items() if voice} == {
        "head": "Dorlan",
        "other_head": "Borania",
        "alternate": "Dorlan",
    }


def test_only_ministers_speak_before_the_ministers(cast, submitted: Consideration):
    speaking = {
        role
        for role, person in cast.everyone().items()
        if voice_or_none(Standing.of(person, factories.TODAY), submitted)
    }
    assert speaking == {"minister"}


def test_a_state_invited_to_take_part_speaks_only_where_it_is_counted(cast, draft):
    guest = factories.state("Elmar", order=5)
    from secretariat.models import Membership

    Membership.objects.create(state=guest, status="invited", period=(date(2020, 1, 1), None))
    head = factories.person("Head Elmar", "head", guest)
    uncounted = factories.meeting("AG", by=cast.staff)
    counted = factories.meeting("AG", by=cast.staff, counting_invited=True)
    standing = Standing.of(head, factories.TODAY)
    first = factories.circulated(draft, before=uncounted, by=cast.staff)
    assert voice_or_none(standing, first) is None
    factories.activity(draft, title="One more")
    second = factories.circulated(draft, before=counted, by=cast.staff)
    assert voice_or_none(standing, second) is not None


def test_what_is_offered_is_what_procedure_and_seat_both_allow(cast, draft, consideration):
    draft.refresh_from_db()
    of = {
        role: available_acts(Standing.of(person, factories.TODAY), draft)
        for role, person in cast.everyone().items()
    }
    written = {"edit", "circulate", "withdraw", "remind", "hear", "record_position"}
    chairs = {"adopt", "return_to_draft", "close_by_statement", "rule_on_time"}
    correspondence = {"open_silence", "open_written", "extend"}
    withdrawals = {"withdraw_silence", "withdraw_written"}
    assert of["chair"] == written | chairs | correspondence | withdrawals
    assert of["staff"] == written
    assert not any(acts for role, acts in of.items() if role not in SECRETARIAT)
