"""An invented partnership for the tests: four states, their people, their meetings and texts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from django.contrib.auth import get_user_model
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F

from meetings.models import Body, Meeting
from meetings.operations import convene
from secretariat.accreditation import accredit
from secretariat.models import Authority, Membership, Person, Presidency, State
from workplans.models import Activity, Consideration, PriorityArea, WorkPlan
from workplans.operations import answering, decision, drafting, review

# The day on which the tests' people act, unless a test moves time.
TODAY = date(2027, 3, 10)
NOW = datetime(2027, 3, 10, 12, tzinfo=UTC)

STATES = ("Aldova", "Borania", "Cestria", "Dorlan")


def state(name: str, *, order: int = 1) -> State:
    return State.objects.create(
        code=name[:2].upper(), code3=name[:3].upper(), name=name, protocol_order=order,
        time_zone="UTC",
    )  # fmt: skip


def member(of: State, since: date = date(2020, 1, 1), until: date | None = None) -> Membership:
    return Membership.objects.create(
        state=of, status=Membership.Status.MEMBER, period=DateRange(since, until)
    )


def presidency(of: State, year: int) -> Presidency:
    return Presidency.objects.create(
        state=of, year=year, period=DateRange(date(year, 1, 1), date(year + 1, 1, 1))
    )


def body(code: str) -> Body:
    levels = {"AG": "officials", "IMM": "ministers", "SUMMIT": "leaders"}
    names = {
        "AG": "Advisory Group",
        "IMM": "Industry Ministers’ Meeting",
        "SUMMIT": "Summit",
    }
    found, _made = Body.objects.get_or_create(
        code=code, defaults={"name": names[code], "level": levels[code]}
    )
    return found


def person(
    name: str,
    function: str | None = None,
    of: State | None = None,
    *,
    level: str = "departmental",
    since: date = date(2026, 6, 1),
    until: date | None = None,
) -> Person:
    """A person with an account (user name: the name in lower case, dots for spaces)."""
    username = name.lower().replace(" ", ".")
    user = get_user_model().objects.create_user(
        username, f"{username}@tests.example.org", "example"
    )
    made = Person.objects.create(user=user, name=name, email=user.email)
    if function is not None:
        assert of is not None
        accredit(made, function=function, state=of, since=since, until=until, level=level, by=None)
    return made


def authority(of: State, name: str = "") -> Authority:
    return Authority.objects.create(
        state=of,
        name=name or f"Ministry of Industry of {of.name}",
        period=DateRange(date(2000, 1, 1), None),
    )


def meeting(
    code: str,
    *,
    by: Person,
    begins: date = TODAY,
    ends: date | None = None,
    on: datetime = NOW,
    **facts: object,
) -> Meeting:
    return convene(
        body=body(code),
        year=begins.year,
        begins=begins,
        ends=ends or begins + timedelta(days=2),
        time_zone="UTC",
        mode="online",
        by=by,
        on=on,
        **facts,  # type: ignore[arg-type]
    )


def plan(*, by: Person, year: int = 2027, activities: int = 2, on: datetime = NOW) -> WorkPlan:
    made, _left = drafting.start(year=year, title=f"Annual Work Plan {year}", by=by, on=on)
    for n in range(activities):
        activity(made, title=f"Forum number {n + 1}", area=n % 5)
    return made


def activity(of: WorkPlan, *, title: str, area: int = 0, **fields: object) -> Activity:
    row: PriorityArea = of.areas.all()[area]
    WorkPlan.objects.filter(pk=of.pk).update(version=F("version") + 1)
    fields.setdefault("description", f"What {title} is for.")
    return Activity.objects.create(area=row, title=title, position=row.activities.count(), **fields)


def circulated(of: WorkPlan, *, before: Meeting, by: Person, on: datetime = NOW) -> Consideration:
    return review.circulate(of, meeting=before, by=by, on=on)


def answer(
    consideration: Consideration,
    *,
    by: Person,
    kind: str = "approves",
    text: str = "",
    on: datetime = NOW,
    **more: date | str | None,
) -> None:
    answering.take_position(
        consideration,
        digest=consideration.revision.digest,
        kind=kind,
        text=text,
        by=by,
        on=on,
        key=uuid4(),
        **more,  # type: ignore[arg-type]
    )


def adopted(consideration: Consideration, *, by: Person, on: datetime = NOW) -> WorkPlan:
    decision.adopt(consideration, digest=consideration.revision.digest, by=by, on=on)
    return WorkPlan.objects.get(pk=consideration.plan_id)
