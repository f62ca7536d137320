"""`/sitemap.xml`: everything that a visitor may read, each through the same `visible_to` as its page."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet
from wagtail.models import Page

from cases.sitemaps import CaseSitemap
from kits.models import Kit
from portal.pages.addresses import address_of
from portal.pages.privacy import readable_by
from portal.taxonomy.models import Term
from workinggroups.models import WorkingGroup

LISTS = ("/cases/", "/groups/", "/meetings/", "/kits/", "/glossary/")


class _Here(Sitemap):
    """Addresses with the site's own name, whatever name the crawler asked under."""

    def get_domain(self, site: Any = None) -> str:
        return urlsplit(settings.SITE_URL).netloc

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.SITE_URL).scheme


class Pages(_Here):
    """Editorial pages."""

    def items(self) -> QuerySet[Page]:
        """Those that are published and public, in the order of the tree."""
        return readable_by(Page.objects.filter(depth__gt=1), AnonymousUser()).order_by("path")

    def location(self, item: Page) -> str:
        return address_of(item)

    def lastmod(self, item: Page) -> Any:
        return item.last_published_at


class Lists(_Here):
    """The lists that all the rest is found by."""

    def items(self) -> tuple[str, ...]:
        return LISTS

    def location(self, item: str) -> str:
        return item


class Cases(_Here, CaseSitemap):
    """The case library."""


class Kits(_Here):
    """Kits."""

    def items(self) -> QuerySet[Kit]:
        return Kit.objects.visible_to(AnonymousUser()).filter(live=True).order_by("pk")

    def lastmod(self, item: Kit) -> Any:
        return item.last_published_at


class Groups(_Here):
    """Working groups that everybody may see."""

    def items(self) -> QuerySet[WorkingGroup]:
        return WorkingGroup.objects.visible_to(AnonymousUser()).order_by("pk")


class Glossary(_Here):
    """The terms of the glossary."""

    def items(self) -> QuerySet[Term]:
        return Term.objects.order_by("pk")


SECTIONS = {
    "pages": Pages,
    "lists": Lists,
    "cases": Cases,
    "kits": Kits,
    "groups": Groups,
    "glossary": Glossary,
}
