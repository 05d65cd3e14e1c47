"""Filters of the document templates."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from workplans.prose import Spans
from workplans.typesetting import passages

register = template.Library()


@register.filter
def directed(text: object, direction: str) -> SafeString:
    """Text, escaped, with its phrases of the other direction in elements of their own."""
    return passages.directed(str(text), direction)


@register.filter
def own_direction(text: object, direction: str) -> str:
    """The direction a paragraph of this text is set in."""
    return passages.own_direction(str(text), direction)


@register.filter
def directed_spans(spans: Spans, direction: str) -> SafeString:
    """The same of words in several styles."""
    return passages.directed_spans(spans, direction)
