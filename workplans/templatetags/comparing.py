"""Marked text in a page: what was inserted and deleted, told to the eye, the ear and on paper."""

from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from workplans.wording import Mark, Run, Runs

register = template.Library()

BREAK = mark_safe("<br>")


@register.filter
def marks(runs: Runs) -> SafeString:
    """Runs as ins and del. The words for those who hear them do not set a text's direction."""
    return format_html_join("", "{}", ((_marked(run),) for run in runs))


def _marked(run: Run) -> SafeString:
    text = format_html_join(BREAK, "{}", ((line,) for line in run.text.split("\n")))
    if run.mark is Mark.INSERTED:
        return _spoken("ins", _("inserted:"), text, _("end of insertion"))
    if run.mark is Mark.DELETED:
        return _spoken("del", _("deleted:"), text, _("end of deletion"))
    return text


def _spoken(element: str, before: str, text: SafeString, after: str) -> SafeString:
    return format_html(
        '<{0}><bdi class="visually-hidden">{1} </bdi>{2}'
        '<bdi class="visually-hidden"> {3} </bdi></{0}>',
        element,
        before,
        text,
        after,
    )
