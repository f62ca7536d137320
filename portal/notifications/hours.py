"""When a summary is due: at an hour of somebody's own clock, whatever that clock does in spring and autumn."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from portal.notifications.ways import Way

A_WEEK_AND_A_DAY = 8


def next_slot(after: datetime, *, cadence: str, zone: ZoneInfo, hour: int, weekday: int) -> datetime:
    """The first moment after `after` at which the clock in `zone` shows the hour, for a weekly one on the weekday.

    An hour that the clock leaves out comes when the clock has jumped over it; one that it shows twice counts once,
    the first time.
    """
    day = timezone.localdate(after, zone)
    for ahead in range(A_WEEK_AND_A_DAY + 1):
        candidate = day + timedelta(days=ahead)
        if cadence == Way.WEEKLY and candidate.weekday() != weekday:
            continue
        moment = moment_of(candidate, hour, zone)
        if moment > after:
            return moment
    msg = f"no {cadence} summary within {A_WEEK_AND_A_DAY} days of {after} in {zone}"
    raise ValueError(msg)


def moment_of(day: date, hour: int, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, at which the clock in `zone` shows the hour on that day."""
    return datetime.combine(day, time(hour)).replace(tzinfo=zone).astimezone(UTC)
