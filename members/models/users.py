"""Accounts: who signs in."""

import unicodedata
from collections.abc import Iterator
from typing import Any, Self
from zoneinfo import ZoneInfo

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from portal.core.fields import SafeCharField
from portal.core.rules import is_signed_in, is_staff_member
from portal.follows.models import Seat


def _composed(password: str | None) -> str | None:
    """The same characters whatever keyboard made them: "é" typed as one key or as two is one password."""
    return password if password is None else unicodedata.normalize("NFC", password)


def second_factors() -> models.QuerySet[Authenticator]:
    """Authenticator apps and passkeys. Recovery codes alone are no second factor: they only stand in for one."""
    return Authenticator.objects.filter(type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])


class UserQuerySet(models.QuerySet["User"]):
    """Filters in the domain's words."""

    def members(self) -> Self:
        """Approved and active."""
        return self.filter(is_active=True, standing=User.Standing.MEMBER)

    def visible_to(self, user: Any) -> Self:
        """Accounts as such: staff look after all of them, everybody else sees their own. Profiles are for readers."""
        if is_staff_member(user):
            return self.all()
        return self.filter(pk=user.pk) if is_signed_in(user) else self.none()

    def with_sign_in(self) -> Self:
        """With what every request asks of whoever is signed in: whether they lead a group, and have a second factor."""
        hosted = Seat.objects.filter(user=models.OuterRef("pk"), role=Seat.Role.HOST)
        factors = second_factors().filter(user=models.OuterRef("pk"))
        return self.annotate(hosts_a_channel=models.Exists(hosted), has_app_or_passkey=models.Exists(factors))

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
        LEAVING = "leaving", _("Leaving: to be erased")

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
    date_joined = models.DateTimeField(_("account made"), default=timezone.now)
    # Part of what a session is signed with: one more, and every session of this person is over.
    session_epoch = models.PositiveIntegerField(_("sessions ended"), default=0, editable=False)

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
    def is_lead(self) -> bool:
        """Whether this person hosts a channel: leads a group. Who is signed in was loaded with the answer."""
        known = getattr(self, "hosts_a_channel", None)
        return Seat.objects.filter(user=self.pk, role=Seat.Role.HOST).exists() if known is None else known

    @property
    def has_second_factor(self) -> bool:
        """Whether an authenticator app or a passkey is set up. Who is signed in was loaded with the answer."""
        known = getattr(self, "has_app_or_passkey", None)
        return second_factors().filter(user=self.pk).exists() if known is None else known

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which this person reads times; UTC when the stored name is unknown here."""
        try:
            return ZoneInfo(self.time_zone)
        except (KeyError, ValueError):
            return ZoneInfo("UTC")

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(_composed(raw_password))

    def check_password(self, raw_password: str) -> bool:
        return super().check_password(_composed(raw_password) or "")

    def get_session_auth_hash(self) -> str:
        return self._signed_session()

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        for secret in settings.SECRET_KEY_FALLBACKS:
            yield self._signed_session(secret)

    def _signed_session(self, secret: str | None = None) -> str:
        value = f"{self.password}:{self.session_epoch}"
        return salted_hmac("members.User.session", value, secret=secret, algorithm="sha256").hexdigest()

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ", 1)[0]
