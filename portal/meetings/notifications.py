"""What people are told about meetings. No mail, subject or address ever holds the joining link."""

from datetime import datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.core.templatetags.when import viewer_text, when_text
from portal.follows.models import Channel
from portal.follows.queries import followers, seated
from portal.meetings import calendars, facts, queries, rules
from portal.meetings.models import Meeting, Reply
from portal.notifications.kinds import CalendarFile, Kind, declare
from portal.notifications.ways import Route

# A change this close to the meeting cannot wait for a summary.
SOON = timedelta(hours=48)


class _AboutMeeting(Kind):
    """What the kinds below have in common."""

    area = gettext_lazy("Meetings")
    dated: ClassVar[Any]  # the discreet subject: the day alone says to its readers which meeting is meant

    def channel(self, fact: Any) -> Channel | None:
        return Channel.objects.filter(pk=fact.channel_id).first()

    def routes(self, fact: Any) -> dict[Route, QuerySet[Any]]:
        """Those who belong to the channel or follow it."""
        channel = Channel(pk=fact.channel_id)
        return {Route.SEATED: seated(channel), Route.FOLLOWED: followers(channel)}

    def thread(self, fact: Any) -> str:
        """One meeting: its agenda, changes and cancellation belong together."""
        return Meeting(pk=fact.meeting_id).thread

    def discreet(self, fact: Any) -> str:
        there = datetime.fromisoformat(fact.starts_at).astimezone(ZoneInfo(fact.zone))
        return str(self.dated) % {"day": date_format(there, "DATE_FORMAT")}

    def calendar(self, fact: Any, context: dict[str, Any]) -> CalendarFile | None:
        return calendars.for_mail(context["meeting"])

    def reason(self, fact: Any) -> str:
        return _("You follow “%(channel)s”.") % {"channel": fact.channel_title}

    def reason_for(self, fact: Any, route: str) -> str:
        if route == Route.SEATED:
            return _("You belong to “%(channel)s”.") % {"channel": fact.channel_title}
        if route == Route.ROLE:
            return _("You replied to the invitation to this meeting.")
        return super().reason_for(fact, route)

    def url(self, fact: Any) -> str:
        return fact.url

    def context(self, fact: Any, person: Any) -> dict[str, Any] | None:
        meeting = self._meeting(fact, person)
        return None if meeting is None else self._of(meeting, person)

    def _meeting(self, fact: Any, person: Any) -> Meeting | None:
        rows = Meeting.objects.visible_to(person).announced().select_related("channel").with_viewer(person)
        meeting = rows.filter(pk=fact.meeting_id).first()
        if meeting is None or rules.is_over(meeting, timezone.now()):
            return None
        return meeting

    def _of(self, meeting: Meeting, person: Any) -> dict[str, Any]:
        seen = queries.see(meeting, person, timezone.now())
        return {
            "meeting": meeting,
            "agenda": seen.agenda,
            "zone": seen.zone,
            "when_there": when_text(meeting.starts_at, meeting.zone, meeting.ends_at),
            "when_here": viewer_text(meeting.starts_at, meeting.zone, person.zone, meeting.ends_at),
            "calendar_path": reverse("meetings:ics", kwargs={"pk": meeting.pk}),
            "action_label": _("Read the agenda and reply"),
        }


class _ForThosePlanning(_AboutMeeting):
    """Changes and cancellations also concern those who said that they come, or may come."""

    def routes(self, fact: Any) -> dict[Route, QuerySet[Any]]:
        planning = Reply.objects.filter(meeting=fact.meeting_id).exclude(answer=Reply.Answer.NO)
        people = get_user_model()._default_manager.filter(pk__in=planning.values("person"))
        return {Route.ROLE: people, **super().routes(fact)}

    def exempt(self, fact: Any) -> bool:
        """Whether the meeting is, or was to be, within two days."""
        starts = [fact.starts_at, getattr(fact, "old_starts_at", "")]
        return any(datetime.fromisoformat(start) <= timezone.now() + SOON for start in starts if start)


@declare
class AgendaPublished(_AboutMeeting):
    """A meeting is announced with its agenda, or its new agenda is told."""

    slug = "meetings.agenda-published"
    label = gettext_lazy("A meeting’s agenda is published")
    fact = facts.AgendaPublished
    template = "meetings/email/agenda_published"
    dated = gettext_lazy("Agenda for %(day)s")

    def routes(self, fact: Any) -> dict[Route, QuerySet[Any]]:
        return super().routes(fact) if fact.tell else {}

    def headline(self, fact: Any) -> str:
        return _("Agenda: %(title)s") % {"title": fact.title}

    def context(self, fact: Any, person: Any) -> dict[str, Any] | None:
        meeting = self._meeting(fact, person)
        if meeting is None or meeting.state == rules.CANCELLED:
            return None
        return self._of(meeting, person)


@declare
class MeetingChanged(_ForThosePlanning):
    """An announced meeting has another time or title."""

    slug = "meetings.changed"
    label = gettext_lazy("A meeting is moved or renamed")
    fact = facts.MeetingChanged
    template = "meetings/email/changed"
    dated = gettext_lazy("A meeting has changed: %(day)s")

    def headline(self, fact: Any) -> str:
        words = _("New time: %(title)s") if fact.moved else _("New title: %(title)s")
        return words % {"title": fact.title}

    def context(self, fact: Any, person: Any) -> dict[str, Any] | None:
        meeting = self._meeting(fact, person)
        if meeting is None or meeting.state == rules.CANCELLED:
            return None
        start, end = datetime.fromisoformat(fact.old_starts_at), datetime.fromisoformat(fact.old_ends_at)
        moved = (start, end, fact.old_zone) != (meeting.starts_at, meeting.ends_at, meeting.zone)
        renamed = fact.old_title != meeting.title
        if not moved and not renamed:
            return None  # changed back before the mail went out
        was_when = when_text(start, fact.old_zone, end)
        return self._of(meeting, person) | {"moved": moved, "renamed": renamed, "was_when": was_when}


@declare
class MeetingCancelled(_ForThosePlanning):
    """An announced meeting will not take place."""

    slug = "meetings.cancelled"
    label = gettext_lazy("A meeting is cancelled")
    fact = facts.MeetingCancelled
    template = "meetings/email/cancelled"
    dated = gettext_lazy("Cancelled: the meeting on %(day)s")

    def headline(self, fact: Any) -> str:
        return _("Cancelled: %(title)s") % {"title": fact.title}

    def context(self, fact: Any, person: Any) -> dict[str, Any] | None:
        meeting = self._meeting(fact, person)
        if meeting is None or meeting.state != rules.CANCELLED:
            return None
        return self._of(meeting, person) | {"action_label": _("Open the meeting’s page")}
