"""Mail as the environment wants it: an SMTP server, a mail service, or a folder on this machine.

A mail service is named by the scheme of EMAIL_URL, its key stands where a password would:
`postmark://TOKEN@`, `mailgun://KEY@mail.example.org?region=eu`, `mailjet://KEY:SECRET@`.
"""

from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from portal import env

EXAMPLE = "smtp://user:password@mail.example.org:587/?tls=1"


@dataclass(frozen=True)
class Service:
    """A mail service that django-anymail knows: its module, and which of its settings each part of the URL is."""

    module: str
    user: str = ""
    password: str = ""
    host: str = ""
    query: dict[str, str] = field(default_factory=dict)  # further settings, by their name in the query
    view: str = ""  # the class that reads its reports of bounces and complaints
    signed_by: str = ""  # the setting with which it signs them, where it does


SERVICES = {
    "amazon-ses": Service("amazon_ses", query={"configuration_set": "CONFIGURATION_SET_NAME"}, view="AmazonSES"),
    "brevo": Service("brevo", user="API_KEY", view="Brevo"),
    "mailersend": Service(
        "mailersend", user="API_TOKEN", query={"signing_secret": "SIGNING_SECRET"}, view="MailerSend"
    ),
    "mailgun": Service(
        "mailgun",
        user="API_KEY",
        host="SENDER_DOMAIN",
        query={"signing_key": "WEBHOOK_SIGNING_KEY"},
        view="Mailgun",
    ),
    "mailjet": Service("mailjet", user="API_KEY", password="SECRET_KEY", view="Mailjet"),  # noqa: S106 -- names of settings
    "postmark": Service("postmark", user="SERVER_TOKEN", query={"stream": "MESSAGE_STREAM"}, view="Postmark"),
    "sparkpost": Service("sparkpost", user="API_KEY", view="SparkPost"),
}
# Elsewhere the same service answers at another address.
REGIONS = {
    ("mailgun", "eu"): ("API_URL", "https://api.eu.mailgun.net/v3"),
    ("sparkpost", "eu"): ("API_URL", "https://api.eu.sparkpost.com/api/v1"),
}


def mail(url: str, capture_folder: Path) -> dict[str, object]:
    """Every setting of mail, from EMAIL_URL and the variables beside it; raises ImproperlyConfigured for half of it."""
    service = urlsplit(url).scheme if urlsplit(url).scheme in SERVICES else ""
    return {
        **(_service(service, urlsplit(url)) if service else _server(url, capture_folder)),
        "MAIL_SERVICE": service,
        "MAIL_EVENTS_SECRET": _secret(service),
        "BOUNCE_ADDRESS": "" if service else _address("BOUNCE_ADDRESS"),
        "REPLY_ADDRESS": _address("REPLY_ADDRESS", "" if url else "reply@localhost"),
    }


def _server(url: str, capture_folder: Path) -> dict[str, object]:
    """An SMTP server, or capture to a folder when there is no URL."""
    if not url:
        return {"TRANSPORT": "portal.outbox.capture.CaptureBackend", "EMAIL_FILE_PATH": str(capture_folder)}
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"}:
        known = ", ".join(f"{name}://" for name in ("smtp", "smtps", *SERVICES))
        msg = f"EMAIL_URL must start with one of {known}; for example {EXAMPLE}."
        raise ImproperlyConfigured(msg)
    if bool(parts.username) != bool(parts.password):
        msg = f"EMAIL_URL names a user without a password, or a password without a user; for example {EXAMPLE}."
        raise ImproperlyConfigured(msg)
    return {
        "TRANSPORT": "portal.outbox.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parse_qs(parts.query).get("tls", ["0"])[0] == "1",
        # For opening a connection, and for each message: others wait for it, ten seconds at most.
        "EMAIL_TIMEOUT": env.number("EMAIL_TIMEOUT_SECONDS", 8),
    }


def _service(name: str, parts: SplitResult) -> dict[str, object]:
    """A mail service through django-anymail."""
    service, query = SERVICES[name], {key: values[0] for key, values in parse_qs(parts.query).items()}
    prefix = service.module.upper()
    given = {
        service.user: unquote(parts.username or ""),
        service.password: unquote(parts.password or ""),
        service.host: parts.hostname or "",
    }
    given.pop("", None)
    lacking = [setting for setting, value in given.items() if not value]
    if lacking:
        msg = f"EMAIL_URL={name}://… lacks {' and '.join(lacking)}; docs/operations.md shows how it is written."
        raise ImproperlyConfigured(msg)
    settings: dict[str, object] = {f"{prefix}_{setting}": value for setting, value in given.items()}
    settings |= {f"{prefix}_{service.query[key]}": value for key, value in query.items() if key in service.query}
    region = query.get("region", "")
    if (name, region) in REGIONS:
        setting, value = REGIONS[name, region]
        settings[f"{prefix}_{setting}"] = value
    elif name == "amazon-ses" and region:
        settings[f"{prefix}_CLIENT_PARAMS"] = {"region_name": region}
    elif region:
        msg = f"EMAIL_URL={name}://…?region={region}: there is no such region; leave it out or write region=eu."
        raise ImproperlyConfigured(msg)
    settings |= {"WEBHOOK_SECRET": _secret(name), "IGNORE_UNSUPPORTED_FEATURES": False, "REQUESTS_TIMEOUT": (5, 10)}
    return {"TRANSPORT": f"anymail.backends.{service.module}.EmailBackend", "ANYMAIL": settings}


def _secret(service: str) -> str:
    """What a mail service shows when it reports bounces and complaints: `user:password`."""
    secret = env.text("MAIL_EVENTS_SECRET")
    user, _colon, password = secret.partition(":")
    if secret and not (user and len(password) >= 16):  # noqa: PLR2004 -- characters nobody guesses
        msg = "MAIL_EVENTS_SECRET is written user:password, the password with at least 16 characters."
        raise ImproperlyConfigured(msg)
    if secret and not service:
        msg = "MAIL_EVENTS_SECRET is for the reports of a mail service, but EMAIL_URL names none."
        raise ImproperlyConfigured(msg)
    return secret


def _address(name: str, default: str = "") -> str:
    """An address that tags are added to (`reply+tag@…`); empty for none."""
    address = env.text(name, default).strip()
    local, _at, domain = address.rpartition("@")
    longest = 12  # with the longest tag the part before the @ still has at most the 64 characters that it may have
    if address and (
        not local or not domain or "+" in local or len(local) > longest or parseaddr(address)[1] != address
    ):
        msg = (
            f"{name} is {address!r}; write a bare address such as mail@portal.example.org, at most 12 letters before @."
        )
        raise ImproperlyConfigured(msg)
    return address
