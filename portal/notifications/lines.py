"""Notices as lines of text, from what their facts hold: no query for a row."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from portal.notifications.kinds import kind_called
from portal.notifications.models import Notification
from portal.outbox.registry import rebuild


@dataclass(frozen=True)
class Line:
    """What the list shows of one notice."""

    pk: int
    headline: str
    reason: str
    url: str
    at: datetime
    unread: bool


def lines(notices: Iterable[Notification]) -> list[Line]:
    """One line per notice; for a kind that no longer exists the thing's own title."""
    return [_line(notice) for notice in notices]


def _line(notice: Notification) -> Line:
    kind, channel = kind_called(notice.kind), notice.channel
    unread = not _marked(notice)
    if kind is None:
        title, url = (channel.title, channel.url) if channel else (_("This is no longer available."), "/")
        return Line(notice.pk, title, "", url, notice.at, unread)
    fact: Any = rebuild(notice.fact.name, notice.fact.payload)
    return Line(notice.pk, kind.headline(fact), kind.reason(fact), kind.url(fact), notice.at, unread)


def _marked(notice: Notification) -> bool:
    return getattr(notice, "mark", None) is not None
