"""Meetings for tests, made by the operations themselves; times are relative to now unless a test names them."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from portal.follows.models import Channel, Seat
from portal.follows.operations import open_channel, seat
from portal.meetings import operations
from portal.meetings.models import Meeting
from portal.meetings.operations import Details, Row

_numbers = count(1)
SECRET = "https://meet.example.org/the-secret-room"


def make_channel(*, audience: str = "public", hosts: tuple[Any, ...] = (), readers: tuple[Any, ...] = ()) -> Channel:
    """A channel of no feature, with its people."""
    number = next(_numbers)
    channel = open_channel(kind="test", title=f"Channel {number}", url="/groups/", audience=audience)
    for user in hosts:
        seat(channel=channel, user=user, role=Seat.Role.HOST)
    for user in readers:
        seat(channel=channel, user=user, role=Seat.Role.READER)
    return channel


def details(start: datetime | None = None, **fields: Any) -> Details:
    """Details of a meeting that begins at `start` (aware), by default in five days in London."""
    zone = fields.pop("zone", "Europe/London")
    there = (start or timezone.now() + timedelta(days=5)).astimezone(ZoneInfo(zone)).replace(second=0, microsecond=0)
    usual = {"title": f"Meeting {next(_numbers)}", "minutes": 60, "join_url": SECRET, "fold": there.fold}
    when = {"local_date": there.date(), "local_time": there.time(), "zone": zone}
    return Details(**(usual | when | fields))


def agenda(*titles: str, minutes: int = 10) -> list[Row]:
    """Rows with these titles."""
    return [Row(title=title, minutes=minutes) for title in titles]


def make_meeting(
    channel: Channel | None = None,
    *,
    start: datetime | None = None,
    state: str = "published",
    rows: list[Row] | None = None,
    by: Any = None,
    **fields: Any,
) -> Meeting:
    """A meeting in a state; published quietly, as if long ago."""
    channel = channel or make_channel()
    now = timezone.now()
    at = min(now, start or now) - timedelta(days=9)
    meeting = operations.arrange(
        channel=channel,
        details=details(start, **fields),
        rows=agenda("Welcome") if rows is None else rows,
        by=by,
        at=at,
    )
    if state != "draft":
        meeting = operations.publish(meeting=meeting, version=meeting.version, tell=False, by=by, at=at)
    if state == "cancelled":
        meeting = operations.cancel(meeting=meeting, reason="The room is flooded.", by=by, at=at)
    return Meeting.objects.select_related("channel").get(pk=meeting.pk)
