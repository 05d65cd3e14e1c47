"""Prose texts in Chromium: what is formatted, pasted or typed arrives as the few signs of prose."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests import factories
from tests.browser.test_writing import has, open_at, says
from workplans import prose
from workplans.models import Activity

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ALL = """First **strong** and *slanted*, ***both***; 5 \\* 3, \\[not](https://example.org/ a link).

### A heading

- a point
- **another** one

3. third
4. fourth

\\- no point, and [a link](https://example.org/a_(b%29) in हिन्दी **पाठ**, 中文**粗体**中文

| Head | **Figures** |
| --- | --- |
| one \\| two | 3 |
|  | 4 |"""


@pytest.fixture
def activity(cast_now):
    now = timezone.now()
    plan = factories.plan(by=cast_now.staff, year=now.year, on=now)
    return Activity.objects.filter(area__plan=plan).first()


@pytest.fixture
def window(cast_now, open_for, activity):
    def enter(**options):
        desk = open_for(cast_now.staff, **options)
        page = open_at(desk, activity) if options.get("script", True) else opened(desk, activity)
        return desk, page, page.get_by_label("Description")

    return enter


def opened(desk, activity):
    return desk.go(f"/en/desk/plans/{activity.area.plan.year}/edit/activities/{activity.key}/")


def paste(box, *, html="", text=""):
    box.evaluate(
        """(box, [html, text]) => {
            const data = new DataTransfer();
            if (html) data.setData("text/html", html);
            data.setData("text/plain", text);
            box.focus();
            const how = { clipboardData: data, bubbles: true, cancelable: true };
            box.dispatchEvent(new ClipboardEvent("paste", how));
        }""",
        [html, text],
    )


def saved(activity, page):
    says(page, r"^Saved \d\d:\d\d UTC$")
    activity.refresh_from_db()
    return activity.description


def test_what_the_server_kept_is_shown_and_comes_back_the_same(window, activity):
    text = ALL.replace("a_(b%29", "a_%28b%29")
    Activity.objects.filter(pk=activity.pk).update(description=text)
    desk, page, box = window()
    expect(box).to_have_role("textbox")
    expect(box.locator("h2")).to_have_text("A heading")
    expect(box.locator("ol")).to_have_attribute("start", "3")
    expect(box.locator("th")).to_have_count(2)
    desk.check()
    # One letter more, and all the rest as it was.
    box.locator("p").first.click()
    page.keyboard.press("Control+Home")
    page.keyboard.type("A")
    assert saved(activity, page) == "A" + text
    page.keyboard.press("Backspace")
    has(activity, description=text)
    # A letter typed and taken back is no change.
    says(page, r"^Saved \d")
    page.keyboard.type("B")
    page.keyboard.press("Backspace")
    says(page, "^Not saved yet$|^Saved \\d")
    says(page, r"^Saved \d")
    assert desk.complaints == []


def as_a_person_does(page):
    """Between two keys a person leaves time in which the editor hears where the caret is now."""
    page.wait_for_timeout(300)


def test_the_tools_by_keyboard_alone(window, activity):
    Activity.objects.filter(pk=activity.pk).update(description="")
    desk, page, box = window()
    box.focus()
    page.keyboard.type("A forum")
    page.keyboard.press("Control+a")
    as_a_person_does(page)
    page.keyboard.press("Shift+Tab")
    tools = page.get_by_role("toolbar", name="Formatting")
    expect(tools.get_by_role("button", name="Strong")).to_be_focused()
    page.keyboard.press("Enter")
    expect(box).to_be_focused()
    as_a_person_does(page)
    page.keyboard.press("End")
    as_a_person_does(page)
    page.keyboard.press("Enter")
    page.keyboard.type("A list")
    page.keyboard.press("Shift+Tab")
    for _step in range(3):
        page.keyboard.press("ArrowRight")
    expect(tools.get_by_role("button", name="List", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(box).to_be_focused()
    as_a_person_does(page)
    page.keyboard.press("Enter")
    page.keyboard.type("of two")
    has(activity, description="**A forum**\n\n- **A list**\n- **of two**")
    assert desk.complaints == []


def test_a_link_needs_an_address_and_a_table_grows(window, activity):
    Activity.objects.filter(pk=activity.pk).update(description="See the page.")
    desk, page, box = window()
    box.locator("p").click()
    page.keyboard.press("Control+a")
    page.get_by_role("button", name="Link…").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Address").fill("javascript:alert(1)")
    dialog.get_by_role("button", name="Set the link").click()
    expect(dialog).to_contain_text("This is not the address of a page or a mailbox.")
    dialog.get_by_label("Address").fill("example.org/page")
    dialog.get_by_role("button", name="Set the link").click()
    expect(dialog).to_have_count(0)
    assert saved(activity, page) == "[See the page.](https://example.org/page)"
    page.keyboard.press("Control+End")
    page.keyboard.press("Enter")
    tools = page.get_by_role("toolbar", name="Formatting")
    tools.get_by_role("button", name="Table", exact=True).click()
    page.keyboard.type("State")
    page.keyboard.press("Tab")
    page.keyboard.type("Figure")
    page.keyboard.press("Tab")
    tools.get_by_role("button", name="Remove the column").click()
    tools.get_by_role("button", name="Add a row").click()
    desk.check()
    has(
        activity,
        description="[See the page.](https://example.org/page)\n\n"
        "| State | Figure |\n| --- | --- |\n|  |  |\n|  |  |\n|  |  |",
    )


POINT = (
    "<p class=MsoListParagraphCxSp{where} style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'>"
    "<![if !supportLists]><span style='font-family:Symbol'><span style='mso-list:Ignore'>·"
    "<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp;&nbsp;</span></span></span>"
    "<![endif]>{words}<o:p></o:p></p>"
)
WORD = f"""<html xmlns:o="urn:schemas-microsoft-com:office:office">
<head><style>p.MsoNormal{{margin:0}}</style></head>
<body lang=EN-GB style='tab-interval:36.0pt'><!--StartFragment-->
<h1 style='color:red'>Ziele<o:p></o:p></h1>
<p class=MsoNormal><b style='mso-bidi-font-weight:normal'><span lang=DE>Bold</span></b>
and <i>slanted</i> text<br>on two lines.<o:p></o:p></p>
{POINT.format(where="First", words="One")}
{POINT.format(where="Last", words="Two")}
<table class=MsoTableGrid border=1><tr><td width=300><p class=MsoNormal>A</p>
<p class=MsoNormal>B</p></td><td><p class=MsoNormal>C</p></td></tr></table>
<script>alert(1)</script><img src=x onerror=alert(2)><a href="javascript:alert(3)">here</a>
<!--EndFragment--></body></html>"""


def test_what_comes_from_word_or_with_scripts_is_clean(window, activity):
    Activity.objects.filter(pk=activity.pk).update(description="")
    desk, page, box = window()
    paste(box, html=WORD, text="Ziele")
    assert saved(activity, page) == (
        "### Ziele\n\n**Bold** and *slanted* text on two lines.\n\n- One\n- Two\n\n"
        "| A B | C |\n\nhere"
    )
    assert desk.complaints == []


def test_ten_thousand_links_and_two_megabytes_are_kept_or_refused_in_words(window, activity):
    Activity.objects.filter(pk=activity.pk).update(description="Before.")
    desk, page, box = window()
    links = "".join(f'<a href="https://example.org/{n}">w{n}</a> ' for n in range(10_000))
    paste(box, html=f"<p>{links}</p>")
    page.get_by_label("Place").focus()
    says(page, "except “Description”")
    refusal = page.locator("#id_description_error")
    expect(refusal).to_contain_text(re.compile("characters; the portal keeps at most 200,000"))
    activity.refresh_from_db()
    assert activity.description == "Before."
    # The words are still there to be cut.
    box.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("Short.")
    has(activity, description="Short.")
    assert desk.complaints == []


def test_the_plain_box_holds_the_same_text_and_the_choice_is_remembered(window, activity):
    Activity.objects.filter(pk=activity.pk).update(description="Plain **and** strong")
    desk, page, box = window(width=320)
    expect(box.locator("strong")).to_have_text("and")
    page.get_by_role("toolbar", name="Formatting").get_by_role(
        "button", name="Plain text box"
    ).click()
    plain = page.locator("textarea[name=description]")
    expect(plain).to_be_focused()
    expect(plain).to_have_value("Plain **and** strong")
    plain.fill("- Plain **again**")
    assert saved(activity, page) == "- Plain **again**"
    page.reload()
    expect(page.get_by_label("Description")).to_have_value("- Plain **again**")
    desk.check()
    page.get_by_role("button", name="Show with formatting").first.click()
    expect(page.get_by_label("Description").locator("li strong")).to_have_text("again")
    assert desk.complaints == []


def test_without_a_script_the_same_words_go_the_same_way(window, activity):
    _desk, page, box = window(script=False)
    box.fill("### Heading\n\n1. one\n2. **two**")
    page.get_by_role("button", name="Save", exact=True).click()
    activity.refresh_from_db()
    assert [block.sort for block in prose.blocks(activity.description)] == [
        prose.Sort.HEADING,
        prose.Sort.NUMBER,
    ]


def test_what_somebody_else_wrote_is_shown_in_the_editor(cast_now, open_for, window, activity):
    _mine, page, box = window()
    theirs = open_for(cast_now.chair)
    open_at(theirs, activity).get_by_label("Description").fill("Theirs")
    has(activity, description="Theirs")
    page.get_by_label("Place").fill("Accra")
    expect(box).to_have_text("Theirs")
    box.focus()
    page.keyboard.press("Control+End")
    page.keyboard.type(" and mine")
    has(activity, description="Theirs and mine")
