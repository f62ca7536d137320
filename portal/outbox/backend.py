"""The e-mail backend that libraries see: a message becomes an outbox row in the caller's transaction."""

import secrets
from collections.abc import Sequence
from email.utils import parseaddr
from typing import Any

from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from portal.outbox.bell import ring_after_commit
from portal.outbox.models import Mail
from portal.outbox.operations import message_id
from portal.outbox.rendering import packed


class OutboxBackend(BaseEmailBackend):
    """Queue what allauth and Wagtail send; nothing is sent from a request. Such mail goes out first.

    Raises django.core.mail.BadHeaderError for a line break in a header, and ValueError for an attachment.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        rows = [row for message in email_messages for row in _rows(message)]
        with transaction.atomic():
            Mail.objects.bulk_create(rows)
            ring_after_commit()
        return len(email_messages)


def _rows(message: EmailMessage) -> list[Mail]:
    """One row for each reader: nobody learns from a header who else got it."""
    message.message()  # says now, not in the worker, what no message can hold
    raw, now = packed(message), timezone.now()
    addresses = [parseaddr(recipient)[1] for recipient in message.recipients()]
    people = _people(addresses)
    rows = []
    for address in addresses:
        key = f"raw:{secrets.token_hex(16)}"
        rows.append(
            Mail(
                key=key,
                message_id=message_id(key),
                renderer="raw",
                raw=raw,
                person=people.get(address.lower()),
                address=address,
                urgent=True,
                created_at=now,
                due_at=now,
            )
        )
    return rows


def _people(addresses: list[str]) -> dict[str, Any]:
    found = get_user_model()._default_manager.filter(email__in=[address.lower() for address in addresses])
    return {person.email.lower(): person for person in found}
