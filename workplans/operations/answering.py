"""What the states say to a text, and what the chair says to a request for time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from meetings.models import Seat
from secretariat import register
from secretariat.circulation import tell
from secretariat.dates import PartialDate
from secretariat.models import Appointment, Person
from secretariat.standing import NotEntitled, Standing
from workplans import notices, permissions, procedure, queries, receipts
from workplans.consensus import Tally
from workplans.instructions import Attached
from workplans.models import Consideration, Heard, Instruction, Position, Ruling, WorkPlan
from workplans.operations import correspondence, decision, silence, statements
from workplans.operations.locking import Superseded, current

Kind, Outcome = Position.Kind, Consideration.Outcome


class NotAnAnswer(Exception):
    """A position that cannot be taken so; a sentence for the user."""


class NotOpen(Exception):
    """A request for time on which there is nothing to decide; a sentence for the user."""


@dataclass(frozen=True)
class Said:
    """An answer as it was written: its kind, its text, and what belongs to some kinds alone.

    would_join: the wording that would let the state join, beside an objection. until: the day
    until which it asks for time. parts: the anchors of those its text concerns, of the whole if
    there are none.
    """

    kind: str
    text: str = ""
    would_join: str = ""
    until: date | None = None
    parts: tuple[str, ...] = ()

    @classmethod
    def of(cls, position: Position) -> Said:
        return cls(
            position.kind,
            position.text,
            position.would_join,
            position.until,
            tuple(position.parts),
        )

    def tidied(self) -> Said:
        """The same without space around its texts, and each part once."""
        return replace(
            self,
            text=self.text.strip(),
            would_join=self.would_join.strip(),
            parts=tuple(sorted({*self.parts})),
        )


@dataclass(frozen=True)
class _Voice:
    """Who speaks for a seat, and, where somebody writes it down for them, who does."""

    seat: Seat
    person: Person
    basis: Appointment
    recorded_by: Person | None = None
    recorded_as: Appointment | None = None
    note: Attached | None = None
    heard: Heard | None = None


@transaction.atomic
def take_position(
    consideration: Consideration,
    *,
    digest: str,
    kind: str,
    text: str = "",
    would_join: str = "",
    until: date | None = None,
    parts: Collection[str] = (),
    by: Person,
    on: datetime,
    key: UUID,
    heard: Heard | None = None,
) -> Position:
    """Enter what a state says to a text, in the name of the state's seat.

    digest: of the text that was on the person's screen. key: of the form, so that sending it
    twice has one effect. heard: what was written down in the room, where this confirms it. Before
    the ministers the last approval makes the Meeting's approval, and the first return sends the
    plan back.
    """
    plan, consideration = current(consideration)
    said = Said(kind, text, would_join, until, tuple(parts)).tidied()
    if again := _sent_before(key, consideration, said, by):
        return again
    act = "decide" if consideration.before_ministers else "take_position"
    _open_for(act, plan, consideration, digest, said)
    seat, basis = permissions.voice(Standing.of(by, on.date()), consideration)
    return _enter(plan, consideration, said, _Voice(seat, by, basis, heard=heard), on, key)


@transaction.atomic
def record_position(
    consideration: Consideration,
    *,
    digest: str,
    said: Said,
    voice: int,
    note: Attached,
    by: Person,
    on: datetime,
    key: UUID,
) -> Position:
    """Enter a state's position for it, on the instruction in the note that is attached.

    voice: the appointment of the head of delegation, or the alternate, who signed the note. Both
    names go on the record, and the state may say something else until the text is closed.
    """
    plan, consideration = current(consideration)
    said = said.tidied()
    if again := _sent_before(key, consideration, said, by):
        return again
    _open_for("record_position", plan, consideration, digest, said)
    standing = Standing.of(by, on.date())
    recorded_as = permissions.entitled("record_position", standing)
    for seat, basis in permissions.voices(consideration, on.date()):
        if basis.pk == voice:
            speaker = _Voice(seat, basis.person, basis, by, recorded_as, note)
            return _enter(plan, consideration, said, speaker, on, key)
    raise NotEntitled(_("The person does not speak for a state with a seat any more."))


def _open_for(
    act: str, plan: WorkPlan, consideration: Consideration, digest: str, said: Said
) -> None:
    """Refuse an answer to a text that is closed, or is not the one that was on the screen.

    What would have broken a silence is kept, without effect, when the silence has ended.
    """
    if comes_late(consideration, said.kind) and digest == consideration.revision.digest:
        return
    if not consideration.is_open:
        raise Superseded(_closed(consideration))
    procedure.follow(act, plan.status)
    procedure.admit(act, consideration)
    if digest != consideration.revision.digest or plan.revision_id != consideration.revision_id:
        raise Superseded(
            _(
                "The text changed while you were reading. Your answer was not entered; "
                "read %(symbol)s."
            )
            % {"symbol": plan.revision.symbol if plan.revision else ""}
        )


def comes_late(consideration: Consideration, kind: str) -> bool:
    """Whether an answer to a text that silence has adopted is kept all the same."""
    adopted = consideration.under_silence and consideration.outcome == Outcome.ADOPTED
    return adopted and kind in Position.BREAKS_SILENCE


def _kept_late(plan: WorkPlan, consideration: Consideration, position: Position) -> None:
    """Let end what ran out after the lock; keep only what would have broken a silence.

    What is refused here takes the end back with it; whoever comes next brings the same.
    """
    correspondence.end_if_due(plan)
    if not consideration.under_silence:
        raise Superseded(_("The time to answer has run out. Your answer was not entered."))
    if position.kind not in Position.BREAKS_SILENCE:
        raise Superseded(
            _("The silence has ended and the text is adopted. Your answer was not entered.")
        )


def _closed(consideration: Consideration) -> str:
    """Why a closed text takes no answer."""
    if consideration.outcome == Outcome.BROKEN:
        return _("The silence is broken already. Your answer was not needed and was not entered.")
    if consideration.under_silence and consideration.outcome == Outcome.ADOPTED:
        return _("The silence has ended and the text is adopted. Your answer was not entered.")
    if consideration.in_writing and consideration.outcome in (Outcome.ADOPTED, Outcome.LAPSED):
        return _("The written procedure has ended. Your answer was not entered.")
    return _("This consideration is closed. Your answer was not entered.")


def _enter(
    plan: WorkPlan,
    consideration: Consideration,
    said: Said,
    voice: _Voice,
    on: datetime,
    key: UUID,
) -> Position:
    day = consideration.meeting.day_at(on)
    _check_answer(consideration, said, day)
    concerns = _concerned(consideration, said)
    standing = consideration.positions.standing().filter(seat=voice.seat).first()
    unchanged = standing and (Said.of(standing), standing.person_id) == (said, voice.person.pk)
    if standing and unchanged and voice.note is None:
        return standing
    position = Position.objects.create(
        consideration=consideration,
        seat=voice.seat,
        kind=said.kind,
        text=said.text,
        would_join=said.would_join,
        until=said.until,
        parts=list(said.parts),
        digest=consideration.revision.digest,
        person=voice.person,
        appointment=voice.basis,
        on=day,
        key=key,
        recorded_by=voice.recorded_by,
        recorded_as=voice.recorded_as,
        instruction=_attach(voice),
        heard=voice.heard,
    )
    late = consideration.expires is not None and silence.is_late(position)
    if late:
        _kept_late(plan, consideration, position)
    if position.kind == Kind.RESERVES:
        statements.with_position(position)
    act = "record_position" if voice.note else "take_position"
    entry = register.enter(
        "object_late" if late else act,
        plan,
        by=voice.recorded_by or voice.person,
        appointment=voice.recorded_as or voice.basis,
        revision=consideration.revision.symbol,
        digest=position.digest,
        state=voice.seat.state.code,
        state_name=voice.seat.state.name,
        position=said.kind,
        text=said.text,
        receipt=position.pk,
        **_more(said, voice),
        **({"parts": list(said.parts), "concerns": concerns} if said.parts else {}),
    )
    receipts.order(position, entry)
    if late:
        tell(entry, notices.objected_late(position, entry, on.date()))
        return position
    tell(entry, notices.position_taken(position, entry, on.date()))
    if consideration.before_ministers:
        _conclude(plan, consideration, position, voice.basis, on)
    elif consideration.under_silence and position.kind in Position.BREAKS_SILENCE:
        silence.break_silence(plan, consideration, position, on.date())
    return position


def _attach(voice: _Voice) -> Instruction | None:
    if voice.note is None or voice.recorded_by is None:
        return None
    return Instruction.objects.create(
        file=voice.note.file,
        name=voice.note.name,
        media_type=voice.note.media_type,
        size=voice.note.size,
        sha256=voice.note.sha256,
        by=voice.recorded_by,
    )


def _more(said: Said, voice: _Voice) -> dict[str, str]:
    """What only some answers put in the register beside the rest."""
    facts = {}
    if said.would_join:
        facts["would_join"] = said.would_join
    if said.until:
        facts["until"] = said.until.isoformat()
    if voice.heard is not None:
        facts["heard_by"] = voice.heard.by.name
    if voice.note is not None:
        facts |= {
            "instructed_by": voice.person.name,
            "instructed_as": f"{voice.basis.capacity}, {voice.basis.state}",
            "note": voice.note.sha256,
        }
    return facts


def _sent_before(
    key: UUID, consideration: Consideration, said: Said, by: Person
) -> Position | None:
    """The position this form has entered already, if it was sent again as it was."""
    position = Position.objects.filter(key=key).first()
    if position is None:
        return None
    sender = position.recorded_by_id or position.person_id
    entered = (position.consideration_id, Said.of(position), sender)
    if entered != (consideration.pk, said, by.pk):
        raise NotAnAnswer(
            _("This form has entered another answer already. Open the page again to change it.")
        )
    return position


def _check_answer(consideration: Consideration, said: Said, day: date) -> None:
    meeting = consideration.meeting
    if said.kind not in procedure.course(consideration).answers:
        raise NotAnAnswer(_("Choose one of the answers."))
    if said.kind != Kind.APPROVES and not said.text:
        raise NotAnAnswer(_("Write the text of your answer; it goes on the record with it."))
    if said.would_join and said.kind != Kind.OBJECTS:
        raise NotAnAnswer(_("Only an objection says which wording would let a state join."))
    if said.parts and said.kind in (Kind.APPROVES, Kind.ASKS_FOR_TIME):
        raise NotAnAnswer(_("Only a text that is printed or answered names the parts it concerns."))
    if (said.until is not None) != (said.kind == Kind.ASKS_FOR_TIME):
        raise NotAnAnswer(_("Say until which day your state asks for time, and only then."))
    if said.until is not None and said.until <= day:
        raise NotAnAnswer(_("Ask for time until a day after today."))
    if consideration.before_ministers and not meeting.sits_on(day):
        raise NotAnAnswer(
            _("Ministers decide while their meeting sits: %(dates)s.") % {"dates": meeting.dates}
        )


def _concerned(consideration: Consideration, said: Said) -> list[str]:
    """What the parts are called that an answer concerns."""
    try:
        return statements.concerned(consideration, said.parts)
    except statements.NotAStatement as refusal:
        raise NotAnAnswer(str(refusal)) from refusal


def _conclude(
    plan: WorkPlan,
    consideration: Consideration,
    position: Position,
    basis: Appointment,
    on: datetime,
) -> None:
    if position.kind == Kind.RETURNS:
        decision.return_from_ministers(plan, consideration, position, basis=basis, on=on)
    elif count(consideration).agreed:
        decision.approve(plan, consideration, basis=basis, by=position.person, on=on)


def count(consideration: Consideration) -> Tally:
    """The tally of a consideration as it stands."""
    return queries.board(consideration).tally


# A request for time


@transaction.atomic
def rule_on_time(
    position: Position, *, granted: bool, text: str = "", by: Person, on: datetime
) -> Ruling:
    """Enter what the chair says to a state that asks for time.

    A meeting ends when it ends: the chair can wait for the state that long, and no longer. A
    silence is extended instead, which grants the request. The request itself stands until the
    state answers; before a meeting it blocks consensus, and under silence it breaks nothing.
    """
    plan, consideration = current(position.consideration)
    procedure.follow("rule_on_time", plan.status)
    basis = permissions.entitled("rule_on_time", Standing.of(by, on.date()))
    text = text.strip()
    ruled = Ruling.objects.filter(position=position).first()
    if ruled and (ruled.granted, ruled.text, ruled.by_id) == (granted, text, by.pk):
        return ruled
    if reason := closed_to_ruling(position, consideration, ruled):
        raise NotOpen(reason)
    if granted and consideration.expires is not None:
        raise NotOpen(_("To give more time, set a later end."))
    if granted and not can_wait(position, consideration):
        raise NotOpen(
            _("The meeting ends on %(day)s; the text cannot wait longer before it.")
            % {"day": consideration.meeting.ends}
        )
    if not granted and not text:
        raise NotOpen(_("Say why there is no more time; the delegation will read it."))
    ruling = Ruling.objects.create(
        position=position, granted=granted, text=text, by=by, appointment=basis
    )
    entry = register.enter(
        "rule_on_time",
        plan,
        by=by,
        appointment=basis,
        revision=consideration.revision.symbol,
        state=position.seat.state.code,
        state_name=position.seat.state.name,
        granted=granted,
        until=position.until.isoformat() if position.until else "",
        text=text,
    )
    tell(entry, notices.ruled_on_time(ruling, on.date()))
    return ruling


def closed_to_ruling(position: Position, consideration: Consideration, ruled: Ruling | None) -> str:
    """Why there is nothing to decide about a request for time; empty where there is."""
    if position.kind != Kind.ASKS_FOR_TIME:
        return _("This state does not ask for time.")
    if not consideration.is_open:
        return _("This consideration is closed.")
    if ruled is not None:
        return _("This request is decided already: %(ruling)s.") % {"ruling": str(ruled).lower()}
    later = consideration.positions.filter(seat=position.seat_id, pk__gt=position.pk)
    if later.exists():
        return _("The state has answered since, so its request does not stand any more.")
    return ""


def can_wait(position: Position, consideration: Consideration) -> bool:
    """Whether the day asked for lies within the meeting."""
    ends = consideration.meeting.ends
    return (
        consideration.expires is None
        and position.until is not None
        and isinstance(ends, PartialDate)
        and position.until <= ends.last
    )
