"""How the outbox is doing: for /readyz, which it informs and never fails."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.dispatch import receiver
from django.utils import timezone

from portal.core.signals import readiness
from portal.outbox import breaker
from portal.outbox.models import Errand, Mail
from portal.outbox.queries import waits_since


@receiver(readiness)
def outbox(sender: Any, **kwargs: Any) -> dict[str, object]:
    """Seconds since the oldest due errand and mail became due, what was given up, and who does not answer."""
    now, outlook = timezone.now(), breaker.look()
    waiting = Errand.objects.filter(state=Errand.State.WAITING)
    return {
        "oldest_errand_seconds": _age(waiting, now),
        "oldest_mail_seconds": _age(Mail.objects.unsent(), now),
        "given_up": Errand.objects.given_up().count() + Mail.objects.given_up().count(),
        "mail_server": f"away since {outlook.server.since.isoformat()}" if outlook.server else "ok",
        "destinations_on_hold": sum(trouble.hold_until > now for trouble in outlook.destinations.values()),
    }


def _age(rows: QuerySet[Any], now: datetime) -> int:
    oldest = waits_since(rows, now)
    return int((now - oldest).total_seconds()) if oldest else 0
