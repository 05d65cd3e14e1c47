"""Letters of invitation: who can open an account with one, when, and how often."""

from __future__ import annotations

import re
from dataclasses import replace as but
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core import mail
from django.urls import reverse

from secretariat import delegations, invitations, post, signatures
from secretariat.delegations import Order
from secretariat.invitations import CannotInvite, NotOpen, Reason
from secretariat.models import Appointment, Entry, Invitation, Notice, Person
from secretariat.standing import NotEntitled
from tests import factories

NOW, DAY = factories.NOW, factories.TODAY
PASSWORD = "a harbour under early snow"


@pytest.fixture
def focal(cast):
    return factories.person("Focal Dorlan", "focal_point", cast.states["Dorlan"])


@pytest.fixture
def order(cast):
    return Order(
        name="Nova Delegate", email="nova@dorlan.example.org", function="delegate",
        state=cast.states["Dorlan"], since=DAY,
    )  # fmt: skip


@pytest.fixture
def invited(focal, order):
    """Somebody appointed to Dorlan's delegation, with a letter and without an account."""
    return delegations.appoint(order, by=focal, on=NOW)


def address_in_the_letter(to="nova@dorlan.example.org"):
    """What the letter's reader clicks; the mail leaves now."""
    post.send_due()
    (letter,) = [m for m in mail.outbox if m.to == [to] and "/invitation/" in m.body]
    (found,) = re.findall(r"https?://[^/\s]+(/en/invitation/\S+)", letter.body)
    return found


def accept(client, path, password=PASSWORD, again=PASSWORD):
    return client.post(path, {"new_password1": password, "new_password2": again})


# The letter and its address


def test_the_letter_opens_an_account_and_signs_in(invited, sign_in):
    path, visitor = address_in_the_letter(), sign_in()
    page = visitor.get(path)
    assert page.status_code == 200
    for words in ("Nova Delegate", "nova@dorlan.example.org", "Dorlan, from 10 March 2027"):
        assert words in page.content.decode()
    before = visitor.session.session_key
    answer = accept(visitor, path)
    assert (answer.status_code, answer.url) == (302, "/en/desk/")
    assert visitor.session.session_key != before
    desk = visitor.get("/en/desk/").content.decode()
    assert "Your account is open." in desk
    assert "Dorlan – Delegate" in desk
    person = Person.objects.get(email="nova@dorlan.example.org")
    assert person.user.get_username() == "nova@dorlan.example.org"
    entry = Entry.objects.get(act="accept_invitation")
    assert (entry.by, entry.capacity) == (person, "Delegate, Dorlan")
    assert sign_in().login(username="nova@dorlan.example.org", password=PASSWORD)


def test_the_page_of_a_letter_is_kept_nowhere(invited, sign_in):
    answer = sign_in().get(address_in_the_letter())
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex"
    assert answer["Referrer-Policy"] == "same-origin"
    assert '<meta name="robots" content="noindex">' in answer.content.decode()


def test_nothing_kept_in_the_portal_opens_the_account(invited, sign_in):
    signature = address_in_the_letter().rstrip("/").rpartition("/")[2]
    for model in (Notice, Invitation, Entry):
        assert signature not in repr(list(model.objects.values()))
    notice = Notice.objects.get(entry__act="invite")
    assert sign_in().get(notice.path).status_code == 200
    assert "is not whole" in sign_in().get(notice.path).content.decode()


def test_an_address_that_is_not_whole_says_the_same_of_every_key(invited, sign_in):
    """Whether there is such an invitation cannot be found out."""
    visitor, key = sign_in(), invited.invitation.key
    real = visitor.get(reverse("secretariat:invitation", args=[key]))
    invented = visitor.get(reverse("secretariat:invitation", args=[uuid4()]))
    assert real.content == invented.content
    for forged in (
        reverse("secretariat:accept_invitation", args=[key, "x" * 43]),
        reverse("secretariat:accept_invitation", args=[key, signatures.sign(uuid4())]),
        reverse("secretariat:accept_invitation", args=[(k := uuid4()), signatures.sign(k)]),
    ):
        for answer in (visitor.get(forged), accept(visitor, forged)):
            assert answer.status_code == 404
            assert "Nova" not in answer.content.decode()
    assert not get_user_model().objects.filter(username="nova@dorlan.example.org").exists()


@pytest.mark.parametrize(
    ("password", "again", "words"),
    [
        ("short", "short", "too short"),
        ("a harbour under snow", "another harbour", "didn’t match"),
        ("nova@dorlan.example.org", "nova@dorlan.example.org", "too similar"),
        ("123456789012345", "123456789012345", "entirely numeric"),
        ("", "", "Choose a password."),
    ],
)
def test_a_weak_password_opens_nothing(invited, sign_in, password, again, words):
    answer = accept(sign_in(), address_in_the_letter(), password, again)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Invitation.objects.get().accepted


# When it opens nothing


def closed(path, client, words):
    """The letter opens nothing and says why, however it is asked."""
    before = get_user_model().objects.count()
    for answer in (client.get(path), accept(client, path)):
        assert answer.status_code == 410
        assert words in answer.content.decode()
    assert get_user_model().objects.count() == before


def test_it_opens_one_account_once(invited, sign_in):
    path = address_in_the_letter()
    accept(sign_in(), path)
    closed(path, sign_in(), "This letter has been used")


def test_it_expires_after_its_hours_and_can_be_sent_again(invited, focal, sign_in):
    path = address_in_the_letter()
    last = NOW + timedelta(hours=72)
    with time_machine.travel(last - timedelta(seconds=5), tick=False):
        assert sign_in().get(path).status_code == 200
    with time_machine.travel(last, tick=False):
        closed(path, sign_in(), "Ask the focal point of Dorlan")
        mail.outbox.clear()
        invitations.invite_again(invited.appointment, by=focal, on=last)
        newer = address_in_the_letter()
        assert newer != path
        closed(path, sign_in(), "only the last one opens an account")
        assert accept(sign_in(), newer).status_code == 302


def test_a_withdrawn_letter_opens_nothing(invited, focal, sign_in):
    path = address_in_the_letter()
    invitations.withdraw_invitation(invited.appointment, by=focal, on=NOW)
    closed(path, sign_in(), "has taken it back")


def test_it_ends_with_the_appointment(invited, focal, sign_in):
    path = address_in_the_letter()
    delegations.end(invited.appointment, until=DAY, reason="Wrong person.", by=focal, on=NOW)
    assert Invitation.objects.get().withdrawn == NOW
    closed(path, sign_in(), "has taken it back")


def test_it_opens_nothing_for_an_appointment_that_lapsed(focal, order, sign_in):
    delegations.appoint(but(order, until=DAY + timedelta(days=1)), by=focal, on=NOW)
    path = address_in_the_letter()
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        closed(path, sign_in(), "has ended")


def test_it_is_bound_to_the_address_it_was_sent_to(invited, sign_in):
    path = address_in_the_letter()
    Person.objects.filter(email="nova@dorlan.example.org").update(email="other@x.example.org")
    closed(path, sign_in(), "has ended")


def test_whoever_has_an_account_is_told_to_sign_in(invited, sign_in):
    path = address_in_the_letter()
    person = Person.objects.get(email="nova@dorlan.example.org")
    person.user = get_user_model().objects.create_user("nova")
    person.save()
    closed(path, sign_in(), "have an account already")


def test_an_administrators_account_gets_no_seat(cast, invited, sign_in):
    get_user_model().objects.create_superuser("Nova@Dorlan.example.org")
    closed_page = accept(sign_in(), address_in_the_letter())
    assert closed_page.status_code == 410
    assert Person.objects.get(email="nova@dorlan.example.org").user is None


def test_somebody_else_signed_in_is_asked_to_leave_first(cast, invited, sign_in):
    answer = accept(client := sign_in(cast.head), address_in_the_letter())
    assert "Head Dorlan is signed in" in answer.content.decode()
    assert not Invitation.objects.get().accepted
    assert client.get("/en/desk/").status_code == 200


def test_the_account_may_be_open_before_the_first_day(focal, order, sign_in):
    delegations.appoint(but(order, since=date(2027, 5, 1)), by=focal, on=NOW)
    visitor = sign_in()
    assert accept(visitor, address_in_the_letter()).status_code == 302
    assert "You hold no appointment today." in visitor.get("/en/desk/").content.decode()


def test_a_mistake_of_today_is_withdrawn_though_the_letter_was_used(invited, focal, sign_in):
    visitor = sign_in()
    accept(visitor, address_in_the_letter())
    ended = delegations.end(
        invited.appointment, until=DAY, reason="Wrong person.", by=focal, on=NOW
    )
    assert ended.is_withdrawn
    assert visitor.get("/en/desk/").status_code == 302


# Sending again and taking back


def test_the_letter_does_not_leave_once_it_is_taken_back(invited, focal):
    invitations.withdraw_invitation(invited.appointment, by=focal, on=NOW)
    post.send_due()
    assert not [m for m in mail.outbox if "/invitation/" in m.body]
    notice = Notice.objects.get(entry__act="invite")
    assert notice.error == "the invitation is not open any more"


def test_asked_for_again_at_once_it_is_on_its_way_already(invited, focal):
    again = invitations.invite_again(invited.appointment, by=focal, on=NOW + timedelta(minutes=1))
    assert again == invited.invitation
    later = invitations.invite_again(invited.appointment, by=focal, on=NOW + timedelta(minutes=10))
    assert later != again
    assert Invitation.objects.filter(accepted=None, withdrawn=None).get() == later


def test_only_who_may_end_the_appointment_sends_and_takes_back(cast, invited):
    other = factories.person("Focal Borania", "focal_point", cast.states["Borania"])
    for person in (other, cast.staff, cast.head, cast.superuser):
        with pytest.raises(NotEntitled):
            invitations.invite_again(invited.appointment, by=person, on=NOW)
        with pytest.raises(NotEntitled):
            invitations.withdraw_invitation(invited.appointment, by=person, on=NOW)


def test_who_is_appointed_twice_has_one_letter_and_only_its_sender_takes_it_back(
    cast, invited, order
):
    borania = cast.states["Borania"]
    other = factories.person("Focal Borania", "focal_point", borania)
    done = delegations.appoint(but(order, state=borania), by=other, on=NOW)
    assert done.invitation is None
    assert Invitation.objects.count() == 1
    with pytest.raises(CannotInvite):
        invitations.withdraw_invitation(done.appointment, by=other, on=NOW)
    (told,) = Notice.objects.filter(person=done.appointment.person, entry__act="accredit")
    assert "letter of invitation you have been sent before" in told.body


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"accepted": NOW}, Reason.ACCEPTED),
        ({"withdrawn": NOW}, Reason.WITHDRAWN),
        ({"made": NOW - timedelta(hours=72)}, Reason.EXPIRED),
    ],
)
def test_the_act_itself_refuses_what_the_page_refused(invited, change, reason):
    Invitation.objects.update(**change)
    with pytest.raises(NotOpen) as refusal:
        invitations.accept(Invitation.objects.get(), password=PASSWORD, on=NOW)
    assert refusal.value.reason == reason


def test_an_invitation_for_somebody_with_an_account_or_without_address_is_refused(cast, focal):
    delegate = Appointment.objects.get(person=cast.delegate)
    with pytest.raises(CannotInvite, match="has an account"):
        invitations.invite_again(delegate, by=focal, on=NOW)
    Person.objects.filter(pk=cast.delegate.pk).update(email="", user=None)
    with pytest.raises(CannotInvite, match="No e-mail address"):
        invitations.invite_again(
            Appointment.objects.get(pk=delegate.pk), by=focal, on=datetime.now(NOW.tzinfo)
        )
