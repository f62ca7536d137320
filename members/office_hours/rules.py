"""Which moments office hours mean: the wall clock of whoever offers them, week after week. Pure."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from portal.meetings.walltime import NoSuchTime, moment

SHORTEST, LONGEST = 15, 180
MOST_PLACES = 20
MOST_OFFERED = 5
# How far ahead places can be taken, and until when before the beginning.
AHEAD = timedelta(weeks=4)
NOTICE = timedelta(hours=1)
REMIND_BEFORE = timedelta(hours=24)
WEEK = 7
WEEKDAYS = [
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
]


def starts_at(day: date, clock: time, zone: ZoneInfo) -> datetime | None:
    """The moment at which clocks in `zone` show `clock` on `day`, in UTC.

    None in the night in which the clocks jump over it: that week there is no hour. When they show it twice, the
    first one is meant.
    """
    try:
        return moment(day, clock, zone, fold=0)
    except NoSuchTime:
        return None


def days(weekday: int, clock: time, zone: ZoneInfo, at: datetime) -> Iterator[tuple[date, datetime]]:
    """The days on which a place can still be taken, with the moment on each, for the next four weeks."""
    today = at.astimezone(zone).date()
    first = today + timedelta(days=(weekday - today.weekday()) % WEEK)
    for number in range(AHEAD.days // WEEK + 1):
        day = first + timedelta(days=number * WEEK)
        begins = starts_at(day, clock, zone)
        if begins and at + NOTICE <= begins <= at + AHEAD:
            yield day, begins


def remind_at(begins: datetime, at: datetime) -> datetime | None:
    """When both are reminded; nobody is when the place was taken within the last day before."""
    due = begins - REMIND_BEFORE
    return due if due > at else None
