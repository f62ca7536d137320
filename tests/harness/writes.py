"""Refuses writes during a GET."""

import re
from collections.abc import Callable
from typing import Any

# Sessions, cache, and what ARCHITECTURE calls append-only: downloads, read marks and view counts.
ALLOWED = (
    "django_session",
    "usersessions_usersession",  # when a session was last in use
    "portal_cache",
    "portal_limits",
    "notifications_readmark",
    "kits_download",
    "members_profileviews",
    # Wagtail writes its own bookkeeping when editors open a page.
    "wagtailimages_rendition",
    "wagtailadmin_editingsession",
    "wagtailcore_pagesubscription",
    "wagtailusers_userprofile",
)
_WRITE = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)\"?", re.IGNORECASE)


class WroteDuringGet(AssertionError):
    """A GET changed domain state: link scanners and prefetching browsers would change it too."""


def refuse_writes(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    """Execute wrapper: let reads and the declared tables pass, fail on everything else."""
    match = _WRITE.match(sql)
    if match and match.group(2) not in ALLOWED:
        raise WroteDuringGet(sql[:300])
    return execute(sql, params, many, context)
