"""Work that was given up: staff are told once for an outbreak, and see to it row by row or all at once."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from portal.outbox import breaker
from portal.outbox.bell import ring_after_commit
from portal.outbox.facts import WorkGivenUp, WorkTakenUp
from portal.outbox.models import Errand, Mail, Trouble
from portal.outbox.operations import record
from portal.outbox.reasons import without_addresses

# While an outbreak goes on, staff are reminded of it so often at most.
REMINDED_AFTER = timedelta(days=1)


@transaction.atomic
def tell_staff(problem: str, *, at: datetime) -> None:
    """A row was given up: a fact when it is the first since nothing was, or when the last word was a day ago."""
    problem = without_addresses(problem)
    if breaker.tell_again(Trouble.With.WORK, problem, now=at, after=REMINDED_AFTER):
        record(WorkGivenUp(problem=problem[:200]), key=f"outbox.given-up:{at.isoformat()}", by=None, at=at)


@transaction.atomic
def try_again(*, errands: QuerySet[Errand], mails: QuerySet[Mail], by: Any, at: datetime) -> int:
    """Make given-up work due anew, with all its tries; how many rows that were. For staff, once a fault is mended."""
    anew = {"attempts": 0, "due_at": at, "lease_until": None}
    rows = errands.given_up().update(state=Errand.State.WAITING, **anew)
    rows += mails.given_up().update(state=Mail.State.QUEUED, **anew)
    _seen_to(rows, again=True, by=by, at=at)
    ring_after_commit()
    return rows


@transaction.atomic
def leave_undone(*, errands: QuerySet[Errand], mails: QuerySet[Mail], by: Any, at: datetime) -> int:
    """Drop given-up work for good: it is not tried again, and a mail's text is forgotten. How many rows that were."""
    rows = errands.given_up().update(state=Errand.State.DROPPED, lease_until=None)
    rows += mails.given_up().update(state=Mail.State.SUPPRESSED, raw="", lease_until=None)
    _seen_to(rows, again=False, by=by, at=at)
    return rows


def _seen_to(rows: int, *, again: bool, by: Any, at: datetime) -> None:
    """Note who saw to it. The outbreak has ended once nothing is given up; the next one is told of anew."""
    if rows:
        word = "again" if again else "undone"
        key = f"outbox.{word}:{by.pk}:{at.isoformat()}"
        record(WorkTakenUp(rows=rows, again=again), key=key, by=by, at=at)
    if not (Errand.objects.given_up().exists() or Mail.objects.given_up().exists()):
        breaker.well(Trouble.With.WORK)
