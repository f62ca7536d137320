"""Writes the notices of a fact and their mails: two statements for many people, no object for each of them."""

from datetime import datetime
from typing import Any

from django.db.models import F, Max, QuerySet

from portal.core.inserting import insert_found
from portal.notifications.models import Notification
from portal.notifications.ways import CADENCES, Way
from portal.outbox.operations import queue_found

# A statement for more people than this could outlast what the database grants one.
AT_A_TIME = 20_000

_MAILED = f"d.way = '{Way.MAIL}'"
_LEADS = f"{_MAILED} AND d.waiting_for IS NULL"
_WAITS = ", ".join(f"'{way}'" for way in CADENCES)


def write_notices(people: QuerySet[Any], *, shared: dict[str, Any]) -> int:
    """A notice for up to AT_A_TIME of these people, as `audience.decided` annotates them; how many were written.

    Whoever has a notice of the fact by now, or whose slot of the day was taken meanwhile, is left out.
    """
    found = people.annotate(person_pk=F("pk")).order_by("pk")
    return insert_found(
        Notification,
        found.values("person_pk", "route", "way", "waiting_for", "day", "slot")[:AT_A_TIME],
        same=shared,
        finish_looking="d.way",
        from_found={
            "person": "d.person_pk",
            "route": "d.route",
            "way": "d.way",
            "waiting": f"d.way IN ({_WAITS})",
            "joins": f"CASE WHEN {_MAILED} THEN d.waiting_for END",
            "mail_day": f"CASE WHEN {_LEADS} AND d.slot IS NOT NULL THEN d.day END",
            "mail_slot": f"CASE WHEN {_LEADS} THEN d.slot END",
        },
    )


def newest_notice() -> int:
    """The highest number that a notice has by now."""
    return Notification.objects.aggregate(newest=Max("pk"))["newest"] or 0


def queue_mails_of(notices: QuerySet[Notification], *, due_at: datetime, at: datetime) -> int:
    """A mail for each of these notices that leads one; how many."""
    leading = notices.filter(way=Way.MAIL, joins=None)
    return queue_found(leading, renderer="notification", key="notice", due_at=due_at, at=at)
