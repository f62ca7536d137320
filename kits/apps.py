from django.apps import AppConfig


class KitsConfig(AppConfig):
    """Placeholder."""

    name = "kits"
