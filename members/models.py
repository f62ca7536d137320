"""Accounts, profiles and organisations."""

from typing import Any, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from taggit.managers import TaggableManager
from taggit.models import ItemBase, TagBase

from portal.core.fields import SafeCharField, SafeTextField
from portal.core.models import Timed
from portal.core.rules import is_member, is_staff_member
from portal.taxonomy.choices import MemberKind
from portal.taxonomy.models import JurisdictionLevel, ServiceLine, Stage


class UserQuerySet(models.QuerySet["User"]):
    """Filters in the domain's words."""

    def members(self) -> Self:
        """Approved and active."""
        return self.filter(is_active=True, standing=User.Standing.MEMBER)

    def programme_staff(self) -> Self:
        """Active programme staff."""
        return self.members().filter(models.Q(is_staff=True) | models.Q(is_superuser=True))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Makes accounts; the e-mail address is the name."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A new account, pending unless `standing` says otherwise."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """An account that may do everything; for `manage.py createsuperuser`."""
        fields |= {"is_staff": True, "is_superuser": True, "standing": User.Standing.MEMBER}
        return self.create_user(email, password, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Addresses are compared without regard to case."""
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """An account: who signs in, in which language and zone. What others read is the Profile."""

    class Standing(models.TextChoices):
        """Where somebody stands with the community."""

        PENDING = "pending", _("Waits for approval")
        MEMBER = "member", _("Member")
        SUSPENDED = "suspended", _("Suspended")

    class Theme(models.TextChoices):
        """Light or dark."""

        SYSTEM = "", _("As the device has it")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    email = models.EmailField(_("e-mail address"), unique=True)
    name = SafeCharField(_("name"), max_length=120)
    standing = models.CharField(_("standing"), max_length=10, choices=Standing, default=Standing.PENDING)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("programme staff"), default=False)
    language = models.CharField(_("language"), max_length=10, default="en-gb")
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    theme = models.CharField(_("appearance"), max_length=5, choices=Theme, default=Theme.SYSTEM, blank=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [models.UniqueConstraint(Lower("email"), name="one_account_per_address")]
        indexes = [models.Index(fields=["standing", "is_active"], name="members_by_standing")]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_member(self) -> bool:
        """Approved, and not suspended."""
        return self.is_active and self.standing == self.Standing.MEMBER

    @property
    def is_programme_staff(self) -> bool:
        """May curate, approve, and look after the community."""
        return self.is_member and (self.is_staff or self.is_superuser)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which this person reads times; UTC when the stored name is unknown here."""
        try:
            return ZoneInfo(self.time_zone)
        except (KeyError, ValueError):
            return ZoneInfo("UTC")

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ", 1)[0]


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
    body = models.CharField(_("kind of body"), max_length=12, choices=Body, default=Body.GOVERNMENT)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")

    def __str__(self) -> str:
        return self.name


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

    def visible_to(self, user: Any) -> Self:
        """Members see members; visitors and pending accounts see public profiles and their own."""
        listed = self.filter(user__is_active=True, user__standing=User.Standing.MEMBER)
        if is_member(user) or is_staff_member(user):
            return listed
        public = models.Q(pk__in=listed.filter(visibility=Profile.Visibility.PUBLIC))
        own = models.Q(user_id=user.pk) if getattr(user, "pk", None) else models.Q()
        return self.filter(public | own) if own else self.filter(public)


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
        Organisation, verbose_name=_("organisation"), null=True, blank=True, on_delete=models.PROTECT
    )
    organisation_proposed = SafeCharField(_("organisation as written"), max_length=160, blank=True)
    role = SafeCharField(_("what you do there"), max_length=160, blank=True)
    service_lines = models.ManyToManyField(ServiceLine, verbose_name=_("service lines"), blank=True)
    stage = models.ForeignKey(Stage, verbose_name=_("stage"), null=True, blank=True, on_delete=models.PROTECT)
    ask_about = TaggableManager(_("ask me about"), through=Expertise, blank=True)
    looking_for = SafeTextField(_("looking for"), max_length=600, blank=True)
    willing_to = models.JSONField(_("willing to"), default=list, blank=True)
    languages = models.JSONField(_("languages"), default=list, blank=True)
    bio = SafeTextField(_("about"), max_length=2000, blank=True)
    visibility = models.CharField(
        _("who can see it"), max_length=10, choices=Visibility, default=Visibility.MEMBERS
    )

    objects = ProfileQuerySet.as_manager()

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")

    def __str__(self) -> str:
        return self.handle

    def get_absolute_url(self) -> str:
        return reverse("members:profile", kwargs={"handle": self.handle})
