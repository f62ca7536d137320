"""Signing in with an OpenID provider: allauth's, made stricter, and able to prove itself with a key of its own.

Beside what allauth does (state, PKCE): a nonce binds the identity token to this browser's request, the token's
signature is checked even though it came over TLS, and the two places that name the person must agree. With a
private key the portal signs a statement instead of sending a secret (RFC 7523), as Login.gov wants it.
"""

import secrets
import time
from typing import Any

import jwt
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from requests import RequestException

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_LASTS_SECONDS = 300
# What is kept of a person beside the provider's number for them.
KEPT = ("email", "name")


def nonce_of(state: str) -> str:
    """The nonce that goes with a state. The state is this session's alone and works once, so the nonce does too."""
    return salted_hmac("members.accounts.openid.nonce", state, algorithm="sha256").hexdigest()


class Client(OAuth2Client):
    """Sends the nonce along, and a signed statement where a provider wants one."""

    private_key = ""

    def get_redirect_url(self, authorization_url: str, scope: Any, extra_params: dict[str, Any]) -> str:
        nonce = {"nonce": nonce_of(self.state)} if self.state else {}
        return super().get_redirect_url(authorization_url, scope, extra_params | nonce)

    def get_access_token(
        self, code: str, pkce_code_verifier: str | None = None, extra_data: Any = None
    ) -> dict[str, Any]:
        if self.private_key:
            self.basic_auth, self.consumer_secret = False, ""
            extra_data = {**(extra_data or {}), **self._assertion()}
        return super().get_access_token(code, pkce_code_verifier, extra_data)

    def _assertion(self) -> dict[str, str]:
        now = int(time.time())
        claims = {
            "iss": self.consumer_key,
            "sub": self.consumer_key,
            "aud": self.access_token_url,
            "jti": secrets.token_urlsafe(24),
            "iat": now,
            "exp": now + ASSERTION_LASTS_SECONDS,
        }
        signed = jwt.encode(claims, self.private_key, algorithm="RS256")
        return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": signed}


class Adapter(OpenIDConnectOAuth2Adapter):
    """One exchange with a provider."""

    client_class = Client

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider says of itself; raises OAuth2Error when it cannot be asked."""
        try:
            return super().openid_config
        except (RequestException, ValueError) as error:
            msg = f"The provider {self.provider_id} cannot be reached: {error}"
            raise OAuth2Error(msg) from error

    def get_client(self, request: HttpRequest, app: SocialApp) -> Client:
        client = super().get_client(request, app)
        client.private_key = app.settings.get("private_key", "")
        return client

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """The site's own address, as it was registered with the provider."""
        return settings.SITE_URL + reverse("openid_connect_callback", kwargs={"provider_id": self.provider_id})

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> SocialLogin:
        """Who came back; raises OAuth2Error for an answer that is not what OpenID Connect promises."""
        answer = kwargs["response"].get("id_token")
        if not answer:
            msg = "The provider sent no identity token."
            raise OAuth2Error(msg)
        try:
            claims = self._decode_id_token(app, answer)
            known = self._fetch_user_info(token.token)
            if not constant_time_compare(claims.get("nonce", ""), nonce_of(request.GET.get("state", ""))):
                msg = "The identity token answers another request."
                raise OAuth2Error(msg)
            if known["sub"] != claims["sub"]:
                msg = "The provider names two people at once."
                raise OAuth2Error(msg)
            return self.get_provider().sociallogin_from_response(request, {"userinfo": {**claims, **known}})
        except (KeyError, TypeError, ValueError, ImproperlyConfigured, jwt.PyJWTError) as error:
            msg = f"The provider's answer cannot be read: {error}"
            raise OAuth2Error(msg) from error

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        return jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )


class Provider(OpenIDConnectProvider):
    """A provider of the environment's OIDC_* variables."""

    oauth2_adapter_class = Adapter

    def get_oauth2_adapter(self, request: HttpRequest) -> Adapter:
        return Adapter(request, self.app.provider_id)

    def get_auth_params_from_request(self, request: HttpRequest, action: Any) -> dict[str, Any]:
        """What the environment says; never what a link adds."""
        return self.get_auth_params()

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        return self.get_scope()

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """As little as the page needs that lists one's connections."""
        return {name: data["userinfo"][name] for name in KEPT if isinstance(data["userinfo"].get(name), str)}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        """With what the provider says of the address; only a plain yes counts, not any text that is there."""
        found = super().extract_email_addresses(data)
        said = data["userinfo"].get(self.app.settings["verified_claim"])
        for address in found:
            address.verified = said is True or str(said).lower() in {"true", "1"}
        return found


def name_of(provider_id: str) -> str:
    """What people call a provider; its short name when it is no longer configured."""
    apps = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    return next((app["name"] for app in apps if app["provider_id"] == provider_id), provider_id)
