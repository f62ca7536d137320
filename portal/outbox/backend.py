"""The e-mail backend that libraries see: a message becomes an outbox row in the caller's transaction."""

import secrets
from collections.abc import Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from portal.outbox.bell import ring
from portal.outbox.models import Mail
from portal.outbox.operations import message_id


class OutboxBackend(BaseEmailBackend):
    """Queue what allauth and Wagtail send; nothing is sent from a request. Such mail goes out first."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        rows = [row for message in email_messages for row in self._rows(message)]
        with transaction.atomic():
            Mail.objects.bulk_create(rows)
            transaction.on_commit(ring)
        return len(email_messages)

    def _rows(self, message: EmailMessage) -> list[Mail]:
        raw = message.message().as_string()
        now = timezone.now()
        people = _people(message.recipients())
        rows = []
        for address in message.recipients():
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
