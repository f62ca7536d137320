from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class DeskConfig(AppConfig):
    """The staff desk: what waits for programme staff, from the queues that the apps register."""

    name = "portal.desk"
    label = "desk"

    def ready(self) -> None:
        autodiscover_modules("desk")
