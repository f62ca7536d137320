"""What a profile's page shows, to whoever reads it: an account, or somebody imagined ("view as")."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Subquery

from members import privacy, queries, rules
from members.eyes import StandIn
from members.models import Profile, ProfileEdit, ProfileViews
from members.peers.queries import similar_to
from members.profiles.completeness import completeness_of, months_since_confirmed
from members.reach.doors import doors_of, reachable
from members.seen import photo_url


@dataclass(frozen=True)
class Change:
    """One field that somebody else changed."""

    label: Any
    before: str
    after: str


@dataclass(frozen=True)
class Edit:
    """What somebody else changed in one go."""

    by: str
    at: datetime
    changes: Sequence[Change]


def readable(handle: str, viewer: Any, at: datetime) -> Profile | None:
    """The profile that `viewer` may see at this address, with all that its page tells; None for hidden and missing.

    `views_today`: how many profiles `viewer` has opened today, which `note_view` counts on.
    """
    rows = Profile.objects.with_everything().with_ties_to(viewer).select_related("entry").visible_to(viewer)
    today = ProfileViews.objects.filter(viewer_id=viewer.pk, day=at.date())
    rows = reachable(rows, viewer, at).annotate(views_today=Subquery(today.values("number")))
    return rows.filter(handle=handle).first()


def page_of(row: Profile, viewer: Any, at: datetime) -> dict[str, Any]:
    """The context of `members/profile.html`; the same for a reader and for somebody who stands in for one."""
    seen = row.as_seen_by(viewer)
    return {
        "seen": seen,
        "photo": photo_url(row, "large") if seen.photo else "",
        "record": queries.record_of(row, viewer) if seen.shows_contributions else queries.Record(),
        "similar": similar_to(row, viewer, at),
        "doors": None if isinstance(viewer, StandIn) else doors_of(row, viewer),
        "months_stale": months_since_confirmed(seen.confirmed, at),
        "now": at,
        "at_home": False,
        "as_reader": None,
        "may_suspend": False,
        "may_edit": False,
    }


def reader_s_page(row: Profile, user: Any, at: datetime) -> dict[str, Any]:
    """The same with what this reader may do."""
    doing = {"may_suspend": rules.may_suspend(row.user, user), "may_edit": rules.may_edit(row, user)}
    return page_of(row, user, at) | doing


def home_page(row: Profile, user: Any, at: datetime) -> dict[str, Any]:
    """The owner's own page: how complete it is, what others changed, and the ways to change it."""
    own = {"at_home": True, "completeness": completeness_of(row), "edits": edits(queries.edits_of(user))}
    return page_of(row, user, at) | own | {"readers": readers()}


@dataclass(frozen=True)
class Reader:
    """A sort of reader as whom the owner can look."""

    sort: str
    label: Any
    current: bool


def readers(current: str = "") -> list[Reader]:
    """Every sort of reader, for the line of links."""
    return [Reader(sort, label, sort == current) for sort, label in privacy.READERS.items()]


def page_as(row: Profile, sort: str, at: datetime) -> dict[str, Any]:
    """The page as somebody of a sort gets it. `hidden`: they get the page of a profile that does not exist.

    KeyError for a sort there is none of.
    """
    reader = StandIn.for_owner(sort, row.user)
    reader.meet(row)
    hidden = not rules.may_see("name", profile=row, eyes=reader.eyes)
    more = {"as_reader": privacy.READERS[sort], "readers": readers(sort), "hidden": hidden}
    return page_of(row, reader, at) | more


def edits(rows: Sequence[ProfileEdit]) -> list[Edit]:
    """What others changed, with the fields under their names; those that the code no longer knows are left out."""
    return [
        Edit(
            by=row.by.name if row.by else "",
            at=row.at,
            changes=[
                Change(rules.FIELDS[field].label, before, after)
                for field, before, after in row.changes
                if field in rules.FIELDS
            ],
        )
        for row in rows
    ]
