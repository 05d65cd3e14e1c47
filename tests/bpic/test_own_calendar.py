"""A calendar of one's own: what it holds, who reads it, and when it ends."""

from __future__ import annotations

import hashlib
import io
import json
import logging
import re
from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest
import time_machine
from django.urls import reverse

from bpic.logs import LineFormatter
from secretariat import subscriptions
from secretariat.accreditation import accredit, recall
from secretariat.models import Entry, Subscription
from secretariat.standing import NotEntitled
from tests import factories

NOW, DAY = factories.NOW, factories.TODAY
PAGE = "/en/desk/calendar/"


def feed_of(person):
    return reverse("own_feed", args=[subscriptions.make(by=person, on=NOW)])


def events(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert "no-store" in answer["Cache-Control"] and "public" not in answer["Cache-Control"]
    return {str(e["summary"]): e for e in icalendar.Calendar.from_ical(answer.content).events}


# The address


def test_the_address_is_shown_once_and_only_its_digest_is_kept(cast, sign_in):
    client = sign_in(cast.head)
    text = client.post(PAGE).content.decode()
    (secret,) = re.findall(r'value="http://testserver/en/calendar/([\w-]+)\.ics"', text)
    assert len(secret) == 43
    assert f"webcal://testserver/en/calendar/{secret}.ics" in text
    kept = Subscription.objects.get()
    assert kept.digest == hashlib.sha256(secret.encode()).hexdigest()
    assert secret not in repr([*Subscription.objects.values(), *Entry.objects.values()])
    assert secret not in client.get(PAGE).content.decode()
    assert sign_in().get(f"/en/calendar/{secret}.ics").status_code == 200


def test_a_new_address_ends_the_one_before(cast, sign_in):
    first, second = feed_of(cast.head), feed_of(cast.head)
    assert sign_in().get(first).status_code == 404
    assert sign_in().get(second).status_code == 200
    assert Subscription.objects.filter(ended=None).count() == 1


def test_the_address_is_ended_from_the_page(cast, sign_in):
    address, client = feed_of(cast.head), sign_in(cast.head)
    assert client.post(PAGE, {"end": "yes"}).status_code == 302
    assert "opens nothing any more" in client.get(PAGE).content.decode()
    assert sign_in().get(address).status_code == 404


def test_without_an_appointment_there_is_nothing_to_follow(cast, sign_in):
    with pytest.raises(NotEntitled):
        subscriptions.make(by=cast.stranger, on=NOW)
    for person in (cast.stranger, cast.superuser):
        client = sign_in(person)
        assert client.post(PAGE).status_code == 403
        assert "nothing to follow" in client.get(PAGE).content.decode()


def test_an_invented_address_opens_nothing(cast, sign_in):
    feed_of(cast.head)
    assert sign_in().get("/en/calendar/" + "x" * 43 + ".ics").status_code == 404


def test_a_closed_account_reads_no_calendar(cast, sign_in):
    address = feed_of(cast.head)
    type(cast.head.user).objects.filter(pk=cast.head.user_id).update(is_active=False)
    assert sign_in().get(address).status_code == 404
    type(cast.head.user).objects.filter(pk=cast.head.user_id).update(is_active=True)
    assert sign_in().get(address).status_code == 200


# What is in it


def test_it_holds_the_meetings_of_ones_state_and_the_days_to_answer(
    cast, consideration, advisory_group, sign_in
):
    head = events(sign_in(), feed_of(cast.head))
    assert set(head) == {advisory_group.name, "Last day to answer: PartNIR/AG/2027/WP/1"}
    deadline = head["Last day to answer: PartNIR/AG/2027/WP/1"]
    assert deadline["dtstart"].dt == date(2027, 3, 12)
    assert (
        "Until the end of 12 March 2027 by the clock of its place (UTC)."
        in (deadline["description"])
    )
    assert deadline["url"].endswith(f"/en/desk/considerations/{consideration.pk}/")
    # The delegate and the minister do not answer before the Advisory Group.
    for person in (cast.delegate, cast.minister):
        assert set(events(sign_in(), feed_of(person))) == {advisory_group.name}


def test_ministers_are_told_until_when_they_decide(cast, submitted, sign_in):
    assert "Last day to decide: 2027 work plan" in events(sign_in(), feed_of(cast.minister))
    assert "Last day to decide: 2027 work plan" not in events(sign_in(), feed_of(cast.head))


def test_a_meeting_without_a_seat_is_not_in_it(cast, advisory_group, sign_in):
    elmar = factories.state("Elmar", order=5)
    foreign = factories.person("Head Elmar", "head", elmar)
    assert events(sign_in(), feed_of(foreign)) == {}


def test_it_says_nothing_of_what_is_in_a_text(cast, consideration, sign_in):
    text = sign_in().get(feed_of(cast.head)).content.decode()
    assert consideration.revision.title not in text.replace("\r\n ", "")
    assert "Forum" not in text


def test_a_closed_consideration_is_not_in_it(cast, adopted, sign_in):
    assert not [s for s in events(sign_in(), feed_of(cast.head)) if s.startswith("Last day")]


def test_it_costs_the_same_whatever_is_in_it(
    cast, consideration, sign_in, django_assert_num_queries
):
    address, client = feed_of(cast.head), sign_in()
    client.get(address)
    with django_assert_num_queries(8):
        client.get(address)
    for year in (2028, 2029, 2030):
        plan = factories.plan(by=cast.staff, year=year)
        meeting = factories.meeting("AG", by=cast.staff)
        factories.circulated(plan, before=meeting, by=cast.staff)
    with django_assert_num_queries(8):
        assert len(events(client, address)) > 4


# When it ends


def test_it_ends_with_the_first_role_lost(cast, sign_in):
    accredit(cast.head, function="focal_point", state=cast.states["Dorlan"], since=DAY, by=None)
    address = feed_of(cast.head)
    recall(cast.head.appointments.get(function="head"), until=DAY, by=None)
    assert sign_in().get(address).status_code == 404
    assert Subscription.objects.get().ended is not None
    # It does not come back with the role; a new one is made for what is still held.
    accredit(cast.head, function="head", state=cast.states["Dorlan"], since=DAY, by=None)
    assert sign_in().get(address).status_code == 404
    assert sign_in().get(feed_of(cast.head)).status_code == 200


def test_a_renewed_function_keeps_it(cast, sign_in):
    address = feed_of(cast.head)
    recall(cast.head.appointments.get(), until=DAY, by=None)
    accredit(cast.head, function="head", state=cast.states["Dorlan"], since=DAY, by=None)
    assert sign_in().get(address).status_code == 200


@pytest.mark.parametrize(("moment", "status"), [(-1, 200), (0, 404)])
def test_at_the_presidencys_boundary_it_ends_to_the_second(cast, sign_in, moment, status):
    address = feed_of(cast.staff)
    midnight = datetime(2028, 1, 1, tzinfo=UTC)
    with time_machine.travel(midnight + timedelta(seconds=moment), tick=False):
        assert sign_in().get(address).status_code == status


# What is written down of it


@pytest.mark.parametrize(
    "said",
    [
        "Not Found: /en/calendar/{}.ics",
        "Internal Server Error: /en/calendar/{}.ics",
        "Gone: /en/invitation/8a6e5a6e-0000-4000-8000-000000000000/{}/",
        "Unprocessable Entity: /en/invitation/8a6e5a6e-0000-4000-8000-000000000000/{}/",
    ],
)
def test_no_secret_of_an_address_reaches_a_log(said):
    secret = "Zk3_secret-Zk3_secret-Zk3_secret-Zk3_secret"
    record = logging.LogRecord(
        "django.request", logging.WARNING, "", 0, said.format(secret), (), None
    )
    line = LineFormatter().format(record)
    assert secret not in line
    assert json.loads(line)["says"] == said.format("…")


def test_the_portals_own_log_of_a_refused_calendar_keeps_the_secret(cast, sign_in):
    log, handler = io.StringIO(), None
    handler = logging.StreamHandler(log)
    handler.setFormatter(LineFormatter())
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    try:
        sign_in().get("/en/calendar/" + "s" * 43 + ".ics")
    finally:
        logger.removeHandler(handler)
    assert "/en/calendar/….ics" in log.getvalue()
    assert "s" * 43 not in log.getvalue()
