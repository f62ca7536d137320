"""A search of the library that somebody saved, taken apart so that one query finds all that a case fits."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.core.rules import is_member

QUERY_LENGTH = 500
VALUE_LENGTH = 200


class SavedSearchQuerySet(models.QuerySet["SavedSearch"]):
    """Filters in the domain's words."""

    def visible_to(self, user: Any) -> Self:
        """One's own, while a member; nobody else's, also not for staff."""
        return self.filter(person_id=user.pk) if is_member(user) else self.none()


class SavedSearch(models.Model):
    """Somebody wants to hear of each new case that fits.

    `query` is the library's address for it, always written in the same order. `parts` counts what a case must have:
    each word, and each facet in which something was chosen.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="saved_searches"
    )
    query = models.CharField(_("search"), max_length=QUERY_LENGTH)
    parts = models.PositiveSmallIntegerField(_("parts"))
    since = models.DateTimeField(_("since"))

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        constraints = [models.UniqueConstraint(fields=["person", "query"], name="a_search_is_saved_once")]

    def __str__(self) -> str:
        return self.query

    def get_absolute_url(self) -> str:
        return f"{reverse('cases:library')}?{self.query}"


class SearchTerm(models.Model):
    """One value of a saved search; a case that has any value of a part has that part.

    `value` is a folded word where `facet` is the library's text, otherwise a value of the facet.
    """

    search = models.ForeignKey(SavedSearch, verbose_name=_("search"), on_delete=models.CASCADE, related_name="terms")
    part = models.PositiveSmallIntegerField(_("part"))
    facet = models.CharField(_("facet"), max_length=20)
    value = models.CharField(_("value"), max_length=VALUE_LENGTH)

    class Meta:
        verbose_name = _("term of a saved search")
        verbose_name_plural = _("terms of saved searches")
        constraints = [models.UniqueConstraint(fields=["search", "facet", "value"], name="a_search_names_a_value_once")]
        indexes = [models.Index(fields=["facet", "value", "search"], name="searches_with_a_value")]

    def __str__(self) -> str:
        return f"{self.facet}={self.value}"
