"""Claims due rows for one worker: the same few lines for errands and mails, on SQLite and PostgreSQL."""

import logging
import secrets
import time
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from portal.core.text import made_storable

log = logging.getLogger("portal.outbox")

BACKOFF_MINUTES = (1, 5, 15, 60, 240)
# A clock that is set, not merely corrected, moves by more than this against the time that has passed.
CLOCK_STEP_SECONDS = 30


def claim(rows: QuerySet[Any], *, now: datetime, limit: int, order: tuple[str, ...], **changes: Any) -> list[Any]:
    """Take up to `limit` due rows that nobody holds; they are ours until the lease ends.

    The lock lasts for this statement only, never while a mail is sent. Two workers never get the same row:
    PostgreSQL looks at a row again once it has locked it and skips what another has locked, SQLite lets one
    writer in at a time.
    """
    token = secrets.token_hex(16)
    free = Q(lease_until__isnull=True)
    if not (_clock and _clock.was_set(now)):
        free |= Q(lease_until__lt=now)
    due = rows.filter(free, due_at__lte=now)
    if not due.exists():  # most looks find nothing, and on SQLite the lock below would stop every other writer
        return []
    with transaction.atomic():
        first = due.order_by(*order).select_for_update(skip_locked=True)
        keys = list(first.values_list("pk", flat=True)[:limit])
        rows.model._default_manager.filter(pk__in=keys).update(lease_until=lease_end(now), lease_token=token, **changes)
    return list(rows.filter(pk__in=keys, lease_token=token).order_by(*order)) if keys else []


class Clock:
    """Notices that the machine's clock was set: leases seem to have ended whose holders are at work."""

    def __init__(self) -> None:
        self._offset: float | None = None
        self._trusted_from = 0.0

    def was_set(self, now: datetime) -> bool:
        """Whether the clock was set less than a lease ago; who has died since gives its rows back a little later."""
        passed = time.monotonic()
        offset, before = now.timestamp() - passed, self._offset
        self._offset = offset
        if before is not None and abs(offset - before) > CLOCK_STEP_SECONDS:
            log.warning("the clock was set by %d s: nobody's lease is taken to have ended", offset - before)
            self._trusted_from = passed + settings.OUTBOX_LEASE_SECONDS
        return passed < self._trusted_from


_clock: Clock | None = None


def watch_the_clock(**kwargs: object) -> None:
    """Remember from now on what the clock said; for programs that keep running, who alone can notice."""
    global _clock  # noqa: PLW0603 -- one clock for each process
    _clock = Clock()


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
