"""What a meeting allows at a moment: pure predicates about its times and state."""

from datetime import datetime, timedelta
from typing import Any

JOIN_OPENS = timedelta(hours=24)
SUMMARY_DUE = timedelta(days=10)
AGENDA_DUE = timedelta(days=10)

DRAFT, PUBLISHED, CANCELLED = "draft", "published", "cancelled"


def is_over(meeting: Any, at: datetime) -> bool:
    """Its end has passed."""
    return bool(meeting.ends_at <= at)


def is_running(meeting: Any, at: datetime) -> bool:
    """It has begun and not ended."""
    return bool(meeting.starts_at <= at < meeting.ends_at)


def join_opens_at(meeting: Any) -> datetime:
    """From when on those who belong to the channel get the link."""
    return meeting.starts_at - JOIN_OPENS


def joining_is_open(meeting: Any, at: datetime) -> bool:
    """From 24 hours before the start until the end, while it takes place."""
    return meeting.state == PUBLISHED and join_opens_at(meeting) <= at < meeting.ends_at


def takes_replies(meeting: Any, at: datetime) -> bool:
    """Published, not cancelled, not over."""
    return meeting.state == PUBLISHED and not is_over(meeting, at)


def can_be_published(meeting: Any) -> bool:
    """A draft; a meeting that took place may be published late, quietly."""
    return bool(meeting.state == DRAFT)


def can_be_cancelled(meeting: Any, at: datetime) -> bool:
    """Announced, and not over yet."""
    return meeting.state == PUBLISHED and not is_over(meeting, at)


def can_be_told_of(meeting: Any, at: datetime) -> bool:
    """Whether telling people makes sense: not cancelled and still to come."""
    return meeting.state != CANCELLED and not is_over(meeting, at)


def takes_summary(meeting: Any, at: datetime) -> bool:
    """It was announced and has begun: what came out can be written down."""
    return meeting.state == PUBLISHED and meeting.starts_at <= at


def agenda_is_due(meeting: Any, at: datetime, *, has_agenda: bool) -> bool:
    """Within ten days of the start and still a draft, or without an agenda."""
    soon = at < meeting.starts_at <= at + AGENDA_DUE
    return soon and (meeting.state == DRAFT or (meeting.state == PUBLISHED and not has_agenda))


def says_otherwise(old: Any, new: Any) -> bool:
    """Whether somebody who planned for `old` has to know: another title, time, length or zone."""
    return any(getattr(old, name) != getattr(new, name) for name in ("title", "starts_at", "ends_at", "zone"))
