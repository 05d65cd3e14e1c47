"""Texts put aside: found again by their author, decided field by field, never by anybody else."""

import re
from datetime import UTC, date, datetime
from html import unescape

import pytest
import time_machine

from secretariat.dates import PartialDate
from tests import factories
from tests.workplans.writing import Window, at, fields
from workplans.models import Activity, Parked, TextBlock

pytestmark = pytest.mark.django_db

NEW_YEAR = datetime(2028, 1, 1, 9, tzinfo=UTC)
MINE = "我的文字，2027。\n\nनवाचार"
THEIRS = "نص الرئاسة، 2027."


@pytest.fixture
def staff(cast, sign_in):
    return sign_in(cast.staff)


@pytest.fixture
def chair(cast, sign_in):
    return sign_in(cast.chair)


@pytest.fixture
def activity(draft):
    return Activity.objects.filter(area__plan=draft).first()


def page_of(activity):
    return at("activity", 2027, activity.key)


def words(response):
    return re.sub(r"\s+", " ", unescape(response.content.decode()))


@pytest.fixture
def window(staff, chair, activity):
    """A window of the staff’s whose description and place the chair changed too."""
    mine = Window(staff, page_of(activity))
    Window(chair, page_of(activity)).save(description=THEIRS, place="There")
    mine.save(description=MINE, place="Here", begins="Mayy 2027")
    return mine


@pytest.fixture
def row(window):
    return Parked.objects.get(cleared=None)


def decide(client, row, **choices):
    page = at("parked_text", 2027, row.key)
    response = client.get(page)
    sent = fields(response) | {"seen": response.context["row"].at.isoformat(), **choices}
    return client.post(page, {name: said for name, said in sent.items() if said is not None})


def test_three_texts_stand_side_by_side(staff, row):
    response = staff.get(at("parked_text", 2027, row.key))
    said = re.sub(r'<bdi class="visually-hidden">[^<]*</bdi>', "", words(response))
    assert "Two people changed the same text" in said
    assert said.index("When you opened it") < said.index('<p dir="auto">What Forum number 1 is')
    their_text = said.index(f"<del>What Forum number 1 is for.</del><ins>{THEIRS}</ins>")
    assert said.index("Saved now, by <bdi>Chair Aldova</bdi>") < their_text
    own_text = said.index('<p dir="auto"><ins>我的文字，2027。</ins></p>')
    assert said.index(">Yours<") < own_text < said.index('<p dir="auto"><ins>नवाचार</ins></p>')
    assert "What you wrote under “Begins” cannot be saved as it is." in said
    # Nothing is chosen for anybody.
    assert 'name="choice-description" value="mine"' in said
    assert not re.search(r'name="choice-[a-z]+" value="\w+"[^>]* checked', said)


def test_each_field_is_decided_for_itself_with_one_form(staff, row, activity):
    response = decide(
        staff, row, **{
            "choice-description": "mine", "choice-place": "saved", "begins": "2027-05",
        }
    )  # fmt: skip
    assert response.url == page_of(activity)
    activity.refresh_from_db()
    assert (activity.description, activity.place) == (MINE, "There")
    assert activity.begins == PartialDate(2027, 5)
    row.refresh_from_db()
    assert row.cleared is not None and row.sent["fields"]["description"]["mine"] == MINE


def test_a_third_text_can_be_written(staff, row, activity):
    third = {"choice-description": "third", "choice-place": "third", "begins": ""}
    decide(staff, row, **third, description="Both of us.", place="Half way")
    activity.refresh_from_db()
    assert (activity.description, activity.place) == ("Both of us.", "Half way")


def test_without_a_choice_nothing_is_saved_and_the_page_stays_as_it_was(staff, row, activity):
    response = decide(
        staff, row, **{"choice-place": "saved", "description": "A third text.", "begins": ""}
    )
    assert response.status_code == 422
    said = words(response)
    assert "Choose what is to be kept." in said
    assert "A third text.</textarea>" in said
    assert re.search(r'name="choice-place" value="saved"[^>]* checked', said)
    activity.refresh_from_db()
    assert (activity.description, activity.place) == (THEIRS, "There")
    assert Parked.objects.filter(cleared=None).exists()


def test_what_changes_while_deciding_is_shown_before_anything_is_replaced(
    staff, chair, row, activity
):
    page = at("parked_text", 2027, row.key)
    response = staff.get(page)
    sent = fields(response) | {
        "seen": response.context["row"].at.isoformat(),
        "choice-description": "mine", "choice-place": "saved", "begins": "",
    }  # fmt: skip
    Window(chair, page_of(activity)).save(description="Once more.")
    response = staff.post(page, sent)
    assert response.status_code == 409
    assert "It changed once more while you were deciding." in words(response)
    assert "Once more." in words(response)
    activity.refresh_from_db()
    assert activity.description == "Once more."


def test_writing_on_in_the_other_window_is_seen(staff, window, row, activity):
    page = at("parked_text", 2027, row.key)
    response = staff.get(page)
    sent = fields(response) | {
        "seen": response.context["row"].at.isoformat(),
        "choice-description": "mine", "choice-place": "mine", "begins": "",
    }  # fmt: skip
    window.save(description="The newest of mine.")
    response = staff.post(page, sent)
    assert response.status_code == 409
    assert "You wrote on in another window" in words(response)
    assert "The newest of mine." in words(response)


def test_it_is_found_again_from_the_list_and_from_the_part(staff, row, activity):
    url = at("parked_text", 2027, row.key)
    assert url in words(staff.get(at("parked", 2027)))
    assert "A text you wrote could not be saved and is put aside." in words(
        staff.get(at("edit", 2027))
    )
    assert url in words(staff.get(page_of(activity)))
    other = Activity.objects.exclude(pk=activity.pk).first()
    assert url not in words(staff.get(page_of(other)))


def test_nobody_else_sees_it(cast, sign_in, row, activity):
    for role, person in cast.everyone().items():
        if role == "staff":
            continue
        client = sign_in(person)
        for name in ("parked_text", "parked_discard"):
            url = at(name, 2027, row.key)
            assert client.get(url).status_code in (403, 404), role
            assert client.post(url, {"choice-description": "mine"}).status_code in (403, 404), role
        if role in ("chair",):
            assert client.get(at("parked_text", 2027, row.key)).status_code == 404
            assert "我的文字" not in words(client.get(at("parked", 2027)))
            assert "put aside" not in words(client.get(page_of(activity)))
    row.refresh_from_db()
    assert row.cleared is None


def test_discarding_asks_first_and_is_told(staff, row):
    page = at("parked_discard", 2027, row.key)
    assert "我的文字，2027。" in words(staff.get(page))
    row.refresh_from_db()
    assert row.cleared is None
    response = staff.post(page, follow=True)
    assert "The text put aside is discarded." in words(response)
    assert "Nothing is put aside." in words(response)
    row.refresh_from_db()
    assert row.cleared is not None and row.sent["fields"]["description"]["mine"] == MINE
    assert staff.post(page).status_code == 404


def test_a_later_save_that_says_it_clears_it(staff, row, activity):
    window = Window(staff, page_of(activity))
    window.save(description=MINE, place="Here")
    row.refresh_from_db()
    assert list(row.sent["fields"]) == ["begins"] and row.cleared is None


def test_the_button_alone_puts_aside_what_it_cannot_save(staff, activity):
    sent = fields(staff.get(page_of(activity)))
    response = staff.post(page_of(activity), sent | {"begins": "Mayy 2027", "description": MINE})
    assert response.status_code == 422
    row = Parked.objects.get()
    assert row.reason == "invalid"
    assert row.sent["fields"]["description"]["mine"] == MINE
    assert row.sent["fields"]["begins"] == {"was": "", "mine": "Mayy 2027", "unread": True}
    # Corrected on the page itself, it needs no keeping.
    assert (
        staff.post(page_of(activity), fields(response) | {"begins": "2027-05"}).status_code == 302
    )
    row.refresh_from_db()
    assert row.cleared is not None


def test_an_annex_removed_meanwhile_comes_back_as_an_annex(staff, draft):
    for kind in TextBlock.Kind.values:
        block = TextBlock.objects.create(plan=draft, kind=kind, title="Terms", text="Old.")
        window = Window(staff, at("text", 2027, block.key))
        key = block.key
        block.delete()
        window.save(text=MINE)
        row = Parked.objects.get(cleared=None)
        assert row.kind == kind
        assert decide(staff, row).status_code == 302
        again = TextBlock.objects.get(key=key)
        assert (again.kind, again.title, again.text) == (kind, "Terms", MINE)
        assert not Parked.objects.filter(cleared=None).exists()
        again.delete()


def test_a_settled_text_is_read_and_copied(staff, cast, draft, activity, agreed):
    window = Window(staff, page_of(activity))
    factories.adopted(agreed, by=cast.chair)
    window.save(description=MINE)
    row = Parked.objects.get()
    response = staff.get(at("parked_text", 2027, row.key))
    assert "Your text can only be read here, and copied." in words(response)
    assert "我的文字，2027。" in words(response)
    assert "Save" not in re.findall(r"<button[^>]*>([^<]*)", words(response))
    # It is found from where the editor now leads.
    overview = staff.get(at("edit", 2027), follow=True)
    assert at("parked", 2027) in words(overview)
    assert at("parked_text", 2027, row.key) in words(staff.get(at("parked", 2027)))
    before = Activity.objects.values().get(pk=activity.pk)
    late = {"seen": row.at.isoformat(), "description": "A third text, typed too late."}
    response = staff.post(at("parked_text", 2027, row.key), late)
    assert response.status_code == 409
    assert "What you wrote just now" in words(response)
    assert "A third text, typed too late." in words(response)
    assert "我的文字，2027。" in words(response)
    assert Activity.objects.values().get(pk=activity.pk) == before


# Without the right to write


def over(moment=NEW_YEAR):
    """The day on which the next presidency begins."""
    return time_machine.travel(moment, tick=False)


def test_the_outgoing_read_and_discard_what_they_put_aside_and_save_it_no_more(
    cast, sign_in, row, activity
):
    page, before = at("parked_text", 2027, row.key), Activity.objects.values().get(pk=activity.pk)
    with over():
        staff = sign_in(cast.staff)
        desk = words(staff.get("/en/desk/"))
        assert "Decide about the text you put aside in the 2027 work plan" in desk
        assert at("parked", 2027) in desk
        assert at("parked", 2027) in words(staff.get(at("overview", 2027)))
        assert page in words(staff.get(at("parked", 2027)))
        said = words(staff.get(page))
        assert (
            "Only the chair and the secretariat of the presidency can do this. "
            "Your text can only be read here, and copied."
        ) in said
        for text in ("我的文字，2027。", "नवाचार", "Here", "Mayy 2027"):
            assert text in said, text
        assert 'name="choice' not in said and "<textarea" not in said
        assert at("edit", 2027) not in said
        late = {"choice-description": "mine", "description": "Too late.", "begins": "Mayy 2027"}
        response = staff.post(page, {"seen": row.at.isoformat(), **late})
        assert response.status_code == 403
        assert words(response).count("What you wrote just now") == 1
        assert "Too late." in words(response)
        assert Activity.objects.values().get(pk=activity.pk) == before
        for other in (cast.next_chair, cast.chair, cast.superuser, cast.head):
            client = sign_in(other)
            for name in ("parked_text", "parked_discard"):
                url = at(name, 2027, row.key)
                assert client.get(url).status_code == client.post(url).status_code == 404, other
            assert "我的文字" not in words(client.get(at("parked", 2027))), other
            assert "put aside" not in words(client.get("/en/desk/")), other
        discard = at("parked_discard", 2027, row.key)
        assert "我的文字，2027。" in words(staff.get(discard))
        assert "Nothing is put aside." in words(staff.post(discard, follow=True))
    row.refresh_from_db()
    assert row.cleared is not None


def test_who_lost_every_role_finds_their_own_words_and_nothing_of_the_draft(
    cast, sign_in, row, activity, draft
):
    past = {"since": date(2026, 1, 1), "until": date(2027, 1, 1)}
    lost = factories.person("Once Dorlan", "secretariat", cast.states["Dorlan"], **past)
    Activity.objects.filter(pk=activity.pk).update(description="A secret of the draft.")
    draft.areas.update(title="A secret of the draft.")
    fields = row.sent["fields"] | {"area": {"was": "", "mine": activity.area_id}}
    sent = {"fields": fields}
    Parked.objects.filter(pk=row.pk).update(person=lost, sent=sent)
    client, page = sign_in(lost), at("parked_text", 2027, row.key)
    assert client.get(at("overview", 2027)).status_code == 404
    assert at("parked", 2027) in words(client.get("/en/desk/"))
    for url in (at("parked", 2027), page, at("parked_discard", 2027, row.key)):
        said = words(client.get(url))
        assert "我的文字，2027。" in said, url
        assert "A secret of the draft." not in said, url
        assert at("overview", 2027) + '"' not in said, url
    response = client.post(page, {"description": "Once more."})
    assert response.status_code == 403
    assert "A secret of the draft." not in words(response)
    told = client.post(at("parked_discard", 2027, row.key), follow=True)
    assert told.redirect_chain == [("/en/desk/", 302)]
    assert "put aside in the" not in words(told)
    assert client.get(at("parked", 2027)).status_code == 404


def test_the_desk_counts_them_by_plan(cast, sign_in, staff, row, activity):
    other = Activity.objects.exclude(pk=activity.pk).first()
    Window(staff, page_of(other)).save(begins="Junee")
    said = words(staff.get("/en/desk/"))
    assert "Decide about the 2 texts you put aside in the 2027 work plan" in said
    assert "put aside" not in words(sign_in(cast.chair).get("/en/desk/"))


@pytest.fixture
def disputed(staff, chair, activity):
    """A milestone whose date the chair changed and whose text the staff changed."""
    milestone = activity.milestones.create(text="Call", date="2027-05")
    box = f"milestone-{milestone.key}"
    mine = Window(staff, page_of(activity))
    Window(chair, page_of(activity)).save(**{f"{box}-date": "2027-06"})
    assert mine.save(**{f"{box}-text": MINE.split("\n")[0]})["state"] == "partly"
    return milestone, box


def test_a_milestone_two_people_changed_stands_side_by_side(staff, disputed):
    milestone, box = disputed
    response = staff.get(at("parked_text", 2027, Parked.objects.get().key))
    said = re.sub(r'<bdi class="visually-hidden">[^<]*</bdi>', "", words(response))
    assert "What is to be kept in “Milestone”" in said
    assert "Call · 2027-<del>05</del><ins>06</ins>" in said
    assert [field.boxes[0].html_name for field in response.context["fields"]] == [f"{box}-text"]
    milestone.refresh_from_db()
    assert (milestone.text, milestone.date.iso) == ("Call", "2027-06")


@pytest.mark.parametrize(
    ("choice", "kept"),
    [
        ("mine", (MINE.split("\n")[0], "2027-05")),
        ("saved", ("Call", "2027-06")),
        ("third", (MINE.split("\n")[0], "2027-06")),
    ],
)
def test_a_milestone_is_decided_as_one(staff, disputed, choice, kept):
    milestone, box = disputed
    third = {f"{box}-text": kept[0], f"{box}-date": kept[1]} if choice == "third" else {}
    row = Parked.objects.get()
    assert decide(staff, row, **{f"choice-{box}": choice, **third}).status_code == 302
    milestone.refresh_from_db()
    assert (milestone.text, milestone.date.iso) == kept
    assert not Parked.objects.filter(cleared=None).exists()


def test_a_date_nobody_can_read_is_corrected_where_it_lies(staff, activity):
    window = Window(staff, page_of(activity))
    box = next(name for name in window.sent if name.startswith("milestone-")).removesuffix("-text")
    window.save(**{f"{box}-text": "Call", f"{box}-date": "Mayy 2027"})
    row = Parked.objects.get()
    said = words(staff.get(at("parked_text", 2027, row.key)))
    assert "What you wrote under “Milestone” cannot be saved as it is." in said
    assert 'value="Mayy 2027"' in said
    assert "A day, a month or a year: 2027-03-11, 2027-03 or 2027." in said
    assert decide(staff, row, **{f"{box}-date": "2027-05"}).status_code == 302
    milestone = activity.milestones.get()
    assert (milestone.text, milestone.date.iso) == ("Call", "2027-05")


def test_the_last_objective_s_clash_with_its_removal(staff, chair, draft):
    area = draft.areas.first()
    objective = area.objectives.create(text="Share.")
    box = f"objective-{objective.key}"
    mine = Window(staff, at("area", 2027, area.key))
    Window(chair, at("area", 2027, area.key)).save(**{box: ""})
    assert mine.save(**{box: MINE})["state"] == "partly"
    row = Parked.objects.get()
    assert decide(staff, row, **{f"choice-{box}": "mine"}).status_code == 302
    assert [one.text for one in area.objectives.all()] == [MINE]


# A way back


def test_what_was_discarded_by_mistake_is_put_aside_again(staff, cast, sign_in, row):
    response = staff.post(at("parked_discard", 2027, row.key), follow=True)
    said = words(response)
    assert "The text put aside is discarded." in said and "我的文字" in said
    again = re.search(r'<form method="post" action="([^"]+/again/)">', said)[1]
    for other in (cast.chair, cast.head, cast.stranger):
        assert sign_in(other).post(again).status_code == 404
        page = sign_in(other).get(f"{at('parked', 2027)}?discarded={row.key}")
        assert "我的文字" not in words(page)
    response = staff.post(again, follow=True)
    assert response.redirect_chain[-1][0] == at("parked_text", 2027, row.key)
    assert "It is put aside again." in words(response)
    assert "我的文字，2027。" in words(response)
    back = Parked.objects.get(cleared=None)
    assert (back.pk, back.sent) == (row.pk, row.sent)
    # Sent twice, it has one effect; and the page that wrote it goes on beside it.
    assert staff.post(again).url == at("parked_text", 2027, row.key)
    assert "put it aside again" not in words(staff.get(at("parked", 2027))).lower()


def test_who_kept_the_other_text_can_have_their_own_back(staff, row, activity):
    page = at("parked_text", 2027, row.key)
    shown = staff.get(page)
    sent = fields(shown) | {"seen": row.at.isoformat(), "begins": "2027-05"}
    sent |= {"choice-description": "saved", "choice-place": "saved"}
    response = staff.post(page, sent, follow=True)
    assert "It is saved as you decided." in words(response)
    activity.refresh_from_db()
    assert activity.description == THEIRS
    link = re.search(r'<a href="([^"]+)">Your own text can still be had back</a>', words(response))
    assert "Put it aside again" in words(staff.get(link[1]))
    staff.post(at("parked_again", 2027, row.key))
    assert "我的文字，2027。" in words(staff.get(page))


def test_who_kept_their_own_is_not_asked_about_it_again(staff, row):
    shown = staff.get(at("parked_text", 2027, row.key))
    sent = fields(shown) | {"seen": row.at.isoformat(), "begins": "2027-05"}
    sent |= {"choice-description": "mine", "choice-place": "mine"}
    response = staff.post(at("parked_text", 2027, row.key), sent, follow=True)
    assert "It is saved as you decided." in words(response)
    assert "can still be had back" not in words(response)


def test_two_windows_of_one_person_are_not_two_people(staff, activity):
    one, other = Window(staff, page_of(activity)), Window(staff, page_of(activity))
    one.save(place="Here")
    found = other.save(place="There")
    said = words(staff.get(found["aside"]["url"]))
    assert "You changed the same text in two windows" in said
    assert "Two people" not in said and "It was last saved by" not in said


def test_what_one_saved_oneself_is_not_told_as_anothers(staff, chair, activity):
    """The other fields of the same page are saved: the last to save is the reader."""
    mine = Window(staff, page_of(activity))
    Window(chair, page_of(activity)).save(place="There")
    found = mine.save(place="Here", deliverables="A list")
    said = words(staff.get(found["aside"]["url"]))
    assert "Two people changed the same text" in said
    assert "Saved now, by <bdi>Chair Aldova</bdi>" in said
    assert "It was last saved by" not in said
