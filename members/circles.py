"""Circles that staff may announce something to: members by kind, by level of jurisdiction, by country."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from members.models import Organisation
from portal.notifications.announcing.circles import Circles, offers
from portal.taxonomy.choices import MemberKind
from portal.taxonomy.models import JurisdictionLevel


@offers("kind", label=_("Members of one kind"))
class Kinds(Circles):
    """Practitioners, researchers, providers."""

    def choices(self) -> list[tuple[str, Any]]:
        return [(kind.value, kind.label) for kind in MemberKind]

    def people(self, value: str) -> QuerySet[Any]:
        return get_user_model()._default_manager.filter(profile__kind=value)


@offers("level", label=_("Members from one level of jurisdiction"))
class Levels(Circles):
    """By where their organisation stands."""

    def choices(self) -> list[tuple[str, Any]]:
        return list(JurisdictionLevel.objects.values_list("slug", "label"))

    def people(self, value: str) -> QuerySet[Any]:
        return get_user_model()._default_manager.filter(profile__organisation__level__slug=value)


@offers("country", label=_("Members from one country"))
class Countries(Circles):
    """By where their organisation is; countries that nobody is from are not offered."""

    def choices(self) -> list[tuple[str, Any]]:
        codes = (
            Organisation.objects.filter(profiles__isnull=False).order_by("country").values_list("country").distinct()
        )
        return sorted(((code, countries.name(code)) for (code,) in codes), key=lambda each: each[1])

    def people(self, value: str) -> QuerySet[Any]:
        return get_user_model()._default_manager.filter(profile__organisation__country=value)
