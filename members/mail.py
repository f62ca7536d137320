"""Mails about accounts: composed in the portal's layout, queued in the caller's transaction.

They go to people who may not be members (yet), so they are not notices and have no settings.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation

from portal.outbox.rendering import with_styles_inline

# The endings of a mail's three files: subject, text, HTML.
ENDINGS = (".subject.txt", ".txt", ".html")


def compose(
    template: str, to: str, context: Mapping[str, Any], *, names: tuple[str, str, str] = ENDINGS
) -> EmailMultiAlternatives:
    """Subject, text and HTML of a template in the active language; `names` are the endings of its files."""
    subject, text, html = names
    known = {"site": settings.COMMUNITY, "site_url": settings.SITE_URL, **context}
    message = EmailMultiAlternatives(
        subject=" ".join(render_to_string(template + subject, known).split())[:200],
        body=render_to_string(template + text, known).strip() + "\n",
        to=[to],
    )
    message.attach_alternative(with_styles_inline(render_to_string(template + html, known)), "text/html")
    return message


def send_mail(template: str, person: Any, context: Mapping[str, Any]) -> None:
    """Queue a mail to an account, in its language; it is sent when the transaction is committed."""
    with translation.override(person.language), timezone.override(person.zone):
        compose(template, person.email, {"person": person, **context}).send()
