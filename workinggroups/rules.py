"""Who may do what in a group: pure predicates."""

from typing import Any

from portal.core.rules import is_member

PUBLIC, MEMBERS, PRIVATE = "public", "members", "private"
ACTIVE, DORMANT, CLOSED = "active", "dormant", "closed"
PROVIDER = "provider"
# The programme's cap on groups and the least a group needs to speak for anybody.
LEAST_LEADS = 1


def is_open_to(group: Any, user: Any, kind: str) -> bool:
    """Whether `user`, a member of that kind, may join by themselves: not a private group, not a closed one."""
    if not is_member(user) or group.audience == PRIVATE or group.state == CLOSED:
        return False
    return kind != PROVIDER or group.takes_providers


def may_lose_a_lead(leads: int) -> bool:
    """Whether one of so many leads may go: a group keeps at least one."""
    return leads > LEAST_LEADS
