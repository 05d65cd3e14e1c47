"""The example year: every status, the same each time, and nothing invented about a real state."""

import json
from collections import Counter
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from bpic.example import year
from bpic.management.commands.example_accounts import accounts
from meetings.models import Meeting
from secretariat import handover
from secretariat.dates import PartialDate
from secretariat.models import HandOver, Notice, Person, Tick
from secretariat.post import send_due
from secretariat.standing import Standing
from workplans import content
from workplans.models import Document, Position, Revision, WorkPlan
from workplans.operations.drafting import FOUNDING_AREAS
from workplans.queries import board

DAY = date(2026, 11, 23)
Status = WorkPlan.Status


class Undo(Exception):
    pass


def load(day: date = DAY) -> str:
    out = StringIO()
    call_command("load_example", on=day, stdout=out, stderr=out)
    return out.getvalue()


@pytest.fixture
def institution(db):
    call_command("load_institution", stdout=StringIO())


@pytest.fixture(scope="class")
def example(django_db_setup, django_db_blocker):
    """The example year, built once for a class of tests that leave it as it is."""
    with django_db_blocker.unblock():
        try:
            with transaction.atomic():
                call_command("load_institution", stdout=StringIO())
                load()
                yield
                raise Undo
        except Undo:
            pass


def digests() -> dict[str, str]:
    return dict(Revision.objects.values_list("symbol", "digest"))


@pytest.mark.usefixtures("example", "db")
class TestTheExampleYear:
    def test_there_is_a_plan_in_every_status(self):
        found = dict(WorkPlan.objects.values_list("year", "status"))
        assert found == {
            2022: Status.REPORTED,
            2023: Status.REPORTED,
            2024: Status.APPROVED,
            2025: Status.ADOPTED,
            2026: Status.SUBMITTED,
            2027: Status.UNDER_CONSIDERATION,
            2028: Status.DRAFT,
        }
        presiding = WorkPlan.objects.order_by("year").values_list("presidency__state__code")
        assert [code for (code,) in presiding] == ["CN", "ZA", "RU", "BR", "IN", "IN", "IN"]

    def test_everything_in_it_is_marked(self):
        assert not WorkPlan.objects.filter(is_example=False).exists()
        assert not Person.objects.filter(is_example=False).exists()
        assert not Meeting.objects.filter(is_example=False, seats__isnull=False).exists()

    def test_real_states_say_nothing_but_a_plain_approval(self):
        assert set(Position.objects.values_list("kind", "text")) == {("approves", "")}

    @pytest.mark.parametrize(
        ("plan_year", "silent"),
        [(2026, year.MINISTERS_TO_ANSWER), (2027, year.HEADS_TO_ANSWER)],
    )
    def test_only_these_have_still_to_answer(self, plan_year, silent):
        consideration = WorkPlan.objects.get(year=plan_year).considerations.get(closed=None)
        tally = board(consideration).tally
        assert tally.silent == silent
        assert len(tally.seats) == 10
        assert consideration.meeting.sits_on(DAY)

    def test_a_second_load_changes_nothing(self):
        before = digests()
        assert "already" in load()
        assert digests() == before

    def test_a_portal_with_plans_of_its_own_is_left_alone(self):
        Person.objects.update(is_example=False)
        before = Person.objects.count()
        assert "of its own" in load()
        assert Person.objects.count() == before

    def test_nobody_invented_is_written_to(self):
        assert Notice.objects.exists()
        assert send_due() == 0

    def test_only_what_is_open_is_news(self):
        unread = Notice.objects.filter(read=None, entry__subject_type__model="workplan")
        plans = WorkPlan.objects.filter(pk__in=unread.values("entry__subject_id"))
        assert set(plans.values_list("year", flat=True)) == {2026, 2027}

    def test_every_presidency_since_has_handed_over_by_the_table(self):
        passed = HandOver.objects.exclude(at=None).order_by("at")
        assert [(h.outgoing.year, h.at.year, h.taken_by) for h in passed] == [
            (2022, 2023, None),
            (2023, 2024, None),
            (2024, 2025, None),
            (2025, 2026, None),
        ]
        for hand_over in passed:
            assert hand_over.note.symbol == f"PartNIR/AG/{hand_over.outgoing.year}/HO/1"
            assert hand_over.note.on == hand_over.incoming.period.lower

    def test_a_note_holds_what_was_open_on_that_day(self):
        order = json.loads(Document.objects.get(hand_over__outgoing__year=2024).order)
        points = {point["key"]: point for point in order["hand_over"]["points"]}
        assert [item["text"] for item in points["plans"]["items"]] == ["Work plan 2024: Approved"]
        assert [item["text"] for item in points["documents"]["items"]] == [
            "PartNIR/AG/2024/WP/1",
            "PartNIR/IMM/2024/WP/1",
        ]
        assert not points["typesetting"]["items"] and not points["notices"]["items"]
        assert [item["text"] for item in points["designated"]["items"]] == [
            "Marina Exemplo, Chair of the Advisory Group",
            "Lia Amostra, Secretariat staff",
            "Rui Modelo, Secretariat staff",
        ]

    def test_the_next_hand_over_is_being_prepared(self):
        ticks = Tick.objects.filter(hand_over__at=None).values_list("side", "by__user__username")
        assert Counter(ticks) == {("outgoing", "staff.india"): 4, ("incoming", "staff.china"): 2}
        china = Person.objects.get(user__username="staff.china")
        standing = Standing.of(china, DAY)
        assert standing.drafting is None
        (turn,) = [t for t in handover.known_to(standing) if t.outgoing.year == 2026]
        assert turn.is_open_on(DAY) and handover.sides(turn, standing)

    def test_the_administrator_holds_no_seat(self):
        administrator = Person.objects.get(user__username="administrator")
        assert administrator.user.is_superuser
        assert Standing.of(administrator, DAY).appointments == ()

    def test_every_role_is_printed_with_its_account(self):
        rows = dict(accounts(DAY))
        assert rows["Chair of the Advisory Group, India"] == "chair.india"
        assert rows["Secretariat staff of the presidency, India"] == "staff.india"
        assert rows["Former chair, Brazil"] == "chair.brazil"
        assert rows["Chair designated for the next presidency, China"] == "chair.china"
        assert rows["Staff designated for the next presidency, China"] == "staff.china"
        assert rows["Head of delegation, Brazil"] == "head.brazil"
        assert rows["Observer, UNIDO"] == "observer.unido"
        assert "administrator" in rows.values()
        out = StringIO()
        call_command("example_accounts", stdout=out)
        assert "administrator" in out.getvalue()
        assert year.cast()["password"] in out.getvalue()

    def test_the_printed_password_opens_an_account(self):
        user = Person.objects.get(user__username="head.brazil").user
        assert user.check_password(year.cast()["password"])


def without_its_code(order):
    """A work order but for the code of its document, which is drawn by lot."""
    return {k: v for k, v in json.loads(order).items() if k not in ("code", "verify")}


def test_the_same_day_gives_the_same_texts_and_documents(institution):
    seen = []
    for _again in range(2):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                # The notes name entries by their number, and a new portal begins at the first.
                cursor.execute("ALTER SEQUENCE secretariat_entry_id_seq RESTART")
                year.build(DAY)
                made = Document.objects.order_by("symbol").values_list("order", flat=True)
                seen.append((digests(), [without_its_code(order) for order in made]))
                raise Undo
        except Undo:
            pass
    assert seen[0] == seen[1]
    assert len(seen[0][0]) == 6


@pytest.mark.parametrize(
    ("day", "presiding"), [(date(2026, 1, 1), "india"), (date(2027, 1, 10), "china")]
)
def test_it_can_be_built_around_a_handover(institution, day, presiding):
    load(day)
    assert set(WorkPlan.objects.values_list("status", flat=True)) == set(Status)
    chair = Person.objects.get(user__username=f"chair.{presiding}")
    assert Standing.of(chair, day).chair is not None
    # The table has passed the secretariat on; outside the window nobody prepares the next time.
    assert HandOver.objects.latest("at").incoming == Standing.of(chair, day).presidency
    assert not HandOver.objects.filter(at=None).exists()


def test_a_day_without_a_presidency_on_record_gives_way(institution, monkeypatch):
    built = []
    monkeypatch.setattr(year, "build", built.append)
    assert "No presidency is on record after 2027-12-31" in load(date(2029, 5, 1))
    assert built == [date(2027, 12, 31)]


def test_a_day_before_the_example_is_refused(institution):
    with pytest.raises(CommandError, match="2026-01-01 or later"):
        load(date(2025, 7, 1))


def test_without_the_institution_there_is_no_example(db):
    with pytest.raises(CommandError, match="load_institution"):
        load()


def test_without_example_data_no_account_is_printed(db):
    out = StringIO()
    call_command("example_accounts", stdout=out)
    assert out.getvalue() == "There are no example accounts here.\n"


@pytest.mark.parametrize("plan_year", range(2022, 2029))
def test_the_texts_are_sound_and_sourced(plan_year):
    form = year.text_of(plan_year)
    activities = [activity for _number, activity in content.activities(form)]
    assert 8 <= len(activities) <= 14
    assert all(activity["sources"] for activity in activities)
    assert form["source_note"] == "Compiled from public sources; not an official document."
    assert tuple(area["title"] for area in form["areas"]) == FOUNDING_AREAS
    if plan_year >= 2026:
        assert {activity["state"] for activity in activities} <= {"planned", "continuing"}
        assert all(len(activity["begins"]) == 4 for activity in activities)


def test_a_milestone_falls_within_its_activity_and_its_year():
    dated = [
        (begins, step["date"], ends, plan_year)
        for plan_year in range(2022, 2029)
        for _number, activity in content.activities(year.text_of(plan_year))
        for begins, ends in [(activity["begins"], activity["ends"])]
        for step in activity["milestones"]
    ]
    assert len(dated) == 5
    for begins, date_, ends, plan_year in dated:
        begin, step, end = map(PartialDate.parse, (begins, date_, ends))
        assert step.year == plan_year
        assert begin.first <= step.last and step.first <= end.last


def test_texts_of_every_form_make_an_example():
    """Portals hold texts of the older forms, so the example does too."""
    folder = year.FOLDER / "plans"
    written_in = {json.loads(path.read_text("utf-8"))["form"] for path in folder.glob("*.json")}
    assert written_in == set(content.SCHEMAS)


def test_progress_is_of_activities_in_the_plans():
    listed = json.loads((year.FOLDER / "progress.json").read_text(encoding="utf-8"))
    for plan_year, entries in listed.items():
        known = {
            activity["id"]: activity["title"]
            for _number, activity in content.activities(year.text_of(int(plan_year)))
        }
        assert all(known[key] == entry["title"] for key, entry in entries.items())


WORDS_FOR_EXAMPLE = (
    ("Exemplo", "Amostra", "Modelo")
    + ("Primerov", "Primerova", "Obraztsov")
    + ("Udaharan", "Namuna")
    + ("Fanli", "Shili", "Yangben")
    + ("Voorbeeld", "Isibonelo", "Umzekelo")
    + ("Mithal", "Namudhaj", "Misale", "Contoh", "Nemuneh", "Beispiel")
)


def test_every_person_is_visibly_invented():
    for entry in year.cast()["people"]:
        assert entry["name"].split()[-1] in WORDS_FOR_EXAMPLE
        assert entry["email"].endswith(".example.org")
