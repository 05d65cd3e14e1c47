"""Who has a part open, in words; and nothing that depends on Redis."""

import time
import uuid
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import override_settings

from tests.workplans.writing import at
from workplans import presence
from workplans.models import Activity

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _awake():
    presence._resting_until = 0.0
    yield
    presence._resting_until = 0.0


@pytest.fixture
def activity(draft):
    return Activity.objects.filter(area__plan=draft).first()


def beat(client, activity, page, state="reading", **more):
    sent = {"part": activity.key, "page": page, "sort": "activity", "state": state, **more}
    return client.post(at("present", 2027), sent)


def sentence(*args, **more):
    return beat(*args, **more).json()["sentence"].replace("\u2068", "").replace("\u2069", "")


def test_it_is_said_who_edits_and_who_reads(cast, sign_in, activity):
    staff, chair = sign_in(cast.staff), sign_in(cast.chair)
    mine, theirs, third = (uuid.uuid4() for _window in range(3))
    assert sentence(staff, activity, mine) == ""
    assert sentence(chair, activity, theirs, "editing") == "Staff Aldova is reading this activity."
    assert sentence(staff, activity, mine) == "Chair Aldova is editing this activity."
    assert sentence(chair, activity, third) == (
        "Staff Aldova is reading this activity. You have it open in another window too."
    )
    # One person in two windows is one person, and who edits does not also read.
    assert sentence(staff, activity, mine) == "Chair Aldova is editing this activity."
    here = staff.get(at("present", 2027)).json()["here"]
    assert here == {str(activity.key): "\u2068Chair Aldova\u2069 is editing."}
    assert "Chair Aldova\u2069 is editing." in staff.get(at("edit", 2027)).content.decode()
    beat(chair, activity, theirs, "away")
    beat(chair, activity, third, "away")
    assert sentence(staff, activity, mine) == ""


def test_a_silent_page_is_gone_after_a_while(cast, sign_in, activity):
    staff, chair = sign_in(cast.staff), sign_in(cast.chair)
    beat(chair, activity, uuid.uuid4(), "editing")
    with time_machine.travel(time.time() + presence.SECONDS + 1, tick=True):
        assert sentence(staff, activity, uuid.uuid4()) == ""
        assert staff.get(at("present", 2027)).json()["here"] == {}


def test_only_those_who_may_edit_are_present_or_hear_who_is(cast, sign_in, activity):
    beat(sign_in(cast.staff), activity, uuid.uuid4(), "editing")
    for role, person in cast.everyone().items():
        client, status = sign_in(person), 200 if role in ("staff", "chair") else 404
        assert beat(client, activity, uuid.uuid4()).status_code == status, role
        assert client.get(at("present", 2027)).status_code == status, role


def test_after_the_hand_over_an_open_page_is_refused_without_a_page_and_told_why(
    cast, sign_in, activity
):
    with time_machine.travel(datetime(2028, 1, 1, 9, tzinfo=UTC), tick=True):
        incoming, page = sign_in(cast.next_chair), uuid.uuid4()
        assert beat(incoming, activity, page, "editing").status_code == 200
        staff = sign_in(cast.staff)
        refused = beat(staff, activity, uuid.uuid4(), "editing")
        assert (refused.status_code, refused.content) == (403, b"")
        assert sentence(incoming, activity, page) == ""
        # A token, with which the page's next saving reads the sentence; and nothing of who writes.
        heard = staff.get(at("present", 2027)).json()
        assert heard["here"] == {} and heard["token"]
        saving = staff.post(at("activity", 2027, activity.key), {"autosave": "yes"})
        assert saving.status_code == 403
        assert "Only the chair and the secretariat" in saving.content.decode()


@pytest.mark.parametrize(
    "wrong", [{"state": "king"}, {"sort": "poem"}, {"part": "x"}, {"page": ""}, {"page": "a|b"}]
)
def test_what_is_no_heartbeat_is_refused(cast, sign_in, activity, wrong):
    sent = {"part": activity.key, "page": uuid.uuid4(), "sort": "activity", "state": "reading"}
    assert sign_in(cast.staff).post(at("present", 2027), sent).status_code == 200
    assert sign_in(cast.staff).post(at("present", 2027), sent | wrong).status_code == 400


@pytest.mark.parametrize(
    "url", ["unix:///nowhere/redis.sock", "redis://127.0.0.1:1/0", "redis://192.0.2.1:6379/0"]
)
def test_without_redis_nobody_is_shown_and_nothing_waits(cast, sign_in, activity, url):
    client = sign_in(cast.staff)
    client.get(at("edit", 2027))
    with override_settings(REDIS_URL=url):
        presence._resting_until = 0.0
        began = time.monotonic()
        assert presence.present(activity.area.plan) == []
        assert time.monotonic() - began < 2 * presence.PATIENCE
        began = time.monotonic()
        assert presence.present(activity.area.plan) == []
        assert time.monotonic() - began < presence.PATIENCE
        assert beat(client, activity, uuid.uuid4()).json() == {"sentence": ""}
        assert client.get(at("edit", 2027)).status_code == 200
        assert client.get(at("activity", 2027, activity.key)).status_code == 200
