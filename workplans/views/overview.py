"""One plan on the desk: where it stands, the next step, and everything about it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from secretariat import instants
from secretariat.circulation import counted
from secretariat.dates import PartialDate
from secretariat.standing import Standing, conducts
from workplans import history, notices, permissions, queries
from workplans.disclosure import knows_of_amendments
from workplans.models import Consideration, Document, Revision, WorkPlan
from workplans.operations import retracting
from workplans.outline import Outline, Section, outline
from workplans.views import amending
from workplans.views import board as boards
from workplans.views.board import Step
from workplans.views.pages import reads_draft
from workplans.views.plans import (
    Status,
    amendment_known,
    find,
    next_in_hand,
    title_for,
    where_it_is,
)


@require_safe
def overview(request: HttpRequest, year: int) -> HttpResponse:
    """Where a plan stands, the one next step for this person, and everything about it."""
    plan = find(request, year)
    standing: Standing = request.standing  # type: ignore[attr-defined]
    acts = permissions.available_acts(standing, plan)
    reader = reads_draft(request, plan)
    found = outline(plan, standing.day) if reader and plan.is_editable else None
    considerations = list(
        Consideration.objects.visible_to(request.user)
        .filter(plan=plan)
        .select_related("revision", "meeting__body", "plan")
        .defer("revision__text")
        .prefetch_related(queries.with_seats("meeting__seats"), "decisions")
    )
    open_now = next((item for item in considerations if item.is_open), None)
    decided = queries.decisions(plan)
    # Why an earlier text was returned is for those who had it before them.
    told = {item.revision_id for item in considerations}
    known = amendment_known(plan, standing, reader)
    seen = plan.revision
    if plan.in_force and not (reader or plan.status in plan.PUBLIC or plan.revision_id in told):
        seen = plan.in_force
    told |= {plan.in_force_id, seen.pk if seen else None}
    context = {
        "plan": plan,
        # The title of the draft may say what the delegations do not know yet.
        "title": found.title if found else title_for(plan, False, open_now is not None),
        "life": queries.life_in_force(plan, decided),
        "amending": amending.shown(plan, seen, found, decided) if known else None,
        "knows": reader or knows_of_amendments(standing),
        "seen": seen,
        "acts": acts,
        "reads_draft": reader,
        "steps": _steps(standing, plan, acts, open_now, found, known),
        "facts": _facts(plan, open_now, seen, known, reader=reader),
        "sections": _sections(plan, found, "edit" in acts) if found else [],
        "changes": found.changes if found else "",
        "hints": found.hints if found and "edit" in acts else 0,
        "slip": _slip(request, plan),
        "aside": plan.aside,  # type: ignore[attr-defined]
        "open_now": open_now,
        "considerations": [
            {"item": item, "ended": None if item.is_open else _ended(item)}
            for item in considerations
        ],
        "decisions": [
            _decision_line(item) for item in reversed(decided) if item.revision_id in told
        ],
        "notices": counted(notices.thread(plan)) if conducts(standing) else None,
        "documents": list(
            Document.objects.public()
            .filter(plan=plan)
            .select_related("superseded_by", "withdrawal", "revision", "decision__retraction")
        ),
    }
    return render(request, "workplans/overview.html", context)


def _slip(request: HttpRequest, plan: WorkPlan) -> str:
    """What the reader did last and can still take back, in words; asked of those who conduct."""
    if not conducts(request.standing):  # type: ignore[attr-defined]
        return ""
    found = retracting.slip(plan, request.person, timezone.now())  # type: ignore[attr-defined]
    return str(history.line(found.entry)["title"]) if found else ""


def _steps(
    standing: Standing,
    plan: WorkPlan,
    acts: set[str],
    open_now: Consideration | None,
    found: Outline | None,
    known: bool,
) -> list[Step]:
    """known: whether an amendment is under way that the reader may know of."""
    if open_now is not None:
        day = open_now.meeting.day_at(boards.present(open_now))
        steps = boards.next_steps(standing, open_now, queries.board(open_now), day)
        if not steps and open_now.under_silence:
            steps = [
                Step(_where(plan, open_now, known), boards.time_left(open_now), pressing=False)
            ]
        if not steps:
            words = open_now.meeting.name
            steps = [Step(_("Before the %(meeting)s") % {"meeting": words}, "", pressing=False)]
        return steps
    year = [plan.year]
    if "circulate" in acts and found and known and not found.amended:
        return [next_in_hand(plan, acts, known)]
    if "circulate" in acts and found and found.problems:
        return [
            Step(
                _("Write the text"),
                ngettext(
                    "%(count)d problem keeps it from being circulated.",
                    "%(count)d problems keep it from being circulated.",
                    found.problems,
                )
                % {"count": found.problems},
                reverse("workplans:edit", args=year),
                _("Write the text"),
            )
        ]
    if "circulate" in acts and found and plan.revision and not found.changes:
        symbol = {"symbol": plan.revision.symbol}
        return [
            Step(
                _("Revise the text"),
                _("%(symbol)s came back, and the draft still says the same.") % symbol,
                reverse("workplans:edit", args=year),
                _("Revise the text"),
            ),
            Step(
                _("Circulate it as it is"),
                "",
                reverse("workplans:circulate", args=year),
                _("Circulate it as it is"),
                pressing=False,
            ),
            *_by_correspondence(acts, plan),
        ]
    if "circulate" in acts:
        text = _("The delegations see it when you circulate it before a meeting.")
        if found and found.changes and plan.revision:
            text = _("Since %(symbol)s: %(changes)s") % {
                "symbol": plan.revision.symbol,
                "changes": found.changes,
            }
        step = Step(
            _("Circulate the text"),
            text,
            reverse("workplans:circulate", args=year),
            _("Circulate it to the delegations"),
        )
        return [step, *_by_correspondence(acts, plan)]
    step = next_in_hand(plan, acts, known)
    if not step.url:
        return [Step(step.text, "", pressing=False)]
    return [Step(step.label, step.text, step.url, step.label)]


def _by_correspondence(acts: set[str], plan: WorkPlan) -> list[Step]:
    """For the chair: the ways without a meeting."""
    if "open_silence" not in acts:
        return []
    return [
        Step(
            _("Or have the states answer in writing"),
            _("Without a meeting: it is adopted if every state has approved by an exact instant."),
            reverse("workplans:open_written", args=[plan.year]),
            _("Put it before the states in writing"),
            pressing=False,
        ),
        Step(
            _("Or put it under silence"),
            _("Without a meeting: it is adopted at an exact instant, unless a state objects."),
            reverse("workplans:open_silence", args=[plan.year]),
            _("Put it under silence"),
            pressing=False,
        ),
    ]


def _facts(
    plan: WorkPlan,
    open_now: Consideration | None,
    seen: Revision | None,
    known: bool,
    *,
    reader: bool,
) -> list[dict[str, Any]]:
    """seen: the text last circulated that the reader may know of; known: as for the steps."""
    facts = [
        {"label": _("Presidency"), "value": plan.presidency.state.name},
        {"label": _("Where it is now"), "value": _where(plan, open_now, known)},
    ]
    if plan.in_force:
        facts.append({"label": _("In force"), "value": plan.in_force.symbol})
    if seen and seen.pk != plan.in_force_id:
        facts.append({"label": _("Last circulated as"), "value": seen.symbol})
    if plan.based_on:
        facts.append(
            {
                "label": _("Started from"),
                "value": _("The %(year)d plan") % {"year": plan.based_on.year},
                "url": reverse("workplans:left_behind", args=[plan.year]) if reader else "",
                "url_label": _("What came along"),
            }
        )
    return facts


def _where(plan: WorkPlan, open_now: Consideration | None, known: bool) -> str:
    if open_now is not None and open_now.expires is not None:
        words = _("Under silence until %(moment)s.")
        if open_now.in_writing:
            words = _("Before the states for answers in writing until %(moment)s.")
        return words % {"moment": instants.in_words(open_now.expires, open_now.meeting.zone)}
    if open_now is not None:
        return _("Before the meeting: %(meeting)s, %(dates)s") % {
            "meeting": open_now.meeting.name,
            "dates": open_now.meeting.dates,
        }
    status = plan.status if known else plan.public_status
    if status == Status.SUBMITTED:
        return _("Submitted to the ministers.")
    if status == Status.UNDER_CONSIDERATION:
        return _("Before the Advisory Group.")
    return where_it_is(plan, known)


def _sections(plan: WorkPlan, found: Outline, edits: bool) -> list[dict[str, Any]]:
    """The parts of the draft as a task list; links only for those who may edit."""
    editor = reverse("workplans:edit", args=[plan.year])
    rows = [
        {
            "title": _("Title and preamble"),
            "status": _("Written") if found.has_preamble else _("No preamble yet"),
            "url": reverse("workplans:edit_general", args=[plan.year]),
        }
    ]
    for section in found.sections:
        count = section.activities
        rows.append(
            {
                "title": section.title,
                "hint": ngettext("%d activity", "%d activities", count) % count if count else "",
                "status": _progress_of(section),
                "url": f"{editor}#part-{section.key}",
            }
        )
    for anchor, name, number, none in (
        ("working-groups", _("Working groups"), found.working_groups, _("None yet")),
        ("meetings", _("Calendar of meetings"), found.meetings, _("No meetings yet")),
        ("annexes", _("Annexes"), found.annexes, _("None yet")),
    ):
        rows.append(
            {
                "title": name,
                "status": str(number) if number else none,
                "url": f"{editor}#{anchor}",
            }
        )
    if not edits:
        for row in rows:
            row["url"] = ""
    return rows


def _progress_of(section: Section) -> str:
    if not section.activities:
        return _("No activities yet")
    if section.lacking:
        words = ngettext("%d to complete", "%d to complete", section.lacking)
        return words % section.lacking
    return _("Written")


def _ended(consideration: Consideration) -> PartialDate:
    decision = getattr(consideration, "decision", None)
    assert consideration.closed is not None
    return PartialDate.of(
        decision.on if decision else consideration.meeting.day_at(consideration.closed)
    )


def _decision_line(decision: Any) -> dict[str, Any]:
    return {
        "title": decision.get_act_display(),
        "when": f"{decision.meeting.name}, {PartialDate.of(decision.on)}",
        "by": f"{decision.by}, {decision.appointment.capacity}" if decision.by else "",
        "text": decision.text if decision.act == "returned" else "",
    }
