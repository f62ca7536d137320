"""Writes: record a fact, queue a mail. Both belong into the transaction of the change they tell of."""

import dataclasses
import hashlib
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast, Concat, Left

from portal.core.inserting import SHA256, insert_found
from portal.outbox import registry
from portal.outbox.bell import ring_after_commit
from portal.outbox.models import Errand, Fact, Mail

# Of the 64 of a digest: enough that two never meet.
DIGITS = 32


class OutsideTransaction(RuntimeError):
    """A fact was recorded outside the transaction of its change: after a crash the two could disagree."""


def record(fact: Any, *, key: str, by: Any, at: datetime) -> Fact:
    """Write what happened, with an errand for every subscriber.

    `key` names the event; the same key a second time changes nothing and gives the row that is there, so that
    publishing twice tells nobody twice. Raises OutsideTransaction.
    """
    if not connection.in_atomic_block:
        msg = f"record({fact.fact_name}) needs transaction.atomic() around the change and the fact."
        raise OutsideTransaction(msg)
    row, fresh = Fact.objects.get_or_create(
        key=key,
        defaults={
            "name": fact.fact_name,
            "payload": dataclasses.asdict(fact),
            "by": by if getattr(by, "pk", None) else None,
            "at": at,
        },
    )
    if fresh:
        Errand.objects.bulk_create(
            Errand(fact=row, subscriber=name, due_at=at) for name in registry.subscribers_of(row.name)
        )
        ring_after_commit()
    return row


def message_id(key: str) -> str:
    """The Message-ID for a mail's key: always the same, and telling nothing about its reader."""
    digest = hashlib.sha256(f"{_secret()}:{key}".encode()).hexdigest()[:DIGITS]
    return f"<{digest}@{_host()}>"


def _secret() -> str:
    """Good for Message-IDs alone: the database reckons with it too, and may write its statements to a log."""
    return hashlib.sha256(f"message-id:{settings.SECRET_KEY}".encode()).hexdigest()


def _host() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def prepare_mail(
    *, key: str, renderer: str, person: Any, at: datetime, subject_id: int | None = None, urgent: bool = False
) -> Mail:
    """An unsaved mail row to `person`, due at once; save it, or many at a time with `queue_mails`."""
    return Mail(
        key=key,
        message_id=message_id(key),
        renderer=renderer,
        subject_id=subject_id,
        person=person,
        address=person.email,
        urgent=urgent,
        created_at=at,
        due_at=at,
    )


def queue_mails(mails: list[Mail]) -> None:
    """Write the rows; those whose key is there already are left alone."""
    Mail.objects.bulk_create(mails, ignore_conflicts=True, batch_size=500)
    ring_after_commit()


def queue_found(rows: QuerySet[Any], *, key: str, renderer: str, at: datetime, due_at: datetime) -> int:
    """The same for each of these rows, to its `person`, in one statement: key `<key>:<pk>`. How many were new."""
    keys = Concat(Value(f"{key}:"), Cast("pk", CharField()), output_field=CharField())
    hashed: Any = SHA256(Concat(Value(f"{_secret()}:"), keys, output_field=CharField()))
    digest = Left(hashed, DIGITS)
    found = rows.order_by("pk").annotate(
        mail_subject=F("pk"),
        mail_person=F("person"),
        mail_key=keys,
        mail_message_id=Concat(Value("<"), digest, Value(f"@{_host()}>"), output_field=CharField()),
        mail_address=F("person__email"),
    )
    queued = insert_found(
        Mail,
        found.values("mail_subject", "mail_person", "mail_key", "mail_message_id", "mail_address"),
        same={"renderer": renderer, "created_at": at, "due_at": due_at},
        from_found={
            "subject_id": "d.mail_subject",
            "person": "d.mail_person",
            "key": "d.mail_key",
            "message_id": "d.mail_message_id",
            "address": "d.mail_address",
        },
    )
    ring_after_commit()
    return queued
