"""Several people at once: one appointment, one person, one account."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace as but
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from secretariat import delegations, invitations, subscriptions
from secretariat.delegations import CannotDo, Order
from secretariat.invitations import NotOpen, Reason
from secretariat.models import Appointment, Invitation, Person, Subscription
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
NOW = factories.NOW


@pytest.fixture
def focal(cast):
    return factories.person("Focal Dorlan", "focal_point", cast.states["Dorlan"])


@pytest.fixture
def order(cast):
    return Order(
        "Nova", "nova@x.example.org", "alternate", cast.states["Dorlan"], factories.TODAY,
        basis="Note 1",
    )  # fmt: skip


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run acts at the same time, each on a connection of its own; what each gave or raised."""
    ready, outcome = threading.Barrier(len(acts)), []

    def run(act: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            ready.wait(20)
            outcome.append(act())
        except Exception as error:  # noqa: BLE001 - the test looks at it
            outcome.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(outcome) == len(acts)
    return outcome


def test_one_order_sent_four_times_at_once_appoints_once(focal, order):
    done = at_once(*[lambda: delegations.appoint(order, by=focal, on=NOW)] * 4)
    assert sorted(one.anew for one in done) == [False, False, False, True]
    assert Appointment.objects.filter(person__email=order.email).count() == 1
    assert Invitation.objects.count() == 1


def test_of_two_heads_at_once_one_is_appointed_and_the_other_hears_of_it(cast, focal, order):
    delegations.end(
        cast.head.appointments.get(), until=factories.TODAY, reason="Leaves.", by=focal, on=NOW
    )
    first = but(order, function="head")
    second = but(first, email="other@x.example.org", name="Other")
    done = at_once(
        lambda: delegations.appoint(first, by=focal, on=NOW),
        lambda: delegations.appoint(second, by=focal, on=NOW),
    )
    (refusal,) = [one for one in done if isinstance(one, CannotDo)]
    assert "There is a head of delegation in these days" in str(refusal)
    assert Appointment.objects.on(factories.TODAY).filter(
        function="head", state=order.state
    ).count() == 1  # fmt: skip


@pytest.mark.parametrize("known", [False, True])
def test_two_states_that_appoint_the_same_address_enter_and_invite_one_person(
    cast, focal, order, known
):
    if known:
        Person.objects.create(name="Nova", email=order.email)
    other = factories.person("Focal Borania", "focal_point", cast.states["Borania"])
    elsewhere = but(order, state=cast.states["Borania"])
    done = at_once(
        lambda: delegations.appoint(order, by=focal, on=NOW),
        lambda: delegations.appoint(elsewhere, by=other, on=NOW),
    )
    assert all(one.anew for one in done)
    person = Person.objects.get(email=order.email)
    assert person.appointments.count() == 2
    assert Invitation.objects.filter(person=person, withdrawn=None).count() == 1


def test_a_letter_used_twice_at_once_opens_one_account(focal, order):
    letter = delegations.appoint(order, by=focal, on=NOW).invitation
    done = at_once(
        *[lambda: invitations.accept(letter, password="a harbour under snow", on=NOW)] * 2
    )
    (refusal,) = [one for one in done if isinstance(one, NotOpen)]
    assert refusal.reason == Reason.ACCEPTED
    assert get_user_model().objects.filter(username=order.email).count() == 1


def test_two_calendars_made_at_once_leave_one(cast):
    done = at_once(*[lambda: subscriptions.make(by=cast.head, on=NOW)] * 2)
    assert len(set(done)) == 2
    assert Subscription.objects.filter(ended=None).count() == 1
