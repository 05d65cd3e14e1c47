"""The bench's year: a plan of 300 activities, twelve states, fifty meetings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from django.test import Client
from django.test.utils import setup_test_environment, teardown_test_environment
from django.urls import reverse

from secretariat.models import Person, State
from tests import factories
from tests.workplans.writing import Window
from workplans.models import Activity, WorkPlan


def pages() -> Iterator[tuple[Any, ...]]:
    """The pages in the order they are measured; the first is the yardstick."""
    now = datetime.now(UTC)
    today = now.date()
    long_ago = date(2000, 1, 1)
    states = [factories.state(f"{letter}bench", order=n) for n, letter in enumerate("ABCDEFGHIJKL")]
    for state in states:
        factories.member(state, since=long_ago)
    factories.presidency(states[0], today.year)
    staff = factories.person("Bench Staff", "secretariat", states[0], since=long_ago)
    heads = [
        factories.person(f"Bench Head {n}", "head", state, since=long_ago)
        for n, state in enumerate(states)
    ]
    for n in range(50):
        group = factories.meeting(
            "AG", by=staff, on=now, begins=today + timedelta(days=n), place=f"Place {n}"
        )
    plan = _plan(today.year, staff, states, now)
    # What is written all the time has a plan of its own, so that it gives the others no work.
    written = _plan(today.year + 1, staff, states, now)
    consideration = factories.circulated(plan, before=group, by=staff, on=now)
    for head in heads[:-1]:
        factories.answer(consideration, by=head, on=now)
    visitor, secretary, delegate = Client(), Client(), Client()
    secretary.force_login(staff.user, backend="bpic.accounts.PersonBackend")
    delegate.force_login(heads[-1].user, backend="bpic.accounts.PersonBackend")

    def ask(client: Client, name: str, *args: Any) -> Any:
        address = reverse(name, args=args)
        return lambda: client.get(address)

    first, other = (
        Activity.objects.filter(area__plan=one).order_by("position").first()
        for one in (plan, written)
    )
    assert first is not None and other is not None
    year = plan.year
    yield "yardstick (plain list page)", lambda: visitor.get("/yardstick/")
    yield "home", ask(visitor, "home"), (3, 12, 40)
    yield "calendar, 50 meetings", ask(visitor, "meetings:calendar"), (6, 15, 60)
    yield "calendar feed, 50 meetings", ask(visitor, "meetings:feed"), (3, 6, 60)
    yield "desk of a head of delegation", ask(delegate, "desk"), (4, 12, 60)
    yield "desk of the secretariat", ask(secretary, "desk"), (4, 15, 60)
    overview = ask(secretary, "workplans:overview", year)
    yield "plan overview, 300 activities", overview, (8, 15, 60)
    parts = ask(secretary, "workplans:edit", year)
    yield "list of parts, 300 activities", parts, (8, 15, 600)
    editor = ask(secretary, "workplans:activity", year, first.key)
    yield "editor page of one activity", editor, (5, 15, 60)
    yield "autosave of one activity", _autosave(secretary, year + 1, other), (3, 8, 4)
    board = ask(delegate, "workplans:position", consideration.pk)
    yield "position page, 12 states", board, (4, 15, 60)
    text = ask(delegate, "workplans:consideration", consideration.pk)
    yield "consideration with 300 activities' text", text
    history = ask(secretary, "workplans:history", year)
    yield "history", history, (5, 15, 60)
    compare = ask(secretary, "workplans:compare", year)
    yield "comparison, 300 activities", compare, (6, 20, 60)


def _plan(year: int, staff: Person, states: list[State], now: datetime) -> WorkPlan:
    """A draft of 300 activities."""
    plan = factories.plan(by=staff, on=now, year=year, activities=0)
    areas = list(plan.areas.all())
    Activity.objects.bulk_create(
        Activity(
            area=areas[n % 5],
            position=n,
            title=f"Activity number {n}",
            description="A paragraph that says what will be done. " * 6,
            lead=states[n % 12],
            begins="2027-05",
            deliverables="One\nTwo",
        )
        for n in range(300)
    )
    return plan


def _autosave(client: Client, year: int, activity: Activity) -> Callable[[], Any]:
    """Somebody who writes one activity and never stops: each request says something new."""
    setup_test_environment()  # only then does an answer tell what its form says
    window = Window(client, reverse("workplans:activity", args=[year, activity.key]))
    teardown_test_environment()
    words = count()

    def save() -> Any:
        answer = window.post(description=f"What will be done, told {next(words)} times.")
        window.hear(answer)
        return answer

    return save
