"""The page of one part of the draft: what it is made of, and where it leads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from secretariat.standing import NotEntitled
from workplans import parts, permissions, procedure, queries
from workplans.forms.drafting import ActivityForm, AreaForm, GeneralForm, PartForm, TextForm
from workplans.forms.pieces import ORDER
from workplans.merging import Values
from workplans.models import Activity, PriorityArea, TextBlock, WorkPlan
from workplans.models.plan import Part, Versioned
from workplans.operations import editing, parking, rearranging
from workplans.parts import pieces_like
from workplans.procedure import OutOfOrder
from workplans.queries import Contents, Roll
from workplans.views import hints
from workplans.views.acting import admit

# What parts are called in addresses, among the texts put aside, and among those present.
GENERAL, AREA, ACTIVITY = "general", "area", "activity"
ANNEX, WORKING_GROUP = str(TextBlock.Kind.ANNEX), str(TextBlock.Kind.WORKING_GROUP)
KINDS: dict[str, type[Versioned]] = {
    GENERAL: WorkPlan,
    AREA: PriorityArea,
    ACTIVITY: Activity,
    ANNEX: TextBlock,
    WORKING_GROUP: TextBlock,
}


def _visible(request: HttpRequest, year: int) -> WorkPlan:
    """A plan the person may know of; `aside` is how many texts they put aside in it."""
    among = WorkPlan.objects.all()
    if request.standing.drafting is None:  # type: ignore[attr-defined]
        # Who writes for the presidency knows of every plan; for the others it may not be there.
        among = among.visible_to(request.user)
    plan: WorkPlan = get_object_or_404(
        among.annotate(aside=parking.number_kept_for(request.person))  # type: ignore[attr-defined]
        .select_related("presidency__state", "revision", "in_force", "changed_by", "based_on")
        .defer("revision__text", "in_force__text"),
        year=year,
    )
    return plan


def find(request: HttpRequest, year: int) -> WorkPlan:
    """The plan, for a person who may edit plans."""
    plan = _visible(request, year)
    admit("edit", request.standing)  # type: ignore[attr-defined]
    return plan


def find_readable(request: HttpRequest, year: int) -> WorkPlan:
    """The plan, for a person who may read its draft: who writes it, and who served it."""
    plan = _visible(request, year)
    if not reads_draft(request, plan):
        raise PermissionDenied(_("Only the secretariat reads the working draft."))
    return plan


def reads_draft(request: HttpRequest, plan: WorkPlan) -> bool:
    if request.standing.drafting is not None:  # type: ignore[attr-defined]
        # Who writes for the presidency reads every draft.
        return True
    return WorkPlan.objects.drafts_open_to(request.user).filter(pk=plan.pk).exists()


def settled(plan: WorkPlan) -> str:
    """Why the plan's text cannot be changed any more; nothing while it can."""
    try:
        procedure.follow("edit", plan.status)
    except OutOfOrder as refusal:
        return str(refusal)
    return ""


def barred(request: HttpRequest, plan: WorkPlan) -> str:
    """Why the person can save nothing in the plan's text; nothing while they can."""
    if sentence := settled(plan):
        return sentence
    try:
        permissions.entitled("edit", request.standing)  # type: ignore[attr-defined]
    except NotEntitled as refused:
        return str(refused)
    return ""


def closed(request: HttpRequest, plan: WorkPlan) -> HttpResponse | None:
    """Back to the overview with a sentence, where the plan's text is settled."""
    if refusal := settled(plan):
        messages.info(request, refusal)
        return redirect("workplans:overview", year=plan.year)
    return None


def act(request: HttpRequest, what: Callable[..., Any], *args: Any, **facts: Any) -> Any:
    """An act on the draft by the person of the request, now."""
    try:
        return what(*args, **facts, by=request.person, on=timezone.now())  # type: ignore[attr-defined]
    except NotEntitled as refusal:
        raise PermissionDenied(str(refusal)) from refusal


@dataclass
class Page:
    """The page of one part. part: None where it was removed, or is not there yet.

    key: None for a new part until its form says which. within: the area it is added to.
    """

    request: HttpRequest
    plan: WorkPlan
    sort: str
    key: UUID | None
    part: Any = None
    new: bool = False
    within: PriorityArea | None = None

    @property
    def kind(self) -> type[Versioned]:
        return KINDS[self.sort]

    @cached_property
    def roll(self) -> Roll:
        """Who may lead an activity."""
        return queries.roll()

    @cached_property
    def contents(self) -> Contents:
        return queries.contents(self.plan)

    @property
    def section(self) -> int | None:
        """The area in which the page stands, by its primary key."""
        if self.sort == AREA:
            return self.part.pk if self.part is not None else None
        if self.sort == ACTIVITY:
            within = self.within.pk if self.within else None
            return self.part.area_id if self.part is not None else within
        return None

    def said(self) -> Values:
        """What the part says now; of one that is not there, what it would begin with."""
        if self.part is not None:
            return parts.read(self.part)
        if self.sort == ACTIVITY:
            area = self.within.pk if self.within else ""
            kind, stage = str(Activity.Kind.PROJECT), str(Activity.Stage.PLANNED)
            return {"area": area, "kind": kind, "state": stage}
        return {}

    def form(self, data: Any = None, *, keeps: Values | None = None, **options: Any) -> PartForm:
        """keeps: what an activity says, so that whatever it has chosen is offered."""
        if self.sort == GENERAL:
            return GeneralForm(data, **options)
        if self.sort == AREA:
            return AreaForm(data, **options)
        if self.sort == ACTIVITY:
            if keeps is None and self.part is not None:
                keeps = parts.read(self.part)
            on = self.request.standing.day  # type: ignore[attr-defined]
            # What is saved while somebody writes is answered without the page.
            areas = self.contents.areas if data is None else None
            return ActivityForm(
                data, plan=self.plan, on=on, roll=self.roll, keeps=keeps, areas=areas, **options
            )
        return TextForm(data, sort=self.sort, **options)

    def blank(self, key: UUID) -> Part:
        """A new part, not yet saved."""
        if self.sort == ACTIVITY:
            return Activity(key=key)
        if self.sort == AREA:
            return PriorityArea(plan=self.plan, key=key)
        return TextBlock(plan=self.plan, kind=self.sort, key=key)

    @property
    def title(self) -> str:
        if self.sort == GENERAL:
            return _("Title and preamble")
        return str(self.part) if self.part is not None else ""

    @property
    def template(self) -> str:
        names = {GENERAL: "general", AREA: "area", ACTIVITY: "activity"}
        return f"workplans/edit_{names.get(self.sort, 'text')}.html"

    @property
    def address(self) -> str:
        """Where the part is edited, or added."""
        year = self.plan.year
        if self.sort == GENERAL:
            return reverse("workplans:edit_general", args=[year])
        if not self.new:
            return address_of(year, self.sort, self.key)
        if self.sort == AREA:
            return reverse("workplans:area_add", args=[year])
        if self.sort == ACTIVITY and self.within is not None:
            return reverse("workplans:activity_add", args=[year, self.within.key])
        if self.sort == ACTIVITY:
            return reverse("workplans:edit", args=[year])
        return reverse("workplans:text_add", args=[year, self.sort])

    @property
    def back(self) -> str:
        """The part's place in the list of parts."""
        return f"{reverse('workplans:edit', args=[self.plan.year])}#part-{self.key}"

    def context(self) -> dict[str, Any]:
        """What the part's own template asks for."""
        found: dict[str, Any] = {
            "plan": self.plan,
            "part": self.part,
            "sort": self.sort,
            "kind": self.kind.__name__.lower(),
            "new": self.new,
            "contents": self.contents,
            "here": self.section,
        }
        if self.part is not None:
            found["orders"] = [
                {"part": pieces.name, "rows": rows, "heading": ORDER[pieces.name]}
                for pieces in parts.pieces_of(self.kind)
                if len(rows := list(pieces.rows(self.part).all())) > 1
            ]
        if self.sort == ACTIVITY:
            found["area"] = self.within
            if self.part is not None:
                found["before"], found["after"] = self.contents.beside(self.part.key)
                day = self.request.standing.day  # type: ignore[attr-defined]
                found["hints"] = hints.of_activity(
                    self.plan, self.part, self.contents, self.roll.on_record, day
                )
        if self.kind is TextBlock:
            found |= {"kind_words": TextBlock.Kind(self.sort).label, "text_kind": self.sort}
        return found


def address_of(year: int, sort: str, key: UUID | None) -> str:
    """The page of a part that is there, or was."""
    if sort == GENERAL:
        return reverse("workplans:edit_general", args=[year])
    name = {AREA: "area", ACTIVITY: "activity"}.get(sort, "text")
    return reverse(f"workplans:{name}", args=[year, key])


def list_of(plan: WorkPlan, row: Part) -> str:
    """The page on which a part stands among its neighbours."""
    pieces = pieces_like(row)
    if pieces is None:
        return reverse("workplans:edit", args=[plan.year])
    sort = AREA if pieces.owner is PriorityArea else ACTIVITY
    owner = getattr(row, pieces.home)
    return f"{address_of(plan.year, sort, owner.key)}#order-{pieces.name}"


def just_removed(request: HttpRequest, plan: WorkPlan) -> rearranging.Struck | None:
    """The part that was just taken out, for as long as it can be put back."""
    try:
        key = UUID(request.GET.get("removed", ""))
    except ValueError:
        return None
    return next((one for one in rearranging.struck(plan) if one.key == str(key)), None)


def open_page(request: HttpRequest, plan: WorkPlan, sort: str, key: UUID) -> Page:
    """The page of a part by its identity, whether or not the part is there."""
    if sort == GENERAL:
        return Page(request, plan, sort, plan.key, plan)
    kind: Any = KINDS[sort]
    part = editing.find(plan, kind, key)
    if part is not None:
        # Both what it says and the order of its pieces are shown.
        prefetch_related_objects([part], *(pieces.held for pieces in parts.pieces_of(kind)))
    if isinstance(part, TextBlock):
        sort = part.kind
    return Page(request, plan, sort, key, part)
