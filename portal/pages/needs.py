"""The home page of a member: what waits for them, what comes, and what is new where they work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import Case
from cases.queries import entries
from members.introductions.queries import with_waiting
from members.models import Profile
from members.peers.queries import Peer, comparable, peers_of, traits_of
from members.peers.rules import Traits
from members.profiles.completeness import months_since_confirmed
from members.welcome.queries import steps_left
from portal.core.cards import EntryCard, MeetingCard
from portal.core.rules import is_staff_member
from portal.desk.queues import counts
from portal.meetings import queries as meetings
from portal.meetings import rules
from portal.meetings.models import Meeting
from portal.notifications.lines import Line, lines
from portal.notifications.queries import notices
from portal.pages.front import library, meeting_line

COMING, CASES, NEWS, PEOPLE = 3, 4, 4, 3
MEETINGS_READ = 40
MORNING, AFTERNOON, EVENING = 5, 12, 18
# What is further away can be answered later.
REPLY_WITHIN = timedelta(weeks=6)


@dataclass(frozen=True, kw_only=True)
class Need:
    """Something that waits for the person. `reply_to` is a meeting that can be answered at once."""

    icon: str
    title: str
    url: str
    detail: str
    action: str
    at: datetime | None = None
    reply_to: int = 0


@dataclass(frozen=True, kw_only=True)
class Today:
    """All that a member's home shows."""

    greeting: str
    summary: str
    now: datetime
    zone: ZoneInfo
    needs: Sequence[Need]
    coming: Sequence[MeetingCard]
    cases: Sequence[EntryCard]
    news: Sequence[Line]
    people: Sequence[Peer]


def greeting(name: str, at: datetime, zone: ZoneInfo) -> str:
    """Good morning, afternoon or evening, by the clock where the person is."""
    hour = at.astimezone(zone).hour
    if MORNING <= hour < AFTERNOON:
        return _("Good morning, %(name)s") % {"name": name}
    if AFTERNOON <= hour < EVENING:
        return _("Good afternoon, %(name)s") % {"name": name}
    return _("Good evening, %(name)s") % {"name": name}


def profile_of(user: Any, at: datetime) -> Profile | None:
    """The person's own profile, with what a card and the look for peers read, and what others wait for."""
    own = comparable(Profile.objects.filter(user=user)).select_related("user__first_visit")
    return with_waiting(own, at).first()


def today(user: Any, profile: Profile | None, at: datetime) -> Today:
    """What needs `user` now. At most eight queries, whatever waits."""
    read = _meetings(user, at)
    mine = [meeting for meeting in read if meeting.belongs]
    staff = is_staff_member(user)
    me, people = _around(profile, at, staff=staff)
    own = [*_from_people(profile), *_from_profile(profile, me, at)] if profile else []
    waiting = [*_from_meetings(mine, at), *own, *(_from_desk(user) if staff else ())]
    needs = sorted(waiting, key=lambda need: (need.at is None, need.at or at))
    coming = [meeting for meeting in mine or read if meeting.state == rules.PUBLISHED][:COMING]
    return Today(
        greeting=greeting(user.get_short_name(), at, user.zone),
        summary=_summary(needs, at, user.zone),
        now=at,
        zone=user.zone,
        needs=needs,
        coming=[meeting_line(meeting) for meeting in coming],
        cases=_cases(me, user),
        news=lines(notices(user).unread().order_by("-at", "-pk")[:NEWS]),
        people=people,
    )


def _around(profile: Profile | None, at: datetime, *, staff: bool) -> tuple[Traits, Sequence[Peer]]:
    """What the person says of their work, and peers; for staff the desk's figures stand in their place."""
    if profile is None:
        return Traits(), ()
    if staff:
        return traits_of(profile), ()
    around = peers_of(profile, at, limit=PEOPLE)
    return around.me, around.peers


def _meetings(user: Any, at: datetime) -> list[Meeting]:
    """Coming meetings, drafts the person hosts included; those of the channels they belong to first."""
    rows = meetings.coming(user, at).exclude(state=rules.CANCELLED).with_viewer(user).with_agenda_flag()
    return list(rows.order_by("-belongs", "starts_at", "pk")[:MEETINGS_READ])


def _from_meetings(mine: Sequence[Meeting], at: datetime) -> list[Need]:
    found = []
    for meeting in mine:
        if meeting.hosting and rules.agenda_is_due(meeting, at, has_agenda=meeting.has_agenda):
            found.append(_agenda(meeting))
        elif not meeting.my_answer and rules.takes_replies(meeting, at) and meeting.starts_at < at + REPLY_WITHIN:
            found.append(_reply(meeting))
    return found


def _agenda(meeting: Meeting) -> Need:
    draft = meeting.state == rules.DRAFT
    title = _("Publish the agenda: %(title)s") if draft else _("Post the agenda: %(title)s")
    return Need(
        icon="clipboard-list",
        title=title % {"title": meeting.title},
        url=f"{meeting.get_absolute_url()}edit/",
        detail=meeting.channel.title,
        action=_("Write the agenda"),
        at=meeting.starts_at,
    )


def _reply(meeting: Meeting) -> Need:
    return Need(
        icon="calendar",
        title=_("Say whether you will join: %(title)s") % {"title": meeting.title},
        url=f"{meeting.get_absolute_url()}#rsvp",
        detail=meeting.channel.title,
        action=_("Reply"),
        at=meeting.starts_at,
        reply_to=meeting.pk,
    )


def _from_people(profile: Any) -> list[Need]:
    """Requests that wait for a yes or a no, and introductions of a month ago."""
    found = []
    if profile.asked_of_them:
        words = ngettext(
            "A member asks to be introduced to you",
            "%(n)d members ask to be introduced to you",
            profile.asked_of_them,
        )
        found.append(
            Need(
                icon="user-plus",
                title=words % {"n": profile.asked_of_them},
                url="/members/introductions/",
                detail=_("Read why, and accept or decline quietly."),
                action=_("Answer"),
            )
        )
    if profile.to_look_back:
        found.append(
            Need(
                icon="thumbs-up",
                title=_("Did the introduction help?"),
                url="/members/introductions/",
                detail=_("One click; nobody is shown your answer."),
                action=_("Say so"),
            )
        )
    return found


def _from_profile(profile: Profile, me: Traits, at: datetime) -> list[Need]:
    """One line about everything that peers would look for and not find, and one when it has become old."""
    if left := steps_left(profile.user):
        return [_first_visit(left)]
    months = months_since_confirmed(profile.last_confirmed, at)
    return [*_missing(profile, me), *([_stale(months)] if months else [])]


def _stale(months: int) -> Need:
    words = ngettext("You confirmed it %(n)d month ago.", "You confirmed it %(n)d months ago.", months)
    return Need(
        icon="circle-check",
        title=_("Is your profile still correct?"),
        url="/members/me/#still",
        detail=words % {"n": months},
        action=_("Look at it"),
    )


def _missing(profile: Profile, me: Traits) -> list[Need]:
    missing = [
        words
        for words, there in (
            (_("what you do"), profile.role),
            (_("your service lines"), me.lines),
            (_("what you can be asked about"), me.subjects),
            (_("what you are looking for"), me.wishes),
        )
        if not there
    ]
    if not missing:
        return []
    return [
        Need(
            icon="pencil",
            title=_("Complete your profile, so that peers find you"),
            url="/members/me/edit/",
            detail=_("Still missing: %(what)s.") % {"what": ", ".join(missing)},
            action=_("Complete it"),
        )
    ]


def _first_visit(left: int) -> Need:
    return Need(
        icon="badge-check",
        title=_("Begin here: your first visit"),
        url="/members/me/welcome/",
        detail=ngettext("%(n)d short step is left.", "%(n)d short steps are left.", left) % {"n": left},
        action=_("Go on"),
    )


def _from_desk(user: Any) -> list[Need]:
    return [
        Need(
            icon="inbox",
            title=str(queue.label),
            url=str(queue.url or "/manage/"),
            detail=ngettext("%(n)d waits.", "%(n)d wait.", number) % {"n": number},
            action=_("Open"),
        )
        for queue, number in counts(user)
        if number
    ]


def _summary(needs: Sequence[Need], at: datetime, zone: ZoneInfo) -> str:
    if not needs:
        return _("Nothing waits for you.")
    day = timezone.localdate(at, zone)
    due = sum(1 for need in needs if need.at and timezone.localdate(need.at, zone) == day)
    words = ngettext("%(n)d thing needs you.", "%(n)d things need you.", len(needs)) % {"n": len(needs)}
    if not due:
        return words
    more = ngettext("%(n)d of them is today.", "%(n)d of them are today.", due) % {"n": due}
    return f"{words} {more}"


def _cases(me: Traits, user: Any) -> list[EntryCard]:
    """The newest cases, those in the person's service lines first."""
    rows = library(user)
    if me.lines:
        lines = list(me.lines)
        same = Case.service_lines.through.objects.filter(case=OuterRef("pk"), serviceline__slug__in=lines)
        rows = rows.annotate(mine=Exists(same)).order_by("-mine", "-first_published_at", "-pk")
    else:
        rows = rows.order_by("-first_published_at", "-pk")
    return entries(rows[:CASES])
