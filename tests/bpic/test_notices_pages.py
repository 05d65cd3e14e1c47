"""The pages of notices: one's own, how one is told, who is told what, and what went out."""

import pytest

from bpic import notices as table
from secretariat import circulation, post, register
from secretariat.models import Notice, Person
from tests import factories
from workplans.operations import review

OWN, SETTINGS, TABLE = "/en/desk/notices/", "/en/desk/notices/settings/", (
    "/en/desk/notices/who-is-told/"
)  # fmt: skip
SENT, AGAIN = "/en/desk/notices/sent/", "/en/desk/notices/sent/again/"


def text(response):
    return " ".join(response.content.decode().split())


def of(person):
    return Notice.objects.filter(person=person)


def asked_of(person):
    """The page that the mail of a text put before a state leads to."""
    return of(person).get(entry__act="circulate").path


# One's own


def test_ones_own_notices_say_what_became_of_each_mail(cast, consideration, sign_in):
    client = sign_in(cast.head)
    of(cast.head).update(delivery="waiting")
    assert "The e-mail is on its way." in text(client.get(OWN))
    post.send_due()
    page = text(client.get(OWN))
    assert f"Sent by e-mail, Wednesday 10 March 2027, 12:00 UTC, to {cast.head.email}." in page
    assert "Of legal effect" in page and "For your position: PartNIR/AG/2027/WP/1" in page
    of(cast.head).update(delivery="failed", sent=None, error="550 No such mailbox")
    assert "The e-mail could not be delivered: 550 No such mailbox." in text(client.get(OWN))
    of(cast.head).update(delivery="held_back", error="example data")
    assert "Not sent by e-mail: example data." in text(client.get(OWN))
    of(cast.head).update(
        delivery="waiting", error="No route", attempts=1, next_attempt=factories.NOW
    )
    assert "Not sent yet: No route. It is tried again: Wednesday 10 March" in text(client.get(OWN))
    of(cast.head).update(delivery="not_mailed", binding=False)
    assert "In the portal only, as its reader chose." in text(client.get(OWN))


def test_nobody_reads_another_persons_notices(cast, consideration, sign_in):
    page = text(sign_in(cast.stranger).get(OWN))
    assert "You have no notices yet." in page and "PartNIR/AG" not in page


def test_the_link_of_a_notice_survives_signing_in(cast, consideration, sign_in):
    """From the mail to the page that acts, also for whoever mistypes the password once."""
    client, path = sign_in(), asked_of(cast.head)
    asked = client.get(path)
    assert asked.status_code == 302 and asked.url.startswith("/en/sign-in/?next=")
    page = client.get(asked.url)
    sent = {"username": cast.head.user.username, "next": page.context["next"]}
    again = client.post(asked.url, sent | {"password": "wrong"})
    assert again.status_code == 200 and again.context["next"] == path
    done = client.post(asked.url, sent | {"password": "example"})
    assert done.url == path
    assert client.get(path).status_code == 200


def test_the_link_survives_signing_in_as_a_person_of_the_example(cast, consideration, sign_in):
    Person.objects.filter(pk=cast.head.pk).update(is_example=True)
    client, path = sign_in(), asked_of(cast.head)
    page = client.get(client.get(path).url)
    sent = {"username": cast.head.user.username, "next": page.context["next"]}
    assert client.post("/en/sign-in/example/", sent).url == path


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example/", "\\\\evil"])
def test_signing_in_leads_nowhere_else(cast, sign_in, elsewhere):
    sent = {"username": cast.head.user.username, "password": "example", "next": elsewhere}
    assert sign_in().post("/en/sign-in/", sent).url == "/en/desk/"


# How one is told


def test_three_levels_and_no_more(cast, sign_in):
    client = sign_in(cast.head)
    page = client.get(SETTINGS)
    choices = [value for value, _words in page.context["form"].fields["mailing"].choices]
    assert choices == ["at_once", "daily", "off"]
    assert "are always sent at once" in text(page)
    assert client.post(SETTINGS, {"mailing": "never"}).status_code == 422
    assert client.post(SETTINGS, {"mailing": "daily"}, follow=True).status_code == 200
    assert Person.objects.get(pk=cast.head.pk).mailing == "daily"
    # Only one's own.
    assert Person.objects.get(pk=cast.delegate.pk).mailing == "at_once"


def test_the_page_names_what_it_is_about(cast, sign_in):
    free = [news for news in table.TABLE if not news.binding]
    page = text(sign_in(cast.staff).get(SETTINGS))
    assert free and all(str(news.act) in page for news in free)


def test_an_account_without_a_person_has_nothing_to_set(cast, sign_in, admin_client):
    assert admin_client.get(SETTINGS).status_code == 403


def test_whoever_has_no_address_reads_it(cast, sign_in):
    Person.objects.filter(pk=cast.head.pk).update(email="")
    assert "No e-mail address of yours is on record" in text(sign_in(cast.head).get(SETTINGS))


# The table


def test_the_table_is_read_as_it_is(cast, sign_in):
    page = text(sign_in(cast.delegate).get(TABLE))
    for news in table.TABLE:
        assert str(news.act) in page and str(news.to.why).replace("'", "&#x27;") in page, news.key


# What went out


def test_the_secretariat_sees_what_became_of_the_notices_of_a_plan(cast, consideration, sign_in):
    Person.objects.filter(pk=cast.head.pk).update(email="")
    post.send_due()
    staff = sign_in(cast.staff)
    for url in ("/en/desk/plans/2027/", f"/en/desk/considerations/{consideration.pk}/"):
        page = text(staff.get(url))
        assert "6 sent, 1 not delivered." in page and "Try the undelivered notice again" in page
        assert "/en/desk/notices/sent/?about=work-plan.2027" in page
    meeting = text(staff.get(consideration.meeting.get_absolute_url()))
    assert "6 sent, 1 not delivered." in meeting
    for person in (cast.head, cast.observer):
        page = text(sign_in(person).get(f"/en/desk/considerations/{consideration.pk}/"))
        assert "not delivered" not in page


def test_the_list_names_each_with_its_reason_and_is_tried_again(cast, consideration, sign_in):
    Person.objects.filter(pk=cast.head.pk).update(email="")
    post.send_due()
    staff = sign_in(cast.staff)
    page = text(staff.get(f"{SENT}?about=work-plan.2027&delivery=failed"))
    assert "Head Dorlan, Head of delegation, Dorlan" in page and "Alternate" not in page
    assert "The e-mail could not be delivered: no address on record." in page
    Person.objects.filter(pk=cast.head.pk).update(email="right@tests.example.org")
    done = staff.post(AGAIN, {"about": "work-plan.2027"}, follow=True)
    assert "1 notice is tried again now." in text(done)
    # That of the meeting failed as well, and is another record.
    assert set(of(cast.head).values_list("thread", "delivery")) == {
        ("work-plan.2027", "waiting"), (f"meeting.{consideration.meeting.slug}", "failed"),
    }  # fmt: skip
    assert post.send_due() == 1
    nothing = staff.post(AGAIN, {"about": "work-plan.2027"}, follow=True)
    assert "There is nothing to try again" in text(nothing)


def test_a_confined_text_is_for_its_reader_alone(cast, sign_in):
    news = table.BY_KEY["hand_over_offered.incoming"]
    entry = register.enter("offer", cast.states["Aldova"], by=cast.chair)
    words = "Ask Dorlan about the venue."
    telling = circulation.Telling(
        news, (cast.next_chair,), "An offer", words, OWN, "hand-over.2027"
    )
    circulation.tell(entry, [telling])
    page = text(sign_in(cast.staff).get(SENT))
    assert "An offer" in page and words not in page
    assert "What it says is for its reader alone." in page
    assert words in text(sign_in(cast.next_chair).get(OWN))


@pytest.mark.parametrize("role", ["head", "minister", "former_staff", "superuser", "stranger"])
def test_only_the_chair_and_the_secretariat_see_what_went_out(cast, consideration, sign_in, role):
    client = sign_in(cast.everyone()[role])
    assert client.get(SENT).status_code == client.post(AGAIN).status_code == 403


def many(cast, number):
    meeting = factories.meeting("AG", by=cast.staff)
    for n in range(number):
        plan = factories.plan(by=cast.staff, year=2030 + n)
        review.circulate(plan, meeting=meeting, by=cast.staff, on=factories.NOW)


@pytest.mark.parametrize(("role", "url", "queries"), [("staff", SENT, 9), ("head", OWN, 9)])
def test_a_list_costs_the_same_whatever_its_length(
    cast, consideration, sign_in, django_assert_num_queries, role, url, queries
):
    client = sign_in(cast.everyone()[role])
    client.get(url)
    with django_assert_num_queries(queries):
        client.get(url)
    many(cast, 2)
    with django_assert_num_queries(queries):
        client.get(url)
    entry = register.enter("start", cast.states["Aldova"], by=cast.staff)
    news = table.BY_KEY["circulated.table"]
    for n in range(300):
        person = Person.objects.create(name=f"Person {n}")
        telling = circulation.Telling(news, (person,), "News", "Read it.", OWN, "work-plan.2027")
        Notice.objects.bulk_create([circulation._notice(entry, telling, person, person)])
    with django_assert_num_queries(queries):
        assert client.get(url).status_code == 200
