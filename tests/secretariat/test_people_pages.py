"""The pages of people: one state's, all delegations', the secretariat's."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.db.backends.postgresql.psycopg_any import DateRange

from secretariat import delegations, post
from secretariat.accreditation import accredit, recall
from secretariat.delegations import Order
from secretariat.models import (
    Appointment,
    Authority,
    HandOver,
    Membership,
    Person,
    Presidency,
    State,
)
from tests import factories

NOW, DAY = factories.NOW, factories.TODAY
DORLAN, STAFF, ALL = "/en/desk/delegations/DO/", "/en/desk/secretariat/", "/en/desk/delegations/"


@pytest.fixture
def focal(cast):
    return factories.person("Focal Dorlan", "focal_point", cast.states["Dorlan"])


def page(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


# One state


def test_a_state_is_read_by_its_own_people_and_the_secretariat(cast, focal, sign_in):
    for role, person in {**cast.everyone(), "focal": focal}.items():
        own = {"head", "alternate", "delegate", "minister", "focal", "chair", "staff"}
        expected = 200 if role in own else 404
        assert sign_in(person).get(DORLAN).status_code == expected, role


def test_after_the_hand_over_by_the_table_the_old_secretariat_sees_no_delegation(cast, sign_in):
    with time_machine.travel(date(2028, 1, 1)):
        assert sign_in(cast.staff).get(DORLAN).status_code == 404
        assert sign_in(cast.next_chair).get(DORLAN).status_code == 200


def test_everybody_is_listed_with_how_they_stand(cast, focal, sign_in):
    dorlan = cast.states["Dorlan"]
    own = Authority.objects.get(state=dorlan)
    appointed = Order(
        name="Nova Delegate", email="nova@dorlan.example.org", function="delegate", state=dorlan,
        since=DAY, authority=own, basis="Letter 4",
    )  # fmt: skip
    delegations.appoint(appointed, by=focal, on=NOW)
    accredit(cast.stranger, function="alternate", state=dorlan, since=date(2027, 5, 1), by=None)
    post.send_due()
    text = page(sign_in(focal), DORLAN)
    for words in (
        "Head Dorlan", "Has an account.", "Delegate Dorlan", "Nova Delegate", "Invited",
        "Letter sent on 10 March 2027 to nova@dorlan.example.org.", "Letter 4",
        "It can be used until Saturday 13 March 2027, 12:00 UTC.", "Designated",
        "from 1 May 2027", "Ministry of Industry of Dorlan",
    ):  # fmt: skip
        assert words in text, words
    with time_machine.travel(NOW + timedelta(hours=73)):
        assert "Invitation expired" in page(sign_in(focal), DORLAN)


def test_an_authority_is_named_as_it_is_called_today(cast, focal, sign_in):
    own = Authority.objects.get(state=cast.states["Dorlan"])
    after = factories.authority(cast.states["Dorlan"], "Ministry of Industry and Trade")
    Authority.objects.filter(pk=own.pk).update(
        period=DateRange(date(2000, 1, 1), date(2027, 1, 1)), continued_by=after
    )
    Authority.objects.filter(pk=after.pk).update(period=DateRange(date(2027, 1, 1), None))
    Appointment.objects.filter(person=cast.head).update(authority=own)
    assert "Ministry of Industry and Trade" in page(sign_in(focal), DORLAN)


def test_a_vacant_place_is_said(cast, focal, sign_in):
    recall(cast.head.appointments.get(), until=DAY, by=None)
    text = page(sign_in(focal), DORLAN)
    assert "No head of delegation." in text
    assert "No minister." not in text


def test_only_who_may_act_is_offered_to(cast, focal, sign_in):
    head, own = cast.head.appointments.get(), focal.appointments.get()
    for person in (cast.head, cast.delegate):
        text = page(sign_in(person), DORLAN)
        assert "Who appoints" in text
        assert "/desk/appointments/" not in text and "/appoint/" not in text
    # The secretariat records focal points on a note, and nobody else.
    text = page(sign_in(cast.staff), DORLAN)
    assert f"/en/desk/appointments/{own.pk}/replace/" in text
    assert f"/en/desk/appointments/{head.pk}/" not in text
    text = page(sign_in(focal), DORLAN)
    for act in ("end", "replace"):
        assert f"/en/desk/appointments/{head.pk}/{act}/" in text


def test_what_a_secretariat_recorded_on_a_note_says_so(cast, focal, sign_in):
    order = Order(
        name="Second Focal", email="second@dorlan.example.org", function="focal_point",
        state=cast.states["Dorlan"], since=DAY, basis="Note verbale 12/2027",
    )  # fmt: skip
    delegations.appoint(order, by=cast.staff, on=NOW)
    text = page(sign_in(focal), DORLAN)
    assert "Recorded by the secretariat of Aldova on the note" in text
    assert "Note verbale 12/2027" in text


def test_former_people_are_folded_and_paged(cast, focal, sign_in):
    dorlan = cast.states["Dorlan"]
    for n in range(30):
        person = Person.objects.create(name=f"Former {n:02}", email=f"f{n}@x.example.org")
        since = date(2020, 1, 1) + timedelta(days=30 * n)
        accredit(
            person, function="delegate", state=dorlan, since=since,
            until=since + timedelta(days=30), by=None,
        )  # fmt: skip
    text = page(sign_in(focal), DORLAN)
    assert "30 appointments that have ended" in text
    assert "Former 29" in text and "Former 00" not in text
    assert "<details>" in text
    second = page(sign_in(focal), DORLAN + "?page=2")
    assert "Former 00" in second and "<details open>" in second


def test_the_table_of_who_appoints_is_on_the_page_in_words(cast, focal, sign_in):
    text = page(sign_in(focal), DORLAN)
    assert "The secretariat of the presidency, on a note it was sent" in text
    assert "Nobody else does; an administrator has no part in it." in text


def crowd(state, numbers, functions=("delegate",)):
    """Many people appointed to one state, every third with nothing but an appointment."""
    users = get_user_model().objects.bulk_create(
        get_user_model()(username=f"{state.code}-{n}") for n in numbers
    )
    people = Person.objects.bulk_create(
        Person(
            name=f"{state.code} {n}",
            email=f"{state.code}-{n}@x.example.org",
            user=user if n % 3 else None,
        )
        for n, user in zip(numbers, users, strict=True)
    )
    Appointment.objects.bulk_create(
        Appointment(
            person=person,
            state=state,
            function=functions[n % len(functions)],
            period=DateRange(date(2026, 1, 1), None),
        )
        for n, person in enumerate(people)
    )


def test_a_delegation_costs_the_same_whatever_its_size(
    cast, focal, sign_in, django_assert_num_queries
):
    client, dorlan = sign_in(focal), cast.states["Dorlan"]
    crowd(dorlan, range(1))
    client.get(DORLAN)
    with django_assert_num_queries(15):
        client.get(DORLAN)
    crowd(dorlan, range(1, 61))
    with django_assert_num_queries(15):
        assert "DO 60" in page(client, DORLAN)


# One's own


def test_one_is_led_to_ones_own_delegation(cast, sign_in):
    answer = sign_in(cast.delegate).get("/en/desk/delegation/")
    assert (answer.status_code, answer.url) == (302, DORLAN)


def test_who_belongs_to_several_chooses(cast, sign_in):
    accredit(cast.delegate, function="delegate", state=cast.states["Borania"], since=DAY, by=None)
    text = page(sign_in(cast.delegate), "/en/desk/delegation/")
    assert DORLAN in text and "/en/desk/delegations/BO/" in text


def test_who_belongs_to_none_is_told(cast, sign_in):
    assert "belong to no delegation" in page(sign_in(cast.stranger), "/en/desk/delegation/")


@pytest.mark.parametrize(
    ("role", "delegation", "secretariat"),
    [
        ("delegate", True, False),
        ("staff", False, True),
        ("next_chair", False, True),
        ("stranger", False, False),
        ("former_staff", False, False),
    ],
)
def test_the_navigation_leads_to_what_is_theirs(cast, sign_in, role, delegation, secretariat):
    text = page(sign_in(cast.everyone()[role]), "/en/desk/")
    assert ("/en/desk/delegation/" in text) is delegation
    assert (STAFF in text) is secretariat


# All delegations


def test_the_secretariat_sees_all_and_what_is_vacant(cast, focal, sign_in):
    recall(cast.heads["Cestria"].appointments.get(), until=DAY, by=None)
    text = page(sign_in(cast.staff), ALL)
    for words in ("Aldova", "Head Dorlan", "Focal Dorlan", "Union of Observers", "Member states"):
        assert words in text, words
    cestria = text.split("/en/desk/delegations/CE/")[1].split("</tr>")[0]
    assert "No head of delegation" in cestria
    dorlan = text.split(DORLAN)[1].split("</tr>")[0]
    assert "No head" not in dorlan


def test_nobody_else_sees_all(cast, focal, sign_in):
    for role, person in {**cast.everyone(), "focal": focal}.items():
        expected = 200 if role in ("staff", "chair") else 403
        assert sign_in(person).get(ALL).status_code == expected, role


def test_all_delegations_cost_the_same_for_two_hundred_states_and_thousands_of_people(
    cast, sign_in, django_assert_num_queries
):
    client = sign_in(cast.staff)
    client.get(ALL)
    with django_assert_num_queries(10):
        client.get(ALL)
    states = State.objects.bulk_create(
        State(code=f"S{n:03}", name=f"State {n:03}", protocol_order=100 + n) for n in range(200)
    )
    Membership.objects.bulk_create(
        Membership(state=state, status="member", period=DateRange(date(2020, 1, 1), None))
        for state in states
    )
    for state in states:
        crowd(state, range(25), ("delegate", "alternate", "focal_point", "minister"))
    with django_assert_num_queries(10):
        text = page(client, ALL)
    assert "State 199" in text
    assert "(9 without an account)" in text


# The secretariat


def test_the_staff_page_shows_who_serves_and_who_follows(cast, sign_in):
    text = page(sign_in(cast.staff), STAFF)
    sitting, coming = text.split("Presides next, from 1 January 2028.")
    assert "Chair Aldova" in sitting and "Staff Aldova" in sitting
    assert "Its secretariat writes" in sitting
    assert "Chair Cestria" in coming and "No staff is appointed." in coming
    # An expert cannot chair, and is not listed as one who does.
    assert "Expert Aldova" not in text


def test_it_is_for_those_who_serve_or_are_designated(cast, sign_in):
    serve = {"staff", "chair", "next_chair"}
    for role, person in cast.everyone().items():
        expected = 200 if role in serve else 403
        assert sign_in(person).get(STAFF).status_code == expected, role


def test_whoever_is_designated_only_for_later_sees_it_now(cast, sign_in):
    later = factories.person(
        "Staff Cestria", "secretariat", cast.states["Cestria"], since=date(2028, 1, 1)
    )
    text = page(sign_in(later), STAFF)
    assert "/en/desk/delegations/CE/appoint/?function=secretariat" in text
    assert "/en/desk/delegations/AL/appoint/" not in text
    assert "Designated" in text


def test_after_an_early_hand_over_both_are_shown(cast, sign_in):
    outgoing, incoming = (Presidency.objects.get(year=year) for year in (2027, 2028))
    HandOver.objects.create(outgoing=outgoing, incoming=incoming, at=NOW)
    text = page(sign_in(cast.next_chair), STAFF)
    assert "has handed its secretariat over" in text
    assert "Its secretariat writes" in text.split("Cestria 2028")[1]


def test_it_links_to_the_work_of_the_secretariat(cast, sign_in):
    text = page(sign_in(cast.staff), STAFF)
    assert f'href="{ALL}"' in text
    assert f'href="{ALL}"' not in page(sign_in(cast.next_chair), STAFF)
