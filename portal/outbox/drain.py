"""Does what is due: sends mails and runs the errands of facts. Idempotent, and safe to kill at any point."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from portal.outbox import registry
from portal.outbox.bell import ring_for_help
from portal.outbox.given_up import tell_staff
from portal.outbox.leases import claim, last_start, next_try, problem_text
from portal.outbox.models import Errand, Mail
from portal.outbox.sending import Batch, never, send_due

log = logging.getLogger("portal.outbox")

ERRAND_TRIES = 5
# Few, so that sign-in codes never wait behind many errands, and workers share what there is.
ERRANDS_AT_A_TIME = 10


@dataclass
class Report:
    """What one run did; `finished` when it left nothing that it could have done."""

    errands: int = 0
    mails: int = 0
    duties: int = 0
    finished: bool = False
    helped: bool = False  # asked for: there was more than one sender could do at once


def drain(*, enough: Callable[[], bool] = never) -> Report:
    """Run until nothing is due, or until it is `enough`, which is asked between two pieces of work."""
    report, sent = Report(), Batch(0)
    while not enough():
        report.duties += (done := run_duties(enough=enough))
        if not sent.server_away:
            sent = send_due(settings.OUTBOX_BATCH, enough=enough)
            report.mails += sent.handled
        errands = run_errands(enough=enough)
        report.errands += errands
        if sent.full and not report.helped:
            report.helped = True
            ring_for_help()
        if not (errands or done) and (sent.server_away or not (sent.handled or sent.full)):
            report.finished = not enough()  # or there was work, and no time to begin it
            break
    return report


def run_duties(*, enough: Callable[[], bool] = never) -> int:
    """Do what is due by the clock; one duty's fault stops neither the others nor the mail. How many pieces it was."""
    done = 0
    for name, work in registry.all_duties():
        try:
            done += work(enough)
        except (OperationalError, InterfaceError):  # the database is away: whoever called knows what to do
            raise
        except Exception:
            log.exception("the duty %s failed", name)
    return done


def run_errands(limit: int = ERRANDS_AT_A_TIME, *, enough: Callable[[], bool] = never) -> int:
    """Hand due facts to their subscribers; the number of errands done or put off."""
    now = timezone.now()
    waiting = Errand.objects.filter(state=Errand.State.WAITING).select_related("fact")
    taken = claim(waiting, now=now, limit=limit, order=("due_at", "pk"))
    stop_at = last_start(now)
    for done, errand in enumerate(taken):
        if timezone.now() > stop_at or enough():
            _give_back(taken[done:])
            return done
        _run(errand)
    return len(taken)


def _run(errand: Errand) -> None:
    try:
        with transaction.atomic():
            # Still ours? Another worker may have taken over after the lease ended.
            mine = Errand.objects.filter(pk=errand.pk, lease_token=errand.lease_token, state=Errand.State.WAITING)
            if mine.update(state=Errand.State.DONE, lease_until=None, problem=""):
                _hand_over(errand)
    except Exception as error:  # a subscriber's fault must not stop the others
        log.exception("errand %s failed", errand)
        _put_off(errand, error)


def _hand_over(errand: Errand) -> None:
    """Call the subscriber. One that this process does not know may be newer than it: then the errand is put off."""
    fact = errand.fact
    handler = registry.handler_for(fact.name, errand.subscriber)
    envelope = registry.Envelope(fact_id=fact.pk, at=fact.at, by_id=fact.by_id)
    handler(registry.rebuild(fact.name, fact.payload), envelope)


def _put_off(errand: Errand, error: Exception) -> None:
    now, attempts = timezone.now(), errand.attempts + 1
    problem, given_up = problem_text(error), attempts >= ERRAND_TRIES
    undone = Errand.objects.filter(pk=errand.pk, lease_token=errand.lease_token, state=Errand.State.WAITING)
    undone.update(
        attempts=attempts,
        state=Errand.State.DEAD if given_up else Errand.State.WAITING,
        due_at=next_try(attempts, now),
        lease_until=None,
        problem=problem,
    )
    if given_up:
        tell_staff(problem, at=now)


def _give_back(errands: list[Errand]) -> None:
    keys = [errand.pk for errand in errands]
    Errand.objects.filter(pk__in=keys, lease_token=errands[0].lease_token).update(lease_until=None)


def settle_without_mail() -> Report:
    """Run the errands of imported facts, and suppress the mails they queue: news of the past is no news.

    For loading content while no worker runs; mails that waited before are left alone.
    """
    waited_before = Mail.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    report = Report(finished=True)
    while taken := run_errands(settings.OUTBOX_BATCH):
        report.errands += taken
    queued = Mail.objects.filter(state=Mail.State.QUEUED, renderer="notification", pk__gt=waited_before)
    report.mails = queued.update(state=Mail.State.SUPPRESSED)
    return report
