"""Master data in the stock administration: reasons for changes, and no way past a rule."""

import json
import re
import threading
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from meetings.models import Body, Meeting, Seat
from secretariat import register
from secretariat.dates import PartialDate
from secretariat.models import (
    Authority,
    Entry,
    HandOver,
    Membership,
    Milestone,
    Notice,
    Person,
    Presidency,
    State,
)
from tests import factories
from workplans.models import Document, TextBlock, WorkPlan
from workplans.operations import review

User = get_user_model()

EDITED = {
    "auth.User",
    "meetings.Body",
    "meetings.Meeting",
    "secretariat.Authority",
    "secretariat.Membership",
    "secretariat.Milestone",
    "secretariat.Person",
    "secretariat.Presidency",
    "secretariat.State",
}
LOOKED_AT = {
    "secretariat.Appointment",
    "secretariat.Entry",
    "secretariat.HandOver",
    "secretariat.Invitation",
    "secretariat.Notice",
    "secretariat.Subscription",
    "workplans.Document",
    "workplans.Revision",
    "workplans.WorkPlan",
}
# What can be entered here at all.
ADDED = EDITED - {"meetings.Body", "meetings.Meeting"}


def address(model, view, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}", args=args)


def of(label):
    return apps.get_model(label)


class Desk:
    """The administration as an administrator uses it: pages opened, forms filled in and sent."""

    def __init__(self, client):
        self.client = client

    def open(self, row_or_model):
        if isinstance(row_or_model, type):
            return self.client.get(address(row_or_model, "add"))
        return self.client.get(address(type(row_or_model), "change", row_or_model.pk))

    def filled(self, page):
        """What a browser would send back: the form as the page shows it."""
        sent = {}
        for form in [
            page.context["adminform"].form,
            *(inline.formset.management_form for inline in page.context["inline_admin_formsets"]),
        ]:
            for bound in form:
                value = bound.value()
                if value is True:
                    sent[bound.html_name] = "on"
                elif value is not None and value is not False:
                    sent[bound.html_name] = getattr(value, "pk", value)
        return sent

    def send(self, row_or_model, **values):
        page = self.open(row_or_model)
        assert page.status_code == 200
        sent = {**self.filled(page), **values}
        sent = {name: value for name, value in sent.items() if value is not None}
        return self.client.post(page.request["PATH_INFO"], sent)

    def errors(self, row_or_model, **values):
        """The sentences with which a form comes back."""
        answer = self.send(row_or_model, **values)
        assert answer.status_code == 200, answer.headers.get("Location")
        found = answer.context["adminform"].form.errors
        assert found
        return {name: " ".join(said) for name, said in found.items()}


@pytest.fixture
def desk(cast, sign_in):
    return Desk(sign_in(cast.superuser))


def rows_of(*models):
    return {model: sorted(map(repr, model._base_manager.values_list())) for model in models}


@pytest.fixture
def unchanged():
    """Check that no master data changed meanwhile, and that nothing entered the register."""
    models = (*map(of, EDITED), Entry)
    before = []

    def check():
        assert rows_of(*models) == before[0]

    check.begin = lambda: before.append(rows_of(*models))
    return check


# What is there, and who may come in


def test_what_can_be_edited_and_what_only_looked_at(cast, desk):
    found = {model._meta.label: site for model, site in admin.site._registry.items()}
    assert found.keys() == EDITED | LOOKED_AT
    request = desk.client.get(reverse("admin:index")).wsgi_request
    for label, site in found.items():
        assert site.has_change_permission(request) == (label in EDITED), label
        assert site.has_add_permission(request) == (label in ADDED), label
        assert not site.has_delete_permission(request), label
        assert "delete_selected" not in site.get_actions(request), label


def test_no_drafting_row_no_position_and_no_group_is_registered():
    labels = {model._meta.label for model in admin.site._registry}
    assert not labels & {
        "auth.Group",
        "workplans.Activity",
        "workplans.Consideration",
        "workplans.Position",
        "workplans.Progress",
        "workplans.PriorityArea",
        "secretariat.StateGroupObjectPermission",
        "secretariat.PresidencyGroupObjectPermission",
    }


def test_only_administrators_come_in_and_by_the_portals_own_door(cast, sign_in):
    index, login = reverse("admin:index"), reverse("admin:login")
    for role, person in cast.everyone().items():
        client = sign_in(person)
        assert client.get(index).status_code == (200 if role == "superuser" else 302), role
        expected = 302 if role == "superuser" else 403
        assert client.get(login, {"next": index}).status_code == expected, role
    visitor = sign_in()
    found = visitor.get(index, follow=True).redirect_chain[-1][0]
    assert found == f"{reverse('sign_in')}?next={index}"
    sent = {"username": cast.superuser.user.username, "password": "example"}
    visitor.post(login, {**sent, "next": index})
    assert "_auth_user_id" not in visitor.session


def test_nothing_can_be_deleted(cast, desk, adopted):
    for model, site in admin.site._registry.items():
        row = site.get_queryset(None).first() if model is not Entry else Entry.objects.first()
        if row is None:
            continue
        for answer in (
            desk.client.post(address(model, "delete", row.pk), {"post": "yes"}),
            desk.client.post(
                address(model, "changelist"),
                {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"},
            ),
        ):
            assert answer.status_code in (200, 302, 403), model
        assert model._base_manager.filter(pk=row.pk).exists(), model


def test_what_is_looked_at_takes_no_form(cast, desk, approved):
    for label in LOOKED_AT - {"secretariat.Notice"}:
        model = of(label)
        site = admin.site._registry[model]
        row = site.get_queryset(desk.client.get("/").wsgi_request).first()
        if row is None:
            continue
        before = rows_of(model)
        assert desk.open(row).status_code == 200
        assert (
            desk.client.post(address(model, "change", row.pk), {"status": "draft"}).status_code
            == 403
        )
        assert desk.client.get(address(model, "add")).status_code == 403
        assert rows_of(model) == before


def test_status_seats_and_host_of_a_meeting_are_not_fields(cast, desk, advisory_group):
    past = Meeting.objects.create(
        body=factories.body("AG"), slug="ag-2019-1", year=2019, status="held", number=2
    )
    page = desk.open(past)
    fields = page.context["adminform"].form.fields
    assert set(fields) == {
        "number", "number_in_year", "place", "source", "unverified", "note", "reason", "seen",
    }  # fmt: skip
    assert desk.send(past, source="The note.", reason="Read.", status="convened", host="1")
    past.refresh_from_db()
    assert (past.status, past.host, past.source) == ("held", None, "The note.")


# A change has its reason, and what was there before


CHANGES = {
    "state": (lambda cast: cast.states["Dorlan"], {"name": "Republic of Dorlan"}),
    "membership": (
        lambda cast: Membership.objects.get(state__name="Dorlan"),
        {"status": "partner"},
    ),
    "authority": (
        lambda cast: Authority.objects.get(state__name="Dorlan"),
        {"name": "Ministry of Works"},
    ),
    "milestone": (lambda cast: Milestone.objects.get(), {"on": "2018-07"}),
    "person": (lambda cast: cast.head, {"name": "Head of Dorlan"}),
    "body": (lambda cast: Body.objects.get(code="AG"), {"name": "Advisory Group of PartNIR"}),
    "meeting": (lambda cast: Meeting.objects.get(), {"place": "Brasília"}),
    "account": (lambda cast: cast.head.user, {"email": "head@tests.example.org"}),
}


@pytest.fixture
def facts(cast):
    """A record of each kind, every one with its source."""
    Milestone.objects.create(on=PartialDate(2018), title="Agreed", source="Declaration")
    Meeting.objects.create(
        body=factories.body("AG"), slug="ag-2019-1", year=2019, status="held", source="Note"
    )
    for model in (State, Membership, Presidency, Authority):
        model.objects.update(source="Note")
    return cast


@pytest.mark.parametrize("kind", CHANGES)
def test_a_correction_enters_the_register_with_what_was_there_before(facts, desk, kind):
    find, change = CHANGES[kind]
    row, (field, value) = find(facts), *change.items()
    (before,) = type(row).objects.filter(pk=row.pk).values_list(field, flat=True)
    answer = desk.send(row, reason="The source was misread.", **change)
    assert answer.status_code == 302
    entry = Entry.objects.get(act="correct")
    assert (entry.subject, entry.by) == (row, facts.superuser)
    assert entry.facts["reason"] == "The source was misread."
    plain = getattr(before, "iso", before)
    assert (entry.facts["before"], entry.facts["after"]) == ({field: plain}, {field: value})


@pytest.mark.parametrize("kind", CHANGES)
def test_without_a_reason_nothing_is_changed(facts, desk, unchanged, kind):
    find, change = CHANGES[kind]
    unchanged.begin()
    assert desk.errors(find(facts), **change)["reason"] == "Write why the record is changed."
    unchanged()


@pytest.mark.parametrize(
    "kind", [kind for kind in CHANGES if kind not in ("person", "body", "account")]
)
def test_without_a_source_nothing_is_changed(facts, desk, unchanged, kind):
    find, change = CHANGES[kind]
    unchanged.begin()
    found = desk.errors(find(facts), reason="Misread.", source="", **change)
    assert found == {"source": "Write where the fact was read."}
    unchanged()


def test_a_form_that_changes_nothing_enters_nothing(facts, desk, unchanged):
    unchanged.begin()
    for find, _change in CHANGES.values():
        found = desk.errors(find(facts), reason="No reason at all.")
        assert found == {"__all__": "Nothing is different from what the record says."}
    found = desk.errors(Presidency.objects.get(year=2028), reason="No reason at all.")
    assert found == {"__all__": "Nothing is different from what the record says."}
    unchanged()


def test_an_administrator_who_is_nobody_is_named_by_the_account(facts):
    client = Client()
    client.force_login(User.objects.create_superuser("root"), backend="bpic.accounts.PersonBackend")
    Desk(client).send(facts.states["Dorlan"], name="Dorland", reason="Renamed.")
    entry = Entry.objects.get(act="correct")
    assert (entry.by, entry.facts["account"]) == (None, "root")


def test_an_entry_that_cannot_be_written_undoes_the_change(facts, desk, monkeypatch):
    """The change and its entry are one transaction."""

    def fail(*args, **kwargs):
        raise RuntimeError("the register is full")

    monkeypatch.setattr(register, "enter", fail)
    with pytest.raises(RuntimeError):
        desk.send(facts.states["Dorlan"], name="Dorland", reason="Renamed.")
    assert State.objects.get(code="DO").name == "Dorlan"


def test_what_somebody_changed_meanwhile_is_not_overwritten_unseen(facts, desk):
    dorlan = facts.states["Dorlan"]
    opened = desk.filled(desk.open(dorlan))
    State.objects.filter(pk=dorlan.pk).update(protocol_order=7, official_name="Republic of Dorlan")
    mine = {**opened, "name": "Dorland", "reason": "Renamed."}
    answer = desk.client.post(address(State, "change", dorlan.pk), mine)
    assert "while you had it open" in answer.content.decode()
    dorlan.refresh_from_db()
    assert (dorlan.name, dorlan.protocol_order) == ("Dorlan", 7)
    again = desk.filled(answer)
    assert (again["name"], again["reason"]) == ("Dorland", "Renamed.")
    assert desk.client.post(address(State, "change", dorlan.pk), again).status_code == 302
    dorlan.refresh_from_db()
    assert dorlan.name == "Dorland"


def test_what_is_new_enters_the_register_too(facts, desk):
    sent = {"code": "EL", "name": "Elmar", "source": "Note", "names": "{}", "native_names": "[]"}
    sent |= {"languages": "[]", "weekend": "[5, 6]", "protocol_order": "12", "nature": "state"}
    assert desk.send(State, **sent).status_code == 302
    elmar = State.objects.get(code="EL")
    entry = Entry.objects.get(act="record")
    assert (entry.subject, entry.by, entry.facts["after"]["weekend"]) == (
        elmar, facts.superuser, [5, 6],
    )  # fmt: skip


def test_the_history_of_a_record_is_what_the_register_says(facts, desk):
    dorlan = facts.states["Dorlan"]
    desk.send(dorlan, name="Dorland", reason="Renamed <today>.")
    page = desk.client.get(address(State, "history", dorlan.pk)).content.decode()
    assert "Renamed &lt;today&gt;." in page
    assert "name: Dorlan → Dorland" in page
    assert "Sudo Nobody" in page


# Rules come back as sentences


def since(text):
    return {"since": text, "reason": "Read again.", "source": "Note"}


class TestIntervals:
    @pytest.fixture(autouse=True)
    def _facts(self, facts, desk, unchanged):
        factories.presidency(facts.states["Dorlan"], 2029)
        Presidency.objects.update(source="Note")
        self.cast, self.unchanged = facts, unchanged
        unchanged.begin()
        yield
        unchanged()

    @pytest.mark.parametrize("model", [Membership, Authority, Presidency])
    def test_no_interval_is_empty(self, desk, model):
        row = model.objects.order_by("-pk").first()
        for until in ("2027-05-01", "2027-05", "2027"):
            found = desk.errors(row, **since("2027-05-01"), until=until)
            assert re.fullmatch(r"[\w ]+ is not after 1 May 2027\.", found["until"])

    def test_what_is_no_date_says_how_to_write_one(self, desk):
        for text in ("soon", "2027-13", "2027-02-30", "0000", "2027-1-1", "", "\0"):
            found = desk.errors(Membership.objects.first(), **since(text))["since"]
            said = "Write a day, a month or a year" if text else "This field is required."
            assert said in found, text

    def test_a_state_belongs_in_one_way_at_a_time(self, desk):
        sent = {"state": self.cast.states["Dorlan"].pk, "status": "partner", **since("2019")}
        found = desk.errors(Membership, **sent)["__all__"]
        assert found == "The state is on record with another membership in some of these days."
        assert desk.errors(Membership, **sent, until="2020-02")["__all__"] == found

    def test_one_presidency_at_a_time(self, desk):
        sent = {"state": self.cast.states["Dorlan"].pk, "year": "2030", **since("2029-12-31")}
        found = desk.errors(Presidency, **sent, until="2031")["__all__"]
        assert found == "A state presides in some of these days already."

    def test_a_boundary_that_swallows_the_neighbour(self, desk):
        row = Presidency.objects.get(year=2028)
        found = desk.errors(row, **since("2028"), until="2030-06")["__all__"]
        assert found == "Dorlan 2029 would last less than a day."

    def test_nothing_is_older_than_every_record(self, desk):
        row = Presidency.objects.get(year=2026)
        assert desk.errors(row, **since("0001")) == {
            "since": "No record of the partnership is that old."
        }
        sent = {"state": self.cast.states["Cestria"].pk, **since("2040")}
        for year in ("0", "30000"):
            assert "year" in desk.errors(Presidency, **sent, year=year), year

    def test_a_state_presides_once_a_year(self, desk):
        sent = {"state": self.cast.states["Cestria"].pk, "year": "2028", **since("2040")}
        assert "presidency of this year already" in desk.errors(Presidency, **sent)["__all__"]

    def test_an_authority_is_on_record_once(self, desk):
        known = Authority.objects.get(state__name="Dorlan")
        sent = {"state": known.state_id, "name": known.name, **since("2000-01-01")}
        assert "on record for these days already" in desk.errors(Authority, **sent)["__all__"]

    def test_a_correction_that_makes_two_authorities_alike(self, desk):
        known = Authority.objects.get(state__name="Dorlan")
        with transaction.atomic():
            other = factories.authority(self.cast.states["Dorlan"], "Ministry of Trade")
            found = desk.errors(other, name=known.name, reason="So named.", source="Note")
            assert "on record for these days already" in found["__all__"]
            other.delete()

    def test_an_authority_continues_in_one_of_its_own_state(self, desk):
        mine, other = (Authority.objects.get(state__name=n) for n in ("Dorlan", "Aldova"))
        why = {"reason": "Renamed.", "source": "Note"}
        found = desk.errors(mine, continued_by=other.pk, until="2026", **why)
        assert "is an authority of Aldova, not of Dorlan." in found["continued_by"]
        found = desk.errors(mine, continued_by=mine.pk, until="2026", **why)
        assert found == {"__all__": "An authority does not continue itself."}
        found = desk.errors(mine, continued_by=mine.pk, **why)
        assert found["until"] == "What is continued by another has ended. Write when."

    def test_a_milestone_is_told_once(self, desk):
        sent = {"on": "2018", "title": "Agreed", "source": "Note"}
        assert desk.errors(Milestone, **sent)["__all__"] == "This milestone is on record already."


class TestStates:
    @pytest.fixture(autouse=True)
    def _facts(self, facts, desk, unchanged):
        self.cast = facts
        unchanged.begin()
        yield
        unchanged()

    BROKEN = [
        ("time_zone", "Mars/Base", "“Mars/Base” is not a time zone. Write it like"),
        ("time_zone", "../../etc/passwd", "is not a time zone"),
        ("weekend", "[0, 8]", "numbers from 1 (Monday) to 7 (Sunday)"),
        ("weekend", '"Sunday"', "numbers from 1 (Monday) to 7 (Sunday)"),
        ("weekend", "Sunday", "Enter a valid JSON."),
        ("weekend", "{}", "as a list, such as [6, 7]"),
        ("holidays", "XX", "No public holidays are known of “XX”"),
        ("holidays", "in", "No public holidays are known of “in”"),
        ("names", "[]", "in the form of the institution’s file"),
        ("names", '{"fr": 1}', "in the form of the institution’s file"),
        ("names", '{"fr": "\\u0000"}', "in the form of the institution’s file"),
        ("native_names", '[{"name": "Dorlan"}]', "in the form of the institution’s file"),
        ("languages", '[{"tag": "do"}]', "in the form of the institution’s file"),
        ("protocol_order", "99999", "less than or equal to 32767"),
        ("name", "\0", "Null characters"),
    ]

    def test_what_breaks_a_form_says_which(self, desk):
        dorlan = self.cast.states["Dorlan"]
        for field, value, sentence in self.BROKEN:
            found = desk.errors(dorlan, reason="Read again.", source="Note", **{field: value})
            assert sentence in found[field], (field, value)

    def test_what_is_left_empty_is_empty(self, desk):
        with transaction.atomic():
            dorlan = self.cast.states["Dorlan"]
            empty = dict.fromkeys(("names", "native_names", "languages", "weekend"), "")
            answer = desk.send(dorlan, **empty, holidays="IN", reason="Unknown.", source="Note")
            assert answer.status_code == 302
            dorlan.refresh_from_db()
            assert (dorlan.names, dorlan.native_names, dorlan.weekend) == ({}, [], [])
            transaction.set_rollback(True)

    def test_a_code_is_capital_letters(self, desk):
        for code in ("el", "E", "EL1", "ELMARISTAN", "É"):
            assert "code" in desk.errors(State, code=code, name="Elmar", source="Note"), code

    def test_a_code_is_given_once(self, desk):
        found = desk.errors(State, code="DO", name="Elmar", source="Note")
        assert found["code"] == "State with this Code already exists."

    def test_a_code_stays_as_it_was_made(self, desk):
        dorlan = self.cast.states["Dorlan"]
        assert "code" not in desk.open(dorlan).context["adminform"].form.fields
        found = desk.errors(dorlan, code="XX", reason="Better.", source="Note")
        assert found == {"__all__": "Nothing is different from what the record says."}

    def test_a_state_that_belongs_does_not_become_an_organisation(self, desk):
        dorlan = self.cast.states["Dorlan"]
        found = desk.errors(dorlan, nature="organisation", reason="It is one.", source="Note")
        assert "belongs or presides" in found["nature"]

    @pytest.mark.parametrize("status", ["member", "invited", "partner"])
    def test_an_organisation_only_observes(self, desk, status):
        membership = Membership.objects.get(state__nature="organisation")
        found = desk.errors(membership, status=status, reason="Promoted.", source="Note")
        assert found == {"status": "An organisation can only be an observer."}

    def test_an_organisation_does_not_preside(self, desk):
        union = State.objects.get(nature="organisation")
        sent = {"state": union.pk, "year": "2040", **since("2040"), "until": "2041"}
        assert desk.errors(Presidency, **sent)["state"] == "An organisation cannot preside."
        row = Presidency.objects.get(year=2028)
        found = desk.errors(row, state=union.pk, reason="It offered.", source="Note")
        assert "cannot preside" in " ".join(found.values())


class TestMeetings:
    def test_a_number_is_given_once(self, facts, desk):
        Meeting.objects.create(
            body=factories.body("AG"), slug="ag-2018-1", year=2018, number=1, status="held"
        )
        past = Meeting.objects.get(slug="ag-2019-1")
        found = desk.errors(past, number="1", reason="Counted again.")
        assert found == {"number": "Advisory Group had its meeting no. 1 in 2018."}
        assert desk.send(past, number="2", reason="Counted again.").status_code == 302

    def test_calendars_take_a_corrected_meeting(self, facts, desk):
        past = Meeting.objects.get()
        changed = past.changed
        desk.send(past, place="Brasília", reason="Read again.")
        past.refresh_from_db()
        assert (past.place, past.sequence) == ("Brasília", 1)
        assert past.changed != changed

    def test_what_was_convened_here_is_not_rewritten(self, cast, desk, advisory_group):
        before = rows_of(Meeting, Seat, Entry)
        page = desk.open(advisory_group)
        assert page.status_code == 200
        assert not re.search(r'name="(place|source|reason|status)"', page.content.decode())
        sent = {"place": "Elsewhere", "source": "Note", "reason": "Better."}
        answer = desk.client.post(address(Meeting, "change", advisory_group.pk), sent)
        assert answer.status_code == 403
        assert rows_of(Meeting, Seat, Entry) == before


class TestMemberships:
    def test_seats_stay_as_they_were_fixed_and_the_page_says_so(self, facts, desk, advisory_group):
        membership = Membership.objects.get(state__name="Dorlan")
        assert "1. It stays as it was fixed" in desk.open(membership).content.decode()
        seats = rows_of(Seat)
        answer = desk.send(membership, since="2027-03-11", reason="It acceded later.", follow=None)
        messages = desk.client.get(answer.headers["Location"]).content.decode()
        assert "1 seat was fixed under this membership as it was on record. It stays." in messages
        assert rows_of(Seat) == seats
        membership.refresh_from_db()
        assert membership.period.lower == date(2027, 3, 11)

    def test_a_month_stays_a_month(self, facts, desk):
        membership = Membership.objects.get(state__name="Dorlan")
        desk.send(membership, since="2020-03", reason="Read again.")
        membership.refresh_from_db()
        assert (membership.since.iso, membership.period.lower) == ("2020-03", date(2020, 3, 1))
        assert desk.filled(desk.open(membership))["since"] == "2020-03"
        facts_kept = Entry.objects.get(act="correct").facts
        assert facts_kept["before"]["period"] == {"from": "2020-01-01", "until": None}
        assert facts_kept["after"]["since"] == "2020-03"


class TestPresidencies:
    @pytest.fixture(autouse=True)
    def _table(self, facts):
        factories.presidency(facts.states["Dorlan"], 2029)
        Presidency.objects.update(source="Note")

    def test_a_shared_boundary_moves_along_and_the_page_says_so(self, desk):
        row = Presidency.objects.get(year=2028)
        answer = desk.send(row, until="2029-02", reason="The summit is in January.")
        assert answer.status_code == 302
        page = desk.client.get(answer.headers["Location"]).content.decode()
        assert "The boundary moved for Dorlan 2029 too: February 2029 – 31 December 2029." in page
        entries = Entry.objects.filter(act="change_presidency")
        assert {entry.facts["year"] for entry in entries} == {2028, 2029}
        assert {entry.by.name for entry in entries} == {"Sudo Nobody"}
        assert not Entry.objects.filter(act="correct").exists()

    def test_a_note_is_a_correction_like_any_other(self, desk):
        row = Presidency.objects.get(year=2028)
        desk.send(row, note="Expected.", reason="Announced.")
        entry = Entry.objects.get(act="correct")
        assert entry.facts["after"] == {"note": "Expected."}
        assert not Entry.objects.filter(act="change_presidency").exists()

    def test_the_state_of_a_presidency_with_a_plan_stays(self, cast, desk, unchanged, draft):
        unchanged.begin()
        row = Presidency.objects.get(year=2027)
        found = desk.errors(row, state=cast.states["Dorlan"].pk, reason="It should.")
        assert found == {
            "__all__": "Aldova 2027 cannot be changed so, since the record rests on it: "
            "1 work plan."
        }
        unchanged()

    def test_a_new_row_needs_a_reason(self, cast, desk):
        sent = {"state": cast.states["Aldova"].pk, "year": "2030", "source": "Note"}
        sent |= {"since": "2030", "until": "2031"}
        assert desk.errors(Presidency, **sent) == {"reason": "Write why the record is changed."}
        assert desk.send(Presidency, **sent, reason="Announced.").status_code == 302
        entry = Entry.objects.get(act="record")
        assert (entry.facts["reason"], entry.subject.year) == ("Announced.", 2030)

    # Exchange

    @pytest.fixture
    def pair(self):
        return Presidency.objects.get(year=2028), Presidency.objects.get(year=2029)

    @pytest.fixture
    def confirm(self, desk, pair):
        """The confirmation, reached by the action of the list."""

        def open_():
            answer = desk.client.post(
                address(Presidency, "changelist"),
                {"action": "exchange_years", "_selected_action": [row.pk for row in pair]},
                follow=True,
            )
            return answer

        return open_

    def sent(self, page, **values):
        return {
            "one": page.context["pair"][0].pk,
            "other": page.context["pair"][1].pk,
            "seen": page.context["form"]["seen"].value(),
            **values,
        }

    def test_the_list_offers_it_and_a_page_confirms_it(self, desk, confirm):
        page = confirm()
        text = re.sub(r"\s+", " ", page.content.decode())
        assert (
            '<th scope="row">2028</th> <td>1 January – 31 December 2028</td> <td>Cestria</td>'
            in text
        )
        assert "<td><strong>Dorlan</strong></td>" in text
        url = reverse("admin:secretariat_presidency_exchange")
        answer = desk.client.post(url, self.sent(page, reason="By notes."))
        assert answer.status_code == 302
        done = desk.client.get(answer.headers["Location"]).content.decode()
        assert "Cestria 2028 and Dorlan 2029 have changed places." in done
        assert Presidency.objects.get(year=2028).state.name == "Dorlan"
        assert Entry.objects.filter(act="change_presidency").count() == 2

    def test_sent_twice_they_change_places_once(self, desk, confirm):
        page = confirm()
        url, sent = reverse("admin:secretariat_presidency_exchange"), self.sent(page, reason="So.")
        assert [desk.client.post(url, sent).status_code for _time in range(2)] == [302, 302]
        assert Presidency.objects.get(year=2028).state.name == "Dorlan"
        assert Entry.objects.filter(act="change_presidency").count() == 2

    def test_without_a_reason_nothing_changes(self, desk, confirm, unchanged):
        page = confirm()
        unchanged.begin()
        url = reverse("admin:secretariat_presidency_exchange")
        answer = desk.client.post(url, self.sent(page, reason="  "))
        assert answer.status_code == 422
        assert "Write why they change places." in answer.content.decode()
        unchanged()

    def test_a_table_that_changed_meanwhile_is_shown_again(self, cast, desk, confirm):
        page = confirm()
        Presidency.objects.filter(year=2029).update(state=cast.states["Borania"])
        url = reverse("admin:secretariat_presidency_exchange")
        answer = desk.client.post(url, self.sent(page, reason="By notes."))
        assert answer.status_code == 409
        text = answer.content.decode()
        assert "The table has changed since you opened this page." in text
        assert "By notes." in text
        assert Presidency.objects.get(year=2028).state.name == "Cestria"
        answer = desk.client.post(url, self.sent(answer, reason="By notes."))
        assert Presidency.objects.get(year=2028).state.name == "Borania"

    @pytest.mark.parametrize("years", [(2028,), (2027, 2028, 2029), ()])
    def test_it_takes_two(self, desk, years):
        rows = Presidency.objects.filter(year__in=years).values_list("pk", flat=True)
        sent = {"action": "exchange_years", "index": "0", "_selected_action": list(rows)}
        page = desk.client.post(address(Presidency, "changelist"), sent, follow=True)
        text = page.content.decode()
        assert "Choose the two presidencies" in text or "Items must be selected" in text

    @pytest.mark.parametrize("query", ["", "?one=1", "?one=x&other=y", "?one=999998&other=999999"])
    def test_an_address_that_names_no_two_leads_back(self, desk, query):
        answer = desk.client.get(reverse("admin:secretariat_presidency_exchange") + query)
        assert answer.headers["Location"] == address(Presidency, "changelist")

    def test_one_that_has_begun_is_refused_before_a_reason_is_asked(self, desk):
        rows = Presidency.objects.filter(year__in=(2027, 2028))
        sent = {"action": "exchange_years", "_selected_action": [row.pk for row in rows]}
        page = desk.client.post(address(Presidency, "changelist"), sent, follow=True)
        text = page.content.decode()
        assert "Aldova 2027 has begun, and only presidencies to come can change places." in text
        assert 'name="reason"' not in text

    def test_it_is_for_administrators(self, cast, sign_in, pair):
        url = reverse("admin:secretariat_presidency_exchange")
        query = "?one={}&other={}".format(*(row.pk for row in pair))
        for role, person in cast.everyone().items():
            expected = 200 if role == "superuser" else 302
            assert sign_in(person).get(url + query).status_code == expected, role
        strict = sign_in(cast.superuser, enforce_csrf_checks=True)
        assert strict.post(url, {"one": pair[0].pk, "other": pair[1].pk}).status_code == 403


# Accounts give no voice


class TestAccounts:
    def test_groups_and_permissions_are_no_fields(self, cast, desk):
        page = desk.open(cast.stranger.user)
        assert not {"groups", "user_permissions"} & set(page.context["adminform"].form.fields)
        group = Group.objects.create(name="seat:drafting:AL:2027")
        desk.send(
            cast.stranger.user, groups=[group.pk], user_permissions=[1], email="", reason="A test."
        )
        assert not cast.stranger.user.groups.exists()
        assert not cast.stranger.user.user_permissions.exists()

    def test_nobody_sets_the_password_of_whoever_acts_for_a_state(self, cast, desk):
        for person in (cast.head, cast.chair, cast.minister, cast.next_chair, cast.staff):
            before = User.objects.get(pk=person.user_id).password
            url = reverse("admin:auth_user_password_change", args=[person.user_id])
            sent = {"password1": "long-enough-for-me", "password2": "long-enough-for-me"}
            sent["usable_password"] = "true"
            assert desk.client.get(url).status_code == 403
            answer = desk.client.post(url, sent)
            assert answer.status_code == 403
            assert "So nobody else sets it." in answer.content.decode()
            assert User.objects.get(pk=person.user_id).password == before
            assert "../password/" not in desk.open(person.user).content.decode()
        assert "../password/" in desk.open(cast.stranger.user).content.decode()

    def test_a_password_set_for_somebody_else_is_on_record(self, cast, desk):
        url = reverse("admin:auth_user_password_change", args=[cast.stranger.user_id])
        sent = {"password1": "long-enough-for-me", "password2": "long-enough-for-me"}
        assert desk.client.post(url, {**sent, "usable_password": "true"}).status_code == 302
        assert User.objects.get(pk=cast.stranger.user_id).check_password("long-enough-for-me")
        entry = Entry.objects.get(act="set_password")
        assert (entry.by, entry.subject) == (cast.superuser, cast.stranger.user)
        assert "long-enough" not in json.dumps(entry.facts)

    def test_an_administrators_own_password(self, cast, desk):
        sent = {"old_password": "example", "new_password1": "long-enough-for-me"}
        sent["new_password2"] = sent["new_password1"]
        assert desk.client.post(reverse("admin:password_change"), sent).status_code == 302
        assert User.objects.get(pk=cast.superuser.user_id).check_password("long-enough-for-me")

    def test_the_last_administrator_stays(self, cast, desk):
        account = cast.superuser.user
        found = desk.errors(account, is_superuser=None, reason="Too much power.")
        assert "last account that can administer" in found["__all__"]
        User.objects.filter(pk=cast.stranger.user_id).update(is_staff=True, is_superuser=True)
        assert desk.send(account, is_superuser=None, reason="Too much power.").status_code == 302

    def test_a_new_account_is_nobody_of_the_partnership(self, cast, desk):
        sent = {"username": "operator", "usable_password": "true"}
        sent |= {"password1": "long-enough-for-me", "password2": "long-enough-for-me"}
        assert desk.send(User, **sent).status_code == 302
        account = User.objects.get(username="operator")
        assert not Person.objects.filter(user=account).exists()
        entry = Entry.objects.get(act="record")
        assert entry.subject == account
        assert "password" not in json.dumps(entry.facts)

    def test_a_person_keeps_the_account_it_has(self, cast, desk):
        answer = desk.send(
            cast.head, user=cast.superuser.user_id, name="Head of Dorlan", reason="Renamed."
        )
        assert answer.status_code == 302
        cast.head.refresh_from_db()
        assert cast.head.name == "Head of Dorlan"
        assert cast.head.user_id != cast.superuser.user_id

    def test_an_address_is_one_persons(self, cast, desk):
        found = desk.errors(cast.head, email=cast.chair.email.upper(), reason="Moved.")
        assert found["__all__"] == "Somebody else is on record with this address."


# An administrator reads no more than the public


CANARIES = (
    "canary-drafted",
    "canary-noted",
    "canary-objected",
    "canary-remarked",
    "canary-sent",
    "canary-reasoned",
)


def test_no_page_of_the_administration_shows_what_is_not_public(cast, desk, draft, advisory_group):
    """A draft, a covering note, an objection, a hand-over's remarks, a letter's text."""
    consideration = review.circulate(
        draft, meeting=advisory_group, message=CANARIES[1], by=cast.staff, on=factories.NOW
    )
    factories.answer(consideration, by=cast.head, kind="objects", text=CANARIES[2])
    TextBlock.objects.create(plan=draft, kind="annex", title=CANARIES[0], text=CANARIES[0])
    WorkPlan.objects.update(title=f"Plan {CANARIES[0]}", preamble=CANARIES[0])
    (basis,) = cast.chair.appointments.all()
    hand_over = HandOver.objects.create(
        outgoing=Presidency.objects.get(year=2027),
        incoming=Presidency.objects.get(year=2028),
        remarks=CANARIES[3],
        offered=factories.NOW,
        offered_by=cast.chair,
        offered_as=basis,
    )
    register.enter("offer", hand_over, by=cast.chair, text=CANARIES[3])
    register.enter("withdraw", draft, by=cast.staff, reason=CANARIES[5])
    Notice.objects.update(subject=CANARIES[4], body=CANARIES[4], path=f"/{CANARIES[4]}/")
    assert Notice.objects.exists()
    pages = 0
    for model in apps.get_models():
        try:
            listed = desk.client.get(address(model, "changelist"), {"q": "canary", "all": 1})
        except NoReverseMatch:
            continue
        texts = [listed, desk.client.get(address(model, "changelist"))]
        newest = model._base_manager.order_by("-pk").values_list("pk", flat=True)
        for pk in newest[: 30 if model is Entry else 5]:
            texts += [
                desk.client.get(address(model, view, pk), follow=True)
                for view in ("change", "history")
            ]
        for answer in texts:
            text = answer.content.decode().replace('value="canary"', "")
            found = [canary for canary in CANARIES if canary in text]
            assert not found, (model, answer.request["PATH_INFO"])
            pages += answer.status_code == 200
    assert pages > 50
    for model in (WorkPlan, Document):
        listed = desk.client.get(address(model, "changelist")).context["cl"]
        assert listed.full_result_count == 0


def test_it_does_not_tell_whether_a_private_page_exists(cast, desk, draft):
    kind = ContentType.objects.get_for_model(WorkPlan).pk
    for pk in (draft.pk, 0):
        answer = desk.client.get(f"{reverse('admin:index')}r/{kind}/{pk}/")
        assert answer.status_code == 404
    with pytest.raises(NoReverseMatch):
        reverse("admin:view_on_site", args=[kind, draft.pk])


# Lists


def test_a_list_costs_the_same_with_few_rows_and_with_many(cast, desk, approved):
    def costs():
        found = {}
        for label in sorted(EDITED | LOOKED_AT):
            with CaptureQueriesContext(connection) as queries:
                assert desk.client.get(address(of(label), "changelist")).status_code == 200
            found[label] = len(queries)
        return found

    _more(cast, 1)
    desk.client.get(reverse("admin:index"))
    few = costs()
    _more(cast, 2)
    assert costs() == few
    assert max(few.values()) <= 12


def _more(cast, first):
    """Another two of each, with relations of their own."""
    for n in (first * 2, first * 2 + 1):
        name = f"Elmar {n}"
        new = State.objects.create(code=f"E{n}", name=name, protocol_order=20 + n)
        factories.member(new)
        presidency, before = (factories.presidency(new, 2040 + 2 * n + k) for k in (1, 0))
        factories.authority(new)
        person = factories.person(name, "delegate", new)
        Milestone.objects.create(on=PartialDate(2010 + n), title=name)
        factories.meeting("AG", by=cast.staff, begins=factories.TODAY + timedelta(days=n))
        entry = register.enter("correct", new, by=person, reason=name)
        Notice.objects.create(person=person, entry=entry, subject="", body="", path="/")
        person.invitations.create(email=person.email, made=factories.NOW)
        person.subscriptions.create(digest=name, made=factories.NOW)
        HandOver.objects.create(outgoing=before, incoming=presidency)


# Two at once


@pytest.mark.django_db(transaction=True)
def test_whoever_comes_second_is_told_in_words(cast, desk):
    """Both forms were right when they were checked; the database lets only one in."""
    elmar = factories.state("Elmar", order=5)
    sent = {"state": elmar.pk, "status": "member", **since("2027")}
    outcome = []

    def second():
        try:
            outcome.append(desk.errors(Membership, **sent))
        finally:
            connection.close()

    thread = threading.Thread(target=second)
    with transaction.atomic():
        factories.member(elmar)
        thread.start()
        thread.join(2)
        assert thread.is_alive()
    thread.join(30)
    words = "The state is on record with another membership in some of these days."
    assert outcome == [{"__all__": words}]
    assert Membership.objects.filter(state=elmar).count() == 1
