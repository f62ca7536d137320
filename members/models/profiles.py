"""Profiles: what others read of a person."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from taggit.managers import TaggableManager
from taggit.models import ItemBase, TagBase

from members.choices import Offer
from members.eyes import is_led_by, shares_group_with, ties
from members.models.organisations import Organisation
from members.models.users import User
from members.rules import Audience
from members.seen import SeenProfile, see, see_card
from portal.core.cards import PersonCard
from portal.core.fields import SafeCharField, SafeTextField
from portal.core.models import Timed
from portal.core.rules import is_member, is_signed_in, is_staff_member
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
        """The same rule as `rules.may_see("name", ...)`: who may know that this person is a member.

        Who waits for approval sees nobody but themselves.
        """
        if is_staff_member(user):
            return self.listed()
        if is_member(user):
            by_name = models.Q(shown_to__in=[Audience.MEMBERS, Audience.PUBLIC]) | models.Q(user_id=user.pk)
            in_groups = models.Q(shares_group_with(user), shown_to=Audience.GROUPS)
            by_consent = models.Q(is_led_by(user), leads_may_contact=True)
            return self.listed().filter(by_name | in_groups | by_consent)
        if is_signed_in(user):
            return self.filter(user_id=user.pk)
        return self.listed().filter(shown_to=Audience.PUBLIC)

    def with_card_data(self) -> Self:
        """The joins that a card needs, so that lists of people cost one query."""
        return self.select_related("user", "organisation", "organisation__level", "picture")

    def with_ties_to(self, viewer: Any) -> Self:
        """What ties `viewer` to each owner, in the same query: what fields for "my groups" are judged by."""
        return self.annotate(**ties(viewer, Profile.objects.all()))

    def with_everything(self) -> Self:
        """All that `as_seen_by` reads: one query, and one more for each kind of row that hangs on profiles."""
        return (
            self.with_card_data()
            .select_related("stage")
            .prefetch_related(
                models.Prefetch("expertise", Expertise.objects.select_related("tag").order_by("tag__name")),
                models.Prefetch(
                    "service_lines", ServiceLine.objects.select_related("parent").order_by("position", "label")
                ),
                models.Prefetch("offers", ProfileOffer.objects.order_by("what")),
            )
        )


class Profile(Timed):
    """What others read of a person. Templates receive `as_seen_by(viewer)`, never this row."""

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
    pronouns = SafeCharField(_("pronouns"), max_length=40, blank=True)
    pronunciation = SafeCharField(_("how the name is said"), max_length=80, blank=True)
    # Codes of members.choices.languages(), in the order in which they were given.
    languages = models.JSONField(_("languages"), default=list, blank=True)
    # [{"label": ..., "url": ...}], http and https only.
    links = models.JSONField(_("links"), default=list, blank=True)
    # "" stands for the address of the account.
    contact_email = models.EmailField(_("work e-mail"), blank=True)
    phone = SafeCharField(_("phone"), max_length=40, blank=True)
    # Who may know that this person is a member: the audience of the name.
    shown_to = models.CharField(
        _("who can see it"),
        max_length=8,
        choices=[(str(audience), str(audience)) for audience in Audience],
        default=str(Audience.MEMBERS),
    )
    # The other fields whose audience differs from its default: {"bio": "public"}. Read through rules.audience_of.
    audiences = models.JSONField(_("who can see each field"), default=dict, blank=True)
    providers_may_contact = models.BooleanField(_("providers may contact me"), default=False)
    leads_may_contact = models.BooleanField(_("leads of my groups see my name and address"), default=False)
    member_since = models.DateTimeField(_("member since"), default=timezone.now)
    # When the owner last said that all of it is still so.
    confirmed_at = models.DateTimeField(_("last confirmed"), null=True, blank=True)
    # Derived, by operations.reindex: the order of names without accents.
    sort_name = models.CharField(max_length=160, editable=False, blank=True)

    objects = ProfileQuerySet.as_manager()

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")
        indexes = [
            models.Index(fields=["sort_name", "id"], name="profiles_by_name"),
            models.Index(fields=["-member_since", "-id"], name="profiles_by_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(shown_to__in=[str(audience) for audience in Audience]),
                name="profile_shown_to_somebody",
            )
        ]

    def __str__(self) -> str:
        return self.handle

    def get_absolute_url(self) -> str:
        return reverse("members:profile", kwargs={"handle": self.handle})

    @property
    def looking_for_lines(self) -> tuple[str, ...]:
        """What the person looks for, one thing each."""
        return tuple(line.strip() for line in self.looking_for.splitlines() if line.strip())

    @property
    def last_confirmed(self) -> datetime:
        """When its owner last vouched for it; who never did, did so on the day they joined."""
        return self.confirmed_at or self.member_since

    def as_seen_by(self, viewer: Any) -> SeenProfile:
        """The profile as `viewer` (an account or a stand-in) may see it: the only form in which it leaves this app."""
        return see(self, viewer)

    def as_card_for(self, viewer: Any) -> PersonCard:
        """The same as a card, which needs no more than `with_card_data()` and `with_ties_to(viewer)` bring."""
        return see_card(self, viewer)


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
