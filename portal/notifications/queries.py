"""Reads: the audience of an event, a person's notices, what a person wants."""

from collections import Counter
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
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
    *,
    kind: str,
    fact: Any,
    by: Any,
    at: datetime | None = None,
    channel: Channel | None = None,
    also: Sequence[str] = (),
) -> Told:
    """The numbers a composer shows before publishing, from the same queries that then decide.

    `channel` is the fact's as it will be by then, where publishing itself opens it to more people. `also`: further
    kinds of the same fact, in the order in which they are declared; whoever several reach counts once.
    """
    ways: Counter[str] = Counter()
    silent, counted, actor_id = 0, Q(), getattr(by, "pk", None)
    for declared in filter(None, map(kind_called, [kind, *also])):
        if channel is not None:
            declared = copy(declared)  # noqa: PLW2901 -- the same kind, with the channel as it will be
            declared.channel = lambda fact: channel  # type: ignore[method-assign]
        people = decided(declared, fact, actor_id=actor_id, at=at or timezone.now())
        without = muted(declared, fact, actor_id=actor_id)
        ways.update(dict(people.exclude(counted).order_by().values_list("way").annotate(Count("pk"))))
        silent += without.exclude(counted).count()
        counted |= Q(pk__in=people.order_by().values("pk")) | Q(pk__in=without.order_by().values("pk"))
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
