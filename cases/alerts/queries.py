"""Reads: which saved searches a case fits, and what somebody has saved."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce, Now
from django.http import QueryDict
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from cases.alerts.wording import TEXT, canonical, worded
from cases.filters import kind_of, still_asks
from cases.models import Case, CaseText, SavedSearch, SearchTerm
from portal.core.rules import is_member
from portal.taxonomy.models import Challenge, JurisdictionLevel, ServiceLine, Stage

# So many searches somebody may save.
LIMIT = 20


@dataclass(frozen=True)
class Saved:
    """A saved search as its owner reads it."""

    pk: int
    words: str
    url: str


@dataclass(frozen=True)
class Offer:
    """What the library offers about the search that is shown: to save it, or to take it back."""

    query: str
    saved: SavedSearch | None


def fitting(case_id: int, *, words: str | None = None) -> QuerySet[SavedSearch]:
    """The saved searches of everybody, older than the case, that it fits by the library's own rules.

    `words` are the case's own, folded, where it is not published yet. Begins at the values that the case has, so that
    what it costs goes by the searches that name one of them.
    """
    text = Subquery(CaseText.objects.filter(case=case_id).values("text")[:1])
    has = Q(facet=TEXT, words__contains=F("value"))
    for facet, values in _values_of(case_id).items():
        has |= Q(facet=facet, value__in=values)
    had = (
        SearchTerm.objects.annotate(words=text if words is None else Value(words, TextField()))
        .filter(has)
        .order_by()
        .values("search")
    )
    whole = had.annotate(n=Count("part", distinct=True)).filter(n=F("search__parts"))
    published = Coalesce(Subquery(Case.objects.filter(pk=case_id).values("first_published_at")), Now())
    return SavedSearch.objects.filter(pk__in=whole.values("search"), since__lte=published)


def _values_of(case_id: int) -> dict[str, QuerySet[Any]]:
    """By facet, the values under which the library finds the case; read by the database, not by us."""
    case = Case.objects.filter(pk=case_id).order_by()
    lines = ServiceLine.objects.filter(Q(cases=case_id) | Q(children__cases=case_id))
    return {
        "challenge": Challenge.objects.filter(cases=case_id).order_by().values("slug"),
        "service": lines.order_by().values("slug"),
        "level": JurisdictionLevel.objects.filter(case__in=case).order_by().values("slug"),
        "stage": Stage.objects.filter(case__in=case).order_by().values("slug"),
        "country": case.exclude(country="").values("country"),
        "kind": case.annotate(of_kind=kind_of()).values("of_kind"),
        "advice": case.filter(still_asks()).annotate(wanted=Value("wanted")).values("wanted"),
    }


def offered(params: QueryDict, user: Any) -> Offer | None:
    """What the library offers a member who searched for something; None for others, and where there is no search."""
    query = canonical(params) if is_member(user) else ""
    if not query:
        return None
    return Offer(query, SavedSearch.objects.visible_to(user).filter(query=query).first())


def saved_by(user: Any) -> list[Saved]:
    """What somebody has saved, the newest first. Two queries."""
    return _as_read(SavedSearch.objects.visible_to(user).order_by("-since", "-pk"))


def fitted_by(case_id: int, person: Any) -> list[Saved]:
    """The searches of this person that the case fits."""
    return _as_read(fitting(case_id).filter(person=person).order_by("since", "pk"))


def _as_read(searches: Iterable[SavedSearch]) -> list[Saved]:
    rows = list(searches)
    said = worded(row.query for row in rows)
    return [
        Saved(row.pk, get_text_list(words, _("and")), row.get_absolute_url())
        for row, words in zip(rows, said, strict=True)
    ]
