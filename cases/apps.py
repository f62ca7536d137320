from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Placeholder."""

    name = "cases"
