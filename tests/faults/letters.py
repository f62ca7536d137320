"""Mail rows for tests and for the programs they start."""

import json

from django.utils import timezone

from portal.outbox.models import Mail
from portal.outbox.operations import message_id

RAW = json.dumps(
    {"subject": "News", "from": "portal@portal.example", "reply_to": [], "headers": {}, "text": "Text.", "html": ""}
)


def letter(key: str, address: str = "a@reader.example") -> Mail:
    """An unsaved mail that is due."""
    now = timezone.now()
    fixed = {"message_id": message_id(key), "renderer": "raw", "raw": RAW}
    return Mail(key=key, address=address, created_at=now, due_at=now, **fixed)
