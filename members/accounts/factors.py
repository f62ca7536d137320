"""Second factors: who has proved one in this session, whose last one may go, and recovery codes."""

from datetime import datetime, timedelta
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.flows import deactivate_totp
from allauth.mfa.webauthn.internal.flows import remove_authenticator
from django.db import transaction
from django.http import HttpRequest

from members.models import User
from members.models.users import second_factors
from members.rules import needs_second_factor

# So long after they were made, recovery codes can still be read: time to print them, not to come across them.
CODES_SHOWN_FOR = timedelta(hours=1)


def proved(request: HttpRequest) -> bool:
    """Whether whoever is signed in proved a second factor in this session: code, passkey or recovery code."""
    return any(each.get("method") == "mfa" for each in get_authentication_records(request, request.user))


def remember_proof(request: HttpRequest, authenticator: Authenticator) -> None:
    """Setting a factor up proves it: the first code was typed, the passkey answered."""
    record_authentication(request, request.user, "mfa", id=authenticator.pk, type=authenticator.type)


def is_second_factor(authenticator: Authenticator) -> bool:
    """Whether this is an authenticator app or a passkey, and not a set of recovery codes."""
    return authenticator.type != Authenticator.Type.RECOVERY_CODES


def is_last(authenticator: Authenticator) -> bool:
    """Whether its owner has no other second factor."""
    return not second_factors().filter(user=authenticator.user_id).exclude(pk=authenticator.pk).exists()


def may_remove(authenticator: Authenticator) -> bool:
    """Anything may go but the last factor of somebody whose role needs one."""
    return not needs_second_factor(authenticator.user) or not is_last(authenticator)


def codes_of(user: Any) -> Authenticator | None:
    """The recovery codes of an account, if it has any."""
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()


def codes_to_show(codes: Authenticator | None, at: datetime) -> list[str]:
    """The codes themselves, until their owner said that they are kept, for an hour at most; then none, ever."""
    if codes is None or codes.data.get("kept") or at - codes.created_at > CODES_SHOWN_FOR:
        return []
    return codes.wrap().get_unused_codes()


def codes_left(codes: Authenticator | None) -> int:
    """How many recovery codes were not used yet."""
    return len(codes.wrap().get_unused_codes()) if codes else 0


@transaction.atomic
def remove(request: HttpRequest, factor: Authenticator) -> bool:
    """Take a factor from whoever is signed in; they are told by mail, and signed out elsewhere.

    False for the last one of somebody whose role needs one. The account is held meanwhile: of two factors that are
    removed at once, one would be the last.
    """
    User.objects.select_for_update().get(pk=factor.user_id)
    if not may_remove(factor):
        return False
    flow = deactivate_totp if factor.type == Authenticator.Type.TOTP else remove_authenticator
    flow(request, factor)
    return True


@transaction.atomic
def keep_codes(user: Any) -> None:
    """Their owner has kept the recovery codes: they are never shown again."""
    codes = Authenticator.objects.select_for_update().filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    if codes is not None:
        codes.data["kept"] = True
        codes.save(update_fields=["data"])
