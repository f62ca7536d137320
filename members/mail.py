"""Mails about accounts: composed in the portal's layout, queued in the caller's transaction.

They go to people who may not be members (yet), so they are not notices and have no settings.
"""

from collections.abc import Mapping
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.utils import timezone, translation

from portal.outbox.composing import compose


def compose_for(person: Any, template: str, context: Mapping[str, Any]) -> EmailMultiAlternatives:
    """The mail to an account, in its language and zone."""
    with translation.override(person.language), timezone.override(person.zone):
        return compose(template, person.email, {"person": person, **context})


def send_mail(template: str, person: Any, context: Mapping[str, Any]) -> None:
    """Queue a mail to an account; it is sent when the transaction is committed."""
    compose_for(person, template, context).send()
