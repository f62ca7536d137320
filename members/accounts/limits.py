"""Counts attempts at secrets where all workers see them and no failure hides them.

allauth counts in Django's default cache. Ours may be a Redis that is allowed to be away (every failure is a
miss): then either nobody could sign in, or nothing would be counted. So its counters go to the cache "limits",
a table of the database; so does its memory of codes and tokens that were used once. docs/adr/0008 tells why
these names are replaced.
"""

from typing import Any

from allauth.core.internal import ratelimit
from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.totp.internal import auth as totp
from allauth.socialaccount.internal import jwtkit
from django.core.cache import caches
from django.utils.connection import ConnectionProxy

CACHE = "limits"


class UsedCodes:
    """Remembers a code of an authenticator app for as long as it would be accepted.

    allauth remembers it for one period; with tolerance, a code opens the door during three.
    """

    def add(self, key: str, value: Any, timeout: float) -> bool:
        """Whether the code was new."""
        return caches[CACHE].add(key, value, timeout * (2 * mfa_settings.TOTP_TOLERANCE + 1))


def count_in_database() -> None:
    """Called once at start, before the first request."""
    for module in (ratelimit, totp, jwtkit):
        if not hasattr(module, "cache"):
            msg = f"allauth no longer counts in {module.__name__}.cache: see docs/adr/0008."
            raise ImportError(msg)
    ratelimit.cache = jwtkit.cache = ConnectionProxy(caches, CACHE)
    totp.cache = UsedCodes()
