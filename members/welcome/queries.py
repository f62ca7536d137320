"""Reads of a first visit: where somebody stands, and what comes after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch

from members.models import Expertise, FirstVisit, Invitation, Profile
from members.queries import Peer, peers_to_meet
from portal.follows.models import Channel
from portal.follows.queries import followed_challenges
from portal.taxonomy.models import Challenge

# The columns of FirstVisit, in the order in which they are offered.
ORDER = ("challenge", "offer", "peers", "notices")
PEERS_AFTER = 2


def profile_of(user: Any) -> Profile | None:
    """The person's own profile with what the steps read of it, and how far they are, in three queries."""
    rows = Profile.objects.with_card_data().select_related("user__first_visit").filter(user=user)
    subjects = Prefetch("expertise", Expertise.objects.select_related("tag").order_by("tag__name"))
    return rows.prefetch_related(subjects, "service_lines").first()


def visit_of(profile: Profile) -> FirstVisit:
    """How far the owner of a profile is; nothing done for who never began."""
    visit: FirstVisit | None = getattr(profile.user, "first_visit", None)
    return visit or FirstVisit(person=profile.user)


def to_come(visit: FirstVisit) -> list[str]:
    """The steps that are neither done nor skipped."""
    return [step for step in ORDER if not getattr(visit, step)]


def next_step(visit: FirstVisit) -> str:
    """The first step to come; empty when there is none."""
    return next(iter(to_come(visit)), "")


def steps_left(user: Any) -> int:
    """How many steps of a visit that was begun are to come; 0 for members from before there was one.

    `user.first_visit` costs no query where the caller read it along.
    """
    visit = getattr(user, "first_visit", None)
    return 0 if visit is None or visit.finished_at else len(to_come(visit))


@dataclass(frozen=True)
class AfterVisit:
    """What to do now."""

    challenges: Sequence[Challenge]
    peers: Sequence[Peer]
    group: Channel | None


def after_visit(profile: Profile) -> AfterVisit:
    """Something to do for what was chosen: cases on the challenges, people, the group one was invited to."""
    user = profile.user
    came_by = Invitation.objects.filter(accepted_by=user, group__in=Channel.objects.visible_to(user))
    invitation = came_by.select_related("group").first()
    return AfterVisit(
        challenges=list(followed_challenges(user)),
        peers=peers_to_meet(profile, user)[:PEERS_AFTER],
        group=invitation.group if invitation else None,
    )
