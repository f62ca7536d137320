"""Second factors of the tests' people: a key for an authenticator app, its codes, and sessions that proved it."""

import time
from typing import Any

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.account.internal.userkit import user_id_to_str
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import encrypt
from django.test import Client

KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def give_app(person: Any) -> Authenticator:
    """An authenticator app with KEY, if the person has none."""
    return Authenticator.objects.get_or_create(
        user=person, type=Authenticator.Type.TOTP, defaults={"data": {"secret": encrypt(KEY)}}
    )[0]


def code_now(key: str = KEY, *, steps: int = 0) -> str:
    """What an authenticator app shows (RFC 6238), `steps` half minutes from now."""
    return format_hotp_value(hotp_value(key, int(time.time()) // 30 + steps))


def prove(client: Client, person: Any, *, again: bool = False) -> None:
    """Mark the client's session as one that proved the person's second factor: long ago, or `again` just now."""
    proof = {"method": "mfa", "type": "totp", "at": 0.0}
    if again:
        proof |= {"at": time.time(), "reauthenticated": True}
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [proof]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = user_id_to_str(person)
    session.save()
