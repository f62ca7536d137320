"""The unread badge of every page."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from portal.core.rules import is_signed_in
from portal.notifications.queries import unread_count


def unread(request: HttpRequest) -> dict[str, Any]:
    """How many notices are unread; asked only when a template shows it."""
    user = getattr(request, "user", None)
    return {"unread_count": SimpleLazyObject(lambda: unread_count(user)) if is_signed_in(user) else 0}
