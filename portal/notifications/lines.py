"""Notices as lines of text, from what their facts hold: no query for a row."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.notifications.kinds import kind_called
from portal.notifications.models import Notification
from portal.outbox.registry import rebuild

# So many lines about one thing stand open; the rest are behind "and 3 more".
SHOWN = 3


@dataclass(frozen=True)
class Line:
    """What the list shows of one notice."""

    pk: int
    headline: str
    reason: str
    url: str
    at: datetime
    unread: bool
    thing: str = ""
    about: int | None = None
    setting: str = ""  # the line of the settings that decided; "" where there is nothing to choose


@dataclass(frozen=True)
class Group:
    """The lines of one day about one thing, newest first."""

    thing: str
    lines: Sequence[Line] = field(default_factory=list)

    @property
    def shown(self) -> Sequence[Line]:
        """Those that stand open: one more is not worth a click."""
        return self.lines if len(self.lines) == SHOWN + 1 else self.lines[:SHOWN]

    @property
    def more(self) -> Sequence[Line]:
        """The others."""
        return self.lines[len(self.shown) :]


@dataclass(frozen=True)
class Day:
    """What happened on one day of the reader's; `at` is a moment of it, since only a moment knows its zone."""

    at: datetime
    groups: Sequence[Group]


def lines(notices: Iterable[Notification]) -> list[Line]:
    """One line per notice; for a kind that no longer exists the thing's own title."""
    return [_line(notice) for notice in notices]


def by_day(found: Iterable[Line]) -> list[Day]:
    """The lines by the day it was for the reader, and on a day by what they are about, in the order given."""
    days: dict[date, dict[Any, Group]] = {}
    for line in found:
        groups = days.setdefault(timezone.localdate(line.at), {})
        # What is about nothing in particular stands for itself.
        group = groups.setdefault(line.about or ("line", line.pk), Group(line.thing, []))
        group.lines.append(line)  # type: ignore[attr-defined]
    return [Day(groups[0].lines[0].at, groups) for groups in (list(each.values()) for each in days.values())]


def _line(notice: Notification) -> Line:
    kind, channel = kind_called(notice.kind), notice.channel
    unread = not _marked(notice)
    thing, about = (channel.title, channel.pk) if channel else ("", None)
    if kind is None:
        url = channel.url if channel else "/"
        return Line(notice.pk, thing or _("This is no longer available."), "", url, notice.at, unread, thing, about)
    fact: Any = rebuild(notice.fact.name, notice.fact.payload)
    reason = kind.reason_for(fact, notice.route)
    setting = "" if kind.transactional else kind.line_for(notice.route)
    return Line(notice.pk, kind.headline(fact), reason, kind.url(fact), notice.at, unread, thing, about, setting)


def _marked(notice: Notification) -> bool:
    return getattr(notice, "mark", None) is not None
