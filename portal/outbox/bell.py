"""The doorbell: tells the worker that something is due. Best effort; a sweep each minute finds what it missed."""

import logging
import time

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

log = logging.getLogger("portal.outbox")

# A silent broker may cost one request this much, then the bell stays quiet for a while.
PATIENCE_SECONDS = 0.05
QUIET_SECONDS = 5.0
# While no worker runs, rings pile up in the broker; one that nobody heard for so long tells nothing any more.
FORGOTTEN_AFTER_SECONDS = 300
_quiet_until = 0.0


def ring_after_commit() -> None:
    """Ring once when the current transaction is committed, however many rows it leaves."""
    if all(hook is not ring for _savepoints, hook, _robust in connection.run_on_commit):
        transaction.on_commit(ring)


def ring() -> None:
    """Ask a worker to drain. Never raises and never waits long: what is due stays written in the database."""
    global _quiet_until  # noqa: PLW0603 -- the breaker is one number per process
    if time.monotonic() < _quiet_until:
        return
    from portal.outbox.tasks import drain  # noqa: PLC0415 -- the task module imports the drain

    try:
        with drain.app.connection_for_write(transport_options=_impatient()) as broker:
            drain.apply_async(connection=broker, retry=False, ignore_result=True, expires=FORGOTTEN_AFTER_SECONDS)
    except Exception as error:  # noqa: BLE001 -- the change is committed; no broker's mood may turn that into an error
        _quiet_until = time.monotonic() + QUIET_SECONDS
        log.warning("the doorbell is silent for %d s: %s", QUIET_SECONDS, error)


def ring_for_help() -> None:
    """Ask for one more sender while there is more to send than one can, up to settings.OUTBOX_SENDERS in all."""
    from portal.outbox.models import Mail  # noqa: PLC0415 -- the bell is imported before the models are loaded

    at_work = Mail.objects.filter(state=Mail.State.SENDING, lease_until__gt=timezone.now())
    if at_work.values("lease_token").distinct().count() + 1 < settings.OUTBOX_SENDERS:
        ring()


def _impatient() -> dict[str, object]:
    """The broker's options with time-outs that a request can bear; max_retries bounds kombu's own connecting."""
    options = dict(settings.CELERY_BROKER_TRANSPORT_OPTIONS)
    if settings.REDIS_URL:
        options |= {
            "socket_timeout": PATIENCE_SECONDS,
            "socket_connect_timeout": PATIENCE_SECONDS,
            "max_retries": 0,
            "retry_on_timeout": False,
        }
    return options
