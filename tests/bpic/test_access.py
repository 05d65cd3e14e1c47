"""Who may open each address and send each form, by the table in access.csv.

The cells are what the rules demand (domain rules 2, 3, 5): a draft is for the secretariat of the
sitting presidency, read by those who served the one that made it; a text before a meeting is for
the states seated there; an administrator gets no more than the public. What a person may not know
of is 404, what is not theirs to do 403, and a visitor of a private page is asked to sign in.
"""

from __future__ import annotations

import csv
import io
import logging
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.apps import apps
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from bpic import confirmation
from bpic import handover as lists
from meetings.models import Meeting
from secretariat import delegations, handover, instants
from secretariat.models import Entry, Notice, Person
from tests import confirming, factories, hand_overs
from tests.conftest import Cast, standing_cast
from tests.workplans import amendments, notes
from workplans import documents as issuing
from workplans import draft as drafts
from workplans import instructions, printouts, receipts, worker
from workplans.models import (
    Consideration,
    Document,
    Heard,
    Note,
    Position,
    Printout,
    Receipt,
    Statement,
    TextBlock,
    WorkPlan,
)
from workplans.operations import (
    answering,
    consulting,
    correspondence,
    decision,
    followup,
    hearing,
    review,
    statements,
)
from workplans.snapshots import Shelf

PERSON_BACKEND = "bpic.accounts.PersonBackend"
ROOMS = ("bpic", "workplans", "meetings", "secretariat")
SIGN_IN = "/en/sign-in/"
PDF = b"%PDF-1.7 the bytes of a document\n"

TABLE = list(csv.DictReader(Path(__file__).with_name("access.csv").read_text("utf-8").splitlines()))
ROLES = tuple(TABLE[0])[2:]
ANY = "any"
PRINTOUT = ("", "_progress", "_file", "_again", "_cancel")
PAPER = ("_progress", "_file", "_again")

OUTSIDERS = {"visitor", "stranger", "superuser", "foreign_head", "former_staff"}
SECRETARIAT = {"staff", "chair"}
SEATED = {"next_chair", "observer", "delegate", "head", "minister"}

# Words planted where not everybody may read: in the draft as it stands, in a covering note, in a
# text before it was changed, in what states said to it, in what was recorded of the work.
DRAFTED, NOTED, DROPPED = "canary-drafted", "canary-noted", "canary-dropped"
OBJECTED, RESERVED, REASONED = "canary-objected", "canary-reserved", "canary-reasoned"
RECORDED, WITHHELD = "canary-recorded", "canary-withheld"
STATED = "canary-stated"
# Of an amendment: its reason, and what it changes in the text in force.
PROPOSED, AMENDED = "canary-proposed", "canary-amended"
ANSWERED = "1 of 4 states have approved"
# Said inside a delegation: Dorlan's, and that of the state that presides.
CONSULTED, HOSTED = "canary-consulted", "canary-hosted"


# The addresses there are


def addresses() -> dict[str, set[str]]:
    """Every address of the portal by its name, with what it has to be given.

    The administration's are Django's own, and "/" only leads to the language.
    """
    return {name: given for name, given in _named(get_resolver()) if name != "root"}


def _named(
    resolver: URLResolver, space: str = "", given: frozenset[str] = frozenset()
) -> Iterator[tuple[str, set[str]]]:
    for pattern in resolver.url_patterns:
        needs = given | set(pattern.pattern.converters)
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "admin":
                inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
                yield from _named(pattern, inner, frozenset(needs))
        else:
            assert pattern.name, f"The address {pattern.pattern} has no name."
            yield f"{space}{pattern.name}", set(needs)


NAMES = addresses()


def test_the_table_says_of_every_address_who_may_open_it():
    listed = {row["address"] for row in TABLE}
    unlisted = sorted(set(NAMES) - listed)
    assert not unlisted, f"The table does not say who may open {', '.join(unlisted)}."
    gone = sorted(listed - set(NAMES))
    assert not gone, f"The table names what does not exist any more: {', '.join(gone)}."


def test_the_table_is_filled_in():
    assert set(ROLES) == {*ROLES} and len(TABLE) == len({(r["address"], r["state"]) for r in TABLE})
    for row in TABLE:
        assert {row[role] for role in ROLES} <= {"200", "302", "403", "404", "405"}, row
    assert {row["state"] for row in TABLE} == {ANY, *STATES}


# What there is to open


@dataclass
class Scene:
    """A plan in one state of its life, the things that hang on it, and everybody who may ask."""

    cast: Cast
    people: dict[str, Person]
    ag: Meeting
    imm: Meeting
    summit: Meeting
    plan: WorkPlan | None = None
    activity: Any = None
    text: Any = None
    consideration: Consideration | None = None
    position: Position | None = None
    heard: Heard | None = None
    statement: Statement | None = None
    document: Document | None = None
    first: Consideration | None = None
    printout: Printout | None = None
    note: Note | None = None
    invited: Any = None
    clients: dict[str, Client] = field(default_factory=dict)

    def client(self, role: str) -> Client:
        if role not in self.clients:
            self.clients[role] = self.signed_in(role)
            # A first request brings a person's groups into step with their appointments.
            self.clients[role].get(reverse("healthz"))
        return self.clients[role]

    def signed_in(self, role: str, **options: Any) -> Client:
        client = Client(**options)
        if role != "visitor":
            client.force_login(self.people[role].user, backend=PERSON_BACKEND)
        return client

    def url(self, name: str) -> str:
        """An address filled with what this scene has; with what nothing has, where it has none."""
        of_what = {
            **dict.fromkeys(("receipt", "instruction", "rule_on_time"), self.position),
            "confirm": self.heard,
            **dict.fromkeys(("statement", "withdraw_statement"), self.statement),
            **dict.fromkeys((f"receipt{act}" for act in PAPER), self.position),
            "area": self.activity and self.activity.area,
            "activity_add": self.activity and self.activity.area,
            "text": self.text,
            **dict.fromkeys(
                ("replace", "end", "invite_again", "withdraw_invitation"), self.invited
            ),
            **dict.fromkeys((f"printout{act}" for act in PRINTOUT), self.printout),
        }
        local = name.rpartition(":")[2]
        of_document = local.startswith("document") or local == "withdraw_document"
        row = self.document if of_document else self.consideration
        part = of_what.get(local, self.activity)
        values = {
            "year": 2027,
            "code": "DO",
            "pk": getattr(of_what.get(local, row), "pk", 0),
            "key": getattr(part, "key", UUID(int=0)),
            "slug": self.ag.slug,
            "signature": "forged",
            "secret": "forged",
            "number": self.consideration.revision.number if self.consideration else 1,
            "form": 1,
            "kind": "annex",
            "part": "activity",
            "typed": self.document.code if self.document else "K7QM3XHB9TAD",
            "snapshot": f"s{self.plan.sittings.earliest('id').pk}" if self.plan else "s0",
        }
        return reverse(name, kwargs={given: values[given] for given in NAMES[name]})


def begin(cast: Cast) -> Scene:
    ag, imm, summit = (factories.meeting(code, by=cast.staff) for code in ("AG", "IMM", "SUMMIT"))
    # Elmar joined on the day the meetings were convened, and after that: it has no seat.
    elmar = factories.state("Elmar", order=5)
    head = factories.person("Head Elmar", "head", elmar)
    factories.member(elmar, since=factories.TODAY)
    # Dorlan's focal point has appointed somebody who has not opened their letter yet.
    dorlan = cast.states["Dorlan"]
    focal = factories.person("Focal Dorlan", "focal_point", dorlan)
    letter = delegations.Order(
        "Nova", "nova@tests.example.org", "delegate", dorlan, factories.TODAY
    )
    invited = delegations.appoint(letter, by=focal, on=factories.NOW).appointment
    people = {**cast.everyone(), "foreign_head": head, "focal_point": focal}
    return Scene(cast, people, ag, imm, summit, invited=invited)


def _written(scene: Scene, by: Person, on: datetime = factories.NOW) -> None:
    scene.plan = factories.plan(by=by, on=on)
    scene.activity = factories.activity(scene.plan, title="Forum after the first")
    scene.text = TextBlock.objects.create(plan=scene.plan, kind="annex", title="Annex")


def _plant(plan: WorkPlan) -> None:
    """Write on in the draft: what it says from here on, the secretariat alone may read."""
    factories.activity(plan, title=f"Forum {DRAFTED}", place=DRAFTED, description=DRAFTED)
    plan.areas.first().objectives.create(text=DRAFTED)
    TextBlock.objects.create(plan=plan, kind="annex", title=DRAFTED, text=DRAFTED)
    WorkPlan.objects.filter(pk=plan.pk).update(title=f"Plan {DRAFTED}", preamble=DRAFTED)


def _draft(scene: Scene) -> None:
    _written(scene, scene.cast.staff)
    _plant(scene.plan)
    _print_draft(scene, scene.cast.staff)


def _draft_of_before(scene: Scene) -> None:
    _written(scene, scene.cast.former_staff, datetime(2026, 12, 1, 12, tzinfo=UTC))
    _plant(scene.plan)
    _print_draft(scene, scene.cast.former_staff)


def _print_draft(scene: Scene, by: Person) -> None:
    form = drafts.compose(scene.plan, on=factories.TODAY)
    scene.printout = printouts.ask_for_draft(scene.plan, form, by=by, on=factories.NOW)
    _make(scene.printout, DRAFTED)


def _print_comparison(scene: Scene) -> None:
    staff = scene.cast.staff
    scene.client("staff")
    shelf = Shelf(staff.user, scene.plan, factories.TODAY)
    older, newer = (shelf.find(code) for code in ("r1", "r2"))
    scene.printout = printouts.ask_for_comparison(shelf, older, newer, by=staff, on=factories.NOW)
    _make(scene.printout, DROPPED)


def _make(printout: Printout, says: str) -> None:
    """Put a file where the worker would, which says what is planted in the text."""
    pdf = PDF + says.encode()
    attempt = worker.claim(Printout, printout.pk)
    facts = {"file": printouts._keep(printout, pdf), "sha256": "0" * 64, "size": len(pdf)}
    assert printouts._finish(printout.pk, attempt, pages=3, **facts)


def _circulated(scene: Scene) -> None:
    """A second text before the Advisory Group, after the first was returned to the secretariat.

    One state objects to it and one makes a reservation.
    """
    _written(scene, scene.cast.staff)
    dropped = factories.activity(scene.plan, title=f"Forum {DROPPED}")
    scene.first = _circulate(scene)
    _return(scene, scene.first)
    dropped.delete()
    scene.consideration = _circulate(scene)
    reserves = {"kind": "approves_with_reservation", "text": RESERVED}
    factories.answer(scene.consideration, by=scene.cast.heads["Borania"], **reserves)
    _answered(scene, scene.cast.head, kind="objects", text=OBJECTED)
    _stated(scene, scene.cast.head, STATED)
    _consult(scene)
    _plant(scene.plan)
    _print_draft(scene, scene.cast.staff)


def _consult(scene: Scene) -> None:
    """Two delegations speak among themselves; in one, the head asks the delegate."""
    words = {"on": factories.NOW, "advice": "would_object"}
    by, hosting = scene.cast.delegate, scene.cast.heads["Aldova"]
    consulting.ask(scene.consideration, [by], by=scene.cast.head, on=factories.NOW)
    consulting.note(scene.consideration, text=HOSTED, by=hosting, key=uuid4(), **words)
    scene.note = consulting.note(scene.consideration, text=CONSULTED, by=by, key=uuid4(), **words)


def _circulate(scene: Scene) -> Consideration:
    found = review.circulate(
        scene.plan, meeting=scene.ag, message=NOTED, by=scene.cast.staff, on=factories.NOW
    )
    return _some_days_ago(found)


def _some_days_ago(found: Consideration) -> Consideration:
    """Nobody is reminded of a text within a day of getting it."""
    Consideration.objects.filter(pk=found.pk).update(opened=factories.NOW - timedelta(days=3))
    return found


def _answered(scene: Scene, by: Person, **answer: Any) -> None:
    factories.answer(scene.consideration, by=by, **answer)
    scene.position = Position.objects.latest("id")
    _receipted(scene.position)


def _receipted(position: Position) -> None:
    """Put a file where the worker would, which says what the state said."""
    pdf = PDF + position.text.encode()
    attempt = worker.claim(Receipt, position.paper.pk)
    facts = {"file": receipts._keep(position.paper, pdf), "sha256": "0" * 64, "size": len(pdf)}
    assert receipts._finish(position.paper.pk, attempt, pages=1, **facts)


def _stated(scene: Scene, by: Person, text: str) -> None:
    scene.statement = statements.make_statement(
        scene.consideration,
        digest=scene.consideration.revision.digest,
        kind="explanation_of_position",
        text=text,
        by=by,
        on=factories.NOW,
        key=uuid4(),
    )


def _return(scene: Scene, consideration: Consideration) -> None:
    decision.return_to_draft(
        consideration,
        digest=consideration.revision.digest,
        reason=REASONED,
        by=scene.cast.chair,
        on=factories.NOW,
    )


def _earlier_text(scene: Scene) -> None:
    _circulated(scene)
    scene.consideration = scene.first
    _print_comparison(scene)


def _asked_for_time(scene: Scene) -> None:
    """Dorlan asks for time, in a note that the secretariat recorded."""
    _circulated(scene)
    head = scene.cast.head.appointments.get()
    said = answering.Said("asks_for_time", OBJECTED, until=date(2027, 3, 12))
    scene.position = answering.record_position(
        scene.consideration,
        digest=scene.consideration.revision.digest,
        said=said,
        voice=head.pk,
        note=instructions.attach(notes.PDF, "note.pdf"),
        by=scene.cast.staff,
        on=factories.NOW,
        key=uuid4(),
    )


def _not_shown_yet(scene: Scene) -> None:
    """A text whose positions are shown after closing; Borania and Dorlan answered and stated.

    In the room Dorlan was heard to object.
    """
    _written(scene, scene.cast.staff)
    scene.consideration = review.circulate(
        scene.plan,
        meeting=scene.ag,
        visibility=Consideration.Visibility.AFTER_CLOSE,
        by=scene.cast.staff,
        on=factories.NOW,
    )
    objects = {"kind": "objects", "text": WITHHELD}
    factories.answer(scene.consideration, by=scene.cast.heads["Borania"], **objects)
    _answered(scene, scene.cast.head, kind="approves_with_reservation", text=RESERVED)
    said = {scene.position.seat_id: answering.Said("objects", RESERVED)}
    [scene.heard] = hearing.hear(
        scene.consideration,
        digest=scene.consideration.revision.digest,
        said=said,
        by=scene.cast.staff,
        on=factories.NOW,
        key=uuid4(),
    )
    _stated(scene, scene.cast.heads["Borania"], f"Explained: {WITHHELD}")
    _stated(scene, scene.cast.head, STATED)


def _under_silence(scene: Scene) -> None:
    """A text under silence; Dorlan asks for time. Its end is one of the database's own clock."""
    _written(scene, scene.cast.staff)
    scene.consideration = correspondence.open_silence(
        scene.plan,
        expires=instants.now() + timedelta(days=14),
        reason=NOTED,
        message=NOTED,
        visibility=Consideration.Visibility.AFTER_CLOSE,
        by=scene.cast.chair,
        on=factories.NOW,
    )
    asks = {"kind": "asks_for_time", "text": OBJECTED, "until": date(2028, 1, 1)}
    _answered(scene, scene.cast.head, **asks)
    _stated(scene, scene.cast.head, STATED)


def _broken(scene: Scene) -> None:
    _under_silence(scene)
    _answered(scene, scene.cast.head, kind="objects", text=WITHHELD)


def _agreed(scene: Scene) -> None:
    _circulated(scene)
    for name, head in scene.cast.heads.items():
        if name != "Borania":
            factories.answer(scene.consideration, by=head)


def _adopted(scene: Scene) -> None:
    _agreed(scene)
    scene.plan = factories.adopted(scene.consideration, by=scene.cast.chair)
    scene.document = scene.plan.documents.get()


def _before_ministers(scene: Scene) -> None:
    _adopted(scene)
    _issue(scene.document)
    scene.consideration = _some_days_ago(
        decision.submit(
            scene.plan,
            meeting=scene.imm,
            digest=scene.plan.revision.digest,
            by=scene.cast.chair,
            on=factories.NOW,
        )
    )


def _submitted(scene: Scene) -> None:
    _before_ministers(scene)
    _answered(scene, scene.cast.minister)


def _approved(scene: Scene) -> None:
    _submitted(scene)
    for minister in scene.cast.ministers.values():
        if minister != scene.cast.minister:
            factories.answer(scene.consideration, by=minister)
    scene.plan = WorkPlan.objects.get()
    scene.document = scene.plan.documents.get(edition="approved")
    Document.objects.filter(pk=scene.document.pk).update(status="failed", error="It is too big.")
    followup.record_progress(
        scene.plan,
        scene.activity.key,
        state="under_way",
        note=RECORDED,
        by=scene.cast.staff,
        on=factories.NOW,
    )


def _amending(scene: Scene) -> None:
    """An amendment of the approved plan is opened, and nothing is written in it yet."""
    _approved(scene)
    amendments.opened(scene.plan, by=scene.cast.staff, reason=PROPOSED)


def _amendment_circulated(scene: Scene) -> None:
    """What it changes is before the Advisory Group, and the draft is written on."""
    _amending(scene)
    amendments.moved(scene.plan, by=scene.cast.staff, to=AMENDED)
    scene.consideration = _circulate(scene)
    _plant(scene.plan)


def _reported(scene: Scene) -> None:
    _approved(scene)
    reported = decision.report(
        scene.plan,
        meeting=scene.summit,
        digest=scene.plan.revision.digest,
        summary="A good year.",
        by=scene.cast.chair,
        on=factories.NOW,
    )
    scene.document = reported.document
    _issue(scene.document)


def _returned_by_ministers(scene: Scene) -> None:
    _before_ministers(scene)
    _answered(scene, scene.cast.minister, kind="returns", text=REASONED)


def _hand_over_ahead(scene: Scene) -> None:
    """Aldova presides for seven weeks more; one point is left to tick, and that by Cestria."""
    _circulated(scene)
    hand_overs.shorten()
    staff = hand_overs.next_staff(scene.cast)
    hand_overs.tick_all(scene.cast, staff)
    handover.untick(hand_overs.current(), "notices", "incoming", by=staff, on=factories.NOW)


def _hand_over_offered(scene: Scene) -> None:
    _hand_over_ahead(scene)
    next_chair = scene.cast.next_chair
    handover.tick(hand_overs.current(), "notices", "incoming", by=next_chair, on=factories.NOW)
    hand_overs.offer(scene.cast, "Ask Dorlan about the venue.")


def _handed_over(scene: Scene) -> None:
    """Aldova still presides, Cestria writes already, and the note of it is issued."""
    _hand_over_offered(scene)
    scene.document = lists.take_over(
        hand_overs.current(), by=scene.cast.next_chair, on=factories.NOW
    )
    _issue(scene.document)


def _issue(document: Document) -> None:
    name, digest = issuing.store(PDF)
    Document.objects.filter(pk=document.pk).update(
        status="ready", file=name, sha256=digest, size=len(PDF), pages=3, issued=factories.NOW
    )


MAKING: dict[str, Callable[[Scene], None]] = {
    "draft": _draft,
    "draft of the presidency before": _draft_of_before,
    "under consideration": _circulated,
    "the text before that one": _earlier_text,
    "time asked for in a note": _asked_for_time,
    "positions not shown yet": _not_shown_yet,
    "under silence": _under_silence,
    "silence broken": _broken,
    "agreed by all": _agreed,
    "adopted, document queued": _adopted,
    "before the ministers, document issued": _submitted,
    "approved, document not typeset": _approved,
    "an amendment opened": _amending,
    "an amendment before the delegations": _amendment_circulated,
    "reported, document issued": _reported,
    "returned by the ministers": _returned_by_ministers,
    "a hand-over prepared": _hand_over_ahead,
    "a hand-over offered": _hand_over_offered,
    "handed over before the day": _handed_over,
}


# In the order of a plan's life; in what is agreed there is nothing to read that was not before.
STATES = ("no plan", *(state for state in MAKING if state != "agreed by all"))


def make(cast: Cast, state: str) -> Scene:
    scene = begin(cast)
    if state in MAKING:
        MAKING[state](scene)
    return scene


def rows_of(state: str) -> list[dict[str, str]]:
    """The rows of a state; those that hold in any are asked with a text under consideration."""
    wanted = {state, ANY} if state == "under consideration" else {state}
    return [row for row in TABLE if row["state"] in wanted]


def the_record() -> dict[str, str]:
    """What each table of the four rooms holds, as a digest of all its rows; one query."""
    models = {
        model._meta.label: connection.ops.quote_name(model._meta.db_table)
        for room in ROOMS
        for model in apps.get_app_config(room).get_models(include_auto_created=True)
    }
    asked = " UNION ALL ".join(
        f"SELECT '{label}', md5(string_agg(whole::text, E'\\n' ORDER BY whole::text))"
        f" FROM {table} AS whole"
        for label, table in models.items()
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return dict(cursor.fetchall())


def changed(before: dict[str, str]) -> list[str]:
    now = the_record()
    return [label for label, rows in before.items() if now[label] != rows]


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    """Refusals are what is asked for here, so they are not logged; files lie where they may."""
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)
    settings.DOCUMENT_ROOT = tmp_path / "documents"
    settings.PRINTOUT_ROOT = tmp_path / "printouts"


# Reading: each row asked as every role


@dataclass
class Visit:
    name: str
    role: str
    expected: str
    status: int
    headers: dict[str, str]
    found: set[str]

    def __str__(self) -> str:
        return f"{self.name} as {self.role}"


@dataclass
class Crawl:
    state: str
    visits: list[Visit]
    told: dict[str, set[str]]
    written: list[str]

    def readers(self, canary: str) -> set[str]:
        return {visit.role for visit in self.visits if canary in visit.found}


CANARIES = (
    DRAFTED, NOTED, DROPPED, OBJECTED, RESERVED, REASONED, RECORDED, ANSWERED, WITHHELD, STATED,
    CONSULTED, HOSTED, PROPOSED, AMENDED,
)  # fmt: skip
ASKED_MORE = {
    "draft",
    "under consideration",
    "positions not shown yet",
    "before the ministers, document issued",
    "an amendment before the delegations",
    "returned by the ministers",
}
QUERIES = {
    "workplans:compare": "?from=r1&to=now",
    "meetings:calendar": "?body=AG",
    "meetings:feed": "?body=AG",
    "workplans:documents": "?kind=work_plan&year=2027",
}


@pytest.fixture(
    scope="module", params=[pytest.param(state, marks=pytest.mark.django_db) for state in STATES]
)
def crawl(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Crawl:
    """Every row of one state asked as every role.

    In some states two of those who may read the least ask for every other address as well, and
    staff and head ask a second time for what they got.
    """
    state = request.param
    with (
        pytest.MonkeyPatch.context() as patch,
        time_machine.travel(factories.NOW, tick=True),
        django_db_blocker.unblock(),
        transaction.atomic(),
    ):
        for place in ("documents", "printouts"):
            root = f"django.conf.settings.{place.removesuffix('s').upper()}_ROOT"
            patch.setattr(root, tmp_path_factory.mktemp(place))
        patch.setattr(logging.getLogger("django.request"), "disabled", True)
        # The client would copy every context of every template.
        patch.setattr("django.test.client.store_rendered_templates", lambda *_args, **_kwargs: None)
        scene = make(standing_cast(), state)
        rows = rows_of(state)
        for role in ROLES:
            scene.client(role)
        before = the_record()
        visits = [
            visit(scene, row["address"], scene.url(row["address"]), role, row[role])
            for role in ROLES
            for row in rows
        ]
        if state in ASKED_MORE:
            visits += [
                visit(scene, name, url, role)
                for role in ("visitor", "superuser")
                for name, url in elsewhere(scene, {row["address"] for row in rows})
            ]
            for done in list(visits):
                if done.role in ("staff", "head") and done.status == 200 and done.expected:
                    visit(scene, done.name, scene.url(done.name), done.role)
        found = Crawl(state, visits, told(scene), changed(before))
        transaction.set_rollback(True)
    return found


def _unpacked(body: bytes) -> bytes:
    """What a reader of it gets to see: of a workbook, everything inside."""
    if not body.startswith(b"PK"):
        return body
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


def visit(scene: Scene, name: str, url: str, role: str, expected: str = "") -> Visit:
    response = scene.client(role).get(url)
    body = b"".join(response.streaming_content) if response.streaming else response.content
    text = _unpacked(body).decode() + repr(response.headers)
    found = {canary for canary in CANARIES if canary in text}
    return Visit(name, role, expected, response.status_code, dict(response.headers), found)


def elsewhere(scene: Scene, asked: set[str]) -> list[tuple[str, str]]:
    """The addresses that the table leaves out in this state."""
    urls = [(name, scene.url(name)) for name in NAMES if name not in asked]
    urls += [(name, scene.url(name) + query) for name, query in QUERIES.items()]
    if scene.first is not None:
        urls += [
            ("the first text", reverse("workplans:consideration", args=[scene.first.pk])),
            ("its data", reverse("workplans:revision_data", args=[2027, 1])),
        ]
    return urls


def told(scene: Scene) -> dict[str, set[str]]:
    """Who was sent which of the planted words."""
    roles = {person.pk: role for role, person in scene.people.items()}
    said = [(roles.get(n.person_id, ""), n.subject + n.body) for n in Notice.objects.all()]
    return {canary: {role for role, text in said if canary in text} for canary in CANARIES}


def test_each_address_opens_to_those_the_table_names(crawl):
    wrong = [
        f"{visit} ({crawl.state}): {visit.expected} by the table, {visit.status} by the portal"
        for visit in crawl.visits
        if visit.expected and visit.status != int(visit.expected)
    ]
    assert not wrong, "\n".join(wrong)


def test_visitors_are_sent_to_sign_in(crawl):
    private = {
        row["address"] for row in TABLE if row["visitor"] == "302" and row["stranger"] != "302"
    }
    for visit in crawl.visits:
        if visit.role == "visitor" and visit.name in private:
            assert visit.headers["Location"].startswith(SIGN_IN), str(visit)


def test_reading_writes_nothing(crawl):
    assert crawl.written == []


def test_every_answer_is_protected(crawl):
    for visit in crawl.visits:
        headers, name = visit.headers, str(visit)
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy, name
        assert "unsafe" not in policy, name
        assert headers["X-Content-Type-Options"] == "nosniff", name
        assert headers["X-Frame-Options"] == "DENY", name
        assert headers["Referrer-Policy"] == "same-origin", name
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", name
        assert "camera=()" in headers["Permissions-Policy"], name
        # The schema is for programs anywhere to read.
        reach = "cross-origin" if visit.name == "plan_schema" else "same-origin"
        assert headers["Cross-Origin-Resource-Policy"] == reach, name
        if visit.role != "visitor":
            assert "no-store" in headers["Cache-Control"], name
            assert "public" not in headers["Cache-Control"], name


# What is planted for the first time in a state. There it has to be found by all who may read it:
# else the search for leaks would pass for want of anything to find.
PLANTED = {
    "draft": {DRAFTED},
    "draft of the presidency before": {DRAFTED},
    "under consideration": {
        DRAFTED,
        NOTED,
        DROPPED,
        OBJECTED,
        RESERVED,
        REASONED,
        STATED,
        CONSULTED,
    },
    "positions not shown yet": {WITHHELD, ANSWERED, RESERVED, STATED},
    "under silence": {NOTED, OBJECTED, STATED},
    "silence broken": {WITHHELD},
    "before the ministers, document issued": {ANSWERED},
    "approved, document not typeset": {RECORDED},
    "an amendment opened": {PROPOSED},
    "an amendment before the delegations": {PROPOSED, AMENDED},
}


TABLED = SEATED | SECRETARIAT
# Who may read a planted word. In states not named here: who drafts reads the draft, who sat at
# the meeting what was said there. What is printed with a decision is public from then on.
MAY_READ: dict[str, dict[str, set[str]]] = {
    # Borania's delegation is not among those who ask; Dorlan's reads its own position.
    "positions not shown yet": {
        WITHHELD: SECRETARIAT,
        ANSWERED: SECRETARIAT,
        RESERVED: SECRETARIAT | {"delegate", "head", "minister"},
        STATED: SECRETARIAT | {"delegate", "head", "minister"},
    },
    "under silence": dict.fromkeys(
        (OBJECTED, STATED), SECRETARIAT | {"delegate", "head", "minister"}
    ),
    "draft of the presidency before": {DRAFTED: SECRETARIAT | {"former_staff"}},
    "approved, document not typeset": {RECORDED: TABLED | {"foreign_head"}},
    # That a plan is being amended, and why, all delegations may know; its text those seated.
    "an amendment opened": {
        RECORDED: TABLED | {"foreign_head"},
        PROPOSED: TABLED - {"observer"} | {"foreign_head"},
    },
    "an amendment before the delegations": {
        RECORDED: TABLED | {"foreign_head"},
        PROPOSED: TABLED | {"foreign_head"},
    },
    "handed over before the day": {DRAFTED: SECRETARIAT | {"next_chair"}},
}
# What a delegation says among itself, its own people read, whatever becomes of the text.
WITHIN = {CONSULTED: {"delegate", "head"}}
PUBLIC_FROM = {
    **dict.fromkeys((RESERVED, STATED), "adopted, document queued"),
    RECORDED: "reported, document issued",
}


def may_read(state: str, canary: str) -> set[str]:
    if canary in PUBLIC_FROM and STATES.index(state) >= STATES.index(PUBLIC_FROM[canary]):
        return set(ROLES)
    usual = WITHIN.get(canary) or (SECRETARIAT if canary == DRAFTED else TABLED)
    if canary == HOSTED:
        return set()
    return MAY_READ.get(state, {}).get(canary, usual)


def test_a_word_said_in_confidence_is_read_by_those_it_was_said_to(crawl):
    leaks = [
        f"{visit} shows {canary}"
        for visit in crawl.visits
        for canary in visit.found
        if visit.role not in may_read(crawl.state, canary)
    ]
    leaks += [
        f"a notice tells {role} {canary}"
        for canary, told in crawl.told.items()
        for role in told & set(ROLES) - may_read(crawl.state, canary)
    ]
    assert not leaks, "\n".join(leaks)
    for canary in PLANTED.get(crawl.state, ()):
        assert crawl.readers(canary) == may_read(crawl.state, canary), canary


# Acting: each form as those would send it who may, sent by everybody else


CHAIR, MINISTERS = {"chair"}, {"minister"}
VOICES = {"head", "other_head", "alternate"}
# Those who come nearest to the chair's seat without having it ask for every act as well.
ASKING = (*ROLES, "expert_chair", "former_chair")
# What anybody tampering with a form might add to it.
TAMPERED = {"state": "CE", "seat": "1", "person": "1", "by": "1", "status": "adopted"}
Sent = dict[str, Any]


def _nothing(scene: Scene, shown: Sent) -> Sent:
    return {}


@dataclass(frozen=True)
class Act:
    """An address that takes a form: in which state, from whom, and what is written in it."""

    address: str
    state: str
    entitled: set[str]
    written: Callable[[Scene, Sent], Sent] = _nothing
    has_form: bool = True
    records: bool = True

    def __str__(self) -> str:
        return f"{self.address} ({self.state})"

    def sent(self, scene: Scene) -> Sent:
        """What a browser sends: the form's fields as shown, with what the person wrote."""
        role = min(self.entitled)
        shown: Sent = {}
        if self.has_form:
            response = scene.client(role).get(scene.url(self.address))
            assert response.status_code == 200, str(self)
            for bound in response.context.get("form", ()):
                if bound.value() is not None:
                    shown[bound.html_name] = bound.value()
            shown["seen"] = response.context.get("seen", shown.get("seen", ""))
        return {**shown, **self.written(scene, shown)}


def _titled(scene: Scene, shown: Sent) -> Sent:
    return {"title": "Another title"}


def _declared(scene: Scene, shown: Sent) -> Sent:
    # The meetings sit today, which leaves little time and is asked about.
    return {"declaration": "on", "nonetheless": "on"}


def _reasoned(scene: Scene, shown: Sent) -> Sent:
    return {"reason": "An annex is wrong."}


def _checked(**answer: str) -> Callable[[Scene, Sent], Sent]:
    """What the check of an answer sends."""

    def written(scene: Scene, shown: Sent) -> Sent:
        digest = scene.consideration.revision.digest
        return {**answer, "digest": digest, "key": str(uuid4()), "declaration": "on"}

    return written


def _convened(scene: Scene, shown: Sent) -> Sent:
    dates = {"begins": "2027-03-22", "ends": "2027-03-23"}
    return {"body": str(scene.ag.body_id), "mode": "online", **dates}


def _held(scene: Scene, shown: Sent) -> Sent:
    return {"status": "held", "note": "", "step": "act"}


def _point(**said: str) -> Callable[[Scene, Sent], Sent]:
    """What the button beside a point of a hand-over sends."""
    return lambda scene, shown: {"point": "notices", **said}


def _appointed(**facts: str) -> Callable[[Scene, Sent], Sent]:
    """What the check of an appointment sends."""

    def written(scene: Scene, shown: Sent) -> Sent:
        who = {"name": "New Person", "email": "new@tests.example.org", "basis": "Note 1"}
        return {**who, "level": "departmental", "last": "", "authority": "", "step": "act", **facts}

    return written


def _ended(scene: Scene, shown: Sent) -> Sent:
    return {"reason": "A mistake.", "step": "act"}


def _moved(scene: Scene, shown: Sent) -> Sent:
    return {"direction": "up"}


class Upload(io.BytesIO):
    """A file that a form sends anew each time."""

    name = "activities.csv"

    def read(self, *_size: Any) -> bytes:
        return self.getvalue()


def _chosen(scene: Scene, shown: Sent) -> Sent:
    return {"file": Upload(b"title,area\nFair,1\n")}


def _looked_at(scene: Scene, shown: Sent) -> Sent:
    """What is confirmed of a table that everybody has chosen who writes on the day.

    A chosen table is its chooser's own: nobody else is shown it, or takes it.
    """
    said: Sent = {}
    for role in sorted({*SECRETARIAT, "next_chair"}):
        scene.client(role).post(scene.url("workplans:table"), _chosen(scene, shown))
        page = scene.client(role).get(scene.url("workplans:table_preview"))
        if page.status_code == 200:
            said = dict(page.context["form"].initial)
    assert said, "Nobody was shown the table."
    return said


def _spoken(scene: Scene, shown: Sent) -> Sent:
    """What Dorlan said in the room."""
    return {f"kind-{scene.position.seat_id}": "approves"}


def _noted(scene: Scene, shown: Sent) -> Sent:
    """What the form of a position that came in a note sends."""
    voice = scene.cast.head.appointments.get().pk
    note = Upload(notes.PDF)
    return {"voice": voice, "kind": "approves", "text": "", "note": note}


def _note_seen(scene: Scene, shown: Sent) -> Sent:
    """What is confirmed of a note that everybody has taken in who records on the day."""
    filled = _noted(scene, shown) | {"digest": scene.consideration.revision.digest}
    said: Sent = {}
    for role in sorted({*SECRETARIAT, "next_chair"}):
        scene.client(role).post(scene.url("workplans:record"), filled)
        page = scene.client(role).get(scene.url("workplans:record_check"))
        if page.status_code == 200:
            said = dict(page.context["form"].initial)
    assert said, "Nobody was shown the note."
    return {**said, "key": str(uuid4()), "declaration": "on"}


def _silenced(scene: Scene, shown: Sent) -> Sent:
    """The end is the one proposed, which needs no second look."""
    return {"reason": "The summit is near.", "declaration": "on"}


def _extended(scene: Scene, shown: Sent) -> Sent:
    later = scene.consideration.expires + timedelta(days=5)
    return {"day": later.date().isoformat(), "reason": "A holiday was overlooked."}


EDITS: dict[str, tuple[Callable[[Scene, Sent], Sent], bool]] = {
    "edit_general": (_titled, True),
    "area": (_titled, True),
    "area_add": (_titled, True),
    "activity": (_titled, True),
    "activity_add": (_titled, True),
    "text": (_titled, True),
    "text_add": (_titled, True),
    "remove": (_nothing, True),
    "move": (_moved, False),
    "calendar": (_nothing, False),
    "duplicate": (_nothing, False),
    "table_preview": (_looked_at, False),
    "restore": (_nothing, True),
}
FOCAL_POINT = {"focal_point"}
ACTS = (
    Act(
        "secretariat:appoint", "no plan", SECRETARIAT | FOCAL_POINT,
        _appointed(function="focal_point"),
    ),
    Act("secretariat:replace", "no plan", FOCAL_POINT, _appointed()),
    Act("secretariat:end", "no plan", FOCAL_POINT, _ended),
    Act("secretariat:invite_again", "no plan", FOCAL_POINT, has_form=False, records=False),
    Act("secretariat:withdraw_invitation", "no plan", FOCAL_POINT, has_form=False),
    Act("meetings:convene", "no plan", SECRETARIAT, _convened),
    Act("workplans:conclude", "no plan", SECRETARIAT, _held),
    Act("workplans:start", "no plan", SECRETARIAT),
    *(
        Act(f"workplans:{name}", "draft", SECRETARIAT, *how)
        for name, how in EDITS.items()
        if name != "restore"
    ),
    Act("workplans:table", "draft", SECRETARIAT, _chosen, records=False),
    Act("workplans:put_back", "draft", SECRETARIAT, has_form=False, records=False),
    Act("workplans:bring_over", "draft", SECRETARIAT, has_form=False, records=False),
    *(
        Act(f"workplans:{name}", state, SECRETARIAT, *EDITS[name])
        for state, names in (
            ("draft of the presidency before", ["restore", "edit_general"]),
            ("under consideration", ["edit_general", "activity", "move"]),
        )
        for name in names
    ),
    Act("workplans:circulate", "draft", SECRETARIAT, _declared),
    Act(
        "workplans:position", "under consideration", VOICES,
        lambda scene, shown: {"kind": "objects", "text": "No."}, records=False,
    ),
    Act(
        "workplans:position_check", "under consideration", VOICES,
        _checked(kind="objects", text="No."), has_form=False,
    ),
    Act(
        "workplans:position", "before the ministers, document issued", MINISTERS,
        lambda scene, shown: {"kind": "returns", "text": "No."}, records=False,
    ),
    Act(
        "workplans:position_check", "before the ministers, document issued", MINISTERS,
        _checked(kind="returns", text="No."), has_form=False,
    ),
    Act("workplans:hear", "under consideration", SECRETARIAT, _spoken),
    Act(
        "workplans:confirm", "positions not shown yet", {"head"},
        lambda scene, shown: {"declaration": "on"},
    ),
    Act(
        "workplans:make_statement", "under consideration", VOICES,
        lambda scene, shown: {"kind": "explanation_of_position", "text": "So."}, records=False,
    ),
    Act(
        "workplans:statement_check", "under consideration", VOICES,
        _checked(kind="explanation_of_position", text="So."), has_form=False,
    ),
    Act(
        "workplans:statement_check", "before the ministers, document issued", MINISTERS,
        _checked(kind="reservation", text="Not that."), has_form=False,
    ),
    Act(
        "workplans:statement_check", "under silence", VOICES,
        _checked(kind="reservation", text="Not that."), has_form=False,
    ),
    Act(
        "workplans:withdraw_statement", "under consideration", {"head", "alternate"},
        lambda scene, shown: {"text": "No longer needed.", "declaration": "on"},
    ),
    Act(
        "workplans:consultation", "under consideration", VOICES | {"delegate"},
        lambda scene, shown: {"advice": "would_approve", "key": str(uuid4())}, has_form=False,
    ),
    Act(
        "workplans:ask_for_advice", "under consideration", {"head", "alternate"},
        lambda scene, shown: {"people": [scene.people["focal_point"].pk]},
        has_form=False,
    ),
    Act(
        "workplans:take_note_back", "under consideration", {"delegate"},
        lambda scene, shown: {"note": scene.note.pk}, has_form=False,
    ),
    Act("workplans:record", "under consideration", SECRETARIAT, _noted, records=False),
    Act("workplans:record_check", "under consideration", SECRETARIAT, _note_seen, has_form=False),
    Act(
        "workplans:rule_on_time", "time asked for in a note", CHAIR,
        lambda scene, shown: {"granted": "yes", "text": ""},
    ),
    Act("workplans:open_silence", "draft", CHAIR, _silenced),
    Act("workplans:open_silence", "under consideration", CHAIR, _silenced),
    Act("workplans:open_written", "draft", CHAIR, _silenced),
    Act("workplans:open_written", "under consideration", CHAIR, _silenced),
    Act("workplans:extend", "under silence", CHAIR, _extended),
    Act("workplans:withdraw", "under silence", CHAIR, _reasoned),
    Act(
        "workplans:position", "under silence", VOICES,
        lambda scene, shown: {"kind": "objects", "text": "No."}, records=False,
    ),
    Act(
        "workplans:position_check", "under silence", VOICES,
        _checked(kind="objects", text="No."), has_form=False,
    ),
    Act(
        "workplans:rule_on_time", "under silence", CHAIR,
        lambda scene, shown: {"granted": "no", "text": "The summit is near."},
    ),
    Act("workplans:withdraw", "under consideration", SECRETARIAT, _reasoned),
    Act("workplans:remind", "under consideration", SECRETARIAT),
    Act(
        "workplans:withdraw_document", "before the ministers, document issued", SECRETARIAT,
        _reasoned,
    ),
    Act("workplans:remind", "before the ministers, document issued", SECRETARIAT),
    Act("workplans:remind", "handed over before the day", {"next_chair"}),
    Act("send_again", "under consideration", SECRETARIAT, has_form=False, records=False),
    Act("workplans:return_to_draft", "under consideration", CHAIR, _reasoned),
    Act(
        "workplans:close_by_statement", "under consideration", CHAIR,
        lambda scene, shown: {"introduction": "No consensus.", "step": "act", "declaration": "on"},
    ),
    Act("workplans:adopt", "agreed by all", CHAIR, _declared),
    Act("workplans:submit", "adopted, document queued", CHAIR, _declared),
    Act("workplans:take_back", "adopted, document queued", CHAIR, _reasoned),
    Act("workplans:report", "approved, document not typeset", CHAIR, _declared),
    Act("workplans:amend", "approved, document not typeset", SECRETARIAT, _reasoned),
    Act("workplans:withdraw_amendment", "an amendment opened", SECRETARIAT),
    Act(
        "workplans:withdraw_amendment", "an amendment before the delegations", CHAIR, _reasoned
    ),
    Act("workplans:report", "an amendment before the delegations", CHAIR, _declared),
    Act(
        "workplans:progress_record", "an amendment opened", SECRETARIAT,
        lambda scene, shown: {"state": "completed", "note": "It was held."},
    ),
    Act(
        "workplans:progress_record", "approved, document not typeset", SECRETARIAT,
        lambda scene, shown: {"state": "under_way", "note": "It began."},
    ),
    Act(
        "hand_over_tick", "a hand-over prepared", SECRETARIAT,
        _point(side="outgoing"), has_form=False,
    ),
    Act(
        "hand_over_tick", "a hand-over prepared", {"next_chair"},
        _point(side="incoming", ticked="on"), has_form=False,
    ),
    Act("hand_over_offer", "a hand-over prepared", SECRETARIAT, _declared),
    Act("hand_over_withdraw", "a hand-over offered", SECRETARIAT, has_form=False),
    Act("hand_over_take", "a hand-over offered", {"next_chair"}, _declared),
    Act("workplans:edit_general", "handed over before the day", {"next_chair"}, _titled),
    Act("workplans:withdraw", "handed over before the day", {"next_chair"}, _reasoned),
    Act("workplans:return_to_draft", "handed over before the day", CHAIR, _reasoned),
    Act("meetings:convene", "handed over before the day", {"next_chair"}, _convened),
    Act("workplans:print_draft", "draft", SECRETARIAT, has_form=False),
    Act("workplans:printout_again", "draft", SECRETARIAT, has_form=False, records=False),
    Act("workplans:printout_cancel", "draft", {"staff"}, has_form=False, records=False),
    Act(
        "workplans:print_comparison", "under consideration", TABLED | {"expert_chair"},
        lambda scene, shown: {"older": "r1", "newer": "r2"}, has_form=False,
    ),
    Act(
        "workplans:print_consideration", "under consideration", TABLED | {"expert_chair"},
        has_form=False,
    ),
    Act(
        "workplans:receipt_again", "under consideration",
        {"head", "alternate", "delegate", "minister"} | SECRETARIAT, has_form=False, records=False,
    ),
    Act(
        "workplans:document_again", "approved, document not typeset", SECRETARIAT, has_form=False
    ),
)  # fmt: skip
# Forms that people send for themselves: through the doors, for their own calendar, mail and texts.
DOORS = {
    "sign_in": "visitor",
    "example_sign_in": "visitor",
    "sign_out": "stranger",
    "secretariat:accept_invitation": "visitor",
    "own_calendar": "head",
    "workplans:prose": "staff",
    "notice_settings": "head",
    "workplans:present": "staff",
    "workplans:parked_text": "staff",
    "workplans:parked_discard": "staff",
    "workplans:parked_again": "staff",
}
ACTED_ON = tuple(dict.fromkeys(act.state for act in ACTS))


@pytest.mark.parametrize("state", ACTED_ON)
def test_an_act_is_refused_to_all_but_those_entitled_and_to_them_from_another_site(
    cast, quiet, state
):
    scene = make(cast, state)
    for role in (*ASKING, *VOICES):
        scene.client(role)
    forms = [(act, scene.url(act.address), act.sent(scene)) for act in ACTS if act.state == state]
    elsewhere = {
        role: scene.signed_in(role, enforce_csrf_checks=True)
        for role in {min(act.entitled) for act, _url, _sent in forms}
    }
    before = the_record()
    for act, url, sent in forms:
        for role in (role for role in ASKING if role not in act.entitled):
            response = scene.client(role).post(url, {**TAMPERED, **sent})
            if role == "visitor":
                assert response.status_code == 302, str(act)
                assert response.url.startswith(SIGN_IN), str(act)
            else:
                assert response.status_code in (403, 404), f"{act} as {role}"
        assert elsewhere[min(act.entitled)].post(url, sent).status_code == 403, str(act)
        if act.address in confirmation.ACTS:
            # From those entitled, but long after they signed in.
            late = confirming.ago(scene.signed_in(min(act.entitled))).post(url, sent)
            assert (late.status_code, late.templates[0].name) == (403, "bpic/confirm.html"), act
    assert changed(before) == []
    # The same forms were worth refusing: from those entitled they are taken.
    for act, url, sent in forms:
        for role in sorted(act.entitled):
            with transaction.atomic():
                response = scene.client(role).post(url, sent)
                assert response.status_code in (302, 303), f"{act} as {role}"
                assert not response.url.startswith(SIGN_IN), f"{act} as {role}"
                assert bool(changed(before)) is act.records, f"{act} as {role}"
                transaction.set_rollback(True)


def test_of_every_form_it_is_said_whether_it_performs_an_act_of_state():
    named = {act.address for act in ACTS} | set(DOORS)
    assert not set(confirmation.ACTS) & confirmation.EVERYDAY
    unsaid = named ^ (set(confirmation.ACTS) | confirmation.EVERYDAY)
    assert not unsaid, f"bpic/confirmation.py does not place {', '.join(sorted(unsaid))}."


def test_the_doors_refuse_a_form_from_another_site(cast):
    scene = begin(cast)
    sent = {"username": cast.staff.user.username, "password": "example"}
    for name, role in DOORS.items():
        client = scene.signed_in(role, enforce_csrf_checks=True)
        session = client.cookies.get("sessionid")
        assert client.post(scene.url(name), sent).status_code == 403, name
        assert client.cookies.get("sessionid") == session, name


def test_every_other_address_takes_no_form(cast, quiet):
    scene = make(cast, "under consideration")
    for role in ("staff", "visitor"):
        scene.client(role)
    before = the_record()
    for name in sorted(set(NAMES) - {act.address for act in ACTS} - set(DOORS)):
        for role in ("staff", "visitor"):
            response = scene.client(role).post(scene.url(name))
            signs_in = response.status_code == 302 and response.url.startswith(SIGN_IN)
            assert response.status_code == 405 or (role == "visitor" and signs_in), name
    assert changed(before) == []


def test_a_state_named_in_a_form_is_not_the_state_that_speaks(cast, quiet):
    scene = make(cast, "under consideration")
    url, written = scene.url("workplans:position_check"), _checked(kind="approves", text="")
    said = Position.objects.count()
    for name, state in cast.states.items():
        tampered = {"state": state.pk, "seat": scene.ag.seats.get(state=state).pk}
        with transaction.atomic():
            for role in ASKING:
                if role not in VOICES:
                    scene.client(role).post(url, {**written(scene, {}), **tampered})
            assert Position.objects.count() == said, name
            scene.client("head").post(url, {**written(scene, {}), **tampered})
            assert Position.objects.latest("id").seat.state.name == "Dorlan"
            transaction.set_rollback(True)


def test_at_midnight_of_the_handover_an_open_session_keeps_no_right(cast, draft):
    page = reverse("workplans:edit_general", args=[2027])
    sent = {"title": "Written after midnight", "version": "1", "opened": "{}"}
    with time_machine.travel(datetime(2027, 12, 31, 23, 59, 58, tzinfo=UTC), tick=False) as clock:
        outgoing, incoming = Client(), Client()
        outgoing.force_login(cast.staff.user, backend=PERSON_BACKEND)
        incoming.force_login(cast.next_chair.user, backend=PERSON_BACKEND)
        assert outgoing.get(page).status_code == 200
        assert incoming.get(page).status_code == 404
        clock.shift(2)
        # With the first of them who comes, those who served are given what they go on reading.
        chair = Client()
        chair.force_login(cast.chair.user, backend=PERSON_BACKEND)
        chair.get(reverse("healthz"))
        before = the_record()
        assert outgoing.post(page, sent).status_code == 403
        assert changed(before) == []
        # The session has ended; with a new one they read what they made, and write no more.
        assert outgoing.get(page).url.startswith(SIGN_IN)
        outgoing.force_login(cast.staff.user, backend=PERSON_BACKEND)
        assert outgoing.post(page, sent).status_code == 403
        assert changed(before) == []
        assert outgoing.get(reverse("workplans:preview", args=[2027])).status_code == 200
        assert incoming.get(page).status_code == 200


# Administrators


def test_the_administration_is_for_administrators_and_holds_no_group(cast, sign_in):
    """What each of its pages may show and change is tested beside it (secretariat/test_admin)."""
    assert Group not in admin.site._registry
    for role, person in cast.everyone().items():
        opened = sign_in(person).get(reverse("admin:index")).status_code
        assert opened == (200 if role == "superuser" else 302), role


@pytest.mark.parametrize("has_person", [True, False])
def test_an_administrator_who_joins_a_group_by_hand_reads_no_draft(cast, draft, has_person):
    """Groups follow from appointments; whoever gives out accounts cannot give out seats."""
    staff, administrator = Client(), Client()
    staff.force_login(cast.staff.user, backend=PERSON_BACKEND)
    assert staff.get("/en/desk/plans/2027/").status_code == 200
    user = cast.superuser.user
    if not has_person:
        user = get_user_model().objects.create_superuser("administrator")
    user.groups.set(Group.objects.all())
    administrator.force_login(user, backend=PERSON_BACKEND)
    assert administrator.get("/en/desk/plans/2027/").status_code == 404
    assert not user.groups.exists()
    assert not Entry.objects.filter(by__user=user).exists()
