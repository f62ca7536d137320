"""Working groups for tests, made by the operations themselves, so that seats and channel are always in step."""

from datetime import timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from members.models import User
from tests.factories.discussions import make_thread
from tests.factories.meetings import make_meeting
from tests.factories.members import ProfileFactory
from workinggroups import operations
from workinggroups.models import Membership, WorkingGroup

_numbers = count(1)


def make_group(
    *, audience: str = "public", lead: User | None = None, members: tuple[User, ...] = (), **fields: Any
) -> WorkingGroup:
    """A group with a lead and members; `fields` are those of the group."""
    number = next(_numbers)
    now = timezone.now() - timedelta(days=60)
    terms = {"title": f"Group {number}", "audience": audience, "state": "active", "takes_providers": True}
    terms |= {name: fields.pop(name) for name in list(fields) if name in terms}
    group = operations.charter_group(
        slug=fields.pop("slug", f"group-{number}"),
        terms=operations.Terms(**terms),
        purpose=fields.pop("purpose", "What the group is for."),
        charter=fields.pop("charter", "### Why\n\nBecause."),
        chartered_on=now.date(),
        lead=lead or ProfileFactory().user,
        by=None,
        at=now,
    )
    for user in members:
        operations.appoint(group=group, user=user, role=Membership.Role.MEMBER, by=None, at=now)
    return group


def staged(lead: User) -> dict[str, Any]:
    """For the matrix of addresses: a group of each audience led by `lead`, its meetings and discussions by name."""
    groups = {
        audience: make_group(audience=audience, lead=lead, slug=f"{audience}-group")
        for audience in ("public", "members", "private")
    }
    now, channel = timezone.now(), groups["public"].channel
    meetings = {
        "a-meeting": make_meeting(channel, start=now + timedelta(days=5)),
        "a-draft": make_meeting(channel, state="draft"),
        "a-past-meeting": make_meeting(channel, start=now - timedelta(days=5)),
        "a-private-meeting": make_meeting(groups["private"].channel, start=now + timedelta(days=5)),
    }
    threads = {
        "a-thread": make_thread(channel, by=lead, seated_only=True),
        "a-members-thread": make_thread(channel, by=lead, members_only=True),
        "a-private-thread": make_thread(groups["private"].channel, by=lead, seated_only=True),
    }
    things: dict[str, Any] = meetings | threads
    stage: dict[str, Any] = {name: thing.pk for name, thing in things.items()}
    return stage | {f"{name}-slug": thing.slug for name, thing in things.items()}
