"""What follows when somebody signs in or changes how they do: sessions begin and end, mails go out, a line is logged.

Lines name accounts by number and never an address, a password or a code.
"""

import logging
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa import signals as factor_signals
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from members.accounts import factors, sessions

log = logging.getLogger("portal.accounts")


@receiver(user_logged_in)
def signed_in(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """The clocks of the session start."""
    sessions.begin(request.session)
    log.info("account %s signed in", user.pk)


@receiver(user_login_failed)
def refused(sender: Any, request: HttpRequest | None = None, **kwargs: Any) -> None:
    """A wrong password."""
    log.info("a sign-in was refused, from %s", _where(request))


@receiver(factor_signals.authentication_failed)
def factor_refused(sender: Any, request: HttpRequest, user: Any, authenticator: Any, **kwargs: Any) -> None:
    """A wrong code."""
    log.warning("account %s: a code was refused, from %s", user.pk, _where(request))


@receiver(factor_signals.authenticator_added)
def factor_added(sender: Any, request: HttpRequest, user: Any, authenticator: Authenticator, **kwargs: Any) -> None:
    """Other browsers must prove the new factor; this one has."""
    log.info("account %s: %s added", user.pk, authenticator.type)
    if factors.is_second_factor(authenticator):
        factors.remember_proof(request, authenticator)
        sessions.end_others(request)


@receiver(factor_signals.authenticator_removed)
@receiver(factor_signals.authenticator_reset)
def factor_changed(sender: Any, request: HttpRequest, user: Any, authenticator: Authenticator, **kwargs: Any) -> None:
    """Whoever took part by the old factor is signed out elsewhere."""
    log.info("account %s: %s removed or renewed", user.pk, authenticator.type)
    sessions.end_others(request)


@receiver(factor_signals.authenticator_used)
def recovery_code_used(
    sender: Any, request: HttpRequest, user: Any, authenticator: Authenticator, **kwargs: Any
) -> None:
    """Its owner hears of it, since somebody else may have found the list."""
    if not factors.is_second_factor(authenticator):
        log.warning("account %s: a recovery code was used", user.pk)
        left = factors.codes_left(factors.codes_of(user))
        get_adapter(request).send_notification_mail("mfa/email/recovery_code_used", user, {"left": left})


@receiver(password_changed)
@receiver(password_set)
def password_renewed(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """The new password has ended the other sessions; what was written down of them goes too."""
    log.info("account %s: new password", user.pk)
    sessions.forget_others(request)


@receiver(password_reset)
def password_forgotten(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """A new password by the link from a mail: nobody stays signed in anywhere."""
    log.info("account %s: new password by mail", user.pk)
    sessions.end_all(user)


def _where(request: HttpRequest | None) -> str:
    return get_adapter(request).get_client_ip(request) if request is not None else "nowhere"
