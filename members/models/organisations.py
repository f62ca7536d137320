"""Organisations: where members work, under every name they have, with the domains of their addresses."""

from collections.abc import Iterator
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from portal.core.fields import SafeCharField
from portal.core.models import Timed
from portal.core.rules import is_member, is_staff_member
from portal.taxonomy.models import JurisdictionLevel

# A team of a department of a ministry of a state: deeper trees are charts, not addresses.
MOST_LEVELS = 5


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Filters in the domain's words."""

    def visible_to(self, user: Any) -> Self:
        """Members see where members work."""
        return self.all() if is_member(user) else self.none()


class Organisation(Timed):
    """A body that members work for."""

    class Body(models.TextChoices):
        """What kind of body it is."""

        GOVERNMENT = "government", _("Government")
        EDUCATION = "education", _("School or university")
        NONPROFIT = "nonprofit", _("Non-profit")
        RESEARCH = "research", _("Research")
        PROVIDER = "provider", _("Provider")

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    name = SafeCharField(_("name"), max_length=160)
    other_names = models.JSONField(_("other names"), default=list, blank=True)
    parent = models.ForeignKey(
        "self", verbose_name=_("part of"), null=True, blank=True, on_delete=models.PROTECT, related_name="parts"
    )
    level = models.ForeignKey(JurisdictionLevel, verbose_name=_("level"), on_delete=models.PROTECT)
    country = CountryField(_("country"))
    place = SafeCharField(_("place"), max_length=120, blank=True)
    # Derived, by operations.reindex_organisation: every name without case and accents, one a line.
    search_text = models.TextField(editable=False, blank=True)
    body = models.CharField(_("kind of body"), max_length=12, choices=Body, default=Body.GOVERNMENT)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(parent=None) | ~models.Q(parent=models.F("pk")), name="organisation_not_in_itself"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("members:organisation", kwargs={"slug": self.slug})

    def clean(self) -> None:
        """Refuse to become a part of one's own part, and trees that nobody could read."""
        super().clean()
        if problem := self.problem_with_parent(self.parent):
            raise ValidationError({"parent": problem})

    @property
    def names(self) -> list[str]:
        """Its name and every other name it is known by."""
        return [self.name, *(str(name) for name in self.other_names)]

    def above(self) -> Iterator["Organisation"]:
        """What it is part of, the nearest first; one query for each that was not read along."""
        seen, above = {self.pk}, self.parent
        while above is not None and above.pk not in seen:
            yield above
            seen.add(above.pk)
            above = above.parent

    def problem_with_parent(self, parent: "Organisation | None") -> Any:
        """Why it cannot be part of `parent`, as a sentence; empty when it can."""
        if parent is None:
            return ""
        line = [parent, *parent.above()]
        if self.pk and any(each.pk == self.pk for each in line):
            return _("An organisation cannot be part of itself, nor of one of its own parts.")
        if len(line) + self._depth() > MOST_LEVELS:
            return _("Organisations go at most %(levels)d levels deep.") % {"levels": MOST_LEVELS}
        return ""

    def _depth(self) -> int:
        """How many levels there are from here downwards, this one included."""
        levels, ids = 1, [self.pk] if self.pk else []
        while ids and levels <= MOST_LEVELS:
            ids = list(Organisation.objects.filter(parent__in=ids).values_list("pk", flat=True))
            levels += bool(ids)
        return levels


class OrganisationDomainQuerySet(models.QuerySet["OrganisationDomain"]):
    """Filters in the domain's words."""

    def verified(self) -> Self:
        """Those that staff have checked."""
        return self.filter(verified_at__isnull=False)

    def visible_to(self, user: Any) -> Self:
        """For staff: which domains open the door at once is nobody else's business."""
        return self.all() if is_staff_member(user) else self.none()


class OrganisationDomain(Timed):
    """The part behind the @ of an organisation's addresses.

    A verified domain of a government body lets its people in without waiting, so somebody stands for it by name.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="domains")
    domain = SafeCharField(_("e-mail domain"), max_length=120, unique=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("verified by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="verified_domains",
    )
    verified_at = models.DateTimeField(_("verified"), null=True)

    objects = OrganisationDomainQuerySet.as_manager()

    class Meta:
        verbose_name = _("e-mail domain")
        verbose_name_plural = _("e-mail domains")

    def __str__(self) -> str:
        return self.domain


class MergedOrganisation(models.Model):
    """An organisation that turned out to be another one: its address leads there, its name is kept."""

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    name = SafeCharField(_("name"), max_length=160)
    into = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="merged")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="merged_organisations"
    )
    at = models.DateTimeField(_("merged"))

    class Meta:
        verbose_name = _("merged organisation")
        verbose_name_plural = _("merged organisations")

    def __str__(self) -> str:
        return self.name
