"""A delegation consults among itself; nobody outside it ever learns a word of it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib import admin
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from bpic import desk
from secretariat.accreditation import accredit, recall
from secretariat.models import Appointment, Authority, Entry, Notice
from secretariat.post import send_due
from secretariat.standing import NotEntitled, Standing
from tests import factories
from workplans import permissions
from workplans.consultation import advised
from workplans.models import Consideration, Note, Question
from workplans.operations.consulting import CannotAdvise, ask, note, take_back

DAY, NOW = factories.TODAY, factories.NOW
SECRET = "canary-among-ourselves"


def page(name, consideration):
    return reverse(f"workplans:{name}", args=[consideration.pk])


def say(consideration, by, text="", advice="", **changes):
    facts = {"text": text, "advice": advice, "by": by, "on": NOW, "key": uuid4(), **changes}
    return note(consideration, **facts)


def words(answer):
    return " ".join(answer.content.decode().split())


@pytest.fixture
def agencies(cast):
    """Dorlan's delegates of two more agencies, and a focal point of the ministry."""
    dorlan = cast.states["Dorlan"]
    people = {}
    for name, function, level in (
        ("Ministry of Finance", "delegate", "expert"),
        ("Customs Office", "delegate", "expert"),
        ("Standards Bureau", "focal_point", "departmental"),
    ):
        person = factories.person(f"Person {name}", function, dorlan, level=level)
        held = Authority.objects.create(
            state=dorlan, name=name, period=factories.DateRange(DAY - timedelta(days=900), None)
        )
        person.appointments.update(authority=held)
        people[name] = person
    Appointment.objects.filter(person=cast.delegate).update(
        authority=Authority.objects.get(name="Ministry of Industry of Dorlan")
    )
    return people


def tally(cast, consideration):
    seat = consideration.meeting.seats.get(state=cast.states["Dorlan"])
    notes = Note.objects.filter(seat=seat).select_related("person", "appointment__authority")
    return advised(permissions.delegation(seat, DAY), notes)


# Saying something


def test_everybody_in_the_delegation_reads_it_with_name_agency_and_time(
    cast, consideration, agencies, sign_in
):
    say(consideration, agencies["Customs Office"], "Paragraph 3 costs us.", "would_object")
    for person in (cast.head, cast.alternate, cast.delegate, *agencies.values()):
        html = words(sign_in(person).get(page("consultation", consideration)))
        for fact in ("Person Customs Office", "Customs Office", "Delegate", "UTC",
                     "Would object", "Paragraph 3 costs us."):  # fmt: skip
            assert fact in html, (person, fact)


def test_it_is_no_position_and_enters_no_register(cast, consideration):
    before = Entry.objects.count()
    say(consideration, cast.head, SECRET, "would_approve")
    ask(consideration, [cast.delegate], by=cast.head, on=NOW)
    take_back(consideration, Note.objects.get().pk, by=cast.head, on=NOW)
    assert Entry.objects.count() == before
    assert not consideration.positions.exists()


def test_the_form_says_it_once_however_often_it_is_sent(cast, consideration, sign_in):
    client, sent = sign_in(cast.delegate), {"advice": "would_approve", "key": str(uuid4())}
    for _n in range(2):
        answer = client.post(page("consultation", consideration), sent)
        assert answer["Location"] == page("consultation", consideration) + "#last"
    assert Note.objects.get().appointment == cast.delegate.appointments.get()


def test_an_empty_note_is_sent_back_in_words(cast, consideration, sign_in):
    sent = {"advice": "", "text": "  ", "key": str(uuid4())}
    answer = sign_in(cast.delegate).post(page("consultation", consideration), sent)
    assert answer.status_code == 422
    assert "Choose your advice, or write what you want to say." in words(answer)
    with pytest.raises(CannotAdvise):
        say(consideration, cast.delegate)


def test_a_closed_text_is_read_and_not_written_on(cast, consideration, sign_in):
    say(consideration, cast.delegate, SECRET)
    Consideration.objects.update(closed=NOW, outcome="withdrawn")
    client = sign_in(cast.head)
    html = words(client.get(page("consultation", consideration)))
    assert SECRET in html and "Your note" not in html and "Take this note back" not in html
    sent = {"text": "Late words", "key": str(uuid4())}
    answer = client.post(page("consultation", consideration), sent)
    assert answer.status_code == 409 and "The text is closed." in words(answer)
    assert "Late words" not in Note.objects.values_list("text", flat=True)


# Taking back


def test_the_last_note_is_taken_back_and_its_words_are_gone(cast, consideration, sign_in):
    written = say(consideration, cast.delegate, SECRET, "would_object")
    client = sign_in(cast.delegate)
    assert "Take this note back" in words(client.get(page("consultation", consideration)))
    client.post(page("take_note_back", consideration), {"note": written.pk})
    html = words(client.get(page("consultation", consideration)))
    assert SECRET not in html and "Taken back on" in html and "Would object</strong>" not in html
    with connection.cursor() as cursor:
        cursor.execute("SELECT whole::text FROM workplans_note AS whole")
        assert SECRET not in cursor.fetchone()[0]
    # It stays taken back, and a further note stands on its own.
    take_back(consideration, written.pk, by=cast.delegate, on=NOW)
    say(consideration, cast.delegate, "Rather this.")


def test_once_somebody_answered_it_stays(cast, consideration, sign_in):
    written = say(consideration, cast.delegate, SECRET)
    say(consideration, cast.head, "Why?")
    client = sign_in(cast.delegate)
    assert "Take this note back" not in words(client.get(page("consultation", consideration)))
    answer = client.post(page("take_note_back", consideration), {"note": written.pk}, follow=True)
    assert "Somebody has answered meanwhile" in words(answer)
    assert Note.objects.get(pk=written.pk).text == SECRET


def test_nobody_takes_back_what_another_wrote(cast, consideration):
    written = say(consideration, cast.delegate, SECRET)
    for person in (cast.head, cast.heads["Borania"], cast.staff):
        with pytest.raises(NotEntitled):
            take_back(consideration, written.pk, by=person, on=NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Other words"},
        {"advice": "would_approve"},
        {"taken_back": NOW, "text": "Other words", "advice": ""},
    ],
)
def test_the_database_lets_nobody_rewrite_a_note(cast, consideration, change):
    say(consideration, cast.delegate, SECRET)
    with pytest.raises(IntegrityError), transaction.atomic():
        Note.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Note.objects.all().delete()


# What the agencies advise


def test_the_head_sees_it_by_agency_beside_the_form(cast, consideration, agencies, sign_in):
    say(consideration, agencies["Customs Office"], "No.", "would_object")
    say(consideration, agencies["Customs Office"], "After all.", "would_approve")
    say(consideration, cast.delegate, "", "would_approve")
    say(consideration, agencies["Standards Bureau"], "Only a remark.")
    sentence = (
        "Of 4 agencies: 2 would approve. Not answered: Ministry of Finance and Standards Bureau."
    )
    assert tally(cast, consideration).sentence == sentence
    for name in ("position", "consultation"):
        assert sentence in words(sign_in(cast.head).get(page(name, consideration))), name
    assert "Read what was said, or ask for advice" in words(
        sign_in(cast.alternate).get(page("position", consideration))
    )


def test_advice_in_every_shade(cast, consideration, agencies):
    kinds = ("would_object", "needs_time", "no_view")
    for person, advice in zip(agencies.values(), kinds, strict=True):
        say(consideration, person, "", advice)
    say(consideration, cast.delegate, "", "would_reserve")
    assert tally(cast, consideration).sentence == (
        "Of 4 agencies: 1 would approve with a reservation, 1 would object, 1 needs time, "
        "1 has no view."
    )


def test_with_nobody_to_ask_and_with_nobody_answering(cast, consideration, agencies):
    assert tally(cast, consideration).sentence.startswith("Not answered: Customs Office, ")
    assert advised([], []).sentence == "Nobody else in the delegation can be asked yet."


def test_advice_taken_back_is_no_advice(cast, consideration, agencies):
    written = say(consideration, cast.delegate, "", "would_object")
    take_back(consideration, written.pk, by=cast.delegate, on=NOW)
    assert "Ministry of Industry of Dorlan" in tally(cast, consideration).silent


def test_the_advice_of_an_agency_outlives_its_delegate(cast, consideration, agencies):
    say(consideration, agencies["Customs Office"], "No.", "would_object")
    recall(agencies["Customs Office"].appointments.get(), until=DAY, by=None)
    assert "1 would object" in tally(cast, consideration).sentence


# Asking


def test_the_head_asks_named_persons_by_a_mail_that_says_nothing_of_it(
    cast, consideration, agencies, sign_in, mailoutbox
):
    say(consideration, cast.head, SECRET)
    client, finance = sign_in(cast.head), agencies["Ministry of Finance"]
    answer = client.post(page("ask_for_advice", consideration), {"people": [finance.pk]})
    assert answer["Location"] == page("consultation", consideration)
    html = words(client.get(page("consultation", consideration)))
    assert "Person Ministry of Finance</bdi>, asked by <bdi>Head Dorlan</bdi>" in html
    notice = Notice.objects.get(entry=None)
    assert (notice.person, notice.binding, notice.thread) == (finance, False, "")
    assert notice.path == page("consultation", consideration)
    assert SECRET not in notice.body and consideration.revision.symbol in notice.subject
    assert send_due() > 0
    assert [m.to for m in mailoutbox if "Your advice" in m.subject] == [[finance.email]]
    say(consideration, finance, "", "would_approve")
    assert "asked by" not in words(client.get(page("consultation", consideration)))


def test_nobody_is_asked_twice_in_a_row(cast, consideration):
    ask(consideration, [cast.delegate], by=cast.head, on=NOW)
    with pytest.raises(CannotAdvise):
        ask(consideration, [cast.delegate], by=cast.alternate, on=NOW)
    assert Question.objects.count() == Notice.objects.filter(entry=None).count() == 1


def test_only_who_speaks_for_the_state_asks_and_only_its_own_people(cast, consideration, sign_in):
    with pytest.raises(NotEntitled):
        ask(consideration, [cast.head], by=cast.delegate, on=NOW)
    for stranger in (cast.heads["Borania"], cast.staff, cast.minister, cast.head):
        with pytest.raises(CannotAdvise):
            ask(consideration, [stranger], by=cast.head, on=NOW)
        sent = {"people": [stranger.pk]}
        answer = sign_in(cast.head).post(page("ask_for_advice", consideration), sent)
        assert answer.status_code == 422 and "Tick people of your own" in words(answer)
    assert not Question.objects.exists()


def test_the_mail_to_somebody_recalled_meanwhile_is_held_back(cast, consideration, mailoutbox):
    ask(consideration, [cast.delegate], by=cast.head, on=NOW)
    recall(cast.delegate.appointments.get(), until=DAY, by=None)
    send_due()
    assert Notice.objects.get(entry=None).delivery == "held_back"


# Nobody else


def test_there_is_no_such_page_for_anybody_else(cast, consideration, sign_in):
    say(consideration, cast.delegate, SECRET)
    for role, person in cast.everyone().items():
        answer = sign_in(person).get(page("consultation", consideration))
        if role in ("head", "alternate", "delegate"):
            assert SECRET in words(answer), role
        elif role == "other_head":
            # The page of another delegation, with nothing of this one.
            assert answer.status_code == 200 and SECRET not in words(answer), role
        else:
            assert answer.status_code == 404, role


def test_the_secretariat_of_a_state_is_not_its_delegation(cast, consideration, sign_in):
    say(consideration, cast.heads["Aldova"], SECRET)
    for person in (cast.chair, cast.staff):
        assert sign_in(person).get(page("consultation", consideration)).status_code == 404
        for name in ("consideration", "sent"):
            url = reverse("sent_notices") if name == "sent" else page(name, consideration)
            assert SECRET not in words(sign_in(person).get(url))
    assert SECRET in words(sign_in(cast.heads["Aldova"]).get(page("consultation", consideration)))


def test_who_is_recalled_sees_nothing_any_more(cast, consideration, sign_in):
    say(consideration, cast.delegate, SECRET)
    recall(cast.delegate.appointments.get(), until=DAY, by=None)
    client = sign_in(cast.delegate)
    for name in ("consultation", "consideration"):
        assert client.get(page(name, consideration)).status_code == 404
    # Who goes over to another delegation takes no key along.
    accredit(cast.delegate, function="delegate", state=cast.states["Borania"], since=DAY, by=None)
    html = words(sign_in(cast.delegate).get(page("consultation", consideration)))
    assert "Inside the delegation of Borania" in html and SECRET not in html


def test_the_administration_has_no_way_to_it(cast, consideration, sign_in):
    assert not {Note, Question} & set(admin.site._registry)
    client = sign_in(cast.superuser)
    url = reverse("admin:secretariat_notice_changelist")
    before = words(client.get(url)).count("Delegate Dorlan")
    ask(consideration, [cast.delegate], by=cast.head, on=NOW)
    assert client.get(page("consultation", consideration)).status_code == 404
    assert words(client.get(url)).count("Delegate Dorlan") == before > 0


def test_the_secretariat_does_not_learn_that_anybody_was_asked(cast, consideration, sign_in):
    ask(consideration, [cast.delegate], by=cast.head, on=NOW)
    client = sign_in(cast.staff)
    for query in ("", "?about=", "?about=work-plan.2027"):
        assert "Your advice is asked" not in words(client.get(reverse("sent_notices") + query))
    Notice.objects.filter(entry=None).update(delivery="failed")
    assert "could not be delivered" not in words(client.get(reverse("desk")))
    # The person asked finds it among their notices.
    html = words(sign_in(cast.delegate).get(reverse("notices")))
    assert "Your advice is asked for" in html


def test_before_the_ministers_no_delegation_consults(cast, submitted, sign_in):
    for person in (cast.head, cast.delegate, cast.minister):
        assert sign_in(person).get(page("consultation", submitted)).status_code == 404


def test_the_way_to_it_is_on_the_page_of_the_text_for_the_delegation_alone(
    cast, consideration, sign_in
):
    link = page("consultation", consideration)
    for role, person in cast.everyone().items():
        answer = sign_in(person).get(page("consideration", consideration))
        may = role in ("head", "alternate", "delegate", "other_head")
        assert (link in answer.content.decode()) is may, role


# What it costs


def test_the_queries_do_not_grow_with_the_notes(
    cast, consideration, agencies, sign_in, django_assert_num_queries
):
    client = sign_in(cast.head)
    client.get(page("consultation", consideration))
    people = [cast.delegate, *agencies.values()]
    for number in (1, 3, 300):
        for n in range(Note.objects.count(), number):
            say(consideration, people[n % 4], f"Word {n}", "would_approve" if n % 2 else "")
        with django_assert_num_queries(12):
            answer = client.get(page("consultation", consideration))
        assert answer.content.decode().count("Word ") == number


# The desk of whoever is asked


def test_whoever_is_asked_finds_it_on_the_desk_until_they_have_said_something(
    cast, consideration, agencies
):
    def lines(person):
        titles = [item.title for item in desk.of(Standing.of(person, DAY), NOW).now]
        return [title for title in titles if title.startswith("Advise your delegation")]

    finance, customs = agencies["Ministry of Finance"], agencies["Customs Office"]
    assert not lines(finance)
    ask(consideration, [finance], by=cast.head, on=NOW)
    assert lines(finance) == ["Advise your delegation on the 2027 work plan"]
    assert not lines(customs) and not lines(cast.head) and not lines(cast.staff)
    say(consideration, finance, advice="would_approve")
    assert not lines(finance)


def test_whoever_left_the_delegation_finds_it_no_more(cast, consideration, agencies):
    finance = agencies["Ministry of Finance"]
    ask(consideration, [finance], by=cast.head, on=NOW)
    finance.appointments.update(period=factories.DateRange(DAY - timedelta(days=9), DAY))
    titles = [item.title for item in desk.of(Standing.of(finance, DAY), NOW).now]
    assert not any("Advise" in title for title in titles)
