"""What a mail service reports by webhook (through django-anymail): bounces and complaints are counted."""

import re
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from django.dispatch import receiver
from django.utils import timezone

from portal.incoming import rules
from portal.incoming.operations import count_failure, note_complaint

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
