"""A table out of the draft and back into it, in the browser."""

import io
import re
from html import unescape

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from secretariat.models import Authority, Entry
from tests import factories
from workplans import draft as drafts
from workplans import tables
from workplans.models import Activity, Indicator, WorkPlan
from workplans.operations import tables as operations
from workplans.operations.locking import Superseded

pytestmark = pytest.mark.django_db

OUT, IN = ("table_csv", "table_xlsx"), ("table", "table_preview")


def at(name, *args):
    return reverse(f"workplans:{name}", args=args or [2027])


def words(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", unescape(response.content.decode())))


def told(response):
    return [str(message) for message in response.context["messages"]]


def choose(client, data, name="plan.csv"):
    data = data.encode() if isinstance(data, str) else data
    return client.post(at("table"), {"file": SimpleUploadedFile(name, data)}, follow=True)


def confirm(client, shown, **changes):
    sent = dict(shown.context["form"].initial) | changes
    return client.post(at("table_preview"), sent, follow=True)


def compose(plan):
    return drafts.compose(plan, on=factories.TODAY)


@pytest.fixture
def staff(cast, sign_in):
    return sign_in(cast.staff)


@pytest.fixture
def forum(draft, cast):
    """An activity of which everything is said."""
    dorlan = cast.states["Dorlan"]
    row = factories.activity(
        draft,
        title="=Forum",
        lead=dorlan,
        lead_authority=Authority.objects.get(state=dorlan),
        begins="2027-05",
        ends="2027-06-03",
        partners="UNIDO\nA bank",
        mode="hybrid",
        place="São Paulo",
    )
    row.co_leads.set([cast.states["Aldova"], cast.states["Borania"]])
    row.indicators.create(name="Visitors", unit="people", baseline="0", target="100", position=0)
    row.indicators.create(name="Talks", position=1)
    row.milestones.create(text="Call", date="2027-01", position=0)
    row.milestones.create(text="Choice", date="2027-01-10", position=1)
    return row


# Out


@pytest.mark.parametrize("name", OUT)
def test_the_draft_goes_out_as_a_file_and_back_without_a_change(staff, draft, forum, name):
    response = staff.get(at(name))
    assert re.search(r'filename="activities-2027-2027-03-10\.(csv|xlsx)"', response.headers[
        "Content-Disposition"
    ])  # fmt: skip
    before = list(Activity.objects.order_by("pk").values())
    shown = choose(staff, response.content, name)
    assert "The table would change nothing in the draft." in words(shown)
    assert "Take these changes" not in words(shown)
    assert confirm(staff, shown).redirect_chain[-1][0] == at("edit")
    assert list(Activity.objects.order_by("pk").values()) == before


def test_a_csv_guards_what_looks_like_a_formula(staff, draft, forum):
    text = staff.get(at("table_csv")).content.decode("utf-8-sig")
    assert ",'=Forum," in text
    assert text.splitlines()[0].startswith("id,number,area,")


def test_a_workbook_offers_the_states_that_sit(staff, draft, forum):
    book = load_workbook(io.BytesIO(staff.get(at("table_xlsx")).content))
    assert "Dorlan" in {cell.value for row in book.worksheets[1] for cell in row}
    assert "Union of Observers" not in {cell.value for row in book.worksheets[1] for cell in row}


def test_the_queries_of_a_file_do_not_grow(staff, draft, forum, django_assert_num_queries):
    for name in OUT:
        staff.get(at(name))
        with CaptureQueriesContext(connection) as few:
            staff.get(at(name))
        for n in range(5):
            factories.activity(draft, title=f"More {n}", lead=forum.lead)
        with django_assert_num_queries(len(few)):
            staff.get(at(name))


# In


def test_nothing_changes_before_it_is_confirmed(staff, draft, forum, cast):
    rows = f"id,title,place,lead\r\n{forum.key},The Forum,Recife,CE\r\n,Fair,,\r\n"
    version = WorkPlan.objects.get().version
    shown = choose(staff, rows)
    said = words(shown)
    assert shown.redirect_chain == [(at("table_preview"), 302)]
    assert "plan.csv" in said
    assert "1 activity changes" in said
    assert "Row 3, area: name the priority area of the activity." in said
    assert "Row 3 is left out." in said
    (part,) = shown.context["laid"].changes.changed
    assert [field.label for field in part.fields] == ["Title", "Lead", "Place"]
    assert (part.fields[0].before, part.fields[0].after) == ("=Forum", "The Forum")
    assert Activity.objects.get(key=forum.key).title == "=Forum"
    assert WorkPlan.objects.get().version == version

    response = confirm(staff, shown)
    assert told(response) == [
        "The table is taken into the draft: 1 activity changes.",
        "Row 3 is left out.",
    ]
    forum.refresh_from_db()
    assert (forum.title, forum.place, forum.lead) == ("The Forum", "Recife", cast.states["Cestria"])
    assert forum.lead_authority is None
    assert forum.partners == "UNIDO\nA bank", "what the table does not name stays"
    assert (forum.version, forum.changed_by) == (2, cast.staff)
    assert WorkPlan.objects.get().version == version + 1


def test_only_what_changes_is_written(staff, draft, forum):
    for line in (f"{forum.key},Recife", f"{Activity.objects.first().key},"):
        confirm(staff, choose(staff, f"id,place\n{line}\n"))
    assert Activity.objects.get(pk=forum.pk).version == 2
    others = Activity.objects.exclude(pk=forum.pk)
    assert others and {row.version for row in others} == {1}


def test_every_field_is_written(staff, draft, forum, cast):
    talks = forum.indicators.get(name="Talks")
    call = forum.milestones.get(text="Call")
    cells = {
        "id": forum.key, "area": "2", "kind": "Forum", "description": "Two\nlines.", "lead": "ce",
        "lead authority": "Ministry of Industry of Cestria", "co-leads": "DO, AL",
        "partners": "", "mode": "", "place": "Pune", "begins": "2027", "ends": "",
        "deliverables": "One\nTwo", "budget note": "-5 %", "funding source": "A fund",
        "state of work": "Under way", "sources": "https://example.org",
        "milestones": "2027-02: Choice\nCall\n2027-05-01: Final",
        "indicators": "Talks | talks | 1 | 2\nGuests",
    }  # fmt: skip
    data = tables.sheets.write_csv([list(cells), [str(cell) for cell in cells.values()]])
    shown = choose(staff, data)
    assert "is left out" not in words(shown)
    confirm(staff, shown)
    (row,) = [row for row in tables.cells(compose(draft)) if row["id"] == str(forum.key)]
    assert {name: row[name] for name in cells} | {"area": "", "lead": ""} == {
        **cells, "id": str(forum.key), "area": "", "lead": "", "co-leads": "AL, DO"
    }  # fmt: skip
    assert row["number"] == "2.2"
    assert row["lead"] == "CE"
    assert Indicator.objects.get(pk=talks.pk).unit == "talks"
    assert [(i.name, i.version) for i in forum.indicators.all()] == [("Talks", 2), ("Guests", 2)]
    assert forum.indicators.count() == 2
    steps = [(m.text, str(m.date or ""), m.version) for m in forum.milestones.all()]
    assert steps == [("Choice", "February 2027", 2), ("Call", "", 2), ("Final", "1 May 2027", 1)]
    assert forum.milestones.get(pk=call.pk).text == "Call"


def test_rows_add_and_remove_activities(staff, draft, forum, cast):
    rows = (
        "id,title,area,co-leads,indicators,remove\r\n"
        f"{forum.key},=Forum,,,,yes\r\n"
        ',Fair,5,"AL,BO",Visitors | people,\r\n'
        ",School,5,,,\r\n"
    )
    shown = choose(staff, rows)
    assert "2 activities are added" in words(shown)
    assert "1 activity is removed" in words(shown)
    confirm(staff, shown)
    assert not Activity.objects.filter(key=forum.key).exists()
    fair, school = draft.areas.last().activities.all()
    assert (fair.title, school.title) == ("Fair", "School")
    assert list(fair.co_leads.all()) == [cast.states["Aldova"], cast.states["Borania"]]
    assert fair.indicators.get().unit == "people"
    assert fair.changed_by == cast.staff


def test_sent_twice_it_adds_once(staff, draft):
    shown = choose(staff, "title,area\nFair,1\n")
    confirm(staff, shown)
    again = confirm(staff, shown)
    assert told(again) == ["The draft says what the table says already."]
    assert Activity.objects.filter(title="Fair").count() == 1


def test_a_draft_that_changed_meanwhile_is_looked_at_again(staff, draft, forum):
    shown = choose(staff, f"id,place\n{forum.key},Recife\n")
    Activity.objects.filter(pk=forum.pk).update(place="Manaus")
    WorkPlan.objects.update(version=99)
    response = confirm(staff, shown)
    assert response.status_code == 409
    assert "The draft changed while you were looking." in words(response)
    assert "Manaus" in words(response)
    assert Activity.objects.get(pk=forum.pk).place == "Manaus"
    confirm(staff, response)
    assert Activity.objects.get(pk=forum.pk).place == "Recife"


def test_another_table_in_another_window_is_not_taken_unseen(staff, draft, forum):
    first = choose(staff, f"id,place\n{forum.key},Recife\n")
    choose(staff, f"id,place\n{forum.key},Natal\n", "other.csv")
    response = confirm(staff, first)
    assert response.status_code == 409
    assert "You chose another table meanwhile." in words(response)
    assert Activity.objects.get(pk=forum.pk).place == "São Paulo"


def test_a_table_is_its_own_persons_and_not_kept_for_ever(staff, draft, forum, cast, sign_in):
    choose(staff, f"id,place\n{forum.key},Recife\n")
    chair = sign_in(cast.chair)
    response = chair.get(at("table_preview"), follow=True)
    assert told(response) == ["The table is not kept any longer. Choose the file again."]
    cache.clear()
    response = staff.post(at("table_preview"), {"table": "x", "seen": "y"}, follow=True)
    assert response.redirect_chain == [(at("table"), 302)]


@pytest.mark.parametrize("data, sentence", [(None, "Choose a file."), (b"\x89PNG\0", "no table")])
def test_what_is_no_table_is_told_beside_the_field(staff, draft, data, sentence):
    response = choose(staff, data) if data else staff.post(at("table"), {})
    assert response.status_code == 422
    assert sentence in words(response)


def test_a_settled_text_takes_no_table(staff, adopted):
    page = staff.get(at("table"))
    assert "Download as XLSX" in words(page)
    assert "Bring it back" not in words(page)
    response = choose(staff, "title,area\nFair,1\n")
    assert response.redirect_chain == [(at("overview"), 302)]


def test_what_was_kept_is_not_taken_once_the_text_is_settled(staff, cast, agreed):
    shown = choose(staff, "title,area\nFair,1\n")
    factories.adopted(agreed, by=cast.chair)
    response = confirm(staff, shown)
    assert response.redirect_chain == [(at("overview"), 302)]
    assert not Activity.objects.filter(title="Fair").exists()


def test_those_who_may_read_the_old_draft_change_nothing(cast, sign_in, settings):
    from datetime import UTC, datetime

    factories.plan(by=cast.former_staff, on=datetime(2026, 12, 1, 12, tzinfo=UTC))
    former = sign_in(cast.former_staff)
    page = former.get(at("table"))
    assert page.status_code == 200
    assert "Bring it back" not in words(page)
    assert choose(former, "title,area\nFair,1\n").status_code == 403
    assert former.get(at("table_preview")).status_code == 403


def test_delegations_see_nothing_of_it(consideration, cast, sign_in):
    head = sign_in(cast.head)
    for name in (*OUT, *IN):
        response = head.get(at(name))
        assert response.status_code == 403, name
        assert b"Forum number" not in response.content


def test_an_identity_of_another_year_is_not_taken_over(staff, draft, cast):
    other = factories.plan(by=cast.staff, year=2028)
    stranger = Activity.objects.filter(area__plan=other).first()
    confirm(staff, choose(staff, f"id,title,area\n{stranger.key},Mine,1\n"))
    assert Activity.objects.get(key=stranger.key).title == stranger.title
    assert Activity.objects.get(title="Mine").area.plan == draft


def test_a_renamed_authority_is_kept_as_it_is_on_record(staff, draft, forum, cast):
    """It is printed under the name it bears now; a table that leaves it says nothing of it."""
    old = forum.lead_authority
    Authority.objects.filter(pk=old.pk).update(period=("2000-01-01", "2027-02-01"))
    new = Authority.objects.create(
        state=old.state, name="Ministry of Works", period=("2027-02-01", None)
    )
    Authority.objects.filter(pk=old.pk).update(continued_by=new)
    text = staff.get(at("table_csv")).content.decode("utf-8-sig")
    assert "Ministry of Works" in text
    shown = choose(staff, text.replace("São Paulo", "Recife"))
    confirm(staff, shown)
    forum.refresh_from_db()
    assert (forum.place, forum.lead_authority) == ("Recife", old)


# Many rows


def test_three_hundred_rows_take_no_more_queries_than_three(draft, cast):
    dorlan = cast.states["Dorlan"]

    def table_of(plan):
        """Every activity changes in every kind of field, and as many come."""
        form = compose(plan)
        rows = [
            {**row, "title": f"{row['title']} again", "lead": "BO", "co-leads": "CE, DO",
             "lead authority": "", "milestones": "2027-05: Call\nFinal",
             "indicators": "Visitors | people\nTalks", "area": "3"}
            for row in tables.cells(form)
        ]  # fmt: skip
        rows += [{**row, "id": "", "title": f"New {n}"} for n, row in enumerate(rows)]
        names = list(rows[0])
        return tables.read(tables.sheets.write_csv([names, *(list(r.values()) for r in rows)]))

    def take(plan):
        table = table_of(plan)
        seen = operations.look(plan, table, factories.TODAY).fingerprint
        with CaptureQueriesContext(connection) as queries:
            laid = operations.take(plan, table, seen=seen, by=cast.staff, on=factories.NOW)
        assert laid.problems == ()
        return laid, len(queries)

    def fill(plan, number):
        for n in range(number):
            row = factories.activity(plan, title=f"Activity {n}", lead=dorlan)
            row.indicators.create(name="Visitors")
            row.milestones.create(text="Call")

    fill(draft, 1)
    laid, few = take(draft)
    assert (laid.changed, laid.added) == (3, 3)
    other = factories.plan(by=cast.staff, year=2028, activities=0)
    fill(other, 200)
    laid, many = take(other)
    assert (laid.changed, laid.added) == (200, 200)
    assert few <= 45
    # Rows go into the database in batches.
    assert many <= few + 10
    made = Activity.objects.filter(area__plan=other)
    assert {row.version for row in made} == {1, 2}
    positions = list(other.areas.all()[2].activities.values_list("position", flat=True))
    assert len(set(positions)) == 400


def test_the_act_refuses_a_draft_nobody_saw(draft, forum, cast):
    data = tables.sheets.write_csv([["id", "remove"], [str(forum.key), "yes"]])
    with pytest.raises(Superseded):
        operations.take(draft, tables.read(data), seen="0" * 64, by=cast.staff, on=factories.NOW)
    assert Activity.objects.filter(pk=forum.pk).exists()
    assert not Entry.objects.filter(act="strike").exists()
