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
    """Kept with the page, which lives as long as the request: every block is rendered by itself."""
    page, viewer = context.get("page"), reader(context.flatten())
    if page is None:
        return addresses_for(wanted, viewer)
    kept = page.__dict__.setdefault("_addresses_in_text", {})
    if viewer.pk not in kept:
        kept[viewer.pk] = addresses_for(wanted | linked_pages(_source_of(page)), viewer)
    return kept[viewer.pk]


def _source_of(page: Any) -> str:
    """The texts of the body as they are stored, in one string."""
    raw = page.body.get_prep_value() if getattr(page, "body", None) else []
    return json.dumps(raw, default=str).replace('\\"', '"')
