"""The table of presidencies, and how it is changed (domain rule 1).

Who presides when is a fact and follows no formula: states change places, and a presidency may
last longer or shorter than its year. Every change has its reason and enters the register. What
was convened, decided or written under a presidency stays under it, so a change that would take
days with such acts from it is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from secretariat import accreditation, register
from secretariat.dates import PartialDate
from secretariat.models import Appointment, HandOver, Person, Presidency, State, Tick
from secretariat.standing import Function

ENDLESS = date.max


class CannotChange(Exception):
    """Why the table cannot be changed so; a sentence for the user."""

    def __init__(self, sentence: str, presidency: Presidency | None = None) -> None:
        super().__init__(sentence)
        self.presidency = presidency


@dataclass(frozen=True)
class Term:
    """What the table says of one presidency: whose it is, and from which day until which.

    since, until: the same days as exactly as the record has them.
    """

    state: State
    period: DateRange
    since: PartialDate | None = None
    until: PartialDate | None = None

    @classmethod
    def of(cls, presidency: Presidency) -> Term:
        return cls(presidency.state, presidency.period, presidency.since, presidency.until)

    @property
    def first(self) -> date:
        found: date | None = self.period.lower
        return found or date.min

    @property
    def end(self) -> date:
        """The first day after it."""
        found: date | None = self.period.upper
        return found or ENDLESS

    def facts(self) -> dict[str, Any]:
        """The term as the register keeps it."""
        begins, ends = self.since, self.until
        return {
            "state": self.state.code,
            "from": begins.iso if begins else _iso(self.period.lower),
            "until": ends.iso if ends else _iso(self.period.upper),
        }


# New terms for rows of the table.
Terms = Mapping[Presidency, Term]


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


# What a change comes to


def exchanged(one: Presidency, other: Presidency) -> dict[Presidency, Term]:
    """The terms after two presidencies have changed places: the years stay, the states go."""
    return {
        one: replace(Term.of(one), state=other.state),
        other: replace(Term.of(other), state=one.state),
    }


def corrected(
    presidency: Presidency,
    *,
    state: State | None = None,
    period: DateRange | None = None,
    since: PartialDate | None = None,
    until: PartialDate | None = None,
) -> dict[Presidency, Term]:
    """The terms after one presidency is corrected. A boundary it shares moves for both."""
    now = Term.of(presidency)
    after = replace(now, state=state or now.state)
    if period is not None:
        if since is None and period.lower == now.period.lower:
            since = now.since
        if until is None and period.upper == now.period.upper:
            until = now.until
        after = replace(after, period=period, since=since, until=until)
    terms = {presidency: after}
    for neighbour in Presidency.objects.exclude(pk=presidency.pk).select_related("state"):
        beside = Term.of(neighbour)
        lower, upper = beside.period.lower, beside.period.upper
        if after.end != now.end and lower is not None and lower == now.period.upper:
            moved = DateRange(after.period.upper, upper)
            terms[neighbour] = replace(beside, period=moved, since=after.until)
        elif after.first != now.first and upper is not None and upper == now.period.lower:
            moved = DateRange(lower, after.period.lower, "[)" if lower else "()")
            terms[neighbour] = replace(beside, period=moved, until=after.since)
    return terms


# Whether it may be


def check(terms: Terms, on: date) -> None:
    """Raises CannotChange if the table may not get these terms on this day."""
    for presidency, term in terms.items():
        now = Term.of(presidency)
        if term.end <= term.first:
            raise CannotChange(
                _("%(presidency)s would last less than a day.") % {"presidency": presidency},
                presidency,
            )
        if term.state != now.state and term.state.nature != State.Nature.STATE:
            raise CannotChange(
                _("%(state)s is an organisation and cannot preside.") % {"state": term.state},
                presidency,
            )
        found = _rests_on(presidency, now, term, on)
        if found:
            raise CannotChange(
                _("%(presidency)s cannot be changed so, since the record rests on it: %(what)s.")
                % {"presidency": presidency, "what": get_text_list(found, _("and"))},
                presidency,
            )
    _one_at_a_time(terms)


def check_exchange(one: Presidency, other: Presidency, on: date) -> None:
    """Raises CannotChange if the states of these two may not change places on this day."""
    if one == other:
        raise CannotChange(_("Two different presidencies change places."))
    if one.state == other.state:
        raise CannotChange(
            _("Both are presidencies of %(state)s, so nothing would change.") % {"state": one.state}
        )
    for presidency in sorted((one, other), key=lambda row: row.year):
        if presidency.has_begun(on):
            raise CannotChange(
                _("%(presidency)s has begun, and only presidencies to come can change places.")
                % {"presidency": presidency},
                presidency,
            )
    check(exchanged(one, other), on)


def _one_at_a_time(terms: Terms) -> None:
    table = {row: Term.of(row) for row in Presidency.objects.select_related("state")}
    table.update(terms)
    known: dict[tuple[int, int], Presidency] = {}
    for row, term in table.items():
        other = known.setdefault((term.state.pk, row.year), row)
        if other != row:
            raise CannotChange(
                _("%(state)s would have two presidencies of %(year)d.")
                % {"state": term.state, "year": row.year},
                row if row in terms else other,
            )
    ordered = sorted(table.items(), key=lambda item: item[1].first)
    for (earlier, one), (later, two) in pairwise(ordered):
        if two.first < one.end:
            names = {"one": f"{one.state} {earlier.year}", "other": f"{two.state} {later.year}"}
            raise CannotChange(
                _("%(one)s and %(other)s would preside at the same time.") % names,
                later if later in terms else earlier,
            )


def _given_up(now: Term, after: Term) -> Iterator[tuple[date, date]]:
    """The days that would no longer be the same state's, as half-open intervals."""
    if after.state != now.state:
        yield now.first, now.end
        return
    if now.first < after.first:
        yield now.first, min(after.first, now.end)
    if after.end < now.end:
        yield max(after.end, now.first), now.end


def _rests_on(presidency: Presidency, now: Term, after: Term, on: date) -> list[str]:
    """What is on record that such a change would take from a presidency; phrases for a sentence.

    Plans and meetings are asked for through what refers to a presidency and its state: the rooms
    that keep them are not known here.
    """
    lost = [(first, min(end, on + timedelta(days=1))) for first, end in _given_up(now, after)]
    begun = [(first, end) for first, end in lost if first < end]
    if not begun and after.state == now.state:
        return []
    found = []
    of_either_side = Q(outgoing=presidency) | Q(incoming=presidency)
    hand_overs = HandOver.objects.filter(of_either_side)
    if hand_overs.filter(at__isnull=False).exists():
        found.append(_("its hand-over"))
    elif hand_overs.filter(offered__isnull=False).exists():
        found.append(_("a hand-over that is offered and not withdrawn"))
    if plans := presidency.plans.count():
        found.append(
            ngettext("%(count)d work plan", "%(count)d work plans", plans) % {"count": plans}
        )
    meetings = sum(
        now.state.meetings_hosted.filter(convened__gte=first, convened__lt=end).count()
        for first, end in begun
    )
    if meetings:
        found.append(
            ngettext("%(count)d convened meeting", "%(count)d convened meetings", meetings)
            % {"count": meetings}
        )
    chairs = Appointment.objects.filter(state=now.state, function=Function.CHAIR)
    decisions = sum(
        chairs.filter(decisions__on__gte=first, decisions__on__lt=end).count()
        for first, end in begun
    )
    if decisions:
        found.append(
            ngettext("%(count)d decision", "%(count)d decisions", decisions) % {"count": decisions}
        )
    return found


# Acts


@transaction.atomic
def exchange(
    one: Presidency,
    other: Presidency,
    *,
    reason: str,
    by: Person | None,
    account: str = "",
    on: date,
) -> None:
    """Let the states of two presidencies that have not begun change places."""
    table = _locked()
    one, other = table[one.pk], table[other.pk]
    check_exchange(one, other, on)
    before = {one: str(one), other: str(other)}
    revise(
        exchanged(one, other),
        reasons={one: reason, other: reason},
        by=by,
        account=account,
        on=on,
    )
    # Whoever reads the table finds there why it departs from the usual order.
    for presidency, partner in ((one, other), (other, one)):
        word = _("%(was)s and %(other)s changed places: %(reason)s") % {
            "was": before[presidency],
            "other": before[partner],
            "reason": reason,
        }
        presidency.note = "\n".join(filter(None, [presidency.note, word]))
        presidency.save(update_fields=["note"])


@transaction.atomic
def correct(
    presidency: Presidency,
    *,
    state: State | None = None,
    period: DateRange | None = None,
    since: PartialDate | None = None,
    until: PartialDate | None = None,
    reason: str,
    by: Person | None,
    account: str = "",
    on: date,
) -> list[Presidency]:
    """Correct whose a presidency is, or from when until when; says which rows that changed.

    since, until: the days of a new period as exactly as the record has them, where it does not
    know them to the day. A boundary shared with a neighbour moves for both.
    """
    row = _locked()[presidency.pk]
    terms = corrected(row, state=state, period=period, since=since, until=until)
    return revise(terms, reasons=dict.fromkeys(terms, reason), by=by, account=account, on=on)


@transaction.atomic
def add(presidency: Presidency, *, reason: str, by: Person | None, account: str = "") -> None:
    """Enter a presidency that the table does not have yet."""
    try:
        presidency.full_clean()
    except ValidationError as error:
        raise CannotChange(" ".join(error.messages), presidency) from error
    presidency.save()
    _enter("record", presidency, None, reason, by, account)


@transaction.atomic
def revise(
    terms: Terms,
    *,
    reasons: Mapping[Presidency, str],
    by: Person | None,
    account: str = "",
    on: date,
) -> list[Presidency]:
    """Give rows of the table new terms, all at once; says which of them that changed."""
    table = _locked()
    locked = {table[presidency.pk]: term for presidency, term in terms.items()}
    check(locked, on)
    before = {row: Term.of(row) for row, term in locked.items() if Term.of(row) != term}
    _step_aside([row for row, now in before.items() if now.period != locked[row].period])
    for presidency, now in before.items():
        term = locked[presidency]
        presidency.state, presidency.period = term.state, term.period
        presidency.since, presidency.until = term.since, term.until
        presidency.save(update_fields=["state", "period", "since", "until"])
        ticks = _take_back_ticks(presidency) if term.state != now.state else []
        _enter("change_presidency", presidency, now, reasons[presidency], by, account, ticks)
    if before:
        # A group is named after a state and a year, and must not keep the grant of another's.
        accreditation.repair(on)
    return list(before)


def _locked() -> dict[int, Presidency]:
    """The table as it is now, all of it locked: what one term may be depends on the others."""
    rows = Presidency.objects.select_for_update(of=("self",)).select_related("state")
    return {row.pk: row for row in rows.order_by("pk")}


def _step_aside(moving: list[Presidency]) -> None:
    """Move terms that are about to change out of one another's way.

    A boundary that two of them share moves for both. Set one after the other they would overlap
    for a moment, which the database refuses even inside a transaction.
    """
    for number, row in enumerate(moving, start=1):
        aside = DateRange(date.min + timedelta(days=number), date.min + timedelta(days=number + 1))
        Presidency.objects.filter(pk=row.pk).update(period=aside)


def _take_back_ticks(presidency: Presidency) -> list[str]:
    """Empty a side's list for a hand-over to come: another state's people have not looked at it."""
    its_own = Q(hand_over__incoming=presidency, side=Tick.Side.INCOMING) | Q(
        hand_over__outgoing=presidency, side=Tick.Side.OUTGOING
    )
    ticks = Tick.objects.filter(its_own, hand_over__at=None)
    points = list(ticks.values_list("point", flat=True))
    ticks.delete()
    return points


def _enter(
    act: str,
    presidency: Presidency,
    before: Term | None,
    reason: str,
    by: Person | None,
    account: str,
    ticks: Sequence[str] = (),
) -> None:
    facts: dict[str, Any] = {"before": before.facts()} if before else {}
    if ticks:
        facts["ticks_taken_back"] = list(ticks)
    if by is None and account:
        facts["account"] = account
    register.enter(
        act,
        presidency,
        by=by,
        name=str(presidency),
        year=presidency.year,
        state=presidency.state.code,
        after=Term.of(presidency).facts(),
        reason=reason,
        **facts,
    )
