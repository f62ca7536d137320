"""Reads of the glossary."""

from typing import Any

from django.db.models import Q, QuerySet

from portal.taxonomy.models import Term


def glossary(*, text: str = "") -> QuerySet[Term]:
    """All terms in alphabetical order; with `text` those whose term, synonyms or definition hold it."""
    terms = Term.objects.order_by("term", "pk")
    if text:
        terms = terms.filter(Q(term__icontains=text) | Q(definition__icontains=text) | Q(also_known_as__icontains=text))
    return terms


def as_data(terms: QuerySet[Term]) -> list[dict[str, Any]]:
    """The glossary as plain data for /glossary.json: slug, term, definition, synonyms, related slugs."""
    return [
        {
            "slug": term.slug,
            "term": term.term,
            "definition": term.definition,
            "also_known_as": term.also_known_as,
            "see_also": sorted(other.slug for other in term.see_also.all()),
        }
        for term in terms.prefetch_related("see_also")
    ]
