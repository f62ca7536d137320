"""What Django's admin must not show or change: keys of second factors, sessions, providers, one's own password."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


def hide_secrets(site: AdminSite) -> None:
    """Deleting a second factor there would ask no colleague and tell nobody; a reset does (`/manage/second-factor/`).

    Its page for one's own password limits no guesses; the portal's does.
    """
    for model in (Authenticator, SocialAccount, SocialApp, SocialToken, UserSession):
        if site.is_registered(model):
            site.unregister(model)
    site.password_change = _to_our_page  # type: ignore[method-assign]


def _to_our_page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    return redirect("account_change_password")
