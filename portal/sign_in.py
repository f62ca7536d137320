"""The part of the settings that is about second factors, sessions and OpenID providers.

`portal/settings.py` takes every name from here. Variables: docs/operations.md, "Signing in".
"""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from portal import env

_production = env.text("PORTAL_ENV", "development") == "production"
_encrypted = env.text("SITE_URL").startswith("https://")

# --- passwords and guessing ------------------------------------------------------------------------------------------
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
# NIST 800-63B-4: long, not in a list of common ones, no rules of composition, no expiry.
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "members.accounts.passwords.NotTooLong"},
    {"NAME": "members.accounts.passwords.LongEnough"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "members.accounts.passwords.NotObvious"},
]
PASSWORD_RESET_TIMEOUT = 4 * 3600
# Attempts at a secret: at most ten in five minutes for one account by each way in. Counted in the cache
# "limits" (members.accounts.limits); the rest are allauth's own limits.
ACCOUNT_RATE_LIMITS = {
    "login_failed": "20/m/ip,5/5m/key",
    "request_login_code": "20/m/ip,3/5m/key",
    "reset_password": "20/m/ip,3/5m/key",
    "change_password": "5/5m/user",
    "reauthenticate": "5/5m/user",
}

# --- second factors -----------------------------------------------------------------------------------------------
# Leads, staff and superusers do nothing before they set one up. Off only where nobody is harmed: `make run`.
REQUIRE_SECOND_FACTOR = env.flag("REQUIRE_SECOND_FACTOR", default=True)
MFA_ADAPTER = "members.accounts.mfa.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# Every passkey proves who holds it (finger, face, PIN), so that it counts as two factors wherever it is used.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
# Browsers allow passkeys without TLS on localhost alone.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _production and not _encrypted
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute off; a code works once (members.accounts.limits)
MFA_RECOVERY_CODE_COUNT = 10
MFA_FORMS = {
    "authenticate": "members.accounts.factor_forms.FactorForm",
    "reauthenticate": "members.accounts.factor_forms.FactorAgainForm",
    "activate_totp": "members.accounts.factor_forms.AppForm",
    "add_webauthn": "members.accounts.factor_forms.AddPasskeyForm",
    "authenticate_webauthn": "members.accounts.factor_forms.PasskeySecondForm",
    "login_webauthn": "members.accounts.factor_forms.PasskeySignInForm",
    "reauthenticate_webauthn": "members.accounts.factor_forms.PasskeyAgainForm",
    "edit_webauthn": "members.accounts.factor_forms.RenamePasskeyForm",
    "generate_recovery_codes": "members.accounts.factor_forms.NewCodesForm",
}
# A passkey cannot be guessed; this bounds what asking for challenges costs. Failures are counted more strictly.
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip", "passkey_refused": "10/5m/ip"}

# --- sessions -------------------------------------------------------------------------------------------------------
# Without a visit, and in all; staff, who can do more harm, sign in anew each working day.
SESSION_IDLE_HOURS = env.number("SESSION_IDLE_HOURS", 14 * 24)
SESSION_LONGEST_HOURS = env.number("SESSION_LONGEST_HOURS", 30 * 24)
STAFF_SESSION_IDLE_HOURS = env.number("STAFF_SESSION_IDLE_HOURS", 2)
STAFF_SESSION_LONGEST_HOURS = env.number("STAFF_SESSION_LONGEST_HOURS", 12)
SESSION_COOKIE_AGE = SESSION_IDLE_HOURS * 3600
USERSESSIONS_TRACK_ACTIVITY = False  # members.accounts.sessions does, at most every five minutes

# --- OpenID Connect ---------------------------------------------------------------------------------------------------
SOCIALACCOUNT_ADAPTER = "members.accounts.openid_accounts.ProviderAccountAdapter"
SOCIALACCOUNT_AUTO_SIGNUP = False  # a new person asks to join
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # an address alone opens no account
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_FORMS = {"signup": "members.joining.forms.JoinWithProviderForm"}
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5


def _provider(prefix: str, slug: str) -> dict[str, Any]:
    """One provider from its variables; raises ImproperlyConfigured when something is missing."""
    given = {name: env.text(f"{prefix}_{name}") for name in ("SERVER_URL", "CLIENT_ID", "SECRET", "PRIVATE_KEY")}
    missing = [f"{prefix}_{name}" for name in ("SERVER_URL", "CLIENT_ID") if not given[name]]
    if not (given["SECRET"] or given["PRIVATE_KEY"]):
        missing.append(f"{prefix}_SECRET (or {prefix}_PRIVATE_KEY)")
    if missing:
        msg = f"OpenID Connect needs: {', '.join(missing)}. docs/operations.md says what each is for."
        raise ImproperlyConfigured(msg)
    if _production and not given["SERVER_URL"].startswith("https://"):
        msg = f"{prefix}_SERVER_URL must start with https://."
        raise ImproperlyConfigured(msg)
    return {
        "provider_id": slug,
        "name": env.text(f"{prefix}_NAME", "OpenID Connect"),
        "client_id": given["CLIENT_ID"],
        "secret": given["SECRET"],
        "settings": {
            "server_url": given["SERVER_URL"].rstrip("/"),
            "oauth_pkce_enabled": True,
            "private_key": given["PRIVATE_KEY"].replace("\\n", "\n"),
            "token_auth_method": env.text(f"{prefix}_TOKEN_AUTH_METHOD") or None,
            "scope": env.text(f"{prefix}_SCOPE", "openid email profile").split(),
            "auth_params": {"acr_values": acr} if (acr := env.text(f"{prefix}_ACR_VALUES")) else {},
            "verified_claim": env.text(f"{prefix}_VERIFIED_CLAIM", "email_verified"),
        },
    }


def _providers() -> list[dict[str, Any]]:
    """One from OIDC_*, or each that OIDC_PROVIDERS names from OIDC_<NAME>_*."""
    slugs = env.words("OIDC_PROVIDERS")
    if not slugs:
        return [_provider("OIDC", "openid")] if env.text("OIDC_SERVER_URL") else []
    return [_provider(f"OIDC_{slug.upper().replace('-', '_')}", slug) for slug in slugs]


SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"provider_class": "members.accounts.openid.Provider", "APPS": _providers()}
}
