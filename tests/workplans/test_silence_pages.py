"""The pages of the silence procedure: opening it, letting it pass, breaking it, its end."""

import json
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from bpic import desk, feeds
from secretariat import instants
from secretariat.models import State
from secretariat.standing import Standing
from tests import factories
from tests.conftest import assemble
from tests.workplans import silences
from tests.workplans.silences import answer, ended
from workplans import printouts
from workplans.models import Consideration, Decision, Extension, Position, WorkPlan
from workplans.operations import review


@pytest.fixture
def people(db):
    return assemble(timezone.now().year)


@pytest.fixture
def drafted(people):
    return factories.plan(by=people.staff, year=timezone.now().year, on=timezone.now())


@pytest.fixture
def silent(people, drafted):
    return silences.opened(drafted, by=people.chair)


def page(name, of):
    return reverse(f"workplans:{name}", args=[of.pk])


def words(response):
    return re.sub(r"\s+", " ", response.content.decode())


# On paper


def test_the_text_is_printed_as_an_interim_one(people, silent, settings, tmp_path):
    settings.PRINTOUT_ROOT = tmp_path
    asked = printouts.ask_for_circulated(silent, by=people.head, on=timezone.now())
    assert json.loads(asked.order)["edition"] == "under_silence"
    assert printouts.produce(asked.pk) is True
    asked.refresh_from_db()
    pages = [page.extract_text() for page in PdfReader(tmp_path / asked.file).pages]
    cover = " ".join(pages[0].split())
    assert "An interim text: it is adopted only if no state objects" in cover
    assert all("under silence" in page for page in pages[1:])


# Opening


def filled(response, **changes):
    form = response.context["form"]
    shown = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    return {
        **shown, "reason": "The summit is near.", "declaration": "on", "nonetheless": "on",
        **changes,
    }  # fmt: skip


def open_page(plan):
    return reverse("workplans:open_silence", args=[plan.year])


def test_the_chair_is_led_to_it_and_the_end_is_proposed(people, drafted, sign_in):
    client = sign_in(people.chair)
    overview = words(client.get(reverse("workplans:overview", args=[drafted.year])))
    assert open_page(drafted) in overview
    html = words(client.get(open_page(drafted)))
    for said in ("Aldova, Borania, Cestria, Dorlan", "The end in the capitals", "18:00", "Reason"):
        assert said in html
    assert "checked" not in html.split('name="visibility"')[0]
    staff = words(sign_in(people.staff).get(reverse("workplans:overview", args=[drafted.year])))
    assert open_page(drafted) not in staff


def test_the_proposal_can_be_sent_as_it_is(people, drafted, sign_in):
    client = sign_in(people.chair)
    sent = filled(client.get(open_page(drafted)))
    response = client.post(open_page(drafted), sent)
    silent = Consideration.objects.get()
    assert response["Location"] == page("consideration", silent)
    html = words(client.get(response["Location"]))
    assert "is under silence. The delegations have been told." in html
    assert "The summit is near." in html
    # Sent twice it is one silence.
    assert client.post(open_page(drafted), sent)["Location"] == response["Location"]
    assert Consideration.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"reason": " "}, "Say why the text goes under silence"),
        ({"declaration": ""}, "Confirm that you put this text under silence."),
        ({"day": "soon"}, "Write the day as year, month and day."),
        ({"hour": "late"}, "Write the hour as hours and minutes"),
        ({"day": "2026-01-05"}, "The states need at least 72 hours."),
        ({"day": "2099-01-05"}, "The states have 92 days at most."),
        ({"visibility": "never"}, "Choose when the delegations see each other’s requests."),
    ],
)
def test_what_is_missing_is_said_and_what_was_written_stays(
    people, drafted, sign_in, changes, sentence
):
    client = sign_in(people.chair)
    sent = filled(client.get(open_page(drafted)), message="Read annex 2.", **changes)
    response = client.post(open_page(drafted), sent)
    assert response.status_code == 422
    assert sentence in words(response)
    assert "Read annex 2." in words(response)
    assert not Consideration.objects.exists()


def test_a_weekend_in_a_capital_is_asked_about(people, drafted, sign_in):
    """Nothing is opened at the first sending, and the tick stands for what was read."""
    State.objects.filter(name="Dorlan").update(weekend=[2, 3], time_zone="UTC")
    client = sign_in(people.chair)
    sent = filled(client.get(open_page(drafted)))
    del sent["nonetheless"]
    day = timezone.now() + timedelta(days=30)
    while day.isoweekday() != 3:
        day += timedelta(days=1)
    sent |= {"day": day.date().isoformat(), "hour": "18:00"}
    looked = client.post(open_page(drafted), sent)
    assert looked.status_code == 422 and "Check the date" in words(looked)
    assert "the last day is Wednesday" in words(looked)
    assert not Consideration.objects.exists()
    again = filled(looked, declaration="on")
    assert client.post(open_page(drafted), again).status_code == 302


def test_opening_is_not_offered_while_one_runs(people, silent, sign_in):
    client = sign_in(people.chair)
    plan = silent.plan
    assert client.get(open_page(plan)).status_code == 302
    circulate = client.get(reverse("workplans:circulate", args=[plan.year]), follow=True)
    assert "is under silence. The chair can withdraw it" in words(circulate)


def test_only_the_chair_opens_its_page(people, drafted, sign_in):
    for role, status in {"staff": 403, "head": 404, "former_chair": 404, "superuser": 404}.items():
        client = sign_in(people.everyone()[role])
        assert client.get(open_page(drafted)).status_code == status, role
        assert client.post(open_page(drafted), {}).status_code == status, role


# While it runs


def test_a_delegate_reads_what_silence_means_and_when_it_ends(people, silent, sign_in):
    html = words(sign_in(people.head).get(page("consideration", silent)))
    for said in (
        "No objection so far.", "(under silence)", "If no state objects before",
        "This is an interim text", "Object and break the silence", "Ask for more time",
        "The ministers meet before the Group could.",
    ):  # fmt: skip
        assert said in html
    assert "have approved" not in html and "Not answered" not in html
    assert html.count("No objection so far</span>") == 4


def test_who_does_not_speak_is_offered_nothing(people, silent, sign_in):
    html = words(sign_in(people.delegate).get(page("consideration", silent)))
    assert page("break_silence", silent) not in html
    assert sign_in(people.delegate).get(page("break_silence", silent)).status_code == 403
    assert sign_in(people.stranger).get(page("break_silence", silent)).status_code == 404


def broken_by(client, silent, kind="objects", text="Paragraph 3 has to go.", **more):
    """Through the door, the reason, the check; the receipt."""
    door = words(client.get(page("break_silence", silent)))
    assert page("position", silent) in door and "stays broken" in door
    sent = {"kind": kind, "text": text, "digest": silent.revision.digest, **more}
    assert client.post(page("position", silent), sent).status_code == 302
    check = client.get(page("position_check", silent))
    form = {**check.context["form"].initial, "declaration": "on"}
    return words(check), client.post(page("position_check", silent), form, follow=True)


def test_breaking_it_takes_a_door_a_reason_a_check_and_gives_a_receipt(people, silent, sign_in):
    client = sign_in(people.head)
    check, response = broken_by(client, silent, would_join="Without paragraph 3.")
    for said in (
        "This breaks the silence at once and cannot be taken back.", "Break the silence for Dorlan",
        silent.revision.digest, "Every delegation with a seat and the secretariat, at once.",
        "Without paragraph 3.",
    ):  # fmt: skip
        assert said in check
    assert 'name="declaration"' in check and "checked" not in check
    receipt = words(response)
    assert "The silence is broken. The text is not adopted" in receipt
    assert Position.objects.get().reference in receipt
    html = words(sign_in(people.heads["Borania"]).get(page("consideration", silent)))
    assert "Dorlan broke the silence on" in html and "Paragraph 3 has to go." in html
    assert html.count("No objection until then") == 3


def test_an_amendment_breaks_it_as_well(people, silent, sign_in):
    check, _done = broken_by(
        sign_in(people.head), silent, "proposes_amendment", "Say “may” in paragraph 3."
    )
    assert "Proposes an amendment" in check and "Amendment" in check
    assert Consideration.objects.get().outcome == "broken"


def test_a_request_for_time_goes_the_same_way_and_breaks_nothing(people, silent, sign_in):
    client = sign_in(people.head)
    until = (silent.expires + timedelta(days=1)).date()
    sent = {
        "kind": "asks_for_time", "text": "Our ministry has to be asked.",
        "until": until.isoformat(), "digest": silent.revision.digest,
    }  # fmt: skip
    client.post(page("position", silent), sent)
    check = client.get(page("position_check", silent))
    assert "This breaks nothing." in words(check)
    form = {**check.context["form"].initial, "declaration": "on"}
    receipt = words(client.post(page("position_check", silent), form, follow=True))
    assert "Unless the silence is extended or a state objects" in receipt
    position = Position.objects.get()
    chair = sign_in(people.chair)
    assert page("rule_on_time", position) in words(chair.get(page("consideration", silent)))
    ruling = words(chair.get(page("rule_on_time", position)))
    assert page("extend", silent) in ruling and 'value="yes"' not in ruling


def test_where_requests_are_shown_later_the_others_do_not_read_of_it(people, drafted, sign_in):
    silent = silences.opened(drafted, by=people.chair, visibility="after_close")
    until = (silent.expires + timedelta(days=1)).date()
    answer(silent, people.heads["Borania"], "asks_for_time", "Borania has to ask.", until=until)
    html = words(sign_in(people.head).get(page("consideration", silent)))
    assert "Borania has to ask." not in html and "1 state asks for time" not in html
    assert html.count("No objection so far</span>") == 4
    assert "Who asks for time is shown to the delegations once the silence has ended" in html
    own = words(sign_in(people.heads["Borania"]).get(page("consideration", silent)))
    assert "Borania has to ask." in own
    history = reverse("workplans:history", args=[silent.plan.year])
    assert "Borania has to ask." not in words(sign_in(people.head).get(history))
    answer(silent, people.head)
    html = words(sign_in(people.heads["Cestria"]).get(page("consideration", silent)))
    assert "Borania has to ask." in html and "Paragraph 3 has to go." in html


def test_the_same_number_of_queries_with_one_answer_and_with_three(
    people, silent, sign_in, django_assert_num_queries
):
    client = sign_in(people.staff)
    client.get(page("consideration", silent))
    until = (silent.expires + timedelta(days=1)).date()
    for name in ("Aldova", "Borania", "Cestria"):
        answer(silent, people.heads[name], "asks_for_time", "We ask.", until=until)
        with django_assert_num_queries(19):
            client.get(page("consideration", silent))


# The chair


def test_the_chair_extends_it_after_a_look_at_the_capitals(people, silent, sign_in):
    client = sign_in(people.chair)
    assert page("extend", silent) in words(client.get(page("consideration", silent)))
    shown = client.get(page("extend", silent))
    assert "The end in the capitals" in words(shown)
    sent = filled(shown)
    refused = client.post(page("extend", silent), sent)
    assert refused.status_code == 422 and "has to be later" in words(refused)
    refused = client.post(page("extend", silent), {**sent, "reason": " "})
    assert "Say why the end is moved" in words(refused)
    later = (silent.expires + timedelta(days=3)).date()
    response = client.post(page("extend", silent), {**sent, "day": later.isoformat()})
    assert response["Location"] == page("consideration", silent)
    html = words(client.get(response["Location"]))
    assert "The later end is set." in html and "Extended" in html and "The summit is near." in html
    assert Extension.objects.get().until.date() == later
    # The form that was open elsewhere meanwhile has another end before its eyes.
    stale = client.post(page("extend", silent), {**sent, "day": (later + timedelta(9)).isoformat()})
    assert stale.status_code == 409 and "moved meanwhile" in words(stale)


def test_extending_is_the_chairs_page(people, silent, sign_in):
    for role, status in {"staff": 403, "head": 403, "stranger": 404}.items():
        assert sign_in(people.everyone()[role]).get(page("extend", silent)).status_code == status


def test_the_chair_withdraws_it(people, silent, sign_in):
    client = sign_in(people.chair)
    assert page("withdraw", silent) in words(client.get(page("consideration", silent)))
    sent = {"reason": "An annex is wrong.", "digest": silent.revision.digest}
    assert client.post(page("withdraw", silent), sent).status_code == 302
    html = words(sign_in(people.head).get(page("consideration", silent)))
    assert "Withdrawn on" in html and "An annex is wrong." in html
    assert sign_in(people.staff).get(page("withdraw", silent)).status_code == 403


@pytest.mark.parametrize("name", ["adopt", "return_to_draft"])
def test_nobody_adopts_or_returns_it_meanwhile(people, silent, sign_in, name):
    client = sign_in(people.chair)
    assert page(name, silent) not in words(client.get(page("consideration", silent)))
    assert client.get(page(name, silent)).status_code == 302
    sent = {"digest": silent.revision.digest, "declaration": "on", "reason": "x"}
    assert client.post(page(name, silent), sent).status_code == 409
    assert WorkPlan.objects.get().status == "under_consideration"


# Its end


@pytest.mark.parametrize("role", ["head", "staff", None])
@pytest.mark.parametrize("address", ["plan", "plans", "home"])
def test_whoever_opens_a_page_first_finds_it_adopted(people, silent, sign_in, role, address):
    ended(silent, timedelta(hours=3))
    client = sign_in(people.everyone()[role] if role else None)
    year = silent.plan.year
    url = {
        "plan": reverse("workplans:plan", args=[year]),
        "plans": reverse("workplans:plans"),
        "home": reverse("home"),
    }[address]
    assert client.get(url).status_code == 200
    assert Decision.objects.get().act == "adopted"
    html = words(client.get(reverse("workplans:plan", args=[year])))
    assert "Adopted by the Advisory Group under the silence procedure on" in html


def test_the_text_says_how_it_ended(people, silent, sign_in):
    silent = ended(silent)
    html = words(sign_in(people.head).get(page("consideration", silent)))
    assert "the end of the silence: no state objected before it." in html
    assert "(under silence)" not in html and "Object and break" not in html
    assert html.count("No objection</span>") == 4


def test_a_form_opened_before_and_sent_after_is_kept_without_effect(people, silent, sign_in):
    client = sign_in(people.head)
    sent = {"kind": "objects", "text": "Paragraph 3 has to go.", "digest": silent.revision.digest}
    client.post(page("position", silent), sent)
    form = client.get(page("position_check", silent)).context["form"].initial
    ended(silent)
    response = client.post(
        page("position_check", silent), {**form, "declaration": "on"}, follow=True
    )
    receipt = words(response)
    assert "It is kept on the record, and has no effect." in receipt
    assert "The silence had ended on" in receipt
    html = words(client.get(page("consideration", silent)))
    assert "Received after the end" in html and "Paragraph 3 has to go." in html
    assert html.count("No objection</span>") == 4


def test_an_objection_to_a_silence_that_is_broken_says_so_and_keeps_the_words(
    people, silent, sign_in
):
    client = sign_in(people.head)
    sent = {"kind": "objects", "text": "Paragraph 3 has to go.", "digest": silent.revision.digest}
    client.post(page("position", silent), sent)
    form = client.get(page("position_check", silent)).context["form"].initial
    answer(silent, people.heads["Borania"])
    response = client.post(page("position_check", silent), {**form, "declaration": "on"})
    assert response.status_code == 409
    assert "The silence is broken already." in words(response)
    assert "Paragraph 3 has to go." in words(response)
    assert Position.objects.count() == 1


# Everywhere else


def test_the_desk_says_by_when_and_what_silence_does(people, silent):
    today = timezone.now().date()
    (item,) = [i for i in desk.of(Standing.of(people.head, today)).now if "silence" in i.title]
    assert item.url == page("consideration", silent)
    assert (item.until, item.tag) == (silent.expires, "under_silence")
    chair = desk.of(Standing.of(people.chair, today))
    (item,) = [i for i in chair.waiting if "under silence" in i.title]
    assert item.why == "No objection so far."


def test_ones_own_calendar_has_the_exact_instant(people, silent):
    feed = feeds.own(Standing.of(people.head, timezone.now().date())).decode()
    assert f"DTSTART:{silent.expires:%Y%m%dT%H%M%SZ}" in feed
    assert "The silence ends" in feed


def test_public_lists_of_meetings_do_not_know_the_session(people, silent, sign_in):
    client = sign_in()
    meeting = reverse("meetings:meeting", args=[silent.meeting.slug])
    assert client.get(meeting).status_code == 404
    for url in (reverse("meetings:calendar"), reverse("meetings:feed"), reverse("home")):
        assert "correspondence" not in words(client.get(url)), url
    # Nor once it is adopted: the plan's page says how, and leads to no meeting.
    ended(silent)
    html = words(client.get(reverse("workplans:plan", args=[silent.plan.year])))
    assert meeting not in html


def test_the_history_tells_it_in_the_order_it_happened(people, silent, sign_in):
    review.withdraw(silent, reason="An annex is wrong.", by=people.chair, on=timezone.now())
    second = silences.opened(WorkPlan.objects.get(), by=people.chair)
    answer(second, people.head)
    third = silences.opened(WorkPlan.objects.get(), by=people.chair)
    ended(third)
    client = sign_in(people.staff)
    html = words(client.get(reverse("workplans:history", args=[silent.plan.year])))
    told = [
        "Withdrew",
        "was broken: Dorlan",
        "ended: adopted on",
        "By itself, at the end of the silence",
    ]
    assert all(said in html for said in told)
    assert html.index(told[2]) < html.index(told[1]) < html.index(told[0])


def test_a_silence_is_read_by_the_databases_clock(people, silent, sign_in):
    left = silences.ends(silent, instants.now() + timedelta(minutes=30, seconds=30))
    html = words(sign_in(people.head).get(page("consideration", left)))
    assert "30 minutes are left." in html
