"""`{% load pages %}`: rich text of a page, with its links to other pages as far as the reader may open them."""

import json
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from portal.pages.addresses import addresses_for, expanded, linked_pages
from portal.pages.related import reader

register = template.Library()


@register.simple_tag(takes_context=True)
def rich(context: template.Context, value: Any) -> SafeString:
    """A rich-text value as HTML. The page's links are looked up together, at the first text that has one."""
    source = getattr(value, "source", "") or ""
    wanted = linked_pages(source)
    addresses = _addresses(context, wanted) if wanted else {}
    return mark_safe(expanded(source, addresses))  # noqa: S308 -- Wagtail keeps to the features of the editor


def _addresses(context: template.Context, wanted: set[int]) -> dict[int, str]:
    page, known = context.get("page"), context.render_context.get("page_links")
    if known is None:
        everywhere = linked_pages(_source_of(page)) if page is not None else set()
        known = addresses_for(wanted | everywhere, reader(context.flatten()))
        context.render_context["page_links"] = known
    return known


def _source_of(page: Any) -> str:
    """The texts of the body as they are stored, in one string."""
    raw = page.body.get_prep_value() if getattr(page, "body", None) else []
    return json.dumps(raw, default=str).replace('\\"', '"')
