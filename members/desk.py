"""What waits for staff in this app: requests to join."""

from typing import Any

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from members.accounts.queries import waiting_resets
from members.models import FactorReset
from members.queries import waiting_requests
from members.roster.queries import open_claims
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


def _claims(user: Any, limit: int) -> list[Item]:
    page = str(reverse_lazy("members:claims"))
    return [
        Item(title=each.record.name, url=page, since=each.at, detail=f"{each.person.name}: {each.get_wish_display()}")
        for each in open_claims()[:limit]
    ]


register(
    Queue(
        slug="claims",
        label=_("“This is me”"),
        count=lambda user: open_claims().count(),
        items=_claims,
        url=reverse_lazy("members:claims"),  # type: ignore[arg-type]
        empty=_("Nobody has claimed an entry."),
        rows=lambda user: (open_claims(),),
    )
)


def _resets(user: Any, limit: int) -> list[Item]:
    page = str(reverse_lazy("factor_resets"))
    return [
        Item(title=each.reset.person.name, url=page, since=each.reset.asked_at) for each in waiting_resets(user)[:limit]
    ]


register(
    Queue(
        slug="factor-resets",
        label=_("Lost second factors to confirm"),
        count=lambda user: FactorReset.objects.visible_to(user).open().count(),
        items=_resets,
        url=reverse_lazy("factor_resets"),  # type: ignore[arg-type]
        empty=_("Nobody waits for a second colleague."),
        rows=lambda user: (FactorReset.objects.visible_to(user).open(),),
    )
)
