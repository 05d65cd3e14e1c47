"""Which act may follow which: domain rule 8, as a table."""

import pytest

from workplans.models import WorkPlan
from workplans.procedure import LIFE, STEPS, OutOfOrder, allows, follow

# Every act, the statuses it may be taken in, and where it leads.
RULE = {
    "edit": ({"draft", "under_consideration"}, ""),
    "circulate": ({"draft", "under_consideration"}, "under_consideration"),
    "take_position": ({"under_consideration"}, "under_consideration"),
    "hear": ({"under_consideration"}, "under_consideration"),
    "record_position": ({"under_consideration"}, "under_consideration"),
    "open_written": ({"draft", "under_consideration"}, "under_consideration"),
    "end_written": ({"under_consideration"}, "adopted"),
    "fail_written": ({"under_consideration"}, "draft"),
    "withdraw_written": ({"under_consideration"}, "draft"),
    "take_back_adoption": ({"adopted"}, "under_consideration"),
    "put_before_again": ({"draft"}, "under_consideration"),
    "take_back_submission": ({"submitted"}, "adopted"),
    "make_statement": ({"under_consideration", "submitted"}, ""),
    "open_silence": ({"draft", "under_consideration"}, "under_consideration"),
    "extend": ({"under_consideration"}, "under_consideration"),
    "break_silence": ({"under_consideration"}, "draft"),
    "end_silence": ({"under_consideration"}, "adopted"),
    "withdraw_silence": ({"under_consideration"}, "draft"),
    "rule_on_time": ({"under_consideration"}, "under_consideration"),
    "withdraw": ({"under_consideration"}, "draft"),
    "adopt": ({"under_consideration"}, "adopted"),
    "return_to_draft": ({"under_consideration"}, "draft"),
    "close_by_statement": ({"under_consideration"}, "draft"),
    "submit": ({"adopted"}, "submitted"),
    "decide": ({"submitted"}, "submitted"),
    "approve": ({"submitted"}, "approved"),
    "return_from_ministers": ({"submitted"}, "draft"),
    "lapse": ({"submitted"}, "adopted"),
    "report": ({"approved"}, "reported"),
    "remind": ({"under_consideration", "submitted"}, ""),
    "record_progress": ({"approved"}, "approved"),
    "amend": ({"approved", "reported"}, "draft"),
    "withdraw_amendment": ({"draft", "under_consideration"}, ""),
    "undo_amendment": ({"draft"}, ""),
}


def test_the_table_names_every_act():
    assert set(STEPS) == set(RULE)


@pytest.mark.parametrize("act", RULE)
@pytest.mark.parametrize("status", [status.value for status in LIFE])
def test_an_act_is_allowed_just_where_the_rule_says(act, status):
    sources, leads_to = RULE[act]
    assert allows(act, status) == (status in sources)
    if status in sources:
        assert follow(act, status) == leads_to
    else:
        with pytest.raises(OutOfOrder) as refused:
            follow(act, status)
        assert str(WorkPlan.Status(status).label) in str(refused.value)


def test_no_act_skips_a_step():
    """Every act leads back, stays, or goes on by one."""
    for step in STEPS.values():
        for source in step.sources:
            if step.leads_to:
                assert LIFE.index(step.leads_to) - LIFE.index(source) <= 1
