"""How the outbox is doing: for /readyz."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from portal.core.signals import readiness
from portal.outbox.models import Errand, Mail


@receiver(readiness)
def queue_age(sender: Any, **kwargs: Any) -> dict[str, int]:
    """Seconds since the oldest due errand and mail became due, and how many were given up."""
    now = timezone.now()
    return {
        "oldest_errand_seconds": _age(Errand.objects.filter(state=Errand.State.WAITING, due_at__lte=now), now),
        "oldest_mail_seconds": _age(Mail.objects.unsent().filter(due_at__lte=now), now),
        "given_up": Errand.objects.given_up().count() + Mail.objects.given_up().count(),
    }


def _age(rows: Any, now: datetime) -> int:
    oldest = rows.order_by("due_at").values_list("due_at", flat=True).first()
    return int((now - oldest).total_seconds()) if oldest else 0
