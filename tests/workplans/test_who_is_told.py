"""Who will be told is shown before an act, and is who is told by it, in the same words."""

import re
from uuid import uuid4

import pytest

from bpic import notices as table
from secretariat.models import Appointment, Entry, Notice, Person
from tests import factories, hand_overs
from workplans.models import WorkPlan

ADDRESS = re.compile(
    r"The page for this; you sign in first:\nhttp://\S+"
    r"|\(Here stands the address of the page, once there is one\.\)"
)
NOTE = "Please read the annex first."


def said(text):
    """A mail without its addresses, which come into being with the act."""
    return ADDRESS.sub("…", text)


def shown(response, told=None):
    """Each person that the page says will be told, with the mail it shows them."""
    preview = told or response.context["told"]
    html = response.content.decode()
    found = {}
    for circle in preview.circles:
        assert str(circle.telling.news.to.name) in html
        for one in circle.telling.told:
            person = one.person_id if isinstance(one, Appointment) else one.pk
            assert person not in found, "told twice"
            found[person] = (circle.telling.subject, said(circle.telling.mail(one)))
    assert f"{preview.number} people are told" in html and len(found) == preview.number
    return found


def sent(before):
    """Each person that was told since, with the mail they were sent."""
    return {n.person_id: (n.subject, said(n.body)) for n in Notice.objects.filter(pk__gt=before)}


@pytest.fixture
def client(cast, sign_in):
    return lambda person: sign_in(person)


def filled(told):
    """The mails with what was written, where the page showed its place."""
    return {p: (s, w.replace("(Here stands what you write.)", NOTE)) for p, (s, w) in told.items()}


def last():
    return Notice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def acted(client, url, **written):
    """Act as the page was shown; what it showed is compared with what went out."""
    page = client.get(url)
    form = page.context["form"]
    typed = {b.html_name: b.value() for b in form if b.value() is not None} | written
    # A first look with what is written, so that the preview holds it too.
    again = client.post(url, {k: v for k, v in typed.items() if k != "declaration"})
    told, before = shown(again), last()
    declared = {"declaration": "on", "nonetheless": "on"}
    answer = client.post(url, typed | declared)
    assert answer.status_code == 302, answer.context["form"].errors
    return told, sent(before)


def test_circulating_tells_whom_the_page_names(cast, client, draft, advisory_group):
    staff, url = client(cast.staff), "/en/desk/plans/2027/circulate/"
    page = staff.get(url)
    (found,) = page.context["meetings"]
    typed = {b.html_name: b.value() for b in page.context["form"] if b.value() is not None}
    again = staff.post(url, typed | {"message": NOTE})
    (found,) = again.context["meetings"]
    told, before = shown(again, found["told"]), last()
    written = {"message": NOTE, "declaration": "on", "nonetheless": "on"}
    assert staff.post(url, typed | written).status_code == 302
    assert told == sent(before) and len(told) == 7
    speaking = {cast.alternate.pk, *(head.pk for head in cast.heads.values())}
    for person, (subject, words) in told.items():
        begins = "For your position: " if person in speaking else "Before your delegation: "
        assert subject == begins + "PartNIR/AG/2027/WP/1"
        assert NOTE in words and "Positions are taken until this instant" in words


def test_circulating_again_shows_what_the_letters_say_has_changed(
    cast, client, draft, consideration
):
    factories.activity(draft, title="A new fair")
    staff, url = client(cast.staff), "/en/desk/plans/2027/circulate/"
    page = staff.get(url)
    typed = {b.html_name: b.value() for b in page.context["form"] if b.value() is not None}
    again = staff.post(url, typed | {"message": NOTE})
    (found,) = again.context["meetings"]
    told, before = shown(again, found["told"]), last()
    written = {"message": NOTE, "declaration": "on", "nonetheless": "on"}
    assert staff.post(url, typed | written).status_code == 302
    assert told == sent(before) and len(told) == 7
    for _subject, words in told.values():
        assert "Since PartNIR/AG/2027/WP/1, which you had before: " in words
        assert "A new fair" in words


def test_who_speaks_is_led_to_the_answer_and_the_others_to_the_text(cast, consideration):
    paths = dict(Notice.objects.filter(entry__act="circulate").values_list("person", "path"))
    page = f"/en/desk/considerations/{consideration.pk}/"
    assert paths[cast.head.pk] == paths[cast.alternate.pk] == f"{page}position/"
    assert paths[cast.delegate.pk] == paths[cast.observer.pk] == page


def test_withdrawing_tells_whom_the_page_names(cast, client, consideration):
    url = f"/en/desk/considerations/{consideration.pk}/withdraw/"
    page = client(cast.staff).get(url)
    assert "(Here stands what you write.)" in page.content.decode()
    told, before = shown(page), last()
    client(cast.staff).post(url, {"digest": consideration.revision.digest, "reason": NOTE})
    assert filled(told) == sent(before) and len(told) == 7


def test_adopting_tells_whom_the_page_names(cast, client, agreed):
    told, after = acted(client(cast.chair), f"/en/desk/considerations/{agreed.pk}/adopt/")
    # The chair and the staff beside those at the table.
    assert told == after and len(told) == 9


def test_returning_tells_whom_the_page_names(cast, client, consideration):
    url = f"/en/desk/considerations/{consideration.pk}/return/"
    page = client(cast.chair).get(url)
    told, before = shown(page), last()
    client(cast.chair).post(url, {"digest": consideration.revision.digest, "reason": NOTE})
    assert filled(told) == sent(before) and len(told) == 9


def test_submitting_tells_the_ministers_alone(cast, client, adopted, ministers_meeting):
    told, after = acted(client(cast.chair), "/en/desk/plans/2027/submit/")
    assert told == after
    assert set(told) == {minister.pk for minister in cast.ministers.values()}


def test_reporting_tells_whom_the_page_names(cast, client, approved, summit):
    told, after = acted(client(cast.chair), "/en/desk/plans/2027/report/", summary="A good year.")
    assert told == after and cast.head.pk in told


def test_calling_a_meeting_off_tells_whom_the_page_names(cast, client, advisory_group):
    url = f"/en/desk/meetings/{advisory_group.slug}/outcome/"
    typed = {"status": "not_held", "note": NOTE, "seen": advisory_group.sequence}
    told, before = shown(client(cast.staff).post(url, typed | {"step": "check"})), last()
    client(cast.staff).post(url, typed | {"step": "act"})
    assert told == sent(before) and len(told) == 7


def test_offering_and_taking_over_tell_whom_the_pages_name(cast, client):
    hand_overs.shorten()
    staff = hand_overs.next_staff(cast)
    hand_overs.tick_all(cast, staff)
    told, after = acted(client(cast.chair), "/en/desk/hand-over/2027/offer/", remarks=NOTE)
    assert told == after and set(told) == {cast.next_chair.pk, staff.pk}
    told, after = acted(client(cast.next_chair), "/en/desk/hand-over/2027/take-over/")
    # The instant is that of the act.
    instant = re.compile(r"on \w+ \d+ March 2027, \d\d:\d\d UTC")
    assert {p: instant.sub("", w) for p, (_s, w) in told.items()} == {
        p: instant.sub("", w) for p, (_s, w) in after.items()
    }


def test_convening_shows_whom_it_tells_once_the_dates_are_known(cast, client):
    staff, url = client(cast.staff), "/en/desk/meetings/convene/"
    assert staff.get(url).context["told"] is None
    body = factories.body("IMM")
    typed = {"body": body.pk, "year": "2027", "begins": "2027-06-01", "ends": "2027-06-02"}
    typed |= {"mode": "online", "time_zone": "UTC", "key": str(uuid4())}
    told, before = shown(staff.post(url, typed | {"look": "1"})), last()
    assert staff.post(url, typed).status_code == 302
    assert set(told) == set(sent(before)) == {m.pk for m in cast.ministers.values()}


def test_whoever_has_no_address_is_named_before_the_act(cast, client, consideration):
    Person.objects.filter(pk=cast.head.pk).update(email="")
    page = client(cast.staff).get(f"/en/desk/considerations/{consideration.pk}/withdraw/")
    assert "No e-mail address is on record of: Head Dorlan." in page.content.decode()


def test_recipients_are_counted_by_state_and_function(cast, client, consideration):
    page = client(cast.staff).get(f"/en/desk/considerations/{consideration.pk}/withdraw/")
    (circle,) = page.context["told"].circles
    assert circle.states == [
        ("Aldova", "Head of delegation"),
        ("Borania", "Head of delegation"),
        ("Cestria", "Head of delegation"),
        ("Dorlan", "Alternate head of delegation, Delegate, Head of delegation"),
        ("Union of Observers", "Observer"),
    ]


# The table


def test_every_line_has_a_key_of_its_own_that_fits():
    keys = [news.key for news in table.TABLE]
    assert len(keys) == len(set(keys)) and max(map(len, keys)) <= 40


def test_every_line_says_why_one_is_told():
    for news in table.TABLE:
        assert str(news.to.why).startswith("You receive this "), news.key
        assert str(news.to.why).endswith("."), news.key


def test_whatever_was_told_in_a_year_is_a_line_of_the_table(cast, approved, summit):
    from workplans.operations import decision

    decision.report(
        approved, meeting=summit, digest=approved.revision.digest, summary="Good.",
        by=cast.chair, on=factories.NOW,
    )  # fmt: skip
    notices = Notice.objects.all()
    assert WorkPlan.objects.get().status == "reported" and notices.count() > 60
    for notice in notices:
        assert notice.binding == table.BY_KEY[notice.news].binding
        assert str(table.BY_KEY[notice.news].to.why) in notice.body
        assert notice.thread and notice.path and f"{notice.path}\n" in notice.body


def test_what_no_line_names_is_confined():
    assert table.is_confined("") and table.is_confined("appointed.focal_points")
    assert not table.is_confined("circulated.table")


def test_a_receipt_leads_its_own_state_to_the_receipt(cast, consideration):
    factories.answer(consideration, by=cast.head)
    entry = Entry.objects.get(act="take_position")
    position = consideration.positions.get()
    own = Notice.objects.get(entry=entry, person=cast.delegate)
    staff = Notice.objects.get(entry=entry, person=cast.staff)
    assert own.path == f"/en/desk/positions/{position.pk}/" and own.binding
    assert staff.path == f"/en/desk/considerations/{consideration.pk}/" and not staff.binding
