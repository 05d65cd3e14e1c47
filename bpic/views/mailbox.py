"""Where the mail of the example year can be read."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from bpic import mailbox


@login_not_required
@require_safe
def example_mail(request: HttpRequest) -> HttpResponse:
    """What the portal wrote to invented people; those invited read it before they can sign in."""
    if not mailbox.is_open():
        raise Http404
    found, reader = mailbox.letters(), request.GET.get("to", "")
    chosen = [letter for letter in found if letter.to == reader] if reader else found
    context = {
        "readers": mailbox.by_reader(found),
        "reader": reader,
        "page": Paginator(chosen, 25).get_page(request.GET.get("page")),
        "query": urlencode({"to": reader}) + "&" if reader else "",
    }
    response = render(request, "bpic/example_mail.html", context)
    patch_cache_control(response, private=True, no_store=True)
    return response
