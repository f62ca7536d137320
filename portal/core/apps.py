from typing import Any

from django.apps import AppConfig
from django.core.management import call_command
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    """What every part of the portal stands on: input gate, policies, access, form and list foundations."""

    name = "portal.core"
    label = "core"

    def ready(self) -> None:
        from portal.core import checks  # noqa: F401 -- registers the system checks

        autodiscover_modules("personal")

        post_migrate.connect(make_cache_table, sender=self)


def make_cache_table(**kwargs: Any) -> None:
    """The table of the database cache (sign-in limits) comes with the other tables, with no step to forget."""
    call_command("createcachetable", database=kwargs.get("using", "default"), verbosity=0)
