"""Prose as HTML: for a page to read, and for the editor to begin with."""

from __future__ import annotations

import nh3
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from workplans.prose import Block, Sort, Spans, Style, blocks

# All of it is made from escaped words. Cleaned once more, no fault of ours reaches a browser.
_CLEANER = nh3.Cleaner(
    tags={
        *("p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "em", "a"),
        *("div", "table", "thead", "tbody", "tr", "th", "td"),
    },
    attributes={
        "*": {"dir"},
        "a": {"href"},
        "ol": {"start"},
        "th": {"scope"},
        "div": {"class", "tabindex", "role", "aria-label"},
    },
    url_schemes={"http", "https", "mailto"},
    link_rel="noreferrer",
)


def html(text: str, level: int = 3) -> SafeString:
    """A text as a page sets it. level: of its headings, below those of the page around it.

    Every paragraph runs in the direction of its own script.
    """
    return mark_safe(_CLEANER.clean("\n".join(_block(block, level) for block in blocks(text))))


def _block(block: Block, level: int) -> SafeString:
    if block.sort is Sort.HEADING:
        return format_html('<h{0} dir="auto">{1}</h{0}>', level, styled(block.spans))
    if block.sort is Sort.ROW:
        return _table(block)
    if block.sort is Sort.PARAGRAPH:
        return format_html('<p dir="auto">{}</p>', styled(block.spans))
    items = format_html_join(
        "", '<li><p dir="auto">{}</p></li>', ((styled(item),) for item in block.items)
    )
    # The direction of the list itself: a bullet stands on the side its padding is on.
    if block.sort is Sort.NUMBER:
        return format_html('<ol start="{}" dir="auto">{}</ol>', block.start, items)
    return format_html('<ul dir="auto">{}</ul>', items)


def _table(block: Block) -> SafeString:
    head, body = (block.rows[:1], block.rows[1:]) if block.headed else ((), block.rows)
    top = "".join(_row(row, '<th scope="col" dir="auto">', "</th>") for row in head)
    rest = "".join(_row(row, '<td dir="auto">', "</td>") for row in body)
    found = f"<thead>{top}</thead>" if top else ""
    found += f"<tbody>{rest}</tbody>" if rest else ""
    return format_html(
        '<div class="prose-table" tabindex="0" role="group" aria-label="{}">'
        "<table>{}</table></div>",
        _("Table"),
        mark_safe(found),
    )


def _row(row: tuple[Spans, ...], begin: str, end: str) -> str:
    return "<tr>" + "".join(f"{begin}{styled(cell)}{end}" for cell in row) + "</tr>"


def styled(found: Spans) -> SafeString:
    """Words in their styles."""
    return mark_safe("".join(in_style(escape(text), style) for text, style in found))


def in_style(words: SafeString, style: Style) -> SafeString:
    """Escaped words inside the elements of their style."""
    if style.emphasis:
        words = format_html("<em>{}</em>", words)
    if style.strong:
        words = format_html("<strong>{}</strong>", words)
    if style.link:
        words = format_html('<a href="{}">{}</a>', style.link, words)
    return words
