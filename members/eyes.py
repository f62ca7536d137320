"""Whose eyes: from an account, or from somebody imagined, to what the rules ask of a reader.

Lists bring the ties of their reader with each row (`Profile.objects.with_ties_to(viewer)`), in the same query; for
a row that came without, they are asked for. A row remembers whose ties it brought, so that nobody is given the
eyes of somebody else.
"""

from dataclasses import dataclass
from typing import Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db.models import BooleanField, Exists, IntegerField, OuterRef, QuerySet, Value

from members.rules import GROUP, SORTS_OF_READER, Eyes
from portal.core.rules import is_member, is_signed_in, is_staff_member
from portal.follows.models import Seat
from portal.taxonomy.choices import MemberKind


@dataclass(frozen=True)
class StandIn:
    """Somebody of a sort, made up: what the owner sees when they view their profile "as" others.

    `user` stands for this reader wherever rows are asked for by account (the contributions, the people alike).
    """

    sort: str
    eyes: Eyes
    user: Any

    @classmethod
    def for_owner(cls, sort: str, owner: Any) -> Self:
        """A reader of this sort in front of this owner's profile. KeyError for a sort there is none of."""
        eyes = SORTS_OF_READER[sort]
        if eyes.visitor:
            return cls(sort, eyes, AnonymousUser())
        # Whoever shares every group with the owner has the owner's seats; other members have none of them.
        seats_of = owner.pk if eyes.shares_group else 0
        return cls(sort, eyes, type(owner)(pk=seats_of, standing="member", is_staff=eyes.staff))

    def meet(self, profile: Any) -> None:
        """Let the row remember what ties this reader to its owner, so that nothing asks for it."""
        profile.ties_of, profile.viewer_sells = self.user.pk or 0, self.eyes.sells
        profile.shares_group, profile.leads_group = self.eyes.shares_group, self.eyes.leads_group


def shares_group_with(viewer: Any) -> Exists:
    """For rows of profiles: whether the profile's owner has a seat in a working group in which `viewer` has one."""
    return Exists(_shared_seats(viewer))


def is_led_by(viewer: Any) -> Exists:
    """For rows of profiles: whether `viewer` leads a working group to which the profile's owner belongs."""
    return Exists(_shared_seats(viewer, channel__seats__role=Seat.Role.HOST))


def _shared_seats(viewer: Any, **more: Any) -> QuerySet[Seat]:
    return Seat.objects.filter(user=OuterRef("user"), channel__kind=GROUP, channel__seats__user_id=viewer.pk, **more)


def ties(viewer: Any, profiles: QuerySet[Any]) -> dict[str, Any]:
    """Annotations for rows of profiles: what ties `viewer` to their owners, and whose ties these are."""
    if not is_member(viewer):
        nothing = Value(False, output_field=BooleanField())
        found = {"shares_group": nothing, "leads_group": nothing, "viewer_sells": nothing}
    else:
        found = {
            "shares_group": shares_group_with(viewer),
            "leads_group": is_led_by(viewer),
            "viewer_sells": Exists(profiles.filter(user_id=viewer.pk, kind=MemberKind.PROVIDER)),
        }
    return {**found, "ties_of": Value(getattr(viewer, "pk", None) or 0, output_field=IntegerField())}


def eyes_of(viewer: Any, profile: Any) -> Eyes:
    """With which eyes `viewer`, an account or a stand-in, reads this profile; asks only for ties not yet known."""
    if isinstance(viewer, StandIn):
        return viewer.eyes
    if not is_signed_in(viewer):
        return Eyes(visitor=True)
    if viewer.pk == profile.user_id:
        return Eyes(owner=True)
    if not is_member(viewer):
        return Eyes()
    if is_staff_member(viewer):
        return Eyes(member=True, staff=True)
    if getattr(profile, "ties_of", None) != viewer.pk:
        rows = type(profile)._default_manager.filter(pk=profile.pk)
        profile = rows.with_ties_to(viewer).get()
    return Eyes(
        member=True,
        sells=profile.viewer_sells,
        shares_group=profile.shares_group,
        leads_group=profile.leads_group,
    )
