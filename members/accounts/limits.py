"""Counts sign-in attempts where all workers see them and no failure hides them.

allauth counts in Django's default cache. Ours may be a Redis that is allowed to be away (every failure is a
miss): then either nobody could sign in, or nothing would be counted. So its counters go to the cache "limits",
a table of the database. docs/adr/0008 tells why this one name is replaced.
"""

from allauth.core.internal import ratelimit
from django.core.cache import caches
from django.utils.connection import ConnectionProxy

CACHE = "limits"


def count_in_database() -> None:
    """Called once at start, before the first request."""
    if not hasattr(ratelimit, "cache"):
        msg = "allauth no longer counts in allauth.core.internal.ratelimit.cache: see docs/adr/0008."
        raise ImportError(msg)
    ratelimit.cache = ConnectionProxy(caches, CACHE)
