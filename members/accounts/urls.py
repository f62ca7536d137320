"""The addresses of allauth that this portal uses, and no others; `portal.urls` gives each its policy."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views
from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path

from members.accounts.views import JoinView

View = Callable[..., HttpResponse]


def _ours(view: View) -> View:
    """The view without its own idea of `site`: in every template here that is the community."""

    @wraps(view)
    def call(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        (getattr(response, "context_data", None) or {}).pop("site", None)
        return response

    return call


# Open to everybody: they are how one gets in.
doors = [
    path("join/", _ours(JoinView.as_view()), name="account_signup"),
    path("accounts/login/", _ours(views.login), name="account_login"),
    path("accounts/login/code/", _ours(views.request_login_code), name="account_request_login_code"),
    path("accounts/login/code/confirm/", _ours(views.confirm_login_code), name="account_confirm_login_code"),
    path("accounts/logout/", _ours(views.logout), name="account_logout"),
    path("accounts/inactive/", _ours(views.account_inactive), name="account_inactive"),
    path("accounts/confirm-email/", _ours(views.email_verification_sent), name="account_email_verification_sent"),
    path("accounts/password/reset/", _ours(views.password_reset), name="account_reset_password"),
    path("accounts/password/reset/done/", _ours(views.password_reset_done), name="account_reset_password_done"),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]{1,14})-(?P<key>[^/]{1,200})/$",
        _ours(views.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "accounts/password/reset/key/done/",
        _ours(views.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
]

# For whoever is signed in, about their own account.
own = [
    path("accounts/email/", _ours(views.email), name="account_email"),
    path("accounts/password/change/", _ours(views.password_change), name="account_change_password"),
    path("accounts/password/set/", _ours(views.password_set), name="account_set_password"),
    path("accounts/reauthenticate/", _ours(views.reauthenticate), name="account_reauthenticate"),
]
