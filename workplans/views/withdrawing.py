"""Withdrawing an issued document: the consequences, who will be told, the reason."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from secretariat.telling import Preview
from workplans import notices
from workplans.forms.review import ReasonForm
from workplans.models import Document
from workplans.operations import withdrawing
from workplans.views.acting import admit, attempt, reason_in, status_of


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_document(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an issued document out of use, with the reason everybody will read."""
    known = Document.objects.public().select_related("withdrawal", "decision__meeting__body")
    found = get_object_or_404(known.select_related("decision__plan"), pk=pk)
    admit("withdraw_document", request.standing)  # type: ignore[attr-defined]
    missing = _("Say why the document is withdrawn; everybody can read it.")
    if request.method != "POST":
        if not withdrawing.is_possible(found):
            return redirect(found)
        form = ReasonForm(missing=missing, initial={"digest": found.sha256})
    else:
        form = ReasonForm(request.POST, missing=missing)
        if form.is_valid() and attempt(form, lambda: _withdraw(request, found, form)):
            words = _("%(symbol)s is withdrawn.") % {"symbol": found.symbol}
            messages.success(request, words)
            return redirect(found)
    form.fields["reason"].help_text = _("Everybody can read it, and it stays on the record.")
    told = notices.document_withdrawn(
        found,
        reason_in(form),
        request.standing.day,  # type: ignore[attr-defined]
    )
    context = {"form": form, "document": found, "told": Preview.of(told)}
    return render(request, "workplans/withdraw_document.html", context, status=status_of(form))


def _withdraw(request: HttpRequest, found: Document, form: ReasonForm) -> object:
    return withdrawing.withdraw_document(
        found,
        reason=form.cleaned_data["reason"],
        by=request.person,  # type: ignore[attr-defined]
        on=timezone.now(),
    )
