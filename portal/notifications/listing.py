"""`/notifications/`: one page of the list, with its filters."""

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from portal.core.cards import Tab
from portal.core.listing import keyset_page, query_url
from portal.notifications import queries
from portal.notifications.lines import by_day, lines
from portal.notifications.wanting import areas


def listing(person: Any, params: QueryDict) -> dict[str, Any]:
    """What the page shows. Raises Http404 for a place in the list that the list did not name."""
    unread, area = params.get("unread") == "1", params.get("area", "")
    rows = queries.notices(person)
    rows = rows.unread() if unread else rows
    kinds = queries.kinds_of(area)
    found, cursor = keyset_page(rows.filter(kind__in=kinds) if kinds else rows, order=("-at", "-pk"), params=params)
    shown = lines(found)
    return {
        "lines": shown,
        "days": by_day(shown),
        "unread": unread,
        "area": area if kinds else "",
        "filtered": unread or bool(kinds),
        "tabs": _tabs(person, params, area if kinds else ""),
        "unread_url": query_url(params, unread=None if unread else "1"),
        "query": query_url(params).removeprefix("?"),
        "next_url": query_url(params, after=cursor) if cursor else "",
    }


def _tabs(person: Any, params: QueryDict, area: str) -> list[Tab]:
    tabs = [Tab(label=_("All"), url=query_url(params, area=None), current=not area)]
    for slug, label in areas(person).items():
        tabs.append(Tab(label=str(label), url=query_url(params, area=slug), current=slug == area))
    return tabs
