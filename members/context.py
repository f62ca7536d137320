"""The signed-in person, for the masthead of every page, and the appearance they chose."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from members.accounts.queries import providers
from members.queries import card_of
from portal.core.rules import is_signed_in


def me(request: HttpRequest) -> dict[str, Any]:
    """`me`: the card of whoever is signed in, or None; asked only when a template shows it. `theme`: light or dark."""
    user = getattr(request, "user", None)
    if not is_signed_in(user):
        return {"me": None, "theme": ""}
    return {"me": SimpleLazyObject(lambda: card_of(user)), "theme": user.theme}


def sign_in(request: HttpRequest) -> dict[str, Any]:
    """Whether leads and staff need no second factor here (then every page says so), and the doors of others."""
    return {"second_factor_off": not settings.REQUIRE_SECOND_FACTOR, "openid_providers": providers()}
