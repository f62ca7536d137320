"""Claims due rows for one worker: the same few lines for errands and mails, on SQLite and PostgreSQL."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from portal.core.text import made_storable

BACKOFF_MINUTES = (1, 5, 15, 60, 240)


def claim(rows: QuerySet[Any], *, now: datetime, limit: int, order: tuple[str, ...], **changes: Any) -> list[Any]:
    """Take up to `limit` due rows that nobody holds; they are ours until the lease ends.

    The lock lasts for this statement only, never while a mail is sent. Two workers never get the same row:
    PostgreSQL looks at a row again once it has locked it and skips what another has locked, SQLite lets one
    writer in at a time.
    """
    token = secrets.token_hex(16)
    due = rows.filter(Q(lease_until__isnull=True) | Q(lease_until__lt=now), due_at__lte=now)
    if not due.exists():  # most looks find nothing, and on SQLite the lock below would stop every other writer
        return []
    with transaction.atomic():
        free = due.order_by(*order).select_for_update(skip_locked=True)
        keys = list(free.values_list("pk", flat=True)[:limit])
        rows.model._default_manager.filter(pk__in=keys).update(lease_until=lease_end(now), lease_token=token, **changes)
    return list(rows.filter(pk__in=keys, lease_token=token).order_by(*order)) if keys else []


def lease_end(now: datetime) -> datetime:
    """Until when a row claimed at `now` is held."""
    return now + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)


def last_start(now: datetime) -> datetime:
    """When whoever claimed at `now` begins nothing more: what is begun then still ends well within the lease."""
    return now + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS * 0.4)


def next_try(attempts: int, now: datetime) -> datetime:
    """When to try again after `attempts` failures: 1, 5, 15, 60, then every 240 minutes."""
    return now + timedelta(minutes=BACKOFF_MINUTES[min(attempts, len(BACKOFF_MINUTES)) - 1])


def problem_text(error: Exception) -> str:
    """What went wrong, as text that can be stored: a fault must not fail on its own description."""
    return made_storable(f"{type(error).__name__}: {error}", max_length=2000)
