"""Reads: the audience of an event, a person's notices, what a person wants."""

from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from portal.follows.models import Channel
from portal.notifications.audience import decided, muted
from portal.notifications.kinds import area_of, choosable, kind_called
from portal.notifications.models import Notification
from portal.notifications.ways import CADENCES, Way

BADGE_CAP = 99


@dataclass(frozen=True)
class Told:
    """How many people hear of something, and how: each of `people` is in one of the three numbers after it."""

    people: int
    by_mail: int
    in_digest: int = 0
    listed: int = 0
    muted: int = 0  # would be told, but want to hear nothing of it; not among `people`


NOBODY = Told(0, 0)


def who_will_be_told(
    *, kind: str, fact: Any, by: Any, at: datetime | None = None, channel: Channel | None = None
) -> Told:
    """The numbers a composer shows before publishing, from the same queries that then decide.

    `channel` is the fact's as it will be by then, where publishing itself opens it to more people.
    """
    declared = kind_called(kind)
    if declared is None:
        return NOBODY
    if channel is not None:
        declared = copy(declared)
        declared.channel = lambda fact: channel  # type: ignore[method-assign]
    actor_id = getattr(by, "pk", None)
    people = decided(declared, fact, actor_id=actor_id, at=at or timezone.now())
    ways: dict[str, int] = dict(people.order_by().values_list("way").annotate(Count("pk")))
    silent = muted(declared, fact, actor_id=actor_id).count()
    return Told(
        people=sum(ways.values()),
        by_mail=ways.get(Way.MAIL, 0),
        in_digest=sum(ways.get(cadence, 0) for cadence in CADENCES),
        listed=ways.get(Way.LIST, 0),
        muted=silent,
    )


def unread_count(person: Any) -> int:
    """For the badge; counted up to 99."""
    return Notification.objects.visible_to(person).unread()[: BADGE_CAP + 1].count()


def notices(person: Any) -> QuerySet[Notification]:
    """A person's notices with what their lines need."""
    return Notification.objects.visible_to(person).select_related("fact", "channel", "mark")


def kinds_of(area: str) -> list[str]:
    """The kinds of one part of the portal; empty for one that there is not."""
    return [kind.slug for kind in choosable() if area_of(kind.slug) == area]


def list_url(params: QueryDict) -> str:
    """The list with the filters that were on."""
    kept = {name: params[name] for name in ("area", "unread") if name in params}
    return reverse("notifications:list") + (f"?{urlencode(kept)}" if kept else "")
