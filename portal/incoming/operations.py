"""Writes: count what comes back, pause an address, use it again."""

from datetime import datetime
from typing import Any

from django.db import transaction

from portal.core.text import made_storable
from portal.incoming import rules
from portal.incoming.models import AddressHealth

PROBLEM_LENGTH = 500


@transaction.atomic
def count_failure(*, address: str, counts: int, problem: str, at: datetime) -> AddressHealth:
    """Mail to `address` failed; `counts` is rules.HARD or rules.SOFT. At most one failure a day is counted.

    At a score of four no more notices are sent there, until its owner says otherwise. Codes for signing in always go.
    """
    row = _held(address)
    score = rules.added(row.score, row.counted_at, counts, at)
    if row.counted_at is None or at.date() > row.counted_at.date():
        row.score, row.counted_at = score, at
        row.problem = made_storable(problem, max_length=PROBLEM_LENGTH)
    if row.score >= rules.PAUSED_AT and row.paused_at is None:
        row.paused_at, row.cause = at, AddressHealth.Cause.BOUNCES
    row.save()
    return row


@transaction.atomic
def note_complaint(*, address: str, problem: str, at: datetime) -> AddressHealth:
    """Its reader, or their mail program, reported our mail as unwanted: no more notices at once."""
    row = _held(address)
    if row.paused_at is None:
        row.paused_at, row.cause = at, AddressHealth.Cause.COMPLAINT
        row.problem = made_storable(problem, max_length=PROBLEM_LENGTH)
        row.save()
    return row


@transaction.atomic
def use_again(*, by: Any, at: datetime) -> bool:
    """The owner says that the address takes mail: it begins anew. Whether there was anything to change."""
    held = AddressHealth.objects.filter(address=by.email.lower()).select_for_update()
    return bool(held.update(score=0, counted_at=None, paused_at=None, cause=AddressHealth.Cause.NONE, problem=""))


def _held(address: str) -> AddressHealth:
    """The row of an address, locked until the end of the transaction."""
    name = address.strip().lower()
    AddressHealth.objects.get_or_create(address=name)
    return AddressHealth.objects.select_for_update().get(address=name)
