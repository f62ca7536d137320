"""Writes: tell people of a fact, mark as read, choose a level."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from portal.follows.models import Channel
from portal.notifications.audience import decided, due_at
from portal.notifications.kinds import Kind
from portal.notifications.models import Level, Notification, ReadMark
from portal.notifications.ways import CADENCES, Way
from portal.outbox.models import Mail
from portal.outbox.operations import prepare_mail, queue_mails
from portal.outbox.registry import Envelope

BATCH = 500
# Each pass but the first writes those whose slot of the day another fact took at the same moment.
PASSES = 5


class StillContended(RuntimeError):
    """So many facts were told to the same people at once that this one had better be told a minute later."""


@transaction.atomic
def notify(*, kind: Kind, fact: Any, envelope: Envelope) -> None:
    """One notice for each person concerned, and a mail row for those who want one. Running twice adds nothing.

    A person reached by two kinds of the same fact keeps the first notice, and gets the first kind's mail only.
    Raises StillContended.
    """
    if kind.conversation:
        _hold_waiting_mails(kind.thread(fact))
    told = Notification.objects.filter(fact=envelope.fact_id, person=OuterRef("pk"))
    for _ in range(PASSES):
        people = decided(kind, fact, actor_id=envelope.by_id, at=envelope.at).exclude(Exists(told))
        if not _write(people, kind, fact, envelope):
            return
    msg = f"{kind.slug} #{envelope.fact_id}"
    raise StillContended(msg)


def _hold_waiting_mails(thread: str) -> None:
    """Let no sender claim a mail that this fact may join before the joining is written."""
    about = Notification.objects.filter(thread=thread, way=Way.MAIL, joins=None).exclude(thread="")
    waiting = Mail.objects.filter(
        renderer="notification", state=Mail.State.QUEUED, subject_id__in=about.values("pk")
    ).order_by("pk")
    list(waiting.select_for_update().values_list("pk", flat=True))


def _write(people: QuerySet[Any], kind: Kind, fact: Any, envelope: Envelope) -> bool:
    """Write notices and mails for `people`; whether there was anybody left to write for."""
    shared = {
        "fact_id": envelope.fact_id,
        "kind": kind.slug,
        "channel": kind.channel(fact),
        "thread": kind.thread(fact),
        "at": envelope.at,
    }
    batch: list[Any] = []
    found = False
    for person in people.order_by("pk").iterator(chunk_size=BATCH):
        found = True
        batch.append(person)
        if len(batch) == BATCH:
            _write_batch(batch, kind, shared)
            batch = []
    if batch:
        _write_batch(batch, kind, shared)
    return found


def _write_batch(people: list[Any], kind: Kind, shared: dict[str, Any]) -> None:
    Notification.objects.bulk_create((_notice(person, shared) for person in people), ignore_conflicts=True)
    leading = Notification.objects.filter(
        fact_id=shared["fact_id"], kind=kind.slug, way=Way.MAIL, joins=None, person__in=people
    )
    people_by_id = {person.pk: person for person in people}
    queue_mails(
        [
            _mail(notice_id, people_by_id[person_id], due_at(kind, shared["at"]), shared["at"])
            for notice_id, person_id in leading.values_list("pk", "person_id")
        ]
    )


def _notice(person: Any, shared: dict[str, Any]) -> Notification:
    mailed, joins = person.way == Way.MAIL, person.way == Way.MAIL and person.waiting_for
    counts = mailed and not joins and person.slot
    return Notification(
        person=person,
        route=person.route,
        way=person.way,
        waiting=person.way in CADENCES,
        joins_id=joins or None,
        mail_day=person.day if counts else None,
        mail_slot=person.slot if counts else None,
        **shared,
    )


def _mail(notice_id: int, person: Any, due: datetime, at: datetime) -> Mail:
    mail = prepare_mail(key=f"notice:{notice_id}", renderer="notification", person=person, at=at, subject_id=notice_id)
    mail.due_at = due
    return mail


def mark_read(*, notices: Iterable[Notification], at: datetime) -> None:
    """Put read marks; a second time changes nothing."""
    ReadMark.objects.bulk_create((ReadMark(notification=notice, at=at) for notice in notices), ignore_conflicts=True)


def mark_all_read(*, by: Any, at: datetime, kinds: Sequence[str] = ()) -> None:
    """Everything unread of this person is read, or everything of some kinds."""
    unread = Notification.objects.filter(person=by).unread()
    mark_read(notices=(unread.filter(kind__in=kinds) if kinds else unread).order_by("pk"), at=at)


def read_about(*, channel: Channel, thread: str = "", by: Any, at: datetime) -> None:
    """`by` opened a thread, or a thing itself: what was told of it is read, and its mail need not go out.

    May be called by a GET: read marks are only added. One query when there is nothing to mark.
    """
    if not getattr(by, "is_authenticated", False):
        return
    unread = Notification.objects.filter(person=by, channel=channel, thread=thread).unread()
    notices = list(unread.only("pk"))
    if notices:
        mark_read(notices=notices, at=at)


def set_level(*, channel: Channel, thread: str = "", level: str, by: Any, at: datetime) -> None:
    """How much `by` hears of a channel, or of one thread in it, from now on. The same level again changes nothing.

    Raises ValueError for a level that there is not.
    """
    Level.objects.update_or_create(
        person=by, channel=channel, thread=thread, defaults={"level": Level.Choice(level), "since": at}
    )
