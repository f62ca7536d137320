"""Sends due mails over one kept connection.

A mail is marked as being sent before the server hears of it and as sent right after its "250". Killed in
between, it goes out once more with the same Message-ID when the lease ends: nothing lost, at most one
duplicate for each killed sender.
"""

import logging
import smtplib
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils import timezone

from portal.outbox.leases import claim, next_try
from portal.outbox.models import Mail
from portal.outbox.rendering import render

log = logging.getLogger("portal.outbox")

GIVE_UP_AFTER = timedelta(hours=72)
RENDER_TRIES = 5
OPEN_STATES = (Mail.State.QUEUED, Mail.State.SENDING)
PERMANENT = 500


def send_due(limit: int) -> int:
    """Send up to `limit` due mails; the number taken up (sent, suppressed, or put off)."""
    now = timezone.now()
    mails = claim(
        Mail.objects.filter(state__in=OPEN_STATES).select_related("person"),
        now=now,
        limit=limit,
        order=("-urgent", "due_at", "pk"),
        state=Mail.State.SENDING,
    )
    if not mails:
        return 0
    # Well before the lease ends the rest is left to whoever comes next: two senders never hold one mail.
    stop_at = now + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS * 0.6)
    connection = get_connection(settings.OUTBOX_TRANSPORT)
    try:
        for position, mail in enumerate(mails):
            if timezone.now() > stop_at or not _send(mail, connection):
                _release(mails[position:])
                return position
    finally:
        _close(connection)
    return len(mails)


def _send(mail: Mail, connection: Any) -> bool:
    """Send one mail; False when the server cannot be reached, so that the rest waits without counting a try."""
    message = _rendered(mail)
    if message is None:
        return True
    message.connection = connection
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        log.warning("the mail server cannot be reached: %s", error)
        return False
    try:
        connection.send_messages([message])
    except smtplib.SMTPRecipientsRefused as error:
        _refused(mail, max(code for code, _text in error.recipients.values()), error)
    except smtplib.SMTPResponseException as error:
        _refused(mail, error.smtp_code, error)
    except (OSError, smtplib.SMTPException) as error:
        _put_off(mail, error)
    else:
        _settle(mail, state=Mail.State.SENT, sent_at=timezone.now(), raw="", problem="")
        return True
    _close(connection)
    return True


def _rendered(mail: Mail) -> EmailMessage | None:
    """The message, or None when the row was settled without sending."""
    try:
        message = render(mail)
    except Exception as error:  # a broken template must not stop the others
        log.exception("mail %s cannot be rendered", mail.pk)
        _put_off(mail, error, tries=RENDER_TRIES)
        return None
    if message is None:
        _settle(mail, state=Mail.State.SUPPRESSED, raw="", problem="")
    return message


def _refused(mail: Mail, code: int, error: Exception) -> None:
    if code >= PERMANENT:
        _settle(mail, state=Mail.State.BOUNCED, raw="", problem=str(error)[:2000])
    else:
        _put_off(mail, error)


def _put_off(mail: Mail, error: Exception, *, tries: int | None = None) -> None:
    now, attempts = timezone.now(), mail.attempts + 1
    dead = attempts >= tries if tries else now - mail.created_at > GIVE_UP_AFTER
    _settle(
        mail,
        state=Mail.State.DEAD if dead else Mail.State.QUEUED,
        attempts=attempts,
        due_at=next_try(attempts, now),
        problem=f"{type(error).__name__}: {error}"[:2000],
    )


def _settle(mail: Mail, **changes: Any) -> None:
    """Write the outcome, unless another sender took the mail over after the lease ended."""
    Mail.objects.filter(pk=mail.pk, lease_token=mail.lease_token).update(lease_until=None, **changes)


def _release(mails: list[Mail]) -> None:
    """Give back what was not tried; it is due again in a moment and no try is counted."""
    Mail.objects.filter(pk__in=[mail.pk for mail in mails], lease_token=mails[0].lease_token).update(
        state=Mail.State.QUEUED, lease_until=None, due_at=timezone.now() + timedelta(seconds=5)
    )


def _close(connection: Any) -> None:
    try:
        connection.close()
    except (OSError, smtplib.SMTPException):
        log.debug("the mail server had already hung up")
