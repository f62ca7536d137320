"""Addresses of pages without a look at the site: the portal has one, and its home page is the first step of a path."""

import re
from typing import Any

from wagtail.models import Page
from wagtail.rich_text import expand_db_html

from portal.pages.privacy import readable_by

_PAGE_LINK = re.compile(r'<a\b(?=[^>]*\blinktype="page")[^>]*>')
_ID = re.compile(r'\bid="(\d{1,18})"')


def address_of(page: Page) -> str:
    """The address of a page below the home page: "/home/plan/" is "/plan/"."""
    return "/" + page.url_path.split("/", 2)[-1] if page.url_path.count("/") > 1 else "/"


def linked_pages(source: str) -> set[int]:
    """The pages that a text links to, by their ids."""
    return {int(found[1]) for link in _PAGE_LINK.findall(source) if (found := _ID.search(link))}


def addresses_for(page_ids: set[int], reader: Any) -> dict[int, str]:
    """The addresses of those pages that `reader` may open, in one query."""
    if not page_ids:
        return {}
    pages = readable_by(Page.objects.filter(pk__in=page_ids), reader)
    return {page.pk: address_of(page) for page in pages.only("url_path")}


def expanded(source: str, addresses: dict[int, str]) -> str:
    """The text as HTML for a page; a link to what is not in `addresses` stays as words."""

    def opened(link: re.Match[str]) -> str:
        found = _ID.search(link[0])
        address = addresses.get(int(found[1])) if found else None
        return f'<a href="{address}">' if address else "<a>"

    return str(expand_db_html(_PAGE_LINK.sub(opened, source)))
