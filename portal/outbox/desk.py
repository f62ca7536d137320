"""What waits for staff in this app: work that was tried often enough."""

from typing import Any

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from portal.desk.queues import Item, Queue, register
from portal.outbox.models import Errand, Mail
from portal.outbox.queries import count_given_up, given_up


def _items(user: Any, limit: int) -> list[Item]:
    page = str(reverse_lazy("outbox:given-up"))
    return [
        Item(row.title, f"{page}#{row.field}-{row.pk}", row.since, row.problem[:120])
        for row in given_up(user, limit=limit)
    ]


register(
    Queue(
        slug="given-up",
        label=_("Mail and errands given up"),
        count=count_given_up,
        items=_items,
        url=reverse_lazy("outbox:given-up"),  # type: ignore[arg-type]
        empty=_("Everything went out."),
        rows=lambda user: (
            Errand.objects.visible_to(user).given_up(),
            Mail.objects.visible_to(user).given_up(),
        ),
    )
)
