"""The addresses of allauth that this portal uses, and no others; `portal.urls` gives each its policy."""

from allauth.account import views
from django.urls import path, re_path

from members.accounts.views import JoinView

# Open to everybody: they are how one gets in.
doors = [
    path("join/", JoinView.as_view(), name="account_signup"),
    path("accounts/login/", views.login, name="account_login"),
    path("accounts/login/code/", views.request_login_code, name="account_request_login_code"),
    path("accounts/login/code/confirm/", views.confirm_login_code, name="account_confirm_login_code"),
    path("accounts/logout/", views.logout, name="account_logout"),
    path("accounts/inactive/", views.account_inactive, name="account_inactive"),
    path("accounts/confirm-email/", views.email_verification_sent, name="account_email_verification_sent"),
    path("accounts/password/reset/", views.password_reset, name="account_reset_password"),
    path("accounts/password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]{1,14})-(?P<key>[^/]{1,200})/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "accounts/password/reset/key/done/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]

# For whoever is signed in, about their own account.
own = [
    path("accounts/email/", views.email, name="account_email"),
    path("accounts/password/change/", views.password_change, name="account_change_password"),
    path("accounts/password/set/", views.password_set, name="account_set_password"),
    path("accounts/reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
]
