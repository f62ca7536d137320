"""Claims due rows for one worker: the same few lines for errands and mails, on SQLite and PostgreSQL."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

BACKOFF_MINUTES = (1, 5, 15, 60, 240)


def claim(rows: QuerySet[Any], *, now: datetime, limit: int, order: tuple[str, ...], **changes: Any) -> list[Any]:
    """Take up to `limit` due rows that nobody holds; they are ours until the lease ends.

    The lock lasts for this statement only, never while a mail is sent.
    """
    token = secrets.token_hex(16)
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    with transaction.atomic():
        due = rows.filter(free, due_at__lte=now).order_by(*order)
        keys = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:limit])
        rows.model._default_manager.filter(pk__in=keys).update(
            lease_until=now + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS), lease_token=token, **changes
        )
    held = rows.model._default_manager.filter(pk__in=keys, lease_token=token)
    return list(held.order_by(*order))


def next_try(attempts: int, now: datetime) -> datetime:
    """When to try again after `attempts` failures: 1, 5, 15, 60, then every 240 minutes."""
    return now + timedelta(minutes=BACKOFF_MINUTES[min(attempts, len(BACKOFF_MINUTES)) - 1])
