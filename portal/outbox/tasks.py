"""What the worker is asked to do: look what is due. No arguments, so that any number of calls is harmless."""

import time
from typing import Any

from celery import shared_task
from celery.signals import worker_init, worker_process_init
from django.utils import timezone

from portal.outbox.bell import ring
from portal.outbox.drain import drain as drain_now
from portal.outbox.leases import watch_the_clock
from portal.outbox.sweeping import sweep as sweep_now

# A worker that is asked to end finishes the task in hand and one that it has taken already: both end by themselves
# within the ten seconds that a container is usually given, so that a deployment never sends a mail twice.
RUN_SECONDS = 4.0

worker_init.connect(watch_the_clock)
worker_process_init.connect(watch_the_clock)


@shared_task(name="portal.outbox.tasks.drain")
def drain(**kwargs: Any) -> None:
    """Do what is due for a few seconds, and ring again when there is more."""
    stop_at = time.monotonic() + RUN_SECONDS
    if not drain_now(enough=lambda: time.monotonic() > stop_at).finished:
        ring()


@shared_task(name="portal.outbox.tasks.sweep")
def sweep(**kwargs: Any) -> None:
    """Remove for a few seconds what was kept long enough; the rest goes within the next hours."""
    stop_at = time.monotonic() + RUN_SECONDS
    sweep_now(now=timezone.now(), enough=lambda: time.monotonic() > stop_at)
