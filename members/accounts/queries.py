"""Reads about how people sign in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from members.accounts import devices, factors, sessions
from members.accounts.openid import name_of
from members.models import FactorReset, Profile
from members.rules import may_confirm_reset, needs_second_factor


@dataclass(frozen=True)
class Factor:
    """An authenticator app or a passkey; whoever reads of it is its owner."""

    pk: int
    name: str
    added: datetime
    used: datetime | None


@dataclass(frozen=True)
class Device:
    """A browser that is signed in."""

    pk: int
    words: str
    address: str
    since: datetime
    seen: datetime
    here: bool


@dataclass(frozen=True)
class Connection:
    """A provider by which somebody signs in, or (pk 0) could."""

    slug: str
    name: str
    pk: int = 0
    email: str = ""


@dataclass(frozen=True)
class Security:
    """Everything about how one signs in."""

    has_password: bool
    needs_factor: bool
    app: Factor | None
    passkeys: list[Factor]
    codes_shown: bool
    codes_left: int
    connected: list[Connection]
    offered: list[Connection]
    devices: list[Device]

    @property
    def has_factor(self) -> bool:
        """Whether an app or a passkey is set up."""
        return bool(self.app or self.passkeys)


def security_of(request: HttpRequest) -> Security:
    """How whoever is signed in signs in, and where they are signed in."""
    user: Any = request.user
    rows = list(Authenticator.objects.filter(user=user).order_by("created_at", "pk"))
    by_type = {row.type: row for row in rows}
    app, codes = by_type.get(Authenticator.Type.TOTP), by_type.get(Authenticator.Type.RECOVERY_CODES)
    connected = [_connection(row) for row in SocialAccount.objects.filter(user=user).order_by("pk")]
    taken = {each.slug for each in connected}
    return Security(
        has_password=user.has_usable_password(),
        needs_factor=settings.REQUIRE_SECOND_FACTOR and needs_second_factor(user),
        app=_factor(app, "") if app else None,
        passkeys=[_factor(row, row.wrap().name) for row in rows if row.type == Authenticator.Type.WEBAUTHN],
        codes_shown=bool(factors.codes_to_show(codes, timezone.now())),
        codes_left=factors.codes_left(codes),
        connected=connected,
        offered=[each for each in providers() if each.slug not in taken],
        devices=[_device(row, request) for row in sessions.open_sessions(user)],
    )


def _factor(row: Authenticator, name: str) -> Factor:
    return Factor(row.pk, name, row.created_at, row.last_used_at)


def _connection(row: SocialAccount) -> Connection:
    return Connection(row.provider, name_of(row.provider), row.pk, str(row.extra_data.get("email", "")))


def _device(row: Any, request: HttpRequest) -> Device:
    here = row.session_key == request.session.session_key
    return Device(row.pk, devices.in_words(row.user_agent), row.ip, row.created_at, row.last_seen_at, here)


def providers() -> list[Connection]:
    """The OpenID providers that the environment names."""
    apps = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    return [Connection(app["provider_id"], app["name"]) for app in apps]


@dataclass(frozen=True)
class WaitingReset:
    """A reset that waits for a second colleague, as somebody of staff sees it."""

    reset: FactorReset
    may_confirm: bool


def waiting_resets(viewer: Any) -> list[WaitingReset]:
    """What waits for a second colleague, the oldest first."""
    rows = FactorReset.objects.visible_to(viewer).open().select_related("person", "asked_by").order_by("asked_at", "pk")
    return [WaitingReset(row, may_confirm_reset(row, viewer)) for row in rows]


def meant(request: HttpRequest) -> dict[str, str]:
    """What the form begins with for staff who come from somebody's profile (`?handle=`)."""
    handle = request.GET.get("handle", "")
    profile = Profile.objects.visible_to(request.user).select_related("user").filter(handle=handle).first()
    return {"email": profile.user.email} if profile else {}
