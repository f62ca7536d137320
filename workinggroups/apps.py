from django.apps import AppConfig


class WorkinggroupsConfig(AppConfig):
    """Placeholder."""

    name = "workinggroups"
