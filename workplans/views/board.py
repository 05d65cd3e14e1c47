"""What the page of a consideration says to its reader: the rows, the outcome, the next step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetings import closing
from meetings.models import Meeting
from secretariat import instants
from secretariat.dates import PartialDate
from secretariat.deadlines import Outlook
from secretariat.models import Entry, State
from secretariat.register import entries_about
from secretariat.standing import Standing
from workplans import correspondence, procedure, queries
from workplans.models import Consideration, Heard, Position, Revision, WorkPlan
from workplans.permissions import acts_on, available_acts, voice_or_none

Outcome = Consideration.Outcome


@dataclass(frozen=True)
class Step:
    """One thing a reader can do next, or the reason why there is nothing to do."""

    title: str
    text: str
    url: str = ""
    label: str = ""
    pressing: bool = True
    receipt: str = ""


def text_name(revision: Revision) -> str:
    """What a text is called beside the others of its plan."""
    if revision.number == 1:
        return _("Original")
    return _("Rev.%(number)d") % {"number": revision.number - 1}


def own_states(standing: Standing) -> set[int]:
    return {appointment.state_id for appointment in standing.appointments}


def day_of(day: date | None) -> str:
    return str(PartialDate.of(day)) if day else ""


def rows(
    board: queries.Board, earlier: dict[int, Position], standing: Standing
) -> list[dict[str, Any]]:
    """A row for each counted seat, in the order of states.

    A state that has not answered this text is shown with what it said to an earlier one, since
    that does not count any more. Where positions are not shown yet, nothing tells a state that
    has answered from one that has not.
    """
    revision = text_name(board.consideration.revision)
    own = own_states(standing)
    found = []
    for answer in board.answers:
        position, state = answer.position, answer.seat.state
        row: dict[str, Any] = {"state": state.name, "own": state.pk in own}
        if position:
            row |= {
                "position": position.kind,
                "text": _time_asked(position),
                "revision": revision,
                "date": position.on,
                "by": position.given_by,
                "before": answer.earlier,
            }
        elif board.consideration.under_silence:
            row |= {"words": _no_objection(board.consideration)}
        elif board.withheld and not row["own"]:
            row |= {"position": "withheld"}
        elif state.pk in earlier:
            row["text"] = _given_before(earlier[state.pk], board.consideration, state.pk in own)
        row["heard"] = board.waiting.get(answer.seat.pk)
        found.append(row)
    return found


def _no_objection(consideration: Consideration) -> str:
    """What the silence of a state comes to: never an approval."""
    if consideration.is_open:
        return _("No objection so far")
    if consideration.outcome == Outcome.ADOPTED:
        return _("No objection")
    return _("No objection until then")


def _time_asked(position: Position) -> str:
    """Until when a state asks for time, and what the chair has said to it."""
    if position.until is None:
        return ""
    facts = {"day": day_of(position.until)}
    ruling = getattr(position, "ruling", None)
    if ruling is None and not position.consideration.is_open:
        return _("Until %(day)s.") % facts
    if ruling is None:
        return _("Until %(day)s. The chair has not decided about it yet.") % facts
    if ruling.granted:
        if position.consideration.expires is not None:
            return _("Until %(day)s. A later end was set.") % facts
        return _("Until %(day)s. The chair waits until then.") % facts
    return _("Until %(day)s. The chair does not give more time.") % facts


def _given_before(position: Position, consideration: Consideration, own: bool) -> str:
    given, facts = position.consideration.revision, {"position": position.get_kind_display()}
    if given.number == 1:
        said = _("%(position)s – given on the original text") % facts
    else:
        said = _("%(position)s – given on %(text)s") % {**facts, "text": text_name(given)}
    if not own or not consideration.is_open:
        return said
    return _("%(said)s; confirm for %(this)s") % {
        "said": said,
        "this": text_name(consideration.revision),
    }


def statements(board: queries.Board) -> list[Position]:
    """What states wrote beside their standing answers, in the order received."""
    written = [answer.position for answer in board.answers if answer.position]
    return sorted((p for p in written if p.text), key=lambda position: position.pk)


def attaches(standing: Standing, consideration: Consideration) -> str:
    """The state a person can attach a statement to an open text for; empty where there is none."""
    voice = voice_or_none(standing, consideration) if consideration.is_open else None
    return voice[0].state.name if voice else ""


def present(consideration: Consideration) -> datetime:
    """The present instant; by the database's clock where an exact instant ends the procedure."""
    return instants.now() if consideration.expires else timezone.now()


def outlook(
    consideration: Consideration, states: list[State], now: datetime | None = None
) -> Outlook | None:
    """Until when a text takes answers, as the capitals of these states meet it."""
    return closing.outlook(
        consideration.meeting,
        states,
        now or present(consideration),
        expires=consideration.expires,
    )


def time_left(consideration: Consideration, now: datetime | None = None) -> str:
    """How long a text still takes answers, in words."""
    now = now or present(consideration)
    if consideration.expires:
        return correspondence.time_left(consideration.expires - now)
    return _until_the_meeting_ends(consideration.meeting, consideration.meeting.day_at(now))


def _until_the_meeting_ends(meeting: Meeting, day: date) -> str:
    """Counted in days of its place."""
    if not meeting.begins or not meeting.ends:
        return ""
    if day < meeting.begins.first:
        days = (meeting.begins.first - day).days
        return ngettext(
            "The meeting begins in %(days)d day.", "The meeting begins in %(days)d days.", days
        ) % {"days": days}
    days = (meeting.ends.last - day).days
    if days < 0:
        return _("The meeting is over.")
    if days == 0:
        return _("The meeting ends today.")
    return ngettext(
        "The meeting ends in %(days)d day.", "The meeting ends in %(days)d days.", days
    ) % {"days": days}


def names(board: queries.Board, codes: tuple[str, ...]) -> str:
    """The states of these codes, as a list in words."""
    found = [a.seat.state.name for a in board.answers if a.seat.state.code in codes]
    if len(found) < 2:
        return "".join(found)
    return _("%(first)s and %(last)s") % {"first": ", ".join(found[:-1]), "last": found[-1]}


def outcome(consideration: Consideration) -> dict[str, str]:
    """How a closed consideration ended: a sentence, and the reason where one was given."""
    decision = consideration.decision
    assert consideration.closed is not None
    day = decision.on if decision else consideration.meeting.day_at(consideration.closed)
    facts = {
        "day": PartialDate.of(day),
        "moment": instants.in_words(consideration.closed, consideration.meeting.zone),
        "state": _breaking(consideration) if consideration.outcome == Outcome.BROKEN else "",
    }
    adopted = _("Adopted by consensus on %(day)s.")
    if consideration.under_silence:
        adopted = _("Adopted on %(moment)s, the end of the silence: no state objected before it.")
    elif consideration.in_writing and decision and decision.at_end:
        adopted = _(
            "Adopted on %(moment)s, the end of the written procedure: every state approved."
        )
    elif consideration.in_writing:
        adopted = _("Adopted on %(day)s: every state has approved in writing.")
    lapsed = _(
        "The meeting ended without a decision. The plan stays adopted and may go to the next."
    )
    if consideration.in_writing:
        lapsed = _(
            "The written procedure ended on %(moment)s without consensus. The text is not adopted, "
            "and the plan became a draft again."
        )
    sentence = {
        Outcome.ADOPTED: adopted,
        Outcome.BROKEN: _("%(state)s broke the silence on %(moment)s. The text is not adopted."),
        Outcome.APPROVED: _("Approved by the ministers on %(day)s."),
        Outcome.RETURNED: _("Returned on %(day)s. The plan became a draft again."),
        Outcome.NO_CONSENSUS: _(
            "Closed on %(day)s without consensus, by a Chair’s statement that is not adopted and "
            "binds nobody. The plan became a draft again."
        ),
        Outcome.SUPERSEDED: _("Superseded by a new text on %(day)s. Answers to this one ended."),
        Outcome.WITHDRAWN: _("Withdrawn on %(day)s. The plan became a draft again."),
        Outcome.LAPSED: lapsed,
    }[Outcome(consideration.outcome)] % facts
    reason = decision.text if decision else ""
    if consideration.outcome == Outcome.WITHDRAWN:
        entry = _withdrawal(consideration)
        reason = entry.facts.get("reason", "") if entry else ""
    return {"sentence": sentence, "reason": reason}


def _breaking(consideration: Consideration) -> str:
    """The state that broke a silence."""
    positions = consideration.positions.in_time().filter(kind__in=Position.BREAKS_SILENCE)
    return str(positions.select_related("seat__state").order_by("id")[0].seat.state)


def _withdrawal(consideration: Consideration) -> Entry | None:
    return (
        entries_about(consideration.plan)
        .filter(
            act__in=procedure.WITHDRAWALS.values(), facts__revision=consideration.revision.symbol
        )
        .first()
    )


def next_steps(
    standing: Standing, consideration: Consideration, board: queries.Board, day: date
) -> list[Step]:
    """What the reader can do about this consideration; usually one thing, often nothing."""
    plan = consideration.plan
    acts = available_acts(standing, plan)
    if not consideration.is_open:
        return _after(plan, consideration, acts)
    if consideration.under_silence:
        return _under_silence(standing, consideration, board)
    found = []
    voice = voice_or_none(standing, consideration)
    if voice is not None and (heard := board.waiting.get(voice[0].pk)):
        found.append(_confirm(heard))
    answer = _answer(standing, consideration, board, day)
    if answer:
        found.append(answer)
    if acts & {"circulate", "adopt"} and not consideration.before_ministers:
        found.append(_conduct(consideration, board, acts, day))
    return found


def _confirm(heard: Heard) -> Step:
    return Step(
        _("Confirm what %(state)s said in the room") % {"state": heard.seat.state.name},
        _("%(person)s wrote it down: %(position)s. It counts once you confirm it.")
        % {"person": heard.by, "position": heard.get_kind_display()},
        reverse("workplans:confirm", args=[heard.pk]),
        _("Confirm it"),
    )


def _answer(
    standing: Standing, consideration: Consideration, board: queries.Board, day: date
) -> Step | None:
    voice = voice_or_none(standing, consideration)
    if voice is None:
        return _silent_member(standing, consideration, board)
    seat, basis = voice
    meeting = consideration.meeting
    state = {"state": seat.state.name}
    given = board.of_state(seat.state_id)
    ministers_wait = consideration.before_ministers and not meeting.sits_on(day)
    url = "" if ministers_wait else reverse("workplans:position", args=[consideration.pk])
    if given is None:
        text = _("You answer for it as %(capacity)s.") % {"capacity": basis.capacity.lower()}
        if ministers_wait:
            text = _("Ministers decide while their meeting sits: %(dates)s.") % {
                "dates": meeting.dates
            }
        label = (
            _("Approve or return the plan")
            if consideration.before_ministers
            else _("State the position of %(state)s")
        )
        return Step(_("%(state)s has not answered") % state, text, url, label % state)
    return Step(
        _("%(state)s: %(position)s") % {**state, "position": given.get_kind_display()},
        _("You may change the answer until the text is decided."),
        url,
        _("Change the position of %(state)s") % state,
        pressing=False,
        receipt=reverse("workplans:receipt", args=[given.pk]),
    )


def _under_silence(
    standing: Standing, consideration: Consideration, board: queries.Board
) -> list[Step]:
    """For a voice: to let it pass, to object, to ask for time. For the chair: who asks for time."""
    found = []
    voice = voice_or_none(standing, consideration)
    if voice is not None:
        seat, _basis = voice
        state = {"state": seat.state.name}
        given = board.of_state(seat.state_id)
        found.append(
            Step(
                _("%(state)s has not objected") % state,
                _("If your state can let the text pass, there is nothing to do."),
                reverse("workplans:break_silence", args=[consideration.pk]),
                _("Object and break the silence"),
                pressing=False,
                receipt=reverse("workplans:receipt", args=[given.pk]) if given else "",
            )
        )
        if given is None:
            found.append(
                Step(
                    _("Does %(state)s need more time?") % state,
                    _("Asking for it breaks nothing; the chair decides before the end."),
                    reverse("workplans:position", args=[consideration.pk]),
                    _("Ask for more time"),
                    pressing=False,
                )
            )
    if "rule_on_time" in acts_on(standing, consideration) and (asked := board.undecided):
        state = {"state": asked.seat.state.name, "day": day_of(asked.until)}
        found.append(
            Step(
                _("%(state)s asks for time until %(day)s") % state,
                _("Extend the silence before it ends, or refuse with a reason."),
                reverse("workplans:rule_on_time", args=[asked.pk]),
                _("Decide about the request of %(state)s") % state,
            )
        )
    return found


def _silent_member(
    standing: Standing, consideration: Consideration, board: queries.Board
) -> Step | None:
    """For those of a delegation who do not speak for it."""
    own = own_states(standing)
    seat = next((a.seat for a in board.answers if a.seat.state_id in own), None)
    conducts = standing.drafting or standing.chair
    if seat is None or conducts or board.of_state(seat.state_id):
        return None
    state = {"state": seat.state.name}
    who = (
        _("The minister of %(state)s answers for it.")
        if consideration.before_ministers
        else _("The head of delegation of %(state)s, or the alternate, answers for it.")
    )
    return Step(_("%(state)s has not answered") % state, who % state)


def _conduct(consideration: Consideration, board: queries.Board, acts: set[str], day: date) -> Step:
    """For the chair and the secretariat: adopt, wait, or write another text.

    They may be of two presidencies: after a hand-over the chair adopts what another writes.
    """
    tally, meeting = board.tally, consideration.meeting
    year = [consideration.plan.year]
    if meeting.ends and meeting.ends.last < day:
        return Step(
            _("The meeting is over"),
            _("The plan can be adopted at a meeting only. Circulate it to the next one."),
            reverse("workplans:circulate", args=year) if "circulate" in acts else "",
            _("Circulate to another meeting"),
        )
    if "rule_on_time" in acts and (asked := board.undecided):
        state = {"state": asked.seat.state.name, "day": day_of(asked.until)}
        return Step(
            _("%(state)s asks for time until %(day)s") % state,
            _("Decide whether the text waits that long."),
            reverse("workplans:rule_on_time", args=[asked.pk]),
            _("Decide about the request of %(state)s") % state,
        )
    if tally.opposing:
        return Step(
            _("Answer the objection of %(states)s") % {"states": names(board, tally.opposing)},
            _("Talk to them, or write a new text and circulate it; all states then answer anew."),
            reverse("workplans:edit", args=year) if "edit" in acts else "",
            _("Write a new text"),
            pressing=False,
        )
    if tally.silent or tally.asking:
        missing = tuple(code for code in tally.seats if code in {*tally.silent, *tally.asking})
        said = tuple(heard.seat.state.code for heard in board.waiting.values())
        words = _("The plan can be adopted when every state has approved this text.")
        if said:
            words = _(
                "What was said in the room has still to be confirmed by: %(states)s. Until then it "
                "does not count."
            ) % {"states": names(board, said)}
        return Step(_("Waiting for %(states)s") % {"states": names(board, missing)}, words)
    if "adopt" not in acts:
        return Step(
            _("There is consensus"),
            _("The chair can adopt the plan now; else it is adopted at the end of the procedure.")
            if consideration.in_writing
            else _("The chair can adopt the plan while the meeting sits."),
        )
    if not meeting.sits_on(day):
        return Step(
            _("There is consensus"),
            _("You can adopt the plan while the meeting sits: %(dates)s.")
            % {"dates": meeting.dates},
        )
    return Step(
        _("There is consensus"),
        _("You can adopt the plan for the Advisory Group."),
        reverse("workplans:adopt", args=[consideration.pk]),
        _("Adopt the plan"),
    )


def _after(plan: WorkPlan, consideration: Consideration, acts: set[str]) -> list[Step]:
    """For the chair, where the plan this text belongs to still stands with its outcome."""
    if plan.revision_id != consideration.revision_id:
        return []
    if consideration.outcome == Outcome.ADOPTED and "submit" in acts:
        return [
            Step(
                _("Submit it to the ministers"),
                _("The Advisory Group has adopted the plan."),
                reverse("workplans:submit", args=[plan.year]),
                _("Submit the plan"),
            )
        ]
    if consideration.outcome == Outcome.APPROVED and "report" in acts:
        return [
            Step(
                _("Report it to the summit"),
                _("The ministers have approved the plan."),
                reverse("workplans:report", args=[plan.year]),
                _("Report to the summit"),
            )
        ]
    return []
