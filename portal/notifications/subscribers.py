"""What follows when staff stop an announcement."""

from portal.notifications.announcing.operations import take_back
from portal.notifications.facts import AnnouncementStopped
from portal.outbox.registry import Envelope, subscribe


@subscribe(AnnouncementStopped)
def take_back_what_reached_nobody(fact: AnnouncementStopped, envelope: Envelope) -> None:
    """Mails that wait are suppressed, notices that nobody opened leave the lists."""
    take_back(fact.announcement_id)
