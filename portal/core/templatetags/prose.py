"""`{% load prose %}`: what members wrote in Markdown, as text of the page."""

from django import template
from django.utils.safestring import SafeString

from portal.core.markdown import to_html

register = template.Library()


@register.filter
def prose(text: str) -> SafeString:
    """Markdown as sanitised HTML; put it inside `<div class="prose">`."""
    return to_html(text or "")
