"""What somebody typed into a form when their session had ended: kept while they sign in, and given back.

A view marked `@keeps("body")` loses no text to an expired session: the gate (`core.middleware.DefaultDeny`) puts
the fields into the new session before it sends the person to sign in, which leads back to the same address, and
`taken` gives them to the form once, within the hour. The text lives in that session alone and goes with it.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest
from django.utils import timezone

View = TypeVar("View", bound=Callable[..., Any])

SESSION_KEY = "kept_text"
# More than any form of ours holds; whoever sends more was not typing.
MOST = 40_000
# Whoever signs in at the same machine tomorrow may be somebody else.
KEPT_SECONDS = 3600


def keeps(*fields: str) -> Callable[[View], View]:
    """Mark a view as one whose posted `fields` outlast the session they were typed in."""

    def mark(view: View) -> View:
        view.keeps = fields  # type: ignore[attr-defined]
        return view

    return mark


def keep(request: HttpRequest, view: Callable[..., Any]) -> None:
    """Remember what was posted to `view` without a session; the last text only. Nothing for other views."""
    fields = getattr(view, "keeps", ())
    if not fields or request.method != "POST":
        return
    said = {name: request.POST[name] for name in fields if request.POST.get(name)}
    if said and sum(map(len, said.values())) <= MOST:
        request.session[SESSION_KEY] = {"path": request.path, "said": said, "at": timezone.now().timestamp()}


def taken(request: HttpRequest) -> dict[str, str]:
    """What was kept for this address, once; nothing when nothing was."""
    kept = request.session.get(SESSION_KEY)
    if request.method != "GET" or not isinstance(kept, dict) or kept.get("path") != request.path:
        return {}
    del request.session[SESSION_KEY]
    fresh = timezone.now().timestamp() - kept["at"] < KEPT_SECONDS
    return dict(kept["said"]) if fresh else {}
