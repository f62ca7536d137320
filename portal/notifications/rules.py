"""What `audience` decides for many, said of one person when a mail or a summary is about to go out."""

import re
from datetime import datetime

from portal.notifications.models import Level, Wishes
from portal.notifications.ways import Way, preset_way, slowed

THREAD = re.compile(r"(?:[a-z]+\.[a-z-]+:[0-9]{1,18})?")


def is_thread(thread: str) -> bool:
    """Whether it looks like a kind's key of a thread ("discussions.thread:12"), or names none."""
    return THREAD.fullmatch(thread) is not None


def level_for(of_thread: str, of_channel: str) -> str:
    """The level that holds: the thread's before its channel's, normal where neither is chosen."""
    return of_thread or of_channel or Level.Choice.NORMAL


def way_for(*, wishes: Wishes, chosen: str, weight: str, level: str, at: datetime) -> str:
    """How a notice reaches somebody who has these wishes; `chosen` is empty where no preference differs.

    Whoever muted the thing is told nothing, not even in the list.
    """
    if level == Level.Choice.MUTED:
        return Way.NOTHING
    way = Way.MAIL if level == Level.Choice.EVERYTHING else chosen or preset_way(wishes.preset, weight)
    return slowed(way, brake=wishes.brake, paused=wishes.is_paused(at))
