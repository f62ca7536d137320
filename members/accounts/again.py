"""Makes sure that it is still the same person, for accounts that have nothing to ask for.

allauth asks for the password or the second factor again before something that only the owner should do. Who has
neither (codes by e-mail, or an OpenID provider, are enough to sign in) it lets through. Here they sign in once more.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from members.accounts.adapter import AccountAdapter

View = Callable[..., HttpResponse]


def signs_in_anew(view: View) -> View:
    """Send somebody with neither password nor second factor to sign in again, unless they just have."""

    @wraps(view)
    def call(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        adapter = AccountAdapter(request)
        if adapter.get_reauthentication_methods(request.user) or adapter.signed_in_just_now():
            return view(request, *args, **kwargs)
        logout(request)
        messages.info(request, _("What you are about to do is for you alone. Sign in once more, then go on."))
        return redirect_to_login(request.get_full_path())

    return call
