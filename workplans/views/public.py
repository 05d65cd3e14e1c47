"""What anybody may read: adopted plans and issued documents."""

from __future__ import annotations

import hashlib
import logging
from datetime import UTC
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.db.models.functions import Coalesce
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from secretariat.dates import PartialDate
from secretariat.models import Person
from workplans import codes, queries
from workplans import documents as issuing
from workplans.forms.public import DocumentFilter
from workplans.models import Decision, Document, Revision, SignedCopy, WorkPlan
from workplans.operations import withdrawing
from workplans.release import release
from workplans.typesetting.record import moment
from workplans.typesetting.words import language
from workplans.views.waiting import Waiting, answer
from workplans.views.written import Written, printed_with

log = logging.getLogger(__name__)

PER_PAGE = 20
Status = Document.Status


# Plans


@login_not_required
@require_safe
def plans(request: HttpRequest) -> HttpResponse:
    found = (
        WorkPlan.objects.public()
        .select_related("presidency__state", "revision", "in_force")
        .defer("revision__text", "in_force__text")
    )
    return render(request, "workplans/plans.html", {"plans": found})


@login_not_required
@require_safe
def plan(request: HttpRequest, year: int) -> HttpResponse:
    """The text of a plan in force, or adopted and not approved yet.

    Whoever may read an unadopted one is led to its overview. Of an amendment nothing shows before
    the Advisory Group has adopted it, and its text is read here once the ministers approved it.
    """
    decided = Prefetch(
        "decisions",
        Decision.objects.select_related("meeting__body", "consideration", "revision").defer(
            "revision__text"
        ),
    )
    found = (
        WorkPlan.objects.visible_to(request.user)
        .select_related("revision", "in_force", "presidency__state")
        .defer("revision__text", "in_force__text")
        .prefetch_related(decided)
        .filter(year=year)
        .first()
    )
    if found is None:
        return _returned(request, year)
    if not found.is_public:
        return redirect("workplans:overview", year=year)
    issued = list(
        Document.objects.public().filter(plan=found).select_related("superseded_by", "withdrawal")
    )
    written = printed_with(found.public_text)
    tag = None if request.user.is_authenticated else _plan_tag(found, issued, written)
    response = get_conditional_response(request, etag=tag) if tag else None
    if response is None:
        text, decisions = found.public_text, list(found.decisions.all())
        context = {
            "plan": found,
            "text": text,
            "trail": [_to_plans()],
            "written": written,
            "zone": UTC,
            "course": [d for d in decisions if d.revision_id == text.pk],
            "replaces": _approval_of(text.amends_id, decisions),
            "amending": _adoption_of_amendment(found, decisions),
            "life": queries.life_in_force(found, decisions),
            "current": [d for d in issued if d.is_current and _is_of(d, text)],
            "superseded": [d for d in issued if d.status == Status.READY and not d.is_current],
            "not_in_force": [d for d in issued if d.is_current and not _is_of(d, text)],
            "unfinished": [d for d in issued if d.status != Status.READY],
        }
        response = render(request, "workplans/plan.html", context)
    if tag:
        response.headers["ETag"] = tag
        patch_cache_control(response, no_cache=True)
    return response


def _is_of(document: Document, text: Revision) -> bool:
    """Whether a document prints the text that is read, or tells of the plan as it was then."""
    return document.revision_id == text.pk or document.kind != Document.Kind.WORK_PLAN


def _approval_of(text: int | None, decisions: list[Decision]) -> Decision | None:
    """When the text was approved that an amended one replaces."""
    approved = (d for d in decisions if d.revision_id == text and d.act == Decision.Act.APPROVED)
    return next(approved, None) if text else None


def _adoption_of_amendment(plan: WorkPlan, decisions: list[Decision]) -> Decision | None:
    """By what an amendment was adopted that the ministers have not decided on yet."""
    if not plan.is_being_amended or plan.status not in WorkPlan.PUBLIC:
        return None
    adopted = (d for d in decisions if d.act == Decision.Act.ADOPTED)
    return next((d for d in adopted if d.revision_id == plan.revision_id), None)


def _returned(request: HttpRequest, year: int) -> HttpResponse:
    """A plan that was public and went back: what was issued stays, and the page says why."""
    issued = list(
        Document.objects.public()
        .filter(plan__year=year)
        .select_related("superseded_by", "withdrawal")
    )
    if not issued:
        raise Http404
    # A text the Advisory Group returned before it was ever public is not spoken of.
    returns = Decision.objects.filter(
        revision__in=[document.revision_id for document in issued], act=Decision.Act.RETURNED
    )
    context = {
        "year": year,
        "trail": [_to_plans()],
        "returned": returns.select_related("meeting__body").order_by("-id").first(),
        "issued": [document for document in issued if document.status == Status.READY],
    }
    return render(request, "workplans/plan_returned.html", context)


def _to_plans() -> dict[str, str]:
    return {"label": _("Work plans"), "url": reverse("workplans:plans")}


def _plan_tag(found: WorkPlan, issued: list[Document], written: list[Written]) -> str:
    """What the page of a plan depends on, for a visitor."""
    text, adopted = found.public_text, found.status if found.status in WorkPlan.PUBLIC else ""
    parts = [release(), get_language(), found.public_status, adopted, text.digest]
    parts += [f"{d.pk} {d.status} {d.superseded_by_id} {d.is_current} {d.sha256}" for d in issued]
    parts += [f"{one.at} {one.withdrawn and one.withdrawn.at}" for one in written]
    parts.append(str(Person.any_example()))
    return f'"{hashlib.sha256(chr(10).join(map(str, parts)).encode()).hexdigest()[:32]}"'


@login_not_required
@require_safe
def plan_data(request: HttpRequest, year: int) -> HttpResponse:
    """The canonical bytes of a plan's text, as they were digested."""
    found = get_object_or_404(
        WorkPlan.objects.visible_to(request.user).select_related("revision", "in_force"),
        year=year,
        revision__isnull=False,
    )
    text = found.in_force or found.revision
    tag = f'"{text.digest}"'
    response = get_conditional_response(request, etag=tag)
    if response is None:
        response = HttpResponse(text.text, content_type="application/json; charset=utf-8")
    response.headers["ETag"] = tag
    patch_cache_control(response, no_cache=True)
    return response


# Documents

# A hand-over note is of the presidency that handed over.
YEAR = Coalesce("plan__year", "hand_over__outgoing__year")


@login_not_required
@require_safe
def documents(request: HttpRequest) -> HttpResponse:
    visible = Document.objects.open_to(request.standing)  # type: ignore[attr-defined]
    issued = visible.issued().annotate(year=YEAR)
    there = set(issued.order_by().values_list("year", "kind").distinct())
    form = DocumentFilter(
        request.GET,
        years=sorted({year for year, _kind in there}, reverse=True),
        notes=any(kind == Document.Kind.HAND_OVER_NOTE for _year, kind in there),
    )
    wanted = form.cleaned_data if form.is_valid() else {}
    if wanted.get("kind"):
        issued = issued.filter(kind=wanted["kind"])
    if wanted.get("year"):
        issued = issued.filter(year=wanted["year"])
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "form": form,
        "filtered": bool(wanted.get("kind") or wanted.get("year")),
        "page": Paginator(
            issued.select_related("superseded_by", "withdrawal", "decision__retraction"), PER_PAGE
        ).get_page(request.GET.get("page")),
        "query": f"{query.urlencode()}&" if query else "",
        "unfinished": visible.exclude(status=Status.READY) if request.user.is_authenticated else [],
    }
    return render(request, "workplans/documents.html", context)


@login_not_required
@require_safe
def document(request: HttpRequest, pk: int) -> HttpResponse:
    found = _document(request, pk)
    trail = [{"label": _("Documents"), "url": reverse("workplans:documents")}]
    if found.plan and found.plan.is_public:
        trail.append({"label": found.title, "url": found.plan.get_absolute_url()})
    returned = _return_of(found)
    context: dict[str, Any] = {
        "document": found,
        "trail": trail,
        "returned": returned,
        "amends": None if returned else _amends(found),
    }
    if found.status == Status.READY:
        context |= {"facts": _facts(found), "code": codes.grouped(found.code)}
        drafting = request.standing.drafting is not None  # type: ignore[attr-defined]
        context["may_withdraw"] = drafting and withdrawing.is_possible(found)
    elif found.status == Status.FAILED:
        context["may_try_again"] = request.standing.drafting is not None  # type: ignore[attr-defined]
    else:
        context["waiting"] = Waiting.of(found, _part_of(found))
    return render(request, "workplans/document.html", context)


def _return_of(found: Document) -> Decision | None:
    """The decision by which this text went back; it is then no longer in force."""
    if found.superseded_by_id or found.revision_id is None:
        return None
    returns = Decision.objects.filter(revision=found.revision_id, act=Decision.Act.RETURNED)
    return returns.select_related("meeting__body").first()


def _amends(found: Document) -> Revision | None:
    """The text that stays in force although the document prints a newer one that was adopted."""
    plan = found.plan
    if plan is None or not plan.is_being_amended or plan.status not in WorkPlan.PUBLIC:
        return None
    return plan.in_force if plan.revision_id == found.revision_id else None


def _document(request: HttpRequest, pk: int) -> Document:
    """A document the reader may know of."""
    return get_object_or_404(
        Document.objects.open_to(request.standing).select_related(  # type: ignore[attr-defined]
            "plan",
            "revision",
            "decision__meeting__body",
            "decision__retraction",
            "hand_over__outgoing__state",
            "hand_over__incoming__state",
            "superseded_by",
            "withdrawal",
            "signed",
        ),
        pk=pk,
    )


def _facts(found: Document) -> list[dict[str, Any]]:
    follows = _of_a_hand_over(found) if found.hand_over else _of_a_decision(found)
    return [
        {
            "label": _("Symbol"),
            "value": format_html('<span class="symbol">{}</span>', found.symbol),
        },
        {"label": _("Edition"), "value": found.get_edition_display()},
        *follows,
        {"label": _("Language"), "value": language(found.language)},
        {
            "label": _("Pages"),
            "value": found.pages,
        },
        {"label": _("Size"), "value": filesizeformat(found.size)},
        {"label": _("Issued"), "value": PartialDate.of(found.day_issued)},
        {
            "label": _("SHA-256 of the PDF"),
            "value": format_html('<span class="digest">{}</span>', found.sha256),
        },
        {
            "label": _("Digest of the facts")
            if found.prints_own_facts
            else _("Digest of the text"),
            "value": format_html('<span class="digest">{}</span>', found.digest),
        },
    ]


def _of_a_hand_over(found: Document) -> list[dict[str, Any]]:
    hand_over = found.hand_over
    words = _("%(outgoing)s to %(incoming)s") % {
        "outgoing": hand_over.outgoing,
        "incoming": hand_over.incoming,
    }
    page = reverse("hand_over_of", args=[hand_over.outgoing.year])
    return [
        {"label": _("Hand-over"), "value": format_html('<a href="{}">{}</a>', page, words)},
        {"label": _("Handed over"), "value": moment(hand_over.at.isoformat())},
        {
            "label": _("Distribution"),
            "value": _("Restricted to chair and secretariat of both presidencies"),
        },
    ]


def _of_a_decision(found: Document) -> list[dict[str, Any]]:
    decision = found.decision
    taken = {"label": decision.get_act_display(), "value": _taken_where(decision)}
    if found.kind == Document.Kind.CHAIR_STATEMENT and not found.plan.is_public:
        # The text it was made of is nobody else's to see.
        return [taken]
    title = format_html('<a href="{}">{}</a>', found.plan.get_absolute_url(), found.title)
    return [{"label": _("Plan"), "value": title if found.plan.is_public else found.title}, taken]


def _taken_where(decision: Decision) -> str:
    """Where and when; a session by correspondence has no page of its own."""
    day = PartialDate.of(decision.on)
    if decision.meeting.by_correspondence:
        return format_html("{}, {}", decision.meeting.name, day)
    page = decision.meeting.get_absolute_url()
    return format_html('<a href="{}">{}</a>, {}', page, decision.meeting.name, day)


@login_not_required
@require_safe
def document_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that changes while a document is typeset, asked for by its script."""
    found = _document(request, pk)
    return answer(request, found, _part_of(found))


def _part_of(found: Document) -> str:
    return reverse("workplans:document_progress", args=[found.pk])


@login_not_required
@require_safe
def document_file(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The issued bytes."""
    found = _document(request, pk)
    if found.status != Status.READY:
        return _no_file(request, found)
    return _sent(request, found, found)


@login_not_required
@require_safe
def document_signed(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The signed copy: the issued bytes with a signature after them."""
    found = _document(request, pk)
    signed = getattr(found, "signed", None)
    if signed is None:
        raise Http404
    return _sent(request, found, signed)


def _sent(
    request: HttpRequest, found: Document, kept: Document | SignedCopy
) -> HttpResponse | FileResponse:
    tag = f'"{kept.sha256}"'
    response: Any = get_conditional_response(request, etag=tag)
    if response is None:
        try:
            file = (Path(settings.DOCUMENT_ROOT) / kept.file).open("rb")
        except OSError as error:
            log.error("The file of document %s cannot be read: %s", found.pk, error)
            return _no_file(request, found)
        response = FileResponse(
            file, as_attachment=True, filename=kept.file_name, content_type="application/pdf"
        )
        if request.method == "HEAD":
            # Not every server drops the body of an answer to HEAD.
            response.streaming_content = []
            file.close()
    response.headers["ETag"] = tag
    patch_cache_control(response, no_cache=True)
    return response


def _no_file(request: HttpRequest, found: Document) -> HttpResponse:
    return render(request, "workplans/document_no_file.html", {"document": found}, status=404)


@require_POST
def document_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a document that could not be typeset back in the queue."""
    found = _document(request, pk)
    standing = request.standing  # type: ignore[attr-defined]
    if standing.drafting is None:
        raise PermissionDenied(
            standing.only_writers(
                _("Only the chair and the secretariat of the presidency can do this.")
            )
        )
    if found.status == Status.FAILED:
        issuing.try_again(found)
        messages.success(request, _("%(symbol)s is in the queue again.") % {"symbol": found.symbol})
    return redirect(found)
