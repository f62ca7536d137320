"""What the mails of one fact have in common is asked and composed once for those that are sent together.

Only for kinds that say so (`Kind.same_for_all`), and only for the handful of mails that one preparation covers, a
second at most: longer, and somebody would read of a thing as it no longer is.
"""

from collections.abc import Callable, Hashable
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.utils import timezone, translation

from portal.notifications.kinds import Kind
from portal.notifications.models import Notification

# Stands in the common text for what opens the link of one reader alone.
READERS_OWN = "readers-own-token"


class Shared:
    """What was asked and composed so far for mails that are sent together."""

    def __init__(self) -> None:
        self._made: dict[Hashable, Any] = {}

    def once(self, what: str, kind: Kind, notice: Notification, make: Callable[[], Any]) -> Any:
        """What `make` makes: for all who came by the same route and read in the same language and zone."""
        if not kind.same_for_all:
            return make()
        zone, language = timezone.get_current_timezone_name(), translation.get_language()
        key = (what, notice.fact_id, notice.kind, notice.route, zone, language)
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]


def for_reader(common: EmailMultiAlternatives, *, to: str, own: str) -> EmailMultiAlternatives:
    """The common message as one reader gets it: to their address, with what opens their own links."""
    message = EmailMultiAlternatives(
        subject=common.subject, body=common.body.replace(READERS_OWN, own), to=[to], headers=dict(common.extra_headers)
    )
    for content, media_type in common.alternatives:
        message.attach_alternative(content.replace(READERS_OWN, own), media_type)
    message.attachments = list(common.attachments)
    return message
