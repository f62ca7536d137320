"""Removes what was kept long enough.

Each app says in its `sweeps.py` what that is:

    @sweeps("outbox.mails", what=_("Mails that were sent"), days=90)
    def sent_mails(before: datetime) -> QuerySet[Mail]:
        return Mail.objects.filter(state=Mail.State.SENT, sent_at__lt=before)

A sweep goes on in small batches, may be broken off anywhere and run twice at once: what is gone is gone. How many
days can be set (RETENTION_DAYS); docs/operations.md lists what there is.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from portal.outbox.models import SweepRun

log = logging.getLogger("portal.outbox")

BATCH = 500

Rows = Callable[[datetime], QuerySet[Any]]
Remove = Callable[[QuerySet[Any]], Any]


@dataclass(frozen=True)
class Sweep:
    """What is removed, after how many days, and how where deleting the rows is not it."""

    name: str
    what: Any
    days: int
    rows: Rows
    remove: Remove

    def due(self, now: datetime) -> QuerySet[Any]:
        """What has been kept long enough."""
        return self.rows(now - timedelta(days=self.kept_days))

    @property
    def kept_days(self) -> int:
        """The days of the settings, or the declared ones."""
        return settings.RETENTION_DAYS.get(self.name, self.days)


_sweeps: dict[str, Sweep] = {}


def _delete(rows: QuerySet[Any]) -> None:
    rows.delete()


def sweeps(name: str, *, what: Any, days: int, remove: Remove = _delete) -> Callable[[Rows], Rows]:
    """Register what the decorated function returns for a moment: the rows that were kept since before it.

    `remove` is given some of these rows at a time, in a transaction, and must leave none of them among the rows.
    """

    def register(rows: Rows) -> Rows:
        if name in _sweeps:
            msg = f"There is a sweep called {name} already."
            raise ValueError(msg)
        _sweeps[name] = Sweep(name, what, days, rows, remove)
        return rows

    return register


def all_sweeps() -> list[Sweep]:
    """Every registered sweep, by name."""
    return [_sweeps[name] for name in sorted(_sweeps)]


def sweep(*, now: datetime, enough: Callable[[], bool] = lambda: False) -> dict[str, int]:
    """Remove what is due until it is `enough`; how many rows of each. One sweep's fault stops no other."""
    removed = {}
    for each in all_sweeps():
        try:
            removed[each.name] = _run(each, now, enough)
        except Exception:  # the next hour's run tries again
            log.exception("the sweep %s failed", each.name)
    return removed


def _run(each: Sweep, now: datetime, enough: Callable[[], bool]) -> int:
    removed, before = 0, [0]
    while before and not enough():
        taken = _batch(each, now)
        if taken and taken == before:
            msg = f"{each.name} finds the rows again that it has just removed."
            raise RuntimeError(msg)
        removed, before = removed + len(taken), taken
    _note(each, removed, now)
    return removed


def _batch(each: Sweep, now: datetime) -> list[Any]:
    """Remove some, and name them; rows that another run has in hand are left to it."""
    rows = each.due(now)
    with transaction.atomic():
        free = rows.order_by("pk").select_for_update(skip_locked=True, of=("self",))
        keys = list(free.values_list("pk", flat=True)[:BATCH])
        if keys:
            each.remove(rows.model._default_manager.filter(pk__in=keys))
    return keys


def _note(each: Sweep, removed: int, now: datetime) -> None:
    """It ran, for the page that staff look at."""
    if removed:
        log.info("%s: %d rows removed", each.name, removed)
    run, new = SweepRun.objects.get_or_create(name=each.name, defaults={"at": now, "removed": removed})
    if not new:
        SweepRun.objects.filter(pk=run.pk).update(at=now, removed=F("removed") + removed)
