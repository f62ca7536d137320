"""The addresses of allauth that this portal uses, and no others; `portal.urls` gives each its policy."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views
from allauth.socialaccount import views as social
from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path

from members.accounts.again import signs_in_anew
from members.accounts.views import factors, providers, staff
from members.accounts.views import own as own_pages
from members.views.joining import JoinView

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
    path("accounts/second-factor/", _ours(factors.SecondStep.as_view()), name="mfa_authenticate"),
    path("accounts/passkey/", _ours(factors.PasskeyDoor.as_view()), name="mfa_login_webauthn"),
    path("accounts/with/cancelled/", _ours(social.login_cancelled), name="socialaccount_login_cancelled"),
    path("accounts/with/<slug:provider_id>/", providers.leave, name="openid_connect_login"),
    path("accounts/with/<slug:provider_id>/callback/", providers.come_back, name="openid_connect_callback"),
    path("join/with/", _ours(providers.JoinWithProvider.as_view()), name="socialaccount_signup"),
]

# For whoever is signed in, about their own account.
own = [
    path("accounts/email/", _ours(signs_in_anew(views.email)), name="account_email"),
    path("accounts/password/change/", _ours(views.password_change), name="account_change_password"),
    path("accounts/password/set/", _ours(signs_in_anew(views.password_set)), name="account_set_password"),
    path("accounts/reauthenticate/", _ours(views.reauthenticate), name="account_reauthenticate"),
    path("accounts/reauthenticate/code/", _ours(factors.CodeAgain.as_view()), name="mfa_reauthenticate"),
    path(
        "accounts/reauthenticate/passkey/",
        _ours(factors.PasskeyAgain.as_view()),
        name="mfa_reauthenticate_webauthn",
    ),
    path("accounts/second-factor/first/", factors.first, name="second_factor_first"),
    path("accounts/app/add/", _ours(signs_in_anew(factors.AddApp.as_view())), name="mfa_activate_totp"),
    path("accounts/app/remove/", factors.remove_app, name="mfa_deactivate_totp"),
    path("accounts/passkeys/add/", _ours(signs_in_anew(factors.AddPasskey.as_view())), name="mfa_add_webauthn"),
    path("accounts/passkeys/<int:pk>/rename/", _ours(factors.RenamePasskey.as_view()), name="mfa_edit_webauthn"),
    path("accounts/passkeys/<int:pk>/remove/", factors.remove_passkey, name="mfa_remove_webauthn"),
    path("accounts/recovery-codes/", factors.recovery_codes, name="mfa_view_recovery_codes"),
    path("accounts/recovery-codes/new/", _ours(factors.NewCodes.as_view()), name="mfa_generate_recovery_codes"),
    path("accounts/recovery-codes/download/", factors.download_codes, name="mfa_download_recovery_codes"),
    path("settings/sign-in/", own_pages.security, name="mfa_index"),
    path("settings/sign-in/sessions/end/", own_pages.end_other_sessions, name="end_other_sessions"),
    path("settings/sign-in/sessions/<int:pk>/end/", own_pages.end_session, name="end_session"),
    path("settings/sign-in/connect/", providers.connect, name="connect_provider"),
    path("settings/sign-in/connections/<int:pk>/disconnect/", providers.disconnect, name="disconnect_provider"),
]

# For staff, when a member lost every way to prove a second factor.
for_staff = [
    path("manage/second-factor/", staff.factor_resets, name="factor_resets"),
    path("manage/second-factor/<int:pk>/confirm/", staff.confirm_reset, name="confirm_factor_reset"),
    path("manage/second-factor/<int:pk>/withdraw/", staff.withdraw_reset, name="withdraw_factor_reset"),
]
