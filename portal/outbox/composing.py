"""How every mail of the portal is composed: notices, account mails, digests, answers to what arrives.

One layout (`templates/email/`), HTML with its styles inline, text made for reading, and headers that nothing a
person typed can break out of.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from portal.outbox.rendering import with_styles_inline
from portal.outbox.wording import one_line, readable

# The endings of a mail's three files: subject, text, HTML.
ENDINGS = (".subject.txt", ".txt", ".html")


def compose(
    template: str,
    to: str,
    context: Mapping[str, Any],
    *,
    subject: str = "",
    names: tuple[str, str, str] = ENDINGS,
    headers: Mapping[str, str] | None = None,
) -> EmailMultiAlternatives:
    """Subject, text and HTML of a template in the active language, to one reader.

    `subject` goes before the template's own; `names` are the endings of its files.
    """
    subject_file, text_file, html_file = names
    known = {"site": settings.COMMUNITY, "site_url": settings.SITE_URL, **context}
    message = EmailMultiAlternatives(
        subject=one_line(subject or render_to_string(template + subject_file, known)),
        body=readable(render_to_string(template + text_file, known)),
        to=[to],
        headers=dict(headers or {}),
    )
    message.attach_alternative(with_styles_inline(render_to_string(template + html_file, known)), "text/html")
    return message
