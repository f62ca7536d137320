from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Placeholder."""

    name = "demo"
