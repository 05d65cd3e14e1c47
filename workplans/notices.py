"""Who is told what of a plan's life, and in which words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from meetings.models import Body, Meeting, Seat
from meetings.permissions import delegations_seated, seated, to_be_seated
from secretariat.accreditation import presiding
from secretariat.models import Appointment, Entry, Membership, Person
from secretariat.models.people import SPEAKS_FOR_A_DELEGATION
from secretariat.standing import Function
from secretariat.telling import Circle, Deadline, News, Telling, Told, tellings
from workplans import anchors, changed, content, receipts
from workplans.disclosure import shown_to_all, shown_when
from workplans.models import (
    Amendment,
    Consideration,
    Decision,
    Document,
    Heard,
    Position,
    Revision,
    Ruling,
    Statement,
    StatementWithdrawal,
    WorkPlan,
)
from workplans.obligations import Finding
from workplans.procedure import WITHDRAWALS
from workplans.typesetting import receipt


def thread(plan: WorkPlan) -> str:
    """The name of the thread of all mails about a plan."""
    return f"work-plan.{plan.year}"


@dataclass(frozen=True)
class Before:
    """A text before a meeting, as it is told of: in being, or about to be (pk is None).

    text: the frozen one, or the draft in its canonical form where it is still to be frozen.
    """

    pk: int | None
    plan: WorkPlan
    symbol: str
    title: str
    meeting: Meeting
    text: Revision | content.Form
    by: Person | None = None
    message: str = ""
    visibility: str = Consideration.Visibility.OPEN
    procedure: str = Consideration.Procedure.MEETING
    # By correspondence: the instant at which it ends, and why the chair put it there.
    expires: datetime | None = None
    reason: str = ""

    @classmethod
    def of(cls, consideration: Consideration) -> Before:
        revision = consideration.revision
        return cls(
            consideration.pk,
            consideration.plan,
            revision.symbol,
            revision.title,
            consideration.meeting,
            revision,
            consideration.by,
            consideration.message,
            consideration.visibility,
            consideration.procedure,
            consideration.expires,
            consideration.reason,
        )

    @property
    def form(self) -> content.Form:
        return self.text.form if isinstance(self.text, Revision) else self.text

    @property
    def amends(self) -> str:
        """The symbol of the text in force that it amends; empty before any is."""
        text = self.plan.in_force
        return text.symbol if text and self.plan.is_being_amended else ""

    @property
    def ministers(self) -> bool:
        return self.meeting.body.code == Body.MINISTERS

    @property
    def under_silence(self) -> bool:
        return self.procedure == Consideration.Procedure.SILENCE

    @property
    def in_writing(self) -> bool:
        return self.procedure == Consideration.Procedure.WRITTEN

    def deadline(self, lead: Any) -> Deadline | None:
        closes = self.expires or self.meeting.closes
        return Deadline(closes, self.meeting.time_zone or "UTC", lead) if closes else None


# Who there is to tell


def _speaking(text: Before, day: date) -> Iterable[Told]:
    """Those who answer for their states: minister, or head of delegation and alternate."""
    voices = (Function.MINISTER,) if text.ministers else SPEAKS_FOR_A_DELEGATION
    return [one for one in _at_the_table(text, day) if one.function in voices]


def _at_the_table(about: Before | Decision, day: date) -> list[Appointment]:
    if about.meeting.pk is None:
        # A session that opens with the act that is looked at.
        return to_be_seated(about.meeting, day)
    return seated(about.meeting, day)


def _delegations_below(decision: Decision, day: date) -> list[Appointment]:
    """What the ministers decide concerns the delegations that wrote the text with them."""
    if decision.meeting.body.level != Body.Level.MINISTERS:
        return []
    return delegations_seated(decision.meeting, day)


def _own_people(position: Position | Statement | Heard, day: date) -> Iterable[Told]:
    """The state's own people at that table."""
    functions = [Function.HEAD, Function.ALTERNATE, Function.DELEGATE, Function.FOCAL_POINT]
    if position.consideration.before_ministers:
        functions = [Function.MINISTER]
    own = Appointment.objects.on(day).filter(
        state_id=position.seat.state_id, function__in=functions
    )
    return own.select_related("person", "state")


TAKES_PART = (Membership.Status.MEMBER, Membership.Status.INVITED)


def _delegations_of_the_day(about: Any, day: date) -> Iterable[Told]:
    """The delegations of the states that take part on a day, whatever meeting comes next."""
    functions = [Function.HEAD, Function.ALTERNATE, Function.DELEGATE, Function.FOCAL_POINT]
    states = Membership.objects.on(day).filter(status__in=TAKES_PART).values("state")
    found = Appointment.objects.on(day).filter(function__in=functions, state__in=states)
    return found.select_related("person", "state")


def _presiding(about: Any, day: date) -> list[Appointment]:
    return presiding(day)


@dataclass(frozen=True)
class Asked:
    """A text on which people of one delegation are asked for their advice by one of them."""

    text: Before
    people: tuple[Appointment, ...]


def _asked(about: Asked, day: date) -> Iterable[Told]:
    return about.people


@dataclass(frozen=True)
class Unanswered:
    """A text, and the states that have not answered it."""

    text: Before
    states: frozenset[int]


def _silent(about: Unanswered, day: date) -> Iterable[Told]:
    """Those who answer for the states that have not; nobody of any other."""
    found: Iterable[Any] = _speaking(about.text, day)
    return [one for one in found if one.state_id in about.states]


def _where_all_see(statement: Statement, day: date) -> Iterable[Told]:
    """Those at the table, where what every state says is shown to them now."""
    if not shown_to_all(statement.consideration):
        return []
    return seated(statement.consideration.meeting, day)


A_SEAT = _("You receive this because your state has a seat at the meeting.")
SPEAKING = Circle(
    _("Those who answer for the states with a seat"),
    _("You receive this because you answer for your state at the meeting."),
    _speaking,
)
AT_THE_TABLE = Circle(_("The others at the table"), A_SEAT, _at_the_table)
SEATED = Circle(_("Those at the table"), A_SEAT, _at_the_table)
DELEGATIONS = Circle(_("The delegations of the same states"), A_SEAT, _delegations_below)
OWN_PEOPLE = Circle(
    _("The state’s own people at that table"),
    _("You receive this as one of those who act for this state."),
    _own_people,
)
SILENT = Circle(
    _("Those who answer for the states that have not"),
    _("You receive this because you answer for your state, which has not."),
    _silent,
)
SEATED_WHERE_SHOWN = Circle(
    _("The others at the table, where statements are shown to them now"), A_SEAT, _where_all_see
)
OWN_ADVISERS = Circle(
    _("Those of the own delegation whom it asks"),
    _("You receive this because your head of delegation asks you. Nobody outside it knows."),
    _asked,
)
TAKING_PART = Circle(
    _("The delegations of the states that take part"),
    _("You receive this because your state takes part in the Advisory Group."),
    _delegations_of_the_day,
)
SECRETARIAT = Circle(
    _("The chair and the secretariat"),
    _("You receive this as chair or secretariat of the presidency."),
    _presiding,
)


# The pages that act, or tell more


def _position(text: Before) -> str:
    return reverse("workplans:position", args=[text.pk]) if text.pk else ""


def _consideration(text: Before) -> str:
    return reverse("workplans:consideration", args=[text.pk]) if text.pk else ""


def _consultation(about: Asked) -> str:
    return reverse("workplans:consultation", args=[about.text.pk])


def _position_due(about: Unanswered) -> str:
    return _position(about.text)


def _confirmation(said: Heard) -> str:
    return reverse("workplans:confirm", args=[said.pk]) if said.pk else ""


def _receipt(position: Position) -> str:
    return reverse("workplans:receipt", args=[position.pk]) if position.pk else ""


def _of_position(position: Position | Statement) -> str:
    return reverse("workplans:consideration", args=[position.consideration_id])


def _statement(statement: Statement) -> str:
    return statement.get_absolute_url() if statement.pk else ""


def _plan(about: Before | Decision) -> str:
    return about.plan.get_absolute_url()


def _text_decided_on(decision: Decision) -> str:
    # The plan is a draft again, closed to the delegations; the text they had stays open.
    return reverse("workplans:consideration", args=[decision.consideration_id])


def _document(decision: Decision) -> str:
    return decision.document.get_absolute_url()


def _overview(amendment: Amendment) -> str:
    return reverse("workplans:overview", args=[amendment.plan.year])


def _obligations(finding: Finding) -> str:
    return reverse("workplans:obligations_year", args=[finding.year])


TAKEN_BACK = _("An act is taken back as a mistake")
HEARD = _("The secretariat writes down what a state says in the room")
OPENED, IN_WRITING, EXTENDED, BROKEN, ENDED, FAILED, LATE, RULED = (
    _("A text is put under silence"),
    _("A text is put before the states for answers in writing"),
    _("A procedure by correspondence gets a later end"),
    _("A state breaks a silence"),
    _("A procedure by correspondence ends, and the text is adopted"),
    _("A written procedure ends without consensus"),
    _("An objection comes in after the end of a silence"),
    _("The chair decides about a request for time"),
)
STATED_BY_CHAIR = _("A text is closed by a Chair’s statement")
STATED, STATEMENT_WITHDRAWN = (
    _("A state attaches a statement to a text"),
    _("A state withdraws a statement"),
)
CIRCULATED, WITHDRAWN, ANSWERED, SUBMITTED, LAPSED = (
    _("A text is put before the delegations"),
    _("A text is withdrawn from the delegations"),
    _("A state has given its position"),
    _("A plan is submitted to the ministers"),
    _("A ministers’ meeting ends without a decision"),
)
ADOPTED, APPROVED, RETURNED, REPORTED = (
    _("The Advisory Group adopts a plan"),
    _("The ministers approve a plan"),
    _("A text is returned"),
    _("A plan is reported to the summit"),
)
OUT_OF_USE = _("An issued document is withdrawn")
TAKEN = _("Withdrawn: %(symbol)s, %(plan)s")
AMENDING, AMENDED_NOT = (
    _("An amendment of an approved plan is opened"),
    _("An amendment is withdrawn"),
)
DECISION = _("%(act)s: %(symbol)s, %(plan)s")
ANSWER = _("%(state)s: %(position)s – %(symbol)s")
STATEMENT = _("%(state)s: %(kind)s – %(symbol)s")
NO_STATEMENT = _("Withdrawn by %(state)s: %(kind)s – %(symbol)s")

TABLE = (
    News(
        "circulated.speaking", CIRCULATED, SPEAKING,
        _("For your position: %(symbol)s"), "circulated", _position,
    ),
    News(
        "circulated.table", CIRCULATED, AT_THE_TABLE,
        _("Before your delegation: %(symbol)s"), "circulated", _consideration,
    ),
    News(
        "open_silence.speaking", OPENED, SPEAKING,
        _("Under silence: %(symbol)s"), "silence_opened", _consideration,
    ),
    News(
        "open_silence.table", OPENED, AT_THE_TABLE,
        _("Under silence: %(symbol)s"), "silence_opened", _consideration,
    ),
    News(
        "open_written.speaking", IN_WRITING, SPEAKING,
        _("For your position, in writing: %(symbol)s"), "written_opened", _position,
    ),
    News(
        "open_written.table", IN_WRITING, AT_THE_TABLE,
        _("For answers in writing: %(symbol)s"), "written_opened", _consideration,
    ),
    News(
        "extend.table", EXTENDED, SEATED, _("Later end: %(symbol)s"), "extended", _consideration,
    ),
    News(
        "extend.secretariat", EXTENDED, SECRETARIAT,
        _("Later end: %(symbol)s"), "extended", _consideration,
    ),
    News(
        "break_silence.table", BROKEN, SEATED,
        _("Silence broken: %(symbol)s"), "silence_broken", _consideration,
    ),
    News(
        "break_silence.secretariat", BROKEN, SECRETARIAT,
        _("Silence broken: %(symbol)s"), "silence_broken", _consideration,
    ),
    News("end_silence.table", ENDED, SEATED, DECISION, "adopted_by_silence", _plan),
    News("end_silence.secretariat", ENDED, SECRETARIAT, DECISION, "adopted_by_silence", _plan),
    News("end_written.table", ENDED, SEATED, DECISION, "adopted_in_writing", _plan),
    News("end_written.secretariat", ENDED, SECRETARIAT, DECISION, "adopted_in_writing", _plan),
    News(
        "fail_written.table", FAILED, SEATED,
        _("No consensus: %(symbol)s"), "failed_in_writing", _consideration,
    ),
    News(
        "fail_written.secretariat", FAILED, SECRETARIAT,
        _("No consensus: %(symbol)s"), "failed_in_writing", _consideration,
    ),
    News(
        "withdrawn.table", WITHDRAWN, SEATED,
        _("Withdrawn: %(symbol)s"), "withdrawn", _consideration,
    ),
    News(
        "reminded.speaking", _("A state has not answered, and the deadline comes near"), SILENT,
        _("Not answered yet: %(symbol)s, until %(day)s"), "reminded", _position_due, binding=False,
    ),
    News(
        "take_back.table", TAKEN_BACK, SEATED,
        _("Taken back: %(act)s – %(symbol)s"), "taken_back", _consideration,
    ),
    News(
        "take_back.secretariat", TAKEN_BACK, SECRETARIAT,
        _("Taken back: %(act)s – %(symbol)s"), "taken_back", _consideration, binding=False,
    ),
    News(
        "hear.own", HEARD, OWN_PEOPLE, _("To be confirmed: %(state)s – %(symbol)s"), "heard",
        _confirmation, confined=True,
    ),
    News(
        "advice_asked.own", _("A head of delegation asks the own people for advice"), OWN_ADVISERS,
        _("Your advice is asked for: %(symbol)s"), "advice_asked", _consultation, binding=False,
        confined=True,
    ),
    News("position_taken.own", ANSWERED, OWN_PEOPLE, ANSWER, "receipt", _receipt),
    News(
        "position_taken.secretariat", ANSWERED, SECRETARIAT, ANSWER, "position_taken",
        _of_position, binding=False,
    ),
    News(
        "object_late.own", LATE, OWN_PEOPLE,
        _("Received after the end: %(symbol)s"), "objected_late", _receipt,
    ),
    News(
        "object_late.secretariat", LATE, SECRETARIAT,
        _("Received after the end: %(symbol)s"), "objected_late", _of_position,
    ),
    News(
        "rule_on_time.own", RULED, OWN_PEOPLE, _("%(ruling)s: %(symbol)s"), "ruled_on_time",
        _of_position,
    ),
    News(
        "rule_on_time.secretariat", RULED, SECRETARIAT, _("%(ruling)s: %(symbol)s"),
        "ruled_on_time", _of_position, binding=False,
    ),
    News(
        "make_statement.own", STATED, OWN_PEOPLE, STATEMENT, "statement_made", _statement,
    ),
    News(
        "make_statement.secretariat", STATED, SECRETARIAT, STATEMENT, "statement_made",
        _of_position, binding=False,
    ),
    News(
        "make_statement.table", STATED, SEATED_WHERE_SHOWN, STATEMENT, "statement_made",
        _of_position,
    ),
    News(
        "withdraw_statement.own", STATEMENT_WITHDRAWN, OWN_PEOPLE, NO_STATEMENT,
        "statement_withdrawn", _statement,
    ),
    News(
        "withdraw_statement.secretariat", STATEMENT_WITHDRAWN, SECRETARIAT, NO_STATEMENT,
        "statement_withdrawn", _of_position,
    ),
    News(
        "withdraw_statement.table", STATEMENT_WITHDRAWN, SEATED_WHERE_SHOWN, NO_STATEMENT,
        "statement_withdrawn", _of_position,
    ),
    News(
        "submitted.speaking", SUBMITTED, SPEAKING,
        _("For your approval: %(symbol)s, %(plan)s"), "submitted", _position,
    ),
    News("lapsed.table", LAPSED, SEATED, _("Not decided: %(symbol)s, %(plan)s"), "lapsed", _plan),
    News(
        "lapsed.secretariat", LAPSED, SECRETARIAT,
        _("Not decided: %(symbol)s, %(plan)s"), "lapsed", _plan,
    ),
    News("adopted.table", ADOPTED, SEATED, DECISION, "decided", _plan),
    News("adopted.secretariat", ADOPTED, SECRETARIAT, DECISION, "decided", _plan, binding=False),
    News("approved.table", APPROVED, SEATED, DECISION, "decided", _plan),
    News("approved.secretariat", APPROVED, SECRETARIAT, DECISION, "decided", _plan),
    News("approved.delegations", APPROVED, DELEGATIONS, DECISION, "decided", _plan),
    News("stated.table", STATED_BY_CHAIR, SEATED, DECISION, "decided", _text_decided_on),
    News("stated.secretariat", STATED_BY_CHAIR, SECRETARIAT, DECISION, "decided", _text_decided_on),
    News("returned.table", RETURNED, SEATED, DECISION, "decided", _text_decided_on),
    News("returned.secretariat", RETURNED, SECRETARIAT, DECISION, "decided", _text_decided_on),
    News("returned.delegations", RETURNED, DELEGATIONS, DECISION, "decided", _text_decided_on),
    News("reported.table", REPORTED, SEATED, DECISION, "decided", _plan),
    News("reported.secretariat", REPORTED, SECRETARIAT, DECISION, "decided", _plan, binding=False),
    News("reported.delegations", REPORTED, DELEGATIONS, DECISION, "decided", _plan),
    News("withdraw_document.table", OUT_OF_USE, SEATED, TAKEN, "document_withdrawn", _document),
    News(
        "withdraw_document.secretariat", OUT_OF_USE, SECRETARIAT, TAKEN, "document_withdrawn",
        _document,
    ),
    News(
        "withdraw_document.delegations", OUT_OF_USE, DELEGATIONS, TAKEN, "document_withdrawn",
        _document,
    ),
    News(
        "amend.delegations", AMENDING, TAKING_PART,
        _("An amendment is being written: %(plan)s"), "amendment_opened", _overview,
    ),
    News(
        "amend.secretariat", AMENDING, SECRETARIAT,
        _("An amendment is being written: %(plan)s"), "amendment_opened", _overview,
        binding=False,
    ),
    News(
        "withdraw_amendment.delegations", AMENDED_NOT, TAKING_PART,
        _("Amendment withdrawn: %(plan)s"), "amendment_withdrawn", _overview,
    ),
    News(
        "withdraw_amendment.secretariat", AMENDED_NOT, SECRETARIAT,
        _("Amendment withdrawn: %(plan)s"), "amendment_withdrawn", _overview, binding=False,
    ),
    News(
        "obligation.secretariat", _("A duty of the year falls due, or is overdue"), SECRETARIAT,
        _("%(subject)s"), "obligation", _obligations, binding=False,
    ),
)  # fmt: skip


def circulated(text: Before, day: date) -> list[Telling]:
    """To the seated delegations: a text is before you, and what changed since you had one last."""
    until = text.deadline(_("Positions are taken until this instant, by three clocks:"))
    return _with_changes(_of_text("circulated", text, day, deadline=until), text)


def opened(text: Before, day: date) -> list[Telling]:
    """To the seated delegations: a text is before them by correspondence until an exact instant."""
    until = text.deadline(_("What comes in before this instant counts, by three clocks:"))
    return _with_changes(_of_text(f"open_{text.procedure}", text, day, deadline=until), text)


def extended(text: Before, before: datetime, reason: str, day: date) -> list[Telling]:
    """To everybody in the session, and to the secretariat: the procedure ends later."""
    until = text.deadline(_("It ends at this instant, by three clocks:"))
    return _of_text("extend", text, day, deadline=until, before=before, reason=reason)


def silence_broken(position: Position, day: date) -> list[Telling]:
    """To everybody in the session, and to the secretariat, at once: it is not adopted, and why."""
    return _of_text("break_silence", Before.of(position.consideration), day, answer=position)


def adopted_at_the_end(decision: Decision, day: date) -> list[Telling]:
    """To everybody in the session, and to the secretariat: it is adopted, at the end itself."""
    return _of_decision(f"end_{decision.method}", decision, day)


def failed_in_writing(text: Before, stands: str, day: date) -> list[Telling]:
    """To everybody in the session, and to the secretariat: the end came without consensus.

    stands: how the states had answered then, as a sentence.
    """
    return _of_text("fail_written", text, day, stands=stands)


def _with_changes(found: list[Telling], text: Before) -> list[Telling]:
    """The same, with what changed for those who had the plan before them already."""
    seen = changed.last_seen(text.plan.pk, text.meeting.body_id, before=text.pk)
    words = {before: changed.since(before, text.form) for before in {*seen.values()}}
    return [part for telling in found for part in _by_what_changed(telling, seen, words)]


def _by_what_changed(
    telling: Telling, seen: dict[int, Revision], changes: dict[Revision, str]
) -> Iterator[Telling]:
    """A telling, with what changed for those who had the same text before."""
    told: dict[Revision | None, list[Told]] = defaultdict(list)
    for one in telling.told:
        state = one.state_id if isinstance(one, Appointment) else None
        told[seen.get(state) if state else None].append(one)
    for before, people in told.items():
        words = f"{telling.words}\n\n{changes[before]}" if before else telling.words
        yield replace(telling, told=tuple(people), words=words)


def withdrawn(text: Before, reason: str, day: date) -> list[Telling]:
    return _of_text("withdrawn", text, day, reason=reason)


def submitted(text: Before, day: date) -> list[Telling]:
    """To the ministers: a plan is before your meeting."""
    until = text.deadline(_("Ministers answer until this instant, by three clocks:"))
    return _of_text("submitted", text, day, deadline=until)


def lapsed(text: Before, day: date) -> list[Telling]:
    """To the ministers who were asked, and to the secretariat: the meeting decided nothing."""
    return _of_text("lapsed", text, day)


def _of_text(
    name: str, text: Before, day: date, *, deadline: Deadline | None = None, **facts: Any
) -> list[Telling]:
    return tellings(
        TABLE,
        name,
        text,
        day,
        thread=thread(text.plan),
        deadline=deadline,
        facts={
            **facts,
            "text": text,
            "symbol": text.symbol,
            "plan": text.title,
            "shown": shown_when(text),
        },
    )


def reminded(consideration: Consideration, seats: Iterable[Seat], day: date) -> list[Telling]:
    """To those who answer for states that have not: the deadline comes near."""
    text = Before.of(consideration)
    return tellings(
        TABLE,
        "reminded",
        Unanswered(text, frozenset(seat.state_id for seat in seats)),
        day,
        thread=thread(text.plan),
        deadline=text.deadline(_("Answers are taken until this instant, by three clocks:")),
        facts={"text": text, "symbol": text.symbol, "day": text.meeting.ends},
    )


def advice_asked(
    consideration: Consideration, people: Iterable[Appointment], by: Person, day: date
) -> list[Telling]:
    """To people of a delegation, from its head: what do you advise? To nobody else."""
    text = Before.of(consideration)
    return tellings(
        TABLE,
        "advice_asked",
        Asked(text, tuple(people)),
        day,
        # No thread: the secretariat counts the mails about a plan, and these are not its own.
        thread="",
        deadline=text.deadline(_("The delegation can answer until this instant, by three clocks:")),
        facts={"text": text, "symbol": text.symbol, "by": by},
    )


def _until_of(position: Position) -> Any:
    """What the end means to whoever has just answered."""
    if position.consideration.under_silence:
        return _("The silence ends at this instant, unless it is broken or extended before:")
    if position.consideration.in_writing:
        return _("The position can be changed until it is decided, at most until this instant:")
    return _("The position can be changed until it is decided, at most until:")


def position_taken(position: Position, entry: Entry, day: date) -> list[Telling]:
    """To the state's own people at that table, as its receipt, and to the secretariat."""
    text = Before.of(position.consideration)
    return tellings(
        TABLE,
        "position_taken",
        position,
        day,
        thread=thread(text.plan),
        deadline=text.deadline(_until_of(position)),
        facts={
            "answer": position,
            "receipt": _said_by_the_receipt(position, entry),
            "entry": entry,
            "state": position.seat.state,
            "position": position.get_kind_display(),
            "symbol": text.symbol,
        },
    )


ACTS = {
    "adopted": _("the adoption"),
    "returned": _("the return to the secretariat"),
    "submitted": _("the submission to the ministers"),
    **dict.fromkeys(WITHDRAWALS.values(), _("the withdrawal")),
}


def taken_back(text: Before, act: str, reason: str, day: date) -> list[Telling]:
    """To everybody at the table, and to the secretariat: it was a mistake, and what holds now.

    act: the name in the register of what is taken back.
    """
    return _of_text("take_back", text, day, act=ACTS[act], reason=reason, undone=act)


def heard(said: Heard, day: date) -> list[Telling]:
    """To the state's own people at that table: what was written down waits to be confirmed."""
    text = Before.of(said.consideration)
    return tellings(
        TABLE,
        "hear",
        said,
        day,
        thread=thread(text.plan),
        deadline=text.deadline(_("It can be confirmed until this instant, by three clocks:")),
        facts={"said": said, "state": said.seat.state, "symbol": text.symbol},
    )


def statement_made(statement: Statement, day: date) -> list[Telling]:
    """To the state's own people as its receipt, to the secretariat, and to all where all see it."""
    return _of_statement("make_statement", statement, day)


def statement_withdrawn(withdrawal: StatementWithdrawal, day: date) -> list[Telling]:
    """To the same: the state has withdrawn its statement, by which note."""
    return _of_statement("withdraw_statement", withdrawal.statement, day, note=withdrawal)


def _of_statement(name: str, statement: Statement, day: date, **facts: Any) -> list[Telling]:
    consideration = statement.consideration
    known = anchors.of_text(consideration.revision.text) if statement.parts else {}
    return tellings(
        TABLE,
        name,
        statement,
        day,
        thread=thread(consideration.plan),
        facts={
            **facts,
            "statement": statement,
            "state": statement.seat.state,
            "kind": statement.get_kind_display(),
            "symbol": consideration.revision.symbol,
            "parts": anchors.names(known, statement.parts),
        },
    )


def _said_by_the_receipt(position: Position, entry: Entry) -> dict[str, Any]:
    """The receipt in words: a mail that is lost with its page would still be one."""
    facts = receipts.facts_of(position, entry)
    return {
        "rows": receipt.rows(facts),
        "texts": receipt.texts(facts),
        "not_proved": receipt.not_proved(),
    }


def objected_late(position: Position, entry: Entry, day: date) -> list[Telling]:
    """To the state's own people and the secretariat: it came too late, and is kept."""
    said = _said_by_the_receipt(position, entry)
    return _of_answer("object_late", position, day, receipt=said)


def ruled_on_time(ruling: Ruling, day: date) -> list[Telling]:
    """To the delegation that asked for time, and to the secretariat: what the chair says."""
    words = _("More time") if ruling.granted else _("No more time")
    return _of_answer("rule_on_time", ruling.position, day, ruling=words, said=ruling)


def _of_answer(name: str, position: Position, day: date, **facts: Any) -> list[Telling]:
    consideration = position.consideration
    symbol = consideration.revision.symbol
    return tellings(
        TABLE,
        name,
        position,
        day,
        thread=thread(consideration.plan),
        facts={**facts, "answer": position, "symbol": symbol},
    )


def decided(decision: Decision, day: date) -> list[Telling]:
    """To everybody at the table, and to the secretariat: what was decided."""
    return _of_decision(decision.act, decision, day)


def _of_decision(name: str, decision: Decision, day: date) -> list[Telling]:
    return tellings(
        TABLE,
        name,
        decision,
        day,
        thread=thread(decision.plan),
        facts={
            "decision": decision,
            "act": decision.get_act_display(),
            "symbol": decision.revision.symbol,
            "plan": decision.revision.title,
        },
    )


def document_withdrawn(document: Document, reason: str, day: date) -> list[Telling]:
    """To whoever was told of the decision it prints: it was withdrawn, and why."""
    decision = document.decision
    assert decision is not None
    return tellings(
        TABLE,
        "withdraw_document",
        decision,
        day,
        thread=thread(decision.plan),
        facts={
            "document": document,
            "reason": reason,
            "symbol": document.symbol,
            "plan": document.title,
        },
    )


def amendment_opened(amendment: Amendment, day: date) -> list[Telling]:
    """To the delegations and the secretariat: a plan is being amended, and stays in force."""
    return _of_amendment("amend", amendment, day)


def amendment_withdrawn(amendment: Amendment, day: date) -> list[Telling]:
    """To the same: nothing comes of it, and what is in force stays so."""
    return _of_amendment("withdraw_amendment", amendment, day)


def _of_amendment(name: str, amendment: Amendment, day: date) -> list[Telling]:
    return tellings(
        TABLE,
        name,
        amendment,
        day,
        thread=thread(amendment.plan),
        facts={
            "amendment": amendment,
            "text": amendment.amends,
            "plan": amendment.amends.title,
        },
    )


def obligation(finding: Finding, subject: str, day: date, **facts: Any) -> list[Telling]:
    """To the chair and the secretariat: a duty falls due, or is overdue."""
    return tellings(
        TABLE,
        "obligation",
        finding,
        day,
        thread=f"obligations.{finding.year}",
        facts={**facts, "finding": finding, "subject": subject},
    )
