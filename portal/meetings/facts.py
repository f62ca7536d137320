"""What happens to meetings. Each fact carries what a line about it needs; times are ISO 8601 in UTC."""

from dataclasses import dataclass

from portal.outbox.registry import fact


@fact("meetings.AgendaPublished")
@dataclass(frozen=True)
class AgendaPublished:
    """A meeting was announced, or its agenda told anew. `tell` is False when its host chose to tell nobody."""

    meeting_id: int
    channel_id: int
    title: str
    channel_title: str
    url: str
    starts_at: str
    zone: str
    tell: bool = True


@fact("meetings.MeetingChanged")
@dataclass(frozen=True)
class MeetingChanged:
    """An announced meeting got another time, zone, length or title; `old_...` is what was announced before.

    `moved` is False when only the title is another.
    """

    meeting_id: int
    channel_id: int
    title: str
    channel_title: str
    url: str
    starts_at: str
    zone: str
    old_title: str
    old_starts_at: str
    old_ends_at: str
    old_zone: str
    moved: bool = True


@fact("meetings.MeetingCancelled")
@dataclass(frozen=True)
class MeetingCancelled:
    """An announced meeting will not take place."""

    meeting_id: int
    channel_id: int
    title: str
    channel_title: str
    url: str
    starts_at: str
    zone: str
    reason: str
