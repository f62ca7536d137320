"""Vocabularies as rows with stable slugs (facets, tags and form choices), and the glossary."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.core.fields import SafeCharField, SafeTextField
from portal.taxonomy.choices import Mark


class Vocabulary(models.Model):
    """One word of a controlled vocabulary. The slug is for ever; the label may be translated or improved."""

    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    label = SafeCharField(_("label"), max_length=120)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label


class Challenge(Vocabulary):
    """One of the five challenges every shared service meets, numbered as practitioners cite them."""

    question = SafeTextField(_("question"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("challenge")
        verbose_name_plural = _("challenges")


class ServiceLine(Vocabulary):
    """A service that is shared; lines have children one level deep (finance: accounts payable)."""

    parent = models.ForeignKey(
        "self",
        verbose_name=_("part of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )

    class Meta:
        verbose_name = _("service line")
        verbose_name_plural = _("service lines")


class JurisdictionLevel(Vocabulary):
    """The level of government, or the kind of partner, with the shape it wears."""

    mark = models.CharField(_("mark"), max_length=12, choices=Mark)

    class Meta:
        verbose_name = _("jurisdiction level")
        verbose_name_plural = _("jurisdiction levels")


class ScopeOfSharing(Vocabulary):
    """How far the sharing reaches."""

    class Meta:
        verbose_name = _("scope of sharing")
        verbose_name_plural = _("scopes of sharing")


class OrganisationalModel(Vocabulary):
    """Who runs the shared service, and in which legal form."""

    class Meta:
        verbose_name = _("organisational model")
        verbose_name_plural = _("organisational models")


class FundingModel(Vocabulary):
    """Where the money comes from."""

    class Meta:
        verbose_name = _("funding model")
        verbose_name_plural = _("funding models")


class Mandate(Vocabulary):
    """Whether customers must, may leave, or may join."""

    class Meta:
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")


class Stage(Vocabulary):
    """How far a shared service has come, with the question of that stage."""

    question = SafeTextField(_("question"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")


class Audience(Vocabulary):
    """For whom a document or a learning path is made."""

    class Meta:
        verbose_name = _("audience")
        verbose_name_plural = _("audiences")


class Term(models.Model):
    """A word of the glossary: the community's common language."""

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    term = SafeCharField(_("term"), max_length=120)
    definition = SafeTextField(_("definition"), max_length=1200)
    also_known_as = models.JSONField(_("also known as"), default=list, blank=True)
    family = models.SlugField(_("family"), max_length=40, blank=True)
    see_also = models.ManyToManyField(
        "self", verbose_name=_("see also"), blank=True, symmetrical=False, related_name="seen_from"
    )

    class Meta:
        verbose_name = _("term")
        verbose_name_plural = _("terms")

    def __str__(self) -> str:
        return self.term

    def get_absolute_url(self) -> str:
        return reverse("taxonomy:term", kwargs={"slug": self.slug})
