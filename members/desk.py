"""What waits for staff in this app: requests to join."""

from typing import Any

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from members.queries import waiting_requests
from portal.desk.queues import Item, Queue, register


def _items(user: Any, limit: int) -> list[Item]:
    page = str(reverse_lazy("members:join-requests"))
    return [
        Item(
            title=request.person.name,
            url=f"{page}#request-{request.pk}",
            since=request.confirmed_at,
            detail=f"{request.get_kind_display()}, {request.organisation}",
        )
        for request in waiting_requests()[:limit]
    ]


register(
    Queue(
        slug="join-requests",
        label=_("Requests to join"),
        count=lambda user: waiting_requests().count(),
        items=_items,
        url=reverse_lazy("members:join-requests"),  # type: ignore[arg-type]
        empty=_("Nobody waits for an answer."),
        rows=lambda user: (waiting_requests(),),
    )
)
