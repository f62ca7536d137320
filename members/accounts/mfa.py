"""How allauth keeps second factors here: sealed, under the portal's own name, never the last of who needs one."""

import base64
import logging
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.accounts.factors import may_remove

log = logging.getLogger("portal.accounts")


class FactorAdapter(DefaultMFAAdapter):
    """Names, secrets and refusals of second factors."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": gettext_lazy(
            "Your role needs a second factor. Set up another one first, then remove this one."
        ),
        "cannot_generate_recovery_codes": gettext_lazy("Set up an authenticator app or a passkey first."),
        "incorrect_code": gettext_lazy("This did not work. Check the code, or try again."),
        "unverified_email": gettext_lazy("Confirm your e-mail address first."),
    }

    def get_totp_issuer(self) -> str:
        return settings.COMMUNITY["name"]

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:  # noqa: A002 -- allauth's signature
        """A passkey that was given no name."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("Passkey %(number)d") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys belong to the site's own address, not to what the browser claimed it asked for."""
        return {"id": urlsplit(settings.SITE_URL).hostname or "localhost", "name": settings.COMMUNITY["name"]}

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return may_remove(authenticator)

    def encrypt(self, text: str) -> str:
        """Whoever reads the database alone makes no codes from it."""
        return _sealer().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret; when its key is gone, a secret that nobody knows, so that no code fits."""
        try:
            return _sealer().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            log.exception("A second factor cannot be read: was SECRET_KEY changed without SECRET_KEY_FALLBACKS?")
            return generate_totp_secret()


@transaction.atomic
def reseal() -> int:
    """Seal every secret with the present key, so that a former one can be forgotten; how many there were."""
    sealer = _sealer()
    rows = list(Authenticator.objects.select_for_update().exclude(type=Authenticator.Type.WEBAUTHN))
    for row in rows:
        sealed = {name: row.data[name] for name in ("secret", "seed") if name in row.data}
        row.data |= {name: sealer.rotate(text.encode()).decode() for name, text in sealed.items()}
        row.save(update_fields=["data"])
    return len(rows)


def _sealer() -> MultiFernet:
    """Seals with SECRET_KEY; opens what was sealed with that or a former key."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [salted_hmac("members.accounts.mfa", "seal", secret=key, algorithm="sha256").digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
