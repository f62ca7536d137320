from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class IncomingConfig(AppConfig):
    """Mail that arrives: what could not be delivered, complaints, and replies to what we sent."""

    name = "portal.incoming"
    label = "incoming"

    def ready(self) -> None:
        from portal.incoming import checks, events  # noqa: F401 -- register themselves

        autodiscover_modules("replies")
