"""Rules of the house that Django checks at start: what would fail quietly in production fails loudly here."""

from typing import Any

import wagtail
from django.conf import settings
from django.core.checks import Error, Tags, register

from portal.core import personal


@register(Tags.security, deploy=True)
def production_ready(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Private files outside the public folder, a cache that workers share, an address for links in mail."""
    errors = []
    private, public = settings.PRIVATE_MEDIA_ROOT.resolve(), settings.MEDIA_ROOT.resolve()
    if private == public or public in private.parents:
        errors.append(
            Error("PRIVATE_MEDIA_ROOT lies inside MEDIA_ROOT: private files would be public.", id="portal.E001")
        )
    if "locmem" in settings.CACHES["default"]["BACKEND"] or "dummy" in settings.CACHES["default"]["BACKEND"]:
        errors.append(Error("The cache is not shared by workers: sign-in limits would multiply.", id="portal.E002"))
    if not settings.SITE_URL.startswith("https://"):
        errors.append(Error("SITE_URL must start with https://; mails and cookies depend on it.", id="portal.E003"))
    if wagtail.VERSION[:3] < (8, 0, 1):
        errors.append(Error("Wagtail before 8.0.1 has known permission faults.", id="portal.E004"))
    return errors


@register(Tags.database)
def sqlite_locks_early(app_configs: Any, **kwargs: Any) -> list[Error]:
    """SQLite must take its write lock at BEGIN; otherwise concurrent writers fail with "database is locked"."""
    default = settings.DATABASES["default"]
    if "sqlite" in default["ENGINE"] and default.get("OPTIONS", {}).get("transaction_mode") != "IMMEDIATE":
        return [Error("SQLite needs transaction_mode IMMEDIATE.", id="portal.E005")]
    return []


@register(Tags.models)
def every_key_to_an_account_has_a_rule(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Who leaves is forgotten everywhere: a model that points at people says what becomes of its rows."""
    return [Error(fault, id="portal.E006") for fault in personal.faults()]
