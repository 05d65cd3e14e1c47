"""Appointing, replacing and ending through the pages: written, checked, done."""

from __future__ import annotations

from datetime import date

import pytest

from secretariat import delegations
from secretariat.delegations import Order
from secretariat.models import Appointment, Authority, Entry, Invitation, Person
from tests import factories

NOW, DAY = factories.NOW, factories.TODAY
DORLAN = "/en/desk/delegations/DO/"
APPOINT = f"{DORLAN}appoint/"


@pytest.fixture
def focal(cast):
    return factories.person("Focal Dorlan", "focal_point", cast.states["Dorlan"])


def written(**facts):
    return {
        "name": "Nova Delegate", "email": "Nova@Dorlan.example.org", "function": "delegate",
        "level": "expert", "authority": "", "since": "2027-03-10", "last": "", "basis": "",
        **facts,
    }  # fmt: skip


def sent(client, url, step="check", **facts):
    return client.post(url, {**facts, "step": step})


def html(answer, status=200):
    assert answer.status_code == status
    return answer.content.decode()


def end_of(appointment):
    return f"/en/desk/appointments/{appointment.pk}/end/"


def replace_of(appointment):
    return f"/en/desk/appointments/{appointment.pk}/replace/"


# Appointing


def test_the_form_offers_what_the_reader_may_appoint_to(cast, focal, sign_in):
    text = html(sign_in(focal).get(APPOINT))
    for word in ("Head of delegation", "Alternate", "Delegate", "Minister", "Chair"):
        assert word in text
    assert "Secretariat staff" not in text and "Observer" not in text
    assert 'value="2027-03-10"' in text
    assert "Ministry of Industry of Dorlan" in text
    assert "Ministry of Industry of Aldova" not in text
    on_a_note = html(sign_in(cast.staff).get(APPOINT))
    assert "Focal point" in on_a_note and "Head of delegation" not in on_a_note


def test_somebody_new_is_checked_then_appointed(cast, focal, sign_in):
    client = sign_in(focal)
    authority = Authority.objects.get(state=cast.states["Dorlan"])
    facts = written(authority=str(authority.pk), last="2027-08-31")
    text = html(sent(client, APPOINT, **facts))
    for words in (
        "Check before you appoint", "Nova Delegate", "nova@dorlan.example.org", "10 March 2027",
        "31 August 2027", "Ministry of Industry of Dorlan", "Nobody with this address is on record",
        "within 72 hours", "can read what is before Dorlan",
    ):  # fmt: skip
        assert words in text, words
    assert not Person.objects.filter(email="nova@dorlan.example.org").exists()
    answer = sent(client, APPOINT, "act", **facts)
    assert (answer.status_code, answer.url) == (302, DORLAN)
    made = Appointment.objects.get(person__email="nova@dorlan.example.org")
    assert made.period.upper == date(2027, 9, 1)
    assert made.authority == authority
    text = html(client.get(DORLAN))
    assert "Nova Delegate is appointed: Delegate, Dorlan, 10 March – 31 August 2027." in text
    assert "A letter goes to nova@dorlan.example.org." in text


def test_what_is_checked_is_what_is_sent(focal, sign_in):
    """The fields of the check are those of the form, as they were typed."""
    text = html(sent(sign_in(focal), APPOINT, **written()))
    for name, value in written().items():
        assert f'name="{name}"' in text
        if value:
            assert f'value="{value}"' in text


def test_going_back_keeps_every_word_and_complains_of_nothing(focal, sign_in):
    answer = sent(sign_in(focal), APPOINT, "change", **written(since="2027-05-01"))
    text = html(answer)
    assert 'value="Nova Delegate"' in text and 'value="2027-05-01"' in text
    assert 'value="delegate" required' in text or 'value="delegate"' in text
    assert "There is a problem" not in text


def test_an_error_keeps_every_word(focal, sign_in):
    facts = written(since="May", email="nobody", basis="Letter 4")
    text = html(sent(sign_in(focal), APPOINT, **facts), 422)
    for word in ("Nova Delegate", 'value="nobody"', 'value="May"', "Letter 4"):
        assert word in text, word
    assert "This is not a day of the calendar." in text


def test_a_rule_is_said_beside_its_field(focal, sign_in):
    facts = written(function="minister", level="ministerial")
    text = html(sent(sign_in(focal), APPOINT, **facts), 422)
    assert "Write which letter or note appoints, with its date." in text
    assert "There is a problem" in text


def test_an_unlikely_year_is_refused(focal, sign_in):
    text = html(sent(sign_in(focal), APPOINT, **written(last="9999-12-31")), 422)
    assert "Check the year of this day." in text


def test_whoever_is_on_record_is_shown_before_they_are_appointed(cast, focal, sign_in):
    facts = written(email=cast.stranger.email, name="Somebody Else")
    text = html(sent(sign_in(focal), APPOINT, **facts))
    assert "This address belongs to Stranger Nowhere, who has an account" in text
    assert "You wrote “Somebody Else”; this address is on record for Stranger Nowhere." in text
    before = Person.objects.count()
    sent(sign_in(focal), APPOINT, "act", **facts)
    assert Person.objects.count() == before
    assert cast.stranger.appointments.get().function == "delegate"


def test_sending_the_check_twice_appoints_once(focal, sign_in):
    client = sign_in(focal)
    for _ in range(2):
        answer = sent(client, APPOINT, "act", **written())
        assert (answer.status_code, answer.url) == (302, DORLAN)
    assert Appointment.objects.filter(person__name="Nova Delegate").count() == 1
    assert Invitation.objects.count() == 1
    assert "Nova Delegate is appointed already" in html(client.get(DORLAN))


def test_a_taken_function_offers_to_replace_whoever_holds_it(cast, focal, sign_in):
    client, head = sign_in(focal), cast.head.appointments.get()
    facts = written(function="head", basis="Note verbale 9")
    text = html(sent(client, APPOINT, **facts), 409)
    assert "There is a head of delegation in these days: Head Dorlan" in text
    assert f'formaction="{replace_of(head)}"' in text
    # The same words, sent to the address the button names, come to the check of a replacement.
    text = html(sent(client, replace_of(head), **facts))
    assert "From 10 March 2027 Head Dorlan has no right as head of delegation any more." in text
    answer = sent(client, replace_of(head), "act", **facts)
    assert answer.status_code == 302
    assert Appointment.objects.on(DAY).get(function="head", state=head.state).person.name == (
        "Nova Delegate"
    )


def test_the_secretariat_records_a_focal_point_on_a_note_it_names(cast, sign_in):
    client = sign_in(cast.staff)
    facts = written(function="focal_point")
    assert "Write which letter or note" in html(sent(client, APPOINT, **facts), 422)
    facts["basis"] = "Note verbale 12/2027 of 8 March 2027"
    text = html(sent(client, APPOINT, **facts))
    assert "recorded by the secretariat on the note of Dorlan" in text
    sent(client, APPOINT, "act", **facts)
    assert Entry.objects.get(act="accredit", by=cast.staff).capacity == "Secretariat staff, Aldova"


def test_a_tampered_function_is_not_among_the_choices(cast, focal, sign_in):
    for person, function in (
        (focal, "secretariat"), (focal, "observer"), (cast.staff, "head"),
    ):  # fmt: skip
        answer = sent(sign_in(person), APPOINT, "act", **written(function=function, basis="N"))
        assert answer.status_code == 422
    assert not Person.objects.filter(email__iexact="nova@dorlan.example.org").exists()


def test_a_foreign_authority_is_not_among_the_choices(cast, focal, sign_in):
    foreign = Authority.objects.get(state=cast.states["Aldova"])
    answer = sent(sign_in(focal), APPOINT, "act", **written(authority=str(foreign.pk)))
    assert answer.status_code == 422


def test_white_space_in_a_name_does_not_reach_a_subject(focal, sign_in):
    sent(sign_in(focal), APPOINT, "act", **written(name="Nova\r\nBcc: all@x.example.org"))
    assert Person.objects.get(email="nova@dorlan.example.org").name == (
        "Nova Bcc: all@x.example.org"
    )


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_may_not_appoint_is_refused(cast, focal, sign_in, method):
    refused = {"head": 403, "delegate": 403, "minister": 403}
    for role, person in cast.everyone().items():
        if role not in ("staff", "chair", "alternate"):
            ask = getattr(sign_in(person), method)
            answer = ask(APPOINT) if method == "get" else ask(APPOINT, written(step="act"))
            assert answer.status_code == refused.get(role, 404), role
    assert not Person.objects.filter(email__iexact="nova@dorlan.example.org").exists()
    assert "Only the focal point of Dorlan" in html(sign_in(cast.head).get(APPOINT), 403)


def test_the_next_presidency_begins_its_staff_on_its_first_day(cast, sign_in):
    client = sign_in(cast.next_chair)
    text = html(client.get("/en/desk/delegations/CE/appoint/?function=secretariat"))
    assert 'value="2028-01-01"' in text
    answer = sent(
        client, "/en/desk/delegations/CE/appoint/", "act",
        **written(function="secretariat", since="2028-01-01"),
    )  # fmt: skip
    # The chair of the next presidency holds an appointment of its state today.
    assert answer.url == "/en/desk/delegations/CE/"
    designated = factories.person(
        "Staff Cestria", "secretariat", cast.states["Cestria"], since=date(2028, 1, 1)
    )
    answer = sent(
        sign_in(designated), "/en/desk/delegations/CE/appoint/", "act",
        **written(function="secretariat", since="2028-01-01", email="two@x.example.org"),
    )  # fmt: skip
    assert answer.url == "/en/desk/secretariat/"


# Ending


def test_an_end_is_checked_then_recorded(cast, focal, sign_in):
    client, head = sign_in(focal), cast.head.appointments.get()
    assert 'value="2027-03-10"' in html(client.get(end_of(head)))
    facts = {"until": "2027-03-10", "reason": "Recalled by note verbale 7/2027."}
    text = html(sent(client, end_of(head), **facts))
    assert "Check before you end" in text
    assert "From now on Head Dorlan has no right as head of delegation" in text
    assert "Head Dorlan, the focal points of Dorlan and the secretariat are told." in text
    head.refresh_from_db()
    assert head.period.upper is None
    answer = sent(client, end_of(head), "act", **facts)
    assert (answer.status_code, answer.url) == (302, DORLAN)
    head.refresh_from_db()
    assert head.period.upper == DAY
    assert "Head Dorlan has no right" in html(client.get(DORLAN))
    # The page sent a second time finds it done.
    assert sent(client, end_of(head), "act", **facts).status_code == 302
    assert Entry.objects.filter(act="recall").count() == 1


def test_an_end_needs_a_reason_and_a_day_to_come(cast, focal, sign_in):
    client, head = sign_in(focal), cast.head.appointments.get()
    text = html(sent(client, end_of(head), until="2027-03-01", reason="He leaves us."), 422)
    assert "An appointment ends today or later." in text
    assert 'value="He leaves us."' in text
    assert "Write why the appointment ends" in html(
        sent(client, end_of(head), until="2027-03-10", reason=""), 422
    )


def test_what_has_not_begun_is_withdrawn(cast, focal, sign_in):
    client = sign_in(focal)
    order = Order(
        name="Nova", email="nova@x.example.org", function="delegate",
        state=cast.states["Dorlan"], since=date(2027, 5, 1),
    )  # fmt: skip
    made = delegations.appoint(order, by=focal, on=NOW).appointment
    text = html(client.get(end_of(made)))
    assert "Withdraw the appointment of Nova" in text and 'name="until"' not in text
    assert "Check before you withdraw" in html(sent(client, end_of(made), reason="A mistake."))
    sent(client, end_of(made), "act", reason="A mistake.")
    made.refresh_from_db()
    assert made.is_withdrawn
    assert "withdrawn; it was to begin on 1 May 2027" in html(client.get(DORLAN))


def test_the_only_focal_point_is_led_to_its_replacement(cast, focal, sign_in):
    own = focal.appointments.get()
    for person in (focal, cast.staff):
        text = html(sign_in(person).get(end_of(own)))
        assert "Appoint who replaces" in text
        assert replace_of(own) in text and 'name="reason"' not in text
        answer = sent(sign_in(person), end_of(own), "act", until="2027-03-10", reason="Bye.")
        assert answer.status_code == 409
    own.refresh_from_db()
    assert own.period.upper is None


def test_a_focal_point_that_replaces_itself_is_warned_and_signed_out(cast, focal, sign_in):
    client, own = sign_in(focal), focal.appointments.get()
    facts = written(function="focal_point", basis="Note verbale 5", level="departmental")
    text = html(sent(client, replace_of(own), **facts))
    assert "This is your own appointment." in text
    assert sent(client, replace_of(own), "act", **facts).status_code == 302
    answer = client.get(DORLAN)
    assert (answer.status_code, answer.url) == (302, f"/en/sign-in/?next={DORLAN}")
    assert "no longer focal point of Dorlan" in html(client.get(answer.url))


@pytest.mark.parametrize("address", [end_of, replace_of])
def test_who_may_not_end_is_refused_and_a_stranger_finds_nothing(cast, focal, sign_in, address):
    head = cast.head.appointments.get()
    refused = {"head": 403, "delegate": 403, "minister": 403, "alternate": 403}
    # The secretariat sees the delegation, and ends none of its people but focal points.
    refused |= {"staff": 403, "chair": 403}
    for role, person in cast.everyone().items():
        client = sign_in(person)
        facts = written(function="head", basis="Note", until="2027-03-10", reason="Because.")
        for answer in (client.get(address(head)), sent(client, address(head), "act", **facts)):
            assert answer.status_code == refused.get(role, 404), role
    assert Appointment.objects.on(DAY).filter(pk=head.pk).exists()


# Letters


def test_a_letter_is_sent_again_and_taken_back_from_the_page(cast, focal, sign_in):
    client = sign_in(focal)
    sent(client, APPOINT, "act", **written())
    made = Appointment.objects.get(person__name="Nova Delegate")
    again = f"/en/desk/appointments/{made.pk}/invite/"
    back = f"/en/desk/appointments/{made.pk}/withdraw-invitation/"
    text = html(client.get(DORLAN))
    assert again in text and back in text
    assert client.post(back).status_code == 302
    text = html(client.get(DORLAN))
    assert "opens nothing any more" in text and "The letter of 10 March 2027 was withdrawn" in text
    assert back not in text
    assert client.post(again).status_code == 302
    assert Invitation.objects.filter(withdrawn=None).count() == 1
    for person in (cast.head, cast.staff):
        assert sign_in(person).post(again).status_code == 403
    assert sign_in(cast.stranger).post(again).status_code == 404
