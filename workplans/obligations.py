"""What each year owes, and how far it was done (domain rule 11).

The founding text: the Advisory Group meets at least once a year and formulates an annual work
plan, which is submitted to the Industry Ministers' Meeting for approval and reported to the
summit. Every year has one finding for each of these duties. A silence of the record counts as a
failure only where the record was kept here through the year; else it is a silence.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from meetings.models import Body
from secretariat.dates import PartialDate
from workplans.sittings import (
    COUNTS,
    PASSED,
    Act,
    Basis,
    Plan,
    Record,
    Sitting,
    Stand,
    Status,
    Taken,
)

# The summit of July 2018 agreed on the partnership, whose Group had still to be formed. The first
# full year after that is also the one in which the Group adopted its terms of reference.
AGREED, FIRST_YEAR = 2018, 2019
# Days before a due date on which whoever can still do something about it is reminded.
STEPS = (30, 7, 1)
OVERDUE = 0
# A worker that was away still tells what fell due meanwhile; what is older is no news.
NEWS_FOR = 30

Told = tuple[str, int, str, int]


class Duty(TextChoices):
    MEET = "meet", gettext_lazy("The Advisory Group meets")
    ADOPT = "adopt", gettext_lazy("The work plan is adopted before the ministers meet")
    SUBMIT = "submit", gettext_lazy("The adopted plan is submitted to the ministers")
    APPROVE = "approve", gettext_lazy("The ministers approve the plan")
    REPORT = "report", gettext_lazy("The approved plan is reported to the next summit")


class State(TextChoices):
    MET = "met", pgettext_lazy("duty", "Met")
    LATE = "met_late", pgettext_lazy("duty", "Met late")
    OPEN = "open", pgettext_lazy("duty", "Open")
    MISSED = "missed", pgettext_lazy("duty", "Not met in time")
    NOT_HELD = "not_held", pgettext_lazy("duty", "Not held")
    UNKNOWN = "unknown", pgettext_lazy("duty", "Not on record")
    PENDING = "pending", pgettext_lazy("duty", "Pending")
    NOT_APPLICABLE = "not_applicable", pgettext_lazy("duty", "Does not apply")


SETTLED = (State.MET, State.LATE, State.NOT_APPLICABLE)


@dataclass(frozen=True)
class Finding:
    """One duty of one year: how it stands, in a sentence, and what that rests on.

    due: when it has to be done, as exactly as that is known. done: when it was. pressing: it waits
    for an act of the chair, the secretariat or the ministers, and not for an earlier duty.
    unrecorded: the meetings it looks to of which nobody has recorded whether they were held, with
    the pages for that.
    """

    duty: Duty
    year: int
    state: State
    sentence: str
    due: PartialDate | None = None
    done: PartialDate | None = None
    records: tuple[Basis, ...] = ()
    unverified: bool = False
    pressing: bool = False
    unrecorded: tuple[Basis, ...] = ()

    @property
    def settled(self) -> bool:
        """Whether there is nothing left to watch: done, or no duty at all."""
        return self.state in SETTLED


@dataclass(frozen=True)
class Reminder:
    """A finding to be told now. step: days before its due date, 0 when that has passed."""

    finding: Finding
    step: int

    @property
    def key(self) -> Told:
        """What it is remembered by; when a due date moves, the days are counted anew."""
        due = self.finding.due
        assert due is not None
        return self.finding.duty.value, self.finding.year, due.iso, self.step


def years(record: Record, day: date, since: int = FIRST_YEAR) -> list[int]:
    """The years there is something to say about, the newest first.

    From the first meeting of the Group or the ministers, or the year from which the duties run,
    to this year or the latest for which either is announced or a plan is adopted.
    """
    bodies = (Body.ADVISORY_GROUP, Body.MINISTERS)
    met = [sitting.in_year for sitting in record.sittings if sitting.body in bodies]
    first, last = min([since, day.year, *met]), max([day.year, *met, *record.plans])
    return list(range(last, first - 1, -1))


def findings(record: Record, year: int, day: date, since: int = FIRST_YEAR) -> list[Finding]:
    """One finding for each duty of a year, in the order of duties, as the record stands on a day.

    since: the year from which the duties run. For years before it the findings say what the record
    says of the meetings, and call nothing a breach.
    """
    watch = _Watch(record, year, day)
    return watch.findings() if year >= since else watch.before_the_duties()


def to_remind(found: Iterable[Finding], day: date) -> list[Reminder]:
    """What has to be told on this day, were nothing told before.

    Only the last step reached: whoever is told late learns how much time is left now.
    """
    reminders = []
    for finding in found:
        if finding.due is None:
            continue
        left, past = (finding.due.first - day).days, (day - finding.due.last).days
        if finding.state == State.MISSED and 0 < past <= NEWS_FOR:
            reminders.append(Reminder(finding, OVERDUE))
        elif finding.pressing and finding.state != State.MISSED and 0 <= left <= max(STEPS):
            reminders.append(Reminder(finding, min(step for step in STEPS if left <= step)))
    return reminders


def is_told(reminder: Reminder, told: Collection[Told]) -> bool:
    """Whether this reminder, or a more pressing one of the same duty and date, was sent."""
    duty, year, due, step = reminder.key
    if step == OVERDUE:
        return reminder.key in told
    return any((duty, year, due, sent) in told for sent in STEPS if sent <= step)


@dataclass(frozen=True)
class _Watch:
    """One year seen on one day."""

    record: Record
    year: int
    day: date

    def findings(self) -> list[Finding]:
        plan = self.record.plans.get(self.year)
        adopted = plan.adopted if plan else None
        if plan is None or adopted is None:
            adopt = self._not_adopted()
            approve = self._without_plan(Duty.APPROVE, adopt)
            return [
                self._meet(),
                adopt,
                self._without_plan(Duty.SUBMIT, adopt),
                approve,
                self._not_approved(approve),
            ]
        submit = self._submit(plan, adopted)
        approve = self._approve(plan, adopted, submit)
        report = self._report(plan, plan.approved) if plan.approved else None
        return [
            self._meet(),
            self._adopted(plan, adopted),
            submit,
            approve,
            report or self._not_approved(approve),
        ]

    def before_the_duties(self) -> list[Finding]:
        """What the record says of the meetings of a year in which nothing was owed yet."""
        na = State.NOT_APPLICABLE
        none_due = _("No annual work plan was due in %(year)d.") % {"year": self.year}
        group = self.record.said(Body.ADVISORY_GROUP, self.year, self.day)
        ministers = self.record.said(Body.MINISTERS, self.year, self.day)
        summit = self.record.said(Body.SUMMIT, self.year, self.day)
        numbering = "" if group.stand else self._numbering()
        return [
            self._found(Duty.MEET, na, group.sentence, numbering, on=group.about),
            self._found(Duty.ADOPT, na, none_due),
            self._found(Duty.SUBMIT, na, none_due),
            self._found(Duty.APPROVE, na, ministers.sentence, on=ministers.about),
            self._found(Duty.REPORT, na, summit.sentence, on=summit.about),
        ]

    def _found(
        self,
        duty: Duty,
        state: State,
        *sentences: str,
        on: Iterable[Plan | Sitting | None] = (),
        due: PartialDate | None = None,
        done: PartialDate | None = None,
        pressing: bool = False,
    ) -> Finding:
        """A finding that rests on some records; what rests on a weak one is unverified itself."""
        known = [one for one in on if one]
        records = tuple(dict.fromkeys(one.basis for one in known))
        over = [s for s in known if isinstance(s, Sitting) and self._stand(s) == Stand.OVER]
        return Finding(
            duty,
            self.year,
            state,
            " ".join(sentence for sentence in sentences if sentence),
            due=due,
            done=done,
            records=records,
            unverified=any(basis.unverified for basis in records),
            pressing=pressing,
            unrecorded=tuple(Basis(s.name, s.recorded_at) for s in dict.fromkeys(over)),
        )

    # Which meeting a duty looks to

    @property
    def _year_ends(self) -> PartialDate:
        return PartialDate(self.year, 12, 31)

    @property
    def _year_is_over(self) -> bool:
        return self.day > self._year_ends.last

    def _stand(self, sitting: Sitting) -> Stand:
        return self.record.stand(sitting, self.day)

    def _ministers_of_the_year(self) -> Sitting | None:
        """The first ministers' meeting of the year that has dates; they set the deadline."""
        found = self.record.in_year(Body.MINISTERS, self.year)
        return next((s for s in found if s.begins and self._stand(s) in COUNTS), None)

    def _ministers_after(self, adopted: date) -> Sitting | None:
        """The ministers' meeting for a text adopted on a day: the one that sits, or the next.

        None that came before the plan's year, and none of which it is not known whether it did.
        """
        for sitting in self.record.of(Body.MINISTERS):
            stand = self._stand(sitting)
            known = stand == Stand.AHEAD or (stand in PASSED and sitting.begins)
            if known and sitting.in_year >= self.year and sitting.last.last >= adopted:
                return sitting
        return None

    def _summit_after(self, approved: date) -> Sitting | None:
        """The next ordinary summit to begin on or after a day, unless it was not held."""
        for sitting in self.record.of(Body.SUMMIT):
            if self._stand(sitting) != Stand.NOT_HELD and sitting.first.last >= approved:
                return sitting
        return None

    def _deadline(self, sitting: Sitting | None) -> PartialDate | None:
        """The first day of a meeting; while it sits, its last."""
        if sitting is None or sitting.begins is None:
            return None
        sits = sitting.begins.last < self.day <= sitting.last.last
        return sitting.last if sits else sitting.begins

    def _still_decides(self, sitting: Sitting) -> bool:
        return self._stand(sitting) in COUNTS and self.day <= sitting.last.last

    def _is_over(self, sitting: Sitting) -> bool:
        return self._stand(sitting) in PASSED and self.day > sitting.last.last

    # What is said of them

    def _no_ministers(self) -> str:
        """What there is to say of the year's ministers' meeting where it sets no date."""
        if self._ministers_of_the_year():
            return ""
        return self.record.said(Body.MINISTERS, self.year, self.day).sentence

    def _next_ministers(self) -> str:
        """Where a plan goes that no meeting has decided on."""
        for sitting in self.record.of(Body.MINISTERS):
            if self._still_decides(sitting):
                words = _("It may go to the next ministers’ meeting: %(meeting)s.")
                return words % {"meeting": sitting.named}
        return _("It may go to the next ministers’ meeting, of which none is on record yet.")

    def _whether_held(self, sitting: Sitting | None) -> str:
        if sitting is None or self._stand(sitting) != Stand.OVER:
            return ""
        return _("The record does not say yet that this meeting was held.")

    def _beginning(self) -> str:
        """From when the record is kept here, where that is in this very year."""
        since = self.record.kept_since
        if since is None or since.year != self.year:
            return ""
        return _("The record here begins on %(day)s.") % {"day": PartialDate.of(since)}

    def _numbering(self) -> str:
        """What the number of a later meeting of the Group says of one that is not on record."""
        held = [s for s in self.record.of(Body.ADVISORY_GROUP) if self._stand(s) == Stand.HELD]
        for before, sitting in enumerate(held):
            if sitting.number is None or sitting.in_year < self.year:
                continue
            if self.year < AGREED or sitting.number - 1 <= before:
                return ""
            return _(
                "The meeting of %(dates)s is numbered %(number)d, so an earlier one was held on a "
                "date the record does not give."
            ) % {"dates": sitting.dates, "number": sitting.number}
        return ""

    # The Advisory Group meets

    def _meet(self) -> Finding:
        said = self.record.said(Body.ADVISORY_GROUP, self.year, self.day)
        due, on = self._year_ends, said.about
        if said.stand == Stand.HELD:
            met = self._found(Duty.MEET, State.MET, said.sentence, on=on, done=said.about[0].begins)
            # One that is confirmed is enough.
            return replace(met, unverified=all(sitting.unverified for sitting in said.about))
        if said.stand == Stand.AHEAD:
            announced = all(sitting.status != Status.CONVENED for sitting in said.about)
            return self._found(
                Duty.MEET, State.OPEN, said.sentence, on=on, due=due, pressing=announced
            )
        if said.stand == Stand.UNKNOWN:
            asks = not self._year_is_over
            return self._found(
                Duty.MEET, State.UNKNOWN, said.sentence, on=on, due=due, pressing=asks
            )
        if not self._year_is_over:
            return self._found(Duty.MEET, State.OPEN, said.sentence, on=on, due=due, pressing=True)
        if said.stand == Stand.NOT_HELD:
            return self._found(Duty.MEET, State.NOT_HELD, said.sentence, on=on, due=due)
        if self.record.kept_through(self.year):
            gone = _("The year ended on %(day)s.") % {"day": due}
            return self._found(Duty.MEET, State.MISSED, said.sentence, gone, due=due)
        silence = self._beginning() or _("It does not say that none was held.")
        return self._found(
            Duty.MEET, State.UNKNOWN, said.sentence, silence, self._numbering(), due=due
        )

    # The plan is adopted

    def _not_adopted(self) -> Finding:
        ministers = self._ministers_of_the_year()
        due = ministers.begins if ministers and ministers.begins else self._year_ends
        on = [ministers]
        none = _("No adopted work plan for %(year)d is on record.") % {"year": self.year}
        facts = {"meeting": ministers.named if ministers else ""}
        if self.day <= due.last:
            wanted = _("It is due by the end of the year.")
            if ministers:
                wanted = _("It is due by the first day of the ministers’ meeting: %(meeting)s.")
            return self._found(
                Duty.ADOPT, State.OPEN, none, self._no_ministers(), wanted % facts,
                on=on, due=due, pressing=True,
            )  # fmt: skip
        if self.record.kept_through(self.year):
            wanted = _("It was due by the end of the year.")
            if ministers:
                wanted = _("It was due by the first day of the ministers’ meeting: %(meeting)s.")
            return self._found(
                Duty.ADOPT, State.MISSED, none, self._no_ministers(), wanted % facts,
                self._whether_held(ministers), on=on, due=due, pressing=not self._year_is_over,
            )  # fmt: skip
        unsaid = _("The record holds no work plan for %(year)d.") % {"year": self.year}
        group = self.record.said(Body.ADVISORY_GROUP, self.year, self.day)
        told = [sitting for sitting in group.about if sitting.outcome]
        words = _("Of the Advisory Group (%(dates)s) it says: “%(outcome)s”.")
        quoted = [words % {"dates": s.dates, "outcome": s.outcome.rstrip(".")} for s in told]
        silence = quoted or [_("It does not say whether one was adopted.")]
        return self._found(Duty.ADOPT, State.UNKNOWN, unsaid, *silence, self._beginning(), on=told)

    def _adopted(self, plan: Plan, adopted: Taken) -> Finding:
        ministers = self._ministers_of_the_year()
        due = ministers.begins if ministers and ministers.begins else self._year_ends
        late = adopted.on > due.last
        words = _("The Advisory Group adopted the plan on %(day)s.")
        if ministers and late:
            words = _(
                "The Advisory Group adopted the plan on %(day)s, after the ministers’ meeting "
                "(%(dates)s) had begun."
            )
        elif ministers and adopted.on > due.first:
            words = _(
                "The Advisory Group adopted the plan on %(day)s. The record gives no exact day "
                "for the ministers’ meeting (%(dates)s), so it does not say which came first."
            )
        elif ministers:
            words = _(
                "The Advisory Group adopted the plan on %(day)s, in time for the ministers’ "
                "meeting (%(dates)s)."
            )
        on = PartialDate.of(adopted.on)
        said = words % {"day": on, "dates": ministers.dates if ministers else ""}
        group = self.record.sitting(adopted)
        return self._found(
            Duty.ADOPT, State.LATE if late else State.MET, said, self._no_ministers(),
            on=[plan, group, ministers],
            due=due if late else None, done=on,
        )  # fmt: skip

    def _without_plan(self, duty: Duty, adopt: Finding) -> Finding:
        """Submission and approval where no adopted plan is on record."""
        ministers = self._ministers_of_the_year()
        submits = duty == Duty.SUBMIT
        if adopt.state == State.OPEN:
            follows = _("It follows the submission of the plan.")
            if submits:
                follows = _("It follows the adoption of the plan.")
            due = self._deadline(ministers)
            if ministers and not submits:
                due = ministers.last
            return self._found(duty, State.OPEN, follows, on=[ministers], due=due)
        if adopt.state == State.MISSED:
            nothing = _("There is no adopted plan to approve.")
            if submits:
                nothing = _("There is no adopted plan to submit.")
            return self._found(duty, State.NOT_APPLICABLE, nothing)
        said = self.record.said(Body.MINISTERS, self.year, self.day)
        if said.stand == Stand.NOT_HELD:
            pending = _(
                "A plan of that year stays adopted, its approval pending, and may go to the next "
                "meeting."
            )
            return self._found(
                duty, State.NOT_HELD, said.sentence, "" if submits else pending, on=said.about
            )
        unsaid = _("The record does not say whether a plan was submitted to them.")
        if not submits:
            unsaid = _("The record does not say whether they approved a plan.")
        return self._found(duty, State.UNKNOWN, said.sentence, unsaid, on=said.about)

    # It is submitted to the ministers

    def _submit(self, plan: Plan, adopted: Taken) -> Finding:
        target = self._ministers_after(adopted.on)
        on: list[Plan | Sitting | None] = [plan, target]
        if submitted := plan.first_of(Act.SUBMITTED):
            words = _("The chair submitted the plan on %(day)s to this meeting: %(meeting)s.")
            return self._done(Duty.SUBMIT, plan, submitted, target, words)
        if target is None:
            goes = _(
                "The plan stays adopted and goes to the next ministers’ meeting, of which none is "
                "on record yet."
            )
            return self._found(Duty.SUBMIT, State.PENDING, self._no_ministers(), goes, on=on)
        facts, due = {"meeting": target.named}, self._deadline(target)
        if not self._is_over(target):
            goes = _("The plan is adopted and goes to this ministers’ meeting: %(meeting)s.")
            return self._found(Duty.SUBMIT, State.OPEN, goes % facts, on=on, due=due, pressing=True)
        missed = _("The plan was not submitted to this ministers’ meeting: %(meeting)s.") % facts
        return self._found(
            Duty.SUBMIT, State.MISSED, missed, self._whether_held(target), self._next_ministers(),
            on=on, due=due, pressing=True,
        )  # fmt: skip

    # They approve it

    def _approve(self, plan: Plan, adopted: Taken, submit: Finding) -> Finding:
        target = self._ministers_after(adopted.on)
        on: list[Plan | Sitting | None] = [plan, target]
        due = target.last if target and target.begins else None
        if plan.approved:
            words = _("The ministers approved the plan on %(day)s at this meeting: %(meeting)s.")
            return self._done(Duty.APPROVE, plan, plan.approved, target, words)
        stays = _("The plan stays adopted, its approval pending.")
        missed = target is not None and self._is_over(target)
        if plan.returned:
            return self._returned(plan, plan.returned, missed, on, due)
        if submit.state == State.MISSED:
            # What was not submitted could not be approved: one failure, not two.
            return self._found(Duty.APPROVE, State.PENDING, stays, self._next_ministers(), on=on)
        if submit.state == State.OPEN and target and target.in_year == self.year:
            follows = _("It follows the submission of the plan.")
            return self._found(Duty.APPROVE, State.OPEN, follows, on=on, due=due)
        if submit.state in (State.OPEN, State.PENDING):
            goes = self._next_ministers() if target else ""
            return self._found(
                Duty.APPROVE, State.PENDING, self._no_ministers(), stays, goes, on=on, due=due
            )
        before = self.record.sitting(plan.after_return(Act.SUBMITTED))
        if before and self._still_decides(before):
            words = _("The plan is before the ministers: %(meeting)s.") % {"meeting": before.named}
            return self._found(
                Duty.APPROVE, State.PENDING if missed else State.OPEN, words,
                on=[*on, before], due=before.last if before.begins else None, pressing=True,
            )  # fmt: skip
        if before is None or not self._is_over(before):
            # Not held after all, or not known whether it was: nobody failed to decide.
            return self._found(
                Duty.APPROVE, State.PENDING, self._no_ministers(), stays, self._next_ministers(),
                on=[*on, before],
            )  # fmt: skip
        lapsed = _("This ministers’ meeting ended without a decision on the plan: %(meeting)s.")
        return self._found(
            Duty.APPROVE, State.MISSED, lapsed % {"meeting": before.named},
            self._whether_held(before), stays, self._next_ministers(),
            on=[*on, before], due=due or before.last, pressing=True,
        )  # fmt: skip

    def _returned(
        self,
        plan: Plan,
        returned: Taken,
        missed: bool,
        on: list[Plan | Sitting | None],
        due: PartialDate | None,
    ) -> Finding:
        said = _("The ministers returned the plan on %(day)s.")
        then = _("The Advisory Group has to adopt a new text before it can go to them again.")
        goes = ""
        if anew := plan.after_return(Act.ADOPTED):
            then = _("The Advisory Group adopted a new text on %(day)s.")
            then %= {"day": PartialDate.of(anew.on)}
            goes = self._next_ministers()
        before = self.record.sitting(plan.after_return(Act.SUBMITTED))
        if before and self._still_decides(before):
            goes = _("It is before the ministers again: %(meeting)s.") % {"meeting": before.named}
        return self._found(
            Duty.APPROVE, State.MISSED if missed else State.OPEN,
            said % {"day": PartialDate.of(returned.on)}, then, goes,
            on=[*on, before], due=due, pressing=True,
        )  # fmt: skip

    # It is reported to the summit

    def _not_approved(self, approve: Finding) -> Finding:
        if approve.state in (State.UNKNOWN, State.NOT_HELD):
            said = self.record.said(Body.SUMMIT, self.year, self.day)
            unsaid = _("The record does not say whether a plan was reported.")
            return self._found(Duty.REPORT, State.UNKNOWN, said.sentence, unsaid, on=said.about)
        if approve.state in (State.OPEN, State.PENDING):
            follows = _("It follows the approval by the ministers.")
            summit = None
            if approve.state == State.OPEN and approve.due:
                summit = self._summit_after(max(approve.due.first, self.day))
            # Without a day nothing rests on it yet.
            summit = summit if summit and summit.begins else None
            return self._found(
                Duty.REPORT, approve.state, follows,
                on=[summit], due=summit.begins if summit else None,
            )  # fmt: skip
        nothing = _("There is no approved plan to report.")
        return self._found(Duty.REPORT, State.NOT_APPLICABLE, nothing)

    def _report(self, plan: Plan, approved: Taken) -> Finding:
        target = self._summit_after(approved.on)
        on, extra = [plan, target], ""
        for reported in plan.taken:
            if reported.act != Act.REPORTED:
                continue
            summit = self.record.sitting(reported)
            if summit is None or summit.ordinary:
                words = _("The plan was reported on %(day)s to this summit: %(meeting)s.")
                done = self._done(Duty.REPORT, plan, reported, target, words)
                amended = plan.amended_after(reported)
                return self._report_amended(plan, done, amended) if amended else done
            extra = _(
                "It was reported on %(day)s to an extra meeting of the leaders (%(meeting)s), "
                "which is not the next summit."
            ) % {"day": PartialDate.of(reported.on), "meeting": summit.name}
        since = _("The ministers approved the plan on %(day)s.") % {
            "day": PartialDate.of(approved.on)
        }
        if target is None:
            then = _("The record names no later summit yet.")
            return self._found(Duty.REPORT, State.OPEN, since, extra, then, on=on)
        facts, due, state = {"meeting": target.named}, self._deadline(target), State.OPEN
        then = _("It is to be reported to the next summit: %(meeting)s.")
        if self._stand(target) == Stand.UNKNOWN:
            state = State.UNKNOWN
            then = _(
                "No report is on record, and the record does not say whether the next summit was "
                "held: %(meeting)s."
            )
        elif self._is_over(target):
            state, then = State.MISSED, _("It was not reported to the next summit: %(meeting)s.")
        return self._found(
            Duty.REPORT, state, since, extra, then % facts, self._whether_held(target),
            on=on, due=due, pressing=True,
        )  # fmt: skip

    def _report_amended(self, plan: Plan, done: Finding, amended: Taken) -> Finding:
        """An amended text approved after the report: an approved text like any, and it goes to
        the next summit (rule 11)."""
        reported = next((r for r in plan.reports_of(amended) if self._counts(r)), None)
        target = self._summit_after(amended.on)
        if reported is not None:
            words = _("The amended plan was reported on %(day)s to this summit: %(meeting)s.")
            again = self._done(Duty.REPORT, plan, reported, target, words)
            later = plan.amended_after(reported)
            again = self._report_amended(plan, again, later) if later else again
            worse = again if again.state != State.MET else done
            return replace(
                worse,
                sentence=f"{done.sentence} {again.sentence}",
                records=tuple(dict.fromkeys((*done.records, *again.records))),
            )
        since = _("The ministers approved an amended text on %(day)s.") % {
            "day": PartialDate.of(amended.on)
        }
        on: list[Plan | Sitting | None] = [plan, target]
        if target is None:
            then = _("It goes to the next summit, of which none is on record yet.")
            return self._found(Duty.REPORT, State.OPEN, done.sentence, since, then, on=on)
        state, then = State.OPEN, _("It is to be reported to the next summit: %(meeting)s.")
        if self._stand(target) == Stand.UNKNOWN:
            state = State.UNKNOWN
            then = _(
                "No report of it is on record, and the record does not say whether the next "
                "summit was held: %(meeting)s."
            )
        elif self._is_over(target):
            state, then = State.MISSED, _("It was not reported to the next summit: %(meeting)s.")
        return self._found(
            Duty.REPORT, state, done.sentence, since, then % {"meeting": target.named},
            self._whether_held(target), on=on, due=self._deadline(target), pressing=True,
        )  # fmt: skip

    def _counts(self, reported: Taken) -> bool:
        """Whether a report went to a summit to which a plan is reported."""
        summit = self.record.sitting(reported)
        return summit is None or summit.ordinary

    def _done(
        self, duty: Duty, plan: Plan, taken: Taken, target: Sitting | None, words: str
    ) -> Finding:
        """A duty that was done; late if the meeting it was meant for was over by then."""
        meeting, done = self.record.sitting(taken), PartialDate.of(taken.on)
        late = target is not None and self._is_over(target) and taken.on > target.last.last
        before = ""
        if duty != Duty.REPORT and meeting and meeting.in_year != self.year:
            before = self._no_ministers()
        meant = _("It was due at this meeting: %(meeting)s.")
        return self._found(
            duty,
            State.LATE if late else State.MET,
            before,
            words % {"day": done, "meeting": meeting.named if meeting else "–"},
            meant % {"meeting": target.named} if late and target else "",
            on=[plan, meeting, target if late else None],
            due=self._deadline(target) if late else None,
            done=done,
        )
