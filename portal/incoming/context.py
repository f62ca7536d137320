"""The banner that somebody sees whose address takes no mail."""

from typing import Any

from django.http import HttpRequest


def address(request: HttpRequest) -> dict[str, Any]:
    """`address_is_paused`: read with the account itself, so that no page asks for it (members.accounts.backend)."""
    return {"address_is_paused": getattr(getattr(request, "user", None), "address_is_paused", False)}
