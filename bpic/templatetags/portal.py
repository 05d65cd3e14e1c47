"""Tags and filters of the portal's templates: icons, statuses, plain text, dates and times."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from bpic.templatetags.icons import DRAWINGS, MIRRORS
from meetings.models import Meeting
from secretariat import instants
from secretariat.dates import PartialDate, span
from secretariat.deadlines import Outlook
from workplans.models import (
    Activity,
    Consideration,
    Decision,
    Document,
    Position,
    Statement,
    WorkPlan,
)
from workplans.typesetting import words as printed

register = template.Library()

# What a status looks like: its tone (static/css/components.css) and its shape.
LOOKS = {
    "draft": ("neutral", "draft"),
    "under_consideration": ("progress", "under_way"),
    "adopted": ("approved", "approved"),
    "submitted": ("progress", "forward"),
    "approved": ("approved", "seal"),
    "reported": ("approved", "reported"),
    "returned": ("objection", "returned"),
    "withdrawn": ("neutral", "cancelled"),
    "lapsed": ("neutral", "none"),
    "superseded": ("neutral", "continuing"),
    "stated": ("neutral", "none"),
    "no_consensus": ("neutral", "none"),
    "in_force": ("approved", "approved"),
    "approves": ("approved", "approved"),
    "approves_with_reservation": ("reservation", "reservation"),
    "objects": ("objection", "objection"),
    "returns": ("objection", "returned"),
    "asks_for_time": ("progress", "clock"),
    "proposes_amendment": ("objection", "objection"),
    "under_silence": ("progress", "clock"),
    "broken": ("objection", "objection"),
    "late": ("neutral", "none"),
    "reservation": ("reservation", "reservation"),
    "interpretative_statement": ("plain", "draft"),
    "explanation_of_position": ("plain", "draft"),
    "withheld": ("neutral", "none"),
    "none": ("neutral", "none"),
    "waits": ("waits", "waits"),
    "planned": ("neutral", "calendar"),
    "convened": ("progress", "forward"),
    "held": ("plain", "approved"),
    "not_held": ("neutral", "none"),
    "unknown": ("neutral", "unknown"),
    "queued": ("neutral", "clock"),
    "typesetting": ("progress", "under_way"),
    "ready": ("approved", "approved"),
    "issued": ("approved", "seal"),
    "taken_back": ("objection", "returned"),
    "not_issued": ("error", "error"),
    "failed": ("error", "error"),
    "under_way": ("progress", "under_way"),
    "completed": ("approved", "approved"),
    "postponed": ("neutral", "postponed"),
    "cancelled": ("neutral", "cancelled"),
    "continuing": ("progress", "continuing"),
    "unverified": ("neutral", "unknown"),
    "met": ("approved", "approved"),
    "met_late": ("reservation", "approved"),
    "open": ("progress", "clock"),
    "missed": ("error", "error"),
    "pending": ("waits", "waits"),
    "not_applicable": ("plain", "none"),
    "sent": ("plain", "approved"),
    "waiting": ("progress", "clock"),
    "gathered": ("neutral", "calendar"),
    "held_back": ("neutral", "none"),
    "not_mailed": ("neutral", "none"),
}

# Words for what no record stores: the absence of an answer, whose turn it is, what holds today.
OWN_WORDS = {
    "none": pgettext_lazy("position", "Not answered"),
    "withheld": pgettext_lazy("position", "Shown once closed"),
    "waits": pgettext_lazy("position", "Waits for you"),
    "under_silence": pgettext_lazy("procedure", "Under silence"),
    "late": pgettext_lazy("position", "Received after the end"),
    "in_force": pgettext_lazy("plan", "In force"),
    "unverified": pgettext_lazy("fact", "Unverified"),
}


@cache
def _words() -> Mapping[str, Any]:
    vocabularies = (
        Decision.Act,
        Consideration.Outcome,
        Document.Status,
        Document.Kind,
        Document.Edition,
        Meeting.Status,
        Activity.Kind,
        Activity.Mode,
        Activity.Stage,
        Position.Kind,
        Statement.Kind,
        WorkPlan.Status,
    )
    words: dict[str, Any] = {}
    for vocabulary in vocabularies:
        words.update(vocabulary.choices)
    return words | OWN_WORDS


@register.filter
def words(code: str | None) -> str:
    """The words of a status, position, kind or mode: "under_way" → "Under way"."""
    if not code:
        return ""
    return str(_words().get(code) or code.replace("_", " ").capitalize())


@register.simple_tag
def icon(name: str) -> SafeString:
    """An own drawing, hidden from assistive technology: it always stands beside words."""
    extra = " icon--mirrors" if name in MIRRORS else ""
    return format_html(
        '<svg class="icon{}" viewBox="0 0 20 20" width="20" height="20"'
        ' aria-hidden="true" focusable="false">{}</svg>',
        extra,
        mark_safe(DRAWINGS[name]),
    )


@register.simple_tag
def status_tag(code: str | None, words_instead: str = "") -> SafeString:
    """A status as words, tint and shape. `words_instead` replaces the words, never the look."""
    code = str(code or "none")
    tone, shape = LOOKS.get(code, ("neutral", "none"))
    return format_html(
        '<span class="tag tag--{}">{}{}</span>', tone, icon(shape), words_instead or words(code)
    )


@register.simple_tag
def position_bar(positions: Iterable[Any]) -> SafeString:
    """One segment for each state, grouped by position; the table beside it says the same."""
    order = ("approved", "reservation", "objection", "progress", "neutral")
    given = (str(_value(row, "position") or "none") for row in positions)
    tones = sorted(
        (LOOKS.get(code, LOOKS["none"])[0] for code in given),
        key=lambda tone: order.index(tone) if tone in order else len(order),
    )
    if not tones:
        return mark_safe("")
    segments = format_html_join(
        "",
        '<rect class="board__segment board__segment--{}" x="{}" y="0" width="96" height="12"/>',
        ((tone, place * 100) for place, tone in enumerate(tones)),
    )
    return format_html(
        '<svg class="board__bar" viewBox="0 0 {} 12" width="100%" height="12"'
        ' preserveAspectRatio="none" aria-hidden="true" focusable="false">{}</svg>',
        len(tones) * 100 - 4,
        segments,
    )


def _value(row: Any, name: str) -> Any:
    return row.get(name) if isinstance(row, Mapping) else getattr(row, name, None)


@register.filter
def plain_text(text: str | None) -> SafeString:
    """Plain text as paragraphs (parted by a blank line) and lists (lines that begin "- ")."""
    blocks = re.split(r"\n\s*\n", (text or "").replace("\r\n", "\n").strip())
    return format_html_join("\n", "{}", ((_block(block),) for block in blocks if block.strip()))


def _block(block: str) -> SafeString:
    """A block may open with a sentence and go on as a list; each run becomes its own element."""
    parts: list[tuple[SafeString]] = []
    run: list[str] = []
    listed = False

    def close() -> None:
        if run and listed:
            items = format_html_join("", "<li>{}</li>", ((line,) for line in run))
            # The direction of the list itself: a bullet stands on the side its padding is on.
            parts.append((format_html('<ul dir="auto">{}</ul>', items),))
        elif run:
            lines = format_html_join(mark_safe("<br>"), "{}", ((line,) for line in run))
            parts.append((format_html('<p dir="auto">{}</p>', lines),))
        run.clear()

    for line in (line.strip() for line in block.split("\n")):
        if not line:
            continue
        item = line.startswith("- ")
        if item != listed:
            close()
            listed = item
        run.append(line.removeprefix("- "))
    close()
    return format_html_join("", "{}", parts)


def _partial(value: Any) -> PartialDate | None:
    if not value:
        return None
    if isinstance(value, PartialDate):
        return value
    if isinstance(value, datetime):
        return PartialDate.of(timezone.localtime(value).date())
    if isinstance(value, date):
        return PartialDate.of(value)
    return PartialDate.parse(str(getattr(value, "iso", value)))


@register.filter
def partial_date(value: Any) -> str:
    """ "2025-09-16", "2025-09" or "2025", as text, date or PartialDate, in the reader's words."""
    found = _partial(value)
    return str(found) if found else ""


@register.simple_tag
def date_range(begins: Any, ends: Any = None) -> str:
    """A beginning and an end in one phrase: "16–17 September 2025"."""
    return span(_partial(begins), _partial(ends))


@register.filter
def moment(value: datetime | None, zone: tzinfo | str | None = None) -> str:
    """An instant with its zone: "Friday 20 March 2026, 18:00 UTC".

    With the zone of a place, the place's clock comes first and UTC after it.
    """
    if not value:
        return ""
    universal = value.astimezone(UTC)
    place = ZoneInfo(zone) if isinstance(zone, str) and zone else zone
    if not place or str(place) == "UTC":
        return _("%(day)s, %(time)s UTC") % {
            "day": date_format(universal, "l j F Y"),
            "time": date_format(universal, "H:i"),
        }
    local = value.astimezone(place)  # type: ignore[arg-type]
    there = _("%(day)s, %(time)s %(place)s") % {
        "day": date_format(local, "l j F Y"),
        "time": date_format(local, "H:i"),
        "place": str(place).rsplit("/", 1)[-1].replace("_", " "),
    }
    if local.date() == universal.date():
        return _("%(there)s (%(time)s UTC)") % {
            "there": there,
            "time": date_format(universal, "H:i"),
        }
    return _("%(there)s (%(day)s, %(time)s UTC)") % {
        "there": there,
        "day": date_format(universal, "j F"),
        "time": date_format(universal, "H:i"),
    }


@register.filter
def deadline(value: datetime | None, zone: str = "UTC") -> str:
    """A deadline by the clock of a place and by UTC: the end of a day is 24:00 of that day."""
    return str(Outlook(value, zone, ())) if value else ""


@register.filter
def left(value: datetime | None, moment: datetime) -> str:
    """How long there is still until an instant, in hours where it is less than two days."""
    if not value:
        return ""
    hours = (value - moment) // timedelta(hours=1)
    if value <= moment:
        return _("over")
    if hours < 1:
        return _("less than an hour left")
    if hours < 48:
        return ngettext("%(hours)d hour left", "%(hours)d hours left", hours) % {"hours": hours}
    days = hours // 24
    return ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}


@register.filter
def instant(value: datetime | None, zone: tzinfo | None = None) -> str:
    """An instant at which something is decided, to the second where it has one."""
    return instants.in_words(value, zone or UTC) if value else ""


@register.filter
def digest_short(digest: str | None) -> str:
    """The first sixteen signs of a fingerprint in groups of four, for comparing by eye."""
    return " ".join(re.findall(".{1,4}", (digest or "")[:16]))


@register.filter
def digest_groups(digest: str | None) -> SafeString:
    """A whole fingerprint in groups of four, for comparing by eye; it is copied without gaps."""
    groups = ((group,) for group in re.findall(".{1,4}", digest or ""))
    return format_html_join("", '<span class="digest__group">{}</span>', groups)


@register.filter
def attribute_of(mapping: Mapping[str, Any] | None, key: Any) -> Any:
    """The entry of a mapping under a key that is itself a variable."""
    return (mapping or {}).get(key, "")


@register.filter
def language(code: str) -> str:
    """The name of a language, also of one the portal's own pages do not speak."""
    return printed.language(code)
