"""Lets a template read a plan from its canonical form."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from workplans import reading as readings
from workplans import release as releases
from workplans.content import Form
from workplans.prose import page

register = template.Library()


@register.simple_tag
def reading(form: Form) -> readings.Reading:
    """The numbered reading of a form: `{% reading form as plan %}`."""
    return readings.compose(form)


@register.simple_tag
def release() -> str:
    """Names the templates a kept piece of a page was made with."""
    return releases.release()


@register.filter
def prose(text: str | None, level: int = 3) -> SafeString:
    """A prose text as HTML: `{{ text|prose:4 }}`, where 4 is the level of its headings."""
    return page.html(text or "", level)
