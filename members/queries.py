"""Reads about people: what others are given of them, by whom it is seen."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from members.choices import ContributionKind
from members.eyes import StandIn
from members.models import (
    Contribution,
    DataExport,
    Departure,
    DirectoryTerm,
    Merge,
    Profile,
    ProfileEdit,
    User,
)
from members.rules import may_suspend
from members.seen import see_card
from portal.core.cards import PersonCard
from portal.outbox.models import Fact

CONTRIBUTIONS = 10


def card_of(user: Any) -> PersonCard:
    """A person's own card, for their masthead; by name alone while there is no profile.

    The profile comes with the account that a request loads (members.accounts.backend).
    """
    profile = getattr(user, "profile", None)
    return see_card(profile, user) if profile else PersonCard(name=str(user))


def cards_by_user(user_ids: set[int], viewer: Any) -> dict[int, PersonCard]:
    """Cards for many people at once, in one query; whoever `viewer` may not see is left out."""
    profiles = Profile.objects.visible_to(viewer).with_card_data().with_ties_to(viewer).filter(user_id__in=user_ids)
    return {profile.user_id: see_card(profile, viewer) for profile in profiles}


def users_by_handle(handles: set[str], viewer: Any) -> dict[str, int]:
    """Whom the handles mean, in one query; whoever `viewer` may not see is left out."""
    rows = Profile.objects.visible_to(viewer).filter(handle__in=handles)
    return dict(rows.values_list("handle", "user_id"))


def own_profiles(user: Any) -> QuerySet[Profile]:
    """The profile of whoever is signed in, with all that its page shows; empty while there is none."""
    return Profile.objects.with_everything().select_related("entry").filter(user=user)


def own_profile(user: Any) -> Profile | None:
    """The same as one row, or None."""
    return own_profiles(user).first()


# --- what stands beside a profile -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Given:
    """One contribution as a line of a profile."""

    kind_label: Any
    title: str
    url: str
    at: datetime


@dataclass(frozen=True)
class Record:
    """What somebody gave to the community, as far as the viewer may see the things themselves."""

    lines: list[Given] = field(default_factory=list)
    more: int = 0
    leads: list[Given] = field(default_factory=list)


def record_of(profile: Profile, viewer: Any) -> Record:
    """The newest contributions, those hidden from `viewer` left out, and the groups the person leads."""
    account = viewer.user if isinstance(viewer, StandIn) else viewer
    rows = Contribution.objects.visible_to(account).filter(person=profile.user_id).order_by("-at", "-pk")
    given = [(row.kind, Given(row.get_kind_display(), row.title, row.url, row.at)) for row in rows[:200]]
    leads = [line for kind, line in given if kind == ContributionKind.GROUP]
    others = [line for kind, line in given if kind != ContributionKind.GROUP]
    return Record(others[:CONTRIBUTIONS], max(0, len(others) - CONTRIBUTIONS), leads)


# --- beside the form ----------------------------------------------------------------------------------------------


def common_organisations(most: int = 30) -> list[str]:
    """Where most members work, as far as members may know it: what the form suggests before anything is typed."""
    rows = DirectoryTerm.objects.filter(facet="organisation", members_number__gt=0)
    return list(rows.order_by("-members_number", "label").values_list("label", flat=True)[:most])


def edits_of(user: Any, most: int = 5) -> list[ProfileEdit]:
    """What others changed in this person's profile, the newest first."""
    rows = ProfileEdit.objects.visible_to(user).select_related("by")
    return list(rows.order_by("-at", "-pk")[:most])


# --- suspensions --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Suspension:
    """Who is suspended, since when, by whom and why."""

    person_id: int
    name: str
    may_reinstate: bool
    at: datetime | None = None
    by: str = ""
    reason: str = ""


def suspensions(viewer: Any) -> list[Suspension]:
    """Everybody who is suspended, by name; who, when and why are read from the facts."""
    people = list(User.objects.filter(standing=User.Standing.SUSPENDED).order_by("name", "pk"))
    keys = {f"members.suspended:{person.pk}:{person.session_epoch}": person.pk for person in people}
    told = {keys[row.key]: row for row in Fact.objects.filter(key__in=keys).select_related("by")}
    return [_suspension(person, told.get(person.pk), viewer) for person in people]


def _suspension(person: User, told: Fact | None, viewer: Any) -> Suspension:
    allowed = may_suspend(person, viewer)
    if told is None:
        return Suspension(person.pk, person.name, allowed)
    by = told.by.name if told.by else ""
    return Suspension(person.pk, person.name, allowed, told.at, by, told.payload.get("reason", ""))


# --- merged accounts --------------------------------------------------------------------------------------------


def merges() -> list[Merge]:
    """What was merged, the newest first."""
    return list(Merge.objects.select_related("kept__user", "by").order_by("-at", "-pk")[:50])


def merged_into(handle: str, viewer: Any) -> Profile | None:
    """The profile that a former address leads to now, if `viewer` may see it."""
    return Profile.objects.visible_to(viewer).filter(merges__gone_handle=handle).first()


# --- one's own data ---------------------------------------------------------------------------------------------


def latest_export(person: User) -> DataExport | None:
    """The last time somebody asked for everything about themselves."""
    return DataExport.objects.visible_to(person).order_by("-asked_at", "-pk").first()


def can_be_fetched(export: DataExport, now: datetime) -> bool:
    """Whether the file is there: made, and not yet taken away."""
    return bool(export.file) and export.expires_at is not None and now < export.expires_at


def departure_of(person: User) -> Departure | None:
    """When somebody who leaves is erased; None for everybody else."""
    return Departure.objects.visible_to(person).first()


def leads_of(person: User) -> list[Contribution]:
    """The groups somebody leads: whoever leaves is asked to name another lead first."""
    return list(Contribution.objects.filter(person=person, kind=ContributionKind.GROUP).order_by("title", "pk"))
