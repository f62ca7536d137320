"""Who may see which field of a profile, and who may do what to an account."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from portal.core.rules import is_member, is_signed_in, is_staff_member


class Audience(StrEnum):
    """Who sees a field, from fewest to most."""

    ME = "me"
    STAFF = "staff"
    GROUPS = "groups"
    MEMBERS = "members"
    PUBLIC = "public"


@dataclass(frozen=True)
class FieldRule:
    """Who sees a field when its owner chose nothing, and the widest audience its owner may choose."""

    default: Audience
    widest: Audience


_SHARED = FieldRule(Audience.MEMBERS, Audience.PUBLIC)
FIELDS: dict[str, FieldRule] = {
    "name": _SHARED,
    "kind": _SHARED,
    "organisation": _SHARED,
    "level": _SHARED,
    "country": _SHARED,
    "role": _SHARED,
    "service_lines": _SHARED,
    "stage": _SHARED,
    "ask_about": _SHARED,
    "looking_for": _SHARED,
    "willing_to": _SHARED,
    "languages": _SHARED,
    "time_zone": _SHARED,
    "bio": _SHARED,
    "member_since": _SHARED,
    "contributions": _SHARED,
    "email": FieldRule(Audience.ME, Audience.GROUPS),
}


def is_listed(user: Any) -> bool:
    """Whether this person is one of the community: approved, and neither suspended nor switched off."""
    return is_member(user)


def may_sign_in(user: Any) -> bool:
    """Active and not suspended; who waits for approval may sign in and sees how the request stands."""
    return bool(user.is_active) and user.standing != "suspended"


def audience_of(field: str, profile: Any) -> Audience:
    """Who sees a field of this profile, as its owner chose."""
    rule = FIELDS[field]
    if profile.visibility == "public" and rule.widest is Audience.PUBLIC:
        return Audience.PUBLIC
    return rule.default


def may_see(field: str, *, profile: Any, viewer: Any) -> bool:
    """Whether `viewer` sees this field of this profile.

    Owners see all of their own. Who waits for approval sees nobody else: less than a visitor, because what a
    person chose to be public is for readers of the site, and a request is not decided by browsing.
    """
    if getattr(viewer, "pk", None) is not None and viewer.pk == profile.user_id:
        return is_signed_in(viewer)
    if not is_listed(profile.user):
        return False
    audience = audience_of(field, profile)
    if audience is Audience.PUBLIC:
        return is_member(viewer) or not is_signed_in(viewer)
    if audience is Audience.MEMBERS:
        return is_member(viewer)
    if audience is Audience.STAFF:
        return is_staff_member(viewer)
    return False


def may_edit(profile: Any, user: Any) -> bool:
    """Only members edit, and only their own profile."""
    return is_member(user) and user.pk == profile.user_id


def may_suspend(person: Any, user: Any) -> bool:
    """Staff suspend and reinstate any member but themselves; superusers only by superusers.

    A request that waits is refused, not suspended: reinstating would make a member of who never was one.
    """
    if not is_staff_member(user) or person.pk == user.pk or person.standing == "pending":
        return False
    return not person.is_superuser or bool(user.is_superuser)
