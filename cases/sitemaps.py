"""The addresses of cases that everyone may read."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet

from cases.models import Case


class CaseSitemap(Sitemap):
    """What a visitor sees in the library, and nothing else."""

    def items(self) -> QuerySet[Case]:
        """The newest first."""
        cases = Case.objects.visible_to(AnonymousUser()).listed()
        return cases.only("slug", "last_published_at").order_by("-first_published_at", "-pk")

    def lastmod(self, item: Case) -> Any:
        """The day of the last publication."""
        return item.last_published_at
