"""Marked text in a page: what was inserted and deleted, told to the eye, the ear and on paper."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from workplans import appearance
from workplans.appearance import Look, Side
from workplans.prose import Sort, Style
from workplans.prose.page import in_style
from workplans.wording import Mark, Passage

register = template.Library()

BREAK = mark_safe("<br>")


@register.filter
def marks(passage: Passage, side: str = "both") -> SafeString:
    """The words of a passage with ins and del: of both texts, or of the "old" or the "new" one."""
    return _all(appearance.looks(passage, Side(side)))


@register.filter
def cells(passage: Passage, side: str = "both") -> list[SafeString]:
    """The same of a row of a table, cell by cell."""
    return [_all(cell) for cell in appearance.cells(passage, Side(side))]


@register.filter
def number(passage: Passage) -> str:
    """The number of a numbered point, as it is now."""
    return "".join(run.text for run in passage.lead if not run.deleted or passage.deleted).strip()


@register.filter
def turned(passage: Passage) -> str:
    """What kind of passage it was before it became what it is, as a hint behind it, or nothing."""
    if passage.was is None:
        return ""
    words = {
        Sort.PARAGRAPH: _("(was a paragraph)"),
        Sort.HEADING: _("(was a heading)"),
        Sort.POINT: _("(was a point of a list)"),
        Sort.NUMBER: _("(was a numbered point)"),
        Sort.ROW: _("(was a row of a table)"),
    }
    return format_html(' <span class="hint">{}</span>', words.get(passage.was, ""))


def _all(looks: Iterable[Look]) -> SafeString:
    return format_html_join("", "{}", ((_marked(look),) for look in looks))


def _marked(look: Look) -> SafeString:
    if look.cell:
        return mark_safe(" · ")
    text = format_html_join(BREAK, "{}", ((line,) for line in look.text.split("\n")))
    words = in_style(text, look.style)
    if look.mark is Mark.INSERTED:
        return _spoken("ins", _("inserted:"), words, _("end of insertion"))
    if look.mark is Mark.DELETED:
        return _spoken("del", _("deleted:"), words, _("end of deletion"))
    if look.was is None:
        return words
    return format_html(
        '<span class="restyled"><bdi class="visually-hidden">{0}: </bdi>{1}'
        '<bdi class="visually-hidden"> {2} </bdi></span>{3}',
        ", ".join(_changes(look.style, look.was)),
        words,
        _("end of the new formatting"),
        _leads(look.style, look.was),
    )


def _changes(style: Style, was: Style) -> Iterable[str]:
    if style.strong != was.strong:
        yield _("strong now") if style.strong else _("not strong any more")
    if style.emphasis != was.emphasis:
        yield _("emphasised now") if style.emphasis else _("not emphasised any more")
    if style.link != was.link:
        yield _("leads elsewhere now") if style.link else _("not a link any more")


def _leads(style: Style, was: Style) -> str:
    """Where a link leads and led; nobody could see that otherwise."""
    if style.link == was.link:
        return ""
    before = format_html("<del>{}</del> ", was.link) if was.link else ""
    now = format_html("<ins>{}</ins>", style.link) if style.link else ""
    return format_html(' <span class="restyled__link">({}{})</span>', before, now)


def _spoken(element: str, before: str, text: SafeString, after: str) -> SafeString:
    """The words for those who hear it do not set a text's direction."""
    return format_html(
        '<{0}><bdi class="visually-hidden">{1} </bdi>{2}'
        '<bdi class="visually-hidden"> {3} </bdi></{0}>',
        element,
        before,
        text,
        after,
    )
