"""Does what is due: runs the errands of facts, then sends the mails. Idempotent, and safe to kill at any point."""

import logging
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from portal.outbox import registry
from portal.outbox.leases import claim, next_try
from portal.outbox.models import Errand, Mail
from portal.outbox.sending import send_due

log = logging.getLogger("portal.outbox")

ERRAND_TRIES = 5


@dataclass
class Report:
    """What one run did."""

    errands: int = 0
    mails: int = 0


def drain(*, limit: int | None = None) -> Report:
    """Run until nothing is due, or until `limit` rows were handled."""
    report = Report()
    batch = min(limit or settings.OUTBOX_BATCH, settings.OUTBOX_BATCH)
    while limit is None or report.errands + report.mails < limit:
        errands = run_errands(batch)
        mails = send_due(batch)
        report.errands += errands
        report.mails += mails
        if not errands and not mails:
            break
    return report


def run_errands(limit: int) -> int:
    """Hand due facts to their subscribers; the number of errands taken up."""
    taken = claim(
        Errand.objects.filter(state=Errand.State.WAITING), now=timezone.now(), limit=limit, order=("due_at", "pk")
    )
    for errand in taken:
        _run(errand)
    return len(taken)


def _run(errand: Errand) -> None:
    try:
        with transaction.atomic():
            # Still ours? Another worker may have taken over after the lease ended.
            mine = Errand.objects.filter(pk=errand.pk, lease_token=errand.lease_token, state=Errand.State.WAITING)
            if not mine.update(state=Errand.State.DONE, lease_until=None, problem=""):
                return
            _hand_over(errand)
    except Exception as error:  # a subscriber's fault must not stop the others
        log.exception("errand %s failed", errand)
        _put_off(errand, error)


def _hand_over(errand: Errand) -> None:
    fact = errand.fact
    handler = registry.handler_for(fact.name, errand.subscriber)
    if handler is not None:
        envelope = registry.Envelope(fact_id=fact.pk, at=fact.at, by_id=fact.by_id)
        handler(registry.rebuild(fact.name, fact.payload), envelope)


def _put_off(errand: Errand, error: Exception) -> None:
    attempts = errand.attempts + 1
    Errand.objects.filter(pk=errand.pk, lease_token=errand.lease_token).update(
        attempts=attempts,
        state=Errand.State.DEAD if attempts >= ERRAND_TRIES else Errand.State.WAITING,
        due_at=next_try(attempts, timezone.now()),
        lease_until=None,
        problem=f"{type(error).__name__}: {error}"[:2000],
    )


def settle_without_mail() -> Report:
    """Run the errands of imported facts, and suppress the mails they queue: news of the past is no news."""
    report = Report()
    while taken := run_errands(settings.OUTBOX_BATCH):
        report.errands += taken
    queued = Mail.objects.filter(state=Mail.State.QUEUED, renderer="notification")
    report.mails = queued.update(state=Mail.State.SUPPRESSED)
    return report
