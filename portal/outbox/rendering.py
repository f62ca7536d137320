"""Turns a mail row into a message at the moment of sending, by the renderer that its owner registered."""

import json
from collections.abc import Callable

import css_inline
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.utils.html import strip_tags

from portal.outbox.models import Mail
from portal.outbox.return_path import put_return_path

# Machines must not answer ours: RFC 3834, and what Exchange wants to hear. Reports of failure (NDR) are welcome.
NO_ANSWERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "DR, RN, NRN, OOF, AutoReply"}

Renderer = Callable[[Mail], EmailMultiAlternatives | None]

_renderers: dict[str, Renderer] = {}
# The rules for dark mode and small screens cannot stand in an attribute: they stay in the head.
_inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def renders(name: str) -> Callable[[Renderer], Renderer]:
    """Register a renderer. It returns None when the person should not get the mail after all."""

    def register(renderer: Renderer) -> Renderer:
        _renderers[name] = renderer
        return renderer

    return register


def render(mail: Mail) -> EmailMessage | None:
    """The message, complete with its fixed Message-ID, or None when it is not to be sent."""
    message = _renderers[mail.renderer](mail)
    if message is not None:
        message.extra_headers = {**NO_ANSWERS, **message.extra_headers, "Message-ID": mail.message_id}
        put_return_path(message, mail)
    return message


def with_styles_inline(html: str) -> str:
    """HTML as mail programs want it: each rule in the elements it applies to. Fetches nothing."""
    return _inliner.inline(html)


def packed(message: EmailMessage) -> str:
    """What a library composed, as text for the row: subject, sender, text and HTML.

    Raises ValueError for attachments: files belong to a renderer, which reads them when the mail is sent.
    """
    if message.attachments:
        msg = "The outbox keeps text and HTML only."
        raise ValueError(msg)
    html = next((part for part, kind in getattr(message, "alternatives", ()) if kind == "text/html"), "")
    text = str(message.body)
    if message.content_subtype == "html":
        text, html = strip_tags(text), text
    parts = {
        "subject": str(message.subject),
        "from": message.from_email,
        "reply_to": [str(address) for address in message.reply_to],
        "headers": {name: str(value) for name, value in message.extra_headers.items()},
        "text": text,
        "html": str(html),
    }
    return json.dumps(parts)


@renders("raw")
def unpacked(mail: Mail) -> EmailMultiAlternatives:
    """A message that a library composed (sign-in codes): stored whole, forgotten once sent."""
    parts = json.loads(mail.raw)
    message = EmailMultiAlternatives(
        subject=parts["subject"],
        body=parts["text"],
        from_email=parts["from"],
        to=[mail.address],
        reply_to=parts["reply_to"],
        headers=parts["headers"],
    )
    if parts["html"]:
        message.attach_alternative(parts["html"], "text/html")
    return message
