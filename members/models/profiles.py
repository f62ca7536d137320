"""Profiles: what others read of a person."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from taggit.managers import TaggableManager
from taggit.models import ItemBase, TagBase

from members.choices import Offer, languages
from members.models.organisations import Organisation
from members.models.users import User
from members.seen import SeenProfile, see
from portal.core.fields import SafeCharField, SafeTextField
from portal.core.models import Timed
from portal.core.rules import is_member, is_signed_in
from portal.taxonomy.choices import MemberKind
from portal.taxonomy.models import ServiceLine, Stage


class Subject(TagBase):
    """A free subject somebody can be asked about; curated by staff."""

    class Meta:
        verbose_name = _("expertise")
        verbose_name_plural = _("expertise")


class Expertise(ItemBase):
    """A profile offers a subject."""

    tag = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="profiles")
    content_object = models.ForeignKey("Profile", on_delete=models.CASCADE, related_name="expertise")


class ProfileQuerySet(models.QuerySet["Profile"]):
    """Filters in the domain's words."""

    def listed(self) -> Self:
        """The community: approved and active."""
        return self.filter(user__is_active=True, user__standing=User.Standing.MEMBER)

    def visible_to(self, user: Any) -> Self:
        """The same rule as `rules.may_see("name", ...)`: members see members, visitors what is public.

        Who waits for approval sees nobody but themselves.
        """
        if is_member(user):
            return self.listed()
        if is_signed_in(user):
            return self.filter(user_id=user.pk)
        return self.listed().filter(visibility=Profile.Visibility.PUBLIC)

    def with_card_data(self) -> Self:
        """The joins that a card needs, so that lists of people cost one query."""
        return self.select_related("user", "organisation", "organisation__level")

    def with_everything(self) -> Self:
        """All that `as_seen_by` reads: one query, and one more for each kind of row that hangs on profiles."""
        return (
            self.with_card_data()
            .select_related("stage")
            .prefetch_related(
                models.Prefetch("expertise", Expertise.objects.select_related("tag").order_by("tag__name")),
                models.Prefetch("service_lines", ServiceLine.objects.order_by("position", "label")),
                models.Prefetch("languages", ProfileLanguage.objects.order_by("pk")),
                models.Prefetch("offers", ProfileOffer.objects.order_by("what")),
            )
        )


class Profile(Timed):
    """What others read of a person. Templates receive `as_seen_by(viewer)`, never this row."""

    class Visibility(models.TextChoices):
        """Who may see the profile."""

        MEMBERS = "members", _("Members only")
        PUBLIC = "public", _("Anyone")

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile")
    handle = models.SlugField(_("handle"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=MemberKind, default=MemberKind.PRACTITIONER)
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="profiles",
    )
    organisation_proposed = SafeCharField(_("organisation as written"), max_length=160, blank=True)
    role = SafeCharField(_("what you do there"), max_length=160, blank=True)
    service_lines = models.ManyToManyField(
        ServiceLine, verbose_name=_("service lines"), blank=True, related_name="profiles"
    )
    stage = models.ForeignKey(
        Stage, verbose_name=_("stage"), null=True, blank=True, on_delete=models.PROTECT, related_name="profiles"
    )
    ask_about = TaggableManager(_("ask me about"), through=Expertise, blank=True)
    # One thing a line.
    looking_for = SafeTextField(_("looking for"), max_length=600, blank=True)
    bio = SafeTextField(_("about"), max_length=2000, blank=True)
    visibility = models.CharField(_("who can see it"), max_length=10, choices=Visibility, default=Visibility.MEMBERS)
    member_since = models.DateTimeField(_("member since"), default=timezone.now)
    # Both are derived, by operations.reindex: what search reads, and the order of names without accents.
    search_text = models.TextField(editable=False, blank=True)
    sort_name = models.CharField(max_length=160, editable=False, blank=True)

    objects = ProfileQuerySet.as_manager()

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")
        indexes = [
            models.Index(fields=["sort_name", "id"], name="profiles_by_name"),
            models.Index(fields=["-member_since", "-id"], name="profiles_by_newest"),
        ]

    def __str__(self) -> str:
        return self.handle

    def get_absolute_url(self) -> str:
        return reverse("members:profile", kwargs={"handle": self.handle})

    @property
    def looking_for_lines(self) -> tuple[str, ...]:
        """What the person looks for, one thing each."""
        return tuple(line.strip() for line in self.looking_for.splitlines() if line.strip())

    def as_seen_by(self, viewer: Any) -> SeenProfile:
        """The profile as `viewer` may see it: the only form in which it leaves this app."""
        return see(self, viewer)


class ProfileLanguage(models.Model):
    """A person speaks a language; the order is theirs."""

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="languages")
    code = models.CharField(_("language"), max_length=8, choices=languages)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["profile", "code"], name="language_once")]
        verbose_name = _("spoken language")
        verbose_name_plural = _("spoken languages")

    def __str__(self) -> str:
        return self.code


class ProfileOffer(models.Model):
    """A person is willing to do something for others."""

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="offers")
    what = models.CharField(_("willing to"), max_length=10, choices=Offer)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["profile", "what"], name="offer_once")]
        verbose_name = _("offer")
        verbose_name_plural = _("offers")

    def __str__(self) -> str:
        return self.what
