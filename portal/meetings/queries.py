"""Reads: meetings as their viewer may see them, agendas with running times, who comes, who will be told."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.core.cards import Flag, MeetingCard, PersonCard
from portal.core.people import cards_for
from portal.core.rules import is_member, is_signed_in, is_staff_member
from portal.follows.models import Channel
from portal.follows.queries import seated
from portal.meetings import rules
from portal.meetings.models import AgendaItem, Meeting, Reply

# Beyond this many people a list of names helps nobody; a typed name is still recognised.
NAMES_OFFERED = 300
FACES = 12


@dataclass(frozen=True, kw_only=True)
class Point:
    """An agenda item with the moment it begins; `owner` only when its viewer may see that person."""

    pk: int
    start: datetime
    minutes: int
    title: str
    kind: str
    kind_label: Any
    owner: PersonCard | None = None
    owner_name: str = ""
    notes: str = ""
    paper_url: str = ""


@dataclass(frozen=True, kw_only=True)
class Agenda:
    """The points in their order; `minutes` is their sum, `length` that of the meeting."""

    points: Sequence[Point] = ()
    minutes: int = 0
    length: int = 0

    @property
    def over(self) -> int:
        """By how many minutes the points are longer than the meeting; 0 when they fit."""
        return max(0, self.minutes - self.length)


@dataclass(frozen=True, kw_only=True)
class Attendance:
    """How many answered what; `going` names those who come, for hosts and staff alone."""

    yes: int = 0
    no: int = 0
    unsure: int = 0
    going: Sequence[PersonCard] = ()

    @property
    def more(self) -> int:
        """Those who come beside the ones named."""
        return max(0, self.yes - len(self.going))


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A meeting as one person sees it at a moment. `zone` is the viewer's, or the meeting's for a visitor."""

    meeting: Meeting
    agenda: Agenda
    zone: ZoneInfo
    viewer_zone: ZoneInfo | None
    phase: str
    may_edit: bool
    belongs: bool
    takes_replies: bool
    may_join: bool
    join_opens_at: datetime | None
    summary_due: datetime | None
    attendance: Attendance | None = None
    people: dict[int, PersonCard] = field(default_factory=dict)


def viewer_zone(user: Any) -> ZoneInfo | None:
    """The zone of somebody's profile; None for a visitor, who reads the meeting's own."""
    return user.zone if is_signed_in(user) else None


def coming(user: Any, at: datetime, channels: Iterable[Channel] | None = None) -> QuerySet[Meeting]:
    """Meetings that `user` may see and that are not over, drafts they host included; the soonest first."""
    return _of(channels, user).coming(at).select_related("channel").order_by("starts_at", "pk")


def past(user: Any, at: datetime, channels: Iterable[Channel] | None = None) -> QuerySet[Meeting]:
    """Meetings that `user` may see and that are over; the latest first."""
    return _of(channels, user).past(at).select_related("channel").order_by("-starts_at", "-pk")


def next_meeting(channel: Channel, user: Any, at: datetime) -> Meeting | None:
    """The channel's next meeting that takes place, with what its viewer is told about themselves."""
    rows = coming(user, at, [channel]).filter(state=Meeting.State.PUBLISHED)
    return rows.with_viewer(user).first()


def next_by_channel(channels: Iterable[Channel], user: Any, at: datetime) -> dict[int, Meeting]:
    """The next meeting that takes place of each channel, in one query."""
    taking_place = coming(user, at).filter(state=Meeting.State.PUBLISHED, channel=OuterRef("pk"))
    soonest = Subquery(taking_place.values("pk")[:1])
    wanted = Channel.objects.filter(pk__in=[channel.pk for channel in channels]).annotate(soonest=soonest)
    rows = Meeting.objects.visible_to(user).filter(pk__in=wanted.values("soonest"))
    return {meeting.channel_id: meeting for meeting in rows}


def _of(channels: Iterable[Channel] | None, user: Any) -> Any:
    rows = Meeting.objects.visible_to(user)
    return rows if channels is None else rows.filter(channel__in=[channel.pk for channel in channels])


def card(meeting: Meeting, *, note: Any = "") -> MeetingCard:
    """The line of a meeting in a list."""
    flags = []
    if meeting.state != Meeting.State.PUBLISHED:
        flags.append(
            Flag(label=meeting.get_state_display(), tone="bad" if meeting.state == rules.CANCELLED else "plain")
        )
    elif rules.is_running(meeting, timezone.now()):
        flags.append(Flag(label=_("Now"), tone="good"))
    return MeetingCard(
        title=meeting.title,
        url=meeting.get_absolute_url(),
        start=meeting.starts_at,
        end=meeting.ends_at,
        zone=meeting.tz,
        kind=meeting.get_kind_display(),
        note=note,
        flags=tuple(flags),
    )


def see(meeting: Meeting, user: Any, at: datetime, *, also: Iterable[int] = (), attendance: bool = True) -> Seen:
    """Everything the meeting's page shows to `user` at a moment. The row comes `with_viewer(user)`.

    `also` are people whose cards the caller needs too (in `people`, from the same query).
    """
    staff = is_staff_member(user)
    may_edit, belongs = staff or meeting.hosting, staff or meeting.belongs
    items = list(meeting.agenda.order_by("position", "pk"))
    attendance = attendance and belongs
    going = _going(meeting) if attendance and may_edit else []
    people = cards_for([*(item.owner_id for item in items), *going, *also], user)
    here = viewer_zone(user)
    open_now = rules.joining_is_open(meeting, at) and bool(meeting.join_url)
    waits = belongs and meeting.join_url and meeting.state == rules.PUBLISHED and at < rules.join_opens_at(meeting)
    return Seen(
        meeting=meeting,
        agenda=agenda(meeting, items, people, names=is_member(user)),
        zone=here or meeting.tz,
        viewer_zone=here,
        phase=_phase(meeting, at),
        may_edit=may_edit,
        belongs=belongs,
        takes_replies=rules.takes_replies(meeting, at),
        may_join=belongs and open_now,
        join_opens_at=rules.join_opens_at(meeting) if waits else None,
        summary_due=meeting.ends_at + rules.SUMMARY_DUE if not meeting.summary else None,
        attendance=_attendance(meeting, going, people) if attendance else None,
        people=people,
    )


def agenda(meeting: Meeting, items: Sequence[AgendaItem], people: dict[int, PersonCard], *, names: bool) -> Agenda:
    """The items with running times. `people` are the owners its viewer may see; typed names only if `names`."""
    points, start = [], meeting.starts_at
    for item in items:
        points.append(
            Point(
                pk=item.pk,
                start=start,
                minutes=item.minutes,
                title=item.title,
                kind=item.kind,
                kind_label=item.get_kind_display(),
                owner=people.get(item.owner_id) if item.owner_id else None,
                owner_name=item.owner_name if names else "",
                notes=item.notes,
                paper_url=item.paper_url,
            )
        )
        start += timedelta(minutes=item.minutes)
    return Agenda(points=points, minutes=sum(item.minutes for item in items), length=meeting.minutes)


def _phase(meeting: Meeting, at: datetime) -> str:
    if meeting.state != rules.PUBLISHED:
        return meeting.state
    if rules.is_over(meeting, at):
        return "over"
    return "running" if rules.is_running(meeting, at) else "coming"


def _going(meeting: Meeting) -> list[int]:
    replies = meeting.replies.filter(answer=Reply.Answer.YES).order_by("at", "pk")
    return list(replies.values_list("person_id", flat=True)[:FACES])


def _attendance(meeting: Meeting, going: list[int], people: dict[int, PersonCard]) -> Attendance:
    answers = meeting.replies.order_by().values_list("answer")
    counts: dict[str, int] = dict(answers.annotate(number=Count("pk")))
    named = [people[user_id] for user_id in going if user_id in people]
    return Attendance(yes=counts.get("yes", 0), no=counts.get("no", 0), unsure=counts.get("unsure", 0), going=named)


def last_agenda(channel: Channel, *, but: Meeting | None = None) -> list[AgendaItem]:
    """The agenda of the channel's latest announced meeting that has one; [] when there is none."""
    rows = Meeting.objects.announced().filter(channel=channel).with_agenda_flag().filter(has_agenda=True)
    if but is not None:
        rows = rows.exclude(pk=but.pk)
    latest = rows.order_by("-starts_at", "-pk").first()
    return list(latest.agenda.order_by("position", "pk")) if latest else []


def last_meeting(channel: Channel) -> Meeting | None:
    """The channel's latest meeting, whose habits (zone, time, length, kind) the next one begins with."""
    return Meeting.objects.announced().filter(channel=channel).order_by("-starts_at", "-pk").first()


def owner_names(channel: Channel, viewer: Any) -> dict[str, int]:
    """What may be typed for an owner, and whom it means: those who belong to the channel, by name.

    People of the same name are told apart by their organisation; who cannot be told apart is left out.
    """
    rows = seated(channel).filter(is_active=True).order_by("name", "pk").values_list("pk", "name")
    people: list[tuple[int, str]] = list(rows)
    times = Counter(name for _pk, name in people)
    cards = cards_for([pk for pk, name in people if times[name] > 1], viewer)
    labels: dict[str, list[int]] = {}
    for pk, name in people:
        label = f"{name}, {cards[pk].organisation}" if pk in cards and cards[pk].organisation else name
        labels.setdefault(label, []).append(pk)
    return {label: pks[0] for label, pks in labels.items() if len(pks) == 1}


def people_named(user_ids: Iterable[int]) -> dict[int, str]:
    """Names of accounts, also of those who have left since."""
    rows = get_user_model()._default_manager.filter(pk__in=set(user_ids)).values_list("pk", "name")
    return dict(rows)


def without_summary(at: datetime) -> QuerySet[Meeting]:
    """Meetings that took place ten days ago or earlier and of which nobody wrote what came out."""
    due = at - rules.SUMMARY_DUE
    rows = Meeting.objects.filter(state=Meeting.State.PUBLISHED, summary="", ends_at__lte=due)
    return rows.select_related("channel").order_by("ends_at", "pk")


def waiting_for_agenda(user: Any, at: datetime) -> QuerySet[Meeting]:
    """Meetings `user` hosts within ten days that are drafts or have no agenda; the soonest first."""
    rows = Meeting.objects.filter(channel__in=Channel.objects.hosted_by(user))
    soon = rows.filter(starts_at__gt=at, starts_at__lte=at + rules.AGENDA_DUE).exclude(state=rules.CANCELLED)
    due = soon.with_agenda_flag().exclude(state=rules.PUBLISHED, has_agenda=True)
    return due.select_related("channel").order_by("starts_at", "pk")


def waiting_for_reply(user: Any, at: datetime) -> QuerySet[Meeting]:
    """Coming meetings of the channels `user` belongs to, without their answer; the soonest first."""
    rows = coming(user, at).filter(state=Meeting.State.PUBLISHED, channel__seats__user=user)
    return rows.exclude(replies__person=user)
