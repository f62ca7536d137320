"""Sends due mails over one kept connection.

A mail is marked as being sent before the server hears of it and as sent right after its "250". Killed in
between, it goes out once more with the same Message-ID when the lease ends: nothing lost, at most one
duplicate for each killed sender.
"""

import logging
import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils import timezone

from portal.outbox.leases import claim, last_start, next_try, problem_text
from portal.outbox.models import Mail
from portal.outbox.rendering import render

log = logging.getLogger("portal.outbox")

# With the back-off of leases.py the last of so many tries comes 69 hours after the first.
TRIES = 22
# A mail that we cannot compose, or that breaks the transport, will not get better in three days.
POISON_TRIES = 5
# So long what waits for an unreachable server is left alone.
HOLD = timedelta(seconds=10)
PERMANENT = 500
TOO_LARGE = 552


class ServerAway(Exception):
    """The mail server cannot be reached, refuses our credentials or has stopped answering."""


@dataclass(frozen=True)
class Batch:
    """What came of one batch: how many mails were settled or put off, and whether the server can be reached."""

    handled: int
    server_away: bool = False


def never() -> bool:
    """Whether it is enough: no, not before nothing is due."""
    return False


def send_due(limit: int, *, enough: Callable[[], bool] = never) -> Batch:
    """Send up to `limit` due mails, the urgent ones first; what is not begun when it is `enough` stays due."""
    now = timezone.now()
    mails = claim(
        Mail.objects.unsent(), now=now, limit=limit, order=("-urgent", "due_at", "pk"), state=Mail.State.SENDING
    )
    if not mails:
        return Batch(0)
    stop_at, handled = last_start(now), 0
    connection = get_connection(settings.OUTBOX_TRANSPORT)
    try:
        while handled < len(mails) and timezone.now() < stop_at and not enough():
            _send(mails[handled], connection)
            handled += 1
    except ServerAway as error:
        log.warning("the mail server cannot be reached: %s", error)
        _give_back(mails[handled:], held_until=timezone.now() + HOLD)
        return Batch(handled, server_away=True)
    finally:
        _close(connection)
    _give_back(mails[handled:])
    return Batch(handled)


def _send(mail: Mail, connection: Any) -> None:
    """Send one mail and write down what came of it; ServerAway when the rest of the batch had better wait."""
    message = _rendered(mail)
    if message is None:
        return
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        raise ServerAway(error) from error
    try:
        connection.send_messages([message])
    except Exception as error:
        _close(connection)
        _failed(mail, error)
        if _stalled(error):  # each further mail would wait as long
            raise ServerAway(error) from error
    else:
        _settle(mail, state=Mail.State.SENT, sent_at=timezone.now(), address=message.to[0], raw="", problem="")


def _rendered(mail: Mail) -> EmailMessage | None:
    """The message, or None when the row was settled without sending."""
    try:
        message = render(mail)
    except Exception as error:  # a broken template must not stop the others
        log.exception("mail %s cannot be rendered", mail.pk)
        _put_off(mail, error, tries=POISON_TRIES)
        return None
    if message is None:
        _settle(mail, state=Mail.State.SUPPRESSED, raw="", problem="")
    return message


def _failed(mail: Mail, error: Exception) -> None:
    """Bounce what the other side refuses for good, try again later whatever may pass by itself."""
    if _refused_for_good(error):
        _settle(mail, state=Mail.State.BOUNCED, raw="", problem=problem_text(error))
    elif isinstance(error, OSError):  # smtplib's exceptions are among them
        _put_off(mail, error, tries=TRIES)
    else:
        log.error("mail %s cannot be handed over", mail.pk, exc_info=error)
        _put_off(mail, error, tries=POISON_TRIES)


def _refused_for_good(error: Exception) -> bool:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= PERMANENT for code, _text in error.recipients.values())
    if isinstance(error, smtplib.SMTPSenderRefused):  # our address is refused, which no reader can help; or too large
        return error.smtp_code == TOO_LARGE
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= PERMANENT


def _stalled(error: Exception) -> bool:
    """Whether the server had fallen silent; smtplib says "disconnected" and keeps the time-out as the context."""
    return isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)


def _put_off(mail: Mail, error: Exception, *, tries: int) -> None:
    now, attempts = timezone.now(), mail.attempts + 1
    _settle(
        mail,
        state=Mail.State.DEAD if attempts >= tries else Mail.State.QUEUED,
        attempts=attempts,
        due_at=next_try(attempts, now),
        problem=problem_text(error),
    )


def _settle(mail: Mail, **changes: Any) -> None:
    """Write the outcome, unless another sender took the mail over after the lease ended."""
    Mail.objects.filter(pk=mail.pk, lease_token=mail.lease_token).update(lease_until=None, **changes)


def _give_back(mails: list[Mail], *, held_until: Any = None) -> None:
    """Return what was not tried: no try is counted, and it is due as before."""
    keys = [mail.pk for mail in mails]
    if keys:
        ours = Mail.objects.filter(pk__in=keys, lease_token=mails[0].lease_token, state=Mail.State.SENDING)
        ours.update(state=Mail.State.QUEUED, lease_until=held_until)


def _close(connection: Any) -> None:
    try:
        connection.close()
    except (OSError, smtplib.SMTPException):
        log.debug("the mail server had already hung up")
