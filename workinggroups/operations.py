"""Writes: charter a group, join and leave it, appoint, revise.

A membership and its seat in the group's channel are always written together: rights follow the seat, and end
with it at the next request.
"""

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from members.choices import ContributionKind
from members.operations import record_contribution, withdraw_contribution
from portal.follows.operations import keep_in_step, open_channel, seat, unseat
from portal.outbox.operations import record
from workinggroups import facts, rules
from workinggroups.models import REACH, SEAT_ROLES, Membership, WorkingGroup


class NotPossible(Exception):
    """The group's rules do not allow this; the message says why."""


class Conflict(Exception):
    """Somebody else saved the group since it was read; `current` is how it is now."""

    def __init__(self, current: WorkingGroup) -> None:
        self.current = current
        super().__init__(_("Somebody else changed this group while you were writing."))


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What staff decide about a group."""

    title: str
    audience: str = WorkingGroup.Audience.PUBLIC
    state: str = WorkingGroup.State.ACTIVE
    takes_providers: bool = True


@transaction.atomic
def charter_group(
    *, slug: str, terms: Terms, purpose: str, charter: str, chartered_on: date, lead: Any, by: Any, at: datetime
) -> WorkingGroup:
    """Make a group with its channel and its first lead. Raises IntegrityError for a slug that is taken."""
    channel = open_channel(kind="group", title=terms.title, url=f"/groups/{slug}/", audience=REACH[str(terms.audience)])
    group = WorkingGroup.objects.create(
        slug=slug, purpose=purpose, charter=charter, chartered_on=chartered_on, channel=channel, **asdict(terms)
    )
    _begin(group, lead, Membership.Role.LEAD, at)
    return group


@transaction.atomic
def join(*, group: WorkingGroup, kind: str, by: Any, at: datetime) -> Membership:
    """`by`, a member of that kind, joins; joining twice changes nothing. Raises NotPossible.

    The leads are told.
    """
    current = _hold(group)
    mine = _active(current, by)
    if mine is not None:
        return mine
    if not rules.is_open_to(current, by, kind):
        raise NotPossible(_("You cannot join this group by yourself. Ask the programme office."))
    joined = _begin(current, by, Membership.Role.MEMBER, at)
    fact = facts.MemberJoined(
        group_id=current.pk,
        channel_id=current.channel_id,
        title=current.title,
        slug=current.slug,
        user_id=by.pk,
        name=by.name,
    )
    record(fact, key=f"workinggroups.MemberJoined:{joined.pk}", by=by, at=at)
    return joined


@transaction.atomic
def leave(*, group: WorkingGroup, by: Any, at: datetime) -> None:
    """`by` leaves; leaving twice changes nothing. Raises NotPossible for the last lead."""
    _end(_hold(group), by, at)


@transaction.atomic
def dismiss(*, group: WorkingGroup, user: Any, by: Any, at: datetime) -> None:
    """Staff end somebody's membership. Raises NotPossible for the last lead."""
    _end(_hold(group), user, at)


@transaction.atomic
def appoint(*, group: WorkingGroup, user: Any, role: str, by: Any, at: datetime) -> Membership:
    """Give somebody a role, as a member or anew; the role they had before stays on record with its end.

    Raises NotPossible when the group would be left without a lead, or for somebody who is no member.
    """
    current = _hold(group)
    mine = _active(current, user)
    if mine is not None and mine.role == role:
        return mine
    if not user.is_member:
        raise NotPossible(_("Only approved members can belong to a group."))
    if mine is not None:
        _keep_a_lead(current, mine)
        _close(current, mine, at)
    return _begin(current, user, role, at)


@transaction.atomic
def revise(
    *,
    group: WorkingGroup,
    purpose: str,
    charter: str,
    version: int,
    terms: Terms | None = None,
    by: Any,
    at: datetime,
) -> WorkingGroup:
    """Rewrite purpose and charter, and for staff the terms; the channel follows. Raises Conflict."""
    current = _hold(group)
    if current.version != version:
        raise Conflict(current)
    current.purpose, current.charter, current.version = purpose, charter, version + 1
    if terms is not None:
        for name, value in asdict(terms).items():
            setattr(current, name, value)
    current.save()
    if terms is not None:
        for lead in Membership.objects.leads().filter(group=current).select_related("user").order_by("pk"):
            _credit(current, lead.user, datetime.combine(lead.since, time.min, tzinfo=UTC))
    keep_in_step(
        channel=current.channel,
        title=current.title,
        url=current.get_absolute_url(),
        audience=REACH[str(current.audience)],
    )
    return current


def _hold(group: WorkingGroup) -> WorkingGroup:
    """The row as it is now, held until the end of the transaction: two leads cannot both leave as the last."""
    rows = WorkingGroup.objects.select_for_update(of=("self",)).select_related("channel")
    return rows.get(pk=group.pk)


def _active(group: WorkingGroup, user: Any) -> Membership | None:
    return Membership.objects.active().filter(group=group, user=user).first()


def _begin(group: WorkingGroup, user: Any, role: str, at: datetime) -> Membership:
    membership = Membership.objects.create(group=group, user=user, role=role, since=_day(at))
    seat(channel=group.channel, user=user, role=SEAT_ROLES[Membership.Role(role)])
    if role == Membership.Role.LEAD:
        _credit(group, user, at)
    return membership


def _credit(group: WorkingGroup, lead: Any, at: datetime) -> None:
    """The profile of a lead names the group."""
    record_contribution(
        key=_contribution(group, lead),
        person=lead,
        kind=ContributionKind.GROUP,
        title=group.title,
        url=group.get_absolute_url(),
        channel=group.channel,
        at=at,
    )


def _end(group: WorkingGroup, user: Any, at: datetime) -> None:
    mine = _active(group, user)
    if mine is None:
        return
    _keep_a_lead(group, mine)
    _close(group, mine, at)
    unseat(channel=group.channel, user=user)


def _close(group: WorkingGroup, mine: Membership, at: datetime) -> None:
    """The membership stays on record with its end; a lead's profile no longer names the group."""
    mine.until = max(_day(at), mine.since)
    mine.save(update_fields=["until"])
    withdraw_contribution(key=_contribution(group, mine.user))


def _contribution(group: WorkingGroup, user: Any) -> str:
    return f"group:{group.pk}:{user.pk}"


def _keep_a_lead(group: WorkingGroup, mine: Membership) -> None:
    leads = Membership.objects.leads().filter(group=group).count()
    if mine.role == Membership.Role.LEAD and not rules.may_lose_a_lead(leads):
        raise NotPossible(_("A group keeps at least one lead. Appoint another one first."))


def _day(at: datetime) -> date:
    return at.date()
