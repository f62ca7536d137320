"""What waits for staff in this app: work that was tried often enough; and a line that says whether mail goes out."""

from typing import Any

from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.desk.lights import Light, shines
from portal.desk.queues import Item, Queue, register
from portal.outbox import breaker
from portal.outbox.models import Mail
from portal.outbox.queries import DELAYED_AFTER, count_given_up, given_up, given_up_rows, waits_since


@shines
def mail(user: Any) -> Light:
    """Whether mail goes out, and since when the oldest waits."""
    now, outlook = timezone.now(), breaker.look()
    page, link = reverse("outbox:state"), _("Mail and errands")
    oldest = waits_since(Mail.objects.visible_to(user).unsent(), now)
    if outlook.server:
        since = timesince(outlook.server.since, now, depth=1)
        return Light(
            _("The mail server has not answered for %(time)s. Mail waits.") % {"time": since}, page, link, "bad"
        )
    if oldest and now - oldest > DELAYED_AFTER:
        said = _("Mail is late: the oldest has waited for %(time)s.") % {"time": timesince(oldest, now, depth=1)}
        return Light(said, page, link, "bad")
    if any(trouble.hold_until > now for trouble in outlook.destinations.values()):
        return Light(_("Mail goes out, but one destination does not answer."), page, link, "call")
    return Light(_("Mail goes out."), page, link)


def _items(user: Any, limit: int) -> list[Item]:
    page = reverse("outbox:given-up")
    return [
        Item(row.title, f"{page}#{row.field}-{row.pk}", row.since, row.reason) for row in given_up(user, limit=limit)
    ]


register(
    Queue(
        slug="given-up",
        label=gettext_lazy("Mail and errands given up"),
        count=count_given_up,
        items=_items,
        url=reverse_lazy("outbox:given-up"),  # type: ignore[arg-type]
        empty=gettext_lazy("Everything went out."),
        rows=lambda user: tuple(given_up_rows(user).values()),
    )
)
