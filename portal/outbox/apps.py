from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class OutboxConfig(AppConfig):
    """Facts and the mail outbox: the record of what happened and of what is still to be sent."""

    name = "portal.outbox"
    label = "outbox"

    def ready(self) -> None:
        autodiscover_modules("facts")
        autodiscover_modules("subscribers")
        autodiscover_modules("sweeps")
        from portal.outbox import reports  # noqa: F401 -- answers /readyz
