"""Writes: save a search, take it back."""

from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from cases.alerts.queries import LIMIT
from cases.alerts.wording import canonical, parts_of
from cases.models import SavedSearch, SearchTerm
from portal.core.rules import is_member


class NotSaved(Exception):
    """Says why a search was not saved."""


@transaction.atomic
def save_search(*, params: QueryDict, by: Any, at: datetime) -> SavedSearch:
    """`by` hears of each new case that fits; saving the same search again changes nothing. Raises NotSaved."""
    query = canonical(params)
    if not query or not is_member(by):
        raise NotSaved(_("Search for something shorter, or choose a filter: then it can be saved."))
    get_user_model()._default_manager.select_for_update().get(pk=by.pk)  # or two windows would go over the limit
    mine = SavedSearch.objects.filter(person=by)
    known = mine.filter(query=query).first()
    if known is not None:
        return known
    if mine.count() >= LIMIT:
        raise NotSaved(_("You have saved %(n)d searches, as many as can be. Remove one first.") % {"n": LIMIT})
    parts = parts_of(query)
    search = SavedSearch.objects.create(person=by, query=query, parts=len(parts), since=at)
    SearchTerm.objects.bulk_create(
        SearchTerm(search=search, part=number, facet=facet, value=value)
        for number, terms in enumerate(parts)
        for facet, value in terms
    )
    return search


def remove_search(*, search: SavedSearch, by: Any) -> None:
    """`by` hears no more of what fits it. A search that is not theirs stays."""
    SavedSearch.objects.visible_to(by).filter(pk=search.pk).delete()
