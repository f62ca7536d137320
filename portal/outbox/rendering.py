"""Turns a mail row into a message at the moment of sending, by the renderer that its owner registered."""

from collections.abc import Callable
from email import message_from_string
from email.policy import SMTP as SMTP_POLICY

from django.core.mail import EmailMessage, EmailMultiAlternatives

from portal.outbox.models import Mail

Renderer = Callable[[Mail], EmailMultiAlternatives | None]

_renderers: dict[str, Renderer] = {}


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
        message.extra_headers["Message-ID"] = mail.message_id
        message.extra_headers.setdefault("Auto-Submitted", "auto-generated")
    return message


@renders("raw")
def stored(mail: Mail) -> EmailMultiAlternatives:
    """A message that a library composed (sign-in codes): stored whole, forgotten once sent."""
    parsed = message_from_string(mail.raw, policy=SMTP_POLICY)
    text = parsed.get_body(("plain",))
    html = parsed.get_body(("html",))
    message = EmailMultiAlternatives(
        subject=str(parsed["Subject"] or ""),
        body=text.get_content() if text else "",
        from_email=str(parsed["From"]),
        to=[mail.address],
    )
    if html:
        message.attach_alternative(html.get_content(), "text/html")
    return message
