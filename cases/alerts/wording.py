"""A search of the library as an address, as parts that a case must have, and in words."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.db.models import Value
from django.http import QueryDict
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from cases.filters import CHOICES_PER_FACET, FACETS, in_words
from cases.models.saved import QUERY_LENGTH, VALUE_LENGTH
from members.folding import fold
from portal.core.forms import SearchForm
from portal.core.text import is_storable
from portal.taxonomy.models import Challenge, JurisdictionLevel, ServiceLine, Stage

TEXT = "q"
_VOCABULARIES: dict[str, Any] = {
    "challenge": Challenge,
    "level": JurisdictionLevel,
    "service": ServiceLine,
    "stage": Stage,
}


def canonical(params: QueryDict) -> str:
    """What was searched for, always in the same order, without sort and page; empty when that is nothing.

    Empty as well for what cannot be searched for, and for what is too long to be kept.
    """
    form = SearchForm(params)
    if not form.is_valid():
        return ""
    text = " ".join(form.cleaned_data["q"].split())
    pairs = [(TEXT, text)] if text else []
    for facet in FACETS:
        values = {value for value in params.getlist(facet)[:CHOICES_PER_FACET] if _can_be_kept(value)}
        pairs += [(facet, value) for value in sorted(values)]
    query = urlencode(pairs)
    return query if len(query) <= QUERY_LENGTH else ""


def _can_be_kept(value: str) -> bool:
    return 0 < len(value) <= VALUE_LENGTH and is_storable(value)


def parts_of(query: str) -> list[list[tuple[str, str]]]:
    """What a case must have: of each part one of its terms, which are a facet and a value of it."""
    params = QueryDict(query)
    words = dict.fromkeys(fold(params.get(TEXT, "")).split())
    parts = [[(TEXT, word)] for word in words]
    return parts + [[(facet, value) for value in params.getlist(facet)] for facet in FACETS if facet in params]


def worded(queries: Iterable[str]) -> list[list[str]]:
    """Each search as the parts a case must have; one query for all, none where no vocabulary is named."""
    asked = [QueryDict(query) for query in queries]
    labels = _labels(asked)
    return [_in_parts(params, labels) for params in asked]


def _in_parts(params: QueryDict, labels: dict[tuple[str, str], str]) -> list[str]:
    said = [f"“{params[TEXT]}”"] if TEXT in params else []
    for facet in FACETS:
        values = [labels.get((facet, value)) or in_words(facet, value) for value in params.getlist(facet)]
        said += [get_text_list(values, _("or"))] if values else []
    return said


def _labels(asked: list[QueryDict]) -> dict[tuple[str, str], str]:
    branches = []
    for facet, model in _VOCABULARIES.items():
        slugs = {value for params in asked for value in params.getlist(facet)}
        if slugs:
            found = model.objects.filter(slug__in=slugs).order_by()
            branches.append(found.values_list(Value(facet), "slug", "label"))
    if not branches:
        return {}
    return {(facet, slug): label for facet, slug, label in branches[0].union(*branches[1:], all=True)}
