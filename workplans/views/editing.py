"""The editor of the draft: the list of its parts, and a page for each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from secretariat.standing import NotEntitled
from workplans import draft, gaps, parts, procedure
from workplans.forms.drafting import ActivityForm, AreaForm, GeneralForm, PartForm, TextForm
from workplans.models import Activity, Indicator, Objective, PriorityArea, TextBlock, WorkPlan
from workplans.models.plan import Part, Versioned
from workplans.operations import editing, review
from workplans.procedure import OutOfOrder
from workplans.views.acting import admit

POSTS = require_http_methods(["GET", "HEAD", "POST"])
KINDS: dict[str, type[Part]] = {
    "area": PriorityArea,
    "objective": Objective,
    "activity": Activity,
    "indicator": Indicator,
    "text": TextBlock,
}
Build = Callable[..., PartForm]


def find(request: HttpRequest, year: int) -> WorkPlan:
    """The plan, for a person who may edit plans."""
    plan: WorkPlan = get_object_or_404(
        WorkPlan.objects.visible_to(request.user).select_related(
            "presidency__state", "revision", "changed_by"
        ),
        year=year,
    )
    admit("edit", request.standing)  # type: ignore[attr-defined]
    return plan


def _closed(request: HttpRequest, plan: WorkPlan) -> HttpResponse | None:
    """Back to the overview with a sentence, where the plan's text is settled."""
    try:
        procedure.follow("edit", plan.status)
    except OutOfOrder as refusal:
        messages.info(request, str(refusal))
        return redirect("workplans:overview", year=plan.year)
    return None


def _act(request: HttpRequest, act: Callable[..., Any], *args: Any, **facts: Any) -> Any:
    """An act on the draft by the person of the request, now."""
    try:
        return act(*args, **facts, by=request.person, on=timezone.now())  # type: ignore[attr-defined]
    except NotEntitled as refusal:
        raise PermissionDenied(str(refusal)) from refusal


@require_safe
def edit(request: HttpRequest, year: int) -> HttpResponse:
    """The parts of the draft, what is still open in each, and what stands in the way."""
    plan = find(request, year)
    if closed := _closed(request, plan):
        return closed
    form = draft.compose(plan, on=request.standing.day)  # type: ignore[attr-defined]
    context = {
        "plan": plan,
        "text": form,
        "areas": gaps.areas(form),
        "problems": pointed(review.readiness(plan, form), form, year),
    }
    return render(request, "workplans/edit.html", context)


def pointed(problems: list[str], form: Any, year: int) -> list[dict[str, str]]:
    """Each problem in the reader's terms, with the page where it is put right."""
    return [_pointed(problem, form, year) for problem in problems]


def _pointed(problem: str, form: Any, year: int) -> dict[str, str]:
    found = gaps.locate(problem, form)
    if found is None:
        return {"text": problem, "url": ""}
    url = reverse(f"workplans:{found.page}", args=[year, *([found.key] if found.key else [])])
    field = f"#id_{found.field}" if found.field else ""
    return {"text": found.sentence, "url": url + field}


def _write(
    request: HttpRequest,
    plan: WorkPlan,
    kind: type[Versioned],
    part: Any,
    key: UUID,
    *,
    build: Build,
    template: str,
    context: dict[str, Any],
    saved_words: str,
    again: str = "",
) -> HttpResponse:
    """The page of one part: show it, save it, or show what stands against saving it.

    again: where a part that was removed meanwhile can be added once more.
    """
    context |= {"plan": plan, "part": part, "kind": kind.__name__.lower()}
    if request.method != "POST":
        if closed := _closed(request, plan):
            return closed
        said = parts.read(part)
        context["form"] = build(said=said, opened=said, version=part.version)
        return render(request, template, context)

    form = build(request.POST)
    context["form"] = form
    if not form.is_valid():
        return render(request, template, context, status=422)
    try:
        saving = _act(
            request,
            editing.save,
            plan,
            kind,
            key,
            opened=form.base,
            mine=form.values(),
            expected=form.cleaned_data["version"] or 0,
        )
    except OutOfOrder as refusal:
        return _refused(request, template, context, str(refusal))
    except editing.Gone:
        sentence = _("This was removed while you were editing it. Your text is still here.")
        context["again"] = again
        return _refused(request, template, context, sentence)
    if not saving.written:
        return _clash(request, template, context, build, saving)
    messages.success(request, saved_words)
    if saving.merge.theirs:
        messages.info(request, _told(form, saving))
    if "stay" in request.POST:
        return redirect(request.path)
    return redirect(f"{reverse('workplans:edit', args=[plan.year])}#part-{key}")


def _told(form: PartForm, saving: editing.Saving) -> str:
    fields = ", ".join(dict.fromkeys(form.label_of(name) for name in saving.merge.theirs))
    return _("Somebody else changed this while you were editing, and that is kept: %(fields)s.") % {
        "fields": fields
    }


def _refused(
    request: HttpRequest, template: str, context: dict[str, Any], sentence: str
) -> HttpResponse:
    """The same page with everything that was typed, and no way to save it here."""
    context |= {"errors": [{"text": sentence}], "settled": True}
    return render(request, template, context, status=409)


def _clash(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    build: Build,
    saving: editing.Saving,
) -> HttpResponse:
    """Both texts side by side; the form keeps one's own, and saving it again is a choice."""
    form = build(said=saving.merge.values, opened=saving.saved, version=saving.part.version)
    context |= {
        "form": form,
        "part": saving.part,
        "clashes": [
            {
                "label": form.label_of(name),
                "saved": form.words(name, saving.saved.get(name, "")),
                "mine": form.words(name, saving.merge.values[name]),
                "field": form.field_of(name),
            }
            for name in saving.merge.clashes
        ],
        "errors": [
            {"text": _("Others changed the same text. Nothing is saved yet."), "url": "#clashes"}
        ],
    }
    return render(request, template, context, status=409)


def _add(
    request: HttpRequest,
    plan: WorkPlan,
    part: Part,
    *,
    build: Build,
    said: dict[str, Any],
    template: str,
    context: dict[str, Any],
    saved_words: str,
) -> HttpResponse:
    """The page of a part that is not there yet. The key on the page makes one part of it."""
    context |= {"plan": plan, "kind": type(part).__name__.lower(), "new": True}
    if request.method != "POST":
        if closed := _closed(request, plan):
            return closed
        context["form"] = build(said=said)
        return render(request, template, context)

    form = build(request.POST)
    context["form"] = form
    if not form.is_valid():
        return render(request, template, context, status=422)
    part.key = form.cleaned_data["key"] or part.key
    try:
        added = _act(request, editing.add, plan, part, form.values())
    except OutOfOrder as refusal:
        return _refused(request, template, context, str(refusal))
    except editing.Gone:
        return _refused(request, template, context, _("The priority area was removed meanwhile."))
    except editing.Elsewhere as twin:
        raise Http404 from twin
    messages.success(request, saved_words)
    if "stay" in request.POST and isinstance(added, Activity):
        return redirect("workplans:activity", year=plan.year, key=added.key)
    if "stay" in request.POST and isinstance(added, PriorityArea):
        return redirect("workplans:area", year=plan.year, key=added.key)
    return redirect(f"{reverse('workplans:edit', args=[plan.year])}#part-{added.key}")


def _part(request: HttpRequest, plan: WorkPlan, kind: type[Part], key: UUID) -> Any:
    """The part, or None where a form comes back for one that was removed meanwhile."""
    part = editing.find(plan, kind, key)
    if part is None and request.method != "POST":
        raise Http404
    return part


@POSTS
def general(request: HttpRequest, year: int) -> HttpResponse:
    plan = find(request, year)
    return _write(
        request,
        plan,
        WorkPlan,
        plan,
        plan.key,
        build=GeneralForm,
        template="workplans/edit_general.html",
        context={},
        saved_words=_("The title and preamble are saved."),
    )


@POSTS
def area(request: HttpRequest, year: int, key: UUID) -> HttpResponse:
    plan = find(request, year)
    part = _part(request, plan, PriorityArea, key)
    return _write(
        request,
        plan,
        PriorityArea,
        part,
        key,
        build=AreaForm,
        template="workplans/edit_area.html",
        context={"order": list(part.objectives.all()) if part else []},
        saved_words=_("The priority area is saved."),
        again=reverse("workplans:area_add", args=[year]),
    )


@POSTS
def area_add(request: HttpRequest, year: int) -> HttpResponse:
    plan = find(request, year)
    return _add(
        request,
        plan,
        PriorityArea(plan=plan),
        build=AreaForm,
        said={},
        template="workplans/edit_area.html",
        context={},
        saved_words=_("The priority area is added."),
    )


@POSTS
def activity(request: HttpRequest, year: int, key: UUID) -> HttpResponse:
    plan = find(request, year)
    part = _part(request, plan, Activity, key)
    keeps = parts.read(part) if part else {}
    on = request.standing.day  # type: ignore[attr-defined]
    first = plan.areas.first()

    def build(data: Any = None, **options: Any) -> PartForm:
        return ActivityForm(data, plan=plan, on=on, keeps=keeps, **options)

    return _write(
        request,
        plan,
        Activity,
        part,
        key,
        build=build,
        template="workplans/edit_activity.html",
        context={"order": list(part.indicators.all()) if part else []},
        saved_words=_("The activity is saved."),
        again=reverse("workplans:activity_add", args=[year, first.key]) if first else "",
    )


@POSTS
def activity_add(request: HttpRequest, year: int, key: UUID) -> HttpResponse:
    plan = find(request, year)
    within = get_object_or_404(PriorityArea, plan=plan, key=key)
    on = request.standing.day  # type: ignore[attr-defined]

    def build(data: Any = None, **options: Any) -> PartForm:
        return ActivityForm(data, plan=plan, on=on, **options)

    return _add(
        request,
        plan,
        Activity(),
        build=build,
        said={
            "area": within.pk,
            "kind": Activity.Kind.PROJECT,
            "state": Activity.Stage.PLANNED,
        },
        template="workplans/edit_activity.html",
        context={"area": within},
        saved_words=_("The activity is added."),
    )


@POSTS
def text(request: HttpRequest, year: int, key: UUID) -> HttpResponse:
    plan = find(request, year)
    part = _part(request, plan, TextBlock, key)
    kind = part.kind if part else TextBlock.Kind.ANNEX
    return _write(
        request,
        plan,
        TextBlock,
        part,
        key,
        build=TextForm,
        template="workplans/edit_text.html",
        context={"kind_words": TextBlock.Kind(kind).label},
        saved_words=_("The text is saved."),
        again=reverse("workplans:text_add", args=[year, kind]),
    )


@POSTS
def text_add(request: HttpRequest, year: int, kind: str) -> HttpResponse:
    plan = find(request, year)
    if kind not in TextBlock.Kind:
        raise Http404
    return _add(
        request,
        plan,
        TextBlock(plan=plan, kind=kind),
        build=TextForm,
        said={},
        template="workplans/edit_text.html",
        context={"kind_words": TextBlock.Kind(kind).label, "text_kind": kind},
        saved_words=_("The text is added."),
    )


@POSTS
def remove(request: HttpRequest, year: int, part: str, key: UUID) -> HttpResponse:
    """Say what goes with a part, and remove it."""
    plan = find(request, year)
    if part not in KINDS:
        raise Http404
    row = editing.find(plan, KINDS[part], key)
    back = reverse("workplans:edit", args=[year])
    if row is None:
        if request.method != "POST":
            raise Http404
        messages.info(request, _("It was removed already."))
        return redirect(back)
    errors: list[dict[str, str]] = []
    if request.method == "POST":
        title = str(row)
        try:
            if _act(request, editing.remove, plan, KINDS[part], key, seen=request.POST.get("seen")):
                messages.success(request, _("“%(title)s” is removed.") % {"title": title})
                return redirect(_list_of(plan, row))
            errors = [{"text": _("It changed while you were deciding. Look at it again.")}]
        except OutOfOrder as refusal:
            errors = [{"text": str(refusal)}]
        except editing.Gone:
            messages.info(request, _("It was removed already."))
            return redirect(back)
    elif closed := _closed(request, plan):
        return closed
    going = editing.what_goes(row)
    context = {
        "plan": plan,
        "row": row,
        "part": part,
        "objectives": [item for item in going[1:] if isinstance(item, Objective)],
        "activities": [item for item in going[1:] if isinstance(item, Activity)],
        "indicators": [item for item in going[1:] if isinstance(item, Indicator)],
        "seen": editing.state_of(going),
        "back": _list_of(plan, row),
        "errors": errors,
    }
    return render(request, "workplans/remove.html", context, status=409 if errors else 200)


def _list_of(plan: WorkPlan, row: Part) -> str:
    """The page on which a part stands among its neighbours."""
    if isinstance(row, Objective):
        return reverse("workplans:area", args=[plan.year, row.area.key]) + "#order"
    if isinstance(row, Indicator):
        return reverse("workplans:activity", args=[plan.year, row.activity.key]) + "#order"
    return reverse("workplans:edit", args=[plan.year])


@require_POST
def move(request: HttpRequest, year: int, part: str, key: UUID) -> HttpResponse:
    """Exchange a part with the one before or after it."""
    plan = find(request, year)
    direction, place = request.POST.get("direction"), request.POST.get("place", "")
    if part not in KINDS or direction not in ("up", "down"):
        raise Http404
    try:
        moved = _act(
            request,
            editing.move,
            plan,
            KINDS[part],
            key,
            up=direction == "up",
            place=int(place) if place.isdecimal() else None,
        )
    except OutOfOrder as refusal:
        messages.error(request, str(refusal))
        return redirect("workplans:overview", year=year)
    except editing.Gone:
        messages.error(request, _("It was removed meanwhile, so it was not moved."))
        return redirect("workplans:edit", year=year)
    target = _list_of(plan, moved)
    return redirect(target if "#" in target else f"{target}#part-{key}")


@require_POST
def calendar(request: HttpRequest, year: int) -> HttpResponse:
    """Take the year's meetings from the calendar into the plan."""
    plan = find(request, year)
    try:
        _act(request, editing.take_calendar, plan)
    except OutOfOrder as refusal:
        messages.error(request, str(refusal))
        return redirect("workplans:overview", year=year)
    messages.success(request, _("The calendar of meetings is up to date."))
    return redirect(f"{reverse('workplans:edit', args=[year])}#calendar")
