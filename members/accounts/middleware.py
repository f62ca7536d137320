"""What every request of somebody signed in passes: the limits of the session, and the second factor."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from members.accounts import sessions
from members.accounts.factors import proved
from members.rules import needs_second_factor
from portal.core.rules import is_signed_in

Handler = Callable[[HttpRequest], HttpResponse]

# All that somebody can open who must set up, or prove, a second factor first: doing so, signing out, asking for help.
OPEN_WITHOUT = frozenset(
    {
        "account_logout",
        "account_reauthenticate",
        "healthz",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "readyz",
        "second_factor_first",
    }
)


def timed_sessions(get_response: Handler) -> Handler:
    """End a session that was idle, or open, for too long; note that the others are in use."""

    def answer(request: HttpRequest) -> HttpResponse:
        if is_signed_in(request.user):
            if sessions.is_over(request):
                _sign_out(request)
            else:
                sessions.note_visit(request)
        return get_response(request)

    return answer


def _sign_out(request: HttpRequest) -> None:
    sessions.end(sessions.UserSession.objects.filter(session_key=request.session.session_key))
    logout(request)
    messages.info(request, _("You were signed out, since you have not been here for a while. Sign in to go on."))


class SecondFactorFirst:
    """Send whoever needs a second factor to set it up, or to prove it, before anything else."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Before policies: staff without a second factor are nobody's staff."""
        user = request.user
        if not settings.REQUIRE_SECOND_FACTOR or not is_signed_in(user) or not needs_second_factor(user):
            return None
        if user.has_second_factor and proved(request):
            return None
        match = request.resolver_match
        if match is not None and match.view_name in OPEN_WITHOUT:
            return None
        first = resolve_url("second_factor_first")
        if not _is_page(request):
            return redirect(first)
        wanted = request.get_full_path() if request.method == "GET" else "/"
        return redirect(f"{first}?{urlencode({'next': wanted})}")


def _is_page(request: HttpRequest) -> bool:
    """Whether somebody goes there, rather than a page asking for a picture; older browsers do not say."""
    return request.headers.get("Sec-Fetch-Dest", "document") == "document"
