"""Between rows and the canonical form: composing a text, and filling a draft from one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Prefetch
from django.utils.translation import gettext as _

from meetings.models import Meeting
from secretariat.dates import PartialDate
from secretariat.models import Authority, State
from workplans import content
from workplans.models import Activity, PriorityArea, TextBlock, WorkPlan
from workplans.models.plan import Part
from workplans.parts import OWNERS, Pieces, pieces_of

NO_NONCE = "0" * 32


def with_parts(plans: Any) -> Any:
    """The plans with all their rows, in a number of queries that does not grow with them."""
    activities = Activity.objects.select_related("lead", "lead_authority").prefetch_related(
        "co_leads", *(pieces.held for pieces in pieces_of(Activity))
    )
    return plans.select_related("presidency__state").prefetch_related(
        Prefetch(
            "areas",
            PriorityArea.objects.prefetch_related("objectives", Prefetch("activities", activities)),
        ),
        "texts",
    )


def compose(
    plan: WorkPlan,
    *,
    on: date,
    number: int = 1,
    symbol: str = "",
    previous: str | None = None,
    nonce: str = NO_NONCE,
) -> content.Form:
    """The canonical form of the draft as it stands.

    on: the day on which it is read or frozen; authorities bear the names valid then.
    """
    plan = with_parts(WorkPlan.objects).get(pk=plan.pk)
    texts = list(plan.texts.all())
    names = _names(
        (a.lead_authority for area in plan.areas.all() for a in area.activities.all()), on
    )
    return {
        "form": content.FORM,
        "plan": str(plan.key),
        "revision": {
            "number": number,
            "symbol": symbol or "–",
            "previous": previous,
            "nonce": nonce,
        },
        "year": plan.year,
        "title": plan.title,
        "language": plan.language,
        "presidency": _state(plan.presidency.state),
        "source_note": plan.source_note,
        "preamble": _text(plan.preamble),
        "areas": [_area(area, names) for area in plan.areas.all()],
        "working_groups": [_block(t) for t in texts if t.kind == TextBlock.Kind.WORKING_GROUP],
        "meetings": plan.calendar,
        "annexes": [_block(t) for t in texts if t.kind == TextBlock.Kind.ANNEX],
    }


def fingerprint(plan: WorkPlan, *, on: date) -> str:
    """The digest of what the draft says, to notice that it changed under somebody's eyes."""
    return content.digest(content.dump(compose(plan, on=on)))


def _names(authorities: Iterable[Authority | None], on: date) -> dict[int, str]:
    """What each authority is called on a day, by its id (domain rule 1).

    One query for those that have come to an end, however many they are; none where none has.
    """
    named = {authority.pk: authority for authority in authorities if authority}
    ended = {a.state_id for a in named.values() if not a.holds_on(on)}
    among: dict[int, list[Authority]] = defaultdict(list)
    if ended:
        for authority in Authority.objects.filter(state__in=ended):
            among[authority.state_id].append(authority)
    return {pk: a.on(on, among[a.state_id]).name for pk, a in named.items()}


def says_the_same(one: content.Form, other: content.Form) -> bool:
    """Whether two forms differ in nothing but the revision they belong to."""
    return {**one, "revision": None} == {**other, "revision": None}


def _text(value: str) -> str:
    return value.replace("\r\n", "\n").strip()


def _lines(value: str) -> list[str]:
    return [line.strip() for line in value.splitlines() if line.strip()]


def _iso(value: PartialDate | None) -> str | None:
    return value.iso if value else None


def _state(state: State) -> dict[str, str]:
    return {"code": state.code, "name": state.name}


def _block(block: TextBlock) -> dict[str, str]:
    return {"id": str(block.key), "title": block.title, "text": _text(block.text)}


def activity_form(activity: Activity, *, on: date) -> content.Form:
    """One activity by itself, as the canonical form has it."""
    return _activity(activity, _names([activity.lead_authority], on))


def _area(area: PriorityArea, names: dict[int, str]) -> dict[str, Any]:
    return {
        "id": str(area.key),
        "title": area.title,
        "objectives": [
            {"id": str(objective.key), "text": _text(objective.text)}
            for objective in area.objectives.all()
        ],
        "activities": [_activity(activity, names) for activity in area.activities.all()],
    }


def _activity(activity: Activity, names: dict[int, str]) -> dict[str, Any]:
    lead = None
    if activity.lead:
        authority = names[activity.lead_authority_id] if activity.lead_authority_id else None
        lead = {**_state(activity.lead), "authority": authority}
    return {
        "id": str(activity.key),
        "kind": activity.kind,
        "title": activity.title,
        "description": _text(activity.description),
        "lead": lead,
        "co_leads": [_state(state) for state in activity.co_leads.all()],
        "partners": _lines(activity.partners),
        "mode": activity.mode or None,
        "place": activity.place,
        "begins": _iso(activity.begins),
        "ends": _iso(activity.ends),
        "deliverables": _lines(activity.deliverables),
        **{
            pieces.held: [_piece(pieces, row) for row in pieces.rows(activity).all()]
            for pieces in pieces_of(Activity)
        },
        "budget_note": _text(activity.budget_note),
        "funding_source": activity.funding_source,
        "state": activity.state,
        "sources": _lines(activity.sources),
    }


def _piece(pieces: Pieces, row: Part) -> dict[str, Any]:
    said = {box: getattr(row, box) for box in pieces.boxes}
    dated = {box: date.iso for box, date in said.items() if isinstance(date, PartialDate)}
    return {"id": str(row.key), **said, **dated}


def calendar_of(year: int) -> list[dict[str, Any]]:
    """The year's dated meetings as a plan lists them."""
    meetings = Meeting.objects.announced().filter(year=year).select_related("body")
    return [
        {
            "body": meeting.body.code,
            "name": meeting.name,
            "begins": _iso(meeting.begins),
            "ends": _iso(meeting.ends),
            "mode": meeting.mode or None,
            "place": meeting.place,
        }
        for meeting in meetings.order_by("begins", "id")
    ]


@transaction.atomic
def fill(plan: WorkPlan, form: content.Form) -> None:
    """Replace the draft's rows by what a checked form says.

    Raises InvalidPlan, changing nothing, for a state or an authority that is not on record and
    for a part that belongs to another year's plan.
    """
    states, authorities = examine(plan, form)
    plan.title = form["title"]
    plan.language = form["language"]
    plan.source_note = form["source_note"]
    plan.preamble = form["preamble"]
    plan.calendar = form["meetings"]
    plan.version += 1
    plan.save()
    plan.areas.all().delete()
    plan.texts.all().delete()
    for position, area in enumerate(form["areas"]):
        _fill_area(plan, position, area, states, authorities)
    kinds = (("working_groups", TextBlock.Kind.WORKING_GROUP), ("annexes", TextBlock.Kind.ANNEX))
    for key, kind in kinds:
        TextBlock.objects.bulk_create(
            TextBlock(
                plan=plan,
                key=block["id"],
                kind=kind,
                position=n,
                title=block["title"],
                text=block["text"],
            )
            for n, block in enumerate(form[key])
        )


def examine(
    plan: WorkPlan, form: content.Form
) -> tuple[dict[str, State], dict[tuple[str, str], Authority]]:
    """The states and authorities a form can name; InvalidPlan where it cannot be this plan's."""
    known = _known(form)
    _own(plan, form)
    return known


def put_area(plan: WorkPlan, position: int, area: content.Form) -> PriorityArea:
    """A priority area with all it holds, as rows. InvalidPlan for what is not on record."""
    return _fill_area(plan, position, area, *_known({"areas": [area]}))


def put_activity(area: PriorityArea, position: int, activity: content.Form) -> Activity:
    """An activity with its pieces, as rows. InvalidPlan for what is not on record."""
    known = _known({"areas": [{"activities": [activity]}]})
    return _fill_activity(area, position, activity, *known)


def put_text(plan: WorkPlan, kind: str, position: int, block: content.Form) -> TextBlock:
    """A working group’s task or an annex, as a row."""
    return TextBlock.objects.create(
        plan=plan,
        key=block["id"],
        kind=kind,
        position=position,
        title=block["title"],
        text=block["text"],
    )


def _fill_area(
    plan: WorkPlan,
    position: int,
    area: dict[str, Any],
    states: dict[str, State],
    authorities: dict[tuple[str, str], Authority],
) -> PriorityArea:
    row = PriorityArea.objects.create(
        plan=plan, key=area["id"], position=position, title=area["title"]
    )
    _fill_pieces(row, area)
    for n, activity in enumerate(area["activities"]):
        _fill_activity(row, n, activity, states, authorities)
    return row


def _fill_activity(
    area: PriorityArea,
    position: int,
    activity: dict[str, Any],
    states: dict[str, State],
    authorities: dict[tuple[str, str], Authority],
) -> Activity:
    lead = activity["lead"]
    row = Activity.objects.create(
        area=area,
        key=activity["id"],
        position=position,
        kind=activity["kind"],
        title=activity["title"],
        description=activity["description"],
        lead=states[lead["code"]] if lead else None,
        lead_authority=authorities.get((lead["code"], lead["authority"])) if lead else None,
        partners="\n".join(activity["partners"]),
        mode=activity["mode"] or "",
        place=activity["place"],
        begins=activity["begins"],
        ends=activity["ends"],
        deliverables="\n".join(activity["deliverables"]),
        budget_note=activity["budget_note"],
        funding_source=activity["funding_source"],
        state=activity["state"],
        sources="\n".join(activity["sources"]),
    )
    row.co_leads.set(states[state["code"]] for state in activity["co_leads"])
    _fill_pieces(row, activity)
    return row


def _fill_pieces(part: PriorityArea | Activity, said: dict[str, Any]) -> None:
    for pieces in pieces_of(type(part)):
        pieces.kind._default_manager.bulk_create(
            pieces.kind(key=item["id"], position=n, **{pieces.home: part}, **pieces.fields(item))
            for n, item in enumerate(said[pieces.held])
        )


def _known(form: content.Form) -> tuple[dict[str, State], dict[tuple[str, str], Authority]]:
    states = {state.code: state for state in State.objects.all()}
    authorities = {
        (authority.state.code, authority.name): authority
        for authority in Authority.objects.select_related("state")
    }
    problems = []
    for number, activity in content.activities(form):
        named = activity["co_leads"] + ([activity["lead"]] if activity["lead"] else [])
        for state in named:
            if state["code"] not in states:
                problems.append(
                    _("Activity %(number)s: no state with the code “%(code)s” is on record.")
                    % {"number": number, "code": state["code"]}
                )
        lead = activity["lead"]
        if lead and lead["authority"] and (lead["code"], lead["authority"]) not in authorities:
            problems.append(
                _(
                    "Activity %(number)s: “%(authority)s” is not on record as an "
                    "authority of %(state)s."
                )
                % {"number": number, "authority": lead["authority"], "state": lead["name"]}
            )
    if problems:
        raise content.InvalidPlan(problems)
    return states, authorities


def _own(plan: WorkPlan, form: content.Form) -> None:
    """An identity belongs to one plan: a text copied into another year needs new ones."""
    identities = [part["id"] for _where, part in content.identified(form)]
    for model, owner in OWNERS.items():
        foreign = (
            model._default_manager.filter(key__in=identities)
            .exclude(**{owner: plan})
            .values_list("key", f"{owner}__year")
            .first()
        )
        if foreign:
            raise content.InvalidPlan(
                [
                    _("The id %(id)s belongs to a part of the %(year)d plan.")
                    % {"id": foreign[0], "year": foreign[1]}
                ]
            )
