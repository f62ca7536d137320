"""Meetings as iCalendar (RFC 5545), for one meeting or many.

Nothing here depends on who asks: the joining link, replies and names never are in a calendar file. Which
meetings go in is decided by the caller's `visible_to`.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress, vText

from portal.meetings import rules
from portal.meetings.models import Meeting
from portal.meetings.walltime import is_ambiguous
from portal.notifications.kinds import CalendarFile
from portal.outbox.wording import display_name

REFRESH = timedelta(hours=4)
# How long a feed remembers: what is over, and what was called off.
KEEP_PAST = timedelta(days=90)
KEEP_CANCELLED = timedelta(days=14)
FEED_LIMIT = 500


def calendar(meetings: Iterable[Meeting], *, name: str) -> bytes:
    """The meetings as one calendar file in English, so that the same meetings give the same bytes."""
    rows = list(meetings)
    with translation.override(settings.LANGUAGE_CODE):
        file = Calendar()
        file.add("prodid", f"-//{settings.COMMUNITY['name']}//Meetings//EN")
        file.add("version", "2.0")
        file.add("method", "PUBLISH")
        file.add("x-wr-calname", name)
        file.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        file.add("x-published-ttl", "PT4H")
        for meeting in rows:
            file.add_component(_event(meeting))
        if rows:
            file.add_missing_timezones(first_date=_first(rows), last_date=_last(rows))
        return file.to_ical()


def for_mail(meeting: Meeting) -> CalendarFile:
    """One meeting for the mail that tells of it; a later file replaces it, the last one takes it out again.

    PUBLISH, not REQUEST: a calendar that is asked for a reply mails one, while people here reply on the page, where
    it is seen and counted. No calendar's name and no refreshing: programs would make a calendar of its own of it.
    """
    method = "CANCEL" if meeting.state == rules.CANCELLED else "PUBLISH"
    with translation.override(settings.LANGUAGE_CODE):
        file = Calendar()
        file.add("prodid", f"-//{settings.COMMUNITY['name']}//Meetings//EN")
        file.add("version", "2.0")
        file.add("method", method)
        file.add_component(_event(meeting))
        file.add_missing_timezones(first_date=_first([meeting]), last_date=_last([meeting]))
        return CalendarFile(file.to_ical(), method)


def for_feed(rows: Any, at: datetime) -> list[Meeting]:
    """Of the meetings somebody may see those a subscribed calendar holds: announced ones, lately over or to come."""
    announced = rows.announced().filter(ends_at__gt=at - KEEP_PAST)
    stale = announced.filter(state=Meeting.State.CANCELLED, ends_at__lte=at - KEEP_CANCELLED)
    kept = announced.exclude(pk__in=stale.values("pk"))
    return list(kept.select_related("channel").prefetch_related("agenda").order_by("starts_at", "pk")[:FEED_LIMIT])


def _event(meeting: Meeting) -> Event:
    event = Event()
    event.add("uid", meeting.uid)
    event.add("sequence", meeting.sequence)
    # The moment of the last change, not of the download: the same meeting gives the same bytes.
    event.add("dtstamp", meeting.changed_at.astimezone(UTC))
    event.add("last-modified", meeting.changed_at.astimezone(UTC))
    start, end = _span(meeting)
    event.add("dtstart", start)
    event.add("dtend", end)
    cancelled = meeting.state == rules.CANCELLED
    event.add("summary", _("CANCELLED: %(title)s") % {"title": meeting.title} if cancelled else meeting.title)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("description", _description(meeting))
    if meeting.location_note:
        event.add("location", meeting.location_note)
    event.add("url", settings.SITE_URL + meeting.get_absolute_url())
    event.add("categories", [meeting.channel.title])
    organiser = vCalAddress(f"mailto:{settings.COMMUNITY['contact']}")
    organiser.params["cn"] = vText(display_name(meeting.channel.title, otherwise=settings.COMMUNITY["name"]))
    event.add("organizer", organiser)
    return event


def _span(meeting: Meeting) -> tuple[datetime, datetime]:
    """Start and end in the meeting's zone; in UTC when a wall clock would show one of them twice that night."""
    zone = meeting.tz
    if is_ambiguous(meeting.starts_at, zone) or is_ambiguous(meeting.ends_at, zone):
        return meeting.starts_at.astimezone(UTC), meeting.ends_at.astimezone(UTC)
    return meeting.starts_at.astimezone(zone), meeting.ends_at.astimezone(zone)


def _description(meeting: Meeting) -> str:
    parts = [meeting.cancel_reason, meeting.purpose]
    items = sorted(meeting.agenda.all(), key=lambda item: (item.position, item.pk))
    parts.append("\n".join(_("%(minutes)d min: %(title)s") % {"minutes": i.minutes, "title": i.title} for i in items))
    parts.append(settings.SITE_URL + meeting.get_absolute_url())
    return "\n\n".join(part for part in parts if part)


def _first(rows: list[Meeting]) -> date:
    return min(meeting.starts_at for meeting in rows).date() - timedelta(days=1)


def _last(rows: list[Meeting]) -> date:
    """A year behind the last meeting: clients that move it by hand find the zone's rules."""
    return max(meeting.ends_at for meeting in rows).date() + timedelta(days=366)
