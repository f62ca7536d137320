"""Writes: tell people of a fact, mark as read, choose a level."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from portal.core.inserting import insert_found
from portal.follows.models import Channel
from portal.notifications.audience import decided, due_at
from portal.notifications.kinds import Kind
from portal.notifications.models import MAILS_A_DAY, Level, Notification, ReadMark
from portal.notifications.ways import Way
from portal.notifications.writing import AT_A_TIME, newest_notice, queue_mails_of, write_notices
from portal.outbox.models import Mail
from portal.outbox.registry import Envelope

# Passes that wrote nothing although somebody is left: another fact took their slot of the day at the same moment.
# That can happen once for each slot; whoever has none left is told without one.
PASSES = MAILS_A_DAY + 2


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
    people = decided(kind, fact, actor_id=envelope.by_id, at=envelope.at).exclude(Exists(told))
    shared = {
        "fact": envelope.fact_id,
        "kind": kind.slug,
        "channel": kind.channel(fact),
        "thread": kind.thread(fact),
        "at": envelope.at,
    }
    contended = 0
    while contended < PASSES:
        written = _write(people, shared, due=due_at(kind, envelope.at))
        if written < AT_A_TIME and not people.exists():
            return
        contended += not written
    msg = f"{kind.slug} #{envelope.fact_id}"
    raise StillContended(msg)


def _hold_waiting_mails(thread: str) -> None:
    """Let no sender claim a mail that this fact may join before the joining is written."""
    about = Notification.objects.filter(thread=thread, way=Way.MAIL, joins=None).exclude(thread="")
    waiting = Mail.objects.filter(
        renderer="notification", state=Mail.State.QUEUED, subject_id__in=about.values("pk")
    ).order_by("pk")
    list(waiting.select_for_update().values_list("pk", flat=True))


def _write(people: QuerySet[Any], shared: dict[str, Any], *, due: datetime) -> int:
    """Write notices and mails for many of `people` at once; for how many."""
    before = newest_notice()
    written = write_notices(people, shared=shared)
    if written:
        fresh = Notification.objects.filter(fact=shared["fact"], kind=shared["kind"], pk__gt=before)
        queue_mails_of(fresh, due_at=due, at=shared["at"])
    return written


def mark_read(*, notices: Iterable[Notification], at: datetime) -> None:
    """Put read marks; a second time changes nothing."""
    ReadMark.objects.bulk_create((ReadMark(notification=notice, at=at) for notice in notices), ignore_conflicts=True)


def mark_all_read(*, by: Any, at: datetime, kinds: Sequence[str] = ()) -> None:
    """Everything unread of this person is read, or everything of some kinds."""
    unread = Notification.objects.filter(person=by).unread()
    mark_read(notices=(unread.filter(kind__in=kinds) if kinds else unread).order_by("pk"), at=at)


def read_about(*, channel: Channel, thread: str = "", by: Any, at: datetime, news: bool | None = None) -> None:
    """`by` opened a thread, or a thing itself: what was told of it is read, and its mail need not go out.

    May be called by a GET: read marks are only added. `news` says whether there is anything to mark, where the caller
    knows (`with_hearing`); otherwise that is asked first, since on SQLite even a statement that writes nothing waits
    for all other writers.
    """
    if not getattr(by, "is_authenticated", False) or news is False:
        return
    unread = Notification.objects.filter(person=by, channel=channel, thread=thread).unread()
    if news or unread.exists():
        insert_found(ReadMark, unread.values("pk"), from_found={"notification": "d.pk"}, same={"at": at})


def set_level(*, channel: Channel, thread: str = "", level: str, by: Any, at: datetime) -> None:
    """How much `by` hears of a channel, or of one thread in it, from now on. The same level again changes nothing.

    Raises ValueError for a level that there is not.
    """
    Level.objects.update_or_create(
        person=by, channel=channel, thread=thread, defaults={"level": Level.Choice(level), "since": at}
    )
