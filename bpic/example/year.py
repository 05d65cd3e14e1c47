"""The example year: invented people take plans compiled from public sources through their year.

Everything goes through the operations a real presidency uses, in the order it would use them, each
act on its own day by the person who held the function that day. Given a day, the outcome is the
same down to the digests. States appear under their own names, so their positions are plain
approvals and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db.models import Max
from django.utils import timezone
from django.utils.formats import date_format

from bpic import handover as hand_overs
from meetings import operations as convening
from meetings.models import Body, Meeting
from secretariat import accreditation, handover
from secretariat.handover import Side, Turn
from secretariat.models import (
    Appointment,
    Authority,
    Membership,
    Notice,
    Person,
    Presidency,
    State,
)
from workplans import content
from workplans.models import Consideration, WorkPlan
from workplans.operations import answering, decision, drafting, followup, review

FOLDER = Path(__file__).parent
FIRST_DAY = date(2022, 1, 1)
# Sixty days before it, Brazil still presides; the plans before that are dated 2025 at the latest.
EARLIEST = date(2026, 1, 1)
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:partnir:example-year")
Function = Appointment.Function
PRESIDING = (Function.CHAIR, Function.SECRETARIAT)
# Chair and staff are appointed before their presidency begins, to prepare it.
DESIGNATED_MONTHS = 4
# What both sides of the next hand-over have ticked, if the day falls where they prepare it: the
# side, the point, and how many days ago.
TICKED = (
    (Side.OUTGOING, "documents", 6),
    (Side.OUTGOING, "register", 6),
    (Side.OUTGOING, "meetings", 4),
    (Side.OUTGOING, "delegations", 4),
    (Side.INCOMING, "documents", 3),
    (Side.INCOMING, "designated", 2),
)
# Who has still to answer on the day, so that the walk has something left to do.
HEADS_TO_ANSWER = ("BR",)
MINISTERS_TO_ANSWER = ("BR", "ZA")


def cast() -> dict[str, Any]:
    """The people of the example, as the shipped file lists them."""
    found: dict[str, Any] = json.loads((FOLDER / "cast.json").read_text(encoding="utf-8"))
    return found


def text_of(year: int) -> content.Form:
    """The example plan of a year in its canonical form."""
    return content.read((FOLDER / "plans" / f"{year}.json").read_text(encoding="utf-8"))


def is_loaded() -> bool:
    return Person.objects.filter(is_example=True).exists()


def last_day() -> date | None:
    """The last day on which the table of presidencies knows who presides."""
    until = Presidency.objects.aggregate(last=Max("period__endswith"))["last"]
    return until - timedelta(days=1) if until else None


def build(day: date) -> None:
    """Build the example year around a day. Runs inside the caller's transaction."""
    example = Example(day)
    example.appoint()
    example.past()
    # What happened before is history: nobody's desk shows it as news.
    Notice.objects.filter(person__is_example=True).update(read=timezone.now())
    example.present()
    # Invented people have no mailbox.
    Notice.objects.filter(person__is_example=True).update(
        delivery=Notice.Delivery.HELD_BACK, error="example data"
    )


def at(day: date) -> datetime:
    """A moment that falls on the same calendar day in every member state."""
    return datetime.combine(day, time(9), tzinfo=UTC)


@dataclass
class Example:
    """The example year around one day."""

    day: date
    people: dict[tuple[str, str], list[Person]] = field(default_factory=dict)
    # The presidencies that have still to hand over, in their order.
    turns: list[Turn] = field(default_factory=list)

    # People

    def appoint(self) -> None:
        """Enter the people, their accounts and their appointments."""
        listed = cast()
        states = State.objects.in_bulk(field_name="code")
        presidencies = list(
            Presidency.objects.filter(period__endswith__gt=FIRST_DAY).select_related("state")
        )
        # One hash for all: the password is printed beside the user names anyway, and hashing it
        # anew for each would take longer than everything else here.
        password = make_password(listed["password"])
        for entry in listed["people"]:
            state = states[entry["state"]]
            person = self._person(entry, password)
            self.people.setdefault((state.code, entry["function"]), []).append(person)
            if entry["function"] in PRESIDING:
                terms = [
                    (_designated(presidency), presidency.period.upper)
                    for presidency in presidencies
                    if presidency.state_id == state.pk
                ]
            else:
                terms = self._membership_terms(state)
            for since, until in terms:
                self._appoint(person, entry, state, since, until)
        self.turns = [
            turn for turn in handover.turns() if turn.last_day >= FIRST_DAY and turn.day <= self.day
        ]
        administrator = self._person(listed["administrator"], password)
        User.objects.filter(person=administrator).update(is_staff=True, is_superuser=True)

    def _person(self, entry: dict[str, Any], password: str) -> Person:
        user = User.objects.create(
            username=entry["user"],
            password=password,
            email=entry["email"],
            first_name=entry["name"][:150],
        )
        return Person.objects.create(
            user=user, name=entry["name"], email=entry["email"], is_example=True
        )

    def _membership_terms(self, state: State) -> list[tuple[date, date | None]]:
        terms = []
        for membership in Membership.objects.filter(state=state).order_by("period"):
            since, until = membership.period.lower, membership.period.upper
            if until is None or until > FIRST_DAY:
                terms.append((max(since or FIRST_DAY, FIRST_DAY), until))
        return terms

    def _appoint(
        self,
        person: Person,
        entry: dict[str, Any],
        state: State,
        since: date,
        until: date | None,
    ) -> None:
        """One appointment for each authority that led in the term, as ministries change."""
        leading = Authority.objects.filter(state=state, leads=True).order_by("period")
        for first, last, authority in _stretches(since, until, list(leading)):
            accreditation.accredit(
                person,
                function=entry["function"],
                state=state,
                since=first,
                until=last,
                level=entry["level"],
                authority=authority,
                basis="Example appointment",
                by=None,
            )

    def presiding(self, function: str, day: date) -> Person:
        """Who chairs, or writes for the secretariat, on a day."""
        presidency = Presidency.objects.on(day).select_related("state").get()
        return self.people[presidency.state.code, function][0]

    def chair(self, day: date) -> Person:
        return self.presiding(Function.CHAIR, day)

    def staff(self, day: date) -> Person:
        return self.presiding(Function.SECRETARIAT, day)

    # What happened

    def past(self) -> None:
        """The plans of the presidencies before this one."""
        self._reported(
            2022,
            drafted=date(2022, 2, 1),
            group=(date(2022, 3, 10), date(2022, 3, 11), "online", ""),
            ministers=(date(2022, 5, 23), date(2022, 5, 23), "online", ""),
            summit=(date(2022, 6, 23), date(2022, 6, 24), "online", ""),
            summary=(
                "The Advisory Group adopted the work plan for 2022 by consensus and the Industry "
                "Ministers approved it. By the time of the summit the forum on the industrial "
                "internet and digital manufacturing had been held and the industrial innovation "
                "contest had been launched.\n\n"
                "The partnership's forum, the final of the contest and the presentation of "
                "cooperation projects follow in September. The activities are listed with their "
                "state as their hosts have made it public."
            ),
        )
        self._reported(
            2023,
            drafted=date(2023, 2, 1),
            group=(date(2023, 3, 14), date(2023, 3, 15), "online", ""),
            ministers=(date(2023, 8, 7), date(2023, 8, 7), "online", ""),
            summit=(date(2023, 8, 22), date(2023, 8, 24), "in_person", "Sandton, South Africa"),
            summary=(
                "The Advisory Group adopted the work plan for 2023 by consensus and the Industry "
                "Ministers approved it. The exchanges on Industry 4.0, on production systems and "
                "on training have gone into the ministers' joint declaration, and India has "
                "announced the BRICS Startup Forum.\n\n"
                "The partnership's forum and the opening of the incubation park follow in "
                "November."
            ),
        )
        plan = self._adopted(
            2024,
            drafted=date(2024, 2, 1),
            group=(date(2024, 4, 16), date(2024, 4, 17), "online", ""),
        )
        self._approved(plan, (date(2024, 8, 16), date(2024, 8, 16), "in_person",
                              "Nizhny Novgorod, Russia"))  # fmt: skip
        self._adopted(
            2025,
            drafted=date(2025, 6, 2),
            group=(date(2025, 6, 24), date(2025, 6, 25), "online", ""),
        )
        before = self.day - timedelta(days=60)
        self._adopted(
            2026,
            drafted=before,
            group=(before + timedelta(days=20), before + timedelta(days=21), "online", ""),
        )
        Meeting.objects.filter(is_example=True, ends__lt=self.day.isoformat()).update(
            status=Meeting.Status.HELD
        )

    def present(self) -> None:
        """What is open on the day: the ministers, the Group and the summit sit around it."""
        window = (self.day - timedelta(days=3), self.day + timedelta(days=30), "online", "")
        convened = self.day - timedelta(days=12)
        ministers = self._convene(Body.MINISTERS, window, convened)
        group = self._convene(Body.ADVISORY_GROUP, window, convened)
        self._convene(Body.SUMMIT, window, convened)

        submitted = self._submit(
            WorkPlan.objects.get(year=2026), ministers, self.day - timedelta(days=10)
        )
        self._answers(
            submitted,
            Function.MINISTER,
            lambda n: self.day - timedelta(days=2 - n % 2),
            leaving_out=MINISTERS_TO_ANSWER,
        )
        drafted = self._draft(2027, self.day - timedelta(days=15))
        circulated = self._circulate(
            drafted,
            group,
            self.day - timedelta(days=10),
            message=(
                "The draft lists the activities that continue from earlier years. Delegations are "
                "invited to state their position before the end of the meeting."
            ),
        )
        self._answers(
            circulated,
            Function.HEAD,
            lambda n: self.day - timedelta(days=8 - n % 6),
            leaving_out=HEADS_TO_ANSWER,
        )
        self._draft(2028, self.day - timedelta(days=1))
        self._moment(self.day)
        self._prepare_hand_over()

    def _prepare_hand_over(self) -> None:
        """The next hand-over, part of its points ticked, if the day is one to prepare it on."""
        turn = handover.ahead(self.day)
        if turn is None or not turn.is_open_on(self.day):
            return
        for side, point, days in TICKED:
            day = self.day - timedelta(days=days)
            state = turn.presidency(side).state
            if day >= turn.opens:
                by = self.people[state.code, Function.SECRETARIAT][0]
                handover.tick(turn, point, side, by=by, on=at(day))

    # The acts

    def _moment(self, day: date) -> datetime:
        """The instant of an act on a day; whoever presided before that day has handed over."""
        while self.turns and self.turns[0].day <= day:
            turn = self.turns.pop(0)
            hand_overs.by_table(turn, on=turn.instant)
        return at(day)

    def _draft(self, year: int, day: date) -> WorkPlan:
        form = text_of(year)
        presidency = Presidency.objects.on(day).select_related("state").get()
        form["presidency"] = {"code": presidency.state.code, "name": presidency.state.name}
        plan = drafting.take_in(form, by=self.staff(day), on=self._moment(day))
        WorkPlan.objects.filter(pk=plan.pk).update(is_example=True)
        plan.refresh_from_db()
        return plan

    def _convene(
        self, body_code: str, sitting: tuple[date, date, str, str], convened: date
    ) -> Meeting:
        begins, ends, mode, place = sitting
        body = Body.objects.get(code=body_code)
        by = self.staff(convened)
        host = Presidency.objects.on(convened).select_related("state").get().state
        return convening.convene(
            body=body,
            year=begins.year,
            begins=begins,
            ends=ends,
            time_zone=host.time_zone,
            mode=mode,
            place=place,
            title=f"{body.name} (example), {date_format(begins, 'F Y')}",
            is_example=True,
            by=by,
            on=self._moment(convened),
        )

    def _circulate(
        self, plan: WorkPlan, meeting: Meeting, day: date, message: str = ""
    ) -> Consideration:
        nonce = hashlib.sha256(f"example {plan.year} {self.day.isoformat()}".encode()).hexdigest()
        return review.circulate(
            plan,
            meeting=meeting,
            by=self.staff(day),
            on=self._moment(day),
            message=message,
            nonce=nonce[:32],
        )

    def _answers(
        self,
        consideration: Consideration,
        function: str,
        day_of: Callable[[int], date],
        leaving_out: tuple[str, ...] = (),
    ) -> None:
        seats = consideration.meeting.seats.filter(counted=True).select_related("state")
        asked = [seat for seat in seats if seat.state.code not in leaving_out]
        # Earliest first, as a record would have them.
        for number, seat in sorted(enumerate(asked), key=lambda item: day_of(item[0])):
            answering.take_position(
                consideration,
                digest=consideration.revision.digest,
                kind="approves",
                by=self.people[seat.state.code, function][0],
                on=self._moment(day_of(number)),
                key=uuid.uuid5(NAMESPACE, f"{consideration.revision.symbol} {function} {number}"),
            )

    def _adopted(self, year: int, *, drafted: date, group: tuple[date, date, str, str]) -> WorkPlan:
        plan = self._draft(year, drafted)
        meeting = self._convene(Body.ADVISORY_GROUP, group, drafted)
        consideration = self._circulate(plan, meeting, drafted + timedelta(days=7))
        begins, ends = group[0], group[1]
        self._answers(consideration, Function.HEAD, lambda n: begins - timedelta(days=1 + n % 5))
        decision.adopt(
            consideration,
            digest=consideration.revision.digest,
            by=self.chair(ends),
            on=self._moment(ends),
        )
        return WorkPlan.objects.select_related("revision").get(pk=plan.pk)

    def _submit(self, plan: WorkPlan, meeting: Meeting, day: date) -> Consideration:
        assert plan.revision is not None
        return decision.submit(
            plan,
            meeting=meeting,
            digest=plan.revision.digest,
            by=self.chair(day),
            on=self._moment(day),
        )

    def _approved(self, plan: WorkPlan, ministers: tuple[date, date, str, str]) -> WorkPlan:
        begins = ministers[0]
        before = begins - timedelta(days=30)
        meeting = self._convene(Body.MINISTERS, ministers, before)
        consideration = self._submit(plan, meeting, before + timedelta(days=2))
        self._answers(consideration, Function.MINISTER, lambda _number: begins)
        return WorkPlan.objects.select_related("revision").get(pk=plan.pk)

    def _reported(
        self,
        year: int,
        *,
        drafted: date,
        group: tuple[date, date, str, str],
        ministers: tuple[date, date, str, str],
        summit: tuple[date, date, str, str],
        summary: str,
    ) -> None:
        plan = self._adopted(year, drafted=drafted, group=group)
        plan = self._approved(plan, ministers)
        self._progress(plan)
        meeting = self._convene(Body.SUMMIT, summit, summit[0] - timedelta(days=20))
        assert plan.revision is not None
        decision.report(
            plan,
            meeting=meeting,
            digest=plan.revision.digest,
            summary=summary,
            by=self.chair(summit[1]),
            on=self._moment(summit[1]),
        )

    def _progress(self, plan: WorkPlan) -> None:
        listed = json.loads((FOLDER / "progress.json").read_text(encoding="utf-8"))
        for key, entry in listed[str(plan.year)].items():
            day = date.fromisoformat(entry["on"])
            followup.record_progress(
                plan,
                uuid.UUID(key),
                state=entry["state"],
                note=entry["note"],
                by=self.staff(day),
                on=self._moment(day),
            )


def _designated(presidency: Presidency) -> date:
    """The day from which the chair and the staff of a presidency are appointed."""
    return max(handover.months_before(presidency.period.lower, DESIGNATED_MONTHS), FIRST_DAY)


def _stretches(
    since: date, until: date | None, authorities: list[Authority]
) -> list[tuple[date, date | None, Authority | None]]:
    """A term cut where the leading authority changes; days without one have none."""
    cuts = {since}
    for authority in authorities:
        for edge in (authority.period.lower, authority.period.upper):
            if edge and edge > since and (until is None or edge < until):
                cuts.add(edge)
    edges: list[date | None] = [*sorted(cuts), until]
    return [
        (first, last, next((a for a in authorities if a.holds_on(first)), None))
        for first, last in zip(edges, edges[1:], strict=False)
        if first is not None
    ]
