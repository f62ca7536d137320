"""Half a configuration of mail fails at start, not quietly when the first mail comes back."""

from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register  # noqa: A004 -- Django's name for it


@register(Tags.security, deploy=True)
def mail_is_whole(app_configs: Any, **kwargs: Any) -> list[Error | Warning]:
    """Links in mail need https, reports of failure need a way back, and sender and return path one domain."""
    found: list[Error | Warning] = []
    if settings.MAIL_SERVICE and not settings.MAIL_EVENTS_SECRET:
        found.append(
            Error(
                "EMAIL_URL names a mail service, but MAIL_EVENTS_SECRET is not set: bounces would go unheard.",
                hint="Set it to user:password and give the service the address in docs/operations.md.",
                id="portal.E010",
            )
        )
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2].lower()
    back = settings.BOUNCE_ADDRESS.rpartition("@")[2].lower()
    if back and not _aligned(sender, back):
        found.append(
            Warning(
                f"BOUNCE_ADDRESS is at {back}, DEFAULT_FROM_EMAIL at {sender}: SPF will not count for DMARC.",
                hint="Use one domain, or a subdomain of it, for both.",
                id="portal.W011",
            )
        )
    if settings.BOUNCE_ADDRESS and settings.BOUNCE_ADDRESS == settings.REPLY_ADDRESS:
        found.append(Error("BOUNCE_ADDRESS and REPLY_ADDRESS must differ.", id="portal.E012"))
    return found


def _aligned(one: str, other: str) -> bool:
    """Whether one domain is the other, or below it."""
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
