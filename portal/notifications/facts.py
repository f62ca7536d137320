"""What staff tell the community, and take back."""

from dataclasses import dataclass

from portal.outbox.registry import fact


@fact("notifications.AnnouncementSent")
@dataclass(frozen=True)
class AnnouncementSent:
    """Something is announced to a circle of members."""

    announcement_id: int
    title: str
    circle: str


@fact("notifications.AnnouncementStopped")
@dataclass(frozen=True)
class AnnouncementStopped:
    """Whoever has not been reached by it yet is not told any more."""

    announcement_id: int
