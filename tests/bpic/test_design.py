"""The look of the portal as far as it can be proved: contrast, components, tags and filters."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.conf import settings
from django.template import engines
from django.template.loader import render_to_string

from bpic.templatetags import icons, portal
from meetings.models import Meeting
from secretariat.dates import PartialDate
from workplans.models import Activity, Consideration, Document, Position, WorkPlan

ROOT = Path(settings.BASE_DIR)
COMPONENTS = sorted((ROOT / "templates" / "components").glob("*.html"))
# Typeset documents are not served to browsers and stand under no such policy.
PAGES = sorted(
    path for path in (ROOT / "templates").rglob("*.html") if "document" not in path.parts
)
SHEETS = {path.stem: path.read_text() for path in sorted((ROOT / "static" / "css").glob("*.css"))}


def palette() -> dict[str, dict[str, str]]:
    light, dark = SHEETS["tokens"].split("@media (prefers-color-scheme: dark)")
    pattern = re.compile(r"--([\w-]+):\s*(#[0-9a-f]{6});")
    by_day = dict(pattern.findall(light))
    return {"light": by_day, "dark": by_day | dict(pattern.findall(dark))}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


TONES = ("approved", "reservation", "objection", "waits", "neutral", "progress", "error")
INKS = ("ink", "ink-2", "link", "link-hover")
TEXT = [
    *[(ink, ground) for ink in INKS for ground in ("paper", "paper-sunk")],
    *[(tone, f"{tone}-tint") for tone in TONES],
    *[("ink", f"{tone}-tint") for tone in TONES],
    *[("link", f"{tone}-tint") for tone in ("waits", "progress", "approved")],
    ("error", "paper"),
    ("brass", "paper-sunk"),
    ("on-bar", "bar"),
    ("on-bar-2", "bar"),
    ("on-button", "button"),
    ("on-button", "button-hover"),
]
SHAPES = [
    ("edge", "paper"),
    ("edge", "paper-sunk"),
    ("brass", "paper"),
    ("bar-line", "bar"),
    ("button", "paper"),
    ("approved", "paper"),
    ("progress", "paper-sunk"),
    ("focus-inner", "focus-outer"),
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_stands_out_from_its_ground(ink: str, ground: str, scheme: str) -> None:
    colours = palette()[scheme]
    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("line", "ground"), SHAPES)
def test_lines_that_mean_something_stand_out(line: str, ground: str, scheme: str) -> None:
    colours = palette()[scheme]
    assert contrast(colours[line], colours[ground]) >= 3


def test_every_colour_is_a_token() -> None:
    for name in ("base", "layout", "components"):
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgb|hsl|light-dark", SHEETS[name]), name
    used = set(re.findall(r"var\(--([\w-]+)", "".join(SHEETS.values())))
    assert used <= set(re.findall(r"--([\w-]+):", SHEETS["tokens"]))


def test_sheets_know_no_left_and_no_right() -> None:
    physical = re.compile(
        r"(?:margin|padding|border)-(?:left|right|top|bottom)"
        r"|(?<![\w-])(?:left|right|top|bottom|width|height|max-width|min-width)\s*:"
        r"|text-align:\s*(?:left|right)|float:"
    )
    for name, sheet in SHEETS.items():
        rules = re.sub(r"@media[^{]*\{", "{", sheet)
        assert not physical.search(rules), name


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.stem)
def test_a_component_begins_with_its_parameters(path: Path) -> None:
    assert path.read_text().startswith("{# "), path


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_no_template_breaks_the_policy_on_scripts_and_styles(path: Path) -> None:
    source = path.read_text()
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", source)
    assert not re.search(r"<script(?![^>]*\ssrc=)", source)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", source)


def test_every_icon_is_drawn_and_hidden_from_listeners() -> None:
    for name in icons.DRAWINGS:
        drawn = portal.icon(name)
        assert 'aria-hidden="true"' in drawn
        assert ("icon--mirrors" in drawn) == (name in icons.MIRRORS)
    assert icons.DRAWINGS.keys() >= icons.MIRRORS
    assert {shape for _tone, shape in portal.LOOKS.values()} <= icons.DRAWINGS.keys()
    assert {tone for tone, _shape in portal.LOOKS.values()} <= {*TONES, "plain"}


@pytest.mark.parametrize(
    "vocabulary",
    [
        WorkPlan.Status,
        Position.Kind,
        Meeting.Status,
        Document.Status,
        Activity.Stage,
        Consideration.Outcome,
    ],
)
def test_every_status_has_a_look_and_its_own_words(vocabulary: type) -> None:
    for code in vocabulary.values:  # type: ignore[attr-defined]
        assert code in portal.LOOKS
        assert portal.words(code) in portal.status_tag(code)
    for code, label in vocabulary.choices:  # type: ignore[attr-defined]
        if vocabulary is not Consideration.Outcome:
            assert portal.words(code) == label


def test_the_bar_groups_positions_and_says_nothing_aloud() -> None:
    rows = [{"position": "objects"}, {"position": ""}, {"position": "approves"}]
    bar = portal.position_bar(rows)
    assert 'aria-hidden="true"' in bar
    assert re.findall(r"segment--(\w+)", bar) == ["approved", "objection", "neutral"]
    assert portal.position_bar([]) == ""


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        ("One.", '<p dir="auto">One.</p>'),
        ("One.\n\nTwo.", '<p dir="auto">One.</p>\n<p dir="auto">Two.</p>'),
        ("a\r\nb", '<p dir="auto">a<br>b</p>'),
        (
            "They:\n- meet;\n- act.",
            '<p dir="auto">They:</p><ul dir="auto"><li>meet;</li><li>act.</li></ul>',
        ),
        ("<b>&", '<p dir="auto">&lt;b&gt;&amp;</p>'),
        ("- <i>", '<ul dir="auto"><li>&lt;i&gt;</li></ul>'),
        ("100% {braces}", '<p dir="auto">100% {braces}</p>'),
    ],
)
def test_plain_text_becomes_paragraphs_and_lists(text: str, html: str) -> None:
    assert portal.plain_text(text) == html


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("2025-09-16", "16 September 2025"),
        ("2025-09", "September 2025"),
        ("2025", "2025"),
        (PartialDate(2019, 9), "September 2019"),
        (SimpleNamespace(iso="2019-09"), "September 2019"),
        (datetime(2026, 3, 20, 18, tzinfo=UTC), "20 March 2026"),
        (None, ""),
        ("", ""),
    ],
)
def test_a_date_is_as_precise_as_its_record(value: object, words: str) -> None:
    assert portal.partial_date(value) == words


@pytest.mark.parametrize(
    ("begins", "ends", "words"),
    [
        ("2025-09-16", "2025-09-17", "16–17 September 2025"),
        ("2025-12", "2026-03", "December 2025 – March 2026"),
        ("2025-09-16", None, "16 September 2025"),
        (None, None, ""),
    ],
)
def test_a_beginning_and_an_end_are_one_phrase(begins: str, ends: str, words: str) -> None:
    assert portal.date_range(begins, ends) == words


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        (None, "Friday 20 March 2026, 21:00 UTC"),
        ("UTC", "Friday 20 March 2026, 21:00 UTC"),
        ("America/Sao_Paulo", "Friday 20 March 2026, 18:00 Sao Paulo (21:00 UTC)"),
        ("Asia/Kolkata", "Saturday 21 March 2026, 02:30 Kolkata (20 March, 21:00 UTC)"),
    ],
)
def test_an_instant_names_its_zone(zone: str | None, words: str) -> None:
    assert portal.moment(datetime(2026, 3, 20, 21, tzinfo=UTC), zone) == words


class Reply(forms.Form):
    position = forms.ChoiceField(
        label="Position",
        help_text="Bound to this revision.",
        widget=forms.RadioSelect,
        choices=[("approves", "Approve"), ("objects", "Object")],
    )
    text = forms.CharField(label="Text", required=False, help_text="Printed <word for word>.")
    title = forms.CharField(label="Title")
    authorised = forms.BooleanField(label="I am authorised")
    revision = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["position"].choice_hints = {"objects": "Give the reason."}  # type: ignore[attr-defined]


def test_radios_stand_in_a_group_with_their_hints_and_errors() -> None:
    html = Reply({})["position"].as_field_group()
    assert '<legend class="field__label">Position</legend>' in html
    assert 'aria-describedby="id_position_helptext id_position_error"' in html
    assert 'aria-describedby="id_position_1_hint"' in html and 'id="id_position_1_hint"' in html
    assert html.count('type="radio"') == 2 and "checked" not in html


def test_a_chosen_radio_stays_chosen_and_nothing_is_chosen_for_anyone() -> None:
    html = Reply({"position": "objects"})["position"].as_field_group()
    chosen = re.findall(r'value="(\w+)"[^>]*\schecked', html)
    assert chosen == ["objects"]
    assert "checked" not in Reply({})["authorised"].as_field_group()


def test_a_text_field_ties_label_hint_and_error_to_it() -> None:
    form = Reply({})
    assert "(optional)" in form["text"].as_field_group()
    assert "Printed &lt;word for word&gt;." in form["text"].as_field_group()
    html = form["title"].as_field_group()
    assert '<label class="field__label" for="id_title">Title</label>' in html
    assert 'aria-invalid="true"' in html and 'id="id_title_error"' in html
    assert form["revision"].as_field_group().startswith('<input type="hidden"')


def test_the_error_summary_leads_to_every_field_at_fault() -> None:
    form = Reply({})
    html = render_to_string("components/error_summary.html", {"form": form})
    targets = re.findall(r'href="#([\w-]+)"', html)
    assert targets == ["id_position_0", "id_title", "id_authorised"]
    page = "".join(field.as_field_group() for field in form)
    assert all(f'id="{target}"' in page for target in targets)
    assert render_to_string("components/error_summary.html", {"form": Reply()}).strip() == ""


def test_what_people_write_is_escaped_in_every_component() -> None:
    bad = "<script>alert(1)</script>"
    contexts = {
        "board": {
            "sentence": bad,
            "rows": [{"state": bad, "position": bad, "by": bad, "text": bad}],
        },
        "summary_list": {"items": [{"label": bad, "value": bad, "missing": bad}]},
        "task_list": {"items": [{"title": bad, "url": "/", "status": bad, "hint": bad}]},
        "timeline": {"items": [{"title": bad, "when": bad, "by": bad, "text": bad}]},
        "steps": {"items": [{"label": bad, "state": "done", "note": bad}]},
        "receipt": {"title": bad, "number": bad, "text": bad},
        "notice": {"heading": bad, "text": bad, "url": "/", "url_label": bad},
        "inset": {"text": bad},
        "warning": {"text": bad},
        "empty_state": {"text": bad, "url": "/", "label": bad},
        "button_link": {"label": bad, "url": bad, "context": bad},
        "tag": {"code": bad, "words": bad},
        "plan_paragraph": {"anchor": bad, "number": "1", "text": bad},
        "indicator": {"indicator": {"name": bad, "unit": bad, "baseline": bad, "target": bad}},
        "activity_sheet": {"activity": {"id": bad, "title": bad, "place": bad, "state": "planned"}},
        "activities_overview": {"activities": [{"id": bad, "title": bad}], "caption": bad},
    }
    for name, context in contexts.items():
        html = render_to_string(f"components/{name}.html", context)
        assert "<script" not in html and "&lt;script" in html, name


def test_a_page_without_any_context_can_still_be_shown() -> None:
    for name in ("400.html", "500.html"):
        assert "<h1>" in engines["django"].get_template(name).render()


def test_the_title_says_when_a_form_is_at_fault() -> None:
    html = render_to_string("registration/login.html", {"form": Reply({}), "partnership": {}})
    assert re.search(r"<title>Error: Sign in", html)


def test_public_pages_carry_no_script_and_signed_in_pages_their_own() -> None:
    template = "404.html"
    assert "<script" not in render_to_string(template, {"user": SimpleNamespace()})
    reader = SimpleNamespace(is_authenticated=True, get_username="ana")
    html = render_to_string(template, {"user": reader, "acting_for": "<b>Aldova</b>"})
    assert "js/forms.js" in html and "&lt;b&gt;Aldova" in html


def test_example_data_is_named_on_the_page() -> None:
    assert "Nothing here is an official document." in render_to_string(
        "404.html", {"example_instance": True}
    )
    assert "official document" not in render_to_string("404.html", {"example_instance": False})
