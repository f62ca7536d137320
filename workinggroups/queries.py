"""Reads: groups with what their viewer may know of them, who belongs, what waits for a person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.queries import cards_by_user
from portal.core.cards import MeetingCard, PersonCard
from portal.core.rules import is_member, is_staff_member
from portal.meetings import queries as meetings
from portal.meetings.models import Meeting
from portal.taxonomy.choices import MemberKind
from workinggroups import rules
from workinggroups.models import Membership, Objective, Product, WorkingGroup

FACES = 5


@dataclass(frozen=True)
class Share:
    """One kind of member in a group: how many, and where its part of the bar begins and how long it is (percent)."""

    kind: str
    words: str
    count: int
    begins: float
    width: float


@dataclass(frozen=True)
class Balance:
    """How many practitioners, researchers and providers belong to a group."""

    shares: Sequence[Share] = ()
    total: int = 0


@dataclass(frozen=True, kw_only=True)
class GroupCard:
    """A group in the list of groups."""

    slug: str
    title: str
    url: str
    purpose: str
    state: str
    state_label: Any
    audience: str
    my_role: str
    balance: Balance
    next_meeting: MeetingCard | None = None


@dataclass(frozen=True, kw_only=True)
class Overview:
    """A group's page as one person sees it. `seen` is its next meeting; names only as far as one may see them."""

    group: WorkingGroup
    balance: Balance
    leads: Sequence[PersonCard]
    faces: Sequence[PersonCard]
    objectives: Sequence[Objective]
    products: Sequence[Product]
    seen: meetings.Seen | None
    may_join: bool
    may_edit: bool
    roster: bool
    more_faces: int = 0


@dataclass(frozen=True)
class Person:
    """A line of the roster."""

    card: PersonCard
    user_id: int
    role: str
    role_label: Any
    since: date


@dataclass(frozen=True, kw_only=True)
class Need:
    """Something that waits for a person: what, where it is done, by when. `kind` is agenda or reply."""

    kind: str
    title: str
    url: str
    detail: str
    at: datetime
    action: str = ""
    meeting: MeetingCard | None = field(default=None)


def present(rows: QuerySet[Membership]) -> QuerySet[Membership]:
    """Active memberships of people who are members of the community now."""
    return rows.active().filter(user__is_active=True, user__standing="member")  # type: ignore[attr-defined]


def balances(group_ids: Iterable[int]) -> dict[int, Balance]:
    """The balance of each group, in one query."""
    rows = present(Membership.objects.filter(group__in=list(group_ids)))
    counted = rows.order_by().values_list("group_id", "user__profile__kind").annotate(number=Count("pk"))
    by_group: dict[int, dict[str, int]] = {}
    for group_id, kind, number in counted:
        by_group.setdefault(group_id, {})[kind or MemberKind.PRACTITIONER] = number
    return {group_id: _balance(counts) for group_id, counts in by_group.items()}


def _balance(counts: dict[str, int]) -> Balance:
    total, begins, shares = sum(counts.values()), 0.0, []
    for kind in MemberKind:
        width = 100 * counts.get(kind, 0) / total if total else 0.0
        number = counts.get(kind, 0)
        shares.append(Share(str(kind), _in_words(kind, number), number, round(begins, 2), round(width, 2)))
        begins += width
    return Balance(shares, total)


def _in_words(kind: MemberKind, number: int) -> str:
    words = {
        MemberKind.PRACTITIONER: ngettext("%(n)d practitioner", "%(n)d practitioners", number),
        MemberKind.RESEARCHER: ngettext("%(n)d researcher", "%(n)d researchers", number),
        MemberKind.PROVIDER: ngettext("%(n)d provider", "%(n)d providers", number),
    }
    return words[kind] % {"n": number}


def all_groups(user: Any, at: datetime) -> list[GroupCard]:
    """Every group `user` may see, active ones first, by title."""
    rows = WorkingGroup.objects.visible_to(user).with_viewer(user).select_related("channel")
    groups = sorted(rows.order_by("title", "pk"), key=lambda group: group.state != rules.ACTIVE)
    counted = balances(group.pk for group in groups)
    soonest = meetings.next_by_channel([group.channel for group in groups], user, at)
    return [_group_card(group, counted.get(group.pk, Balance()), soonest.get(group.channel_id)) for group in groups]


def _group_card(group: Any, balance: Balance, meeting: Meeting | None) -> GroupCard:
    return GroupCard(
        slug=group.slug,
        title=group.title,
        url=group.get_absolute_url(),
        purpose=group.purpose,
        state=group.state,
        state_label=group.get_state_display(),
        audience=group.audience,
        my_role=group.my_role or "",
        balance=balance,
        next_meeting=meetings.card(meeting) if meeting else None,
    )


def overview(group: Any, user: Any, at: datetime) -> Overview:
    """The group's page for `user`. The row comes `with_viewer(user)` and its channel."""
    balance = balances([group.pk]).get(group.pk, _balance({}))
    first = list(present(Membership.objects.filter(group=group)).order_by(_leads_first(), "since", "pk")[: FACES + 4])
    wanted = {each.user_id for each in first}
    meeting = meetings.next_meeting(group.channel, user, at)
    seen = meetings.see(meeting, user, at, also=wanted, attendance=False) if meeting else None
    people = seen.people if seen else cards_by_user(wanted, user)
    leads = [each for each in first if each.role == Membership.Role.LEAD]
    others = [people[each.user_id] for each in first if each.role != Membership.Role.LEAD and each.user_id in people]
    roster = is_member(user)
    return Overview(
        group=group,
        balance=balance,
        leads=[people[each.user_id] for each in leads if each.user_id in people],
        faces=others[:FACES] if roster else [],
        more_faces=max(0, balance.total - len(leads) - min(FACES, len(others))) if roster else 0,
        objectives=list(group.objectives.order_by("due_on", "position", "pk")),
        products=list(group.products.order_by("due_on", "position", "pk")),
        seen=seen,
        may_join=roster and not group.my_role and rules.is_open_to(group, user, ""),
        may_edit=is_staff_member(user) or group.my_role == Membership.Role.LEAD,
        roster=roster,
    )


def _leads_first() -> Any:
    """Leads before members: the alphabet has them in this order."""
    return F("role").asc()


def kind_of(user: Any) -> str:
    """Practitioner, researcher or provider; "" for somebody without a profile."""
    profile = getattr(user, "profile", None)
    return profile.kind if profile else ""


def member_count(group: WorkingGroup) -> int:
    """How many belong to the group now."""
    return present(Membership.objects.filter(group=group)).count()


def roster(group: WorkingGroup, viewer: Any) -> QuerySet[Membership]:
    """Who belongs to the group, as far as `viewer` may know."""
    return present(Membership.objects.visible_to(viewer).filter(group=group)).select_related("user__profile")


def people(rows: Sequence[Membership], viewer: Any) -> list[Person]:
    """The roster's lines; whom the viewer may not see is left out."""
    cards = cards_by_user({row.user_id for row in rows}, viewer)
    return [
        Person(cards[row.user_id], row.user_id, row.role, row.get_role_display(), row.since)
        for row in rows
        if row.user_id in cards
    ]


def groups_of(user: Any) -> list[WorkingGroup]:
    """The groups `user` belongs to now, those they lead first; `my_role` on each."""
    rows = WorkingGroup.objects.visible_to(user).with_viewer(user).filter(my_role__isnull=False)
    return list(rows.select_related("channel").order_by("my_role", "title", "pk"))


def coming_meetings(user: Any, n: int, at: datetime) -> list[Meeting]:
    """The next `n` meetings of the groups `user` belongs to, drafts and cancelled ones left out."""
    rows = meetings.coming(user, at).filter(state=Meeting.State.PUBLISHED, channel__seats__user=user)
    return list(rows[:n])


def needs_of(user: Any, at: datetime) -> list[Need]:
    """What waits for `user`: agendas that are due from them as a lead, meetings they have not answered."""
    if not is_member(user):
        return []
    agendas = [_agenda_need(meeting) for meeting in meetings.waiting_for_agenda(user, at)]
    replies = [_reply_need(meeting) for meeting in meetings.waiting_for_reply(user, at)]
    return sorted([*agendas, *replies], key=lambda need: (need.at, need.title))


def _agenda_need(meeting: Meeting) -> Need:
    draft = meeting.state == Meeting.State.DRAFT
    return Need(
        kind="agenda",
        title=_("Publish the agenda: %(title)s") % {"title": meeting.title}
        if draft
        else _("Post the agenda: %(title)s") % {"title": meeting.title},
        url=f"{meeting.get_absolute_url()}edit/",
        detail=meeting.channel.title,
        at=meeting.starts_at,
        action=_("Write the agenda"),
        meeting=meetings.card(meeting),
    )


def _reply_need(meeting: Meeting) -> Need:
    return Need(
        kind="reply",
        title=_("Will you join? %(title)s") % {"title": meeting.title},
        url=f"{meeting.get_absolute_url()}#rsvp",
        detail=meeting.channel.title,
        at=meeting.starts_at,
        action=_("Reply"),
        meeting=meetings.card(meeting),
    )
