"""Addresses that carry a proof of ours: `bounces+<tag>@…`, `reply+<tag>@…`.

A tag names a row and is sealed, so that nobody who guesses or garbles one gets in. Some mail servers change the
case of addresses: tags are lower case, and are read without regard to it.
"""

import base64

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import base36_to_int, int_to_base36

SEAL_BYTES = 16  # 128 bits, 26 characters
LONGEST_NUMBER = 13  # of a 64-bit number in base 36


def sealed(purpose: str, *numbers: int) -> str:
    """The numbers with a seal that is good for this purpose alone: "1c-5x-kq3…", at most 55 characters for two."""
    named = "-".join(int_to_base36(number) for number in numbers)
    return f"{named}-{_seal(purpose, named, settings.SECRET_KEY)}"


def opened(purpose: str, tag: str, *, count: int) -> tuple[int, ...] | None:
    """The numbers of a tag that we sealed for this purpose, also with a former key; None for any other."""
    *parts, seal = tag.lower().split("-")
    if len(parts) != count or not all(0 < len(part) <= LONGEST_NUMBER and _is_base36(part) for part in parts):
        return None
    named = "-".join(parts)
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    if not seal.isascii() or not any(constant_time_compare(seal, _seal(purpose, named, key)) for key in keys):
        return None
    return tuple(base36_to_int(part) for part in parts)


def with_tag(address: str, tag: str) -> str:
    """`bounces@portal.example` and a tag as one address."""
    local, _at, domain = address.rpartition("@")
    return f"{local}+{tag}@{domain}"


def tag_of(address: str, base: str) -> str | None:
    """The tag of an address that was made from `base`; None for any other, and when there is no base."""
    local, _at, domain = base.lower().rpartition("@")
    given, _at, at_domain = address.strip().strip("<>").lower().rpartition("@")
    if not local or at_domain != domain or not given.startswith(f"{local}+"):
        return None
    return given.removeprefix(f"{local}+")


def _seal(purpose: str, named: str, key: str) -> str:
    digest = salted_hmac(f"portal.outbox.tags.{purpose}", named, secret=key, algorithm="sha256").digest()
    return base64.b32encode(digest[:SEAL_BYTES]).decode("ascii").rstrip("=").lower()


def _is_base36(part: str) -> bool:
    return part.isascii() and part.isalnum()
