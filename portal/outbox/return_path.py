"""Where a mail that cannot be delivered comes back to: an address of its own for each mail.

Whoever sends a forged report of failure does not know the tag, so that nobody can stop another person's mail.
Needs settings.BOUNCE_ADDRESS; a mail service sets its own return path and reports by webhook instead.
"""

from django.conf import settings
from django.core.mail import EmailMessage

from portal.outbox.models import Mail
from portal.outbox.tags import opened, sealed, tag_of, with_tag

PURPOSE = "return-path"


def return_path(mail: Mail) -> str:
    """The envelope sender of this mail; empty when reports are not collected."""
    return with_tag(settings.BOUNCE_ADDRESS, sealed(PURPOSE, mail.pk)) if settings.BOUNCE_ADDRESS else ""


def put_return_path(message: EmailMessage, mail: Mail) -> None:
    """Make reports come back to the mail's own address; the reader still sees the sender they know."""
    address = return_path(mail)
    if address:
        message.extra_headers.setdefault("From", message.from_email)
        message.from_email = address


def is_return_path(address: str) -> bool:
    """Whether an address is one of those above, by its form; the tag may still be forged."""
    return tag_of(address, settings.BOUNCE_ADDRESS) is not None


def returned_mail(address: str) -> Mail | None:
    """The mail that came back to `address`; None when we never made that address, or have forgotten the mail."""
    numbers = opened(PURPOSE, tag_of(address, settings.BOUNCE_ADDRESS) or "", count=1)
    return Mail.objects.filter(pk=numbers[0]).first() if numbers else None
