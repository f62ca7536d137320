"""Organisations: where members work."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from portal.core.fields import SafeCharField
from portal.core.models import Timed
from portal.taxonomy.models import JurisdictionLevel


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
    level = models.ForeignKey(JurisdictionLevel, verbose_name=_("level"), on_delete=models.PROTECT)
    country = CountryField(_("country"))
    place = SafeCharField(_("place"), max_length=120, blank=True)
    domain = SafeCharField(_("e-mail domain"), max_length=120, blank=True)
    # Derived, by operations.reindex_organisation: every name without case and accents, one a line.
    search_text = models.TextField(editable=False, blank=True)
    body = models.CharField(_("kind of body"), max_length=12, choices=Body, default=Body.GOVERNMENT)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")

    def __str__(self) -> str:
        return self.name

    @property
    def names(self) -> list[str]:
        """Its name and every other name it is known by."""
        return [self.name, *(str(name) for name in self.other_names)]
