"""Writes: tell people of a fact, mark as read, choose."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction

from portal.follows.models import Channel
from portal.notifications import queries
from portal.notifications.kinds import Kind, all_kinds, kind_called
from portal.notifications.models import Level, Notification, Preference, ReadMark
from portal.outbox.operations import prepare_mail, queue_mails
from portal.outbox.registry import Envelope

BATCH = 500


@transaction.atomic
def notify(*, kind: Kind, fact: Any, envelope: Envelope) -> None:
    """One notice for each person concerned, and a mail row for those who want one. Running twice adds nothing."""
    people = queries.recipients(kind, fact, actor_id=envelope.by_id)
    by_mail = set(queries.wanting_mail(people, kind).values_list("pk", flat=True))
    channel = kind.channel(fact)
    batch: list[Any] = []
    for person in people.order_by("pk").iterator(chunk_size=BATCH):
        batch.append(person)
        if len(batch) == BATCH:
            _write(batch, by_mail, kind, channel, envelope)
            batch = []
    if batch:
        _write(batch, by_mail, kind, channel, envelope)


def _write(people: list[Any], by_mail: set[int], kind: Kind, channel: Any, envelope: Envelope) -> None:
    Notification.objects.bulk_create(
        (
            Notification(fact_id=envelope.fact_id, person=person, kind=kind.slug, channel=channel, at=envelope.at)
            for person in people
        ),
        ignore_conflicts=True,
    )
    # A person reached by two kinds of the same fact keeps the first notice, and gets the first kind's mail only.
    mine = Notification.objects.filter(fact_id=envelope.fact_id, kind=kind.slug, person__in=people)
    people_by_id = {person.pk: person for person in people}
    queue_mails(
        [
            prepare_mail(
                key=f"notice:{notice_id}",
                renderer="notification",
                person=people_by_id[person_id],
                at=envelope.at,
                subject_id=notice_id,
            )
            for notice_id, person_id in mine.values_list("pk", "person_id")
            if person_id in by_mail
        ]
    )


def mark_read(*, notices: Iterable[Notification], at: datetime) -> None:
    """Put read marks; a second time changes nothing."""
    ReadMark.objects.bulk_create((ReadMark(notification=notice, at=at) for notice in notices), ignore_conflicts=True)


def mark_all_read(*, by: Any, at: datetime) -> None:
    """Everything unread of this person is read."""
    mark_read(notices=Notification.objects.filter(person=by).unread().order_by("pk"), at=at)


def choose(*, kind: str, by_mail: bool, by: Any) -> None:
    """Remember whether `by` wants mail of this kind; a kind that does not exist changes nothing."""
    if kind_called(kind):
        Preference.objects.update_or_create(person=by, kind=kind, defaults={"by_mail": by_mail})


def stop_mail(*, kind: str, person_id: int) -> None:
    """The link in a mail: no more of its kind, also for the suspended. For the erased nothing is left to do."""
    person = get_user_model()._default_manager.filter(pk=person_id).first()
    if person is not None:
        choose(kind=kind, by_mail=False, by=person)


@transaction.atomic
def choose_all(*, by_mail: set[str], by: Any) -> None:
    """Remember the whole settings page: mail for the kinds named, none for the others."""
    for kind in all_kinds():
        choose(kind=kind.slug, by_mail=kind.slug in by_mail, by=by)


def set_level(*, channel: Channel, thread: str = "", level: str, by: Any, at: datetime) -> None:
    """How much `by` hears of a channel, or of one thread in it, from now on. The same level again changes nothing.

    Raises ValueError for a level that there is not.
    """
    Level.objects.update_or_create(
        person=by, channel=channel, thread=thread, defaults={"level": Level.Choice(level), "since": at}
    )
