"""Who may invite, and how many."""

from datetime import timedelta
from typing import Any

from portal.core.rules import is_member, is_staff_member

A_DAY = timedelta(days=1)
MEMBERS_A_DAY, STAFF_A_DAY = 10, 100


def may_invite(user: Any) -> bool:
    """Every member vouches for whom they bring."""
    return is_member(user)


def per_day(user: Any) -> int:
    """How many invitations this person sends in a day, those sent again included."""
    return STAFF_A_DAY if is_staff_member(user) else MEMBERS_A_DAY
