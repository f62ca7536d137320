"""Whom a provider brings: somebody known, somebody new who asks to join, or somebody who has an account already.

An address alone opens no account, however well the provider checked it: addresses are given to the next person in
office. Who has an account signs in once as usual, and connects the two.
"""

import time
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, _build_apps_from_settings
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.joining.operations import confirm_address
from members.models import User

WAITING = "connection_that_waits"
WAITS_SECONDS = 15 * 60


class ProviderAccountAdapter(DefaultSocialAccountAdapter):
    """What happens once a provider has said who somebody is."""

    error_messages = {
        **DefaultSocialAccountAdapter.error_messages,
        "connected_other": gettext_lazy("That account is connected to somebody else here."),
    }

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """Providers come from the environment alone: nothing in the database can add one."""
        apps = _build_apps_from_settings(provider=provider, client_id=client_id)
        return [app for each in apps.values() for app in each]

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Raises ImmediateHttpResponse with the page for whoever can neither sign in nor ask to join yet."""
        sociallogin.token = None  # nothing is asked of the provider later, so nothing is kept to ask with
        if sociallogin.is_existing or sociallogin.state.get("process") == AuthProcess.CONNECT:
            return
        address = verified_address(sociallogin)
        if not address:
            context = {"provider": sociallogin.provider.name}
            raise ImmediateHttpResponse(render(request, "socialaccount/unverified.html", context, status=403))
        if _owner_of(address) is not None:
            request.session[WAITING] = {"login": sociallogin.serialize(), "at": time.time()}
            words = _("You already have an account here with the address %(email)s. Sign in as usual this once.")
            messages.info(request, words % {"email": address})
            back = urlencode({"next": reverse("connect_provider")})
            raise ImmediateHttpResponse(redirect(f"{reverse('account_login')}?{back}"))

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> Any:
        """What the form to join begins with."""
        user = sociallogin.user
        user.email = (data.get("email") or "").lower()
        user.name = str(data.get("name") or "")[:120]
        return user

    @transaction.atomic
    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> Any:
        """An account, its connection and its request to join; decided or with staff at once: the address is known."""
        user = super().save_user(request, sociallogin, form)
        confirm_address(person=user, at=timezone.now())
        user.refresh_from_db(fields=["standing"])  # a verified organisation's people are in already
        return user

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: SocialAccount) -> str:
        return reverse("mfa_index")


def verified_address(sociallogin: SocialLogin) -> str:
    """The address that the provider vouches for; empty when it vouches for none."""
    return next((each.email.lower() for each in sociallogin.email_addresses if each.verified), "")


def _owner_of(address: str) -> User | None:
    return User.objects.filter(email=address).first()


def waiting_connection(request: HttpRequest) -> SocialLogin | None:
    """The provider's account that waits to be connected to whoever has signed in meanwhile; None for nobody else's."""
    waiting = request.session.get(WAITING)
    if not waiting or time.time() - waiting["at"] > WAITS_SECONDS:
        return None
    login = SocialLogin.deserialize(waiting["login"])
    return login if verified_address(login) == request.user.email else None
