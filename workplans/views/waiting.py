"""How far the worker is with something that somebody waits for on a page."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_htmx.http import HttpResponseClientRefresh

from workplans import worker
from workplans.models import Document, Printout, Receipt
from workplans.models.work_order import WorkOrder

Status = WorkOrder.Status


@dataclass(frozen=True)
class Waiting:
    """How far the typesetting of an order is, in real steps.

    page: where it is waited for; part: the address of what changes there.
    """

    words: str
    done: int
    pause: int
    page: str
    part: str

    STEPS = ("queued", "collecting", "laying_out", "writing", "checking")

    @classmethod
    def of(cls, row: Document | Printout | Receipt, part: str) -> Waiting:
        age = (timezone.now() - row.requested).total_seconds()
        pause = 1 if age < 10 else 2 if age < 60 else 5
        words, done = _stands(row)
        return cls(words, done, pause, row.get_absolute_url(), part)

    @property
    def total(self) -> int:
        return len(self.STEPS)

    @property
    def mark(self) -> str:
        """Names what is shown, so that an unchanged state need not be sent again."""
        return f"{hashlib.sha256(self.words.encode()).hexdigest()[:12]}.{self.pause}"

    def says_more_than(self, mark: str) -> bool:
        return mark.partition(".")[0] != self.mark.partition(".")[0]


def _stands(row: Document | Printout | Receipt) -> tuple[str, int]:
    """The step in words, and how many are done."""
    if row.status == Status.QUEUED:
        return _in_line(worker.ahead(row)), 0
    words = {
        "collecting": _("Collecting the text."),
        "laying_out": _("Laying out the pages."),
        "writing": _("Writing the PDF."),
        "checking": _("Checking the fonts and the structure of the PDF."),
    }
    if row.step not in words:
        return _("The last attempt did not succeed. It is tried again."), 0
    return words[row.step], Waiting.STEPS.index(row.step)


def _in_line(ahead: int) -> str:
    if not ahead:
        return _("Waiting for the worker. No other document is ahead.")
    return ngettext(
        "Waiting for the worker. %(count)d document is ahead.",
        "Waiting for the worker. %(count)d documents are ahead.",
        ahead,
    ) % {"count": ahead}


def answer(request: HttpRequest, row: Document | Printout | Receipt, part: str) -> HttpResponse:
    """What changed since the page that asks was sent; the page itself once the work is over."""
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(row.get_absolute_url())
    if row.status not in (Status.QUEUED, Status.TYPESETTING):
        return HttpResponseClientRefresh()
    waiting = Waiting.of(row, part)
    seen = request.GET.get("seen", "")
    if seen == waiting.mark:
        return HttpResponse(status=204)
    context = {"waiting": waiting, "news": waiting.says_more_than(seen)}
    return render(request, "workplans/waiting_part.html", context)
