"""What waits for staff in this app: people whom we no longer mail, because their address does not take it."""

from typing import Any

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from portal.desk.queues import Item, Queue, register
from portal.incoming.models import AddressHealth
from portal.incoming.queries import paused_addresses


def _items(user: Any, limit: int) -> list[Item]:
    page = str(reverse_lazy("incoming:paused"))
    return [
        Item(row.address, f"{page}#address-{row.pk}", row.paused_at, str(row.get_cause_display()))
        for row in paused_addresses(user)[:limit]
    ]


register(
    Queue(
        slug="paused-addresses",
        label=_("Members whom mail does not reach"),
        count=lambda user: AddressHealth.objects.visible_to(user).paused().count(),
        items=_items,
        url=reverse_lazy("incoming:paused"),  # type: ignore[arg-type]
        empty=_("Mail reaches everybody."),
        rows=lambda user: [AddressHealth.objects.visible_to(user).paused()],
    )
)
