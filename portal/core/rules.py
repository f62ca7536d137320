"""Who somebody is, asked safely of a member, a pending account or an anonymous visitor."""

from typing import Any


def is_member(user: Any) -> bool:
    """An approved member whose account is active."""
    return bool(getattr(user, "is_member", False))


def is_staff_member(user: Any) -> bool:
    """Programme staff: curate, approve, look after the community."""
    return bool(getattr(user, "is_programme_staff", False))


def is_signed_in(user: Any) -> bool:
    """Any active account, also one that still waits for approval."""
    return bool(getattr(user, "is_authenticated", False) and getattr(user, "is_active", False))
