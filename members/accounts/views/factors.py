"""Second factors: proving them, setting them up, taking them away, and the codes for when they are lost.

Most of it is allauth's; here it gets the portal's words, answers of its own where it would write during a GET, and
refuses to take the last factor from somebody whose role needs one.
"""

import json
from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.core.internal import ratelimit
from allauth.mfa.base.views import AuthenticateView, ReauthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.internal import auth as webauthn
from allauth.mfa.webauthn.views import AddWebAuthnView, EditWebAuthnView, LoginWebAuthnView, ReauthenticateWebAuthnView
from django.contrib import messages
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from members.accounts import factors
from members.accounts.adapter import AccountAdapter
from members.rules import needs_second_factor
from portal.core.policies import SIGNED_IN

# Where somebody was going who had to set up, or prove, a second factor first.
WANTED = "wanted_before_second_factor"
again = reauthentication_required(app="allauth.mfa")


class Answers422:
    """A form with an error in it answers 422, as all forms of the portal do."""

    def form_invalid(self, form: Any) -> HttpResponse:
        response = super().form_invalid(form)  # type: ignore[misc]
        response.status_code = 422
        return response


# --- before anything else -----------------------------------------------------------------------------------------


@SIGNED_IN
@never_cache
def first(request: HttpRequest) -> HttpResponse:
    """`/accounts/second-factor/first/`: why a second factor, and which; whoever has one proves it."""
    wanted = _safe(request, request.GET.get("next", ""))
    if not needs_second_factor(request.user) or (request.user.has_second_factor and factors.proved(request)):
        return redirect(wanted)
    if request.user.has_second_factor:
        return redirect(f"{_method_of(request)}?next={wanted}")
    if "next" in request.GET:  # a picture in a page was asked for in vain: it is not where anybody was going
        request.session[WANTED] = wanted
    return render(request, "account/second_factor_first.html", {})


def _safe(request: HttpRequest, address: str) -> str:
    return address if url_has_allowed_host_and_scheme(address, {request.get_host()}) else "/"


def _method_of(request: HttpRequest) -> str:
    """Where to prove the factor that somebody has: a code where there is an app, else the passkey."""
    return next(each["url"] for each in AccountAdapter(request).get_reauthentication_methods(request.user))


class SecondStep(Answers422, AuthenticateView):
    """`/accounts/second-factor/`: between the password, or the code by e-mail, and the open door."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        options = context.pop("js_data", {}).get("request_options", {})
        asked = options.get("publicKey", {}).get("allowCredentials")
        return context | {"options": in_json(options) if asked else ""}


class PasskeyAgain(ReauthenticateWebAuthnView):
    """`/accounts/reauthenticate/passkey/`: before something that only the owner of the account should do."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {"options": in_json(context.pop("js_data")["request_options"])}

    def form_invalid(self, form: Any) -> HttpResponse:
        response = self.render_to_response(self.get_context_data(form=form))
        response.status_code = 422
        return response


class CodeAgain(Answers422, ReauthenticateView):
    """`/accounts/reauthenticate/code/`: the same with a code."""


# --- passkeys ---------------------------------------------------------------------------------------------------------


class AddPasskey(Answers422, AddWebAuthnView):
    """`/accounts/passkeys/add/`: every passkey is kept on the device and proves who holds it."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        options = webauthn.begin_registration(self.request.user, passwordless=True)
        return super(AddWebAuthnView, self).get_context_data(**kwargs) | {"options": in_json(options)}

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        return super().form_valid(form)


class RenamePasskey(Answers422, EditWebAuthnView):
    """`/accounts/passkeys/<pk>/rename/`."""

    success_url = reverse_lazy("mfa_index")


class PasskeyDoor(LoginWebAuthnView):
    """`/accounts/passkey/`: the sign-in page asks here for a challenge, and sends the answer."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Nothing is looked at once ten answers from one address were wrong within five minutes."""
        if not ratelimit.consume(request, app="allauth.mfa", action="passkey_refused", dry_run=True):
            messages.error(request, AccountAdapter.error_messages["too_many_login_attempts"])
            return redirect("account_login")
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: Any) -> HttpResponse:
        ratelimit.consume(self.request, app="allauth.mfa", action="passkey_refused")
        return super().form_invalid(form)


def in_json(options: dict[str, Any]) -> str:
    """What the browser is asked for, to be carried by an attribute of the form."""
    return json.dumps(options, cls=DjangoJSONEncoder)


@SIGNED_IN
@again
@never_cache
def remove_passkey(request: HttpRequest, pk: int) -> HttpResponse:
    """`/accounts/passkeys/<pk>/remove/`."""
    return _remove(request, type=Authenticator.Type.WEBAUTHN, pk=pk)


# --- authenticator app ------------------------------------------------------------------------------------------------


class AddApp(Answers422, ActivateTOTPView):
    """`/accounts/app/add/`: the square to photograph, the key to type, and the first code."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        secret = context["form"].secret
        return context | {"key_in_fours": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))}


@SIGNED_IN
@again
@never_cache
def remove_app(request: HttpRequest) -> HttpResponse:
    """`/accounts/app/remove/`."""
    return _remove(request, type=Authenticator.Type.TOTP)


def _remove(request: HttpRequest, **which: Any) -> HttpResponse:
    """Ask whether to take a factor away, and do it."""
    factor = Authenticator.objects.filter(user=request.user, **which).first()
    if factor is None:
        raise Http404
    if request.method == "POST" and factors.remove(request, factor):
        return redirect("mfa_index")
    context = {"factor": factor, "may_remove": factors.may_remove(factor), "is_last": factors.is_last(factor)}
    return render(request, "mfa/remove.html", context, status=422 if request.method == "POST" else 200)


# --- recovery codes ---------------------------------------------------------------------------------------------------


class NewCodes(Answers422, GenerateRecoveryCodesView):
    """`/accounts/recovery-codes/new/`: ten new ones; the old ones end."""


@SIGNED_IN
@again
@never_cache
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """`/accounts/recovery-codes/`: the codes, until their owner says that they are kept; then how many are left."""
    codes = factors.codes_of(request.user)
    if request.method == "POST":
        factors.keep_codes(request.user)
        messages.success(request, _("Your recovery codes are not shown again."))
        return redirect(request.session.pop(WANTED, reverse("mfa_index")))
    shown = factors.codes_to_show(codes, timezone.now())
    context = {"codes": codes, "shown": shown, "left": factors.codes_left(codes), "as_text": "\n".join(shown)}
    return render(request, "mfa/recovery_codes/index.html", context)


@SIGNED_IN
@again
@never_cache
def download_codes(request: HttpRequest) -> HttpResponse:
    """`/accounts/recovery-codes/download/`: the same as a text file, for as long as they are shown."""
    shown = factors.codes_to_show(factors.codes_of(request.user), timezone.now())
    if not shown:
        raise Http404
    response = render(request, "mfa/recovery_codes/download.txt", {"shown": shown}, content_type="text/plain")
    response["Content-Disposition"] = 'attachment; filename="recovery-codes.txt"'
    return response
