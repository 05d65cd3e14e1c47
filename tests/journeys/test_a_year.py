"""A year in the life of a plan, form by form, with the turns it may take on the way.

Every page is asked for as its person would, and every form is sent back with what the page put
into it, so that a hidden field a page forgets is missed here.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from secretariat.models import Entry
from tests import factories
from workplans import documents
from workplans.models import Consideration, Document, Position, WorkPlan


class Fields(HTMLParser):
    """What a browser would send back of a page's forms, by the form's action."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self.actions: list[str] = []
        self._text: str | None = None
        self._select: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "form":
            self.forms.append({})
            self.actions.append(given.get("action") or "")
        elif not self.forms:
            return
        elif tag == "input" and name:
            kind = given.get("type", "text")
            if kind not in ("radio", "checkbox") or "checked" in given:
                self.forms[-1][name] = given.get("value") or ""
        elif tag == "textarea":
            self._text = name
            self.forms[-1][name] = ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self.forms[-1][self._select] = given.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._text = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._text:
            self.forms[-1][self._text] += data


def send(client: Client, path: str, *, expect: int = 302, **answers: str) -> Any:
    """Open a page, fill in its own form and send it."""
    page = client.get(path)
    assert page.status_code == 200, (path, page.status_code)
    response = client.post(path, own_form(page) | answers)
    if "Check the date" in response.content.decode():
        # Meetings here begin today. The second form goes back as the page gives it, ticked.
        response = client.post(path, own_form(response))
    assert response.status_code == expect, (path, response.status_code, response.content.decode())
    return response


def own_form(page: Any) -> dict[str, Any]:
    """What the page's own form holds; a question about the deadline on it is answered."""
    parsed = Fields(page.content.decode())
    own = [
        form
        for form, action in zip(parsed.forms, parsed.actions, strict=True)
        if "sign-out" not in action
    ]
    filled: dict[str, Any] = max(own, key=len)
    return filled | ({"nonetheless": "on"} if filled.get("warned") else {})


@pytest.fixture
def year(cast, sign_in, settings, tmp_path):
    settings.DOCUMENT_ROOT = tmp_path
    return Year(cast, sign_in)


class Year:
    """The people of the cast, each taking the steps that are theirs."""

    def __init__(self, cast: Any, sign_in: Any) -> None:
        self.cast, self.sign_in = cast, sign_in
        self.staff, self.chair = sign_in(cast.staff), sign_in(cast.chair)

    @property
    def plan(self) -> WorkPlan:
        return WorkPlan.objects.get(year=2027)

    @property
    def open(self) -> Consideration:
        return self.plan.considerations.get(closed=None)

    def write(self) -> None:
        send(self.staff, "/en/desk/plans/start/", source="blank")
        area = self.plan.areas.first()
        add = f"/en/desk/plans/2027/edit/areas/{area.key}/activities/add/"
        send(self.staff, add, title="Forum", description="What it is for.", begins="2027-05")

    def convene(self, body: str, client: Client | None = None) -> None:
        made = factories.body(body)
        send(client or self.staff, "/en/desk/meetings/convene/", body=str(made.pk), mode="online")

    def circulate(self) -> None:
        page = "/en/desk/plans/2027/circulate/"
        send(self.staff, page, meeting="ag-2027-1", declaration="on")

    def answer(self, who: Any, kind: str, text: str = "") -> None:
        client, page = self.sign_in(who), f"/en/desk/considerations/{self.open.pk}/position/"
        send(client, page, kind=kind, text=text)
        response = send(client, f"{page}check/", declaration="on")
        assert "positions" in response.url

    def all_heads_approve(self) -> None:
        for head in self.cast.heads.values():
            self.answer(head, "approves")

    def adopt(self) -> None:
        send(self.chair, f"/en/desk/considerations/{self.open.pk}/adopt/", declaration="on")

    def submit(self) -> None:
        send(self.chair, "/en/desk/plans/2027/submit/", declaration="on")

    def typeset(self) -> None:
        for document in Document.objects.exclude(status="ready"):
            documents.produce(document.pk)


def test_from_first_draft_to_the_report_to_the_summit(year):
    year.write()
    year.convene("AG")
    year.circulate()
    year.all_heads_approve()
    year.adopt()
    year.convene("IMM", year.chair)
    year.submit()
    for minister in year.cast.ministers.values():
        year.answer(minister, "approves")
    assert year.plan.status == "approved"
    activity = year.plan.revision.form["areas"][0]["activities"][0]["id"]
    send(year.staff, f"/en/desk/plans/2027/progress/{activity}/", state="completed", note="Held.")
    year.convene("SUMMIT", year.chair)
    send(year.chair, "/en/desk/plans/2027/report/", declaration="on")
    assert year.plan.status == "reported"
    year.typeset()
    symbols = set(Document.objects.values_list("symbol", flat=True))
    assert symbols == {"PartNIR/AG/2027/WP/1", "PartNIR/IMM/2027/WP/1", "PartNIR/SUMMIT/2027/RPT/1"}
    visitor = year.sign_in()
    files = [visitor.get(f"/en/documents/{pk}/file/") for pk in _keys()]
    assert [b"".join(file)[:5] for file in files] == [b"%PDF-"] * 3
    for file in files:
        file.close()


def _keys() -> list[int]:
    return list(Document.objects.values_list("pk", flat=True))


def test_an_objection_is_met_by_a_new_text_that_everybody_answers_anew(year):
    year.write()
    year.convene("AG")
    year.circulate()
    year.all_heads_approve()
    year.answer(year.cast.head, "objects", "The forum needs a date.")
    refused = year.chair.get(f"/en/desk/considerations/{year.open.pk}/adopt/")
    assert "cannot be adopted yet" in refused.content.decode()
    activity = year.plan.areas.first().activities.get()
    send(year.staff, f"/en/desk/plans/2027/edit/activities/{activity.key}/", begins="2027-06-01")
    first = year.open
    year.circulate()
    assert year.open.revision.symbol.endswith("/Rev.1")
    page = year.sign_in(year.cast.heads["Aldova"]).get(f"/en/desk/considerations/{year.open.pk}/")
    said = page.content.decode()
    assert "4 have not answered" in said
    assert "1 June 2027" in said
    year.all_heads_approve()
    year.adopt()
    assert year.plan.decisions.get().revision.number == 2
    assert Position.objects.filter(consideration=first).count() == 5


def test_a_minister_returns_the_plan_and_it_goes_round_again(year):
    year.write()
    year.convene("AG")
    year.circulate()
    year.all_heads_approve()
    year.adopt()
    year.typeset()
    year.convene("IMM", year.chair)
    year.submit()
    year.answer(year.cast.minister, "returns", "The budget is missing.")
    assert year.plan.status == "draft"
    public = year.sign_in().get("/en/plans/2027/").content.decode()
    assert "was returned by" in public
    assert "PartNIR/AG/2027/WP/1" in public
    assert "Forum" not in public
    # The chair cannot submit what was returned; the Group has to adopt a new text.
    assert year.chair.get("/en/desk/plans/2027/submit/").status_code in (302, 404, 409)
    activity = year.plan.areas.first().activities.get()
    page = f"/en/desk/plans/2027/edit/activities/{activity.key}/"
    send(year.staff, page, budget_note="Each state pays its own way.")
    year.circulate()
    year.all_heads_approve()
    year.adopt()
    year.submit()
    for minister in year.cast.ministers.values():
        year.answer(minister, "approves")
    assert year.plan.status == "approved"
    acts = list(Entry.objects.order_by("id").values_list("act", flat=True))
    assert [act for act in acts if act in ("adopted", "submitted", "returned", "approved")] == [
        "adopted", "submitted", "returned", "adopted", "submitted", "approved",
    ]  # fmt: skip


def test_a_withdrawn_text_asks_for_nothing_any_more(year):
    year.write()
    year.convene("AG")
    year.circulate()
    page = f"/en/desk/considerations/{year.open.pk}/"
    send(year.staff, f"{page}withdraw/", reason="A figure is wrong.")
    assert year.plan.status == "draft"
    head = year.sign_in(year.cast.head)
    assert "State your position" not in head.get("/en/desk/").content.decode()
    assert head.get(f"{page}position/").status_code in (302, 404)
