"""What last week would have been like: counted from what really happened, for every preset."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from portal.notifications.audience import TALK_WAITS
from portal.notifications.hours import next_slot
from portal.notifications.kinds import kind_called
from portal.notifications.models import MAILS_A_DAY, Notification, Wishes
from portal.notifications.rules import level_for, way_for
from portal.notifications.ways import CADENCES, PRESETS, Way

A_WEEK = timedelta(days=7)
# Of more notices than this the last ones say enough.
READ = 500


@dataclass(frozen=True)
class Preview:
    """Mails and summaries that the last seven days would have brought."""

    mails: int
    summaries: int


def previews(
    person: Any, wishes: Wishes, *, chosen: Mapping[str, str], levels: Mapping[tuple[int, str], str], at: datetime
) -> dict[str, Preview]:
    """For every preset, with what the person chose besides. One query."""
    rows = Notification.objects.visible_to(person).filter(at__gt=at - A_WEEK, at__lte=at).order_by("-at", "-pk")[:READ]
    notices = sorted(rows, key=lambda notice: (notice.at, notice.pk))
    return {
        preset: _count(notices, Wishes(preset=preset, hour=wishes.hour, weekday=wishes.weekday), person, chosen, levels)
        for preset in PRESETS
    }


def _count(
    notices: Iterable[Notification],
    wishes: Wishes,
    person: Any,
    chosen: Mapping[str, str],
    levels: Mapping[tuple[int, str], str],
) -> Preview:
    mails: Counter[date] = Counter()
    summaries: set[tuple[str, datetime]] = set()
    talk: dict[str, datetime] = {}
    for notice in notices:
        way = _way(notice, wishes, chosen, levels)
        if way == Way.MAIL and not _joins(notice, talk):
            day = timezone.localdate(notice.at, person.zone)
            mails[day] += 1
            way = Way.DAILY if mails[day] > MAILS_A_DAY else way
        if way in CADENCES:
            slot = next_slot(notice.at, cadence=way, zone=person.zone, hour=wishes.hour, weekday=wishes.weekday)
            summaries.add((way, slot))
    return Preview(sum(min(number, MAILS_A_DAY) for number in mails.values()), len(summaries))


def _way(notice: Notification, wishes: Wishes, chosen: Mapping[str, str], levels: Mapping[tuple[int, str], str]) -> str:
    kind = kind_called(notice.kind)
    if kind is None or kind.transactional:
        return Way.LIST
    channel = notice.channel_id or 0
    of_thread = levels.get((channel, notice.thread), "") if notice.thread else ""
    return way_for(
        wishes=wishes,
        chosen=chosen.get(kind.line_for(notice.route), ""),
        weight=kind.weight_for(notice.route),
        level=level_for(of_thread, levels.get((channel, ""), "")),
        at=notice.at,
    )


def _joins(notice: Notification, talk: dict[str, datetime]) -> bool:
    """Whether its mail would have been merged with one of the minutes before."""
    kind = kind_called(notice.kind)
    if kind is None or not kind.conversation or not notice.thread:
        return False
    led = talk.get(notice.thread)
    if led is not None and notice.at < led + TALK_WAITS:
        return True
    talk[notice.thread] = notice.at
    return False
