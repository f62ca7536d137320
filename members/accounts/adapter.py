"""How allauth makes accounts here, where it sends people, and how its mails look."""

import time
from typing import Any
from urllib.parse import urlsplit

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.models import Login
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from members.accounts.passwords import NotTooLong
from members.joining.operations import request_to_join
from members.models import User
from members.rules import may_sign_in, needs_second_factor
from portal.core.rules import is_member
from portal.outbox.composing import compose


class AccountAdapter(DefaultAccountAdapter):
    """E-mail is the name of an account; mail goes through the outbox like everything else."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account cannot sign in at the moment."),
        "email_password_mismatch": _("The address or the password is not right. Check both and try again."),
        "enter_current_password": _("This is not your current password."),
        "incorrect_code": _("This code is not right. Check it, or ask for a new one."),
        "incorrect_password": _("This is not your password."),
        "too_many_login_attempts": _("Too many attempts. Wait five minutes and try again."),
        "rate_limited": _("Wait a moment before you ask again."),
        "same_as_current": _("This is the address you have now."),
    }

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """There are no user names to make."""

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:  # noqa: FBT001, FBT002 -- allauth's signature
        """An account and its request to join, or neither; the password is hashed before the database is held."""
        user = super().save_user(request, user, form, commit=False)
        user.name = form.cleaned_data["name"]
        with transaction.atomic():
            user.save()
            request_to_join(person=user, at=timezone.now(), **form.request())
        return user

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """Every way in passes here, codes and links too: who is suspended gets the neutral page."""
        response = super().pre_login(request, user, **kwargs)
        if response is None and not may_sign_in(user):
            return self.respond_user_inactive(request, user)
        return response

    def post_login(self, request: HttpRequest, user: Any, *, redirect_url: str | None, **kwargs: Any) -> HttpResponse:
        """Who waits for approval lands on the page that says so, wherever they were going."""
        if not is_member(user):
            redirect_url = reverse("members:me")
        return super().post_login(request, user, redirect_url=redirect_url, **kwargs)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Members go home; who waits goes to the page that says how the request stands."""
        return "/" if is_member(request.user) else reverse("members:me")

    def is_login_by_code_required(self, login: Login) -> bool:
        """A code by mail in addition: to a short password, and before who needs a second factor sets one up.

        Both happen after the second factor was lost and reset. Without this, the password alone would then be
        enough to set up a new one.
        """
        if login.user is None or login.user.has_second_factor or self._came_by(login.user, "code"):
            return False
        if getattr(login.user, "gave_short_password", False):
            return True
        return settings.REQUIRE_SECOND_FACTOR and needs_second_factor(login.user)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """To set up a second factor or a provider, having signed in within the last minutes is proof enough."""
        if not super().is_reauthentication_required(app=app, **kwargs):
            return False
        return app not in _FRESH_IS_ENOUGH or not self.signed_in_just_now()

    def signed_in_just_now(self) -> bool:
        """Whether whoever is signed in did so, with all that was asked of them, within the last minutes."""
        user = self.request.user
        method = "mfa" if user.has_second_factor else ""
        since = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
        records = get_authentication_records(self.request, user)
        return any(each["at"] > since and each["method"] == (method or each["method"]) for each in records)

    def _came_by(self, user: Any, method: str) -> bool:
        records = get_authentication_records(self.request, user)
        return bool(records) and records[-1]["method"] == method

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Whoever has a second factor is asked for that: a password may have been read over a shoulder."""
        methods = super().get_reauthentication_methods(user)
        if user.is_authenticated and user.has_second_factor:
            methods = [each for each in methods if each["id"] != "reauthenticate"]
        return [each | {"description": _METHODS[each["id"]]} for each in methods]

    def clean_password(self, password: str, user: Any = None) -> str:
        # First of all: the other validators compare and hash.
        NotTooLong().validate(password)
        return super().clean_password(password, user)

    def render_mail(
        self, template_prefix: str, email: str | list[str], context: dict[str, Any], headers: Any = None
    ) -> EmailMessage:
        """In the portal's layout, in the reader's language; links carry the site's own address.

        The address of a request is what the browser claimed; a mail must not repeat it.
        """
        to = email if isinstance(email, str) else email[0]
        known = {name: value for name, value in context.items() if name not in {"request", "current_site"}}
        known |= {
            name: _on_site(value) for name, value in known.items() if name.endswith("_url") and isinstance(value, str)
        }
        names = ("_subject.txt", "_message.txt", "_message.html")
        # Asked for unknown addresses too: both take the same time.
        reader = User.objects.filter(email=to.lower()).first()
        if reader is None:
            return compose(template_prefix, to, known, names=names)
        with translation.override(reader.language), timezone.override(reader.zone):
            return compose(template_prefix, to, known, names=names)


# What changes how one signs in; the address of an account is not among it.
_FRESH_IS_ENOUGH = frozenset({"allauth.mfa", "allauth.socialaccount"})
_METHODS = {
    "reauthenticate": _("Use your password"),
    "mfa_reauthenticate": _("Use a code"),
    "mfa_reauthenticate:webauthn": _("Use a passkey"),
}


def _on_site(address: str) -> str:
    parts = urlsplit(address)
    return settings.SITE_URL + parts._replace(scheme="", netloc="").geturl()
