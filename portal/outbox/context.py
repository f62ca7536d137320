"""The line on every page while mail is late: members wait for codes and news, and should know why."""

import time
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from portal.core.rules import is_signed_in
from portal.outbox.queries import mail_is_delayed

_seen: tuple[float, bool] | None = None  # when this process last looked, and what it saw


def delayed(request: HttpRequest) -> dict[str, Any]:
    """`mail_delayed`: whether due mail waits for more than ten minutes. Looked up only now and then."""
    if not is_signed_in(getattr(request, "user", None)):
        return {"mail_delayed": False}
    return {"mail_delayed": SimpleLazyObject(_is_delayed)}


def _is_delayed() -> bool:
    """As this process saw it at most settings.MAIL_DELAY_LOOK_SECONDS ago (None: pages do not look at all)."""
    global _seen  # noqa: PLW0603 -- one look serves all requests of the process
    if settings.MAIL_DELAY_LOOK_SECONDS is None:
        return False
    now = time.monotonic()
    if _seen is None or now - _seen[0] >= settings.MAIL_DELAY_LOOK_SECONDS:
        _seen = now, mail_is_delayed(timezone.now())
    return _seen[1]
