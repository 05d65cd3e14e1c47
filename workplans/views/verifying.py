"""Verification: what became of a document, and whether a file is the one that was issued."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from secretariat.dates import PartialDate
from workplans import codes, signing, verification
from workplans.forms.verifying import DigestForm, LookUpForm
from workplans.models import Document
from workplans.models.document import DocumentQuerySet
from workplans.typesetting.words import language


@login_not_required
@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """Where a code, a symbol or a digest is typed, and where a page asks for a digest."""
    known = verification.within_reach(request.standing)  # type: ignore[attr-defined]
    if "sha256" in request.GET:
        return _asked_for_digest(request, known)
    form = LookUpForm(request.GET or None)
    if not form.is_valid() or not form.cleaned_data["q"]:
        return _landing(request, form)
    typed = form.cleaned_data["q"]
    if digest := verification.digest_in(typed):
        return _of_digest(request, digest, known)
    if codes.is_sound(code := codes.read(typed)):
        return redirect("workplans:verify_code", codes.grouped(code))
    found = verification.by_symbol(typed, known)
    if len(found) == 1:
        return redirect(_page_of(found[0]))
    if found:
        return _landing(request, form, documents=[_row(one) for one in found])
    return _not_issued(request, typed)


def _landing(request: HttpRequest, form: LookUpForm, **more: Any) -> HttpResponse:
    context = {"form": form, "digest_form": DigestForm(), **more}
    return render(request, "workplans/verify.html", context)


def _row(document: Document) -> dict[str, Any]:
    return {
        "document": document,
        "page": _page_of(document),
        "verdict": verification.Verdict(document),
    }


def _page_of(document: Document) -> str:
    return reverse("workplans:verify_code", args=[codes.grouped(document.code)])


def _asked_for_digest(request: HttpRequest, known: DocumentQuerySet) -> HttpResponse:
    form = DigestForm(request.GET)
    if request.accepts("text/html"):
        if form.is_valid():
            return _of_digest(request, form.cleaned_data["sha256"], known)
        context = {"form": LookUpForm(), "digest_form": form, "errors": True}
        answer = render(request, "workplans/verify.html", context, status=422)
    else:
        sought = form.cleaned_data["sha256"] if form.is_valid() else ""
        found = verification.by_digest(sought, known) if sought else []
        answer = JsonResponse({"documents": [one.facts(_page_of(one.document)) for one in found]})
    patch_vary_headers(answer, ["Accept"])
    return answer


def _of_digest(request: HttpRequest, digest: str, known: DocumentQuerySet) -> HttpResponse:
    found = verification.by_digest(digest, known)
    context = {
        "digest": digest,
        "matches": [
            {**_row(one.document), "sentence": one.sentence, "of": one.of} for one in found
        ],
        "form": LookUpForm(),
        "digest_form": DigestForm(),
    }
    answer = render(request, "workplans/verify_digest.html", context, status=_status(found))
    patch_vary_headers(answer, ["Accept"])
    return answer


def _status(found: Any) -> int:
    return 200 if found else 404


def _not_issued(request: HttpRequest, typed: str) -> HttpResponse:
    """The one answer to whatever was not issued, or not to the one who asks."""
    code = codes.read(typed)
    context = {
        "typed": Truncator(typed).chars(80),
        "word": verification.WORDS["not_issued"],
        "mistyped": len(code) == codes.LENGTH and "/" not in typed and not codes.is_sound(code),
        "form": LookUpForm(),
        "digest_form": DigestForm(),
    }
    return render(request, "workplans/verify_not_issued.html", context, status=404)


@login_not_required
@require_safe
def verify_code(request: HttpRequest, typed: str) -> HttpResponse:
    """What became of the document with a code; the address that its QR code holds."""
    known = verification.within_reach(request.standing)  # type: ignore[attr-defined]
    found = verification.by_code(typed, known)
    if found is None:
        return _not_issued(request, typed)
    form = DigestForm(request.GET) if "sha256" in request.GET else DigestForm()
    context = {
        "document": found,
        "code": codes.grouped(found.code),
        "verdict": verification.Verdict(found),
        "facts": _facts(found),
        "digest_form": form,
        "portal_url": settings.PORTAL_URL,
        "signs": signing.is_configured(),
        **_compared(found, form, known),
    }
    status = 422 if form.errors else 200
    return render(request, "workplans/verify_code.html", context, status=status)


def _compared(document: Document, form: DigestForm, known: DocumentQuerySet) -> dict[str, Any]:
    """What a digest that was pasted says of the file it was computed from."""
    if not form.is_bound or not form.is_valid():
        return {}
    digest = form.cleaned_data["sha256"]
    matches = verification.by_digest(digest, known)
    own = [one for one in matches if one.document.pk == document.pk]
    return {
        "compared": digest,
        "own": own[0].of if own else "",
        "others": [_row(one.document) | {"sentence": one.sentence} for one in matches]
        if not own
        else [],
    }


def _facts(found: Document) -> list[dict[str, Any]]:
    return [
        {"label": _("Kind"), "value": found.get_kind_display()},
        {"label": _("Edition"), "value": found.get_edition_display()},
        {"label": _("Language"), "value": language(found.language)},
        {"label": _("Date of issue"), "value": PartialDate.of(found.day_issued)},
        {"label": _("Code"), "value": codes.grouped(found.code)},
        {"label": _("Pages"), "value": found.pages},
    ]
