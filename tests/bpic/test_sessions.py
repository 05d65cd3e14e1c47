"""A session ends with the first role its owner loses, and loses no word they had written."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.urls import reverse

from bpic.accounts import ROLES, written_in
from secretariat.accreditation import accredit, recall, withdraw
from secretariat.models import Entry, HandOver, Notice, Person, Presidency
from tests import factories
from workplans.models import WorkPlan

DAY, NOW = factories.TODAY, factories.NOW
DESK, SIGN_IN = "/en/desk/", "/en/sign-in/"
MIDNIGHT = datetime(2028, 1, 1, tzinfo=UTC)


def recalled(person):
    recall(person.appointments.get(), until=DAY, by=None)


def words(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_signing_in_remembers_what_one_is(cast, sign_in):
    client, state = sign_in(cast.staff), cast.states["Aldova"].pk
    presidency = Presidency.objects.get(year=2027).pk
    assert client.session[ROLES] == [f"drafting:{presidency}", f"secretariat:{state}"]


def test_reading_ends_at_the_door_with_one_sentence(cast, sign_in):
    client = sign_in(cast.head)
    assert client.get(DESK).status_code == 200
    recalled(cast.head)
    answer = client.get(f"{DESK}?page=2")
    assert (answer.status_code, answer.url) == (302, f"{SIGN_IN}?next=/en/desk/%3Fpage%3D2")
    assert "no-store" in answer["Cache-Control"]
    sentence = (
        "Your session ended because you are no longer head of delegation of Dorlan. "
        "Sign in again to go on reading."
    )
    assert sentence in words(client, answer.url)
    # It is said once, and the session is gone.
    assert sentence not in words(client, SIGN_IN)
    assert client.get(DESK).status_code == 302


def test_the_session_itself_is_gone(cast, sign_in):
    client = sign_in(cast.head)
    stolen = client.session.session_key
    recalled(cast.head)
    client.get(DESK)
    assert not Session.objects.filter(session_key=stolen).exists()


def test_after_signing_in_again_reading_goes_on(cast, sign_in):
    """The staff of the year before reads on what it made, with a session of its own day."""
    draft = factories.plan(by=cast.staff)
    page = reverse("workplans:preview", args=[draft.year])
    with time_machine.travel(MIDNIGHT - timedelta(seconds=2), tick=False) as clock:
        client = sign_in(cast.staff)
        assert client.get(page).status_code == 200
        clock.shift(2)
        answer = client.get(page)
        assert answer.url == f"{SIGN_IN}?next={page}"
        sentence = "you are no longer secretariat staff of the presidency of Aldova."
        assert sentence in words(client, answer.url)
        form = {"username": "staff.aldova", "password": "example", "next": page}
        assert client.post(SIGN_IN, form).url == page
        assert client.get(page).status_code == 200
        assert client.get(page).status_code == 200


def test_the_chair_loses_the_chair_at_the_boundary(cast, sign_in):
    with time_machine.travel(MIDNIGHT - timedelta(seconds=2), tick=False) as clock:
        client = sign_in(cast.chair)
        clock.shift(2)
        text = words(client, client.get(DESK).url)
    assert "no longer chair of the Advisory Group for Aldova." in text


def test_after_an_early_hand_over_the_chair_has_lost_the_secretariat_only(cast, sign_in):
    clients = {role: sign_in(getattr(cast, role)) for role in ("chair", "staff", "next_chair")}
    outgoing, incoming = (Presidency.objects.get(year=year) for year in (2027, 2028))
    HandOver.objects.create(outgoing=outgoing, incoming=incoming, at=NOW)
    texts = {role: clients[role].get(DESK) for role in clients}
    assert texts["next_chair"].status_code == 200
    said = words(clients["chair"], texts["chair"].url)
    assert "no longer in charge of the secretariat of Aldova." in said
    said = words(clients["staff"], texts["staff"].url)
    assert "no longer secretariat staff of the presidency of Aldova." in said


def test_several_roles_are_all_named(cast, sign_in):
    accredit(cast.head, function="focal_point", state=cast.states["Dorlan"], since=DAY, by=None)
    client = sign_in(cast.head)
    cast.head.appointments.all().update(period=(date(2026, 1, 1), DAY))
    assert "no longer focal point of Dorlan or head of delegation of Dorlan." in words(
        client, client.get(DESK).url
    )


def test_a_form_sent_writes_nothing_and_gives_the_words_back(cast, draft, sign_in):
    client = sign_in(cast.staff)
    page = reverse("workplans:edit_general", args=[2027])
    recalled(cast.staff)
    before = (Entry.objects.count(), Notice.objects.count(), WorkPlan.objects.get().title)
    sent = {
        "title": "A title found after midnight", "preamble": "First.\r\nSecond, with a “quote”.",
        "version": "1", "opened": '{"title": "x"}', "key": str(uuid4()), "digest": "a" * 64,
        "csrfmiddlewaretoken": "secret-token", "password": "hunter2", "new_password1": "hunter3",
    }  # fmt: skip
    answer = client.post(page, sent)
    assert answer.status_code == 403
    assert "no-store" in answer["Cache-Control"]
    text = answer.content.decode()
    for kept in (
        "no longer secretariat staff of the presidency of Aldova", "A title found after midnight",
        "First.\nSecond, with a “quote”.", "Preamble", "nothing was recorded",
    ):  # fmt: skip
        assert kept in text, kept
    for hidden in (sent["key"], sent["digest"], "secret-token", "hunter2", "hunter3", "opened"):
        assert hidden not in text, hidden
    assert before == (
        Entry.objects.count(), Notice.objects.count(), WorkPlan.objects.get().title,
    )  # fmt: skip
    assert client.get(DESK).url.startswith(SIGN_IN)


def test_a_page_that_saves_by_itself_does_not_cost_the_form_its_words(cast, draft, sign_in):
    """What a script sends first ends the session; the form its owner sends then is answered too."""
    client = sign_in(cast.staff)
    page = reverse("workplans:edit_general", args=[2027])
    recalled(cast.staff)
    assert (
        client.post(page, {"title": "By itself"}, headers={"HX-Request": "true"}).status_code == 403
    )
    answer = client.post(page, {"title": "By hand"})
    assert answer.status_code == 403
    assert "By hand" in answer.content.decode()
    # At the door the reason is read once; from then on it is a visitor like any other.
    assert "no longer secretariat staff" in words(client, SIGN_IN)
    assert client.post(page, {"title": "Later"}).status_code == 302


def test_what_was_written_is_shown_as_text(cast, sign_in):
    client = sign_in(cast.head)
    recalled(cast.head)
    answer = client.post(reverse("workplans:position", args=[1]), {"text": "<script>alert(1)"})
    assert "&lt;script&gt;alert(1)" in answer.content.decode()
    assert "<script>alert" not in answer.content.decode()


def test_a_form_from_another_site_is_refused_before_it_is_shown(cast, sign_in):
    client = sign_in(cast.head, enforce_csrf_checks=True)
    recalled(cast.head)
    answer = client.post(reverse("workplans:position", args=[1]), {"text": "planted"})
    assert answer.status_code == 403
    assert "planted" not in answer.content.decode()


@pytest.mark.parametrize("door", ["sign_out", "example_sign_in", "sign_in"])
def test_the_doors_stay_open(cast, sign_in, door):
    client = sign_in(cast.head)
    recalled(cast.head)
    sent = {"username": cast.delegate.user.username, "password": "example"}
    Person.objects.filter(pk=cast.delegate.pk).update(is_example=True)
    assert client.post(reverse(door), sent).status_code == 302
    signed_in = "_auth_user_id" in client.session
    assert signed_in is (door != "sign_out")


def test_a_public_page_ends_the_session_too(cast, sign_in):
    client = sign_in(cast.head)
    recalled(cast.head)
    assert client.get("/en/").url == f"{SIGN_IN}?next=/en/"
    assert client.get("/en/").status_code == 200


def test_a_part_of_a_page_leaves_the_whole_page(cast, sign_in):
    client = sign_in(cast.head)
    recalled(cast.head)
    answer = client.get(DESK, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == f"{SIGN_IN}?next={DESK}"


def test_a_role_gained_is_remembered_and_its_loss_ends_the_session(cast, sign_in):
    client = sign_in(cast.delegate)
    state = cast.states["Dorlan"]
    gained = accredit(cast.delegate, function="alternate", state=state, since=DAY, by=None)
    assert client.get(DESK).status_code == 200
    assert f"alternate:{state.pk}" in client.session[ROLES]
    withdraw(gained, by=None)
    answer = client.get(DESK)
    assert "no longer alternate head of delegation of Dorlan." in words(client, answer.url)


def test_a_function_renewed_under_another_row_loses_nothing(cast, sign_in):
    """As when a ministry is renamed: one appointment ends, and the next begins that day."""
    client, state = sign_in(cast.head), cast.states["Dorlan"]
    recalled(cast.head)
    accredit(cast.head, function="head", state=state, since=DAY, by=None)
    assert client.get(DESK).status_code == 200


def test_who_holds_nothing_loses_nothing(cast, sign_in):
    for person in (cast.stranger, cast.superuser):
        client = sign_in(person)
        with time_machine.travel(NOW + timedelta(hours=7)):
            assert client.get(DESK).status_code == 200


def test_the_check_costs_no_query(cast, sign_in, django_assert_num_queries):
    client = sign_in(cast.stranger)
    client.get("/en/about/how-decisions-are-made/")
    # The session, the account with its person, the standing, its groups, and whether there is
    # example data.
    with django_assert_num_queries(6):
        client.get("/en/about/how-decisions-are-made/")


def test_of_what_a_form_carries_only_what_was_written_is_kept():
    sent = [
        ("text", ["  Two\r\nlines "]),
        ("empty", [" "]),
        ("states", ["1", "2"]),
        ("digest", ["a" * 64]),
        ("anything", ["b" * 64]),
        ("mark", [str(uuid4())]),
        ("old_password", ["hunter2"]),
        ("indicators-0-name", ["Firms"]),
    ]
    found = [(field.label, field.text) for field in written_in(sent)]
    assert found == [
        ("Text", "Two\nlines"),
        ("States", "1\n2"),
        ("Indicators 0 name", "Firms"),
    ]
