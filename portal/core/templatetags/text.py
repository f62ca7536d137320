"""`{% load text %}`: what people wrote, as safe HTML."""

from django import template
from django.utils.safestring import SafeString

from portal.core import prose as core_prose

register = template.Library()


@register.filter
def prose(value: str) -> SafeString:
    """Markdown as sanitised HTML."""
    return core_prose.prose(value or "")
