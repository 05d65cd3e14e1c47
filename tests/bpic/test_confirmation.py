"""Whoever performs an act of state has shown within five minutes that it is they.

That every such form asks is shown in test_access.py, beside the table of the acts.
"""

import io
import re
import threading
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.db import connection
from django.urls import reverse

from bpic import confirmation
from bpic.confirmation import CONFIRMED, carried
from secretariat import instants
from secretariat.models import Appointment, Entry, FailedConfirmation, Person, State
from tests import factories
from tests.confirming import ago
from tests.secretariat.test_admin import Desk
from workplans.models import Position

WORDS = "First line.\r\nSecond, with “quotes” & <b>signs</b>."


@pytest.fixture
def check(consideration):
    return reverse("workplans:position_check", args=[consideration.pk])


@pytest.fixture
def answer(consideration):
    return {
        "kind": "objects", "text": WORDS, "would_join": "", "until": "",
        "digest": consideration.revision.digest, "key": str(uuid4()), "declaration": "on",
    }  # fmt: skip


@pytest.fixture
def late(cast, sign_in):
    return ago(sign_in(cast.head))


def form_on(response):
    """What a browser would send from the page that asks, with nothing typed in it."""
    sent = {}
    hidden = r'<input type="hidden" name="([^"]*)" value="([^"]*)">'
    for name, value in re.findall(hidden, response.content.decode()):
        if name != "csrfmiddlewaretoken":
            sent.setdefault(unescape(name), []).append(unescape(value))
    return {name: values[0] if len(values) == 1 else values for name, values in sent.items()}


def test_within_five_minutes_nothing_is_asked(cast, sign_in, check, answer):
    client = ago(sign_in(cast.head), timedelta(minutes=4, seconds=50))
    assert client.post(check, answer).status_code == 302
    assert Position.objects.count() == 1


def test_from_the_fifth_minute_nothing_is_recorded_and_all_is_carried_on(late, check, answer):
    asked = late.post(check, answer)
    assert (asked.status_code, Position.objects.count()) == (403, 0)
    assert not Entry.objects.filter(act="take_position").exists()
    assert "no-store" in asked["Cache-Control"]
    html = asked.content.decode()
    assert "Nothing is recorded yet, and nothing you wrote is lost." in html
    assert f'action="{check}"' in html
    assert form_on(asked) == answer
    # It can be read before it is confirmed, as what it is: text.
    assert "Second, with “quotes” &amp; &lt;b&gt;signs&lt;/b&gt;." in html


def test_with_the_password_the_act_is_done_as_it_was_written(late, check, answer):
    asked = late.post(check, answer)
    done = late.post(check, form_on(asked) | {"confirm_password": "example"})
    assert done["Location"] == reverse("workplans:receipt", args=[Position.objects.get().pk])
    assert Position.objects.get().text == WORDS.replace("\r\n", "\n")
    # That was enough for the next one, too.
    again = answer | {"kind": "approves", "text": "", "key": str(uuid4())}
    assert late.post(check, again).status_code == 302
    assert Position.objects.count() == 2


def test_a_wrong_password_says_so_and_keeps_the_words(late, check, answer):
    asked = late.post(check, answer | {"confirm_password": "Example"})
    assert (asked.status_code, Position.objects.count()) == (403, 0)
    html = asked.content.decode()
    assert "This is not your password. Capital letters count." in html
    assert 'aria-invalid="true"' in html
    assert "<title>Error:" in html
    assert form_on(asked) == answer
    assert "Example" not in html


def test_a_wrong_password_is_wrong_though_none_was_needed(cast, sign_in, check, answer):
    asked = sign_in(cast.head).post(check, answer | {"confirm_password": "wrong"})
    assert (asked.status_code, Position.objects.count()) == (403, 0)


def test_the_page_before_the_act_asks_ahead(late, cast, sign_in, check, answer):
    answering = reverse("workplans:position", args=[answer_of(check)])
    written = {name: answer[name] for name in ("kind", "text", "digest")}
    for client, asks in (
        (late, True),
        (ago(sign_in(cast.head), timedelta(minutes=3)), True),
        (sign_in(cast.head), False),
    ):
        client.post(answering, written)
        html = client.get(check).content.decode()
        assert ('name="confirm_password"' in html) is asks
        assert ("everybody’s password" in html) is False
    done = late.post(check, answer | {"confirm_password": "example"})
    assert done.status_code == 302
    late.post(answering, written)
    assert 'name="confirm_password"' not in late.get(check).content.decode()


def answer_of(address):
    return int(re.search(r"/considerations/(\d+)/", address)[1])


def test_a_field_that_was_left_empty_is_no_wrong_password(late, check, answer):
    asked = late.post(check, answer | {"confirm_password": ""})
    assert "This is not your password" not in asked.content.decode()
    assert not FailedConfirmation.objects.exists()


def test_a_mistake_in_the_form_is_mended_without_a_second_password(late, check, answer):
    sent = answer | {"confirm_password": "example"}
    del sent["declaration"]
    page = late.post(check, sent)
    assert (page.status_code, page.templates[0].name) == (422, "workplans/position_check.html")
    assert 'name="confirm_password"' not in page.content.decode()
    assert late.post(check, answer).status_code == 302


def test_in_the_example_year_the_password_is_said(late, cast, check, answer, settings):
    Person.objects.filter(pk=cast.head.pk).update(is_example=True)
    settings.EXAMPLE_SIGN_IN = True
    sentence = "In the example year everybody’s password is “example”."
    assert sentence in late.post(check, answer).content.decode()
    settings.EXAMPLE_SIGN_IN = False
    assert sentence not in late.post(check, answer).content.decode()


def test_a_session_that_never_confirmed_is_asked(cast, sign_in, check, answer):
    client = sign_in(cast.head)
    session = client.session
    del session[CONFIRMED]
    session.save()
    assert client.post(check, answer).status_code == 403
    assert not Position.objects.exists()


def test_the_session_gets_another_key(late, check, answer):
    before = late.session.session_key
    late.post(check, answer | {"confirm_password": "example"})
    assert late.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_the_host_does_not_tell_the_time(cast, sign_in, check, answer, time_machine):
    """Hosts whose clocks differ, and a browser's, say nothing about how long ago it was."""
    client = sign_in(cast.head)
    time_machine.move_to(factories.NOW + timedelta(minutes=7))
    assert client.post(check, answer).status_code == 302
    ago(client)
    time_machine.move_to(factories.NOW - timedelta(minutes=7))
    assert client.post(check, answer | {"key": str(uuid4())}).status_code == 403


def test_how_long_is_a_setting(cast, sign_in, check, answer, settings):
    client = ago(sign_in(cast.head), timedelta(minutes=9))
    settings.CONFIRMATION_LASTS = timedelta(minutes=10)
    assert client.post(check, answer).status_code == 302


def test_a_form_from_another_site_is_refused_before_it_is_asked_about(cast, sign_in, check, answer):
    client = ago(sign_in(cast.head, enforce_csrf_checks=True))
    refused = client.post(check, answer | {"confirm_password": "example"})
    assert refused.templates[0].name == "403_csrf.html"
    assert WORDS not in refused.content.decode()
    assert not Position.objects.exists()


def test_where_the_form_goes_is_where_it_was_sent(late, cast, check, answer):
    asked = late.post(check + "?next=https://elsewhere.example/", answer)
    assert f'action="{check}?next=https://elsewhere.example/"' in asked.content.decode()
    done = late.post(
        check + "?next=https://elsewhere.example/", answer | {"confirm_password": "example"}
    )
    assert done["Location"].startswith("/en/desk/positions/")


def test_a_query_stays_with_the_form(cast, adopted, ministers_meeting, sign_in):
    """The meeting to submit a plan to stands in the address."""
    client = ago(sign_in(cast.chair))
    url = reverse("workplans:submit", args=[2027]) + f"?meeting={ministers_meeting.slug}"
    sent = {"digest": adopted.revision.digest, "declaration": "on", "nonetheless": "on"}
    asked = client.post(url, sent)
    assert f'action="{url}"' in asked.content.decode()
    warned = client.get(url).context["form"]["warned"].value() or ""
    done = client.post(url, sent | {"warned": warned, "confirm_password": "example"})
    assert done.status_code == 302


def test_a_file_is_asked_for_again_in_words(cast, sign_in, check, answer):
    """No act of state takes a file today; one that will is not sent on without it."""
    note = io.BytesIO(b"bytes")
    note.name = "note verbale.pdf"
    asked = ago(sign_in(cast.head)).post(check, answer | {"note": note})
    html = asked.content.decode()
    assert 'enctype="multipart/form-data"' in html
    assert "You had chosen <bdi>note verbale.pdf</bdi>." in html
    assert '<input class="input" type="file" name="note"' in html


def test_only_the_last_step_of_an_appointment_asks(cast, sign_in):
    head = ago(sign_in(cast.chair))
    url = reverse("secretariat:appoint", args=["AL"])
    sent = {
        "name": "New Person", "email": "new@tests.example.org", "function": "secretariat",
        "level": "departmental", "since": "2027-03-11", "last": "", "authority": "",
        "basis": "Note 1",
    }  # fmt: skip
    page = head.post(url, sent | {"step": "check"})
    assert page.templates[0].name == "secretariat/appoint_check.html"
    assert 'name="confirm_password"' in page.content.decode()
    before = Appointment.objects.count()
    asked = head.post(url, sent | {"step": "act"})
    assert (asked.status_code, Appointment.objects.count()) == (403, before)
    assert head.post(url, sent | {"step": "change"}).status_code == 200
    done = head.post(url, form_on(asked) | {"confirm_password": "example"})
    assert (done.status_code, Appointment.objects.count()) == (302, before + 1)


def test_the_administration_asks_as_well(cast, sign_in):
    client = ago(sign_in(cast.superuser))
    state = cast.states["Dorlan"]
    url = reverse("admin:secretariat_state_change", args=[state.pk])
    written = {"name": "Dorlania", "reason": "Renamed.", "source": "Note 1"}
    sent = Desk(client).filled(client.get(url)) | written
    asked = client.post(url, sent)
    assert (asked.status_code, asked.templates[0].name) == (403, "bpic/confirm.html")
    assert State.objects.get(pk=state.pk).name == "Dorlan"
    client.post(url, form_on(asked) | {"confirm_password": "example"})
    assert State.objects.get(pk=state.pk).name == "Dorlania"


def test_a_password_that_is_set_is_not_carried_through_a_page():
    sent = [
        ("csrfmiddlewaretoken", ["token"]), ("password1", ["secret"]), ("states", ["1", "2"]),
        ("confirm_password", ["secret"]), ("empty", [""]),
    ]  # fmt: skip
    assert list(carried(sent)) == [("states", "1"), ("states", "2"), ("empty", "")]


def test_an_account_without_a_password_gives_its_words_back(cast, late, check, answer):
    get_user_model().objects.filter(pk=cast.head.user_id).update(password="!none")
    client = late
    session = client.session
    session["_auth_user_hash"] = cast.head.user.__class__.objects.get(
        pk=cast.head.user_id
    ).get_session_auth_hash()
    session.save()
    html = client.post(check, answer).content.decode()
    assert "Copy what you wrote, sign out, and sign in again." in html
    assert "Second, with “quotes”" in html
    assert 'name="confirm_password"' not in html


# Tries


def test_after_five_wrong_passwords_none_is_looked_at_for_a_quarter_of_an_hour(
    cast, late, sign_in, check, answer
):
    for _n in range(4):
        assert late.post(check, answer | {"confirm_password": "wrong"}).status_code == 403
    closed = late.post(check, answer | {"confirm_password": "wrong"})
    assert closed.status_code == 429
    html = closed.content.decode()
    assert "The portal was given a wrong password too often." in html
    assert "UTC" in html
    assert form_on(closed) == answer
    # The right one is not looked at either, from whichever session it comes.
    for client in (late, ago(sign_in(cast.head))):
        assert client.post(check, answer | {"confirm_password": "example"}).status_code == 429
    # Others are not kept from anything, nor are those who confirmed in time.
    other = ago(sign_in(cast.alternate))
    assert other.post(check, answer | {"confirm_password": "example"}).status_code == 302
    FailedConfirmation.objects.update(since=instants.now() - timedelta(minutes=15))
    again = answer | {"confirm_password": "example", "key": str(uuid4())}
    assert late.post(check, again).status_code == 302


def test_the_right_password_forgets_the_wrong_ones(late, check, answer):
    for _round in range(3):
        ago(late)
        for _n in range(4):
            late.post(check, answer | {"confirm_password": "wrong"})
        late.post(check, answer | {"confirm_password": "example"})
    assert FailedConfirmation.objects.get().failed == 0


@pytest.mark.django_db(transaction=True)
def test_processes_that_guess_together_have_five_tries_between_them(cast_now):
    """Each counts on the row the others have locked, whichever process it runs in."""
    user, looked_at, together = cast_now.head.user, [], threading.Barrier(12)

    def guess():
        try:
            together.wait(10)
            FailedConfirmation.objects.attempt(user, lambda: bool(looked_at.append(1)))
        finally:
            connection.close()

    threads = [threading.Thread(target=guess) for _n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(looked_at) == FailedConfirmation.MOST


def test_another_way_of_showing_who_one_is_can_stand_beside_the_password(
    cast, late, check, answer, monkeypatch
):
    class Code:
        fields = frozenset({"code"})
        template = "bpic/confirm_password.html"

        def is_open_to(self, user):
            return user == cast.head.user

        def was_used(self, request):
            return "code" in request.POST

        def proves(self, request):
            return request.POST["code"] == "1234"

        def failed(self):
            return "This code is not yours."

    monkeypatch.setattr(confirmation, "METHODS", (*confirmation.METHODS, Code()))
    asked = late.post(check, answer | {"code": "4321"})
    assert "This code is not yours." in asked.content.decode()
    assert form_on(asked) == answer
    assert late.post(check, answer | {"code": "1234"}).status_code == 302
