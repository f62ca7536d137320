"""What waits for staff: meetings of which nobody wrote what came out."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.desk.queues import Item, Queue, register
from portal.meetings.queries import without_summary


def _count(user: Any) -> int:
    return without_summary(timezone.now()).count()


def _items(user: Any, limit: int) -> list[Item]:
    return [
        Item(meeting.title, meeting.get_absolute_url(), meeting.ends_at, meeting.channel.title)
        for meeting in without_summary(timezone.now())[:limit]
    ]


register(
    Queue(
        "meetings-without-summary",
        _("Meetings without a summary after ten days"),
        _count,
        _items,
        empty=_("Every meeting that is over says what came out."),
        rows=lambda user: (without_summary(timezone.now()),),
    )
)
