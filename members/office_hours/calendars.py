"""A booked place as iCalendar. Where the two meet is not in it: calendars are shared, and files forwarded."""

from datetime import UTC, timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from members.models import Booking
from portal.meetings.walltime import is_ambiguous


def calendar(booking: Booking) -> bytes:
    """One event in the zone of whoever offers the hour; a cancelled one says so to the calendar that knows it."""
    file = Calendar()
    file.add("prodid", f"-//{settings.COMMUNITY['name']}//Office hours//EN")
    file.add("version", "2.0")
    file.add("method", "PUBLISH")
    event = _event(booking)
    file.add_component(event)
    day = booking.starts_at.date()
    file.add_missing_timezones(first_date=day - timedelta(days=1), last_date=day + timedelta(days=366))
    return file.to_ical()


def _event(booking: Booking) -> Event:
    hours, event = booking.hours, Event()
    start, end = booking.starts_at, booking.starts_at + timedelta(minutes=hours.minutes)
    # In the hour that a wall clock shows twice, only UTC says which one is meant.
    told_in = UTC if is_ambiguous(start, hours.tz) or is_ambiguous(end, hours.tz) else hours.tz
    page = settings.SITE_URL + booking.get_absolute_url()
    event.add("uid", f"office-hour-{booking.pk}@{settings.SITE_URL.split('//', 1)[-1]}")
    event.add("sequence", 1 if booking.cancelled_at else 0)
    event.add("dtstamp", (booking.cancelled_at or booking.booked_at).astimezone(UTC))
    event.add("dtstart", start.astimezone(told_in))
    event.add("dtend", end.astimezone(told_in))
    event.add("summary", _("Office hour: %(topics)s") % {"topics": hours.topics})
    event.add("status", "CANCELLED" if booking.cancelled_at else "CONFIRMED")
    event.add("description", "\n\n".join(part for part in (booking.question, page) if part))
    event.add("url", page)
    return event
