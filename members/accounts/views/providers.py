"""To a provider and back."""

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.socialaccount.internal.flows import connect as connecting
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.views import SignupView
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from members.accounts.openid import Adapter, name_of
from members.accounts.openid_accounts import WAITING, waiting_connection
from members.accounts.views.factors import Answers422
from portal.core.policies import PUBLIC, SIGNED_IN

FOUND = 302
DISCONNECTED = "socialaccount/email/account_disconnected"


@PUBLIC
@never_cache
def leave(request: HttpRequest, provider_id: str) -> HttpResponse:
    """`/accounts/with/<provider>/`: asks whether to go, then goes.

    By a page that refreshes, not by a redirect: the content security policy lets no form of ours end elsewhere, and
    a provider may send people on to others that nobody here knows of.
    """
    response = _exchange(OAuth2LoginView, request, provider_id)
    if response.status_code != FOUND:
        return response
    context = {"address": response["Location"], "provider": name_of(provider_id)}
    return render(request, "socialaccount/leaving.html", context)


@PUBLIC
@never_cache
def come_back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """`/accounts/with/<provider>/callback/`: the provider sends people back here.

    A GET that signs in, as the protocol has it. It cannot be followed by anybody else: only this browser's session
    knows the state in the address, once.
    """
    return _exchange(OAuth2CallbackView, request, provider_id)


def _exchange(view: type, request: HttpRequest, provider_id: str) -> HttpResponse:
    """Allauth's view with our adapter; 404 for a provider that is not configured."""
    try:
        return view.adapter_view(Adapter(request, provider_id))(request)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    except OAuth2Error:
        context = {"provider": name_of(provider_id)}
        return render(request, "socialaccount/authentication_error.html", context, status=502)


class JoinWithProvider(Answers422, SignupView):
    """`/join/with/`: who came by a provider and is new says who they are, and asks to join."""


@SIGNED_IN
@never_cache
def connect(request: HttpRequest) -> HttpResponse:
    """`/settings/sign-in/connect/`: who came by a provider and then signed in as usual makes it one account."""
    login = waiting_connection(request)
    if login is None:
        return redirect("mfa_index")
    if request.method != "POST":
        return render(request, "socialaccount/connect.html", {"provider": login.provider.name})
    response = connecting.connect(request, login)
    request.session.pop(WAITING, None)
    return response


@require_POST
@SIGNED_IN
@reauthentication_required(app="allauth.socialaccount")
def disconnect(request: HttpRequest, pk: int) -> HttpResponse:
    """`/settings/sign-in/connections/<pk>/disconnect/`: signing in by this provider ends. A code by mail remains."""
    account = SocialAccount.objects.filter(user=request.user, pk=pk).first()
    if account is None:
        raise Http404
    name = name_of(account.provider)
    account.delete()
    get_adapter(request).send_notification_mail(DISCONNECTED, request.user, {"provider": name})
    messages.success(request, _("%(name)s is no longer connected.") % {"name": name})
    return redirect("mfa_index")
