"""What is heard of failures without a mail: from a mail service's webhook, or from the server at once."""

import re
import smtplib
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from django.dispatch import receiver
from django.utils import timezone

from portal.incoming import rules
from portal.incoming.operations import count_failure, note_complaint
from portal.outbox.models import Mail
from portal.outbox.signals import refused

FAILURES = {EventType.BOUNCED, EventType.REJECTED, EventType.FAILED}
# Somebody said that they want no more of it: to the service, or to their mail program.
UNWANTED = {EventType.COMPLAINED, EventType.UNSUBSCRIBED}
_CODE = re.compile(r"(?<!\d)([45]\d\d)(?!\d)")


@receiver(tracking)
def hear(sender: Any, event: AnymailTrackingEvent, esp_name: str, **kwargs: Any) -> None:
    """Count one event; others (opened, clicked, delivered) are not kept, the portal follows nobody's reading."""
    if not event.recipient:
        return
    words = " ".join(str(part) for part in (event.mta_response, event.description) if part) or str(event.event_type)
    at = timezone.now()
    if event.event_type in UNWANTED or event.reject_reason in {RejectReason.SPAM, RejectReason.UNSUBSCRIBED}:
        note_complaint(address=event.recipient, problem=f"{esp_name}: {words}", at=at)
    elif event.event_type in FAILURES:
        count_failure(address=event.recipient, counts=_weight(event, words), problem=f"{esp_name}: {words}", at=at)


def _weight(event: AnymailTrackingEvent, words: str) -> int:
    """By what the other server said; where that is not passed on, by the service's own reason."""
    code = _CODE.search(words)
    if rules.STATUS.search(words) or code:
        return rules.weight_of_reply(int(code[1]) if code else 0, words) or rules.SOFT
    return rules.HARD if event.reject_reason in {RejectReason.INVALID, RejectReason.BOUNCED} else rules.SOFT


@receiver(refused)
def hear_at_once(sender: Any, mail: Mail, error: Exception, **kwargs: Any) -> None:
    """Count what the server said no to while the mail was handed over: to the address, not to our sender or size."""
    if isinstance(error, smtplib.SMTPSenderRefused):
        return
    words, counts = str(error), rules.SOFT
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
        words = f"{code} {_text(said)}"
        counts = rules.weight_of_reply(code, words)
    elif isinstance(error, smtplib.SMTPResponseException):  # to the words, unless its status speaks of the address
        words = f"{error.smtp_code} {_text(error.smtp_error)}"
        counts = rules.weight_of_reply(0, words)
    count_failure(address=mail.address, counts=counts or rules.SOFT, problem=words, at=timezone.now())


def _text(said: Any) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
