"""What people wish to be told."""

from typing import Any

from django.utils import timezone

from portal.notifications.choosing import choose_preset


def wants_mail(*people: Any) -> None:
    """They get a mail for everything, at once."""
    for person in people:
        choose_preset(preset="everything", by=person, at=timezone.now())
