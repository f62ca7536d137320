"""Who may read which page, as one condition on queries: listings, sitemap, links and the page itself use it.

The rules are those that editors set with Wagtail's privacy button, for a page and all below it. "Signed in" means an
approved member here: who still waits for approval sees what visitors see.
"""

from typing import Any

from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from wagtail.models import CollectionViewRestriction, PageViewRestriction

from portal.core.rules import is_member, is_signed_in

HOME_DEPTH = 2


def _unmet(restrictions: QuerySet[Any], user: Any) -> QuerySet[Any]:
    """The restrictions that keep `user` out. A shared password is no longer offered and opens nothing."""
    kind = restrictions.model
    met = Q(pk__in=[])
    if is_member(user):
        met |= Q(restriction_type=kind.LOGIN)
    if is_signed_in(user):
        everyone = Q() if getattr(user, "is_superuser", False) else Q(groups__in=user.groups.values("pk"))
        accepted = kind.objects.filter(everyone, restriction_type=kind.GROUPS)
        met |= Q(pk__in=accepted.values("pk"))
    return restrictions.exclude(met)


def _above(path: str) -> ExpressionWrapper:
    return ExpressionWrapper(OuterRef(path), output_field=CharField())


def readable_by(pages: QuerySet[Any], user: Any) -> QuerySet[Any]:
    """Those of `pages` that are live and open to `user`; an alias is as private as what it stands for."""
    # Not on the home page: it would close the whole site, and the way in with it.
    unmet = _unmet(PageViewRestriction.objects.filter(page__depth__gt=HOME_DEPTH), user)
    here = unmet.alias(here=_above("path")).filter(here__startswith=F("page__path"))
    source = unmet.alias(here=_above("alias_of__path")).filter(here__startswith=F("page__path"))
    return pages.filter(~Exists(here), live=True).exclude(Q(alias_of__isnull=False) & Exists(source))


def documents_for(documents: QuerySet[Any], user: Any) -> QuerySet[Any]:
    """Those of `documents` whose collection is open to `user`."""
    unmet = _unmet(CollectionViewRestriction.objects.all(), user)
    here = unmet.alias(here=_above("collection__path")).filter(here__startswith=F("collection__path"))
    return documents.filter(~Exists(here))
