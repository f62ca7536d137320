"""Lists of meetings: what comes and what was, filtered by kind and channel, a page at a time."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from portal.core.cards import MeetingCard
from portal.core.listing import Chip, Facet, Option, Page, capped_count, keyset_page, query_url, toggle_url
from portal.follows.models import Channel
from portal.meetings import queries
from portal.meetings.models import Meeting

CHANNELS_OFFERED = 60
PAST = "past"
# As many digits as both databases count to.
_NUMBER = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True)
class Month:
    """The meetings of one month, for a heading above them. `begins` is any moment in it."""

    begins: datetime
    cards: list[MeetingCard]


def listing(user: Any, params: QueryDict, at: datetime) -> dict[str, Any]:
    """The context of `/meetings/`; unknown values of a filter leave nothing out."""
    past = params.get("when") == PAST
    rows = queries.past(user, at) if past else queries.coming(user, at)
    facets, chips, rows = _narrowed(rows, params)
    found, cursor = keyset_page(rows, order=_order(past=past), params=params)
    page = Page(
        rows=found,
        total=capped_count(rows),
        next_url=query_url(params, after=cursor) if cursor else "",
        first_url=query_url(params) if params.get("after") else "",
        facets=facets,
        chips=chips,
    )
    zone = queries.viewer_zone(user)
    return {
        "page": page,
        "past": past,
        "zone": zone,
        "months": months(found, zone),
        "tabs": tabs(params, past=past),
        "clear_url": query_url(params, kind=None, group=None) if chips else "",
    }


def channel_page(user: Any, params: QueryDict, at: datetime, channel: Channel) -> tuple[Page, list[Month], bool]:
    """A page of one channel's meetings: coming ones, or with `when=past` those that are over."""
    past = params.get("when") == PAST
    rows = queries.past(user, at, [channel]) if past else queries.coming(user, at, [channel])
    found, cursor = keyset_page(rows, order=_order(past=past), params=params)
    page = Page(
        rows=found,
        total=len(found),
        next_url=query_url(params, after=cursor) if cursor else "",
        first_url=query_url(params) if params.get("after") else "",
    )
    return page, months(found, queries.viewer_zone(user), named=False), past


def tabs(params: QueryDict, *, past: bool) -> list[dict[str, Any]]:
    """Coming and past, as places of the same list."""
    return [
        {"label": _("Coming"), "url": query_url(params, when=None), "current": not past},
        {"label": _("Past"), "url": query_url(params, when=PAST), "current": past},
    ]


def months(rows: Iterable[Meeting], zone: ZoneInfo | None, *, named: bool = True) -> list[Month]:
    """The meetings under the months they begin in, as clocks in `zone` have it, or in each meeting's own.

    `named` puts the channel's title beside each.
    """
    found: list[Month] = []
    for meeting in rows:
        there = meeting.starts_at.astimezone(zone or meeting.tz)
        if not found or (there.year, there.month) != (found[-1].begins.year, found[-1].begins.month):
            found.append(Month(there, []))
        found[-1].cards.append(queries.card(meeting, note=meeting.channel.title if named else ""))
    return found


def _order(*, past: bool) -> tuple[str, str]:
    return ("-starts_at", "-id") if past else ("starts_at", "id")


def _narrowed(rows: QuerySet[Meeting], params: QueryDict) -> tuple[list[Facet], list[Chip], QuerySet[Meeting]]:
    kinds = [value for value in params.getlist("kind") if value in Meeting.Kind.values]
    groups = [int(value) for value in params.getlist("group") if _NUMBER.fullmatch(value)][:CHANNELS_OFFERED]
    of_kinds = rows.filter(kind__in=kinds) if kinds else rows
    of_groups = rows.filter(channel_id__in=groups) if groups else rows
    facets = [_kind_facet(of_groups, params), _channel_facet(of_kinds, params, groups)]
    chips = [Chip(option.label, option.url) for facet in facets for option in facet.options if option.selected]
    narrowed = of_kinds.filter(channel_id__in=groups) if groups else of_kinds
    return facets, chips, narrowed


def _kind_facet(rows: QuerySet[Meeting], params: QueryDict) -> Facet:
    counts = dict(rows.order_by().values_list("kind").annotate(number=Count("pk")))
    chosen = params.getlist("kind")
    options = [
        Option(value, str(label), counts.get(value, 0), value in chosen, toggle_url(params, "kind", value))
        for value, label in Meeting.Kind.choices
        if counts.get(value) or value in chosen
    ]
    return Facet("kind", _("Kind"), options)


def _channel_facet(rows: QuerySet[Meeting], params: QueryDict, chosen: list[int]) -> Facet:
    """Channels by name; which ones there are is decided by the meetings one may see."""
    counted = rows.order_by().values_list("channel_id", "channel__title").annotate(number=Count("pk"))
    options = [
        Option(str(pk), title, number, pk in chosen, toggle_url(params, "group", str(pk)))
        for pk, title, number in sorted(counted, key=lambda row: row[1])[:CHANNELS_OFFERED]
    ]
    return Facet("group", _("Group"), options)
