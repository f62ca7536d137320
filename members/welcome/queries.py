"""Reads of a first visit: where somebody stands, and what comes after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Expertise, FirstVisit, Invitation, Profile
from members.peers.queries import peers_of
from members.seen import see_card
from portal.core.cards import PersonCard
from portal.follows.models import Channel
from portal.follows.queries import followed_challenges
from portal.taxonomy.models import Challenge

# The columns of FirstVisit, in the order in which they are offered.
ORDER = ("challenge", "offer", "peers", "notices")
PEERS, PEERS_AFTER = 5, 2


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
class ToMeet:
    """Somebody worth meeting, and why, in words."""

    card: PersonCard
    why: str


def peers_to_meet(profile: Profile) -> list[ToMeet]:
    """Five people for a first visit: peers first, then whoever has joined lately."""
    viewer = profile.user
    peers = peers_of(profile, timezone.now(), limit=PEERS).peers
    found = [ToMeet(peer.card, " ".join(peer.reasons)) for peer in peers]
    if len(found) < PEERS:
        known = [profile.handle, *(peer.handle for peer in peers)]
        newest = Profile.objects.visible_to(viewer).listed().with_card_data().with_ties_to(viewer)
        rest = newest.exclude(handle__in=known).order_by("-member_since", "pk")[: PEERS - len(found)]
        found += [ToMeet(see_card(other, viewer), _("Has joined lately.")) for other in rest]
    return found


@dataclass(frozen=True)
class AfterVisit:
    """What to do now."""

    challenges: Sequence[Challenge]
    peers: Sequence[ToMeet]
    group: Channel | None


def after_visit(profile: Profile) -> AfterVisit:
    """Something to do for what was chosen: cases on the challenges, people, the group one was invited to."""
    user = profile.user
    came_by = Invitation.objects.filter(accepted_by=user, group__in=Channel.objects.visible_to(user))
    invitation = came_by.select_related("group").first()
    return AfterVisit(
        challenges=list(followed_challenges(user)),
        peers=peers_to_meet(profile)[:PEERS_AFTER],
        group=invitation.group if invitation else None,
    )
