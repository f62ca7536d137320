from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class NotificationsConfig(AppConfig):
    """Being told: declared kinds of events, one notice for each event and person, mail as each prefers."""

    name = "portal.notifications"
    label = "notifications"

    def ready(self) -> None:
        autodiscover_modules("notifications")
        autodiscover_modules("circles")
        from portal.notifications import digests, mail, summary  # noqa: F401 -- register renderers and the sweep
