"""Summaries: which are due, what they take up. What they say is in `summary`, asked when they are sent.

Due-ness lies in rows: as soon as a notice waits, a digest of its cadence is planned for the person's own hour. Making
one claims its row, takes up what waits and queues its mail in a single transaction, so that two workers, a late one
or one that is killed half-way never make two.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Exists, F, Min, OuterRef
from django.utils import timezone

from portal.notifications.hours import moment_of, next_slot
from portal.notifications.models import Digest, Notification, Wishes
from portal.notifications.ways import Way
from portal.outbox.operations import prepare_mail, queue_mails
from portal.outbox.registry import duty

log = logging.getLogger("portal.notifications")

AT_A_TIME = 200
LAST_HOUR = 23


def never() -> bool:
    """Whether it is enough: no, not before nothing is due."""
    return False


@duty
def make_what_is_due(enough: Callable[[], bool]) -> int:
    """In every run of the drain."""
    return make_due_digests(at=timezone.now(), enough=enough)


def make_due_digests(*, at: datetime, enough: Callable[[], bool] = never) -> int:
    """Plan what begins to wait, then make what is due; how many mails were queued."""
    plan(at=at)
    made = 0
    for digest in Digest.objects.filter(day=None, due_at__lte=at).order_by("due_at", "pk")[:AT_A_TIME]:
        if enough():
            break
        try:
            made += make(digest=digest, at=at)
        except Exception:  # what one person's summary breaks on must not keep the others from theirs
            log.exception("digest %s", digest.pk)
    return made


def plan(*, at: datetime) -> None:
    """A digest to come for everybody something waits for; anew for those who moved to another time zone."""
    Digest.objects.filter(day=None).exclude(zone=F("person__time_zone")).delete()
    planned = Digest.objects.filter(day=None, person=OuterRef("person"), cadence=OuterRef("way"))
    waiting = Notification.objects.filter(waiting=True).exclude(Exists(planned))
    rows = waiting.order_by("person").values("person", "way").annotate(first=Min("at"))
    found = list(rows[: AT_A_TIME * 10])
    concerned = {row["person"] for row in found}
    wishes = Wishes.objects.in_bulk(concerned)
    people = get_user_model()._default_manager.in_bulk(concerned)
    Digest.objects.bulk_create(
        (
            _planned(people[row["person"]], wishes.get(row["person"]) or Wishes(), row["way"], row["first"])
            for row in found
        ),
        ignore_conflicts=True,
        batch_size=500,
    )


def _planned(person: Any, wishes: Wishes, cadence: str, after: datetime) -> Digest:
    return Digest(person=person, cadence=cadence, zone=person.time_zone, due_at=_slot(person, wishes, cadence, after))


def _slot(person: Any, wishes: Wishes, cadence: str, after: datetime) -> datetime:
    """The first slot after `after`, and not before a pause has ended."""
    begin = after if wishes.paused_until is None else max(after, wishes.paused_until - timedelta(seconds=1))
    return next_slot(begin, cadence=cadence, zone=person.zone, hour=wishes.hour, weekday=wishes.weekday)


@transaction.atomic
def make(*, digest: Digest, at: datetime) -> bool:
    """Take up what waits and queue the mail; whether there was anything to tell.

    The second digest of a cadence on one day, and whatever falls into a pause, is put off to the next slot.
    """
    person = digest.person
    wishes = Wishes.objects.filter(person=person).first() or Wishes()
    day = timezone.localdate(at, person.zone)
    if wishes.is_paused(at) or Digest.objects.filter(person=person, cadence=digest.cadence, day=day).exists():
        later = _slot(person, wishes, digest.cadence, max(at, moment_of(day, LAST_HOUR, person.zone)))
        Digest.objects.filter(pk=digest.pk, day=None).update(due_at=later)
        return False
    if not Digest.objects.filter(pk=digest.pk, day=None).update(day=day):
        return False  # another worker made it
    waiting = Notification.objects.filter(person=person).waiting_for(digest.cadence)
    waiting.exclude(mark=None).update(waiting=False, way=Way.LIST)  # read in the portal meanwhile
    if not person.is_member:
        waiting.update(waiting=False, way=Way.LIST)
    if not waiting.update(waiting=False, digest=digest):
        Digest.objects.filter(pk=digest.pk).delete()
        return False
    queue_mails(
        [prepare_mail(key=f"digest:{digest.pk}", renderer="digest", person=person, at=at, subject_id=digest.pk)]
    )
    return True
